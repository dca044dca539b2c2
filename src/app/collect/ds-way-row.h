/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One way to collect: an icon, its name, one line of what happens or why it does not work now.
 *
 * A blocked way keeps its place and can be focused, so that it can be asked why. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_WAY_ROW (ds_way_row_get_type ())
G_DECLARE_FINAL_TYPE (DsWayRow, ds_way_row, DS, WAY_ROW, GtkListBoxRow)

GtkWidget *ds_way_row_new (const char *icon_name, const char *title);
void ds_way_row_set (DsWayRow *self, const char *text, gboolean available);
gboolean ds_way_row_get_available (DsWayRow *self);
const char *ds_way_row_get_text (DsWayRow *self);

G_END_DECLS
