/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window as a courier goes through a shift, over a real store. */
#include "config.h"

#include "app-fixture.h"
#include "speaker.h"
#include "ds-collect-page.h"
#include "ds-navigator.h"
#include "ds-spoken-proof.h"
#include "ds-stop-row.h"

static void
press_escape (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_settle (fixture->window);
}

static void
show_tab (AppFixture *fixture, const char *name)
{
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", name);
  ds_test_settle (fixture->window);
}

static AdwMessageDialog *
find_dialog (AppFixture *fixture)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    {
      if (ADW_IS_MESSAGE_DIALOG (at->data)
          && gtk_window_get_transient_for (at->data) == GTK_WINDOW (fixture->window))
        return at->data;
    }
  return NULL;
}

static gboolean
has_dialog (gpointer user_data)
{
  return find_dialog (user_data) != NULL;
}

/* @heading: (nullable): any */
static void
wait_for_dialog (AppFixture *fixture, const char *heading)
{
  ds_test_wait (has_dialog, fixture, heading != NULL ? heading : "a dialog");
  if (heading != NULL)
    g_assert_cmpstr (adw_message_dialog_get_heading (find_dialog (fixture)), ==, heading);
  g_assert_cmpstr (adw_message_dialog_get_body (find_dialog (fixture)), !=, "");
}

static void
answer_dialog (AppFixture *fixture, const char *response)
{
  AdwMessageDialog *dialog = find_dialog (fixture);

  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
  ds_test_settle (fixture->window);
}

static void
test_enrol_page (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new ();

  ds_test_wait_for_words (fixture->window, "Enrol this handheld");
  app_fixture_look (fixture, "enrol");
  ds_window_take_scan (DS_WINDOW (fixture->window), "0100320229316139647");
  ds_test_wait_for_words (fixture->window, "not an enrolment code");
  app_fixture_look (fixture, "enrol-problem");
}

static void
test_shift (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  /* Enrolled, and no shift yet: the float comes first. */
  ds_test_type (fixture->window, "Float in yuan", "12x");
  ds_test_wait_for_words (fixture->window, "not an amount");
  ds_test_type (fixture->window, "Float in yuan", "200");
  app_fixture_look (fixture, "open-shift");
  ds_test_press (fixture->window, "Open with ¥200.00");
  ds_test_wait_for_words (fixture->window, "Collected");
  app_fixture_look (fixture, "route");

  /* A stop, its parcels, and one refused. */
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "Stop 1");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "1 checked");
  app_fixture_look (fixture, "stop");
  ds_test_press (fixture->window, "Refused…");
  ds_test_wait_for_words (fixture->window, "Which parcels");
  app_fixture_look (fixture, "outcome");
  ds_test_press (fixture->window, "DS7302 0000 0011 · ¥88.50");
  ds_test_press (fixture->window, "Changed their mind");
  ds_test_press (fixture->window, "Refused: 1 parcel");
  ds_test_wait_for_words (fixture->window, "Refused · Changed their mind");
  app_fixture_look (fixture, "stop-part-refused");

  /* Paid in cash: collected, and nothing is left to do here. */
  app_fixture_take_cash (fixture, "S1", 8850);
  ds_test_wait_for_words (fixture->window, "¥0.00");
  app_fixture_look (fixture, "stop-done");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "¥88.50");

  show_tab (fixture, "shift");
  ds_test_wait_for_words (fixture->window, "Cash in hand ¥288.50");
  app_fixture_look (fixture, "shift");
  ds_test_press (fixture->window, "Cash");
  app_fixture_look (fixture, "bucket");
  press_escape (fixture);
  show_tab (fixture, "problems");
  ds_test_wait_for_words (fixture->window, "No problems");
  app_fixture_look (fixture, "problems-none");
}

/* What stays with the courier and is paid already takes nothing off what the rest costs. */
static void
test_prepaid_stays (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  app_fixture_feed (
      fixture, "stop",
      json_pack (
          "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}, {s:s, s:i, s:b}],"
          " s:n, s:n}",
          "stop", "S2", "version", 2, "position", 2, "recipient", "Wang Min", "phone", "17012340126",
          "address", "Cuihu Court 8-903", "place", "Wanghu", "note", "lat_e6", 0, "lng_e6", 0,
          "window_from_ms", 0, "window_to_ms", 0, "parcels", "waybill", "DS730200000020", "due_fen", 22800,
          "prepaid", 0, "waybill", "DS730200000021", "due_fen", 8850, "prepaid", 1, "prefetched",
          "spoken_secret"));
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S2");
  ds_test_press (fixture->window, "All 2 parcels");
  ds_test_press (fixture->window, "DS7302 0000 0021");
  ds_test_wait_for_words (fixture->window, "the others stay with you");
  ds_test_press (fixture->window, "Cash");
  ds_test_wait_for_words (fixture->window, "Take ¥228.00");
}

