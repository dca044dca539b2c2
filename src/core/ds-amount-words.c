/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-amount-words.h"

#include "ds-money.h"

/* Chinese counts by ten thousands (万) and hundred millions (亿), in groups of four digits. */

static const char *const zh_digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

/* Two of something is 两, but for tens, and for a last digit. */
static const char *
get_zh_counter (gint64 digit)
{
  return digit == 2 ? "两" : zh_digits[digit];
}

/* @begins: nothing is said before it: ten is 十 there, and 一十 elsewhere. */
static void
append_zh_group (GString *text, gint64 group, gboolean begins)
{
  static const char *const units[] = { "千", "百", "十", "" };
  gint64 divisor = 1000;
  gboolean skipped = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++, divisor /= 10)
    {
      gint64 digit = group / divisor % 10;

      if (digit == 0)
        {
          skipped = TRUE;
          continue;
        }
      /* A gap is said once; one before the first digit only when more stands before it. */
      if (skipped && !begins)
        g_string_append (text, zh_digits[0]);
      skipped = FALSE;
      if (divisor >= 100)
        g_string_append (text, get_zh_counter (digit));
      else if (divisor == 1 || digit != 1 || !begins)
        g_string_append (text, zh_digits[digit]);
      g_string_append (text, units[i]);
      begins = FALSE;
    }
}

static void
append_zh_number (GString *text, gint64 number)
{
  static const struct
  {
    gint64 unit;
    const char *name;
  } units[] = { { 100000000, "亿" }, { 10000, "万" }, { 1, "" } };
  gboolean begins = TRUE;
  gboolean skipped = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gint64 group = number / units[i].unit;

      number %= units[i].unit;
      if (group == 0)
        {
          skipped = !begins;
          continue;
        }
      /* A group that is full says its own gap no more: "一亿零一千", "一万零五". */
      if (skipped && group >= 1000)
        g_string_append (text, zh_digits[0]);
      if (group == 2 && (*units[i].name != '\0' || begins))
        g_string_append (text, begins ? "两" : "零二");
      else
        append_zh_group (text, group, begins);
      g_string_append (text, units[i].name);
      begins = FALSE;
      skipped = FALSE;
    }
}

char *
ds_amount_words_zh (gint64 amount_fen)
{
  GString *text = g_string_new (NULL);
  gint64 yuan = amount_fen / 100;
  gint64 jiao = amount_fen / 10 % 10;
  gint64 fen = amount_fen % 10;

  g_return_val_if_fail (amount_fen >= 0 && amount_fen <= DS_MONEY_MAX_FEN, g_string_free (text, FALSE));

  if (yuan > 0)
    {
      append_zh_number (text, yuan);
      g_string_append (text, "元");
    }
  else if (jiao == 0 && fen == 0)
    g_string_append (text, "零元");
  if (jiao > 0)
    g_string_append_printf (text, "%s角", get_zh_counter (jiao));
  else if (yuan > 0 && fen > 0)
    g_string_append (text, zh_digits[0]);
  if (fen > 0)
    g_string_append_printf (text, "%s分", get_zh_counter (fen));
  return g_string_free (text, FALSE);
}

static void
append_en_below_thousand (GString *text, gint64 number)
{
  static const char *const small[]
      = { "zero",     "one",     "two",     "three",     "four",     "five",    "six",
          "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
          "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen" };
  static const char *const tens[]
      = { "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety" };

  if (number >= 100)
    {
      g_string_append_printf (text, "%s hundred", small[number / 100]);
      number %= 100;
      if (number == 0)
        return;
      g_string_append (text, " and ");
    }
  if (number < 20)
    g_string_append (text, small[number]);
  else if (number % 10 == 0)
    g_string_append (text, tens[number / 10]);
  else
    g_string_append_printf (text, "%s-%s", tens[number / 10], small[number % 10]);
}

static void
append_en_number (GString *text, gint64 number)
{
  static const struct
  {
    gint64 unit;
    const char *name;
  } units[] = { { 1000000000, " billion" }, { 1000000, " million" }, { 1000, " thousand" }, { 1, "" } };
  gboolean begins = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gint64 group = number / units[i].unit;

      number %= units[i].unit;
      if (group == 0)
        continue;
      if (!begins)
        g_string_append (text, units[i].unit == 1 && group < 100 ? " and " : " ");
      append_en_below_thousand (text, group);
      g_string_append (text, units[i].name);
      begins = FALSE;
    }
  if (begins)
    g_string_append (text, "zero");
}

char *
ds_amount_words_en (gint64 amount_fen)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (amount_fen >= 0 && amount_fen <= DS_MONEY_MAX_FEN, g_string_free (text, FALSE));

  if (amount_fen >= 100 || amount_fen == 0)
    {
      append_en_number (text, amount_fen / 100);
      g_string_append (text, " yuan");
    }
  if (amount_fen % 100 > 0)
    {
      g_string_append (text, amount_fen >= 100 ? " and " : "");
      append_en_number (text, amount_fen % 100);
      g_string_append (text, " fen");
    }
  return g_string_free (text, FALSE);
}
