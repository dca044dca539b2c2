/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spoken proofs at the depot: who gets the digits and when, and what becomes of digits that a handheld took. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-error.h"
#include "ds-spoken-proof.h"

#include <string.h>

#define ROUTE                                                                                                \
  "waybill,recipient,phone,address,place,window,due,prepaid,note\n"                                          \
  "W1,Li Hua,17012340126,1 Lake Road,Lake,09:00-11:00,20,no,\n"
#define DUE_FEN 2000
#define FAR_MS G_GINT64_CONSTANT (4000000000000)

typedef struct
{
  char *id;
  char *secret;
  char *prefetched_id;
} Stop;

static void
stop_clear (Stop *self)
{
  g_free (self->id);
  g_free (self->secret);
  g_free (self->prefetched_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stop, stop_clear)

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

static void
make_stop (DepotFixture *fixture, Stop *stop)
{
  g_autoptr (json_t) report = depot_fixture_import (fixture, ROUTE, NULL);
  g_autoptr (json_t) item = depot_fixture_find_item (fixture, "stop", NULL);

  g_assert_nonnull (report);
  stop->id = g_strdup (json_string_value (json_object_get (item, "stop")));
  stop->secret = g_strdup (json_string_value (json_object_get (item, "spoken_secret")));
  stop->prefetched_id
      = g_strdup (json_string_value (json_object_get (json_object_get (item, "prefetched"), "payment")));
  g_assert_nonnull (stop->secret);
  g_assert_cmpuint (strlen (stop->secret), ==, 32);
}

static void
push_taken (DepotFixture *fixture)
{
  g_autofree char *refused = depot_fixture_push (fixture);

  g_assert_cmpstr (refused, ==, NULL);
}

static void
push_presented (DepotFixture *fixture, const Stop *stop, const char *id, const char *source)
{
  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}", "payment",
                        id, "shift", "S", "stop", stop->id, "parcels", "W1", "amount_fen",
                        (json_int_t)DUE_FEN, "source", source, "code_sm3", "00", "expires_at_ms",
                        (json_int_t)FAR_MS);
  push_taken (fixture);
}

static char *
make_digits (const Stop *stop, const char *id)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  g_autoptr (GError) error = NULL;

  ds_spoken_proof_derive (stop->secret, id, DUE_FEN, digits, &error);
  g_assert_no_error (error);
  return g_strdup (digits);
}

static void
append_spoken (DepotFixture *fixture, const char *id, const char *digits)
{
  depot_fixture_append (fixture, "payment.spoken", "{s:s, s:s}", "payment", id, "digits", digits);
}

static void
pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
}

static void
assert_not_given (DepotFixture *fixture, const char *id, DsError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_depot_get_spoken (fixture->depot, id, &error);

  g_assert_null (text);
  g_assert_error (error, DS_ERROR, (gint)code);
}

/* The digits are nobody's before the operator's books say paid, and are the handheld's own afterwards. */
static void
test_given_once_paid (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *nobodys = depot_fixture_make_id (fixture);
  g_autofree char *digits = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  char read[DS_SPOKEN_PROOF_SIZE];
  TestOperator *op;

  make_stop (fixture, &stop);
  digits = make_digits (&stop, stop.prefetched_id);
  assert_not_given (fixture, nobodys, DS_ERROR_NOT_FOUND);
  assert_not_given (fixture, stop.prefetched_id, DS_ERROR_STATE);
  push_presented (fixture, &stop, stop.prefetched_id, "prefetched");
  assert_not_given (fixture, stop.prefetched_id, DS_ERROR_STATE);

  op = test_operator_knows (fixture->operator_a, stop.prefetched_id) ? fixture->operator_a
                                                                     : fixture->operator_b;
  test_operator_pay (op, stop.prefetched_id, DUE_FEN);
  ds_operator_emit_notified (DS_OPERATOR (op), stop.prefetched_id);
  depot_fixture_settle (fixture);
  text = ds_depot_get_spoken (fixture->depot, stop.prefetched_id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (text[4], ==, ' ');
  g_assert_true (ds_spoken_proof_read (text, read));
  g_assert_cmpstr (read, ==, digits);

  append_spoken (fixture, stop.prefetched_id, digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, stop.prefetched_id, "paid");

  /* The secret stays: the next version of the stop and a new start carry the same. */
  depot_fixture_restart (fixture);
  g_free (text);
  text = ds_depot_get_spoken (fixture->depot, stop.prefetched_id, &error);
  g_assert_no_error (error);
}

/* Right digits, and no operator has the money: the handheld could work them out itself. */
static void
test_rejected (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *digits = NULL;

  make_stop (fixture, &stop);
  digits = make_digits (&stop, id);
  push_presented (fixture, &stop, id, "built");
  append_spoken (fixture, id, digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "rejected");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, 0);
}

