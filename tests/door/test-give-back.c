/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash that goes back to the customer: exactly what was too much and was cash, once, out of the open shift's drawer. */
#include "config.h"

#include "door-fixture.h"

#include <string.h>

#define DUE_FEN 28650

static gboolean
give_back (Fixture *fixture, gint64 amount_fen, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) stop = NULL;

  ds_door_give_back_async (fixture->door, "S1", amount_fen, NULL, fixture_keep_result, &result);
  stop = ds_door_give_back_finish (fixture->door, fixture_wait (&result), error);
  return stop != NULL;
}

static void
assert_refused (Fixture *fixture, gint64 amount_fen, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (give_back (fixture, amount_fen, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, words));
}

static gint64
get_back_fen (Fixture *fixture)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");

  return ds_stop_get_cash_back_fen (stop);
}

static gint64
get_drawer_fen (Fixture *fixture)
{
  DsAllowance allowance;

  ds_door_get_allowance (fixture->door, &allowance);
  return allowance.cash_fen;
}

/* Cash was taken and the code is paid as well. Returns: (transfer full): the cash payment. */
static char *
pay_twice (Fixture *fixture, char **code_id)
{
  g_autofree char *receipt = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  char *cash_id = NULL;

  *code_id = fixture_show (fixture, "S1", "DS1 DS2", DUE_FEN);
  fixture_take_cash (fixture, "S1", "DS1 DS2", DUE_FEN, 30000, FALSE, &cash_id, &error);
  g_assert_no_error (error);
  receipt = fixture_make_receipt (fixture, *code_id, DUE_FEN, "REF1");
  answer = fixture_scan (fixture, "S1", *code_id, receipt);
  fixture_assert_answer (answer, DS_ANSWER_PAID, "over-paid");
  return cash_id;
}

/* The tables that the screens read follow from the journal alone. */
static void
assert_rebuilds (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_check_async (fixture->store, TRUE, NULL, fixture_keep_result, &result);
  g_assert_true (ds_store_check_finish (fixture->store, fixture_wait (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

static void
test_paid_twice (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, &code_id);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsShiftTotals totals;
  g_autoptr (GPtrArray) stops = g_ptr_array_new ();

  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 1);
  g_assert_cmpint (get_back_fen (fixture), ==, DUE_FEN);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 20000 + DUE_FEN);
  assert_refused (fixture, DUE_FEN + 1, "¥286.50");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.refund"), ==, 0);

  g_assert_true (give_back (fixture, DUE_FEN, &error));
  g_assert_no_error (error);
  fixture_settle (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.refund"), ==, 1);
  g_assert_cmpint (fixture_get_state (fixture, "S1", cash_id), ==, DS_PAYMENT_REFUNDED);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 20000);
  g_assert_cmpuint (fixture_count_problems (fixture, "refund"), ==, 0);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_PAID);
  g_ptr_array_add (stops, stop);
  ds_shift_totals_from_stops (stops, ds_store_get_shift (fixture->store), &totals);
  g_assert_cmpint (totals.cash_fen, ==, 0);
  g_assert_cmpint (totals.paid_fen, ==, DUE_FEN);

  /* Once is all. */
  assert_refused (fixture, DUE_FEN, "No cash");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.refund"), ==, 1);

  fixture_restart (fixture);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 20000);
  assert_rebuilds (fixture);
}

/* What the depot says of it lowers nothing and adds nothing. */
static void
test_depot_repeats (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, &code_id);

  g_assert_true (give_back (fixture, DUE_FEN, NULL));
  fixture_feed_payment (fixture, "S1", cash_id, "paid", DUE_FEN);
  g_assert_cmpint (fixture_get_state (fixture, "S1", cash_id), ==, DS_PAYMENT_REFUNDED);
  fixture_feed_payment (fixture, "S1", cash_id, "refunded", DUE_FEN);
  g_assert_cmpuint (fixture_count_problems (fixture, "conflict"), ==, 0);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 20000);
  assert_rebuilds (fixture);
}

