/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Not losing anything, as the courier sees it: what blocks signing out, the copies, refused entries, a frozen store. */
#include "config.h"

#include "app-fixture.h"

#include "ds-entry.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-navigator.h"
#include "ds-safety-page.h"

#include <adwaita.h>
#include <string.h>

static gboolean
dialog_is_here (gpointer user_data)
{
  GtkWindow **dialog = user_data;
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  *dialog = NULL;
  for (GList *item = windows; item != NULL; item = item->next)
    {
      if (ADW_IS_MESSAGE_DIALOG (item->data) && gtk_widget_get_mapped (item->data))
        *dialog = item->data;
    }
  return *dialog != NULL;
}

static gboolean
dialog_is_gone (gpointer user_data)
{
  GtkWindow *dialog;

  return !dialog_is_here (&dialog);
}

static void
answer (const char *heading, const char *response)
{
  GtkWindow *dialog;

  ds_test_wait (dialog_is_here, &dialog, heading);
  g_assert_cmpstr (adw_message_dialog_get_heading (ADW_MESSAGE_DIALOG (dialog)), ==, heading);
  g_assert_true (adw_message_dialog_has_response (ADW_MESSAGE_DIALOG (dialog), response));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog);
  ds_test_wait (dialog_is_gone, NULL, "the dialog to go");
}

