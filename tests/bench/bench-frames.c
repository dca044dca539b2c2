/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-frames.h"

#include "shot.h"

#include <math.h>

static char *
draw_text (GRand *rand, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_c (text, (char)g_rand_int_range (rand, '!', '~'));
  return g_string_free (text, FALSE);
}

char *
bench_draw_payment (GRand *rand)
{
  return g_strdup_printf ("SBX1:%08X%08X%08X%08X*%u", g_rand_int (rand), g_rand_int (rand), g_rand_int (rand),
                          g_rand_int (rand), g_rand_int_range (rand, 100, 100000));
}

static char *
shoot (Frame *frame, GRand *rand, char *text, double side_px, const ShotTerms *terms)
{
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  shot_take (frame, symbol, side_px, terms, rand);
  return text;
}

static char *
draw_plain (Frame *frame, GRand *rand)
{
  const ShotTerms terms = { .turn_degrees = 10, .tilt_degrees = 10, .blur_px = 0.8, .noise = 4 };

  return shoot (frame, rand, bench_draw_payment (rand), 320, &terms);
}

static char *
draw_medium (Frame *frame, GRand *rand)
{
  return shoot (frame, rand, bench_draw_payment (rand), 240, &shot_medium);
}

static char *
draw_rain (Frame *frame, GRand *rand)
{
  ShotTerms terms = shot_medium;

  terms.n_drops = 6;
  return shoot (frame, rand, bench_draw_payment (rand), 280, &terms);
}

static char *
draw_night (Frame *frame, GRand *rand)
{
  ShotTerms terms = shot_medium;
  char *text;

  terms.noise = 0;
  text = shoot (frame, rand, bench_draw_payment (rand), 280, &terms);
  /* An eighth of the light, and a sensor that adds its own noise to it. */
  for (gsize i = 0; i < frame->stride * frame->height; i++)
    frame->pixels[i] = (guint8)CLAMP (frame->pixels[i] / 8 + g_rand_int_range (rand, -4, 5), 0, 255);
  return text;
}

static char *
draw_inverted (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);

  for (gsize i = 0; i < frame->stride * frame->height; i++)
    frame->pixels[i] = 255 - frame->pixels[i];
  return text;
}

/* A screen seen through a camera's own raster. */
static char *
draw_moire (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);
  double period = g_rand_double_range (rand, 3, 9);
  double angle = g_rand_double_range (rand, 0, G_PI);

  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        guint8 *pixel = frame->pixels + y * frame->stride + x;
        double wave = sin (2 * G_PI * (x * cos (angle) + y * sin (angle)) / period);

        *pixel = (guint8)CLAMP (*pixel + 18 * wave, 0, 255);
      }
  return text;
}

static char *
draw_glare (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);
  double left = g_rand_double_range (rand, 300, 980);
  double top = g_rand_double_range (rand, 150, 570);

  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        guint8 *pixel = frame->pixels + y * frame->stride + x;
        double distance = hypot (x - left, y - top);

        *pixel = (guint8)MIN (*pixel + 200 * exp (-distance * distance / (2 * 60.0 * 60.0)), 255);
      }
  return text;
}

static char *
draw_dense (Frame *frame, GRand *rand)
{
  return shoot (frame, rand, draw_text (rand, 300), 340, &shot_medium);
}

static char *
draw_label (Frame *frame, GRand *rand)
{
  char *text = g_strdup_printf ("JD%010u", g_rand_int_range (rand, 0, G_MAXINT32));

  frame_init (frame, SHOT_WIDTH, SHOT_HEIGHT, 0);
  frame_draw_code128 (frame, text, (guint)g_rand_int_range (rand, 2, 5), 200, 280, 140);
  frame_map (frame, frame_turn, g_rand_double_range (rand, -35, 35));
  frame_map (frame, frame_slant, g_rand_double_range (rand, -0.25, 0.25));
  frame_add_noise (frame, (guint)g_rand_int_range (rand, 4, 24));
  return text;
}

const BenchSort bench_sorts[] = {
  { "payment code, 720p", FALSE, draw_plain, NULL },
  { "medium", FALSE, draw_medium, NULL },
  { "rain", FALSE, draw_rain, NULL },
  { "night", FALSE, draw_night, NULL },
  { "inverted", FALSE, draw_inverted, NULL },
  { "moire", FALSE, draw_moire, NULL },
  { "glare", FALSE, draw_glare, NULL },
  { "300 characters", FALSE, draw_dense, NULL },
  { "code 128", TRUE, draw_label, NULL },
  { "empty: flat", FALSE, NULL, scenery_draw_flat },
  { "empty: wall", FALSE, NULL, scenery_draw_wall },
  { "empty: print", FALSE, NULL, scenery_draw_text },
  { "empty: bricks", FALSE, NULL, scenery_draw_bricks },
  { "empty: cloth", FALSE, NULL, scenery_draw_cloth },
  { "empty: noise", FALSE, NULL, scenery_draw_noise },
  { "empty: rounds", FALSE, NULL, scenery_draw_blobs },
  { "empty: street", FALSE, NULL, scenery_draw_street },
  { NULL, FALSE, NULL, NULL },
};

char *
bench_sort_draw (const BenchSort *self, Frame *frame, GRand *rand)
{
  if (self->draw != NULL)
    return self->draw (frame, rand);
  self->scenery (frame, rand);
  return NULL;
}
