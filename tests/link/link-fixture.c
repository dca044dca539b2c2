/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "link-fixture.h"

#include "ds-error.h"
#include "ds-random.h"

#include "wait.h"

#include <glib/gstdio.h>
#include <string.h>

/* By default nothing is tried again by itself, so that a test sees each step. */
static const DsLinkTimings patient = {
  .shortest_delay_ms = HOUR_MS,
  .longest_delay_ms = HOUR_MS,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
  .feed_wait_s = 25,
  .page_items = 1000,
};

const DsLinkTimings link_fixture_eager = {
  .shortest_delay_ms = 1,
  .longest_delay_ms = 4,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
  .feed_wait_s = 25,
  .page_items = 3,
};

const DsLinkTimings link_fixture_brisk = {
  .shortest_delay_ms = 1,
  .longest_delay_ms = 4,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
  .feed_wait_s = 1,
  .page_items = 1000,
};

/* Set up */

static void
caught_up (DsLink *link, gpointer user_data)
{
  ((LinkFixture *)user_data)->n_caught_up++;
}

static void
online_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  ((LinkFixture *)user_data)->n_online_changes++;
}

static void
make_link (LinkFixture *fixture, const DsLinkTimings *timings)
{
  g_autoptr (DsNetwork) network = ds_network_new_system (DS_CLOCK (fixture->clock));

  fixture->link
      = ds_link_new_over (fixture->store, network, DS_CLOCK (fixture->clock), fixture->random, timings);
  g_signal_connect (fixture->link, "caught-up", G_CALLBACK (caught_up), fixture);
  g_signal_connect (fixture->link, "notify::online", G_CALLBACK (online_changed), fixture);
}

DsIdentity *
link_fixture_ask_to_enrol (LinkFixture *fixture, const DsEnrolCode *code, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_link_ask_to_enrol_async (fixture->link, code, "test handheld", NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return ds_link_ask_to_enrol_finish (fixture->link, result, error);
}

void
link_fixture_enrol (LinkFixture *fixture)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsIdentity) identity = link_fixture_ask_to_enrol (fixture, code, &error);

  g_assert_no_error (error);
  ds_store_enrol_async (fixture->store, identity, "test handheld", NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_enrol_finish (fixture->store, result, &error);
  g_assert_no_error (error);
}

static char *
get_directory (void)
{
  return g_build_filename (g_get_user_data_dir (), "handheld", NULL);
}

static void
open_handheld (LinkFixture *fixture)
{
  g_autofree char *directory = get_directory ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->store = ds_store_new (directory, DS_CLOCK (fixture->clock), fixture->random);
  ds_store_open_async (fixture->store, NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_open_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  make_link (fixture, &patient);
}

void
link_fixture_reopen_without (LinkFixture *fixture, const char *name)
{
  g_autofree char *directory = get_directory ();
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_signal_handlers_disconnect_by_data (fixture->link, fixture);
  g_clear_object (&fixture->link);
  ds_store_close (fixture->store);
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_unlink (path), ==, 0);
  open_handheld (fixture);
}

void
link_fixture_set_up (LinkFixture *fixture, gconstpointer data)
{
  fixture->clock = ds_manual_clock_new (g_get_real_time () / 1000);
  fixture->random = ds_random_new_seeded (15);
  fixture->depot = fake_depot_new (DS_CLOCK (fixture->clock));
  open_handheld (fixture);
}

void
link_fixture_set_up_enrolled (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_set_up (fixture, data);
  link_fixture_enrol (fixture);
  if (data != NULL)
    {
      g_clear_object (&fixture->link);
      make_link (fixture, data);
    }
  g_ptr_array_set_size (fixture->depot->requests, 0);
}

void
link_fixture_set_up_synced (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_set_up_enrolled (fixture, data);
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  WAIT_UNTIL (fixture->depot->polls != NULL);
}

static void
is_gone (gpointer data, GObject *object)
{
  *(gboolean *)data = TRUE;
}

void
link_fixture_tear_down (LinkFixture *fixture, gconstpointer data)
{
  gboolean link_gone = FALSE;

  ds_link_stop (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  g_signal_handlers_disconnect_by_data (fixture->link, fixture);
  g_object_weak_ref (G_OBJECT (fixture->link), is_gone, &link_gone);
  g_object_unref (fixture->link);
  WAIT_UNTIL (link_gone); /* what was under way ends and lets go */
  ds_store_close (fixture->store);
  g_assert_finalize_object (fixture->store);
  fake_depot_free (fixture->depot);
  g_object_unref (fixture->random);
  g_object_unref (fixture->clock);
}

/* What a courier does */

/* Takes @data. */
void
link_fixture_append (LinkFixture *fixture, const char *type, json_t *data)
{
  g_autoptr (json_t) own = data;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) stops = NULL;
  g_autoptr (GError) error = NULL;
  DsDraft draft = { type, own };

  g_assert_nonnull (data);
  ds_store_append_async (fixture->store, &draft, 1, NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  stops = ds_store_append_finish (fixture->store, result, &error);
  g_assert_no_error (error);
}

void
link_fixture_append_jump (LinkFixture *fixture)
{
  link_fixture_append (fixture, "clock.jumped", json_pack ("{s:i}", "by_ms", 1));
}

json_t *
link_fixture_make_stop (guint number)
{
  g_autofree char *id = g_strdup_printf ("S%u", number);
  g_autofree char *waybill = g_strdup_printf ("DS%07u", number);

  return json_pack (
      "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}], s:n, s:n}", "stop",
      id, "version", 1, "position", number, "recipient", "李小华", "phone", "17012340126", "address",
      "文三路 1 号", "place", "西湖", "note", "lat_e6", 0, "lng_e6", 0, "window_from_ms", 0, "window_to_ms",
      0, "parcels", "waybill", waybill, "due_fen", 19800, "prepaid", 0, "prefetched", "spoken_secret");
}

guint
link_fixture_count_stops (LinkFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) stops = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_load_stops_async (fixture->store, NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  stops = ds_store_load_stops_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  return stops->len;
}

guint
link_fixture_count_problems (LinkFixture *fixture, const char *kind)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  guint n = 0;

  ds_store_load_problems_async (fixture->store, NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  problems = ds_store_load_problems_finish (fixture->store, result, NULL);
  for (guint i = 0; i < problems->len; i++)
    n += g_str_equal (((DsProblem *)g_ptr_array_index (problems, i))->kind, kind);
  return n;
}

gint64
link_fixture_count_unsent (LinkFixture *fixture)
{
  return ds_store_get_n_unsent (fixture->store);
}

guint
link_fixture_count_requests (LinkFixture *fixture, const char *request)
{
  return fake_depot_count_requests (fixture->depot, request);
}

gboolean
link_fixture_is_busy (LinkFixture *fixture)
{
  gboolean busy;

  g_object_get (fixture->link, "busy", &busy, NULL);
  return busy;
}

char *
link_fixture_make_reply (const char *status, const char *media, const char *body)
{
  return g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", status, media,
                          strlen (body), body);
}

void
link_fixture_assert_offline (LinkFixture *fixture, const char *words)
{
  g_assert_false (ds_link_get_online (fixture->link));
  g_assert_nonnull (ds_link_get_problem (fixture->link));
  g_assert_nonnull (strstr (ds_link_get_problem (fixture->link), words));
}
