/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot whose database an earlier version of the program left, and one that a later version has used. */
#include "config.h"

#include "ds-depot.h"
#include "ds-depot-sql.h"
#include "ds-error.h"
#include "ds-json.h"
#include "golden.h"

#include <string.h>

/* When the golden databases were in use. */
#define GOLDEN_MS G_GINT64_CONSTANT (1795382600000)

static char *
make_directory (const char *name)
{
  char *directory = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  return directory;
}

static DsDb *
open_database (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "depot.db", NULL);
  g_autoptr (GError) error = NULL;
  DsDb *db = ds_db_open (path, &error);

  g_assert_no_error (error);
  return db;
}

static DsDepot *
open_depot (const char *directory, GError **error)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (GOLDEN_MS);
  g_autoptr (DsRandom) random = ds_random_new_seeded (7);
  g_autoptr (GPtrArray) operators = g_ptr_array_new ();

  return ds_depot_new (directory, NULL, operators, DS_CLOCK (clock), random, error);
}

static void
close_depot (DsDepot *depot)
{
  ds_depot_close (depot);
  g_object_unref (depot);
}

static char *
dump_schema (const char *directory)
{
  g_autoptr (DsDb) db = open_database (directory);

  return golden_dump_schema (db, NULL);
}

static char *
make_golden (guint version)
{
  g_autofree char *name = g_strdup_printf ("golden-%u", version);
  char *directory = make_directory (name);
  g_autofree char *path = g_build_filename (directory, "depot.db", NULL);
  g_autofree char *key_path = g_build_filename (directory, "depot-key.pem", NULL);
  g_autofree char *key = golden_read (version, "depot-key.pem");

  golden_make (version, "depot.sql", path);
  g_assert_true (g_file_set_contents (key_path, key, -1, NULL));
  return directory;
}

static void
test_golden (void)
{
  g_autofree char *fresh_directory = make_directory ("fresh");
  g_autofree char *fresh = NULL;
  g_autoptr (GError) error = NULL;
  DsDepot *depot = open_depot (fresh_directory, &error);

  g_assert_no_error (error);
  close_depot (depot);
  fresh = dump_schema (fresh_directory);

  for (guint version = 1; version <= GOLDEN_VERSION; version++)
    {
      g_autofree char *directory = make_golden (version);
      g_autofree char *schema = NULL;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autoptr (GPtrArray) queries = NULL;
      g_autoptr (DsDb) db = open_database (directory);
      g_autoptr (json_t) books = NULL;

      queries = golden_list_queries (db);
      before = golden_dump_rows (db, queries);
      ds_db_migrate (db, ds_depot_schema, &error);
      g_assert_no_error (error);
      after = golden_dump_rows (db, queries);
      g_assert_cmpstr (after, ==, before);
      g_clear_pointer (&db, ds_db_close);

      depot = open_depot (directory, &error);
      g_assert_no_error (error);
      books = ds_depot_books_to_json (depot, &error);
      g_assert_no_error (error);
      g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
      g_assert_cmpuint (json_object_size (json_object_get (books, "accounts")), >=, 3);
      close_depot (depot);
      schema = dump_schema (directory);
      g_assert_cmpstr (schema, ==, fresh);
    }
}

/* It says so, and leaves every byte of the books alone. */
static void
test_newer (void)
{
  g_autofree char *directory = make_directory ("newer");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GPtrArray) queries = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = NULL;
  DsDepot *depot = open_depot (directory, &error);

  g_assert_no_error (error);
  close_depot (depot);
  db = open_database (directory);
  ds_db_exec (db, "PRAGMA user_version = 99", &error);
  g_assert_no_error (error);
  queries = golden_list_queries (db);
  before = golden_dump_rows (db, queries);
  g_clear_pointer (&db, ds_db_close);

  g_assert_null (open_depot (directory, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, "Update the program"));

  db = open_database (directory);
  after = golden_dump_rows (db, queries);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (golden_get_version (db), ==, 99);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/depot/migrate/golden", test_golden);
  g_test_add_func ("/depot/migrate/newer", test_newer);
  return g_test_run ();
}
