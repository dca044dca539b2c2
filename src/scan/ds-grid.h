/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid of a QR code's modules in a picture. */
#pragma once

#include "ds-homography.h"

G_BEGIN_DECLS

/* Pixels a module in what ds_grid_redraw() and ds_grid_rectify() make. */
#define DS_GRID_REDRAWN 3
#define DS_GRID_RECTIFIED 5

/* Cells a side of the mesh by which a grid is warped. */
#define DS_GRID_MESH 8

/**
 * DsGrid:
 * @size: modules a side
 * @map: from modules, (0, 0) being the upper left corner of the upper left one, to pixels
 * @is_warped: whether @mesh counts
 * @mesh: how far the knots of an even mesh over the code lie from where @map has them, in pixels
 * @fit: how well the patterns that every code has are met: 1 perfectly, 0 not at all
 * @light_on_dark: whether the code is inverted
 * @n_looks: how often a pixel was looked at to find it all, which tells the work
 */
typedef struct
{
  guint size;
  DsHomography map;
  gboolean is_warped;
  DsPoint mesh[DS_GRID_MESH + 1][DS_GRID_MESH + 1];
  double fit;
  gboolean light_on_dark;
  guint64 n_looks;
} DsGrid;

/**
 * ds_grid_init:
 * @self: (out): the grid
 * @grey: the picture
 * @triple: three finder patterns, in its coordinates
 * @max_version: codes of a higher one are passed over
 *
 * Finds the number of modules and the slant by what every code has: finder, timing and alignment patterns.
 *
 * Returns: whether there may be a code
 */
gboolean ds_grid_init (DsGrid *self, const DsGrey *grey, const DsTriple *triple, guint max_version);

/* Moves the grid to where the known patterns are met best. Returns: whether it then fits well enough to be a code. */
gboolean ds_grid_adjust (DsGrid *self, const DsGrey *grey);

/* Warps the grid to where all modules are as clearly light or dark as can be: on a bottle, on a crumpled label, or
 * where a small code has no pattern in its fourth corner. Takes some milliseconds. */
void ds_grid_warp (DsGrid *self, const DsGrey *grey);

/* Returns: how often ds_grid_warp() would look at a pixel, at most. */
guint64 ds_grid_estimate_warp (const DsGrid *self);

/* Returns: (transfer full): the code as a clean upright picture, every module judged by itself, its fixed patterns
 * drawn anew. @is_blurred: judge a module after taking away what its neighbours shed on it; a sharp but noisy code is
 * read better without. */
DsGrey *ds_grid_redraw (const DsGrid *self, const DsGrey *grey, gboolean is_blurred);

/* Returns: (transfer full): the code upright, with its quiet zone, as it looks in the picture. */
DsGrey *ds_grid_rectify (const DsGrid *self, const DsGrey *grey);

G_END_DECLS
