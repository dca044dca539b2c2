/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many requests at the same moment: one commit for all, one fault for one, and too many are told when to come back. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-service.h"

#define N_HANDHELDS 20
#define N_TOO_MANY 4200
#define N_MANY 300

/* A push and what came of it. */
typedef struct
{
  DsDevice *device;
  GBytes *lines;
  json_t *reply;
  DsTrouble *trouble;
  gboolean done;
} Push;

static void
push_free (gpointer data)
{
  Push *self = data;

  g_clear_pointer (&self->device, ds_device_free);
  g_bytes_unref (self->lines);
  g_clear_pointer (&self->reply, json_decref);
  g_clear_pointer (&self->trouble, ds_trouble_free);
  g_free (self);
}

static void
did_take (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Push *push = user_data;

  g_assert_false (push->done);
  push->reply = ds_depot_intake_take_finish (result, &push->trouble);
  push->done = TRUE;
}

static void
hand_in (DsDepot *depot, Push *push)
{
  ds_depot_intake_take_async (depot->intake, ds_depot_push_new (depot, push->device, push->lines), did_take,
                              push);
}

static void
wait_for_all (GPtrArray *pushes)
{
  for (guint i = 0; i < pushes->len; i++)
    {
      while (!((Push *)g_ptr_array_index (pushes, i))->done)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* A handheld of a courier of its own, with a journal that is not sent yet. */
static Push *
make_push (DepotFixture *fixture, guint number)
{
  g_autofree char *courier = g_strdup_printf ("%u", 1000 + number);
  g_autoptr (GError) error = NULL;
  Push *push = g_new0 (Push, 1);

  depot_fixture_switch_handheld (fixture, courier);
  depot_fixture_append (fixture, "note.added", "{s:s}", "text", "the gate is shut");
  push->lines
      = g_bytes_new (g_ptr_array_index (fixture->lines, 0), strlen (g_ptr_array_index (fixture->lines, 0)));
  g_assert_true (ds_depot_load_device (fixture->depot, fixture->device, &push->device, &error));
  g_assert_no_error (error);
  return push;
}

static GPtrArray *
make_pushes (DepotFixture *fixture, guint n)
{
  GPtrArray *pushes = g_ptr_array_new_with_free_func (push_free);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (pushes, make_push (fixture, i));
  return pushes;
}

/* Opens a depot that was closed, without its server: nothing is done before the main loop runs. */
static void
open_quietly (DepotFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->depot);
  fixture->depot = depot_fixture_try_open (fixture, &error);
  g_assert_no_error (error);
}

static void
reopen_quietly (DepotFixture *fixture)
{
  ds_depot_close (fixture->depot);
  open_quietly (fixture);
}

/* Adds what costs nobody a signature: it is no journal, which is said when its turn comes. */
static void
add_rubbish (DepotFixture *fixture, GPtrArray *pushes, guint n)
{
  Push *first = g_ptr_array_index (pushes, 0);

  while (pushes->len < n)
    {
      Push *push = g_new0 (Push, 1);

      g_assert_true (ds_depot_load_device (fixture->depot, first->device->id, &push->device, NULL));
      push->lines = g_bytes_new_static ("rubbish", 7);
      g_ptr_array_add (pushes, push);
    }
}

static int
count_commit (void *n_commits)
{
  ++*(guint *)n_commits;
  return 0;
}

static void
assert_held (DepotFixture *fixture, Push *push, gint64 seq)
{
  g_autoptr (DsDevice) now = NULL;

  g_assert_true (ds_depot_load_device (fixture->depot, push->device->id, &now, NULL));
  g_assert_cmpint (now->seq, ==, seq);
}

static void
test_one_commit (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, N_HANDHELDS);
  guint n_commits = 0;

  reopen_quietly (fixture);
  sqlite3_commit_hook (ds_db_get_handle (fixture->depot->db), count_commit, &n_commits);
  for (guint i = 0; i < pushes->len; i++)
    hand_in (fixture->depot, g_ptr_array_index (pushes, i));
  g_assert_cmpuint (n_commits, ==, 0);
  wait_for_all (pushes);
  sqlite3_commit_hook (ds_db_get_handle (fixture->depot->db), NULL, NULL);

  g_assert_cmpuint (n_commits, ==, 1);
  for (guint i = 0; i < pushes->len; i++)
    {
      Push *push = g_ptr_array_index (pushes, i);

      g_assert_cmpint (json_integer_value (json_object_get (push->reply, "acknowledged")), ==, 1);
      assert_held (fixture, push, 1);
    }
}

static void
test_same_push_at_once (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, 1);
  Push *first = g_ptr_array_index (pushes, 0);
  Push *again = make_push (fixture, 0);
  gint64 n_entries;

  g_bytes_unref (again->lines);
  again->lines = g_bytes_ref (first->lines);
  ds_device_free (again->device);
  g_assert_true (ds_depot_load_device (fixture->depot, first->device->id, &again->device, NULL));
  g_ptr_array_add (pushes, again);
  reopen_quietly (fixture);
  hand_in (fixture->depot, first);
  hand_in (fixture->depot, again);
  wait_for_all (pushes);

  g_assert_cmpint (json_integer_value (json_object_get (first->reply, "acknowledged")), ==, 1);
  g_assert_cmpint (json_integer_value (json_object_get (again->reply, "acknowledged")), ==, 1);
  g_assert_true (ds_depot_sql_get_int (fixture->depot->db, &n_entries, 0, NULL,
                                       "SELECT count (*) FROM entry WHERE device = ?", "s",
                                       first->device->id));
  g_assert_cmpint (n_entries, ==, 1);
}

