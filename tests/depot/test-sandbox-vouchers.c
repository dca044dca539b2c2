/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vouchers, when the depot brings them to the bank. */
#include "config.h"

#include "bank-fixture.h"

#include "ds-error.h"
#include "ds-evidence.h"

#include <string.h>

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

static void
assert_redeemed (BankFixture *bank, GBytes *voucher, DsOrderState state, const char *reason)
{
  g_autoptr (DsOrderResult) result = bank_fixture_redeem (bank, bank->a, voucher);

  g_assert_cmpint (result->state, ==, state);
  if (reason != NULL)
    g_assert_nonnull (strstr (result->reason, reason));
}

static GBytes *
make_voucher (Phone *phone, gint64 amount_fen)
{
  g_autofree char *id = bank_fixture_new_id (phone->bank);

  return phone_make_voucher (phone, id, amount_fen);
}

static void
test_redeem (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 650);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (GBytes) voucher = phone_make_voucher (phone, id, 28650);
  g_autoptr (DsOrderResult) first = bank_fixture_redeem (bank, bank->a, voucher);
  g_autoptr (DsOrderResult) again = NULL;
  g_autoptr (DsOrderResult) asked = NULL;
  g_autoptr (GPtrArray) file = NULL;
  g_autoptr (json_t) account = NULL;
  json_t *told;

  g_assert_cmpint (first->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (first->amount_fen, ==, 28650);
  g_assert_cmpint (first->red_packet_fen, ==, 650);
  bank_fixture_restart (bank);
  again = bank_fixture_redeem (bank, bank->a, voucher);
  g_assert_cmpint (again->state, ==, DS_ORDER_PAID);
  g_assert_cmpstr (again->operator_ref, ==, first->operator_ref);
  asked = bank_fixture_query (bank, bank->a, id);
  g_assert_cmpint (asked->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000 - 28000);

  file = bank_fixture_load_file (bank, bank->a);
  g_assert_cmpuint (file->len, ==, 1);
  g_assert_cmpstr (((DsFileLine *)g_ptr_array_index (file, 0))->kind, ==, "voucher");

  account = phone_look (phone);
  told = json_array_get (json_object_get (account, "vouchers"), 0);
  g_assert_cmpstr (json_string_value (json_object_get (told, "state")), ==, "paid");
  bank_fixture_check_ledger (bank);
}

/* One counter, one voucher: the second one bounces, whatever it is for, and for good. */
static void
test_counter_twice (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (GBytes) first = make_voucher (phone, 1000);
  g_autoptr (GBytes) second = NULL;

  phone->counter = 0;
  second = make_voucher (phone, 1000);
  assert_redeemed (bank, first, DS_ORDER_PAID, NULL);
  assert_redeemed (bank, second, DS_ORDER_DECLINED, "already used");
  assert_redeemed (bank, second, DS_ORDER_DECLINED, "already used");
  assert_redeemed (bank, first, DS_ORDER_PAID, NULL);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99000);
  bank_fixture_check_ledger (bank);
}

static void
test_insufficient (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 30000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (GBytes) voucher = phone_make_voucher (phone, id, 28650);
  g_autoptr (GBytes) smaller = make_voucher (phone, 28000);
  g_autoptr (json_t) noodles = phone_spend (phone, 2000);
  g_autoptr (DsOrderResult) asked = NULL;
  g_autoptr (json_t) account = NULL;

  assert_payment (noodles, "paid");
  assert_redeemed (bank, voucher, DS_ORDER_DECLINED, "insufficient balance");
  asked = bank_fixture_query (bank, bank->a, id);
  g_assert_cmpint (asked->state, ==, DS_ORDER_DECLINED);
  g_assert_cmpstr (asked->reason, ==, "insufficient balance");
  assert_redeemed (bank, smaller, DS_ORDER_PAID, NULL);

  account = phone_look (phone);
  g_assert_cmpint (json_integer_value (json_object_get (account, "balance_fen")), ==, 0);
  g_assert_cmpuint (json_array_size (json_object_get (account, "vouchers")), ==, 2);
  bank_fixture_check_ledger (bank);
}

/* Whoever is not the wallet gets nothing, and uses up none of its counters. */
static void
test_forged (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (BankFixture) other_bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (Phone) thief = phone_new (bank, "003", 4, 0, 0);
  g_autoptr (Phone) stranger = phone_new (other_bank, "003", 4, 100000, 0);
  g_autoptr (GBytes) good = make_voucher (phone, 1000);
  g_autoptr (GBytes) foreign = make_voucher (stranger, 1000);
  g_autoptr (GBytes) receipt = NULL;
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("rubbish", 7);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (good, &n);

  /* Every byte counts: none can be changed. */
  for (gsize at = 0; at < n; at += 7)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, n);
      g_autoptr (GBytes) changed = NULL;

      copy[at] ^= 1;
      changed = g_bytes_new (copy, n);
      assert_redeemed (bank, changed, DS_ORDER_DECLINED, NULL);
    }
  assert_redeemed (bank, foreign, DS_ORDER_DECLINED, NULL);
  assert_redeemed (bank, rubbish, DS_ORDER_DECLINED, "no voucher");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000);

  assert_redeemed (bank, good, DS_ORDER_PAID, NULL);
  {
    g_autofree char *id = bank_fixture_new_id (bank);
    g_autofree char *payer_code = phone_make_payer_code (phone);
    g_autoptr (DsOrderResult) paid = bank_fixture_charge (bank, bank->a, id, 100, payer_code, NULL);

    receipt = g_bytes_ref (paid->receipt);
  }
  assert_redeemed (bank, receipt, DS_ORDER_DECLINED, "no voucher");
  bank_fixture_check_ledger (bank);
}

