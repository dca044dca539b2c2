/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators, handhelds and clerks that contradict each other, or say what nobody foresaw: the depot believes each only
 * about what is its own, goes on with everybody else's, and its books sum to zero. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-lists.h"
#include "ds-depot-private.h"
#include "ds-error.h"

#define PAYER_CODE_A "0100312345612345678"
#define FAR_MS G_GINT64_CONSTANT (4000000000000)

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

static void
tear_down (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) books = ds_depot_books_to_json (fixture->depot, NULL);

  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  depot_fixture_tear_down (fixture, data);
}

#define add_test(name, test) g_test_add ("/contradictions/" name, DepotFixture, NULL, set_up, test, tear_down)

static void
notify (DepotFixture *fixture, TestOperator *op, const char *id)
{
  ds_operator_emit_notified (DS_OPERATOR (op), id);
  depot_fixture_settle (fixture);
}

static void
pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
}

/* Shows a code that the handheld built in @shift. */
static char *
present (DepotFixture *fixture, const char *shift, gint64 amount_fen)
{
  char *id = depot_fixture_make_id (fixture);

  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}", "payment",
                        id, "shift", shift, "stop", "D1", "parcels", "W1", "amount_fen",
                        (json_int_t)amount_fen, "source", "built", "code_sm3", "00", "expires_at_ms",
                        (json_int_t)FAR_MS);
  depot_fixture_push_well (fixture);
  return id;
}

/* Returns: the number of the open case, 0 for none. */
static gint64
find_case (DepotFixture *fixture, const char *kind, const char *subject)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (fixture->depot, FALSE, NULL);
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), kind) == 0
        && g_strcmp0 (json_string_value (json_object_get (item, "subject")), subject) == 0)
      return json_integer_value (json_object_get (item, "case"));
  }
  return 0;
}

static gint64
get_number (DepotFixture *fixture, const char *payment_id, const char *member)
{
  g_autoptr (json_t) payment = ds_depot_describe_payment (fixture->depot, payment_id, NULL);

  return json_integer_value (json_object_get (payment, member));
}

/* Runs the main loop until the payment has @state: the depot itself need not come to rest. */
static void
wait_for_state (DepotFixture *fixture, const char *payment_id, const char *state)
{
  while (TRUE)
    {
      g_autoptr (json_t) payment = ds_depot_describe_payment (fixture->depot, payment_id, NULL);

      if (g_strcmp0 (json_string_value (json_object_get (payment, "state")), state) == 0)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
ask_refund (DepotFixture *fixture, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_refund (fixture->depot, payment_id, NULL, amount_fen, "why", &error);

  g_assert_no_error (error);
  depot_fixture_settle (fixture);
}

/* Work */

/* What no courier knows of is given back, and the operator declines: nobody needs to be told but the clerk. */
static void
test_nobodys_refund_declined (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *other = NULL;
  g_autoptr (json_t) books = NULL;

  test_operator_pay (fixture->operator_b, id, 4200);
  notify (fixture, fixture->operator_b, id);
  test_operator_refuse_refunds (fixture->operator_b);
  ask_refund (fixture, id, 4200);
  g_assert_cmpint (get_number (fixture, id, "refunded_fen"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -4200);

  /* And the depot works on. */
  other = depot_fixture_scan (fixture, "S", PAYER_CODE_A, 100);
  depot_fixture_assert_state (fixture, other, "paid");
}

static void
append_scan (DepotFixture *fixture, const char *id)
{
  depot_fixture_append (fixture, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:I}", "payment", id,
                        "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)100,
                        "payer_code", PAYER_CODE_A, "expires_at_ms", (json_int_t)FAR_MS);
}

/* Answers that come together are committed together; one that cannot be committed keeps no other from it. */
static void
test_fault_of_one_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *bad = depot_fixture_make_id (fixture);
  g_autofree char *good = depot_fixture_make_id (fixture);
  g_autofree char *trigger
      = g_strdup_printf ("CREATE TEMP TRIGGER fault BEFORE INSERT ON payment WHEN NEW.id = '%s' AND"
                         " NEW.booked_fen > 0 BEGIN SELECT RAISE (ABORT, 'a bad sector'); END",
                         bad);
  g_auto (Reply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_db_exec (fixture->depot->db, trigger, &error));
  g_assert_no_error (error);
  append_scan (fixture, bad);
  append_scan (fixture, good);
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  wait_for_state (fixture, good, "paid");
  g_assert_cmpint (get_number (fixture, bad, "booked_fen"), ==, 0);

  g_assert_true (ds_db_exec (fixture->depot->db, "DROP TRIGGER fault", &error));
  pass_time (fixture, 60000);
  wait_for_state (fixture, bad, "paid");
  g_assert_cmpuint (test_operator_get_n_payments (fixture->operator_a), ==, 2);
}

/* What could not be kept is to be sent again, and not at once. */
static void
test_cannot_keep (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_db_exec (fixture->depot->db,
                             "CREATE TEMP TRIGGER fault BEFORE INSERT ON entry"
                             " BEGIN SELECT RAISE (ABORT, 'a bad sector'); END",
                             &error));
  depot_fixture_append (fixture, "note.added", "{s:s}", "text", "the gate is shut");
  depot_fixture_push_from (fixture, 0, &reply);
  reply_assert_trouble (&reply, 503, "overloaded");
  g_assert_nonnull (soup_message_headers_get_one (reply.headers, "Retry-After"));
  g_assert_true (ds_db_exec (fixture->depot->db, "DROP TRIGGER fault", &error));
  reply_clear (&reply);
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
}

