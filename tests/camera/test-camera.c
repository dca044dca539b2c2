/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a camera's frames to the code that is meant. */
#include "ds-error.h"
#include "ds-scanner.h"
#include "frame.h"

#include <glib/gstdio.h>
#include <string.h>

#define WAYBILL "JD0012345678"
#define RECEIPT "DS1:A RECEIPT"

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* One run of a camera with everything that came of it. */
typedef struct
{
  DsCamera *camera;
  DsDecoderProcess *decoder;
  DsScanner *scanner;
  guint n_frames;
  guint n_previews;
  guint last_width;
  char *read;
  char **several;
  guint view;
  GError *error;
} Run;

static void
count_frame (Run *run, DsCameraFrame *frame)
{
  run->n_frames++;
  g_assert_cmpuint (g_bytes_get_size (frame->pixels), >=, frame->stride * (frame->height - 1) + frame->width);
}

static void
count_preview (Run *run, DsCameraFrame *frame)
{
  run->n_previews++;
  run->last_width = frame->width;
}

static void
did_read (Run *run, const char *text)
{
  g_assert_null (run->read);
  run->read = g_strdup (text);
}

static void
did_read_several (Run *run, char **texts)
{
  run->several = g_strdupv (texts);
}

static void
did_view (Run *run, guint view)
{
  run->view = view;
}

static void
did_fail (Run *run, const GError *error)
{
  g_assert_null (run->error);
  run->error = g_error_copy (error);
}

static void
run_start (Run *run, const char *source)
{
  *run = (Run){ .camera = ds_camera_new (), .decoder = ds_decoder_process_new (NULL), .view = G_MAXUINT };
  run->scanner = ds_scanner_new (run->camera, run->decoder);
  g_signal_connect_swapped (run->camera, "frame", G_CALLBACK (count_frame), run);
  g_signal_connect_swapped (run->camera, "preview", G_CALLBACK (count_preview), run);
  g_signal_connect_swapped (run->camera, "failed", G_CALLBACK (did_fail), run);
  g_signal_connect_swapped (run->scanner, "failed", G_CALLBACK (did_fail), run);
  g_signal_connect_swapped (run->scanner, "read", G_CALLBACK (did_read), run);
  g_signal_connect_swapped (run->scanner, "several", G_CALLBACK (did_read_several), run);
  g_signal_connect_swapped (run->scanner, "view", G_CALLBACK (did_view), run);
  ds_camera_set_source (run->camera, source);
  ds_camera_start (run->camera);
}

static void
run_clear (Run *run)
{
  ds_camera_stop (run->camera);
  RUN_UNTIL (!ds_decoder_process_is_busy (run->decoder)); /* which holds on to who asked it */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (run->scanner);
  g_assert_finalize_object (run->camera);
  g_object_unref (run->decoder);
  g_free (run->read);
  g_strfreev (run->several);
  g_clear_error (&run->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* Returns: (transfer full): a camera before which stands @frame, at @rate pictures a second, and then @more. */
static char *
put_before_camera (const Frame *frame, guint rate, const char *more)
{
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autofree char *name = g_strdup_printf ("frame-%u.grey", g_random_int ());

  for (guint y = 0; y < frame->height; y++)
    g_byte_array_append (rows, frame->pixels + y * frame->stride, frame->width);
  g_assert_true (g_file_set_contents (name, (const char *)rows->data, (gssize)rows->len, NULL));
  return g_strdup_printf (
      "filesrc location=%s blocksize=%u ! rawvideoparse format=gray8 width=%u height=%u ! "
      "imagefreeze is-live=true %s ! capsfilter caps=video/x-raw,framerate=%u/1",
      name, rows->len, frame->width, frame->height, more, rate);
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
did_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
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
  g_test_add_func ("/camera/reads", test_reads);
  g_test_add_func ("/camera/latest-wins", test_latest_wins);
  g_test_add_func ("/camera/waybill", test_waybill);
  g_test_add_func ("/camera/two-codes", test_two_codes);
  g_test_add_func ("/camera/views", test_views);
  g_test_add_func ("/camera/failures", test_failures);
  g_test_add_func ("/camera/list", test_list);
  return g_test_run ();
}
