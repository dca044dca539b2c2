/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stripes.h"
#include "ds-zbar.h"
#include "scenery.h"

#include <math.h>

#define SEED 20261130
#define TEXT "SF1234567890123"

/* TEXT at two pixels a module: a start, its characters, a check of 11 modules each, and a stop of 13. */
#define WIDTH ((17 * 11 + 13) * 2)
#define HEIGHT 120

#define N_LINES 6
#define MANY_LINES 24

static DsGrey
as_grey (const Frame *frame)
{
  return (DsGrey){ frame->width, frame->height, frame->pixels };
}

static void
draw (Frame *frame, double degrees)
{
  frame_init (frame, 640, 640, 0);
  frame_draw_code128 (frame, TEXT, 2, (640 - WIDTH) / 2, (640 - HEIGHT) / 2, HEIGHT);
  frame_map (frame, frame_turn, degrees);
  frame_add_noise (frame, 20);
}

static void
test_places (void)
{
  for (guint degrees = 0; degrees < 180; degrees += 10)
    {
      g_auto (Frame) frame = { 0 };
      g_autoptr (GArray) places = NULL;
      const DsStripes *place;
      double angle = -(double)degrees * G_PI / 180;
      DsGrey grey;

      draw (&frame, degrees);
      grey = as_grey (&frame);
      places = ds_stripes_search (&grey);
      g_assert_cmpuint (places->len, >=, 1);
      place = &g_array_index (places, DsStripes, 0);
      g_assert_cmpfloat (hypot (place->x - 320, place->y - 320), <, 20);
      /* Within 8°, either way along the line: pixels that are hardly narrower than bars pull towards the axes. */
      g_assert_cmpfloat (fabs (place->across_x * cos (angle) + place->across_y * sin (angle)), >, 0.99);
      g_assert_cmpfloat (fabs (place->width - WIDTH), <, 60);
      g_assert_cmpfloat (place->height, <, HEIGHT + 40);
    }
}

/* At any angle, with noise that a line alone would drown in, lines across it are read; every one of them crosses. */
static void
test_straight (void)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();

  for (guint degrees = 0; degrees < 180; degrees += 10)
    {
      g_auto (Frame) frame = { 0 };
      g_autoptr (GArray) places = NULL;
      g_autoptr (DsGrey) lines = NULL;
      g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
      DsGrey grey;

      draw (&frame, degrees);
      grey = as_grey (&frame);
      places = ds_stripes_search (&grey);
      lines = ds_stripes_straighten (&g_array_index (places, DsStripes, 0), &grey, 1, MANY_LINES);
      g_assert_cmpuint (lines->height, ==, MANY_LINES);
      g_assert_true (ds_stripes_may_be_bars (&g_array_index (places, DsStripes, 0), &grey, 1, N_LINES));
      g_assert_true (ds_stripes_are_bars (lines));
      g_assert_cmpuint (ds_zbar_scan (zbar, lines, DS_SYMBOLOGY_CODE128, symbols), ==, 1);
      g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, TEXT);
    }
}

/* Without noise and wherever the pixels fall: a line is made wider without edges where there are none. */
static void
test_clean (void)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();

  for (guint left = 100; left < 200; left += 33)
    for (guint scale = 2; scale < 4; scale++)
      {
        g_auto (Frame) frame = { 0 };
        g_autoptr (GArray) places = NULL;
        g_autoptr (DsGrey) half = NULL;
        g_autoptr (DsGrey) lines = NULL;
        g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
        DsGrey grey;

        frame_init (&frame, 900, 400, 0);
        frame_draw_code128 (&frame, TEXT, scale, left, 150, 100);
        grey = as_grey (&frame);
        half = ds_grey_halve (&grey);
        places = ds_stripes_search (half);
        g_assert_cmpuint (places->len, >=, 1);
        lines = ds_stripes_straighten (&g_array_index (places, DsStripes, 0), &grey, 2, N_LINES);
        g_assert_cmpuint (ds_zbar_scan (zbar, lines, DS_SYMBOLOGY_CODE128, symbols), ==, 1);
      }
}

