/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With a real pointer from the X server: the route pulled down asks the depot, and scrolling does not; a stop is dragged to
 * another place by its handle; the second of two quick taps does nothing. */
#include "config.h"

#include "app-fixture.h"

#include "ds-navigator.h"
#include "ds-order-page.h"

#include <stdarg.h>

#define FROM_Y "430"

static gboolean
has_ended (gpointer process)
{
  return g_subprocess_get_identifier (process) == NULL;
}

/* @first: what xdotool is to do. */
static void
point (AppFixture *fixture, const char *first, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  g_ptr_array_add (words, (gpointer) "xdotool");
  va_start (arguments, first);
  for (const char *word = first; word != NULL; word = va_arg (arguments, const char *))
    g_ptr_array_add (words, (gpointer)word);
  va_end (arguments);
  g_ptr_array_add (words, NULL);
  process = g_subprocess_newv ((const char *const *)words->pdata, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the pointer");
  ds_test_settle (fixture->window);
}

/* The first event under a new window may come before the window does. */
static void
put_down (AppFixture *fixture)
{
  point (fixture, "mousemove", "180", "420", NULL);
  point (fixture, "mousemove", "180", FROM_Y, NULL);
  point (fixture, "mousedown", "1", NULL);
}

static void
let_go (AppFixture *fixture)
{
  point (fixture, "mouseup", "1", NULL);
}

static gboolean
takes_presses (gpointer navigator)
{
  return !ds_navigator_is_holding_presses (navigator);
}

/* As somebody does who has seen the page. */
static void
wait_until_seen (AppFixture *fixture)
{
  ds_test_wait (takes_presses, ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR), "the page to be seen");
}

static void
count (guint *n)
{
  ++*n;
}

/* Returns: the box around the list. */
static GtkWidget *
find_box (AppFixture *fixture)
{
  return ds_test_find_type (fixture->window, g_type_from_name ("DsPullBox"));
}

static gboolean
has_failed (gpointer user_data)
{
  DsLink *link = ds_session_get_link (((AppFixture *)user_data)->session);

  return ds_link_get_problem (link) != NULL
         && ds_test_shows (((AppFixture *)user_data)->window, ds_link_get_problem (link));
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  app_fixture_feed_stops (fixture, 30);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  ds_test_wait_for_words (fixture->window, "30 to go");
  wait_until_seen (fixture);
  return fixture;
}

static void
test_pull (void)
{
  g_autoptr (AppFixture) fixture = start ();
  guint n = 0;

  g_signal_connect_swapped (find_box (fixture), "pulled", G_CALLBACK (count), &n);

  /* Not far enough, and thought better of. */
  put_down (fixture);
  point (fixture, "mousemove", "182", "470", "mousemove", "182", "500", NULL);
  ds_test_wait_for_words (fixture->window, "Pull on to ask the depot");
  app_fixture_look (fixture, "route-pull");
  point (fixture, "mousemove", "182", "580", NULL);
  ds_test_wait_for_words (fixture->window, "Let go to ask the depot");
  point (fixture, "mousemove", "182", "480", NULL);
  ds_test_wait_for_words (fixture->window, "Pull on to ask the depot");
  let_go (fixture);
  g_assert_cmpuint (n, ==, 0);

  put_down (fixture);
  point (fixture, "mousemove", "182", "470", "mousemove", "182", "600", NULL);
  ds_test_wait_for_words (fixture->window, "Let go to ask the depot");
  let_go (fixture);
  g_assert_cmpuint (n, ==, 1);
  /* Nobody answers there, and the courier is told so. */
  ds_test_wait (has_failed, fixture, "what came of it");
  /* No stop was opened on the way. */
  g_assert_true (ds_test_shows (fixture->window, "30 to go"));
}

