/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot makes of payments: every way to pay, every misfortune on the way to the operator. */
#include "config.h"

#include "payments-fixture.h"

#include "ds-json.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"

static gint64
soon (DepotFixture *fixture)
{
  return ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)) + 60000;
}

/* A live code: asked for, and again for the same payment when the answer is lost; shown, paid, confirmed by a query. */
static void
test_live (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autoptr (json_t) item = NULL;
  g_autofree char *code = g_strdup_printf ("TEST:003:%s", id);

  test_operator_lose_answers (fixture->operator_a, 1);
  payments_append_requested (fixture, id, 28650);
  depot_fixture_push_well (fixture);
  payments_pass_time (fixture, 1000);
  item = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "presented");
  g_assert_cmpstr (json_string_value (json_object_get (item, "code")), ==, code);
  g_assert_cmpint (json_integer_value (json_object_get (item, "expires_at_ms")), >,
                   ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)));

  payments_append_presented (fixture, id, 28650, "live");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "presented");

  test_operator_pay (fixture->operator_a, id, 28650);
  payments_notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 28650);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, -28650);

  /* A hint alone changes nothing, however often it comes. */
  payments_notify (fixture, fixture->operator_a, id);
  payments_notify (fixture, fixture->operator_b, id);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 28650);
}

/* The operator does not answer: the courier is told in time, and no late code turns up. */
static void
test_live_without_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_lose_requests (fixture->operator_a, 1000);
  payments_append_requested (fixture, id, 100);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "");
  payments_pass_time (fixture, 5000);
  depot_fixture_assert_state (fixture, id, "");
  payments_pass_time (fixture, 60000);
  depot_fixture_assert_state (fixture, id, "expired");
}

static void
test_scanned (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *paid = depot_fixture_make_id (fixture);
  g_autofree char *declined = depot_fixture_make_id (fixture);
  g_autofree char *stale = depot_fixture_make_id (fixture);
  g_autofree char *foreign = depot_fixture_make_id (fixture);
  g_autoptr (json_t) item = NULL;

  payments_append_scanned (fixture, paid, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, paid, "paid");

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_DECLINED);
  payments_append_scanned (fixture, declined, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  item = depot_fixture_find_item (fixture, "payment", declined);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "declined");
  g_assert_cmpstr (json_string_value (json_object_get (item, "reason")), ==, "because");

  payments_append_scanned (fixture, stale, 1000, PAYER_CODE_A, soon (fixture) - 60001);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, stale, "expired");
  g_assert_false (test_operator_knows (fixture->operator_a, stale));

  payments_append_scanned (fixture, foreign, 1000, "0199912345612345678", soon (fixture));
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, foreign, "declined");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 1000);
}

/* The customer's password is awaited: the depot asks again by itself. */
static void
test_waiting (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_WAITING);
  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "pending");
  test_operator_pay (fixture->operator_a, id, 1000);
  payments_pass_time (fixture, 13000);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* The answer to a charge gets lost: the depot asks what became of it, and never charges twice. */
static void
test_lost_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_lose_answers (fixture->operator_a, 2);
  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "");
  payments_pass_time (fixture, 1000);
  depot_fixture_assert_state (fixture, id, "");
  payments_pass_time (fixture, 2000);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpuint (test_operator_get_n_payments (fixture->operator_a), ==, 1);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 1000);
}

/* The request itself got lost: it is made again while the payer code lives, and not afterwards. */
static void
test_lost_request (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *in_time = depot_fixture_make_id (fixture);
  g_autofree char *too_late = depot_fixture_make_id (fixture);

  test_operator_lose_requests (fixture->operator_a, 1);
  payments_append_scanned (fixture, in_time, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  payments_pass_time (fixture, 1000);
  depot_fixture_assert_state (fixture, in_time, "paid");

  test_operator_lose_requests (fixture->operator_a, 1);
  payments_append_scanned (fixture, too_late, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  payments_pass_time (fixture, 61000);
  depot_fixture_assert_state (fixture, too_late, "expired");
  g_assert_false (test_operator_knows (fixture->operator_a, too_late));
}

/* The process dies after the operator has acted and before the answer is kept. */
static void
test_killed (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_auto (Reply) reply = { 0 };

  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  while (!test_operator_knows (fixture->operator_a, id))
    g_main_context_iteration (NULL, TRUE);
  depot_fixture_restart (fixture);
  depot_fixture_settle (fixture);

  g_assert_cmpuint (test_operator_get_n_payments (fixture->operator_a), ==, 1);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 1000);
  depot_fixture_renew_token (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* The charge's answer got lost, and a notification brought one: the charge's repeat is no refusal. */
static void
test_notified_before_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_WAITING);
  test_operator_lose_answers (fixture->operator_a, 1);
  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  payments_notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "pending");
  payments_pass_time (fixture, 2000);
  depot_fixture_assert_state (fixture, id, "pending");
}

/* Money comes after the order's end, and the notification gets lost: the depot asks again by itself. */
static void
test_late_money (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_state (fixture->operator_a, id, DS_ORDER_EXPIRED);
  payments_append_presented (fixture, id, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_a, id, 3000);
  payments_pass_time (fixture, 20 * 60000);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);
}

