/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route as a courier works with it: found, ordered, loaded and seen from above, through the window. */
#include "config.h"

#include "app-fixture.h"
#include "ds-navigator.h"
#include "ds-route-map.h"
#include "ds-stop-row.h"

#include <glib/gi18n.h>

#define MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)

/* A day in Hangzhou: names and addresses as they are there. Minutes are relative to now; both 0: no window. */
static const struct
{
  const char *id, *recipient, *address;
  gint64 lat_e6, lng_e6;
  gint64 from_minutes, to_minutes;
} doors[] = {
  { "C1", "韩师傅", "翠湖苑 6 栋 2 单元 1102", 30327730, 120003500, 0, 0 },
  { "C2", "王敏", "翠湖苑 8 栋 903", 30327900, 120004100, 30, 150 },
  { "C3", "曾国强", "青荷路 118 号 便民超市", 30329900, 120009400, -120, 240 },
  { "C4", "赵玉琴", "书香园 3 栋 1 单元 502", 30334200, 120012200, -60, 95 },
  { "C5", "Li Xiaohua", "绿地中心 A3-1807", 30331800, 120018500, 0, 0 },
  { "C6", "孙芳", "重庆路 12 号", 0, 0, 0, 0 },
};

static gboolean
has_all_doors (gpointer user_data)
{
  AppFixture *fixture = user_data;

  return ds_route_find (ds_session_get_route (fixture->session), "C6") != NULL;
}

static void
feed_door (AppFixture *fixture, guint i, gint64 version, gint64 position)
{
  const gint64 now_ms = APP_FIXTURE_START_MS;
  g_autofree char *first = g_strdup_printf ("SF13%08u", i * 10 + 1);
  g_autofree char *second = g_strdup_printf ("SF13%08u", i * 10 + 2);
  gboolean has_window = doors[i].to_minutes != 0;

  app_fixture_feed (
      fixture, "stop",
      json_pack (
          "{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:[{s:s, s:I, s:b}, {s:s, s:I, s:b}],"
          " s:n, s:s}",
          "stop", doors[i].id, "version", (json_int_t)version, "position", (json_int_t)position, "recipient",
          doors[i].recipient, "phone", "17012340126", "address", doors[i].address, "place", "余杭区", "note",
          "lat_e6", (json_int_t)doors[i].lat_e6, "lng_e6", (json_int_t)doors[i].lng_e6, "window_from_ms",
          (json_int_t)(has_window ? now_ms + doors[i].from_minutes * MINUTE_MS : 0), "window_to_ms",
          (json_int_t)(has_window ? now_ms + doors[i].to_minutes * MINUTE_MS : 0), "parcels", "waybill",
          first, "due_fen", (json_int_t)12800, "prepaid", 0, "waybill", second, "due_fen", (json_int_t)0,
          "prepaid", 1, "prefetched", "spoken_secret", APP_FIXTURE_SECRET));
}

/* On the route, with a shift and these doors alone. */
static AppFixture *
make_fixture (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *id = g_strdup_printf ("S%u", i + 1);

      app_fixture_feed (fixture, "stop.removed",
                        json_pack ("{s:s, s:s, s:n}", "stop", id, "reason", "x", "text"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (doors); i++)
    feed_door (fixture, i, 1, i + 1);
  ds_test_wait (has_all_doors, fixture, "the doors");
  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_settle (fixture->window);
  return fixture;
}

static DsRoute *
get_route (AppFixture *fixture)
{
  return ds_session_get_route (fixture->session);
}

static void
press_escape (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_settle (fixture->window);
}

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_OBJECT_TYPE (controller) == type)
        return controller; /* the widget keeps it */
    }
  g_assert_not_reached ();
}

/* Searching */

typedef struct
{
  AppFixture *fixture;
  const char *address;
  const char *without;
} Found;

static gboolean
is_found (gpointer user_data)
{
  const Found *found = user_data;
  GtkWidget *window = found->fixture->window;

  return ds_test_shows (window, found->address) && !ds_test_shows (window, found->without);
}

