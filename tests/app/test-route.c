/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bucket.h"
#include "ds-load.h"
#include "ds-map-view.h"
#include "ds-own-order.h"
#include "ds-pinyin.h"
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

          sum_fen += ds_bucket_count (bucket, g_ptr_array_index (stops, i), NULL, &n);
          g_assert_true (n <= 1);
        }
      g_assert_cmpint (sum_fen, ==, expected_fen[bucket]);
      g_assert_nonnull (ds_words_for_bucket (bucket).icon_name);
    }
}

/* Which comes next */

static void
set_window (DsStop *stop, gint64 from_min, gint64 to_min)
{
  stop->window_from_ms = from_min * 60000;
  stop->window_to_ms = to_min * 60000;
}

static void
assert_next (GPtrArray *stops, gint64 now_min, const char *id, DsNextReason reason)
{
  DsNextStop next;

  ds_next_stop_choose (stops, now_min * 60000, &next);
  g_assert_cmpstr (next.stop != NULL ? next.stop->id : NULL, ==, id);
  g_assert_cmpint (next.reason, ==, reason);
}

static void
test_next (void)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  DsStop *far_stop, *near_stop, *visited;
  DsNextStop next;

  assert_next (stops, 600, NULL, DS_NEXT_NONE);
  for (guint i = 1; i <= 5; i++)
    {
      DsStop *stop = make_stop (i, 1000);

      stop->rank = ds_own_order_get_planned_rank (i);
      stop->lat_e6 = 30000000 + 20000 * (gint64)i;
      stop->lng_e6 = 120000000;
      g_ptr_array_add (stops, stop);
    }
  assert_next (stops, 600, "S1", DS_NEXT_FIRST);

  /* Not begun yet: it can wait, unless all do. */
  set_window (g_ptr_array_index (stops, 0), 660, 840);
  assert_next (stops, 600, "S2", DS_NEXT_FIRST);
  /* What ends first comes first; late is later still. */
  set_window (g_ptr_array_index (stops, 3), 540, 650);
  set_window (g_ptr_array_index (stops, 4), 540, 640);
  assert_next (stops, 600, "S5", DS_NEXT_SOON);
  assert_next (stops, 641, "S5", DS_NEXT_LATE);
  set_window (g_ptr_array_index (stops, 3), 0, 0);
  set_window (g_ptr_array_index (stops, 4), 0, 0);

  /* The door next to the one he was just at, before the one that is far. */
  visited = g_ptr_array_index (stops, 2);
  pay (visited, DS_TENDER_CASH, DS_PAYMENT_PAID, 3000);
  pay (visited, DS_TENDER_CASH, DS_PAYMENT_PAID, 0);
  ((DsPayment *)g_ptr_array_index (visited->payments, 0))->amount_fen = 1000;
  ((DsPayment *)g_ptr_array_index (visited->payments, 0))->created_at_ms = 1;
  ((DsParcel *)g_ptr_array_index (visited->parcels, 0))->outcome = DS_OUTCOME_DELIVERED;
  near_stop = g_ptr_array_index (stops, 4);
  near_stop->lat_e6 = visited->lat_e6 + 300;
  assert_next (stops, 600, "S5", DS_NEXT_NEAR);
  ds_next_stop_choose (stops, 600 * 60000, &next);
  g_assert_cmpint (next.distance_m, ==, 33);
  /* Not when the courier put the first one there himself. */
  far_stop = g_ptr_array_index (stops, 1);
  far_stop->rank++;
  assert_next (stops, 600, "S2", DS_NEXT_FIRST);

  for (guint i = 0; i < stops->len; i++)
    set_window (g_ptr_array_index (stops, i), 700 - i, 800);
  assert_next (stops, 600, "S5", DS_NEXT_EARLY);
}

static void
test_orders (void)
{
  g_autoptr (DsRoute) route = ds_route_new ();
  g_autoptr (GPtrArray) stops = make_stops (4);
  g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_object_unref);
  Changes changes = { 0 };
  DsStop *moved;

  for (guint i = 0; i < 4; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      stop->rank = ds_own_order_get_planned_rank (stop->position);
      stop->window_to_ms = stop->position == 4 ? 0 : 1000 - stop->position;
    }
  ds_route_set_stops (route, stops);
  g_signal_connect (route, "items-changed", G_CALLBACK (note_change), &changes);

  /* A move touches the rows between, and no others. */
  moved = make_stop (4, 4000);
  moved->rank = ds_own_order_get_planned_rank (2) - 5;
  g_ptr_array_add (changed, moved);
  ds_route_update_stops (route, changed);
  assert_order (route, "S1 S4 S2 S3");
  g_assert_cmpuint (changes.n_signals, ==, 1);
  g_assert_cmpuint (changes.position, ==, 1);
  g_assert_cmpuint (changes.added, ==, 3);
  ds_route_set_order (route, DS_ROUTE_PLANNED);
  assert_order (route, "S1 S2 S3 S4");
  ds_route_set_order (route, DS_ROUTE_BY_WINDOW);
  assert_order (route, "S3 S2 S1 S4");
  ds_route_set_order (route, DS_ROUTE_OWN);
  assert_order (route, "S1 S4 S2 S3");
}

/* The load */

