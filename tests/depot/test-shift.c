/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a shift: the statement, what settles, and what makes it be issued again. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-day.h"
#include "ds-depot-backup.h"
#include "ds-depot-private.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"
#define FLOAT_FEN 20000

typedef struct
{
  DepotFixture base;
  char *shift;
} Fixture;

static void
open_shift (Fixture *fixture)
{
  g_free (fixture->shift);
  fixture->shift = depot_fixture_open_shift (&fixture->base, FLOAT_FEN);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (&fixture->base, data);
  depot_fixture_enrol (&fixture->base);
  open_shift (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  depot_fixture_tear_down (&fixture->base, data);
  g_free (fixture->shift);
}

#define shift_test_add(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

static void
push (Fixture *fixture)
{
  depot_fixture_push_well (&fixture->base);
}

static char *
scan (Fixture *fixture, gint64 amount_fen)
{
  return depot_fixture_scan (&fixture->base, fixture->shift, PAYER_CODE_A, amount_fen);
}

/* Returns: (transfer full): the id of a payment whose code is on show. */
static char *
present (Fixture *fixture, gint64 amount_fen, gint64 life_ms)
{
  char *id = depot_fixture_make_id (&fixture->base);
  gint64 expires_at_ms = ds_clock_get_wall_ms (DS_CLOCK (fixture->base.clock)) + life_ms;

  depot_fixture_append (&fixture->base, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}",
                        "payment", id, "shift", fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen",
                        (json_int_t)amount_fen, "source", "prefetched", "code_sm3", "00", "expires_at_ms",
                        (json_int_t)expires_at_ms);
  push (fixture);
  return id;
}

static void
take_cash (Fixture *fixture, gint64 amount_fen)
{
  depot_fixture_take_cash (&fixture->base, fixture->shift, amount_fen);
}

static void
close_shift (Fixture *fixture, gint64 counted_fen)
{
  depot_fixture_close_shift (&fixture->base, fixture->shift, counted_fen);
}

/* Returns: (transfer full) (nullable): the statement's payload, its signature verified. */
static json_t *
get_statement (Fixture *fixture)
{
  g_autoptr (json_t) item = depot_fixture_find_item (&fixture->base, "statement", fixture->shift);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *kid = NULL;
  json_t *statement;

  if (item == NULL)
    return NULL;
  g_assert_true (ds_jws_verify (ds_depot_get_key (fixture->base.depot),
                                json_string_value (json_object_get (item, "jws")), -1, &kid, &payload,
                                &error));
  g_assert_no_error (error);
  g_assert_cmpstr (kid, ==, "depot");
  statement
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), 1000000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "books_sum_fen")), ==, 0);
  return statement;
}

static const char *
get_verdict (json_t *statement, const char *payment_id)
{
  json_t *line;
  gsize i;

  json_array_foreach (json_object_get (statement, "lines"), i, line)
  {
    if (g_strcmp0 (json_string_value (json_object_get (line, "payment")), payment_id) == 0)
      return json_string_value (json_object_get (line, "verdict"));
  }
  return NULL;
}

static gint64
get_number (json_t *statement, const char *group, const char *name)
{
  return json_integer_value (json_object_get (json_object_get (statement, group), name));
}

static void
pass_time (Fixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->base.clock, ms);
  ds_depot_wake (fixture->base.depot);
  depot_fixture_settle (&fixture->base);
}