static void
test_search (void)
{
  g_autoptr (AppFixture) fixture = make_fixture ();
  const struct
  {
    const char *typed;
    guint found, hidden;
  } cases[] = {
    { "hsf", 0, 1 },     { "hanshif", 0, 1 },      { "cuihuyuan 8", 1, 2 }, { "zgq", 2, 1 },
    { "cengguo", 2, 1 }, { "lvdi", 4, 1 },         { "lvdizxa3", 4, 1 },    { "chy 903", 1, 0 },
    { "王敏", 1, 0 },    { "SF1300000031", 3, 1 }, { "书香 zyq", 3, 1 },
  };

  gtk_widget_activate_action (fixture->window, "win.search", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Found found = { fixture, doors[cases[i].found].address, doors[cases[i].hidden].address };

      ds_test_type (fixture->window, _ ("Search the route"), cases[i].typed);
      ds_test_wait (is_found, &found, cases[i].typed);
    }
  ds_test_type (fixture->window, _ ("Search the route"), "hsf");
  app_fixture_look (fixture, "route-pinyin");
  ds_test_type (fixture->window, _ ("Search the route"), "hsx");
  ds_test_wait_for_words (fixture->window, _ ("Nothing found"));
}

/* The order */

static void
assert_order (AppFixture *fixture, const char *ids)
{
  g_autoptr (GPtrArray) stops = ds_route_dup_own_order (get_route (fixture));
  g_autoptr (GString) order = g_string_new (NULL);

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (stop->removed_reason == NULL)
        g_string_append_printf (order, "%s%s", order->len > 0 ? " " : "", stop->id);
    }
  g_assert_cmpstr (order->str, ==, ids);
}

typedef struct
{
  AppFixture *fixture;
  const char *id;
  guint at;
} Place;

static gboolean
is_at (gpointer user_data)
{
  const Place *place = user_data;
  g_autoptr (GPtrArray) stops = ds_route_dup_own_order (get_route (place->fixture));
  guint at = 0;

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (g_strcmp0 (stop->id, place->id) == 0)
        return at == place->at;
      at += stop->removed_reason == NULL;
    }
  return FALSE;
}

static void
wait_for_place (AppFixture *fixture, const char *id, guint at)
{
  Place place = { fixture, id, at };

  ds_test_wait (is_at, &place, id);
}

/* A finger holds row @from until it can be moved, and moves it to where row @to is. */
static void
drag_row (GtkWidget *list, guint from, guint to)
{
  double row_px = gtk_widget_get_height (gtk_widget_get_first_child (list));
  GtkEventController *drag = find_controller (list, GTK_TYPE_GESTURE_DRAG);
  double y = row_px * (from + 0.5);

  g_signal_emit_by_name (drag, "drag-begin", 40.0, y);
  /* Until then it is scrolling. */
  g_signal_emit_by_name (drag, "drag-update", 0.0, 9.0);
  g_assert_false (gtk_widget_has_css_class (list, "dragging"));
  g_signal_emit_by_name (find_controller (list, GTK_TYPE_GESTURE_LONG_PRESS), "pressed", 40.0, y);
  g_assert_true (gtk_widget_has_css_class (list, "dragging"));
  g_signal_emit_by_name (drag, "drag-update", 0.0, row_px * to - row_px * from);
}