static gpointer
find_page (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = find_page (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* An enrolled handheld at work, with the page on the screen. */
static DsSafetyPage *
open_page (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.safety", NULL);
  ds_test_wait_for_words (fixture->window, "Rescue copy");
  return find_page (fixture->window, DS_TYPE_SAFETY_PAGE);
}

static void
go_home (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
}

static gboolean
is_signed_out (gpointer user_data)
{
  return ds_session_get_phase (user_data) == DS_PHASE_SIGNED_OUT;
}

/* Blocked while records wait; an encrypted copy opens the way; then nothing is left. */
static void
test_sign_out (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *path = g_build_filename (fixture->directory, "clerk.dsrescue", NULL);
  g_autofree char *key = g_build_filename (fixture->directory, "device-key.pem", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  DsSafetyPage *page;
  GtkWidget *button;

  app_fixture_open_shift (fixture, 20000);
  go_home (fixture);
  page = open_page (fixture);
  ds_test_wait_for_words (fixture->window, "2 records are not sent yet");
  ds_test_wait_for_words (fixture->window, "The shift is open");
  ds_test_wait_for_words (fixture->window, "Signing out would lose what is not settled");
  button = ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Sign out…");
  g_assert_false (gtk_widget_is_sensitive (button));
  app_fixture_look (fixture, "safety-blocked");

  ds_safety_page_save (page, file);
  ds_test_wait_for_words (fixture->window, "The encrypted copy holds everything");
  g_assert_true (gtk_widget_is_sensitive (button));
  g_assert_true (g_file_query_exists (file, NULL));
  ds_test_press (fixture->window, "Sign out…");
  answer ("Sign out of this handheld?", "stay");
  g_assert_true (g_file_test (key, G_FILE_TEST_EXISTS));
  ds_test_press (fixture->window, "Sign out…");
  answer ("Sign out of this handheld?", "sign-out");
  ds_test_wait (is_signed_out, fixture->session, "the session to end");
  ds_test_wait_for_words (fixture->window, "Nothing of the work is left");
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  app_fixture_look (fixture, "signed-out");
}

/* What is journalled after the copy is not in it: the way is closed again. */
static void
test_copy_is_outdated (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *path = g_build_filename (fixture->directory, "clerk.dsrescue", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  DsSafetyPage *page;

  app_fixture_open_shift (fixture, 20000);
  go_home (fixture);
  page = open_page (fixture);
  ds_safety_page_save (page, file);
  ds_test_wait_for_words (fixture->window, "The encrypted copy holds everything");
  app_fixture_take_cash (fixture, "S6", 1050);
  ds_test_wait_for_words (fixture->window, "Signing out would lose what is not settled");
}

static void
test_rescue_copy (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *path = g_build_filename (fixture->directory, "card", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  DsSafetyPage *page;

  app_fixture_open_shift (fixture, 20000);
  go_home (fixture);
  page = open_page (fixture);
  ds_test_wait_for_words (fixture->window, "With a card, nothing is lost");
  ds_safety_page_copy_to (page, folder);
  ds_test_wait_for_words (fixture->window, "The card is missing or full");
  app_fixture_look (fixture, "rescue-card-missing");
  g_assert_true (g_file_make_directory (folder, NULL, NULL));
  ds_rescue_copy_wake (ds_session_get_rescue_copy (fixture->session));
  ds_test_wait_for_words (fixture->window, "Everything the depot lacks is on the card");
  app_fixture_look (fixture, "rescue-copy");
  ds_test_press (fixture->window, "Stop copying to the card");
  ds_test_wait_for_words (fixture->window, "With a card, nothing is lost");
  ds_test_press (fixture->window, "Check this handheld");
  ds_test_wait_for_words (fixture->window, "Checked: the journal and all amounts agree.");
}

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static gboolean
has_come (gpointer user_data)
{
  return *(GAsyncResult **)user_data != NULL;
}

/* The journal, line by line. */
static GStrv
load_journal (AppFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->directory, "journal.jws", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;

  ds_store_export_async (ds_session_get_store (fixture->session), file, NULL, did_finish, &result);
  ds_test_wait (has_come, &result, "the journal");
  g_assert_true (ds_store_export_finish (ds_session_get_store (fixture->session), result, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_file_delete (file, NULL, NULL);
  g_strchomp (text);
  return g_strsplit (text, "\n", -1);
}

/* The depot takes everything, but for what the last entry says. */
static void
refuse_last (AppFixture *fixture, const char *type, const char *reason)
{
  DsStore *store = ds_session_get_store (fixture->session);
  g_auto (GStrv) lines = load_journal (fixture);
  guint n = g_strv_length (lines);
  g_autofree char *head = ds_sm3_hex (lines[n - 1], strlen (lines[n - 1]));
  g_autoptr (json_t) payload
      = json_pack ("{s:s, s:i, s:s, s:I}", "device", ds_store_get_identity (store)->device_id, "acknowledged",
                   n, "head", head, "at_ms", (json_int_t)APP_FIXTURE_START_MS);
  g_autofree char *text = ds_json_to_line (payload);
  g_autofree char *acknowledgement = ds_jws_sign (fixture->depot_key, "depot", text, strlen (text), NULL);
  g_autoptr (json_t) refused = json_array ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = n; i-- > 0;)
    {
      g_autoptr (DsEntry) entry = ds_entry_parse (lines[i], -1, NULL);

      if (g_strcmp0 (entry->type, type) != 0)
        continue;
      json_array_append_new (refused, json_pack ("{s:I, s:s, s:s}", "seq", (json_int_t)entry->seq, "id",
                                                 entry->id, "reason", reason));
      break;
    }
  ds_store_acknowledge_async (store, acknowledgement, refused, NULL, did_finish, &result);
  ds_test_wait (has_come, &result, "the acknowledgement");
  ds_store_acknowledge_finish (store, result, &error);
  g_assert_no_error (error);
}

/* A refused entry is in Problems with its reason; sent again in vain, corrected, and handed to the clerk. */
static void
test_refused (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  go_home (fixture);
  app_fixture_take_cash (fixture, "S6", 1050);
  refuse_last (fixture, "payment.cash", "The shift is not open");
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "problems");
  ds_test_wait_for_words (fixture->window, "Entry sent back");
  ds_test_wait_for_words (fixture->window, "The shift is not open");
  app_fixture_look (fixture, "problems-sent-back");
  ds_test_press (fixture->window, "Settle…");
  answer ("The depot sent this entry back", "retry");
  ds_test_wait_for_words (fixture->window, "Sent again");
  refuse_last (fixture, "entry.retried", "Still not open");
  ds_test_wait_for_words (fixture->window, "Still not open");
  ds_test_press (fixture->window, "Settle…");
  answer ("The depot sent this entry back", "correct");
  ds_test_wait_for_words (fixture->window, "Sent again");
  refuse_last (fixture, "entry.corrected", "Not even so");
  ds_test_wait_for_words (fixture->window, "Not even so");
  ds_test_press (fixture->window, "Settle…");
  answer ("The depot sent this entry back", "escalate");
  ds_test_wait_for_words (fixture->window, "With the clerk");
  app_fixture_look (fixture, "problems-with-the-clerk");
}

/* A copied identity: the banner says what was found and what to do; the details are one press away. */
static void
test_frozen (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  DsStore *store = ds_session_get_store (fixture->session);

  app_fixture_open_shift (fixture, 20000);
  go_home (fixture);
  app_fixture_feed (
      fixture, "fork",
      json_pack ("{s:s, s:i}", "device", ds_store_get_identity (store)->device_id, "forks_at", 2));
  ds_test_wait_for_words (fixture->window, "Two handhelds have one identity");
  ds_test_wait_for_words (fixture->window, "Hand both in");
  app_fixture_look (fixture, "frozen-fork");
  ds_test_press (fixture->window, "Details");
  ds_test_wait_for_words (fixture->window, "For the clerk:");
  app_fixture_look (fixture, "frozen-details");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/safety/sign-out", test_sign_out);
  g_test_add_func ("/safety/copy-is-outdated", test_copy_is_outdated);
  g_test_add_func ("/safety/rescue-copy", test_rescue_copy);
  g_test_add_func ("/safety/refused", test_refused);
  g_test_add_func ("/safety/frozen", test_frozen);
  return g_test_run ();
}
