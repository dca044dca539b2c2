/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs to keep: made small, as JPEG, without what the camera wrote into them (place, time, device). Pure; any
 * thread, and not the main one: a large picture takes tenths of a second. A file is only ever read by the decoder's process,
 * see ds_decoder_process_load_photo_async(); the application sees pixels. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No side of a photograph that is kept is longer, in pixels. A label or a door number can still be read. */
#define DS_PHOTO_MAX_SIDE 1280

/**
 * DsPhoto:
 * @pixels: rows of 3 bytes a pixel, red, green, blue, without a gap
 *
 * A photograph as it is kept: no side is longer than %DS_PHOTO_MAX_SIDE.
 */
typedef struct
{
  guint width;
  guint height;
  GBytes *pixels;
} DsPhoto;

void ds_photo_free (DsPhoto *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsPhoto, ds_photo_free)

#define DS_PHOTO_BYTES_PER_PIXEL 3

/* Returns: (transfer full) (nullable): a JPEG file */
GBytes *ds_photo_compress (const DsPhoto *self, GError **error);

/**
 * ds_photo_from_rgba:
 * @pixels: rows of 4 bytes a pixel; the fourth is not looked at
 * @stride: bytes a row
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a JPEG file
 */
GBytes *ds_photo_from_rgba (GBytes *pixels, guint width, guint height, gsize stride, GError **error);

/* Whether @file begins as the pictures do that are read here; looks at nothing else. */
gboolean ds_photo_is_picture (GBytes *file);

/* Returns: (transfer full) (nullable): what is kept of a JPEG or PNG file; %DS_ERROR_OVERFLOW when it is too large,
 * %DS_ERROR_INVALID when it cannot be read. For the decoder's process alone. */
DsPhoto *ds_photo_load (GBytes *file, GError **error);

G_END_DECLS
