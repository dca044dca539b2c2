/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finder patterns: the three squares in a QR code's corners (ISO/IEC 18004 section 6.3.3). */
#pragma once

#include "ds-grey.h"

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
 * @light_on_dark: whether the code is inverted
 */
typedef struct
{
  DsPoint centre;
  double module;
  guint n_lines;
  gboolean light_on_dark;
} DsFinder;

/* Returns: (transfer full) (element-type DsFinder): the finder patterns in a picture of 0 and 255, of codes and of
 * inverted codes, those that most lines crossed first. */
GArray *ds_finders_search (const DsGrey *binary);

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
