/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places on the ground: WGS-84 in millionths of a degree, as the depot sends them. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: whether it is a place at all: both 0 say that it is not known, and out of range is nonsense. */
gboolean ds_geo_is_place (gint64 lat_e6, gint64 lng_e6);

/* Returns: metres to the north or south of one another for a difference in latitude. */
double ds_geo_get_metres (gint64 difference_e6);

/* Returns: by how much a degree of longitude is shorter than one of latitude at @lat_e6: 1 at the equator, 0 at a pole. */
double ds_geo_get_shrink (gint64 lat_e6);

/* Returns: metres between two places, as the crow flies; good for the distances of a day's route. */
double ds_geo_get_distance (gint64 lat_a_e6, gint64 lng_a_e6, gint64 lat_b_e6, gint64 lng_b_e6);

G_END_DECLS