static void
test_balanced (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = scan (fixture, 1000);
  g_autofree char *second = scan (fixture, 2000);
  g_autoptr (json_t) statement = NULL;
  g_autoptr (json_t) again = NULL;
  g_autofree char *refused = NULL;

  /* The operator's word to the company's bank is none about a courier. */
  test_operator_add_file_line (fixture->base.operator_a, "payout", "2026-11-21", 700);
  take_cash (fixture, 3000);
  close_shift (fixture, FLOAT_FEN + 3000);
  statement = get_statement (fixture);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "version")), ==, 1);
  g_assert_cmpstr (json_string_value (json_object_get (statement, "courier")), ==, "0317");
  g_assert_cmpstr (json_string_value (json_object_get (statement, "device")), ==, fixture->base.device);
  g_assert_cmpstr (json_string_value (json_object_get (statement, "accounting_date")), ==, "2026-11-22");
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 3);
  g_assert_cmpstr (get_verdict (statement, first), ==, "matched");
  g_assert_cmpint (get_number (statement, "digital", "device_fen"), ==, 3000);
  g_assert_cmpint (get_number (statement, "digital", "operator_fen"), ==, 3000);
  g_assert_cmpint (get_number (statement, "cash", "expected_fen"), ==, FLOAT_FEN + 3000);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, 0);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  depot_fixture_assert_state (&fixture->base, first, "settled");
  depot_fixture_assert_state (&fixture->base, second, "settled");

  /* A shift is closed once, and a statement that would say the same is not issued again. */
  depot_fixture_append (&fixture->base, "shift.closed", "{s:s, s:i}", "shift", fixture->shift,
                        "cash_counted_fen", 0);
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
  depot_fixture_append (&fixture->base, "payment.query", "{s:s}", "payment", first);
  push (fixture);
  pass_time (fixture, 1800000);
  again = get_statement (fixture);
  g_assert_true (json_equal (statement, again));
}

static void
test_cash_short (Fixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) statement = NULL;

  take_cash (fixture, 3000);
  close_shift (fixture, FLOAT_FEN + 2900);
  statement = get_statement (fixture);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, -100);
  g_assert_false (json_is_true (json_object_get (statement, "balanced")));
}

/* The operator's file says something else than its answers did. */
static void
test_file_differs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *twice = scan (fixture, 1000);
  g_autofree char *extra = depot_fixture_make_id (&fixture->base);
  g_autoptr (json_t) statement = NULL;

  test_operator_add_file_line (fixture->base.operator_a, "payment", twice, 1000);
  test_operator_add_file_line (fixture->base.operator_a, "payment", extra, 700);
  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_cmpstr (get_verdict (statement, twice), ==, "duplicate");
  g_assert_cmpstr (get_verdict (statement, extra), ==, "extra");
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, 1700);
  g_assert_false (json_is_true (json_object_get (statement, "balanced")));
  depot_fixture_assert_state (&fixture->base, twice, "paid");
}

/* A notification got lost, and the courier never asked: the file finds the money, a query confirms it. */
static void
test_found_in_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *known = NULL;
  g_autofree char *unknown = depot_fixture_make_id (&fixture->base);
  g_autoptr (json_t) statement = NULL;

  test_operator_set_charge_state (fixture->base.operator_a, DS_ORDER_EXPIRED);
  known = scan (fixture, 1000);
  depot_fixture_assert_state (&fixture->base, known, "expired");
  test_operator_pay (fixture->base.operator_a, known, 1000);
  test_operator_pay (fixture->base.operator_b, unknown, 400);
  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_cmpstr (get_verdict (statement, known), ==, "matched");
  g_assert_cmpstr (get_verdict (statement, unknown), ==, "extra");
  depot_fixture_assert_state (&fixture->base, known, "settled");
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "suspense"), ==, -400);
}

/* The code was on show when the shift was closed, its customer pays then, and the notification gets lost: the statement
 * corrects itself within an hour, long before the code's time is over. */
