/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier's PIN: six digits, kept as what a slow function made of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_PIN_DIGITS 6

/* Returns: whether @text is six ASCII digits. */
gboolean ds_pin_is_well_formed (const char *text);

/* Returns: whether it is among the first that a finder would try: one digit six times, a run up or down, or the same
 * two or three digits again. */
gboolean ds_pin_is_easy (const char *pin);

/**
 * ds_pin_make_record:
 * @pin: six digits
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * Makes "scrypt LOG2N R P SALT KEY" (RFC 7914; base64url), from which the PIN is found only by trying. Takes 32 MiB and
 * some tenths of a second: not for the main thread.
 *
 * Returns: (transfer full) (nullable): the record. Any thread.
 */
char *ds_pin_make_record (const char *pin, GError **error);

/**
 * ds_pin_check:
 * @record: what ds_pin_make_record() made
 * @pin: six digits
 * @matches: (out): whether they are the ones
 * @error: return location for a %DS_ERROR_INVALID (no such record, or one that asks for too much memory) or a
 *   %DS_ERROR_CRYPTO
 *
 * As slow as making one.
 *
 * Returns: whether @matches was found out. Any thread.
 */
gboolean ds_pin_check (const char *record, const char *pin, gboolean *matches, GError **error);

/* Returns: whether @text has the form of a record that ds_pin_check() would try. Quick. */
gboolean ds_pin_is_record (const char *text);

G_END_DECLS
