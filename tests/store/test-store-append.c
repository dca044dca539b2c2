/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: what is appended, what is refused, and what it does to a stop. */
#include "config.h"

#include "store-fixture.h"

#include "ds-entry.h"
#include "ds-jws.h"

#include <string.h>

#define DUE_FEN 19800

static void
set_up_at_door (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN));
  fixture_feed (fixture, fixture_stop_item (fixture, "S2", 2, 500));
  fixture_open_shift (fixture, 20000);
}

static void
count_signal (gint *count)
{
  (*count)++;
}

static void
test_chain (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *prev = g_strdup (DS_ENTRY_GENESIS);
  DsKey *key;
  gint appended = 0;

  g_signal_connect_swapped (fixture->store, "appended", G_CALLBACK (count_signal), &appended);
  payment = fixture_take_cash (fixture, "S1", DUE_FEN, 20000);
  g_assert_cmpint (appended, ==, 1);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 3);

  lines = fixture_export (fixture);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  key = ds_store_get_device_key (fixture->store);
  for (gint64 i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DsEntry) entry = ds_entry_parse (lines[i], -1, &error);

      g_assert_no_error (error);
      g_assert_cmpint (entry->seq, ==, i + 1);
      g_assert_cmpstr (entry->prev, ==, prev);
      g_assert_cmpstr (entry->device_id, ==, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
      g_assert_true (ds_entry_verify (entry, key));
      g_free (prev);
      prev = g_strdup (entry->hash);
    }
}

static void
test_cash (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_take_cash (fixture, "S1", DUE_FEN, 20000);
  g_autoptr (DsPayment) payment = fixture_load_payment (fixture, "S1", payment_id);
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  DsExposure exposure;
  DsDebt debt;

  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (payment->tender, ==, DS_TENDER_CASH);
  g_assert_cmpint (payment->change_fen, ==, 200);
  g_assert_cmpstr (payment->shift_id, ==, fixture->shift);
  g_assert_cmpstr (payment->parcels[1], ==, "S1-2");
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 0);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_CASH);
  fixture_load_exposure (fixture, NULL, &exposure, NULL);
  g_assert_cmpint (exposure.cash_fen, ==, 20000 + DUE_FEN);
  fixture_assert_rebuildable (fixture);
}

static void
test_states (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autoptr (DsPayment) presented = fixture_load_payment (fixture, "S1", payment_id);
  g_autoptr (DsPayment) unknown = NULL;
  g_autoptr (DsPayment) claimed = NULL;

  g_assert_cmpint (presented->state, ==, DS_PAYMENT_PRESENTED);
  g_assert_cmpint (presented->source, ==, DS_CODE_SOURCE_BUILT);
  g_assert_cmpstr (presented->code, ==, "0002010102");

  fixture_tell (fixture, "payment.query", payment_id);
  fixture_tell (fixture, "payment.unknown", payment_id);
  unknown = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (unknown->state, ==, DS_PAYMENT_UNKNOWN);
  fixture_tell (fixture, "payment.claimed", payment_id);
  fixture_tell (fixture, "payment.superseded", payment_id);
  claimed = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (claimed->state, ==, DS_PAYMENT_CLAIMED);
  g_assert_true (claimed->superseded);

  /* Not listed by the table: refused, and nothing of it is kept. */
  fixture_append_refused (fixture, "payment.unknown", json_pack ("{s:s}", "payment", payment_id),
                          DS_ERROR_TRANSITION);
  fixture_assert_rebuildable (fixture);
}

static json_t *
make_cash (StoreFixture *fixture, const char *payment, const char *stop, gint64 amount_fen)
{
  json_t *data = fixture_new_payment (fixture, payment, stop, amount_fen);

  json_object_set_new (data, "tendered_fen", json_integer (amount_fen));
  json_object_set_new (data, "change_fen", json_integer (0));
  return data;
}

