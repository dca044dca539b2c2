/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDv7 (RFC 9562 section 5.7): the ids of entries, payments, refunds and shifts. */
#pragma once

#include "ds-types.h"

G_BEGIN_DECLS

#define DS_ID_BYTES 16
#define DS_ID_TEXT_SIZE 37

/**
 * ds_id_new:
 * @clock: gives the time part
 * @random: gives the 74 random bits
 *
 * Returns: (transfer full): a new id, 36 lower-case characters. Any thread.
 */
char *ds_id_new (DsClock *clock, DsRandom *random);

/* Whether @text is a UUIDv7 in its one accepted form: 36 characters, lower case. */
gboolean ds_id_is_valid (const char *text);

/* Takes the 16 bytes out of a valid id; %FALSE (and @bytes untouched) if @text is none. */
gboolean ds_id_to_bytes (const char *text, guint8 bytes[DS_ID_BYTES]);

/* Writes 16 bytes as text. Returns: (transfer full): 36 characters. */
char *ds_id_from_bytes (const guint8 bytes[DS_ID_BYTES]);

G_END_DECLS
