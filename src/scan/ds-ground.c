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
#define NOISE_COLUMNS 4

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

/* The mean of 5 by 5 pixels around each of row @y; beyond the edges are the edges. @sums: (out): with @RADIUS more at
 * either end. */
static void
mean_row (const DsGrey *quarter, guint y, guint16 *restrict sums, guint8 *restrict to)
{
  gint width = (gint)quarter->width;

  memset (sums, 0, (quarter->width + 2 * RADIUS) * sizeof *sums);
  for (gint i = -RADIUS; i <= RADIUS; i++)
    {
      const guint8 *row
          = quarter->pixels + (gsize)CLAMP ((gint)y + i, 0, (gint)quarter->height - 1) * quarter->width;

      for (gint x = 0; x < width; x++)
        sums[x + RADIUS] += row[x];
    }
  for (gint i = 0; i < RADIUS; i++)
    {
      sums[i] = sums[RADIUS];
      sums[width + RADIUS + i] = sums[width + RADIUS - 1];
    }
  /* By 25, which is 2⁻¹⁵ · 1311; a sum has at most 13 bits. */
  for (gint x = 0; x < width; x++)
    to[x]
        = (guint8)((guint16)(sums[x] + sums[x + 1] + sums[x + 2] + sums[x + 3] + sums[x + 4]) * 1311u >> 15);
}

/* Four pixels beside each other. */
typedef guint32 Four __attribute__ ((may_alias, aligned (1)));

static void
spread_row (const guint8 *restrict means, Four *restrict to, guint n)
{
  for (guint x = 0; x < n; x++)
    to[x] = means[x] * 0x01010101u;
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
  for (guint y = 0; y < n_rows; y++)
    {
      guint8 *to = self->levels + (gsize)y * grey->width;

      mean_row (quarter, MIN (y, quarter->height - 1), sums, means);
      for (guint x = 0; x < n_means; x++)
        means[x] = means[x] > bias ? means[x] - bias : 0;
      spread_row (means, (Four *)to, whole);
      memset (to + whole * DS_GROUND_SQUARE, means[n_means - 1], grey->width - whole * DS_GROUND_SQUARE);
    }
}

void
ds_ground_clear (DsGround *self)
{
  g_clear_pointer (&self->levels, g_free);
}

guint
ds_ground_find_ends (const DsGround *self, guint y, guint8 *room, guint16 *ends, gboolean *is_dark)
{
  guint width = self->grey->width;
  const guint8 *pixels = self->grey->pixels + (gsize)y * width;
  const guint8 *levels = self->levels + (gsize)(y / DS_GROUND_SQUARE) * width;
  guint n = 0;

  /* A byte for each pixel that differs in colour from the one before; eight of them are passed over at a time. */
  room[0] = 0;
  for (guint x = 1; x < width; x++)
    room[x] = (pixels[x] <= levels[x]) ^ (pixels[x - 1] <= levels[x - 1]);
  memset (room + width, 0, 7);
  for (guint x = 0; x < width; x += 8)
    {
      guint64 changes;

      memcpy (&changes, room + x, sizeof changes);
      changes = GUINT64_FROM_LE (changes);
      while (changes != 0)
        {
          ends[n++] = (guint16)(x + (guint)__builtin_ctzll (changes) / 8);
          changes &= changes - 1;
        }
    }
  ends[n++] = (guint16)width;
  *is_dark = pixels[0] <= levels[0];
  return n;
}
