/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-grid-private.h"

#include "ds-qr-layout.h"

#include <math.h>
#include <string.h>

/* Modules looked at to find out how the whole code lies. */
#define PROBES 900

/* The first and the smallest step by which a knot of the mesh is moved, in modules. */
#define FIRST_STEP 0.5
#define SMALLEST_STEP 0.1

/* How often all knots are moved by one step. */
#define SWEEPS 4

/* How often a sweep looks at each module: it lies under four knots, each of which is measured in five places. */
#define SWEEP_LOOKS 20

/* How often ds_grid_read_modules() looks at each, and how often the whole is usually measured. */
#define LOOKS_A_MODULE 9
#define USUAL_MEASURES 150

/* How much a known module counts more than one that may be either. */
#define KNOWN_WEIGHT 1.5

/* What it costs, in levels of grey, that a knot is a module away from its neighbours. */
#define STIFFNESS 10.0

/* A code and what each of its modules is judged by. */
typedef struct
{
  guint size;
  DsModule *layout;
  DsGrey *levels;
} Judge;

static void
judge_init (Judge *self, const DsGrid *grid, const DsGrey *grey)
{
  g_autoptr (DsGrey) values = ds_grid_read_modules (grid, grey);

  self->size = grid->size;
  self->layout = ds_qr_layout_new (grid->size);
  self->levels = ds_grey_blur (values, DS_GRID_JUDGE_RADIUS);
}

static void
judge_clear (Judge *self)
{
  g_free (self->layout);
  ds_grey_free (self->levels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judge, judge_clear)

/* How clearly module @i is light or dark: if it is known, the right one; else, either. */
static double
judge_module (const Judge *self, const DsGrid *grid, const DsGrey *grey, guint i)
{
  double value = ds_grid_sample (grid, grey, i % self->size + 0.5, i / self->size + 0.5);
  double above = value - self->levels->pixels[i];

  if (self->layout[i] == DS_MODULE_DATA)
    return fabs (above);
  return KNOWN_WEIGHT * (self->layout[i] == DS_MODULE_LIGHT ? above : -above);
}

/* The size is odd: a stride that is a power of two visits every column. */
static guint
count_probes (guint size)
{
  guint n = size * size;

  while (n / 2 >= PROBES)
    n /= 2;
  return n;
}

static double
measure_clarity (const DsGrid *grid, const DsGrey *grey, gconstpointer data)
{
  const Judge *judge = data;
  guint n = judge->size * judge->size;
  guint stride = n / count_probes (judge->size);
  double sum = 0;

  for (guint i = 0; i < n; i += stride)
    sum += judge_module (judge, grid, grey, i);
  return sum;
}

/* How far a knot is from the mean of its neighbours, squared, in modules. */
static double
measure_strain (const DsGrid *grid, guint row, guint column, double module)
{
  const DsPoint *knot = &grid->mesh[row][column];
  double sum = 0;
  guint n = 0;

  for (guint side = 0; side < 4; side++)
    {
      gint r = (gint)row + (side == 0) - (side == 1);
      gint c = (gint)column + (side == 2) - (side == 3);

      if (r < 0 || c < 0 || r > DS_GRID_MESH || c > DS_GRID_MESH)
        continue;
      sum += pow (grid->mesh[r][c].x - knot->x, 2) + pow (grid->mesh[r][c].y - knot->y, 2);
      n++;
    }
  return sum / n / (module * module);
}

/* How clear the modules are that the knot at (@row, @column) moves, less what its place costs. */
static double
measure_knot (const DsGrid *grid,
              const DsGrey *grey,
              const Judge *judge,
              guint row,
              guint column,
              double module)
{
  guint y0 = row > 0 ? (row - 1) * grid->size / DS_GRID_MESH : 0;
  guint x0 = column > 0 ? (column - 1) * grid->size / DS_GRID_MESH : 0;
  guint y1 = MIN ((row + 1) * grid->size / DS_GRID_MESH + 1, grid->size);
  guint x1 = MIN ((column + 1) * grid->size / DS_GRID_MESH + 1, grid->size);
  double sum = 0;

  for (guint y = y0; y < y1; y++)
    for (guint x = x0; x < x1; x++)
      sum += judge_module (judge, grid, grey, y * grid->size + x);
  return sum / ((y1 - y0) * (x1 - x0)) - STIFFNESS * measure_strain (grid, row, column, module);
}

/* Tries a step in each of four directions. Returns: whether one of them was better. */
static gboolean
move_knot (DsGrid *grid,
           const DsGrey *grey,
           const Judge *judge,
           guint row,
           guint column,
           double module,
           double step)
{
  DsPoint *knot = &grid->mesh[row][column];
  double best = measure_knot (grid, grey, judge, row, column, module);
  gboolean moved = FALSE;

  for (guint side = 0; side < 4; side++)
    {
      DsPoint before = *knot;
      double value;

      knot->x += step * ((side == 0) - (side == 1));
      knot->y += step * ((side == 2) - (side == 3));
      value = measure_knot (grid, grey, judge, row, column, module);
      if (value > best)
        {
          best = value;
          moved = TRUE;
        }
      else
        *knot = before;
    }
  return moved;
}

void
ds_grid_warp (DsGrid *self, const DsGrey *grey)
{
  g_auto (Judge) judge = { 0 };
  double module = ds_grid_get_module (self);

  judge_init (&judge, self, grey);
  self->n_looks
      += (guint64)ds_grid_improve (self, grey, 1, measure_clarity, &judge) * count_probes (self->size)
         + LOOKS_A_MODULE * self->size * self->size;

  self->is_warped = TRUE;
  memset (self->mesh, 0, sizeof self->mesh);
  for (double step = FIRST_STEP; step > SMALLEST_STEP; step /= 2)
    for (guint sweep = 0; sweep < SWEEPS; sweep++)
      {
        gboolean moved = FALSE;

        for (guint row = 0; row <= DS_GRID_MESH; row++)
          for (guint column = 0; column <= DS_GRID_MESH; column++)
            moved |= move_knot (self, grey, &judge, row, column, module, step * module);
        self->n_looks += SWEEP_LOOKS * self->size * self->size;
        if (!moved)
          break;
      }
}

guint64
ds_grid_estimate_warp (const DsGrid *self)
{
  guint n_sweeps = 0;

  for (double step = FIRST_STEP; step > SMALLEST_STEP; step /= 2)
    n_sweeps += SWEEPS;
  return (guint64)(n_sweeps * SWEEP_LOOKS + LOOKS_A_MODULE) * self->size * self->size
         + USUAL_MEASURES * count_probes (self->size);
}