static void
test_paid_after_closing (Fixture *fixture, gconstpointer data)
{
  static const gint64 paid_after_ms[] = { 0, 6 * 60000, 70 * 60000, 300 * 60000 };
  const gint64 minute_ms = 60000;

  for (guint i = 0; i < G_N_ELEMENTS (paid_after_ms); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (json_t) before = NULL;
      g_autoptr (json_t) after = NULL;

      depot_fixture_renew_token (&fixture->base);
      if (i > 0)
        open_shift (fixture);
      id = present (fixture, 1000, 16 * 60 * minute_ms);
      close_shift (fixture, FLOAT_FEN);
      before = get_statement (fixture);
      g_assert_cmpint (get_number (before, "digital", "operator_fen"), ==, 0);
      for (gint64 at_ms = 0; at_ms < paid_after_ms[i]; at_ms += minute_ms)
        pass_time (fixture, minute_ms);
      test_operator_pay (fixture->base.operator_a, id, 1000);
      for (guint minute = 0; minute <= 61; minute++)
        pass_time (fixture, minute_ms);
      depot_fixture_renew_token (&fixture->base);
      after = get_statement (fixture);
      g_assert_cmpint (json_integer_value (json_object_get (after, "version")), >, 1);
      g_assert_cmpstr (get_verdict (after, id), ==, "matched");
      depot_fixture_assert_state (&fixture->base, id, "settled");
    }
}

/* An open code is asked about more and more rarely, not all night long every few minutes. */
static void
test_unpaid_after_closing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = present (fixture, 1000, 16 * 3600000);
  guint n_before;

  close_shift (fixture, FLOAT_FEN);
  n_before = test_operator_get_n_queries (fixture->base.operator_a);
  for (guint minute = 0; minute < 15 * 60; minute++)
    pass_time (fixture, 60000);
  depot_fixture_renew_token (&fixture->base);
  g_assert_cmpuint (test_operator_get_n_queries (fixture->base.operator_a) - n_before, <=, 16);
  depot_fixture_assert_state (&fixture->base, id, "presented");
}

static void
did_refund (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsOrderResult) answer = ds_operator_order_finish (DS_OPERATOR (source), result, NULL);

  g_assert_nonnull (answer);
}

/* A depot that was restored from a backup has forgotten a refund that it had asked for: the file tells. */
static void
test_refund_found_in_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = scan (fixture, 1000);
  g_autofree char *refund_id = depot_fixture_make_id (&fixture->base);
  g_autoptr (json_t) statement = NULL;

  depot_fixture_assert_state (&fixture->base, id, "paid");
  ds_operator_refund_async (DS_OPERATOR (fixture->base.operator_a), id, refund_id, 400, NULL, did_refund,
                            NULL);
  depot_fixture_settle (&fixture->base);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "clearing:003"), ==, 1000);
  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "clearing:003"), ==, 600);
}

/* The same, with the shift closed before: no statement will look at a file. */
static void
test_refund_asked_for_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = scan (fixture, 1000);
  g_autofree char *refund_id = depot_fixture_make_id (&fixture->base);
  g_autoptr (json_t) statement = NULL;
  g_autoptr (GError) error = NULL;

  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  ds_operator_refund_async (DS_OPERATOR (fixture->base.operator_a), id, refund_id, 400, NULL, did_refund,
                            NULL);
  depot_fixture_settle (&fixture->base);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "clearing:003"), ==, 1000);
  g_assert_true (ds_depot_ask_again (fixture->base.depot, DS_DEPOT_ASK_DAYS, &error));
  g_assert_no_error (error);
  depot_fixture_settle (&fixture->base);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "clearing:003"), ==, 600);
}

static void
did_back_up (GObject *source, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) found = ds_depot_back_up_finish (DS_DEPOT (source), result, &error);

  g_assert_no_error (error);
  *(gboolean *)done = TRUE;
}

