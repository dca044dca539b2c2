/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder.h"
#include "ds-error.h"
#include "ds-qr.h"
#include "frame.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_texts (void)
{
  const char *const texts[] = {
    "DS1:6BF5A0%20$*+-./:",
    "0100320229316139647",
    "https://example.com/pay?a=1",
    "快递 代收货款 ¥286.50",
    "𠮷家快递",
    "ÄÖÜ é",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (Frame) frame = { 0 };

      frame_init (&frame, 640, 480, 0);
      frame_draw_qr (&frame, texts[i], 5, 200, 100);
      frame_assert_reads (&frame, texts[i]);
    }
}

static void
test_strides (void)
{
  for (guint width = 174; width < 182; width++)
    for (gsize padding = 0; padding < 4; padding++)
      {
        g_auto (Frame) frame = { 0 };

        frame_init (&frame, width, 180, padding);
        frame_draw_qr (&frame, "DS1:STRIDE", 5, 6, 9);
        frame_assert_reads (&frame, "DS1:STRIDE");
      }
}

static void
test_inverted (void)
{
  g_auto (Frame) frame = { 0 };

  frame_init (&frame, 640, 480, 2);
  frame_draw_qr (&frame, "DS1:LIGHT ON DARK", 5, 200, 100);
  for (guint y = 0; y < frame.height; y++)
    for (guint x = 0; x < frame.width; x++)
      frame.pixels[y * frame.stride + x] = 255 - frame.pixels[y * frame.stride + x];
  frame_assert_reads (&frame, "DS1:LIGHT ON DARK");
}

/* Strong light from one side: no one threshold fits the whole frame. */
static void
test_shadow (void)
{
  g_auto (Frame) frame = { 0 };

  frame_init (&frame, 640, 480, 0);
  frame_draw_qr (&frame, "DS1:IN THE SHADOW", 8, 150, 60);
  for (guint y = 0; y < frame.height; y++)
    for (guint x = 0; x < frame.width; x++)
      {
        guint8 *p = &frame.pixels[y * frame.stride + x];

        *p = (guint8)(*p * (x + 60) / (frame.width + 60));
      }
  frame_assert_reads (&frame, "DS1:IN THE SHADOW");
}

static void
test_sizes (void)
{
  const guint scales[] = { 2, 3, 4, 8, 16, 30 };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_auto (Frame) frame = { 0 };

      frame_init (&frame, 1280, 1000, 0);
      frame_draw_qr (&frame, "0100320229316139647", scales[i], 33, 21);
      frame_assert_reads (&frame, "0100320229316139647");
    }
}

static void
test_turned (void)
{
  for (guint degrees = 0; degrees < 360; degrees += 15)
    {
      g_auto (Frame) frame = { 0 };

      frame_init (&frame, 640, 480, 0);
      frame_draw_qr (&frame, "0100320229316139647", 5, 230, 150);
      frame_map (&frame, frame_turn, degrees);
      frame_add_noise (&frame, 10);
      frame_assert_reads (&frame, "0100320229316139647");
    }
}

/* Seen from aside, around a bottle, and both. */
static void
test_not_flat (void)
{
  const struct
  {
    double slant, roll, turn;
  } cases[]
      = { { 0.3, 0, 0 }, { 0.5, 0, 20 }, { -0.5, 0, 130 }, { 0, 1.3, 0 }, { 0, 1.3, 40 }, { 0.2, 1, 200 } };
  const char *const texts[]
      = { "0100320229316139647", "DS1:6BF5A0%20$*+-./:6BF5A0%20$*+-./:6BF5A0%20$*+-./:" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (texts); j++)
      {
        g_auto (Frame) frame = { 0 };

        frame_init (&frame, 640, 480, 0);
        frame_draw_qr (&frame, texts[j], 8, 160, 80);
        frame_map (&frame, frame_turn, cases[i].turn);
        if (cases[i].roll > 0)
          frame_map (&frame, frame_roll, cases[i].roll);
        frame_map (&frame, frame_slant, cases[i].slant);
        frame_assert_reads (&frame, texts[j]);
      }
}

/* A voucher with its certificate is about this long; a whole receipt printed as text is longer. */
static void
test_dense (void)
{
  const gsize lengths[] = { 300, 600, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *text = g_strnfill (lengths[i], 'a');
      g_autoptr (DsQr) qr = NULL;
      g_auto (Frame) frame = { 0 };
      guint margin;

      for (gsize c = 0; c < lengths[i]; c++)
        text[c] = (char)('a' + c * c % 26);
      qr = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
      margin = (900 - (ds_qr_get_size (qr) + 2 * DS_QR_QUIET) * 5) / 2;
      frame_init (&frame, 900, 900, 0);
      frame_draw_qr (&frame, text, 5, margin, margin);
      frame_map (&frame, frame_turn, 11);
      frame_map (&frame, frame_slant, 0.2);
      frame_add_noise (&frame, 10);
      frame_assert_reads (&frame, text);
    }
}

