/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route as a list model: what the store holds, kept current. */
#pragma once

#include "ds-door.h"
#include "ds-next-stop.h"

G_BEGIN_DECLS

#define DS_TYPE_ROUTE (ds_route_get_type ())
G_DECLARE_FINAL_TYPE (DsRoute, ds_route, DS, ROUTE, GObject)

/**
 * DsRouteCounts:
 *
 * How many stops each filter of the route shows.
 */
typedef struct
{
  guint n_to_do;
  guint n_to_collect;
  guint n_done;
  guint n_problems;
} DsRouteCounts;

/**
 * DsRouteOrder:
 * @DS_ROUTE_OWN: the courier's own order: the depot's plan with his moves
 * @DS_ROUTE_PLANNED: the depot's plan
 * @DS_ROUTE_BY_WINDOW: by the end of the promised window; stops without one come last
 */
typedef enum
{
  DS_ROUTE_OWN,
  DS_ROUTE_PLANNED,
  DS_ROUTE_BY_WINDOW,
} DsRouteOrder;

/**
 * DsRoute:next-stop: (nullable): the id of the stop to go to next
 * DsRoute:order: a DsRouteOrder, as guint: the order of the items
 * DsRoute:loaded: whether the stops were read once
 * DsRoute::summary-changed (): totals or counts are others than before
 * DsRoute::failed (char *message): the stops could not be read
 *
 * A GListModel of DsStop. A changed stop replaces its item; only another order, a moved stop, a new one or a reload
 * moves items.
 */
DsRoute *ds_route_new (void);

/* Follows @store, which is open: loads its stops and keeps them current. */
void ds_route_follow (DsRoute *self, DsStore *store);

/* Returns: (transfer none) (nullable): the stop with that id, as it is now. */
DsStop *ds_route_find (DsRoute *self, const char *stop_id);

/* Returns: (transfer none) (nullable): the stop of a parcel. */
DsStop *ds_route_find_waybill (DsRoute *self, const char *waybill);

/* Returns: (transfer none) (element-type DsStop): all stops, in the order of the model; valid until the model changes. */
GPtrArray *ds_route_get_stops (DsRoute *self);

const char *ds_route_get_next_stop (DsRoute *self);
/* The same with the reason; @next borrows, until the model changes. */
void ds_route_get_next (DsRoute *self, DsNextStop *next);
DsRouteOrder ds_route_get_order (DsRoute *self);
void ds_route_set_order (DsRoute *self, DsRouteOrder order);

/* Returns: (transfer full) (element-type DsStop): all stops in the courier's own order, whatever order is shown. */
GPtrArray *ds_route_dup_own_order (DsRoute *self);

/* Tells the wall time: which stop comes next depends on it. */
void ds_route_set_now (DsRoute *self, gint64 now_ms);
gboolean ds_route_get_loaded (DsRoute *self);
void ds_route_get_totals (DsRoute *self, DsShiftTotals *totals);
void ds_route_get_counts (DsRoute *self, DsRouteCounts *counts);

/* Takes @stops (element-type DsStop) for the whole route. For what reads stops from elsewhere, and for tests. */
void ds_route_set_stops (DsRoute *self, GPtrArray *stops);

/* Takes new snapshots of some stops: each replaces the stop of the same id or joins the route in its place. */
void ds_route_update_stops (DsRoute *self, GPtrArray *stops);

G_END_DECLS
