/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-finder.h"

#include <math.h>
#include <string.h>

/* Dark, light, dark, light, dark. */
#define N_RUNS 5

/* Modules across a finder pattern. */
#define MODULES 7
#define REACH 3         /* from the middle one */
#define N_LIGHT 16      /* in the ring */
#define DEVIATION 0.469 /* of so many among them, √(16 × 33) ÷ 49 */

/* More candidates than this come from texture; the best are kept. */
#define MAX_FINDERS 32
#define MAX_CANDIDATES 250

/* Of 464 codes in photographs 360 were the likeliest three, and none was beyond the thirtieth. */
#define MAX_TRIPLES 30

/* How well a square has to look like a finder pattern to be one, and to be one without doubt. Of the patterns of codes
 * that are read 1 % are below the first and 4 % below the second; of those in noise, streets and print 60 % are below
 * the first and nearly all below the second. */
#define MIN_FIT 0.3
#define SURE_FIT 0.55
#define GOOD_FIT 0.75
#define SLANTED_FIT 0.2
#define MANY_LINES 8
#define MANY_LINES_A_MODULE 1.5

/* Directions in which a line through its middle crosses a pattern, and how many of them have to be met; where modules
 * are small the steps of a leaning line miss some, and of a clear pattern fewer are asked. */
#define N_SIDES 8
#define MIN_SIDES 7
#define FEW_SIDES 4
#define SMALL_MODULE 4.0

/* How far a run may be from its share, in modules; and a dark and a light one beside each other together, which blur and
 * too dark a level leave as long as they are. */
#define RUN_TOLERANCE_TENTHS 8
#define TOLERANCE_TENTHS 6

/* The core of a pattern of the smallest modules has four rows: one of them is met. */
#define ROW_STEP 3

/* Legs of a code seen at a slant. */
#define MAX_LEG_RATIO 1.7
#define MAX_MODULE_RATIO 2.2
#define MAX_COSINE 0.6 /* 53° to 127° */

/* 14 modules between centres in version 1, 170 in version 40; and a margin for slant and turn. */
#define MIN_LEG_MODULES 8
#define MAX_LEG_MODULES 220

/* Whether five runs of @total pixels are as 1:1:3:1:1. In sevenths of a module and tenths, so that nothing has to be
 * divided. */
static inline gboolean
is_pattern (gint a, gint b, gint core, gint c, gint d, gint total)
{
  gint tolerance = total * TOLERANCE_TENTHS;
  gint run_tolerance = total * RUN_TOLERANCE_TENTHS;

  return total >= MODULES && ABS (3 * total - MODULES * core) * 10 < 3 * tolerance
         && ABS (2 * total - MODULES * (a + b)) * 10 < tolerance
         && ABS (2 * total - MODULES * (c + d)) * 10 < tolerance
         && ABS (total - MODULES * b) * 10 < run_tolerance && ABS (total - MODULES * c) * 10 < run_tolerance
         && ABS (total - MODULES * a) * 10 < run_tolerance && ABS (total - MODULES * d) * 10 < run_tolerance;
}

/* A picture and which of its two colours is looked at as dark. */
typedef struct
{
  const DsGround *ground;
  gboolean dark;
} View;

/* Returns: how many places @step apart there are from @from on, below @size and not below 0. */
static gint
count_steps (gint from, gint step, gint size)
{
  if (step == 0)
    return G_MAXINT;
  return step > 0 ? (size - from + step - 1) / step : from / -step + 1;
}

/* Counts three runs from (x, y) in one direction: the rest of the core, the light ring, the dark ring.
 * Returns: whether all three ended within @max steps each. */
