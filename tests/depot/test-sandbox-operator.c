/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operator's rules: the depot's side through DsOperator, the customer's side over HTTPS. */
#include "config.h"

#include "bank-fixture.h"

#include "ds-collection-code.h"
#include "ds-error.h"
#include "ds-evidence.h"
#include "ds-sandbox-code.h"

#define MINUTE_MS 60000

static DsOrderResult *
create (BankFixture *bank, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  DsOrderResult *result = bank_fixture_create (bank, bank->a, payment_id, amount_fen, &error);

  g_assert_no_error (error);
  return result;
}

static DsOrderResult *
charge (BankFixture *bank, const char *payment_id, gint64 amount_fen, const char *payer_code)
{
  g_autoptr (GError) error = NULL;
  DsOrderResult *result = bank_fixture_charge (bank, bank->a, payment_id, amount_fen, payer_code, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_state (BankFixture *bank, DsOperator *op, const char *payment_id, DsOrderState state)
{
  g_autoptr (DsOrderResult) result = bank_fixture_query (bank, op, payment_id);

  g_assert_cmpint (result->state, ==, state);
}

static guint
count_notified (BankFixture *bank, const char *payment_id)
{
  guint n = 0;

  bank_fixture_settle (bank);
  for (guint i = 0; i < bank->notified->len; i++)
    n += g_str_equal (g_ptr_array_index (bank->notified, i), payment_id);
  return n;
}

static void
assert_receipt (BankFixture *bank, DsOrderResult *result, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) receipt = ds_evidence_parse (result->receipt, &error);
  gsize n = g_bytes_get_size (result->receipt);

  g_assert_no_error (error);
  g_assert_cmpstr (receipt->payment_id, ==, payment_id);
  g_assert_cmpint (receipt->amount_fen, ==, amount_fen);
  g_assert_cmpint (receipt->red_packet_fen, ==, result->red_packet_fen);
  g_assert_cmpstr (receipt->operator_ref, ==, result->operator_ref);
  g_assert_cmpuint (strlen (receipt->operator_ref), ==, 20);
  g_assert_cmpuint (n, <, 200);
}

static void
test_create (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsOrderResult) first = create (bank, id, 28650);
  g_autoptr (DsOrderResult) again = NULL;
  g_autoptr (DsSandboxCode) code = NULL;

  g_assert_cmpint (first->state, ==, DS_ORDER_OPEN);
  code = ds_sandbox_code_parse (first->code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->payment_id, ==, id);
  g_assert_cmpint (code->amount_fen, ==, 28650);
  g_assert_cmpint (code->expires_at_ms, ==, first->expires_at_ms);
  g_assert_true (ds_sandbox_code_verify (code, ds_operator_get_key (bank->a)));
  g_assert_false (ds_sandbox_code_verify (code, ds_operator_get_key (bank->b)));

  /* Asked again later: the same code, with the same end. */
  ds_manual_clock_advance_ms (bank->clock, 1000);
  again = create (bank, id, 28650);
  g_assert_cmpstr (again->code, ==, first->code);
  g_assert_cmpint (again->expires_at_ms, ==, first->expires_at_ms);

  g_assert_null (bank_fixture_create (bank, bank->a, id, 28651, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  /* Nor at the other operator: a payment id is one payment. */
  g_assert_null (bank_fixture_create (bank, bank->b, id, 28651, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (bank_fixture_create (bank, bank->a, "no-id", 100, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);

  assert_state (bank, bank->b, id, DS_ORDER_UNKNOWN);
}

static void
test_pay (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (Phone) other = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 28650);
  g_autoptr (DsOrderResult) paid = NULL;
  g_autoptr (json_t) first = phone_pay (phone, order->code);
  g_autoptr (json_t) again = phone_pay (phone, order->code);
  g_autoptr (json_t) late = phone_pay (other, order->code);

  assert_payment (first, "paid");
  g_assert_true (json_equal (first, again));
  assert_payment (late, "declined");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 71350);
  g_assert_cmpint (phone_get_balance_fen (other), ==, 100000);

  paid = bank_fixture_query (bank, bank->a, id);
  g_assert_cmpint (paid->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (paid->amount_fen, ==, 28650);
  g_assert_cmpint (paid->paid_at_ms, ==, BANK_FIXTURE_START_MS);
  assert_receipt (bank, paid, id, 28650);
  g_assert_cmpuint (count_notified (bank, id), ==, 1);
  bank_fixture_check_ledger (bank);
}

/* The order is there; the code that names it is somebody else's. */
static void
test_forged_code (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 28650);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (order->code, &error);
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autofree char *forged = ds_sandbox_code_sign (key, code, &error);
  guint status;
  g_autoptr (json_t) refused
      = phone_post (phone, "/sandbox/v1/pay", json_pack ("{s:s}", "code", forged), &status);

  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 409);
  assert_state (bank, bank->a, id, DS_ORDER_OPEN);
}

/* A wallet of one operator pays at another; who took the order has the money. */
static void
test_pay_across (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "007", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 100);
  g_autoptr (json_t) payment = phone_pay (phone, order->code);

  assert_payment (payment, "paid");
  g_assert_cmpstr (json_string_value (json_object_get (payment, "operator")), ==, "003");
  assert_state (bank, bank->a, id, DS_ORDER_PAID);
  assert_state (bank, bank->b, id, DS_ORDER_UNKNOWN);
}

static void
test_expired (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 28650);
  g_autoptr (json_t) payment = NULL;

  ds_manual_clock_advance_ms (bank->clock, MINUTE_MS);
  assert_state (bank, bank->a, id, DS_ORDER_OPEN);
  ds_manual_clock_advance_ms (bank->clock, 1);
  assert_state (bank, bank->a, id, DS_ORDER_EXPIRED);
  payment = phone_pay (phone, order->code);
  assert_payment (payment, "declined");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000);
}