static void
test_scroll (void)
{
  g_autoptr (AppFixture) fixture = start ();
  guint n = 0;

  g_signal_connect_swapped (find_box (fixture), "pulled", G_CALLBACK (count), &n);

  /* From the middle of the list; to the side; and up first. */
  point (fixture, "mousemove", "180", FROM_Y, "click", "5", "click", "5", "click", "5", NULL);
  put_down (fixture);
  point (fixture, "mousemove", "182", "470", "mousemove", "182", "600", NULL);
  g_assert_false (ds_test_shows (fixture->window, "ask the depot"));
  let_go (fixture);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_sideways (void)
{
  g_autoptr (AppFixture) fixture = start ();
  guint n = 0;

  g_signal_connect_swapped (find_box (fixture), "pulled", G_CALLBACK (count), &n);
  point (fixture, "mousemove", "60", FROM_Y, "mousedown", "1", "mousemove", "200", "470", "mousemove", "320",
         "500", NULL);
  g_assert_false (ds_test_shows (fixture->window, "ask the depot"));
  let_go (fixture);
  g_assert_cmpuint (n, ==, 0);
}

/* Returns: where the handle of the stop at @place is in the window. */
static graphene_point_t
find_handle (AppFixture *fixture, guint place)
{
  GtkWidget *page = ds_test_find_type (fixture->window, DS_TYPE_ORDER_PAGE);
  GtkWidget *row = gtk_widget_get_first_child (ds_test_find_type (page, GTK_TYPE_LIST_VIEW));
  graphene_rect_t bounds;

  for (guint i = 0; i < place; i++)
    row = gtk_widget_get_next_sibling (row);
  g_assert_true (gtk_widget_compute_bounds (row, fixture->window, &bounds));
  return GRAPHENE_POINT_INIT (bounds.origin.x + bounds.size.width - 28,
                              bounds.origin.y + bounds.size.height / 2);
}

static void
move_to (AppFixture *fixture, graphene_point_t point_px)
{
  g_autofree char *x = g_strdup_printf ("%d", (int)point_px.x);
  g_autofree char *y = g_strdup_printf ("%d", (int)point_px.y);

  point (fixture, "mousemove", x, y, NULL);
}

static const char *
get_id (AppFixture *fixture, guint place)
{
  g_autoptr (GPtrArray) stops = ds_route_dup_own_order (ds_session_get_route (fixture->session));

  return ((DsStop *)g_ptr_array_index (stops, place))->id;
}

static gboolean
is_second_third (gpointer fixture)
{
  return g_str_equal (get_id (fixture, 2), "S2") && g_str_equal (get_id (fixture, 1), "S3");
}

static void
test_drag (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.arrange", "s", "");
  ds_test_wait_for_words (fixture->window, "My order");
  ds_test_settle (fixture->window);
  wait_until_seen (fixture);
  g_assert_cmpstr (get_id (fixture, 1), ==, "S2");
  /* The first event under a new window may come before the window does. */
  move_to (fixture, find_handle (fixture, 2));
  move_to (fixture, find_handle (fixture, 1));
  point (fixture, "mousedown", "1", NULL);
  move_to (fixture, find_handle (fixture, 2));
  app_fixture_look (fixture, "order-dragged");
  let_go (fixture);
  ds_test_wait (is_second_third, fixture, "the second stop to be the third");
}

/* One page comes of it, and nothing that the second tap would have hit on that page: no code is shown. */
static void
test_two_taps (void)
{
  static const char *const pauses[] = { "0.02", "0.1", "0.2" };
  g_autoptr (AppFixture) fixture = start ();
  DsNavigator *navigator = DS_NAVIGATOR (ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR));

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  for (gsize i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      guint n_pages = ds_navigator_get_pages (navigator)->len;
      graphene_rect_t bounds;
      g_autofree char *x = NULL;
      g_autofree char *y = NULL;

      ds_test_wait_for_words (fixture->window, "Still to collect");
      wait_until_seen (fixture);
      g_assert_true (gtk_widget_compute_bounds (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Collect"),
                                                fixture->window, &bounds));
      x = g_strdup_printf ("%d", (int)(bounds.origin.x + bounds.size.width / 2));
      y = g_strdup_printf ("%d", (int)(bounds.origin.y + bounds.size.height / 2));
      point (fixture, "mousemove", x, "300", NULL);
      point (fixture, "mousemove", x, y, NULL);
      point (fixture, "click", "1", "sleep", pauses[i], "click", "1", NULL);
      ds_test_wait_for_words (fixture->window, "Show code");
      g_assert_cmpuint (ds_navigator_get_pages (navigator)->len, ==, n_pages + 1);
      gtk_widget_activate_action (fixture->window, "win.back", NULL);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/pointer/pull", test_pull);
  g_test_add_func ("/pointer/scroll", test_scroll);
  g_test_add_func ("/pointer/sideways", test_sideways);
  g_test_add_func ("/pointer/drag", test_drag);
  g_test_add_func ("/pointer/two-taps", test_two_taps);
  return g_test_run ();
}
