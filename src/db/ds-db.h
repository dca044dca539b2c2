/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite with our rules: one connection, WAL, synchronous FULL, exclusive locking, foreign keys, errors as GError.
 *
 * A DsDb is used by one thread at a time; who that is, its owner says. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _DsDb DsDb;
typedef sqlite3_stmt DsQuery;

/**
 * ds_db_open:
 * @path: the database file; made with mode 0600 when missing
 * @error: %DS_ERROR_CONFLICT when another process holds it, %DS_ERROR_STORAGE otherwise
 *
 * Returns: (transfer full) (nullable): the open database
 */
DsDb *ds_db_open (const char *path, GError **error);
void ds_db_close (DsDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDb, ds_db_close)

/* Returns: (transfer none): the bare handle, for what has no wrapper. */
sqlite3 *ds_db_get_handle (DsDb *self);

/* Whether the file was found damaged: SQLite said so of its structure, or could not read it. It stays so. */
gboolean ds_db_is_damaged (DsDb *self);

/* Whether the last failure since ds_db_begin() was only a lack of room: then nothing of the transaction is in the file, for certain. */
gboolean ds_db_was_full (DsDb *self);

/* Runs SQL without parameters or results, also several statements. */
gboolean ds_db_exec (DsDb *self, const char *sql, GError **error);

/**
 * ds_db_prepare:
 * @sql: one statement, a string constant: it is prepared once and kept for the life of the connection
 *
 * Returns: (transfer none) (nullable): the statement, reset and without bindings
 */
DsQuery *ds_db_prepare (DsDb *self, const char *sql, GError **error);

/* Bind parameters, counted from 1. Texts are copied. */
void ds_db_bind_int (DsQuery *query, int at, gint64 value);
void ds_db_bind_text (DsQuery *query, int at, const char *value); /* NULL binds NULL */
void ds_db_bind_blob (DsQuery *query, int at, const void *bytes, gsize n);

/* Steps once. Returns: %TRUE with @row telling whether there is a row; %FALSE on error. */
gboolean ds_db_step (DsDb *self, DsQuery *query, gboolean *row, GError **error);
/* For statements without rows: steps to the end and resets. */
gboolean ds_db_run (DsDb *self, DsQuery *query, GError **error);
void ds_db_reset (DsQuery *query);

gint64 ds_db_column_int (DsQuery *query, int at);
const char *ds_db_column_text (DsQuery *query, int at); /* (nullable), valid until the next step */

/* BEGIN IMMEDIATE … COMMIT. A failed commit is rolled back; whether it took hold must be read back. */
gboolean ds_db_begin (DsDb *self, GError **error);
gboolean ds_db_commit (DsDb *self, GError **error);
void ds_db_rollback (DsDb *self);

/* Pages that were committed to the log since it was last copied into the database. */
gint64 ds_db_get_log_pages (DsDb *self);

/**
 * ds_db_checkpoint:
 *
 * Copies the log into the database and syncs it. A commit does so when the log has grown long; whoever knows an idle
 * moment can spare it that work.
 */
gboolean ds_db_checkpoint (DsDb *self, GError **error);

/**
 * ds_db_begin_log:
 *
 * Copies the log and begins another one, which no piece of the old one can be mistaken for. Of a commit that a power cut
 * broke off, some frames may lie behind the last good one; SQLite goes on with the same salts, so that a later commit that
 * begins with the same bytes, and is broken off as well, would complete it: what nobody was told of would be there after
 * all. For whoever opens after a run that did not come to its end. That it fails, on a full disk, changes nothing.
 */
void ds_db_begin_log (DsDb *self);

/**
 * ds_db_renew_log:
 *
 * Makes durable what is read now, after an error of the disk. A sync that failed may have left the kernel showing
 * what was never written, and no later sync of the same bytes writes them: so they are copied from the log into the
 * database, and a new log is begun and synced, which the lost one cannot be mistaken for.
 */
gboolean ds_db_renew_log (DsDb *self, GError **error);

/**
 * ds_db_migrate:
 * @steps: (array zero-terminated=1): SQL scripts; the n-th leads from user_version n−1 to n
 *
 * Brings the schema up to date, each step with its new user_version in one transaction.
 * %DS_ERROR_READ_ONLY when the file is newer than the last step; nothing can be written through @self from then on.
 */
gboolean ds_db_migrate (DsDb *self, const char *const *steps, GError **error);

G_END_DECLS
