/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-payer-code.h"

#include <string.h>

/* Longer than any payer code, so that nothing is copied or counted beyond it. */
#define MAX_DIGITS 24

/* "CPV01" in tag 85, the first object of every EMVCo consumer-presented code, as base64 writes it. The
 * character after the prefix depends on bits that follow the version's first four letters. */
static const char emv_cpm_prefix[] = "hQVDUFY";

/* A wallet's codes begin with two digits from a range and have a number of digits from another. */
static const struct
{
  DsPayerCodeKind kind;
  guint prefix_from, prefix_to;
  gsize digits_from, digits_to;
} wallets[] = {
  { DS_PAYER_CODE_ECNY, 1, 1, 19, 19 },
  { DS_PAYER_CODE_WECHAT, 10, 15, 18, 18 },
  { DS_PAYER_CODE_ALIPAY, 25, 30, 16, 24 },
  { DS_PAYER_CODE_UNIONPAY, 62, 62, 16, 20 },
};

static const char *
skip_blanks (const char *at)
{
  while (*at != '\0' && g_unichar_isspace (g_utf8_get_char_validated (at, -1)))
    at = g_utf8_next_char (at);
  return at;
}

/* Returns: how many digits @text holds, or 0 if it holds anything but digits and blanks, or too many digits. */
static gsize
collect_digits (const char *text, char digits[MAX_DIGITS])
{
  gsize n = 0;

  for (const char *at = skip_blanks (text); *at != '\0'; at = skip_blanks (at + 1))
    {
      if (!g_ascii_isdigit (*at) || n == MAX_DIGITS)
        return 0;
      digits[n++] = *at;
    }
  return n;
}

DsPayerCodeKind
ds_payer_code_classify (const char *text, char operator_id[4])
{
  char digits[MAX_DIGITS];
  gsize n;

  g_return_val_if_fail (text != NULL, DS_PAYER_CODE_NONE);

  if (operator_id != NULL)
    memset (operator_id, 0, 4);
  if (g_str_has_prefix (skip_blanks (text), emv_cpm_prefix))
    return DS_PAYER_CODE_EMV_CPM;

  n = collect_digits (text, digits);
  for (gsize i = 0; i < G_N_ELEMENTS (wallets) && n >= 2; i++)
    {
      guint prefix = (guint)(digits[0] - '0') * 10 + (guint)(digits[1] - '0');

      if (prefix < wallets[i].prefix_from || prefix > wallets[i].prefix_to || n < wallets[i].digits_from
          || n > wallets[i].digits_to)
        continue;
      if (wallets[i].kind == DS_PAYER_CODE_ECNY && operator_id != NULL)
        memcpy (operator_id, digits + 2, 3);
      return wallets[i].kind;
    }
  return DS_PAYER_CODE_NONE;
}

char *
ds_payer_code_normalize (const char *text)
{
  g_autoptr (GString) code = g_string_new (NULL);

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *at = skip_blanks (text); *at != '\0'; at = skip_blanks (at + 1))
    g_string_append_c (code, *at);
  return g_string_free (g_steal_pointer (&code), FALSE);
}
