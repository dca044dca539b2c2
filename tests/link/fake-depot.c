/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-depot.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#define MAX_CLOCK_DIFFERENCE_MS (5 * 60 * 1000)

typedef struct
{
  FakeDepot *depot;
  SoupServerMessage *message;
  gulong finished_handler;
  guint after;
  guint limit;
} Poll;

/* Whoever takes a poll out of the list frees it. */
static void
poll_free (Poll *poll)
{
  poll->depot->polls = g_list_remove (poll->depot->polls, poll);
  g_signal_handler_disconnect (poll->message, poll->finished_handler);
  g_object_unref (poll->message);
  g_free (poll);
}

/* The client went away. */
static void
poll_finished (SoupServerMessage *message, gpointer user_data)
{
  poll_free (user_data);
}

static void
answer (SoupServerMessage *message, guint status, const char *media, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, media, SOUP_MEMORY_COPY, text, strlen (text));
}

/* Takes @object. */
static void
answer_json (SoupServerMessage *message, guint status, json_t *object)
{
  g_autofree char *text = NULL;

  g_assert_nonnull (object);
  text = ds_json_to_line (object);
  answer (message, status, status < 400 ? "application/json" : "application/problem+json", text);
  json_decref (object);
}

static void
answer_problem (SoupServerMessage *message, guint status, const char *name, const char *member, gint64 value)
{
  g_autofree char *type = g_strconcat ("urn:doorstep:problem:", name, NULL);

  answer_json (message, status,
               json_pack ("{s:s, s:s, s:i, s:I}", "type", type, "title", name, "status", status, member,
                          (json_int_t)value));
}

static json_t *
read_body (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  json_t *object = ds_json_parse_object (body->data, (gsize)body->length, (gsize)body->length, NULL);

  g_assert_nonnull (object);
  return object;
}

static const char *
get_string (json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));

  g_assert_nonnull (text);
  return text;
}

static void
enrol (FakeDepot *self, SoupServerMessage *message)
{
  g_autoptr (json_t) object = read_body (message);
  const char *public_key = get_string (object, "public_key");
  g_autoptr (GBytes) point = ds_hex_decode (public_key, NULL);
  g_autoptr (GBytes) proof = ds_base64url_decode (get_string (object, "proof"), -1, NULL);
  g_autofree char *statement = g_strconcat (get_string (object, "code"), ".", public_key, NULL);
  g_autofree char *depot_key = ds_key_get_public_hex (self->key);
  g_autoptr (DsKey) key
      = ds_key_new_from_public (g_bytes_get_data (point, NULL), g_bytes_get_size (point), NULL);

  g_assert_cmpuint (g_bytes_get_size (proof), ==, DS_SM2_SIGNATURE_SIZE);
  g_assert_true (ds_key_verify (key, statement, strlen (statement), g_bytes_get_data (proof, NULL)));
  if (!g_str_equal (get_string (object, "code"), FAKE_DEPOT_CODE)
      || (self->device_key != NULL
          && memcmp (ds_key_get_public (key), ds_key_get_public (self->device_key), DS_SM2_PUBLIC_SIZE) != 0))
    {
      answer_problem (message, 409, "conflict", "none", 0);
      return;
    }

  g_clear_pointer (&self->device_key, ds_key_unref);
  self->device_key = g_steal_pointer (&key);
  answer_json (message, 200,
               json_pack ("{s:s, s:s, s:{s:s, s:s}, s:s, s:s}", "device", "device-1", "depot_name",
                          "Hangzhou 3", "courier", "id", "0317", "name", "王磊", "depot_key", depot_key, "ca",
                          ds_authority_get_ca_pem (self->authority)));
}

static void
give_token (FakeDepot *self, SoupServerMessage *message)
{
  g_autoptr (json_t) object = read_body (message);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) assertion = NULL;
  g_autofree char *kid = NULL;
  gint64 now_ms = ds_clock_get_wall_ms (self->clock) + self->clock_offset_ms;
  gint64 at_ms;
  gsize n;
  const char *text;

  g_assert_true (
      ds_jws_verify (self->device_key, get_string (object, "assertion"), -1, &kid, &payload, NULL));
  text = g_bytes_get_data (payload, &n);
  assertion = ds_json_parse_object (text, n, n, NULL);
  g_assert_cmpstr (kid, ==, get_string (assertion, "device"));
  g_assert_cmpstr (get_string (assertion, "aud"), ==, "depot");
  g_assert_cmpuint (strlen (get_string (assertion, "nonce")), >=, 16);
  at_ms = json_integer_value (json_object_get (assertion, "at_ms"));
  if (ABS (at_ms - now_ms) > MAX_CLOCK_DIFFERENCE_MS)
    {
      answer_problem (message, 401, "clock", "now_ms", now_ms);
      return;
    }

  g_free (self->token);
  self->token = g_strdup_printf ("token-%u", ++self->n_tokens);
  answer_json (message, 200, json_pack ("{s:s, s:i}", "token", self->token, "expires_in_s", 600));
}

