/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dispute packets: the depot makes them, and doorstep-inspect, which knows nothing but the file, says whether they hold. */
#include "config.h"

#include "desk-fixture.h"

#include "ds-depot-packet.h"
#include "ds-json.h"
#include "ds-key.h"

#include <string.h>
#include <sys/wait.h>

#define SIGNATURE "what the customer signed"

static void
did_make (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

/* Returns: (transfer full) */
static json_t *
make_packet (DeskFixture *fixture, const char *payment_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) packet = NULL;
  g_autoptr (GError) error = NULL;
  json_t *object;

  ds_depot_make_packet_async (fixture->base.depot, payment_id, did_make, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  packet = ds_depot_make_packet_finish (fixture->base.depot, result, &error);
  g_assert_no_error (error);
  object = ds_json_parse_object (g_bytes_get_data (packet, NULL), g_bytes_get_size (packet), 1024 * 1024,
                                 &error);
  g_assert_no_error (error);
  return object;
}

/* @key: (nullable): the depot's, as somebody else knows it. Returns: (transfer full): what the inspector prints. */
static json_t *
inspect (json_t *packet, const char *key, int status)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "packet.json", NULL);
  g_autofree char *line = ds_json_to_line (packet);
  const char *const arguments[]
      = { g_getenv ("DS_INSPECT"), "packet", "--json", path, key ? "--key" : NULL, key, NULL };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  json_t *report;
  int wait_status;

  g_assert_true (g_file_set_contents (path, line, -1, &error));
  g_assert_no_error (error);
  g_assert_true (g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                               &wait_status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (WEXITSTATUS (wait_status), ==, status);
  report = ds_json_parse_object (output, strlen (output), 1024 * 1024, &error);
  g_assert_no_error (error);
  g_assert_true (json_is_true (json_object_get (report, "good")) == (status == 0));
  return report;
}

static void
assert_bad (json_t *packet)
{
  json_decref (inspect (packet, NULL, 1));
}

/* Whether a check of that name is among the report's, and good. */
static gboolean
holds (json_t *report, const char *check)
{
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (report, "checks"), i, item)
  {
    if (g_str_equal (json_string_value (json_object_get (item, "check")), check))
      return json_is_true (json_object_get (item, "good"));
  }
  return FALSE;
}

/* Another character near its end, as somebody would who has only an editor. */
static json_t *
alter (const char *text)
{
  g_autofree char *altered = g_strdup (text);
  gsize at = strlen (altered) - 8;

  altered[at] = altered[at] == 'A' ? 'B' : 'A';
  return json_string (altered);
}

static void
test_altered (DeskFixture *fixture, gconstpointer data)
{
  static const char *const parts[] = { "testimony", "trust", "statement" };
  g_autoptr (json_t) good = NULL;
  g_autoptr (json_t) other = NULL;
  g_autoptr (json_t) report = NULL;
  json_t *journal;

  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  good = make_packet (fixture, fixture->digital_payment);
  report = inspect (good, NULL, 0);
  g_assert_cmpstr (json_string_value (json_object_get (report, "payment")), ==, fixture->digital_payment);
  g_assert_true (holds (report, "journal"));
  g_assert_true (holds (report, "statement"));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (json_t) bad = json_deep_copy (good);

      json_object_set_new (bad, parts[i], alter (json_string_value (json_object_get (bad, parts[i]))));
      assert_bad (bad);
    }

  /* A line that is altered, and one that is left out: the depot has acknowledged it. */
  other = json_deep_copy (good);
  journal = json_object_get (other, "journal");
  json_array_set_new (journal, 0, alter (json_string_value (json_array_get (journal, 0))));
  assert_bad (other);
  json_array_remove (journal, 0);
  assert_bad (other);
}

/* The depot has another key by now; the statement is the old one's. */
static void
test_new_key (DeskFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) keys = NULL;
  g_autoptr (json_t) packet = NULL;
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;

  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  keys = ds_depot_rotate_key (fixture->base.depot, 0, &error);
  g_assert_no_error (error);
  packet = make_packet (fixture, fixture->digital_payment);
  report = inspect (packet, NULL, 0);
  g_assert_true (holds (report, "statement"));
  g_assert_true (holds (report, "operators"));
}

