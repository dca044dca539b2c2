/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One program's window for another program to look at, as a camera in front of a telephone would: in practice there
 * are two windows on one screen and nobody to hold them. What is handed over is a picture, never a code's text. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_SCREEN (ds_screen_get_type ())
G_DECLARE_FINAL_TYPE (DsScreen, ds_screen, DS, SCREEN, GObject)

/**
 * ds_screen_share:
 * @window: what is looked at; held weakly
 * @path: the socket to be asked through, in a directory that belongs to this user alone
 *
 * Whoever connects gets what @window shows at that moment, as a PNG picture. Main thread.
 *
 * Returns: (transfer full) (nullable): keeps sharing until it is disposed of
 */
DsScreen *ds_screen_share (GtkWidget *window, const char *path, GError **error);

/* Asks for what the window behind @path shows now. %DS_ERROR_NOT_FOUND, in words, when there is none. */
void ds_screen_look_async (const char *path,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* Returns: (transfer full) (nullable): the picture. */
GBytes *ds_screen_look_finish (GAsyncResult *result, GError **error);

G_END_DECLS
