/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stripes.h"

#include "ds-homography.h"

#include <math.h>
#include <string.h>

/* The picture is divided into squares of this many pixels; each has one direction or none. */
#define SQUARE 16

/* Rows that are looked at: one of so many. */
#define ROW_STEP 2

/* Directions told apart, in 180°, and how many of them a square may be from its neighbour. */
#define N_DIRECTIONS 60
#define MAX_APART 3

/* How much of a square's contrast has to be across one direction, and how strong it has to be, in squared levels of
 * grey a pixel. */
#define MIN_COHERENCE 0.75
#define MIN_ENERGY 50

/* Squares of one code that have a direction may have some between them that have none. */
#define GAP 2

/* An edge has many squares too, but in one line: a code has several beside each other, across the bars. */
#define MIN_SQUARES 5
#define MIN_WIDTH (4 * SQUARE)

/* How much of the place its squares have to fill: codes fill 0.4 and more. */
#define MIN_SHARE 0.3

/* Beyond the squares, as a share of the width and in pixels: those in which a code ends have no direction, and then
 * comes the quiet zone. */
#define ROOM_SHARE 0.15
#define ROOM 24

/* The ends of the bars are worn and leaning ones end earlier. */
#define HEIGHT_SHARE 0.8

/* ZBar smooths what it scans, and is at its best when a module is half a dozen pixels wide. Three times as wide, a
 * hundred drawn labels are read as often as four times, and half as often again as if left alone. */
#define STRETCH 3

/* Pixels along the bars of which a line takes the mean: more, and bars that lean melt into each other. */
#define MEAN_OF 5

/* Bars and spaces looked at together: those of four characters. The distance from the middle of one to that of the next
 * is 1 to 4 modules, 1.8 on average; and it varies: the mean of the squares is larger than the square of the mean. */
#define N_RUNS 24
#define MAX_TO_MEAN 2.6
#define MIN_SPREAD 1.04

/* The quiet zones have ten modules. */
#define QUIET_TO_MEAN 2.7

/* How much of a line's contrast a bar has at least, and in levels of grey. */
#define CONTRAST_PART 6
#define MIN_CONTRAST 8

/* How many lines have to cross bars. */
#define MIN_LINES 2

/* The structure tensor of a square: how strongly the picture changes along x, along y, and along both together. */
typedef struct
{
  gint32 xx, yy, xy;
} Tensor;

/* The picture as squares: each has the number of its direction, or −1 for none. */
typedef struct
{
  guint columns, rows;
  Tensor *tensors;
  gint8 *directions;
  gboolean *is_taken;
} Squares;

static void
squares_clear (Squares *self)
{
  g_free (self->tensors);
  g_free (self->directions);
  g_free (self->is_taken);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Squares, squares_clear)

/* What the columns of a row of squares add up to. */
typedef struct
{
  gint32 *xx, *yy, *xy;
} Sums;

/* Adds the @n gradients that are in a row of the picture. */
static void
add_row (const guint8 *restrict row, gsize width, gsize n, const Sums *sums)
{
  const guint8 *restrict above = row - width;
  const guint8 *restrict below = row + width;
  gint32 *restrict xx = sums->xx;
  gint32 *restrict yy = sums->yy;
  gint32 *restrict xy = sums->xy;

  for (gsize x = 0; x < n; x++)
    {
      gint16 dx = (gint16)(row[x + 2] - row[x]);
      gint16 dy = (gint16)(below[x + 1] - above[x + 1]);

      xx[x] += dx * dx;
      yy[x] += dy * dy;
      xy[x] += dx * dy;
    }
}

static gint32
add_up (const gint32 *of)
{
  gint32 sum = 0;

  for (gsize i = 0; i < SQUARE; i++)
    sum += of[i];
  return sum;
}

/* The direction across the bars, from −90° to 90°. */
static double
get_angle (double xx, double yy, double xy)
{
  return atan2 (2 * xy, xx - yy) / 2;
}

