/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 8-bit grey pictures and what is done to them before a decoder sees them. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsGrey:
 * @width: pixels a row, at least 1
 * @height: rows, at least 1
 * @pixels: @width × @height bytes, rows packed
 */
typedef struct
{
  guint width;
  guint height;
  guint8 *pixels;
} DsGrey;

/* Returns: (transfer full): a picture with undefined pixels. */
DsGrey *ds_grey_new (guint width, guint height);
void ds_grey_free (DsGrey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsGrey, ds_grey_free)

/**
 * ds_grey_new_scaled:
 * @pixels: 8-bit grey rows
 * @width: pixels a row
 * @height: rows
 * @stride: bytes a row
 * @max_side: no side of the result is longer
 *
 * Copies, each pixel the mean of those it stands for when it has to be made smaller.
 *
 * Returns: (transfer full): the copy
 */
DsGrey *ds_grey_new_scaled (const guint8 *pixels, guint width, guint height, gsize stride, guint max_side);

/* Returns: (transfer full): as ds_grey_new_scaled(). */
DsGrey *ds_grey_shrink (const DsGrey *self, guint max_side);

/* Returns: (transfer full): half the size, each pixel the mean of four; an odd last row or column is left out. The
 * quickest way to a smaller picture. @self: at least two pixels a side. */
DsGrey *ds_grey_halve (const DsGrey *self);

/* Returns: (transfer full): twice the size, bilinear. */
DsGrey *ds_grey_double (const DsGrey *self);

/* Returns: (transfer full): the mean of the square of 2 × @radius + 1 pixels around each. */
DsGrey *ds_grey_blur (const DsGrey *self, guint radius);

/**
 * ds_grey_threshold:
 * @self: a picture
 * @radius: half a window's side in pixels
 * @bias: by how much more than its surroundings a pixel has to be dark, so that noise on flat ground is light
 *
 * Black and white by each pixel's own neighbourhood, so that a shadow across a code does not matter.
 *
 * Returns: (transfer full): 0 and 255 only
 */
DsGrey *ds_grey_threshold (const DsGrey *self, guint radius, guint bias);

/* Returns: (transfer full): turned by @degrees, clockwise as it is seen, whole, on a light ground. */
DsGrey *ds_grey_turn (const DsGrey *self, double degrees);

G_END_DECLS
