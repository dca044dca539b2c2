/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes from files: what becomes a stop, what is refused and why, and the codes that travel along. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-private.h"
#include "ds-error.h"

#include <string.h>

#define HEAD "waybill,recipient,phone,address,place,window,due,prepaid,note\n"

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

#define import_test_add(path, test)                                                                          \
  g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

static json_t *
import (DepotFixture *fixture, const char *csv)
{
  g_autoptr (GError) error = NULL;
  json_t *report = depot_fixture_import (fixture, csv, &error);

  g_assert_no_error (error);
  return report;
}

static gint64
get_count (json_t *report, const char *name)
{
  return json_integer_value (json_object_get (report, name));
}

static void
assert_refused (json_t *report, guint i, gint64 line, const char *column)
{
  json_t *item = json_array_get (json_object_get (report, "refused"), i);

  g_assert_nonnull (item);
  g_assert_cmpint (json_integer_value (json_object_get (item, "row")), ==, line);
  g_assert_cmpstr (json_string_value (json_object_get (item, "column")), ==, column);
  g_assert_true (json_is_string (json_object_get (item, "text")));
}

static const char *
get_text (json_t *stop, const char *name)
{
  return json_string_value (json_object_get (stop, name));
}

static void
test_own_columns (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report = import (
      fixture, HEAD "W1,=HYPERLINK(1),+86 1700000,\"1 Lake Road, gate \"\"B\"\"\",Lake,09:00-11:00,286.5,no,"
                    "Ring twice\n"
                    "W2,=HYPERLINK(1),+86 1700000,\"1 Lake Road, gate \"\"B\"\"\",Lake,09:00-11:00,,yes,\n");
  g_autoptr (json_t) stop = NULL;
  json_t *parcels;

  g_assert_cmpint (get_count (report, "rows"), ==, 2);
  g_assert_cmpint (get_count (report, "stops"), ==, 1);
  g_assert_cmpint (get_count (report, "parcels"), ==, 2);
  g_assert_cmpint (get_count (report, "due_fen"), ==, 28650);
  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 0);

  stop = depot_fixture_find_item (fixture, "stop", NULL);
  g_assert_cmpstr (get_text (stop, "recipient"), ==, "=HYPERLINK(1)");
  g_assert_cmpstr (get_text (stop, "address"), ==, "1 Lake Road, gate \"B\"");
  g_assert_cmpstr (get_text (stop, "note"), ==, "Ring twice");
  g_assert_cmpint (get_count (stop, "position"), ==, 1);
  g_assert_cmpint (get_count (stop, "version"), ==, 1);
  /* 09:00 in China on the day of the fixture */
  g_assert_cmpint (get_count (stop, "window_from_ms"), ==, G_GINT64_CONSTANT (1795309200000));
  g_assert_cmpint (get_count (stop, "window_to_ms") - get_count (stop, "window_from_ms"), ==,
                   2 * 3600 * 1000);
  parcels = json_object_get (stop, "parcels");
  g_assert_cmpuint (json_array_size (parcels), ==, 2);
  g_assert_cmpint (get_count (json_array_get (parcels, 0), "due_fen"), ==, 28650);
  g_assert_true (json_is_true (json_object_get (json_array_get (parcels, 1), "prepaid")));
}

static void
test_long_mistake (DepotFixture *fixture, gconstpointer data)
{
  /* Found by fuzzing: quoted to forty bytes, it ended in half of a character, and the report left the row out. */
  g_autoptr (json_t) report
      = import (fixture, HEAD "W1,A,,Street 1,,,¥二百八十六元五角整人民币加运费一元,,\n");

  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 1);
  assert_refused (report, 0, 2, "due");
}

/* Each mistake names its line and column, and costs its own row alone. */
static void
test_bad_rows (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report
      = import (fixture, HEAD "W1,A,,Street 1,,,10,,\n"             /* 2: good */
                              ",A,,Street 1,,,10,,\n"               /* 3: no waybill */
                              "W3,,,Street 1,,,10,,\n"              /* 4: no recipient */
                              "W4,A,,,,,10,,\n"                     /* 5: no address */
                              "W5,A,,Street 1,,,ten,,\n"            /* 6: no amount */
                              "W6,A,,Street 1,,,-1,,\n"             /* 7: below zero */
                              "W7,A,,Street 1,,,1.234,,\n"          /* 8: a part of a fen */
                              "W8,A,,Street 1,,,,,\n"               /* 9: neither due nor prepaid */
                              "W9,A,,Street 1,,,10,maybe,\n"        /* 10 */
                              "W10,A,,Street 1,,11-9,10,,\n"        /* 11 */
                              "W11,A,,Street 1,,25:00-26:00,10,,\n" /* 12 */
                              "W12,\"A\nB\",,Street 1,,,10,,\n"     /* 13 and 14: a line break */
                              "W13,\"A\"B,,Street 1,,,10,,\n"       /* 15: a quote astray */
                              "W1,B,,Street 2,,,10,,\n"             /* 16: W1 again */
                              "W15,B,,Street 2,,,20,,\n");          /* 17: good */
  static const struct
  {
    gint64 line;
    const char *column;
  } expected[]
      = { { 3, "waybill" },    { 4, "recipient" }, { 5, "address" },  { 6, "due" },     { 7, "due" },
          { 8, "due" },        { 9, "due" },       { 10, "prepaid" }, { 11, "window" }, { 12, "window" },
          { 13, "recipient" }, { 15, NULL },       { 16, "waybill" } };
  g_autoptr (json_t) again = NULL;

  g_assert_cmpint (get_count (report, "parcels"), ==, 2);
  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    assert_refused (report, i, expected[i].line, expected[i].column);

  /* The same file again does no harm. */
  again = import (fixture, HEAD "W1,A,,Street 1,,,10,,\nW15,B,,Street 2,,,20,,\nW16,C,,Street 3,,,5,,\n");
  g_assert_cmpint (get_count (again, "parcels"), ==, 1);
  assert_refused (again, 0, 2, "waybill");
  assert_refused (again, 1, 3, "waybill");
}

