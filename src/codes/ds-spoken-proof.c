/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-spoken-proof.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-key.h"
#include "ds-money.h"

#include <openssl/crypto.h>
#include <string.h>

#define VERSION "doorstep-spoken-1"
#define OVERRIDE_VERSION "doorstep-override-1"
#define SECRET_MIN_BYTES 16
#define SECRET_MAX_BYTES 64

#define N_PROOFS G_GUINT64_CONSTANT (100000000)
/* The largest multiple of it that 64 bits hold. */
#define EVEN_BELOW (G_MAXUINT64 - G_MAXUINT64 % N_PROOFS)

static guint32
reduce (const guint8 mac[DS_SM3_SIZE])
{
  guint64 number = 0;

  for (gsize at = 0; at < DS_SM3_SIZE; at += sizeof number)
    {
      memcpy (&number, mac + at, sizeof number);
      number = GUINT64_FROM_BE (number);
      if (number < EVEN_BELOW)
        break;
    }
  return (guint32)(number % N_PROOFS);
}

/* @message: (nullable): %NULL when it says nothing that can be proved */
static gboolean
derive (const char *secret, const char *message, char digits[DS_SPOKEN_PROOF_SIZE], GError **error)
{
  g_autoptr (GBytes) key = ds_hex_decode (secret, error);
  guint8 mac[DS_SM3_SIZE];
  gsize n;

  if (key == NULL)
    return FALSE;
  n = g_bytes_get_size (key);
  if (n < SECRET_MIN_BYTES || n > SECRET_MAX_BYTES || message == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "Spoken digits need a secret of 16 to 64 bytes, what they are for, and an amount");
      return FALSE;
    }
  ds_hmac_sm3 (g_bytes_get_data (key, NULL), n, message, strlen (message), mac);
  g_snprintf (digits, DS_SPOKEN_PROOF_SIZE, "%08u", reduce (mac));
  return TRUE;
}

static gboolean
is_amount (gint64 amount_fen)
{
  return amount_fen > 0 && amount_fen <= DS_MONEY_MAX_FEN;
}

static gboolean
is_line (const char *text)
{
  return *text != '\0' && strchr (text, '\n') == NULL;
}

gboolean
ds_spoken_proof_derive (const char *secret,
                        const char *payment_id,
                        gint64 amount_fen,
                        char digits[DS_SPOKEN_PROOF_SIZE],
                        GError **error)
{
  g_autofree char *message = NULL;

  g_return_val_if_fail (secret != NULL && payment_id != NULL, FALSE);

  if (ds_id_is_valid (payment_id) && is_amount (amount_fen))
    message = g_strdup_printf (VERSION "\n%s\n%" G_GINT64_FORMAT "\n", payment_id, amount_fen);
  return derive (secret, message, digits, error);
}

gboolean
ds_spoken_override_derive (const char *secret,
                           const char *stop_id,
                           const char *limits,
                           gint64 amount_fen,
                           gint64 number,
                           char digits[DS_SPOKEN_PROOF_SIZE],
                           GError **error)
{
  g_autofree char *message = NULL;

  g_return_val_if_fail (secret != NULL && stop_id != NULL && limits != NULL, FALSE);

  if (is_line (stop_id) && is_line (limits) && is_amount (amount_fen) && number > 0)
    message = g_strdup_printf (OVERRIDE_VERSION "\n%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n",
                               stop_id, limits, amount_fen, number);
  return derive (secret, message, digits, error);
}

void
ds_spoken_proof_format (const char *digits, char text[DS_SPOKEN_PROOF_TEXT_SIZE])
{
  g_return_if_fail (digits != NULL && strlen (digits) == DS_SPOKEN_PROOF_DIGITS);

  g_snprintf (text, DS_SPOKEN_PROOF_TEXT_SIZE, "%.4s %s", digits, digits + 4);
}

/* What people put between digits, and keyboards turn it into. */
static gboolean
is_between_digits (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_SPACE_SEPARATOR:
    case G_UNICODE_DASH_PUNCTUATION:
      return TRUE;
    default:
      return c == '\t' || c == '\n' || c == '\r' || c == '.' || c == ',' || c == 0x00b7            /* · */
             || c == 0x2212 /* − */ || c == 0x3001 /* 、 */ || c == 0x3002 /* 。 */ || c == 0xff0c /* ， */
             || c == 0xff0e /* ． */ || c == 0xff64 /* ､ */;
    }
}

gboolean
ds_spoken_proof_read (const char *text, char digits[DS_SPOKEN_PROOF_SIZE])
{
  gsize n = 0;

  g_return_val_if_fail (text != NULL, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      gint value = g_unichar_digit_value (c);

      if (value < 0 && is_between_digits (c))
        continue;
      if (value < 0 || n == DS_SPOKEN_PROOF_DIGITS)
        return FALSE;
      digits[n++] = (char)('0' + value);
    }
  digits[n] = '\0';
  return n == DS_SPOKEN_PROOF_DIGITS;
}

gboolean
ds_spoken_proof_equal (const char *digits, const char *others)
{
  g_return_val_if_fail (digits != NULL && strlen (digits) == DS_SPOKEN_PROOF_DIGITS, FALSE);
  g_return_val_if_fail (others != NULL && strlen (others) == DS_SPOKEN_PROOF_DIGITS, FALSE);

  return CRYPTO_memcmp (digits, others, DS_SPOKEN_PROOF_DIGITS) == 0;
}

void
ds_spoken_mark (const char *stop_id, char mark[DS_SPOKEN_MARK_SIZE])
{
  g_autofree char *digest = NULL;

  g_return_if_fail (stop_id != NULL);

  digest = ds_sm3_hex (stop_id, strlen (stop_id));
  g_strlcpy (mark, digest, DS_SPOKEN_MARK_SIZE);
}