static void
test_close_and_statement (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  app_fixture_take_cash (fixture, "S1", 28650);
  press_escape (fixture);
  show_tab (fixture, "shift");
  ds_test_press (fixture->window, "Close shift");
  ds_test_wait_for_words (fixture->window, "7 items are still open");
  app_fixture_look (fixture, "close-open");

  /* Counted blind: nothing on the page says how much there should be. */
  ds_test_press (fixture->window, "Count the cash");
  ds_test_type (fixture->window, "100 yuan", "3");
  ds_test_press (fixture->window, "100 yuan: one more");
  ds_test_wait_for_words (fixture->window, "400.00");
  ds_test_press (fixture->window, "100 yuan: one less");
  ds_test_wait_for_words (fixture->window, "300.00");
  ds_test_type (fixture->window, "50 yuan", "3");
  ds_test_type (fixture->window, "1 yuan", "36");
  ds_test_type (fixture->window, "5 jiao", "1");
  ds_test_wait_for_words (fixture->window, "¥486.50");
  g_assert_false (ds_test_shows (fixture->window, "expected"));
  app_fixture_look (fixture, "close-count");
  ds_test_press (fixture->window, "Counted, next");
  ds_test_wait_for_words (fixture->window, "Waiting for the network");
  app_fixture_look (fixture, "close-waiting");

  app_fixture_feed_statement (fixture, 48650, 61250);
  ds_test_press (fixture->window, "Show statement");
  ds_test_wait_for_words (fixture->window, "Balanced");
  app_fixture_look (fixture, "statement-balanced");

  /* A newer version takes its place. */
  app_fixture_feed_statement (fixture, 48650, 48450);
  ds_test_wait_for_words (fixture->window, "1 item differs");
  ds_test_wait_for_words (fixture->window, "−¥128.00");
  app_fixture_look (fixture, "statement-difference");
  ds_test_press (fixture->window, "Resolve");
  ds_test_wait_for_words (fixture->window, "Cuihu Court 8-903");
}

static gboolean
is_at_stop (gpointer navigator)
{
  g_autofree char *name = ds_page_get_name (ds_navigator_get_page (navigator));

  return g_str_equal (name, "Stop");
}

static gboolean
is_at_result (gpointer navigator)
{
  g_autofree char *name = ds_page_get_name (ds_navigator_get_page (navigator));

  return g_str_equal (name, "Result");
}

/* From what is paid the way back leads past the ways to collect; and the next parcel is no wrong one at that door. */
static void
test_after_result (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Cash");
  ds_test_press (fixture->window, "Take ¥286.50");
  ds_test_wait_for_words (fixture->window, "Next · Cuihu Court 8-903");
  press_escape (fixture);
  ds_test_wait (is_at_stop, ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR), "the stop's page");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000020");
  ds_test_wait_for_words (fixture->window, "Stop 2");
}

/* What was never counted is not taken for a count: two quick taps would have closed the shift. */
static void
test_close_uncounted (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  press_escape (fixture);
  show_tab (fixture, "shift");
  ds_test_press (fixture->window, "Close shift");
  ds_test_press (fixture->window, "Count the cash");
  ds_test_press (fixture->window, "Counted, next");
  wait_for_dialog (fixture, "No cash at all?");
  g_assert_nonnull (ds_session_get_open_shift (fixture->session));
  answer_dialog (fixture, "none");
  ds_test_wait_for_words (fixture->window, "Waiting for the network");
}

