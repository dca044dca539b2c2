/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Too much was taken: the courier sees it, gives the cash back with a button, and every page follows. */
#include "config.h"

#include "app-fixture.h"

#define DUE_FEN 22800
#define RED_PACKET_FEN 3000

static gboolean
has_result (gpointer user_data)
{
  return *(GAsyncResult **)user_data != NULL;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

/* A code is shown at the second stop. Returns: (transfer full): its payment. */
static char *
show_code (AppFixture *fixture)
{
  static const char *const waybills[] = { "DS730200000020", NULL };
  DsDoor *door = ds_session_get_door (fixture->session);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_present_async (door, "S2", waybills, DUE_FEN, NULL, keep_result, &result);
  ds_test_wait (has_result, &result, "the code");
  presentation = ds_door_present_finish (door, result, &error);
  g_assert_no_error (error);
  return g_strdup (presentation->payment_id);
}

static void
feed_payment (AppFixture *fixture, const char *payment_id, gint64 refunding_fen)
{
  app_fixture_feed (fixture, "payment",
                    json_pack ("{s:s, s:s, s:s, s:I, s:s, s:s, s:n, s:I, s:I, s:I, s:n, s:I}", "payment",
                               payment_id, "stop", "S2", "state", "paid", "amount_fen", (json_int_t)DUE_FEN,
                               "operator", "003", "operator_ref", "OP1", "reason", "red_packet_fen",
                               (json_int_t)RED_PACKET_FEN, "refunded_fen", (json_int_t)0, "refunding_fen",
                               (json_int_t)refunding_fen, "code", "expires_at_ms", (json_int_t)0));
}

static AdwMessageDialog *
find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    {
      if (ADW_IS_MESSAGE_DIALOG (at->data))
        return at->data;
    }
  return NULL;
}

static gboolean
has_dialog (gpointer user_data)
{
  return find_dialog () != NULL;
}

static void
answer (AppFixture *fixture, const char *response)
{
  AdwMessageDialog *dialog;

  ds_test_wait (has_dialog, NULL, "the question");
  dialog = find_dialog ();
  g_assert_cmpstr (adw_message_dialog_get_heading (dialog), ==, "Give ¥228.00 back?");
  if (g_getenv ("DS_PICTURES") != NULL)
    {
      g_autofree char *path = g_build_filename (g_getenv ("DS_PICTURES"), "give-back-question.png", NULL);

      ds_test_save_picture (GTK_WIDGET (dialog), path);
    }
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
  ds_test_settle (fixture->window);
}

static void
open_stop (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Stop 2");
}

/* Paid in cash, and by the code as well. Returns: (transfer full): the code's payment. */
static char *
pay_twice (AppFixture *fixture)
{
  g_autofree char *payment_id = NULL;

  app_fixture_open_shift (fixture, 20000);
  payment_id = show_code (fixture);
  app_fixture_take_cash (fixture, "S2", DUE_FEN);
  open_stop (fixture);
  g_assert_false (ds_test_shows (fixture->window, "in cash"));
  feed_payment (fixture, payment_id, 0);
  ds_test_wait_for_words (fixture->window, "To give back");
  return g_steal_pointer (&payment_id);
}

static void
test_from_stop (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *payment_id = pay_twice (fixture);

  app_fixture_look (fixture, "give-back-stop");
  ds_test_press (fixture->window, "Give ¥228.00 back in cash");
  answer (fixture, "not-now");
  ds_test_wait_for_words (fixture->window, "To give back");
  ds_test_press (fixture->window, "Give ¥228.00 back in cash");
  answer (fixture, "give");
  ds_test_wait_for_words (fixture->window, "It is on record");
  ds_test_wait_for_words (fixture->window, "given back ¥228.00");
  g_assert_false (ds_test_shows (fixture->window, "To give back"));
  app_fixture_look (fixture, "give-back-done");

  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (fixture->window, "Cash in hand ¥200.00");
  ds_test_wait_for_words (fixture->window, "red packet ¥30.00 · given back ¥228.00");
  app_fixture_look (fixture, "give-back-shift");
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "problems");
  ds_test_wait_for_words (fixture->window, "No problems");
}

static void
test_from_problems (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *payment_id = pay_twice (fixture);

  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "problems");
  ds_test_wait_for_words (fixture->window, "Refund due");
  app_fixture_look (fixture, "give-back-problems");
  ds_test_press (fixture->window, "Give back…");
  answer (fixture, "give");
  ds_test_wait_for_words (fixture->window, "It is on record");
  ds_test_wait_for_words (fixture->window, "No problems");
}

/* The depot gives it back by the bank: no button any more, and no cash. */
static void
test_depot_gives_back (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autofree char *payment_id = pay_twice (fixture);

  feed_payment (fixture, payment_id, DUE_FEN);
  ds_test_wait_for_words (fixture->window, "Being given back");
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Give ¥228.00 back in cash"));
  app_fixture_look (fixture, "give-back-by-the-bank");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/give-back/from-stop", test_from_stop);
  g_test_add_func ("/give-back/from-problems", test_from_problems);
  g_test_add_func ("/give-back/depot-gives-back", test_depot_gives_back);
  return g_test_run ();
}
