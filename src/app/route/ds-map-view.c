/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-map-view.h"

#include "ds-geo.h"

#include <math.h>

/* Around what is shown; the buttons and the scale have their room in it. */
#define MARGIN_PX 56
/* Marks nearer than that hide one another. */
#define NEAR_PX 34
/* A route of one door shows its street. */
#define LEAST_SPAN_M 200.0

static DsMarkKind
get_kind (DsStop *stop, const char *next_stop)
{
  DsStopStatus status = ds_stop_get_status (stop);

  if (ds_stop_status_is_problem (status))
    return DS_MARK_PROBLEM;
  if (g_strcmp0 (stop->id, next_stop) == 0)
    return DS_MARK_NEXT;
  return ds_stop_status_is_done (status) ? DS_MARK_DONE : DS_MARK_TO_DO;
}

GArray *
ds_map_places_from_stops (GPtrArray *stops, const char *next_stop, guint *n_unplaced)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (DsMapPlace));
  const DsStop *first = NULL;
  double shrink = 1;

  *n_unplaced = 0;
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      DsMapPlace place = { .stop = stop };

      if (ds_stop_get_status (stop) == DS_STOP_REMOVED)
        continue;
      if (!ds_geo_is_place (stop->lat_e6, stop->lng_e6))
        {
          (*n_unplaced)++;
          continue;
        }
      if (first == NULL)
        {
          first = stop;
          shrink = ds_geo_get_shrink (stop->lat_e6);
        }
      place.kind = get_kind (stop, next_stop);
      place.north_m = ds_geo_get_metres (stop->lat_e6 - first->lat_e6);
      place.east_m = ds_geo_get_metres (stop->lng_e6 - first->lng_e6) * shrink;
      g_array_append_val (places, place);
    }
  return places;
}

void
ds_map_view_fit (DsMapView *self, GArray *places)
{
  double west = 0, east = 0, south = 0, north = 0;
  double width = MAX (self->width - 2 * MARGIN_PX, MARGIN_PX);
  double height = MAX (self->height - 2 * MARGIN_PX, MARGIN_PX);

  for (guint i = 0; i < places->len; i++)
    {
      const DsMapPlace *place = &g_array_index (places, DsMapPlace, i);

      west = i == 0 ? place->east_m : MIN (west, place->east_m);
      east = i == 0 ? place->east_m : MAX (east, place->east_m);
      south = i == 0 ? place->north_m : MIN (south, place->north_m);
      north = i == 0 ? place->north_m : MAX (north, place->north_m);
    }
  self->east_m = (west + east) / 2;
  self->north_m = (south + north) / 2;
  self->px_a_metre
      = MIN (width / MAX (east - west, LEAST_SPAN_M), height / MAX (north - south, LEAST_SPAN_M));
  self->px_a_metre = CLAMP (self->px_a_metre, DS_MAP_MIN_PX_A_METRE, DS_MAP_MAX_PX_A_METRE);
}

void
ds_map_view_pan (DsMapView *self, double by_x, double by_y)
{
  self->east_m -= by_x / self->px_a_metre;
  self->north_m += by_y / self->px_a_metre;
}

void
ds_map_view_zoom (DsMapView *self, double factor, double x, double y)
{
  double before = self->px_a_metre;
  double off_x = x - self->width / 2.0;
  double off_y = y - self->height / 2.0;

  self->px_a_metre = CLAMP (before * factor, DS_MAP_MIN_PX_A_METRE, DS_MAP_MAX_PX_A_METRE);
  self->east_m += off_x / before - off_x / self->px_a_metre;
  self->north_m -= off_y / before - off_y / self->px_a_metre;
}

void
ds_map_view_project (const DsMapView *self, const DsMapPlace *place, double *x, double *y)
{
  *x = self->width / 2.0 + (place->east_m - self->east_m) * self->px_a_metre;
  *y = self->height / 2.0 - (place->north_m - self->north_m) * self->px_a_metre;
}

/* One cell of the ground: the marks keep their places while the map is moved. */
typedef struct
{
  double sum_x, sum_y;
  guint n;
  guint place;
  DsMarkKind kind;
} Cell;

