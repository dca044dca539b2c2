/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slip of paper as a till prints it: one column of lines and a code, drawn at any width. */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* How many dots a 58 mm printer has across (48 mm at 203 dots an inch). */
#define DS_SLIP_58MM_DOTS 384

typedef struct _DsSlip DsSlip;

DsSlip *ds_slip_new (void);
DsSlip *ds_slip_ref (DsSlip *self);
void ds_slip_unref (DsSlip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSlip, ds_slip_unref)

/* Lines, top to bottom. Texts are plain, never markup; long ones wrap. */
void ds_slip_add_title (DsSlip *self, const char *text);
void ds_slip_add_amount (DsSlip *self, const char *text);
void ds_slip_add_text (DsSlip *self, const char *text);
/* White on black: what nobody may overlook. */
void ds_slip_add_banner (DsSlip *self, const char *text);
void ds_slip_add_row (DsSlip *self, const char *name, const char *value);
void ds_slip_add_rule (DsSlip *self);
/* A QR code of whole dots a module. Nothing is added for a text that fits no symbol. */
void ds_slip_add_code (DsSlip *self, const char *text);

/* Returns: how high it is when it is so wide; in the same unit. */
double ds_slip_get_height (DsSlip *self, double width);

/* Draws it in black, its upper left corner where @cairo stands. */
void ds_slip_draw (DsSlip *self, cairo_t *cairo, double width);

/**
 * DsRaster:
 * @width: dots across, a multiple of 8
 * @height: rows
 * @bits: @width / 8 bytes a row; the highest bit is the leftmost dot, set where it is black
 */
typedef struct
{
  guint width;
  guint height;
  GBytes *bits;
} DsRaster;

void ds_raster_free (DsRaster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsRaster, ds_raster_free)

/* Returns: (transfer full): the slip in dots of a printer. Any thread. */
DsRaster *ds_slip_to_raster (DsSlip *self, guint width_dots);

G_END_DECLS
