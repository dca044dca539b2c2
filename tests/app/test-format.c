/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-format.h"
#include "ds-words.h"

#define MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)
/* 2026-03-12 10:00 UTC */
#define TEN_MS (G_GINT64_CONSTANT (1773309600) * 1000)
#define NOON_MS (TEN_MS + 120 * MINUTE_MS)

/* Compares a text that the caller gives away. */
static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_money (void)
{
  assert_text (ds_format_money (0), "¥0.00");
  assert_text (ds_format_money (684250), "¥6,842.50");
  assert_text (ds_format_money (-12800), "−¥128.00");
  assert_text (ds_format_yuan (-12800), "−128.00");
  assert_text (ds_format_money_markup (28650), "<span size=\"70%\">¥</span>286.50");
  g_assert_cmpfloat (ds_format_ratio (1, 2), ==, 0.5);
  g_assert_cmpfloat (ds_format_ratio (5, 0), ==, 0);
  g_assert_cmpfloat (ds_format_ratio (-5, 10), ==, 0);
  g_assert_cmpfloat (ds_format_ratio (11, 10), ==, 1);
}

static void
test_window (void)
{
  assert_text (ds_format_window (TEN_MS, NOON_MS), "10:00–12:00");
  assert_text (ds_format_window (0, NOON_MS), "by 12:00");
  assert_text (ds_format_window (TEN_MS, 0), "from 10:00");
  assert_text (ds_format_window (0, 0), "any time");
}

static void
test_window_left (void)
{
  g_assert_null (ds_format_window_left (0, 0, NOON_MS));
  g_assert_null (ds_format_window_left (TEN_MS, NOON_MS, TEN_MS + 30 * MINUTE_MS));
  /* Before it begins there is nothing to hurry for. */
  g_assert_null (ds_format_window_left (NOON_MS - 10 * MINUTE_MS, NOON_MS, NOON_MS - 20 * MINUTE_MS));
  assert_text (ds_format_window_left (TEN_MS, NOON_MS, NOON_MS - 38 * MINUTE_MS), "38 min left");
  assert_text (ds_format_window_left (TEN_MS, NOON_MS, NOON_MS), "0 min left");
  assert_text (ds_format_window_left (TEN_MS, NOON_MS, NOON_MS + 12 * MINUTE_MS), "12 min late");
  assert_text (ds_format_window_left (TEN_MS, NOON_MS, NOON_MS + 130 * MINUTE_MS), "2 h late");
}

static void
test_waybill (void)
{
  assert_text (ds_format_waybill ("DS730211840951"), "DS7302 1184 0951");
  assert_text (ds_format_waybill ("73021184"), "73021184");
  assert_text (ds_format_waybill ("SF 1234567890"), "SF 1234567890");
  assert_text (ds_format_waybill (""), "");
}

static void
test_accounting_date (void)
{
  assert_text (ds_format_accounting_date ("2026-03-12"), "12 March");
  assert_text (ds_format_accounting_date ("2026-13-40"), "2026-13-40");
  assert_text (ds_format_accounting_date ("today"), "today");
}

static void
test_connection (void)
{
  assert_text (ds_words_for_connection (TRUE, TEN_MS + 32 * MINUTE_MS, 0), "Online · 10:32");
  assert_text (ds_words_for_connection (TRUE, 0, 0), "Online");
  assert_text (ds_words_for_connection (TRUE, TEN_MS, 3), "Online · sending 3");
  assert_text (ds_words_for_connection (FALSE, TEN_MS, 4), "Offline · 4 waiting");
  assert_text (ds_words_for_connection (FALSE, 0, 0), "Offline");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/format/money", test_money);
  g_test_add_func ("/format/window", test_window);
  g_test_add_func ("/format/window-left", test_window_left);
  g_test_add_func ("/format/waybill", test_waybill);
  g_test_add_func ("/format/accounting-date", test_accounting_date);
  g_test_add_func ("/format/connection", test_connection);
  return g_test_run ();
}
