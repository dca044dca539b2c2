/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a picture is dark, each place judged by its own neighbourhood, without a second picture being made. */
#pragma once

#include "ds-grey.h"

G_BEGIN_DECLS

/* Each square of this many pixels a side has one level. */
#define DS_GROUND_SQUARE 4

/**
 * DsGround:
 * @grey: the picture; not owned
 * @levels: for each pixel of every fourth row, the brightest that is dark in its square
 *
 * As ds_grey_threshold() with a window of 20 pixels that moves in steps of four.
 */
typedef struct
{
  const DsGrey *grey;
  guint8 *levels;
} DsGround;

/* @quarter: the same picture at a quarter of the size. @grey has to outlive the ground. */
void ds_ground_init (DsGround *self, const DsGrey *grey, const DsGrey *quarter);
void ds_ground_clear (DsGround *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsGround, ds_ground_clear)

static inline gboolean
ds_ground_is_dark (const DsGround *self, guint x, guint y)
{
  gsize width = self->grey->width;

  return self->grey->pixels[y * width + x] <= self->levels[y / DS_GROUND_SQUARE * width + x];
}

/* Room for the ends of a row's runs. */
#define DS_GROUND_MAX_ENDS(width) ((width) + 1)

/**
 * ds_ground_find_ends:
 * @self: a ground
 * @y: the row
 * @room: (array): as many bytes as the row has pixels, and eight more
 * @ends: (out) (array): where each run of one colour ends, that is, where the next begins; the last is the width
 * @is_dark: (out): whether the first run is dark
 *
 * Returns: how many runs the row has
 */
guint ds_ground_find_ends (const DsGround *self, guint y, guint8 *room, guint16 *ends, gboolean *is_dark);

G_END_DECLS
