/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures decoded by the helper process: what it reads, and that whatever it does costs one picture. */
#include "ds-decoder-process.h"
#include "ds-decoder-wire.h"
#include "ds-error.h"
#include "ds-qr.h"
#include "naughty.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <qrencode.h>
#include <string.h>
#include <unistd.h>

static const char *naughty_program;

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static DsReading *
wait_for (DsDecoderProcess *decoder, GAsyncResult **result, GError **error)
{
  g_autoptr (GAsyncResult) done = NULL;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  done = g_steal_pointer (result);
  return ds_decoder_process_decode_finish (decoder, done, error);
}

/* Returns: (transfer full): a frame that shows @text in a code, with rows of @stride bytes. */
static GBytes *
draw (const char *text, guint *side, gsize *stride)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);
  g_autoptr (GBytes) packed = NULL;
  const guint8 *pixels;
  guint8 *frame;

  g_assert_no_error (error);
  packed = ds_qr_render (qr, 4, side);
  pixels = g_bytes_get_data (packed, NULL);
  *stride = *side + 13;
  frame = g_malloc0 (*stride * *side);
  for (guint y = 0; y < *side; y++)
    memcpy (frame + y * *stride, pixels + (gsize)y * *side, *side);
  return g_bytes_new_take (frame, *stride * *side);
}

static DsReading *
decode_frame (DsDecoderProcess *decoder,
              GBytes *frame,
              guint width,
              guint height,
              gsize stride,
              GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_decoder_process_decode_frame_async (decoder, frame, width, height, stride, NULL, did_finish, &result);
  return wait_for (decoder, &result, error);
}

static void
assert_reads (DsDecoderProcess *decoder, const char *text)
{
  g_autoptr (GError) error = NULL;
  guint side;
  gsize stride;
  g_autoptr (GBytes) frame = draw (text, &side, &stride);
  g_autoptr (DsReading) reading = decode_frame (decoder, frame, side, side, stride, &error);

  g_assert_no_error (error);
  g_assert_cmpint (reading->view, ==, DS_VIEW_READ);
  g_assert_cmpuint (reading->symbols->len, ==, 1);
  g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (reading->symbols, 0))->text, ==, text);
}

static void
test_frames (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);

  assert_reads (decoder, "DS1:FIRST");
  assert_reads (decoder, "收款码 · 韩师傅 🧧");
}

/* Returns: (transfer full): a frame with a code of @n bytes that are no UTF-8 and say nothing about what they are. */
static GBytes *
draw_bytes (const char *bytes, gsize n, guint *side)
{
  QRcode *code = QRcode_encodeData ((int)n, (const guint8 *)bytes, 0, QR_ECLEVEL_M);
  guint modules = (guint)code->width + 8;
  guint8 *frame;

  *side = modules * 4;
  frame = g_malloc ((gsize)*side * *side);
  memset (frame, 255, (gsize)*side * *side);
  for (guint y = 16; y < *side - 16; y++)
    for (guint x = 16; x < *side - 16; x++)
      if (code->data[(y / 4 - 4) * (guint)code->width + (x / 4 - 4)] & 1)
        frame[(gsize)y * *side + x] = 0;
  QRcode_free (code);
  return g_bytes_new_take (frame, (gsize)*side * *side);
}

/* Every character set is at hand although the helper can open nothing. */
static void
test_foreign_characters (void)
{
  static const char *const charsets[] = { "GB18030", "SHIFT_JIS", "ISO-8859-1" };
  static const char *const texts[] = { "京东快递员收款", "テスト", "Zürich à" };
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize n;
      guint side;
      g_autoptr (GError) error = NULL;
      g_autofree char *bytes = g_convert (texts[i], -1, charsets[i], "UTF-8", NULL, &n, NULL);
      g_autoptr (GBytes) frame = draw_bytes (bytes, n, &side);
      g_autoptr (DsReading) reading = decode_frame (decoder, frame, side, side, side, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (reading->symbols->len, ==, 1);
      g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (reading->symbols, 0))->text, ==, texts[i]);
    }
}

static GBytes *
make_png (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);
  char *contents;
  gsize n;

  g_assert_true (ds_qr_save (qr, "code.png", 4, &error));
  g_assert_true (g_file_get_contents ("code.png", &contents, &n, &error));
  g_remove ("code.png");
  return g_bytes_new_take (contents, n);
}