static gboolean
count_outwards (const View *view, gint x, gint y, gint dx, gint dy, gint max, gint runs[3])
{
  gint room = MIN (count_steps (x, dx, (gint)view->ground->grey->width),
                   count_steps (y, dy, (gint)view->ground->grey->height));

  for (guint i = 0; i < 3; i++)
    {
      gint most = MIN (max + 1, room);

      runs[i] = 0;
      while (runs[i] < most
             && (ds_ground_is_dark (view->ground, (guint)x, (guint)y) == view->dark) == (i != 1))
        {
          runs[i]++;
          x += dx;
          y += dy;
        }
      room -= runs[i];
      if (runs[i] == 0 || runs[i] > max || (room == 0 && i < 2))
        return FALSE;
    }
  return TRUE;
}

/* Whether a line through (x, y) in the direction (@dx, @dy) crosses a finder pattern there whose runs are no longer
 * than @max. @offset: (out): steps from (x, y) to the middle of the core; @total: (out): steps across the pattern. */
static gboolean
cross (const View *view, gint x, gint y, gint dx, gint dy, gint max, double *offset, gint *total)
{
  gint forth[3];
  gint back[3];
  gint core;

  if (!count_outwards (view, x, y, dx, dy, max, forth) || !count_outwards (view, x, y, -dx, -dy, max, back))
    return FALSE;
  core = back[0] + forth[0] - 1; /* (x, y) itself was counted in both directions */
  *total = back[2] + back[1] + core + forth[1] + forth[2];
  *offset = (forth[0] - back[0]) / 2.0;
  return is_pattern (back[2], back[1], core, forth[1], forth[2], *total);
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
check_candidate (const View *view, gint x, gint y, gint across, GArray *finders)
{
  double vertical_offset;
  double horizontal_offset;
  double diagonal_offset;
  gint vertical;
  gint horizontal;
  gint diagonal;
  gint middle;
  DsFinder found = { 0 };

  if (!cross (view, x, y, 0, 1, across, &vertical_offset, &vertical) || vertical > 2 * across
      || across > 2 * vertical)
    return;
  middle = y + (gint)lround (vertical_offset);
  if (!cross (view, x, middle, 1, 0, across, &horizontal_offset, &horizontal))
    return;

  /* Bars and texture cross along both axes more often than along a diagonal too. */
  found.centre = (DsPoint){ x + horizontal_offset + 0.5, y + vertical_offset + 0.5 };
  x += (gint)lround (horizontal_offset);
  if (!cross (view, x, middle, 1, 1, across, &diagonal_offset, &diagonal)
      && !cross (view, x, middle, 1, -1, across, &diagonal_offset, &diagonal))
    return;
  found.module = (double)(vertical + horizontal) / (2 * MODULES);
  found.n_lines = 1;
  found.light_on_dark = !view->dark;
  add_finder (finders, &found);
}

/* What a row is searched in. */
typedef struct
{
  guint8 *dark;  /* room for ds_ground_find_ends(), and then for marks */
  guint16 *ends; /* of runs; the first is where the first run begins */
} Room;

/* Marks which of @n times five runs, each beginning a run later, may be a pattern: the core is longer by far than those
 * beside it, and what is on one side of it is about as long as what is on the other. That rules out most. */
static void
mark_cores (const guint16 *restrict ends, gsize n, guint8 *restrict marks)
{
  for (gsize i = 0; i < n; i++)
    {
      gint16 core = (gint16)(2 * (ends[i + 3] - ends[i + 2]));
      gint16 b = (gint16)(3 * (ends[i + 2] - ends[i + 1]));
      gint16 c = (gint16)(3 * (ends[i + 4] - ends[i + 3]));
      gint16 ab = (gint16)(ends[i + 2] - ends[i]);
      gint16 cd = (gint16)(ends[i + 5] - ends[i + 3]);

      marks[i] = (core > b) & (core > c) & ((gint16)(2 * ab) > cd) & ((gint16)(2 * cd) > ab);
    }
}

/* @end: of the last of five runs; @dark: the colour of the first */
static void
check_runs (const DsGround *ground,
            guint y,
            const guint16 *end,
            gboolean dark,
            gint max_across,
            GArray *finders)
{
  gint core = end[-2] - end[-3];
  gint across = end[0] - end[-5];

  if (across <= max_across
      && is_pattern (end[-4] - end[-5], end[-3] - end[-4], core, end[-1] - end[-2], end[0] - end[-1], across))
    check_candidate (&(View){ ground, dark }, end[-2] - (core + 1) / 2, (gint)y, across, finders);
}

static void
search_row (const DsGround *ground, guint y, gint max_across, const Room *room, GArray *finders)
{
  gboolean first_is_dark;
  guint n = ds_ground_find_ends (ground, y, room->dark, room->ends + 1, &first_is_dark);

  room->ends[0] = 0;
  if (n < N_RUNS)
    return;
  n -= N_RUNS - 1;
  mark_cores (room->ends, n, room->dark);
  memset (room->dark + n, 0, 7);
  for (guint at = 0; at < n; at += 8)
    {
      guint64 marks;

      memcpy (&marks, room->dark + at, sizeof marks);
      for (marks = GUINT64_FROM_LE (marks); marks != 0; marks &= marks - 1)
        {
          guint i = at + (guint)__builtin_ctzll (marks) / 8;

          check_runs (ground, y, room->ends + i + N_RUNS, first_is_dark == (i % 2 == 0), max_across, finders);
        }
    }
}

/* How well the 7 by 7 modules around a finder pattern look like one that is turned by @turn: the difference between the
 * means of those that should be light and those that should be dark, against how much all of them vary. */
static double
measure_turned (const DsGrey *grey, const DsFinder *finder, const DsPoint *turn)
{
  /* A line sees a turned module longer than it is. */
  double step = finder->module * turn->x;
  double c = step * turn->x;
  double s = step * turn->y;
  gint sum[2] = { 0 };
  gint squares = 0;
  double mean;
  double variance;

  for (gint v = -REACH; v <= REACH; v++)
    for (gint u = -REACH; u <= REACH; u++)
      {
        gint x = (gint)(finder->centre.x + u * c - v * s);
        gint y = (gint)(finder->centre.y + u * s + v * c);
        gint value = grey->pixels[(gsize)CLAMP (y, 0, (gint)grey->height - 1) * grey->width
                                  + (gsize)CLAMP (x, 0, (gint)grey->width - 1)];

        sum[MAX (ABS (u), ABS (v)) == 2] += value;
        squares += value * value;
      }
  mean = (sum[0] + sum[1]) / (double)(MODULES * MODULES);
  variance = squares / (double)(MODULES * MODULES) - mean * mean;
  if (variance < 1)
    return 0;
  return fabs (sum[1] / (double)N_LIGHT - sum[0] / (double)(MODULES * MODULES - N_LIGHT)) * DEVIATION
         / sqrt (variance);
}

static double
measure_fit (const DsGrey *grey, const DsFinder *finder)
{
  /* cos and sin of 0°, 15°, 30°, 45°, −30° and −15° */
  static const DsPoint turns[]
      = { { 1, 0 },           { 0.965926, 0.258819 }, { 0.866025, 0.5 }, { 0.707107, 0.707107 },
          { 0.866025, -0.5 }, { 0.965926, -0.258819 } };
  double best = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (turns); i++)
    best = MAX (best, measure_turned (grey, finder, &turns[i]));
  return best;
}

