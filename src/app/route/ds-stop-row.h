/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stop in the list of the route. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_STOP_ROW (ds_stop_row_get_type ())
G_DECLARE_FINAL_TYPE (DsStopRow, ds_stop_row, DS, STOP_ROW, GtkBox)

/* The row knows from the route whether its stop is the next one, and keeps the time left current. */
DsStopRow *ds_stop_row_new (DsSession *session);

/* @stop: (nullable): what to show; %NULL when the row is put aside for reuse. */
void ds_stop_row_set_stop (DsStopRow *self, DsStop *stop);
/* Returns: (transfer none) (nullable) */
DsStop *ds_stop_row_get_stop (DsStopRow *self);

G_END_DECLS
