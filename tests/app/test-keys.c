/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scan engine types: real keys from the X server, as fast as an engine's, into the real window, wherever the focus is.
 * `xdotool` holds the engine's place. */
#include "config.h"

#include "app-fixture.h"
#include "ds-navigator.h"
#include "ds-preferences.h"

#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WAYBILL "DS730200000010"
#define SHOWN "DS7302 0000 0011"
#define POSTER "https://example.com/a"
#define OTHER_WAYBILL "DS730200000020"
#define THIRD_WAYBILL "DS730200000030"

static gboolean
has_ended (gpointer process)
{
  return g_subprocess_get_identifier (process) == NULL;
}

/* Types @text with @delay_ms between the keys, and then presses @end. */
static void
type (AppFixture *fixture, const char *text, guint delay_ms, const char *end)
{
  g_autofree char *delay = g_strdup_printf ("%u", delay_ms);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "type", "--delay", delay, text, NULL);
  g_autoptr (GSubprocess) ending = NULL;

  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the keys");
  ending = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "key", "--delay", "0", end, NULL);
  g_assert_no_error (error);
  ds_test_wait (has_ended, ending, "the last key");
}

/* In the window, or in a dialog over it. */
static gboolean
is_said (gpointer words)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    if (ds_test_shows (at->data, words))
      return TRUE;
  return FALSE;
}

/* A whole scan is one call of xdotool: the end must come as fast as the rest, without pauses and before other programs where
 * that is allowed, or a busy machine ends the run in its middle. An engine takes a moment to read; its keys are not taken for
 * the end of what was typed before. */
static void
scan_ending (AppFixture *fixture, const char *text, const char *end)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "nice", "-n", "-15", "xdotool", "sleep", "0.15",
                          "type", "--delay", "0", "--args", "1", text, "key", "--delay", "0", end, NULL);

  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the engine");
}

static void
scan (AppFixture *fixture, const char *text)
{
  scan_ending (fixture, text, "Return");
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window);
}

/* Without a window manager nobody gives the keys to a window. */
static void
give_keys (GtkWidget *window)
{
  gdk_toplevel_focus (GDK_TOPLEVEL (gtk_native_get_surface (GTK_NATIVE (window))), GDK_CURRENT_TIME);
  ds_test_wait (is_active, window, "the window to have the keys");
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();
  g_autoptr (GSubprocess) process = NULL;

  app_fixture_feed_stops (fixture, 3);
  app_fixture_open_shift (fixture, 0);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  ds_test_settle (fixture->window);
  give_keys (fixture->window);
  return fixture;
}

/* With the focus in no field, and whatever the engine ends with. */
static void
test_anywhere (void)
{
  static const char *const ends[]
      = { "Return", "KP_Enter", "Tab", "Linefeed", "ctrl+bracketright", "ctrl+j" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (AppFixture) fixture = start ();

      g_test_message ("%s", ends[i]);
      /* Not of the stop that Enter alone would open. */
      scan_ending (fixture, THIRD_WAYBILL, ends[i]);
      ds_test_wait_for_words (fixture->window, "Stop 3");
    }
}

/* Two parcels in one breath are two. */
static void
test_double (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  scan (fixture, WAYBILL);
  ds_test_wait_for_words (fixture->window, SHOWN);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "nice", "-n", "-15", "xdotool", "type",
                              "--delay", "0", "--args", "1", WAYBILL, "key", "--delay", "0", "Return", "type",
                              "--delay", "0", "--args", "1", POSTER, "key", "--delay", "0", "Return", NULL);
  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the engine");
  /* The first is a parcel of this stop, the second no parcel at all. */
  ds_test_wait_for_words (fixture->window, "1 checked");
  ds_test_wait (is_said, (gpointer) "web", "what the code is");
}

static GtkEditable *
find_field (AppFixture *fixture)
{
  GtkWidget *focus;

  gtk_widget_activate_action (fixture->window, "win.search", NULL);
  ds_test_settle (fixture->window);
  focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));
  g_assert_true (GTK_IS_EDITABLE (focus));
  return GTK_EDITABLE (focus);
}

static gboolean
has_cuih (gpointer field)
{
  return g_str_equal (gtk_editable_get_text (field), "Cuih");
}

/* In the middle of typing into a field: the field keeps what was typed, and nothing of the scan stays in it. */
static void
test_in_field (void)
{
  g_autoptr (AppFixture) fixture = start ();
  GtkEditable *field = find_field (fixture);

  type (fixture, "Cui", 120, "h");
  ds_test_wait (has_cuih, field, "what was typed");
  scan (fixture, POSTER);
  ds_test_wait (is_said, (gpointer) "web", "what the code is");
  g_assert_cmpstr (gtk_editable_get_text (field), ==, "Cuih");
}

