/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts, vouchers, exposure, refunds: what the money rests on. */
#include "config.h"

#include "store-fixture.h"

#include "ds-encoding.h"
#include "ds-evidence.h"

#include <string.h>

#define DUE_FEN 19800

static void
set_up_at_door (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN));
  fixture_feed (fixture, fixture_stop_item (fixture, "S2", 2, DUE_FEN));
  fixture_open_shift (fixture, 1000);
}

static json_t *
make_data (const char *payment_id, const char *member, const DsEvidence *evidence)
{
  gsize n;
  gconstpointer bytes = g_bytes_get_data (evidence->bytes, &n);
  g_autofree char *text = ds_base64url_encode (bytes, n);

  return json_pack ("{s:s, s:s}", "payment", payment_id, member, text);
}

static DsEvidence *
make_receipt (const char *payment_id, gint64 amount_fen)
{
  g_autoptr (DsKey) operator_key = ds_key_generate (NULL);
  g_autoptr (GError) error = NULL;
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_RECEIPT,
    .payment_id = (char *)payment_id,
    .amount_fen = amount_fen,
    .payee_id = (char *)"M100",
    .operator_id = (char *)"003",
    .operator_ref = (char *)"REF1",
    .red_packet_fen = 200,
    .at_s = FIXTURE_WALL_MS / 1000,
  };
  DsEvidence *receipt = ds_receipt_sign (operator_key, &draft, &error);

  g_assert_no_error (error);
  return receipt;
}

static DsEvidence *
make_voucher (const char *payment_id, gint64 amount_fen, guint8 serial, gint64 counter)
{
  g_autoptr (DsKey) operator_key = ds_key_generate (NULL);
  g_autoptr (DsKey) wallet_key = ds_key_generate (NULL);
  g_autoptr (GError) error = NULL;
  DsWalletCertificate about = {
    .operator_id = (char *)"007",
    .serial = { 0xaa, 0, 0, 0, 0, serial },
    .tier = 3,
    .voucher_limit_fen = 100000,
    .total_limit_fen = 200000,
    .not_after_s = FIXTURE_WALL_MS / 1000 + 86400,
  };
  g_autoptr (DsWalletCertificate) certificate = NULL;
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_VOUCHER,
    .payment_id = (char *)payment_id,
    .amount_fen = amount_fen,
    .payee_id = (char *)"M100",
    .counter = counter,
    .at_s = FIXTURE_WALL_MS / 1000,
  };
  DsEvidence *voucher;

  ds_key_get_public_compressed (wallet_key, about.public_key);
  certificate = ds_wallet_certificate_sign (operator_key, &about, &error);
  g_assert_no_error (error);
  voucher = ds_voucher_sign (wallet_key, certificate, &draft, &error);
  g_assert_no_error (error);
  return voucher;
}

static char *
take_voucher (StoreFixture *fixture, const char *stop, guint8 serial, gint64 counter)
{
  char *payment_id = fixture_present (fixture, stop, DUE_FEN);
  g_autoptr (DsEvidence) voucher = make_voucher (payment_id, DUE_FEN, serial, counter);

  g_ptr_array_unref (fixture_append (fixture, "payment.voucher", make_data (payment_id, "voucher", voucher)));
  return payment_id;
}

static void
test_receipt (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autofree char *other = fixture_present (fixture, "S2", DUE_FEN);
  g_autoptr (DsEvidence) receipt = make_receipt (payment_id, DUE_FEN);
  g_autoptr (DsEvidence) other_amount = make_receipt (payment_id, DUE_FEN + 1);
  g_autoptr (DsPayment) payment = NULL;

  fixture_append_refused (fixture, "payment.receipt", make_data (other, "receipt", receipt),
                          DS_ERROR_CONFLICT);
  fixture_append_refused (fixture, "payment.receipt", make_data (payment_id, "receipt", other_amount),
                          DS_ERROR_CONFLICT);
  fixture_append_refused (fixture, "payment.voucher", make_data (payment_id, "voucher", receipt),
                          DS_ERROR_INVALID);
  fixture_append_refused (fixture, "payment.receipt",
                          json_pack ("{s:s, s:s}", "payment", payment_id, "receipt", "AAAA"),
                          DS_ERROR_INVALID);

  g_ptr_array_unref (fixture_append (fixture, "payment.receipt", make_data (payment_id, "receipt", receipt)));
  payment = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpstr (payment->operator_id, ==, "003");
  g_assert_cmpstr (payment->operator_ref, ==, "REF1");
  g_assert_cmpint (payment->red_packet_fen, ==, 200);

  /* Once more: evidence of what is known already changes nothing. */
  g_ptr_array_unref (fixture_append (fixture, "payment.receipt", make_data (payment_id, "receipt", receipt)));
  fixture_assert_rebuildable (fixture);
}

