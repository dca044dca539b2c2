/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feed down and the line it comes over. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-private.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-settings.h"

#include <string.h>

#define N_STOPS 2500

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

#define feed_test_add(path, test) g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

static void
import_stops (DepotFixture *fixture, guint n)
{
  g_autoptr (GString) csv = g_string_new ("waybill,recipient,address,due\n");
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (csv, "W%05u,Person %u,Street %u,0\n", i, i, i);
  report = depot_fixture_import (fixture, csv->str, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (report, "stops")), ==, n);
}

static gint64
get_cursor (Reply *reply)
{
  return g_ascii_strtoll (soup_message_headers_get_one (reply->headers, "Doorstep-Cursor"), NULL, 10);
}

static guint
count_lines (Reply *reply)
{
  gsize n;
  const char *text = g_bytes_get_data (reply->body, &n);
  guint lines = 0;

  for (gsize i = 0; i < n; i++)
    lines += text[i] == '\n';
  return lines;
}

static void
test_first_items (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) settings = depot_fixture_find_item (fixture, "settings", NULL);
  g_autoptr (json_t) operators = depot_fixture_find_item (fixture, "operators", NULL);
  g_autoptr (DsSettings) read = NULL;
  g_autoptr (DsTrustList) trust = NULL;
  g_autoptr (GError) error = NULL;

  read = ds_settings_new_from_json (settings, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->courier_id, ==, "0317");
  g_assert_cmpstr (read->courier_name, ==, "Chen Wei");
  g_assert_cmpint (read->voucher_limit_fen, ==, 50000);
  g_assert_cmpint (read->unknown_after_ms, ==, 30000);
  trust = ds_trust_list_new_from_jws (json_string_value (json_object_get (operators, "jws")),
                                      ds_depot_get_key (fixture->depot), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ds_trust_list_get_n_operators (trust), ==, 2);
  g_assert_nonnull (ds_trust_list_find_operator (trust, "007"));
}

/* Page by page, each item once, in the order of the cursor. */
static void
test_pages (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  gint64 cursor = 0;
  guint n = 0, n_pages = 0;
  gboolean more;

  import_stops (fixture, N_STOPS);
  do
    {
      g_autofree char *path = g_strdup_printf ("/v1/feed?after=%" G_GINT64_FORMAT "&limit=1000", cursor);

      depot_fixture_send (fixture, "GET", path, fixture->token, NULL, 0, &reply);
      g_assert_cmpuint (reply.status, ==, 200);
      g_assert_cmpint (get_cursor (&reply), >, cursor);
      cursor = get_cursor (&reply);
      n += count_lines (&reply);
      n_pages++;
      more = g_strcmp0 (soup_message_headers_get_one (reply.headers, "Doorstep-More"), "1") == 0;
    }
  while (more);
  g_assert_cmpuint (n, ==, N_STOPS + 2);
  g_assert_cmpuint (n_pages, ==, 3);
}

/* The latest state of a subject takes the place of the one before, further on. */
static void
test_replace (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) before = { 0 };
  g_auto (Reply) after = { 0 };
  g_autofree char *code = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &before);
  g_assert_cmpuint (count_lines (&before), ==, 2);
  code = ds_depot_enrol (fixture->depot, "0317", "Chen Wei Min", NULL, NULL);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &after);
  g_assert_cmpuint (count_lines (&after), ==, 2);
  g_assert_cmpint (get_cursor (&after), >, get_cursor (&before));
}

/* What it holds of the handheld's journal is told with every page: the last entry's number, and its hash. */
static void
test_held (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) before = { 0 };
  g_auto (Reply) after = { 0 };
  g_autofree char *refused = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &before);
  g_assert_cmpstr (soup_message_headers_get_one (before.headers, "Doorstep-Acknowledged"), ==, "0");
  g_assert_cmpstr (soup_message_headers_get_one (before.headers, "Doorstep-Head"), ==, DS_ENTRY_GENESIS);
  depot_fixture_append (fixture, "clock.jumped", "{s:i}", "by_ms", 1);
  refused = depot_fixture_push (fixture);
  g_assert_cmpstr (refused, ==, NULL);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &after);
  g_assert_cmpstr (soup_message_headers_get_one (after.headers, "Doorstep-Acknowledged"), ==, "1");
  g_assert_cmpstr (soup_message_headers_get_one (after.headers, "Doorstep-Head"), ==, fixture->head);
}