/* There is no close: what was begun in time is paid after the order's end, and after the operator called it over. */
static void
test_late_success (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 28650);
  g_autoptr (json_t) payment = NULL;
  g_autoptr (GError) error = NULL;

  bank_fixture_set_faults (bank, "{\"late_ms\": 180000}");
  payment = phone_pay (phone, order->code);
  assert_payment (payment, "processing");
  assert_state (bank, bank->a, id, DS_ORDER_WAITING);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000);

  ds_manual_clock_advance_ms (bank->clock, MINUTE_MS + 1);
  assert_state (bank, bank->a, id, DS_ORDER_EXPIRED);

  bank_fixture_restart (bank);
  ds_manual_clock_advance_ms (bank->clock, 2 * MINUTE_MS);
  g_assert_true (ds_bank_run_due (bank->bank, &error));
  g_assert_cmpuint (count_notified (bank, id), ==, 2);
  assert_state (bank, bank->a, id, DS_ORDER_PAID);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 71350);
  bank_fixture_check_ledger (bank);
}

static void
test_confirm (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *small = bank_fixture_new_id (bank);
  g_autofree char *accepted = bank_fixture_new_id (bank);
  g_autofree char *refused = bank_fixture_new_id (bank);
  g_autofree char *forgotten = bank_fixture_new_id (bank);
  const struct
  {
    const char *id;
    gint64 amount_fen;
    const char *state;
  } orders[] = { { small, 10000, "paid" },
                 { accepted, 10001, "waiting" },
                 { refused, 10002, "waiting" },
                 { forgotten, 10003, "waiting" } };
  g_autoptr (json_t) account = NULL;

  bank_fixture_set_faults (bank, "{\"confirm_above_fen\": 10000}");
  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (DsOrderResult) order = create (bank, orders[i].id, orders[i].amount_fen);
      g_autoptr (json_t) payment = phone_pay (phone, order->code);

      assert_payment (payment, orders[i].state);
    }
  assert_state (bank, bank->a, accepted, DS_ORDER_WAITING);
  account = phone_look (phone);
  g_assert_cmpuint (json_array_size (json_object_get (account, "pending")), ==, 3);

  /* Who began in time may finish after the code's own end; asking again changes nothing. */
  ds_manual_clock_advance_ms (bank->clock, 2 * MINUTE_MS);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (json_t) yes = phone_confirm (phone, accepted, i == 0);
      g_autoptr (json_t) no = phone_confirm (phone, refused, i == 1);

      assert_payment (yes, "paid");
      assert_payment (no, "declined");
    }
  ds_manual_clock_advance_ms (bank->clock, 5 * MINUTE_MS);
  assert_state (bank, bank->a, accepted, DS_ORDER_PAID);
  assert_state (bank, bank->a, refused, DS_ORDER_DECLINED);
  assert_state (bank, bank->a, forgotten, DS_ORDER_EXPIRED);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000 - 20001);
  bank_fixture_check_ledger (bank);
}

