/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scanning with the camera as a courier sees it: a picture stands before the camera, the page answers. */
#include "config.h"

#include "app-fixture.h"
#include "ds-preferences.h"
#include "frame.h"

#include <glib/gstdio.h>
#include <string.h>

/* A camera before which stands @frame; %NULL for a device without one. */
static void
put_before_camera (const Frame *frame)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autofree char *name = g_strdup_printf ("frame-%u.grey", g_random_int ());
  g_autofree char *source = NULL;

  g_assert_nonnull (preferences);
  if (frame == NULL)
    {
      g_settings_set_string (preferences, "camera-source", "v4l2src device=/dev/video-none");
      return;
    }
  for (guint y = 0; y < frame->height; y++)
    g_byte_array_append (rows, frame->pixels + y * frame->stride, frame->width);
  g_assert_true (g_file_set_contents (name, (const char *)rows->data, (gssize)rows->len, NULL));
  source
      = g_strdup_printf ("filesrc location=%s blocksize=%u ! rawvideoparse format=gray8 width=%u height=%u ! "
                         "imagefreeze is-live=true ! capsfilter caps=video/x-raw,framerate=30/1",
                         name, rows->len, frame->width, frame->height);
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
  folder = g_dir_make_tmp ("doorstep-camera-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/camera-scan/parcel", test_parcel);
  g_test_add_func ("/camera-scan/foreign-code", test_foreign_code);
  g_test_add_func ("/camera-scan/two-codes", test_two_codes);
  g_test_add_func ("/camera-scan/dark", test_dark);
  g_test_add_func ("/camera-scan/no-camera", test_no_camera);
  return g_test_run ();
}
