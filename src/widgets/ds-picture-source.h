/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code out of a picture file or the clipboard, decoded by the helper process (ds-decoder-process.h). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The largest picture file that is read. */
#define DS_PICTURE_MAX_BYTES (32 * 1024 * 1024)

/**
 * ds_picture_source_read_clipboard_async:
 * @clipboard: holds a text, which is taken as the code itself, or a picture of a code
 *
 * Main thread.
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

/* Returns: (transfer full) (nullable): the first code's text, or %NULL with words that say what to do instead. */
char *ds_picture_source_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
