/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include "ds-collection-code.h"
#include "ds-entry.h"

#include <string.h>

static const char *const both[] = { "DS1", "DS2", NULL };

/* A presentation that waits for its live code, and the payment that asks for it. */
static DsPayment *
start_live (Fixture *fixture, GCancellable *cancellable, GAsyncResult **result)
{
  g_autoptr (DsStop) stop = NULL;
  DsPayment *payment;

  ds_door_set_online (fixture->door, TRUE);
  ds_door_present_async (fixture->door, "S1", both, 28650, cancellable, fixture_keep_result, result);
  fixture_settle (fixture);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpuint (stop->payments->len, >=, 1);
  payment = g_ptr_array_index (stop->payments, stop->payments->len - 1);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_REQUESTED);
  g_assert_null (*result);
  return g_object_ref (payment);
}

static DsPresentation *
finish_live (Fixture *fixture, GAsyncResult **result, GError **error)
{
  return ds_door_present_finish (fixture->door, fixture_wait (result), error);
}

static void
test_live (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &result);
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsPresentation) again = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *code_sm3 = ds_sm3_hex ("SBX1:LIVE", strlen ("SBX1:LIVE"));
  DsEntry *last;

  fixture_feed_code (fixture, request, "SBX1:LIVE", fixture_get_now_ms (fixture) + 300000);
  presentation = finish_live (fixture, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (presentation->text, ==, "SBX1:LIVE");
  g_assert_cmpstr (presentation->payment_id, ==, request->id);
  g_assert_cmpint (presentation->amount_fen, ==, 28650);
  g_assert_cmpint (presentation->source, ==, DS_CODE_SOURCE_LIVE);
  g_assert_cmpint (presentation->expires_mono_ms, ==, ds_clock_get_mono_ms (fixture->clock) + 300000);

  /* It is in the journal before it is shown. */
  entries = fixture_load_journal (fixture);
  last = g_ptr_array_index (entries, entries->len - 1);
  g_assert_cmpstr (last->type, ==, "payment.presented");
  g_assert_cmpstr (json_string_value (json_object_get (last->data, "source")), ==, "live");
  g_assert_cmpstr (json_string_value (json_object_get (last->data, "code_sm3")), ==, code_sm3);
  g_assert_cmpint (json_integer_value (json_object_get (last->data, "expires_at_ms")), ==,
                   fixture_get_now_ms (fixture) + 300000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", request->id), ==, DS_PAYMENT_PRESENTED);

  /* Once more: the same code, nothing new in the journal. */
  fixture_settle (fixture);
  again = fixture_present (fixture, "S1", "DS2 DS1", 28650, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->text, ==, "SBX1:LIVE");
  g_assert_cmpstr (again->payment_id, ==, request->id);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.requested"), ==, 1);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 1);
}

/* No code in time: one is built, and the request harms nobody, not even when its code comes late. */
static void
test_live_code_too_late (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &result);
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsPresentation) again = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  fixture_advance_ms (fixture, 2999);
  g_assert_null (result);
  fixture_advance_ms (fixture, 1);
  presentation = finish_live (fixture, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (presentation->source, ==, DS_CODE_SOURCE_BUILT);
  g_assert_cmpstr (presentation->payment_id, !=, request->id);

  fixture_feed_code (fixture, request, "SBX1:LATE", fixture_get_now_ms (fixture) + 300000);
  fixture_settle (fixture);
  again = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->text, ==, presentation->text);
  stop = fixture_load_stop (fixture, "S1");
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.uncertain_fen, ==, 0);
  g_assert_true (ds_stop_find_payment (stop, request->id)->superseded);
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 30000, FALSE, NULL, &error));
  g_assert_no_error (error);
}

static void
test_no_code_at_all (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_built_codes (fixture, FALSE);
  request = start_live (fixture, NULL, &result);
  fixture_advance_ms (fixture, 3000);
  g_assert_null (finish_live (fixture, &result, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "cash"));
  g_clear_error (&error);

  ds_door_set_online (fixture->door, FALSE);
  g_assert_null (fixture_present (fixture, "S1", "DS1 DS2", 28650, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "cash"));
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, request->id)->superseded);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_TO_COLLECT);
}

