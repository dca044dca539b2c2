/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-ground.h"

#include <string.h>

/* Two squares to either side: about three modules of a code in the middle of the picture. */
#define RADIUS 2

/* By how much a pixel has to be darker than its surroundings, so that noise on flat ground is light: twice as
 * much as neighbours commonly differ, within bounds. */
#define BIAS_FACTOR 2
#define MIN_BIAS 5
#define MAX_BIAS 20

/* Rows and columns that noise is measured on: one of so many. */
#define NOISE_ROWS 16
#define NOISE_COLUMNS 7

/* Returns: the median difference between a pixel and the next. */
static guint
measure_noise (const DsGrey *grey)
{
  guint counts[256] = { 0 };
  guint n = 0;
  guint sum = 0;
  guint level = 0;

  for (guint y = NOISE_ROWS / 2; y < grey->height; y += NOISE_ROWS)
    for (guint x = 1; x < grey->width; x += NOISE_COLUMNS, n++)
      {
        const guint8 *at = grey->pixels + (gsize)y * grey->width + x;

        counts[ABS (at[0] - at[-1])]++;
      }
  while (level < 255 && (sum += counts[level]) <= n / 2)
    level++;
  return level;
}

/* Adds row @y of @quarter to the sums of columns and takes row @without away; beyond the edges are the edges. */
static void
move_sums (const DsGrey *quarter, gint y, gint without, guint16 *restrict sums)
{
  gint last = (gint)quarter->height - 1;
  const guint8 *restrict added = quarter->pixels + (gsize)CLAMP (y, 0, last) * quarter->width;
  const guint8 *restrict taken = quarter->pixels + (gsize)CLAMP (without, 0, last) * quarter->width;

  for (guint x = 0; x < quarter->width; x++)
    sums[x] = (guint16)(sums[x] + added[x] - taken[x]);
}

/* The mean of 5 by 5 pixels, less @bias. @sums: of the columns, with @RADIUS more at either end */
static void
mean_row (guint16 *restrict sums, guint width, guint8 bias, guint8 *restrict to)
{
  for (guint i = 0; i < RADIUS; i++)
    {
      sums[i] = sums[RADIUS];
      sums[width + RADIUS + i] = sums[width + RADIUS - 1];
    }
  for (gsize x = 0; x < width; x++)
    {
      guint16 sum = (guint16)(sums[x] + sums[x + 1] + sums[x + 2] + sums[x + 3] + sums[x + 4]);
      /* By 25, which is 2⁻¹⁶ · 2622; a sum has at most 13 bits. */
      guint8 mean = (guint8)((guint32)sum * 2622u >> 16);

      to[x] = (guint8)(MAX (mean, bias) - bias);
    }
}

static void
spread_row (const guint8 *restrict means, guint8 *restrict to, guint n)
{
  for (gsize x = 0; x < n; x++)
    for (gsize i = 0; i < DS_GROUND_SQUARE; i++)
      to[DS_GROUND_SQUARE * x + i] = means[x];
}

void
ds_ground_init (DsGround *self, const DsGrey *grey, const DsGrey *quarter)
{
  guint8 bias = (guint8)CLAMP (measure_noise (grey) * BIAS_FACTOR, MIN_BIAS, MAX_BIAS);
  guint n_rows = (grey->height + DS_GROUND_SQUARE - 1) / DS_GROUND_SQUARE;
  guint n_means = quarter->width;
  guint whole = MIN (n_means, grey->width / DS_GROUND_SQUARE);
  g_autofree guint16 *sums = g_new (guint16, n_means + 2 * RADIUS);
  g_autofree guint8 *means = g_malloc (n_means);

  self->grey = grey;
  self->levels = g_malloc_n (grey->width, n_rows);
  for (guint x = 0; x < n_means; x++)
    sums[RADIUS + x] = (2 * RADIUS + 1) * quarter->pixels[x];
  for (gint y = 1; y < RADIUS; y++)
    move_sums (quarter, y, 0, sums + RADIUS);
  for (guint y = 0; y < n_rows; y++)
    {
      guint8 *to = self->levels + (gsize)y * grey->width;

      move_sums (quarter, (gint)y + RADIUS, (gint)y - RADIUS - 1, sums + RADIUS);
      mean_row (sums, n_means, bias, means);
      spread_row (means, to, whole);
      memset (to + whole * DS_GROUND_SQUARE, means[n_means - 1], grey->width - whole * DS_GROUND_SQUARE);
    }
}

void
ds_ground_clear (DsGround *self)
{
  g_clear_pointer (&self->levels, g_free);
}

/* Fills @room with 1 for each pixel that is dark. */
static void
find_dark (const guint8 *restrict pixels, const guint8 *restrict levels, guint width, guint8 *restrict room)
{
  for (guint x = 0; x < width; x++)
    room[x] = pixels[x] <= levels[x];
}

guint
ds_ground_find_ends (const DsGround *self, guint y, guint8 *room, guint16 *ends, gboolean *is_dark)
{
  guint width = self->grey->width;
  guint n = 0;

  find_dark (self->grey->pixels + (gsize)y * width, self->levels + (gsize)(y / DS_GROUND_SQUARE) * width,
             width, room + 1);
  room[0] = room[1];
  memset (room + 1 + width, room[width], 7);
  /* Each byte against the one before: eight pixels of one colour are passed over at a time. */
  for (guint x = 0; x < width; x += 8)
    {
      guint64 here;
      guint64 before;

      memcpy (&here, room + 1 + x, sizeof here);
      memcpy (&before, room + x, sizeof before);
      for (guint64 changes = GUINT64_FROM_LE (here ^ before); changes != 0; changes &= changes - 1)
        ends[n++] = (guint16)(x + (guint)__builtin_ctzll (changes) / 8);
    }
  ends[n++] = (guint16)width;
  *is_dark = room[0];
  return n;
}
