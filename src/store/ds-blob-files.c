/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-blob-files.h"

#include "ds-durable-file.h"
#include "ds-error.h"

#include <errno.h>
#include <glib/gstdio.h>

#define FOLDER_NAME "blobs"

static char *
get_folder (const char *directory)
{
  return g_build_filename (directory, FOLDER_NAME, NULL);
}

static char *
get_path (const char *directory, const char *sm3)
{
  return g_build_filename (directory, FOLDER_NAME, sm3, NULL);
}

char *
ds_blob_files_keep (const char *directory,
                    const guint8 key[DS_SECRET_BOX_KEY_SIZE],
                    GBytes *bytes,
                    GError **error)
{
  g_autofree char *folder = get_folder (directory);
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *path = get_path (directory, sm3);
  g_autoptr (GBytes) box = ds_secret_box_seal (key, bytes, error);

  if (box == NULL || !ds_durable_directory_make (folder, error)
      || !ds_durable_file_write (path, g_bytes_get_data (box, NULL), g_bytes_get_size (box), error))
    return NULL;
  return g_steal_pointer (&sm3);
}

GBytes *
ds_blob_files_read (const char *directory,
                    const guint8 key[DS_SECRET_BOX_KEY_SIZE],
                    const char *sm3,
                    GError **error)
{
  g_autofree char *path = get_path (directory, sm3);
  g_autofree char *data = NULL;
  g_autofree char *digest = NULL;
  g_autoptr (GBytes) box = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;
  gsize n;

  if (g_file_get_contents (path, &data, &n, &problem))
    {
      box = g_bytes_new_take (g_steal_pointer (&data), n);
      bytes = ds_secret_box_open (key, box, &problem);
    }
  if (bytes != NULL)
    {
      digest = ds_sm3_hex (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (g_str_equal (digest, sm3))
        return g_steal_pointer (&bytes);
    }
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The proof's content cannot be read: %s",
               problem ? problem->message : "it is another one");
  return NULL;
}

gboolean
ds_blob_files_has (const char *directory, const char *sm3)
{
  g_autofree char *path = get_path (directory, sm3);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

gboolean
ds_blob_files_remove (const char *directory, const char *sm3, GError **error)
{
  g_autofree char *path = get_path (directory, sm3);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be removed: %s", path, g_strerror (errno));
  return FALSE;
}

GStrv
ds_blob_files_list (const char *directory)
{
  g_autofree char *folder = get_folder (directory);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    g_strv_builder_add (names, name);
  return g_strv_builder_end (names);
}

gboolean
ds_blob_files_remove_all (const char *directory, GError **error)
{
  g_autofree char *folder = get_folder (directory);
  g_auto (GStrv) names = ds_blob_files_list (directory);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (!ds_blob_files_remove (directory, names[i], error))
        return FALSE;
    }
  (void)g_rmdir (folder);
  return TRUE;
}
