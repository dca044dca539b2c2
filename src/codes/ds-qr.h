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
/**
 * DsQrSight:
 * @screen_px: device pixels a side of the square that the symbol may fill, quiet zone included
 * @screen_mm: how large that square is
 * @distance_mm: from there it has to be read
 * @camera_px: pixels across the frame of the camera that reads it
 *
 * How a symbol is looked at. A phone's camera sees about 65° across its frame.
 */
typedef struct
{
  guint screen_px;
  double screen_mm;
  double distance_mm;
  guint camera_px;
} DsQrSight;

/**
 * ds_qr_sight_init_at_door:
 * @self: (out): the sight
 * @screen_px: device pixels a side
 * @screen_mm: its size, or 0 if it is not known: then a pixel is taken for 1/160 inch, a phone's at scale 1
 *
 * One phone held before another: 250 mm, the near end of what an arm holds, and a frame of 1280 pixels.
 */
void ds_qr_sight_init_at_door (DsQrSight *self, guint screen_px, double screen_mm);

/* What a phone's screen 360 px wide has room for: for pictures that will be shown on one nobody knows yet. */
#define DS_QR_PHONE_PX 326

/* How many pixels of the camera a module takes: a symbol of @modules a side, quiet zone included, is drawn with whole
 * device pixels a module, so one module more can make all of them smaller at once. 0 if it does not fit. Pure. */
double ds_qr_sight_measure_module_px (const DsQrSight *self, guint modules);

/* The fewest pixels of the camera a module must have left before it is made smaller for more correction. Measured with our
 * own decoder on the frames of tests/scan/shot.c, tilted by up to 30° and blurred by up to 1.2 px. On a dry screen the
 * level does not matter and the size does: from 3.2 px a module on all are read, at 2.8 px 0.93, at 2.5 px 0.62, at 2.2 px
 * 0.40. With raindrops on it, H with 6.7 px is read better than M with 8.4 (50 of 60 frames against 40), but H with 4.6 px
 * worse than M with 5.8 (47 against 52). tests/scan/test-distance.c measures it. */
#define DS_QR_MIN_CAMERA_PX 5.0

/**
 * ds_qr_new_for_sight:
 * @text: UTF-8
 * @sight: how it is looked at
 * @least: no level below this is taken; %DS_QR_LEVEL_M for receipts, vouchers and whatever else is paid with
 * @error: return location for a %DS_ERROR_OVERFLOW when it does not fit any symbol at @least
 *
 * Error correction by the distance: the highest level whose modules the camera still sees with %DS_QR_MIN_CAMERA_PX; from
 * further away the one whose modules it sees largest, and of equals the highest, which then costs nothing.
 *
 * Returns: (transfer full) (nullable): the symbol; immutable, any thread
 */
DsQr *ds_qr_new_for_sight (const char *text, const DsQrSight *sight, DsQrLevel least, GError **error);

void ds_qr_free (DsQr *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsQr, ds_qr_free)

DsQrLevel ds_qr_get_level (DsQr *self);
const char *ds_qr_level_to_name (DsQrLevel level); /* "L", "M", "Q", "H" */
guint ds_qr_get_version (DsQr *self);              /* 1 … 40 */
guint ds_qr_get_size (DsQr *self);                 /* modules a side, without quiet zone */
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
