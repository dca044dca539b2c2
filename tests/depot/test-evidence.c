/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot makes of receipts and vouchers that were taken at a door without a network. */
#include "config.h"

#include "payments-fixture.h"

#include <string.h>

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
  payments_append_presented (fixture, id, 2000, "built");
  forged[strlen (forged) - 20] = forged[strlen (forged) - 20] == 'A' ? 'B' : 'A';
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", forged);
  payments_push_refused (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", receipt);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 2000);

  /* Signed, but the operator's books know nothing of it: not booked, and both sides are told. */
  payments_append_presented (fixture, unpaid, 2000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", unpaid, "receipt",
                        false_receipt);
  depot_fixture_push_well (fixture);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 2000);
  test_operator_set_state (fixture->operator_b, unpaid, DS_ORDER_EXPIRED);
  payments_pass_time (fixture, 13000);
  depot_fixture_assert_state (fixture, unpaid, "expired");
  g_assert_true (payments_has_incident (fixture, "conflict", unpaid));
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

  payments_append_presented (fixture, good, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", good, "voucher", voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, good, "settled");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);

  /* The same counter for another payment. */
  payments_append_presented (fixture, reused, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", reused, "voucher",
                        reused_voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, reused, "rejected");

  /* A voucher for another payment: refused, and the debt is open again. */
  payments_append_presented (fixture, other, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", other, "voucher", voucher);
  payments_push_refused (fixture);
  depot_fixture_assert_state (fixture, other, "rejected");

  test_operator_bounce_vouchers (fixture->operator_a);
  payments_append_presented (fixture, bounced, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", bounced, "voucher",
                        bounced_voucher);
  depot_fixture_push_well (fixture);
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
      payments_append_presented (fixture, vouched, 3000, "built");
      depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", vouched, "voucher", voucher);
      payments_append_presented (fixture, proved, 2000, "built");
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
  payments_append_presented (fixture, id, 3000, "built");
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
  payments_pass_time (fixture, 1000);
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

  payments_append_presented (fixture, id, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", id, "voucher", voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "settled");
  test_operator_set_state (fixture->operator_a, id, DS_ORDER_OPEN);
  test_operator_lose_requests (fixture->operator_b, 1);
  payments_notify (fixture, fixture->operator_b, id);
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
  payments_append_presented (fixture, expired, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, expired, "expired");
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", expired, "voucher", voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, expired, "settled");

  test_operator_set_state (fixture->operator_a, declined, DS_ORDER_DECLINED);
  payments_append_presented (fixture, declined, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, declined, "declined");
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", declined, "voucher",
                        void_voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, declined, "rejected");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 3000);
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
  payments_append_presented (fixture, false_one, 3000, "built");
  depot_fixture_push_well (fixture);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", false_one, "voucher",
                        false_voucher);
  depot_fixture_push_well (fixture);
  payments_append_presented (fixture, good, 3000, "built");
  depot_fixture_push_well (fixture);
  test_operator_pay (fixture->operator_a, good,
                     3000); /* redeemed before the depot was restored from a backup */
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", good, "voucher", voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, good, "settled");
}

/* The operator declines a voucher because the customer has paid the code as well: that is no reason to collect again. */
static void
test_voucher_and_paid (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *voucher = test_operator_sign_voucher (fixture->operator_a, id, 3000, 1);

  payments_append_presented (fixture, id, 3000, "built");
  depot_fixture_push_well (fixture);
  test_operator_pay (fixture->operator_b, id, 3000);
  test_operator_bounce_vouchers (fixture->operator_a);
  depot_fixture_append (fixture, "payment.voucher", "{s:s, s:s}", "payment", id, "voucher", voucher);
  depot_fixture_push_well (fixture);
  depot_fixture_assert_state (fixture, id, "settled");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, 3000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  payments_test_add ("/payments/receipt", test_receipt);
  payments_test_add ("/payments/voucher", test_voucher);
  payments_test_add ("/payments/open-elsewhere", test_open_elsewhere);
  payments_test_add ("/payments/evidence-by-a-wrong-clock", test_evidence_by_a_wrong_clock);
  payments_test_add ("/payments/voucher-overtakes", test_voucher_overtakes);
  payments_test_add ("/payments/late-voucher", test_late_voucher);
  payments_test_add ("/payments/voucher-twice", test_voucher_twice);
  payments_test_add ("/payments/voucher-and-paid", test_voucher_and_paid);
  return g_test_run ();
}
