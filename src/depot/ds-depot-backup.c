/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-backup.h"

#include "ds-books.h"
#include "ds-checked-vfs.h"
#include "ds-depot-private.h"

#include "ds-day.h"
#include "ds-error.h"
#include "ds-task.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many pages at a time: a fraction of a millisecond, between requests. */
#define PAGES_AT_ONCE 64

/* Files */

static gboolean
fail (GError **error, const char *path)
{
  int problem = errno;

  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be written: %s", path, g_strerror (problem));
  return FALSE;
}

/* A directory's own entries are on the disk only when it is synced itself. */
static gboolean
sync_path (const char *path, GError **error)
{
  int file = open (path, O_RDONLY | O_CLOEXEC);
  gboolean synced = file >= 0 && fsync (file) == 0;

  if (!synced)
    fail (error, path);
  if (file >= 0)
    close (file);
  return synced;
}

static gboolean
is_same_file (const char *path, const char *other_path)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GMappedFile) other = g_mapped_file_new (other_path, FALSE, NULL);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (GBytes) other_bytes = other != NULL ? g_mapped_file_get_bytes (other) : NULL;

  return bytes != NULL && other_bytes != NULL && g_bytes_equal (bytes, other_bytes);
}

/* A copy that was cut off can be made again: what is there already need not be another. */
static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) problem = NULL;

  if (g_file_copy (source, target, G_FILE_COPY_NOFOLLOW_SYMLINKS, NULL, NULL, NULL, &problem))
    return g_chmod (to, 0600) == 0 ? sync_path (to, error) : fail (error, to);
  if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_EXISTS))
    g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be copied: %s", from, problem->message);
  else if (is_same_file (from, to))
    return sync_path (to, error);
  else
    g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                 "“%s” is there already and differs from “%s”: restore into an empty directory", to, from);
  return FALSE;
}

/* What the database copies itself, and what belongs to a running process or to the sandbox bank. A proof that has come in
 * part is sent again from its beginning. */
static gboolean
is_left_out (const char *name)
{
  return g_str_has_prefix (name, "depot.db") || g_str_has_prefix (name, "bank.db")
         || g_str_has_suffix (name, ".part") || g_str_equal (name, "admin.sock");
}

/* Whether @path is @directory or lies in it; neither need be there. */
static gboolean
lies_in (const char *path, const char *directory)
{
  g_autofree char *outer = realpath (directory, NULL);
  g_autofree char *at = g_canonicalize_filename (path, NULL);
  g_autofree char *inner = realpath (at, NULL);

  while (inner == NULL && strcmp (at, "/") != 0)
    {
      g_autofree char *parent = g_path_get_dirname (at);

      g_free (at);
      at = g_steal_pointer (&parent);
      inner = realpath (at, NULL);
    }
  return outer != NULL && inner != NULL
         && (strcmp (inner, outer) == 0 || (g_str_has_prefix (inner, outer) && inner[strlen (outer)] == '/'));
}

static gboolean
copy_directory (const char *from, const char *to, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) directory = g_dir_open (from, 0, &problem);
  const char *name;

  if (directory == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be read: %s", from, problem->message);
      return FALSE;
    }
  if (g_mkdir (to, 0700) != 0 && errno != EEXIST)
    return fail (error, to);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      gboolean copied = is_left_out (name)
                        || (g_file_test (source, G_FILE_TEST_IS_DIR) ? copy_directory (source, target, error)
                                                                     : copy_file (source, target, error));

      /* A depot that serves makes files under names that they do not keep. */
      if (!copied && g_access (source, F_OK) == 0)
        return FALSE;
      if (!copied)
        g_clear_error (error);
    }
  return sync_path (to, error);
}

/* Looking at a copy */

