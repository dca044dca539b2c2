/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parcel of a stop: its waybill, whether it was checked or what became of it, and what is due for it. */
#pragma once

#include "ds-stop.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PARCEL_ROW (ds_parcel_row_get_type ())
G_DECLARE_FINAL_TYPE (DsParcelRow, ds_parcel_row, DS, PARCEL_ROW, GtkListBoxRow)

/* @checked: it was scanned at this door */
DsParcelRow *ds_parcel_row_new (const DsParcel *parcel, gboolean checked);

G_END_DECLS
