/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include <string.h>

static void
test_receipt (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, 28650, "REF1");
  g_autofree char *second = fixture_make_receipt (fixture, payment_id, 28650, "REF2");
  g_autofree char *change = g_strdup_printf ("%s paid", payment_id);
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsAnswer) again = NULL;
  g_autoptr (DsAnswer) other = NULL;
  guint at;

  answer = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
  g_assert_nonnull (strstr (answer->text, "¥286.50"));
  g_assert_cmpint (answer->payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpstr (answer->payment->operator_id, ==, FIXTURE_OPERATOR);
  g_assert_cmpstr (answer->payment->operator_ref, ==, "REF1");
  g_assert_cmpstr (answer->stop->id, ==, "S1");
  g_assert_true (g_ptr_array_find_with_equal_func (fixture->changes, change, g_str_equal, &at));

  again = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (again, DS_ANSWER_ALREADY, "already");
  other = fixture_scan (fixture, "S1", payment_id, second);
  fixture_assert_answer (other, DS_ANSWER_ALREADY, "paid-twice");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.receipt"), ==, 1);
}

/* The envelope that other wallets use is read as well. */
static void
test_receipt_in_envelope (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *text = fixture_make_receipt (fixture, payment_id, 28650, "REF1");
  g_autoptr (DsEvidence) receipt = ds_evidence_parse_text (text, NULL);
  g_autofree char *envelope = ds_evidence_to_emv_text (receipt);
  g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, envelope);

  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
}

static void
test_receipt_of_another_stop (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S2", "DS4", 5000);
  g_autofree char *shown_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, 5000, "REF1");
  g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", shown_id, receipt);

  fixture_assert_answer (answer, DS_ANSWER_PAID, "other-stop");
  g_assert_nonnull (strstr (answer->text, "柳荫街 8 号"));
  g_assert_cmpstr (answer->stop->id, ==, "S2");
  g_assert_cmpint (fixture_get_state (fixture, "S2", payment_id), ==, DS_PAYMENT_PAID);
  g_assert_cmpint (fixture_get_state (fixture, "S1", shown_id), ==, DS_PAYMENT_PRESENTED);
}

/* Everything that can be wrong with a receipt has its own answer, and none of it is journalled. */
static void
test_wrong_receipts (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *unknown_id = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsKey) stranger = ds_key_generate (NULL);
  const gint64 now_s = fixture_get_now_ms (fixture) / 1000;
  const DsEvidence good = { .payment_id = payment_id,
                            .amount_fen = 28650,
                            .payee_id = (char *)FIXTURE_PAYEE,
                            .operator_id = (char *)FIXTURE_OPERATOR,
                            .operator_ref = (char *)"REF1",
                            .at_s = now_s };
  struct
  {
    DsKey *key;
    DsEvidence draft;
    const char *reason;
  } wrong[] = {
    { stranger, good, "forged" },
    { fixture->operator_key, good, "other-amount" },
    { fixture->operator_key, good, "other-payee" },
    { fixture->operator_key, good, "unknown-operator" },
    { fixture->operator_key, good, "from-future" },
    { fixture->operator_key, good, "unknown-payment" },
  };

  wrong[1].draft.amount_fen = 28649;
  wrong[2].draft.payee_id = (char *)"OTHER";
  wrong[3].draft.operator_id = (char *)"999";
  wrong[4].draft.at_s = now_s + 3600;
  wrong[5].draft.payment_id = unknown_id;
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *receipt = fixture_sign_receipt (wrong[i].key, &wrong[i].draft);
      g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, receipt);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, wrong[i].reason);
    }
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.receipt"), ==, 0);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PRESENTED);
}

static void
test_damaged (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, 28650, "REF1");
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsAnswer) rubbish = fixture_scan (fixture, "S1", payment_id, "DS1:ABC");

  receipt[strlen (receipt) - 20] = '\0';
  answer = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_REFUSED, "damaged");
  fixture_assert_answer (rubbish, DS_ANSWER_REFUSED, "damaged");
}

/* Without a list of operators nothing can be checked; that is no fault of the customer's. */
static void
test_no_trust_list (void)
{
  g_autoptr (Fixture) fixture = fixture_new_unfed ();
  g_autofree char *payment_id = NULL;
  g_autofree char *receipt = NULL;
  g_autoptr (DsAnswer) early = NULL;
  g_autoptr (DsAnswer) answer = NULL;

  fixture_feed_settings (fixture);
  fixture_feed_stop (fixture, "E", 100, NULL);
  fixture_open_shift (fixture, 0);
  payment_id = fixture_show (fixture, "E", "P-E", 100);
  receipt = fixture_make_receipt (fixture, payment_id, 100, "REF1");
  early = fixture_scan (fixture, "E", payment_id, receipt);
  fixture_assert_answer (early, DS_ANSWER_REFUSED, "no-trust-list");
  fixture_feed_trust_list (fixture, fixture_get_now_ms (fixture));
  answer = fixture_scan (fixture, "E", payment_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
}

/* The depot said "declined" of it; the receipt is not thrown away in silence. */
static void
test_receipt_after_the_end (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *declined_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *expired_id = fixture_show (fixture, "S2", "DS4", 5000);
  g_autofree char *declined_receipt = fixture_make_receipt (fixture, declined_id, 28650, "REF1");
  g_autofree char *expired_receipt = fixture_make_receipt (fixture, expired_id, 5000, "REF2");
  g_autoptr (DsAnswer) declined = NULL;
  g_autoptr (DsAnswer) expired = NULL;

  fixture_feed_payment (fixture, "S1", declined_id, "declined", 28650);
  fixture_feed_payment (fixture, "S2", expired_id, "expired", 5000);
  declined = fixture_scan (fixture, "S1", NULL, declined_receipt);
  fixture_assert_answer (declined, DS_ANSWER_REFUSED, "ended");
  /* An order cannot be closed: paid after it expired is paid. */
  expired = fixture_scan (fixture, "S2", NULL, expired_receipt);
  fixture_assert_answer (expired, DS_ANSWER_PAID, NULL);
}

/* A receipt is a fact: it is taken when the shift is over, too. */
static void
test_receipt_after_the_shift (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, 28650, "REF1");
  g_autoptr (DsShift) shift = fixture_close_shift (fixture, (const guint[]){ 2 }, 1, NULL);
  g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, receipt);

  g_assert_nonnull (shift);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/evidence/receipt", test_receipt);
  g_test_add_func ("/door/evidence/envelope", test_receipt_in_envelope);
  g_test_add_func ("/door/evidence/another-stop", test_receipt_of_another_stop);
  g_test_add_func ("/door/evidence/wrong-receipts", test_wrong_receipts);
  g_test_add_func ("/door/evidence/damaged", test_damaged);
  g_test_add_func ("/door/evidence/no-trust-list", test_no_trust_list);
  g_test_add_func ("/door/evidence/after-the-end", test_receipt_after_the_end);
  g_test_add_func ("/door/evidence/after-the-shift", test_receipt_after_the_shift);
  return g_test_run ();
}
