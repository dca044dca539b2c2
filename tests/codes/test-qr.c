/* SPDX-License-Identifier: GPL-3.0-or-later */
/* That a decoder reads what is drawn here is tested in tests/scan. */
#include "config.h"

#include "ds-error.h"
#include "ds-qr.h"

#include <glib/gstdio.h>
#include <png.h>
#include <string.h>

static DsQr *
make (const char *text, DsQrLevel level)
{
  g_autoptr (GError) error = NULL;
  DsQr *qr = ds_qr_new (text, level, &error);

  g_assert_no_error (error);
  g_assert_nonnull (qr);
  return qr;
}

static void
test_capacity (void)
{
  /* ISO/IEC 18004 table 7: what version 1-M, 1-H and 40-L hold in each mode. */
  const struct
  {
    guint version;
    DsQrLevel level;
    gsize numeric, alphanumeric, bytes;
  } rows[] = {
    { 1, DS_QR_LEVEL_M, 34, 20, 14 },
    { 1, DS_QR_LEVEL_H, 17, 10, 7 },
    { 8, DS_QR_LEVEL_M, 365, 221, 152 },
    { 40, DS_QR_LEVEL_L, 7089, 4296, 2953 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const gsize counts[] = { rows[i].numeric, rows[i].alphanumeric, rows[i].bytes };
      const char fills[] = { '7', 'A', 'a' };

      for (gsize mode = 0; mode < G_N_ELEMENTS (counts); mode++)
        {
          g_autofree char *fits = g_strnfill (counts[mode], fills[mode]);
          g_autofree char *more = g_strnfill (counts[mode] + 1, fills[mode]);
          g_autoptr (DsQr) qr = make (fits, rows[i].level);
          g_autoptr (GError) error = NULL;
          g_autoptr (DsQr) larger = ds_qr_new (more, rows[i].level, &error);

          g_assert_cmpuint (ds_qr_get_version (qr), ==, rows[i].version);
          g_assert_cmpuint (ds_qr_get_size (qr), ==, 17 + 4 * rows[i].version);
          if (rows[i].version == 40)
            g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
          else
            g_assert_cmpuint (ds_qr_get_version (larger), ==, rows[i].version + 1);
        }
    }
}

static void
test_refused (void)
{
  const char *const texts[] = { "", "\xc3", "abc\xff" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_qr_new (texts[i], DS_QR_LEVEL_M, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_render (void)
{
  g_autoptr (DsQr) qr = make ("DS1:ABC", DS_QR_LEVEL_M);
  guint size = ds_qr_get_size (qr);
  guint side = 0;
  g_autoptr (GBytes) pixels = ds_qr_render (qr, 3, &side);
  const guint8 *p = g_bytes_get_data (pixels, NULL);

  g_assert_cmpuint (side, ==, (size + 2 * DS_QR_QUIET) * 3);
  g_assert_cmpuint (g_bytes_get_size (pixels), ==, (gsize)side * side);
  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      {
        guint mx = x / 3;
        guint my = y / 3;
        gboolean quiet
            = mx < DS_QR_QUIET || my < DS_QR_QUIET || mx >= size + DS_QR_QUIET || my >= size + DS_QR_QUIET;
        gboolean dark = !quiet && ds_qr_is_dark (qr, mx - DS_QR_QUIET, my - DS_QR_QUIET);

        g_assert_cmpuint (p[(gsize)y * side + x], ==, dark ? 0 : 255);
      }
  /* The upper left finder pattern: dark ring, light ring, dark core. */
  g_assert_true (ds_qr_is_dark (qr, 0, 0));
  g_assert_false (ds_qr_is_dark (qr, 1, 1));
  g_assert_true (ds_qr_is_dark (qr, 3, 3));
}

static void
test_save (void)
{
  g_autoptr (DsQr) qr = make ("快递 DS1:", DS_QR_LEVEL_Q);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("doorstep-qr-XXXXXX", &error);
  g_autofree char *png_path = g_build_filename (folder, "code.png", NULL);
  g_autofree char *svg_path = g_build_filename (folder, "code.svg", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "absent", "code.png", NULL);
  g_autofree char *svg = NULL;
  guint side = 0;
  g_autoptr (GBytes) pixels = ds_qr_render (qr, 2, &side);
  png_image image = { .version = PNG_IMAGE_VERSION };
  g_autofree guint8 *read = g_malloc ((gsize)side * side);

  g_assert_true (ds_qr_save (qr, png_path, 2, &error));
  g_assert_true (png_image_begin_read_from_file (&image, png_path));
  g_assert_cmpuint (image.width, ==, side);
  g_assert_cmpuint (image.height, ==, side);
  image.format = PNG_FORMAT_GRAY;
  g_assert_true (png_image_finish_read (&image, NULL, read, 0, NULL));
  g_assert_cmpmem (read, (gsize)side * side, g_bytes_get_data (pixels, NULL), g_bytes_get_size (pixels));

  g_assert_true (ds_qr_save (qr, svg_path, 2, &error));
  g_assert_true (g_file_get_contents (svg_path, &svg, NULL, &error));
  g_assert_true (g_str_has_prefix (svg, "<svg "));
  /* The finder pattern's upper edge. */
  g_assert_nonnull (strstr (svg, "M4 4h7v1h-7z"));

  g_assert_false (ds_qr_save (qr, nowhere, 2, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);

  g_remove (png_path);
  g_remove (svg_path);
  g_rmdir (folder);
}

static void
test_terminal (void)
{
  g_autoptr (DsQr) qr = make ("1", DS_QR_LEVEL_L);
  g_autofree char *text = ds_qr_to_terminal (qr);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  /* 29 rows with the quiet zone, two a line, and nothing after the last end of line. */
  g_assert_cmpuint (g_strv_length (lines), ==, 16);
  g_assert_cmpstr (lines[15], ==, "");
  g_assert_nonnull (strstr (lines[2], "    █▀▀▀▀▀█"));
}

static DsQr *
make_for_sight (const char *text, guint screen_px, double distance_mm)
{
  DsQrSight sight;
  DsQr *qr;

  ds_qr_sight_init_at_door (&sight, screen_px, 0);
  sight.distance_mm = distance_mm;
  qr = ds_qr_new_for_sight (text, &sight, DS_QR_LEVEL_M, NULL);
  g_assert_nonnull (qr);
  return qr;
}

/* From near the highest level, from afar the lowest that is allowed, and between never more modules for less. */
static void
test_sight (void)
{
  g_autofree char *text = g_strnfill (180, 'A');
  DsQrSight sight = { .screen_px = 300, .screen_mm = 60, .distance_mm = 300, .camera_px = 1280 };
  DsQrLevel before = DS_QR_LEVEL_H;

  /* 300 px for 57 modules: five whole ones each, 1 mm; the camera sees 382 mm across. */
  g_assert_cmpfloat_with_epsilon (ds_qr_sight_measure_module_px (&sight, 57), 3.35, 0.01);
  g_assert_cmpfloat_with_epsilon (ds_qr_sight_measure_module_px (&sight, 60), 3.35, 0.01);
  g_assert_cmpfloat_with_epsilon (ds_qr_sight_measure_module_px (&sight, 61), 2.68, 0.01);
  g_assert_cmpfloat (ds_qr_sight_measure_module_px (&sight, 301), ==, 0);

  for (double distance_mm = 80; distance_mm < 3000; distance_mm *= 1.1)
    {
      g_autoptr (DsQr) qr = make_for_sight (text, 326, distance_mm);

      g_assert_cmpint (ds_qr_get_level (qr), >=, DS_QR_LEVEL_M);
      g_assert_cmpint (ds_qr_get_level (qr), <=, before);
      before = ds_qr_get_level (qr);
      if (distance_mm == 80)
        g_assert_cmpint (before, ==, DS_QR_LEVEL_H);
    }
}

/* A text that fits no symbol but at the least level still gets one. */
static void
test_sight_of_much (void)
{
  g_autofree char *text = g_strnfill (2300, 'a');
  g_autofree char *more = g_strnfill (2332, 'a');
  g_autoptr (DsQr) qr = make_for_sight (text, 326, 10);
  g_autoptr (GError) error = NULL;
  DsQrSight sight;

  g_assert_cmpint (ds_qr_get_level (qr), ==, DS_QR_LEVEL_M);
  ds_qr_sight_init_at_door (&sight, 326, 0);
  g_assert_null (ds_qr_new_for_sight (more, &sight, DS_QR_LEVEL_M, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/qr/capacity", test_capacity);
  g_test_add_func ("/qr/refused", test_refused);
  g_test_add_func ("/qr/render", test_render);
  g_test_add_func ("/qr/save", test_save);
  g_test_add_func ("/qr/terminal", test_terminal);
  g_test_add_func ("/qr/sight", test_sight);
  g_test_add_func ("/qr/sight-of-much", test_sight_of_much);
  return g_test_run ();
}
