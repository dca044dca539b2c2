/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The books against the operators' daily files, day after day, and the days' end. */
#include "config.h"

#include "day-fixture.h"

#include "ds-day.h"
#include "ds-depot-cutoff.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"

#include <string.h>

/* Matching */

static void
test_matched (DayFixture *self, gconstpointer data)
{
  g_autofree char *first = day_fixture_pay (self, 1000);
  g_autofree char *second = day_fixture_pay (self, 2050);
  DayFile file = day_fixture_begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) files = NULL;
  g_autoptr (json_t) before = NULL;

  day_file_add (&file, "payment", second, 2050);
  day_file_add (&file, "payment", first, 1000);
  bytes = day_file_end (&file);
  before = ds_depot_list_in_transit (self->base.depot, NULL);
  g_assert_cmpuint (json_array_size (before), ==, 2);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  day_assert_balanced (answer, 2);
  g_assert_cmpint (day_get_number (answer, "credits_fen"), ==, 3050);
  again = day_fixture_take (self, bytes);
  g_assert_true (json_equal (answer, again));
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
  files = ds_depot_list_daily_files (self->base.depot, NULL);
  g_assert_cmpint (day_get_number (json_array_get (files, 0), "settled_fen"), ==, 3050);
}

static void
test_cases (DayFixture *self, gconstpointer data)
{
  g_autofree char *missing = day_fixture_pay (self, 1000);
  g_autofree char *twice = day_fixture_pay (self, 2000);
  g_autofree char *differing = day_fixture_pay (self, 3000);
  g_autofree char *good = day_fixture_pay (self, 4000);
  DayFile file = day_fixture_begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) settled = NULL;

  day_file_add (&file, "payment", twice, 2000);
  day_file_add (&file, "payment", twice, 2000);
  day_file_add (&file, "payment", differing, 2990);
  day_file_add (&file, "payment", good, 4000);
  day_file_add (&file, "payment", "nobody@knows", 500);
  bytes = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  again = day_fixture_take (self, bytes);
  g_assert_true (json_equal (answer, again));
  g_assert_false (json_is_true (json_object_get (answer, "balanced")));
  g_assert_cmpint (day_get_number (answer, "matched"), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "cases")), ==, 4);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 4);

  g_assert_null (ds_depot_resolve (self->base.depot, day_find_case (answer, "daily-missing", missing, 1000),
                                   "done", "seen", NULL));
  day_fixture_resolve (self, day_find_case (answer, "daily-missing", missing, 1000), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, 1000);
  day_fixture_resolve (self, day_find_case (answer, "daily-duplicate", twice, 2000), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, -1000);
  day_fixture_resolve (self, day_find_case (answer, "daily-extra", "nobody@knows", 500), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, -1500);
  day_fixture_resolve (self, day_find_case (answer, "daily-differing", differing, 10), "write-off");
  g_assert_cmpint (day_fixture_get_balance (self, "result:003"), ==, 10);
  /* The books say now what the operator says. */
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 2000 + 2000 + 2990 + 4000 + 500);
  settled = day_fixture_take (self, bytes);
  g_assert_true (json_is_true (json_object_get (settled, "balanced")));
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
}

/* Paid a minute before midnight, and the operator's clock said it was after. */
static void
test_in_transit (DayFixture *self, gconstpointer data)
{
  g_autofree char *late = NULL;
  g_autofree char *never = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;
  g_autoptr (json_t) waiting = NULL;
  DayFile file = day_fixture_begin_file (self, 0);

  day_fixture_go_to (self, 0, 23, 59);
  late = day_fixture_pay (self, 1000);
  never = day_fixture_pay (self, 700);
  first = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  before = day_fixture_take (self, first);
  day_assert_balanced (before, 0);
  g_assert_cmpint (day_get_number (before, "in_transit"), ==, 2);
  g_assert_cmpint (day_get_number (before, "in_transit_fen"), ==, 1700);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);

  file = day_fixture_begin_file (self, 1);
  day_file_add (&file, "payment", late, 1000);
  second = day_file_end (&file);
  day_fixture_go_to (self, 2, 8, 0);
  after = day_fixture_take (self, second);
  g_assert_cmpint (day_get_number (after, "matched"), ==, 1);
  g_assert_cmpint (day_get_number (after, "in_transit"), ==, 0);
  g_assert_cmpint (day_find_case (after, "daily-missing", never, 700), >, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 1);
  waiting = ds_depot_list_in_transit (self->base.depot, NULL);
  g_assert_cmpuint (json_array_size (waiting), ==, 0);
}

