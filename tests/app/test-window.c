/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window as a courier goes through a shift, over a real store. */
#include "config.h"

#include "app-fixture.h"
#include "ds-navigator.h"

static void
press_escape (AppFixture *fixture)
{
  GtkWidget *navigator = ds_test_find (fixture->window, DS_TYPE_NAVIGATOR, NULL);

  gtk_widget_activate_action (navigator, "navigator.back", NULL);
  ds_test_settle (fixture->window);
}

static void
show_tab (AppFixture *fixture, const char *name)
{
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", name);
  ds_test_settle (fixture->window);
}

static void
test_enrol_page (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new ();

  ds_test_wait_for_words (fixture->window, "Enrol this handheld");
  app_fixture_picture (fixture, "enrol");
  ds_window_take_scan (DS_WINDOW (fixture->window), "0100320229316139647");
  ds_test_wait_for_words (fixture->window, "not an enrolment code");
  app_fixture_picture (fixture, "enrol-problem");
}

static void
test_shift (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  /* Enrolled, and no shift yet: the float comes first. */
  ds_test_type (fixture->window, "Float in yuan", "12x");
  ds_test_wait_for_words (fixture->window, "not an amount");
  ds_test_type (fixture->window, "Float in yuan", "200");
  app_fixture_picture (fixture, "open-shift");
  ds_test_press (fixture->window, "Open with ¥200.00");
  ds_test_wait_for_words (fixture->window, "Collected");
  app_fixture_picture (fixture, "route");

  /* A stop, its parcels, and one refused. */
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "Stop 1");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "1 checked");
  app_fixture_picture (fixture, "stop");
  ds_test_press (fixture->window, "Refused…");
  ds_test_wait_for_words (fixture->window, "Which parcels");
  app_fixture_picture (fixture, "outcome");
  ds_test_press (fixture->window, "DS7302 0000 0011 · ¥88.50");
  ds_test_press (fixture->window, "Changed their mind");
  ds_test_press (fixture->window, "Refused: 1 parcel");
  ds_test_wait_for_words (fixture->window, "Refused · Changed their mind");
  app_fixture_picture (fixture, "stop-part-refused");

  /* Paid in cash: collected, and nothing is left to do here. */
  app_fixture_take_cash (fixture, "S1", 8850);
  ds_test_wait_for_words (fixture->window, "¥0.00");
  app_fixture_picture (fixture, "stop-done");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "¥88.50");

  show_tab (fixture, "shift");
  ds_test_wait_for_words (fixture->window, "Cash in hand ¥288.50");
  app_fixture_picture (fixture, "shift");
  ds_test_press (fixture->window, "Cash");
  app_fixture_picture (fixture, "bucket");
  press_escape (fixture);
  show_tab (fixture, "problems");
  ds_test_wait_for_words (fixture->window, "No problems");
  app_fixture_picture (fixture, "problems-none");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/window/enrol-page", test_enrol_page);
  g_test_add_func ("/window/shift", test_shift);
  return g_test_run ();
}
