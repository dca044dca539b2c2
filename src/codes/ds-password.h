/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets that people type, kept as what a slow function made of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_password_make_record:
 * @password: what was chosen, of any length
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * Makes "scrypt LOG2N R P SALT KEY" (RFC 7914; base64url), from which the password is found only by trying. Takes 32 MiB
 * and some tenths of a second: not for the main thread.
 *
 * Returns: (transfer full) (nullable): the record. Any thread.
 */
char *ds_password_make_record (const char *password, GError **error);

/**
 * ds_password_check:
 * @record: what ds_password_make_record() made
 * @password: what was typed
 * @matches: (out): whether it is the one
 * @error: return location for a %DS_ERROR_INVALID (no such record, or one that asks for too much memory) or a
 *   %DS_ERROR_CRYPTO
 *
 * As slow as making one.
 *
 * Returns: whether @matches was found out. Any thread.
 */
gboolean ds_password_check (const char *record, const char *password, gboolean *matches, GError **error);

/* Returns: whether @text has the form of a record that ds_password_check() would try. Quick. */
gboolean ds_password_is_record (const char *text);

G_END_DECLS