static gint8
find_direction (const Tensor *tensor)
{
  double all = (double)tensor->xx + tensor->yy;
  double apart = (double)tensor->xx - tensor->yy;
  double both = 2.0 * tensor->xy;

  if (all < MIN_ENERGY * SQUARE * SQUARE / ROW_STEP
      || apart * apart + both * both < all * all * MIN_COHERENCE * MIN_COHERENCE)
    return -1;
  return (gint8)((guint)lround ((get_angle (tensor->xx, tensor->yy, tensor->xy) / G_PI + 0.5) * N_DIRECTIONS)
                 % N_DIRECTIONS);
}

static void
squares_init (Squares *self, const DsGrey *grey)
{
  g_autofree gint32 *room = NULL;
  gsize n;
  Sums sums;

  /* A gradient needs a pixel on either side. */
  self->columns = (MAX (grey->width, 2) - 2) / SQUARE;
  self->rows = (MAX (grey->height, 2) - 2) / SQUARE;
  self->tensors = g_new (Tensor, self->columns * self->rows + 1);
  self->is_taken = g_new0 (gboolean, self->columns * self->rows + 1);
  self->directions = g_new (gint8, self->columns * self->rows + 1);
  n = self->columns * SQUARE;
  room = g_new (gint32, 3 * n + 1);
  sums = (Sums){ room, room + n, room + 2 * n };
  for (guint row = 0; row < self->rows; row++)
    {
      Tensor *tensors = self->tensors + row * self->columns;

      memset (room, 0, 3 * n * sizeof *room);
      for (guint y = 0; y < SQUARE; y += ROW_STEP)
        add_row (grey->pixels + (gsize)(row * SQUARE + y + 1) * grey->width, grey->width, n, &sums);
      for (guint i = 0; i < self->columns; i++)
        tensors[i] = (Tensor){ add_up (sums.xx + i * SQUARE), add_up (sums.yy + i * SQUARE),
                               add_up (sums.xy + i * SQUARE) };
    }
  for (guint i = 0; i < self->columns * self->rows; i++)
    self->directions[i] = find_direction (&self->tensors[i]);
}

static gboolean
is_along (gint8 direction, guint wanted)
{
  guint apart = direction >= 0 ? ((guint)direction + N_DIRECTIONS - wanted) % N_DIRECTIONS : N_DIRECTIONS;

  return apart <= MAX_APART || (apart >= N_DIRECTIONS - MAX_APART && apart < N_DIRECTIONS);
}

/* Goes from square @at to all that are no more than @GAP away from one another and lie almost the same: seen from
 * aside or around a bottle the bars fan out. Marks them as taken. @found: (out) (element-type guint): their numbers */
static void
gather (Squares *squares, guint at, GArray *found)
{
  g_array_set_size (found, 0);
  squares->is_taken[at] = TRUE;
  g_array_append_val (found, at);
  for (guint done = 0; done < found->len; done++)
    {
      guint here = g_array_index (found, guint, done);
      guint x = here % squares->columns;
      guint y = here / squares->columns;

      for (guint j = y > GAP ? y - GAP : 0; j <= MIN (y + GAP, squares->rows - 1); j++)
        for (guint i = x > GAP ? x - GAP : 0; i <= MIN (x + GAP, squares->columns - 1); i++)
          {
            guint next = j * squares->columns + i;

            if (squares->is_taken[next]
                || !is_along (squares->directions[next], (guint)squares->directions[here]))
              continue;
            squares->is_taken[next] = TRUE;
            g_array_append_val (found, next);
          }
    }
}

