/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A box whose parts stand one below the other, and side by side on a handheld held sideways. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_SIDES_BOX (ds_sides_box_get_type ())
G_DECLARE_FINAL_TYPE (DsSidesBox, ds_sides_box, DS, SIDES_BOX, GtkBox)

/**
 * ds_sides_box_is_sideways:
 * @widget: any widget
 *
 * Returns: whether the window of @widget has the shape in which parts stand side by side. It has the CSS class
 *   “sideways” then, and notify::css-classes tells of a change.
 */
gboolean ds_sides_box_is_sideways (GtkWidget *widget);

/* Moves @part into @box, behind @after (nullable: as its first): to the side where there is room for it. */
void ds_sides_box_move (GtkWidget *part, GtkBox *box, GtkWidget *after);

G_END_DECLS
