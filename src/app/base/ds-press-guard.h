/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the second tap of two quick ones, and a key that is still held down, from what the first has just brought up. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PRESS_GUARD (ds_press_guard_get_type ())
G_DECLARE_FINAL_TYPE (DsPressGuard, ds_press_guard, DS, PRESS_GUARD, GObject)

/* @widget: what the presses are for; the guard lives at most as long. */
DsPressGuard *ds_press_guard_new (GtkWidget *widget);

/* What is on the screen becomes something else: until somebody can have seen it, no tap counts, and no Enter or Space. */
void ds_press_guard_hold (DsPressGuard *self);

/* Returns: whether presses do not count yet. */
gboolean ds_press_guard_is_holding (DsPressGuard *self);

G_END_DECLS