/* The depot says at once that there is no code, or the network goes: nobody waits for the rest of the time. */
static void
test_waiting_ends_early (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) declined = NULL;
  g_autoptr (GAsyncResult) offline = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &declined);
  g_autoptr (DsPayment) second_request = NULL;
  g_autoptr (DsPresentation) built = NULL;
  g_autoptr (DsPresentation) second = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_payment (fixture, "S1", request->id, "declined", 28650);
  built = finish_live (fixture, &declined, &error);
  g_assert_no_error (error);
  g_assert_cmpint (built->source, ==, DS_CODE_SOURCE_BUILT);
  fixture_settle (fixture);

  fixture_advance_ms (fixture, 600000);
  second_request = start_live (fixture, NULL, &offline);
  ds_door_set_online (fixture->door, FALSE);
  second = finish_live (fixture, &offline, &error);
  g_assert_no_error (error);
  g_assert_cmpint (second->source, ==, DS_CODE_SOURCE_BUILT);
  g_assert_cmpstr (second->payment_id, !=, built->payment_id);
  fixture_settle (fixture);
}

static void
test_cancelled (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, cancellable, &result);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (finish_live (fixture, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture_settle (fixture);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, request->id)->superseded);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 0);
}

/* Cash was taken while the code was on its way: it must not be shown any more. */
static void
test_covered_while_waiting (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &result);
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  fixture_feed_code (fixture, request, "SBX1:LIVE", fixture_get_now_ms (fixture) + 300000);
  g_assert_null (finish_live (fixture, &result, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  fixture_settle (fixture);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 0);
}

static json_t *
make_prefetched (Fixture *fixture, const char *payment_id, gint64 amount_fen, gint64 life_ms)
{
  return json_pack ("{s:s, s:s, s:s, s:I, s:I}", "payment", payment_id, "code", "SBX1:CARRIED", "operator",
                    FIXTURE_OPERATOR, "amount_fen", (json_int_t)amount_fen, "expires_at_ms",
                    (json_int_t)(fixture_get_now_ms (fixture) + life_ms));
}

static void
test_carried (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = ds_id_new (fixture->clock, fixture->random);
  g_autofree char *other_id = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsPresentation) carried = NULL;
  g_autoptr (DsPresentation) again = NULL;
  g_autoptr (DsPresentation) part = NULL;
  g_autoptr (DsPresentation) expired = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_stop (fixture, "C1", 10000, make_prefetched (fixture, payment_id, 10000, 60000));
  carried = fixture_present (fixture, "C1", "P-C1", 10000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (carried->source, ==, DS_CODE_SOURCE_PREFETCHED);
  g_assert_cmpstr (carried->payment_id, ==, payment_id);
  g_assert_cmpstr (carried->text, ==, "SBX1:CARRIED");
  again = fixture_present (fixture, "C1", "P-C1", 10000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->payment_id, ==, payment_id);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 1);

  /* For another amount it does not fit; and it is used once. */
  part = fixture_present (fixture, "C1", "P-C1", 4000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (part->source, ==, DS_CODE_SOURCE_BUILT);

  fixture_feed_stop (fixture, "C2", 10000, make_prefetched (fixture, other_id, 10000, 60000));
  fixture_advance_ms (fixture, 60000);
  expired = fixture_present (fixture, "C2", "P-C2", 10000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (expired->source, ==, DS_CODE_SOURCE_BUILT);
}

/* A carried code is shown again as long as it is good, also after the power went: never another payment beside it. */
static void
test_carried_again (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = ds_id_new (fixture->clock, fixture->random);
  g_autofree char *first = NULL;

  fixture_feed_stop (fixture, "C1", 10000, make_prefetched (fixture, payment_id, 10000, 60000));
  first = fixture_show (fixture, "C1", "P-C1", 10000);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DsStop) stop = fixture_load_stop (fixture, "C1");
      g_autoptr (GPtrArray) ways = ds_door_get_ways (fixture->door, stop, 10000);
      g_autoptr (DsPresentation) again = fixture_present (fixture, "C1", "P-C1", 10000, NULL);

      g_assert_cmpstr (again->payment_id, ==, payment_id);
      g_assert_cmpstr (again->text, ==, "SBX1:CARRIED");
      g_assert_cmpint (again->source, ==, DS_CODE_SOURCE_PREFETCHED);
      g_assert_nonnull (strstr (((DsWay *)g_ptr_array_index (ways, DS_WAY_SHOW_CODE))->text, "shown before"));
      g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 1);
      fixture_restart (fixture);
    }
}

