/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code out of a picture file, the clipboard or what is dropped. Pictures are read as the bytes they are and decoded by
 * the helper process (ds-decoder-process.h) only: nothing of a stranger's picture is opened here. */
#pragma once

#include "ds-decoder.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The largest picture file that is read. */
#define DS_PICTURE_MAX_BYTES (32 * 1024 * 1024)

/**
 * ds_picture_source_read_clipboard_async:
 * @clipboard: holds a picture of a code, a file with one, or a text, which is taken as the code itself
 *
 * Main thread, as all of these.
 */
void ds_picture_source_read_clipboard_async (GdkClipboard *clipboard,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

/* The same of a picture file. */
void ds_picture_source_read_file_async (GFile *file,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/* The same of what was dropped: a picture, a file, or a text. Ends the drop. */
void ds_picture_source_read_drop_async (GdkDrop *drop,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/* Returns: (transfer full): takes drops that can be read; connect to its "drop" signal. */
GtkDropTargetAsync *ds_picture_source_new_drop_target (void);

/**
 * ds_picture_source_choose_async:
 * @widget: over whose window the dialog opens, by the portal inside a sandbox
 * @title: of the dialog
 *
 * The same of a file that the person chooses; %G_IO_ERROR_CANCELLED when they choose none, or leave @widget.
 */
void ds_picture_source_choose_async (GtkWidget *widget,
                                     const char *title,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/* The same of another program's window, shared under @path (ds-screen.h). */
void ds_picture_source_read_screen_async (const char *path,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

/* Of all of the above. Returns: (transfer full) (nullable) (element-type DsSymbol): at least one, or %NULL with words
 * that say what to do instead. */
GPtrArray *ds_picture_source_read_finish (GAsyncResult *result, GError **error);

/* For who has nothing to choose. Returns: (transfer full) (nullable): the first one's text. */
char *ds_picture_source_read_text_finish (GAsyncResult *result, GError **error);

G_END_DECLS