static void
test_charge (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 2000);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *other_id = bank_fixture_new_id (bank);
  g_autofree char *payer_code = phone_make_payer_code (phone);
  g_autoptr (DsOrderResult) paid = charge (bank, id, 28650, payer_code);
  g_autoptr (DsOrderResult) again = charge (bank, id, 28650, payer_code);
  g_autoptr (DsOrderResult) reused = charge (bank, other_id, 100, payer_code);
  g_autoptr (GError) error = NULL;

  /* The red packet goes first. */
  g_assert_cmpint (paid->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (paid->red_packet_fen, ==, 2000);
  assert_receipt (bank, paid, id, 28650);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000 - 26650);
  g_assert_cmpint (phone_get_red_packet_fen (phone), ==, 0);

  g_assert_cmpstr (again->operator_ref, ==, paid->operator_ref);
  g_assert_true (g_bytes_equal (again->receipt, paid->receipt));

  g_assert_cmpint (reused->state, ==, DS_ORDER_DECLINED);
  g_assert_nonnull (strstr (reused->reason, "has been used"));

  /* Another code under the same id is another request. */
  ds_manual_clock_advance_ms (bank->clock, MINUTE_MS);
  g_free (payer_code);
  payer_code = phone_make_payer_code (phone);
  g_assert_null (bank_fixture_charge (bank, bank->a, id, 28650, payer_code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  bank_fixture_check_ledger (bank);
}

static void
test_payer_codes (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (Phone) at_b = phone_new (bank, "007", 4, 100000, 0);
  g_autofree char *payer_code = phone_make_payer_code (phone);
  g_autofree char *code_of_b = phone_make_payer_code (at_b);
  g_autofree char *guess = g_strdup (payer_code);
  g_autofree char *nobody = g_strdup (payer_code);
  g_autofree char *spaced = NULL;
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) taken = NULL;
  const char *bad[] = { guess, nobody, code_of_b, "0100312", "135000000000000000" };

  g_assert_cmpuint (strlen (payer_code), ==, 19);
  g_assert_true (g_str_has_prefix (payer_code, "01003"));
  guess[18] = guess[18] == '0' ? '1' : '0';
  nobody[5] = '9';
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *bad_id = bank_fixture_new_id (bank);
      g_autoptr (DsOrderResult) refused = charge (bank, bad_id, 100, bad[i]);

      g_assert_cmpint (refused->state, ==, DS_ORDER_DECLINED);
      g_assert_nonnull (refused->reason);
    }

  /* The minute before is taken still, the one before that no more. */
  ds_manual_clock_advance_ms (bank->clock, MINUTE_MS);
  spaced = g_strdup_printf ("%.4s %.4s %s", payer_code, payer_code + 4, payer_code + 8);
  taken = charge (bank, id, 100, spaced);
  g_assert_cmpint (taken->state, ==, DS_ORDER_PAID);
  g_free (payer_code);
  payer_code = phone_make_payer_code (phone);
  ds_manual_clock_advance_ms (bank->clock, 2 * MINUTE_MS);
  {
    g_autofree char *stale_id = bank_fixture_new_id (bank);
    g_autoptr (DsOrderResult) stale = charge (bank, stale_id, 100, payer_code);

    g_assert_cmpint (stale->state, ==, DS_ORDER_DECLINED);
  }
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99900);
}

