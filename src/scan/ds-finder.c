/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-finder.h"

#include <math.h>
#include <string.h>

/* Dark, light, dark, light, dark. */
#define N_RUNS 5

/* Modules across a finder pattern. */
#define MODULES 7

/* More candidates than this come from texture; the best are kept. */
#define MAX_FINDERS 32

#define MAX_TRIPLES 100

/* How far a run may be from its share, in modules. */
#define RUN_TOLERANCE 0.6

/* Legs of a code seen at a slant. */
#define MAX_LEG_RATIO 1.7
#define MAX_MODULE_RATIO 1.9
#define MAX_COSINE 0.6 /* 53° to 127° */

/* 14 modules between centres in version 1, 170 in version 40; and a margin for slant and turn. */
#define MIN_LEG_MODULES 8
#define MAX_LEG_MODULES 220

/* Whether five runs of @total pixels are as 1:1:3:1:1. */
static gboolean
is_pattern (const guint runs[N_RUNS], guint total)
{
  double module = (double)total / MODULES;
  double tolerance = module * RUN_TOLERANCE;

  return total >= MODULES && fabs (module - runs[0]) < tolerance && fabs (module - runs[1]) < tolerance
         && fabs (3 * module - runs[2]) < 3 * tolerance && fabs (module - runs[3]) < tolerance
         && fabs (module - runs[4]) < tolerance;
}

/* A picture and which of its two colours is looked at as dark. */
typedef struct
{
  const DsGrey *binary;
  guint8 dark;
} Ground;

static gboolean
is_dark (const Ground *ground, gint x, gint y)
{
  return ground->binary->pixels[(gsize)y * ground->binary->width + (gsize)x] == ground->dark;
}

static gboolean
is_inside (const Ground *ground, gint x, gint y)
{
  return x >= 0 && y >= 0 && x < (gint)ground->binary->width && y < (gint)ground->binary->height;
}

/* Counts three runs from (x, y) in one direction: the rest of the core, the light ring, the dark ring.
 * Returns: whether all three ended within @max steps each. */
static gboolean
count_outwards (const Ground *ground, gint x, gint y, gint dx, gint dy, guint max, guint runs[3])
{
  for (guint i = 0; i < 3; i++)
    {
      runs[i] = 0;
      while (is_inside (ground, x, y) && is_dark (ground, x, y) == (i != 1) && runs[i] <= max)
        {
          runs[i]++;
          x += dx;
          y += dy;
        }
      if (runs[i] == 0 || runs[i] > max || (!is_inside (ground, x, y) && i < 2))
        return FALSE;
    }
  return TRUE;
}

/* Whether a line through (x, y) in the direction (@dx, @dy) crosses a finder pattern there whose runs are no longer
 * than @max. @offset: (out): steps from (x, y) to the middle of the core; @total: (out): steps across the pattern. */
static gboolean
cross (const Ground *ground, gint x, gint y, gint dx, gint dy, guint max, double *offset, guint *total)
{
  guint forth[3];
  guint back[3];
  guint runs[N_RUNS];

  if (!is_dark (ground, x, y) || !count_outwards (ground, x, y, dx, dy, max, forth)
      || !count_outwards (ground, x, y, -dx, -dy, max, back))
    return FALSE;

  runs[0] = back[2];
  runs[1] = back[1];
  runs[2] = back[0] + forth[0] - 1; /* (x, y) itself was counted in both directions */
  runs[3] = forth[1];
  runs[4] = forth[2];
  *total = runs[0] + runs[1] + runs[2] + runs[3] + runs[4];
  *offset = ((double)forth[0] - (double)back[0]) / 2;
  return is_pattern (runs, *total);
}

/* Adds what a scan line found, or joins it to what other lines found of the same pattern. */
static void
add_finder (GArray *finders, const DsFinder *found)
{
  for (guint i = 0; i < finders->len; i++)
    {
      DsFinder *finder = &g_array_index (finders, DsFinder, i);
      double n = finder->n_lines;

      if (finder->light_on_dark != found->light_on_dark
          || fabs (finder->centre.x - found->centre.x) > 1.5 * found->module
          || fabs (finder->centre.y - found->centre.y) > 1.5 * found->module
          || fabs (finder->module - found->module) > MAX (1.0, 0.5 * finder->module))
        continue;
      finder->centre.x = (finder->centre.x * n + found->centre.x) / (n + 1);
      finder->centre.y = (finder->centre.y * n + found->centre.y) / (n + 1);
      finder->module = (finder->module * n + found->module) / (n + 1);
      finder->n_lines++;
      return;
    }
  g_array_append_val (finders, *found);
}