/* A payer code that is stale by now may have been charged before the depot was restored from a backup: it is asked
 * about, and not charged. */
static void
test_scanned_before_backup (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_pay (fixture->operator_a, id, 1000);
  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture) - 60001);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpuint (test_operator_get_n_payments (fixture->operator_a), ==, 1);
}

static void
test_cash (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *wrong = depot_fixture_make_id (fixture);
  g_autofree char *refund = depot_fixture_make_id (fixture);

  payments_append_cash (fixture, id, 28650, 30000, 1350);
  depot_fixture_push_well (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 28650);
  payments_append_cash (fixture, id, 28650, 30000, 1350);
  payments_push_refused (fixture);
  payments_append_cash (fixture, wrong, 28650, 30000, 1351);
  payments_push_refused (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 28650);

  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)28650, "reason", "refused");
  depot_fixture_push_well (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, 0);
  depot_fixture_assert_state (fixture, id, "refunded");
}

static void
test_refund (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *first = depot_fixture_make_id (fixture);
  g_autofree char *too_much = depot_fixture_make_id (fixture);
  g_autofree char *rest = depot_fixture_make_id (fixture);
  g_autoptr (json_t) item = NULL;

  payments_append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  test_operator_lose_answers (fixture->operator_a, 1);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", first,
                        "amount_fen", (json_int_t)300, "reason", "damaged");
  depot_fixture_push_well (fixture);
  payments_pass_time (fixture, 1000);
  item = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "paid");
  g_assert_cmpint (json_integer_value (json_object_get (item, "refunded_fen")), ==, 300);

  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", too_much,
                        "amount_fen", (json_int_t)701, "reason", "damaged");
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", rest,
                        "amount_fen", (json_int_t)700, "reason", "damaged");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "refunded");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
}

/* Asked for before the payment is confirmed, a refund waits for that, and is made even of a late success. */
static void
test_refund_waits (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *refund = depot_fixture_make_id (fixture);

  payments_append_requested (fixture, id, 800);
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)800, "reason", "refused");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "presented");
  test_operator_pay (fixture->operator_a, id, 800);
  payments_notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "refunded");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
}

/* The operator does not give it back: the courier is told, and the books do not move. */
static void
test_refund_declined (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *refund = depot_fixture_make_id (fixture);
  g_autoptr (json_t) notice = NULL;

  payments_append_scanned (fixture, id, 800, PAYER_CODE_A, soon (fixture));
  depot_fixture_push_well (fixture);
  test_operator_refuse_refunds (fixture->operator_a);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)800, "reason", "damaged");
  depot_fixture_push_well (fixture);
  notice = depot_fixture_find_item (fixture, "notice", NULL);
  g_assert_nonnull (notice);
  g_assert_true (payments_has_incident (fixture, "refund-declined", refund));
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 800);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* Money for a payment that no journal mentions waits in suspense until one does. */
static void
test_suspense (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_pay (fixture->operator_b, id, 4200);
  payments_notify (fixture, fixture->operator_b, id);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -4200);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, 0);
  depot_fixture_assert_state (fixture, id, "");

  payments_append_presented (fixture, id, 4200, "built");
  depot_fixture_push_well (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, -4200);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 4200);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* Cash was taken and the code is paid afterwards: a refund case, whichever of the two the depot hears of first. */
static void
test_superseded (DepotFixture *fixture, gconstpointer data)
{
  for (guint paid_first = 0; paid_first < 2; paid_first++)
    {
      g_autofree char *code = depot_fixture_make_id (fixture);
      g_autofree char *cash = depot_fixture_make_id (fixture);
      g_autofree char *refund = depot_fixture_make_id (fixture);

      payments_append_requested (fixture, code, 500);
      depot_fixture_push_well (fixture);
      if (paid_first)
        {
          test_operator_pay (fixture->operator_a, code, 500);
          payments_notify (fixture, fixture->operator_a, code);
        }
      depot_fixture_append (fixture, "payment.superseded", "{s:s}", "payment", code);
      depot_fixture_push_well (fixture);
      payments_append_cash (fixture, cash, 500, 500, 0);
      depot_fixture_push_well (fixture);
      test_operator_pay (fixture->operator_a, code, 500);
      payments_notify (fixture, fixture->operator_a, code);
      depot_fixture_assert_state (fixture, code, "paid");
      g_assert_true (payments_has_incident (fixture, "refund", code));
      g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -500);

      depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", code, "refund",
                            refund, "amount_fen", (json_int_t)500, "reason", "paid twice");
      depot_fixture_push_well (fixture);
      depot_fixture_assert_state (fixture, code, "refunded");
      g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, 0);
    }
}

/* An order cannot be closed: what has expired may be paid after all. */
static void
test_late_success (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  payments_append_requested (fixture, id, 900);
  depot_fixture_push_well (fixture);
  test_operator_set_state (fixture->operator_a, id, DS_ORDER_EXPIRED);
  payments_pass_time (fixture, 302000);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_a, id, 900);
  payments_notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, -900);
}