static void
test_charge_waits (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *payer_code = phone_make_payer_code (phone);
  g_autoptr (DsOrderResult) waiting = NULL;
  g_autoptr (json_t) confirmed = NULL;

  bank_fixture_set_faults (bank, "{\"confirm_above_fen\": 0}");
  waiting = charge (bank, id, 28650, payer_code);
  g_assert_cmpint (waiting->state, ==, DS_ORDER_WAITING);
  g_assert_null (waiting->receipt);
  confirmed = phone_confirm (phone, id, TRUE);
  assert_payment (confirmed, "paid");
  assert_state (bank, bank->a, id, DS_ORDER_PAID);
}

static void
assert_pays (Phone *phone, gint64 amount_fen, const char *state, const char *reason)
{
  g_autofree char *id = bank_fixture_new_id (phone->bank);
  g_autoptr (DsOrderResult) order = create (phone->bank, id, amount_fen);
  g_autoptr (json_t) payment = phone_pay (phone, order->code);

  assert_payment (payment, state);
  /* What a wallet cannot pay now, another can: the order stays open. */
  assert_state (phone->bank, phone->bank->a, id, g_str_equal (state, "paid") ? DS_ORDER_PAID : DS_ORDER_OPEN);
  if (reason != NULL)
    g_assert_nonnull (strstr (json_string_value (json_object_get (payment, "reason")), reason));
}

static void
test_limits (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 1000000, 0);
  g_autoptr (Phone) poor = phone_new (bank, "003", 4, 100, 50);
  /* Tier 4: 2 000 at once, 5 000 a day. */
  const struct
  {
    gint64 amount_fen;
    const char *state, *reason;
  } payments[] = {
    { 200001, "declined", "one payment" }, { 200000, "paid", NULL }, { 200000, "paid", NULL },
    { 100001, "declined", "a day" },       { 100000, "paid", NULL }, { 1, "declined", "a day" },
  };
  g_autoptr (json_t) too_much = NULL;
  g_autoptr (json_t) all = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (payments); i++)
    assert_pays (phone, payments[i].amount_fen, payments[i].state, payments[i].reason);

  /* The next day in China begins at 16:00 UTC; it has its own 5 000, from its first minute on. */
  ds_manual_clock_advance_ms (bank->clock, 14 * 60 * MINUTE_MS - 1);
  assert_pays (phone, 1, "declined", "a day");
  ds_manual_clock_advance_ms (bank->clock, 1);
  assert_pays (phone, 200000, "paid", NULL);
  assert_pays (phone, 200000, "paid", NULL);
  assert_pays (phone, 100001, "declined", "a day");

  too_much = phone_spend (poor, 151);
  assert_payment (too_much, "declined");
  g_assert_cmpstr (json_string_value (json_object_get (too_much, "reason")), ==, "insufficient balance");
  all = phone_spend (poor, 150);
  assert_payment (all, "paid");
  g_assert_cmpint (json_integer_value (json_object_get (all, "red_packet_fen")), ==, 50);
  bank_fixture_check_ledger (bank);
}