/* A horizontal line crossed something like a finder pattern around (x, y): look at it from other sides too. */
static void
check_candidate (const Ground *ground, gint x, gint y, guint across, GArray *finders)
{
  double vertical_offset;
  double horizontal_offset;
  double diagonal_offset;
  guint vertical;
  guint horizontal;
  guint diagonal;
  gint middle;
  DsFinder found;

  if (!cross (ground, x, y, 0, 1, across, &vertical_offset, &vertical) || vertical > 2 * across
      || across > 2 * vertical)
    return;
  middle = y + (gint)lround (vertical_offset);
  if (!cross (ground, x, middle, 1, 0, across, &horizontal_offset, &horizontal))
    return;

  /* Bars and texture cross along both axes more often than along a diagonal too. */
  found.centre = (DsPoint){ x + horizontal_offset + 0.5, y + vertical_offset + 0.5 };
  x += (gint)lround (horizontal_offset);
  if (!cross (ground, x, middle, 1, 1, across, &diagonal_offset, &diagonal)
      && !cross (ground, x, middle, 1, -1, across, &diagonal_offset, &diagonal))
    return;
  found.module = (double)(vertical + horizontal) / (2 * MODULES);
  found.n_lines = 1;
  found.light_on_dark = ground->dark != 0;
  add_finder (finders, &found);
}

static void
search_row (const DsGrey *binary, guint y, GArray *finders)
{
  const guint8 *row = binary->pixels + (gsize)y * binary->width;
  guint runs[N_RUNS] = { 0 };
  guint total = 0;

  for (guint x = 0; x < binary->width;)
    {
      guint8 colour = row[x];
      guint from = x;

      while (x < binary->width && row[x] == colour)
        x++;
      total -= runs[0];
      memmove (runs, runs + 1, (N_RUNS - 1) * sizeof *runs);
      runs[N_RUNS - 1] = x - from;
      total += x - from;
      if (is_pattern (runs, total))
        check_candidate (&(Ground){ binary, colour }, (gint)(x - runs[4] - runs[3] - (runs[2] + 1) / 2),
                         (gint)y, total, finders);
    }
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const DsFinder *first = a;
  const DsFinder *second = b;

  return (first->n_lines < second->n_lines) - (first->n_lines > second->n_lines);
}

GArray *
ds_finders_search (const DsGrey *binary)
{
  GArray *finders = g_array_new (FALSE, FALSE, sizeof (DsFinder));

  for (guint y = 0; y < binary->height; y++)
    search_row (binary, y, finders);
  g_array_sort (finders, compare_lines);
  if (finders->len > MAX_FINDERS)
    g_array_set_size (finders, MAX_FINDERS);
  return finders;
}

static double
distance (DsPoint a, DsPoint b)
{
  return hypot (a.x - b.x, a.y - b.y);
}

static double
ratio (double a, double b)
{
  return a > b ? a / b : b / a;
}

/* Whether @corner is between two legs of a code. Fills @triple. */
static gboolean
judge (const DsFinder *corner, const DsFinder *a, const DsFinder *b, DsTriple *triple)
{
  double leg_a = distance (corner->centre, a->centre);
  double leg_b = distance (corner->centre, b->centre);
  double ax = a->centre.x - corner->centre.x;
  double ay = a->centre.y - corner->centre.y;
  double bx = b->centre.x - corner->centre.x;
  double by = b->centre.y - corner->centre.y;
  double module = (corner->module + a->module + b->module) / 3;
  double cosine = (ax * bx + ay * by) / (leg_a * leg_b);
  double module_ratio = MAX (ratio (a->module, b->module),
                             MAX (ratio (corner->module, a->module), ratio (corner->module, b->module)));

  if (leg_a < MIN_LEG_MODULES * module || leg_b < MIN_LEG_MODULES * module || leg_a > MAX_LEG_MODULES * module
      || leg_b > MAX_LEG_MODULES * module || ratio (leg_a, leg_b) > MAX_LEG_RATIO
      || fabs (cosine) > MAX_COSINE || module_ratio > MAX_MODULE_RATIO)
    return FALSE;

  triple->corner = *corner;
  /* In a picture's coordinates, with y downwards, the right one turns clockwise into the one below. */
  triple->right = ax * by - ay * bx > 0 ? *a : *b;
  triple->below = ax * by - ay * bx > 0 ? *b : *a;
  triple->misfit = ratio (leg_a, leg_b) - 1 + fabs (cosine) + (module_ratio - 1);
  return TRUE;
}

static int
compare_misfit (gconstpointer a, gconstpointer b)
{
  const DsTriple *first = a;
  const DsTriple *second = b;

  return (first->misfit > second->misfit) - (first->misfit < second->misfit);
}

GArray *
ds_finders_combine (const GArray *finders)
{
  GArray *triples = g_array_new (FALSE, FALSE, sizeof (DsTriple));
  const DsFinder *all = (const DsFinder *)finders->data;

  for (guint corner = 0; corner < finders->len; corner++)
    for (guint a = 0; a < finders->len; a++)
      for (guint b = a + 1; b < finders->len; b++)
        {
          DsTriple triple;

          if (a != corner && b != corner && all[a].light_on_dark == all[corner].light_on_dark
              && all[b].light_on_dark == all[corner].light_on_dark
              && judge (&all[corner], &all[a], &all[b], &triple))
            g_array_append_val (triples, triple);
        }
  g_array_sort (triples, compare_misfit);
  if (triples->len > MAX_TRIPLES)
    g_array_set_size (triples, MAX_TRIPLES);
  return triples;
}
