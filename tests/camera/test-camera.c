/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a camera's frames to the code that is meant. */
#include "camera-run.h"
#include "ds-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define WAYBILL "JD0012345678"
#define RECEIPT "DS1:A RECEIPT"

static void
did_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static void
test_reads (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  g_autofree char *source = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_qr (&frame, RECEIPT, 8, 300, 100);
  source = put_before_camera (&frame, 30, "");
  run_start (&run, source);
  g_assert_true (ds_camera_is_on (run.camera));
  RUN_UNTIL (run.read != NULL && run.n_previews > 0);
  g_assert_cmpstr (run.read, ==, RECEIPT);
  g_assert_cmpuint (run.last_width, ==, DS_CAMERA_PREVIEW_SIDE);

  /* Read once, until it is asked for more; and nothing comes from a camera that is off. */
  run.n_frames = 0;
  RUN_UNTIL (run.n_frames >= 10);
  g_clear_pointer (&run.read, g_free);
  ds_scanner_resume (run.scanner);
  RUN_UNTIL (run.read != NULL);
  ds_camera_stop (run.camera);
  g_assert_false (ds_camera_is_on (run.camera));
  run.n_frames = 0;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (run.n_frames, ==, 0);

  /* And on again. */
  ds_camera_start (run.camera);
  RUN_UNTIL (run.n_frames > 0);
}

/* While another part of the window makes the list of cameras, which prepares GStreamer, too. The first test: nothing is
 * prepared yet. */
static void
test_while_listing (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *source = NULL;

  frame_init (&frame, 640, 360, 0);
  source = put_before_camera (&frame, 30, "");
  ds_camera_list_async (NULL, did_list, &result);
  run_start (&run, source);
  RUN_UNTIL (run.n_frames > 0 || run.error != NULL);
  g_assert_no_error (run.error);
  RUN_UNTIL (result != NULL);
  g_ptr_array_unref (ds_camera_list_finish (result, NULL));
}

/* However late the main loop is, one frame waits for it: the latest. */
static void
test_latest_wins (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  g_autofree char *source = NULL;
  guint before;

  frame_init (&frame, 640, 360, 0);
  source = put_before_camera (&frame, 30, "");
  run_start (&run, source);
  RUN_UNTIL (run.n_frames > 2);
  before = run.n_frames;
  g_usleep (1000 * 1000); /* this is the main loop being late by thirty frames */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (run.n_frames - before, <=, 4);
}

static void
test_waybill (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  g_autofree char *source = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_code128 (&frame, WAYBILL, 4, 100, 200, 160);
  source = put_before_camera (&frame, 30, "");
  run_start (&run, source);
  RUN_UNTIL (run.read != NULL);
  g_assert_cmpstr (run.read, ==, WAYBILL);
}

static void
test_two_codes (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  g_autofree char *source = NULL;

  frame_init (&frame, 1280, 720, 0);
  frame_draw_qr (&frame, "0100320229316139647", 8, 60, 100);
  frame_draw_qr (&frame, "0100420229316139647", 8, 700, 100);
  source = put_before_camera (&frame, 30, "");
  run_start (&run, source);
  RUN_UNTIL (run.several != NULL);
  g_assert_null (run.read);
  g_assert_cmpuint (g_strv_length (run.several), ==, 2);
}

static void
test_views (void)
{
  g_auto (Frame) dark = { 0 };
  g_auto (Frame) far = { 0 };
  Frame *const frames[] = { &dark, &far };
  const guint views[] = { DS_VIEW_DARK, DS_VIEW_EMPTY };

  frame_init (&dark, 640, 360, 0);
  memset (dark.pixels, 12, dark.stride * dark.height);
  frame_init (&far, 640, 360, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_auto (Run) run = { 0 };
      g_autofree char *source = put_before_camera (frames[i], 30, "");

      run_start (&run, source);
      RUN_UNTIL (run.view != G_MAXUINT);
      g_assert_cmpuint (run.view, ==, views[i]);
    }
}

/* Whatever is wrong with a camera: a sentence, and it is off. */
static void
test_failures (void)
{
  g_auto (Frame) frame = { 0 };
  g_autofree char *pulled_out = NULL;

  frame_init (&frame, 640, 360, 0);
  pulled_out = put_before_camera (&frame, 30, "num-buffers=3");
  {
    const struct
    {
      const char *source;
      int code;
    } cases[] = {
      { pulled_out, DS_ERROR_STATE },
      { "v4l2src device=/dev/video-none", DS_ERROR_NOT_FOUND },
      { "no-such-element ! nothing", DS_ERROR_INVALID },
      { "appsrc is-live=true caps=video/x-raw,format=GRAY8,width=8,height=8,framerate=1/1", DS_ERROR_STATE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_auto (Run) run = { 0 };

        run_start (&run, cases[i].source);
        RUN_UNTIL (run.error != NULL);
        g_assert_error (run.error, DS_ERROR, cases[i].code);
        g_assert_false (ds_camera_is_on (run.camera));
      }
  }
}

static void
test_list (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = NULL;

  ds_camera_list_async (NULL, did_list, &result);
  RUN_UNTIL (result != NULL);
  devices = ds_camera_list_finish (result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < devices->len; i++)
    g_assert_nonnull (((DsCameraDevice *)g_ptr_array_index (devices, i))->id);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("doorstep-camera-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/camera/while-listing", test_while_listing);
  g_test_add_func ("/camera/reads", test_reads);
  g_test_add_func ("/camera/latest-wins", test_latest_wins);
  g_test_add_func ("/camera/waybill", test_waybill);
  g_test_add_func ("/camera/two-codes", test_two_codes);
  g_test_add_func ("/camera/views", test_views);
  g_test_add_func ("/camera/failures", test_failures);
  g_test_add_func ("/camera/list", test_list);
  return g_test_run ();
}
