/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of DsGrid share. */
#pragma once

#include "ds-grid.h"

G_BEGIN_DECLS

/* A module is judged against the mean of its neighbours this far away. */
#define DS_GRID_JUDGE_RADIUS 4

/* Measures how good a grid is. */
typedef double (*DsGridMeasureFunc) (const DsGrid *grid, const DsGrey *grey, gconstpointer data);

/* Moves the map's corners about, by less and less from @first_step modules on, as long as the measure gets better. Returns:
 * how often it was measured. */
guint ds_grid_improve (DsGrid *self,
                       const DsGrey *grey,
                       double first_step,
                       DsGridMeasureFunc measure,
                       gconstpointer data);

/* The picture at (x, y), in modules; light is high in inverted codes too. */
double ds_grid_sample (const DsGrid *self, const DsGrey *grey, double x, double y);

/* Pixels a module in the middle of the code. */
double ds_grid_get_module (const DsGrid *self);

/* Returns: (transfer full): a pixel a module, the mean of its middle. */
DsGrey *ds_grid_read_modules (const DsGrid *self, const DsGrey *grey);

G_END_DECLS
