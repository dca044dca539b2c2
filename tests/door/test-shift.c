/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include "ds-entry.h"
#include "ds-shift-seal.h"

static DsShift *
open_shift (Fixture *fixture, gint64 float_fen, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_door_open_shift_async (fixture->door, float_fen, NULL, fixture_keep_result, &result);
  return ds_door_open_shift_finish (fixture->door, fixture_wait (&result), error);
}

static void
test_open (void)
{
  g_autoptr (Fixture) fixture = fixture_new_without_shift ();
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;
  DsAllowance allowance;

  g_assert_null (open_shift (fixture, -1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (open_shift (fixture, DS_MONEY_MAX_FEN + 1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  shift = open_shift (fixture, 20000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (shift->float_fen, ==, 20000);
  g_assert_cmpstr (shift->courier_id, ==, "C1");
  g_assert_cmpstr (shift->accounting_date, ==, "2026-11-22");
  g_assert_cmpint (shift->closed_at_ms, ==, 0);
  fixture_settle (fixture);
  ds_door_get_allowance (fixture->door, &allowance);
  g_assert_cmpint (allowance.cash_fen, ==, 20000);

  g_assert_null (open_shift (fixture, 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_cmpuint (fixture_count_entries (fixture, "shift.opened"), ==, 1);
}

/* What the closing entry says of one tender and state. */
static void
check_total (DsEntry *entry, const char *tender, const char *state, gint64 count, gint64 amount_fen)
{
  json_t *totals = json_object_get (entry->data, "totals");
  json_t *line;
  gsize i;

  json_array_foreach (totals, i, line)
  {
    if (g_strcmp0 (json_string_value (json_object_get (line, "tender")), tender) == 0
        && g_strcmp0 (json_string_value (json_object_get (line, "state")), state) == 0)
      {
        g_assert_cmpint (json_integer_value (json_object_get (line, "count")), ==, count);
        g_assert_cmpint (json_integer_value (json_object_get (line, "amount_fen")), ==, amount_fen);
        return;
      }
  }
  g_error ("no total of %s %s", tender, state);
}

static void
test_close (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  /* ¥100 × 4, ¥50, ¥1 × 5, ¥0.50: what a courier holds who began with ¥200 and took ¥255.50. */
  const guint counts[] = { 4, 1, 0, 0, 0, 5, 1, 0 };
  g_autofree char *shown_id = NULL;
  g_autofree char *accepted_id = NULL;
  g_autofree char *voucher = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  json_t *carried, *denominations;
  DsEntry *last;

  fixture_feed_stop (fixture, "A", 25550, NULL);
  g_assert_true (fixture_take_cash (fixture, "A", "P-A", 25550, 30000, FALSE, NULL, &error));
  shown_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  accepted_id = fixture_show (fixture, "S2", "DS4", 5000);
  voucher = fixture_make_voucher (fixture, accepted_id, 5000);
  answer = fixture_scan (fixture, "S2", accepted_id, voucher);
  fixture_assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);

  shift = fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts), &error);
  g_assert_no_error (error);
  g_assert_cmpint (shift->closed_at_ms, ==, fixture_get_now_ms (fixture));
  g_assert_cmpint (shift->counted_fen, ==, 45550);

  entries = fixture_load_journal (fixture);
  last = g_ptr_array_index (entries, entries->len - 1);
  g_assert_cmpstr (last->type, ==, "shift.closed");
  g_assert_cmpint (json_integer_value (json_object_get (last->data, "cash_expected_fen")), ==, 45550);
  g_assert_cmpint (json_integer_value (json_object_get (last->data, "cash_counted_fen")), ==, 45550);
  check_total (last, "cash", "paid", 1, 25550);
  check_total (last, "code", "presented", 1, 28650);
  check_total (last, "code", "accepted", 1, 5000);
  g_assert_cmpuint (json_array_size (json_object_get (last->data, "totals")), ==, 3);

  carried = json_object_get (last->data, "carried");
  g_assert_cmpuint (json_array_size (carried), ==, 2);
  g_assert_cmpstr (json_string_value (json_array_get (carried, 0)), ==, shown_id);
  g_assert_cmpstr (json_string_value (json_array_get (carried, 1)), ==, accepted_id);
  denominations = json_object_get (last->data, "denominations");
  g_assert_cmpuint (json_array_size (denominations), ==, 8);
  g_assert_cmpint (
      json_integer_value (json_object_get (json_array_get (denominations, 0), "denomination_fen")), ==,
      10000);
  g_assert_cmpint (json_integer_value (json_object_get (json_array_get (denominations, 0), "count")), ==, 4);
}

static void
give_back (Fixture *fixture, const char *stop_id, gint64 amount_fen)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_give_back_async (fixture->door, stop_id, amount_fen, NULL, fixture_keep_result, &result);
  stop = ds_door_give_back_finish (fixture->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

/* What went back to the customer is not what the shift took: the clerk holds the seal beside the depot's books. */
static void
test_close_after_giving_back (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (DsShiftSeal) seal = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_stop (fixture, "A", 10000, NULL);
  fixture_feed_stop (fixture, "B", 5000, NULL);
  g_assert_true (fixture_take_cash (fixture, "A", "P-A", 10000, 10000, FALSE, NULL, &error));
  g_assert_true (fixture_take_cash (fixture, "B", "P-B", 5000, 5000, FALSE, NULL, &error));
  fixture_feed_stop (fixture, "A", 9000, NULL);
  give_back (fixture, "A", 1000);
  g_assert_true (fixture_set_outcome (fixture, "B", "P-B", DS_OUTCOME_REFUSED, "not-wanted", &error));
  give_back (fixture, "B", 5000);

  shift = fixture_close_shift (fixture, NULL, 0, &error);
  g_assert_no_error (error);
  entries = fixture_load_journal (fixture);
  check_total (g_ptr_array_index (entries, entries->len - 1), "cash", "paid", 1, 9000);
  check_total (g_ptr_array_index (entries, entries->len - 1), "cash", "refunded", 1, 0);

  ds_store_make_seal_async (fixture->store, shift->id, NULL, fixture_keep_result, &result);
  text = ds_store_make_seal_finish (fixture->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  seal = ds_shift_seal_parse_text (text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (seal->cash_fen, ==, 9000);
}

/* The books' days are China's, wherever the handheld thinks it is. */
static void
test_accounting_date (void)
{
  const struct
  {
    const char *zone, *time, *date;
  } cases[] = {
    { "UTC", "2026-11-22T15:59:59Z", "2026-11-22" },
    { "UTC", "2026-11-22T16:00:00Z", "2026-11-23" },
    { "America/New_York", "2026-11-23T02:00:00Z", "2026-11-23" },
    { "Pacific/Auckland", "2026-11-22T12:00:00Z", "2026-11-22" },
  };
  g_autofree char *zone_before = g_strdup (g_getenv ("TZ"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fixture) fixture = fixture_new_without_shift ();
      g_autoptr (DsShift) shift = NULL;
      g_autoptr (GError) error = NULL;
      gint64 at_ms;

      g_assert_true (g_setenv ("TZ", cases[i].zone, TRUE));
      g_assert_true (ds_clock_parse_rfc3339 (cases[i].time, &at_ms, NULL));
      fixture_advance_ms (fixture, at_ms - fixture_get_now_ms (fixture));
      shift = open_shift (fixture, 0, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (shift->accounting_date, ==, cases[i].date);
    }
  if (zone_before != NULL)
    g_setenv ("TZ", zone_before, TRUE);
  else
    g_unsetenv ("TZ");
}

static void
test_close_twice (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (DsShift) next = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_close_shift_async (fixture->door, NULL, 0, NULL, fixture_keep_result, &first);
  ds_door_close_shift_async (fixture->door, NULL, 0, NULL, fixture_keep_result, &second);
  shift = ds_door_close_shift_finish (fixture->door, fixture_wait (&first), &error);
  g_assert_no_error (error);
  g_assert_cmpint (shift->counted_fen, ==, 0);
  g_assert_null (ds_door_close_shift_finish (fixture->door, fixture_wait (&second), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_cmpuint (fixture_count_entries (fixture, "shift.closed"), ==, 1);

  /* Then the next one may begin, and it is another. */
  next = open_shift (fixture, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (next->id, !=, shift->id);
}

static void
test_wrong_counts (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const guint too_many_kinds[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  const guint most[8]
      = { G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT };
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_close_shift (fixture, too_many_kinds, G_N_ELEMENTS (too_many_kinds), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (fixture_close_shift (fixture, most, 8, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
  g_assert_cmpint (ds_store_get_shift (fixture->store)->closed_at_ms, ==, 0);
}

/* Totals of the screens */

static DsStop *
make_stop (gint64 due_fen)
{
  DsStop *stop = ds_stop_new ();
  DsParcel *parcel = ds_parcel_new ();

  parcel->waybill = g_strdup ("P");
  parcel->due_fen = due_fen;
  parcel->prepaid = due_fen == 0;
  g_ptr_array_add (stop->parcels, parcel);
  return stop;
}

static DsPayment *
add_payment (DsStop *stop, DsTender tender, DsPaymentState state, gint64 amount_fen)
{
  DsPayment *payment = ds_payment_new ();

  payment->tender = tender;
  payment->state = state;
  payment->amount_fen = amount_fen;
  g_ptr_array_add (stop->payments, payment);
  return payment;
}

static void
test_totals (void)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  DsShiftTotals totals;
  DsStop *stop;

  stop = make_stop (10000);
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_SETTLED, 4000);
  add_payment (stop, DS_TENDER_CASH, DS_PAYMENT_PAID, 5000)->refunded_fen = 500;
  g_ptr_array_add (stops, stop);

  stop = make_stop (2000);
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_ACCEPTED, 2000);
  ((DsParcel *)g_ptr_array_index (stop->parcels, 0))->outcome = DS_OUTCOME_DELIVERED;
  g_ptr_array_add (stops, stop);

  stop = make_stop (3000);
  add_payment (stop, DS_TENDER_SCAN, DS_PAYMENT_UNKNOWN, 3000);
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_CLAIMED, 3000)->superseded = TRUE;
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_REJECTED, 1000);
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_PRESENTED, 3000);
  g_ptr_array_add (stops, stop);

  stop = make_stop (9000);
  stop->removed_reason = g_strdup ("Cancelled");
  add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_PAID, 900);
  g_ptr_array_add (stops, stop);

  ds_shift_totals_from_stops (stops, NULL, &totals);
  g_assert_cmpint (totals.due_fen, ==, 15000);
  g_assert_cmpint (totals.paid_fen, ==, 4900);
  g_assert_cmpint (totals.cash_fen, ==, 4500);
  g_assert_cmpint (totals.accepted_fen, ==, 2000);
  g_assert_cmpint (totals.unknown_fen, ==, 3000);
  g_assert_cmpint (totals.rejected_fen, ==, 1000);
  g_assert_cmpint (totals.open_fen, ==, 1500 + 3000);
  g_assert_cmpuint (totals.n_paid, ==, 2);
  g_assert_cmpuint (totals.n_cash, ==, 1);
  g_assert_cmpuint (totals.n_accepted, ==, 1);
  g_assert_cmpuint (totals.n_unknown, ==, 1);
  g_assert_cmpuint (totals.n_rejected, ==, 1);
  g_assert_cmpuint (totals.n_stops, ==, 3);
  g_assert_cmpuint (totals.n_done, ==, 1);
}

static void
load_totals (Fixture *fixture, DsShiftTotals *totals)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) stops = NULL;

  ds_store_load_stops_async (fixture->store, NULL, fixture_keep_result, &result);
  stops = ds_store_load_stops_finish (fixture->store, fixture_wait (&result), NULL);
  ds_shift_totals_from_stops (stops, ds_store_get_shift (fixture->store), totals);
}

/* The stops of yesterday are still there, and its money is in its statement: today begins with nothing. */
static void
test_second_shift (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsShift) first = NULL;
  g_autoptr (DsShift) second = NULL;
  g_autoptr (GError) error = NULL;
  DsShiftTotals totals;

  fixture_feed_stop (fixture, "A", 10000, NULL);
  fixture_feed_stop (fixture, "B", 5000, NULL);
  g_assert_true (fixture_take_cash (fixture, "A", "P-A", 10000, 10000, FALSE, NULL, &error));
  g_assert_true (fixture_set_outcome (fixture, "A", "P-A", DS_OUTCOME_DELIVERED, NULL, &error));
  g_assert_true (fixture_take_cash (fixture, "B", "P-B", 2000, 2000, FALSE, NULL, &error));
  load_totals (fixture, &totals);
  g_assert_cmpint (totals.cash_fen, ==, 12000);
  g_assert_cmpuint (totals.n_stops, ==, 4);
  first = fixture_close_shift (fixture, NULL, 0, &error);
  g_assert_no_error (error);
  load_totals (fixture, &totals);
  g_assert_cmpint (totals.cash_fen, ==, 12000);

  fixture_advance_ms (fixture, 12 * 3600 * 1000);
  second = open_shift (fixture, 0, &error);
  g_assert_no_error (error);
  load_totals (fixture, &totals);
  g_assert_cmpint (totals.cash_fen, ==, 0);
  /* The rest of B, and what is open at the fixture's own stops. */
  g_assert_cmpint (totals.due_fen, ==, 3000 + 28650 + 5000);
  g_assert_cmpint (totals.open_fen, ==, 3000 + 28650 + 5000);
  g_assert_cmpuint (totals.n_stops, ==, 3);
  g_assert_cmpuint (totals.n_done, ==, 0);

  g_assert_true (fixture_take_cash (fixture, "B", "P-B", 3000, 3000, FALSE, NULL, &error));
  load_totals (fixture, &totals);
  g_assert_cmpint (totals.cash_fen, ==, 3000);
  g_assert_cmpint (totals.due_fen, ==, 3000 + 28650 + 5000);
  g_assert_cmpuint (totals.n_cash, ==, 1);
  g_assert_cmpuint (totals.n_done, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/shift/open", test_open);
  g_test_add_func ("/door/shift/close", test_close);
  g_test_add_func ("/door/shift/close-after-giving-back", test_close_after_giving_back);
  g_test_add_func ("/door/shift/accounting-date", test_accounting_date);
  g_test_add_func ("/door/shift/close-twice", test_close_twice);
  g_test_add_func ("/door/shift/wrong-counts", test_wrong_counts);
  g_test_add_func ("/door/shift/totals", test_totals);
  g_test_add_func ("/door/shift/second-shift", test_second_shift);
  return g_test_run ();
}
