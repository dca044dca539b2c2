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
 * @level: error correction
 * @error: return location for a %DS_ERROR_OVERFLOW when it does not fit any symbol
 *
 * Returns: (transfer full) (nullable): the paintable. It stays black on white in the dark style, since readers expect it.
 */
DsQrPaintable *ds_qr_paintable_new (const char *text, DsQrLevel level, GError **error);

G_END_DECLS
