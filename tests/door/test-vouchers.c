/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include <string.h>

/* A stop of its own with a shown code, answered by a voucher of the fixture's wallet. */
static DsAnswer *
collect_by_voucher (Fixture *fixture, const char *stop_id, gint64 amount_fen)
{
  g_autofree char *waybill = g_strconcat ("P-", stop_id, NULL);
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;

  fixture_feed_stop (fixture, stop_id, amount_fen, NULL);
  payment_id = fixture_show (fixture, stop_id, waybill, amount_fen);
  voucher = fixture_make_voucher (fixture, payment_id, amount_fen);
  return fixture_scan (fixture, stop_id, payment_id, voucher);
}

/* The same from another wallet, its serial being @n. */
static DsAnswer *
collect_by_other_wallet (Fixture *fixture, const char *stop_id, gint64 amount_fen, guint8 n)
{
  g_autofree char *waybill = g_strconcat ("P-", stop_id, NULL);
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autoptr (DsWalletCertificate) certificate
      = fixture_certify (fixture, n, key, 1000000, 1000000, fixture_get_now_ms (fixture) / 1000 + 30 * 86400);

  fixture_feed_stop (fixture, stop_id, amount_fen, NULL);
  payment_id = fixture_show (fixture, stop_id, waybill, amount_fen);
  voucher = fixture_sign_voucher (key, certificate,
                                  &(DsEvidence){ .payment_id = payment_id,
                                                 .amount_fen = amount_fen,
                                                 .payee_id = (char *)FIXTURE_PAYEE,
                                                 .counter = 1,
                                                 .at_s = fixture_get_now_ms (fixture) / 1000 });
  return fixture_scan (fixture, stop_id, payment_id, voucher);
}

#define assert_collected(answer)                                                                             \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (DsAnswer) collected = answer;                                                                 \
    fixture_assert_answer (collected, DS_ANSWER_ACCEPTED, NULL);                                             \
  }                                                                                                          \
  G_STMT_END

#define assert_refused(answer, why, words)                                                                   \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (DsAnswer) refused = answer;                                                                   \
    fixture_assert_answer (refused, DS_ANSWER_REFUSED, why);                                                 \
    g_assert_nonnull (strstr (refused->text, words));                                                        \
  }                                                                                                          \
  G_STMT_END

static void
test_accepted (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *voucher = fixture_make_voucher (fixture, payment_id, 28650);
  g_autofree char *second = fixture_make_voucher (fixture, payment_id, 28650);
  g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, voucher);
  g_autoptr (DsAnswer) again = fixture_scan (fixture, "S1", payment_id, voucher);
  g_autoptr (DsAnswer) other = fixture_scan (fixture, "S1", payment_id, second);
  DsAllowance allowance;

  fixture_assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);
  g_assert_nonnull (strstr (answer->text, "¥286.50"));
  g_assert_cmpint (answer->payment->state, ==, DS_PAYMENT_ACCEPTED);
  g_assert_cmpint (answer->payment->voucher_counter, ==, 1);
  fixture_assert_answer (again, DS_ANSWER_ALREADY, "already");
  fixture_assert_answer (other, DS_ANSWER_ALREADY, "covered");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.voucher"), ==, 1);

  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.limit_fen, ==, 200000);
  g_assert_cmpint (allowance.used_fen, ==, 28650);
  g_assert_cmpint (allowance.left_fen, ==, 200000 - 28650);

  fixture_feed_payment (fixture, "S1", payment_id, "settled", 28650);
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.left_fen, ==, 200000);
}