/* Matched on one day, and there again on the next. */
static void
test_again_next_day (DayFixture *self, gconstpointer data)
{
  g_autofree char *id = day_fixture_pay (self, 1000);
  DayFile file = day_fixture_begin_file (self, 0);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;

  day_file_add (&file, "payment", id, 1000);
  first = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  before = day_fixture_take (self, first);
  day_assert_balanced (before, 1);
  file = day_fixture_begin_file (self, 1);
  day_file_add (&file, "payment", id, 1000);
  second = day_file_end (&file);
  day_fixture_go_to (self, 2, 8, 0);
  after = day_fixture_take (self, second);
  day_fixture_resolve (self, day_find_case (after, "daily-duplicate", id, 1000), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, -1000);
}

/* Well before the cut-off nothing is in transit: it is missing. */
static void
test_not_in_transit (DayFixture *self, gconstpointer data)
{
  DayFile file = day_fixture_begin_file (self, 0);
  g_autofree char *id = NULL;
  g_autoptr (GBytes) bytes = day_file_end (&file);
  g_autoptr (json_t) answer = NULL;

  day_fixture_go_to (self, 0, 23, 29);
  id = day_fixture_pay (self, 1000);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  g_assert_cmpint (day_get_number (answer, "in_transit"), ==, 0);
  g_assert_cmpint (day_find_case (answer, "daily-missing", id, 1000), >, 0);
}

/* The depot had not heard of it: the file makes it ask, the answer books it, and the case closes by itself. */
static void
test_heard_by_file (DayFixture *self, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (&self->base);
  DayFile file = day_fixture_begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;

  test_operator_pay (self->base.operator_a, id, 900);
  day_file_add (&file, "payment", id, 900);
  bytes = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  g_assert_cmpint (day_find_case (answer, "daily-extra", id, 900), >, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 900);
  again = day_fixture_take (self, bytes);
  day_assert_balanced (again, 1);
  /* What is left is the money that no journal explains. */
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 1);
  g_assert_cmpint (day_fixture_get_balance (self, "suspense"), ==, -900);
}

static void
did_reconcile (GObject *source, GAsyncResult *result, gpointer answer)
{
  g_autoptr (GError) error = NULL;

  *(json_t **)answer = ds_depot_reconcile_finish (DS_DEPOT (source), result, &error);
  g_assert_no_error (error);
}

/* Two operators have the same payment: what the one says of its money is not ended by the other's file. */
static void
test_two_operators (DayFixture *self, gconstpointer data)
{
  g_autofree char *id = day_fixture_pay (self, 1000);
  g_autofree char *subject = g_strconcat (id, "@007", NULL);
  g_autoptr (json_t) cases = NULL;
  char day[DS_DAY_SIZE];

  test_operator_pay (self->base.operator_b, id, 1000);
  day_fixture_go_to (self, 1, 8, 0);
  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (json_t) answers = NULL;

      ds_depot_reconcile_async (self->base.depot, NULL, day_fixture_name_day (self, 0, day), NULL,
                                did_reconcile, &answers);
      while (answers == NULL)
        g_main_context_iteration (NULL, TRUE);
      depot_fixture_settle (&self->base);
      day_assert_balanced (json_array_get (answers, 0), 1);
      g_assert_cmpint (day_find_case (json_array_get (answers, 1), "daily-extra", subject, 1000), >, 0);
      g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 1);
    }
  cases = ds_depot_list_cases (self->base.depot, FALSE, NULL);
  day_fixture_resolve (self, day_get_number (json_array_get (cases, 0), "case"), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:007"), ==, -1000);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 1000);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
}

