/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each page that the courier may be thrown back from: another window shows it again, with the same on it and the same way
 * back. That it is the same behind the lock and after a kill is the test resume's. */
#include "config.h"

#include "app-fixture.h"

#include "ds-navigator.h"

#include <adwaita.h>

static DsNavigator *
get_navigator (AppFixture *fixture)
{
  return DS_NAVIGATOR (ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR));
}

/* Returns: (transfer full): what is in the file once it says where the courier is. */
static char *
print_trail (AppFixture *fixture)
{
  GPtrArray *pages = ds_navigator_get_pages (get_navigator (fixture));
  g_autoptr (DsTrail) trail = ds_trail_new (NULL, NULL);
  g_autofree char *line = NULL;

  for (guint i = 0; i < pages->len; i++)
    g_ptr_array_add (trail->places, ds_page_get_place (g_ptr_array_index (pages, i)));
  line = ds_trail_print (trail);
  return g_strdup (strstr (line, "\"places\""));
}

static char *
get_path (AppFixture *fixture)
{
  return g_build_filename (fixture->directory, DS_STORE_PLACE_FILE, NULL);
}

static gboolean
is_kept (gpointer user_data)
{
  AppFixture *fixture = user_data;
  g_autofree char *path = get_path (fixture);
  g_autofree char *trail = print_trail (fixture);
  g_autofree char *kept = NULL;

  return g_file_get_contents (path, &kept, NULL, NULL) && strstr (kept, trail) != NULL;
}

static void
add_words (GtkWidget *widget, GString *words)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (words, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  if (GTK_IS_CHECK_BUTTON (widget))
    g_string_append (words, gtk_check_button_get_active (GTK_CHECK_BUTTON (widget)) ? "[x]\n" : "[ ]\n");
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    add_words (child, words);
}

/* Returns: (transfer full): every word on the page in front, and its ticks. */
static char *
read_page (AppFixture *fixture)
{
  g_autoptr (GString) words = g_string_new (NULL);

  add_words (GTK_WIDGET (ds_navigator_get_page (get_navigator (fixture))), words);
  return g_strdup (words->str);
}

typedef struct
{
  AppFixture *fixture;
  const char *trail;
  const char *words;
} Before;

static gboolean
is_the_same (gpointer user_data)
{
  const Before *before = user_data;
  g_autofree char *trail = print_trail (before->fixture);
  g_autofree char *words = read_page (before->fixture);

  return g_str_equal (trail, before->trail) && g_str_equal (words, before->words);
}

/* @page: the page that is in front, by its name */
static void
come_back_to (AppFixture *fixture, const char *page)
{
  g_autofree char *name = NULL;
  g_autofree char *trail = NULL;
  g_autofree char *words = NULL;
  g_autofree char *what = NULL;
  Before before = { .fixture = fixture };

  ds_test_settle (fixture->window);
  name = ds_page_get_name (ds_navigator_get_page (get_navigator (fixture)));
  g_assert_cmpstr (name, ==, page);
  ds_test_wait (is_kept, fixture, "the place to be kept");
  trail = print_trail (fixture);
  words = read_page (fixture);
  before.trail = trail;
  before.words = words;
  app_fixture_open_another_window (fixture);
  what = g_strdup_printf ("%s with\n%s", trail, words);
  ds_test_wait (is_the_same, &before, what);
}

static void
act (AppFixture *fixture, const char *action, const char *argument)
{
  if (argument != NULL)
    gtk_widget_activate_action (fixture->window, action, "s", argument);
  else
    gtk_widget_activate_action (fixture->window, action, NULL);
  ds_test_settle (fixture->window);
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  act (fixture, "win.show-tab", "route");
  return fixture;
}

static void
test_route (void)
{
  g_autoptr (AppFixture) fixture = start ();

  app_fixture_take_cash (fixture, "S1", 28650);
  come_back_to (fixture, "Home");
  ds_test_press (fixture->window, "Done");
  come_back_to (fixture, "Home");
  g_assert_true (gtk_toggle_button_get_active (
      GTK_TOGGLE_BUTTON (ds_test_find (fixture->window, GTK_TYPE_TOGGLE_BUTTON, "Done"))));
  act (fixture, "win.show-tab", "problems");
  come_back_to (fixture, "Home");
  act (fixture, "win.show-tab", "route");
  act (fixture, "win.show-map", NULL);
  come_back_to (fixture, "Map");
}

/* What the customer does not take is not asked for afterwards either. */
static void
test_partial (void)
{
  g_autoptr (AppFixture) fixture = start ();

  act (fixture, "win.open-stop", "S1");
  come_back_to (fixture, "Stop");
  act (fixture, "win.collect", "S1");
  come_back_to (fixture, "Collect");
  ds_test_press (fixture->window, "All 2 parcels");
  g_assert_true (ds_test_shows (fixture->window, "286.50"));
  ds_test_press (fixture->window, "DS7302 0000 0011");
  adw_combo_row_set_selected (ADW_COMBO_ROW (ds_test_find_type (fixture->window, ADW_TYPE_COMBO_ROW)), 2);
  g_assert_false (ds_test_shows (fixture->window, "286.50"));
  come_back_to (fixture, "Collect");
  g_assert_cmpuint (
      adw_combo_row_get_selected (ADW_COMBO_ROW (ds_test_find_type (fixture->window, ADW_TYPE_COMBO_ROW))),
      ==, 2);
}