/* The depot's news is quicker than the voucher's entry: the stop is read again, and the money is not taken twice. */
static void
test_overtaken (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *voucher = fixture_make_voucher (fixture, payment_id, 28650);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  /* Both are asked of the store before either has answered. */
  ds_door_scan_async (fixture->door, &(DsScanContext){ .stop_id = "S1", .payment_id = payment_id }, voucher,
                      NULL, fixture_keep_result, &result);
  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  answer = ds_door_scan_finish (fixture->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
  fixture_assert_answer (answer, DS_ANSWER_ALREADY, "covered");
  g_assert_cmpint (answer->payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.voucher"), ==, 0);
}

/* One counter of a wallet pays once, at whatever stop it is shown again. */
static void
test_replay (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *first_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *second_id = fixture_show (fixture, "S2", "DS4", 5000);
  DsEvidence draft = { .payment_id = first_id,
                       .amount_fen = 28650,
                       .payee_id = (char *)FIXTURE_PAYEE,
                       .counter = 7,
                       .at_s = fixture_get_now_ms (fixture) / 1000 };
  g_autofree char *first = fixture_sign_voucher (fixture->wallet_key, fixture->certificate, &draft);
  g_autofree char *second = NULL;

  draft.payment_id = second_id;
  draft.amount_fen = 5000;
  second = fixture_sign_voucher (fixture->wallet_key, fixture->certificate, &draft);
  assert_collected (fixture_scan (fixture, "S1", first_id, first));
  assert_refused (fixture_scan (fixture, "S2", second_id, second), "used", "new one");
  g_assert_cmpint (fixture_get_state (fixture, "S2", second_id), ==, DS_PAYMENT_PRESENTED);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.voucher"), ==, 1);
}

static void
test_wrong_vouchers (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *unknown_id = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsKey) stranger = ds_key_generate (NULL);
  const gint64 now_s = fixture_get_now_ms (fixture) / 1000;
  const gint64 later_s = now_s + 30 * 86400;
  g_autoptr (DsWalletCertificate) expired
      = fixture_certify (fixture, 2, fixture->wallet_key, 1000000, 1000000, now_s - 2 * 86400);
  g_autoptr (DsWalletCertificate) small
      = fixture_certify (fixture, 3, fixture->wallet_key, 28649, 1000000, later_s);
  DsKey *operator_key = g_steal_pointer (&fixture->operator_key);
  g_autoptr (DsWalletCertificate) forged = NULL;
  const DsEvidence good = { .payment_id = payment_id,
                            .amount_fen = 28650,
                            .payee_id = (char *)FIXTURE_PAYEE,
                            .counter = 1,
                            .at_s = now_s };
  struct
  {
    DsWalletCertificate *certificate;
    DsEvidence draft;
    const char *reason;
  } wrong[] = {
    { NULL, good, "forged-certificate" },          { expired, good, "expired-certificate" },
    { small, good, "over-wallet-limit" },          { fixture->certificate, good, "other-amount" },
    { fixture->certificate, good, "other-payee" }, { fixture->certificate, good, "unknown-payment" },
    { fixture->certificate, good, "from-future" },
  };

  fixture->operator_key = g_steal_pointer (&stranger);
  forged = fixture_certify (fixture, 4, fixture->wallet_key, 1000000, 1000000, later_s);
  stranger = g_steal_pointer (&fixture->operator_key);
  fixture->operator_key = operator_key;

  wrong[0].certificate = forged;
  wrong[3].draft.amount_fen = 28651;
  wrong[4].draft.payee_id = (char *)"OTHER";
  wrong[5].draft.payment_id = unknown_id;
  wrong[6].draft.at_s = now_s + 3600;
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *voucher
          = fixture_sign_voucher (fixture->wallet_key, wrong[i].certificate, &wrong[i].draft);
      g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, voucher);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, wrong[i].reason);
    }
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.voucher"), ==, 0);
}

/* A voucher's own signature: one byte of it changed. */
static void
test_forged (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *text = fixture_make_voucher (fixture, payment_id, 28650);
  g_autoptr (DsEvidence) voucher = ds_evidence_parse_text (text, NULL);
  g_autoptr (GByteArray) bytes = g_bytes_unref_to_array (g_bytes_ref (voucher->bytes));
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (DsEvidence) forged = NULL;
  g_autofree char *forged_text = NULL;

  bytes->data[bytes->len - 1] ^= 1;
  changed = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  forged = ds_evidence_parse (changed, NULL);
  g_assert_nonnull (forged);
  forged_text = ds_evidence_to_text (forged);
  assert_refused (fixture_scan (fixture, "S1", payment_id, forged_text), "forged", "Do not hand over");
}

/* A voucher counts only for the code on the screen. */
static void
test_other_code (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *first_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *other_id = fixture_show (fixture, "S2", "DS4", 5000);
  g_autofree char *voucher = fixture_make_voucher (fixture, first_id, 28650);
  g_autofree char *late = NULL;
  g_autofree char *second_id = NULL;
  g_autoptr (GError) error = NULL;

  assert_refused (fixture_scan (fixture, "S2", other_id, voucher), "other-stop", "柳荫街 8 号");
  fixture_advance_ms (fixture, 601000);
  late = fixture_make_voucher (fixture, first_id, 28650);
  assert_refused (fixture_scan (fixture, "S1", first_id, late), "expired-code", "new code");
  second_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  assert_refused (fixture_scan (fixture, "S1", second_id, voucher), "other-payment", "code on the screen");

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  assert_refused (fixture_scan (fixture, "S1", first_id, voucher), "covered", "Hand them over");
}

