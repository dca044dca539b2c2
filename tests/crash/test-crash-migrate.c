/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Databases of every released schema, whose migration is cut at each of its writes and syncs: afterwards there is the
 * old schema or a newer one, whole, and nothing in between; and every row is what it was. */
#include "config.h"

#include "crash-disk.h"
#include "golden.h"

#include "ds-depot-sql.h"
#include "ds-ledger.h"

#include <string.h>

/* What chance makes of unsynced sectors, so many times for each operation. */
#define RESTARTS 3

/* The depot's books prepare their own tables. */
#define OUTSIDE "posting booking"

typedef struct
{
  const char *name;
  const char *file;
  const char *const *steps;
} Database;

static const Database databases[] = {
  { "handheld", "handheld.sql", ds_ledger_schema },
  { "depot", "depot.sql", ds_depot_schema },
};

static DsDb *
open_database (const char *path)
{
  g_autoptr (GError) error = NULL;
  DsDb *db = ds_db_open (path, &error);

  g_assert_no_error (error);
  return db;
}

/* Returns: (transfer full): the schema after the first @version steps. */
static char *
make_schema (const Database *database, const char *path, gint64 version)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = NULL;

  crash_disk_format ();
  for (gint64 i = 0; i < version; i++)
    g_ptr_array_add (steps, (gpointer)database->steps[i]);
  g_ptr_array_add (steps, NULL);
  db = open_database (path);
  ds_db_migrate (db, (const char *const *)steps->pdata, &error);
  g_assert_no_error (error);
  return golden_dump_schema (db, OUTSIDE);
}

/* Migrates what is on the disk, and records how. Returns: (transfer full): what was done. */
static CrashHistory *
migrate (const Database *database, const char *path, guint *n_operations)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = NULL;

  crash_disk_record ();
  db = open_database (path);
  ds_db_migrate (db, database->steps, &error);
  g_assert_no_error (error);
  *n_operations = crash_disk_get_n_operations ();
  crash_disk_power_off ();
  return crash_disk_take_history ();
}

/* Opens what a cut left. Returns: the version that it has. */
static gint64
look (const Database *database, const char *path, GPtrArray *schemas, GPtrArray *queries, const char *before)
{
  g_autoptr (DsDb) db = open_database (path);
  g_autoptr (GError) error = NULL;
  g_autofree char *schema = NULL;
  g_autofree char *after = NULL;
  gint64 reached = golden_get_version (db);

  g_assert_cmpint (reached, <, schemas->len);
  schema = golden_dump_schema (db, OUTSIDE);
  g_assert_cmpstr (schema, ==, g_ptr_array_index (schemas, reached));
  ds_db_migrate (db, database->steps, &error);
  g_assert_no_error (error);
  g_free (schema);
  schema = golden_dump_schema (db, OUTSIDE);
  g_assert_cmpstr (schema, ==, g_ptr_array_index (schemas, schemas->len - 1));
  after = golden_dump_rows (db, queries);
  g_assert_cmpstr (after, ==, before);
  crash_disk_power_off ();
  return reached;
}

/* Returns: the number of cuts. */
static guint
cut_everywhere (const Database *database, const char *path, guint version, DsRandom *random)
{
  guint n_steps = g_strv_length ((GStrv)database->steps);
  g_autoptr (GPtrArray) schemas = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) queries = NULL;
  g_autoptr (CrashHistory) history = NULL;
  g_autofree char *before = NULL;
  DsDb *db;
  guint n_operations;

  for (guint i = 0; i <= n_steps; i++)
    g_ptr_array_add (schemas, make_schema (database, path, i));

  crash_disk_format ();
  golden_make (version, database->file, path);
  db = open_database (path);
  queries = golden_list_queries (db);
  before = golden_dump_rows (db, queries);
  ds_db_close (db);
  history = migrate (database, path, &n_operations);
  for (guint n = 0; n <= n_operations; n++)
    {
      for (guint i = 0; i < RESTARTS; i++)
        {
          gint64 reached;

          crash_history_cut (history, n, random);
          reached = look (database, path, schemas, queries, before);
          g_assert_cmpint (reached, >=, version);
          if (n == n_operations)
            g_assert_cmpint (reached, ==, n_steps);
        }
    }
  return RESTARTS * (n_operations + 1);
}

static void
test_cut (gconstpointer data)
{
  const Database *database = data;
  guint32 seed = (guint32)g_test_rand_int ();
  g_autoptr (DsRandom) random = ds_random_new_seeded (seed);
  g_autofree char *path = g_build_filename (CRASH_DISK_ROOT, database->name, NULL);
  guint cases = 0;

  for (guint version = 1; version <= GOLDEN_VERSION; version++)
    cases += cut_everywhere (database, path, version, random);
  g_print ("# campaign: migrate-%s, %u cases, 0 violations (seed %u)\n", database->name, cases, seed);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  crash_disk_install ();
  for (gsize i = 0; i < G_N_ELEMENTS (databases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/crash/migrate/%s", databases[i].name);

      g_test_add_data_func (path, &databases[i], test_cut);
    }
  return g_test_run ();
}
