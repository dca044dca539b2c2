/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-grid-private.h"

#include "ds-qr-layout.h"

#include <math.h>
#include <string.h>

/* Where a finder pattern's centre lies, from the code's edge. */
#define FINDER_CENTRE 3.5

/* Where the last alignment pattern's centre lies, from the code's lower right. */
#define ALIGNMENT_CENTRE 6.5

/* Below this a grid is on something that is no code; a first look at the finder patterns alone asks for less. */
#define MIN_FIT 0.5
#define MIN_FIRST_FIT 0.35

/* Above this no other number of modules is tried. */
#define GOOD_FIT 0.9

/* How far from where it should be the alignment pattern is looked for, in modules. */
#define SEARCH_REACH 4.0
#define SEARCH_STEP 0.5

/* Pixels looked at meanwhile: 25 in each of 17 × 17 places, and then twice in 5 × 5. */
#define ALIGN_LOOKS (25 * (17 * 17 + 2 * 5 * 5))

/* The first and the smallest step by which corners are moved about, in modules. */
#define ADJUST_STEP 0.5
#define SMALLEST_STEP (1.0 / 12)

/* How often that is measured at most; codes in photographs take up to 366 times. */
#define MAX_MEASURES 500

/* A module whose colour is known. */
typedef struct
{
  guint8 x, y;
  gboolean dark;
} Mark;

/* Returns: (transfer full) (element-type Mark): the known modules of a code of @size; of its finder patterns alone if
 * so asked. */
static GArray *
list_marks (guint size, gboolean finders_only)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_autofree DsModule *layout = ds_qr_layout_new (size);
  guint near = DS_QR_FINDER_SIZE + 1;

  for (guint y = 0; y < size; y++)
    for (guint x = 0; x < size; x++)
      {
        gboolean finder
            = (x < near && y < near) || (x < near && y >= size - near) || (x >= size - near && y < near);
        Mark mark = { (guint8)x, (guint8)y, layout[y * size + x] == DS_MODULE_DARK };

        if (layout[y * size + x] != DS_MODULE_DATA && (finder || !finders_only))
          g_array_append_val (marks, mark);
      }
  return marks;
}

/* Bilinear; what is outside the picture is its nearest edge. Pixel (0, 0) is at (0.5, 0.5). */
static double
sample (const DsGrey *grey, DsPoint at)
{
  double x = CLAMP (at.x - 0.5, 0, grey->width - 1.0);
  double y = CLAMP (at.y - 0.5, 0, grey->height - 1.0);
  guint x0 = (guint)x;
  guint y0 = (guint)y;
  guint x1 = MIN (x0 + 1, grey->width - 1);
  guint y1 = MIN (y0 + 1, grey->height - 1);
  double fx = x - x0;
  double fy = y - y0;
  const guint8 *row0 = grey->pixels + (gsize)y0 * grey->width;
  const guint8 *row1 = grey->pixels + (gsize)y1 * grey->width;

  return (row0[x0] * (1 - fx) + row0[x1] * fx) * (1 - fy) + (row1[x0] * (1 - fx) + row1[x1] * fx) * fy;
}

/* How far the mesh moves the point (@u, @v) of the code, each from 0 to 1. */
static DsPoint
get_shift (const DsGrid *self, double u, double v)
{
  double x = CLAMP (u, 0, 1) * DS_GRID_MESH;
  double y = CLAMP (v, 0, 1) * DS_GRID_MESH;
  guint column = MIN ((guint)x, DS_GRID_MESH - 1);
  guint row = MIN ((guint)y, DS_GRID_MESH - 1);
  double fx = x - column;
  double fy = y - row;
  const DsPoint *above = &self->mesh[row][column];
  const DsPoint *below = &self->mesh[row + 1][column];

  return (DsPoint){
    (above[0].x * (1 - fx) + above[1].x * fx) * (1 - fy) + (below[0].x * (1 - fx) + below[1].x * fx) * fy,
    (above[0].y * (1 - fx) + above[1].y * fx) * (1 - fy) + (below[0].y * (1 - fx) + below[1].y * fx) * fy,
  };
}

double
ds_grid_sample (const DsGrid *self, const DsGrey *grey, double x, double y)
{
  DsPoint point = ds_homography_map (&self->map, x, y);
  double value;

  if (self->is_warped)
    {
      DsPoint shift = get_shift (self, x / self->size, y / self->size);

      point.x += shift.x;
      point.y += shift.y;
    }
  value = sample (grey, point);
  return self->light_on_dark ? 255 - value : value;
}

double
ds_grid_get_module (const DsGrid *self)
{
  double middle = self->size / 2.0;
  DsPoint here = ds_homography_map (&self->map, middle, middle);
  DsPoint next = ds_homography_map (&self->map, middle + 1, middle);

  return hypot (next.x - here.x, next.y - here.y);
}

/* How well known modules are met: the difference between the means of those that should be light and those that
 * should be dark, against how much all of them vary. 1 for a perfect code, 0 for chance. */