/* One line is not enough: its only check character can come out right by chance. */
static void
test_one_line (void)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();
  g_auto (Frame) frame = { 0 };
  g_autoptr (GArray) places = NULL;
  g_autoptr (DsGrey) line = NULL;
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  DsGrey grey;

  draw (&frame, 0);
  grey = as_grey (&frame);
  places = ds_stripes_search (&grey);
  line = ds_stripes_straighten (&g_array_index (places, DsStripes, 0), &grey, 1, 1);
  g_assert_cmpuint (ds_zbar_scan (zbar, line, DS_SYMBOLOGY_CODE128, symbols), ==, 0);
}

/* Stripes that are no bars: the dear look is not taken. */
static void
test_scenery (void)
{
  const SceneryFunc scenery[]
      = { scenery_draw_flat,  scenery_draw_wall,  scenery_draw_text,  scenery_draw_bricks,
          scenery_draw_cloth, scenery_draw_noise, scenery_draw_blobs, scenery_draw_street };
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint n_places = 0;
  guint n_bars = 0;
  guint n_first = 0; /* which pass the first look */

  for (gsize i = 0; i < G_N_ELEMENTS (scenery); i++)
    for (guint n = 0; n < 6; n++)
      {
        g_auto (Frame) frame = { 0 };
        g_autoptr (GArray) places = NULL;
        g_autoptr (DsGrey) half = NULL;
        DsGrey grey;

        scenery[i](&frame, rand);
        grey = as_grey (&frame);
        half = ds_grey_halve (&grey);
        places = ds_stripes_search (half);
        n_places += places->len;
        for (guint p = 0; p < places->len; p++)
          {
            g_autoptr (DsGrey) lines
                = ds_stripes_straighten (&g_array_index (places, DsStripes, p), &grey, 2, N_LINES);

            n_bars += ds_stripes_are_bars (lines) ? 1 : 0;
            n_first
                += ds_stripes_may_be_bars (&g_array_index (places, DsStripes, p), &grey, 2, N_LINES) ? 1 : 0;
          }
      }
  g_test_message ("of %u striped places %u taken for bars, %u at first; seed %d", n_places, n_bars, n_first,
                  SEED);
  g_assert_cmpuint (n_places, >, 20);
  g_assert_cmpuint (n_bars * 6, <=, n_places);
  g_assert_cmpuint (n_first * 3, <=, n_places);
}

/* Places at the edge and pictures with hardly a pixel. */
static void
test_edges (void)
{
  const guint sides[] = { 1, 2, 15, 17, 18, 34, 50, 83 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
      {
        g_auto (Frame) frame = { 0 };
        g_autoptr (GArray) places = NULL;
        DsGrey grey;

        frame_init (&frame, sides[i], sides[j], 0);
        for (gsize p = 0; p < (gsize)sides[i] * sides[j]; p++)
          frame.pixels[p] = p % sides[i] % 8 < 4 ? 40 : 200;
        grey = as_grey (&frame);
        places = ds_stripes_search (&grey);
        for (guint p = 0; p < places->len; p++)
          {
            g_autoptr (DsGrey) lines
                = ds_stripes_straighten (&g_array_index (places, DsStripes, p), &grey, 1, N_LINES);

            g_assert_false (ds_stripes_are_bars (lines));
          }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/stripes/places", test_places);
  g_test_add_func ("/stripes/straight", test_straight);
  g_test_add_func ("/stripes/clean", test_clean);
  g_test_add_func ("/stripes/one-line", test_one_line);
  g_test_add_func ("/stripes/scenery", test_scenery);
  g_test_add_func ("/stripes/edges", test_edges);
  return g_test_run ();
}