/* The next shift on the same route begins with nothing: what the one before collected is that one's. */
static void
test_second_shift (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  const guint counts[] = { 4, 1 };

  app_fixture_open_shift (fixture, 20000);
  press_escape (fixture);
  app_fixture_take_cash (fixture, "S1", 28650);
  show_tab (fixture, "shift");
  ds_test_wait_for_words (fixture->window, "1 payment");
  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
  app_fixture_feed_statement (fixture, 48650, 61250);
  app_fixture_open_shift (fixture, 0);
  ds_test_wait_for_words (fixture->window, "Cash in hand ¥0.00");
  g_assert_false (ds_test_shows (fixture->window, "1 payment"));
  g_assert_false (ds_test_shows (fixture->window, "¥286.50"));
}

/* A statement that another key signed never becomes one: it is a problem to be shown to the clerk. */
static void
test_forged_statement (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autoptr (GError) error = NULL;
  const guint counts[] = { 2 };
  g_autoptr (DsKey) other = ds_key_generate (&error);
  DsKey *depot_key = fixture->depot_key;

  g_assert_no_error (error);
  app_fixture_open_shift (fixture, 20000);
  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
  fixture->depot_key = other;
  app_fixture_feed_statement (fixture, 20000, 61250);
  fixture->depot_key = depot_key;

  show_tab (fixture, "shift");
  ds_test_wait_for_words (fixture->window, "The depot's statement comes when everything is sent");
  app_fixture_look (fixture, "shift-closed");
  show_tab (fixture, "problems");
  ds_test_wait_for_words (fixture->window, "Depot says otherwise");
  app_fixture_look (fixture, "problems-forged");
}

/* Into the dialog over the window. */
static gboolean
can_write_note (gpointer user_data)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    {
      GtkWidget *field = ds_test_find (at->data, GTK_TYPE_EDITABLE, "Your note");

      if (field == NULL)
        continue;
      gtk_editable_set_text (GTK_EDITABLE (field), user_data);
      return TRUE;
    }
  return FALSE;
}

static void
write_note (AppFixture *fixture, const char *row, const char *text)
{
  ds_test_press (fixture->window, row);
  ds_test_wait (can_write_note, (gpointer)text, "the field for the note");
  ds_test_press (fixture->window, "Keep note");
}

/* What the courier knows of a door and the depot does not. */
static void
test_own_note (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  write_note (fixture, "Write a note", "  A dog <b>bites</b> & barks ");
  ds_test_wait_for_words (fixture->window, "A dog <b>bites</b> & barks");
  ds_test_wait_for_words (fixture->window, "The bell is broken");
  app_fixture_look (fixture, "stop-note");
  write_note (fixture, "A dog <b>bites</b> & barks", "Ring twice");
  ds_test_wait_for_words (fixture->window, "Ring twice");
  write_note (fixture, "Ring twice", "");
  ds_test_wait_for_words (fixture->window, "Write a note");
}

static gboolean
has_problem (gpointer user_data)
{
  return g_list_model_get_n_items (user_data) > 0;
}

static void
test_unknown (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  press_escape (fixture);
  app_fixture_leave_unknown (fixture, "S2", 22800);
  ds_test_wait (has_problem, ds_session_get_worklist (fixture->session), "the problem");
  show_tab (fixture, "problems");
  ds_test_wait_for_words (fixture->window, "Result unknown");
  app_fixture_look (fixture, "problems");
  ds_test_press (fixture->window, "Check now");
  ds_test_wait_for_words (fixture->window, "Noted. It is asked as soon as the handheld is online.");

  /* On its page asking comes before collecting again. */
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S2");
  ds_test_wait_for_words (fixture->window, "Another way");
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Collect"));
  app_fixture_look (fixture, "stop-unknown");
}

static void
test_parcels (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);

  /* On the route a parcel opens its stop; at its door it is checked, once. */
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "Stop 1");
  ds_test_wait_for_words (fixture->window, "0 checked");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "1 checked");
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000010");
  ds_test_wait_for_words (fixture->window, "This parcel was checked already.");

  /* Somebody else's parcel must not be handed over here. */
  ds_window_take_scan (DS_WINDOW (fixture->window), "DS730200000020");
  wait_for_dialog (fixture, "Not for this door");
  g_assert_true (ds_test_shows (fixture->window, "Stop 1"));
  answer_dialog (fixture, "open");
  ds_test_wait_for_words (fixture->window, "Cuihu Court 8-903");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "Collected");

  /* What is no parcel and no payment says so, wherever it was scanned. */
  ds_window_take_scan (DS_WINDOW (fixture->window), "https://weixin.example/qr");
  wait_for_dialog (fixture, NULL);
  answer_dialog (fixture, "close");
}