/* A code leads to an address of a handheld's, or is none. */
static void
test_no_address (DepotFixture *fixture, gconstpointer data)
{
  static const char *const addresses[]
      = { "nonsense", "", "http://depot.example", "https://", "https://a/b" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_depot_enrol (fixture->depot, "0400", "Li", addresses[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

/* Two operators */

/* A payment is paid at one operator, and another says that it was paid there, too. */
static void
test_two_operators (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = present (fixture, "S", 1000);

  test_operator_pay (fixture->operator_a, id, 1000);
  notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "paid");

  test_operator_pay (fixture->operator_b, id, 1000);
  test_operator_lose_requests (fixture->operator_a, 1);
  notify (fixture, fixture->operator_b, id);
  g_assert_cmpint (find_case (fixture, "paid-twice", id), >, 0);

  ask_refund (fixture, id, 1000);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 0);
  g_assert_cmpint (get_number (fixture, id, "refunded_fen"), ==, 1000);
}

/* Paid, and nothing or less: that is no payment, and nothing of it is booked. */
static void
test_no_amount (DepotFixture *fixture, gconstpointer data)
{
  static const gint64 amounts_fen[] = { 0, -500, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (amounts_fen); i++)
    {
      g_autofree char *id = present (fixture, "S", 1000);

      test_operator_pay (fixture->operator_a, id, amounts_fen[i]);
      notify (fixture, fixture->operator_a, id);
      depot_fixture_assert_state (fixture, id, "presented");
      g_assert_cmpint (find_case (fixture, "conflict", id), >, 0);
    }
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
}

/* What the other one gave back of its own money, its file has; it is no refund of the first one's. */
static void
test_refund_in_the_others_file (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = depot_fixture_open_shift (fixture, 0);
  g_autofree char *id = present (fixture, shift, 1000);

  test_operator_pay (fixture->operator_a, id, 1000);
  notify (fixture, fixture->operator_a, id);
  test_operator_pay (fixture->operator_b, id, 1000);
  test_operator_give_back (fixture->operator_b, id, 300);
  depot_fixture_close_shift (fixture, shift, 0);
  g_assert_cmpint (get_number (fixture, id, "refunded_fen"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 1000);
}

/* Processing is not success: a refund that the operator has not made yet is asked for until it has. */
static void
test_refund_under_way (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_scan (fixture, "S", PAYER_CODE_A, 1000);
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;

  test_operator_delay_refunds (fixture->operator_a, 2);
  ask_refund (fixture, id, 400);
  before = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpint (json_integer_value (json_object_get (before, "refunding_fen")), ==, 400);
  pass_time (fixture, 10000);
  pass_time (fixture, 10000);
  after = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpint (json_integer_value (json_object_get (after, "refunding_fen")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (after, "refunded_fen")), ==, 400);
}

/* Two clerks: the one gives back what the other then keeps. */
static void
test_two_clerks (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autoptr (json_t) kept = NULL;
  g_autoptr (GError) error = NULL;
  gint64 number;

  test_operator_pay (fixture->operator_b, id, 4200);
  notify (fixture, fixture->operator_b, id);
  number = find_case (fixture, "unclaimed", id);
  test_operator_delay_refunds (fixture->operator_b, 1);
  ask_refund (fixture, id, 4200);
  kept = ds_depot_resolve (fixture->depot, number, "keep", "ours", &error);
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_null (kept);
  pass_time (fixture, 10000);
  g_assert_cmpint (get_number (fixture, id, "refunded_fen"), ==, 4200);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, 0);
}

/* Handhelds */

/* Nobody makes another courier's drawer owe. */
static void
test_anothers_shift (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = depot_fixture_open_shift (fixture, 0);
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *refused = NULL;
  DsStatementCash cash;

  depot_fixture_switch_handheld (fixture, "0400");
  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:I, s:I, s:I}", "payment", id,
                        "shift", shift, "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)900,
                        "tendered_fen", (json_int_t)900, "change_fen", (json_int_t)0);
  refused = depot_fixture_push (fixture);
  g_assert_nonnull (refused);
  g_assert_true (ds_depot_load_shift_cash (fixture->depot, shift, &cash, NULL));
  g_assert_cmpint (cash.expected_fen, ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0400"), ==, 0);
}

/* A statement's accounting date is a date. */
static void
test_no_date (DepotFixture *fixture, gconstpointer data)
{
  static const char *const dates[] = { "2026-02-30", "=1+1+1+1+1", "2026/11/30" };

  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *shift = depot_fixture_make_id (fixture);
      g_autofree char *refused = NULL;

      depot_fixture_append (fixture, "shift.opened", "{s:s, s:s, s:I}", "shift", shift, "accounting_date",
                            dates[i], "float_fen", (json_int_t)0);
      refused = depot_fixture_push (fixture);
      g_assert_nonnull (refused);
    }
}

