/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-db.h"

#include "ds-error.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("doorstep-db-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "test.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *const endings[] = { "", "-wal" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat (fixture->path, endings[i], NULL);

      g_unlink (path);
    }
  /* Nothing else may have been left, above all no -shm: it would mean that the lock is not exclusive. */
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static DsDb *
open_db (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  DsDb *db = ds_db_open (fixture->path, &error);

  g_assert_no_error (error);
  return db;
}

static void
exec_sql (DsDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;

  ds_db_exec (db, sql, &error);
  g_assert_no_error (error);
}

static gint64
get_int (DsDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  DsQuery *query = ds_db_prepare (db, sql, &error);
  gboolean row = FALSE;
  gint64 value;

  g_assert_no_error (error);
  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_true (row);
  value = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return value;
}

static void
test_rules (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsDb) db = open_db (fixture);
  g_autoptr (GError) error = NULL;
  DsQuery *query = ds_db_prepare (db, "PRAGMA journal_mode", &error);
  gboolean row;
  GStatBuf about;

  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_cmpstr (ds_db_column_text (query, 0), ==, "wal");
  ds_db_reset (query);
  query = ds_db_prepare (db, "PRAGMA locking_mode", &error);
  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_cmpstr (ds_db_column_text (query, 0), ==, "exclusive");
  ds_db_reset (query);
  g_assert_cmpint (get_int (db, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (get_int (db, "PRAGMA foreign_keys"), ==, 1);

  g_assert_cmpint (g_stat (fixture->path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);

  exec_sql (db, "CREATE TABLE parents (id INTEGER PRIMARY KEY);"
                "CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents (id));");
  g_assert_false (ds_db_exec (db, "INSERT INTO children VALUES (1)", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
}

static void
test_second_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsDb) db = open_db (fixture);
  g_autoptr (GError) error = NULL;
  pid_t child;
  int status;

  g_assert_null (ds_db_open (fixture->path, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);

  /* Locks behave otherwise between processes than within one. */
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (GError) refusal = NULL;
      DsDb *second = ds_db_open (fixture->path, &refusal);

      _exit (second == NULL && g_error_matches (refusal, DS_ERROR, DS_ERROR_CONFLICT) ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);

  exec_sql (db, "CREATE TABLE still_usable (a)");
}

static void
test_migrate (Fixture *fixture, gconstpointer data)
{
  const char *const first[] = { "CREATE TABLE a (x INTEGER)", NULL };
  const char *const second[]
      = { first[0], "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 7; INSERT INTO a (x) VALUES (1)", NULL };
  const char *const broken[] = { second[0], second[1], "CREATE TABLE b (x); NONSENSE", NULL };
  g_autoptr (GError) error = NULL;
  DsDb *db = open_db (fixture);

  g_assert_true (ds_db_migrate (db, first, &error));
  g_assert_true (ds_db_migrate (db, second, &error));
  g_assert_true (ds_db_migrate (db, second, &error));
  g_assert_cmpint (get_int (db, "SELECT y FROM a"), ==, 7);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM a"), ==, 1);

  /* A step that fails leaves nothing of itself. */
  g_assert_false (ds_db_migrate (db, broken, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_cmpint (get_int (db, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), ==, 0);

  g_assert_false (ds_db_migrate (db, first, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_READ_ONLY);
  ds_db_close (db);
}

static void
test_queries (Fixture *fixture, gconstpointer data)
{
  static const char insert[] = "INSERT INTO a VALUES (?1, ?2, ?3)";
  g_autoptr (DsDb) db = open_db (fixture);
  g_autoptr (GError) error = NULL;
  DsQuery *query;
  gboolean row;

  exec_sql (db, "CREATE TABLE a (i INTEGER PRIMARY KEY, t TEXT, b BLOB)");
  query = ds_db_prepare (db, insert, &error);
  ds_db_bind_int (query, 1, G_MAXINT64);
  ds_db_bind_text (query, 2, "门");
  ds_db_bind_blob (query, 3, "\0\1", 2);
  g_assert_true (ds_db_run (db, query, &error));

  /* The same statement again, without what was bound before. */
  g_assert_true (ds_db_prepare (db, insert, &error) == query);
  ds_db_bind_int (query, 1, 2);
  g_assert_true (ds_db_run (db, query, &error));

  query = ds_db_prepare (db, "SELECT i, t, length(b) FROM a ORDER BY i DESC", &error);
  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_true (row);
  g_assert_cmpint (ds_db_column_int (query, 0), ==, G_MAXINT64);
  g_assert_cmpstr (ds_db_column_text (query, 1), ==, "门");
  g_assert_cmpint (ds_db_column_int (query, 2), ==, 2);
  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_null (ds_db_column_text (query, 1));
  g_assert_true (ds_db_step (db, query, &row, &error));
  g_assert_false (row);
  ds_db_reset (query);

  g_assert_null (ds_db_prepare (db, "SELECT nothing FROM nowhere", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
}

static void
test_transaction (Fixture *fixture, gconstpointer data)
{
  DsDb *db = open_db (fixture);
  g_autoptr (GError) error = NULL;

  exec_sql (db, "CREATE TABLE a (i INTEGER PRIMARY KEY)");
  g_assert_true (ds_db_begin (db, &error));
  exec_sql (db, "INSERT INTO a VALUES (1)");
  g_assert_true (ds_db_commit (db, &error));

  g_assert_true (ds_db_begin (db, &error));
  exec_sql (db, "INSERT INTO a VALUES (2)");
  g_assert_false (ds_db_exec (db, "INSERT INTO a VALUES (1)", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  ds_db_rollback (db);
  ds_db_rollback (db);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM a"), ==, 1);

  ds_db_close (db);
  db = open_db (fixture);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM a"), ==, 1);
  ds_db_close (db);
}

/* A commit that cannot be completed leaves nothing open: deferred constraints are checked by COMMIT itself. */
static void
test_failed_commit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsDb) db = open_db (fixture);
  g_autoptr (GError) error = NULL;

  exec_sql (db, "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                "CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
  g_assert_true (ds_db_begin (db, &error));
  exec_sql (db, "INSERT INTO c VALUES (1)");
  g_assert_false (ds_db_commit (db, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM c"), ==, 0);
  g_assert_true (ds_db_begin (db, &error));
  g_assert_true (ds_db_commit (db, &error));
}

static void
test_no_database (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (fixture->directory, "missing", "test.db", NULL);

  g_assert_null (ds_db_open (nowhere, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (fixture->path,
                                      "This is no database but long enough to look like one, "
                                      "since SQLite reads the first hundred bytes of it.",
                                      -1, NULL));
  g_assert_null (ds_db_open (fixture->path, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
}

static void
fill (DsDb *db, guint n)
{
  g_autoptr (GError) error = NULL;

  exec_sql (db, "CREATE TABLE amounts (id INTEGER PRIMARY KEY, fen INTEGER NOT NULL)");
  g_assert_true (ds_db_begin (db, &error));
  for (guint i = 1; i <= n; i++)
    {
      DsQuery *query = ds_db_prepare (db, "INSERT INTO amounts VALUES (?1, ?2)", &error);

      ds_db_bind_int (query, 1, i);
      ds_db_bind_int (query, 2, 1000 + i);
      g_assert_true (ds_db_run (db, query, &error));
    }
  g_assert_true (ds_db_commit (db, &error));
}

/* Returns: whether every row could be read; then they must be right. */
static gboolean
read_amounts (Fixture *fixture, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = ds_db_open (fixture->path, &error);
  DsQuery *query = db ? ds_db_prepare (db, "SELECT id, fen FROM amounts ORDER BY id", &error) : NULL;
  gboolean row = TRUE;
  guint read = 0;

  while (query != NULL && ds_db_step (db, query, &row, &error) && row)
    {
      read++;
      g_assert_cmpint (ds_db_column_int (query, 0), ==, read);
      g_assert_cmpint (ds_db_column_int (query, 1), ==, 1000 + read);
    }
  if (error == NULL)
    {
      g_assert_cmpuint (read, ==, n);
      return TRUE;
    }
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_assert_true (db == NULL || ds_db_is_damaged (db));
  return FALSE;
}

/* Any flipped bit of a page that is read makes an error, never another amount. */
static void
test_flipped_bits (Fixture *fixture, gconstpointer data)
{
  const guint n = 2000;
  DsDb *db = open_db (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;
  guint seen = 0;

  fill (db, n);
  g_assert_true (ds_db_checkpoint (db, &error));
  ds_db_close (db);
  g_file_get_contents (fixture->path, &bytes, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size % 4096, ==, 0);

  for (guint i = 0; i < 300; i++)
    {
      guint32 at = (guint32)g_test_rand_int_range (0, (gint32)size);
      char bit = (char)(1 << g_test_rand_int_range (0, 8));

      bytes[at] ^= bit;
      g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize)size, &error));
      seen += !read_amounts (fixture, n);
      bytes[at] ^= bit;
    }
  /* These rows fill every page, so every flip was met. */
  g_assert_cmpuint (seen, ==, 300);
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize)size, &error));
  g_assert_true (read_amounts (fixture, n));
}

/* A page in another page's place has a good checksum, but not for that place. */
static void
test_misplaced_page (Fixture *fixture, gconstpointer data)
{
  DsDb *db = open_db (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  fill (db, 2000);
  g_assert_true (ds_db_checkpoint (db, &error));
  ds_db_close (db);
  g_file_get_contents (fixture->path, &bytes, &size, &error);
  memcpy (bytes + 3 * 4096, bytes + 4 * 4096, 4096);
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize)size, &error));
  g_assert_false (read_amounts (fixture, 2000));
}

/* The log is grown once, reused after a checkpoint, and kept when the database is closed. What many commits without an
 * idle moment made of it is cut off when it is next begun anew. */
static void
test_log (Fixture *fixture, gconstpointer data)
{
  DsDb *db = open_db (fixture);
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf before, after;

  g_assert_cmpint (g_stat (log, &before), ==, 0);
  g_assert_cmpint (before.st_size, >=, 4 * 1024 * 1024);
  fill (db, 5000);
  g_assert_cmpint (ds_db_get_log_pages (db), >, 10);
  g_assert_true (ds_db_checkpoint (db, &error));
  g_assert_cmpint (ds_db_get_log_pages (db), ==, 0);
  exec_sql (db, "DELETE FROM amounts WHERE id = 1");
  g_assert_cmpint (ds_db_get_log_pages (db), <, 10);

  while (ds_db_get_log_pages (db) < 2000)
    exec_sql (db, "UPDATE amounts SET fen = fen + 1");
  g_assert_cmpint (g_stat (log, &after), ==, 0);
  g_assert_cmpint (after.st_size, >, before.st_size);
  g_assert_true (ds_db_checkpoint (db, &error));
  exec_sql (db, "DELETE FROM amounts WHERE id = 2");
  ds_db_close (db);
  g_assert_cmpint (g_stat (log, &after), ==, 0);
  g_assert_cmpint (after.st_size, ==, before.st_size);
  db = open_db (fixture);
  g_assert_cmpint (get_int (db, "SELECT count(*) FROM amounts"), ==, 4998);
  ds_db_close (db);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/db/rules", Fixture, NULL, set_up, test_rules, tear_down);
  g_test_add ("/db/second-is-refused", Fixture, NULL, set_up, test_second_is_refused, tear_down);
  g_test_add ("/db/migrate", Fixture, NULL, set_up, test_migrate, tear_down);
  g_test_add ("/db/queries", Fixture, NULL, set_up, test_queries, tear_down);
  g_test_add ("/db/transaction", Fixture, NULL, set_up, test_transaction, tear_down);
  g_test_add ("/db/failed-commit", Fixture, NULL, set_up, test_failed_commit, tear_down);
  g_test_add ("/db/no-database", Fixture, NULL, set_up, test_no_database, tear_down);
  g_test_add ("/db/flipped-bits", Fixture, NULL, set_up, test_flipped_bits, tear_down);
  g_test_add ("/db/misplaced-page", Fixture, NULL, set_up, test_misplaced_page, tear_down);
  g_test_add ("/db/log", Fixture, NULL, set_up, test_log, tear_down);
  return g_test_run ();
}