static void
type_digits (AppFixture *fixture, const char *digits)
{
  for (; *digits != '\0'; digits++)
    {
      const char key[] = { *digits, '\0' };

      ds_test_press (fixture->window, key);
    }
}

static gboolean
was_played (gpointer kind)
{
  for (guint i = speaker_count (); i > 0; i--)
    if (speaker_played (i - 1, (DsFeedbackKind)GPOINTER_TO_UINT (kind)))
      return TRUE;
  return FALSE;
}

static void
wait_for_tune (DsFeedbackKind kind)
{
  ds_test_wait (was_played, GUINT_TO_POINTER (kind), "the tune");
}

/* Nothing can be scanned: the customer reads out what the wallet shows. */
static void
test_spoken (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  char digits[DS_SPOKEN_PROOF_SIZE];
  char wrong[DS_SPOKEN_PROOF_SIZE];
  GtkWidget *key;
  DsPayment *payment;
  DsStop *stop;

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S2");
  ds_test_press (fixture->window, "Show code");
  ds_test_press (fixture->window, "Scan receipt");
  app_fixture_look (fixture, "scan-receipt");
  ds_test_press (fixture->window, "They read out digits");
  ds_test_wait_for_words (fixture->window, "Ask for the 8 digits");
  app_fixture_look (fixture, "spoken");

  stop = ds_route_find (ds_session_get_route (fixture->session), "S2");
  payment = g_ptr_array_index (stop->payments, stop->payments->len - 1);
  g_assert_true (ds_spoken_proof_derive (APP_FIXTURE_SECRET, payment->id, payment->amount_fen, digits, NULL));
  g_strlcpy (wrong, digits, sizeof wrong);
  wrong[7] = wrong[7] == '9' ? '0' : (char)(wrong[7] + 1);

  /* Seven digits are no proof yet, and a slip can be mended. */
  type_digits (fixture, "1234567");
  g_assert_false (gtk_widget_is_sensitive (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Check digits")));
  app_fixture_look (fixture, "spoken-typing");
  for (guint i = 0; i < 7; i++)
    ds_test_press (fixture->window, "Erase");
  type_digits (fixture, wrong);
  gtk_widget_grab_focus (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Check digits"));
  ds_test_press (fixture->window, "Check digits");
  ds_test_wait_for_words (fixture->window, "2 tries are left");
  /* The device's own keys go on typing here. */
  key = ds_test_find (fixture->window, GTK_TYPE_BUTTON, "7");
  g_assert_true (
      gtk_widget_is_ancestor (gtk_root_get_focus (gtk_widget_get_root (key)), gtk_widget_get_parent (key)));
  app_fixture_look (fixture, "spoken-wrong");

  /* A scan is no reading out: it is answered as a scan, and costs no try. */
  ds_window_take_scan (DS_WINDOW (fixture->window), "https://weixin.example/qr");
  ds_test_wait_for_words (fixture->window, "Scan the customer's receipt");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "2 tries are left");

  type_digits (fixture, digits);
  ds_test_press (fixture->window, "Check digits");
  ds_test_wait_for_words (fixture->window, "Paid");
  app_fixture_look (fixture, "spoken-paid");
  wait_for_tune (DS_FEEDBACK_PAID);
}

/* Three wrong ones, and the keys are dead. */
/* The code is paid after the courier has gone back for another way: they are told, and not offered to collect. */
static void
test_paid_meanwhile (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  DsDoor *door = ds_session_get_door (fixture->session);
  char digits[DS_SPOKEN_PROOF_SIZE];
  DsPayment *payment;
  DsStop *stop;

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S2");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Scan receipt");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "Cash + code");

  stop = ds_route_find (ds_session_get_route (fixture->session), "S2");
  payment = g_ptr_array_index (stop->payments, stop->payments->len - 1);
  g_assert_true (ds_spoken_proof_derive (APP_FIXTURE_SECRET, payment->id, payment->amount_fen, digits, NULL));
  ds_door_try_spoken_async (door, payment->id, digits, NULL, NULL, NULL);
  ds_test_wait (is_at_result, ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR), "the result");
}

