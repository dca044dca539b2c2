/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot makes of payments: every way to pay, every misfortune on the way to the operator. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-json.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"
#define FAR_MS G_GINT64_CONSTANT (4000000000000)

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

#define payments_test_add(path, test)                                                                        \
  g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

static void
push_taken (DepotFixture *fixture)
{
  g_autofree char *refused = depot_fixture_push (fixture);

  g_assert_cmpstr (refused, ==, NULL);
}

static void
push_refused (DepotFixture *fixture)
{
  g_autofree char *refused = depot_fixture_push (fixture);

  g_assert_nonnull (refused);
}

static void
append_requested (DepotFixture *fixture, const char *id, gint64 amount_fen)
{
  depot_fixture_append (fixture, "payment.requested", "{s:s, s:s, s:s, s:[s], s:I}", "payment", id, "shift",
                        "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen);
}

static void
append_presented (DepotFixture *fixture, const char *id, gint64 amount_fen, const char *source)
{
  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}", "payment",
                        id, "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "source", source, "code_sm3", "00", "expires_at_ms", (json_int_t)FAR_MS);
}

static void
append_scanned (DepotFixture *fixture,
                const char *id,
                gint64 amount_fen,
                const char *code,
                gint64 expires_at_ms)
{
  depot_fixture_append (fixture, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:I}", "payment", id,
                        "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "payer_code", code, "expires_at_ms", (json_int_t)expires_at_ms);
}

static void
append_cash (DepotFixture *fixture, const char *id, gint64 amount_fen, gint64 tendered_fen, gint64 change_fen)
{
  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:I, s:I, s:I}", "payment", id,
                        "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "tendered_fen", (json_int_t)tendered_fen, "change_fen", (json_int_t)change_fen);
}

static gint64
soon (DepotFixture *fixture)
{
  return ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)) + 60000;
}

static void
pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
}

static void
notify (DepotFixture *fixture, TestOperator *op, const char *id)
{
  ds_operator_emit_notified (DS_OPERATOR (op), id);
  depot_fixture_settle (fixture);
}

static gboolean
has_incident (DepotFixture *fixture, const char *kind, const char *subject)
{
  g_autoptr (json_t) books = ds_depot_books_to_json (fixture->depot, NULL);
  json_t *incident;
  gsize i;

  json_array_foreach (json_object_get (books, "incidents"), i, incident)
  {
    if (g_strcmp0 (json_string_value (json_object_get (incident, "kind")), kind) == 0
        && g_strcmp0 (json_string_value (json_object_get (incident, "subject")), subject) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A live code: asked for, and again for the same payment when the answer is lost; shown, paid, confirmed by a query. */
static void
test_live (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autoptr (json_t) item = NULL;
  g_autofree char *code = g_strdup_printf ("TEST:003:%s", id);

  test_operator_lose_answers (fixture->operator_a, 1);
  append_requested (fixture, id, 28650);
  push_taken (fixture);
  pass_time (fixture, 1000);
  item = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "presented");
  g_assert_cmpstr (json_string_value (json_object_get (item, "code")), ==, code);
  g_assert_cmpint (json_integer_value (json_object_get (item, "expires_at_ms")), >,
                   ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)));

  append_presented (fixture, id, 28650, "live");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "presented");

  test_operator_pay (fixture->operator_a, id, 28650);
  notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 28650);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, -28650);

  /* A hint alone changes nothing, however often it comes. */
  notify (fixture, fixture->operator_a, id);
  notify (fixture, fixture->operator_b, id);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 28650);
}

/* The operator does not answer: the courier is told in time, and no late code turns up. */
static void
test_live_without_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_lose_requests (fixture->operator_a, 1000);
  append_requested (fixture, id, 100);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "");
  pass_time (fixture, 5000);
  depot_fixture_assert_state (fixture, id, "");
  pass_time (fixture, 60000);
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

  append_scanned (fixture, paid, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  depot_fixture_assert_state (fixture, paid, "paid");

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_DECLINED);
  append_scanned (fixture, declined, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  item = depot_fixture_find_item (fixture, "payment", declined);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "declined");
  g_assert_cmpstr (json_string_value (json_object_get (item, "reason")), ==, "because");

  append_scanned (fixture, stale, 1000, PAYER_CODE_A, soon (fixture) - 60001);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, stale, "expired");
  g_assert_false (test_operator_knows (fixture->operator_a, stale));

  append_scanned (fixture, foreign, 1000, "0199912345612345678", soon (fixture));
  push_taken (fixture);
  depot_fixture_assert_state (fixture, foreign, "declined");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 1000);
}

