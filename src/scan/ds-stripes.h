/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether something in a picture is striped like a Code 128 (ISO/IEC 15417). */
#pragma once

#include "ds-grey.h"

G_BEGIN_DECLS

/* @binary: a picture of 0 and 255. A cheap look that saves the dear one: it may be wrong about stripes that are no
 * code, hardly about a code that could be read. */
gboolean ds_stripes_are_in (const DsGrey *binary);

/**
 * DsStripes:
 * @degrees: by how much to turn the picture so that they stand upright; from −90 to 90
 * @left, @top, @width, @height: the largest place of one direction, in pixels
 */
typedef struct
{
  double degrees;
  guint left, top, width, height;
} DsStripes;

/**
 * ds_stripes_measure:
 * @grey: a picture with stripes in it
 * @stripes: (out): where they are and how they lie
 *
 * Returns: whether enough of the picture has stripes of one direction
 */
gboolean ds_stripes_measure (const DsGrey *grey, DsStripes *stripes);

G_END_DECLS
