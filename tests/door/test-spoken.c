/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits that a customer reads out: right, wrong, too often wrong, for something else. */
#include "config.h"

#include "door-fixture.h"

#define DUE_FEN 28650

/* Digits that prove nothing here. */
static char *
make_wrong (const char *payment_id)
{
  char *text = fixture_make_spoken (payment_id, DUE_FEN);

  text[0] = text[0] == '9' ? '0' : (char)(text[0] + 1);
  return text;
}

static void
check_payment (Fixture *fixture, const char *payment_id, DsPaymentState state, gint64 n_misspoken)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  DsPayment *payment = ds_stop_find_payment (stop, payment_id);

  g_assert_cmpint (payment->state, ==, state);
  g_assert_cmpint (payment->n_misspoken, ==, n_misspoken);
}

static void
test_right (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autoptr (DsAnswer) answer = fixture_try_spoken (fixture, payment_id, text);
  g_autoptr (DsAnswer) again = fixture_try_spoken (fixture, payment_id, text);
  g_autoptr (GPtrArray) stops = g_ptr_array_new ();
  DsShiftTotals totals;
  DsDebt debt;

  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
  g_assert_cmpint (answer->payment->state, ==, DS_PAYMENT_PAID);
  g_assert_true (answer->payment->spoken);
  ds_stop_get_debt (answer->stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 0);
  g_ptr_array_add (stops, answer->stop);
  ds_shift_totals_from_stops (stops, ds_store_get_shift (fixture->store), &totals);
  g_assert_cmpint (totals.paid_fen, ==, DUE_FEN);

  /* Single use: what is paid is paid once. */
  fixture_assert_answer (again, DS_ANSWER_ALREADY, "already");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.spoken"), ==, 1);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.misspoken"), ==, 0);
  fixture_restart (fixture);
  check_payment (fixture, payment_id, DS_PAYMENT_PAID, 0);
}

/* A tap that is doubled counts once, a wrong one too. */
static void
test_twice_at_once (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (DsAnswer) paid = NULL;
  g_autoptr (DsAnswer) already = NULL;

  ds_door_try_spoken_async (fixture->door, payment_id, text, NULL, fixture_keep_result, &first);
  ds_door_try_spoken_async (fixture->door, payment_id, text, NULL, fixture_keep_result, &second);
  paid = ds_door_try_spoken_finish (fixture->door, fixture_wait (&first), NULL);
  already = ds_door_try_spoken_finish (fixture->door, fixture_wait (&second), NULL);
  fixture_assert_answer (paid, DS_ANSWER_PAID, NULL);
  fixture_assert_answer (already, DS_ANSWER_ALREADY, "already");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.spoken"), ==, 1);
}

/* What is wrong is on the disk when the courier reads it, and no restart gives it back. */
static void
test_tries (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *right = fixture_make_spoken (payment_id, DUE_FEN);
  g_autofree char *wrong = make_wrong (payment_id);
  static const char *const reasons[] = { "wrong", "wrong", "locked" };
  g_autoptr (DsAnswer) locked = NULL;
  g_autoptr (DsAnswer) allowed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (DsAnswer) answer = fixture_try_spoken (fixture, payment_id, wrong);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, reasons[i]);
      g_assert_cmpint (answer->payment->n_misspoken, ==, i + 1);
      g_assert_cmpuint (fixture_count_entries (fixture, "payment.misspoken"), ==, i + 1);
      fixture_restart (fixture);
      check_payment (fixture, payment_id, DS_PAYMENT_PRESENTED, i + 1);
    }
  /* From here on the right ones help no more, and are not even looked at. */
  locked = fixture_try_spoken (fixture, payment_id, right);
  fixture_assert_answer (locked, DS_ANSWER_REFUSED, "locked");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.misspoken"), ==, 3);

  /* The depot may allow more; and a receipt is always good. */
  fixture_feed_setting (fixture, "limits", "spoken_tries", 4);
  allowed = fixture_try_spoken (fixture, payment_id, right);
  fixture_assert_answer (allowed, DS_ANSWER_PAID, NULL);
}

static void
test_receipt_after_lock (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *wrong = make_wrong (payment_id);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, DUE_FEN, "REF1");
  g_autoptr (DsAnswer) answer = NULL;

  for (guint i = 0; i < 3; i++)
    ds_answer_free (fixture_try_spoken (fixture, payment_id, wrong));
  answer = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
  g_assert_false (answer->payment->spoken);
}

/* A slip of the finger is no guess. */
static void
test_no_digits (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  static const char *const typed[] = { "", "1234 567", "123456789", "DS1:ABC", "abcdefgh" };

  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (DsAnswer) answer = fixture_try_spoken (fixture, payment_id, typed[i]);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, "form");
    }
  check_payment (fixture, payment_id, DS_PAYMENT_PRESENTED, 0);
}

