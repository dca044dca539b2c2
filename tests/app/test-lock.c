/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock as a courier, and as a finder, meets it. */
#include "config.h"

#include "app-fixture.h"
#include "ds-page.h"
#include "ds-pin-pad.h"
#include "ds-pin.h"

#include <adwaita.h>

#define PIN "048213"
#define MINUTE_MS (G_GINT64_CONSTANT (60000))

static void
type_pin (AppFixture *fixture, const char *pin)
{
  for (const char *at = pin; *at != '\0'; at++)
    {
      const char name[] = { *at, '\0' };

      ds_test_press (fixture->window, name);
    }
}

static void
choose_pin (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.change-pin", NULL);
  ds_test_wait_for_words (fixture->window, "Choose a PIN");
  app_fixture_look (fixture, "pin-choose");
  type_pin (fixture, "123456");
  ds_test_wait_for_words (fixture->window, "tried first by everybody");
  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "The same PIN again");
  type_pin (fixture, "048214");
  ds_test_wait_for_words (fixture->window, "not the same");
  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "The same PIN again");
  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "The new PIN holds");
}

static AppFixture *
new_locked (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  choose_pin (fixture);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Stop 2");
  gtk_widget_activate_action (fixture->window, "win.lock", NULL);
  ds_test_wait_for_words (fixture->window, "Han Bo");
  return fixture;
}

static void
test_unlock (void)
{
  g_autoptr (AppFixture) fixture = new_locked ();

  app_fixture_look (fixture, "unlock");
  ds_test_wait_for_words (fixture->window, "entries wait; they are sent");
  g_assert_false (ds_test_shows (fixture->window, "Stop 2"));
  type_pin (fixture, "048214");
  ds_test_wait_for_words (fixture->window, "Wrong PIN. 3 more tries");
  app_fixture_look (fixture, "unlock-wrong");
  type_pin (fixture, PIN);
  /* Where the courier was. */
  ds_test_wait_for_words (fixture->window, "Stop 2");
}

/* Neither keys, nor scans, nor a notification's action, nor a question that was open get past it. */
static void
test_nothing_passes (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  GtkWidget *dialog;
  gpointer gone;
  gint64 n_unsent;

  app_fixture_open_shift (fixture, 20000);
  choose_pin (fixture);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Stop 2");
  dialog = adw_message_dialog_new (GTK_WINDOW (fixture->window), "Sure?", "Whether");
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "yes", "Yes");
  gtk_window_present (GTK_WINDOW (dialog));
  gone = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &gone);
  n_unsent = ds_store_get_n_unsent (ds_session_get_store (fixture->session));

  gtk_widget_activate_action (fixture->window, "win.lock", NULL);
  ds_test_wait_for_words (fixture->window, "Han Bo");
  ds_test_settle (fixture->window);
  g_assert_true (gone == NULL || !gtk_widget_get_visible (dialog));

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "shift");
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  gtk_widget_activate_action (fixture->window, "win.settings", NULL);
  gtk_widget_activate_action (fixture->window, "win.help", NULL);
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_page_say (fixture->window, "Wang Min is not at home");
  ds_test_settle (fixture->window);
  g_assert_true (ds_test_shows (fixture->window, "Han Bo"));
  g_assert_false (ds_test_shows (fixture->window, "Wang Min"));
  g_assert_cmpint (ds_store_get_n_unsent (ds_session_get_store (fixture->session)), ==, n_unsent);

  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "Stop 2");
  ds_test_wait_for_words (fixture->window, "Wang Min is not at home");
}

static gboolean
has_dialog (AppFixture *fixture)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    if (gtk_window_get_transient_for (at->data) == GTK_WINDOW (fixture->window)
        && gtk_widget_get_visible (at->data))
      return TRUE;
  return FALSE;
}

/* What was scanned just before is answered behind it: an address is nothing for whoever finds the handheld. */
static void
test_late_answer (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  choose_pin (fixture);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Stop 2");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  gtk_widget_activate_action (fixture->window, "win.lock", NULL);
  ds_test_wait_for_words (fixture->window, "Han Bo");
  ds_test_settle (fixture->window);
  g_assert_false (has_dialog (fixture));

  ds_window_take_scan (DS_WINDOW (fixture->window), "nothing that anybody knows");
  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "Stop 2");
  ds_test_wait_for_words (fixture->window, "is not for this door");
  ds_window_take_scan (DS_WINDOW (fixture->window), "https://example.com/");
  gtk_widget_activate_action (fixture->window, "win.lock", NULL);
  ds_test_wait_for_words (fixture->window, "Han Bo");
  ds_test_settle (fixture->window);
  g_assert_false (has_dialog (fixture));
}

static DsPinPad *
get_pad (AppFixture *fixture)
{
  GtkWidget *key = ds_test_find (fixture->window, GTK_TYPE_BUTTON, "5");

  g_assert_nonnull (key);
  return DS_PIN_PAD (gtk_widget_get_ancestor (key, DS_TYPE_PIN_PAD));
}

