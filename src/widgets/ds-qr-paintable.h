/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR symbol on the screen: dark modules on white with the quiet zone, whole pixels a module, no smoothing. */
#pragma once

#include "ds-qr.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_QR_PAINTABLE (ds_qr_paintable_get_type ())
G_DECLARE_FINAL_TYPE (DsQrPaintable, ds_qr_paintable, DS, QR_PAINTABLE, GObject)

/**
 * ds_qr_paintable_new:
 * @text: what the symbol carries
 * @side_px: the side it will be shown with, in logical pixels; it chooses the error correction, see DsQrSight
 * @least: no level below this
 * @error: return location for a %DS_ERROR_OVERFLOW when it does not fit any symbol
 *
 * Returns: (transfer full) (nullable): the paintable. It stays black on white in the dark style, since readers expect it.
 */
DsQrPaintable *ds_qr_paintable_new (const char *text, guint side_px, DsQrLevel least, GError **error);

/* Device pixels a logical pixel, 1 until it is told: a finer screen has more whole pixels for a module. */
void ds_qr_paintable_set_scale_factor (DsQrPaintable *self, int scale_factor);

/* Shows @self in @picture with the scale factor of its screen, whichever that comes to be. */
void ds_qr_paintable_show_in (DsQrPaintable *self, GtkPicture *picture);

/* Returns: (transfer none): the symbol. */
DsQr *ds_qr_paintable_get_symbol (DsQrPaintable *self);

G_END_DECLS
