/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The enrolment code: doorstep://enrol?address=https%3A%2F%2F…&pin=…&code=…[&practice=1] */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsEnrolCode:
 * @address: the depot's base URL, "https://host:port"
 * @pin: SHA-256 of the DER of the depot's certificate authority, base64url without padding
 * @code: the one-time code
 * @is_practice: made by a depot for practice, which no handheld at work may be enrolled at, and which nobody else makes
 */
typedef struct
{
  char *address;
  char *pin;
  char *code;
  gboolean is_practice;
} DsEnrolCode;

void ds_enrol_code_free (DsEnrolCode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsEnrolCode, ds_enrol_code_free)

gboolean ds_enrol_code_text_is_enrolment (const char *text);
/* Whether a code can lead there: https, a host, a port at most, and nothing behind it. */
gboolean ds_enrol_code_is_address (const char *address);
/* Returns: (transfer full) (nullable): what the text says, or %NULL with a %DS_ERROR_INVALID that says what to
 * do. Only https is taken. */
DsEnrolCode *ds_enrol_code_parse (const char *text, GError **error);
char *ds_enrol_code_to_text (const DsEnrolCode *self);

G_END_DECLS