static void
test_voucher (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = take_voucher (fixture, "S1", 1, 7);
  g_autofree char *second = fixture_present (fixture, "S2", DUE_FEN);
  g_autoptr (DsEvidence) replayed = make_voucher (second, DUE_FEN, 1, 7);
  g_autoptr (DsEvidence) next = make_voucher (second, DUE_FEN, 1, 8);
  g_autoptr (DsPayment) payment = fixture_load_payment (fixture, "S1", first);
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  DsExposure exposure;
  gint64 wallet_fen;
  DsDebt debt;

  g_assert_cmpint (payment->state, ==, DS_PAYMENT_ACCEPTED);
  g_assert_cmpstr (payment->wallet_serial, ==, "aa0000000001");
  g_assert_cmpint (payment->voucher_counter, ==, 7);
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.provisional_fen, ==, DUE_FEN);

  /* A voucher's counter is never taken twice from one wallet. */
  fixture_append_refused (fixture, "payment.voucher", make_data (second, "voucher", replayed),
                          DS_ERROR_CONFLICT);
  ds_manual_clock_advance_ms (fixture->clock, 60000);
  g_ptr_array_unref (fixture_append (fixture, "payment.voucher", make_data (second, "voucher", next)));

  fixture_load_exposure (fixture, "aa0000000001", &exposure, &wallet_fen);
  g_assert_cmpint (exposure.unredeemed_fen, ==, 2 * DUE_FEN);
  g_assert_cmpint (exposure.unredeemed_count, ==, 2);
  g_assert_cmpint (exposure.oldest_unredeemed_at_ms, ==, FIXTURE_WALL_MS);
  g_assert_cmpint (exposure.cash_fen, ==, 1000);
  g_assert_cmpint (wallet_fen, ==, 2 * DUE_FEN);
  fixture_feed (fixture, fixture_payment_item (fixture, first, "S1", "settled", DUE_FEN));
  fixture_load_exposure (fixture, "aa0000000002", &exposure, &wallet_fen);
  g_assert_cmpint (exposure.unredeemed_fen, ==, DUE_FEN);
  g_assert_cmpint (exposure.oldest_unredeemed_at_ms, ==, FIXTURE_WALL_MS + 60000);
  g_assert_cmpint (wallet_fen, ==, 0);
  fixture_assert_rebuildable (fixture);
}

static void
expect_problem (StoreFixture *fixture, const char *kind, const char *subject, gint64 amount_fen)
{
  g_autoptr (GPtrArray) problems = fixture_load_problems (fixture);
  const DsProblem *problem;

  if (kind == NULL)
    {
      g_assert_cmpuint (problems->len, ==, 0);
      return;
    }
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_assert_cmpstr (problem->kind, ==, kind);
  g_assert_cmpstr (problem->subject, ==, subject);
  g_assert_cmpint (problem->amount_fen, ==, amount_fen);
  g_assert_nonnull (problem->stop);
  g_assert_cmpstr (problem->payment->id, ==, subject);
}

/* A rejected voucher opens the debt again, and is a problem until it is collected otherwise. */
static void
test_rejected (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = take_voucher (fixture, "S1", 1, 7);
  g_autoptr (DsStop) stop = NULL;

  expect_problem (fixture, NULL, NULL, 0);
  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", "rejected", DUE_FEN));
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REJECTED);
  expect_problem (fixture, "rejected", payment_id, DUE_FEN);
  g_free (fixture_take_cash (fixture, "S1", DUE_FEN, DUE_FEN));
  expect_problem (fixture, NULL, NULL, 0);
  fixture_assert_rebuildable (fixture);
}

