/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-cash.h"

#include "ds-format.h"
#include "ds-shift.h"

#define NBSP "\u00a0"

guint
ds_cash_suggest (gint64 due_fen, gint64 tendered_fen[DS_CASH_SUGGESTIONS])
{
  const gint64 steps_fen[] = { 500, 1000, 5000, 10000, 50000 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (steps_fen) && n < DS_CASH_SUGGESTIONS; i++)
    {
      gint64 up_fen = (due_fen / steps_fen[i] + 1) * steps_fen[i];

      if (n == 0 || tendered_fen[n - 1] < up_fen)
        tendered_fen[n++] = up_fen;
    }
  return n;
}

char *
ds_cash_describe_change (gint64 change_fen)
{
  GString *text = g_string_new (NULL);

  for (const gint64 *denomination_fen = ds_cash_denominations_fen; *denomination_fen > 0; denomination_fen++)
    {
      gint64 n = change_fen / *denomination_fen;
      g_autofree char *name = NULL;

      if (n == 0)
        continue;
      change_fen -= n * *denomination_fen;
      if (text->len > 0)
        g_string_append (text, " · ");
      name = ds_format_denomination (*denomination_fen);
      /* How many belongs to its note: no line breaks between them. */
      for (const char *at = name; *at != '\0'; at++)
        if (*at == ' ')
          g_string_append (text, NBSP);
        else
          g_string_append_c (text, *at);
      g_string_append_printf (text, NBSP "×%d", (int)n);
    }
  return g_string_free (text, FALSE);
}
