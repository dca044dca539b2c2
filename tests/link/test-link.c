/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-link.h"
#include "ds-random.h"

#include "fake-depot.h"
#include "wait.h"

#include <string.h>

#define HOUR_MS (60 * 60 * 1000)

typedef struct
{
  DsManualClock *clock;
  DsRandom *random;
  FakeDepot *depot;
  DsStore *store;
  DsLink *link;
  guint n_caught_up;
  guint n_online_changes;
} Fixture;

/* By default nothing is tried again by itself, so that a test sees each step. */
static const DsLinkTimings patient = {
  .shortest_delay_ms = HOUR_MS,
  .longest_delay_ms = HOUR_MS,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
  .feed_wait_s = 25,
  .page_items = 1000,
};

static const DsLinkTimings eager = {
  .shortest_delay_ms = 1,
  .longest_delay_ms = 4,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
  .feed_wait_s = 25,
  .page_items = 3,
};

/* A long poll is not very long, and the pause after one that was ended at once is much shorter. */
static const DsLinkTimings brisk = {
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
  ((Fixture *)user_data)->n_caught_up++;
}

static void
online_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  ((Fixture *)user_data)->n_online_changes++;
}

static void
make_link (Fixture *fixture, const DsLinkTimings *timings)
{
  g_autoptr (DsNetwork) network = ds_network_new_system (DS_CLOCK (fixture->clock));

  fixture->link
      = ds_link_new_over (fixture->store, network, DS_CLOCK (fixture->clock), fixture->random, timings);
  g_signal_connect (fixture->link, "caught-up", G_CALLBACK (caught_up), fixture);
  g_signal_connect (fixture->link, "notify::online", G_CALLBACK (online_changed), fixture);
}

