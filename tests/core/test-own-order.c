/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-geo.h"
#include "ds-own-order.h"
#include "ds-stop.h"
#include "ds-time-window.h"

static DsStop *
make_stop (guint number)
{
  DsStop *stop = ds_stop_new ();

  stop->id = g_strdup_printf ("S%u", number);
  stop->position = number;
  stop->rank = ds_own_order_get_planned_rank (number);
  return stop;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return ds_own_order_compare (*(DsStop *const *)a, *(DsStop *const *)b);
}

/* Takes the ranks over, as the journal does, and sorts. */
static void
apply (GPtrArray *stops, GArray *places)
{
  for (guint p = 0; p < places->len; p++)
    {
      const DsOwnPlace *place = &g_array_index (places, DsOwnPlace, p);

      for (guint i = 0; i < stops->len; i++)
        {
          DsStop *stop = g_ptr_array_index (stops, i);

          if (g_str_equal (stop->id, place->stop_id))
            stop->rank = place->rank;
        }
    }
  g_ptr_array_sort (stops, compare);
}

/* Whatever is moved wherever, the order is what a list that moves its rows has. */
static void
test_moves (void)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) expected = g_ptr_array_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (4711);

  for (guint i = 1; i <= 40; i++)
    {
      g_ptr_array_add (stops, make_stop (i));
      g_ptr_array_add (expected, g_ptr_array_index (stops, i - 1));
    }
  for (guint n = 0; n < 5000; n++)
    {
      guint from = (guint)g_rand_int_range (random, 0, 40);
      guint to = (guint)g_rand_int_range (random, 0, 40);
      g_autoptr (GArray) places = ds_own_order_move (stops, from, to);
      gpointer moved = g_ptr_array_steal_index (expected, from);

      g_assert_nonnull (places);
      g_assert_cmpstr (g_array_index (places, DsOwnPlace, 0).stop_id, ==, ((DsStop *)moved)->id);
      g_ptr_array_insert (expected, (gint)to, moved);
      apply (stops, places);
      for (guint i = 0; i < stops->len; i++)
        g_assert_true (g_ptr_array_index (stops, i) == g_ptr_array_index (expected, i));
    }
}

/* Always into the same gap: there comes a move that makes others give room; on the whole that is seldom. */
static void
test_no_room (void)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_more = 0;
  guint n_places = 0;

  for (guint i = 1; i <= 100; i++)
    g_ptr_array_add (stops, make_stop (i));
  for (guint n = 0; n < 200; n++)
    {
      g_autoptr (GArray) places = ds_own_order_move (stops, 99, 1);

      n_more += places->len > 1;
      n_places += places->len;
      apply (stops, places);
      g_assert_cmpstr (((DsStop *)g_ptr_array_index (stops, 0))->id, ==, "S1");
    }
  g_assert_cmpuint (n_more, >, 0);
  g_test_message ("%u ranks for 200 moves", n_places);
  g_assert_cmpuint (n_places, <, 1500);
}

/* A plan of the depot with stops at one and the same place, and with nonsense. */
static void
test_strange_plans (void)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) places = NULL;
  const gint64 positions[] = { G_MININT64, 7, 7, 7, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      g_ptr_array_add (stops, make_stop (i));
      ((DsStop *)g_ptr_array_index (stops, i))->position = positions[i];
      ((DsStop *)g_ptr_array_index (stops, i))->rank = ds_own_order_get_planned_rank (positions[i]);
    }
  g_ptr_array_sort (stops, compare);
  places = ds_own_order_move (stops, 4, 2);
  g_assert_nonnull (places);
  apply (stops, places);
  g_assert_cmpstr (((DsStop *)g_ptr_array_index (stops, 2))->id, ==, "S4");
}

static void
test_places (void)
{
  g_assert_false (ds_geo_is_place (0, 0));
  g_assert_false (ds_geo_is_place (G_MAXINT64, 120000000));
  g_assert_false (ds_geo_is_place (30000000, -180000001));
  g_assert_true (ds_geo_is_place (30274000, 120155000));
  /* A degree of latitude is 111.2 km, one of longitude half of it at 60°. */
  g_assert_cmpfloat_with_epsilon (ds_geo_get_distance (30000000, 120000000, 31000000, 120000000), 111195, 1);
  g_assert_cmpfloat_with_epsilon (ds_geo_get_distance (60000000, 10000000, 60000000, 11000000), 55597, 1);
  /* The West Lake's broken bridge to Leifeng Pagoda: 3 km. */
  g_assert_cmpfloat_with_epsilon (ds_geo_get_distance (30258300, 120151400, 30231400, 120148600), 3003, 30);
}

static void
test_windows (void)
{
  const gint64 hour_ms = 60 * 60 * 1000;

  g_assert_cmpint (ds_time_window_get_urgency (0, 0, 10 * hour_ms), ==, DS_WINDOW_ANY);
  g_assert_cmpint (ds_time_window_get_urgency (9 * hour_ms, 12 * hour_ms, 8 * hour_ms), ==, DS_WINDOW_AHEAD);
  g_assert_cmpint (ds_time_window_get_urgency (9 * hour_ms, 12 * hour_ms, 10 * hour_ms), ==, DS_WINDOW_ANY);
  g_assert_cmpint (ds_time_window_get_urgency (9 * hour_ms, 12 * hour_ms, 11 * hour_ms), ==, DS_WINDOW_SOON);
  g_assert_cmpint (ds_time_window_get_urgency (9 * hour_ms, 12 * hour_ms, 12 * hour_ms), ==, DS_WINDOW_SOON);
  g_assert_cmpint (ds_time_window_get_urgency (0, 12 * hour_ms, 12 * hour_ms + 1), ==, DS_WINDOW_LATE);
  /* Less than an hour to its end, and not begun: there is nothing to do yet. */
  g_assert_cmpint (ds_time_window_get_urgency (12 * hour_ms - 1, 12 * hour_ms, 12 * hour_ms - 2), ==,
                   DS_WINDOW_AHEAD);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/own-order/moves", test_moves);
  g_test_add_func ("/own-order/no-room", test_no_room);
  g_test_add_func ("/own-order/strange-plans", test_strange_plans);
  g_test_add_func ("/own-order/places", test_places);
  g_test_add_func ("/own-order/windows", test_windows);
  return g_test_run ();
}