static void
test_no_shift (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *voucher = fixture_make_voucher (fixture, payment_id, 28650);
  g_autoptr (DsShift) shift = fixture_close_shift (fixture, (const guint[]){ 2 }, 1, NULL);

  g_assert_nonnull (shift);
  assert_refused (fixture_scan (fixture, "S1", payment_id, voucher), "no-shift", "shift");
}

/* Each limit just below, at and above. */

static void
test_limit_of_voucher (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  fixture_feed_setting (fixture, "limits", "voucher_fen", 10000);
  assert_collected (collect_by_voucher (fixture, "V1", 9999));
  assert_collected (collect_by_voucher (fixture, "V2", 10000));
  assert_refused (collect_by_voucher (fixture, "V3", 10001), "over-voucher-limit", "¥100.00");
}

static void
test_limit_of_wallet (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  fixture_feed_setting (fixture, "limits", "wallet_fen", 30000);
  assert_collected (collect_by_voucher (fixture, "V1", 20000));
  assert_refused (collect_by_voucher (fixture, "V2", 10001), "over-wallet-allowance", "¥100.00");
  assert_collected (collect_by_voucher (fixture, "V3", 9999));
  assert_collected (collect_by_voucher (fixture, "V4", 1));
  assert_refused (collect_by_voucher (fixture, "V5", 1), "over-wallet-allowance", "¥0.00");
  /* Another wallet has its own. */
  assert_collected (collect_by_other_wallet (fixture, "V6", 30000, 9));
}

/* The certificate may allow a wallet less than the depot does. */
static void
test_limit_of_certificate (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  g_clear_pointer (&fixture->certificate, ds_wallet_certificate_free);
  fixture->certificate = fixture_certify (fixture, 5, fixture->wallet_key, 1000000, 15000,
                                          fixture_get_now_ms (fixture) / 1000 + 86400);
  assert_collected (collect_by_voucher (fixture, "V1", 10000));
  assert_refused (collect_by_voucher (fixture, "V2", 5001), "over-wallet-allowance", "¥50.00");
  assert_collected (collect_by_voucher (fixture, "V3", 5000));
}

static void
test_limit_of_sum (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  DsAllowance allowance;

  fixture_feed_setting (fixture, "limits", "unredeemed_fen", 50000);
  assert_collected (collect_by_voucher (fixture, "V1", 30000));
  assert_refused (collect_by_other_wallet (fixture, "V2", 20001, 8), "over-allowance", "¥200.00");
  assert_collected (collect_by_other_wallet (fixture, "V3", 19999, 9));
  assert_collected (collect_by_other_wallet (fixture, "V4", 1, 10));
  assert_refused (collect_by_other_wallet (fixture, "V5", 1, 11), "over-allowance", "¥0.00");
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.left_fen, ==, 0);
}

static void
test_limit_of_count (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  DsAllowance allowance;

  fixture_feed_setting (fixture, "limits", "unredeemed_count", 2);
  assert_collected (collect_by_voucher (fixture, "V1", 100));
  assert_collected (collect_by_voucher (fixture, "V2", 100));
  assert_refused (collect_by_voucher (fixture, "V3", 100), "too-many-vouchers", "2 vouchers");
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.left_fen, ==, 0);
}

#define MONTH_MS (30 * G_GINT64_CONSTANT (86400000))

static gboolean
may_take_more (Fixture *fixture)
{
  DsAllowance allowance;

  fixture_settle (fixture);
  ds_door_get_allowance (fixture->door, &allowance);
  return allowance.left_fen > 0;
}

static void
test_limit_of_age (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  fixture_feed_setting (fixture, "limits", "voucher_age_s", 3600);
  assert_collected (collect_by_voucher (fixture, "V1", 100));
  fixture_advance_ms (fixture, 3599999);
  assert_collected (collect_by_voucher (fixture, "V2", 100));
  fixture_advance_ms (fixture, 1);
  assert_collected (collect_by_voucher (fixture, "V3", 100));
  fixture_advance_ms (fixture, 1);
  assert_refused (collect_by_voucher (fixture, "V4", 100), "vouchers-too-old", "oldest");
}