/* Built, shown, never paid: it ends some time after its code, and may still be paid late. */
static void
test_unheard (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  gint64 end_ms = ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)) + 300000;

  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:s, s:I}", "payment",
                        id, "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", 900, "source", "built",
                        "code_sm3", "00", "expires_at_ms", (json_int_t)end_ms);
  depot_fixture_push_well (fixture);
  payments_pass_time (fixture, 302000);
  depot_fixture_assert_state (fixture, id, "presented");
  payments_pass_time (fixture, 62000);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_b, id, 900);
  payments_notify (fixture, fixture->operator_b, id);
  depot_fixture_assert_state (fixture, id, "paid");
}

static void
test_other_amount (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  payments_append_presented (fixture, id, 900, "built");
  depot_fixture_push_well (fixture);
  test_operator_pay (fixture->operator_a, id, 899);
  payments_notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "presented");
  g_assert_true (payments_has_incident (fixture, "amount", id));
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -899);
}

/* The courier asks: claimed, unknown, "check now". Each asks the operator; none lowers what is known. */
static void
test_questions (DepotFixture *fixture, gconstpointer data)
{
  static const char *const types[] = { "payment.claimed", "payment.unknown", "payment.query" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *id = depot_fixture_make_id (fixture);

      payments_append_requested (fixture, id, 100);
      depot_fixture_push_well (fixture);
      test_operator_pay (fixture->operator_a, id, 100); /* and the notification gets lost */
      depot_fixture_append (fixture, types[i], "{s:s}", "payment", id);
      depot_fixture_push_well (fixture);
      depot_fixture_assert_state (fixture, id, "paid");
      depot_fixture_append (fixture, types[i], "{s:s}", "payment", id);
      depot_fixture_push_well (fixture);
      depot_fixture_assert_state (fixture, id, "paid");
    }
}

static void
test_refused_entries (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *unknown = depot_fixture_make_id (fixture);
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) answer = NULL;

  payments_append_requested (fixture, id, 100);
  depot_fixture_push_well (fixture);
  payments_append_requested (fixture, id, 101);
  payments_push_refused (fixture);
  payments_append_requested (fixture, unknown, 0);
  payments_push_refused (fixture);
  payments_append_requested (fixture, "not-an-id", 100);
  payments_push_refused (fixture);
  payments_append_cash (fixture, id, 100, 100, 0);
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "payment.query", "{s:s}", "payment", unknown);
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "payment.telepathy", "{s:s}", "payment", id);
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "shift.closed", "{s:s, s:I}", "shift", unknown, "cash_counted_fen",
                        (json_int_t)0);
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "weather.changed", "{s:s}", "to", "rain");
  depot_fixture_push_well (fixture);

  /* They are held all the same, and a repeat of everything says the same of each. */
  depot_fixture_push_from (fixture, 0, &reply);
  answer = reply_get_object (&reply);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "refused")), ==, 7);
  g_assert_cmpint (
      json_integer_value (json_object_get (json_array_get (json_object_get (answer, "refused"), 0), "seq")),
      ==, 2);
}

/* Another courier's handheld cannot touch this one's payments. */
static void
test_other_courier (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  payments_append_requested (fixture, id, 100);
  depot_fixture_push_well (fixture);
  depot_fixture_switch_handheld (fixture, "0400");
  depot_fixture_append (fixture, "payment.query", "{s:s}", "payment", id);
  payments_push_refused (fixture);
  payments_append_requested (fixture, id, 100);
  payments_push_refused (fixture);
  depot_fixture_assert_state (fixture, id, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  payments_test_add ("/payments/live", test_live);
  payments_test_add ("/payments/live-without-answer", test_live_without_answer);
  payments_test_add ("/payments/scanned", test_scanned);
  payments_test_add ("/payments/waiting", test_waiting);
  payments_test_add ("/payments/lost-answer", test_lost_answer);
  payments_test_add ("/payments/lost-request", test_lost_request);
  payments_test_add ("/payments/killed", test_killed);
  payments_test_add ("/payments/notified-before-answer", test_notified_before_answer);
  payments_test_add ("/payments/late-money", test_late_money);
  payments_test_add ("/payments/scanned-before-backup", test_scanned_before_backup);
  payments_test_add ("/payments/cash", test_cash);
  payments_test_add ("/payments/refund", test_refund);
  payments_test_add ("/payments/refund-waits", test_refund_waits);
  payments_test_add ("/payments/refund-declined", test_refund_declined);
  payments_test_add ("/payments/suspense", test_suspense);
  payments_test_add ("/payments/superseded", test_superseded);
  payments_test_add ("/payments/late-success", test_late_success);
  payments_test_add ("/payments/unheard", test_unheard);
  payments_test_add ("/payments/other-amount", test_other_amount);
  payments_test_add ("/payments/questions", test_questions);
  payments_test_add ("/payments/refused-entries", test_refused_entries);
  payments_test_add ("/payments/other-courier", test_other_courier);
  return g_test_run ();
}