/* The customer's password is awaited: the depot asks again by itself. */
static void
test_waiting (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_WAITING);
  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "pending");
  test_operator_pay (fixture->operator_a, id, 1000);
  pass_time (fixture, 13000);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* The answer to a charge gets lost: the depot asks what became of it, and never charges twice. */
static void
test_lost_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_lose_answers (fixture->operator_a, 2);
  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "");
  pass_time (fixture, 1000);
  depot_fixture_assert_state (fixture, id, "");
  pass_time (fixture, 2000);
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
  append_scanned (fixture, in_time, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  pass_time (fixture, 1000);
  depot_fixture_assert_state (fixture, in_time, "paid");

  test_operator_lose_requests (fixture->operator_a, 1);
  append_scanned (fixture, too_late, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  pass_time (fixture, 61000);
  depot_fixture_assert_state (fixture, too_late, "expired");
  g_assert_false (test_operator_knows (fixture->operator_a, too_late));
}

/* The process dies after the operator has acted and before the answer is kept. */
static void
test_killed (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_auto (Reply) reply = { 0 };

  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
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

/* Shown offline, paid, and proved by a receipt: the operator is asked before anything is booked. */
static void
test_receipt (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *unpaid = depot_fixture_make_id (fixture);
  g_autofree char *receipt = test_operator_sign_receipt (fixture->operator_b, id, 2000);
  g_autofree char *false_receipt = test_operator_sign_receipt (fixture->operator_b, unpaid, 2000);
  g_autofree char *forged = g_strdup (receipt);

  test_operator_pay (fixture->operator_b, id, 2000);
  append_presented (fixture, id, 2000, "built");
  forged[strlen (forged) - 20] = forged[strlen (forged) - 20] == 'A' ? 'B' : 'A';
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", forged);
  push_refused (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", receipt);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 2000);

  /* Signed, but the operator's books know nothing of it: not booked, and both sides are told. */
  append_presented (fixture, unpaid, 2000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", unpaid, "receipt",
                        false_receipt);
  push_taken (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 2000);
  test_operator_set_state (fixture->operator_b, unpaid, DS_ORDER_EXPIRED);
  pass_time (fixture, 13000);
  depot_fixture_assert_state (fixture, unpaid, "expired");
  g_assert_true (has_incident (fixture, "conflict", unpaid));
}

static void
test_voucher (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *good = depot_fixture_make_id (fixture);
  g_autofree char *reused = depot_fixture_make_id (fixture);
  g_autofree char *other = depot_fixture_make_id (fixture);
  g_autofree char *bounced = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, good, 3000, 1);
  g_autofree char *reused_voucher = test_operator_sign_voucher (fixture->operator_a, reused, 3000, 1);
  g_autofree char *bounced_voucher = test_operator_sign_voucher (fixture->operator_a, bounced, 3000, 2);

  append_presented (fixture, good, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", good, "voucher", voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, good, "settled");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);

  /* The same counter for another payment. */
  append_presented (fixture, reused, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", reused, "voucher",
                        reused_voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, reused, "rejected");

  /* A voucher for another payment: refused, and the debt is open again. */
  append_presented (fixture, other, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", other, "voucher", voucher);
  push_refused (fixture);
  depot_fixture_assert_state (fixture, other, "rejected");

  test_operator_bounce_vouchers (fixture->operator_a);
  append_presented (fixture, bounced, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", bounced, "voucher",
                        bounced_voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, bounced, "rejected");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);
}

/* Somebody has set the handheld's clock, back or ahead: that makes no evidence bad. */
static void
test_evidence_by_a_wrong_clock (DepotFixture *fixture, gconstpointer data)
{
  static const gint64 jumps_ms[]
      = { -G_GINT64_CONSTANT (30) * 86400000, G_GINT64_CONSTANT (36500) * 86400000 };

  for (gsize i = 0; i < G_N_ELEMENTS (jumps_ms); i++)
    {
      g_autofree char *vouched = depot_fixture_make_id (fixture);
      g_autofree char *proved = depot_fixture_make_id (fixture);
      g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, vouched, 3000, (gint64)i);
      g_autofree char *receipt = test_operator_sign_receipt (fixture->operator_b, proved, 2000);
      guint n_before = fixture->lines->len;
      g_auto (Reply) reply = { 0 };

      test_operator_pay (fixture->operator_b, proved, 2000);
      ds_manual_clock_jump_wall_ms (fixture->clock, jumps_ms[i]);
      append_presented (fixture, vouched, 3000, "built");
      depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", vouched, "voucher", voucher);
      append_presented (fixture, proved, 2000, "built");
      depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", proved, "receipt", receipt);
      ds_manual_clock_jump_wall_ms (fixture->clock, -jumps_ms[i]);
      depot_fixture_push_from (fixture, n_before, &reply);
      g_assert_cmpuint (reply.status, ==, 200);
      depot_fixture_settle (fixture);
      depot_fixture_assert_state (fixture, vouched, "settled");
      depot_fixture_assert_state (fixture, proved, "paid");
    }
}

/* The answer about an order that has expired arrives after a voucher was accepted for it: that is no answer about the
 * voucher. */
static void
test_voucher_overtakes (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_b, id, 3000, 1);
  g_auto (Reply) reply = { 0 };

  test_operator_set_state (fixture->operator_a, id, DS_ORDER_EXPIRED);
  test_operator_hold_queries (fixture->operator_a);
  append_presented (fixture, id, 3000, "built");
  depot_fixture_push_from (fixture, 0, &reply);
  while (test_operator_get_n_queries (fixture->operator_a) == 0)
    g_main_context_iteration (NULL, TRUE);
  test_operator_lose_requests (fixture->operator_b, 1); /* the redemption comes later still */
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", id, "voucher", voucher);
  depot_fixture_push_from (fixture, 1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  test_operator_release_queries (fixture->operator_a);
  depot_fixture_settle (fixture);
  depot_fixture_assert_state (fixture, id, "presented"); /* the last that was told */
  pass_time (fixture, 1000);
  depot_fixture_assert_state (fixture, id, "settled");
}

/* One operator has redeemed the voucher. When it does not answer once, another one's word that its own order of the same id
 * is open means nothing: the money stays where it is, and goes back from there. */
static void
test_open_elsewhere (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_b, id, 3000, 1);
  g_autoptr (json_t) answer = NULL;

  append_presented (fixture, id, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", id, "voucher", voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "settled");
  test_operator_set_state (fixture->operator_a, id, DS_ORDER_OPEN);
  test_operator_lose_requests (fixture->operator_b, 1);
  notify (fixture, fixture->operator_b, id);
  answer = ds_depot_refund (fixture->depot, id, NULL, 1000, "a test", NULL);
  g_assert_nonnull (answer);
  depot_fixture_settle (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 2000);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
}

/* A voucher was taken offline, and the depot hears of it when the order has ended: an expired one is redeemed all the
 * same, a declined one cannot be, and the courier is told. */
static void
test_late_voucher (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *expired = depot_fixture_make_id (fixture);
  g_autofree char *declined = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, expired, 3000, 1);
  g_autofree char *void_voucher = test_operator_sign_voucher (fixture->operator_a, declined, 3000, 2);

  test_operator_set_state (fixture->operator_a, expired, DS_ORDER_EXPIRED);
  append_presented (fixture, expired, 3000, "built");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, expired, "expired");
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", expired, "voucher", voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, expired, "settled");

  test_operator_set_state (fixture->operator_a, declined, DS_ORDER_DECLINED);
  append_presented (fixture, declined, 3000, "built");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, declined, "declined");
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", declined, "voucher",
                        void_voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, declined, "rejected");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);
}