/* Seen at a slant it fits less, but many lines in a row cross it, up to three a module, and from every side; leaning
 * stripes are not crossed along themselves. */
static gboolean
is_slanted (const DsFinder *self)
{
  return self->n_sides == N_SIDES && self->fit >= SLANTED_FIT && self->n_lines >= MANY_LINES
         && self->n_lines >= MANY_LINES_A_MODULE * self->module;
}

gboolean
ds_finder_is_sure (const DsFinder *self)
{
  guint n_sides = self->module < SMALL_MODULE || self->fit >= GOOD_FIT ? FEW_SIDES : MIN_SIDES;

  return (self->fit >= SURE_FIT && self->n_sides >= n_sides) || is_slanted (self);
}

static gboolean
may_be_one (const DsFinder *self)
{
  return self->fit >= MIN_FIT || is_slanted (self);
}

/* Counts the lines that cross a pattern, one a row, and the directions in which a line through its middle does: all of
 * them, whatever the slant. */
static void
survey (const DsGround *ground, DsFinder *finder)
{
  const View view = { ground, !finder->light_on_dark };
  gint x = (gint)finder->centre.x;
  gint reach = (gint)(1.5 * finder->module) + 1;
  gint across = (gint)(2 * MODULES * finder->module);

  static const struct
  {
    gint dx, dy;
  } sides[N_SIDES] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 1, -1 }, { 2, 1 }, { 1, 2 }, { 2, -1 }, { 1, -2 } };

  finder->n_lines = 0;
  for (gint y = MAX ((gint)finder->centre.y - reach, 0);
       y <= MIN ((gint)finder->centre.y + reach, (gint)ground->grey->height - 1); y++)
    {
      double offset;
      gint total;

      if (ds_ground_is_dark (ground, (guint)x, (guint)y) == view.dark
          && cross (&view, x, y, 1, 0, across, &offset, &total))
        finder->n_lines++;
    }

  finder->n_sides = 0;
  for (guint i = 0; i < N_SIDES; i++)
    {
      gint y = (gint)finder->centre.y;
      double offset;
      gint total;

      if (ds_ground_is_dark (ground, (guint)x, (guint)y) == view.dark
          && cross (&view, x, y, sides[i].dx, sides[i].dy, across, &offset, &total))
        finder->n_sides++;
    }
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const DsFinder *first = a;
  const DsFinder *second = b;

  return (first->n_lines < second->n_lines) - (first->n_lines > second->n_lines);
}

