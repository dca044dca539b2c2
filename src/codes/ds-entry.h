/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One journal entry: a signed, chained line (design section 1). */
#pragma once

#include "ds-clock.h"
#include "ds-json.h"
#include "ds-key.h"

G_BEGIN_DECLS

/* The longest line that is written or read. */
#define DS_ENTRY_MAX_BYTES (64 * 1024)

/* "prev" of the first entry. */
#define DS_ENTRY_GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

typedef struct _DsEntry DsEntry;

/**
 * DsEntry:
 * @device_id: the header's kid
 * @seq: 1, 2, 3 … without gaps
 * @prev: SM3 of the previous line, lower-case hexadecimal; %DS_ENTRY_GENESIS for the first
 * @id: UUIDv7 of the entry
 * @at_ms: wall time
 * @boot: boot id
 * @mono_ms: monotonic time
 * @type: "payment.cash" …
 * @data: the type's own members
 * @line: the exact bytes, without end of line; what is stored, sent and hashed
 * @hash: SM3 of @line, lower-case hexadecimal: the next entry's @prev
 *
 * Read-only. Used by one thread at a time.
 */
struct _DsEntry
{
  char *device_id;
  gint64 seq;
  char *prev;
  char *id;
  gint64 at_ms;
  char *boot;
  gint64 mono_ms;
  char *type;
  json_t *data;
  char *line;
  char *hash;
};

/**
 * ds_entry_sign:
 * @key: the device's key pair
 * @device_id: its id
 * @seq: the entry's number
 * @prev: hash of the previous line
 * @id: UUIDv7 of the entry
 * @clock: gives wall and monotonic time and boot id
 * @type: the entry's type
 * @data: (transfer none): its members
 * @error: return location for a %DS_ERROR_CRYPTO, or %DS_ERROR_OVERFLOW past %DS_ENTRY_MAX_BYTES
 *
 * Returns: (transfer full) (nullable): the entry, its line ready to be stored and sent verbatim
 */
DsEntry *ds_entry_sign (DsKey *key,
                        const char *device_id,
                        gint64 seq,
                        const char *prev,
                        const char *id,
                        DsClock *clock,
                        const char *type,
                        json_t *data,
                        GError **error);

/* Takes a line apart, checking every common member's form, without verifying the signature or the chain. */
DsEntry *ds_entry_parse (const char *line, gssize n, GError **error);

/* Whether the line's own signature is @key's. */
gboolean ds_entry_verify (DsEntry *self, DsKey *key);

void ds_entry_free (DsEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsEntry, ds_entry_free)

G_END_DECLS
