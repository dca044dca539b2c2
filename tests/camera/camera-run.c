/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "camera-run.h"

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
run_begin (Run *run, const char *id, const char *source)
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
  ds_camera_set_device (run->camera, id);
  ds_camera_set_source (run->camera, source);
  ds_camera_start (run->camera);
}

void
run_start (Run *run, const char *source)
{
  run_begin (run, NULL, source);
}

void
run_start_device (Run *run, const char *id)
{
  run_begin (run, id, NULL);
}

void
run_clear (Run *run)
{
  ds_camera_stop (run->camera);
  RUN_UNTIL (!ds_decoder_process_is_busy (run->decoder)); /* which holds on to who asked it */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (run->scanner);
  /* A thread that looked for it may be about to let go of it. */
  g_object_add_weak_pointer (G_OBJECT (run->camera), (gpointer *)&run->camera);
  g_object_unref (run->camera);
  while (g_atomic_pointer_get (&run->camera) != NULL)
    g_thread_yield ();
  g_object_unref (run->decoder);
  g_free (run->read);
  g_strfreev (run->several);
  g_clear_error (&run->error);
}
char *
save_rows (const Frame *frame)
{
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  char *name = g_strdup_printf ("frame-%u.grey", g_random_int ());

  for (guint y = 0; y < frame->height; y++)
    g_byte_array_append (rows, frame->pixels + y * frame->stride, frame->width);
  g_assert_true (g_file_set_contents (name, (const char *)rows->data, (gssize)rows->len, NULL));
  return name;
}

char *
put_before_camera (const Frame *frame, guint rate, const char *more)
{
  g_autofree char *name = save_rows (frame);

  return g_strdup_printf (
      "filesrc location=%s blocksize=%u ! rawvideoparse format=gray8 width=%u height=%u ! "
      "imagefreeze is-live=true %s ! capsfilter caps=video/x-raw,framerate=%u/1",
      name, frame->width * frame->height, frame->width, frame->height, more, rate);
}
