/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making QR symbols (ISO/IEC 18004) with libqrencode. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DS_QR_LEVEL_L,
  DS_QR_LEVEL_M,
  DS_QR_LEVEL_Q,
  DS_QR_LEVEL_H,
} DsQrLevel;

typedef struct _DsQr DsQr;

/**
 * ds_qr_new:
 * @text: UTF-8
 * @level: error correction
 * @error: return location for a %DS_ERROR_OVERFLOW when it does not fit any symbol
 *
 * Alphanumeric text ("DS1:…") uses the alphanumeric mode; text beyond ASCII carries ECI 000026 (UTF-8).
 *
 * Returns: (transfer full) (nullable): the symbol; immutable, any thread
 */
DsQr *ds_qr_new (const char *text, DsQrLevel level, GError **error);
void ds_qr_free (DsQr *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsQr, ds_qr_free)

guint ds_qr_get_version (DsQr *self); /* 1 … 40 */
guint ds_qr_get_size (DsQr *self);    /* modules a side, without quiet zone */
gboolean ds_qr_is_dark (DsQr *self, guint x, guint y);

/* Quiet zone a side, in modules (ISO/IEC 18004 section 5.3.8). */
#define DS_QR_QUIET 4

/**
 * ds_qr_render:
 * @self: a symbol
 * @scale: pixels a module, at least 1
 * @side: (out): pixels a side, quiet zone included
 *
 * Returns: (transfer full): 8-bit grey, @side × @side, rows packed: 0 dark, 255 light
 */
GBytes *ds_qr_render (DsQr *self, guint scale, guint *side);

/* Writes the symbol with its quiet zone as an 8-bit grey PNG, or an SVG by the ending of @path. */
gboolean ds_qr_save (DsQr *self, const char *path, guint scale, GError **error);

/* Returns: (transfer full): the symbol in half blocks for a terminal, dark on light, quiet zone included. */
char *ds_qr_to_terminal (DsQr *self);

G_END_DECLS
