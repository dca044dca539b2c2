/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sandbox-payer-code.h"

#include "ds-key.h"
#include "ds-payer-code.h"

#include <string.h>

#define N_DIGITS 19
#define OPERATOR_AT 2
#define NUMBER_AT 5
#define ONE_TIME_AT 11
#define ONE_TIME_MODULUS 100000000

guint
ds_sandbox_one_time_code (const guint8 secret[DS_SANDBOX_SECRET_SIZE], gint64 step)
{
  guint64 counter = GUINT64_TO_BE ((guint64)step);
  guint8 mac[DS_SM3_SIZE];
  guint offset;

  ds_hmac_sm3 (secret, DS_SANDBOX_SECRET_SIZE, &counter, sizeof counter, mac);

  /* Dynamic truncation. */
  offset = mac[DS_SM3_SIZE - 1] & 15;
  return ((guint)(mac[offset] & 0x7f) << 24 | (guint)mac[offset + 1] << 16 | (guint)mac[offset + 2] << 8
          | mac[offset + 3])
         % ONE_TIME_MODULUS;
}

char *
ds_sandbox_payer_code_make (const char *operator_id,
                            guint number,
                            const guint8 secret[DS_SANDBOX_SECRET_SIZE],
                            gint64 wall_ms)
{
  g_return_val_if_fail (operator_id != NULL && strlen (operator_id) == 3, NULL);
  g_return_val_if_fail (number <= DS_SANDBOX_MAX_NUMBER, NULL);

  return g_strdup_printf ("01%s%06u%08u", operator_id, number,
                          ds_sandbox_one_time_code (secret, wall_ms / DS_SANDBOX_STEP_MS));
}

static guint
read_digits (const char *text, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = value * 10 + (guint)g_ascii_digit_value (text[i]);
  return value;
}

gboolean
ds_sandbox_payer_code_parse (const char *text, DsSandboxPayerCode *code)
{
  g_autofree char *digits = NULL;

  if (ds_payer_code_classify (text, NULL) != DS_PAYER_CODE_ECNY)
    return FALSE;
  digits = ds_payer_code_normalize (text);
  if (strlen (digits) != N_DIGITS || strspn (digits, "0123456789") != N_DIGITS)
    return FALSE;

  memcpy (code->operator_id, digits + OPERATOR_AT, 3);
  code->operator_id[3] = '\0';
  code->number = read_digits (digits + NUMBER_AT, ONE_TIME_AT - NUMBER_AT);
  code->one_time = read_digits (digits + ONE_TIME_AT, N_DIGITS - ONE_TIME_AT);
  return TRUE;
}