static void
search_rows (const DsGround *ground, guint first, gint max_across, GArray *finders)
{
  g_autofree guint8 *dark = g_malloc (ground->grey->width + 8);
  g_autofree guint16 *ends = g_new (guint16, DS_GROUND_MAX_ENDS (ground->grey->width) + 1);
  const Room room = { dark, ends };

  for (guint y = first; y < ground->grey->height && finders->len < MAX_CANDIDATES; y += ROW_STEP)
    search_row (ground, y, max_across, &room, finders);
}

/* Returns: whether one of them is hardly chance. */
static gboolean
survey_all (const DsGround *ground, GArray *finders)
{
  gboolean is_sure = FALSE;

  for (guint i = 0; i < finders->len; i++)
    {
      DsFinder *finder = &g_array_index (finders, DsFinder, i);

      finder->fit = measure_fit (ground->grey, finder);
      /* In texture most are none, however many lines cross them. */
      if (finder->fit < SLANTED_FIT)
        continue;
      survey (ground, finder);
      is_sure = is_sure || ds_finder_is_sure (finder);
    }
  return is_sure;
}

GArray *
ds_finders_search (const DsGround *ground, double max_module, guint *n_seen)
{
  gint max_across = (gint)MIN (MODULES * max_module, G_MAXINT16);
  GArray *finders = g_array_new (FALSE, FALSE, sizeof (DsFinder));

  search_rows (ground, 0, max_across, finders);
  /* Where there is one there are more: now none may be missed. */
  if (survey_all (ground, finders))
    {
      for (guint first = 1; first < ROW_STEP; first++)
        search_rows (ground, first, max_across, finders);
      survey_all (ground, finders);
    }
  *n_seen = finders->len;
  for (guint i = finders->len; i > 0; i--)
    if (!may_be_one (&g_array_index (finders, DsFinder, i - 1)))
      g_array_remove_index (finders, i - 1);
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
  gboolean is_sure = FALSE;

  /* Texture makes dozens of doubtful ones: without a sure one among them there is no code. */
  for (guint i = 0; i < finders->len; i++)
    is_sure = is_sure || ds_finder_is_sure (&all[i]);
  if (!is_sure)
    return triples;
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