/* Digits make it paid, their wrong tries are counted, and of what is paid the depot rejects only this. */
static void
test_spoken (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autoptr (DsPayment) payment = NULL;
  g_autoptr (DsStop) stop = NULL;

  fixture_tell (fixture, "payment.misspoken", payment_id);
  fixture_tell (fixture, "payment.misspoken", payment_id);
  fixture_append_refused (fixture, "payment.spoken",
                          json_pack ("{s:s, s:s}", "payment", payment_id, "digits", "1234567"),
                          DS_ERROR_INVALID);
  g_ptr_array_unref (fixture_append (fixture, "payment.spoken",
                                     json_pack ("{s:s, s:s}", "payment", payment_id, "digits", "12345678")));
  payment = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_true (payment->spoken);
  g_assert_cmpint (payment->n_misspoken, ==, 2);
  expect_problem (fixture, NULL, NULL, 0);
  fixture_append_refused (fixture, "payment.spoken",
                          json_pack ("{s:s, s:s}", "payment", payment_id, "digits", "12345678"),
                          DS_ERROR_TRANSITION);

  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", "rejected", DUE_FEN));
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REJECTED);
  expect_problem (fixture, "rejected", payment_id, DUE_FEN);
  fixture_assert_rebuildable (fixture);
}

/* Paid on a receipt, it is not the depot's to reject: the contradiction is shown. */
static void
test_not_rejected (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autoptr (DsEvidence) receipt = make_receipt (payment_id, DUE_FEN);
  g_autoptr (DsPayment) payment = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  g_ptr_array_unref (fixture_append (fixture, "payment.receipt", make_data (payment_id, "receipt", receipt)));
  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", "rejected", DUE_FEN));
  payment = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  problems = fixture_load_problems (fixture);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (((DsProblem *)g_ptr_array_index (problems, 0))->kind, ==, "conflict");
  fixture_assert_rebuildable (fixture);
}

/* Cash was taken because the code's result was unknown, and then the code is paid after all. */
static void
test_late_success (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autoptr (DsStop) stop = NULL;
  json_t *refunded;

  fixture_tell (fixture, "payment.unknown", payment_id);
  expect_problem (fixture, "unknown", payment_id, DUE_FEN);
  fixture_tell (fixture, "payment.superseded", payment_id);
  g_free (fixture_take_cash (fixture, "S1", DUE_FEN, DUE_FEN));
  expect_problem (fixture, NULL, NULL, 0);

  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", "paid", DUE_FEN));
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REFUND);
  expect_problem (fixture, "refund", payment_id, DUE_FEN);

  fixture_append_refused (fixture, "payment.refund",
                          json_pack ("{s:s, s:s, s:i, s:s}", "payment", payment_id, "refund", "R1",
                                     "amount_fen", DUE_FEN + 1, "reason", "late"),
                          DS_ERROR_INVALID);
  g_ptr_array_unref (fixture_append (fixture, "payment.refund",
                                     json_pack ("{s:s, s:s, s:i, s:s}", "payment", payment_id, "refund", "R1",
                                                "amount_fen", DUE_FEN, "reason", "late")));
  expect_problem (fixture, "refund", payment_id, DUE_FEN);
  refunded = json_pack ("{s:s, s:s, s:s, s:i, s:n, s:n, s:n, s:i, s:i, s:n, s:i}", "payment", payment_id,
                        "stop", "S1", "state", "refunded", "amount_fen", DUE_FEN, "operator", "operator_ref",
                        "reason", "red_packet_fen", 0, "refunded_fen", DUE_FEN, "code", "expires_at_ms", 0);
  fixture_feed (fixture, fixture_item (fixture, "payment", refunded));
  expect_problem (fixture, NULL, NULL, 0);
  fixture_assert_rebuildable (fixture);
}

static void
test_find (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S2", DUE_FEN);
  g_autoptr (DsStop) by_payment = fixture_find_stop (fixture, payment_id);
  g_autoptr (DsStop) by_waybill = fixture_find_stop (fixture, "S1-2");

  g_assert_cmpstr (by_payment->id, ==, "S2");
  g_assert_cmpstr (by_waybill->id, ==, "S1");
  g_assert_null (fixture_find_stop (fixture, "nothing"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, test)                                                                                      \
  g_test_add ("/store/evidence/" name, StoreFixture, NULL, set_up_at_door, test, fixture_tear_down)
  ADD ("receipt", test_receipt);
  ADD ("voucher", test_voucher);
  ADD ("rejected", test_rejected);
  ADD ("spoken", test_spoken);
  ADD ("not-rejected", test_not_rejected);
  ADD ("late-success", test_late_success);
  ADD ("find", test_find);
#undef ADD
  return g_test_run ();
}