/* A person's typing is no scan, however often they press Enter. */
static void
test_typing (void)
{
  g_autoptr (AppFixture) fixture = start ();
  GtkEditable *field = find_field (fixture);

  type (fixture, "Cuihu", 100, "Return");
  ds_test_settle (fixture->window);
  g_assert_cmpstr (gtk_editable_get_text (field), ==, "Cuihu");
}

/* Prefix and suffix of the settings are taken off; they count at once. */
static void
test_affixes (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();

  g_settings_set_string (preferences, "wedge-prefix", "]C1");
  g_settings_set_string (preferences, "wedge-suffix", "~~");
  scan (fixture, "]C1" WAYBILL "~~");
  ds_test_wait_for_words (fixture->window, SHOWN);
  g_settings_reset (preferences, "wedge-prefix");
  g_settings_reset (preferences, "wedge-suffix");
}

static gboolean
takes_presses (gpointer navigator)
{
  return !ds_navigator_is_holding_presses (navigator);
}

/* As somebody does who has seen the page. */
static void
press (AppFixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  ds_test_wait (takes_presses, ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR), "the page to be seen");
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "key", key, NULL);
  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the key");
}

/* The focus goes to what is done next, and never to the way back; on the way back it is where it was. */
static void
test_focus (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "Still to collect");
  press (fixture, "Return");
  ds_test_wait_for_words (fixture->window, "Show code");
  press (fixture, "Escape");
  ds_test_wait_for_words (fixture->window, "Still to collect");
  press (fixture, "Return");
  ds_test_wait_for_words (fixture->window, "Show code");
  gtk_widget_activate_action (fixture->window, "win.help", NULL);
  ds_test_wait (is_said, (gpointer) "Ways to collect", "the help");
  press (fixture, "Escape");
  ds_test_wait_for_words (fixture->window, "Show code");
}

static gboolean
is_empty (gpointer field)
{
  return *gtk_editable_get_text (field) == '\0';
}

static gboolean
has_focus (gpointer window)
{
  return gtk_window_get_focus (window) != NULL;
}

static gboolean
is_in_page (gpointer user_data)
{
  GtkWidget *window = user_data;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  return focus != NULL && gtk_widget_get_ancestor (focus, ADW_TYPE_HEADER_BAR) == NULL;
}

/* A tab that a key brings up has the focus in it, not in its header bar. */
static void
test_tabs (void)
{
  static const char *const tabs[] = { "shift", "route" };
  g_autoptr (AppFixture) fixture = start ();

  for (gsize i = 0; i < G_N_ELEMENTS (tabs); i++)
    {
      gtk_widget_activate_action (fixture->window, "win.show-tab", "s", tabs[i]);
      ds_test_settle (fixture->window);
      ds_test_wait (is_in_page, fixture->window, "the focus in the tab");
    }
}

/* What was pressed is gone with its work: the first key shows what comes next, the second presses it. */
static void
test_lost_focus (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "Still to collect");
  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  press (fixture, "Return");
  ds_test_wait (has_focus, fixture->window, "the focus");
  ds_test_wait_for_words (fixture->window, "Still to collect");
  press (fixture, "Return");
  ds_test_wait_for_words (fixture->window, "Show code");
}

/* Escape in the field of the help empties it, and then leaves. */
static void
test_escape (void)
{
  g_autoptr (AppFixture) fixture = start ();
  GtkWidget *field;

  gtk_widget_activate_action (fixture->window, "win.help", NULL);
  ds_test_wait (is_said, (gpointer) "The route", "the help");
  field = ds_test_find_type (fixture->window, GTK_TYPE_SEARCH_ENTRY);
  gtk_widget_grab_focus (field);
  type (fixture, "sca", 60, "n");
  press (fixture, "Escape");
  ds_test_wait (is_empty, field, "the field to be emptied");
  press (fixture, "Escape");
  ds_test_wait_for_words (fixture->window, "8 to go");
}

/* Waits for a dialog that says @words, and for the keys to go there. */
static void
wait_for_dialog (AppFixture *fixture, const char *words)
{
  g_autoptr (GList) windows = NULL;

  ds_test_wait (is_said, (gpointer)words, words);
  windows = gtk_window_list_toplevels ();
  for (GList *at = windows; at != NULL; at = at->next)
    if (ADW_IS_MESSAGE_DIALOG (at->data))
      give_keys (at->data);
}

