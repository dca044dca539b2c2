/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-format.h"

#include "ds-money.h"
#include "ds-time-window.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)

/* A real minus sign is as wide as a digit, a hyphen is easily overlooked. */
static const char *
get_sign (gint64 amount_fen)
{
  return amount_fen < 0 ? "−" : "";
}

static const char *
skip_hyphen (const char *text)
{
  return *text == '-' ? text + 1 : text;
}

char *
ds_format_money (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  ds_money_format_grouped (amount_fen, text);
  return g_strdup_printf ("%s¥%s", get_sign (amount_fen), skip_hyphen (text));
}

char *
ds_format_money_markup (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  ds_money_format_grouped (amount_fen, text);
  return g_strdup_printf ("%s<span size=\"70%%\">¥</span>%s", get_sign (amount_fen), skip_hyphen (text));
}

char *
ds_format_yuan (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  ds_money_format_grouped (amount_fen, text);
  return g_strdup_printf ("%s%s", get_sign (amount_fen), skip_hyphen (text));
}

char *
ds_format_denomination (gint64 denomination_fen)
{
  if (denomination_fen >= 100)
    return g_strdup_printf (_ ("%d yuan"), (int)(denomination_fen / 100));
  if (denomination_fen >= 10)
    return g_strdup_printf (_ ("%d jiao"), (int)(denomination_fen / 10));
  return g_strdup_printf (_ ("%d fen"), (int)denomination_fen);
}

static char *
format_local_time (gint64 wall_ms, const char *format)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (wall_ms / 1000);

  return time != NULL ? g_date_time_format (time, format) : g_strdup ("");
}

char *
ds_format_clock (gint64 wall_ms)
{
  return format_local_time (wall_ms, "%H:%M");
}

char *
ds_format_day (gint64 wall_ms)
{
  /* Translators: a day without its year, as g_date_time_format() takes it. */
  return format_local_time (wall_ms, _ ("%-d %B"));
}

char *
ds_format_accounting_date (const char *date)
{
  int year, month, day;
  g_autoptr (GDateTime) time = NULL;

  if (sscanf (date, "%4d-%2d-%2d", &year, &month, &day) == 3)
    time = g_date_time_new_utc (year, month, day, 0, 0, 0);
  return time != NULL ? g_date_time_format (time, _ ("%-d %B")) : g_strdup (date);
}

char *
ds_format_waybill (const char *waybill)
{
  gsize n = strlen (waybill);
  GString *text;

  /* Short numbers are read at a glance, and names with blanks or hyphens have groups of their own. */
  if (n < 10 || n > 64 || strpbrk (waybill, " -") != NULL || !g_str_is_ascii (waybill))
    return g_strdup (waybill);

  text = g_string_new (NULL);
  for (gsize i = 0; i < n; i++)
    {
      gsize rest = n - i;

      if (rest % 4 == 0 && i >= 4)
        g_string_append_c (text, ' ');
      g_string_append_c (text, waybill[i]);
    }
  return g_string_free (text, FALSE);
}

char *
ds_format_window (gint64 from_ms, gint64 to_ms)
{
  g_autofree char *from = from_ms > 0 ? ds_format_clock (from_ms) : NULL;
  g_autofree char *to = to_ms > 0 ? ds_format_clock (to_ms) : NULL;

  if (from != NULL && to != NULL)
    return g_strdup_printf ("%s–%s", from, to);
  if (to != NULL)
    /* Translators: a delivery window without a beginning, "by 12:00" */
    return g_strdup_printf (_ ("by %s"), to);
  if (from != NULL)
    /* Translators: a delivery window without an end, "from 14:00" */
    return g_strdup_printf (_ ("from %s"), from);
  return g_strdup (_ ("any time"));
}

char *
ds_format_window_left (gint64 from_ms, gint64 to_ms, gint64 now_ms)
{
  gint64 left_ms = to_ms - now_ms;
  DsUrgency urgency = ds_time_window_get_urgency (from_ms, to_ms, now_ms);
  gint64 minutes;

  if (urgency == DS_WINDOW_ANY || urgency == DS_WINDOW_AHEAD)
    return NULL;

  if (left_ms >= 0)
    {
      minutes = left_ms / MINUTE_MS;
      return g_strdup_printf (ngettext ("%d min left", "%d min left", (gulong)minutes), (int)minutes);
    }
  minutes = -left_ms / MINUTE_MS;
  if (minutes >= 60)
    return g_strdup_printf (ngettext ("%d h late", "%d h late", (gulong)(minutes / 60)), (int)(minutes / 60));
  return g_strdup_printf (ngettext ("%d min late", "%d min late", (gulong)minutes), (int)minutes);
}

char *
ds_format_distance (gint metres)
{
  /* Nearer than that nobody knows where a door is. */
  if (metres < 1000)
    return g_strdup_printf (_ ("%d m"), MAX (metres / 10 * 10, 10));
  return g_strdup_printf (_ ("%d.%d km"), metres / 1000, metres % 1000 / 100);
}

double
ds_format_ratio (gint64 part_fen, gint64 whole_fen)
{
  if (part_fen <= 0 || whole_fen <= 0)
    return 0;
  return part_fen >= whole_fen ? 1 : (double)part_fen / (double)whole_fen;
}

void
ds_money_label_set (GtkLabel *label, gint64 amount_fen)
{
  g_autofree char *markup = ds_format_money_markup (amount_fen);
  g_autofree char *text = ds_format_money (amount_fen);
  glong length = g_utf8_strlen (text, -1);

  g_return_if_fail (GTK_IS_LABEL (label));

  gtk_label_set_markup (label, markup);
  gtk_widget_remove_css_class (GTK_WIDGET (label), "long");
  gtk_widget_remove_css_class (GTK_WIDGET (label), "longer");
  if (length > 12)
    gtk_widget_add_css_class (GTK_WIDGET (label), "longer");
  else if (length > 9)
    gtk_widget_add_css_class (GTK_WIDGET (label), "long");
}
