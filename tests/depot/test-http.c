/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device side over real HTTPS: who may come in, what is taken and what is refused. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-private.h"
#include "ds-depot-service.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

static gint64
now_ms (DepotFixture *fixture)
{
  return ds_clock_get_wall_ms (DS_CLOCK (fixture->clock));
}

static void
test_health (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };

  depot_fixture_send (fixture, "GET", "/v1/health", NULL, NULL, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  depot_fixture_send (fixture, "GET", "/v1/nothing", NULL, NULL, 0, &reply);
  reply_assert_trouble (&reply, 404, "not-found");
  depot_fixture_send (fixture, "DELETE", "/v1/health", NULL, NULL, 0, &reply);
  reply_assert_trouble (&reply, 405, "invalid");
  g_assert_cmpstr (soup_message_headers_get_one (reply.headers, "Allow"), ==, "GET");
}

/* A handheld that does not know the authority gets no further. */
static void
test_pin (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (SoupSession) stranger = soup_session_new ();
  g_autoptr (SoupSession) ours = fixture->session;
  g_auto (Reply) reply = { 0 };

  fixture->session = g_steal_pointer (&stranger);
  depot_fixture_send (fixture, "GET", "/v1/health", NULL, NULL, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 0);
  g_object_unref (fixture->session);
  fixture->session = g_steal_pointer (&ours);
}

static void
note_certificate (SoupMessage *message, GParamSpec *property, gpointer seen)
{
  g_set_object ((GTlsCertificate **)seen, soup_message_get_tls_peer_certificate (message));
}

static GTlsCertificate *
see_certificate (DepotFixture *fixture)
{
  g_autofree char *url = g_strconcat (fixture->address, "/v1/health", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  GTlsCertificate *seen = NULL;
  g_auto (Reply) reply = { 0 };

  g_signal_connect (message, "notify::tls-peer-certificate", G_CALLBACK (note_certificate), &seen);
  depot_fixture_begin_message (fixture, message, &reply);
  depot_fixture_wait (&reply);
  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_nonnull (seen);
  return seen;
}

/* A certificate that ends soon is replaced while the depot runs: at the same address, for handhelds that pin the authority. */
static void
test_renewed (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) before = see_certificate (fixture);
  g_autoptr (GTlsCertificate) kept = NULL;
  g_autoptr (GTlsCertificate) after = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_true (ds_depot_renew_certificate (fixture->depot, now_s + 300 * 86400, &error));
  kept = see_certificate (fixture);
  g_assert_true (g_tls_certificate_is_same (before, kept));
  /* One that begins only in a year is none today, and is replaced as well. */
  g_assert_true (ds_depot_renew_certificate (fixture->depot, now_s + 380 * 86400, &error));
  g_assert_true (ds_depot_renew_certificate (fixture->depot, now_s, &error));
  g_assert_no_error (error);
  after = see_certificate (fixture);
  g_assert_false (g_tls_certificate_is_same (before, after));
}

