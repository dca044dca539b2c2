/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dispute packets: the depot makes them, and doorstep-inspect, which knows nothing but the file, says whether they hold. */
#include "config.h"

#include "desk-fixture.h"

#include "ds-depot-key.h"
#include "ds-depot-packet.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-key-chain.h"
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

/* @key: (nullable): the depot's, as somebody else knows it; @keys: (nullable): a file with what binds its keys together.
 * Returns: (transfer full): what the inspector prints. */
static json_t *
inspect_with (json_t *packet, const char *key, const char *keys, int status)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "packet.json", NULL);
  g_autofree char *line = ds_json_to_line (packet);
  const char *const arguments[]
      = { g_getenv ("DS_INSPECT"), "packet", "--json", path, key ? "--key" : NULL, key,
          keys ? "--keys" : NULL,  keys,     NULL };
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

static json_t *
inspect (json_t *packet, const char *key, int status)
{
  return inspect_with (packet, key, NULL, status);
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

/* Changes the depot's key. Returns: (transfer full): the new one. */
static char *
rotate (DeskFixture *fixture, gint64 overlap_ms)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) keys = ds_depot_rotate_key (fixture->base.depot, overlap_ms, &error);

  g_assert_no_error (error);
  return g_strdup (
      json_string_value (json_object_get (json_array_get (keys, json_array_size (keys) - 1), "public_key")));
}

static void
assert_holds_with (json_t *packet, const char *key, const char *keys)
{
  g_autoptr (json_t) report = inspect_with (packet, key, keys, 0);

  g_assert_true (holds (report, "keys"));
  g_assert_true (holds (report, "testimony"));
  g_assert_true (json_is_true (json_object_get (report, "key_was_given")));
}

/* Whoever knows one of the depot's keys, an old or a new one, can check what another has signed. */
static void
test_key_chain (DeskFixture *fixture, gconstpointer data)
{
  g_autofree char *first = ds_key_get_public_hex (ds_depot_get_key (fixture->base.depot));
  g_autofree char *chain_path = g_build_filename (g_get_user_data_dir (), "keys.json", NULL);
  g_autoptr (json_t) before = make_packet (fixture, fixture->cash_payment);
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *line = NULL;
  g_autoptr (json_t) announced = NULL;
  g_autoptr (json_t) after = NULL;
  g_autoptr (json_t) chain = NULL;
  g_autoptr (GError) error = NULL;

  /* Announced, and the first still signs. */
  second = rotate (fixture, 1000);
  announced = make_packet (fixture, fixture->cash_payment);
  assert_holds_with (announced, second, NULL);
  ds_manual_clock_advance_ms (fixture->base.clock, 2000);
  ds_depot_wake (fixture->base.depot);
  depot_fixture_settle (&fixture->base);
  third = rotate (fixture, 0);
  after = make_packet (fixture, fixture->cash_payment);
  assert_holds_with (after, first, NULL);
  assert_holds_with (after, second, NULL);

  /* A packet from before knows nothing of what came later. */
  json_decref (inspect (before, third, 1));
  chain = ds_depot_make_key_chain (fixture->base.depot, &error);
  g_assert_no_error (error);
  line = ds_json_to_line (chain);
  g_assert_true (g_file_set_contents (chain_path, line, -1, NULL));
  assert_holds_with (before, third, chain_path);
  assert_holds_with (announced, third, chain_path);
}

/* Anybody can announce the depot's key as the one after their own, and say of a packet that it is older than it is. */
static void
test_forged_chain (DeskFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) ours = ds_key_ref (ds_depot_get_key (fixture->base.depot));
  g_autofree char *ours_hex = ds_key_get_public_hex (ours);
  g_autoptr (DsKey) theirs = ds_key_generate (NULL);
  g_autofree char *theirs_hex = ds_key_get_public_hex (theirs);
  g_autoptr (json_t) packet = make_packet (fixture, fixture->cash_payment);
  const DsDepotKey draft = { .number = 2, .key = ours, .from_ms = 1, .previous_until_ms = G_MAXINT64 };
  g_autofree char *announcement = ds_depot_key_announce (&draft, theirs, NULL);
  g_autoptr (json_t) keys
      = json_pack ("[{s:s, s:I}, {s:s, s:I}]", "public_key", theirs_hex, "until_ms", (json_int_t)G_MAXINT64,
                   "public_key", ours_hex, "until_ms", (json_int_t)G_MAXINT64);
  g_autofree char *list = ds_key_chain_sign_list (keys, theirs, NULL);
  g_autoptr (GBytes) payload = NULL;
  g_autofree char *testimony = NULL;
  g_autofree char *second = NULL;
  g_autoptr (json_t) late = NULL;

  g_assert_true (ds_jws_verify (ours, json_string_value (json_object_get (packet, "testimony")), -1, NULL,
                                &payload, NULL));
  testimony
      = ds_jws_sign (theirs, "depot", g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), NULL);
  json_object_set_new (packet, "testimony", json_string (testimony));
  json_object_set_new (packet, "keys",
                       json_pack ("{s:[s], s:s}", "announcements", announcement, "list", list));
  json_decref (inspect (packet, ours_hex, 1));

  /* The old key is in other hands, and was ended at once: what it signs later is nobody's word. */
  second = rotate (fixture, 0);
  ds_manual_clock_advance_ms (fixture->base.clock, 2000);
  late = make_packet (fixture, fixture->cash_payment);
  g_clear_pointer (&payload, g_bytes_unref);
  g_clear_pointer (&testimony, g_free);
  g_assert_true (ds_jws_verify (ds_depot_get_key (fixture->base.depot),
                                json_string_value (json_object_get (late, "testimony")), -1, NULL, &payload,
                                NULL));
  testimony = ds_jws_sign (ours, "depot", g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), NULL);
  json_object_set_new (late, "testimony", json_string (testimony));
  json_decref (inspect (late, second, 1));
  json_decref (inspect (late, ours_hex, 1));
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
  packet_test_add ("/packet/key-chain", test_key_chain);
  packet_test_add ("/packet/forged-chain", test_forged_chain);
  packet_test_add ("/packet/other-depot", test_other_depot);
  packet_test_add ("/packet/evidence", test_evidence);
  packet_test_add ("/packet/silent-operator", test_silent_operator);
  return g_test_run ();
}