static double
measure_fit (const DsGrid *self, const DsGrey *grey, const GArray *marks)
{
  double sum[2] = { 0 };
  double squares = 0;
  guint n[2] = { 0 };
  double mean;
  double variance;

  for (guint i = 0; i < marks->len; i++)
    {
      const Mark *mark = &g_array_index (marks, Mark, i);
      double value = ds_grid_sample (self, grey, mark->x + 0.5, mark->y + 0.5);

      sum[mark->dark] += value;
      n[mark->dark]++;
      squares += value * value;
    }
  mean = (sum[0] + sum[1]) / marks->len;
  variance = squares / marks->len - mean * mean;
  /* Two values of equal frequency differ by twice their standard deviation. */
  return variance < 1 ? 0 : (sum[0] / n[0] - sum[1] / n[1]) / (2 * sqrt (variance));
}

/* Steps from @from in the direction (@dx, @dy) to the third change of colour, the finder pattern's edge; -1 if it is
 * not within @reach. */
static double
measure_to_edge (const DsGrey *grey,
                 DsPoint from,
                 double dx,
                 double dy,
                 double reach,
                 double level,
                 gboolean inverted)
{
  gboolean was_dark = TRUE;
  guint changes = 0;

  for (double step = 0; step <= reach; step += 0.25)
    {
      double value = sample (grey, (DsPoint){ from.x + step * dx, from.y + step * dy });
      gboolean is_dark = (value < level) != inverted;

      changes += is_dark != was_dark ? 1 : 0;
      was_dark = is_dark;
      if (changes == 3)
        return step;
    }
  return -1;
}

/* Pixels a module along the line from @finder towards @to, measured across the finder pattern. */
static double
measure_module (const DsGrey *grey, const DsFinder *finder, DsPoint to)
{
  DsPoint from = finder->centre;
  double length = hypot (to.x - from.x, to.y - from.y);
  double dx = (to.x - from.x) / length;
  double dy = (to.y - from.y) / length;
  double dark = 255;
  double light = 0;
  double forth;
  double back;

  for (double step = -5 * finder->module; step <= 5 * finder->module; step += 0.5)
    {
      double value = sample (grey, (DsPoint){ from.x + step * dx, from.y + step * dy });

      dark = MIN (dark, value);
      light = MAX (light, value);
    }
  forth = measure_to_edge (grey, from, dx, dy, 6 * finder->module, (dark + light) / 2, finder->light_on_dark);
  back
      = measure_to_edge (grey, from, -dx, -dy, 6 * finder->module, (dark + light) / 2, finder->light_on_dark);
  return forth < 0 || back < 0 ? finder->module : (forth + back) / DS_QR_FINDER_SIZE;
}

/* What can be told of a code from its finder patterns alone. */
typedef struct
{
  const DsTriple *triple;
  DsPoint fourth; /* what would be a fourth finder pattern's centre */
  gint version;
} Outline;

/* The fourth corner follows from how much larger modules look at one finder pattern than at another: along a line,
 * they shrink with the square of the depth. */
static void
outline_init (Outline *self, const DsGrey *grey, const DsTriple *triple)
{
  DsPoint corner = triple->corner.centre;
  DsPoint right = triple->right.centre;
  DsPoint below = triple->below.centre;
  double corner_x = measure_module (grey, &triple->corner, right);
  double right_x = measure_module (grey, &triple->right, corner);
  double corner_y = measure_module (grey, &triple->corner, below);
  double below_y = measure_module (grey, &triple->below, corner);
  double modules = hypot (right.x - corner.x, right.y - corner.y) / (corner_x + right_x)
                   + hypot (below.x - corner.x, below.y - corner.y) / (corner_y + below_y);
  double depth_x = sqrt (corner_x / right_x);
  double depth_y = sqrt (corner_y / below_y);
  double depth = depth_x + depth_y - 1;

  if (depth < 0.3)
    depth_x = depth_y = depth = 1;
  self->triple = triple;
  self->version = (gint)lround ((modules + DS_QR_FINDER_SIZE - 17) / 4);
  self->fourth = (DsPoint){
    (right.x * depth_x + below.x * depth_y - corner.x) / depth,
    (right.y * depth_x + below.y * depth_y - corner.y) / depth,
  };
}

/* The map by the finder centres and the point @fourth that shows module (@at, @at). */
static gboolean
set_map (DsGrid *self, const DsTriple *triple, DsPoint fourth, double at)
{
  double far = self->size - FINDER_CENTRE;
  const DsPoint from[4] = {
    { FINDER_CENTRE, FINDER_CENTRE },
    { far, FINDER_CENTRE },
    { at, at },
    { FINDER_CENTRE, far },
  };
  const DsPoint to[4] = { triple->corner.centre, triple->right.centre, fourth, triple->below.centre };

  return ds_homography_init (&self->map, from, to);
}