/* Returns: about how many payments a depot that was restored will ask. */
static gint64
count_questions (const char *backup, const char *name, gint64 ask_days)
{
  g_autofree char *restored = g_build_filename (g_get_user_data_dir (), name, NULL);
  g_autofree char *path = g_build_filename (restored, "depot.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) found = ds_depot_restore (backup, restored, ask_days, &error);
  g_autoptr (DsDb) db = NULL;
  gint64 n = 0;

  g_assert_no_error (error);
  db = ds_db_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (
      ds_depot_sql_get_int (db, &n, 0, &error, "SELECT count (*) FROM task WHERE kind = 'query'", ""));
  return n;
}

/* What is restored begins by asking, as far back as it is told. */
static void
test_restored_asks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = scan (fixture, 1000);
  g_autofree char *backup = g_build_filename (g_get_user_data_dir (), "backup", NULL);
  g_autofree char *second = NULL;
  gboolean done = FALSE;

  pass_time (fixture, 2 * DS_DAY_MS);
  depot_fixture_renew_token (&fixture->base);
  second = scan (fixture, 2000);
  ds_depot_back_up_async (fixture->base.depot, backup, did_back_up, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (count_questions (backup, "restored", DS_DEPOT_ASK_DAYS), ==, 2);
  g_assert_cmpint (count_questions (backup, "restored-day", 1), ==, 1);
  g_assert_cmpint (count_questions (backup, "restored-none", 0), ==, 0);
}

/* A payment still open at closing is carried, and its result makes a new version of the statement. */
static void
test_carried (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;

  test_operator_set_charge_state (fixture->base.operator_a, DS_ORDER_WAITING);
  id = scan (fixture, 5000);
  close_shift (fixture, FLOAT_FEN);
  first = get_statement (fixture);
  g_assert_cmpstr (get_verdict (first, id), ==, "pending");
  g_assert_false (json_is_true (json_object_get (first, "balanced")));

  test_operator_pay (fixture->base.operator_a, id, 5000);
  pass_time (fixture, 13000);
  second = get_statement (fixture);
  g_assert_cmpint (json_integer_value (json_object_get (second, "version")), ==, 2);
  g_assert_cmpstr (json_string_value (json_object_get (second, "statement")), ==,
                   json_string_value (json_object_get (first, "statement")));
  g_assert_cmpstr (get_verdict (second, id), ==, "matched");
  g_assert_true (json_is_true (json_object_get (second, "balanced")));
  depot_fixture_assert_state (&fixture->base, id, "settled");
}

/* Everything in one push after a day without a network: the voucher is redeemed before the statement is made. */
static void
test_offline_day (Fixture *fixture, gconstpointer data)
{
  DepotFixture *base = &fixture->base;
  g_autofree char *good = depot_fixture_make_id (base);
  g_autofree char *bad = depot_fixture_make_id (base);
  g_autofree char *good_voucher = test_operator_sign_voucher (base->operator_b, good, 4000, 1);
  g_autofree char *bad_voucher = test_operator_sign_voucher (base->operator_b, bad, 6000, 1);
  const char *const ids[] = { good, bad };
  const char *const vouchers[] = { good_voucher, bad_voucher };
  const gint64 amounts[] = { 4000, 6000 };
  g_autoptr (json_t) statement = NULL;
  g_auto (Reply) reply = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      depot_fixture_append (base, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:i}",
                            "payment", ids[i], "shift", fixture->shift, "stop", "D1", "parcels", "W1",
                            "amount_fen", (json_int_t)amounts[i], "source", "built", "code_sm3", "00",
                            "expires_at_ms", 0);
      depot_fixture_append (base, "payment.voucher", "{s:s, s:s}", "payment", ids[i], "voucher", vouchers[i]);
    }
  depot_fixture_append (base, "shift.closed", "{s:s, s:i}", "shift", fixture->shift, "cash_counted_fen",
                        FLOAT_FEN);
  depot_fixture_push_from (base, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  depot_fixture_settle (base);

  statement = get_statement (fixture);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "version")), ==, 1);
  g_assert_cmpstr (get_verdict (statement, good), ==, "matched");
  g_assert_cmpstr (get_verdict (statement, bad), ==, "rejected");
  g_assert_cmpint (get_number (statement, "vouchers", "device_fen"), ==, 4000);
  g_assert_cmpint (get_number (statement, "vouchers", "rejected_fen"), ==, 6000);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
}