static DsIdentity *
ask_to_enrol (Fixture *fixture, const DsEnrolCode *code, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_link_ask_to_enrol_async (fixture->link, code, "test handheld", NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return ds_link_ask_to_enrol_finish (fixture->link, result, error);
}

static void
enrol (Fixture *fixture)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsIdentity) identity = ask_to_enrol (fixture, code, &error);

  g_assert_no_error (error);
  ds_store_enrol_async (fixture->store, identity, "test handheld", NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_enrol_finish (fixture->store, result, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_build_filename (g_get_user_data_dir (), "handheld", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->clock = ds_manual_clock_new (g_get_real_time () / 1000);
  fixture->random = ds_random_new_seeded (15);
  fixture->depot = fake_depot_new (DS_CLOCK (fixture->clock));
  fixture->store = ds_store_new (directory, DS_CLOCK (fixture->clock), fixture->random);
  ds_store_open_async (fixture->store, NULL, wait_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_open_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  make_link (fixture, &patient);
}

static void
set_up_enrolled (Fixture *fixture, gconstpointer data)
{
  set_up (fixture, data);
  enrol (fixture);
  if (data != NULL)
    {
      g_clear_object (&fixture->link);
      make_link (fixture, data);
    }
  g_ptr_array_set_size (fixture->depot->requests, 0);
}

static void
set_up_synced (Fixture *fixture, gconstpointer data)
{
  set_up_enrolled (fixture, data);
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  WAIT_UNTIL (fixture->depot->polls != NULL);
}

static void
is_gone (gpointer data, GObject *object)
{
  *(gboolean *)data = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
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
static void
append (Fixture *fixture, const char *type, json_t *data)
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

static void
append_jump (Fixture *fixture)
{
  append (fixture, "clock.jumped", json_pack ("{s:i}", "by_ms", 1));
}

static json_t *
make_stop (guint number)
{
  g_autofree char *id = g_strdup_printf ("S%u", number);
  g_autofree char *waybill = g_strdup_printf ("DS%07u", number);

  return json_pack (
      "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}], s:n, s:n}", "stop",
      id, "version", 1, "position", number, "recipient", "李小华", "phone", "17012340126", "address",
      "文三路 1 号", "place", "西湖", "note", "lat_e6", 0, "lng_e6", 0, "window_from_ms", 0, "window_to_ms",
      0, "parcels", "waybill", waybill, "due_fen", 19800, "prepaid", 0, "prefetched", "spoken_secret");
}

static guint
count_stops (Fixture *fixture)
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

static guint
count_problems (Fixture *fixture, const char *kind)
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

static gint64
n_unsent (Fixture *fixture)
{
  return ds_store_get_n_unsent (fixture->store);
}

static guint
n_requests (Fixture *fixture, const char *request)
{
  return fake_depot_count_requests (fixture->depot, request);
}

#define PUSH "POST /v1/journal"
#define PULL "GET /v1/feed"
#define TOKEN "POST /v1/tokens"

static gboolean
is_busy (Fixture *fixture)
{
  gboolean busy;

  g_object_get (fixture->link, "busy", &busy, NULL);
  return busy;
}

static char *
make_reply (const char *status, const char *media, const char *body)
{
  return g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", status, media,
                          strlen (body), body);
}

static void
assert_offline (Fixture *fixture, const char *words)
{
  g_assert_false (ds_link_get_online (fixture->link));
  g_assert_nonnull (ds_link_get_problem (fixture->link));
  g_assert_nonnull (strstr (ds_link_get_problem (fixture->link), words));
}

/* Enrolment */

static void
test_enrol (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsIdentity) first = ask_to_enrol (fixture, code, &error);
  g_autoptr (DsIdentity) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (first->device_id, ==, "device-1");
  g_assert_cmpstr (first->address, ==, code->address);
  g_assert_cmpstr (first->depot_name, ==, "Hangzhou 3");
  g_assert_cmpstr (first->courier_id, ==, "0317");
  g_assert_cmpstr (first->courier_name, ==, "王磊");
  g_assert_cmpmem (ds_key_get_public (first->depot_key), DS_SM2_PUBLIC_SIZE,
                   ds_key_get_public (fixture->depot->key), DS_SM2_PUBLIC_SIZE);
  g_assert_cmpstr (first->ca_pem, ==, ds_authority_get_ca_pem (fixture->depot->authority));
  g_assert_null (ds_store_get_identity (fixture->store)); /* nothing is kept before the courier agrees */

  again = ask_to_enrol (fixture, code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->device_id, ==, first->device_id);
}

static void
test_enrol_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GError) error = NULL;
  char *pin = code->pin;

  code->pin = (char *)"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  g_assert_null (ask_to_enrol (fixture, code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_assert_cmpuint (fixture->depot->requests->len, ==, 0);
  code->pin = pin;

  g_clear_error (&error);
  g_free (code->code);
  code->code = g_strdup ("WRONG");
  g_assert_null (ask_to_enrol (fixture, code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
}

static void
test_enrol_bad_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  const char *const bodies[] = { "{}", "[]", "{\"device\":\"\"}", "not JSON" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *reply = make_reply ("200 OK", "application/json", bodies[i]);

      fake_depot_set_fault (fixture->depot, "/v1/devices", FALSE, 1, reply);
      g_assert_null (ask_to_enrol (fixture, code, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
    }
}

/* The ordinary day */

static void
test_start (Fixture *fixture, gconstpointer data)
{
  fake_depot_add (fixture->depot, "stop", make_stop (1));
  fake_depot_add (fixture->depot, "stop", make_stop (2));
  g_assert_cmpint (n_unsent (fixture), ==, 1); /* device.enrolled */
  g_assert_cmpint (ds_link_get_last_sync_ms (fixture->link), ==, 0);

  ds_link_start (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  WAIT_UNTIL (fixture->n_caught_up == 1);

  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  g_assert_cmpint (ds_link_get_last_sync_ms (fixture->link), ==,
                   ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)));
  g_assert_cmpint (n_unsent (fixture), ==, 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1);
  g_assert_cmpuint (count_stops (fixture), ==, 2);

  /* Money first. */
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 0), ==, TOKEN);
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 1), ==, PUSH);
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 2), ==, PULL);
}

