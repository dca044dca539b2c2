/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view of places from above: which part of the ground is seen, and what is drawn where. Pure; lengths on the screen are
 * pixels, on the ground metres east and north of the first place. */
#pragma once

#include "ds-stop.h"

G_BEGIN_DECLS

/* What a mark stands for, in order of what must be seen first. */
typedef enum
{
  DS_MARK_DONE,
  DS_MARK_TO_DO,
  DS_MARK_NEXT,
  DS_MARK_PROBLEM,
} DsMarkKind;

/* @stop is borrowed. */
typedef struct
{
  DsStop *stop;
  DsMarkKind kind;
  double east_m;
  double north_m;
} DsMapPlace;

typedef struct
{
  int width;
  int height;
  double east_m; /* of the middle */
  double north_m;
  double px_a_metre;
} DsMapView;

/**
 * DsMapMark:
 * @x, @y: where it is drawn
 * @n: how many places it stands for
 * @place: the index of the first of them, or of the one that must be seen
 */
typedef struct
{
  double x;
  double y;
  guint n;
  guint place;
} DsMapMark;

/* Nearer than that nothing is told apart, and farther than that nobody drives. */
#define DS_MAP_MAX_PX_A_METRE 4.0
#define DS_MAP_MIN_PX_A_METRE 0.0005

/* Of a mark: what a gloved finger hits. Places nearer to one another share a mark. */
#define DS_MAP_MARK_PX 48

/**
 * ds_map_places_from_stops:
 * @stops: (element-type DsStop): in the order in which they are visited
 * @next_stop: (nullable): the id of the next one
 * @n_unplaced: (out): how many have no place and are left out
 *
 * Returns: (transfer full) (element-type DsMapPlace): what was taken off the route is left out as well
 */
GArray *ds_map_places_from_stops (GPtrArray *stops, const char *next_stop, guint *n_unplaced);

/* Shows all of @places, with a margin. */
void ds_map_view_fit (DsMapView *self, GArray *places);
/* Magnifies by @factor, the ground under (@x, @y) staying where it is. */
void ds_map_view_zoom (DsMapView *self, double factor, double x, double y);
void ds_map_view_pan (DsMapView *self, double by_x, double by_y);
void ds_map_view_project (const DsMapView *self, const DsMapPlace *place, double *x, double *y);

/* Returns: (transfer full) (element-type DsMapMark): what is seen, places near to one another together; what must be seen
 * first comes last. */
GArray *ds_map_view_make_marks (const DsMapView *self, GArray *places);

/* Returns: a round length on the ground whose bar is at most @max_px long. @length_px: (out) */
gint ds_map_view_choose_bar (const DsMapView *self, double max_px, double *length_px);

G_END_DECLS
