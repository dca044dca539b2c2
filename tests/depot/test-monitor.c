/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a depot counts and says of itself, beside what it does. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-json.h"

#include <string.h>

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

#define monitor_test_add(path, test)                                                                         \
  g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

/* Returns: the value of the line that begins with @sample, -1 when there is none. */
static gint64
get_metric (DepotFixture *fixture, const char *sample)
{
  g_autofree char *text = ds_depot_get_metrics (fixture->depot);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], sample) && lines[i][strlen (sample)] == ' ')
        return g_ascii_strtoll (lines[i] + strlen (sample), NULL, 10);
    }
  return -1;
}

/* Whether a check of the depot's health is good. @ready: (out): whether all are. */
static gboolean
is_good (DepotFixture *fixture, const char *check, gboolean *ready)
{
  g_autoptr (json_t) health = ds_depot_check_health (fixture->depot, ready);
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (health, "checks"), i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "check")), check) == 0)
      return json_is_true (json_object_get (item, "ok"));
  }
  g_assert_not_reached ();
}

static void
append_requested (DepotFixture *fixture)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  depot_fixture_append (fixture, "payment.requested", "{s:s, s:s, s:s, s:[s], s:I}", "payment", id, "shift",
                        "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)1000);
}

static void
test_entries (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *refused = NULL;
  g_auto (Reply) reply = { 0 };

  append_requested (fixture);
  g_free (depot_fixture_push (fixture));
  depot_fixture_append (fixture, "payment.claimed", "{s:s}", "payment", "nobody's");
  refused = depot_fixture_push (fixture);
  g_assert_nonnull (refused);
  /* The same once more is no other entry. */
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpint (get_metric (fixture, "doorstep_entries_total{result=\"accepted\"}"), ==, 1);
  g_assert_cmpint (get_metric (fixture, "doorstep_entries_total{result=\"refused\"}"), ==, 1);
  g_assert_cmpint (get_metric (fixture, "doorstep_cases_open{kind=\"refused\"}"), ==, 1);
  g_assert_cmpint (get_metric (fixture, "doorstep_requests_total{route=\"/v1/journal\",status=\"200\"}"), ==,
                   3);
  g_assert_cmpint (get_metric (fixture, "doorstep_group_requests_count"), >=, 3);
  g_assert_cmpint (get_metric (fixture, "doorstep_payments_open{state=\"presented\"}"), ==, 1);
}

static void
pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
}

/* An operator that is asked and says nothing for long; one that nobody asks any more is no trouble. */
static void
test_silence (DepotFixture *fixture, gconstpointer data)
{
  gboolean ready;

  test_operator_lose_requests (fixture->operator_a, 1000);
  append_requested (fixture);
  g_free (depot_fixture_push (fixture));
  g_assert_true (is_good (fixture, "operator 003", &ready));
  g_assert_true (ready);
  for (guint i = 0; i < 6; i++)
    {
      append_requested (fixture);
      g_free (depot_fixture_push (fixture));
      pass_time (fixture, 60000);
    }
  g_assert_false (is_good (fixture, "operator 003", &ready));
  g_assert_false (ready);
  g_assert_true (is_good (fixture, "operator 007", &ready));
  g_assert_cmpint (get_metric (fixture, "doorstep_operator_silence_seconds{operator=\"003\"}"), >=, 300);

  append_requested (fixture);
  test_operator_lose_requests (fixture->operator_a, 0);
  g_free (depot_fixture_push (fixture));
  g_assert_true (is_good (fixture, "operator 003", &ready));
  g_assert_true (ready);
}

/* A code that was asked for in vain is nobody's any more, and nobody asks: what the operator would say is not known. */
static void
test_silence_forgotten (DepotFixture *fixture, gconstpointer data)
{
  gboolean ready;

  ds_depot_set_health_limits (fixture->depot, 0, 30);
  test_operator_lose_requests (fixture->operator_a, 1000);
  append_requested (fixture);
  g_free (depot_fixture_push (fixture));
  pass_time (fixture, 60000);
  g_assert_false (is_good (fixture, "operator 003", &ready));
  pass_time (fixture, 11 * 60000);
  g_assert_true (is_good (fixture, "operator 003", &ready));
}

static void
test_feed_lag (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_auto (Reply) reply = { 0 };
  g_auto (Reply) again = { 0 };

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  path = g_strdup_printf ("/v1/feed?after=%s",
                          soup_message_headers_get_one (reply.headers, "Doorstep-Cursor"));
  depot_fixture_send (fixture, "GET", path, fixture->token, NULL, 0, &again);
  g_assert_cmpint (get_metric (fixture, "doorstep_feed_behind_handhelds"), ==, 0);

  g_free (ds_depot_reset_pin (fixture->depot, "0317", NULL));
  ds_manual_clock_advance_ms (fixture->clock, 90000);
  g_assert_cmpint (get_metric (fixture, "doorstep_feed_behind_handhelds"), ==, 1);
  g_assert_cmpint (get_metric (fixture, "doorstep_feed_lag_items"), ==, 1);
  g_assert_cmpint (get_metric (fixture, "doorstep_feed_lag_seconds"), >=, 89);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  monitor_test_add ("/depot/monitor/entries", test_entries);
  monitor_test_add ("/depot/monitor/silence", test_silence);
  monitor_test_add ("/depot/monitor/silence-forgotten", test_silence_forgotten);
  monitor_test_add ("/depot/monitor/feed-lag", test_feed_lag);
  return g_test_run ();
}