/* A parcel stays with the courier after cash was taken for two: its part goes back, of the latest cash first. */
static void
test_part (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  fixture_take_cash (fixture, "S1", "DS1", 18650, 18650, FALSE, &first, &error);
  g_assert_no_error (error);
  fixture_take_cash (fixture, "S1", "DS1 DS2", 10000, 10000, FALSE, &second, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_back_fen (fixture), ==, 0);
  assert_refused (fixture, 8850, "No cash");
  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_REFUSED, "wrong-goods", &error));
  g_assert_cmpint (get_back_fen (fixture), ==, 19800);
  g_assert_true (give_back (fixture, 19800, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.refund"), ==, 2);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_find_payment (stop, second)->refunded_fen, ==, 10000);
  g_assert_cmpint (ds_stop_find_payment (stop, first)->refunded_fen, ==, 9800);
  g_assert_cmpint (ds_stop_find_payment (stop, first)->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (get_back_fen (fixture), ==, 0);
  fixture_settle (fixture);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 20000 + 8850);
  assert_rebuilds (fixture);
}

/* While the depot is giving back, and once it has, no cash goes back as well. */
static void
test_depot_gives_back (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, &code_id);
  json_t *item = json_pack ("{s:s, s:s, s:s, s:I, s:s, s:s, s:n, s:I, s:I, s:I, s:n, s:I}", "payment",
                            code_id, "stop", "S1", "state", "paid", "amount_fen", (json_int_t)DUE_FEN,
                            "operator", FIXTURE_OPERATOR, "operator_ref", "REF1", "reason", "red_packet_fen",
                            (json_int_t)0, "refunded_fen", (json_int_t)0, "refunding_fen",
                            (json_int_t)DUE_FEN, "code", "expires_at_ms", (json_int_t)0);

  fixture_feed (fixture, "payment", json_incref (item));
  fixture_settle (fixture);
  g_assert_cmpint (get_back_fen (fixture), ==, 0);
  assert_refused (fixture, DUE_FEN, "No cash");

  /* The operator refuses: then the cash is what can go back. */
  json_object_set_new (item, "refunding_fen", json_integer (0));
  fixture_feed (fixture, "payment", json_incref (item));
  fixture_settle (fixture);
  g_assert_cmpint (get_back_fen (fixture), ==, DUE_FEN);

  json_object_set_new (item, "refunded_fen", json_integer (DUE_FEN));
  json_object_set_new (item, "state", json_string ("refunded"));
  fixture_feed (fixture, "payment", item);
  fixture_settle (fixture);
  g_assert_cmpint (get_back_fen (fixture), ==, 0);
  g_assert_cmpint (fixture_get_state (fixture, "S1", cash_id), ==, DS_PAYMENT_PAID);
}

/* Both have given back, neither knowing of the other: it is owed again, and says so. */
static void
test_both (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, &code_id);
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1 DS2 DS3", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_true (give_back (fixture, DUE_FEN, &error));
  g_assert_cmpuint (fixture_count_problems (fixture, "given-back-twice"), ==, 0);
  fixture_feed (fixture, "payment",
                json_pack ("{s:s, s:s, s:s, s:I, s:s, s:s, s:n, s:I, s:I, s:n, s:I}", "payment", code_id,
                           "stop", "S1", "state", "refunded", "amount_fen", (json_int_t)DUE_FEN, "operator",
                           FIXTURE_OPERATOR, "operator_ref", "REF1", "reason", "red_packet_fen",
                           (json_int_t)0, "refunded_fen", (json_int_t)DUE_FEN, "code", "expires_at_ms",
                           (json_int_t)0));
  fixture_settle (fixture);
  g_assert_cmpuint (fixture_count_problems (fixture, "given-back-twice"), ==, 1);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", DUE_FEN, DUE_FEN, FALSE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_problems (fixture, "given-back-twice"), ==, 0);
}

/* Of a stop that was taken off the route the depot decides. */
static void
test_removed (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", DUE_FEN, DUE_FEN, FALSE, NULL, &error));
  fixture_feed (fixture, "stop.removed",
                json_pack ("{s:s, s:s, s:s}", "stop", "S1", "reason", "reassigned", "text", "ill"));
  fixture_settle (fixture);
  g_assert_cmpint (get_back_fen (fixture), ==, 0);
  assert_refused (fixture, DUE_FEN, "No cash");
}

/* It comes out of the drawer that is open now, whenever it was taken. */
static void
test_next_shift (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, &code_id);
  const guint counts[] = { 4, 1 };
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;

  shift = fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts), &error);
  g_assert_no_error (error);
  assert_refused (fixture, DUE_FEN, "Open your shift");
  fixture_open_shift (fixture, 50000);
  g_assert_true (give_back (fixture, DUE_FEN, &error));
  g_assert_no_error (error);
  fixture_settle (fixture);
  g_assert_cmpint (get_drawer_fen (fixture), ==, 50000 - DUE_FEN);
  assert_rebuilds (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/give-back/paid-twice", test_paid_twice);
  g_test_add_func ("/give-back/depot-repeats", test_depot_repeats);
  g_test_add_func ("/give-back/part", test_part);
  g_test_add_func ("/give-back/depot-gives-back", test_depot_gives_back);
  g_test_add_func ("/give-back/both", test_both);
  g_test_add_func ("/give-back/removed", test_removed);
  g_test_add_func ("/give-back/next-shift", test_next_shift);
  return g_test_run ();
}
