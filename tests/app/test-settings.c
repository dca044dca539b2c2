/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings, self-check, scanning test and help, as a courier meets them. */
#include "config.h"

#include "app-fixture.h"
#include "ds-appearance.h"
#include "ds-help.h"
#include "ds-navigator.h"
#include "ds-preferences.h"
#include "ds-self-check.h"

#include <adwaita.h>
#include <string.h>

static void
go_back (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_settle (fixture->window);
}

/* A file does what a printer's device does. */
static void
check_printer (AppFixture *fixture, GSettings *preferences)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "lp0", NULL);
  g_autofree char *printed = NULL;
  GtkWidget *choice = ds_test_find (fixture->window, GTK_TYPE_DROP_DOWN, "Speed of a serial line, in baud");
  gsize n;

  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 4);
  g_assert_cmpuint (g_settings_get_uint (preferences, "printer-baud"), ==, 115200);
  g_settings_reset (preferences, "printer-baud");

  ds_test_press (fixture->window, "Print a test slip");
  ds_test_wait_for_words (fixture->window, "The settings name no slip printer");
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_settings_set_string (preferences, "printer-address", path);
  ds_test_press (fixture->window, "Print a test slip");
  ds_test_wait_for_words (fixture->window, "The test slip is printed");
  g_assert_true (g_file_get_contents (path, &printed, &n, NULL));
  g_assert_cmpuint (n, >, 1000);
  g_assert_cmpint (printed[0], ==, 0x1b); /* ESC */
  g_settings_reset (preferences, "printer-address");
}

static void
test_settings (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  GtkWidget *choice;

  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.settings", NULL);
  ds_test_wait_for_words (fixture->window, "Language and looks");
  app_fixture_look (fixture, "settings");
  ds_test_wait_for_words (fixture->window, "Han Bo · 0317");
  ds_test_wait_for_words (fixture->window, DS_VERSION);

  g_assert_true (g_settings_get_boolean (preferences, "voice"));
  ds_test_press (fixture->window, "Voice");
  ds_test_settle (fixture->window);
  g_assert_false (g_settings_get_boolean (preferences, "voice"));
  ds_test_press (fixture->window, "Voice");
  g_assert_true (g_settings_get_boolean (preferences, "voice"));

  choice = ds_test_find (fixture->window, GTK_TYPE_DROP_DOWN, "Text size");
  g_assert_nonnull (choice);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 2);
  g_assert_cmpint (g_settings_get_int (preferences, "text-size"), ==, 150);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 0);
  choice = ds_test_find (fixture->window, GTK_TYPE_DROP_DOWN, "Language, from the next start on");
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 1);
  g_assert_cmpstr (g_settings_get_string (preferences, "language"), ==, "zh_CN");
  g_settings_reset (preferences, "language");

  ds_test_type (fixture->window, "What it sends after each code", "%");
  {
    g_autofree char *suffix = g_settings_get_string (preferences, "wedge-suffix");

    g_assert_cmpstr (suffix, ==, "%");
  }
  g_settings_reset (preferences, "wedge-suffix");

  check_printer (fixture, preferences);

  ds_test_press (fixture->window, "Choose a PIN");
  ds_test_wait_for_words (fixture->window, "Six digits that open");
  go_back (fixture);
  ds_test_press (fixture->window, "Test camera and scan engine");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "Scan engine: 14 characters");
  app_fixture_look (fixture, "scan-test");
}

static void
test_self_check (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.self-check", NULL);
  ds_test_wait_for_words (fixture->window, "Storage · ");
  ds_test_wait_for_words (fixture->window, "Journal · Good");
  ds_test_wait_for_words (fixture->window, "Keys · Good");
  ds_test_wait_for_words (fixture->window, "Reading codes · Good");
  ds_test_wait_for_words (fixture->window, "Clock · Take note"); /* nobody has told the time */
  ds_test_wait_for_words (fixture->window, "Lock · Take note");
  ds_test_wait_for_words (fixture->window, "Printer · Take note");
  /* Nothing answers at the fixture's depot. */
  ds_test_wait_for_words (fixture->window, "Network and depot · Take note");
  app_fixture_look (fixture, "self-check");
}

static void
test_printer (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "lp1", NULL);
  const struct
  {
    const char *address;
    DsCheckVerdict verdict;
    const char *words;
  } cases[] = {
    { "", DS_CHECK_LACKING, "None is set up" },
    { "printer:no-port", DS_CHECK_BAD, "is no printer's address" },
    { "/nowhere/lp0", DS_CHECK_BAD, "Nothing can be printed at /nowhere/lp0" },
    { path, DS_CHECK_GOOD, "Set up at" },
    { "192.168.1.50", DS_CHECK_GOOD, "Set up at 192.168.1.50" },
  };

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = NULL;

      g_assert_cmpint (ds_self_check_judge_printer (cases[i].address, &text), ==, cases[i].verdict);
      g_assert_nonnull (strstr (text, cases[i].words));
    }
}

