/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include <string.h>

static void
test_delivered_needs_money (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (fixture_set_outcome (fixture, "S1", "DS1 DS2 DS3", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "¥286.50"));
  g_clear_error (&error);

  /* What was paid online may go. */
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS3", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1 DS2", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_CASH);

  /* The same again changes nothing. */
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1 DS2", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_cmpuint (fixture_count_entries (fixture, "parcel.outcome"), ==, 2);
}

/* Money for one parcel does not let another one go, whichever is handed over first. */
static void
test_delivered_by_parcel (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 19800, 19800, FALSE, NULL, &error));
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (fixture_set_outcome (fixture, "S1", "DS2", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "¥88.50"));
  g_clear_error (&error);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS2", 8850, 8850, FALSE, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS2", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
}

static void
test_refused_in_part (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  g_assert_false (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_REFUSED, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_REFUSED, "", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_REFUSED, "The box is wet", &error));
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpstr (ds_stop_find_parcel (stop, "DS1")->reason, ==, "The box is wet");
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.due_fen, ==, 8850);

  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS2", 8850, 8850, FALSE, NULL, &error));
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS2 DS3", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
}

/* The money for a parcel that came back pays for the others of the stop. */
static void
test_refused_after_paying (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1", 19800, 19800, FALSE, NULL, &error));
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_REFUSED, "The box is wet", &error));
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 1);
  g_assert_false (fixture_take_cash (fixture, "S1", "DS2", 8850, 8850, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS2", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
}

static void
test_other_outcomes (void)
{
  g_autoptr (Fixture) fixture = fixture_new_without_shift ();
  const DsParcelOutcome outcomes[]
      = { DS_OUTCOME_REFUSED, DS_OUTCOME_ABSENT, DS_OUTCOME_RESCHEDULED, DS_OUTCOME_DAMAGED };
  g_autoptr (GError) error = NULL;

  g_assert_false (fixture_set_outcome (fixture, "S2", "DS4", DS_OUTCOME_ABSENT, "Nobody home", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  fixture_open_shift (fixture, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autoptr (DsStop) stop = NULL;

      g_assert_true (fixture_set_outcome (fixture, "S2", "DS4", outcomes[i], "Because", &error));
      g_assert_no_error (error);
      stop = fixture_load_stop (fixture, "S2");
      g_assert_cmpint (ds_stop_find_parcel (stop, "DS4")->outcome, ==, outcomes[i]);
      g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_NOT_DELIVERED);
    }
  g_assert_false (fixture_set_outcome (fixture, "S2", "DS1", DS_OUTCOME_ABSENT, "Because", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* A voucher lets the parcels go; when it is rejected, their debt is open again. */
static void
test_rejected_voucher (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *voucher = fixture_make_voucher (fixture, payment_id, 28650);
  g_autoptr (DsAnswer) answer = fixture_scan (fixture, "S1", payment_id, voucher);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  fixture_assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1 DS2 DS3", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_no_error (error);
  fixture_feed_payment (fixture, "S1", payment_id, "rejected", 28650);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REJECTED);
  g_assert_cmpuint (fixture_count_problems (fixture, "rejected"), ==, 1);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/outcome/delivered", test_delivered_needs_money);
  g_test_add_func ("/door/outcome/by-parcel", test_delivered_by_parcel);
  g_test_add_func ("/door/outcome/refused-in-part", test_refused_in_part);
  g_test_add_func ("/door/outcome/refused-after-paying", test_refused_after_paying);
  g_test_add_func ("/door/outcome/others", test_other_outcomes);
  g_test_add_func ("/door/outcome/rejected-voucher", test_rejected_voucher);
  return g_test_run ();
}
