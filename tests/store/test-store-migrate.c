/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld that was last used with an earlier version of Doorstep, and one that was used with a later one. */
#include "config.h"

#include "golden.h"
#include "store-fixture.h"

#include "ds-ledger.h"

#include <string.h>

/* Puts the handheld of golden folder @version in the fixture's place. */
static void
put_golden (StoreFixture *fixture, guint version)
{
  const char *const files[] = { "device-key.pem", "anchor" };
  g_autofree char *directory = g_strdup_printf ("%s-golden-%u", fixture->directory, version);
  g_autofree char *path = g_build_filename (directory, "doorstep.db", NULL);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  golden_make (version, "handheld.sql", path);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *text = golden_read (version, files[i]);
      g_autofree char *to = g_build_filename (directory, files[i], NULL);

      g_assert_true (g_file_set_contents (to, text, -1, NULL));
    }
  fixture_close (fixture);
  g_free (fixture->directory);
  fixture->directory = g_steal_pointer (&directory);
}

static DsDb *
open_database (StoreFixture *fixture)
{
  g_autofree char *path = fixture_path (fixture, "doorstep.db");
  g_autoptr (GError) error = NULL;
  DsDb *db = ds_db_open (path, &error);

  g_assert_no_error (error);
  return db;
}

static char *
dump_schema (StoreFixture *fixture)
{
  g_autoptr (DsDb) db = open_database (fixture);

  return golden_dump_schema (db, NULL);
}

/* Every golden database: opened it is as a new one in its form, its rows are what they were, its journal holds, its
 * projections are those of the two logs, and it can be worked with. */
static void
test_golden (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *fresh = NULL;

  fixture_close (fixture);
  fresh = dump_schema (fixture);
  g_assert_true (fixture_open (fixture, NULL));

  for (guint version = 1; version <= GOLDEN_VERSION; version++)
    {
      g_autoptr (DsDb) db = NULL;
      g_autoptr (GPtrArray) queries = NULL;
      g_autoptr (GPtrArray) problems = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autofree char *schema = NULL;

      put_golden (fixture, version);
      db = open_database (fixture);
      queries = golden_list_queries (db);
      before = golden_dump_rows (db, queries);
      g_clear_pointer (&db, ds_db_close);

      fixture_open (fixture, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (ds_store_get_health_text (fixture->store), ==, NULL);
      g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
      problems = fixture_load_problems (fixture);
      g_assert_cmpuint (problems->len, >=, 2);
      fixture_assert_rebuildable (fixture);

      fixture_close (fixture);
      schema = dump_schema (fixture);
      g_assert_cmpstr (schema, ==, fresh);
      db = open_database (fixture);
      after = golden_dump_rows (db, queries);
      g_assert_cmpstr (after, ==, before);
      g_clear_pointer (&db, ds_db_close);

      g_assert_true (fixture_open (fixture, NULL));
      fixture_open_shift (fixture, 1000);
      g_assert_cmpint (ds_store_get_n_unsent (fixture->store), >=, 1);
    }
}

/* The next version of Doorstep has been here: it added a table and a column, and raised the version. */
static void
test_newer (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsDb) db = NULL;
  g_autoptr (GPtrArray) queries = NULL;
  g_autoptr (GPtrArray) stops = NULL;
  g_autoptr (DsOutbox) outbox = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_open_shift (fixture, 0);
  g_free (fixture_take_cash (fixture, "S1", 300, 300));
  fixture_close (fixture);
  db = open_database (fixture);
  ds_db_exec (db,
              "CREATE TABLE tomorrow (a TEXT); ALTER TABLE payments ADD COLUMN tomorrow TEXT;"
              "PRAGMA user_version = 99",
              &error);
  g_assert_no_error (error);
  queries = golden_list_queries (db);
  before = golden_dump_rows (db, queries);
  g_clear_pointer (&db, ds_db_close);

  fixture_open (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_READ_ONLY);
  /* It is read, exported and sent … */
  stops = fixture_load_stops (fixture);
  g_assert_cmpuint (stops->len, ==, 1);
  lines = fixture_export (fixture);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  outbox = fixture_load_outbox (fixture, 10, 100000);
  g_assert_cmpint (outbox->last_seq, ==, 3);
  {
    g_autofree char *acknowledgement = fixture_acknowledgement (fixture, 3, NULL);

    /* … and what the depot has taken is not sent for ever, though it cannot be written down here. */
    g_assert_true (fixture_acknowledge (fixture, acknowledgement, NULL, &error));
    g_assert_no_error (error);
    g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 0);
  }
  /* … and not written. */
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x"),
                          DS_ERROR_READ_ONLY);
  {
    g_autofree char *line = fixture_stop_item (fixture, "S2", 2, 900);

    g_assert_cmpint (fixture_try_feed (fixture, line, &error), ==, -1);
    g_assert_error (error, DS_ERROR, DS_ERROR_READ_ONLY);
  }
  ds_store_set_forked (fixture->store, "elsewhere");
  g_ptr_array_unref (fixture_load_stops (fixture));
  fixture_close (fixture);

  db = open_database (fixture);
  after = golden_dump_rows (db, queries);
  g_assert_cmpstr (after, ==, before);
  g_clear_pointer (&db, ds_db_close);
  g_assert_true (fixture_open (fixture, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/store/migrate/golden", StoreFixture, NULL, fixture_set_up, test_golden, fixture_tear_down);
  g_test_add ("/store/migrate/newer", StoreFixture, "enrolled", fixture_set_up, test_newer,
              fixture_tear_down);
  return g_test_run ();
}