static void
test_fault_of_one (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, 3);
  Push *faulty = g_ptr_array_index (pushes, 1);
  g_autofree char *trigger
      = g_strdup_printf ("CREATE TEMP TRIGGER fault BEFORE INSERT ON entry WHEN NEW.device = '%s'"
                         " BEGIN SELECT RAISE (ABORT, 'a bad sector'); END",
                         faulty->device->id);
  g_autoptr (GError) error = NULL;

  reopen_quietly (fixture);
  g_assert_true (ds_db_exec (fixture->depot->db, trigger, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < pushes->len; i++)
    hand_in (fixture->depot, g_ptr_array_index (pushes, i));
  wait_for_all (pushes);

  for (guint i = 0; i < pushes->len; i++)
    {
      Push *push = g_ptr_array_index (pushes, i);

      if (push == faulty)
        g_assert_cmpint (push->trouble->kind, ==, DS_TROUBLE_OVERLOADED);
      else
        g_assert_nonnull (push->reply);
      assert_held (fixture, push, push == faulty ? 0 : 1);
    }

  g_assert_true (ds_db_exec (fixture->depot->db, "DROP TRIGGER fault", &error));
  g_clear_pointer (&faulty->trouble, ds_trouble_free);
  faulty->done = FALSE;
  hand_in (fixture->depot, faulty);
  wait_for_all (pushes);
  assert_held (fixture, faulty, 1);
}

static void
test_too_many (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, 1);
  Push *first = g_ptr_array_index (pushes, 0);
  guint n_sent_away = 0;
  gboolean differ = FALSE;
  guint after_s = 0;

  reopen_quietly (fixture);
  add_rubbish (fixture, pushes, N_TOO_MANY);
  for (guint i = 0; i < pushes->len; i++)
    hand_in (fixture->depot, g_ptr_array_index (pushes, i));
  wait_for_all (pushes);

  for (guint i = 0; i < pushes->len; i++)
    {
      Push *push = g_ptr_array_index (pushes, i);

      g_assert_true ((push->reply != NULL) == (push == first));
      if (push == first || push->trouble->kind == DS_TROUBLE_INVALID)
        continue;
      n_sent_away++;
      g_assert_cmpint (push->trouble->kind, ==, DS_TROUBLE_OVERLOADED);
      g_assert_cmpuint (push->trouble->retry_after_s, >=, 2);
      differ |= after_s != 0 && push->trouble->retry_after_s != after_s;
      after_s = push->trouble->retry_after_s;
    }
  g_assert_cmpuint (n_sent_away, >, 0);
  g_assert_cmpuint (n_sent_away, <, N_TOO_MANY / 2);
  g_assert_true (differ);

  /* Afterwards there is room again. */
  first->done = FALSE;
  g_clear_pointer (&first->reply, json_decref);
  hand_in (fixture->depot, first);
  wait_for_all (pushes);
  g_assert_nonnull (first->reply);
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsDepotReply **reply = user_data;

  *reply = ds_depot_answer_finish (DS_DEPOT (source), result, NULL);
}

static void
begin_blob (DepotFixture *fixture, const char *path, GBytes *body, DsDepotReply **reply)
{
  const DsDepotRequest request = { .method = "PUT", .path = path, .token = fixture->token, .body = body };

  ds_depot_answer_async (fixture->depot, &request, NULL, did_answer, reply);
}

static void
wait_for_reply (DsDepotReply **reply)
{
  while (*reply == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The contents of proofs are sent away while money waits, and are not what it waits for. */
static void
test_money_first (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, 1);
  Push *first = g_ptr_array_index (pushes, 0);
  g_autoptr (GBytes) body = g_bytes_new_static ("proof", 5);
  g_autofree char *digest = ds_sm3_hex ("proof", 5);
  g_autofree char *path = g_strconcat ("/v1/blobs/", digest, NULL);
  g_autoptr (DsDepotReply) early = NULL;
  g_autoptr (DsDepotReply) later = NULL;

  reopen_quietly (fixture);
  add_rubbish (fixture, pushes, N_MANY);
  for (guint i = 0; i < pushes->len; i++)
    hand_in (fixture->depot, g_ptr_array_index (pushes, i));
  begin_blob (fixture, path, body, &early);
  wait_for_reply (&early);
  g_assert_cmpuint (early->status, ==, 503);
  g_assert_nonnull (soup_message_headers_get_one (early->headers, "Retry-After"));

  wait_for_all (pushes);
  g_assert_nonnull (first->reply);
  begin_blob (fixture, path, body, &later);
  g_assert_null (later);
  wait_for_reply (&later);
  g_assert_cmpuint (later->status, ==, 201);
}

static void
test_closed_meanwhile (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = make_pushes (fixture, 2);

  for (guint i = 0; i < pushes->len; i++)
    hand_in (fixture->depot, g_ptr_array_index (pushes, i));
  ds_depot_close (fixture->depot);
  wait_for_all (pushes);
  for (guint i = 0; i < pushes->len; i++)
    {
      Push *push = g_ptr_array_index (pushes, i);

      g_assert_null (push->reply);
      g_assert_null (push->trouble);
    }
  open_quietly (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  depot_test_add ("/depot/intake/one-commit", test_one_commit);
  depot_test_add ("/depot/intake/same-push-at-once", test_same_push_at_once);
  depot_test_add ("/depot/intake/fault-of-one", test_fault_of_one);
  depot_test_add ("/depot/intake/too-many", test_too_many);
  depot_test_add ("/depot/intake/money-first", test_money_first);
  depot_test_add ("/depot/intake/closed-meanwhile", test_closed_meanwhile);
  return g_test_run ();
}