static void
test_refund (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 1000);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *first_id = bank_fixture_new_id (bank);
  g_autofree char *second_id = bank_fixture_new_id (bank);
  g_autofree char *third_id = bank_fixture_new_id (bank);
  g_autofree char *payer_code = phone_make_payer_code (phone);
  g_autoptr (DsOrderResult) paid = charge (bank, id, 3000, payer_code);
  g_autoptr (DsOrderResult) first = NULL;
  g_autoptr (DsOrderResult) again = NULL;
  g_autoptr (DsOrderResult) rest = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (paid->red_packet_fen, ==, 1000);
  first = bank_fixture_refund (bank, bank->a, id, first_id, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (first->refunded_fen, ==, 1000);
  /* A third of it came from the red packet: 333 of 1 000. */
  g_assert_cmpint (phone_get_red_packet_fen (phone), ==, 333);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 98000 + 667);

  again = bank_fixture_refund (bank, bank->a, id, first_id, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->refunded_fen, ==, 1000);
  g_assert_null (bank_fixture_refund (bank, bank->a, id, first_id, 1001, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (bank_fixture_refund (bank, bank->a, id, second_id, 2001, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
  g_clear_error (&error);

  rest = bank_fixture_refund (bank, bank->a, id, third_id, 2000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rest->state, ==, DS_ORDER_REFUNDED);
  g_assert_cmpint (phone_get_red_packet_fen (phone), ==, 1000);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000);
  g_assert_null (bank_fixture_refund (bank, bank->b, id, second_id, 1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
  bank_fixture_check_ledger (bank);
}

static char *
build_code (BankFixture *bank, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  const DsCollectionCode code = {
    .payment_id = (char *)payment_id,
    .amount_fen = amount_fen,
    .payee_id = (char *)"DEPOT1",
    .payee_name = (char *)"青鸟速递",
    .payee_city = (char *)"杭州",
    .mcc = (char *)"4215",
    .expires_at_s = ds_clock_get_wall_ms (DS_CLOCK (bank->clock)) / 1000 + 600,
  };
  char *text = ds_collection_code_build (&code, &error);

  g_assert_no_error (error);
  return text;
}

/* A code that a handheld built while it was offline: the bank hears of the order from the customer. */
static void
test_built_code (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "007", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *code = build_code (bank, id, 28650);
  g_autofree char *dearer = build_code (bank, id, 28651);
  g_autofree char *late_id = bank_fixture_new_id (bank);
  g_autofree char *late_code = build_code (bank, late_id, 100);
  g_autoptr (json_t) payment = phone_pay (phone, code);
  g_autoptr (json_t) again = phone_pay (phone, code);
  g_autoptr (json_t) late = NULL;
  g_autoptr (DsOrderResult) found = NULL;
  g_autoptr (json_t) refused = NULL;
  guint status;

  assert_payment (payment, "paid");
  g_assert_true (json_equal (payment, again));
  found = bank_fixture_query (bank, bank->b, id);
  g_assert_cmpint (found->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (found->amount_fen, ==, 28650);
  assert_state (bank, bank->a, id, DS_ORDER_UNKNOWN);
  g_assert_cmpuint (count_notified (bank, id), ==, 1);

  refused = phone_post (phone, "/sandbox/v1/pay", json_pack ("{s:s}", "code", dearer), &status);
  g_assert_cmpuint (status, ==, 409);

  ds_manual_clock_advance_ms (bank->clock, 600 * 1000 + 1000);
  late = phone_pay (phone, late_code);
  assert_payment (late, "declined");
  bank_fixture_check_ledger (bank);
}

static const DsFileLine *
find_line (GPtrArray *lines, const char *payment_id, const char *kind)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (lines, i);

      if (g_str_equal (line->payment_id, payment_id) && g_str_equal (line->kind, kind))
        return line;
    }
  return NULL;
}

static void
test_daily_file (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 500);
  g_autofree char *ordered = bank_fixture_new_id (bank);
  g_autofree char *unheard = bank_fixture_new_id (bank);
  g_autofree char *open = bank_fixture_new_id (bank);
  g_autofree char *refund = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, ordered, 3000);
  g_autoptr (DsOrderResult) unpaid = create (bank, open, 4000);
  g_autofree char *built = build_code (bank, unheard, 5000);
  g_autoptr (json_t) first = phone_pay (phone, order->code);
  g_autoptr (json_t) second = phone_pay (phone, built);
  g_autoptr (json_t) noodles = phone_spend (phone, 1200);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsOrderResult) refunded = bank_fixture_refund (bank, bank->a, ordered, refund, 1000, &error);
  g_autoptr (GPtrArray) file = bank_fixture_load_file (bank, bank->a);
  g_autoptr (GPtrArray) file_of_b = bank_fixture_load_file (bank, bank->b);
  g_autoptr (GPtrArray) today = NULL;
  g_autoptr (GPtrArray) wrong = NULL;
  g_autofree char *fault = NULL;
  const DsFileLine *line;

  /* What moved at the operator, whether or not the depot had asked for it; nothing that did not. */
  g_assert_cmpuint (file->len, ==, 3);
  g_assert_cmpuint (file_of_b->len, ==, 0);
  line = find_line (file, ordered, "payment");
  g_assert_cmpint (line->amount_fen, ==, 3000);
  g_assert_cmpint (line->red_packet_fen, ==, 500);
  g_assert_cmpstr (line->operator_ref, ==, json_string_value (json_object_get (first, "operator_ref")));
  g_assert_cmpint (find_line (file, unheard, "payment")->amount_fen, ==, 5000);
  line = find_line (file, ordered, "refund");
  g_assert_cmpint (line->amount_fen, ==, 1000);
  g_assert_cmpint (line->red_packet_fen, ==, 166);

  /* Tomorrow's money stands in tomorrow's file. */
  ds_manual_clock_advance_ms (bank->clock, 24 * 60 * MINUTE_MS);
  assert_pays (phone, 100, "paid", NULL);
  today = bank_fixture_load_file (bank, bank->a);
  g_assert_cmpuint (today->len, ==, 3);

  fault = g_strdup_printf ("{\"file_difference\": {\"payment\": \"%s\", \"fen\": -1}}", ordered);
  bank_fixture_set_faults (bank, fault);
  wrong = bank_fixture_load_file (bank, bank->a);
  g_assert_cmpint (find_line (wrong, ordered, "payment")->amount_fen, ==, 2999);
  g_free (fault);
  fault = g_strdup_printf ("{\"file_difference\": {\"payment\": \"%s\", \"fen\": -5000}}", unheard);
  bank_fixture_set_faults (bank, fault);
  g_clear_pointer (&wrong, g_ptr_array_unref);
  wrong = bank_fixture_load_file (bank, bank->a);
  g_assert_null (find_line (wrong, unheard, "payment"));
  g_assert_cmpuint (wrong->len, ==, 2);
  bank_fixture_check_ledger (bank);
}