static void
test_no_route (DepotFixture *fixture, gconstpointer data)
{
  const char *const files[] = { "", "hello\n", "waybill,recipient,address\n", "PK\3\4" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (depot_fixture_import (fixture, files[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

/* Chinese column names, in the encoding that spreadsheets in China write. */
/* Marks that turn the direction of writing come with what was copied from elsewhere: nobody could find the row's mistake. */
static void
test_unseen_marks (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report = import (
      fixture, HEAD "\342\200\252W1\342\200\254,Li \342\200\256Wei,,1 Lake Road,Lake,09:00-11:00,286.5,no,\n"
                    "\342\200\216,Li,,1 Lake Road,Lake,09:00-11:00,286.5,no,\n");
  g_autoptr (json_t) stop = NULL;

  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 1);
  assert_refused (report, 0, 3, "waybill");
  stop = depot_fixture_find_item (fixture, "stop", NULL);
  g_assert_cmpstr (get_text (stop, "recipient"), ==, "Li Wei");
  g_assert_cmpstr (get_text (json_array_get (json_object_get (stop, "parcels"), 0), "waybill"), ==, "W1");
}

static void
test_chinese (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *gb = g_convert ("运单号,收件人,地址,代收金额,已付\nW1,李华,文一西路519号,12.50,否\n", -1,
                                   "GB18030", "UTF-8", NULL, NULL, NULL);
  g_autoptr (json_t) report = import (fixture, gb);
  g_autoptr (json_t) stop = depot_fixture_find_item (fixture, "stop", NULL);

  g_assert_cmpint (get_count (report, "due_fen"), ==, 1250);
  g_assert_cmpstr (get_text (stop, "recipient"), ==, "李华");
}

/* Every stop with something due brings its code along, from the operators by turns. */
static void
test_codes (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report = import (fixture, HEAD "W1,A,,Street 1,,,10,,\nW2,B,,Street 2,,,,yes,\n"
                                                    "W3,C,,Street 3,,,30,,\nW4,D,,Street 4,,,40,,\n");
  g_autoptr (json_t) stop = depot_fixture_find_item (fixture, "stop", NULL); /* the last one */
  json_t *prefetched = json_object_get (stop, "prefetched");
  g_autofree char *id = g_strdup (get_text (prefetched, "payment"));
  g_autofree char *code = g_strdup_printf ("TEST:%s:%s", get_text (prefetched, "operator"), id);
  g_autofree char *shown = NULL;
  TestOperator *op;

  g_assert_cmpint (get_count (report, "codes"), ==, 3);
  g_assert_cmpint (get_count (report, "codes_waiting"), ==, 0);
  g_assert_cmpstr (get_text (prefetched, "code"), ==, code);
  g_assert_cmpint (get_count (prefetched, "expires_at_ms"), >,
                   ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)));

  /* Shown offline, paid, journalled later: one payment, the one that was ordered. */
  op = g_str_equal (get_text (prefetched, "operator"), "003") ? fixture->operator_a : fixture->operator_b;
  test_operator_pay (op, id, get_count (prefetched, "amount_fen"));
  ds_operator_emit_notified (DS_OPERATOR (op), id);
  depot_fixture_settle (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==,
                   -get_count (prefetched, "amount_fen"));
  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:i}", "payment",
                        id, "shift", "S", "stop", get_text (stop, "stop"), "parcels", "W4", "amount_fen",
                        (json_int_t)get_count (prefetched, "amount_fen"), "source", "prefetched", "code_sm3",
                        "00", "expires_at_ms", 0);
  shown = depot_fixture_push (fixture);
  g_assert_cmpstr (shown, ==, NULL);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, 0);
}

/* An operator is away: the stops go out without codes, and come again with them. */
static void
test_codes_later (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report = NULL;
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;

  test_operator_lose_requests (fixture->operator_a, 1);
  test_operator_lose_requests (fixture->operator_b, 1);
  report = import (fixture, HEAD "W1,A,,Street 1,,,10,,\n");
  g_assert_cmpint (get_count (report, "codes_waiting"), ==, 1);
  before = depot_fixture_find_item (fixture, "stop", NULL);
  g_assert_true (json_is_null (json_object_get (before, "prefetched")));

  ds_manual_clock_advance_ms (fixture->clock, 2000);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
  after = depot_fixture_find_item (fixture, "stop", NULL);
  g_assert_false (json_is_null (json_object_get (after, "prefetched")));
  g_assert_cmpint (get_count (after, "version"), ==, 2);
}