/* A carried code whose payment has ended is not shown a second time. */
static void
test_carried_once (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = ds_id_new (fixture->clock, fixture->random);
  g_autofree char *carried_id = NULL;
  g_autofree char *next_id = NULL;

  fixture_feed_stop (fixture, "C1", 10000, make_prefetched (fixture, payment_id, 10000, 60000));
  carried_id = fixture_show (fixture, "C1", "P-C1", 10000);
  g_assert_cmpstr (carried_id, ==, payment_id);
  fixture_feed_payment (fixture, "C1", payment_id, "declined", 10000);
  next_id = fixture_show (fixture, "C1", "P-C1", 10000);
  g_assert_cmpstr (next_id, !=, payment_id);
}

static void
test_built (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsPresentation) later = NULL;
  g_autoptr (DsCollectionCode) code = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  presentation = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  code = ds_collection_code_parse (presentation->text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->payment_id, ==, presentation->payment_id);
  g_assert_cmpint (code->amount_fen, ==, 28650);
  g_assert_cmpstr (code->payee_id, ==, FIXTURE_PAYEE);
  g_assert_cmpint (code->expires_at_s, ==, fixture_get_now_ms (fixture) / 1000 + 600);

  /* Its countdown ends, but nobody calls the payment expired: its order may still be paid. */
  fixture_advance_ms (fixture, 600000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", presentation->payment_id), ==, DS_PAYMENT_PRESENTED);
  later = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (later->payment_id, !=, presentation->payment_id);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, presentation->payment_id)->superseded);
  g_assert_false (ds_stop_find_payment (stop, later->payment_id)->superseded);
}

static void
test_refused (void)
{
  g_autoptr (Fixture) fixture = fixture_new_without_shift ();
  const struct
  {
    const char *waybills;
    gint64 amount_fen;
  } wrong[] = { { "DS1 DS2", 28651 }, { "DS1", 19801 }, { "DS1 DS2", 0 }, { "DS1 DS2", -5 },
                { "DS3", 100 },       { "DS4", 5000 },  { "DS9", 100 } };
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_present (fixture, "S1", "DS1 DS2", 28650, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "shift"));
  g_clear_error (&error);

  fixture_open_shift (fixture, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (fixture_present (fixture, "S1", wrong[i].waybills, wrong[i].amount_fen, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
      g_clear_error (&error);
    }
  g_assert_null (fixture_present (fixture, "S9", "DS1", 100, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 0);
}

/* Two taps at once make one payment. */
static void
test_double_tap (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (DsPresentation) a = NULL;
  g_autoptr (DsPresentation) b = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_present_async (fixture->door, "S1", both, 28650, NULL, fixture_keep_result, &first);
  ds_door_present_async (fixture->door, "S1", both, 28650, NULL, fixture_keep_result, &second);
  a = finish_live (fixture, &first, &error);
  g_assert_no_error (error);
  b = finish_live (fixture, &second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (a->payment_id, ==, b->payment_id);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 1);
}

/* Two taps online: the second shows what the first one brought. */
static void
test_double_tap_online (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &first);
  g_autoptr (DsPayment) second_request = start_live (fixture, NULL, &second);
  g_autoptr (DsPresentation) a = NULL;
  g_autoptr (DsPresentation) b = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_code (fixture, request, "SBX1:FIRST", fixture_get_now_ms (fixture) + 300000);
  a = finish_live (fixture, &first, &error);
  g_assert_no_error (error);
  fixture_feed_code (fixture, second_request, "SBX1:SECOND", fixture_get_now_ms (fixture) + 300000);
  b = finish_live (fixture, &second, &error);
  g_assert_no_error (error);
  fixture_settle (fixture);
  g_assert_cmpstr (b->payment_id, ==, a->payment_id);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.presented"), ==, 1);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, second_request->id)->superseded);
}

/* The power goes while a code is awaited. It comes afterwards, and nobody is led astray by it. */
static void
test_restart_while_waiting (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPayment) request = start_live (fixture, NULL, &result);
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  /* Nothing more is journalled: the request is all there will be. */
  ds_store_close (fixture->store);
  fixture_advance_ms (fixture, 3000);
  g_assert_null (finish_live (fixture, &result, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_clear_object (&result);

  fixture_restart (fixture);
  fixture_feed_code (fixture, request, "SBX1:LATE", fixture_get_now_ms (fixture) + 300000);
  g_assert_cmpint (fixture_get_state (fixture, "S1", request->id), ==, DS_PAYMENT_REQUESTED);
  presentation = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  g_assert_cmpint (presentation->source, ==, DS_CODE_SOURCE_BUILT);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, request->id)->superseded);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_WAITING);
}

