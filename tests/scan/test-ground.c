/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-ground.h"

#include <string.h>

static DsGrey *
draw_noise (guint width, guint height, guint from, guint until, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  DsGrey *grey = ds_grey_new (width, height);

  for (gsize i = 0; i < (gsize)width * height; i++)
    grey->pixels[i] = (guint8)g_rand_int_range (rand, (gint)from, (gint)until);
  return grey;
}

static DsGrey *
make_quarter (const DsGrey *grey)
{
  g_autoptr (DsGrey) half = ds_grey_halve (grey);

  return ds_grey_halve (half);
}

/* Odd sizes too, whose last row and column are left out. */
static void
test_halve (void)
{
  for (guint width = 2; width < 40; width++)
    {
      g_autoptr (DsGrey) grey = draw_noise (width, 7, 0, 256, width);
      g_autoptr (DsGrey) half = ds_grey_halve (grey);

      g_assert_cmpuint (half->width, ==, width / 2);
      g_assert_cmpuint (half->height, ==, 3);
      for (guint y = 0; y < half->height; y++)
        for (guint x = 0; x < half->width; x++)
          {
            const guint8 *at = grey->pixels + 2 * y * width + 2 * x;

            g_assert_cmpuint (half->pixels[y * half->width + x], ==,
                              (at[0] + at[1] + at[width] + at[width + 1] + 2) / 4);
          }
    }
}

/* The runs say of every pixel what is said of it alone. */
static void
test_ends (void)
{
  for (guint width = 16; width < 60; width++)
    {
      g_autoptr (DsGrey) grey = draw_noise (width, 21, 0, 256, width);
      g_autoptr (DsGrey) quarter = make_quarter (grey);
      g_autofree guint8 *room = g_malloc (width + 8);
      g_autofree guint16 *ends = g_new (guint16, DS_GROUND_MAX_ENDS (width));
      g_auto (DsGround) ground = { 0 };

      ds_ground_init (&ground, grey, quarter);
      for (guint y = 0; y < grey->height; y++)
        {
          gboolean is_dark;
          guint n = ds_ground_find_ends (&ground, y, room, ends, &is_dark);
          guint x = 0;

          for (guint i = 0; i < n; i++, is_dark = !is_dark)
            {
              g_assert_cmpuint (ends[i], >, x);
              for (; x < ends[i]; x++)
                g_assert_cmpint (ds_ground_is_dark (&ground, x, y), ==, is_dark);
            }
          g_assert_cmpuint (x, ==, width);
        }
    }
}

/* A dark square on ground that gets darker to one side until it is as dark as the square was. */
static void
test_slope (void)
{
  g_autoptr (DsGrey) grey = ds_grey_new (400, 60);
  g_autoptr (DsGrey) quarter = NULL;
  g_auto (DsGround) ground = { 0 };

  for (guint y = 0; y < grey->height; y++)
    for (guint x = 0; x < grey->width; x++)
      {
        gboolean is_square = x % 40 < 8 && y >= 20 && y < 28;

        grey->pixels[y * grey->width + x] = (guint8)((250 - x / 2) * (is_square ? 4 : 10) / 10);
      }
  quarter = make_quarter (grey);
  ds_ground_init (&ground, grey, quarter);
  for (guint x = 40; x < 400; x += 40)
    {
      g_assert_true (ds_ground_is_dark (&ground, x + 4, 24));
      g_assert_false (ds_ground_is_dark (&ground, x + 20, 24));
    }
}

/* On flat ground noise is light: nothing that is looked for in it costs time. */
static void
test_noise (void)
{
  const guint amplitudes[] = { 2, 5, 10, 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (amplitudes); i++)
    {
      g_autoptr (DsGrey) grey = draw_noise (200, 200, 128 - amplitudes[i], 128 + amplitudes[i] + 1, 7);
      g_autoptr (DsGrey) quarter = make_quarter (grey);
      g_auto (DsGround) ground = { 0 };
      guint n_dark = 0;

      ds_ground_init (&ground, grey, quarter);
      for (guint y = 0; y < grey->height; y++)
        for (guint x = 0; x < grey->width; x++)
          n_dark += ds_ground_is_dark (&ground, x, y) ? 1 : 0;
      g_assert_cmpuint (n_dark, <, 200 * 200 / 8);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/ground/halve", test_halve);
  g_test_add_func ("/ground/ends", test_ends);
  g_test_add_func ("/ground/slope", test_slope);
  g_test_add_func ("/ground/noise", test_noise);
  return g_test_run ();
}
