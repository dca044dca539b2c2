/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include <string.h>

/* Checks that all ways are there, in their order, each with its words, and which of them work. */
static void
check_ways (Fixture *fixture,
            gint64 amount_fen,
            gboolean show,
            gboolean scan,
            gboolean cash,
            const char *cash_words)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  g_autoptr (GPtrArray) ways = ds_door_get_ways (fixture->door, stop, amount_fen);
  const gboolean available[DS_N_WAYS] = { show, scan, cash };

  g_assert_cmpuint (ways->len, ==, DS_N_WAYS);
  for (guint i = 0; i < ways->len; i++)
    {
      const DsWay *way = g_ptr_array_index (ways, i);

      g_assert_cmpint (way->kind, ==, i);
      g_assert_true (g_str_has_suffix (way->text, "."));
      if (way->available != available[i])
        g_error ("way %u: %s", i, way->text);
    }
  g_assert_nonnull (strstr (((DsWay *)g_ptr_array_index (ways, DS_WAY_CASH))->text, cash_words));
}

static void
test_on_and_offline (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  check_ways (fixture, 28650, TRUE, FALSE, TRUE, "Always");
  fixture_feed_built_codes (fixture, FALSE);
  check_ways (fixture, 28650, FALSE, FALSE, TRUE, "Always");
  ds_door_set_online (fixture->door, TRUE);
  check_ways (fixture, 28650, TRUE, TRUE, TRUE, "Always");
  check_ways (fixture, 28651, FALSE, FALSE, FALSE, "¥286.50");
}

static void
test_no_shift (void)
{
  g_autoptr (Fixture) fixture = fixture_new_without_shift ();

  check_ways (fixture, 28650, FALSE, FALSE, FALSE, "shift");
}

/* Before the depot has said anything, nothing is collected, and that is why. */
static void
test_no_settings (void)
{
  g_autoptr (Fixture) fixture = fixture_new_unfed ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsAllowance allowance;

  fixture_feed_stop (fixture, "S1", 28650, NULL);
  check_ways (fixture, 28650, FALSE, FALSE, FALSE, "settings have not arrived");
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.left_fen, ==, 0);
  ds_door_open_shift_async (fixture->door, 0, NULL, fixture_keep_result, &result);
  g_assert_null (ds_door_open_shift_finish (fixture->door, fixture_wait (&result), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
}

/* Cash must always be taken; above the limit it says so. */
static void
test_cash_over_limit (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  fixture_feed_setting (fixture, "limits", "cash_fen", 20000 + 28650);
  fixture_settle (fixture);
  check_ways (fixture, 28650, TRUE, FALSE, TRUE, "change");
  fixture_feed_setting (fixture, "limits", "cash_fen", 20000 + 28649);
  fixture_settle (fixture);
  check_ways (fixture, 28650, TRUE, FALSE, TRUE, "You carry ¥200.00");
  fixture_feed_setting (fixture, "limits", "cash_fen", 0);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_no_error (error);
}

static void
test_uncertain (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);

  check_ways (fixture, 28650, TRUE, FALSE, TRUE, "Always");
  g_assert_true (fixture_claim (fixture, payment_id, NULL));
  check_ways (fixture, 28650, FALSE, FALSE, TRUE, "no result yet");
}

static void
test_removed (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", "S1", "reason", "Cancelled"));
  check_ways (fixture, 28650, FALSE, FALSE, FALSE, "Cancelled");
  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/ways/on-and-offline", test_on_and_offline);
  g_test_add_func ("/door/ways/no-shift", test_no_shift);
  g_test_add_func ("/door/ways/no-settings", test_no_settings);
  g_test_add_func ("/door/ways/cash-over-limit", test_cash_over_limit);
  g_test_add_func ("/door/ways/uncertain", test_uncertain);
  g_test_add_func ("/door/ways/removed", test_removed);
  return g_test_run ();
}