static void
test_enrol (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *code = depot_fixture_make_code (fixture);
  g_autofree char *late = depot_fixture_make_code (fixture);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_send_enrolment (fixture, fixture->key, "unknown", &reply);
  reply_assert_trouble (&reply, 404, "not-found");

  depot_fixture_send_enrolment (fixture, fixture->key, code, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  answer = reply_get_object (&reply);
  g_assert_cmpstr (json_string_value (json_object_get (json_object_get (answer, "courier"), "name")), ==,
                   "Chen Wei");
  g_assert_cmpstr (json_string_value (json_object_get (answer, "ca")), ==,
                   ds_authority_get_ca_pem (ds_depot_get_authority (fixture->depot)));

  /* The same code and key again get the same answer, another key does not. */
  depot_fixture_send_enrolment (fixture, fixture->key, code, &reply);
  again = reply_get_object (&reply);
  g_assert_true (json_equal (answer, again));
  depot_fixture_send_enrolment (fixture, other, code, &reply);
  reply_assert_trouble (&reply, 409, "conflict");
  depot_fixture_send_enrolment (fixture, fixture->key, late, &reply);
  reply_assert_trouble (&reply, 409, "conflict");

  ds_manual_clock_advance_ms (fixture->clock, 25 * 3600 * 1000);
  depot_fixture_send_enrolment (fixture, other, late, &reply);
  reply_assert_trouble (&reply, 410, "gone");
}

static void
test_bad_proof (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *code = depot_fixture_make_code (fixture);
  g_autofree char *public_key = ds_key_get_public_hex (fixture->key);
  g_autoptr (json_t) request = NULL;
  g_autofree char *zeros = g_strnfill (86, 'A');
  g_autofree char *body = NULL;
  g_auto (Reply) reply = { 0 };

  request = json_pack ("{s:s, s:s, s:s, s:s, s:s}", "code", code, "public_key", public_key, "model", "Test",
                       "app_version", "1", "proof", zeros);
  body = ds_json_to_line (request);
  depot_fixture_send (fixture, "POST", "/v1/devices", NULL, body, -1, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");

  json_object_set_new (request, "public_key", json_string ("04abcd"));
  g_free (body);
  body = ds_json_to_line (request);
  depot_fixture_send (fixture, "POST", "/v1/devices", NULL, body, -1, &reply);
  reply_assert_trouble (&reply, 400, "invalid");

  /* The code has not been used up by that. */
  depot_fixture_send_enrolment (fixture, fixture->key, code, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
}

static void
test_token (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) answer = NULL;
  g_autofree char *forged = NULL;
  DsKey *ours;

  depot_fixture_enrol (fixture);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  depot_fixture_send (fixture, "GET", "/v1/feed", NULL, NULL, 0, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
  forged = g_strdup (fixture->token);
  forged[strlen (forged) - 2] ^= 1;
  depot_fixture_send (fixture, "GET", "/v1/feed", forged, NULL, 0, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");

  depot_fixture_send_assertion (fixture, now_ms (fixture), "nonce-number-1", &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  depot_fixture_send_assertion (fixture, now_ms (fixture), "nonce-number-1", &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
  depot_fixture_send_assertion (fixture, now_ms (fixture) - 6 * 60 * 1000, "nonce-number-2", &reply);
  reply_assert_trouble (&reply, 401, "clock");
  answer = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (answer, "now_ms")), ==, now_ms (fixture));

  ours = fixture->key;
  fixture->key = ds_key_generate (NULL);
  depot_fixture_send_assertion (fixture, now_ms (fixture), "nonce-number-3", &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
  ds_key_unref (fixture->key);
  fixture->key = ours;

  ds_manual_clock_advance_ms (fixture->clock, 2 * 3600 * 1000);
  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
}

/* Kept out, a handheld gets and gives nothing over the line; its card still comes in. */
static void
test_revoked (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autoptr (GBytes) card = NULL;
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;

  depot_fixture_enrol (fixture);
  depot_fixture_append (fixture, "note.added", "{s:s}", "text", "the gate is shut");
  g_assert_false (ds_depot_revoke (fixture->depot, "nobody", "lost", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (ds_depot_revoke (fixture->depot, fixture->device, "lost on Wensan Road", &error));
  g_assert_no_error (error);

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  reply_assert_trouble (&reply, 403, "revoked");
  depot_fixture_push_from (fixture, 0, &reply);
  reply_assert_trouble (&reply, 403, "revoked");
  depot_fixture_send_assertion (fixture, now_ms (fixture), "nonce-number-1", &reply);
  reply_assert_trouble (&reply, 403, "revoked");

  card = depot_fixture_seal (fixture, 0, 1, FALSE);
  report = ds_depot_rescue (fixture->depot, card, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (report, "new")), ==, 1);

  g_assert_true (ds_depot_revoke (fixture->depot, fixture->device, NULL, &error));
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
}

static void
test_journal (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) acknowledged = NULL;
  g_autoptr (GError) error = NULL;

  depot_fixture_enrol (fixture);
  for (guint i = 0; i < 5; i++)
    depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "x");
  for (guint repeat = 0; repeat < 2; repeat++)
    {
      depot_fixture_push_from (fixture, repeat, &reply);
      g_assert_cmpuint (reply.status, ==, 200);
      json_decref (answer);
      answer = reply_get_object (&reply);
      g_assert_cmpint (json_integer_value (json_object_get (answer, "acknowledged")), ==, 5);
      g_assert_cmpstr (json_string_value (json_object_get (answer, "head")), ==, fixture->head);
      g_assert_cmpuint (json_array_size (json_object_get (answer, "refused")), ==, 0);
    }

  g_assert_true (ds_jws_verify (ds_depot_get_key (fixture->depot),
                                json_string_value (json_object_get (answer, "acknowledgement")), -1, NULL,
                                &payload, &error));
  g_assert_no_error (error);
  acknowledged
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), 10000, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (acknowledged, "device")), ==, fixture->device);
  g_assert_cmpstr (json_string_value (json_object_get (acknowledged, "head")), ==, fixture->head);

  /* What was acknowledged is still there after a kill. */
  depot_fixture_restart (fixture);
  depot_fixture_send_assertion (fixture, now_ms (fixture), "nonce-number-9", &reply);
  json_decref (answer);
  answer = reply_get_object (&reply);
  g_free (fixture->token);
  fixture->token = g_strdup (json_string_value (json_object_get (answer, "token")));
  depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "y");
  depot_fixture_push_from (fixture, 5, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
}

static json_t *
make_refund (DepotFixture *fixture, const char *payment_id)
{
  g_autofree char *refund_id = depot_fixture_make_id (fixture);

  return json_pack ("{s:s, s:s, s:i, s:s}", "payment", payment_id, "refund", refund_id, "amount_fen", 1000,
                    "reason", "damaged");
}

/* An entry's id moves money once, whatever stands in the entry that has it again; that one is taken, to go on. */
static void
test_entry_twice (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = depot_fixture_make_id (fixture);
  g_autofree char *entry_id = depot_fixture_make_id (fixture);
  g_autofree char *refused = NULL;

  depot_fixture_enrol (fixture);
  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment",
                        payment_id, "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", 5000,
                        "tendered_fen", 5000, "change_fen", 0);
  g_assert_null (depot_fixture_push (fixture));
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 5000);

  depot_fixture_append_as (fixture, entry_id, "payment.refund", make_refund (fixture, payment_id));
  g_assert_null (depot_fixture_push (fixture));
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 4000);
  depot_fixture_append_as (fixture, entry_id, "payment.refund", make_refund (fixture, payment_id));
  refused = depot_fixture_push (fixture);
  g_assert_nonnull (refused);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 4000);
}

