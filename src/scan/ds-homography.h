/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plane seen at a slant: the projective map from a code's modules to a picture's pixels. */
#pragma once

#include "ds-finder.h"

G_BEGIN_DECLS

typedef struct
{
  double m[9];
} DsHomography;

/* The map that takes each of four points to its image; %FALSE if three of them are in a line. */
gboolean ds_homography_init (DsHomography *self, const DsPoint from[4], const DsPoint to[4]);

DsPoint ds_homography_map (const DsHomography *self, double x, double y);

G_END_DECLS
