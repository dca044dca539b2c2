/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Not losing anything: refused entries, rescue files and copies, evidence set aside, and signing out. */
#include "config.h"

#include "store-fixture.h"

#include "ds-db.h"
#include "ds-entry.h"
#include "ds-rescue-copy.h"
#include "ds-sealed-file.h"

#include <glib/gstdio.h>
#include <string.h>

static void
did_finish (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

/* An open shift, a stop, and two payments in cash. */
static void
set_up (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_open_shift (fixture, 0);
  g_free (fixture_take_cash (fixture, "S1", 300, 300));
  g_free (fixture_take_cash (fixture, "S1", 600, 600));
}

static char *
get_entry_id (StoreFixture *fixture, guint at)
{
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autoptr (DsEntry) entry = ds_entry_parse (lines[at], -1, NULL);

  return g_strdup (entry->id);
}

/* The depot acknowledges all, but for the content of the entry at @at (counted from 0). */
static void
acknowledge (StoreFixture *fixture, gint64 seq, gint at, const char *reason)
{
  g_autofree char *text = fixture_acknowledgement (fixture, seq, NULL);
  g_autofree char *id = at >= 0 ? get_entry_id (fixture, (guint)at) : NULL;
  g_autoptr (json_t) refused = json_array ();
  g_autoptr (GError) error = NULL;

  if (at >= 0)
    json_array_append_new (refused, json_pack ("{s:i, s:s, s:s}", "seq", at + 1, "id", id, "reason", reason));
  fixture_acknowledge (fixture, text, refused, &error);
  g_assert_no_error (error);
}

static void
assert_case (StoreFixture *fixture, const char *kind, const char *text)
{
  g_autoptr (GPtrArray) problems = fixture_load_problems (fixture);
  const DsProblem *problem;

  if (kind == NULL)
    {
      g_assert_cmpuint (problems->len, ==, 0);
      return;
    }
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_assert_cmpstr (problem->kind, ==, kind);
  g_assert_cmpstr (problem->text, ==, text);
  g_assert_nonnull (problem->stop);
}

static DsSafety
load_safety (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsSafety safety = { 0 };

  ds_store_load_safety_async (fixture->store, NULL, did_finish, &result);
  ds_store_load_safety_finish (fixture->store, wait_for (&result), &safety, &error);
  g_assert_no_error (error);
  return safety;
}

static void
answer (StoreFixture *fixture, const char *type, const char *entry)
{
  g_ptr_array_unref (fixture_append (fixture, type, json_pack ("{s:s}", "entry", entry)));
}

/* A refused entry is a case with its stop, is asked again in vain, then taken; it is counted for ever. */
static void
test_retry (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *entry = NULL;

  acknowledge (fixture, 4, 3, "The shift is not open");
  entry = get_entry_id (fixture, 3);
  assert_case (fixture, "quarantined", "The shift is not open");
  answer (fixture, "entry.retried", entry);
  assert_case (fixture, "asked", "The shift is not open");
  fixture_append_refused (fixture, "entry.retried", json_pack ("{s:s}", "entry", entry), DS_ERROR_STATE);
  acknowledge (fixture, 5, 4, "Still not open");
  assert_case (fixture, "quarantined", "Still not open");

  answer (fixture, "entry.retried", entry);
  fixture_reopen (fixture);
  assert_case (fixture, "asked", "Still not open");
  acknowledge (fixture, 6, -1, NULL);
  assert_case (fixture, NULL, NULL);
  g_assert_cmpint (load_safety (fixture).n_refused_ever, ==, 1);
  fixture_assert_rebuildable (fixture);
}

/* Handed to the clerk it stays a case, until the depot says what was done. */
static void
test_escalate (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *entry = NULL;

  acknowledge (fixture, 4, 3, "x");
  entry = get_entry_id (fixture, 3);
  answer (fixture, "entry.escalated", entry);
  acknowledge (fixture, 5, -1, NULL);
  assert_case (fixture, "escalated", "x");
  fixture_feed (fixture, fixture_item (fixture, "entry",
                                       json_pack ("{s:s, s:s, s:s}", "entry", entry, "state", "resolved",
                                                  "text", "Done by hand")));
  assert_case (fixture, NULL, NULL);
  g_assert_cmpint (load_safety (fixture).n_refused_ever, ==, 1);
  fixture_append_refused (fixture, "entry.retried", json_pack ("{s:s}", "entry", entry), DS_ERROR_STATE);
  fixture_assert_rebuildable (fixture);
}

static json_t *
make_correction (const char *entry, const char *payment, gint64 amount_fen, gint64 tendered_fen)
{
  return json_pack ("{s:s, s:{s:s, s:I, s:I, s:I}}", "entry", entry, "data", "payment", payment, "amount_fen",
                    (json_int_t)amount_fen, "tendered_fen", (json_int_t)tendered_fen, "change_fen",
                    (json_int_t)(tendered_fen - amount_fen));
}

/* Cash put right by an entry of its own: the first one stays as it was written. */
static void
test_correct (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  const DsPayment *first = g_ptr_array_index (stop->payments, 0);
  g_autoptr (DsPayment) payment = NULL;
  g_autofree char *entry = NULL;
  g_auto (GStrv) before = fixture_export (fixture);
  g_auto (GStrv) after = NULL;

  acknowledge (fixture, 4, 2, "Another amount");
  entry = get_entry_id (fixture, 2);
  fixture_append_refused (fixture, "entry.corrected", make_correction (entry, first->id, 200, 100),
                          DS_ERROR_INVALID);
  fixture_append_refused (fixture, "entry.corrected", make_correction (entry, "nobody", 200, 200),
                          DS_ERROR_STATE);
  g_ptr_array_unref (
      fixture_append (fixture, "entry.corrected", make_correction (entry, first->id, 250, 300)));
  payment = fixture_load_payment (fixture, "S1", first->id);
  g_assert_cmpint (payment->amount_fen, ==, 250);
  acknowledge (fixture, 5, -1, NULL);
  assert_case (fixture, NULL, NULL);
  fixture_assert_rebuildable (fixture);
  after = fixture_export (fixture);
  for (guint i = 0; before[i] != NULL; i++)
    g_assert_cmpstr (after[i], ==, before[i]);
}

static gboolean
is_correctable (StoreFixture *fixture, guint at)
{
  g_autoptr (GPtrArray) problems = fixture_load_problems (fixture);
  g_autofree char *entry = get_entry_id (fixture, at);

  for (guint i = 0; i < problems->len; i++)
    {
      const DsProblem *problem = g_ptr_array_index (problems, i);

      if (g_strcmp0 (problem->subject, entry) == 0)
        return problem->correctable;
    }
  g_error ("entry %u is no case", at);
}

/* Only the taking of cash: what else the depot may refuse of the same payment has another form and another amount. Nor when
 * some of it went back, which the new amount might not even have in it. */
static void
test_not_correctable (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  const DsPayment *first = g_ptr_array_index (stop->payments, 0);
  const DsPayment *second = g_ptr_array_index (stop->payments, 1);
  g_autofree char *refund = fixture_new_id (fixture);
  g_autofree char *cash_entry = get_entry_id (fixture, 2);
  g_autofree char *refund_entry = NULL;
  g_autoptr (DsPayment) payment = NULL;

  acknowledge (fixture, 4, 2, "Another amount");
  g_assert_true (is_correctable (fixture, 2));
  fixture_append_refused (fixture, "entry.corrected", make_correction (cash_entry, second->id, 250, 250),
                          DS_ERROR_STATE);
  g_ptr_array_unref (fixture_append (fixture, "payment.refund",
                                     json_pack ("{s:s, s:s, s:i, s:s}", "payment", first->id, "refund",
                                                refund, "amount_fen", 100, "reason", "cash given back")));
  g_assert_false (is_correctable (fixture, 2));
  fixture_append_refused (fixture, "entry.corrected", make_correction (cash_entry, first->id, 50, 50),
                          DS_ERROR_STATE);

  acknowledge (fixture, 5, 4, "The refund's shift is none of this courier's");
  g_assert_false (is_correctable (fixture, 4));
  refund_entry = get_entry_id (fixture, 4);
  fixture_append_refused (fixture, "entry.corrected", make_correction (refund_entry, first->id, 250, 250),
                          DS_ERROR_STATE);
  payment = fixture_load_payment (fixture, "S1", first->id);
  g_assert_cmpint (payment->amount_fen, ==, 300);
  g_assert_cmpint (payment->refunded_fen, ==, 100);
  fixture_assert_rebuildable (fixture);
}

static GArray *
open_file (StoreFixture *fixture, const char *path, gsize *rest)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  GArray *records;

  g_file_get_contents (path, &text, &n, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (g_steal_pointer (&text), n);
  records = ds_sealed_file_open (fixture->depot_key, bytes, rest, &error);
  g_assert_no_error (error);
  return records;
}

/* Returns: (transfer full): the lines in a file. */
static char *
read_lines (StoreFixture *fixture, const char *path)
{
  gsize rest;
  g_autoptr (GArray) records = open_file (fixture, path, &rest);
  g_autoptr (GString) lines = g_string_new (NULL);

  g_assert_cmpint (g_array_index (records, DsSealedRecord, 0).kind, ==, DS_SEALED_DEVICE);
  for (guint i = 0; i < records->len; i++)
    {
      const DsSealedRecord *record = &g_array_index (records, DsSealedRecord, i);

      if (record->kind == DS_SEALED_LINES)
        g_string_append_len (lines, g_bytes_get_data (record->content, NULL),
                             (gssize)g_bytes_get_size (record->content));
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

static char *
join (char **lines)
{
  g_autofree char *text = g_strjoinv ("\n", lines);

  return g_str_has_suffix (text, "\n") ? g_steal_pointer (&text) : g_strconcat (text, "\n", NULL);
}

static gint64
export_sealed (StoreFixture *fixture, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_export_sealed_async (fixture->store, file, NULL, did_finish, &result);
  return ds_store_export_sealed_finish (fixture->store, wait_for (&result), error);
}

static void
test_export (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = fixture_path (fixture, "card.dsrescue");
  g_autofree char *nowhere = fixture_path (fixture, "no-such-folder/card");
  g_autofree char *lines = NULL;
  g_autofree char *whole = NULL;
  g_auto (GStrv) journal = fixture_export (fixture);
  g_autoptr (GArray) records = NULL;
  g_autoptr (GError) error = NULL;
  gsize rest;

  g_assert_cmpint (export_sealed (fixture, path, &error), ==, 4);
  g_assert_no_error (error);
  records = open_file (fixture, path, &rest);
  g_assert_cmpuint (rest, ==, 0);
  g_assert_cmpint (g_array_index (records, DsSealedRecord, records->len - 1).kind, ==, DS_SEALED_END);
  lines = read_lines (fixture, path);
  whole = join (journal);
  g_assert_cmpstr (lines, ==, whole);
  g_assert_cmpint (export_sealed (fixture, nowhere, &error), ==, -1);
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
}

static gboolean
wipe (StoreFixture *fixture, gint64 exported_seq, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_wipe_async (fixture->store, exported_seq, NULL, did_finish, &result);
  return ds_store_wipe_finish (fixture->store, wait_for (&result), error);
}

/* Blocked while anything is unsent, unsettled or open; with all of it on a card it is allowed. */
static void
test_sign_out (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *key = fixture_path (fixture, "device-key.pem");
  g_autoptr (GError) error = NULL;
  DsSafety safety = load_safety (fixture);

  g_assert_cmpint (safety.n_unsent, ==, 4);
  g_assert_true (safety.shift_open);
  g_assert_false (wipe (fixture, 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_false (wipe (fixture, 3, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_true (g_file_test (key, G_FILE_TEST_EXISTS));

  g_assert_true (wipe (fixture, 4, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  fixture_close (fixture);
  g_assert_true (fixture_open (fixture, &error));
  g_assert_null (ds_store_get_identity (fixture->store));
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

static void
test_sign_out_settled (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_unref (fixture_append (
      fixture, "shift.closed", json_pack ("{s:s, s:i}", "shift", fixture->shift, "cash_counted_fen", 900)));
  g_assert_false (wipe (fixture, 0, &error));
  g_clear_error (&error);
  acknowledge (fixture, 5, -1, NULL);
  g_assert_true (wipe (fixture, 0, &error));
  g_assert_no_error (error);
}

/* The power goes in the middle of the wiping: the next start goes on with it, and no half handheld is left. */
static void
test_wipe_interrupted (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *marker = fixture_path (fixture, "signed-out");
  g_autofree char *key = fixture_path (fixture, "device-key.pem");
  g_autoptr (GError) error = NULL;

  fixture_close (fixture);
  g_assert_true (g_file_set_contents (marker, "", 0, NULL));
  g_assert_cmpint (g_unlink (key), ==, 0);
  g_assert_true (fixture_open (fixture, &error));
  g_assert_no_error (error);
  g_assert_null (ds_store_get_identity (fixture->store));
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));
}

static void
wait_for_state (DsRescueCopy *copy, DsRescueState state)
{
  while (ds_rescue_copy_get_state (copy) != state)
    g_main_context_iteration (NULL, TRUE);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

/* Returns: (transfer full): all lines on the card, file after file. */
static char *
read_card (StoreFixture *fixture, const char *folder, guint n_files)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) lines = g_string_new (NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  g_assert_cmpuint (names->len, ==, n_files);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = read_lines (fixture, g_ptr_array_index (names, i));

      g_string_append (lines, text);
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

static DsRescueCopy *
begin_copy (StoreFixture *fixture, const char *folder)
{
  DsRescueCopy *copy = ds_rescue_copy_new (fixture->store, fixture->directory);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  ds_rescue_copy_set_folder (copy, file, &error);
  g_assert_no_error (error);
  wait_for_state (copy, DS_RESCUE_CURRENT);
  return copy;
}

/* All that the depot lacks is on the card, and each new entry follows; the choice outlives the program. */
static void
test_copy (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = fixture_path (fixture, "card");
  g_autoptr (DsRescueCopy) copy = begin_copy (fixture, folder);
  g_autoptr (DsRescueCopy) later = NULL;
  g_autofree char *lines = NULL;
  g_autofree char *whole = NULL;
  g_auto (GStrv) journal = NULL;

  g_free (fixture_take_cash (fixture, "S1", 100, 100));
  wait_for_state (copy, DS_RESCUE_COPYING);
  wait_for_state (copy, DS_RESCUE_CURRENT);
  journal = fixture_export (fixture);
  whole = join (journal);
  lines = read_card (fixture, folder, 1);
  g_assert_cmpstr (lines, ==, whole);
  ds_rescue_copy_stop (copy);

  acknowledge (fixture, 4, -1, NULL);
  later = ds_rescue_copy_new (fixture->store, fixture->directory);
  g_assert_cmpstr (ds_rescue_copy_get_folder (later), ==, folder);
  wait_for_state (later, DS_RESCUE_CURRENT);
  g_free (lines);
  lines = read_card (fixture, folder, 2);
  g_assert_true (g_str_has_prefix (lines, whole));
  /* The second file begins with what the depot did not have then. */
  g_assert_cmpuint (strlen (lines), ==, strlen (whole) + strlen (journal[4]) + 1);
  ds_rescue_copy_stop (later);
}

/* The card is pulled out: work goes on, the courier is told, and when it is back a new file has all that is missing. */
static void
test_card_vanishes (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = fixture_path (fixture, "card");
  g_autofree char *away = fixture_path (fixture, "pocket");
  g_autoptr (DsRescueCopy) copy = begin_copy (fixture, folder);
  g_autoptr (GFile) other = g_file_new_for_path (away);
  g_autoptr (GError) error = NULL;
  g_autofree char *lines = NULL;
  g_autofree char *whole = NULL;
  g_auto (GStrv) journal = NULL;

  /* A folder that is not there: as after the card was pulled out and the program started again. */
  ds_rescue_copy_set_folder (copy, other, &error);
  g_assert_no_error (error);
  wait_for_state (copy, DS_RESCUE_MISSING);
  g_assert_nonnull (ds_rescue_copy_get_problem (copy));
  g_free (fixture_take_cash (fixture, "S1", 100, 100));

  g_assert_cmpint (g_mkdir_with_parents (away, 0700), ==, 0);
  ds_rescue_copy_wake (copy);
  wait_for_state (copy, DS_RESCUE_CURRENT);
  journal = fixture_export (fixture);
  whole = join (journal);
  lines = read_card (fixture, away, 1);
  g_assert_cmpstr (lines, ==, whole);
  ds_rescue_copy_stop (copy);
}

static guint
count_evidence (StoreFixture *fixture)
{
  g_autofree char *path = fixture_path (fixture, "evidence");
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    n++;
  return n;
}

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

/* A lost tail: a copy is set aside, once, and what is intact is still sent. */
static void
test_evidence (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsOutbox) outbox = NULL;

  change_database (fixture, "DELETE FROM journal WHERE seq = 4");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (fixture_open (fixture, NULL));
      g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_BEHIND);
      g_assert_cmpuint (count_evidence (fixture), ==, 1);
      if (i < 2)
        fixture_close (fixture);
    }
  outbox = fixture_load_outbox (fixture, 10, 100000);
  g_assert_cmpint (outbox->last_seq, ==, 3);
}

static void
check (StoreFixture *fixture, gboolean wanted)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_check_async (fixture->store, wanted, NULL, did_finish, &result);
  ds_store_check_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
}

/* An amount changed in the tables alone: the two logs say otherwise. */
static void
test_projections (StoreFixture *fixture, gconstpointer data)
{
  check (fixture, FALSE);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  change_database (fixture, "UPDATE payments SET amount_fen = amount_fen + 1 WHERE n = 1");
  g_assert_true (fixture_open (fixture, NULL));
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  check (fixture, FALSE);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_DAMAGED);
  g_assert_cmpuint (count_evidence (fixture), ==, 1);
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x"),
                          DS_ERROR_FROZEN);
}

/* The depot says that this identity is in use twice: this handheld freezes, others of the courier do not. */
static void
test_fork_item (StoreFixture *fixture, gconstpointer data)
{
  fixture_feed (
      fixture, fixture_item (fixture, "fork", json_pack ("{s:s, s:i}", "device", "device-8", "forks_at", 2)));
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  fixture_feed (fixture, fixture_item (fixture, "fork",
                                       json_pack ("{s:s, s:i}", "device",
                                                  "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "forks_at", 2)));
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
  /* What is there is sent and acknowledged as ever. */
  acknowledge (fixture, 4, -1, NULL);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 0);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
  g_assert_cmpuint (count_evidence (fixture), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, test)                                                                                      \
  g_test_add ("/store/rescue/" name, StoreFixture, NULL, set_up, test, fixture_tear_down)
  ADD ("retry", test_retry);
  ADD ("escalate", test_escalate);
  ADD ("correct", test_correct);
  ADD ("not-correctable", test_not_correctable);
  ADD ("export", test_export);
  ADD ("sign-out", test_sign_out);
  ADD ("sign-out-settled", test_sign_out_settled);
  ADD ("wipe-interrupted", test_wipe_interrupted);
  ADD ("copy", test_copy);
  ADD ("card-vanishes", test_card_vanishes);
  ADD ("evidence", test_evidence);
  ADD ("projections", test_projections);
  ADD ("fork-item", test_fork_item);
#undef ADD
  return g_test_run ();
}