static void
test_clock (void)
{
  static const struct
  {
    gboolean heard;
    gint64 difference_ms;
    DsCheckVerdict verdict;
    const char *words;
  } cases[] = {
    { FALSE, 0, DS_CHECK_LACKING, "not told its time" },
    { TRUE, 1500, DS_CHECK_GOOD, "1 seconds" },
    { TRUE, -120000, DS_CHECK_GOOD, "120 seconds" },
    { TRUE, -3600000, DS_CHECK_BAD, "60 minutes behind" },
    { TRUE, 180000, DS_CHECK_BAD, "3 minutes ahead" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = NULL;

      g_assert_cmpint (ds_self_check_judge_clock (cases[i].heard, cases[i].difference_ms, &text), ==,
                       cases[i].verdict);
      g_assert_nonnull (strstr (text, cases[i].words));
    }
}

static void
test_help (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  GtkWidget *search;

  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Stop 2");
  ds_test_press (fixture->window, "Help");
  ds_test_wait_for_words (fixture->window, "Scan each parcel before");
  app_fixture_look (fixture, "help");
  search = ds_test_find (fixture->window, GTK_TYPE_SEARCH_ENTRY, "Search the help");
  gtk_editable_set_text (GTK_EDITABLE (search), "eight DIGITS");
  ds_test_wait_for_words (fixture->window, "Digits read aloud");
  while (ds_test_shows (fixture->window, "Scan each parcel before"))
    g_main_context_iteration (NULL, TRUE);
  go_back (fixture);
  ds_test_wait_for_words (fixture->window, "Stop 2");
}

/* @file: "ds-THING-page.c" */
static void
assert_topic (const char *file)
{
  static const char *const languages[] = { "en", "zh_CN" };
  g_autofree char *words
      = g_strndup (file + strlen ("ds-"), strlen (file) - strlen ("ds-") - strlen ("-page.c"));
  g_auto (GStrv) parts = g_strsplit (words, "-", -1);
  g_autoptr (GString) name = g_string_new (NULL);

  for (gsize i = 0; parts[i] != NULL; i++)
    g_string_append_printf (name, "%c%s", g_ascii_toupper (parts[i][0]), parts[i] + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *path = g_strdup_printf (DS_APP_SOURCES "/help/%s.txt", languages[i]);
      g_autofree char *text = NULL;
      g_autoptr (GPtrArray) topics = NULL;
      gboolean found = FALSE;

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      topics = ds_help_parse (text);
      for (guint t = 0; t < topics->len; t++)
        {
          const DsHelpTopic *topic = g_ptr_array_index (topics, t);

          if (!g_str_equal (topic->name, name->str))
            continue;
          g_assert_false (found);
          found = TRUE;
          g_assert_nonnull (topic->title);
          g_assert_nonnull (topic->text);
          g_assert_cmpint (g_utf8_strlen (topic->text, -1), >, 20);
        }
      if (!found)
        g_error ("%s has no topic [%s]", path, name->str);
    }
}

/* Returns: how many pages lie in @directory and in what is below it. */
static guint
assert_topics (const char *directory)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *file;
  guint n_pages = 0;

  g_assert_nonnull (files);
  while ((file = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, file, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n_pages += assert_topics (path);
      if (!g_str_has_prefix (file, "ds-") || !g_str_has_suffix (file, "-page.c")
          || g_str_equal (file, "ds-page.c") || g_str_equal (file, "ds-home-page.c")
          || g_str_equal (file, "ds-help-page.c") || g_str_equal (file, "ds-unlock-page.c"))
        continue;
      n_pages++;
      assert_topic (file);
    }
  return n_pages;
}

/* Every page has its topic, in each language, with a title and some words. */
static void
test_help_files (void)
{
  g_assert_cmpuint (assert_topics (DS_APP_SOURCES), >, 15);
}

static void
test_scale_text (void)
{
  static const char css[]
      = "@define-color a #fff;\n.x { font-size: 16px; color: red; }\n.y { font-size: 56px; }";
  g_autofree char *same = ds_appearance_scale_text (css, 100);
  g_autofree char *large = ds_appearance_scale_text (css, 200);

  g_assert_cmpstr (
      same, ==,
      ".x { font-size: 16px; color: red; }\n.y { font-size: 56px; }\nbutton { font-size: 16px; }\n");
  g_assert_cmpstr (
      large, ==,
      ".x { font-size: 32px; color: red; }\n.y { font-size: 94px; }\nbutton { font-size: 20px; }\n");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/settings/page", test_settings);
  g_test_add_func ("/settings/self-check", test_self_check);
  g_test_add_func ("/settings/printer", test_printer);
  g_test_add_func ("/settings/clock", test_clock);
  g_test_add_func ("/settings/help", test_help);
  g_test_add_func ("/settings/help-files", test_help_files);
  g_test_add_func ("/settings/scale-text", test_scale_text);
  return g_test_run ();
}