static void
test_gap_and_fork (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autofree char *head_at_2 = NULL;
  g_autoptr (json_t) trouble = NULL;

  depot_fixture_enrol (fixture);
  for (guint i = 0; i < 4; i++)
    {
      depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "x");
      if (i == 1)
        head_at_2 = g_strdup (fixture->head);
    }
  depot_fixture_push_from (fixture, 2, &reply);
  reply_assert_trouble (&reply, 409, "gap");
  trouble = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (trouble, "expected")), ==, 1);
  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);

  /* An old copy was put back and written on: entry 3 is another one. */
  g_ptr_array_set_size (fixture->lines, 2);
  fixture->seq = 2;
  g_free (fixture->head);
  fixture->head = g_steal_pointer (&head_at_2);
  for (guint i = 0; i < 4; i++)
    depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "z");
  for (guint first = 0; first < 3; first++)
    {
      g_autoptr (json_t) fork = NULL;

      depot_fixture_push_from (fixture, first, &reply);
      reply_assert_trouble (&reply, 409, "fork");
      fork = reply_get_object (&reply);
      g_assert_cmpint (json_integer_value (json_object_get (fork, "forks_at")), ==, 3);
    }
  /* Seen from entry 5 alone, the line before it is another than the one that is held. */
  depot_fixture_push_from (fixture, 4, &reply);
  reply_assert_trouble (&reply, 409, "fork");
}

static void
test_tampered (DepotFixture *fixture, gconstpointer data)
{
  g_auto (Reply) reply = { 0 };
  g_autofree char *good = NULL;
  char *line;

  depot_fixture_enrol (fixture);
  depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "x");
  depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "S", "text", "x");

  /* A first line that was changed breaks the chain; a last one its signature. */
  for (guint i = 0; i < 2; i++)
    {
      line = g_ptr_array_index (fixture->lines, i);
      good = g_strdup (line);
      line[strlen (line) - 10] = line[strlen (line) - 10] == 'A' ? 'B' : 'A';
      depot_fixture_push_from (fixture, 0, &reply);
      reply_assert_trouble (&reply, 400, "invalid");
      strcpy (line, good);
      g_clear_pointer (&good, g_free);
    }

  depot_fixture_push_from (fixture, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
}

