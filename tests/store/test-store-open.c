/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening: what is kept, and what is found out about a directory that is not as it was left. */
#include "config.h"

#include "store-fixture.h"

#include "ds-db.h"
#include "ds-entry.h"

#include <glib/gstdio.h>
#include <string.h>

static void
set_up_used (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_open_shift (fixture, 0);
  g_free (fixture_take_cash (fixture, "S1", 300, 300));
}

static void
test_first_use (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *key_path = fixture_path (fixture, "device-key.pem");
  g_autofree char *public_key = NULL;
  g_autofree char *public_key_again = NULL;
  const DsIdentity *identity;
  GStatBuf about;

  g_assert_null (ds_store_get_identity (fixture->store));
  g_assert_null (ds_store_get_device_key (fixture->store));
  g_assert_null (ds_store_get_shift (fixture->store));
  g_assert_null (ds_store_get_settings (fixture->store));
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 0);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);

  fixture_enrol (fixture);
  public_key = ds_key_get_public_hex (ds_store_get_device_key (fixture->store));
  g_assert_cmpint (g_stat (key_path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);

  fixture_reopen (fixture);
  identity = ds_store_get_identity (fixture->store);
  g_assert_cmpstr (identity->device_id, ==, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  g_assert_cmpstr (identity->courier_name, ==, "王磊");
  g_assert_cmpmem (ds_key_get_public (identity->depot_key), DS_SM2_PUBLIC_SIZE,
                   ds_key_get_public (fixture->depot_key), DS_SM2_PUBLIC_SIZE);
  public_key_again = ds_key_get_public_hex (ds_store_get_device_key (fixture->store));
  g_assert_cmpstr (public_key_again, ==, public_key);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 1);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

static void
test_second_is_refused (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DsStore *first = g_steal_pointer (&fixture->store);

  g_assert_false (fixture_open (fixture, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  fixture_close (fixture);

  fixture->store = first;
  g_free (fixture_take_cash (fixture, "S1", 100, 100));
}

static void
test_kept (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsStop) stop = NULL;

  fixture_feed (fixture, fixture_item (fixture, "settings", fixture_settings ()));
  fixture_reopen (fixture);
  g_assert_cmpstr (ds_store_get_settings (fixture->store)->payee_id, ==, "M100");
  g_assert_cmpint (ds_store_get_feed_cursor (fixture->store), ==, 2);
  g_assert_cmpstr (ds_store_get_shift (fixture->store)->id, ==, fixture->shift);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 3);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpuint (stop->payments->len, ==, 1);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

/* Copies the database as it is now, log and all, and puts it back later. */
static void
save_database (StoreFixture *fixture, gboolean back)
{
  const char *const names[] = { "doorstep.db", "doorstep.db-wal" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fixture_path (fixture, names[i]);
      g_autofree char *copy = g_strconcat (path, ".old", NULL);

      fixture_copy_file (back ? copy : path, back ? path : copy);
    }
}

static void
open_and_expect (StoreFixture *fixture, DsStoreHealth health)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_open (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, health);
  g_assert_nonnull (ds_store_get_health_text (fixture->store));
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x"),
                          health == DS_STORE_READ_ONLY ? DS_ERROR_READ_ONLY : DS_ERROR_FROZEN);
}

/* An old copy put back: its chain is good, but the anchor knows of more. */
static void
test_old_copy (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsStop) stop = NULL;

  fixture_close (fixture);
  save_database (fixture, FALSE);
  fixture_open (fixture, NULL);
  g_free (fixture_take_cash (fixture, "S1", 100, 100));
  fixture_close (fixture);
  save_database (fixture, TRUE);

  open_and_expect (fixture, DS_STORE_BEHIND);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpuint (stop->payments->len, ==, 1);
}

/* The same with the anchor put back too: only the depot knows. */
static void
test_old_copy_with_anchor (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *anchor = fixture_path (fixture, "anchor");
  g_autofree char *old_anchor = g_strconcat (anchor, ".old", NULL);
  g_autofree char *acknowledgement = NULL;
  g_autoptr (GError) error = NULL;

  fixture_close (fixture);
  save_database (fixture, FALSE);
  fixture_copy_file (anchor, old_anchor);
  fixture_open (fixture, NULL);
  g_free (fixture_take_cash (fixture, "S1", 100, 100));
  acknowledgement = fixture_acknowledgement (fixture, 4, NULL);
  fixture_close (fixture);
  save_database (fixture, TRUE);
  fixture_copy_file (old_anchor, anchor);

  fixture_open (fixture, NULL);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  g_assert_false (fixture_acknowledge (fixture, acknowledgement, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_BEHIND);
  fixture_close (fixture);
  open_and_expect (fixture, DS_STORE_BEHIND);
}

/* Runs SQL on the closed store's database, as somebody with a database tool would. */
static void
change_database (StoreFixture *fixture, const char *sql)
{
  g_autofree char *path = fixture_path (fixture, "doorstep.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = NULL;

  fixture_close (fixture);
  db = ds_db_open (path, &error);
  g_assert_no_error (error);
  ds_db_exec (db, sql, &error);
  g_assert_no_error (error);
}

static void
test_lost_tail (StoreFixture *fixture, gconstpointer data)
{
  change_database (fixture, "DELETE FROM journal WHERE seq = 3");
  open_and_expect (fixture, DS_STORE_BEHIND);
}

static void
test_changed_line (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsOutbox) outbox = NULL;

  change_database (fixture,
                   "UPDATE journal SET line = (SELECT line FROM journal WHERE seq = 1) WHERE seq = 2");
  open_and_expect (fixture, DS_STORE_DAMAGED);
  /* What is intact is still sent. */
  outbox = fixture_load_outbox (fixture, 100, 100000);
  g_assert_cmpint (outbox->first_seq, ==, 1);
  g_assert_cmpint (outbox->last_seq, ==, 1);
}

/* Puts another third line, signed with @key, in the place of the true one. */
static void
open_with_third_line (StoreFixture *fixture, DsKey *key, const char *prev, const char *wanted)
{
  g_autofree char *id = fixture_new_id (fixture);
  g_autoptr (json_t) note = json_pack ("{s:s, s:s}", "stop", "S1", "text", "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEntry) entry = ds_entry_sign (key, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 3, prev, id,
                                             DS_CLOCK (fixture->clock), "note.added", note, &error);
  g_autofree char *sql = NULL;

  g_assert_no_error (error);
  sql = g_strdup_printf ("UPDATE journal SET line = '%s' WHERE seq = 3", entry->line);
  change_database (fixture, sql);
  open_and_expect (fixture, DS_STORE_DAMAGED);
  g_assert_nonnull (strstr (ds_store_get_health_text (fixture->store), wanted));
}

/* The right number and a good signature, but it follows another line than the one before it. */
static void
test_unchained_line (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) key = ds_key_ref (ds_store_get_device_key (fixture->store));
  g_autofree char *other = g_strnfill (64, 'a');

  open_with_third_line (fixture, key, other, "does not follow");
}