static gboolean
is_authorised (FakeDepot *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *header = soup_message_headers_get_one (headers, "Authorization");

  return header != NULL && self->token != NULL && g_str_has_prefix (header, "Bearer ")
         && g_str_equal (header + strlen ("Bearer "), self->token);
}

/* Whether the depot holds entry @seq as @line; what it does not hold yet fits if it is the next one. */
static gboolean
take_line (FakeDepot *self, SoupServerMessage *message, const DsEntry *entry)
{
  if (entry->seq > self->lines->len + 1)
    {
      answer_problem (message, 409, "gap", "expected", self->lines->len + 1);
      return FALSE;
    }
  if (entry->seq == self->lines->len + 1)
    g_ptr_array_add (self->lines, g_strdup (entry->line));
  else if (!g_str_equal (g_ptr_array_index (self->lines, entry->seq - 1), entry->line))
    {
      answer_problem (message, 409, "fork", "forks_at", entry->seq);
      return FALSE;
    }
  return TRUE;
}

static void
take_journal (FakeDepot *self, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autofree char *text = g_strndup (body->data, (gsize)body->length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (json_t) refused = json_array ();
  g_autoptr (json_t) payload = NULL;
  g_autofree char *payload_text = NULL;
  g_autofree char *acknowledgement = NULL;
  g_autofree char *head = NULL;
  const char *last;

  g_assert_true (g_str_has_suffix (text, "\n"));
  g_assert_cmpuint (g_strv_length (lines), <=, 501);
  for (guint i = 0; *lines[i] != '\0'; i++)
    {
      g_autoptr (DsEntry) entry = ds_entry_parse (lines[i], -1, NULL);

      g_assert_nonnull (entry);
      if (!take_line (self, message, entry))
        return;
      if (g_str_equal (entry->type, "note.added"))
        json_array_append_new (refused, json_pack ("{s:I, s:s, s:s}", "seq", (json_int_t)entry->seq, "id",
                                                   entry->id, "reason", "No such stop"));
    }

  last = g_ptr_array_index (self->lines, self->lines->len - 1);
  head = ds_sm3_hex (last, strlen (last));
  payload
      = json_pack ("{s:s, s:i, s:s, s:I}", "device", "device-1", "acknowledged", self->lines->len, "head",
                   head, "at_ms", (json_int_t)(ds_clock_get_wall_ms (self->clock) + self->clock_offset_ms));
  payload_text = ds_json_to_line (payload);
  acknowledgement = ds_jws_sign (self->key, "depot", payload_text, strlen (payload_text), NULL);
  answer_json (message, 200,
               json_pack ("{s:i, s:s, s:s, s:O}", "acknowledged", self->lines->len, "head", head,
                          "acknowledgement", acknowledgement, "refused", refused));
}

static void
answer_feed (FakeDepot *self, SoupServerMessage *message, guint after, guint limit)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GString) text = g_string_new (NULL);
  guint last = MIN (self->items->len, after + limit);
  g_autofree char *cursor = g_strdup_printf ("%u", last);
  g_autofree char *held = g_strdup_printf ("%u", self->lines->len);
  const char *last_line = self->lines->len > 0 ? g_ptr_array_index (self->lines, self->lines->len - 1) : NULL;
  g_autofree char *head
      = last_line ? ds_sm3_hex (last_line, strlen (last_line)) : g_strdup (DS_ENTRY_GENESIS);

  for (guint i = after; i < last; i++)
    g_string_append_printf (text, "%s\n", (const char *)g_ptr_array_index (self->items, i));
  soup_message_headers_replace (headers, "Doorstep-Cursor", cursor);
  soup_message_headers_replace (headers, "Doorstep-Acknowledged", held);
  soup_message_headers_replace (headers, "Doorstep-Head", head);
  if (last < self->items->len)
    soup_message_headers_replace (headers, "Doorstep-More", "1");
  answer (message, 200, "application/x-ndjson", text->str);
}

static void
give_feed (FakeDepot *self, SoupServerMessage *message, GHashTable *query)
{
  guint after = (guint)g_ascii_strtoull (g_hash_table_lookup (query, "after"), NULL, 10);
  guint wait_s = (guint)g_ascii_strtoull (g_hash_table_lookup (query, "wait"), NULL, 10);
  guint limit = (guint)g_ascii_strtoull (g_hash_table_lookup (query, "limit"), NULL, 10);
  Poll *poll;

  if (after < self->items->len || wait_s == 0 || self->impatient)
    {
      answer_feed (self, message, after, limit);
      return;
    }

  poll = g_new0 (Poll, 1);
  poll->depot = self;
  poll->message = g_object_ref (message);
  poll->finished_handler = g_signal_connect (message, "finished", G_CALLBACK (poll_finished), poll);
  poll->after = after;
  poll->limit = limit;
  self->polls = g_list_append (self->polls, poll);
  soup_server_message_pause (message);
}

