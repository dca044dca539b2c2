/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finder patterns: the three squares in a QR code's corners (ISO/IEC 18004 section 6.3.3). */
#pragma once

#include "ds-ground.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y;
} DsPoint;

/**
 * DsFinder:
 * @centre: in pixels of the picture searched
 * @module: width of a module in pixels, as a scan line sees it: up to √2 too large in a turned code
 * @n_lines: how many scan lines crossed it
 * @fit: how well the square around it looks like one: 1 perfectly, 0 not at all
 * @n_sides: in how many of eight directions a line through its middle crosses it
 * @light_on_dark: whether the code is inverted
 */
typedef struct
{
  DsPoint centre;
  double module;
  double fit;
  guint n_lines;
  guint n_sides;
  gboolean light_on_dark;
} DsFinder;

/* Whether it is one without doubt: by how it looks, or by the many lines that cross it. */
gboolean ds_finder_is_sure (const DsFinder *self);

/**
 * ds_finders_search:
 * @ground: where the picture is dark
 * @max_module: patterns of larger modules are passed over
 * @n_seen: (out): how many there were before the doubtful ones were left out
 *
 * Looks at every other row for runs of 1:1:3:1:1, and at what is there from other sides.
 *
 * Returns: (transfer full) (element-type DsFinder): the finder patterns of codes and of inverted codes, those that
 *   most lines crossed first; in texture there are some too
 */
GArray *ds_finders_search (const DsGround *ground, double max_module, guint *n_seen);

/**
 * DsTriple:
 * @corner: the finder pattern in the code's upper left
 * @right: the one in its upper right
 * @below: the one in its lower left
 * @misfit: how far it is from the shape of a code seen from above; 0 is perfect
 */
typedef struct
{
  DsFinder corner, right, below;
  double misfit;
} DsTriple;

/* Returns: (transfer full) (element-type DsTriple): which three could belong to one code, likeliest first. */
GArray *ds_finders_combine (const GArray *finders);

G_END_DECLS