/* Takes one while the handheld's clock is a month ahead of the depot's, by which its age counts. */
static Fixture *
take_dated_ahead (void)
{
  Fixture *fixture = fixture_new ();
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;
  g_autoptr (DsAnswer) answer = NULL;

  fixture_feed_setting (fixture, "limits", "voucher_age_s", 3600);
  fixture_acknowledge (fixture);
  fixture_feed_stop (fixture, "V0", 100, NULL);
  payment_id = fixture_show (fixture, "V0", "P-V0", 100);
  voucher = fixture_make_voucher (fixture, payment_id, 100);
  ds_manual_clock_jump_wall_ms (DS_MANUAL_CLOCK (fixture->clock), MONTH_MS);
  answer = fixture_scan (fixture, "V0", payment_id, voucher);
  fixture_assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);
  return fixture;
}

/* Nobody gets more time for a voucher by setting the clock: neither while it stays ahead, nor once it is back. */
static void
test_limit_of_age_by_a_wrong_clock (void)
{
  g_autoptr (Fixture) ahead = take_dated_ahead ();
  g_autoptr (Fixture) back = take_dated_ahead ();

  fixture_advance_ms (ahead, 3600000);
  g_assert_true (may_take_more (ahead));
  fixture_advance_ms (ahead, 1);
  g_assert_false (may_take_more (ahead));

  ds_manual_clock_jump_wall_ms (DS_MANUAL_CLOCK (back->clock), -MONTH_MS);
  g_assert_false (may_take_more (back));
}

static void
test_limit_of_trust_list (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  fixture_feed_setting (fixture, "limits", "trust_age_s", 3600);
  fixture_advance_ms (fixture, 3599999);
  assert_collected (collect_by_voucher (fixture, "V1", 100));
  fixture_advance_ms (fixture, 1);
  assert_collected (collect_by_voucher (fixture, "V2", 100));
  fixture_advance_ms (fixture, 1);
  assert_refused (collect_by_voucher (fixture, "V3", 100), "trust-list-too-old", "list of operators");
  fixture_feed_trust_list (fixture, fixture_get_now_ms (fixture));
  assert_collected (collect_by_voucher (fixture, "V4", 100));
}

/* A limit of nothing means nothing, not no limit. */
static void
test_limits_of_nothing (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  DsAllowance allowance;

  fixture_feed_setting (fixture, "limits", "voucher_fen", 0);
  assert_refused (collect_by_voucher (fixture, "V1", 1), "over-voucher-limit", "¥0.00");
  fixture_feed_setting (fixture, "limits", "unredeemed_count", 0);
  assert_refused (collect_by_voucher (fixture, "V2", 1), "too-many-vouchers", "0 vouchers");
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.left_fen, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/vouchers/accepted", test_accepted);
  g_test_add_func ("/door/vouchers/overtaken", test_overtaken);
  g_test_add_func ("/door/vouchers/replay", test_replay);
  g_test_add_func ("/door/vouchers/wrong", test_wrong_vouchers);
  g_test_add_func ("/door/vouchers/forged", test_forged);
  g_test_add_func ("/door/vouchers/other-code", test_other_code);
  g_test_add_func ("/door/vouchers/no-shift", test_no_shift);
  g_test_add_func ("/door/vouchers/limit-of-voucher", test_limit_of_voucher);
  g_test_add_func ("/door/vouchers/limit-of-wallet", test_limit_of_wallet);
  g_test_add_func ("/door/vouchers/limit-of-certificate", test_limit_of_certificate);
  g_test_add_func ("/door/vouchers/limit-of-sum", test_limit_of_sum);
  g_test_add_func ("/door/vouchers/limit-of-count", test_limit_of_count);
  g_test_add_func ("/door/vouchers/limit-of-age", test_limit_of_age);
  g_test_add_func ("/door/vouchers/limit-of-age-by-a-wrong-clock", test_limit_of_age_by_a_wrong_clock);
  g_test_add_func ("/door/vouchers/limit-of-trust-list", test_limit_of_trust_list);
  g_test_add_func ("/door/vouchers/limits-of-nothing", test_limits_of_nothing);
  return g_test_run ();
}
