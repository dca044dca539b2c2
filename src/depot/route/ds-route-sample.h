/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People, addresses and amounts for sample routes that have none. */
#pragma once

#include "ds-route-file.h"

G_BEGIN_DECLS

/**
 * ds_route_sample_fill:
 * @row: with its place on the map; gets recipient, phone, address, place, note, due amount and prepaid
 * @area: what the row's stop has in common with its neighbours
 * @seed: where the draw starts
 *
 * Rows with the same place, area and seed get the same person and address; the amount is each row's own.
 */
void ds_route_sample_fill (DsRouteRow *row, const char *area, guint32 seed);

G_END_DECLS
