/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bucket.h"
#include "ds-route.h"

static DsStop *
make_stop (guint number, gint64 due_fen)
{
  DsStop *stop = ds_stop_new ();
  DsParcel *parcel = ds_parcel_new ();

  stop->id = g_strdup_printf ("S%u", number);
  stop->position = number;
  parcel->waybill = g_strdup_printf ("DS%u", number);
  parcel->due_fen = due_fen;
  parcel->prepaid = due_fen == 0;
  g_ptr_array_add (stop->parcels, parcel);
  return stop;
}

static void
pay (DsStop *stop, DsTender tender, DsPaymentState state, gint64 amount_fen)
{
  DsPayment *payment = ds_payment_new ();

  payment->tender = tender;
  payment->state = state;
  payment->amount_fen = amount_fen;
  g_ptr_array_add (stop->payments, payment);
}

static GPtrArray *
make_stops (guint n)
{
  GPtrArray *stops = g_ptr_array_new_with_free_func (g_object_unref);

  /* Not in order: the model sorts. */
  for (guint i = n; i > 0; i--)
    g_ptr_array_add (stops, make_stop (i, 1000 * i));
  return stops;
}

typedef struct
{
  guint n_signals, position, removed, added;
} Changes;

static void
note_change (GListModel *model, guint position, guint removed, guint added, Changes *changes)
{
  *changes = (Changes){ changes->n_signals + 1, position, removed, added };
}

static void
assert_order (DsRoute *route, const char *ids)
{
  g_autoptr (GString) order = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (route)); i++)
    {
      g_autoptr (DsStop) stop = g_list_model_get_item (G_LIST_MODEL (route), i);

      g_string_append_printf (order, "%s%s", i > 0 ? " " : "", stop->id);
      g_assert_true (ds_route_find (route, stop->id) == stop);
    }
  g_assert_cmpstr (order->str, ==, ids);
}

static void
test_changes (void)
{
  g_autoptr (DsRoute) route = ds_route_new ();
  g_autoptr (GPtrArray) stops = make_stops (4);
  g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_object_unref);
  Changes changes = { 0 };

  g_signal_connect (route, "items-changed", G_CALLBACK (note_change), &changes);
  g_assert_false (ds_route_get_loaded (route));
  ds_route_set_stops (route, stops);
  g_assert_true (ds_route_get_loaded (route));
  assert_order (route, "S1 S2 S3 S4");
  g_assert_cmpuint (changes.added, ==, 4);

  /* A changed stop takes its old place, and nothing else moves. */
  g_ptr_array_add (changed, make_stop (3, 7));
  ds_route_update_stops (route, changed);
  assert_order (route, "S1 S2 S3 S4");
  g_assert_cmpuint (changes.n_signals, ==, 2);
  g_assert_cmpuint (changes.position, ==, 2);
  g_assert_cmpuint (changes.removed, ==, 1);
  g_assert_cmpuint (changes.added, ==, 1);
  g_assert_true (ds_route_find (route, "S3") == g_ptr_array_index (changed, 0));

  /* A stop that moved, and a new one. */
  g_ptr_array_set_size (changed, 0);
  g_ptr_array_add (changed, make_stop (1, 1000));
  ((DsStop *)g_ptr_array_index (changed, 0))->position = 9;
  g_ptr_array_add (changed, make_stop (5, 1000));
  ds_route_update_stops (route, changed);
  assert_order (route, "S2 S3 S4 S5 S1");

  /* Loaded again, with fewer. */
  g_ptr_array_set_size (stops, 2);
  ds_route_set_stops (route, stops);
  assert_order (route, "S3 S4");
  g_assert_null (ds_route_find (route, "S1"));
}

static void
test_summary (void)
{
  g_autoptr (DsRoute) route = ds_route_new ();
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  DsRouteCounts counts;
  DsShiftTotals totals;
  const struct
  {
    DsTender tender;
    DsPaymentState state;
  } payments[] = {
    { DS_TENDER_CODE, DS_PAYMENT_PAID },     { DS_TENDER_CASH, DS_PAYMENT_PAID },
    { DS_TENDER_CODE, DS_PAYMENT_ACCEPTED }, { DS_TENDER_CODE, DS_PAYMENT_UNKNOWN },
    { DS_TENDER_CODE, DS_PAYMENT_REJECTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (payments); i++)
    {
      DsStop *stop = make_stop (i + 1, 1000);

      pay (stop, payments[i].tender, payments[i].state, 1000);
      if (ds_payment_state_covers_debt (payments[i].state))
        ((DsParcel *)g_ptr_array_index (stop->parcels, 0))->outcome = DS_OUTCOME_DELIVERED;
      g_ptr_array_add (stops, stop);
    }
  g_ptr_array_add (stops, make_stop (6, 0));
  g_ptr_array_add (stops, make_stop (7, 500));
  ((DsParcel *)g_ptr_array_index (((DsStop *)g_ptr_array_index (stops, 6))->parcels, 0))->outcome
      = DS_OUTCOME_REFUSED;
  ds_route_set_stops (route, stops);

  ds_route_get_counts (route, &counts);
  g_assert_cmpuint (counts.n_done, ==, 4);
  g_assert_cmpuint (counts.n_to_do, ==, 3);
  g_assert_cmpuint (counts.n_to_collect, ==, 1);
  g_assert_cmpuint (counts.n_problems, ==, 2);
  /* The unknown and the rejected come before it, but there is something to find out first. */
  g_assert_cmpstr (ds_route_get_next_stop (route), ==, "S6");
  ds_route_get_totals (route, &totals);
  g_assert_cmpint (totals.paid_fen, ==, 1000);
  g_assert_cmpint (totals.cash_fen, ==, 1000);

  /* Every bucket holds its own stop, and no other. */
  for (DsBucket bucket = 0; bucket < DS_N_BUCKETS; bucket++)
    {
      const gint64 expected_fen[] = { 1000, 1000, 1000, 1000, 1000, 2000, 500 };
      gint64 sum_fen = 0;

      for (guint i = 0; i < stops->len; i++)
        {
          guint n;

          sum_fen += ds_bucket_count (bucket, g_ptr_array_index (stops, i), &n);
          g_assert_true (n <= 1);
        }
      g_assert_cmpint (sum_fen, ==, expected_fen[bucket]);
      g_assert_nonnull (ds_words_for_bucket (bucket).icon_name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/route/changes", test_changes);
  g_test_add_func ("/route/summary", test_summary);
  return g_test_run ();
}