static void
type_keys (DsPinPad *pad, const char *keys, guint32 *time_ms, guint32 gap_ms)
{
  for (const char *at = keys; *at != '\0'; at++)
    ds_pin_pad_take_character (pad, (gunichar)*at, *time_ms += gap_ms);
}

static void
count (guint *n)
{
  ++*n;
}

static void
test_keyboard_and_engine (void)
{
  g_autoptr (AppFixture) fixture = new_locked ();
  DsPinPad *pad = get_pad (fixture);
  guint32 time_ms = G_MAXUINT32 - 1000;
  guint n_entered = 0;
  gulong handler;

  handler = g_signal_connect_swapped (pad, "entered", G_CALLBACK (count), &n_entered);
  /* Two digits by hand, then a waybill, a payer code and six digits from the engine: none of them counts. */
  type_keys (pad, "04", &time_ms, 200);
  time_ms += 500;
  type_keys (pad, "DS730200000010", &time_ms, 5);
  time_ms += 500;
  type_keys (pad, "0100320229316139647", &time_ms, 5);
  time_ms += 500;
  type_keys (pad, "048213", &time_ms, 20);
  ds_test_settle (fixture->window);
  g_assert_cmpuint (n_entered, ==, 0);
  g_assert_true (ds_lock_get_locked (ds_session_get_lock (fixture->session)));

  /* The courier goes on with the third digit, as fast as fingers are. */
  time_ms += 500;
  type_keys (pad, "8213", &time_ms, 120);
  g_assert_cmpuint (n_entered, ==, 0);
  ds_test_wait_for_words (fixture->window, "Stop 2");
  g_assert_cmpuint (n_entered, ==, 1);
  g_signal_handler_disconnect (pad, handler);
}

static void
test_idle (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  DsLock *lock = ds_session_get_lock (fixture->session);

  app_fixture_open_shift (fixture, 20000);
  /* Without a PIN nothing locks: nobody could open it. */
  ds_manual_clock_advance_ms (fixture->clock, 10 * MINUTE_MS);
  g_signal_emit_by_name (fixture->session, "tick");
  g_assert_false (ds_lock_get_locked (lock));

  choose_pin (fixture);
  ds_manual_clock_advance_ms (fixture->clock, 4 * MINUTE_MS);
  g_signal_emit_by_name (fixture->session, "tick");
  g_assert_false (ds_lock_get_locked (lock));
  ds_manual_clock_advance_ms (fixture->clock, MINUTE_MS);
  g_signal_emit_by_name (fixture->session, "tick");
  g_assert_true (ds_lock_get_locked (lock));
  ds_test_wait_for_words (fixture->window, "Han Bo");
  type_pin (fixture, PIN);
  ds_test_wait_for_words (fixture->window, "Hello, Han Bo");
}

static void
test_pause_and_reset (void)
{
  g_autoptr (AppFixture) fixture = new_locked ();
  g_autofree char *record = ds_pin_make_record ("660011", NULL);
  json_t *settings;

  for (guint i = 0; i < DS_LOCK_FREE_TRIES; i++)
    {
      type_pin (fixture, "999999");
      ds_test_wait_for_words (fixture->window, i + 1 < DS_LOCK_FREE_TRIES ? "more tr" : "After the next one");
    }
  type_pin (fixture, "999999");
  ds_test_wait_for_words (fixture->window, "Go on in 0:30");
  app_fixture_look (fixture, "unlock-pause");
  ds_test_press (fixture->window, "Forgotten the PIN?");

  /* The exchange goes on while it is locked: the depot's settings arrive. */
  settings = app_fixture_make_settings (fixture);
  json_object_set_new (settings, "version", json_integer (2));
  json_object_set_new (settings, "pin_reset", json_pack ("{s:i, s:s}", "number", 1, "record", record));
  app_fixture_feed (fixture, "settings", settings);
  ds_test_wait_for_words (fixture->window, "The depot has set a PIN");
  type_pin (fixture, "660011");
  ds_test_wait_for_words (fixture->window, "Choose a PIN");
  app_fixture_look (fixture, "unlock-choose");
  type_pin (fixture, "571902");
  ds_test_wait_for_words (fixture->window, "The same PIN again");
  type_pin (fixture, "571902");
  ds_test_wait_for_words (fixture->window, "Stop 2");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/lock/unlock", test_unlock);
  g_test_add_func ("/lock/nothing-passes", test_nothing_passes);
  g_test_add_func ("/lock/late-answer", test_late_answer);
  g_test_add_func ("/lock/keyboard-and-engine", test_keyboard_and_engine);
  g_test_add_func ("/lock/idle", test_idle);
  g_test_add_func ("/lock/pause-and-reset", test_pause_and_reset);
  return g_test_run ();
}