/* The customer paid the code that was shown first. */
static void
test_other_payment (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *first = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *second = fixture_show (fixture, "S1", "DS1", 19800);
  g_autofree char *text = fixture_make_spoken (first, DUE_FEN);
  g_autofree char *other_amount = fixture_make_spoken (second, DUE_FEN);
  g_autoptr (DsAnswer) answer = fixture_try_spoken (fixture, second, text);
  g_autoptr (DsAnswer) superseded = fixture_try_spoken (fixture, first, text);
  g_autoptr (DsAnswer) wrong = fixture_try_spoken (fixture, second, other_amount);

  fixture_assert_answer (answer, DS_ANSWER_REFUSED, "other-payment");
  g_assert_nonnull (strstr (answer->text, "286.50"));
  g_assert_nonnull (strstr (answer->text, "198.00"));
  fixture_assert_answer (superseded, DS_ANSWER_REFUSED, "superseded");
  /* The right payment, but for another amount. */
  fixture_assert_answer (wrong, DS_ANSWER_REFUSED, "wrong");
  check_payment (fixture, second, DS_PAYMENT_PRESENTED, 1);
}

static void
test_states (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  static const struct
  {
    const char *state;
    DsAnswerKind kind;
    const char *reason;
  } cases[] = {
    { "expired", DS_ANSWER_REFUSED, "ended" },  { "declined", DS_ANSWER_REFUSED, "ended" },
    { "paid", DS_ANSWER_ALREADY, "already" },   { "settled", DS_ANSWER_ALREADY, "already" },
    { "refunded", DS_ANSWER_REFUSED, "ended" },
  };
  g_autofree char *nobodys = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsAnswer) unknown = fixture_try_spoken (fixture, nobodys, "1234 5678");

  fixture_assert_answer (unknown, DS_ANSWER_REFUSED, "unknown-payment");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stop_id = g_strdup_printf ("T%u", (guint)i);
      g_autofree char *waybill = g_strconcat ("P-", stop_id, NULL);
      g_autofree char *payment_id = NULL;
      g_autofree char *text = NULL;
      g_autoptr (DsAnswer) answer = NULL;

      fixture_feed_stop (fixture, stop_id, 5000, NULL);
      payment_id = fixture_show (fixture, stop_id, waybill, 5000);
      fixture_feed_payment (fixture, stop_id, payment_id, cases[i].state, 5000);
      text = fixture_make_spoken (payment_id, 5000);
      answer = fixture_try_spoken (fixture, payment_id, text);
      fixture_assert_answer (answer, cases[i].kind, cases[i].reason);
    }
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.spoken"), ==, 0);
}

/* Also what is claimed, unknown or under way can be proved. */
static void
test_uncertain_states (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *claimed_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *pending_id = fixture_show (fixture, "S2", "DS4", 5000);
  g_autofree char *claimed_text = fixture_make_spoken (claimed_id, DUE_FEN);
  g_autofree char *pending_text = fixture_make_spoken (pending_id, 5000);
  g_autoptr (DsAnswer) claimed = NULL;
  g_autoptr (DsAnswer) pending = NULL;

  g_assert_true (fixture_claim (fixture, claimed_id, NULL));
  claimed = fixture_try_spoken (fixture, claimed_id, claimed_text);
  fixture_assert_answer (claimed, DS_ANSWER_PAID, NULL);
  fixture_feed_payment (fixture, "S2", pending_id, "pending", 5000);
  pending = fixture_try_spoken (fixture, pending_id, pending_text);
  fixture_assert_answer (pending, DS_ANSWER_PAID, NULL);
}

/* A code that ran out here may have been paid in its last minute. */
static void
test_late (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autoptr (DsAnswer) answer = NULL;

  fixture_advance_ms (fixture, 3600000);
  answer = fixture_try_spoken (fixture, payment_id, text);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
}

static void
test_not_possible (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  const guint counts[1] = { 2 };
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (DsAnswer) not_allowed = NULL;
  g_autoptr (DsAnswer) no_secret = NULL;
  g_autoptr (DsAnswer) no_shift = NULL;
  g_autoptr (DsAnswer) no_code = NULL;
  g_autoptr (DsAnswer) payer = NULL;
  g_autofree char *bare_id = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_setting (fixture, "limits", "spoken_tries", 0);
  not_allowed = fixture_try_spoken (fixture, payment_id, text);
  fixture_assert_answer (not_allowed, DS_ANSWER_REFUSED, "not-allowed");

  fixture->without_secrets = TRUE;
  fixture_feed_stop (fixture, "BARE", 5000, NULL);
  bare_id = fixture_show (fixture, "BARE", "P-BARE", 5000);
  no_secret = fixture_try_spoken (fixture, bare_id, "1234 5678");
  fixture_assert_answer (no_secret, DS_ANSWER_REFUSED, "no-secret");

  ds_door_set_online (fixture->door, TRUE);
  payer = fixture_scan_payer (fixture, "S2", "DS4", 5000, "0100320229316139647");
  no_code = fixture_try_spoken (fixture, payer->payment->id, "1234 5678");
  fixture_assert_answer (no_code, DS_ANSWER_REFUSED, "not-shown");

  fixture_feed_setting (fixture, "limits", "spoken_tries", 3);
  shift = fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts), &error);
  g_assert_no_error (error);
  no_shift = fixture_try_spoken (fixture, payment_id, text);
  fixture_assert_answer (no_shift, DS_ANSWER_REFUSED, "no-shift");
}

