/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-geo.h"

#include <math.h>

#define METRES_A_DEGREE 111195.0
#define E6 1000000

gboolean
ds_geo_is_place (gint64 lat_e6, gint64 lng_e6)
{
  return (lat_e6 != 0 || lng_e6 != 0) && lat_e6 >= -90 * E6 && lat_e6 <= 90 * E6 && lng_e6 >= -180 * E6
         && lng_e6 <= 180 * E6;
}

double
ds_geo_get_metres (gint64 difference_e6)
{
  return (double)difference_e6 / E6 * METRES_A_DEGREE;
}

double
ds_geo_get_shrink (gint64 lat_e6)
{
  return cos ((double)lat_e6 / E6 * G_PI / 180);
}

double
ds_geo_get_distance (gint64 lat_a_e6, gint64 lng_a_e6, gint64 lat_b_e6, gint64 lng_b_e6)
{
  /* Flat is exact enough: over 50 km the error is some metres. */
  double north = ds_geo_get_metres (lat_b_e6 - lat_a_e6);
  double east = ds_geo_get_metres (lng_b_e6 - lng_a_e6) * ds_geo_get_shrink ((lat_a_e6 + lat_b_e6) / 2);

  return hypot (north, east);
}
