/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs: the content before its entry, nothing readable beside the database, and gone once it is settled. */
#define _GNU_SOURCE /* memmem() */
#include "config.h"

#include "store-fixture.h"

#include "ds-jws.h"
#include "ds-shift-seal.h"

#include "ds-json.h"

#include <glib/gstdio.h>
#include <string.h>

#define CONTENT "the signature of somebody called Li"

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

static void
wait_for (GAsyncResult **place)
{
  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static char *
keep (StoreFixture *fixture, const char *text)
{
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *sm3;

  ds_store_keep_blob_async (fixture->store, content, NULL, keep_result, &result);
  wait_for (&result);
  sm3 = ds_store_keep_blob_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  return sm3;
}

static GBytes *
load (StoreFixture *fixture, const char *sm3, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_load_blob_async (fixture->store, sm3, NULL, keep_result, &result);
  wait_for (&result);
  return ds_store_load_blob_finish (fixture->store, result, error);
}

static DsWaitingBlob *
load_waiting (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsWaitingBlob *blob;

  ds_store_load_waiting_blob_async (fixture->store, NULL, keep_result, &result);
  wait_for (&result);
  blob = ds_store_load_waiting_blob_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  return blob;
}

static void
set_state (StoreFixture *fixture, const char *sm3, DsBlobState state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_set_blob_state_async (fixture->store, sm3, state, NULL, keep_result, &result);
  wait_for (&result);
  g_assert_true (ds_store_set_blob_state_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static json_t *
proof (StoreFixture *fixture, const char *sm3, gsize size)
{
  return json_pack ("{s:s, s:s, s:n, s:[s], s:s, s:s, s:I, s:s, s:b}", "stop", "S1", "shift", fixture->shift,
                    "payment", "parcels", "S1-1", "kind", "signature", "sm3", sm3, "size", (json_int_t)size,
                    "media", "image/png", "checked", 0);
}

static void
open_door (StoreFixture *fixture)
{
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_open_shift (fixture, 0);
}

static char *
add_proof (StoreFixture *fixture)
{
  char *sm3 = keep (fixture, CONTENT);

  g_ptr_array_unref (fixture_append (fixture, "proof.added", proof (fixture, sm3, strlen (CONTENT))));
  return sm3;
}

static char *
get_file (StoreFixture *fixture, const char *sm3)
{
  g_autofree char *name = g_build_filename ("blobs", sm3, NULL);

  return fixture_path (fixture, name);
}

static void
feed_statement (StoreFixture *fixture)
{
  g_autofree char *text = g_strdup_printf ("{\"shift\":\"%s\",\"version\":1}", fixture->shift);
  g_autoptr (GError) error = NULL;
  g_autofree char *jws = ds_jws_sign (fixture->depot_key, "depot", text, strlen (text), &error);

  g_assert_no_error (error);
  fixture_feed (fixture, fixture_item (fixture, "statement",
                                       json_pack ("{s:s, s:s}", "shift", fixture->shift, "jws", jws)));
}

static void
test_kept (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *sm3 = NULL;
  g_autofree char *file = NULL;
  g_autofree char *raw = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (DsWaitingBlob) waiting = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  const DsProof *kept;
  gsize n;

  open_door (fixture);
  sm3 = add_proof (fixture);
  g_assert_cmpint (ds_store_get_n_waiting_blobs (fixture->store), ==, 1);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_n_waiting_blobs (fixture->store), ==, 1);

  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpuint (stop->proofs->len, ==, 1);
  kept = g_ptr_array_index (stop->proofs, 0);
  g_assert_cmpint (kept->kind, ==, DS_PROOF_SIGNATURE);
  g_assert_cmpint (kept->blob, ==, DS_BLOB_KEPT);
  g_assert_cmpstr (kept->sm3, ==, sm3);
  content = load (fixture, sm3, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), CONTENT, strlen (CONTENT));
  waiting = load_waiting (fixture);
  g_assert_cmpstr (waiting->sm3, ==, sm3);
  g_assert_true (g_bytes_equal (waiting->content, content));

  /* Whoever copies the file has nothing. */
  file = get_file (fixture, sm3);
  g_assert_true (g_file_get_contents (file, &raw, &n, NULL));
  g_assert_null (memmem (raw, n, "somebody", strlen ("somebody")));
  fixture_assert_rebuildable (fixture);
}

/* The journal never names what was not kept; what no entry names is not kept for ever. */
static void
test_order (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *missing = ds_sm3_hex ("x", 1);
  g_autofree char *orphan = NULL;
  g_autofree char *file = NULL;

  open_door (fixture);
  fixture_append_refused (fixture, "proof.added", proof (fixture, missing, 1), DS_ERROR_STATE);
  fixture_append_refused (fixture, "proof.added", proof (fixture, "zz", 1), DS_ERROR_INVALID);
  orphan = keep (fixture, "nobody");
  fixture_append_refused (fixture, "proof.added", proof (fixture, orphan, DS_PROOF_MAX_BYTES + 1),
                          DS_ERROR_INVALID);
  file = get_file (fixture, orphan);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  fixture_reopen (fixture);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

static void
test_purged (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *sm3 = NULL;
  g_autofree char *file = NULL;
  g_autoptr (DsStop) stop = NULL;

  open_door (fixture);
  sm3 = add_proof (fixture);
  file = get_file (fixture, sm3);
  feed_statement (fixture);
  /* Settled, and the depot does not have it: it stays. */
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  set_state (fixture, sm3, DS_BLOB_SENT);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_cmpint (ds_store_get_n_waiting_blobs (fixture->store), ==, 0);
  fixture_reopen (fixture);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (((DsProof *)g_ptr_array_index (stop->proofs, 0))->blob, ==, DS_BLOB_PURGED);
}

static void
test_sent_again (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *sm3 = NULL;
  g_autofree char *file = NULL;
  g_autoptr (DsWaitingBlob) none = NULL;
  g_autoptr (DsWaitingBlob) again = NULL;

  open_door (fixture);
  sm3 = add_proof (fixture);
  file = get_file (fixture, sm3);
  set_state (fixture, sm3, DS_BLOB_SENT);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  none = load_waiting (fixture);
  g_assert_null (none->sm3);
  ds_store_send_blobs_again (fixture->store);
  again = load_waiting (fixture);
  g_assert_cmpstr (again->sm3, ==, sm3);
  g_assert_cmpint (ds_store_get_n_waiting_blobs (fixture->store), ==, 1);
}

/* Rot: the entry and its digest stay, the stop says so, and what comes after is sent. */
static void
test_lost (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *sm3 = NULL;
  g_autofree char *file = NULL;
  g_autoptr (DsWaitingBlob) waiting = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  open_door (fixture);
  sm3 = add_proof (fixture);
  file = get_file (fixture, sm3);
  g_assert_true (g_file_set_contents (file, "rot", -1, NULL));
  g_assert_null (load (fixture, sm3, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  waiting = load_waiting (fixture);
  g_assert_null (waiting->sm3);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (((DsProof *)g_ptr_array_index (stop->proofs, 0))->blob, ==, DS_BLOB_LOST);
}

static void
test_wrong_codes (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsStop) stop = NULL;

  open_door (fixture);
  for (guint i = 0; i < 2; i++)
    g_ptr_array_unref (fixture_append (fixture, "proof.refused",
                                       json_pack ("{s:s, s:s}", "stop", "S1", "kind", "pickup-code")));
  fixture_append_refused (fixture, "proof.refused", json_pack ("{s:s, s:s}", "stop", "S1", "kind", "photo"),
                          DS_ERROR_INVALID);
  fixture_reopen (fixture);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (stop->n_wrong_pickup_codes, ==, 2);
  g_assert_cmpuint (stop->proofs->len, ==, 0);
  fixture_assert_rebuildable (fixture);
}

static char *
make_seal (StoreFixture *fixture, const char *shift, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_make_seal_async (fixture->store, shift, NULL, keep_result, &result);
  wait_for (&result);
  return ds_store_make_seal_finish (fixture->store, result, error);
}

/* The seal says what the closing said, whatever came after it. */
static void
test_seal (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = NULL;
  g_autofree char *text = NULL;
  g_autofree char *later = NULL;
  g_autoptr (DsShiftSeal) seal = NULL;
  g_autoptr (DsShiftSeal) same = NULL;
  g_autoptr (GPtrArray) shifts = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  guint8 head[DS_SM3_SIZE];

  open_door (fixture);
  shift = g_strdup (fixture->shift);
  g_assert_null (make_seal (fixture, shift, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_ptr_array_unref (fixture_append (
      fixture, "shift.closed",
      json_pack ("{s:s, s:[{s:s,s:s,s:i,s:I},{s:s,s:s,s:i,s:I},{s:s,s:s,s:i,s:I},{s:s,s:s,s:i,s:I},"
                 "{s:s,s:s,s:i,s:I}], s:I, s:I, s:[], s:[]}",
                 "shift", shift, "totals", "tender", "code", "state", "paid", "count", 1, "amount_fen",
                 (json_int_t)500, "tender", "scan", "state", "settled", "count", 1, "amount_fen",
                 (json_int_t)70, "tender", "cash", "state", "paid", "count", 1, "amount_fen", (json_int_t)900,
                 "tender", "code", "state", "accepted", "count", 1, "amount_fen", (json_int_t)30, "tender",
                 "scan", "state", "unknown", "count", 1, "amount_fen", (json_int_t)11, "cash_expected_fen",
                 (json_int_t)900, "cash_counted_fen", (json_int_t)890, "denominations", "carried")));
  lines = fixture_export (fixture);
  ds_sm3 (lines[2], strlen (lines[2]), head);
  text = make_seal (fixture, shift, &error);
  g_assert_no_error (error);
  seal = ds_shift_seal_parse_text (text, &error);
  g_assert_no_error (error);
  g_assert_true (ds_shift_seal_verify (seal, ds_store_get_device_key (fixture->store)));
  g_assert_cmpstr (seal->shift_id, ==, shift);
  g_assert_cmpint (seal->head_seq, ==, 3);
  g_assert_cmpmem (seal->head_sm3, DS_SM3_SIZE, head, DS_SM3_SIZE);
  g_assert_cmpint (seal->paid_fen, ==, 570);
  g_assert_cmpint (seal->cash_fen, ==, 900);
  g_assert_cmpint (seal->accepted_fen, ==, 30);
  g_assert_cmpint (seal->uncertain_fen, ==, 11);
  g_assert_cmpint (seal->counted_fen, ==, 890);

  fixture_open_shift (fixture, 5);
  later = make_seal (fixture, shift, &error);
  g_assert_no_error (error);
  same = ds_shift_seal_parse_text (later, &error);
  g_assert_cmpint (same->head_seq, ==, 3);

  ds_store_load_shifts_async (fixture->store, NULL, keep_result, &result);
  wait_for (&result);
  shifts = ds_store_load_shifts_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shifts->len, ==, 2);
  g_assert_cmpstr (((DsShift *)g_ptr_array_index (shifts, 1))->id, ==, shift);
  g_assert_cmpint (((DsShift *)g_ptr_array_index (shifts, 1))->counted_fen, ==, 890);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, function)                                                                                  \
  g_test_add ("/store/proofs/" name, StoreFixture, "enrolled", fixture_set_up, function, fixture_tear_down)
  ADD ("kept", test_kept);
  ADD ("order", test_order);
  ADD ("purged", test_purged);
  ADD ("sent-again", test_sent_again);
  ADD ("lost", test_lost);
  ADD ("wrong-codes", test_wrong_codes);
  ADD ("seal", test_seal);
  return g_test_run ();
}