/* A receipt follows the digits: nobody denies them any more, and what the operator says is held against its own receipt. */
static void
test_receipt_follows (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *receipt = test_operator_sign_receipt (fixture->operator_b, id, DUE_FEN);
  g_autofree char *digits = NULL;

  make_stop (fixture, &stop);
  digits = make_digits (&stop, id);
  push_presented (fixture, &stop, id, "built");
  test_operator_lose_answers (fixture->operator_b, 1);
  append_spoken (fixture, id, digits);
  push_taken (fixture);
  depot_fixture_append (fixture, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", receipt);
  push_taken (fixture);
  for (guint i = 0; i < 5; i++)
    pass_time (fixture, 10000);
  depot_fixture_assert_state (fixture, id, "presented"); /* the last that was told */
  test_operator_pay (fixture->operator_b, id, DUE_FEN);
  ds_operator_emit_notified (DS_OPERATOR (fixture->operator_b), id);
  depot_fixture_settle (fixture);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, DUE_FEN);
}

/* The money comes after its digits were rejected, when the stop may have been collected again: it waits in suspense with a
 * case. Given back, the stop still owes; kept, there is nothing to collect any more. */
static void
test_confirmed_after_rejected (DepotFixture *unused, gconstpointer data)
{
  for (guint keep = 0; keep < 2; keep++)
    {
      DepotFixture fixture = { 0 };
      g_auto (Stop) stop = { 0 };
      g_autofree char *id = NULL;
      g_autofree char *digits = NULL;
      g_autoptr (json_t) cases = NULL;
      g_autoptr (json_t) answer = NULL;
      g_autoptr (json_t) item = NULL;
      g_autoptr (GError) error = NULL;
      json_t *late = NULL;
      json_t *each;
      gsize i;

      set_up (&fixture, NULL);
      make_stop (&fixture, &stop);
      id = depot_fixture_make_id (&fixture);
      digits = make_digits (&stop, id);
      push_presented (&fixture, &stop, id, "built");
      append_spoken (&fixture, id, digits);
      push_taken (&fixture);
      depot_fixture_assert_state (&fixture, id, "rejected");

      test_operator_pay (fixture.operator_a, id, DUE_FEN);
      ds_operator_emit_notified (DS_OPERATOR (fixture.operator_a), id);
      depot_fixture_settle (&fixture);
      depot_fixture_assert_state (&fixture, id, "rejected");
      g_assert_cmpint (depot_fixture_get_balance (&fixture, "suspense"), ==, -DUE_FEN);
      cases = ds_depot_list_cases (fixture.depot, FALSE, &error);
      g_assert_no_error (error);
      json_array_foreach (cases, i, each)
      {
        if (g_str_equal (json_string_value (json_object_get (each, "kind")), "late"))
          late = each;
      }
      g_assert_cmpint (json_integer_value (json_object_get (late, "amount_fen")), ==, DUE_FEN);

      answer = ds_depot_resolve (fixture.depot, json_integer_value (json_object_get (late, "case")),
                                 keep ? "keep" : "refund", "a test", &error);
      g_assert_no_error (error);
      depot_fixture_settle (&fixture);
      g_assert_cmpint (depot_fixture_get_balance (&fixture, "suspense"), ==, 0);
      g_assert_cmpint (depot_fixture_get_balance (&fixture, "payable:merchant"), ==, keep ? -DUE_FEN : 0);
      item = depot_fixture_find_item (&fixture, "stop", stop.id);
      g_assert_cmpint (
          json_is_true (json_object_get (json_array_get (json_object_get (item, "parcels"), 0), "prepaid")),
          ==, keep != 0);
      depot_fixture_tear_down (&fixture, NULL);
      depot_fixture_remove_files ();
    }
}

