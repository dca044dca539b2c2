/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-store.h"

#include "ds-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MAX_FILE_BYTES (4 * 1024 * 1024)

struct _DsWalletStore
{
  char *path;
  int directory; /* for fsync: a renamed file is durable once its directory is */
  int lock;
};

static void
set_error (GError **error, const char *what, const char *path, int problem)
{
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "%s “%s”: %s", what, path, g_strerror (problem));
}

DsWalletStore *
ds_wallet_store_open (const char *path, GError **error)
{
  g_autoptr (DsWalletStore) self = g_new0 (DsWalletStore, 1);
  g_autofree char *lock_path = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self->path = g_strdup (path);
  self->directory = -1;
  self->lock = -1;
  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      set_error (error, "The wallet's directory cannot be made:", path, errno);
      return NULL;
    }
  self->directory = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (self->directory < 0)
    {
      set_error (error, "The wallet's directory cannot be opened:", path, errno);
      return NULL;
    }
  lock_path = ds_wallet_store_get_path (self, "lock");
  self->lock = g_open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock < 0)
    {
      set_error (error, "The wallet's lock cannot be opened:", lock_path, errno);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
ds_wallet_store_free (DsWalletStore *self)
{
  if (self->directory >= 0)
    g_close (self->directory, NULL);
  if (self->lock >= 0)
    g_close (self->lock, NULL);
  g_free (self->path);
  g_free (self);
}

char *
ds_wallet_store_get_path (DsWalletStore *self, const char *name)
{
  return g_build_filename (self->path, name, NULL);
}

gboolean
ds_wallet_store_read (DsWalletStore *self, const char *name, char **text, GError **error)
{
  g_autofree char *path = ds_wallet_store_get_path (self, name);
  g_autoptr (GError) problem = NULL;

  *text = NULL;
  if (g_file_get_contents (path, text, NULL, &problem)
      || g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, problem->message);
  return FALSE;
}

gboolean
ds_wallet_store_write (DsWalletStore *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = ds_wallet_store_get_path (self, name);
  g_autoptr (GError) problem = NULL;

  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &problem))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, problem->message);
      return FALSE;
    }
  /* GLib syncs the file before it renames it; the name itself is durable only with the directory. */
  if (fsync (self->directory) != 0)
    {
      set_error (error, "The wallet's directory cannot be written:", self->path, errno);
      return FALSE;
    }
  return TRUE;
}

gboolean
ds_wallet_store_read_json (DsWalletStore *self, const char *name, json_t **object, GError **error)
{
  g_autofree char *text = NULL;

  *object = NULL;
  if (!ds_wallet_store_read (self, name, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  *object = ds_json_parse_object (text, strlen (text), MAX_FILE_BYTES, error);
  if (*object == NULL)
    g_prefix_error (error, "The wallet's file %s is damaged: ", name);
  return *object != NULL;
}

gboolean
ds_wallet_store_write_json (DsWalletStore *self, const char *name, json_t *object, GError **error)
{
  g_autofree char *text = ds_json_to_line (object);

  return ds_wallet_store_write (self, name, text, error);
}

gboolean
ds_wallet_store_lock (DsWalletStore *self, GError **error)
{
  int result;

  do
    result = flock (self->lock, LOCK_EX);
  while (result != 0 && errno == EINTR);
  if (result != 0)
    set_error (error, "The wallet cannot be locked:", self->path, errno);
  return result == 0;
}

void
ds_wallet_store_unlock (DsWalletStore *self)
{
  flock (self->lock, LOCK_UN);
}