/* The kill comes between the wish to see a code that was on show before and the code. */
static void
test_known_code (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *path = get_path (fixture);
  g_autofree char *kept = NULL;
  g_autofree char *asked = NULL;
  g_autofree char *code = NULL;
  g_autofree char *again = NULL;
  g_autoptr (DsTrailPlace) place = NULL;
  GString *text;

  act (fixture, "win.open-stop", "S1");
  act (fixture, "win.collect", "S1");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Collection code");
  come_back_to (fixture, "Code");
  code = print_trail (fixture);
  act (fixture, "win.back", NULL);
  come_back_to (fixture, "Collect");

  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  /* Not pressed by ds_test_press(), which waits until the code has come. */
  g_signal_emit_by_name (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Show code"), "clicked");
  place = ds_page_get_place (ds_navigator_get_page (get_navigator (fixture)));
  g_assert_cmpstr (place->page, ==, "Collect");
  text = g_string_new (kept);
  g_assert_cmpuint (
      g_string_replace (text, "\"page\":\"Collect\"", "\"page\":\"Collect\",\"detail\":\"@\"", 0), ==, 1);
  g_string_replace (text, "@", place->detail, 0);
  asked = g_string_free (text, FALSE);
  ds_test_wait_for_words (fixture->window, "Collection code");
  ds_test_wait (is_kept, fixture, "the place to be kept");
  g_assert_true (g_file_set_contents (path, asked, -1, NULL));
  app_fixture_open_another_window (fixture);
  ds_test_wait_for_words (fixture->window, "Collection code");
  again = print_trail (fixture);
  g_assert_cmpstr (again, ==, code);
}

/* The clerk is on the telephone. */
static void
test_override (void)
{
  g_autoptr (AppFixture) fixture = start ();

  app_fixture_feed_operators (fixture);
  app_fixture_feed_limits (fixture, 10000, 100000);
  act (fixture, "win.collect", "S1");
  ds_test_press (fixture->window, "Ask the depot");
  come_back_to (fixture, "Override");
}

static void
test_shift (void)
{
  g_autoptr (AppFixture) fixture = start ();
  const guint counts[] = { 4, 1 };

  app_fixture_take_cash (fixture, "S1", 28650);
  act (fixture, "win.show-tab", "shift");
  come_back_to (fixture, "Home");
  ds_test_press (fixture->window, "Cash");
  come_back_to (fixture, "Bucket");
  act (fixture, "win.open-stop", "S1");
  come_back_to (fixture, "Stop");
  act (fixture, "win.show-tab", "shift");
  ds_test_press (fixture->window, "Close shift");
  ds_test_press (fixture->window, "Count the cash");
  come_back_to (fixture, "Close");
  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
  app_fixture_feed_statement (fixture, 48650, 61250);

  /* Of the last shift, while no other is open. */
  act (fixture, "win.show-tab", "shift");
  act (fixture, "win.show-statement", NULL);
  ds_test_wait_for_words (fixture->window, "Balanced");
  come_back_to (fixture, "Statement");
  ds_test_press (fixture->window, "Seal code for the clerk");
  ds_test_wait_for_words (fixture->window, "The clerk scans it.");
  come_back_to (fixture, "Seal");
  act (fixture, "win.show-tab", "shift");
  act (fixture, "win.open-shift", NULL);
  come_back_to (fixture, "OpenShift");
  act (fixture, "win.back", NULL);

  /* And as an earlier one. */
  app_fixture_open_shift (fixture, 10000);
  act (fixture, "win.show-tab", "shift");
  ds_test_press (fixture->window, "Earlier shifts");
  ds_test_wait_for_words (fixture->window, "Balanced");
  come_back_to (fixture, "Shifts");
  gtk_widget_activate (ds_test_find_type (GTK_WIDGET (ds_navigator_get_page (get_navigator (fixture))),
                                          GTK_TYPE_LIST_BOX_ROW));
  ds_test_wait_for_words (fixture->window, "Signed by the depot");
  come_back_to (fixture, "Statement");
  ds_test_press (fixture->window, "Seal code for the clerk");
  ds_test_wait_for_words (fixture->window, "The clerk scans it.");
  come_back_to (fixture, "Seal");
}

static void
test_device (void)
{
  g_autoptr (AppFixture) fixture = start ();

  act (fixture, "win.settings", NULL);
  come_back_to (fixture, "Settings");
  act (fixture, "win.test-scan", NULL);
  come_back_to (fixture, "ScanTest");
  act (fixture, "win.help", NULL);
  come_back_to (fixture, "Help");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/resume/route", test_route);
  g_test_add_func ("/resume/partial", test_partial);
  g_test_add_func ("/resume/known-code", test_known_code);
  g_test_add_func ("/resume/override", test_override);
  g_test_add_func ("/resume/shift", test_shift);
  g_test_add_func ("/resume/device", test_device);
  return g_test_run ();
}