/* The charge's answer got lost, and a notification brought one: the charge's repeat is no refusal. */
static void
test_notified_before_answer (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_charge_state (fixture->operator_a, DS_ORDER_WAITING);
  test_operator_lose_answers (fixture->operator_a, 1);
  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "pending");
  pass_time (fixture, 2000);
  depot_fixture_assert_state (fixture, id, "pending");
}

/* Two vouchers with one counter, and the depot hears of the false one first: the operator says which is good. */
static void
test_voucher_twice (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *good = depot_fixture_make_id (fixture);
  g_autofree char *false_one = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, good, 3000, 1);
  g_autofree char *false_voucher = test_operator_sign_voucher (fixture->operator_a, false_one, 3000, 1);

  test_operator_bounce_vouchers (fixture->operator_a);
  append_presented (fixture, false_one, 3000, "built");
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", false_one, "voucher",
                        false_voucher);
  push_taken (fixture);
  append_presented (fixture, good, 3000, "built");
  push_taken (fixture);
  test_operator_pay (fixture->operator_a, good,
                     3000); /* redeemed before the depot was restored from a backup */
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", good, "voucher", voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, good, "settled");
}

/* The operator declines a voucher because the customer has paid the code as well: that is no reason to collect again. */
static void
test_voucher_and_paid (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, id, 3000, 1);

  append_presented (fixture, id, 3000, "built");
  push_taken (fixture);
  test_operator_pay (fixture->operator_b, id, 3000);
  test_operator_bounce_vouchers (fixture->operator_a);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", id, "voucher", voucher);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "settled");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 3000);
}