static void
test_other_operator (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "007", 4, 100000, 0);
  g_autoptr (GBytes) voucher = make_voucher (phone, 1000);
  g_autoptr (DsOrderResult) at_home = NULL;

  assert_redeemed (bank, voucher, DS_ORDER_DECLINED, "not this operator's");
  at_home = bank_fixture_redeem (bank, bank->b, voucher);
  g_assert_cmpint (at_home->state, ==, DS_ORDER_PAID);
}

static void
test_limits (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 900000, 0);
  g_autoptr (GBytes) largest = make_voucher (phone, 50000);
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GBytes) too_late = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletCertificate) certificate = ds_wallet_certificate_parse (phone->certificate, &error);
  DsEvidence draft = { .amount_fen = 50001, .payee_id = (char *)"DEPOT1", .counter = 77 };
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsEvidence) too_large = NULL;

  g_assert_no_error (error);
  assert_redeemed (bank, largest, DS_ORDER_PAID, NULL);
  draft.payment_id = id;
  draft.at_s = BANK_FIXTURE_START_MS / 1000;
  too_large = ds_voucher_sign (phone->key, certificate, &draft, NULL);
  /* Where the signer itself refuses, the bank is never asked. */
  if (too_large != NULL)
    assert_redeemed (bank, too_large->bytes, DS_ORDER_DECLINED, "limit for one voucher");

  /* The certificate's last day; a few days later the voucher is still good, a new one is not. */
  ds_manual_clock_advance_ms (bank->clock, certificate->not_after_s * 1000 - BANK_FIXTURE_START_MS - 1000);
  late = make_voucher (phone, 1000);
  ds_manual_clock_advance_ms (bank->clock, 3 * DAY_MS);
  assert_redeemed (bank, late, DS_ORDER_PAID, NULL);
  too_late = make_voucher (phone, 1000);
  assert_redeemed (bank, too_late, DS_ORDER_DECLINED, "expired");
}

/* The payment has, or may have, been paid otherwise. */
static void
test_paid_otherwise (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *paid_id = bank_fixture_new_id (bank);
  g_autofree char *waiting_id = bank_fixture_new_id (bank);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsOrderResult) paid_order = bank_fixture_create (bank, bank->a, paid_id, 1000, &error);
  g_autoptr (DsOrderResult) waiting_order = bank_fixture_create (bank, bank->a, waiting_id, 2000, &error);
  g_autoptr (json_t) paid = phone_pay (phone, paid_order->code);
  g_autoptr (json_t) waiting = NULL;
  g_autoptr (json_t) confirmed = NULL;
  g_autoptr (GBytes) for_paid = phone_make_voucher (phone, paid_id, 1000);
  g_autoptr (GBytes) for_waiting = phone_make_voucher (phone, waiting_id, 2000);

  assert_redeemed (bank, for_paid, DS_ORDER_DECLINED, "paid already");
  bank_fixture_set_faults (bank, "{\"confirm_above_fen\": 0}");
  waiting = phone_pay (phone, waiting_order->code);
  assert_payment (waiting, "waiting");
  assert_redeemed (bank, for_waiting, DS_ORDER_WAITING, NULL);
  confirmed = phone_confirm (phone, waiting_id, TRUE);
  assert_payment (confirmed, "paid");
  assert_redeemed (bank, for_waiting, DS_ORDER_DECLINED, "paid already");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 97000);
  bank_fixture_check_ledger (bank);
}

/* An order was shown, and answered with a voucher over another amount. */
static void
test_other_amount (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = bank_fixture_create (bank, bank->a, id, 1000, NULL);
  g_autoptr (GBytes) less = phone_make_voucher (phone, id, 999);
  g_autoptr (GBytes) right = phone_make_voucher (phone, id, 1000);
  g_autoptr (json_t) paid_twice = NULL;

  assert_redeemed (bank, less, DS_ORDER_DECLINED, "another amount");
  assert_redeemed (bank, right, DS_ORDER_PAID, NULL);
  paid_twice = phone_pay (phone, order->code);
  assert_payment (paid_twice, "declined");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99000);
}

/* On request: for good, as a voucher whose money was spent elsewhere; the next one is taken. */
static void
test_rejected_on_request (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (GBytes) first = make_voucher (phone, 1000);
  g_autoptr (GBytes) second = make_voucher (phone, 1000);

  bank_fixture_set_faults (bank, "{\"reject_vouchers\": 1}");
  assert_redeemed (bank, first, DS_ORDER_DECLINED, "insufficient balance");
  assert_redeemed (bank, second, DS_ORDER_PAID, NULL);
  assert_redeemed (bank, first, DS_ORDER_DECLINED, "insufficient balance");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99000);
  bank_fixture_check_ledger (bank);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox-vouchers/redeem", test_redeem);
  g_test_add_func ("/sandbox-vouchers/counter-twice", test_counter_twice);
  g_test_add_func ("/sandbox-vouchers/insufficient", test_insufficient);
  g_test_add_func ("/sandbox-vouchers/forged", test_forged);
  g_test_add_func ("/sandbox-vouchers/other-operator", test_other_operator);
  g_test_add_func ("/sandbox-vouchers/limits", test_limits);
  g_test_add_func ("/sandbox-vouchers/paid-otherwise", test_paid_otherwise);
  g_test_add_func ("/sandbox-vouchers/other-amount", test_other_amount);
  g_test_add_func ("/sandbox-vouchers/rejected-on-request", test_rejected_on_request);
  return g_test_run ();
}