/* The long poll stays open while entries are pushed, and brings news at once. */
static void
test_side_by_side (Fixture *fixture, gconstpointer data)
{
  guint n_pulls = n_requests (fixture, PULL);

  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  append_jump (fixture);
  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 4);
  g_assert_cmpuint (n_requests (fixture, PULL), ==, n_pulls);

  fake_depot_tell (fixture->depot, "stop", make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
  WAIT_UNTIL (n_requests (fixture, PULL) == n_pulls + 1);
  g_assert_cmpuint (count_stops (fixture), ==, 1);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);
}

static void
test_batches (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      DsDraft drafts[60];
      g_autoptr (json_t) jump = json_pack ("{s:i}", "by_ms", 1);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) stops = NULL;

      for (gsize d = 0; d < G_N_ELEMENTS (drafts); d++)
        drafts[d] = (DsDraft){ "clock.jumped", jump };
      ds_store_append_async (fixture->store, drafts, G_N_ELEMENTS (drafts), NULL, wait_keep_result, &result);
      WAIT_UNTIL (result != NULL);
      stops = ds_store_append_finish (fixture->store, result, NULL);
      g_assert_nonnull (stops);
    }
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1201);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 3); /* 500, 500, 201 */
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  for (guint i = 1; i <= 10; i++)
    fake_depot_add (fixture->depot, "stop", make_stop (i));
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (count_stops (fixture), ==, 10);
  g_assert_cmpint (ds_store_get_feed_cursor (fixture->store), ==, 10);
  WAIT_UNTIL (fixture->depot->polls != NULL);
  g_assert_cmpuint (n_requests (fixture, PULL), ==, 5); /* four pages and the wait at the end */
}

static void
test_refused_entries (Fixture *fixture, gconstpointer data)
{
  append (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S9", "text", "gate code 12"));
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (count_problems (fixture, "quarantined"), ==, 1);
  g_assert_true (ds_link_get_online (fixture->link));
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  guint n = fixture->depot->requests->len;

  ds_link_stop (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  append_jump (fixture);
  ds_link_wake (fixture->link);
  g_assert_cmpuint (fixture->depot->requests->len, ==, n);

  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 2);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
}

/* Tokens and clocks */

static void
test_token_expiry (Fixture *fixture, gconstpointer data)
{
  fake_depot_forget_tokens (fixture->depot);
  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 3); /* at the start, refused, and again */

  /* Ten minutes on, the token is known to have ended before the depot has to say so. */
  ds_manual_clock_advance_ms (fixture->clock, 600 * 1000);
  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 3);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 4);
}

/* A depot that gives tokens and takes none is not asked for ever. */
static void
test_token_never_good (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1000,
                        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  assert_offline (fixture, "refused");
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
}

static void
test_token_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reply
      = make_reply ("403 Forbidden", "application/problem+json",
                    "{\"type\":\"urn:doorstep:problem:unauthorised\",\"detail\":\"It was signed out.\"}");

  fake_depot_set_fault (fixture->depot, "/v1/tokens", FALSE, 1, reply);
  ds_link_start (fixture->link);
  WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
  assert_offline (fixture, "It was signed out.");
}

static void
test_clock_skew (Fixture *fixture, gconstpointer data)
{
  fixture->depot->clock_offset_ms = 3 * HOUR_MS;
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (n_requests (fixture, TOKEN), ==, 2);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);

  /* The acknowledgement told the time: the next token needs no detour. */
  fake_depot_forget_tokens (fixture->depot);
  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (n_requests (fixture, TOKEN), ==, 3);
}

/* A bad line */

static void
test_lost_reply (Fixture *fixture, gconstpointer data)
{
  append_jump (fixture);
  fake_depot_set_fault (fixture->depot, "/v1/journal", TRUE, 1, NULL);
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 2);
  g_assert_cmpuint (fixture->n_online_changes, ==, 1); /* one broken connection is nobody's business */
}

static void
test_half_reply (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", TRUE, 2,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
                        "{\"acknowledged\":");
  append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpint (n_unsent (fixture), ==, 1);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
}