/* How much the square around (x, y) looks like an alignment pattern: its contrast. */
static double
measure_alignment (const DsGrid *self, const DsGrey *grey, double x, double y)
{
  double sum[2] = { 0 };

  for (gint dy = -2; dy <= 2; dy++)
    for (gint dx = -2; dx <= 2; dx++)
      sum[MAX (ABS (dx), ABS (dy)) == 1] += ds_grid_sample (self, grey, x + dx, y + dy);
  return sum[1] / 8 - sum[0] / 17;
}

/* Moves the map's fourth point onto the last alignment pattern. */
static void
align (DsGrid *self, const DsGrey *grey, const DsTriple *triple)
{
  double at = self->size - ALIGNMENT_CENTRE;
  double best = -1;
  double best_x = at;
  double best_y = at;

  for (double reach = SEARCH_REACH, step = SEARCH_STEP; step > 0.1; reach = step, step /= 2)
    {
      double middle_x = best_x;
      double middle_y = best_y;

      for (double y = middle_y - reach; y <= middle_y + reach; y += step)
        for (double x = middle_x - reach; x <= middle_x + reach; x += step)
          {
            double contrast = measure_alignment (self, grey, x, y);

            if (contrast > best)
              {
                best = contrast;
                best_x = x;
                best_y = y;
              }
          }
    }
  set_map (self, triple, ds_homography_map (&self->map, best_x, best_y), at);
}

guint
ds_grid_improve (DsGrid *self,
                 const DsGrey *grey,
                 double first_step,
                 DsGridMeasureFunc measure,
                 gconstpointer data)
{
  double far = self->size - FINDER_CENTRE;
  const DsPoint from[4] = {
    { FINDER_CENTRE, FINDER_CENTRE },
    { far, FINDER_CENTRE },
    { far, far },
    { FINDER_CENTRE, far },
  };
  DsPoint to[4];
  double best = measure (self, grey, data);
  double module = ds_grid_get_module (self);
  guint n = 1;

  for (guint i = 0; i < G_N_ELEMENTS (to); i++)
    to[i] = ds_homography_map (&self->map, from[i].x, from[i].y);

  /* Each corner in each of four directions, until a whole round of that made nothing better. */
  for (double step = module * first_step; step > module * SMALLEST_STEP; step /= 2)
    for (guint i = 0, since_better = 0; since_better < 16 && n < MAX_MEASURES;
         i = (i + 1) % 16, since_better++, n++)
      {
        DsGrid moved = *self;
        DsPoint before = to[i / 4];
        double by = i % 2 == 0 ? step : -step;
        double value = -1;

        to[i / 4].x += i % 4 < 2 ? by : 0;
        to[i / 4].y += i % 4 < 2 ? 0 : by;
        if (ds_homography_init (&moved.map, from, to))
          value = measure (&moved, grey, data);
        if (value > best)
          {
            best = value;
            *self = moved;
            since_better = 0;
          }
        else
          to[i / 4] = before;
      }
  return n;
}

static double
measure_marks (const DsGrid *grid, const DsGrey *grey, gconstpointer marks)
{
  return measure_fit (grid, grey, marks);
}

gboolean
ds_grid_init (DsGrid *self, const DsGrey *grey, const DsTriple *triple, guint max_version)
{
  Outline outline;
  guint64 n_looks = 0;
  gint reach;

  *self = (DsGrid){ 0 };
  outline_init (&outline, grey, triple);
  reach = 1 + outline.version / 12;
  if (outline.version < 0 || outline.version > (gint)max_version + reach)
    return FALSE;

  /* The likeliest number of modules first, then its neighbours. */
  for (gint i = 0; i <= 2 * reach && self->fit < GOOD_FIT; i++)
    {
      gint version = outline.version + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
      DsGrid grid = { .size = DS_QR_SIZE ((guint)version), .light_on_dark = triple->corner.light_on_dark };
      g_autoptr (GArray) finders = NULL;
      g_autoptr (GArray) marks = NULL;

      if (version < 1 || version > (gint)max_version
          || !set_map (&grid, triple, outline.fourth, grid.size - FINDER_CENTRE))
        continue;
      finders = list_marks (grid.size, TRUE);
      if (i == 0 && measure_fit (&grid, grey, finders) < MIN_FIRST_FIT)
        return FALSE;
      marks = list_marks (grid.size, FALSE);
      n_looks += finders->len + marks->len + (version >= 2 ? ALIGN_LOOKS : 0);
      if (version >= 2)
        align (&grid, grey, triple);
      grid.fit = measure_fit (&grid, grey, marks);
      if (grid.fit > self->fit)
        *self = grid;
    }

  self->n_looks = n_looks;
  return self->fit >= MIN_FIT / 2;
}

gboolean
ds_grid_adjust (DsGrid *self, const DsGrey *grey)
{
  g_autoptr (GArray) marks = list_marks (self->size, FALSE);

  self->n_looks += (guint64)ds_grid_improve (self, grey, ADJUST_STEP, measure_marks, marks) * marks->len;
  self->fit = measure_fit (self, grey, marks);
  return self->fit >= MIN_FIT;
}
