/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as text: hexadecimal and base64url. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): @bytes in lower-case hexadecimal. */
char *ds_hex_encode (const guint8 *bytes, gsize n);

/* Returns: (transfer full) (nullable): the bytes, or %NULL with a %DS_ERROR_INVALID; takes either case. */
GBytes *ds_hex_decode (const char *text, GError **error);

/* Returns: (transfer full): @bytes in base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
char *ds_base64url_encode (const guint8 *bytes, gsize n);

/**
 * ds_base64url_decode:
 * @text: base64url without padding
 * @n: its length, or -1 if it ends with a NUL
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Strict: no padding, no white space, no other alphabet, and the unused bits of the last character are zero,
 * so that every value has exactly one text.
 *
 * Returns: (transfer full) (nullable): the bytes
 */
GBytes *ds_base64url_decode (const char *text, gssize n, GError **error);

/**
 * ds_utf8_cut:
 * @text: (nullable): any bytes, ended by a NUL
 * @max_n: how many bytes may be shown
 *
 * Returns: how many of its first bytes are whole characters, for "%.*s": what is quoted in a message goes into JSON
 *   and onto screens, which take no half of a character. Any thread.
 */
int ds_utf8_cut (const char *text, int max_n);

G_END_DECLS
