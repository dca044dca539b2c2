/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files that are whole after a power cut: the old content or the new, never a mixture. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_durable_file_write:
 * @path: the file; replaced when it exists
 * @bytes: (array length=n): its new content
 * @n: how many
 * @error: return location for a %DS_ERROR_STORAGE
 *
 * Writes a temporary file beside it with mode 0600, syncs that, renames it and syncs the directory.
 *
 * Returns: whether the new content is durable. Any thread.
 */
gboolean ds_durable_file_write (const char *path, const void *bytes, gsize n, GError **error);

/* Syncs a directory, so that what was made or renamed in it stays. */
gboolean ds_durable_directory_sync (const char *path, GError **error);

/* Makes a directory with mode 0700, durably, unless it is there. Its parents too. */
gboolean ds_durable_directory_make (const char *path, GError **error);

G_END_DECLS
