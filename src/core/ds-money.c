/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-money.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>

gboolean
ds_money_add (gint64 a_fen, gint64 b_fen, gint64 *sum_fen)
{
  gint64 sum;

  if (__builtin_add_overflow (a_fen, b_fen, &sum) || sum > DS_MONEY_MAX_FEN || sum < -DS_MONEY_MAX_FEN)
    return FALSE;

  *sum_fen = sum;
  return TRUE;
}

static const char *
format (gint64 amount_fen, gboolean grouped, char text[DS_MONEY_TEXT_SIZE])
{
  /* Negating G_MININT64 is undefined as signed and exact as unsigned. */
  guint64 rest = amount_fen < 0 ? -(guint64)amount_fen : (guint64)amount_fen;
  char reversed[DS_MONEY_TEXT_SIZE];
  gsize n = 0;
  gsize i = 0;

  for (guint digit = 0; digit < 3 || rest > 0; digit++)
    {
      if (digit == 2)
        reversed[n++] = '.';
      else if (grouped && digit > 2 && (digit - 2) % 3 == 0)
        reversed[n++] = ',';
      reversed[n++] = (char)('0' + rest % 10);
      rest /= 10;
    }

  if (amount_fen < 0)
    text[i++] = '-';
  while (n > 0)
    text[i++] = reversed[--n];
  text[i] = '\0';

  return text;
}

const char *
ds_money_format (gint64 amount_fen, char text[DS_MONEY_TEXT_SIZE])
{
  return format (amount_fen, FALSE, text);
}

const char *
ds_money_format_grouped (gint64 amount_fen, char text[DS_MONEY_TEXT_SIZE])
{
  return format (amount_fen, TRUE, text);
}

static gboolean
not_an_amount (const char *text, GError **error)
{
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%.*s” is not an amount in yuan such as 286.50",
               ds_utf8_cut (text, 40), text);
  return FALSE;
}

static gboolean
too_much (const char *text, GError **error)
{
  g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "“%.*s” is more than Doorstep handles",
               ds_utf8_cut (text, 40), text);
  return FALSE;
}

/* Commas only where they group thousands: whoever writes "286,50" for 286.50 must not be asked for a hundred times as
 * much. */
typedef struct
{
  gboolean has_comma;
  guint n_digits; /* since the last comma */
} Grouping;

static gboolean
take_comma (Grouping *self)
{
  gboolean fits = self->has_comma ? self->n_digits == 3 : self->n_digits >= 1 && self->n_digits <= 3;

  self->has_comma = TRUE;
  self->n_digits = 0;
  return fits;
}

static gboolean
is_grouped_well (const Grouping *self)
{
  return !self->has_comma || self->n_digits == 3;
}

gboolean
ds_money_parse (const char *text, gint64 *amount_fen, GError **error)
{
  const char *at = text;
  Grouping whole = { 0 };
  gint64 fen = 0;
  guint decimals = 0;
  guint digits = 0;
  gboolean in_fraction = FALSE;

  g_return_val_if_fail (text != NULL, FALSE);

  /* The second is what Chinese keyboards type. */
  if (g_str_has_prefix (at, "¥") || g_str_has_prefix (at, "￥"))
    at = g_utf8_next_char (at);

  for (; *at != '\0'; at++)
    {
      if (*at == '.' && !in_fraction)
        in_fraction = TRUE;
      else if (*at == ',' && !in_fraction && take_comma (&whole))
        continue;
      else if (!g_ascii_isdigit (*at) || (in_fraction && decimals == 2 && *at != '0'))
        return not_an_amount (text, error);
      else if (in_fraction && decimals == 2)
        continue;
      else
        {
          digits++;
          *(in_fraction ? &decimals : &whole.n_digits) += 1;
          fen = fen * 10 + (*at - '0');
          if (fen > DS_MONEY_MAX_FEN)
            return too_much (text, error);
        }
    }
  if (digits == 0 || !is_grouped_well (&whole))
    return not_an_amount (text, error);

  for (; decimals < 2; decimals++)
    fen *= 10;
  if (fen > DS_MONEY_MAX_FEN)
    return too_much (text, error);

  *amount_fen = fen;
  return TRUE;
}
