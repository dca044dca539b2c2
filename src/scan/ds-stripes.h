/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether something in a picture is striped like a Code 128 (ISO/IEC 15417). */
#pragma once

#include "ds-grey.h"

G_BEGIN_DECLS

/* @binary: a picture of 0 and 255. A cheap look that saves the dear one: it may be wrong about stripes that are no
 * code, hardly about a code that could be read. */
gboolean ds_stripes_are_in (const DsGrey *binary);

/**
 * ds_stripes_measure_angle:
 * @grey: a picture with stripes in it
 * @degrees: (out): by how much to turn it so that the stripes of most of it stand upright; from −90 to 90
 *
 * Returns: whether enough of the picture has stripes of one direction
 */
gboolean ds_stripes_measure_angle (const DsGrey *grey, double *degrees);

G_END_DECLS