/* Files wait their turn; a frame does not. */
static void
test_turns (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("GIF89a", 6);
  g_autoptr (GBytes) png = make_png ("DS1:FILE");
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsReading) reading = NULL;
  guint side;
  gsize stride;
  g_autoptr (GBytes) frame = draw ("DS1:FRAME", &side, &stride);

  ds_decoder_process_decode_picture_async (decoder, rubbish, NULL, did_finish, &first);
  ds_decoder_process_decode_picture_async (decoder, png, NULL, did_finish, &second);
  g_assert_true (ds_decoder_process_is_busy (decoder));
  g_assert_null (decode_frame (decoder, frame, side, side, stride, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);

  g_assert_null (wait_for (decoder, &first, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  reading = wait_for (decoder, &second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reading->symbols->len, ==, 1);
  g_assert_false (ds_decoder_process_is_busy (decoder));
}

static void
test_too_large (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);
  gsize n = DS_WIRE_MEMORY_SIZE + 1;
  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (n), n);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_decoder_process_decode_picture_async (decoder, huge, NULL, did_finish, &result);
  g_assert_null (wait_for (decoder, &result, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
  assert_reads (decoder, "DS1:AFTER");
}

/* Returns: (transfer full): the content of a PNG file of that size, red above and blue below. */
static GBytes *
draw_png (guint width, guint height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)width, (int)height);
  cairo_t *cairo = cairo_create (surface);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "doorstep-photo-XXXXXX", NULL);
  g_autofree char *content = NULL;
  gsize n;
  int fd = g_mkstemp (path);

  cairo_set_source_rgb (cairo, 1, 0, 0);
  cairo_paint (cairo);
  cairo_set_source_rgb (cairo, 0, 0, 1);
  cairo_rectangle (cairo, 0, height / 2, width, height);
  cairo_fill (cairo);
  cairo_destroy (cairo);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  g_assert_true (g_file_get_contents (path, &content, &n, NULL));
  close (fd);
  g_unlink (path);
  return g_bytes_new_take (g_steal_pointer (&content), n);
}