static void
test_spoken_locked (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S2");
  ds_test_press (fixture->window, "Show code");
  ds_test_press (fixture->window, "Scan receipt");
  ds_test_press (fixture->window, "They read out digits");
  for (guint i = 0; i < 3; i++)
    {
      static const char *const words[] = { "2 tries are left", "1 try is left", "no tries left" };

      type_digits (fixture, "00000000");
      ds_test_press (fixture->window, "Check digits");
      ds_test_wait_for_words (fixture->window, words[i]);
    }
  app_fixture_look (fixture, "spoken-locked");
  g_assert_false (gtk_widget_is_sensitive (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "7")));
  ds_test_press (fixture->window, "Another way");
  ds_test_wait_for_words (fixture->window, "Cash");
}

static json_t *
make_changed_stop (const DsStop *stop, gint64 due_fen, gboolean prepaid)
{
  json_t *parcels = json_array ();

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      json_array_append_new (parcels, json_pack ("{s:s, s:I, s:b}", "waybill", parcel->waybill, "due_fen",
                                                 (json_int_t)(i == 0 ? due_fen : 0), "prepaid", prepaid));
    }
  return json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:o, s:n, s:n}", "stop",
                    stop->id, "version", (json_int_t)stop->version + 1, "position",
                    (json_int_t)stop->position, "recipient", stop->recipient, "phone", stop->phone, "address",
                    stop->address, "place", stop->place, "note", "lat_e6", (json_int_t)stop->lat_e6, "lng_e6",
                    (json_int_t)stop->lng_e6, "window_from_ms", (json_int_t)stop->window_from_ms,
                    "window_to_ms", (json_int_t)stop->window_to_ms, "parcels", parcels, "prefetched",
                    "spoken_secret");
}

static void
feed_changed_stop (AppFixture *fixture, const char *stop_id, gint64 due_fen, gboolean prepaid)
{
  DsStop *stop = ds_route_find (ds_session_get_route (fixture->session), stop_id);

  app_fixture_feed (fixture, "stop", make_changed_stop (stop, due_fen, prepaid));
}

static void
feed_removed (AppFixture *fixture, const char *stop_id, const char *reason)
{
  app_fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", stop_id, "reason", reason));
}

/* The depot changes stops while the courier is away: a line on the home page, a list, and cards where money was taken
 * that is not due any more. */
static void
test_digest (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 20000);
  app_fixture_take_cash (fixture, "S1", 28650);
  app_fixture_take_cash (fixture, "S2", 22800);
  press_escape (fixture);
  g_assert_false (ds_test_shows (fixture->window, "since you last looked"));
  feed_removed (fixture, "S1", "cancelled");
  feed_changed_stop (fixture, "S2", 15000, FALSE);
  feed_changed_stop (fixture, "S3", 9900, FALSE);
  feed_removed (fixture, "S4", "reassigned");
  feed_changed_stop (fixture, "S5", 100, TRUE);
  ds_test_wait_for_words (fixture->window, "5 changes since you last looked");
  app_fixture_look (fixture, "digest-home");

  ds_test_press (fixture->window, "5 changes since you last looked");
  ds_test_wait_for_words (fixture->window, "Keep the money apart and show it to the clerk");
  g_assert_true (ds_test_shows (fixture->window, "Price changed"));
  app_fixture_look (fixture, "digest");
  ds_test_press (fixture->window, "Got it");
  ds_test_wait_for_words (fixture->window, "Collected");
  ds_test_settle (fixture->window);
  g_assert_false (ds_test_shows (fixture->window, "since you last looked"));

  /* A stop that is gone without money is not on the route; one with money is a problem until it is decided. */
  show_tab (fixture, "problems");
  ds_test_wait_for_words (fixture->window, "Cancelled");
  g_assert_true (ds_test_shows (fixture->window, "Price lowered"));
  app_fixture_look (fixture, "problems-conflicts");
  gtk_widget_activate_action (fixture->window, "win.open-stop", "s", "S1");
  ds_test_wait_for_words (fixture->window, "The depot decides");
  app_fixture_look (fixture, "stop-cancelled");
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.show-digest", NULL);
  ds_test_wait_for_words (fixture->window, "Given to another courier");
  g_assert_false (ds_test_shows (fixture->window, "Got it"));
}

/* The code on the screen asks for what is no longer due: it goes away, and says why. */
static void
test_outdated_code (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Scan receipt");
  feed_changed_stop (fixture, "S1", 15000, FALSE);
  ds_test_wait_for_words (fixture->window, "The price has changed. Collect the new amount.");
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Scan receipt"));
  ds_test_wait_for_words (fixture->window, "¥150.00");
  press_escape (fixture);
}