static void
test_load (void)
{
  g_autoptr (GPtrArray) stops = make_stops (3);
  g_autoptr (DsShift) shift = ds_shift_new ();
  g_auto (GStrv) missing = NULL;
  DsLoad load;

  shift->id = g_strdup ("today");
  ((DsParcel *)g_ptr_array_index (((DsStop *)g_ptr_array_index (stops, 0))->parcels, 0))->loaded_in
      = g_strdup ("yesterday");
  ((DsParcel *)g_ptr_array_index (((DsStop *)g_ptr_array_index (stops, 1))->parcels, 0))->loaded_in
      = g_strdup ("today");
  ((DsStop *)g_ptr_array_index (stops, 2))->removed_reason = g_strdup ("cancelled");
  ds_load_count (stops, shift, &load);
  g_assert_cmpuint (load.n_parcels, ==, 2);
  g_assert_cmpuint (load.n_loaded, ==, 1);
  g_assert_true (ds_load_is_due (&load));
  missing = ds_load_list_missing (stops, shift);
  g_assert_cmpstr (missing[0], ==, "DS3");
  g_assert_null (missing[1]);
  shift->load_checked_at_ms = 1;
  ds_load_count (stops, shift, &load);
  g_assert_false (ds_load_is_due (&load));
}

/* The map */

static void
test_marks (void)
{
  g_autoptr (GPtrArray) stops = make_stops (5);
  g_autoptr (GArray) places = NULL;
  g_autoptr (GArray) marks = NULL;
  DsMapView view = { .width = 360, .height = 500 };
  guint n_unplaced, n = 0;
  double x, y, length_px;

  for (guint i = 0; i < 4; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      stop->lat_e6 = 30000000 + (i == 3 ? 9000 : 0);
      stop->lng_e6 = 120000000 + 20 * i;
    }
  places = ds_map_places_from_stops (stops, "S4", &n_unplaced);
  g_assert_cmpuint (n_unplaced, ==, 1);
  g_assert_cmpuint (places->len, ==, 4);
  ds_map_view_fit (&view, places);
  marks = ds_map_view_make_marks (&view, places);
  g_assert_cmpuint (marks->len, ==, 2);
  for (guint i = 0; i < marks->len; i++)
    {
      const DsMapMark *mark = &g_array_index (marks, DsMapMark, i);

      n += mark->n;
      g_assert_cmpfloat (mark->x, >=, 40);
      g_assert_cmpfloat (mark->x, <=, 320);
      g_assert_cmpfloat (mark->y, >=, 40);
      g_assert_cmpfloat (mark->y, <=, 460);
    }
  g_assert_cmpuint (n, ==, 4);
  /* The one that must be seen stands for the others, and is drawn over them. */
  g_assert_cmpint (g_array_index (places, DsMapPlace, g_array_index (marks, DsMapMark, 1).place).kind, ==,
                   DS_MARK_NEXT);
  /* A kilometre, three hundred and some pixels: a bar of 200 m. */
  g_assert_cmpint (ds_map_view_choose_bar (&view, 110, &length_px), ==, 200);
  g_assert_cmpfloat (length_px, <=, 110);

  /* What is under the fingers stays there. */
  ds_map_view_project (&view, &g_array_index (places, DsMapPlace, 3), &x, &y);
  ds_map_view_zoom (&view, 3, x, y);
  {
    double after_x, after_y;

    ds_map_view_project (&view, &g_array_index (places, DsMapPlace, 3), &after_x, &after_y);
    g_assert_cmpfloat_with_epsilon (after_x, x, 0.01);
    g_assert_cmpfloat_with_epsilon (after_y, y, 0.01);
  }
}

/* Pinyin */

static void
test_pinyin (void)
{
  g_autoptr (DsPinyin) pinyin = ds_pinyin_new ();
  const struct
  {
    const char *text;
    gboolean is_name;
    const char *spelling;
  } spellings[] = {
    { "韩师傅", TRUE, " han shi fu" },
    { "曾国强", TRUE, " ceng/zeng guo qiang" },
    { "曾国强", FALSE, " ceng guo qiang" },
    { "绿地A3-1807室", FALSE, " lv de/di a3 1807 shi" },
    { "Li Xiaohua", TRUE, " li xiaohua" },
    { "（）。…", FALSE, "" },
    { "\xff\xfe", FALSE, "" },
  };
  const struct
  {
    const char *spelling, *typed;
    gboolean matches;
  } matches[] = {
    { " han shi fu", "hsf", TRUE },
    { " han shi fu", "hanshifu", TRUE },
    { " han shi fu", "hashf", TRUE },
    { " han shi fu", "sf", TRUE },
    { " han shi fu", "hf", FALSE },
    { " han shi fu", "anshi", FALSE },
    { " ceng/zeng guo", "zg", TRUE },
    { " ceng/zeng guo", "cg", TRUE },
    { " xi an", "xian", TRUE },
    { " xian", "xian", TRUE },
    { " a b \n c", "bc", FALSE },
    { " a b", "abc", FALSE },
    { " a3 1807", "a3180", TRUE },
    { "", "a", FALSE },
    { " aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", FALSE },
  };

  g_assert_nonnull (pinyin);
  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autoptr (GString) spelling = g_string_new (NULL);

      ds_pinyin_spell (pinyin, spellings[i].text, spellings[i].is_name, spelling);
      g_assert_cmpstr (spelling->str, ==, spellings[i].spelling);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (matches); i++)
    {
      g_test_message ("%s in %s", matches[i].typed, matches[i].spelling);
      g_assert_cmpint (ds_pinyin_matches (matches[i].spelling, matches[i].typed), ==, matches[i].matches);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/route/changes", test_changes);
  g_test_add_func ("/route/summary", test_summary);
  g_test_add_func ("/route/next", test_next);
  g_test_add_func ("/route/orders", test_orders);
  g_test_add_func ("/route/load", test_load);
  g_test_add_func ("/route/marks", test_marks);
  g_test_add_func ("/route/pinyin", test_pinyin);
  return g_test_run ();
}
