/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-db.h"

#include "ds-checked-vfs.h"
#include "ds-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The write-ahead log is grown to this size once and then reused: a commit into blocks that exist needs no change
 * of the file system's own books, which makes it a quarter faster. It holds the pages up to a checkpoint. */
#define LOG_BYTES (4 * 1024 * 1024)

/* A checkpoint within a commit, when nobody found an idle moment for it: late enough for a whole route to come in
 * without one, early enough to bound the log (32 MiB), which shrinks to its usual size afterwards. */
#define CHECKPOINT_PAGES 8000

struct _DsDb
{
  sqlite3 *handle;
  GHashTable *queries; /* (element-type gpointer DsQuery): by the address of their SQL */
  gint64 log_pages;
  gboolean damaged;
  gboolean full;
};

static gboolean
is_damage (int result)
{
  return (result & 0xff) == SQLITE_CORRUPT || (result & 0xff) == SQLITE_NOTADB || result == SQLITE_IOERR_READ
         || result == SQLITE_IOERR_SHORT_READ || result == SQLITE_IOERR_DATA
         || result == SQLITE_IOERR_CORRUPTFS;
}

static void
set_error (DsDb *self, int result, GError **error)
{
  const char *message = self->handle ? sqlite3_errmsg (self->handle) : sqlite3_errstr (result);

  self->damaged |= is_damage (result);
  self->full = (result & 0xff) == SQLITE_FULL;
  switch (result & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT, "The database is already open elsewhere");
      break;
    case SQLITE_CONSTRAINT:
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "This contradicts what is recorded: %s", message);
      break;
    case SQLITE_FULL:
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, "The disk is full: nothing was written");
      break;
    default:
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The database failed: %s (%d)", message, result);
    }
}

/* SQLite would make the file readable for all that the umask allows; it holds names, addresses and money. */
static gboolean
make_file (const char *path, GError **error)
{
  int file = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (file < 0)
    {
      int problem = errno;

      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The database “%s” cannot be opened: %s", path,
                   g_strerror (problem));
      return FALSE;
    }
  /* Before SQLite opens it: closing any descriptor drops the process's POSIX locks on the file. */
  return g_close (file, error);
}

/* Appends zeros to the log. A frame of zeros is no valid frame, so to SQLite they are the tail of an older log.
 * When there is no room, commits are slower, nothing else: so a failure is no error. */
static void
grow_log (const char *path)
{
  static const guint8 zeros[64 * 1024];
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  int file = g_open (log_path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  off_t size;

  if (file < 0)
    return;

  size = lseek (file, 0, SEEK_END);
  while (size >= 0 && size < LOG_BYTES)
    {
      gsize n = MIN (sizeof zeros, (gsize)(LOG_BYTES - size));
      gssize written = write (file, zeros, n);

      if (written <= 0)
        break;
      size += written;
    }
  (void)fdatasync (file);
  (void)g_close (file, NULL);
}

static int
did_commit_to_log (void *data, sqlite3 *handle, const char *name, int pages)
{
  DsDb *self = data;

  self->log_pages = pages;
  if (pages >= CHECKPOINT_PAGES)
    ds_db_checkpoint (self, NULL);
  return SQLITE_OK;
}

/* What a log is cut to when it begins anew; below 0 it is left as long as it has become. */
static gboolean
limit_log (DsDb *self, gint64 bytes, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA journal_size_limit = %" G_GINT64_FORMAT, bytes);

  return ds_db_exec (self, sql, error);
}

static gboolean
set_rules (DsDb *self, const char *path, GError **error)
{
  int reserve = DS_CHECKED_VFS_RESERVE;

  /* Before anything is read or written: it is part of the form of a new file. */
  sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);

  /* EXCLUSIVE comes first: then the log's index stays in this process's memory and the lock is held for good. */
  if (!ds_db_exec (self,
                   "PRAGMA locking_mode = EXCLUSIVE;"
                   "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA foreign_keys = ON;"
                   "PRAGMA trusted_schema = OFF;"
                   "PRAGMA cell_size_check = ON;"
                   "PRAGMA temp_store = MEMORY;"
                   "PRAGMA cache_size = -16384;" /* KiB: a whole route, so that applying it spills nothing */
                   "BEGIN IMMEDIATE; COMMIT;",
                   error)
      || !limit_log (self, LOG_BYTES, error))
    return FALSE;

  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_wal_hook (self->handle, did_commit_to_log, self);
  /* Closing leaves the log where it is: ds_db_close() has copied it, unless the file is damaged and evidence. */
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  grow_log (path);
  return TRUE;
}