/* A chunked page that ends with a whole line looks whole to libsoup; the announced cursor tells. */
static void
test_half_page (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reply = NULL;
  const char *first;

  for (guint i = 1; i <= 3; i++)
    fake_depot_add (fixture->depot, "stop", make_stop (i));
  first = g_ptr_array_index (fixture->depot->items, 0);
  reply = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nDoorstep-Cursor: 3\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\n\r\n",
                           strlen (first) + 1, first);
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, reply);

  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (count_stops (fixture), ==, 3);
}

static void
test_bad_pages (Fixture *fixture, gconstpointer data)
{
  const char *const replies[] = {
    /* goes backwards */
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nDoorstep-Cursor: 0\r\nContent-Length: "
    "3\r\n\r\n{}\n",
    /* has no cursor */
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n",
    /* promises more and gives nothing */
    "HTTP/1.1 200 OK\r\nDoorstep-More: 1\r\nContent-Length: 0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, replies[i]);
      ds_link_start (fixture->link);
      WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
      assert_offline (fixture, "feed");
      ds_link_stop (fixture->link);
    }
}

/* libsoup repeats what it sent on a connection that had been used before; after that it is our turn. */
static void
test_broken_poll (Fixture *fixture, gconstpointer data)
{
  fixture->n_online_changes = 0;
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, NULL);
  fake_depot_drop_polls (fixture->depot);
  WAIT_UNTIL (fixture->depot->n_faults == 0);
  WAIT_UNTIL (fixture->depot->polls != NULL);
  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_cmpuint (fixture->n_online_changes, ==, 0);

  fake_depot_tell (fixture->depot, "stop", make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
}

static void
test_poll_keeps_breaking (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1000, NULL);
  fake_depot_drop_polls (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  assert_offline (fixture, "broke");
}

static void
test_depot_goes_away (Fixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  assert_offline (fixture, "not running");
  append_jump (fixture);
  g_assert_cmpint (n_unsent (fixture), ==, 1);

  fake_depot_come_up (fixture->depot);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 2);
  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  g_assert_cmpint (n_unsent (fixture), ==, 0);
}

static void
test_network_returns (Fixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  fake_depot_come_up (fixture->depot);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  WAIT_UNTIL (fixture->n_caught_up == 2);
}

/* The machine slept while an hour of back-off was to be waited out, then while a poll was open on a line that may be
 * dead, then longer than its token lives: each time it exchanges on waking, and waits for no old timer. */
static void
test_sleeps (Fixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  fake_depot_come_up (fixture->depot);
  ds_manual_clock_sleep_ms (fixture->clock, 60 * 1000);
  WAIT_UNTIL (fixture->n_caught_up == 2);

  append_jump (fixture);
  WAIT_UNTIL (fixture->n_caught_up == 3 && fixture->depot->polls != NULL);
  ds_manual_clock_sleep_ms (fixture->clock, 60 * 1000);
  g_assert_true (is_busy (fixture));
  WAIT_UNTIL (fixture->n_caught_up == 4);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);

  ds_manual_clock_sleep_ms (fixture->clock, HOUR_MS);
  WAIT_UNTIL (fixture->n_caught_up == 5);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
  g_assert_cmpint (n_unsent (fixture), ==, 0);
}

/* Nobody wakes it: the back-off alone brings it back. */
static void
test_retries (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 6,
                        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 7);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1);
}

/* A depot under load says when to come back; the network's return does not override it, a person does. */
static void
test_retry_after (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1,
                        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  assert_offline (fixture, "503");

  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_false (is_busy (fixture));

  ds_link_wake (fixture->link);
  g_assert_true (is_busy (fixture));
  WAIT_UNTIL (n_unsent (fixture) == 0);
}

/* At the peak it is the tokens that are asked for first. */
static void
test_retry_after_token (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/tokens", FALSE, 1,
                        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  ds_link_start (fixture->link);
  WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_false (is_busy (fixture));

  /* The two minutes are over; nothing but the network's return wakes it. */
  ds_manual_clock_advance_ms (fixture->clock, 120 * 1000);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (n_requests (fixture, TOKEN), ==, 2);
}