static void
test_refused (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment = fixture_present (fixture, "S1", DUE_FEN);
  g_autofree char *other = fixture_new_id (fixture);
  g_autofree char *shift = NULL;
  json_t *cash;

  /* The same payment id with another amount, or another stop. */
  fixture_append_refused (fixture, "payment.cash", make_cash (fixture, payment, "S1", DUE_FEN - 1),
                          DS_ERROR_CONFLICT);
  fixture_append_refused (fixture, "payment.cash", make_cash (fixture, payment, "S2", DUE_FEN),
                          DS_ERROR_CONFLICT);
  /* The same payment id, begun once more. */
  fixture_append_refused (fixture, "payment.requested", fixture_new_payment (fixture, payment, "S1", DUE_FEN),
                          DS_ERROR_TRANSITION);

  fixture_append_refused (fixture, "payment.unknown", json_pack ("{s:s}", "payment", other),
                          DS_ERROR_NOT_FOUND);
  fixture_append_refused (fixture, "payment.cash", make_cash (fixture, other, "S1", 0), DS_ERROR_INVALID);
  fixture_append_refused (fixture, "payment.cash", make_cash (fixture, other, "S9", 100), DS_ERROR_NOT_FOUND);
  cash = make_cash (fixture, other, "S1", 100);
  json_object_set_new (cash, "change_fen", json_integer (1));
  fixture_append_refused (fixture, "payment.cash", cash, DS_ERROR_INVALID);
  fixture_append_refused (fixture, "payment.teleported", json_object (), DS_ERROR_INVALID);
  fixture_append_refused (fixture, "payment.cash", json_object (), DS_ERROR_INVALID);

  shift = g_strdup (fixture->shift);
  fixture_append_refused (fixture, "shift.opened",
                          json_pack ("{s:s, s:s, s:s, s:i}", "shift", other, "courier", "C1",
                                     "accounting_date", "2026-11-22", "float_fen", 0),
                          DS_ERROR_STATE);
  g_ptr_array_unref (fixture_append (fixture, "shift.closed",
                                     json_pack ("{s:s, s:i}", "shift", shift, "cash_counted_fen", 20000)));
  fixture_append_refused (fixture, "shift.closed",
                          json_pack ("{s:s, s:i}", "shift", shift, "cash_counted_fen", 20000),
                          DS_ERROR_STATE);
  fixture_append_refused (fixture, "payment.cash", make_cash (fixture, other, "S1", 100), DS_ERROR_STATE);
  fixture_assert_rebuildable (fixture);
}

static json_t *
make_refund (StoreFixture *fixture, const char *payment_id, gint64 amount_fen)
{
  g_autofree char *refund_id = fixture_new_id (fixture);

  return json_pack ("{s:s, s:s, s:I, s:s}", "payment", payment_id, "refund", refund_id, "amount_fen",
                    (json_int_t)amount_fen, "reason", "damaged");
}

/* What is left after what the depot says was given back may be asked for, and not a fen more. */
static void
test_refund (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_take_cash (fixture, "S1", DUE_FEN, 20000);
  json_t *news = json_pack ("{s:s, s:s, s:s, s:i, s:n, s:n, s:n, s:i, s:i, s:n, s:i}", "payment", payment_id,
                            "stop", "S1", "state", "paid", "amount_fen", DUE_FEN, "operator", "operator_ref",
                            "reason", "red_packet_fen", 0, "refunded_fen", 1000, "code", "expires_at_ms", 0);

  fixture_append_refused (fixture, "payment.refund", make_refund (fixture, payment_id, 0), DS_ERROR_INVALID);
  fixture_append_refused (fixture, "payment.refund", make_refund (fixture, payment_id, DUE_FEN + 1),
                          DS_ERROR_INVALID);
  fixture_feed (fixture, fixture_item (fixture, "payment", news));
  fixture_append_refused (fixture, "payment.refund", make_refund (fixture, payment_id, DUE_FEN - 999),
                          DS_ERROR_INVALID);
  g_ptr_array_unref (
      fixture_append (fixture, "payment.refund", make_refund (fixture, payment_id, DUE_FEN - 1000)));
  fixture_assert_rebuildable (fixture);
}