static void
finalize_query (gpointer query)
{
  sqlite3_finalize (query);
}

DsDb *
ds_db_open (const char *path, GError **error)
{
  g_autoptr (DsDb) self = g_new0 (DsDb, 1);
  g_autoptr (GError) problem = NULL;
  int result;

  g_return_val_if_fail (path != NULL, NULL);

  self->queries = g_hash_table_new_full (NULL, NULL, NULL, finalize_query);
  if (!make_file (path, error))
    return NULL;

  result = sqlite3_open_v2 (path, &self->handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                            ds_checked_vfs_get_name ());
  if (result != SQLITE_OK)
    {
      set_error (self, result, error);
      return NULL;
    }
  if (set_rules (self, path, &problem))
    return g_steal_pointer (&self);
  if (g_error_matches (problem, DS_ERROR, DS_ERROR_CONFLICT))
    g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                 "“%s” is already open elsewhere: the process that has it must end first", path);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

void
ds_db_close (DsDb *self)
{
  g_hash_table_unref (self->queries);
  /* What cannot be copied now stays in the log for the next time. */
  if (self->handle != NULL && !self->damaged)
    ds_db_checkpoint (self, NULL);
  /* With a limit, closing would cut the log to nothing, and the next start would have to grow it again. */
  if (self->handle != NULL)
    limit_log (self, -1, NULL);
  /* With every statement finalized, closing cannot be refused. */
  sqlite3_close (self->handle);
  g_free (self);
}

sqlite3 *
ds_db_get_handle (DsDb *self)
{
  return self->handle;
}

gboolean
ds_db_is_damaged (DsDb *self)
{
  return self->damaged;
}

gboolean
ds_db_was_full (DsDb *self)
{
  return self->full;
}

gboolean
ds_db_exec (DsDb *self, const char *sql, GError **error)
{
  int result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  if (result != SQLITE_OK)
    set_error (self, result, error);
  return result == SQLITE_OK;
}

DsQuery *
ds_db_prepare (DsDb *self, const char *sql, GError **error)
{
  DsQuery *query = g_hash_table_lookup (self->queries, sql);
  const char *tail = NULL;
  int result;

  /* Looked up by address, which is quicker by far than by text; the text tells whether it is the same constant. */
  if (query != NULL && strcmp (sqlite3_sql (query), sql) == 0)
    {
      sqlite3_reset (query);
      sqlite3_clear_bindings (query);
      return query;
    }

  result = sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &query, &tail);
  if (result != SQLITE_OK)
    {
      set_error (self, result, error);
      return NULL;
    }
  g_assert (query != NULL && *tail == '\0');
  g_hash_table_replace (self->queries, (gpointer)sql, query);
  return query;
}

/* Binding fails only for a parameter that the statement lacks (a mistake in the program), or without memory. */
static void
check_bound (int result)
{
  g_assert (result == SQLITE_OK);
}

void
ds_db_bind_int (DsQuery *query, int at, gint64 value)
{
  check_bound (sqlite3_bind_int64 (query, at, value));
}

void
ds_db_bind_text (DsQuery *query, int at, const char *value)
{
  check_bound (sqlite3_bind_text (query, at, value, -1, SQLITE_TRANSIENT));
}

void
ds_db_bind_blob (DsQuery *query, int at, const void *bytes, gsize n)
{
  check_bound (sqlite3_bind_blob64 (query, at, bytes, n, SQLITE_TRANSIENT));
}

gboolean
ds_db_step (DsDb *self, DsQuery *query, gboolean *row, GError **error)
{
  int result = sqlite3_step (query);

  if (result == SQLITE_ROW || result == SQLITE_DONE)
    {
      *row = result == SQLITE_ROW;
      return TRUE;
    }
  set_error (self, result, error);
  /* A statement left standing would keep the transaction from ending. */
  sqlite3_reset (query);
  return FALSE;
}

gboolean
ds_db_run (DsDb *self, DsQuery *query, GError **error)
{
  gboolean row = TRUE;

  while (row)
    {
      if (!ds_db_step (self, query, &row, error))
        return FALSE;
    }
  sqlite3_reset (query);
  return TRUE;
}

void
ds_db_reset (DsQuery *query)
{
  sqlite3_reset (query);
}

gint64
ds_db_column_int (DsQuery *query, int at)
{
  return sqlite3_column_int64 (query, at);
}

const char *
ds_db_column_text (DsQuery *query, int at)
{
  return (const char *)sqlite3_column_text (query, at);
}

