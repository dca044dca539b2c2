/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places in a picture that are striped like a Code 128 (ISO/IEC 15417). */
#pragma once

#include "ds-grey.h"

G_BEGIN_DECLS

/* Places that are kept, the largest ones. */
#define DS_STRIPES_MAX 3

/**
 * DsStripes:
 * @x, @y: the middle of the place, in pixels
 * @across_x, @across_y: the direction across the bars, of length 1
 * @width: how far the place reaches across the bars, in pixels
 * @height: and how far along them
 * @n_squares: how many squares of the picture agree on it
 */
typedef struct
{
  double x, y;
  double across_x, across_y;
  double width, height;
  guint n_squares;
} DsStripes;

/**
 * ds_stripes_search:
 * @grey: a picture, best of some 600 pixels
 *
 * Returns: (transfer full) (element-type DsStripes): the places where bars of one direction stand beside each other,
 *   largest first; cloth, blinds and print have some too
 */
GArray *ds_stripes_search (const DsGrey *grey);

/**
 * ds_stripes_straighten:
 * @self: a place
 * @grey: the picture it was found in, or the same picture at another size
 * @by: how much larger @grey is
 * @n_rows: how many lines to take; they are spread over the height of the bars
 *
 * Returns: (transfer full): lines across the bars, which stand upright, with room for the quiet zone at both ends;
 *   no two lines share a pixel of @grey if it has enough
 */
DsGrey *ds_stripes_straighten (const DsStripes *self, const DsGrey *grey, double by, guint n_rows);

/* Whether one of the lines that ds_stripes_straighten() would take looks like bars to ds_stripes_are_bars(): a cheap first
 * look, which most of what is no code does not pass. Of 150 labels in photographs and frames one did not pass it, which
 * had been cut off where its bars end. */
gboolean ds_stripes_may_be_bars (const DsStripes *self, const DsGrey *grey, double by, guint n_rows);

/* Whether lines across stripes, as ds_stripes_straighten() gives them, go up and down as bars and spaces do: many times,
 * no run much longer than the others, and not all of them alike as in cloth, blinds and fences. */
gboolean ds_stripes_are_bars (const DsGrey *lines);

G_END_DECLS