/* One of the two says that it was given back. */
static void
test_refunds (DayFixture *self, gconstpointer data)
{
  g_autofree char *theirs = day_fixture_pay (self, 1000);
  g_autofree char *ours = day_fixture_pay (self, 2000);
  g_autofree char *both = day_fixture_pay (self, 3000);
  g_autofree char *subject = g_strconcat (theirs, ":refund", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) refunded = NULL;
  g_autoptr (json_t) late = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  DayFile file = day_fixture_begin_file (self, 0);

  refunded = ds_depot_refund (self->base.depot, both, NULL, 300, "scratched", &error);
  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  day_fixture_go_to (self, 0, 23, 50);
  late = ds_depot_refund (self->base.depot, ours, NULL, 500, "scratched", &error);
  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 6000 - 800);

  day_file_add (&file, "payment", theirs, 1000);
  day_file_add (&file, "refund", theirs, 1000);
  day_file_add (&file, "payment", ours, 2000);
  day_file_add (&file, "payment", both, 3000);
  day_file_add (&file, "refund", both, 300);
  bytes = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  g_assert_cmpint (day_get_number (answer, "refunds_fen"), ==, 1300);
  g_assert_cmpint (day_get_number (answer, "matched"), ==, 4);
  g_assert_cmpint (day_get_number (answer, "in_transit_fen"), ==, -500);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "cases")), ==, 1);
  day_fixture_resolve (self, day_find_case (answer, "daily-differing", subject, 1000), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, 1000);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 6000 - 800 - 1000);
}

/* Refusing */

static void
test_refused (DayFixture *self, gconstpointer data)
{
  g_autofree char *first = day_fixture_pay (self, 1000);
  g_autofree char *second = day_fixture_pay (self, 2000);
  DayFile file = day_fixture_begin_file (self, 0);
  DayFile other = day_fixture_begin_file (self, 2);
  char day[DS_DAY_SIZE];
  char next[DS_DAY_SIZE];
  g_autoptr (GBytes) good = NULL;
  g_autoptr (GBytes) skips = NULL;
  g_autoptr (json_t) answer = NULL;

  day_file_add (&file, "payment", first, 1000);
  day_file_add (&file, "payment", second, 2000);
  good = day_file_end (&file);
  skips = day_file_end (&other);
  day_fixture_assert_refused (self, g_bytes_ref (good), DS_ERROR_STATE, "not over");
  day_fixture_go_to (self, 3, 8, 0);
  day_fixture_name_day (self, 0, day);
  day_fixture_name_day (self, 1, next);
  day_fixture_assert_refused (self, day_file_spoil (good, "20.00,", "20.001,"), DS_ERROR_INVALID, "Line 4");
  day_fixture_assert_refused (self, day_file_spoil (good, "20.00,", "-20.00,"), DS_ERROR_INVALID, "amount");
  day_fixture_assert_refused (self, day_file_spoil (good, "20.00,", "19.99,"), DS_ERROR_INVALID, "add up");
  day_fixture_assert_refused (self, day_file_spoil (good, "#total,2", "#total,3"), DS_ERROR_INVALID,
                              "number of lines");
  day_fixture_assert_refused (self, day_file_spoil (good, "#total,2,30.00,0.00\n", ""), DS_ERROR_INVALID,
                              "cut");
  day_fixture_assert_refused (self, day_file_spoil (good, "payment,", "donation,"), DS_ERROR_INVALID, "kind");
  day_fixture_assert_refused (self, day_file_spoil (good, ",1,003", ",3,003"), DS_ERROR_INVALID, "newer");
  day_fixture_assert_refused (self, day_file_spoil (good, ",1,003", ",1,009"), DS_ERROR_INVALID,
                              "operator 009");
  day_fixture_assert_refused (self,
                              day_file_spoil (good, ds_depot_get_payee_id (self->base.depot), "SOMEBODY"),
                              DS_ERROR_INVALID, "SOMEBODY");
  /* The head says another day than the lines. */
  day_fixture_assert_refused (self, day_file_spoil (good, day, next), DS_ERROR_INVALID, "day");
  day_fixture_assert_refused (self, g_bytes_new_static ("hello\n", 6), DS_ERROR_INVALID, "begins with");
  day_fixture_assert_refused (self, g_bytes_new_static ("", 0), DS_ERROR_INVALID, "cut");

  answer = day_fixture_take (self, good);
  day_assert_balanced (answer, 2);
  /* The same day with another content, and a day that leaves one out. */
  {
    g_autoptr (GBytes) one = day_file_spoil (good, "20.00,", "21.00,");

    day_fixture_assert_refused (self, day_file_spoil (one, "30.00", "31.00"), DS_ERROR_CONFLICT,
                                "Another file");
  }
  day_fixture_assert_refused (self, g_bytes_ref (skips), DS_ERROR_STATE, next);
}