/* A depot restored from a backup gives no cursor that a handheld has passed already: its news would not be asked for. */
static void
test_restored (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "depot.db", NULL);
  g_autofree char *backup = NULL;
  g_auto (Reply) before = { 0 };
  g_auto (Reply) after = { 0 };
  g_autofree char *news = NULL;
  g_autofree char *code = NULL;
  gsize n;

  ds_depot_close (fixture->depot);
  g_assert_true (g_file_get_contents (path, &backup, &n, NULL));
  depot_fixture_restart (fixture);
  for (guint i = 0; i < 5; i++)
    g_free (ds_depot_enrol (fixture->depot, "0317", i % 2 ? "One" : "Two", NULL, NULL));
  depot_fixture_renew_token (fixture);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &before);

  ds_depot_close (fixture->depot);
  g_assert_true (g_file_set_contents (path, backup, (gssize)n, NULL));
  ds_manual_clock_advance_ms (fixture->clock, 1000);
  depot_fixture_restart (fixture);
  depot_fixture_renew_token (fixture);
  code = ds_depot_enrol (fixture->depot, "0317", "Three", NULL, NULL);
  news = g_strdup_printf ("/v1/feed?after=%" G_GINT64_FORMAT, get_cursor (&before));
  depot_fixture_send (fixture, "GET", news, fixture->token, NULL, 0, &after);
  g_assert_cmpuint (count_lines (&after), >, 0);
}

/* Compressed for whoever asks, and the same bytes in the end. */
static void
test_gzip (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) plain = { 0 };
  g_auto (Reply) unpacked = { 0 };
  g_autoptr (SoupSession) plain_session = NULL;
  g_autoptr (SoupSession) kept = NULL;

  import_stops (fixture, 100);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &unpacked);
  g_assert_cmpstr (soup_message_headers_get_one (unpacked.headers, "Content-Encoding"), ==, "gzip");

  plain_session = soup_session_new_with_options ("tls-database",
                                                 soup_session_get_tls_database (fixture->session), NULL);
  soup_session_remove_feature_by_type (plain_session, SOUP_TYPE_CONTENT_DECODER);
  kept = g_steal_pointer (&fixture->session);
  fixture->session = g_object_ref (plain_session);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &plain);
  g_assert_null (soup_message_headers_get_one (plain.headers, "Content-Encoding"));
  g_assert_true (g_bytes_equal (plain.body, unpacked.body));
  g_object_unref (fixture->session);
  fixture->session = g_steal_pointer (&kept);
}

/* A long poll sleeps until there are news for its own courier. */
static void
test_long_poll (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *others = NULL;
  g_autofree char *ours = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  path = g_strdup_printf ("/v1/feed?wait=60&after=%" G_GINT64_FORMAT, get_cursor (&reply));
  reply_clear (&reply);
  reply = (Reply){ 0 };
  depot_fixture_begin (fixture, "GET", path, fixture->token, NULL, 0, &reply);
  depot_fixture_wait_for_polls (fixture, 1);
  others = ds_depot_enrol (fixture->depot, "0400", "Somebody Else", NULL, NULL);
  depot_fixture_settle (fixture);
  g_assert_false (reply.done);
  ours = ds_depot_enrol (fixture->depot, "0317", "Chen Wei Min", NULL, NULL);
  depot_fixture_wait (&reply);
  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpuint (count_lines (&reply), ==, 1);
}

static void
test_long_poll_ends (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autofree char *path = NULL;
  gint64 cursor, began_us;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  cursor = get_cursor (&reply);
  path = g_strdup_printf ("/v1/feed?wait=1&after=%" G_GINT64_FORMAT, cursor);
  began_us = g_get_monotonic_time ();
  depot_fixture_send (fixture, "GET", path, fixture->token, NULL, 0, &reply);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >, 200000);
  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (reply.body), ==, 0);
  g_assert_cmpint (get_cursor (&reply), ==, cursor);
}

/* A handheld has one long poll: a second one lets the first go. */
static void
test_one_poll (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) first = { 0 };
  g_auto (Reply) second = { 0 };
  g_autofree char *path = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &first);
  path = g_strdup_printf ("/v1/feed?wait=60&after=%" G_GINT64_FORMAT, get_cursor (&first));
  reply_clear (&first);
  first = (Reply){ 0 };
  depot_fixture_begin (fixture, "GET", path, fixture->token, NULL, 0, &first);
  depot_fixture_wait_for_polls (fixture, 1);
  depot_fixture_begin (fixture, "GET", path, fixture->token, NULL, 0, &second);
  depot_fixture_wait (&first);
  g_assert_cmpuint (first.status, ==, 200);
  g_assert_false (second.done);

  /* The line is cut: the poll ends without an answer, and the same port answers again later. */
  g_assert_true (ds_depot_set_line (fixture->depot, FALSE, NULL));
  depot_fixture_wait (&second);
  g_assert_cmpuint (second.status, ==, 0);
  depot_fixture_send (fixture, "GET", "/v1/health", NULL, NULL, 0, &second);
  g_assert_cmpuint (second.status, ==, 0);
  g_assert_true (ds_depot_set_line (fixture->depot, TRUE, NULL));
  g_assert_cmpstr (ds_depot_get_address (fixture->depot), ==, fixture->address);
  depot_fixture_send (fixture, "GET", "/v1/health", NULL, NULL, 0, &second);
  g_assert_cmpuint (second.status, ==, 200);
}

