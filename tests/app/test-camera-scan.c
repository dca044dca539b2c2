/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scanning with the camera as a courier sees it: a picture stands before the camera, the page answers. */
#include "config.h"

#include "app-fixture.h"
#include "ds-decoder-process.h"
#include "ds-enrol-code.h"
#include "ds-preferences.h"
#include "ds-viewfinder.h"
#include "frame.h"
#include "speaker.h"

#include <glib/gstdio.h>
#include <string.h>

static void
save_rows (const Frame *frame, const char *name)
{
  g_autoptr (GByteArray) rows = g_byte_array_new ();

  for (guint y = 0; y < frame->height; y++)
    g_byte_array_append (rows, frame->pixels + y * frame->stride, frame->width);
  g_assert_true (g_file_set_contents (name, (const char *)rows->data, (gssize)rows->len, NULL));
}

/* A camera before which stands @frame; %NULL for a device without one. */
static void
put_before_camera (const Frame *frame)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *name = g_strdup_printf ("frame-%u.grey", g_random_int ());
  g_autofree char *source = NULL;

  g_assert_nonnull (preferences);
  if (frame == NULL)
    {
      g_settings_set_string (preferences, "camera-source", "v4l2src device=/dev/video-none");
      return;
    }
  save_rows (frame, name);
  source
      = g_strdup_printf ("filesrc location=%s blocksize=%u ! rawvideoparse format=gray8 width=%u height=%u ! "
                         "imagefreeze is-live=true ! capsfilter caps=video/x-raw,framerate=30/1",
                         name, frame->width * frame->height, frame->width, frame->height);
  g_settings_set_string (preferences, "camera-source", source);
}

static AppFixture *
start (const Frame *frame)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_feed_stops (fixture, 3);
  app_fixture_open_shift (fixture, 0);
  put_before_camera (frame);
  gtk_widget_activate_action (fixture->window, "win.scan", NULL);
  return fixture;
}

static void
test_parcel (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (AppFixture) fixture = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_code128 (&frame, "DS730200000010", 4, 100, 200, 160);
  fixture = start (&frame);
  ds_test_wait_for_words (fixture->window, "DS7302 0000 0011");
}

static gboolean
was_wrong_played (gpointer unused)
{
  guint n = speaker_count ();

  return n > 0 && speaker_played (n - 1, DS_FEEDBACK_WRONG);
}

static void
test_foreign_code (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (AppFixture) fixture = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_qr (&frame, "https://example.com/a-poster", 8, 400, 150);
  fixture = start (&frame);
  ds_test_wait_for_words (fixture->window, "web");
  app_fixture_look (fixture, "scan-foreign");
  ds_test_wait (was_wrong_played, NULL, "the tune for a wrong code");

  /* The same code once more, when it is asked for. */
  ds_test_press (fixture->window, "Scan again");
  ds_test_wait_for_words (fixture->window, "web");
}

static void
test_two_codes (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (AppFixture) fixture = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_qr (&frame, "0100320229316139647", 8, 60, 100);
  frame_draw_qr (&frame, "0100420229316139648", 8, 700, 100);
  fixture = start (&frame);
  for (GListModel *windows = gtk_window_get_toplevels (); g_list_model_get_n_items (windows) < 2;)
    g_main_context_iteration (NULL, TRUE);
  {
    g_autoptr (GtkWindow) dialog = NULL;
    GListModel *windows = gtk_window_get_toplevels ();

    for (guint i = 0; i < g_list_model_get_n_items (windows) && dialog == NULL; i++)
      {
        g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

        if (ADW_IS_MESSAGE_DIALOG (window))
          dialog = g_steal_pointer (&window);
      }
    g_assert_nonnull (dialog);
    g_assert_true (ds_test_shows (GTK_WIDGET (dialog), "Payer code …139647")
                   || ds_test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "Payer code …139647") != NULL);
    adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "again");
    gtk_window_destroy (dialog);
  }
}

static void
test_dark (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (AppFixture) fixture = NULL;

  frame_init (&frame, 640, 360, 0);
  memset (frame.pixels, 9, frame.stride * frame.height);
  fixture = start (&frame);
  ds_test_wait_for_words (fixture->window, "too dark");
}

/* What is seen changes every two thirds of a second between dark and light: nobody could read words that did, too. */
static void
count_words (DsViewfinder *viewfinder, GParamSpec *property, guint *n)
{
  (*n)++;
}