/* Several drafts are one commit: when one is refused, none is there. */
static void
test_all_or_none (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = fixture_new_id (fixture);
  g_autofree char *second = fixture_new_id (fixture);
  g_autoptr (json_t) good = make_cash (fixture, first, "S1", 100);
  g_autoptr (json_t) bad = make_cash (fixture, first, "S1", 200);
  g_autoptr (json_t) also_good = make_cash (fixture, second, "S2", 300);
  const DsDraft refused[] = { { "payment.cash", good }, { "payment.cash", bad } };
  const DsDraft taken[] = { { "payment.cash", good }, { "payment.cash", also_good } };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) before = NULL;
  g_autoptr (DsStop) after = NULL;
  gint64 n_unsent = ds_store_get_n_unsent (fixture->store);

  g_assert_false (fixture_try_append (fixture, refused, 2, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  before = fixture_load_stop (fixture, "S1");
  g_assert_cmpuint (before->payments->len, ==, 0);

  g_assert_true (fixture_try_append (fixture, taken, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, n_unsent + 2);
  after = fixture_load_stop (fixture, "S2");
  g_assert_cmpuint (after->payments->len, ==, 1);
}

static void
remember_stops (DsStore *store, GPtrArray *stops, GPtrArray **remembered)
{
  g_clear_pointer (remembered, g_ptr_array_unref);
  *remembered = g_ptr_array_ref (stops);
}

static void
test_outcomes (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) answer = NULL;
  g_autoptr (GPtrArray) told = NULL;
  g_autoptr (DsStop) again = NULL;
  DsStop *stop;

  g_signal_connect (fixture->store, "stops-changed", G_CALLBACK (remember_stops), &told);
  answer = fixture_append (fixture, "parcel.outcome",
                           json_pack ("{s:s, s:[s, s], s:s, s:s}", "stop", "S1", "parcels", "S1-1", "S1-2",
                                      "outcome", "refused", "reason", "damaged box"));
  g_assert_cmpuint (answer->len, ==, 1);
  g_assert_cmpuint (told->len, ==, 1);
  stop = g_ptr_array_index (answer, 0);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_NOT_DELIVERED);
  g_assert_cmpstr (ds_stop_find_parcel (stop, "S1-1")->reason, ==, "damaged box");

  g_ptr_array_unref (fixture_append (fixture, "parcel.outcome",
                                     json_pack ("{s:s, s:[s], s:s, s:n}", "stop", "S1", "parcels", "S1-2",
                                                "outcome", "delivered", "reason")));
  /* A stop that is sent again does not take back what was done at its door. */
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN));
  again = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (ds_stop_find_parcel (again, "S1-1")->outcome, ==, DS_OUTCOME_REFUSED);
  g_assert_cmpint (ds_stop_find_parcel (again, "S1-2")->outcome, ==, DS_OUTCOME_DELIVERED);

  fixture_append_refused (
      fixture, "parcel.outcome",
      json_pack ("{s:s, s:[s], s:s, s:n}", "stop", "S1", "parcels", "S2-1", "outcome", "delivered", "reason"),
      DS_ERROR_NOT_FOUND);
  fixture_append_refused (
      fixture, "parcel.outcome",
      json_pack ("{s:s, s:[s], s:s, s:n}", "stop", "S1", "parcels", "S1-1", "outcome", "open", "reason"),
      DS_ERROR_INVALID);
  fixture_assert_rebuildable (fixture);
}

static void
test_shift (StoreFixture *fixture, gconstpointer data)
{
  DsShift *shift = ds_store_get_shift (fixture->store);
  g_autofree char *payload = NULL;
  g_autofree char *jws = NULL;
  g_autofree char *forged = NULL;
  g_autoptr (DsKey) other_key = ds_key_generate (NULL);
  g_autoptr (GPtrArray) problems = NULL;

  g_assert_cmpstr (shift->id, ==, fixture->shift);
  g_assert_cmpint (shift->float_fen, ==, 20000);
  g_assert_cmpint (shift->closed_at_ms, ==, 0);
  g_ptr_array_unref (fixture_append (
      fixture, "shift.closed", json_pack ("{s:s, s:i}", "shift", fixture->shift, "cash_counted_fen", 19990)));
  shift = ds_store_get_shift (fixture->store);
  g_assert_cmpint (shift->closed_at_ms, ==, FIXTURE_WALL_MS);
  g_assert_cmpint (shift->counted_fen, ==, 19990);
  g_assert_null (shift->statement);

  payload = g_strdup_printf ("{\"shift\":\"%s\",\"version\":1}", fixture->shift);
  forged = ds_jws_sign (other_key, "depot", payload, strlen (payload), NULL);
  fixture_feed (fixture, fixture_item (fixture, "statement",
                                       json_pack ("{s:s, s:s}", "shift", fixture->shift, "jws", forged)));
  g_assert_null (ds_store_get_shift (fixture->store)->statement);
  problems = fixture_load_problems (fixture);
  g_assert_cmpuint (problems->len, ==, 1);

  jws = ds_jws_sign (fixture->depot_key, "depot", payload, strlen (payload), NULL);
  fixture_feed (fixture, fixture_item (fixture, "statement",
                                       json_pack ("{s:s, s:s}", "shift", fixture->shift, "jws", jws)));
  g_assert_cmpstr (ds_store_get_shift (fixture->store)->statement, ==, jws);
  fixture_assert_rebuildable (fixture);
  g_assert_cmpstr (ds_store_get_shift (fixture->store)->statement, ==, jws);
}