/* At the cash: the digits of a waybill are no money; another door's parcel stops the courier, and a scan closes that; but it
 * answers no question. */
static void
test_at_the_cash (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  app_fixture_leave_unknown (fixture, "S1", 28650);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Cash");
  ds_test_wait_for_words (fixture->window, "Take ¥286.50");
  scan (fixture, OTHER_WAYBILL);
  wait_for_dialog (fixture, "Not for this door");
  scan (fixture, WAYBILL);
  ds_test_wait_for_words (fixture->window, "Checked: it belongs here.");
  g_assert_false (is_said ((gpointer) "Not for this door"));
  give_keys (fixture->window);
  ds_test_wait_for_words (fixture->window, "Take ¥286.50");

  press (fixture, "Return");
  wait_for_dialog (fixture, "Take cash instead?");
  scan (fixture, WAYBILL);
  scan (fixture, "a text with spaces");
  ds_test_settle (fixture->window);
  g_assert_true (is_said ((gpointer) "Take cash instead?"));
}

/* The two ends of a line with an engine. */
typedef struct
{
  int engine;
  int handheld;
} SerialLine;

static gboolean
is_read (gpointer user_data)
{
  const SerialLine *line = user_data;
  int n = -1;

  return ioctl (line->handheld, FIONREAD, &n) == 0 && n == 0;
}

static void
scan_by_line (SerialLine *line, const char *text)
{
  g_autofree char *bytes = g_strconcat (text, "\r", NULL);

  g_assert_cmpint (write (line->engine, bytes, strlen (bytes)), ==, (gssize)strlen (bytes));
  ds_test_wait (is_read, line, "the handheld to read its line");
}

/* An engine on a line of its own sends no keys: it closes what is only said all the same, and answers no question, nor does
 * it reach the page behind. */
static void
test_serial_at_the_cash (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  SerialLine line;
  char device[64];

  g_assert_cmpint (openpty (&line.engine, &line.handheld, device, NULL, NULL), ==, 0);
  g_settings_set_string (preferences, "serial-device", device);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  app_fixture_leave_unknown (fixture, "S1", 28650);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Cash");
  ds_test_wait_for_words (fixture->window, "Take ¥286.50");
  scan_by_line (&line, OTHER_WAYBILL);
  wait_for_dialog (fixture, "Not for this door");
  scan_by_line (&line, WAYBILL);
  ds_test_wait_for_words (fixture->window, "Checked: it belongs here.");
  g_assert_false (is_said ((gpointer) "Not for this door"));

  ds_test_press (fixture->window, "Take ¥286.50");
  wait_for_dialog (fixture, "Take cash instead?");
  scan_by_line (&line, OTHER_WAYBILL);
  ds_test_settle (fixture->window);
  g_assert_true (is_said ((gpointer) "Take cash instead?"));
  g_assert_false (is_said ((gpointer) "Not for this door"));
  g_settings_reset (preferences, "serial-device");
  close (line.engine);
  close (line.handheld);
}

/* CR and LF: the second key presses nothing. */
static void
test_two_ends (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "0 checked");
  ds_test_wait (takes_presses, ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR), "the page to be seen");
  process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "nice", "-n", "-15", "xdotool", "type", "--delay",
                          "0", "--args", "1", WAYBILL, "key", "--delay", "0", "Return", "Return", NULL);
  g_assert_no_error (error);
  ds_test_wait (has_ended, process, "the engine");
  ds_test_wait_for_words (fixture->window, "1 checked");
  ds_test_settle (fixture->window);
  ds_test_wait_for_words (fixture->window, "Still to collect");
}

int
main (int argc, char **argv)
{
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");

  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  if (xdotool == NULL)
    {
      g_print ("1..0 # SKIP xdotool is not installed\n");
      return 0;
    }
  g_test_add_func ("/keys/anywhere", test_anywhere);
  g_test_add_func ("/keys/double", test_double);
  g_test_add_func ("/keys/in-field", test_in_field);
  g_test_add_func ("/keys/typing", test_typing);
  g_test_add_func ("/keys/affixes", test_affixes);
  g_test_add_func ("/keys/focus", test_focus);
  g_test_add_func ("/keys/tabs", test_tabs);
  g_test_add_func ("/keys/lost-focus", test_lost_focus);
  g_test_add_func ("/keys/escape", test_escape);
  g_test_add_func ("/keys/at-the-cash", test_at_the_cash);
  g_test_add_func ("/keys/serial-at-the-cash", test_serial_at_the_cash);
  g_test_add_func ("/keys/two-ends", test_two_ends);
  return g_test_run ();
}