/* The bank acts, and the depot does not hear of it. */
static void
test_lost_answer (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *payer_code = phone_make_payer_code (phone);
  g_autoptr (DsOrderResult) again = NULL;
  g_autoptr (GError) error = NULL;

  bank_fixture_set_faults (bank, "{\"lose_answers\": 1, \"notify_times\": 0}");
  g_assert_null (bank_fixture_charge (bank, bank->a, id, 28650, payer_code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NETWORK);
  g_assert_cmpuint (count_notified (bank, id), ==, 0);

  again = charge (bank, id, 28650, payer_code);
  g_assert_cmpint (again->state, ==, DS_ORDER_PAID);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 71350);
  bank_fixture_check_ledger (bank);
}

static void
test_notified_twice (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 100);
  g_autoptr (json_t) payment = NULL;

  bank_fixture_set_faults (bank, "{\"notify_times\": 3}");
  payment = phone_pay (phone, order->code);
  g_assert_cmpuint (count_notified (bank, id), ==, 3);
}

static void
test_restart (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *key = ds_key_get_public_hex (ds_operator_get_key (bank->a));
  g_autofree char *key_after = NULL;
  g_autoptr (DsOrderResult) order = create (bank, id, 28650);
  g_autoptr (json_t) first = phone_pay (phone, order->code);
  g_autoptr (json_t) again = NULL;

  bank_fixture_restart (bank);
  key_after = ds_key_get_public_hex (ds_operator_get_key (bank->a));
  g_assert_cmpstr (key, ==, key_after);
  again = phone_pay (phone, order->code);
  g_assert_true (json_equal (first, again));
  assert_state (bank, bank->a, id, DS_ORDER_PAID);
}

static void
count_change (guint *n)
{
  (*n)++;
}