static DsPhoto *
load_photo (DsDecoderProcess *decoder, GBytes *file, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_decoder_process_load_photo_async (decoder, file, NULL, did_finish, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_decoder_process_load_photo_finish (decoder, result, error);
}

static void
assert_photo (const DsPhoto *photo, guint width, guint height)
{
  const guint8 *pixels = g_bytes_get_data (photo->pixels, NULL);
  const guint8 *last = pixels + g_bytes_get_size (photo->pixels) - DS_PHOTO_BYTES_PER_PIXEL;

  g_assert_cmpuint (photo->width, ==, width);
  g_assert_cmpuint (photo->height, ==, height);
  g_assert_cmpuint (g_bytes_get_size (photo->pixels), ==, (gsize)width * height * DS_PHOTO_BYTES_PER_PIXEL);
  g_assert_true (pixels[0] > 200 && pixels[2] < 60);
  g_assert_true (last[0] < 60 && last[2] > 200);
}

/* Photographs of any size come out of the helper as small as they are kept; what is none costs nothing but words. */
static void
test_photo (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);
  g_autoptr (GBytes) png = draw_png (3000, 2000);
  g_autoptr (GBytes) tiny = draw_png (2, 2);
  g_autoptr (GBytes) broken = g_bytes_new_from_bytes (png, 0, 100);
  g_autoptr (GBytes) text = g_bytes_new_static ("GIF89a", 6);
  g_autoptr (GBytes) false_jpeg = g_bytes_new_static ("\xff\xd8\xff\xe0nonsense", 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPhoto) photo = load_photo (decoder, png, &error);
  g_autoptr (DsPhoto) dot = NULL;
  g_autoptr (DsPhoto) again = NULL;
  g_autoptr (GBytes) jpeg = NULL;
  GBytes *const bad[] = { broken, text, false_jpeg };

  g_assert_no_error (error);
  assert_photo (photo, 1280, 853);
  jpeg = ds_photo_compress (photo, &error);
  g_assert_no_error (error);
  again = load_photo (decoder, jpeg, &error);
  g_assert_no_error (error);
  assert_photo (again, 1280, 853);
  dot = load_photo (decoder, tiny, &error);
  g_assert_no_error (error);
  assert_photo (dot, 2, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_clear_error (&error);
      g_assert_null (load_photo (decoder, bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
  assert_reads (decoder, "DS1:AFTER");
}

static void
test_cancelled (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);
  g_autoptr (GBytes) png = make_png ("DS1:FILE");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_decoder_process_decode_picture_async (decoder, png, cancellable, did_finish, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (wait_for (decoder, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_reads (decoder, "DS1:AFTER");
}

/* Whatever a helper does that it must not do, or says that makes no sense, costs one picture. */
static void
test_naughty (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (naughty_program);
  guint side;
  gsize stride;
  g_autoptr (GBytes) frame = draw ("DS1:NAUGHTY", &side, &stride);

  for (guint8 what = NAUGHTY_NOT + 1; what < N_NAUGHTY; what++)
    {
      g_autoptr (GError) error = NULL;
      gsize n = g_bytes_get_size (frame);
      guint8 *pixels = g_memdup2 (g_bytes_get_data (frame, NULL), n);
      g_autoptr (GBytes) order = NULL;
      gint64 begun_us;

      assert_reads (decoder, "DS1:BEFORE"); /* and the helper runs: the time of its start is not counted */
      pixels[0] = what;
      order = g_bytes_new_take (pixels, n);
      begun_us = g_get_monotonic_time ();
      g_test_message ("naughty %u", what);
      g_assert_null (decode_frame (decoder, order, side, side, stride, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
      if (what == NAUGHTY_HANG)
        g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, DS_DECODER_FRAME_LIMIT_MS * 1000);
      assert_reads (decoder, "DS1:AFTER");
    }
  g_assert_false (g_file_test ("/tmp/doorstep-naughty", G_FILE_TEST_EXISTS));
}

/* The program itself, looked at from outside: it is locked in before it gets a picture. */
static void
test_locked_in (void)
{
  g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (NULL);
  g_autofree char *children = NULL;
  g_autofree char *path = NULL;
  g_autofree char *status = NULL;

  assert_reads (decoder, "DS1:HERE");
  g_assert_true (g_file_get_contents ("/proc/thread-self/children", &children, NULL, NULL));
  g_strstrip (children);
  g_assert_cmpuint (strspn (children, "0123456789"), ==, strlen (children)); /* the one that is ours */
  path = g_build_filename ("/proc", children, "status", NULL);
  g_assert_true (g_file_get_contents (path, &status, NULL, NULL));
  g_assert_true (g_str_has_prefix (status, "Name:\tdoorstep-decode"));
  g_assert_nonnull (strstr (status, "\nNoNewPrivs:\t1\n"));
  g_assert_nonnull (strstr (status, "\nSeccomp:\t2\n"));
  g_assert_nonnull (strstr (status, "\nThreads:\t1\n"));
}

/* A helper that is not there, or dies at once, is not started again for every frame. */
static void
test_broken_helper (void)
{
  static const char *const programs[] = { "/nowhere/doorstep-decoder", "/bin/true", "/bin/cat" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (DsDecoderProcess) decoder = ds_decoder_process_new (programs[i]);
      guint side;
      gsize stride;
      g_autoptr (GBytes) frame = draw ("DS1:BROKEN", &side, &stride);
      g_autoptr (GError) error = NULL;

      for (guint try = 0; try < 5; try++)
        {
          g_clear_error (&error);
          g_assert_null (decode_frame (decoder, frame, side, side, stride, &error));
        }
      g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (argc, >, 1);
  naughty_program = argv[1];
  g_test_add_func ("/decoder-process/frames", test_frames);
  g_test_add_func ("/decoder-process/foreign-characters", test_foreign_characters);
  g_test_add_func ("/decoder-process/turns", test_turns);
  g_test_add_func ("/decoder-process/too-large", test_too_large);
  g_test_add_func ("/decoder-process/photo", test_photo);
  g_test_add_func ("/decoder-process/cancelled", test_cancelled);
  g_test_add_func ("/decoder-process/naughty", test_naughty);
  g_test_add_func ("/decoder-process/locked-in", test_locked_in);
  g_test_add_func ("/decoder-process/broken-helper", test_broken_helper);
  return g_test_run ();
}