static gboolean
run_sql (DsDb *self, const char *sql, GError **error)
{
  DsQuery *query = ds_db_prepare (self, sql, error);

  return query != NULL && ds_db_run (self, query, error);
}

gboolean
ds_db_begin (DsDb *self, GError **error)
{
  self->full = FALSE;
  return run_sql (self, "BEGIN IMMEDIATE", error);
}

gboolean
ds_db_commit (DsDb *self, GError **error)
{
  if (run_sql (self, "COMMIT", error))
    return TRUE;
  ds_db_rollback (self);
  return FALSE;
}

void
ds_db_rollback (DsDb *self)
{
  /* SQLite ends a transaction by itself after some errors; then there is nothing to roll back. */
  if (!sqlite3_get_autocommit (self->handle))
    run_sql (self, "ROLLBACK", NULL);
}

gint64
ds_db_get_log_pages (DsDb *self)
{
  return self->log_pages;
}

static gboolean
checkpoint (DsDb *self, int mode, GError **error)
{
  int result = sqlite3_wal_checkpoint_v2 (self->handle, NULL, mode, NULL, NULL);

  if (result != SQLITE_OK)
    {
      set_error (self, result, error);
      return FALSE;
    }
  self->log_pages = 0;
  return TRUE;
}

/* A log that was copied in full and lies on, as it does after closing, could harm if it rots: SQLite would take the
 * frames before the first bad one, and put old pages over newer ones. Without its header it counts for nothing. That
 * the next commit begins a new log with a new header is certain after a RESTART, so this needs no sync of its own. */
static void
retire_log (DsDb *self)
{
  static const guint8 zeros[32];
  sqlite3_file *log = NULL;

  if (sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
      && log != NULL && log->pMethods != NULL)
    log->pMethods->xWrite (log, zeros, sizeof zeros, 0);
}

gboolean
ds_db_checkpoint (DsDb *self, GError **error)
{
  if (!checkpoint (self, SQLITE_CHECKPOINT_RESTART, error))
    return FALSE;
  retire_log (self);
  return TRUE;
}

static gboolean
get_version (DsDb *self, gint64 *version, GError **error)
{
  DsQuery *query = ds_db_prepare (self, "PRAGMA user_version", error);
  gboolean row;

  if (query == NULL || !ds_db_step (self, query, &row, error))
    return FALSE;
  *version = row ? ds_db_column_int (query, 0) : 0;
  ds_db_reset (query);
  return TRUE;
}

void
ds_db_begin_log (DsDb *self)
{
  /* RESTART would leave an empty log's salts as they are. It is not grown here: were the cut undone by a power cut and the
   * zeros not, what is left of the old log could put old pages over newer ones. */
  checkpoint (self, SQLITE_CHECKPOINT_TRUNCATE, NULL);
}

/* Setting the version to what it is dirties a page; an UPDATE that changes nothing does not. */
gboolean
ds_db_renew_log (DsDb *self, GError **error)
{
  g_autofree char *commit = NULL;
  gint64 version;

  if (!checkpoint (self, SQLITE_CHECKPOINT_TRUNCATE, error) || !get_version (self, &version, error))
    return FALSE;
  commit = g_strdup_printf ("PRAGMA user_version = %" G_GINT64_FORMAT, version);
  return ds_db_exec (self, commit, error);
}

static gboolean
migrate_once (DsDb *self, const char *step, gint64 version, GError **error)
{
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %" G_GINT64_FORMAT, version);

  if (!ds_db_begin (self, error))
    return FALSE;
  if (!ds_db_exec (self, step, error) || !ds_db_exec (self, set_version, error))
    {
      ds_db_rollback (self);
      return FALSE;
    }
  return ds_db_commit (self, error);
}

gboolean
ds_db_migrate (DsDb *self, const char *const *steps, GError **error)
{
  gint64 n_steps = g_strv_length ((GStrv)steps);
  gint64 version;

  if (!get_version (self, &version, error))
    return FALSE;
  if (version > n_steps)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_READ_ONLY,
                   "The database has version %" G_GINT64_FORMAT "; this program knows %" G_GINT64_FORMAT
                   ". Update the program",
                   version, n_steps);
      /* What a newer program keeps must not be written by one that does not know it. */
      ds_db_exec (self, "PRAGMA query_only = ON", NULL);
      return FALSE;
    }

  for (; version < n_steps; version++)
    {
      if (!migrate_once (self, steps[version], version + 1, error))
        return FALSE;
    }
  return TRUE;
}