/* No answer is not "not paid". */
static void
test_unknown_is_not_failed (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *digits = NULL;

  make_stop (fixture, &stop);
  digits = make_digits (&stop, id);
  push_presented (fixture, &stop, id, "built");
  test_operator_lose_answers (fixture->operator_b, 3);
  append_spoken (fixture, id, digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "presented"); /* the last that was told */
  test_operator_pay (fixture->operator_b, id, DUE_FEN);
  for (guint i = 0; i < 5; i++)
    pass_time (fixture, 10000);
  depot_fixture_assert_state (fixture, id, "paid");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:007"), ==, DUE_FEN);
}

/* Wrong digits are refused and looked at by a person; whether it is paid is the operator's to say all the same. */
static void
test_wrong_digits (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *paid = depot_fixture_make_id (fixture);
  g_autofree char *unpaid = depot_fixture_make_id (fixture);
  g_autofree char *refused = NULL;

  make_stop (fixture, &stop);
  push_presented (fixture, &stop, paid, "built");
  push_presented (fixture, &stop, unpaid, "built");
  test_operator_pay (fixture->operator_a, paid, DUE_FEN);
  append_spoken (fixture, paid, "12345678");
  refused = depot_fixture_push (fixture);
  g_assert_nonnull (refused);
  depot_fixture_assert_state (fixture, paid, "paid");
  append_spoken (fixture, unpaid, "12345678");
  g_free (refused);
  refused = depot_fixture_push (fixture);
  g_assert_nonnull (refused);
  depot_fixture_assert_state (fixture, unpaid, "rejected");
}

/* The order was declined before the proof came in: the handheld hears that it holds nothing. */
static void
test_declined_before (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autofree char *digits = NULL;

  make_stop (fixture, &stop);
  digits = make_digits (&stop, id);
  test_operator_set_state (fixture->operator_a, id, DS_ORDER_DECLINED);
  push_presented (fixture, &stop, id, "built");
  depot_fixture_assert_state (fixture, id, "declined");
  append_spoken (fixture, id, digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "rejected");
}

/* The same of an order that ran out before the proof came in: the operator decides, not the time. */
static void
test_expired_before (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *unpaid = depot_fixture_make_id (fixture);
  g_autofree char *paid = depot_fixture_make_id (fixture);
  g_autofree char *unpaid_digits = NULL;
  g_autofree char *paid_digits = NULL;

  make_stop (fixture, &stop);
  unpaid_digits = make_digits (&stop, unpaid);
  paid_digits = make_digits (&stop, paid);
  test_operator_set_state (fixture->operator_a, unpaid, DS_ORDER_EXPIRED);
  test_operator_set_state (fixture->operator_a, paid, DS_ORDER_EXPIRED);
  push_presented (fixture, &stop, unpaid, "built");
  push_presented (fixture, &stop, paid, "built");
  depot_fixture_assert_state (fixture, unpaid, "expired");
  depot_fixture_assert_state (fixture, paid, "expired");

  append_spoken (fixture, unpaid, unpaid_digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, unpaid, "rejected");

  test_operator_pay (fixture->operator_a, paid, DUE_FEN);
  append_spoken (fixture, paid, paid_digits);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, paid, "paid");
}

static void
test_misspoken (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Stop) stop = { 0 };
  g_autofree char *id = depot_fixture_make_id (fixture);

  make_stop (fixture, &stop);
  push_presented (fixture, &stop, id, "built");
  depot_fixture_append (fixture, "payment.misspoken", "{s:s}", "payment", id);
  push_taken (fixture);
  depot_fixture_assert_state (fixture, id, "presented");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, test) g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)
  ADD ("/depot/spoken/given-once-paid", test_given_once_paid);
  ADD ("/depot/spoken/rejected", test_rejected);
  ADD ("/depot/spoken/receipt-follows", test_receipt_follows);
  ADD ("/depot/spoken/unknown-is-not-failed", test_unknown_is_not_failed);
  ADD ("/depot/spoken/wrong-digits", test_wrong_digits);
  ADD ("/depot/spoken/declined-before", test_declined_before);
  ADD ("/depot/spoken/expired-before", test_expired_before);
  ADD ("/depot/spoken/misspoken", test_misspoken);
#undef ADD
  g_test_add ("/depot/spoken/confirmed-after-rejected", DepotFixture, NULL, NULL,
              test_confirmed_after_rejected, NULL);
  return g_test_run ();
}