/* By its buttons, by keys, and by dragging; and the depot sending a stop again leaves it as it is. */
static void
test_order (void)
{
  g_autoptr (AppFixture) fixture = make_fixture ();
  GtkWidget *list;
  gint64 version = 2;

  gtk_widget_activate_action (fixture->window, "win.arrange", "s", "C2");
  ds_test_settle (fixture->window);
  app_fixture_look (fixture, "order");
  ds_test_press (fixture->window, _ ("Move down"));
  wait_for_place (fixture, "C2", 2);
  assert_order (fixture, "C1 C3 C2 C4 C5 C6");
  ds_test_press (fixture->window, _ ("To the top"));
  wait_for_place (fixture, "C2", 0);
  ds_test_press (fixture->window, _ ("Move down"));
  wait_for_place (fixture, "C2", 1);
  assert_order (fixture, "C1 C2 C3 C4 C5 C6");

  /* A finger holds the fourth row, and takes it to the first place; given up, everything is as before. */
  list = ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW);
  drag_row (list, 3, 1);
  g_signal_emit_by_name (find_controller (list, GTK_TYPE_GESTURE_DRAG), "cancel", NULL);
  ds_test_settle (fixture->window);
  g_assert_false (gtk_widget_has_css_class (list, "dragging"));
  assert_order (fixture, "C1 C2 C3 C4 C5 C6");
  drag_row (list, 3, 0);
  g_signal_emit_by_name (find_controller (list, GTK_TYPE_GESTURE_DRAG), "drag-end", 0.0, 0.0);
  wait_for_place (fixture, "C4", 0);
  assert_order (fixture, "C4 C1 C2 C3 C5 C6");
  ds_test_press (fixture->window, _ ("Move down"));
  wait_for_place (fixture, "C4", 1);
  for (guint i = 2; i < 4; i++)
    {
      ds_test_press (fixture->window, _ ("Move down"));
      wait_for_place (fixture, "C4", i);
    }
  assert_order (fixture, "C1 C2 C3 C4 C5 C6");
  drag_row (list, 1, 2);
  g_signal_emit_by_name (find_controller (list, GTK_TYPE_GESTURE_DRAG), "drag-end", 0.0, 0.0);
  wait_for_place (fixture, "C2", 2);

  /* What the depot sends again stays where the courier put it; only its plan is another. */
  feed_door (fixture, 1, version++, 2);
  assert_order (fixture, "C1 C3 C2 C4 C5 C6");
  press_escape (fixture);
  ds_test_settle (fixture->window);
  app_fixture_look (fixture, "route-own-order");

  /* The plan can be looked at without losing it. */
  gtk_widget_activate_action (ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW), "route.order", "s",
                              "planned");
  ds_test_settle (fixture->window);
  g_assert_cmpuint (ds_route_get_order (get_route (fixture)), ==, DS_ROUTE_PLANNED);
  gtk_widget_activate_action (ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW), "route.order", "s",
                              "window");
  g_assert_cmpuint (ds_route_get_order (get_route (fixture)), ==, DS_ROUTE_BY_WINDOW);
  {
    g_autoptr (DsStop) first = g_list_model_get_item (G_LIST_MODEL (get_route (fixture)), 0);

    g_assert_cmpstr (first->id, ==, "S1");
  }
  gtk_widget_activate_action (ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW), "route.order", "s",
                              "own");
  assert_order (fixture, "C1 C3 C2 C4 C5 C6");
}

/* The load */

static gboolean
is_checked (gpointer user_data)
{
  DsShift *shift = ds_session_get_open_shift (user_data);

  return shift->load_checked_at_ms > 0;
}

static void
test_load (void)
{
  g_autoptr (AppFixture) fixture = make_fixture ();
  g_autofree char *strip = g_strdup_printf (
      ngettext ("Check the load: %u of %u parcel", "Check the load: %u of %u parcels", 12), 0, 12);
  g_autofree char *one
      = g_strdup_printf (ngettext ("%u of %u parcel is there", "%u of %u parcels are there", 12), 1, 12);
  g_autofree char *two
      = g_strdup_printf (ngettext ("%u of %u parcel is there", "%u of %u parcels are there", 12), 2, 12);
  g_autofree char *set_out
      = g_strdup_printf (ngettext ("Set out, %u is missing", "Set out, %u are missing", 10), 10);

  ds_test_press (fixture->window, strip);
  ds_test_wait_for_words (fixture->window, _ ("Scan each parcel as you load it"));
  app_fixture_look (fixture, "load");
  ds_window_take_scan (DS_WINDOW (fixture->window), "SF1300000001");
  ds_test_wait_for_words (fixture->window, one);
  ds_test_wait_for_words (fixture->window, _ ("Loaded"));
  app_fixture_look (fixture, "load-one");
  ds_window_take_scan (DS_WINDOW (fixture->window), "SF1300000001");
  ds_test_wait_for_words (fixture->window, _ ("Scanned twice"));
  ds_window_take_scan (DS_WINDOW (fixture->window), "YT99887766");
  ds_test_wait_for_words (fixture->window, _ ("Not on this route"));
  app_fixture_look (fixture, "load-stranger");

  /* Left, and taken up again. */
  press_escape (fixture);
  ds_window_take_scan (DS_WINDOW (fixture->window), "SF1300000011");
  ds_test_wait_for_words (fixture->window, doors[1].address);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.check-load", NULL);
  ds_test_wait_for_words (fixture->window, one);
  ds_window_take_scan (DS_WINDOW (fixture->window), "SF1300000011");
  ds_test_wait_for_words (fixture->window, two);
  ds_test_press (fixture->window, set_out);
  ds_test_wait (is_checked, fixture->session, "the check of the load");
  ds_test_settle (fixture->window);
  press_escape (fixture);
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_BUTTON, strip));
  app_fixture_look (fixture, "route-next");
}

/* The time */

static void
pass_time (AppFixture *fixture, gint64 minutes)
{
  ds_manual_clock_advance_ms (fixture->clock, minutes * MINUTE_MS);
  g_signal_emit_by_name (fixture->session, "tick");
  ds_test_settle (fixture->window);
}