static DsEntry *
parse_last (StoreFixture *fixture, guint back)
{
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autoptr (GError) error = NULL;
  DsEntry *entry = ds_entry_parse (lines[g_strv_length (lines) - 1 - back], -1, &error);

  g_assert_no_error (error);
  return entry;
}

static void
add_note (StoreFixture *fixture)
{
  g_ptr_array_unref (
      fixture_append (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x")));
}

/* A date that was changed is journalled before anything is journalled with it, also over a restart of the program;
 * a small adjustment, time that passes and a new boot are none. */
static void
test_clock_jump (StoreFixture *fixture, gconstpointer data)
{
  gint64 n = ds_store_get_n_unsent (fixture->store);
  g_autoptr (DsEntry) jumped = NULL;
  g_autoptr (DsEntry) note = NULL;

  ds_manual_clock_advance_ms (fixture->clock, 86400000);
  ds_manual_clock_jump_wall_ms (fixture->clock, 2000);
  add_note (fixture);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, n + 1);

  fixture_reopen (fixture);
  ds_manual_clock_jump_wall_ms (fixture->clock, -3600000);
  add_note (fixture);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, n + 3);
  jumped = parse_last (fixture, 1);
  g_assert_cmpstr (jumped->type, ==, "clock.jumped");
  g_assert_cmpint (json_integer_value (json_object_get (jumped->data, "by_ms")), ==, -3600000);
  note = parse_last (fixture, 0);
  g_assert_cmpstr (note->type, ==, "note.added");

  ds_manual_clock_reboot (fixture->clock);
  ds_manual_clock_jump_wall_ms (fixture->clock, 3600000);
  add_note (fixture);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, n + 4);
  fixture_assert_rebuildable (fixture);
}

static void
test_not_enrolled (StoreFixture *fixture, gconstpointer data)
{
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x"),
                          DS_ERROR_STATE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/store/append/chain", StoreFixture, NULL, set_up_at_door, test_chain, fixture_tear_down);
  g_test_add ("/store/append/cash", StoreFixture, NULL, set_up_at_door, test_cash, fixture_tear_down);
  g_test_add ("/store/append/states", StoreFixture, NULL, set_up_at_door, test_states, fixture_tear_down);
  g_test_add ("/store/append/refused", StoreFixture, NULL, set_up_at_door, test_refused, fixture_tear_down);
  g_test_add ("/store/append/refund", StoreFixture, NULL, set_up_at_door, test_refund, fixture_tear_down);
  g_test_add ("/store/append/all-or-none", StoreFixture, NULL, set_up_at_door, test_all_or_none,
              fixture_tear_down);
  g_test_add ("/store/append/outcomes", StoreFixture, NULL, set_up_at_door, test_outcomes, fixture_tear_down);
  g_test_add ("/store/append/shift", StoreFixture, NULL, set_up_at_door, test_shift, fixture_tear_down);
  g_test_add ("/store/append/clock-jump", StoreFixture, NULL, set_up_at_door, test_clock_jump,
              fixture_tear_down);
  g_test_add ("/store/append/not-enrolled", StoreFixture, NULL, fixture_set_up, test_not_enrolled,
              fixture_tear_down);
  return g_test_run ();
}
