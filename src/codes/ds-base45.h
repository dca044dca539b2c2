/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base45 (RFC 9285): bytes in the characters of a QR code's alphanumeric mode, two bytes in three characters. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The length of @n bytes in Base45. */
#define DS_BASE45_SIZE(n) ((n) / 2 * 3 + (n) % 2 * 2)

/* Returns: (transfer full): @bytes in Base45. */
char *ds_base45_encode (const guint8 *bytes, gsize n);

/**
 * ds_base45_decode:
 * @text: upper-case Base45
 * @n: its length, or -1 if it ends with a NUL
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Strict (RFC 9285 section 6): groups beyond what their bytes can hold are refused, so that all bytes have exactly
 * one text.
 *
 * Returns: (transfer full) (nullable): the bytes
 */
GBytes *ds_base45_decode (const char *text, gssize n, GError **error);

G_END_DECLS