/* The place that the squares @found make up. Returns: whether a code could be there. */
static gboolean
outline (const Squares *squares, const GArray *found, DsStripes *stripes)
{
  double xx = 0, yy = 0, xy = 0;
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE;
  double angle;

  if (found->len < MIN_SQUARES)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      const Tensor *tensor = &squares->tensors[g_array_index (found, guint, i)];

      xx += tensor->xx;
      yy += tensor->yy;
      xy += tensor->xy;
    }
  angle = get_angle (xx, yy, xy);
  stripes->across_x = cos (angle);
  stripes->across_y = sin (angle);
  for (guint i = 0; i < found->len; i++)
    {
      guint at = g_array_index (found, guint, i);
      double x = (at % squares->columns + 0.5) * SQUARE + 1;
      double y = (at / squares->columns + 0.5) * SQUARE + 1;
      double across = x * stripes->across_x + y * stripes->across_y;
      double along = y * stripes->across_x - x * stripes->across_y;

      left = MIN (left, across);
      right = MAX (right, across);
      top = MIN (top, along);
      bottom = MAX (bottom, along);
    }
  stripes->width = right - left + SQUARE;
  stripes->height = bottom - top + SQUARE;
  stripes->x = ((left + right) * stripes->across_x - (top + bottom) * stripes->across_y) / 2;
  stripes->y = ((left + right) * stripes->across_y + (top + bottom) * stripes->across_x) / 2;
  stripes->n_squares = found->len;
  return stripes->width >= MIN_WIDTH
         && found->len * SQUARE * SQUARE >= MIN_SHARE * stripes->width * stripes->height;
}

static int
compare_squares (gconstpointer a, gconstpointer b)
{
  const DsStripes *first = a;
  const DsStripes *second = b;

  return (first->n_squares < second->n_squares) - (first->n_squares > second->n_squares);
}

GArray *
ds_stripes_search (const DsGrey *grey)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (DsStripes));
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint));
  g_auto (Squares) squares = { 0 };

  squares_init (&squares, grey);
  for (guint i = 0; i < squares.columns * squares.rows; i++)
    {
      DsStripes stripes;

      if (squares.directions[i] < 0 || squares.is_taken[i])
        continue;
      gather (&squares, i, found);
      if (outline (&squares, found, &stripes))
        g_array_append_val (places, stripes);
    }
  g_array_sort (places, compare_squares);
  if (places->len > DS_STRIPES_MAX)
    g_array_set_size (places, DS_STRIPES_MAX);
  return places;
}

/* Bilinear, with 16 bits behind the point. */
static inline guint32
look_inside (const DsGrey *grey, gint32 x, gint32 y)
{
  const guint8 *p = grey->pixels + (gsize)(y >> 16) * grey->width + (gsize)(x >> 16);
  guint32 fx = (guint32)(x & 0xFFFF) >> 8;
  guint32 fy = (guint32)(y & 0xFFFF) >> 8;

  return (p[0] * (256 - fx) + p[1] * fx) * (256 - fy)
         + (p[grey->width] * (256 - fx) + p[grey->width + 1] * fx) * fy;
}

/* Whether look_inside() may be used at @at and @reach pixels around it. */
static gboolean
is_inside (const DsGrey *grey, DsPoint at, double reach)
{
  return at.x >= reach && at.y >= reach && at.x + reach + 1 < grey->width && at.y + reach + 1 < grey->height;
}

/* What is outside the picture is its nearest edge. */
static inline guint32
look (const DsGrey *grey, gint32 x, gint32 y)
{
  guint x0 = (guint)CLAMP (x >> 16, 0, (gint)grey->width - 1);
  guint y0 = (guint)CLAMP (y >> 16, 0, (gint)grey->height - 1);
  gsize right = x0 + 1 < grey->width ? 1 : 0;
  gsize down = y0 + 1 < grey->height ? grey->width : 0;
  const guint8 *p = grey->pixels + (gsize)y0 * grey->width + x0;
  guint32 fx = (guint32)(x & 0xFFFF) >> 8;
  guint32 fy = (guint32)(y & 0xFFFF) >> 8;

  return (p[0] * (256 - fx) + p[right] * fx) * (256 - fy)
         + (p[down] * (256 - fx) + p[down + right] * fx) * fy;
}

static gint32
to_fixed (double value)
{
  return (gint32)lround (value * 65536);
}

