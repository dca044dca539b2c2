/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route from above, drawn from its stops alone: it needs no network and no map data. */
#pragma once

#include "ds-map-view.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_ROUTE_MAP (ds_route_map_get_type ())
G_DECLARE_FINAL_TYPE (DsRouteMap, ds_route_map, DS, ROUTE_MAP, GtkWidget)

/**
 * DsRouteMap::chosen (GPtrArray *stops): (element-type DsStop) a mark was tapped, or Enter pressed on the one that is
 *   looked at: its stop, or several that no magnifying tells apart
 *
 * Moved and magnified by touch, by wheel, and by keys: arrows, plus, minus, 0 for all; Page Down and Page Up go from stop to
 * stop. What a screen reader needs to know of the stop that is looked at is the accessible name.
 *
 * Each kind of mark has its own shape and its own colour, and the order is a line through those to come.
 */

/* @stops: (element-type DsStop): in their order; @next_stop: (nullable): the id of the next one.
 * Returns: how many have no place. */
guint ds_route_map_set_stops (DsRouteMap *self, GPtrArray *stops, const char *next_stop);

void ds_route_map_zoom_in (DsRouteMap *self);
void ds_route_map_zoom_out (DsRouteMap *self);
/* Shows all of it. */
void ds_route_map_fit (DsRouteMap *self);

/* Draws one kind of mark by itself, for a legend. */
void
ds_route_map_snapshot_mark (GtkWidget *widget, GtkSnapshot *snapshot, DsMarkKind kind, double x, double y);

G_END_DECLS
