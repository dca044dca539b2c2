/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-money.h"

static void
test_format (void)
{
  const struct
  {
    gint64 fen;
    const char *plain, *grouped;
  } cases[] = {
    { 0, "0.00", "0.00" },
    { 5, "0.05", "0.05" },
    { 28650, "286.50", "286.50" },
    { 100000, "1000.00", "1,000.00" },
    { 123456789, "1234567.89", "1,234,567.89" },
    { -12800, "-128.00", "-128.00" },
    { G_MININT64, "-92233720368547758.08", "-92,233,720,368,547,758.08" },
  };
  char text[DS_MONEY_TEXT_SIZE];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpstr (ds_money_format (cases[i].fen, text), ==, cases[i].plain);
      g_assert_cmpstr (ds_money_format_grouped (cases[i].fen, text), ==, cases[i].grouped);
    }
}

static void
test_parse (void)
{
  const struct
  {
    const char *text;
    gint64 fen;
  } good[] = {
    { "286.5", 28650 },
    { "286.50", 28650 },
    { "286", 28600 },
    { "¥1,286.50", 128650 },
    { "0", 0 },
    { ".5", 50 },
    { "98.", 9800 },
    { "1.000", 100 },
    { "1,286", 128600 },
    { "1,000,286.5", 100028650 },
    { "12,345", 1234500 },
    { "￥286.50", 28650 },
  };
  const char *const bad[]
      = { "", "¥", "1.005", "-1", "+1", "1e3", "1.2.3", "12 yuan", ",5", " 1", "0x10", "１２",
          /* A comma where others write a point must not make it a hundred times as much. */
          "286,50", "1,5", "0,05", "1,2345", "1,28,650", "1286,500", "1,", "1,286,", "1,.5", "1,,286",
          "1,286.5,0" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 fen = -1;

      g_assert_true (ds_money_parse (good[i].text, &fen, &error));
      g_assert_no_error (error);
      g_assert_cmpint (fen, ==, good[i].fen);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 fen = -1;

      g_assert_false (ds_money_parse (bad[i], &fen, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_assert_cmpint (fen, ==, -1);
    }
}

static void
test_parse_overflow (void)
{
  const char *const large[] = { "10000000000.01", "99999999999999999999999999", "9223372036854775808" };

  for (gsize i = 0; i < G_N_ELEMENTS (large); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 fen = -1;

      g_assert_false (ds_money_parse (large[i], &fen, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
    }
}

static void
test_add (void)
{
  gint64 sum = 7;

  g_assert_true (ds_money_add (DS_MONEY_MAX_FEN - 1, 1, &sum));
  g_assert_cmpint (sum, ==, DS_MONEY_MAX_FEN);
  g_assert_false (ds_money_add (DS_MONEY_MAX_FEN, 1, &sum));
  g_assert_false (ds_money_add (G_MAXINT64, G_MAXINT64, &sum));
  g_assert_false (ds_money_add (G_MININT64, -1, &sum));
  g_assert_cmpint (sum, ==, DS_MONEY_MAX_FEN);
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 10000; i++)
    {
      gint64 fen = g_test_rand_int_range (0, G_MAXINT32);
      gint64 back;
      char text[DS_MONEY_TEXT_SIZE];

      g_assert_true (ds_money_parse (ds_money_format (fen, text), &back, NULL));
      g_assert_cmpint (back, ==, fen);
      g_assert_true (ds_money_parse (ds_money_format_grouped (fen, text), &back, NULL));
      g_assert_cmpint (back, ==, fen);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/money/format", test_format);
  g_test_add_func ("/money/parse", test_parse);
  g_test_add_func ("/money/parse-overflow", test_parse_overflow);
  g_test_add_func ("/money/add", test_add);
  g_test_add_func ("/money/round-trip", test_round_trip);
  return g_test_run ();
}