/* Down is not "no": nothing is done and nothing is said, and afterwards all is as it was. */
static void
test_down (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *other_id = bank_fixture_new_id (bank);
  g_autoptr (DsOrderResult) order = create (bank, id, 1000);
  g_autoptr (DsOrderResult) after = NULL;
  g_autoptr (DsOrderResult) at_b = NULL;
  g_autoptr (json_t) paid = NULL;
  g_autoptr (GError) error = NULL;

  bank_fixture_set_faults (bank, "{\"down\": \"003\"}");
  g_assert_null (bank_fixture_create (bank, bank->a, other_id, 1000, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NETWORK);
  g_clear_error (&error);
  at_b = bank_fixture_create (bank, bank->b, other_id, 1000, &error);
  g_assert_no_error (error);

  /* A customer pays meanwhile: the notification is lost, the money is not. */
  paid = phone_pay (phone, order->code);
  assert_payment (paid, "paid");
  g_assert_cmpuint (count_notified (bank, id), ==, 0);
  bank_fixture_set_faults (bank, "{\"down\": \"none\"}");
  after = bank_fixture_query (bank, bank->a, id);
  g_assert_cmpint (after->state, ==, DS_ORDER_PAID);
  assert_state (bank, bank->a, other_id, DS_ORDER_UNKNOWN);
  bank_fixture_check_ledger (bank);
}

/* The operator signs with another key: codes and wallets of before are good, also after a new start. */
static void
test_new_key (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autofree char *voucher_id = bank_fixture_new_id (bank);
  g_autoptr (DsKey) old = ds_key_ref (ds_operator_get_key (bank->a));
  g_autoptr (DsOrderResult) order = create (bank, id, 1000);
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (order->code, NULL);
  g_autoptr (DsOrderResult) after = NULL;
  g_autoptr (DsOrderResult) redeemed = NULL;
  g_autoptr (GBytes) voucher = phone_make_voucher (phone, voucher_id, 500);
  g_autoptr (json_t) paid = NULL;
  guint n_changes = 0;

  g_signal_connect_swapped (bank->a, "key-changed", G_CALLBACK (count_change), &n_changes);
  bank_fixture_set_faults (bank, "{\"new_key\": \"003\"}");
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_false (ds_sandbox_code_verify (code, ds_operator_get_key (bank->a)));
  g_assert_true (ds_sandbox_code_verify (code, old));
  bank_fixture_restart (bank);
  g_assert_false (ds_sandbox_code_verify (code, ds_operator_get_key (bank->a)));

  paid = phone_pay (phone, order->code);
  assert_payment (paid, "paid");
  after = bank_fixture_query (bank, bank->a, id);
  assert_receipt (bank, after, id, 1000);
  redeemed = bank_fixture_redeem (bank, bank->a, voucher);
  g_assert_cmpint (redeemed->state, ==, DS_ORDER_PAID);
  bank_fixture_check_ledger (bank);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox-operator/create", test_create);
  g_test_add_func ("/sandbox-operator/pay", test_pay);
  g_test_add_func ("/sandbox-operator/forged-code", test_forged_code);
  g_test_add_func ("/sandbox-operator/pay-across", test_pay_across);
  g_test_add_func ("/sandbox-operator/expired", test_expired);
  g_test_add_func ("/sandbox-operator/late-success", test_late_success);
  g_test_add_func ("/sandbox-operator/confirm", test_confirm);
  g_test_add_func ("/sandbox-operator/charge", test_charge);
  g_test_add_func ("/sandbox-operator/payer-codes", test_payer_codes);
  g_test_add_func ("/sandbox-operator/charge-waits", test_charge_waits);
  g_test_add_func ("/sandbox-operator/limits", test_limits);
  g_test_add_func ("/sandbox-operator/refund", test_refund);
  g_test_add_func ("/sandbox-operator/built-code", test_built_code);
  g_test_add_func ("/sandbox-operator/daily-file", test_daily_file);
  g_test_add_func ("/sandbox-operator/lost-answer", test_lost_answer);
  g_test_add_func ("/sandbox-operator/notified-twice", test_notified_twice);
  g_test_add_func ("/sandbox-operator/restart", test_restart);
  g_test_add_func ("/sandbox-operator/down", test_down);
  g_test_add_func ("/sandbox-operator/new-key", test_new_key);
  return g_test_run ();
}