/* An operator's file cannot be had: the statement waits for it, also over a restart. */
static void
test_operator_away (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = scan (fixture, 1000);
  g_autoptr (json_t) statement = NULL;

  test_operator_lose_requests (fixture->base.operator_b, 2);
  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_null (statement);
  depot_fixture_restart (&fixture->base);
  depot_fixture_renew_token (&fixture->base);
  pass_time (fixture, 1000);
  pass_time (fixture, 4000);
  statement = get_statement (fixture);
  g_assert_cmpstr (get_verdict (statement, id), ==, "matched");
}

/* Two couriers, one payee: each statement holds its own courier's money. */
static void
test_two_couriers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *mine = scan (fixture, 1000);
  g_autofree char *my_shift = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *nobodys = depot_fixture_make_id (&fixture->base);
  g_autoptr (json_t) statement = NULL;

  my_shift = g_strdup (fixture->shift);
  depot_fixture_switch_handheld (&fixture->base, "0400");
  open_shift (fixture);
  theirs = scan (fixture, 2000);
  test_operator_pay (fixture->base.operator_a, nobodys, 300);
  close_shift (fixture, FLOAT_FEN);
  statement = get_statement (fixture);
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 1);
  g_assert_cmpstr (get_verdict (statement, theirs), ==, "matched");
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  /* Whose the rest is nobody can say yet: the books hold it. */
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "suspense"), ==, -300);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "clearing:003"), ==, 3300);
}

/* A whole shift in one push: two payer codes, a voucher, a refund, the end. */
static void
append_shift (Fixture *fixture, char *ids[4])
{
  DepotFixture *base = &fixture->base;
  gint64 soon = ds_clock_get_wall_ms (DS_CLOCK (base->clock)) + 60000;
  g_autofree char *voucher = NULL;

  for (guint i = 0; i < 4; i++)
    ids[i] = depot_fixture_make_id (base);
  for (guint i = 0; i < 2; i++)
    depot_fixture_append (base, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:I}", "payment", ids[i],
                          "shift", fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen", 1000,
                          "payer_code", PAYER_CODE_A, "expires_at_ms", (json_int_t)soon);
  voucher = test_operator_sign_voucher (base->operator_b, ids[2], 4000, 1);
  depot_fixture_append (base, "payment.presented", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:s, s:i}", "payment",
                        ids[2], "shift", fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen", 4000,
                        "source", "built", "code_sm3", "00", "expires_at_ms", 0);
  depot_fixture_append (base, "payment.voucher", "{s:s, s:s}", "payment", ids[2], "voucher", voucher);
  depot_fixture_append (base, "payment.refund", "{s:s, s:s, s:i, s:s}", "payment", ids[0], "refund", ids[3],
                        "amount_fen", 300, "reason", "damaged");
  depot_fixture_append (base, "shift.closed", "{s:s, s:i}", "shift", fixture->shift, "cash_counted_fen",
                        FLOAT_FEN);
}

/* Sends everything but the first line, and returns when it is on the depot's disk. */
static void
begin_push (Fixture *fixture, Reply *reply)
{
  DepotFixture *base = &fixture->base;
  g_autoptr (GString) body = g_string_new (NULL);
  gint64 n_held = 0;

  for (guint i = 1; i < base->lines->len; i++)
    g_string_append_printf (body, "%s\n", (char *)g_ptr_array_index (base->lines, i));
  depot_fixture_begin (base, "POST", "/v1/journal", base->token, body->str, (gssize)body->len, reply);
  while (n_held != base->seq)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_true (
          ds_depot_sql_get_int (base->depot->db, &n_held, 0, NULL, "SELECT max (seq) FROM entry", ""));
    }
}

/* Whatever the moment at which the process ends, the next one brings the shift to the same end: every wallet debited
 * once, every fen booked once, one statement that says so. */
