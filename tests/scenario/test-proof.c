/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs of handing over between a handheld and the real depot: money goes first, photographs last and in pieces, over a
 * line that is cut, a depot that is started anew, and a handheld that is killed at every call that leaves something
 * behind. Nothing that was shown as kept is lost, and the depot ends with the bytes that the journal names. */
#include "config.h"

#include "company.h"
#include "kill-counter.h"
#include "proxy.h"

#include "ds-error.h"
#include "ds-json.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PICTURE_BYTES (300 * 1024)
#define PICKUP_CODE "3-2-1456"

static const char *own_path;

typedef struct
{
  Company *company;
  Proxy *proxy;
} Scene;

static void
set_up (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = NULL;

  scene->company = company_new ();
  scene->proxy = proxy_new (ds_depot_get_address (scene->company->depot));
  company_import (scene->company, COMPANY_COURIER,
                  "waybill,recipient,phone,address,place,window,due,prepaid,note,pickup_code\n"
                  "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,35.00,no,,３－２－１４５６\n"
                  "DS02,王敏,17012340102,文三路 2 号,西湖,09:00-11:00,35.00,no,,\n");
  handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, proxy_get_address (scene->proxy));
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  proxy_free (scene->proxy);
  company_free (scene->company);
}

/* Bytes as incompressible as a photograph's, other ones for each @seed. */
static GBytes *
make_picture (guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (PICTURE_BYTES);

  for (gsize i = 0; i < PICTURE_BYTES; i++)
    data[i] = (guint8)g_rand_int (rand);
  return g_bytes_new_take (data, PICTURE_BYTES);
}

static DsStop *
add_picture (Handheld *handheld, const char *waybill, GBytes *picture)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsStop *changed;

  ds_door_add_picture_async (handheld->door, stop->id, DS_PROOF_PHOTO, picture, "image/jpeg", NULL,
                             company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  changed = ds_door_add_proof_finish (handheld->door, result, &error);
  g_assert_no_error (error);
  return changed;
}

static DsStop *
add_typed (Handheld *handheld, const char *waybill, DsProofKind kind, const char *typed, GError **error)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  g_autoptr (GAsyncResult) result = NULL;

  ds_door_add_typed_proof_async (handheld->door, stop->id, kind, typed, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return ds_door_add_proof_finish (handheld->door, result, error);
}

/* Returns: (transfer full) (nullable): what the depot holds under that name. */
static GBytes *
load_from_depot (Company *company, const char *sm3, const char *suffix)
{
  g_autofree char *folder = company_get_path (company, "depot");
  g_autofree char *name = g_strconcat (sm3, suffix, NULL);
  g_autofree char *path = g_build_filename (folder, "blobs", name, NULL);
  char *data;
  gsize n;

  return g_file_get_contents (path, &data, &n, NULL) ? g_bytes_new_take (data, n) : NULL;
}

static gsize
count_held (Company *company, const char *sm3)
{
  g_autoptr (GBytes) part = load_from_depot (company, sm3, ".part");

  return part != NULL ? g_bytes_get_size (part) : 0;
}

static void
assert_at_depot (Company *company, GBytes *picture)
{
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture));
  g_autoptr (GBytes) held = load_from_depot (company, sm3, "");
  g_autoptr (GBytes) part = load_from_depot (company, sm3, ".part");

  g_assert_nonnull (held);
  g_assert_true (g_bytes_equal (held, picture));
  g_assert_null (part);
}

/* Tests */