static gint
compare_marks (gconstpointer a, gconstpointer b, gpointer data)
{
  GArray *places = data;
  DsMarkKind first = g_array_index (places, DsMapPlace, ((const DsMapMark *)a)->place).kind;
  DsMarkKind second = g_array_index (places, DsMapPlace, ((const DsMapMark *)b)->place).kind;

  return (gint)first - (gint)second;
}

static void
fill_cells (const DsMapView *self, GArray *places, Cell *cells, int columns, int rows)
{
  /* Where the first column and row begin: at a multiple of the cell on the ground, left of and above the screen. */
  double left = fmod (-self->east_m * self->px_a_metre + self->width / 2.0, DS_MAP_MARK_PX) - DS_MAP_MARK_PX;
  double top = fmod (self->north_m * self->px_a_metre + self->height / 2.0, DS_MAP_MARK_PX) - DS_MAP_MARK_PX;

  for (guint i = 0; i < places->len; i++)
    {
      const DsMapPlace *place = &g_array_index (places, DsMapPlace, i);
      double x, y, column, row;
      Cell *cell;

      ds_map_view_project (self, place, &x, &y);
      column = floor ((x - left) / DS_MAP_MARK_PX);
      row = floor ((y - top) / DS_MAP_MARK_PX);
      if (!(column >= 0 && column < columns && row >= 0 && row < rows))
        continue;
      cell = &cells[(int)row * columns + (int)column];
      if (cell->n == 0 || place->kind > cell->kind)
        {
          cell->place = i;
          cell->kind = place->kind;
        }
      cell->sum_x += x;
      cell->sum_y += y;
      cell->n++;
    }
}

static void
join (Cell *into, Cell *cell)
{
  if (cell->kind > into->kind)
    {
      into->place = cell->place;
      into->kind = cell->kind;
    }
  into->sum_x += cell->sum_x;
  into->sum_y += cell->sum_y;
  into->n += cell->n;
  cell->n = 0;
}

static double
get_distance (const Cell *a, const Cell *b)
{
  return hypot (a->sum_x / a->n - b->sum_x / b->n, a->sum_y / a->n - b->sum_y / b->n);
}

/* Two marks on both sides of a border would lie over one another: they become one. */
static void
join_neighbours (Cell *cells, int columns, int rows)
{
  static const struct
  {
    int column, row;
  } neighbours[] = { { 1, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 } };

  for (int row = 0; row < rows; row++)
    {
      for (int column = 0; column < columns; column++)
        {
          Cell *cell = &cells[row * columns + column];

          for (gsize i = 0; i < G_N_ELEMENTS (neighbours) && cell->n > 0; i++)
            {
              int x = column + neighbours[i].column;
              int y = row + neighbours[i].row;
              Cell *other = x >= 0 && x < columns && y < rows ? &cells[y * columns + x] : NULL;

              if (other != NULL && other->n > 0 && get_distance (cell, other) < NEAR_PX)
                join (other, cell);
            }
        }
    }
}

GArray *
ds_map_view_make_marks (const DsMapView *self, GArray *places)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (DsMapMark));
  int columns = self->width / DS_MAP_MARK_PX + 4;
  int rows = self->height / DS_MAP_MARK_PX + 4;
  g_autofree Cell *cells = g_new0 (Cell, (gsize)columns * (gsize)rows);

  fill_cells (self, places, cells, columns, rows);
  join_neighbours (cells, columns, rows);
  for (int i = 0; i < columns * rows; i++)
    {
      const Cell *cell = &cells[i];
      const DsMapMark mark = { cell->n > 0 ? cell->sum_x / cell->n : 0,
                               cell->n > 0 ? cell->sum_y / cell->n : 0, cell->n, cell->place };

      if (cell->n > 0)
        g_array_append_val (marks, mark);
    }
  g_array_sort_with_data (marks, compare_marks, places);
  return marks;
}

gint
ds_map_view_choose_bar (const DsMapView *self, double max_px, double *length_px)
{
  static const gint lengths_m[]
      = { 500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10 };
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (lengths_m) && lengths_m[i] * self->px_a_metre > max_px)
    i++;
  *length_px = lengths_m[i] * self->px_a_metre;
  return lengths_m[i];
}