/* Ten thousand doors: only what is on the screen has a row. */
static guint
count_rows (GtkWidget *widget)
{
  guint n = DS_IS_STOP_ROW (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

static gboolean
lists_all_stops (gpointer user_data)
{
  AppFixture *fixture = user_data;
  GtkWidget *list = ds_test_find (fixture->window, GTK_TYPE_LIST_VIEW, "Stops");

  return list != NULL
         && g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) == 10000;
}

static gboolean
is_gone (gpointer place)
{
  return *(gpointer *)place == NULL;
}

/* The courier goes back before the depot's code has come: what was asked for stands in nobody's way. */
static void
test_code_left (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  gpointer page;
  DsStop *stop;
  DsPayment *payment;

  app_fixture_open_shift (fixture, 0);
  g_object_set (ds_session_get_door (fixture->session), "online", TRUE, NULL);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Getting a code…");
  page = ds_test_find_type (fixture->window, DS_TYPE_COLLECT_PAGE);
  g_object_add_weak_pointer (page, &page);
  press_escape (fixture);
  ds_test_wait (is_gone, &page, "the page to be gone");
  stop = ds_route_find (ds_session_get_route (fixture->session), "S1");
  g_assert_cmpuint (stop->payments->len, ==, 1);
  payment = g_ptr_array_index (stop->payments, 0);
  g_assert_true (payment->superseded);
}

static void
test_many_stops (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 began_us;

  app_fixture_open_shift (fixture, 0);
  press_escape (fixture);
  for (guint i = 0; i < 10000; i++)
    g_ptr_array_add (stops, app_fixture_make_stop (i));

  began_us = g_get_monotonic_time ();
  ds_route_set_stops (ds_session_get_route (fixture->session), stops);
  ds_test_wait_for_words (fixture->window, "10000 to go");
  ds_test_settle (fixture->window);
  g_test_message ("10 000 stops on the screen after %d ms",
                  (int)((g_get_monotonic_time () - began_us) / 1000));
  ds_test_wait (lists_all_stops, fixture, "every stop in the list");
  g_assert_cmpuint (count_rows (fixture->window), <, 400);

  began_us = g_get_monotonic_time ();
  gtk_widget_activate_action (fixture->window, "win.search", NULL);
  ds_test_type (fixture->window, "Search the route", "lane 900-4");
  ds_test_wait_for_words (fixture->window, "Hetang Lane 900-4");
  g_test_message ("found after %d ms", (int)((g_get_monotonic_time () - began_us) / 1000));
  g_assert_false (ds_test_shows (fixture->window, "Cuihu Court"));
  app_fixture_look (fixture, "route-search");
  ds_test_type (fixture->window, "Search the route", "nowhere");
  ds_test_wait_for_words (fixture->window, "Nothing found");
  app_fixture_look (fixture, "route-nothing-found");
  press_escape (fixture);
  ds_test_wait_for_words (fixture->window, "Cuihu Court 6-2-1102");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The fixture has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  speaker_plug_in ();
  g_test_add_func ("/window/enrol-page", test_enrol_page);
  g_test_add_func ("/window/shift", test_shift);
  g_test_add_func ("/window/close-and-statement", test_close_and_statement);
  g_test_add_func ("/window/after-result", test_after_result);
  g_test_add_func ("/window/second-shift", test_second_shift);
  g_test_add_func ("/window/close-uncounted", test_close_uncounted);
  g_test_add_func ("/window/forged-statement", test_forged_statement);
  g_test_add_func ("/window/parcels", test_parcels);
  g_test_add_func ("/window/prepaid-stays", test_prepaid_stays);
  g_test_add_func ("/window/unknown", test_unknown);
  g_test_add_func ("/window/own-note", test_own_note);
  g_test_add_func ("/window/spoken", test_spoken);
  g_test_add_func ("/window/paid-meanwhile", test_paid_meanwhile);
  g_test_add_func ("/window/spoken-locked", test_spoken_locked);
  g_test_add_func ("/window/digest", test_digest);
  g_test_add_func ("/window/outdated-code", test_outdated_code);
  g_test_add_func ("/window/code-left", test_code_left);
  g_test_add_func ("/window/many-stops", test_many_stops);
  return g_test_run ();
}
