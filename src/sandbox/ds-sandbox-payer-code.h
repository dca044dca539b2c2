/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox's payer code (付款码), which a wallet makes without a network:
 * 01, the operator's 3 digits, the wallet's number of 6 digits, and a one-time code of 8 digits.
 *
 * The one-time code is an HOTP value (RFC 4226 section 5.3) with HMAC-SM3 over the number of the minute. The real
 * family's payer codes are not public; only their prefix and length are the same. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long a code stands before the wallet shows the next one. */
#define DS_SANDBOX_STEP_MS 60000

#define DS_SANDBOX_SECRET_SIZE 32
#define DS_SANDBOX_MAX_NUMBER 999999

/**
 * DsSandboxPayerCode:
 * @operator_id: three digits
 * @number: the wallet's number at that operator
 * @one_time: the one-time code
 */
typedef struct
{
  char operator_id[4];
  guint number;
  guint one_time;
} DsSandboxPayerCode;

/* Returns: the one-time code of the minute that begins at @step × %DS_SANDBOX_STEP_MS. */
guint ds_sandbox_one_time_code (const guint8 secret[DS_SANDBOX_SECRET_SIZE], gint64 step);

/* Returns: (transfer full): the 19 digits. */
char *ds_sandbox_payer_code_make (const char *operator_id,
                                  guint number,
                                  const guint8 secret[DS_SANDBOX_SECRET_SIZE],
                                  gint64 wall_ms);

/* Takes apart what a scanner read; blanks inside are ignored. Returns: whether it has the sandbox's form. */
gboolean ds_sandbox_payer_code_parse (const char *text, DsSandboxPayerCode *code);

G_END_DECLS