/* Real courier days, whose names and amounts are drawn: the same seed draws the same. */
static void
test_lade (DepotFixture *fixture, gconstpointer data)
{
  const char *shared = g_getenv ("DS_SHARED_DATA");
  const char *const names[] = { "lade-hangzhou.csv", "lade-jilin.csv" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (shared ? shared : "", "routes", names[i], NULL);
      g_autofree char *text = NULL;
      g_autoptr (json_t) report = NULL;
      g_autoptr (json_t) stop = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        {
          g_test_skip ("the sample routes are not here");
          return;
        }
      report = import (fixture, text);
      g_assert_cmpint (get_count (report, "parcels"), ==, get_count (report, "rows"));
      g_assert_cmpint (get_count (report, "parcels"), >, 700);
      g_assert_cmpint (get_count (report, "due_fen"), >, 0);
      stop = depot_fixture_find_item (fixture, "stop", NULL);
      g_assert_true (g_utf8_strlen (get_text (stop, "recipient"), -1) >= 2);
      g_assert_cmpint (get_count (stop, "lat_e6"), >, 20000000);
    }
}

static void
test_lade_rows (DepotFixture *fixture, gconstpointer data)
{
  /* Two orders at one door in one window; the same door later; another door; a bad order. */
  const char *csv
      = "order_id,courier_id,accept_time,time_window_start,time_window_end,lng,lat,aoi_id,aoi_type\n"
        "4,7,05-01 08:00:00,05-01 13:00:00,05-01 15:00:00,120.00350,30.32773,519,14\n"
        "1,7,05-01 08:00:00,05-01 09:00:00,05-01 11:00:00,120.00350,30.32773,519,14\n"
        "2,7,05-01 08:00:00,05-01 09:00:00,05-01 11:00:00,120.00351,30.32774,519,14\n"
        "3,7,05-01 08:00:00,05-01 09:00:00,05-01 11:00:00,120.00450,30.32773,519,14\n"
        "x,7,05-01 08:00:00,05-01 09:00:00,05-01 11:00:00,120.00450,30.32773,519,14\n"
        "5,7,05-01 08:00:00,05-01 09:00:00,05-01 11:00:00,120.00450,91.0,519,14\n";
  g_autoptr (json_t) report = import (fixture, csv);
  g_autoptr (json_t) last = depot_fixture_find_item (fixture, "stop", NULL);

  g_assert_cmpint (get_count (report, "parcels"), ==, 4);
  g_assert_cmpint (get_count (report, "stops"), ==, 3);
  assert_refused (report, 0, 6, "order_id");
  assert_refused (report, 1, 7, "lat");
  g_assert_nonnull (last);
}

static int
count_commit (void *n_commits)
{
  ++*(guint *)n_commits;
  return 0;
}

/* A big route in one go: the codes that come for it are committed many at a time, not one by one. */
static void
test_many (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) csv = g_string_new (HEAD);
  g_autoptr (json_t) report = NULL;
  guint n_commits = 0;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (csv, "W%05u,Person %u,17000000000,Street %u,Estate,09:00-11:00,%u.50,,\n", i, i,
                            i, i);
  sqlite3_commit_hook (ds_db_get_handle (fixture->depot->db), count_commit, &n_commits);
  report = import (fixture, csv->str);
  sqlite3_commit_hook (ds_db_get_handle (fixture->depot->db), NULL, NULL);
  g_test_message ("10000 rows with codes in %u commits", n_commits);
  g_assert_cmpint (get_count (report, "stops"), ==, 10000);
  g_assert_cmpint (get_count (report, "codes"), ==, 10000);
  g_assert_cmpint (get_count (report, "codes_waiting"), ==, 0);
  g_assert_cmpuint (n_commits, <, 1000);
}

/* The sample that is shipped is a good file. */
static void
test_sample (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (DS_DATA_DIR, "routes", "hangzhou.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (json_t) report = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  report = import (fixture, text);
  g_assert_cmpint (get_count (report, "parcels"), ==, 22);
  g_assert_cmpint (get_count (report, "stops"), ==, 20);
  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  import_test_add ("/import/own-columns", test_own_columns);
  import_test_add ("/import/bad-rows", test_bad_rows);
  import_test_add ("/import/long-mistake", test_long_mistake);
  import_test_add ("/import/no-route", test_no_route);
  import_test_add ("/import/unseen-marks", test_unseen_marks);
  import_test_add ("/import/chinese", test_chinese);
  import_test_add ("/import/codes", test_codes);
  import_test_add ("/import/codes-later", test_codes_later);
  import_test_add ("/import/lade", test_lade);
  import_test_add ("/import/lade-rows", test_lade_rows);
  import_test_add ("/import/many", test_many);
  import_test_add ("/import/sample", test_sample);
  return g_test_run ();
}