/* The end of a day */

static void
reconcile_empty_other (DayFixture *self, int n)
{
  DayFile file = day_fixture_begin_file (self, n);
  g_autoptr (GBytes) bytes = day_file_end (&file);
  g_autoptr (GBytes) other = day_file_spoil (bytes, ",1,003", ",1,007");

  json_decref (day_fixture_take (self, other));
}

static void
did_cut_off_fail (DayFixture *self, const char *day, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ds_depot_cut_off (self->base.depot, day, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_cut_off (DayFixture *self, gconstpointer data)
{
  g_autofree char *id = day_fixture_pay (self, 1000);
  g_autofree char *late = NULL;
  g_autofree char *next = NULL;
  g_autofree char *back = NULL;
  DayFile file = day_fixture_begin_file (self, 0);
  char day[DS_DAY_SIZE];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) record = NULL;
  g_autoptr (json_t) again = NULL;
  json_t *op;

  day_fixture_name_day (self, 0, day);
  day_fixture_go_to (self, 0, 23, 59);
  late = day_fixture_pay (self, 500);
  did_cut_off_fail (self, day, "not over");
  day_fixture_go_to (self, 1, 8, 0);
  /* Belongs to the next day, whenever the day is closed. */
  next = day_fixture_pay (self, 9000);
  did_cut_off_fail (self, day, "was not taken");
  day_file_add (&file, "payment", id, 1000);
  bytes = day_file_end (&file);
  json_decref (day_fixture_take (self, bytes));
  did_cut_off_fail (self, day, "operator 007");
  reconcile_empty_other (self, 0);

  record = ds_depot_cut_off (self->base.depot, day, &error);
  g_assert_no_error (error);
  g_assert_cmpint (day_get_number (record, "sum_fen"), ==, 0);
  g_assert_cmpint (day_get_number (json_object_get (record, "accounts"), "clearing:003"), ==, 1500);
  op = json_array_get (json_object_get (record, "operators"), 0);
  g_assert_cmpint (day_get_number (op, "in_transit_fen"), ==, 500);
  g_assert_cmpint (day_get_number (op, "credits_fen"), ==, 1000);
  g_assert_true (ds_jws_verify (ds_depot_get_key (self->base.depot),
                                json_string_value (json_object_get (record, "jws")), -1, NULL, NULL, NULL));
  again = ds_depot_cut_off (self->base.depot, day, &error);
  g_assert_true (json_equal (record, again));
  g_assert_false (ds_db_exec (self->base.depot->db, "DELETE FROM cut_off", NULL));

  /* Somebody sets the clock back into the closed day: what is booked then is the next day's. */
  ds_manual_clock_jump_wall_ms (self->base.clock, -9 * HOUR_MS);
  depot_fixture_renew_token (&self->base);
  back = day_fixture_pay (self, 40);
  ds_manual_clock_jump_wall_ms (self->base.clock, 9 * HOUR_MS);

  /* Days are closed in their order, each bound to the one before. */
  day_fixture_go_to (self, 3, 8, 0);
  did_cut_off_fail (self, day_fixture_name_day (self, 2, day), "in order");
  {
    g_autofree char *digest = ds_sm3_hex (json_string_value (json_object_get (record, "jws")),
                                          json_string_length (json_object_get (record, "jws")));
    g_autoptr (json_t) second = NULL;
    g_autoptr (json_t) days = NULL;

    file = day_fixture_begin_file (self, 1);
    day_file_add (&file, "payment", late, 500);
    day_file_add (&file, "payment", next, 9000);
    day_file_add (&file, "payment", back, 40);
    g_bytes_unref (bytes);
    bytes = day_file_end (&file);
    json_decref (day_fixture_take (self, bytes));
    reconcile_empty_other (self, 1);
    second = ds_depot_cut_off (self->base.depot, day_fixture_name_day (self, 1, day), &error);
    g_assert_no_error (error);
    g_assert_cmpstr (json_string_value (json_object_get (second, "prev")), ==, digest);
    g_assert_cmpint (day_get_number (json_object_get (second, "accounts"), "clearing:003"), ==, 10540);
    g_assert_cmpint (day_get_number (second, "sum_fen"), ==, 0);
    days = ds_depot_list_cut_offs (self->base.depot, NULL);
    g_assert_cmpuint (json_array_size (days), ==, 2);
  }
}

/* Age */

static void
test_suspense (DayFixture *self, gconstpointer data)
{
  g_autofree char *old = depot_fixture_make_id (&self->base);
  g_autofree char *young = depot_fixture_make_id (&self->base);
  g_autofree char *paid = day_fixture_pay (self, 1000);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) ages = NULL;
  json_t *buckets, *items;
  gint64 sum_fen = 0;

  test_operator_pay (self->base.operator_a, old, 900);
  g_assert_true (ds_depot_begin (self->base.depot, NULL)
                 && ds_depot_work_ask_about (self->base.depot, old, NULL)
                 && ds_depot_commit (self->base.depot, NULL));
  depot_fixture_settle (&self->base);
  day_fixture_go_to (self, 9, 9, 0);
  test_operator_pay (self->base.operator_b, young, 50);
  g_assert_true (ds_depot_begin (self->base.depot, NULL)
                 && ds_depot_work_ask_about (self->base.depot, young, NULL)
                 && ds_depot_commit (self->base.depot, NULL));
  depot_fixture_settle (&self->base);

  ages = ds_depot_age_suspense (self->base.depot, &error);
  g_assert_no_error (error);
  buckets = json_object_get (ages, "buckets");
  items = json_object_get (ages, "items");
  g_assert_cmpint (day_get_number (json_array_get (buckets, 0), "amount_fen"), ==, 50);
  g_assert_cmpint (day_get_number (json_array_get (buckets, 1), "amount_fen"), ==, 0);
  g_assert_cmpint (day_get_number (json_array_get (buckets, 2), "amount_fen"), ==, 900);
  g_assert_cmpint (day_get_number (json_array_get (items, 0), "age_days"), ==, 9);
  g_assert_cmpint (day_get_number (json_array_get (items, 0), "case"), >, 0);
  for (gsize i = 0; i < json_array_size (buckets); i++)
    sum_fen += day_get_number (json_array_get (buckets, i), "amount_fen");
  g_assert_cmpint (sum_fen, ==, day_get_number (ages, "suspense_fen"));
  g_assert_cmpint (sum_fen, ==, -day_fixture_get_balance (self, "suspense"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  day_test_add ("/reconcile/matched", test_matched);
  day_test_add ("/reconcile/cases", test_cases);
  day_test_add ("/reconcile/in-transit", test_in_transit);
  day_test_add ("/reconcile/again-next-day", test_again_next_day);
  day_test_add ("/reconcile/not-in-transit", test_not_in_transit);
  day_test_add ("/reconcile/heard-by-file", test_heard_by_file);
  day_test_add ("/reconcile/two-operators", test_two_operators);
  day_test_add ("/reconcile/refunds", test_refunds);
  day_test_add ("/reconcile/refused", test_refused);
  day_test_add ("/reconcile/cut-off", test_cut_off);
  day_test_add ("/reconcile/suspense", test_suspense);

  return g_test_run ();
}