static void
test_captive_portal (Fixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
  append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  assert_offline (fixture, "sign in");
  g_assert_cmpint (n_unsent (fixture), ==, 1);
}

/* A depot that never waits is not asked in a circle. */
static void
test_impatient_depot (Fixture *fixture, gconstpointer data)
{
  fixture->depot->impatient = TRUE;
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  for (guint i = 0; i < 5; i++)
    {
      append_jump (fixture);
      WAIT_UNTIL (n_unsent (fixture) == 0);
    }
  g_assert_cmpuint (n_requests (fixture, PULL), ==, 2);
}

/* What only people can settle */

static void
test_fork (Fixture *fixture, gconstpointer data)
{
  g_free (g_ptr_array_index (fixture->depot->lines, 0));
  g_ptr_array_index (fixture->depot->lines, 0) = g_strdup ("another history");
  g_ptr_array_add (fixture->depot->lines, g_strdup ("goes on differently"));
  append_jump (fixture);
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);

  /* Reading goes on. */
  g_assert_true (ds_link_get_online (fixture->link));
  fake_depot_tell (fixture->depot, "stop", make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
  g_assert_cmpint (n_unsent (fixture), ==, 1);

  /* A depot that was away may have been restored, and have forgotten what it had kept of ours. */
  g_ptr_array_set_size (fixture->depot->requests, 0);
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 0);
  fake_depot_come_up (fixture->depot);
  ds_link_wake (fixture->link);
  /* The second of our two entries, and then the first, which the depot had acknowledged: it is another's now. */
  WAIT_UNTIL (n_requests (fixture, PUSH) == 2);
}

/* Two with one identity end each other's long polls. Once that is known, nothing is urgent for either any more. */
static void
test_forked_polls (Fixture *fixture, gconstpointer data)
{
  gint64 began_us = g_get_monotonic_time ();

  ds_store_set_forked (fixture->store, "forks at 1");
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);
  fixture->depot->impatient = TRUE;
  ds_link_start (fixture->link);
  /* A page, a poll that is ended at once, and the next poll. */
  WAIT_UNTIL (n_requests (fixture, PULL) == 3);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, brisk.feed_wait_s * G_USEC_PER_SEC);
}

/* A depot that was restored from a copy has since taken another handheld's entries under the numbers that it had
 * acknowledged to us. Their count tells nothing, their hash does; and ours are sent, to be kept apart. */
static void
assert_overtaken (Fixture *fixture, guint n_held)
{
  for (guint i = 0; i < 7; i++)
    append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0 && !is_busy (fixture));
  g_assert_cmpuint (fixture->depot->lines->len, ==, 8);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);

  g_ptr_array_set_size (fixture->depot->lines, 3);
  while (fixture->depot->lines->len < n_held)
    g_ptr_array_add (fixture->depot->lines, g_strdup ("the other one's"));
  g_ptr_array_set_size (fixture->depot->requests, 0);
  ds_link_wake (fixture->link);
  /* From the eighth, the seventh, the fifth and the first on: then the fourth is seen to be another. */
  WAIT_UNTIL (n_requests (fixture, PUSH) == 4 && !is_busy (fixture));
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);
  g_assert_true (ds_link_get_online (fixture->link));

  /* Once is enough, as long as the depot holds the same. */
  fake_depot_tell (fixture->depot, "stop", make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1 && fixture->depot->polls != NULL);
  g_assert_cmpuint (n_requests (fixture, PUSH), ==, 4);
}

static void
test_overtaken (Fixture *fixture, gconstpointer data)
{
  assert_overtaken (fixture, 8);
}

static void
test_overtaken_by_more (Fixture *fixture, gconstpointer data)
{
  assert_overtaken (fixture, 10);
}

/* A copy that has nothing of its own hears at once that the depot is further than it, before it takes any money. */
static void
test_old_copy (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_add (fixture->depot->lines, g_strdup ("what the other one did"));
  ds_link_wake (fixture->link);
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_BEHIND);
  WAIT_UNTIL (!is_busy (fixture));
  g_assert_true (ds_link_get_online (fixture->link));
  fake_depot_tell (fixture->depot, "stop", make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 6);

  /* The depot was restored from a copy. */
  g_ptr_array_set_size (fixture->depot->lines, 2);
  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 7);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);

  append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 8);
}