static void
test_windows (void)
{
  g_autoptr (AppFixture) fixture = make_fixture ();
  DsNextStop next;

  /* Nothing presses: the first in the order. */
  ds_route_get_next (get_route (fixture), &next);
  g_assert_cmpint (next.reason, ==, DS_NEXT_FIRST);
  g_assert_cmpstr (next.stop->id, ==, "C1");
  /* Within an hour of its end a stop comes first, and says so in its row. */
  pass_time (fixture, 40);
  ds_route_get_next (get_route (fixture), &next);
  g_assert_cmpint (next.reason, ==, DS_NEXT_SOON);
  g_assert_cmpstr (next.stop->id, ==, "C4");
  {
    g_autofree char *left = g_strdup_printf (ngettext ("%d min left", "%d min left", 55), 55);

    ds_test_wait_for_words (fixture->window, left);
  }
  pass_time (fixture, 60);
  ds_route_get_next (get_route (fixture), &next);
  g_assert_cmpint (next.reason, ==, DS_NEXT_LATE);
  {
    g_autofree char *late = g_strdup_printf (ngettext ("%d min late", "%d min late", 5), 5);

    ds_test_wait_for_words (fixture->window, late);
  }
  gtk_widget_activate_action (fixture->window, "win.check-load", NULL);
  ds_test_settle (fixture->window);
  {
    g_autofree char *set_out
        = g_strdup_printf (ngettext ("Set out, %u is missing", "Set out, %u are missing", 12), 12);

    ds_test_press (fixture->window, set_out);
  }
  ds_test_wait (is_checked, fixture->session, "the check of the load");
  ds_test_settle (fixture->window);
  app_fixture_look (fixture, "route-late");
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "C4");
  ds_test_settle (fixture->window);
  app_fixture_look (fixture, "stop-late");
}

/* The map */

static gboolean
press_key (GtkWidget *widget, guint key)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (find_controller (widget, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed", key, 0, 0,
                         &handled);
  return handled;
}

static void
test_map (void)
{
  g_autoptr (AppFixture) fixture = make_fixture ();
  g_autofree char *unplaced
      = g_strdup_printf (ngettext ("It is not known where %u stop is: the list has it.",
                                   "It is not known where %u stops are: the list has them.", 1),
                         1);
  g_autoptr (GArray) places = NULL;
  guint n_unplaced;
  DsMapView view = { 0 };
  GtkWidget *map;
  double x, y;

  ds_test_press (fixture->window, _ ("Map"));
  ds_test_wait_for_words (fixture->window, unplaced);
  map = ds_test_find_type (fixture->window, DS_TYPE_ROUTE_MAP);
  app_fixture_look (fixture, "map");
  for (guint i = 0; i < 3; i++)
    ds_test_press (fixture->window, _ ("Larger"));
  app_fixture_look (fixture, "map-larger");
  ds_test_press (fixture->window, _ ("The whole route"));

  /* By keys: the third stop. */
  for (guint i = 0; i < 3; i++)
    g_assert_true (press_key (map, GDK_KEY_Page_Down));
  app_fixture_look (fixture, "map-looked-at");
  g_assert_true (gtk_test_accessible_has_property (GTK_ACCESSIBLE (map), GTK_ACCESSIBLE_PROPERTY_LABEL));
  g_assert_true (press_key (map, GDK_KEY_Return));
  ds_test_wait_for_words (fixture->window, doors[2].address);
  press_escape (fixture);

  /* By a finger: the last stop that has a place. */
  g_assert_true (press_key (map, GDK_KEY_Home));
  ds_test_settle (fixture->window);
  places = ds_map_places_from_stops (ds_route_get_stops (get_route (fixture)), NULL, &n_unplaced);
  g_assert_cmpuint (n_unplaced, ==, 1);
  g_assert_cmpuint (places->len, ==, 5);
  view.width = gtk_widget_get_width (map);
  view.height = gtk_widget_get_height (map);
  ds_map_view_fit (&view, places);
  ds_map_view_project (&view, &g_array_index (places, DsMapPlace, 4), &x, &y);
  g_signal_emit_by_name (find_controller (map, GTK_TYPE_GESTURE_CLICK), "released", 1, x, y);
  ds_test_wait_for_words (fixture->window, doors[4].address);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/route-pages/search", test_search);
  g_test_add_func ("/route-pages/order", test_order);
  g_test_add_func ("/route-pages/load", test_load);
  g_test_add_func ("/route-pages/windows", test_windows);
  g_test_add_func ("/route-pages/map", test_map);
  return g_test_run ();
}
