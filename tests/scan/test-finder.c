/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-finder.h"
#include "ds-grid.h"
#include "ds-qr-layout.h"
#include "ds-qr.h"
#include "scenery.h"
#include "shot.h"

#include <math.h>

#define SEED 20261130
#define TEXT "SBX1:0123456789ABCDEF*28650"

static GArray *
search (const Frame *frame, double max_module)
{
  const DsGrey grey = { frame->width, frame->height, frame->pixels };
  g_autoptr (DsGrey) half = ds_grey_halve (&grey);
  g_autoptr (DsGrey) quarter = ds_grey_halve (half);
  g_auto (DsGround) ground = { 0 };
  guint n_seen;

  ds_ground_init (&ground, &grey, quarter);
  return ds_finders_search (&ground, max_module, &n_seen);
}

static guint
count_sure (const GArray *finders)
{
  guint n = 0;

  for (guint i = 0; i < finders->len; i++)
    n += ds_finder_is_sure (&g_array_index (finders, DsFinder, i)) ? 1 : 0;
  return n;
}

static void
invert (Frame *frame)
{
  for (gsize i = 0; i < frame->stride * frame->height; i++)
    frame->pixels[i] = 255 - frame->pixels[i];
}

/* Where the frame's point (x, y) is after a turn about its middle. */
static DsPoint
turn (const Frame *frame, double x, double y, double degrees)
{
  double angle = -degrees * G_PI / 180;
  double dx = x - frame->width / 2.0;
  double dy = y - frame->height / 2.0;

  return (DsPoint){ frame->width / 2.0 + dx * cos (angle) - dy * sin (angle),
                    frame->height / 2.0 + dx * sin (angle) + dy * cos (angle) };
}

static void
assert_at (const DsFinder *finder, DsPoint at, double module)
{
  g_assert_cmpfloat (hypot (finder->centre.x - at.x, finder->centre.y - at.y), <, module);
  /* A line sees a turned module longer than it is. */
  g_assert_cmpfloat (finder->module, >, module * 0.9);
  g_assert_cmpfloat (finder->module, <, module * 1.5);
}

/* Upright, turned, light on dark: each pattern is where it was drawn, and it is told which is which. */
static void
test_places (void)
{
  const double module = 5;
  const double left = 230;
  const double top = 150;

  for (guint degrees = 0; degrees < 360; degrees += 15)
    for (guint inverted = 0; inverted < 2; inverted++)
      {
        g_autoptr (DsQr) qr = ds_qr_new (TEXT, DS_QR_LEVEL_M, NULL);
        double near = (DS_QR_QUIET + 3.5) * module;
        double far = (DS_QR_QUIET + ds_qr_get_size (qr) - 3.5) * module;
        g_auto (Frame) frame = { 0 };
        g_autoptr (GArray) finders = NULL;
        g_autoptr (GArray) triples = NULL;
        const DsTriple *triple;

        frame_init (&frame, 640, 480, 0);
        frame_draw_qr (&frame, TEXT, (guint)module, (guint)left, (guint)top);
        frame_map (&frame, frame_turn, degrees);
        frame_add_noise (&frame, 10);
        if (inverted)
          invert (&frame);

        finders = search (&frame, G_MAXDOUBLE);
        g_assert_cmpuint (count_sure (finders), ==, 3);
        triples = ds_finders_combine (finders);
        g_assert_cmpuint (triples->len, >=, 1);
        triple = &g_array_index (triples, DsTriple, 0);
        assert_at (&triple->corner, turn (&frame, left + near, top + near, degrees), module);
        assert_at (&triple->right, turn (&frame, left + far, top + near, degrees), module);
        assert_at (&triple->below, turn (&frame, left + near, top + far, degrees), module);
        g_assert_cmpint (triple->corner.light_on_dark, ==, inverted != 0);
      }
}

static void
test_max_module (void)
{
  g_auto (Frame) frame = { 0 };
  g_autoptr (GArray) all = NULL;
  g_autoptr (GArray) small = NULL;

  frame_init (&frame, 640, 480, 0);
  frame_draw_qr (&frame, TEXT, 6, 40, 40);
  frame_draw_qr (&frame, TEXT, 3, 420, 40);
  all = search (&frame, G_MAXDOUBLE);
  g_assert_cmpuint (count_sure (all), ==, 6);
  small = search (&frame, 4);
  g_assert_cmpuint (count_sure (small), ==, 3);
}

/* What there is in most frames is nearly never taken for a pattern, so that no dear try is made. */
static void
test_scenery (void)
{
  const SceneryFunc draw[]
      = { scenery_draw_flat,  scenery_draw_wall,  scenery_draw_text,  scenery_draw_bricks,
          scenery_draw_cloth, scenery_draw_noise, scenery_draw_street };
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint n_sure = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (draw); i++)
    for (guint n = 0; n < 6; n++)
      {
        g_auto (Frame) frame = { 0 };
        g_autoptr (GArray) finders = NULL;

        draw[i](&frame, rand);
        finders = search (&frame, 9);
        n_sure += count_sure (finders);
      }
  g_test_message ("%u taken for finder patterns; seed %d", n_sure, SEED);
  g_assert_cmpuint (n_sure, <=, 3);
}

/* The grid lies on the modules of a code seen from aside, to the last of them. */
static void
test_grid (void)
{
  const double slants[] = { 0, 0.25, -0.3 };

  for (gsize i = 0; i < G_N_ELEMENTS (slants); i++)
    {
      g_autoptr (DsQr) qr = ds_qr_new (TEXT, DS_QR_LEVEL_M, NULL);
      g_auto (Frame) frame = { 0 };
      g_autoptr (GArray) finders = NULL;
      g_autoptr (GArray) triples = NULL;
      g_autoptr (DsGrey) redrawn = NULL;
      DsGrey grey;
      DsGrid grid;
      guint scale;

      frame_init (&frame, 640, 480, 0);
      frame_draw_qr (&frame, TEXT, 4, 240, 160);
      frame_map (&frame, frame_turn, 25);
      frame_map (&frame, frame_slant, slants[i]);
      frame_add_noise (&frame, 10);
      finders = search (&frame, G_MAXDOUBLE);
      triples = ds_finders_combine (finders);
      g_assert_cmpuint (triples->len, >=, 1);
      grey = (DsGrey){ frame.width, frame.height, frame.pixels };
      g_assert_true (ds_grid_init (&grid, &grey, &g_array_index (triples, DsTriple, 0), DS_QR_MAX_VERSION));
      g_assert_true (ds_grid_adjust (&grid, &grey));
      g_assert_cmpuint (grid.size, ==, ds_qr_get_size (qr));
      g_assert_cmpfloat (grid.fit, >, 0.9);

      redrawn = ds_grid_redraw (&grid, &grey, FALSE);
      scale = redrawn->width / (grid.size + 2 * DS_QR_QUIET);
      for (guint y = 0; y < grid.size; y++)
        for (guint x = 0; x < grid.size; x++)
          g_assert_cmpint (
              redrawn->pixels[(y + DS_QR_QUIET) * scale * redrawn->width + (x + DS_QR_QUIET) * scale] == 0,
              ==, ds_qr_is_dark (qr, x, y));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/finder/places", test_places);
  g_test_add_func ("/finder/max-module", test_max_module);
  g_test_add_func ("/finder/scenery", test_scenery);
  g_test_add_func ("/finder/grid", test_grid);
  return g_test_run ();
}
