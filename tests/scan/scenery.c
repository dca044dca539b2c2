/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "scenery.h"

#include "shot.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 8

static void
begin (Frame *frame, guint8 level)
{
  frame_init (frame, SHOT_WIDTH, SHOT_HEIGHT, 0);
  memset (frame->pixels, level, frame->stride * frame->height);
}

/* What a lens and a sensor do to it: a box of three pixels each way, and noise. */
static void
finish (Frame *frame, GRand *rand, guint noise)
{
  g_autofree guint8 *sharp = g_memdup2 (frame->pixels, frame->stride * frame->height);

  for (guint y = 1; y + 1 < frame->height; y++)
    for (guint x = 1; x + 1 < frame->width; x++)
      {
        const guint8 *at = sharp + y * frame->stride + x;
        guint sum = 0;

        for (gint dy = -1; dy <= 1; dy++)
          for (gint dx = -1; dx <= 1; dx++)
            sum += at[dy * (gssize)frame->stride + dx];
        frame->pixels[y * frame->stride + x] = (guint8)(sum / 9);
      }
  for (gsize i = 0; i < frame->stride * frame->height; i++)
    {
      /* Two dice: small errors are commoner than large ones. */
      gint error = g_rand_int_range (rand, -(gint)noise, (gint)noise + 1)
                   + g_rand_int_range (rand, -(gint)noise, (gint)noise + 1);

      frame->pixels[i] = (guint8)CLAMP (frame->pixels[i] + error / 2, 0, 255);
    }
}

static void
fill (Frame *frame, gint left, gint top, gint width, gint height, gint level)
{
  gint right = MIN (left + width, (gint)frame->width);

  for (gint y = MAX (top, 0); y < MIN (top + height, (gint)frame->height); y++)
    if (MAX (left, 0) < right)
      memset (frame->pixels + (gsize)y * frame->stride + MAX (left, 0), CLAMP (level, 0, 255),
              (gsize)(right - MAX (left, 0)));
}

static void
fill_round (Frame *frame, double x, double y, double across, double down, gint level)
{
  for (gint row = (gint)MAX (y - down, 0); row < MIN (y + down, frame->height); row++)
    {
      double share = (row - y) / down;
      double half = across * sqrt (MAX (1 - share * share, 0));

      fill (frame, (gint)(x - half), row, (gint)(2 * half), 1, level);
    }
}

static void
look_from_aside (Frame *frame, GRand *rand)
{
  frame_map (frame, frame_turn, g_rand_double_range (rand, -20, 20));
  frame_map (frame, frame_slant, g_rand_double_range (rand, -0.2, 0.2));
}

void
scenery_draw_flat (Frame *frame, GRand *rand)
{
  begin (frame, (guint8)g_rand_int_range (rand, 40, 220));
  finish (frame, rand, 3);
}

void
scenery_draw_wall (Frame *frame, GRand *rand)
{
  double slope = g_rand_double_range (rand, -0.1, 0.1);

  begin (frame, 0);
  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      frame->pixels[y * frame->stride + x]
          = (guint8)CLAMP (120 + slope * x + 30 * sin (y / 40.0) + (x / 97 % 3) * 20, 0, 255);
  finish (frame, rand, 8);
}

/* A sign of print: a few strokes in a box, as likely Latin as Chinese. */
static void
draw_sign (Frame *frame, GRand *rand, gint left, gint top, gint size)
{
  guint n_strokes = (guint)g_rand_int_range (rand, 2, 8);
  gint pen = MAX (size / 8, 1);

  for (guint i = 0; i < n_strokes; i++)
    {
      gint along = g_rand_int_range (rand, size / 3, size + 1);
      gint x = left + g_rand_int_range (rand, 0, size - along + 1);
      gint y = top + g_rand_int_range (rand, 0, size);

      if (g_rand_boolean (rand))
        fill (frame, x, y, along, pen, 35);
      else
        fill (frame, left + y - top, top + x - left, pen, along, 35);
    }
}

void
scenery_draw_text (Frame *frame, GRand *rand)
{
  gint size = g_rand_int_range (rand, 10, 34);

  begin (frame, 225);
  for (gint y = 20; y < SHOT_HEIGHT - 20; y += size * 8 / 5)
    for (gint x = 30; x < SHOT_WIDTH - 30; x += size * 5 / 4)
      if (g_rand_int_range (rand, 0, 7) > 0)
        draw_sign (frame, rand, x, y, size);
  look_from_aside (frame, rand);
  finish (frame, rand, 8);
}

void
scenery_draw_bricks (Frame *frame, GRand *rand)
{
  gint height = g_rand_int_range (rand, 14, 70);
  gint width = height * g_rand_int_range (rand, 2, 7) / 2;
  gint joint = MAX (height / g_rand_int_range (rand, 4, 12), 2);
  gint row = 0;

  begin (frame, (guint8)g_rand_int_range (rand, 150, 220));
  for (gint y = -joint; y < SHOT_HEIGHT; y += height + joint, row++)
    for (gint x = -(row % 2) * width / 2; x < SHOT_WIDTH; x += width + joint)
      fill (frame, x, y, width, height, 90 + g_rand_int_range (rand, -25, 26));
  look_from_aside (frame, rand);
  finish (frame, rand, 12);
}