static void
test_sent (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (GBytes) picture = make_picture (1);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (DsStop) named = NULL;
  g_autofree char *payment = handheld_take_cash (handheld, "DS01", 3500);
  const DsProof *proof;
  g_autoptr (GError) error = NULL;

  stop = add_picture (handheld, "DS01", picture);
  proof = g_ptr_array_index (stop->proofs, 0);
  g_assert_cmpstr (proof->payment_id, ==, payment);
  named = add_typed (handheld, "DS01", DS_PROOF_NAME, "  李小华 ", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (named->proofs->len, ==, 2);

  handheld_sync (handheld);
  WAIT_UNTIL (ds_store_get_n_waiting_blobs (handheld->store) == 0);
  assert_at_depot (scene->company, picture);
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
}

/* The code that the shipper gave is known at the door, and only it is right. */
static void
test_pickup_code (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (DsStop) right = NULL;
  g_autoptr (DsStop) unknown = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (add_typed (handheld, "DS01", DS_PROOF_PICKUP_CODE, "3-2-1457", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
  g_clear_error (&error);
  right = add_typed (handheld, "DS01", DS_PROOF_PICKUP_CODE, PICKUP_CODE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (right->n_wrong_pickup_codes, ==, 1);
  g_assert_true (((DsProof *)g_ptr_array_index (right->proofs, 0))->checked);
  unknown = add_typed (handheld, "DS02", DS_PROOF_PICKUP_CODE, "8888", &error);
  g_assert_no_error (error);
  g_assert_false (((DsProof *)g_ptr_array_index (unknown->proofs, 0))->checked);

  for (guint i = 0; i < 4; i++)
    {
      g_assert_null (add_typed (handheld, "DS01", DS_PROOF_PICKUP_CODE, "1", &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
      g_clear_error (&error);
    }
  g_assert_null (add_typed (handheld, "DS01", DS_PROOF_PICKUP_CODE, PICKUP_CODE, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (add_typed (handheld, "DS01", DS_PROOF_PICKUP_CODE, "; rm", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  handheld_sync (handheld);
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
}

/* Starts the depot's process anew, as after a crash: what it had stays on its disk. */
static void
restart_depot (Company *company)
{
  g_autoptr (GUri) address = g_uri_parse (ds_depot_get_address (company->depot), G_URI_FLAGS_NONE, NULL);
  g_autofree char *path = company_get_path (company, "depot");
  g_autoptr (GError) error = NULL;

  ds_depot_close (company->depot);
  g_object_unref (company->depot);
  company->depot = ds_depot_new (path, NULL, company->operators, company->clock, company->random, &error);
  g_assert_no_error (error);
  ds_depot_listen (company->depot, FALSE, (guint16)g_uri_get_port (address), &error);
  g_assert_no_error (error);
}

/* Cut in the middle, the handheld's process ends, the depot is started anew: it goes on where it was. And money that is
 * taken meanwhile is there before the picture is. */
static void
test_resumed (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (GBytes) picture = make_picture (2);
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (picture, NULL), PICTURE_BYTES);
  g_autofree char *payment = NULL;
  gsize held;

  g_object_unref (add_picture (handheld, "DS01", picture));
  /* Enough for the journal and a piece or two, never for all of it. */
  proxy_cut_requests_after (scene->proxy, 160 * 1024);
  ds_link_start (handheld->link);
  WAIT_UNTIL (count_held (scene->company, sm3) > 0 && proxy_get_n_cuts (scene->proxy) > 0);
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
  g_assert_cmpint (ds_store_get_n_waiting_blobs (handheld->store), ==, 1);
  g_clear_pointer (&handheld, handheld_free);
  held = count_held (scene->company, sm3);
  g_assert_cmpuint (held, <, PICTURE_BYTES);
  restart_depot (scene->company);
  g_assert_cmpuint (count_held (scene->company, sm3), ==, held);

  handheld = handheld_new (scene->company, "handheld");
  payment = handheld_take_cash (handheld, "DS02", 3500);
  /* Too little for what is missing, were it begun anew. */
  proxy_cut_requests_after (scene->proxy, (gint64)(PICTURE_BYTES - held) + 48 * 1024);
  ds_link_start (handheld->link);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  WAIT_UNTIL (ds_store_get_n_waiting_blobs (handheld->store) == 0);
  assert_at_depot (scene->company, picture);
  g_assert_cmpint (company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER), ==, 3500);
}

/* The part that the depot has is of something else: it is thrown away, and all of it sent again. */
static void
test_rotten_part (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (GBytes) picture = make_picture (3);
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (picture, NULL), PICTURE_BYTES);
  g_autofree char *name = g_strconcat (sm3, ".part", NULL);
  g_autofree char *depot = company_get_path (scene->company, "depot");
  g_autofree char *folder = g_build_filename (depot, "blobs", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "something else", -1, NULL));
  g_object_unref (add_picture (handheld, "DS01", picture));
  handheld_sync (handheld);
  WAIT_UNTIL (ds_store_get_n_waiting_blobs (handheld->store) == 0);
  assert_at_depot (scene->company, picture);
}

/* Settled at the depot: what the depot has is removed here. */
static void
test_purged (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (GBytes) picture = make_picture (4);
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (picture, NULL), PICTURE_BYTES);
  g_autofree char *directory = company_get_path (scene->company, "handheld");
  g_autofree char *path = g_build_filename (directory, "blobs", sm3, NULL);
  g_autoptr (json_t) statement = NULL;

  g_object_unref (add_picture (handheld, "DS01", picture));
  handheld_sync (handheld);
  WAIT_UNTIL (ds_store_get_n_waiting_blobs (handheld->store) == 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  handheld_close_shift (handheld, 0);
  statement = handheld_wait_for_statement (handheld);
  WAIT_UNTIL (!g_file_test (path, G_FILE_TEST_EXISTS));
  assert_at_depot (scene->company, picture);
}

/* Kill points */

/* The child: takes one picture and sends it, unless it dies at call number @at. */
static int
be_a_handheld (const char *directory, guint at, gboolean half)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  Company nobody = { .directory = (char *)directory, .clock = clock, .random = random };
  g_autoptr (Handheld) handheld = handheld_new (&nobody, "handheld");
  g_autoptr (GBytes) picture = make_picture (1000 + at);

  kill_counter_arm (at, half);
  g_object_unref (add_picture (handheld, "DS01", picture));
  g_print ("kept\n");
  ds_link_start (handheld->link);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0
              && ds_store_get_n_waiting_blobs (handheld->store) == 0);
  kill_counter_disarm ();
  return EXIT_SUCCESS;
}

/* Returns: whether it got to its end. @kept: (out): it said that the picture is kept. */
static gboolean
run_child (Company *company, guint at, gboolean half, gboolean *kept)
{
  g_autofree char *number = g_strdup_printf ("%u", at);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, own_path, "--handheld", company->directory,
                          number, half ? "1" : "0", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (child, NULL, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_subprocess_communicate_utf8_finish (child, result, &output, NULL, &error);
  g_assert_no_error (error);
  *kept = output != NULL && strstr (output, "kept") != NULL;
  g_assert_true (g_subprocess_get_if_signaled (child) ? g_subprocess_get_term_sig (child) == SIGKILL
                                                      : g_subprocess_get_exit_status (child) == 0);
  return !g_subprocess_get_if_signaled (child);
}

/* Starts it again. What it said was kept is kept, and gets to the depot. */
static void
come_back (Scene *scene, GBytes *picture, gboolean kept)
{
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (picture, NULL), PICTURE_BYTES);
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, "DS01");
  gboolean found = FALSE;

  for (guint i = 0; i < stop->proofs->len; i++)
    {
      const DsProof *proof = g_ptr_array_index (stop->proofs, i);

      g_assert_cmpint (proof->blob, !=, DS_BLOB_LOST);
      found = found || g_str_equal (proof->sm3, sm3);
    }
  g_assert_true (found || !kept);
  handheld_sync (handheld);
  WAIT_UNTIL (ds_store_get_n_waiting_blobs (handheld->store) == 0);
  if (found)
    assert_at_depot (scene->company, picture);
}

static void
test_killed (Scene *scene, gconstpointer data)
{
  guint n_kills = 0;
  guint n_kept = 0;
  gboolean through = FALSE;

  /* Keeping and journalling call by call; the sending, which is long and all alike, in steps. */
  for (guint at = 1; !through; at += at < 30 ? 1 : 7)
    {
      g_autoptr (GBytes) picture = make_picture (1000 + at);
      gboolean kept;

      through = run_child (scene->company, at, at % 2 == 0, &kept);
      come_back (scene, picture, kept);
      n_kills += !through;
      n_kept += kept;
    }
  g_test_message ("%u kills, %u of them after the picture was kept", n_kills, n_kept);
  g_assert_cmpuint (n_kills, >, 20);
  g_assert_cmpuint (n_kept, >, 3);
}

int
main (int argc, char *argv[])
{
  own_path = argv[0];
  if (argc == 5 && g_str_equal (argv[1], "--handheld"))
    return be_a_handheld (argv[2], (guint)atoi (argv[3]), atoi (argv[4]));
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, function) g_test_add ("/scenario/proof/" name, Scene, NULL, set_up, function, tear_down)
  ADD ("sent", test_sent);
  ADD ("pickup-code", test_pickup_code);
  ADD ("resumed", test_resumed);
  ADD ("rotten-part", test_rotten_part);
  ADD ("purged", test_purged);
  ADD ("killed", test_killed);
  return g_test_run ();
}