/* Money comes after the order's end, and the notification gets lost: the depot asks again by itself. */
static void
test_late_money (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_set_state (fixture->operator_a, id, DS_ORDER_EXPIRED);
  append_presented (fixture, id, 3000, "built");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_a, id, 3000);
  pass_time (fixture, 20 * 60000);
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
  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture) - 60001);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpuint (test_operator_get_n_payments (fixture->operator_a), ==, 1);
}

static void
test_cash (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *wrong = depot_fixture_make_id (fixture);
  g_autofree char *refund = depot_fixture_make_id (fixture);

  append_cash (fixture, id, 28650, 30000, 1350);
  push_taken (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 28650);
  append_cash (fixture, id, 28650, 30000, 1350);
  push_refused (fixture);
  append_cash (fixture, wrong, 28650, 30000, 1351);
  push_refused (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 28650);

  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)28650, "reason", "refused");
  push_taken (fixture);
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

  append_scanned (fixture, id, 1000, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  test_operator_lose_answers (fixture->operator_a, 1);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", first,
                        "amount_fen", (json_int_t)300, "reason", "damaged");
  push_taken (fixture);
  pass_time (fixture, 1000);
  item = depot_fixture_find_item (fixture, "payment", id);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "paid");
  g_assert_cmpint (json_integer_value (json_object_get (item, "refunded_fen")), ==, 300);

  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", too_much,
                        "amount_fen", (json_int_t)701, "reason", "damaged");
  push_refused (fixture);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", rest,
                        "amount_fen", (json_int_t)700, "reason", "damaged");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "refunded");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
}

/* Asked for before the payment is confirmed, a refund waits for that, and is made even of a late success. */
static void
test_refund_waits (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *refund = depot_fixture_make_id (fixture);

  append_requested (fixture, id, 800);
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)800, "reason", "refused");
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "presented");
  test_operator_pay (fixture->operator_a, id, 800);
  notify (fixture, fixture->operator_a, id);
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

  append_scanned (fixture, id, 800, PAYER_CODE_A, soon (fixture));
  push_taken (fixture);
  test_operator_refuse_refunds (fixture->operator_a);
  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", id, "refund", refund,
                        "amount_fen", (json_int_t)800, "reason", "damaged");
  push_taken (fixture);
  notice = depot_fixture_find_item (fixture, "notice", NULL);
  g_assert_nonnull (notice);
  g_assert_true (has_incident (fixture, "refund-declined", refund));
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 800);
  depot_fixture_assert_state (fixture, id, "paid");
}

