/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#define PAYER_CODE "0100320229316139647"

static char *
scan_payer_code (Fixture *fixture)
{
  g_autoptr (DsAnswer) answer = NULL;

  ds_door_set_online (fixture->door, TRUE);
  answer = fixture_scan_payer (fixture, "S1", "DS1 DS2", 28650, PAYER_CODE);
  fixture_assert_answer (answer, DS_ANSWER_SCANNED, NULL);
  return g_strdup (answer->payment->id);
}

static gboolean
was_told (Fixture *fixture, const char *payment_id, const char *state)
{
  g_autofree char *change = g_strdup_printf ("%s %s", payment_id, state);

  return g_ptr_array_find_with_equal_func (fixture->changes, change, g_str_equal, NULL);
}

static void
test_becomes_unknown (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  g_assert_true (was_told (fixture, payment_id, "scanned"));
  fixture_advance_ms (fixture, 59999);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_SCANNED);
  fixture_advance_ms (fixture, 1);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_UNKNOWN);
  g_assert_true (was_told (fixture, payment_id, "unknown"));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.unknown"), ==, 1);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 1);
  g_assert_cmpuint (fixture_count_problems (fixture, "unknown"), ==, 1);
}

/* News in time starts the wait anew; the result ends it. */
static void
test_news_in_time (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  fixture_advance_ms (fixture, 50000);
  fixture_feed_payment (fixture, "S1", payment_id, "pending", 28650);
  fixture_advance_ms (fixture, 50000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PENDING);
  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  g_assert_true (was_told (fixture, payment_id, "paid"));
  fixture_advance_ms (fixture, 3600000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_PAID);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.unknown"), ==, 0);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 0);
}

/* Asked again after 5 s, 10 s, 20 s … and at least every five minutes. */
static void
test_backs_off (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);
  const gint64 waits_ms[] = { 5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000 };
  guint n = 1;

  fixture_advance_ms (fixture, 60000);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, n);
  for (gsize i = 0; i < G_N_ELEMENTS (waits_ms); i++)
    {
      fixture_advance_ms (fixture, waits_ms[i] - 1);
      g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, n);
      fixture_advance_ms (fixture, 1);
      g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, ++n);
    }
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_UNKNOWN);
}

/* Offline it becomes unknown all the same, nobody is asked, and with the network the questions begin at once. */
static void
test_offline (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  ds_door_set_online (fixture->door, FALSE);
  fixture_advance_ms (fixture, 60000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_UNKNOWN);
  fixture_advance_ms (fixture, 3600000);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 0);
  ds_door_set_online (fixture->door, TRUE);
  fixture_settle (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 1);
  fixture_advance_ms (fixture, 5000);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 2);
}

static void
test_restart_resumes (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  fixture_advance_ms (fixture, 20000);
  fixture_restart (fixture);
  fixture_advance_ms (fixture, 39999);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_SCANNED);
  fixture_advance_ms (fixture, 1);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_UNKNOWN);

  fixture_restart (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 0);
  ds_door_set_online (fixture->door, TRUE);
  fixture_settle (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 1);
  fixture_feed_payment (fixture, "S1", payment_id, "declined", 28650);
  g_assert_true (was_told (fixture, payment_id, "declined"));
}

/* Nothing old is told as news after a restart. */
static void
test_restart_is_quiet (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  g_ptr_array_set_size (fixture->changes, 0);
  fixture_restart (fixture);
  g_assert_cmpuint (fixture->changes->len, ==, 0);
}

static void
test_claim (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autofree char *unknown_id = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  ds_door_set_online (fixture->door, TRUE);
  g_assert_true (fixture_claim (fixture, payment_id, &error));
  g_assert_no_error (error);
  g_assert_true (fixture_claim (fixture, payment_id, &error));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.claimed"), ==, 1);

  /* It counts as nothing. */
  stop = fixture_load_stop (fixture, "S1");
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 28650);
  g_assert_false (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_DELIVERED, NULL, NULL));

  fixture_advance_ms (fixture, 5000);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 1);
  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  g_assert_false (fixture_claim (fixture, payment_id, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_false (fixture_claim (fixture, unknown_id, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

static void
test_check_now (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autoptr (GError) error = NULL;

  /* Offline the question waits in the journal, once. */
  g_assert_true (fixture_query (fixture, payment_id, &error));
  g_assert_true (fixture_query (fixture, payment_id, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 1);
  ds_door_set_online (fixture->door, TRUE);
  g_assert_true (fixture_query (fixture, payment_id, &error));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 2);

  fixture_feed_payment (fixture, "S1", payment_id, "paid", 28650);
  g_assert_true (fixture_query (fixture, payment_id, &error));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.query"), ==, 2);
}

/* A store that has stopped taking entries is tried again in its time, not in a loop. */
static void
test_frozen (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = scan_payer_code (fixture);

  ds_store_set_forked (fixture->store, "The depot holds another journal");
  fixture_advance_ms (fixture, 60000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", payment_id), ==, DS_PAYMENT_SCANNED);
  g_assert_cmpint (ds_door_watches_get_deadline_mono_ms (fixture->door), ==,
                   ds_clock_get_mono_ms (fixture->clock) + 5000);
}

/* The door's own timer does it, too: here on the machine's clock, with nobody calling the tick. */
static gboolean
set_flag (gpointer flag)
{
  *(gboolean *)flag = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_timer (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = NULL;
  gboolean given_up = FALSE;
  guint give_up_id = g_timeout_add_seconds (20, set_flag, &given_up);

  fixture_feed_setting (fixture, "timings", "unknown_after_ms", 1);
  payment_id = scan_payer_code (fixture);
  ds_manual_clock_advance_ms (DS_MANUAL_CLOCK (fixture->clock), 1);
  while (!given_up && fixture_get_state (fixture, "S1", payment_id) != DS_PAYMENT_UNKNOWN)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (given_up);
  g_source_remove (give_up_id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/unknown/becomes", test_becomes_unknown);
  g_test_add_func ("/door/unknown/news-in-time", test_news_in_time);
  g_test_add_func ("/door/unknown/backs-off", test_backs_off);
  g_test_add_func ("/door/unknown/offline", test_offline);
  g_test_add_func ("/door/unknown/restart-resumes", test_restart_resumes);
  g_test_add_func ("/door/unknown/restart-is-quiet", test_restart_is_quiet);
  g_test_add_func ("/door/unknown/claim", test_claim);
  g_test_add_func ("/door/unknown/check-now", test_check_now);
  g_test_add_func ("/door/unknown/frozen", test_frozen);
  g_test_add_func ("/door/unknown/timer", test_timer);
  return g_test_run ();
}
