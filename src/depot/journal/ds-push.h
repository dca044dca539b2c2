/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a handheld sends of its journal at once: lines that follow each other, the last one's signature vouching for all. */
#pragma once

#include "ds-entry.h"
#include "ds-trouble.h"

G_BEGIN_DECLS

#define DS_PUSH_MAX_LINES 1000

/**
 * DsPush:
 * @device_id: whose journal it is
 * @entries: (element-type DsEntry): at least one, each following the one before
 *
 * Read-only.
 */
typedef struct
{
  char *device_id;
  GPtrArray *entries;
} DsPush;

/**
 * ds_push_read:
 * @device_id: the handheld that sends it
 * @public_key: its key, in hexadecimal
 * @lines: the lines as they came
 * @trouble: return location for what is wrong, with the line's number
 *
 * Takes the lines apart and checks all that can be checked without knowing what is held: each line's form, the chain
 * from line to line, and the last line's signature, which names every line before it.
 *
 * Returns: (transfer full) (nullable): the push. Any thread.
 */
DsPush *ds_push_read (const char *device_id, const char *public_key, GBytes *lines, DsTrouble **trouble);

void ds_push_free (DsPush *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsPush, ds_push_free)

G_END_DECLS