static gint64
count_rows (DepotFixture *fixture, const char *sql)
{
  gint64 n;

  g_assert_true (ds_depot_sql_get_int (fixture->depot->db, &n, 0, NULL, sql, ""));
  return n;
}

static void
hang_up (SoupMessage *message, gpointer fixture)
{
  soup_session_abort (((DepotFixture *)fixture)->session);
}

/* The connection breaks when the push has been sent and before its answer arrives: sent again, it gets the answer, and
 * nothing is doubled. */
static void
test_cut_before_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *uri = g_strconcat (fixture->address, "/v1/journal", NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", fixture->token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", uri);
  g_autoptr (GBytes) line = NULL;
  g_autoptr (json_t) answer = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment", id,
                        "shift", "S", "stop", "D", "parcels", "W", "amount_fen", 500, "tendered_fen", 500,
                        "change_fen", 0);
  line = g_bytes_new (g_ptr_array_index (fixture->lines, 0), strlen (g_ptr_array_index (fixture->lines, 0)));
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", bearer);
  soup_message_set_request_body_from_bytes (message, "application/x-ndjson", line);
  g_signal_connect (message, "wrote-body", G_CALLBACK (hang_up), fixture);
  depot_fixture_begin_message (fixture, message, &reply);
  depot_fixture_wait (&reply);
  g_assert_cmpuint (reply.status, ==, 0);
  while (count_rows (fixture, "SELECT count (*) FROM entry") == 0)
    g_main_context_iteration (NULL, TRUE);

  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  answer = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (answer, "acknowledged")), ==, 1);
  g_assert_cmpint (count_rows (fixture, "SELECT count (*) FROM entry"), ==, 1);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 500);
}

/* The line breaks in the middle of a page: the reply is no page, and the same question gets the whole one. */
static void
test_cut_in_page (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) whole = { 0 };
  g_auto (Reply) again = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strconcat (fixture->address, "/v1/feed?limit=2000", NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", fixture->token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  Reply cut = { 0 };

  import_stops (fixture, N_STOPS);
  depot_fixture_send (fixture, "GET", "/v1/feed?limit=2000", fixture->token, NULL, 0, &whole);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", bearer);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "identity");
  g_signal_connect (message, "got-headers", G_CALLBACK (hang_up), fixture);
  depot_fixture_begin_message (fixture, message, &cut);
  depot_fixture_wait (&cut);
  g_assert_cmpuint (cut.status, ==, 0);

  depot_fixture_send (fixture, "GET", "/v1/feed?limit=2000", fixture->token, NULL, 0, &again);
  g_assert_true (g_bytes_equal (whole.body, again.body));
}

/* settings.json is the owner's to edit: a change reaches every courier, rubbish keeps the depot from starting. */
static void
test_settings (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "settings.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) edited = NULL;
  g_autoptr (json_t) before = depot_fixture_find_item (fixture, "settings", NULL);
  g_autoptr (json_t) after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  edited = g_string_new (text);
  g_assert_cmpuint (g_string_replace (edited, "\"voucher_fen\": 50000", "\"voucher_fen\": 20000", 0), ==, 1);
  g_assert_true (g_file_set_contents (path, edited->str, -1, NULL));
  depot_fixture_restart (fixture);
  depot_fixture_renew_token (fixture);
  after = depot_fixture_find_item (fixture, "settings", NULL);
  g_assert_cmpint (json_integer_value (json_object_get (json_object_get (after, "limits"), "voucher_fen")),
                   ==, 20000);
  g_assert_cmpint (json_integer_value (json_object_get (after, "version")), ==,
                   json_integer_value (json_object_get (before, "version")) + 1);

  g_assert_true (g_file_set_contents (path, "{\"limits\": 3}", -1, NULL));
  ds_depot_close (fixture->depot);
  g_assert_null (depot_fixture_try_open (fixture, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  depot_fixture_restart (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  feed_test_add ("/feed/first-items", test_first_items);
  feed_test_add ("/feed/pages", test_pages);
  feed_test_add ("/feed/replace", test_replace);
  feed_test_add ("/feed/restored", test_restored);
  feed_test_add ("/feed/held", test_held);
  feed_test_add ("/feed/gzip", test_gzip);
  feed_test_add ("/feed/long-poll", test_long_poll);
  feed_test_add ("/feed/long-poll-ends", test_long_poll_ends);
  feed_test_add ("/feed/one-poll", test_one_poll);
  feed_test_add ("/feed/cut-before-answer", test_cut_before_answer);
  feed_test_add ("/feed/cut-in-page", test_cut_in_page);
  feed_test_add ("/feed/settings", test_settings);
  return g_test_run ();
}