void
scenery_draw_cloth (Frame *frame, GRand *rand)
{
  gint widths[6];
  gint repeat = 0;
  double crease = g_rand_double_range (rand, 0, 12);
  double angle = g_rand_double_range (rand, 0, G_PI);

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    repeat += widths[i] = g_rand_int_range (rand, 3, 26);
  begin (frame, 0);
  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        double along = x * cos (angle) + y * sin (angle);
        double aside = y * cos (angle) - x * sin (angle);
        gint at = (gint)floor (along + crease * sin (aside / 70)) % repeat;
        guint band = 0;

        for (at = at < 0 ? at + repeat : at; at >= widths[band]; band++)
          at -= widths[band];
        frame->pixels[y * frame->stride + x] = band % 2 ? 70 : 190;
      }
  finish (frame, rand, 10);
}

void
scenery_draw_noise (Frame *frame, GRand *rand)
{
  gint level = g_rand_int_range (rand, 30, 130);
  gint amplitude = g_rand_int_range (rand, 15, 60);

  begin (frame, 0);
  for (gsize i = 0; i < frame->stride * frame->height; i++)
    {
      gint error = g_rand_int_range (rand, -amplitude, amplitude + 1)
                   + g_rand_int_range (rand, -amplitude, amplitude + 1);

      frame->pixels[i] = (guint8)CLAMP (level + error, 0, 255);
    }
}

void
scenery_draw_blobs (Frame *frame, GRand *rand)
{
  begin (frame, 140);
  for (guint i = 0; i < 12; i++)
    {
      double x = g_rand_double_range (rand, 0, SHOT_WIDTH);
      double y = g_rand_double_range (rand, 0, SHOT_HEIGHT);
      double size = g_rand_double_range (rand, 20, 180);
      gint level = g_rand_int_range (rand, 30, 230);

      for (guint ring = 0; ring < 4; ring++, size *= g_rand_double_range (rand, 0.3, 0.8))
        {
          fill_round (frame, x, y, size, size * g_rand_double_range (rand, 0.8, 1.4), level);
          level = (level + g_rand_int_range (rand, 60, 190)) % 256;
        }
      fill_round (frame, x - size, y, size, size / 2, 30);
      fill_round (frame, x + size * 2, y, size, size / 2, 30);
    }
  finish (frame, rand, 8);
}

/* Roughness at every scale, as leaves, gravel and plaster have it: each square is filled, or divided in four. */
static void
roughen (Frame *frame, GRand *rand, gint left, gint top, gint size, gint level, guint depth)
{
  if (size < 4 || depth == MAX_DEPTH || g_rand_int_range (rand, 0, 8) == 0)
    {
      fill (frame, left, top, size, size, level);
      return;
    }
  for (gint i = 0; i < 4; i++)
    roughen (frame, rand, left + i % 2 * (size / 2), top + i / 2 * (size / 2), (size + 1) / 2,
             level + g_rand_int_range (rand, -22, 23), depth + 1);
}

static void
draw_house (Frame *frame, GRand *rand, gint left, gint top, gint width)
{
  gint storey = g_rand_int_range (rand, 24, 60);
  gint window = storey / 2;
  gint level = g_rand_int_range (rand, 70, 200);

  fill (frame, left, top, width, SHOT_HEIGHT - 200 - top, level);
  for (gint y = top + window / 2; y + storey < SHOT_HEIGHT - 200; y += storey)
    for (gint x = left + window / 2; x + window < left + width; x += storey)
      {
        fill (frame, x, y, window, window, level - 60);
        fill (frame, x + 2, y + 2, window - 4, window - 4, level + g_rand_int_range (rand, -50, 51));
        fill (frame, x + window / 2, y, 2, window, level - 60);
      }
}

void
scenery_draw_street (Frame *frame, GRand *rand)
{
  begin (frame, 210);
  for (gint x = -20; x < SHOT_WIDTH;)
    {
      gint width = g_rand_int_range (rand, 90, 320);

      draw_house (frame, rand, x, g_rand_int_range (rand, 20, 300), width);
      x += width + g_rand_int_range (rand, 0, 40);
    }
  for (gint x = 0; x < SHOT_WIDTH; x += 256)
    roughen (frame, rand, x, SHOT_HEIGHT - 200, 256, 110, 0);
  for (guint i = 0; i < 5; i++)
    roughen (frame, rand, g_rand_int_range (rand, 0, SHOT_WIDTH), g_rand_int_range (rand, 100, 450), 128, 80,
             0);
  for (guint i = 0; i < 4; i++)
    {
      gint left = g_rand_int_range (rand, 0, SHOT_WIDTH - 200);
      gint top = g_rand_int_range (rand, 200, 500);

      fill (frame, left, top, 170, 50, 230);
      for (gint x = 6; x < 150; x += 26)
        draw_sign (frame, rand, left + x, top + 12, 22);
    }
  for (gint x = g_rand_int_range (rand, 0, 40); x < SHOT_WIDTH; x += 12) /* a fence */
    fill (frame, x, 540, 4, 90, 60);
  fill (frame, g_rand_int_range (rand, 0, SHOT_WIDTH), 0, 12, SHOT_HEIGHT, 50);
  look_from_aside (frame, rand);
  finish (frame, rand, 8);
}