/* Money for a payment that no journal mentions waits in suspense until one does. */
static void
test_suspense (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  test_operator_pay (fixture->operator_b, id, 4200);
  notify (fixture, fixture->operator_b, id);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -4200);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, 0);
  depot_fixture_assert_state (fixture, id, "");

  append_presented (fixture, id, 4200, "built");
  push_taken (fixture);
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

      append_requested (fixture, code, 500);
      push_taken (fixture);
      if (paid_first)
        {
          test_operator_pay (fixture->operator_a, code, 500);
          notify (fixture, fixture->operator_a, code);
        }
      depot_fixture_append (fixture, "payment.superseded", "{s:s}", "payment", code);
      push_taken (fixture);
      append_cash (fixture, cash, 500, 500, 0);
      push_taken (fixture);
      test_operator_pay (fixture->operator_a, code, 500);
      notify (fixture, fixture->operator_a, code);
      depot_fixture_assert_state (fixture, code, "paid");
      g_assert_true (has_incident (fixture, "refund", code));
      g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -500);

      depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", code, "refund",
                            refund, "amount_fen", (json_int_t)500, "reason", "paid twice");
      push_taken (fixture);
      depot_fixture_assert_state (fixture, code, "refunded");
      g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, 0);
    }
}

/* An order cannot be closed: what has expired may be paid after all. */
static void
test_late_success (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  append_requested (fixture, id, 900);
  push_taken (fixture);
  test_operator_set_state (fixture->operator_a, id, DS_ORDER_EXPIRED);
  pass_time (fixture, 302000);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_a, id, 900);
  notify (fixture, fixture->operator_a, id);
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
  push_taken (fixture);
  pass_time (fixture, 302000);
  depot_fixture_assert_state (fixture, id, "presented");
  pass_time (fixture, 62000);
  depot_fixture_assert_state (fixture, id, "expired");
  test_operator_pay (fixture->operator_b, id, 900);
  notify (fixture, fixture->operator_b, id);
  depot_fixture_assert_state (fixture, id, "paid");
}

static void
test_other_amount (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);

  append_presented (fixture, id, 900, "built");
  push_taken (fixture);
  test_operator_pay (fixture->operator_a, id, 899);
  notify (fixture, fixture->operator_a, id);
  depot_fixture_assert_state (fixture, id, "presented");
  g_assert_true (has_incident (fixture, "amount", id));
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

      append_requested (fixture, id, 100);
      push_taken (fixture);
      test_operator_pay (fixture->operator_a, id, 100); /* and the notification gets lost */
      depot_fixture_append (fixture, types[i], "{s:s}", "payment", id);
      push_taken (fixture);
      depot_fixture_assert_state (fixture, id, "paid");
      depot_fixture_append (fixture, types[i], "{s:s}", "payment", id);
      push_taken (fixture);
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

  append_requested (fixture, id, 100);
  push_taken (fixture);
  append_requested (fixture, id, 101);
  push_refused (fixture);
  append_requested (fixture, unknown, 0);
  push_refused (fixture);
  append_requested (fixture, "not-an-id", 100);
  push_refused (fixture);
  append_cash (fixture, id, 100, 100, 0);
  push_refused (fixture);
  depot_fixture_append (fixture, "payment.query", "{s:s}", "payment", unknown);
  push_refused (fixture);
  depot_fixture_append (fixture, "payment.telepathy", "{s:s}", "payment", id);
  push_refused (fixture);
  depot_fixture_append (fixture, "shift.closed", "{s:s, s:I}", "shift", unknown, "cash_counted_fen",
                        (json_int_t)0);
  push_refused (fixture);
  depot_fixture_append (fixture, "weather.changed", "{s:s}", "to", "rain");
  push_taken (fixture);

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

  append_requested (fixture, id, 100);
  push_taken (fixture);
  depot_fixture_switch_handheld (fixture, "0400");
  depot_fixture_append (fixture, "payment.query", "{s:s}", "payment", id);
  push_refused (fixture);
  append_requested (fixture, id, 100);
  push_refused (fixture);
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
  payments_test_add ("/payments/receipt", test_receipt);
  payments_test_add ("/payments/voucher", test_voucher);
  payments_test_add ("/payments/open-elsewhere", test_open_elsewhere);
  payments_test_add ("/payments/evidence-by-a-wrong-clock", test_evidence_by_a_wrong_clock);
  payments_test_add ("/payments/voucher-overtakes", test_voucher_overtakes);
  payments_test_add ("/payments/late-voucher", test_late_voucher);
  payments_test_add ("/payments/notified-before-answer", test_notified_before_answer);
  payments_test_add ("/payments/voucher-twice", test_voucher_twice);
  payments_test_add ("/payments/voucher-and-paid", test_voucher_and_paid);
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