/* Three pixels for one, by the cubic through four neighbours (Catmull and Rom), kept between the nearer two: where it
 * swings beyond them it makes edges where there are none. @from: with a pixel more than @n at its beginning and two at
 * its end. */
static void
stretch_row (const guint8 *from, guint n, guint8 *to)
{
  for (guint i = 0; i < n; i++, to += STRETCH)
    {
      gint a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
      gint near = (21 * b + 9 * c - 2 * a - d) / 27;
      gint far = (21 * c + 9 * b - 2 * d - a) / 27;

      to[0] = (guint8)b;
      to[1] = (guint8)CLAMP (near, MIN (b, c), MAX (b, c));
      to[2] = (guint8)CLAMP (far, MIN (b, c), MAX (b, c));
    }
}

/* How far one can go from @at in the direction @by, until 0 or @size is reached. */
static double
get_room (double at, double by, guint size)
{
  if (fabs (by) < 1e-6)
    return G_MAXDOUBLE;
  return by > 0 ? (size - at) / by : -at / by;
}

/* A line across a place: of @width pixels, the first of them @left of its middle. */
typedef struct
{
  double left;
  guint width;
} Extent;

static Extent
get_extent (const DsStripes *self, const DsGrey *grey, double by)
{
  double reach = (self->width / 2 + ROOM + ROOM_SHARE * self->width) * by;
  double forth = MIN (get_room (self->x * by, self->across_x, grey->width),
                      get_room (self->y * by, self->across_y, grey->height));
  double back = MIN (get_room (self->x * by, -self->across_x, grey->width),
                     get_room (self->y * by, -self->across_y, grey->height));
  /* No further than the picture goes: its edge is no quiet zone. */
  double left = -CLAMP (back, 0, reach);

  return (Extent){ left, (guint)(CLAMP (forth, 0, reach) - left) + 1 };
}

/* Where the line @row of @n_rows has its pixel @at, counted from the middle. */
static DsPoint
get_point (const DsStripes *self, double by, guint row, guint n_rows, double at)
{
  double along = n_rows > 1 ? self->height * by * HEIGHT_SHARE * ((double)row / (n_rows - 1) - 0.5) : 0;

  return (DsPoint){ self->x * by + at * self->across_x - along * self->across_y,
                    self->y * by + at * self->across_y + along * self->across_x };
}

DsGrey *
ds_stripes_straighten (const DsStripes *self, const DsGrey *grey, double by, guint n_rows)
{
  Extent extent = get_extent (self, grey, by);
  DsGrey *strip = ds_grey_new (extent.width * STRETCH, n_rows);
  g_autofree guint8 *line = g_malloc (extent.width + 3);
  gint32 across_x = to_fixed (self->across_x);
  gint32 across_y = to_fixed (self->across_y);

  for (guint row = 0; row < n_rows; row++)
    {
      DsPoint first = get_point (self, by, row, n_rows, extent.left - 1);
      DsPoint last = get_point (self, by, row, n_rows, extent.left + extent.width + 2);
      gboolean inside = is_inside (grey, first, MEAN_OF) && is_inside (grey, last, MEAN_OF);
      gint32 x = to_fixed (first.x);
      gint32 y = to_fixed (first.y);

      for (guint column = 0; column < extent.width + 3; column++, x += across_x, y += across_y)
        {
          guint32 sum = 0;

          for (gint i = -(MEAN_OF / 2); i <= MEAN_OF / 2; i++)
            sum += (inside ? look_inside (grey, x - i * across_y, y + i * across_x)
                           : look (grey, x - i * across_y, y + i * across_x))
                   >> 8;
          line[column] = (guint8)((sum / MEAN_OF) >> 8);
        }
      stretch_row (line, extent.width, strip->pixels + (gsize)row * strip->width);
    }
  return strip;
}