static void
test_waybill (void)
{
  for (guint degrees = 0; degrees < 180; degrees += 30)
    {
      g_auto (Frame) frame = { 0 };
      g_autoptr (GPtrArray) symbols = NULL;

      frame_init (&frame, 640, 640, 0);
      frame_draw_code128 (&frame, "SF1234567890123", 2, 120, 260, 120);
      frame_map (&frame, frame_turn, degrees);
      frame_add_noise (&frame, 10);
      symbols = frame_decode (&frame);
      g_assert_cmpuint (symbols->len, ==, 1);
      g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, "SF1234567890123");
      g_assert_cmpint (((DsSymbol *)g_ptr_array_index (symbols, 0))->symbology, ==, DS_SYMBOLOGY_CODE128);
    }
}

/* A QR code on a label does not hide its waybill. */
static void
test_label (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (GPtrArray) symbols = NULL;

  frame_init (&frame, 800, 600, 0);
  frame_draw_code128 (&frame, "SF1234567890123", 2, 100, 100, 100);
  frame_draw_qr (&frame, "https://example.test/track", 4, 300, 300);
  symbols = frame_decode (&frame);
  g_assert_cmpuint (symbols->len, ==, 2);
}

static void
test_several (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (GPtrArray) symbols = NULL;

  frame_init (&frame, 900, 400, 0);
  frame_draw_qr (&frame, "FIRST", 6, 50, 50);
  frame_draw_qr (&frame, "SECOND", 6, 300, 100);
  frame_draw_qr (&frame, "SECOND", 4, 600, 100);
  symbols = frame_decode (&frame);
  g_assert_cmpuint (symbols->len, ==, 2);
}

static void
test_nothing (void)
{
  const guint sides[] = { 1, 2, 3, 7, 20, 21, 64 };
  g_auto (Frame) large = { 0 };
  g_autoptr (GPtrArray) none = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
      {
        g_auto (Frame) frame = { 0 };
        g_autoptr (GPtrArray) symbols = NULL;

        frame_init (&frame, sides[i], sides[j], 1);
        symbols = frame_decode (&frame);
        g_assert_cmpuint (symbols->len, ==, 0);
      }

  frame_init (&large, DS_PICTURE_MAX_SIDE + 500, 3, 0);
  none = frame_decode (&large);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 4; round++)
    {
      g_auto (Frame) frame = { 0 };
      g_autoptr (GPtrArray) symbols = NULL;

      frame_init (&frame, 320, 240, 0);
      for (gsize i = 0; i < frame.stride * frame.height; i++)
        frame.pixels[i] = (guint8)g_rand_int_range (rand, 0, round % 2 ? 256 : 2) * (round % 2 ? 1 : 255);
      symbols = frame_decode (&frame);
      g_assert_cmpuint (symbols->len, ==, 0);
    }
}

static GBytes *
make_png (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);
  g_autofree char *folder = g_dir_make_tmp ("doorstep-scan-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "code.png", NULL);
  char *contents = NULL;
  gsize n;

  g_assert_true (ds_qr_save (qr, path, 4, &error));
  g_assert_true (g_file_get_contents (path, &contents, &n, &error));
  g_remove (path);
  g_rmdir (folder);
  return g_bytes_new_take (contents, n);
}

static void
test_picture (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = make_png ("DS1:A PICTURE");
  g_autoptr (GPtrArray) symbols = ds_decode_picture (png, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (symbols->len, ==, 1);
  g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, "DS1:A PICTURE");
}

static void
test_broken_pictures (void)
{
  g_autoptr (GBytes) png = make_png ("DS1:A PICTURE");
  const guint8 *file = g_bytes_get_data (png, NULL);
  gsize n = g_bytes_get_size (png);
  /* A PNG header that claims 65535 × 65535 pixels. */
  static const guint8 huge[]
      = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\0\0\0\0\xd0\x24\x0a\x5f";
  g_autoptr (GBytes) claims = g_bytes_new_static (huge, sizeof huge - 1);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("not a picture", 13);
  GBytes *const others[] = { claims, empty, text };

  for (gsize cut = 1; cut < n; cut += 7)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) part = g_bytes_new (file, cut);
      g_autoptr (GPtrArray) symbols = ds_decode_picture (part, &error);

      g_assert_true ((symbols == NULL) == (error != NULL));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_decode_picture (others[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/decoder/texts", test_texts);
  g_test_add_func ("/decoder/strides", test_strides);
  g_test_add_func ("/decoder/inverted", test_inverted);
  g_test_add_func ("/decoder/shadow", test_shadow);
  g_test_add_func ("/decoder/sizes", test_sizes);
  g_test_add_func ("/decoder/turned", test_turned);
  g_test_add_func ("/decoder/not-flat", test_not_flat);
  g_test_add_func ("/decoder/dense", test_dense);
  g_test_add_func ("/decoder/waybill", test_waybill);
  g_test_add_func ("/decoder/label", test_label);
  g_test_add_func ("/decoder/several", test_several);
  g_test_add_func ("/decoder/nothing", test_nothing);
  g_test_add_func ("/decoder/noise", test_noise);
  g_test_add_func ("/decoder/picture", test_picture);
  g_test_add_func ("/decoder/broken-pictures", test_broken_pictures);
  return g_test_run ();
}
