/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static void
test_change (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsAllowance allowance;
  g_autofree char *text = NULL;
  DsPayment *payment;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 30000, FALSE, &payment_id, &error));
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S1");
  payment = ds_stop_find_payment (stop, payment_id);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (payment->tender, ==, DS_TENDER_CASH);
  g_assert_cmpint (payment->tendered_fen, ==, 30000);
  g_assert_cmpint (payment->change_fen, ==, 1350);

  /* Float and what was kept of it. */
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.cash_fen, ==, 20000 + 28650);
  g_assert_cmpint (allowance.cash_limit_fen, ==, 500000);
  text = ds_door_describe_allowance (fixture->door);
  g_assert_true (g_str_has_prefix (text, "0 of at most "));
  g_assert_nonnull (strstr (text, "Can be taken for 7 days more without a network"));
}

static void
test_too_little (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28649, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "¥286.50"));
  g_clear_error (&error);
  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, G_MAXINT64, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
  g_clear_error (&error);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.cash"), ==, 0);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
}

static void
test_covered_blocks (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, TRUE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (fixture_present (fixture, "S1", "DS1", 19800, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 0);
}

/* Cash for a part, then a code for exactly the rest. */
static void
test_split (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = NULL;
  g_autofree char *receipt = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 10000, 10000, FALSE, NULL, &error));
  g_assert_null (fixture_present (fixture, "S1", "DS1 DS2", 18651, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "¥186.50"));
  g_clear_error (&error);

  payment_id = fixture_show (fixture, "S1", "DS1 DS2", 18650);
  receipt = fixture_make_receipt (fixture, payment_id, 18650, "REF1");
  answer = fixture_scan (fixture, "S1", payment_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, NULL);
  stop = fixture_load_stop (fixture, "S1");
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 0);
  g_assert_cmpint (debt.over_fen, ==, 0);
}

/* Parcels can be paid one by one. */
static void
test_by_parcel (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS2", 8850, 8850, FALSE, NULL, &error));
  g_assert_false (fixture_take_cash (fixture, "S1", "DS2", 8850, 8850, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1", 19800, 20000, FALSE, NULL, &error));
  g_assert_no_error (error);
}

/* A shown code nobody paid does not stand in the way of cash; if it is paid afterwards, that is a refund. */
static void
test_after_shown_code (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *receipt = fixture_make_receipt (fixture, payment_id, 28650, "REF1");
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.superseded"), ==, 1);
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 0);

  answer = fixture_scan (fixture, "S1", NULL, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, "over-paid");
  g_assert_nonnull (strstr (answer->text, "¥286.50"));
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 1);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REFUND);
}

/* An unknown result blocks until the courier decides; decided, it is on record, and late success is a refund. */
static void
test_supersede (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_claim (fixture, payment_id, &error));
  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (fixture_present (fixture, "S1", "DS2", 8850, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.superseded"), ==, 0);

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, TRUE, NULL, &error));
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, payment_id)->superseded);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_CLAIMED);

  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PAID);
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 1);
}

/* A code for a part may stay on show when the cash does not reach into it. */
static void
test_part_stays_shown (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 8650);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 20000, 20000, FALSE, NULL, &error));
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_false (ds_stop_find_payment (stop, payment_id)->superseded);
}

/* Two courier taps at once take the money once. */
static void
test_double_tap (void)
{
  static const char *const waybills[] = { "DS4", NULL };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_take_cash_async (fixture->door, "S2", waybills, 5000, 5000, FALSE, NULL, fixture_keep_result,
                           &first);
  ds_door_take_cash_async (fixture->door, "S2", waybills, 5000, 5000, FALSE, NULL, fixture_keep_result,
                           &second);
  stop = ds_door_take_cash_finish (fixture->door, fixture_wait (&first), NULL, &error);
  g_assert_no_error (error);
  g_assert_null (ds_door_take_cash_finish (fixture->door, fixture_wait (&second), NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.cash"), ==, 1);
}

/* The disk takes nothing any more, and says so with an error that leaves open whether it did: the courier is told what to
 * do, collecting stops, and after a new start exactly what was recorded is there. */
static void
test_disk_fails (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  struct rlimit limit, none;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none = (struct rlimit){ .rlim_cur = 0, .rlim_max = limit.rlim_max };
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean taken;

      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, i == 0 ? &none : &limit), ==, 0);
      taken = fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_false (taken);
      g_assert_error (error, DS_ERROR, DS_ERROR_FROZEN);
      g_assert_nonnull (strstr (error->message, "Look at the stop again"));
    }

  fixture_restart (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.cash"), ==, 0);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, NULL));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.cash"), ==, 1);
}

/* What a full disk says at a door: never a database's words. */
static void
test_disk_words (void)
{
  g_autoptr (GError) full = ds_door_word_error (
      g_error_new_literal (DS_ERROR, DS_ERROR_STORAGE, "The disk is full: nothing was written"));
  g_autoptr (GError) other
      = ds_door_word_error (g_error_new_literal (DS_ERROR, DS_ERROR_STATE, "No shift is open."));

  g_assert_error (full, DS_ERROR, DS_ERROR_STORAGE);
  g_assert_nonnull (strstr (full->message, "Take no money"));
  g_assert_cmpstr (other->message, ==, "No shift is open.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/cash/change", test_change);
  g_test_add_func ("/door/cash/too-little", test_too_little);
  g_test_add_func ("/door/cash/covered", test_covered_blocks);
  g_test_add_func ("/door/cash/split", test_split);
  g_test_add_func ("/door/cash/by-parcel", test_by_parcel);
  g_test_add_func ("/door/cash/after-shown-code", test_after_shown_code);
  g_test_add_func ("/door/cash/supersede", test_supersede);
  g_test_add_func ("/door/cash/part-stays-shown", test_part_stays_shown);
  g_test_add_func ("/door/cash/double-tap", test_double_tap);
  g_test_add_func ("/door/cash/disk-fails", test_disk_fails);
  g_test_add_func ("/door/cash/disk-words", test_disk_words);
  return g_test_run ();
}