static gboolean
check_structure (DsDb *db, GError **error)
{
  g_autofree char *verdict = NULL;

  if (!ds_depot_sql_get_text (db, &verdict, error, "PRAGMA integrity_check", ""))
    return FALSE;
  if (g_strcmp0 (verdict, "ok") == 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The copy is damaged: %s", verdict);
  return FALSE;
}

/* Whether the copy can be opened, is sound, and its books sum to zero. */
static json_t *
look_at (const char *directory, const char *named, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "depot.db", NULL);
  g_autoptr (DsDb) db = ds_db_open (path, error);
  g_autoptr (json_t) balance = NULL;
  gint64 n_entries, n_payments, sum_fen;

  if (db == NULL || !check_structure (db, error) || !ds_depot_sql_migrate (db, error)
      || !ds_depot_sql_get_int (db, &n_entries, 0, error, "SELECT count (*) FROM entry", "")
      || !ds_depot_sql_get_int (db, &n_payments, 0, error, "SELECT count (*) FROM payment", ""))
    return NULL;
  balance = ds_books_to_json (db, error);
  if (balance == NULL)
    return NULL;
  sum_fen = json_integer_value (json_object_get (balance, "sum_fen"));
  if (sum_fen != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE,
                   "The books of the copy do not balance: they sum to %" G_GINT64_FORMAT " fen", sum_fen);
      return NULL;
    }
  return json_pack ("{s:s, s:I, s:I, s:I}", "directory", named, "entries", (json_int_t)n_entries, "payments",
                    (json_int_t)n_payments, "sum_fen", (json_int_t)sum_fen);
}

/* Backing up */

/* The data of a task. */
typedef struct
{
  char *from;
  char *to;
  char *part;        /* where it grows */
  gboolean is_begun; /* and is there, until it has its name */
  sqlite3 *copy;
  sqlite3_backup *backup;
} Backup;

/* A backup that failed leaves nothing that could be taken for one. */
static void
remove_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_directory (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
backup_free (gpointer data)
{
  Backup *self = data;

  if (self->backup != NULL)
    sqlite3_backup_finish (self->backup);
  if (self->copy != NULL)
    sqlite3_close (self->copy);
  if (self->is_begun)
    remove_directory (self->part);
  g_free (self->from);
  g_free (self->to);
  g_free (self->part);
  g_free (self);
}

/* A copy that is whole, and on the disk, gets its name. */
static gboolean
give_name (Backup *self, GError **error)
{
  g_autofree char *database = g_build_filename (self->part, "depot.db", NULL);
  g_autofree char *parent = g_path_get_dirname (self->to);

  if (!sync_path (database, error) || !sync_path (self->part, error))
    return FALSE;
  if (g_rename (self->part, self->to) != 0)
    return fail (error, self->to);
  self->is_begun = FALSE;
  return sync_path (parent, error);
}

/* In a thread: the database's copy is whole, and the depot writes to its own. */
static void
finish_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Backup *self = data;
  g_autoptr (json_t) found = NULL;
  GError *error = NULL;

  if (copy_directory (self->from, self->part, &error))
    found = look_at (self->part, self->to, &error);
  if (found != NULL && give_name (self, &error))
    g_task_return_pointer (task, g_steal_pointer (&found), (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static gboolean
copy_some_pages (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Backup *self = g_task_get_task_data (task);
  DsDepot *depot = g_task_get_source_object (task);
  int result;

  if (depot->db == NULL)
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE,
                               "The depot closed before the backup was whole");
      return G_SOURCE_REMOVE;
    }
  result = sqlite3_backup_step (self->backup, PAGES_AT_ONCE);
  if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED)
    return G_SOURCE_CONTINUE;
  if (result != SQLITE_DONE)
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_STORAGE, "The backup cannot be written: %s",
                               sqlite3_errstr (result));
      return G_SOURCE_REMOVE;
    }
  sqlite3_backup_finish (g_steal_pointer (&self->backup));
  sqlite3_close (g_steal_pointer (&self->copy));
  g_task_run_in_thread (task, finish_in_thread);
  return G_SOURCE_REMOVE;
}