static void
test_killed_anywhere (Fixture *fixture, gconstpointer data)
{
  gboolean reached_end = FALSE;

  for (guint steps = 0; !reached_end; steps++)
    {
      DepotFixture *base = &fixture->base;
      char *ids[4] = { NULL };
      g_autoptr (json_t) statement = NULL;
      g_auto (Reply) reply = { 0 };

      if (steps > 0)
        {
          depot_fixture_tear_down (base, NULL);
          *base = (DepotFixture){ 0 };
          depot_fixture_remove_files ();
          set_up (fixture, NULL);
        }
      append_shift (fixture, ids);
      begin_push (fixture, &reply);
      for (guint i = 0; i < steps && !ds_depot_is_idle (base->depot); i++)
        g_main_context_iteration (NULL, TRUE);
      reached_end = ds_depot_is_idle (base->depot);

      depot_fixture_restart (base);
      depot_fixture_wait (&reply);
      depot_fixture_renew_token (base);
      depot_fixture_settle (base);
      statement = get_statement (fixture);
      g_assert_nonnull (statement);
      g_assert_true (json_is_true (json_object_get (statement, "balanced")));
      g_assert_cmpint (get_number (statement, "digital", "operator_fen"), ==, 1700);
      g_assert_cmpint (get_number (statement, "vouchers", "operator_fen"), ==, 4000);
      g_assert_cmpuint (test_operator_get_n_payments (base->operator_a), ==, 2);
      g_assert_cmpuint (test_operator_get_n_payments (base->operator_b), ==, 1);
      g_assert_cmpint (depot_fixture_get_balance (base, "clearing:003"), ==, 1700);
      g_assert_cmpint (depot_fixture_get_balance (base, "clearing:007"), ==, 4000);
      g_assert_cmpint (depot_fixture_get_balance (base, "payable:merchant"), ==, -5700);
      for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
        g_free (ids[i]);
      g_test_message ("ended after %u steps", steps);
    }
}

static void
test_outcomes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report
      = depot_fixture_import (&fixture->base, "waybill,recipient,address,due\nW1,A,B,0\nW2,A,B,0\n", NULL);
  g_autoptr (json_t) stop = depot_fixture_find_item (&fixture->base, "stop", NULL);
  const char *stop_id = json_string_value (json_object_get (stop, "stop"));
  g_autofree char *refused = NULL;

  depot_fixture_append (&fixture->base, "parcel.outcome", "{s:s, s:[s,s], s:s, s:n}", "stop", stop_id,
                        "parcels", "W1", "W2", "outcome", "delivered", "reason");
  push (fixture);
  depot_fixture_append (&fixture->base, "parcel.outcome", "{s:s, s:[s,s], s:s, s:s}", "stop", stop_id,
                        "parcels", "W1", "W9", "outcome", "refused", "reason", "broken");
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  shift_test_add ("/shift/balanced", test_balanced);
  shift_test_add ("/shift/cash-short", test_cash_short);
  shift_test_add ("/shift/file-differs", test_file_differs);
  shift_test_add ("/shift/found-in-file", test_found_in_file);
  shift_test_add ("/shift/paid-after-closing", test_paid_after_closing);
  shift_test_add ("/shift/unpaid-after-closing", test_unpaid_after_closing);
  shift_test_add ("/shift/refund-found-in-file", test_refund_found_in_file);
  shift_test_add ("/shift/refund-asked-for-again", test_refund_asked_for_again);
  shift_test_add ("/shift/restored-asks", test_restored_asks);
  shift_test_add ("/shift/carried", test_carried);
  shift_test_add ("/shift/offline-day", test_offline_day);
  shift_test_add ("/shift/operator-away", test_operator_away);
  shift_test_add ("/shift/two-couriers", test_two_couriers);
  shift_test_add ("/shift/killed-anywhere", test_killed_anywhere);
  shift_test_add ("/shift/outcomes", test_outcomes);
  return g_test_run ();
}