/* The least that is no noise. @step: pixels from one that is looked at to the next */
static gint
get_least_contrast (const guint8 *line, guint n, guint step)
{
  guint8 lowest = 255;
  guint8 highest = 0;

  for (guint i = 0; i < n; i += step)
    {
      lowest = MIN (lowest, line[i]);
      highest = MAX (highest, line[i]);
    }
  return MAX ((highest - lowest) / CONTRAST_PART, MIN_CONTRAST);
}

/* Finds how far it is from each top to the next bottom, and on, and from the last to the end. What is less than a part
 * of the line's contrast is noise. @step: pixels from one that is looked at to the next; @runs: (out) (array). Returns:
 * how many there are. */
static guint
measure_runs (const guint8 *line, guint n, guint step, guint *runs)
{
  gint least = get_least_contrast (line, n, step);
  gint extreme = line[0];
  guint extreme_at = 0;
  guint last_at = 0;
  guint n_runs = 0;
  gboolean rises = TRUE;

  for (guint i = 0; i < n; i += step)
    {
      gint above = rises ? line[i] - extreme : extreme - line[i];

      if (above >= 0)
        {
          extreme = line[i];
          extreme_at = i;
        }
      else if (-above >= least)
        {
          runs[n_runs++] = extreme_at - last_at;
          last_at = extreme_at;
          extreme = line[i];
          extreme_at = i;
          rises = !rises;
        }
    }
  runs[n_runs++] = n - last_at;
  return n_runs;
}

/* Whether the runs from @from on, in steps of @step, end in one as long as a quiet zone. */
static gboolean
ends_quiet (const guint *runs, guint n, guint from, gint step, double mean)
{
  guint i = from;

  while (i < n && runs[i] <= QUIET_TO_MEAN * mean)
    i += (guint)step; /* below 0 is beyond the end too */
  return i < n;
}

static gboolean
is_barred (const guint *runs, guint n)
{
  for (guint first = 1; first + N_RUNS <= n; first += N_RUNS / 2)
    {
      guint longest = 0;
      guint total = 0;
      guint64 squares = 0;
      double mean;

      for (guint i = first; i < first + N_RUNS; i++)
        {
          longest = MAX (longest, runs[i]);
          total += runs[i];
          squares += (guint64)runs[i] * runs[i];
        }
      mean = total / (double)N_RUNS;
      if (longest <= MAX_TO_MEAN * mean && squares >= MIN_SPREAD * N_RUNS * mean * mean
          && ends_quiet (runs, n, first - 1, -1, mean) && ends_quiet (runs, n, first + N_RUNS, 1, mean))
        return TRUE;
    }
  return FALSE;
}

gboolean
ds_stripes_are_bars (const DsGrey *lines)
{
  g_autofree guint *runs = g_new (guint, lines->width + 2);
  guint n = 0;

  for (guint y = 0; y < lines->height; y++)
    n += is_barred (runs, measure_runs (lines->pixels + (gsize)y * lines->width, lines->width, STRETCH, runs))
             ? 1
             : 0;
  return n >= MIN (MIN_LINES, lines->height);
}

gboolean
ds_stripes_may_be_bars (const DsStripes *self, const DsGrey *grey, double by, guint n_rows)
{
  Extent extent = get_extent (self, grey, by);
  g_autofree guint8 *line = g_malloc (extent.width);
  g_autofree guint *runs = g_new (guint, extent.width + 1);
  gint32 across_x = to_fixed (self->across_x);
  gint32 across_y = to_fixed (self->across_y);

  for (guint row = 0; row < n_rows; row++)
    {
      DsPoint first = get_point (self, by, row, n_rows, extent.left);
      gint32 x = to_fixed (first.x);
      gint32 y = to_fixed (first.y);

      for (guint i = 0; i < extent.width; i++, x += across_x, y += across_y)
        line[i] = grey->pixels[(gsize)CLAMP (y >> 16, 0, (gint)grey->height - 1) * grey->width
                               + (gsize)CLAMP (x >> 16, 0, (gint)grey->width - 1)];
      if (is_barred (runs, measure_runs (line, extent.width, 1, runs)))
        return TRUE;
    }
  return FALSE;
}
