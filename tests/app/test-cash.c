/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-cash.h"

static void
test_suggest (void)
{
  gint64 tendered_fen[DS_CASH_SUGGESTIONS];

  g_assert_cmpuint (ds_cash_suggest (28650, tendered_fen), ==, 3);
  g_assert_cmpint (tendered_fen[0], ==, 29000);
  g_assert_cmpint (tendered_fen[1], ==, 30000);
  g_assert_cmpint (tendered_fen[2], ==, 50000);

  /* What there are notes for: nobody gives 360. */
  g_assert_cmpuint (ds_cash_suggest (34450, tendered_fen), ==, 3);
  g_assert_cmpint (tendered_fen[0], ==, 34500);
  g_assert_cmpint (tendered_fen[1], ==, 35000);
  g_assert_cmpint (tendered_fen[2], ==, 40000);

  /* Every suggestion is enough, and they rise. */
  for (gint64 due_fen = 1; due_fen < 60000; due_fen += 37)
    {
      guint n = ds_cash_suggest (due_fen, tendered_fen);

      g_assert_cmpuint (n, >=, 1);
      for (guint i = 0; i < n; i++)
        {
          g_assert_cmpint (tendered_fen[i], >, i == 0 ? due_fen : tendered_fen[i - 1]);
          g_assert_cmpint (tendered_fen[i] % 500, ==, 0);
        }
    }
}

static void
test_describe_change (void)
{
  g_autofree char *mixed = ds_cash_describe_change (1350);
  g_autofree char *none = ds_cash_describe_change (0);
  g_autofree char *large = ds_cash_describe_change (38892);

  g_assert_cmpstr (mixed, ==, "10\u00a0yuan\u00a0×1 · 1\u00a0yuan\u00a0×3 · 5\u00a0jiao\u00a0×1");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (large, ==,
                   "100\u00a0yuan\u00a0×3 · 50\u00a0yuan\u00a0×1 · 20\u00a0yuan\u00a0×1 · "
                   "10\u00a0yuan\u00a0×1 · 5\u00a0yuan\u00a0×1"
                   " · 1\u00a0yuan\u00a0×3 · 5\u00a0jiao\u00a0×1 · 1\u00a0jiao\u00a0×4 · 1\u00a0fen\u00a0×2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cash/suggest", test_suggest);
  g_test_add_func ("/cash/describe-change", test_describe_change);
  return g_test_run ();
}
