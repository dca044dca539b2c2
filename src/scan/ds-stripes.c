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

/* Squares of one code that have a direction may have some between them that have none. */
#define GAP 2

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

/* The picture as squares: each has the number of its direction, or none. */
typedef struct
{
  guint columns, rows;
  gint8 *directions; /* −1 for none */
} Squares;

static gint8
find_direction (const DsGrey *grey, guint left, guint top)
{
  Tensor tensor;
  double across;
  double angle;

  measure_square (grey, left, top, &tensor);
  across = hypot ((double)(tensor.xx - tensor.yy), 2.0 * tensor.xy);
  if (tensor.xx + tensor.yy < MIN_ENERGY * SQUARE * SQUARE
      || across < MIN_COHERENCE * (double)(tensor.xx + tensor.yy))
    return -1;
  angle = atan2 (2.0 * tensor.xy, (double)(tensor.xx - tensor.yy)) / 2; /* from −90° to 90° */
  return (gint8)((guint)lround ((angle / G_PI + 0.5) * N_DIRECTIONS) % N_DIRECTIONS);
}

/* Returns: the direction that most squares have; what lies on the border of two counts for both. */
static guint
find_best_direction (const Squares *squares, guint *most)
{
  guint counts[N_DIRECTIONS] = { 0 };
  guint best = 0;

  *most = 0;
  for (guint i = 0; i < squares->columns * squares->rows; i++)
    if (squares->directions[i] >= 0)
      counts[squares->directions[i]]++;
  for (guint i = 0; i < N_DIRECTIONS; i++)
    {
      guint n
          = counts[i] * 2 + counts[(i + 1) % N_DIRECTIONS] + counts[(i + N_DIRECTIONS - 1) % N_DIRECTIONS];

      if (n > *most)
        {
          *most = n;
          best = i;
        }
    }
  return best;
}

static gboolean
is_along (gint8 direction, guint best)
{
  guint apart = direction >= 0 ? ((guint)direction + N_DIRECTIONS - best) % N_DIRECTIONS : N_DIRECTIONS;

  return apart <= 2 || (apart >= N_DIRECTIONS - 2 && apart < N_DIRECTIONS);
}

/* How far a place reaches, in squares. */
typedef struct
{
  guint left, top, right, bottom; /* the last ones included */
  guint n;
} Place;

/* Goes from the square at (@column, @row) to all of its kind that are no more than @GAP away from one another, and
 * clears them. */
static Place
gather (Squares *squares, guint column, guint row, guint best)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  Place place = { column, row, column, row, 0 };
  guint at = row * squares->columns + column;

  squares->directions[at] = -1;
  g_array_append_val (open, at);
  while (open->len > 0)
    {
      guint x, y;

      at = g_array_index (open, guint, open->len - 1);
      g_array_set_size (open, open->len - 1);
      x = at % squares->columns;
      y = at / squares->columns;
      place = (Place){ MIN (place.left, x), MIN (place.top, y), MAX (place.right, x), MAX (place.bottom, y),
                       place.n + 1 };
      for (guint j = y > GAP ? y - GAP : 0; j <= MIN (y + GAP, squares->rows - 1); j++)
        for (guint i = x > GAP ? x - GAP : 0; i <= MIN (x + GAP, squares->columns - 1); i++)
          {
            guint next = j * squares->columns + i;

            if (!is_along (squares->directions[next], best))
              continue;
            squares->directions[next] = -1;
            g_array_append_val (open, next);
          }
    }
  return place;
}

static Place
find_largest_place (Squares *squares, guint best)
{
  Place largest = { 0 };

  for (guint row = 0; row < squares->rows; row++)
    for (guint column = 0; column < squares->columns; column++)
      if (is_along (squares->directions[row * squares->columns + column], best))
        {
          Place place = gather (squares, column, row, best);

          if (place.n > largest.n)
            largest = place;
        }
  return largest;
}

gboolean
ds_stripes_measure (const DsGrey *grey, DsStripes *stripes)
{
  /* Differences of neighbours misjudge the direction of bars that are hardly wider than they. */
  g_autoptr (DsGrey) blurred = NULL;
  /* A gradient needs a pixel on either side. */
  Squares squares = { (MAX (grey->width, 2) - 2) / SQUARE, (MAX (grey->height, 2) - 2) / SQUARE, NULL };
  g_autofree gint8 *directions = g_malloc ((gsize)squares.columns * squares.rows + 1);
  Place place;
  guint best;
  guint most;

  blurred = ds_grey_blur (grey, BLUR_RADIUS);
  squares.directions = directions;
  for (guint row = 0; row < squares.rows; row++)
    for (guint column = 0; column < squares.columns; column++)
      directions[row * squares.columns + column]
          = find_direction (blurred, 1 + column * SQUARE, 1 + row * SQUARE);

  best = find_best_direction (&squares, &most);
  if (most < 2 * MIN_SQUARES)
    return FALSE;
  place = find_largest_place (&squares, best);
  stripes->degrees = -180.0 * ((double)best / N_DIRECTIONS - 0.5);
  stripes->left = place.left * SQUARE;
  stripes->top = place.top * SQUARE;
  stripes->width = (place.right - place.left + 1) * SQUARE;
  stripes->height = (place.bottom - place.top + 1) * SQUARE;
  return TRUE;
}