/* Somebody turned the date back: by the depot's time the carried code has run out all the same. */
static void
test_carried_by_trusted_time (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = ds_id_new (fixture->clock, fixture->random);
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (GError) error = NULL;

  fixture_feed_stop (fixture, "C1", 10000, make_prefetched (fixture, payment_id, 10000, 60000));
  fixture_acknowledge (fixture);
  fixture_advance_ms (fixture, 60000);
  ds_manual_clock_jump_wall_ms (DS_MANUAL_CLOCK (fixture->clock), -86400000);
  presentation = fixture_present (fixture, "C1", "P-C1", 10000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (presentation->source, ==, DS_CODE_SOURCE_BUILT);
}

/* A store that has stopped taking entries says so, and no code is shown. */
static void
test_frozen (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  ds_store_set_forked (fixture->store, "The depot holds another journal");
  g_assert_null (fixture_present (fixture, "S1", "DS1 DS2", 28650, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_FROZEN);
  g_clear_error (&error);
  g_assert_false (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_FROZEN);
}

static DsPresentation *
find_again (Fixture *fixture, const char *payment_id)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");

  return ds_door_find_presentation (fixture->door, stop, payment_id);
}

/* A code on show is not shown again by a handheld that may not collect any more. */
static void
test_frozen_on_show (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPresentation) shown = NULL;
  g_autoptr (DsPresentation) again = NULL;

  fixture_feed_built_codes (fixture, TRUE);
  shown = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  ds_store_set_forked (fixture->store, "Two handhelds have this identity");
  fixture_settle (fixture);
  again = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_null (again);
  g_assert_error (error, DS_ERROR, DS_ERROR_FROZEN);
  g_assert_null (find_again (fixture, shown->payment_id));
}

/* The handheld went down with the code on its screen: the same one is there again, and nobody hears of it. */
static void
test_shown_again (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPresentation) shown = NULL;
  g_autoptr (DsPresentation) again = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  fixture_feed_built_codes (fixture, TRUE);
  shown = fixture_present (fixture, "S1", "DS1 DS2", 28650, &error);
  g_assert_no_error (error);
  g_assert_cmpint (shown->life_ms, ==, 600000);
  before = fixture_load_journal (fixture);
  fixture_restart (fixture);
  fixture_settle (fixture);
  again = find_again (fixture, shown->payment_id);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->payment_id, ==, shown->payment_id);
  g_assert_cmpstr (again->text, ==, shown->text);
  g_assert_cmpint (again->amount_fen, ==, 28650);
  g_assert_cmpint (again->source, ==, DS_CODE_SOURCE_BUILT);
  g_assert_cmpint (again->life_ms, ==, 600000);
  g_assert_cmpint (again->expires_mono_ms - ds_clock_get_mono_ms (fixture->clock), <=, 600000);
  after = fixture_load_journal (fixture);
  g_assert_cmpuint (after->len, ==, before->len);

  /* No code is shown for what has another way, or was never asked for. */
  g_assert_null (find_again (fixture, "no-such-payment"));
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, TRUE, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (find_again (fixture, shown->payment_id));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/present/live", test_live);
  g_test_add_func ("/door/present/live-too-late", test_live_code_too_late);
  g_test_add_func ("/door/present/no-code", test_no_code_at_all);
  g_test_add_func ("/door/present/waiting-ends-early", test_waiting_ends_early);
  g_test_add_func ("/door/present/cancelled", test_cancelled);
  g_test_add_func ("/door/present/covered-while-waiting", test_covered_while_waiting);
  g_test_add_func ("/door/present/carried", test_carried);
  g_test_add_func ("/door/present/carried-again", test_carried_again);
  g_test_add_func ("/door/present/carried-once", test_carried_once);
  g_test_add_func ("/door/present/built", test_built);
  g_test_add_func ("/door/present/refused", test_refused);
  g_test_add_func ("/door/present/double-tap", test_double_tap);
  g_test_add_func ("/door/present/double-tap-online", test_double_tap_online);
  g_test_add_func ("/door/present/restart-while-waiting", test_restart_while_waiting);
  g_test_add_func ("/door/present/trusted-time", test_carried_by_trusted_time);
  g_test_add_func ("/door/present/shown-again", test_shown_again);
  g_test_add_func ("/door/present/frozen", test_frozen);
  g_test_add_func ("/door/present/frozen-on-show", test_frozen_on_show);
  return g_test_run ();
}