/* It follows, but this device did not sign it. */
static void
test_unsigned_line (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autofree char *prev = ds_sm3_hex (lines[1], strlen (lines[1]));

  open_with_third_line (fixture, key, prev, "signature is wrong");
}

static void
test_missing_line (StoreFixture *fixture, gconstpointer data)
{
  change_database (fixture, "DELETE FROM journal WHERE seq = 2");
  open_and_expect (fixture, DS_STORE_DAMAGED);
}

/* The last line, which the anchor names, exchanged for a gap further up. */
static void
test_renumbered_line (StoreFixture *fixture, gconstpointer data)
{
  change_database (fixture, "UPDATE journal SET seq = 9 WHERE seq = 3");
  open_and_expect (fixture, DS_STORE_DAMAGED);
}

static void
test_newer_schema (StoreFixture *fixture, gconstpointer data)
{
  change_database (fixture, "PRAGMA user_version = 999");
  open_and_expect (fixture, DS_STORE_READ_ONLY);
  g_ptr_array_unref (fixture_load_stops (fixture));
}

static void
test_lost_anchor (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "anchor");

  fixture_close (fixture);
  g_assert_cmpint (g_unlink (path), ==, 0);
  open_and_expect (fixture, DS_STORE_DAMAGED);
}

/* An anchor that names less than there is, but was not made with this device's key. */
static void
test_forged_anchor (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "anchor");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  fixture_close (fixture);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (text, "doorstep-anchor-1 3 "));
  text[strlen ("doorstep-anchor-1 ")] = '2';
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  open_and_expect (fixture, DS_STORE_DAMAGED);
}

static void
test_lost_key (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "device-key.pem");

  fixture_close (fixture);
  g_assert_cmpint (g_unlink (path), ==, 0);
  open_and_expect (fixture, DS_STORE_DAMAGED);
}

static void
test_nothing_to_read (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "doorstep.db");
  g_autofree char *log = fixture_path (fixture, "doorstep.db-wal");
  g_autoptr (GError) error = NULL;

  fixture_close (fixture);
  g_assert_cmpint (g_unlink (log), ==, 0);
  g_file_set_contents (path,
                       "This is no database but long enough to look like one, since SQLite reads the first"
                       " hundred bytes of it.",
                       -1, NULL);
  g_assert_false (fixture_open (fixture, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
}

/* The whole database is gone, as after a careless cleaning: the anchor remembers that there was one. */
static void
test_lost_database (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "doorstep.db");
  g_autofree char *log = fixture_path (fixture, "doorstep.db-wal");

  fixture_close (fixture);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_unlink (log), ==, 0);
  open_and_expect (fixture, DS_STORE_BEHIND);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, set_up, test)                                                                              \
  g_test_add ("/store/open/" name, StoreFixture, NULL, set_up, test, fixture_tear_down)
  ADD ("first-use", fixture_set_up, test_first_use);
  ADD ("second-is-refused", set_up_used, test_second_is_refused);
  ADD ("kept", set_up_used, test_kept);
  ADD ("old-copy", set_up_used, test_old_copy);
  ADD ("old-copy-with-anchor", set_up_used, test_old_copy_with_anchor);
  ADD ("lost-tail", set_up_used, test_lost_tail);
  ADD ("changed-line", set_up_used, test_changed_line);
  ADD ("unchained-line", set_up_used, test_unchained_line);
  ADD ("unsigned-line", set_up_used, test_unsigned_line);
  ADD ("missing-line", set_up_used, test_missing_line);
  ADD ("renumbered-line", set_up_used, test_renumbered_line);
  ADD ("newer-schema", set_up_used, test_newer_schema);
  ADD ("lost-anchor", set_up_used, test_lost_anchor);
  ADD ("forged-anchor", set_up_used, test_forged_anchor);
  ADD ("lost-key", set_up_used, test_lost_key);
  ADD ("nothing-to-read", set_up_used, test_nothing_to_read);
  ADD ("lost-database", set_up_used, test_lost_database);
#undef ADD
  return g_test_run ();
}