static GtkWidget *
find_viewfinder (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (DS_IS_VIEWFINDER (widget) && gtk_widget_get_mapped (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_viewfinder (child);
  return found;
}

static gboolean
is_time (gpointer until_us)
{
  return g_get_monotonic_time () >= *(gint64 *)until_us;
}

/* The main loop may have nothing else to do by then. */
static gboolean
wake (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
test_steady_words (void)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autoptr (AppFixture) fixture = NULL;
  guint n_changes = 0;
  gint64 until_us;
  guint waker;

  for (guint i = 0; i < 40; i++)
    {
      g_auto (Frame) frame = { 0 };
      g_autofree char *name = g_strdup_printf ("video-%02u.grey", i);

      frame_init (&frame, 320, 180, 0);
      if (i < 20)
        memset (frame.pixels, 9, frame.stride * frame.height);
      save_rows (&frame, name);
    }
  fixture = app_fixture_new_enrolled ();
  app_fixture_open_shift (fixture, 0);
  g_settings_set_string (preferences, "camera-source",
                         "multifilesrc location=video-%02d.grey stop-index=39 loop=true "
                         "caps=video/x-raw,format=GRAY8,width=320,height=180,framerate=30/1 ! "
                         "identity sync=true");
  gtk_widget_activate_action (fixture->window, "win.scan", NULL);
  ds_test_wait_for_words (fixture->window, "too dark");
  g_signal_connect (find_viewfinder (fixture->window), "notify::words", G_CALLBACK (count_words), &n_changes);
  until_us = g_get_monotonic_time () + G_GINT64_CONSTANT (6) * 1000 * 1000;
  waker = g_timeout_add (500, wake, NULL);
  ds_test_wait (is_time, &until_us, "six seconds");
  g_source_remove (waker);
  g_test_message ("%u changes", n_changes);
  g_assert_cmpuint (n_changes, >=, 1);
  g_assert_cmpuint (n_changes, <=, 6);
}

/* A new handheld: the code on the manager's screen, and first something else. */
static void
test_enrol (void)
{
  g_auto (Frame) wall = { 0 };
  g_auto (Frame) poster = { 0 };
  g_auto (Frame) code = { 0 };
  g_autoptr (AppFixture) fixture = NULL;
  const DsEnrolCode terms = { .address = (char *)"https://127.0.0.1:1",
                              .pin = (char *)"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                              .code = (char *)"K7QDMX2P" };
  g_autofree char *text = ds_enrol_code_to_text (&terms);

  frame_init (&poster, 1280, 720, 0);
  frame_draw_qr (&poster, "https://example.com/a-poster", 8, 400, 150);
  frame_init (&code, 1280, 720, 0);
  frame_draw_qr (&code, text, 8, 300, 50);

  frame_init (&wall, 1280, 720, 0);
  put_before_camera (&wall);
  fixture = app_fixture_new ();
  g_assert_null (find_viewfinder (fixture->window)); /* and no camera before it is asked for */
  ds_test_press (fixture->window, "Scan with the camera");
  ds_test_wait_for_words (fixture->window, "Hold the code inside the frame");
  app_fixture_look (fixture, "enrol-scan");
  ds_test_press (fixture->window, "Cancel");
  g_assert_null (find_viewfinder (fixture->window));

  put_before_camera (&poster);
  ds_test_press (fixture->window, "Scan with the camera");
  ds_test_wait_for_words (fixture->window, "not an enrolment code");
  ds_test_wait_for_words (fixture->window, "Scan the code on the manager's screen");
  g_assert_null (find_viewfinder (fixture->window));

  put_before_camera (&code);
  ds_test_press (fixture->window, "Scan with the camera");
  ds_test_wait_for_words (fixture->window, "The code is still good");
}

static gboolean
take_note (const char *text, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return FALSE;
}

static gboolean
is_reading (gpointer unused)
{
  return ds_decoder_process_is_busy (ds_decoder_process_get_default ());
}

static gboolean
has_read (gpointer unused)
{
  return !is_reading (NULL);
}

/* The courier leaves while a frame is being read: what is found in it is nobody's question any more. */
static void
test_left (void)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  DsViewfinder *viewfinder = g_object_new (DS_TYPE_VIEWFINDER, NULL);
  GtkWidget *window = gtk_window_new ();
  g_auto (Frame) frame = { 0 };
  gpointer place = viewfinder;
  gboolean was_asked;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_code128 (&frame, "DS730200000010", 4, 100, 200, 160);
  put_before_camera (&frame);
  g_object_add_weak_pointer (G_OBJECT (viewfinder), &place);
  ds_preferences_lead_camera (preferences, viewfinder);
  ds_viewfinder_set_waybills (viewfinder, take_note, &was_asked);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (viewfinder));
  gtk_window_present (GTK_WINDOW (window));
  ds_test_wait (is_reading, NULL, "a frame to be read");
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_null (place);
  was_asked = FALSE;
  ds_test_wait (has_read, NULL, "the frame to be done with");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (was_asked);
}

static void
test_no_camera (void)
{
  g_autoptr (AppFixture) fixture = start (NULL);

  ds_test_wait_for_words (fixture->window, "There is no camera");
  app_fixture_look (fixture, "scan-no-camera");
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;

  /* Directories are not isolated: icons and what loads them lie in the system's. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  speaker_plug_in ();
  folder = g_dir_make_tmp ("doorstep-camera-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/camera-scan/parcel", test_parcel);
  g_test_add_func ("/camera-scan/foreign-code", test_foreign_code);
  g_test_add_func ("/camera-scan/two-codes", test_two_codes);
  g_test_add_func ("/camera-scan/dark", test_dark);
  g_test_add_func ("/camera-scan/steady-words", test_steady_words);
  g_test_add_func ("/camera-scan/enrol", test_enrol);
  g_test_add_func ("/camera-scan/left", test_left);
  g_test_add_func ("/camera-scan/no-camera", test_no_camera);
  return g_test_run ();
}