/* A packet that is signed throughout, by somebody else. */
static void
test_other_depot (DeskFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) packet = make_packet (fixture, fixture->cash_payment);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *other_hex = ds_key_get_public_hex (other);
  g_autofree char *ours_hex = ds_key_get_public_hex (ds_depot_get_key (fixture->base.depot));
  g_autoptr (json_t) good = inspect (packet, ours_hex, 0);
  g_autoptr (json_t) bad = inspect (packet, other_hex, 1);

  g_assert_true (json_is_true (json_object_get (good, "key_was_given")));
}

/* The bank's receipt and the customer's signature go with it and are checked. */
static void
test_evidence (DeskFixture *fixture, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (&fixture->base);
  g_autofree char *receipt = test_operator_sign_receipt (fixture->base.operator_a, id, DESK_DIGITAL_FEN);
  g_autofree char *sm3 = ds_sm3_hex (SIGNATURE, strlen (SIGNATURE));
  g_autofree char *blob = g_strconcat ("/v1/blobs/", sm3, NULL);
  gint64 soon = ds_clock_get_wall_ms (DS_CLOCK (fixture->base.clock)) + 60000;
  g_autoptr (json_t) packet = NULL;
  g_autoptr (json_t) report = NULL;
  g_auto (Reply) reply = { 0 };
  json_t *proofs;

  depot_fixture_append (&fixture->base, "payment.presented", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:s, s:I}",
                        "payment", id, "shift", fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen",
                        DESK_DIGITAL_FEN, "source", "built", "code_sm3", "00", "expires_at_ms",
                        (json_int_t)soon);
  g_assert_null (depot_fixture_push (&fixture->base));
  test_operator_pay (fixture->base.operator_a, id, DESK_DIGITAL_FEN);
  depot_fixture_append (&fixture->base, "note.added", "{s:s}", "text",
                        "what is between belongs to the chain");
  g_assert_null (depot_fixture_push (&fixture->base));
  depot_fixture_append (&fixture->base, "payment.receipt", "{s:s, s:s}", "payment", id, "receipt", receipt);
  g_assert_null (depot_fixture_push (&fixture->base));
  depot_fixture_append (&fixture->base, "proof.added", "{s:s, s:s, s:[s], s:s, s:s, s:i}", "stop", "D1",
                        "payment", id, "parcels", "W1", "kind", "signature", "sm3", sm3, "size",
                        (int)strlen (SIGNATURE));
  g_assert_null (depot_fixture_push (&fixture->base));
  depot_fixture_send (&fixture->base, "PUT", blob, fixture->base.token, SIGNATURE, -1, &reply);
  g_assert_cmpuint (reply.status, ==, 201);

  packet = make_packet (fixture, id);
  g_assert_cmpuint (json_array_size (json_object_get (packet, "journal")), ==, 4);
  report = inspect (packet, NULL, 0);
  g_assert_true (holds (report, "receipt"));
  g_assert_true (holds (report, "proof"));

  proofs = json_object_get (packet, "proofs");
  json_object_set_new (proofs, sm3, alter (json_string_value (json_object_get (proofs, sm3))));
  assert_bad (packet);
}

/* An operator that is away takes nothing from the packet, which says so. */
static void
test_silent_operator (DeskFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) packet = NULL;
  g_autoptr (json_t) report = NULL;
  g_autofree char *story = NULL;

  test_operator_lose_requests (fixture->base.operator_a, 1);
  packet = make_packet (fixture, fixture->digital_payment);
  report = inspect (packet, NULL, 0);
  story = json_dumps (json_object_get (report, "story"), 0);
  g_assert_nonnull (strstr (story, "did not answer"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define packet_test_add(path, test)                                                                          \
  g_test_add (path, DeskFixture, NULL, desk_fixture_set_up, test, desk_fixture_tear_down)
  packet_test_add ("/packet/altered", test_altered);
  packet_test_add ("/packet/new-key", test_new_key);
  packet_test_add ("/packet/other-depot", test_other_depot);
  packet_test_add ("/packet/evidence", test_evidence);
  packet_test_add ("/packet/silent-operator", test_silent_operator);
  return g_test_run ();
}