/* The operator has the last word: what rests on digits alone may be rejected, and is owed again. */
static void
test_rejected (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autoptr (DsStop) stop = NULL;
  DsDebt debt;

  ds_answer_free (fixture_try_spoken (fixture, payment_id, text));
  fixture_feed_payment (fixture, "S1", payment_id, "rejected", DUE_FEN);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_find_payment (stop, payment_id)->state, ==, DS_PAYMENT_REJECTED);
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, DUE_FEN);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REJECTED);
  g_assert_cmpuint (fixture_count_problems (fixture, "rejected"), ==, 1);
}

/* What was paid on a receipt or in cash is nobody's to reject. */
static void
test_never_lowered (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, DUE_FEN, "REF1");
  g_autofree char *cash_id = NULL;

  ds_answer_free (fixture_scan (fixture, "S1", payment_id, receipt));
  g_assert_true (fixture_take_cash (fixture, "S2", "DS4", 5000, 5000, FALSE, &cash_id, NULL));
  fixture_feed_payment (fixture, "S1", payment_id, "rejected", DUE_FEN);
  fixture_feed_payment (fixture, "S2", cash_id, "rejected", 5000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PAID);
  g_assert_cmpint (fixture_get_state (fixture, "S2", cash_id), ==, DS_PAYMENT_PAID);
}

/* Digits, and then the wallet finds a network: its receipt is journalled, and what rests on it is nobody's to reject. One more
 * says nothing new. */
static void
test_receipt_after_digits (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, DUE_FEN, "REF1");
  g_autoptr (DsAnswer) paid = NULL;
  g_autoptr (DsAnswer) again = NULL;

  ds_answer_free (fixture_try_spoken (fixture, payment_id, text));
  paid = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (paid, DS_ANSWER_PAID, NULL);
  g_assert_false (paid->payment->spoken);
  g_assert_cmpstr (paid->payment->operator_ref, ==, "REF1");
  again = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (again, DS_ANSWER_ALREADY, "already");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.receipt"), ==, 1);

  fixture_feed_payment (fixture, "S1", payment_id, "rejected", DUE_FEN);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PAID);
  fixture_restart (fixture);
  check_payment (fixture, payment_id, DS_PAYMENT_PAID, 0);
}

/* The operator has confirmed the digits: a receipt has nothing to add. */
static void
test_receipt_after_confirmed (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  g_autofree char *text = fixture_make_spoken (payment_id, DUE_FEN);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, DUE_FEN, "REF1");
  g_autoptr (DsAnswer) answer = NULL;

  ds_answer_free (fixture_try_spoken (fixture, payment_id, text));
  fixture_feed_payment (fixture, "S1", payment_id, "settled", DUE_FEN);
  answer = fixture_scan (fixture, "S1", payment_id, receipt);
  g_assert_cmpint (answer->kind, ==, DS_ANSWER_ALREADY);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.receipt"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/spoken/right", test_right);
  g_test_add_func ("/door/spoken/twice-at-once", test_twice_at_once);
  g_test_add_func ("/door/spoken/tries", test_tries);
  g_test_add_func ("/door/spoken/receipt-after-lock", test_receipt_after_lock);
  g_test_add_func ("/door/spoken/no-digits", test_no_digits);
  g_test_add_func ("/door/spoken/other-payment", test_other_payment);
  g_test_add_func ("/door/spoken/states", test_states);
  g_test_add_func ("/door/spoken/uncertain-states", test_uncertain_states);
  g_test_add_func ("/door/spoken/late", test_late);
  g_test_add_func ("/door/spoken/not-possible", test_not_possible);
  g_test_add_func ("/door/spoken/rejected", test_rejected);
  g_test_add_func ("/door/spoken/never-lowered", test_never_lowered);
  g_test_add_func ("/door/spoken/receipt-after-digits", test_receipt_after_digits);
  g_test_add_func ("/door/spoken/receipt-after-confirmed", test_receipt_after_confirmed);
  return g_test_run ();
}
