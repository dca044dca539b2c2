/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells when a window's frames are on the screen, for whoever measures how long that took. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef void (*FrameDrawn) (GtkWindow *window, gpointer user_data);

/* Calls @drawn at the end of every frame in which something of @window was painted, until the window is gone. */
void frame_watch (GtkWindow *window, FrameDrawn drawn, gpointer user_data);

/* Returns: whether a widget of @type is on the screen somewhere in @root. */
gboolean frame_shows (GtkWidget *root, GType type);

G_END_DECLS
