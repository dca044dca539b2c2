/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stripes.h"

#include <math.h>

/* Bars and spaces in a row of stripes: those of four characters. */
#define N_RUNS 24

/* A bar has up to 4 modules and 1.8 on average. */
#define MAX_TO_MEAN 2.6

/* Every character of Code 128 has 4 to 8 dark modules of 11; the rest is what a camera makes of them. Noise on flat
 * ground is a few dark specks. */
#define MIN_DARK_PERCENT 28
#define MAX_DARK_PERCENT 80

/* Lines looked at, and how far from each the bars have to go on. */
#define LINE_STEP 6
#define HEIGHT 6

/* Of the pixels @HEIGHT away, how many have to be alike. */
#define ALIKE_PERCENT 88

/* How many lines have to cross stripes. */
#define MIN_LINES 2

/* The picture is divided into squares of this many pixels; each has one direction or none. */
#define SQUARE 16

/* Directions told apart, in 180°, and how many squares have to agree on one. */
#define N_DIRECTIONS 60
#define MIN_SQUARES 5

/* How much of a square's contrast has to be across one direction, and how strong it has to be, in squared levels of
 * grey a pixel. */
#define MIN_COHERENCE 0.8
#define MIN_ENERGY 50

#define BLUR_RADIUS 2

/* The lines of a picture, or its columns. */
typedef struct
{
  const guint8 *pixels;
  gsize along; /* from a pixel to the next on the line */
  gsize aside; /* from a line to the next */
  guint length;
  guint n_lines;
} Lines;

/* Whether bars that cross @line from @from to @until cross the line @HEIGHT further too, there perhaps shifted by as
 * much: then they lean by up to 45°. */
static gboolean
goes_on (const Lines *lines, guint line, guint from, guint until)
{
  const guint8 *here = lines->pixels + line * lines->aside;
  const guint8 *there = here + HEIGHT * lines->aside;

  for (gint shift = -HEIGHT; shift <= HEIGHT; shift++)
    {
      guint alike = 0;
      guint n = 0;

      for (guint i = from; i < until; i++)
        {
          gint other = (gint)i + shift;

          if (other < 0 || other >= (gint)lines->length)
            continue;
          n++;
          alike += here[i * lines->along] == there[(gsize)other * lines->along] ? 1 : 0;
        }
      if (n > 0 && alike * 100 >= n * ALIKE_PERCENT)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_striped (const Lines *lines, guint line)
{
  const guint8 *at = lines->pixels + line * lines->aside;
  guint ends[N_RUNS + 1] = { 0 };
  guint n = 0;
  guint next = N_RUNS; /* windows overlap by half */

  for (guint i = 1; i <= lines->length; i++)
    {
      guint total;
      guint dark = 0;
      guint longest = 0;

      if (i < lines->length && at[i * lines->along] == at[(i - 1) * lines->along])
        continue;
      n++;
      ends[n % (N_RUNS + 1)] = i;
      if (n <= next)
        continue;

      total = i - ends[(n + 1) % (N_RUNS + 1)];
      for (guint run = 0; run < N_RUNS; run++)
        {
          guint end = ends[(n - run) % (N_RUNS + 1)];
          guint length = end - ends[(n - run - 1) % (N_RUNS + 1)];

          longest = MAX (longest, length);
          dark += at[(end - 1) * lines->along] == 0 ? length : 0;
        }
      if (longest * N_RUNS > MAX_TO_MEAN * total || dark * 100 < total * MIN_DARK_PERCENT
          || dark * 100 > total * MAX_DARK_PERCENT)
        continue;
      if (goes_on (lines, line, i - total, i))
        return TRUE;
      next = n + N_RUNS / 2;
    }
  return FALSE;
}

static gboolean
are_striped (const Lines *lines)
{
  guint n = 0;

  for (guint line = 0; line + HEIGHT < lines->n_lines && n < MIN_LINES; line += LINE_STEP)
    n += is_striped (lines, line) ? 1 : 0;
  return n >= MIN_LINES;
}

gboolean
ds_stripes_are_in (const DsGrey *binary)
{
  const Lines rows = { binary->pixels, 1, binary->width, binary->width, binary->height };
  const Lines columns = { binary->pixels, binary->width, 1, binary->height, binary->width };

  return are_striped (&rows) || are_striped (&columns);
}

/* The structure tensor of a square: how strongly the picture changes along x, along y, and along both together. */
typedef struct
{
  gint64 xx, yy, xy;
} Tensor;

static void
measure_square (const DsGrey *grey, guint left, guint top, Tensor *tensor)
{
  *tensor = (Tensor){ 0 };
  for (guint y = top; y < top + SQUARE; y++)
    {
      const guint8 *row = grey->pixels + (gsize)y * grey->width;
      const guint8 *above = row - grey->width;
      const guint8 *below = row + grey->width;

      for (guint x = left; x < left + SQUARE; x++)
        {
          gint dx = row[x + 1] - row[x - 1];
          gint dy = below[x] - above[x];

          tensor->xx += dx * dx;
          tensor->yy += dy * dy;
          tensor->xy += dx * dy;
        }
    }
}

gboolean
ds_stripes_measure_angle (const DsGrey *grey, double *degrees)
{
  /* Differences of neighbours misjudge the direction of bars that are hardly wider than they. */
  g_autoptr (DsGrey) blurred = ds_grey_blur (grey, BLUR_RADIUS);
  guint squares[N_DIRECTIONS] = { 0 };
  guint best = 0;
  guint most = 0;

  /* A gradient needs a pixel on either side. */
  for (guint top = 1; top + SQUARE < grey->height; top += SQUARE)
    for (guint left = 1; left + SQUARE < grey->width; left += SQUARE)
      {
        Tensor tensor;
        double across;
        double angle;

        measure_square (blurred, left, top, &tensor);
        across = hypot ((double)(tensor.xx - tensor.yy), 2.0 * tensor.xy);
        if (tensor.xx + tensor.yy < MIN_ENERGY * SQUARE * SQUARE
            || across < MIN_COHERENCE * (double)(tensor.xx + tensor.yy))
          continue;
        angle = atan2 (2.0 * tensor.xy, (double)(tensor.xx - tensor.yy)) / 2; /* from −90° to 90° */
        squares[(guint)lround ((angle / G_PI + 0.5) * N_DIRECTIONS) % N_DIRECTIONS]++;
      }

  /* What lies on the border of two directions counts for both. */
  for (guint i = 0; i < N_DIRECTIONS; i++)
    {
      guint n
          = squares[i] * 2 + squares[(i + 1) % N_DIRECTIONS] + squares[(i + N_DIRECTIONS - 1) % N_DIRECTIONS];

      if (n > most)
        {
          most = n;
          best = i;
        }
    }
  *degrees = -180.0 * ((double)best / N_DIRECTIONS - 0.5);
  return most >= 2 * MIN_SQUARES;
}