static gboolean
begin (Backup *self, DsDepot *depot, GError **error)
{
  g_autofree char *path = g_build_filename (self->part, "depot.db", NULL);

  if (lies_in (self->to, self->from))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "“%s” lies in the depot's own directory: a backup belongs elsewhere, best on another disk",
                   self->to);
      return FALSE;
    }
  if (g_file_test (self->part, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "“%s” is there: a backup is under way, or was cut off. Remove it then, or name another "
                   "directory",
                   self->part);
      return FALSE;
    }
  if (g_file_test (self->to, G_FILE_TEST_EXISTS) || g_mkdir (self->part, 0700) != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "“%s” cannot be made: name a directory that does not exist, in one that does", self->to);
      return FALSE;
    }
  self->is_begun = TRUE;
  if (sqlite3_open_v2 (path, &self->copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       ds_checked_vfs_get_name ())
          == SQLITE_OK
      && g_chmod (path, 0600) == 0)
    self->backup = sqlite3_backup_init (self->copy, "main", ds_db_get_handle (depot->db), "main");
  if (self->backup == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be written: %s", path,
                 sqlite3_errmsg (self->copy));
  return self->backup != NULL;
}

void
ds_depot_back_up_async (DsDepot *self, const char *to, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Backup *backup;
  GError *error = NULL;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL && to != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_depot_back_up_async));
  g_task_set_name (task, "[doorstep] back up the depot");
  backup = g_new0 (Backup, 1);
  backup->from = g_strdup (self->directory);
  backup->to = g_canonicalize_filename (to, NULL);
  backup->part = g_strconcat (backup->to, ".part", NULL);
  g_task_set_task_data (task, backup, backup_free);
  if (!begin (backup, self, &error))
    g_task_return_error (task, error);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, copy_some_pages, g_steal_pointer (&task), g_object_unref);
}

json_t *
ds_depot_back_up_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Restoring */

/* Behind whatever else there is to ask. */
static gboolean
ask_again (DsDb *db, gint64 days, GError **error)
{
  return days == 0
         || ds_depot_sql_run (
             db, error,
             "INSERT OR IGNORE INTO task (kind, subject, priority, generation, attempts, due_at_ms)"
             " SELECT 'query', id, 9, 1, 0, 0 FROM payment WHERE booked_fen > 0"
             " AND created_at_ms >= (SELECT max (created_at_ms) FROM payment) - ?",
             "i", days * DS_DAY_MS);
}

gboolean
ds_depot_ask_again (DsDepot *self, gint64 days, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, FALSE);

  if (!ask_again (self->db, days, error))
    return FALSE;
  ds_depot_wake (self);
  return TRUE;
}

static gboolean
ask_again_in (const char *directory, gint64 days, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "depot.db", NULL);
  g_autoptr (DsDb) db = ds_db_open (path, error);

  return db != NULL && ask_again (db, days, error);
}

json_t *
ds_depot_restore (const char *from, const char *to, gint64 ask_days, GError **error)
{
  g_autofree char *source = g_build_filename (from, "depot.db", NULL);
  g_autofree char *target = g_build_filename (to, "depot.db", NULL);
  g_autofree char *part = g_build_filename (to, "depot.db.part", NULL);
  json_t *found;

  if (!g_file_test (source, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "“%s” is no backup of a depot: it has no depot.db",
                   from);
      return NULL;
    }
  if (lies_in (to, from))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” lies in the backup: restore it elsewhere", to);
      return NULL;
    }
  if (g_file_test (target, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "“%s” holds a depot already: restore into a directory without one", to);
      return NULL;
    }
  /* Cut off in the middle, an earlier one has left it. */
  g_unlink (part);
  if (!copy_directory (from, to, error) || !copy_file (source, part, error))
    return NULL;
  /* Its name comes last: a depot that is there is whole. */
  if (g_rename (part, target) != 0)
    {
      fail (error, target);
      return NULL;
    }
  found = look_at (to, to, error);
  if (found != NULL && !ask_again_in (to, ask_days, error))
    g_clear_pointer (&found, json_decref);
  if (found == NULL)
    g_unlink (target);
  return found;
}