/* Who is kept out gets nothing over the line, nor what came while it waited. */
static void
test_revoked_while_it_waits (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *code = NULL;
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) route = NULL;
  g_autoptr (GError) error = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  path = g_strconcat (
      "/v1/feed?wait=60&after=", soup_message_headers_get_one (reply.headers, "Doorstep-Cursor"), NULL);
  reply_clear (&reply);
  depot_fixture_begin (fixture, "GET", path, fixture->token, NULL, 0, &reply);
  depot_fixture_wait_for_polls (fixture, 1);
  g_assert_true (ds_depot_revoke (fixture->depot, fixture->device, "stolen", &error));
  route = depot_fixture_import (fixture, "waybill,recipient,address,due\nX1,A,B,5\n", &error);
  g_assert_no_error (error);
  depot_fixture_wait (&reply);
  reply_assert_trouble (&reply, 403, "revoked");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  add_test ("nobodys-refund-declined", test_nobodys_refund_declined);
  add_test ("fault-of-one-answer", test_fault_of_one_answer);
  add_test ("cannot-keep", test_cannot_keep);
  add_test ("no-address", test_no_address);
  add_test ("two-operators", test_two_operators);
  add_test ("no-amount", test_no_amount);
  add_test ("refund-in-the-others-file", test_refund_in_the_others_file);
  add_test ("refund-under-way", test_refund_under_way);
  add_test ("two-clerks", test_two_clerks);
  add_test ("anothers-shift", test_anothers_shift);
  add_test ("no-date", test_no_date);
  add_test ("revoked-while-it-waits", test_revoked_while_it_waits);
  return g_test_run ();
}