/* Does to the connection what the test wants. */
static void
misbehave (FakeDepot *self, SoupServerMessage *message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  self->n_faults--;
  if (self->fault_reply != NULL)
    g_output_stream_write_all (g_io_stream_get_output_stream (stream), self->fault_reply,
                               strlen (self->fault_reply), NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static void
handle (SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user_data)
{
  FakeDepot *self = user_data;
  gboolean faulty = self->n_faults > 0 && g_str_equal (path, self->fault_path);

  g_ptr_array_add (self->requests, g_strdup_printf ("%s %s", soup_server_message_get_method (message), path));
  if (faulty && !self->fault_acts)
    {
      misbehave (self, message);
      return;
    }

  if (g_str_equal (path, "/v1/devices"))
    enrol (self, message);
  else if (g_str_equal (path, "/v1/tokens"))
    give_token (self, message);
  else if (!is_authorised (self, message))
    answer_problem (message, 401, "unauthorised", "none", 0);
  else if (g_str_equal (path, "/v1/journal"))
    take_journal (self, message);
  else if (g_str_equal (path, "/v1/feed"))
    give_feed (self, message, query);
  else
    answer_problem (message, 404, "not-found", "none", 0);

  if (faulty)
    misbehave (self, message);
}

void
fake_depot_come_up (FakeDepot *self)
{
  g_autoptr (SoupServer) server
      = soup_server_new ("tls-certificate", ds_authority_get_server_certificate (self->authority), NULL);
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  soup_server_add_handler (server, NULL, handle, self, NULL);
  soup_server_listen_local (server, self->port, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY,
                            &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  self->port = (guint16)g_uri_get_port (uris->data);
  self->server = g_steal_pointer (&server);
}

void
fake_depot_drop_polls (FakeDepot *self)
{
  while (self->polls != NULL)
    {
      Poll *poll = self->polls->data;
      g_autoptr (SoupServerMessage) message = g_object_ref (poll->message);
      g_autoptr (GIOStream) stream = NULL;

      poll_free (poll);
      stream = soup_server_message_steal_connection (message);
      g_io_stream_close (stream, NULL, NULL);
    }
}

void
fake_depot_go_down (FakeDepot *self)
{
  fake_depot_drop_polls (self);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}

FakeDepot *
fake_depot_new (DsClock *clock)
{
  FakeDepot *self = g_new0 (FakeDepot, 1);
  g_autofree char *directory = g_build_filename (g_get_user_data_dir (), "depot", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  self->authority = ds_authority_open (directory, NULL, g_get_real_time () / G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  self->key = ds_key_generate (&error);
  g_assert_no_error (error);
  self->clock = g_object_ref (clock);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->items = g_ptr_array_new_with_free_func (g_free);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  fake_depot_come_up (self);
  return self;
}

void
fake_depot_free (FakeDepot *self)
{
  if (self->server != NULL)
    fake_depot_go_down (self);
  ds_authority_free (self->authority);
  ds_key_unref (self->key);
  g_clear_pointer (&self->device_key, ds_key_unref);
  g_object_unref (self->clock);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->requests);
  g_free (self->token);
  g_free (self->fault_path);
  g_free (self->fault_reply);
  g_free (self);
}

DsEnrolCode *
fake_depot_make_code (FakeDepot *self)
{
  DsEnrolCode *code = g_new0 (DsEnrolCode, 1);

  code->address = g_strdup_printf ("https://127.0.0.1:%u", self->port);
  code->pin = g_strdup (ds_authority_get_pin (self->authority));
  code->code = g_strdup (FAKE_DEPOT_CODE);
  return code;
}

void
fake_depot_add (FakeDepot *self, const char *type, json_t *data)
{
  g_autoptr (json_t) item = json_pack ("{s:i, s:s, s:I, s:o}", "cursor", self->items->len + 1, "type", type,
                                       "at_ms", (json_int_t)ds_clock_get_wall_ms (self->clock), "data", data);

  g_assert_nonnull (item);
  g_ptr_array_add (self->items, ds_json_to_line (item));
}

void
fake_depot_tell (FakeDepot *self, const char *type, json_t *data)
{
  fake_depot_add (self, type, data);
  while (self->polls != NULL)
    {
      Poll *poll = self->polls->data;

      answer_feed (self, poll->message, poll->after, poll->limit);
      soup_server_message_unpause (poll->message);
      poll_free (poll);
    }
}

void
fake_depot_forget_tokens (FakeDepot *self)
{
  g_clear_pointer (&self->token, g_free);
}

void
fake_depot_set_fault (FakeDepot *self, const char *path, gboolean acts, guint n, const char *reply)
{
  g_free (self->fault_path);
  g_free (self->fault_reply);
  self->fault_path = g_strdup (path);
  self->fault_reply = g_strdup (reply);
  self->fault_acts = acts;
  self->n_faults = n;
}

guint
fake_depot_count_requests (FakeDepot *self, const char *request)
{
  guint n = 0;

  for (guint i = 0; i < self->requests->len; i++)
    n += g_str_equal (g_ptr_array_index (self->requests, i), request);
  return n;
}