/* The depot was restored from a copy, and there is nothing new to send: the feed's answer tells. */
static void
test_restored (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    append_jump (fixture);
  WAIT_UNTIL (n_unsent (fixture) == 0 && !is_busy (fixture));

  g_ptr_array_set_size (fixture->depot->lines, 2);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (fixture->depot->lines->len == 6);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

/* An acknowledgement by somebody else is none. */
static void
test_forged_acknowledgement (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  DsKey *key = fixture->depot->key;

  fixture->depot->key = other;
  append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpint (n_unsent (fixture), ==, 1);
  fixture->depot->key = key;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, timings, setup, function) g_test_add (path, Fixture, timings, setup, function, tear_down)
  ADD ("/link/enrol", NULL, set_up, test_enrol);
  ADD ("/link/enrol-refused", NULL, set_up, test_enrol_refused);
  ADD ("/link/enrol-bad-answers", NULL, set_up, test_enrol_bad_answers);
  ADD ("/link/start", NULL, set_up_enrolled, test_start);
  ADD ("/link/side-by-side", NULL, set_up_synced, test_side_by_side);
  ADD ("/link/batches", NULL, set_up_enrolled, test_batches);
  ADD ("/link/pages", &eager, set_up_enrolled, test_pages);
  ADD ("/link/refused-entries", NULL, set_up_synced, test_refused_entries);
  ADD ("/link/stop", NULL, set_up_synced, test_stop);
  ADD ("/link/token/expiry", NULL, set_up_synced, test_token_expiry);
  ADD ("/link/token/never-good", NULL, set_up_synced, test_token_never_good);
  ADD ("/link/token/refused", NULL, set_up_enrolled, test_token_refused);
  ADD ("/link/token/clock-skew", NULL, set_up_enrolled, test_clock_skew);
  ADD ("/link/lost-reply", NULL, set_up_enrolled, test_lost_reply);
  ADD ("/link/half-reply", NULL, set_up_synced, test_half_reply);
  ADD ("/link/half-page", NULL, set_up_enrolled, test_half_page);
  ADD ("/link/bad-pages", NULL, set_up_enrolled, test_bad_pages);
  ADD ("/link/poll/broken", NULL, set_up_synced, test_broken_poll);
  ADD ("/link/poll/keeps-breaking", NULL, set_up_synced, test_poll_keeps_breaking);
  ADD ("/link/poll/impatient-depot", NULL, set_up_enrolled, test_impatient_depot);
  ADD ("/link/depot-goes-away", NULL, set_up_synced, test_depot_goes_away);
  ADD ("/link/network-returns", NULL, set_up_synced, test_network_returns);
  ADD ("/link/retries", &eager, set_up_enrolled, test_retries);
  ADD ("/link/sleeps", NULL, set_up_synced, test_sleeps);
  ADD ("/link/retry-after", NULL, set_up_synced, test_retry_after);
  ADD ("/link/retry-after-token", NULL, set_up_enrolled, test_retry_after_token);
  ADD ("/link/captive-portal", NULL, set_up_synced, test_captive_portal);
  ADD ("/link/fork", NULL, set_up_synced, test_fork);
  ADD ("/link/poll/forked", &brisk, set_up_enrolled, test_forked_polls);
  ADD ("/link/overtaken", NULL, set_up_synced, test_overtaken);
  ADD ("/link/overtaken-by-more", NULL, set_up_synced, test_overtaken_by_more);
  ADD ("/link/old-copy", NULL, set_up_synced, test_old_copy);
  ADD ("/link/gap", NULL, set_up_synced, test_gap);
  ADD ("/link/restored", NULL, set_up_synced, test_restored);
  ADD ("/link/forged-acknowledgement", NULL, set_up_synced, test_forged_acknowledgement);
#undef ADD
  return g_test_run ();
}
