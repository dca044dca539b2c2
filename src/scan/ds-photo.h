/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photographs to keep: made small, as JPEG, without what the camera wrote into them (place, time, device). Pure; any
 * thread, and not the main one: a large picture takes tenths of a second. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No side of a photograph that is kept is longer, in pixels. A label or a door number can still be read. */
#define DS_PHOTO_MAX_SIDE 1280

/**
 * ds_photo_from_rgba:
 * @pixels: rows of 4 bytes a pixel; the fourth is not looked at
 * @stride: bytes a row
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a JPEG file
 */
GBytes *ds_photo_from_rgba (GBytes *pixels, guint width, guint height, gsize stride, GError **error);

/* Returns: (transfer full) (nullable): the same of a JPEG or PNG file; %DS_ERROR_INVALID with words when it is none. */
GBytes *ds_photo_from_file (GBytes *file, GError **error);

G_END_DECLS
