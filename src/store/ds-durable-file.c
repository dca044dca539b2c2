/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-durable-file.h"

#include "ds-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
fail (const char *what, const char *path, GError **error)
{
  int problem = errno;

  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "%s “%s”: %s", what, path, g_strerror (problem));
  return FALSE;
}

static gboolean
write_all (int file, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      gssize written = write (file, bytes, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return FALSE;
      bytes += written;
      n -= (gsize)written;
    }
  return TRUE;
}

static gboolean
write_and_sync (const char *path, const void *bytes, gsize n, GError **error)
{
  int file = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean written;

  if (file < 0)
    return fail ("Cannot make", path, error);

  written = write_all (file, bytes, n) && fsync (file) == 0;
  if (!written)
    fail ("Cannot write", path, error);
  return g_close (file, written ? error : NULL) && written;
}

gboolean
ds_durable_directory_sync (const char *path, GError **error)
{
  int directory = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean synced;

  if (directory < 0)
    return fail ("Cannot open", path, error);

  synced = fsync (directory) == 0;
  if (!synced)
    fail ("Cannot sync", path, error);
  return g_close (directory, synced ? error : NULL) && synced;
}

gboolean
ds_durable_directory_make (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (g_mkdir_with_parents (path, 0700) != 0)
    return fail ("Cannot make", path, error);
  return ds_durable_directory_sync (parent, error);
}

gboolean
ds_durable_file_write (const char *path, const void *bytes, gsize n, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);

  if (!write_and_sync (temporary, bytes, n, error))
    return FALSE;
  if (g_rename (temporary, path) != 0)
    return fail ("Cannot replace", path, error);
  return ds_durable_directory_sync (directory, error);
}