static void
test_rubbish (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *deep = g_strnfill (10000, '[');
  g_autofree char *big = g_strnfill (4 * 1024 * 1024 + 1, 'x');
  g_autofree char *line = g_strnfill (64 * 1024 + 1, 'x');
  const char *const objects[] = { "", "null", "[]", "{", "{}", "\xff\xfe", deep, "{\"code\":1}" };
  g_auto (Reply) reply = { 0 };

  depot_fixture_enrol (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      depot_fixture_send (fixture, "POST", "/v1/devices", NULL, objects[i], -1, &reply);
      reply_assert_trouble (&reply, 400, "invalid");
      depot_fixture_send (fixture, "POST", "/v1/tokens", NULL, objects[i], -1, &reply);
      reply_assert_trouble (&reply, 400, "invalid");
      depot_fixture_send (fixture, "POST", "/v1/journal", fixture->token, objects[i], -1, &reply);
      reply_assert_trouble (&reply, 400, "invalid");
    }
  depot_fixture_send (fixture, "POST", "/v1/journal", fixture->token, line, -1, &reply);
  reply_assert_trouble (&reply, 413, "too-large");
  depot_fixture_send (fixture, "POST", "/v1/devices", NULL, line, -1, &reply);
  reply_assert_trouble (&reply, 413, "too-large");
  depot_fixture_send (fixture, "POST", "/v1/journal", fixture->token, big, -1, &reply);
  /* The head is answered before the body has arrived: some clients see the answer, others the end of the line. */
  if (reply.status != 0)
    reply_assert_trouble (&reply, 413, "too-large");

  depot_fixture_send (fixture, "GET", "/v1/feed?after=-1", fixture->token, NULL, 0, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
  depot_fixture_send (fixture, "GET", "/v1/feed?wait=61", fixture->token, NULL, 0, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
  depot_fixture_send (fixture, "GET", "/v1/feed?limit=x", fixture->token, NULL, 0, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
}

static void
test_blob (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *digest = ds_sm3_hex ("proof", 5);
  g_autofree char *path = g_strconcat ("/v1/blobs/", digest, NULL);
  g_autofree char *kept = NULL;
  g_autofree char *file = g_build_filename (fixture->directory, "blobs", digest, NULL);
  g_auto (Reply) reply = { 0 };

  depot_fixture_enrol (fixture);
  depot_fixture_send (fixture, "PUT", path, NULL, "proof", 5, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
  depot_fixture_send (fixture, "PUT", path, fixture->token, "other", 5, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
  depot_fixture_send (fixture, "PUT", path, fixture->token, "proof", 5, &reply);
  g_assert_cmpuint (reply.status, ==, 201);
  depot_fixture_send (fixture, "PUT", path, fixture->token, "proof", 5, &reply);
  g_assert_cmpuint (reply.status, ==, 204);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "proof");
  depot_fixture_send (fixture, "PUT", "/v1/blobs/..%2f..%2fca.pem", fixture->token, "proof", 5, &reply);
  g_assert_cmpuint (reply.status, >=, 400);
}

/* Without a length in its head a body is kept no longer than its route takes one: nobody has shown a token yet. */
static void
test_endless (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *uri = g_strconcat (fixture->address, "/v1/tokens", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", uri);
  g_autofree char *big = g_strnfill (DS_DEPOT_MAX_BODY_BYTES + 1, 'x');
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (big, -1, NULL);
  g_autoptr (json_t) problem = NULL;
  g_auto (Reply) reply = { 0 };

  soup_message_set_request_body (message, "application/json", stream, -1);
  depot_fixture_begin_message (fixture, message, &reply);
  depot_fixture_wait (&reply);
  reply_assert_trouble (&reply, 413, "too-large");
  problem = reply_get_object (&reply);
  g_assert_cmpstr (json_string_value (json_object_get (problem, "detail")), ==,
                   "At most 16384 bytes are taken");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  depot_test_add ("/http/health", test_health);
  depot_test_add ("/http/pin", test_pin);
  depot_test_add ("/http/renewed", test_renewed);
  depot_test_add ("/http/enrol", test_enrol);
  depot_test_add ("/http/bad-proof", test_bad_proof);
  depot_test_add ("/http/token", test_token);
  depot_test_add ("/http/revoked", test_revoked);
  depot_test_add ("/http/journal", test_journal);
  depot_test_add ("/http/entry-twice", test_entry_twice);
  depot_test_add ("/http/gap-and-fork", test_gap_and_fork);
  depot_test_add ("/http/tampered", test_tampered);
  depot_test_add ("/http/rubbish", test_rubbish);
  depot_test_add ("/http/blob", test_blob);
  depot_test_add ("/http/endless", test_endless);
  return g_test_run ();
}
