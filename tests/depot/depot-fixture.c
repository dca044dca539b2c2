/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-private.h"
#include "ds-encoding.h"
#include "ds-enrol-code.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-sealed-file.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

#define PAYEE "QN000317"

DsDepot *
depot_fixture_try_open (DepotFixture *self, GError **error)
{
  g_autoptr (GPtrArray) operators = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (operators, g_object_ref (self->operator_a));
  g_ptr_array_add (operators, g_object_ref (self->operator_b));
  return ds_depot_new (self->directory, NULL, operators, DS_CLOCK (self->clock), self->random, error);
}

static void
open_depot (DepotFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->depot = depot_fixture_try_open (self, &error);
  g_assert_no_error (error);
  g_assert_true (ds_depot_listen (self->depot, FALSE, 0, &error));
  g_assert_no_error (error);
  g_free (self->address);
  self->address = g_strdup (ds_depot_get_address (self->depot));
}

void
depot_fixture_set_up (DepotFixture *self, gconstpointer data)
{
  g_autofree char *ca_path = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autoptr (GError) error = NULL;

  self->directory = g_build_filename (g_get_user_data_dir (), "depot", NULL);
  self->clock = ds_manual_clock_new (g_get_real_time () / 1000);
  self->random = ds_random_new_system ();
  self->operator_a = test_operator_new ("003", PAYEE);
  self->operator_b = test_operator_new ("007", PAYEE);
  open_depot (self);

  ca_path = g_build_filename (self->directory, "ca.pem", NULL);
  trust = g_tls_file_database_new (ca_path, &error);
  g_assert_no_error (error);
  self->session = soup_session_new_with_options ("tls-database", trust, "timeout", 20, NULL);
  self->key = ds_key_generate (NULL);
  self->head = g_strdup (DS_ENTRY_GENESIS);
  self->lines = g_ptr_array_new_with_free_func (g_free);
}

void
depot_fixture_tear_down (DepotFixture *self, gconstpointer data)
{
  soup_session_abort (self->session);
  depot_fixture_settle (self);
  g_assert_finalize_object (self->session);
  g_assert_finalize_object (self->depot);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (self->operator_a);
  g_assert_finalize_object (self->operator_b);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  ds_key_unref (self->key);
  g_ptr_array_unref (self->lines);
  g_free (self->directory);
  g_free (self->address);
  g_free (self->device);
  g_free (self->token);
  g_free (self->head);
}

void
depot_fixture_restart (DepotFixture *self)
{
  soup_session_abort (self->session);
  /* An operator that is still being asked holds the object, not the files. */
  ds_depot_close (self->depot);
  g_object_unref (self->depot);
  open_depot (self);
}

void
depot_fixture_settle (DepotFixture *self)
{
  do
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  while (!ds_depot_is_idle (self->depot));
}

void
depot_fixture_remove_files (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "depot", NULL);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (directory);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
}

/* Requests */

void
reply_clear (Reply *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

json_t *
reply_get_object (Reply *self)
{
  g_autoptr (GError) error = NULL;
  gsize n;
  const char *text = g_bytes_get_data (self->body, &n);
  json_t *object = ds_json_parse_object (text, n, 1024 * 1024, &error);

  g_assert_no_error (error);
  return object;
}

void
reply_assert_trouble (Reply *self, guint status, const char *name)
{
  g_autoptr (json_t) object = NULL;
  g_autofree char *type = g_strconcat ("urn:doorstep:problem:", name, NULL);

  g_assert_cmpuint (self->status, ==, status);
  g_assert_cmpstr (soup_message_headers_get_content_type (self->headers, NULL), ==,
                   "application/problem+json");
  object = reply_get_object (self);
  g_assert_cmpstr (json_string_value (json_object_get (object, "type")), ==, type);
  g_assert_cmpint (json_integer_value (json_object_get (object, "status")), ==, status);
  g_assert_true (json_is_string (json_object_get (object, "title")));
  g_assert_true (json_is_string (json_object_get (object, "detail")));
}

static void
did_receive (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reply *reply = user_data;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);

  reply->body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  if (reply->body != NULL)
    {
      reply->status = soup_message_get_status (message);
      reply->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
    }
  reply->done = TRUE;
}

void
depot_fixture_begin (DepotFixture *self,
                     const char *method,
                     const char *path,
                     const char *token,
                     const void *body,
                     gssize n,
                     Reply *reply)
{
  g_autofree char *uri = g_strconcat (self->address, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);

  if (token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", value);
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, n < 0 ? strlen (body) : (gsize)n);

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  depot_fixture_begin_message (self, message, reply);
}

void
depot_fixture_begin_message (DepotFixture *self, SoupMessage *message, Reply *reply)
{
  reply->done = FALSE;
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, NULL, did_receive, reply);
}

void
depot_fixture_wait_for_polls (DepotFixture *self, guint n)
{
  while (ds_depot_service_get_n_waiters (self->depot->service) != n)
    g_main_context_iteration (NULL, TRUE);
}

void
depot_fixture_wait (Reply *reply)
{
  while (!reply->done)
    g_main_context_iteration (NULL, TRUE);
}

void
depot_fixture_send (DepotFixture *self,
                    const char *method,
                    const char *path,
                    const char *token,
                    const void *body,
                    gssize n,
                    Reply *reply)
{
  reply_clear (reply);
  *reply = (Reply){ 0 };
  depot_fixture_begin (self, method, path, token, body, n, reply);
  depot_fixture_wait (reply);
}

/* The handheld */

char *
depot_fixture_make_code (DepotFixture *self)
{
  return depot_fixture_make_code_for (self, "0317");
}

char *
depot_fixture_make_code_for (DepotFixture *self, const char *courier_id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_depot_enrol (self->depot, courier_id, "Chen Wei", NULL, &error);
  g_autoptr (DsEnrolCode) code = NULL;

  g_assert_no_error (error);
  code = ds_enrol_code_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->address, ==, self->address);
  return g_strdup (code->code);
}

void
depot_fixture_send_enrolment (DepotFixture *self, DsKey *key, const char *code, Reply *reply)
{
  g_autofree char *public_key = ds_key_get_public_hex (key);
  g_autofree char *text = g_strconcat (code, ".", public_key, NULL);
  guint8 signature[DS_SM2_SIGNATURE_SIZE];
  g_autofree char *proof = NULL;
  g_autofree char *body = NULL;
  g_autoptr (json_t) request = NULL;

  g_assert_true (ds_key_sign (key, text, strlen (text), signature, NULL));
  proof = ds_base64url_encode (signature, sizeof signature);
  request = json_pack ("{s:s, s:s, s:s, s:s, s:s}", "code", code, "public_key", public_key, "model", "Test",
                       "app_version", "1", "proof", proof);
  body = ds_json_to_line (request);
  depot_fixture_send (self, "POST", "/v1/devices", NULL, body, -1, reply);
}

void
depot_fixture_send_assertion (DepotFixture *self, gint64 at_ms, const char *nonce, Reply *reply)
{
  g_autoptr (json_t) claims = json_pack ("{s:s, s:s, s:I, s:s}", "device", self->device, "aud", "depot",
                                         "at_ms", (json_int_t)at_ms, "nonce", nonce);
  g_autofree char *line = ds_json_to_line (claims);
  g_autofree char *assertion = ds_jws_sign (self->key, self->device, line, strlen (line), NULL);
  g_autofree char *body = g_strdup_printf ("{\"assertion\":\"%s\"}", assertion);

  depot_fixture_send (self, "POST", "/v1/tokens", NULL, body, -1, reply);
}

static char *
take_member (Reply *reply, const char *member)
{
  g_autoptr (json_t) object = NULL;

  g_assert_cmpuint (reply->status, ==, 200);
  object = reply_get_object (reply);
  return g_strdup (json_string_value (json_object_get (object, member)));
}

void
depot_fixture_renew_token (DepotFixture *self)
{
  g_autofree char *nonce = depot_fixture_make_id (self);
  g_auto (Reply) reply = { 0 };

  depot_fixture_send_assertion (self, ds_clock_get_wall_ms (DS_CLOCK (self->clock)), nonce, &reply);
  g_free (self->token);
  self->token = take_member (&reply, "token");
}

static void
enrol_for (DepotFixture *self, const char *courier_id)
{
  g_autofree char *code = depot_fixture_make_code_for (self, courier_id);
  g_auto (Reply) reply = { 0 };

  depot_fixture_send_enrolment (self, self->key, code, &reply);
  g_free (self->device);
  self->device = take_member (&reply, "device");
  depot_fixture_renew_token (self);
}

void
depot_fixture_enrol (DepotFixture *self)
{
  enrol_for (self, "0317");
}

void
depot_fixture_switch_handheld (DepotFixture *self, const char *courier_id)
{
  ds_key_unref (self->key);
  self->key = ds_key_generate (NULL);
  self->seq = 0;
  g_free (self->head);
  self->head = g_strdup (DS_ENTRY_GENESIS);
  g_ptr_array_set_size (self->lines, 0);
  enrol_for (self, courier_id);
}

void
depot_fixture_append (DepotFixture *self, const char *type, const char *format, ...)
{
  g_autofree char *id = depot_fixture_make_id (self);
  va_list arguments;

  va_start (arguments, format);
  depot_fixture_append_as (self, id, type, json_vpack_ex (NULL, 0, format, arguments));
  va_end (arguments);
}

void
depot_fixture_append_as (DepotFixture *self, const char *id, const char *type, json_t *contents)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEntry) entry = NULL;
  g_autoptr (json_t) data = contents;

  g_assert_nonnull (data);
  entry = ds_entry_sign (self->key, self->device, self->seq + 1, self->head, id, DS_CLOCK (self->clock), type,
                         data, &error);
  g_assert_no_error (error);
  self->seq++;
  g_free (self->head);
  self->head = g_strdup (entry->hash);
  g_ptr_array_add (self->lines, g_strdup (entry->line));
}

void
depot_fixture_push_from (DepotFixture *self, guint first, Reply *reply)
{
  g_autoptr (GString) body = g_string_new (NULL);

  for (guint i = first; i < self->lines->len; i++)
    g_string_append_printf (body, "%s\n", (char *)g_ptr_array_index (self->lines, i));
  depot_fixture_send (self, "POST", "/v1/journal", self->token, body->str, (gssize)body->len, reply);
}

char *
depot_fixture_push (DepotFixture *self)
{
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) answer = NULL;
  json_t *refused;

  depot_fixture_push_from (self, self->lines->len - 1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  answer = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (answer, "acknowledged")), ==, self->seq);
  g_assert_cmpstr (json_string_value (json_object_get (answer, "head")), ==, self->head);
  depot_fixture_settle (self);
  refused = json_object_get (answer, "refused");
  if (json_array_size (refused) == 0)
    return NULL;
  return g_strdup (json_string_value (json_object_get (json_array_get (refused, 0), "reason")));
}

char *
depot_fixture_get_entry_id (DepotFixture *self, guint at)
{
  g_autoptr (DsEntry) entry = ds_entry_parse (g_ptr_array_index (self->lines, at), -1, NULL);

  return g_strdup (entry->id);
}

void
depot_fixture_go_back (DepotFixture *self, guint n)
{
  const char *last;

  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, self->lines->len);
  g_ptr_array_set_size (self->lines, (gint)n);
  last = g_ptr_array_index (self->lines, n - 1);
  self->seq = n;
  g_free (self->head);
  self->head = ds_sm3_hex (last, strlen (last));
}

static void
add_record (GByteArray *file, DsSealer *sealer, DsSealedKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) record = ds_sealer_seal (sealer, kind, text, strlen (text), &error);

  g_assert_no_error (error);
  g_byte_array_append (file, g_bytes_get_data (record, NULL), (guint)g_bytes_get_size (record));
}

GBytes *
depot_fixture_seal (DepotFixture *self, guint first, guint n, gboolean ended)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsSealer) sealer = ds_sealer_new (ds_depot_get_key (self->depot), &head, &error);
  g_autofree char *device = g_strdup_printf ("{\"device\":\"%s\"}", self->device);

  g_assert_no_error (error);
  g_byte_array_append (file, g_bytes_get_data (head, NULL), (guint)g_bytes_get_size (head));
  add_record (file, sealer, DS_SEALED_DEVICE, device);
  /* A record a line, as a handheld appends them. */
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *line = g_strconcat (g_ptr_array_index (self->lines, i), "\n", NULL);

      add_record (file, sealer, DS_SEALED_LINES, line);
    }
  if (ended)
    add_record (file, sealer, DS_SEALED_END, "{}");
  return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}

json_t *
depot_fixture_find_item (DepotFixture *self, const char *type, const char *subject)
{
  static const char *const subjects[] = { "payment", "stop", "shift", "device", "entry" };
  g_auto (Reply) reply = { 0 };
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;
  json_t *found = NULL;

  depot_fixture_send (self, "GET", "/v1/feed?after=0&limit=2000", self->token, NULL, 0, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  text = g_strndup (g_bytes_get_data (reply.body, NULL), g_bytes_get_size (reply.body));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      g_autoptr (json_t) item = ds_json_parse_object (lines[i], strlen (lines[i]), 1024 * 1024, NULL);
      json_t *data = json_object_get (item, "data");

      g_assert_nonnull (item);
      for (gsize k = 0; k < G_N_ELEMENTS (subjects); k++)
        {
          if (g_strcmp0 (json_string_value (json_object_get (item, "type")), type) == 0
              && (subject == NULL
                  || g_strcmp0 (json_string_value (json_object_get (data, subjects[k])), subject) == 0))
            {
              json_decref (found);
              found = json_incref (data);
            }
        }
    }
  return found;
}

void
depot_fixture_assert_state (DepotFixture *self, const char *payment_id, const char *state)
{
  g_autoptr (json_t) data = depot_fixture_find_item (self, "payment", payment_id);
  const char *found = data ? json_string_value (json_object_get (data, "state")) : "";

  g_assert_cmpstr (found, ==, state);
}

char *
depot_fixture_make_id (DepotFixture *self)
{
  return ds_id_new (DS_CLOCK (self->clock), self->random);
}

gint64
depot_fixture_get_balance (DepotFixture *self, const char *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = ds_depot_books_to_json (self->depot, &error);

  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  return json_integer_value (json_object_get (json_object_get (books, "accounts"), account));
}

static void
did_import (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

json_t *
depot_fixture_import (DepotFixture *self, const char *csv, GError **error)
{
  const DsImportOptions options = { .courier_id = "0317", .day = "2026-11-22", .seed = 7 };
  g_autoptr (GBytes) bytes = g_bytes_new (csv, strlen (csv));
  g_autoptr (GAsyncResult) result = NULL;

  ds_depot_import_async (self->depot, bytes, &options, NULL, did_import, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_depot_import_finish (self->depot, result, error);
}

/* Shifts */

void
depot_fixture_push_well (DepotFixture *self)
{
  g_autofree char *refused = depot_fixture_push (self);

  g_assert_cmpstr (refused, ==, NULL);
}

char *
depot_fixture_open_shift (DepotFixture *self, gint64 float_fen)
{
  char *shift = depot_fixture_make_id (self);

  depot_fixture_append (self, "shift.opened", "{s:s, s:s, s:s, s:I}", "shift", shift, "courier", "0317",
                        "accounting_date", "2026-11-22", "float_fen", (json_int_t)float_fen);
  depot_fixture_push_well (self);
  return shift;
}

void
depot_fixture_take_cash (DepotFixture *self, const char *shift, gint64 amount_fen)
{
  g_autofree char *id = depot_fixture_make_id (self);

  depot_fixture_append (self, "payment.cash", "{s:s, s:s, s:s, s:[s], s:I, s:I, s:i}", "payment", id, "shift",
                        shift, "stop", "D2", "parcels", "W2", "amount_fen", (json_int_t)amount_fen,
                        "tendered_fen", (json_int_t)amount_fen, "change_fen", 0);
  depot_fixture_push_well (self);
}

void
depot_fixture_close_shift (DepotFixture *self, const char *shift, gint64 counted_fen)
{
  depot_fixture_append (self, "shift.closed", "{s:s, s:I}", "shift", shift, "cash_counted_fen",
                        (json_int_t)counted_fen);
  depot_fixture_push_well (self);
}

char *
depot_fixture_scan (DepotFixture *self, const char *shift, const char *payer_code, gint64 amount_fen)
{
  char *id = depot_fixture_make_id (self);
  gint64 soon_ms = ds_clock_get_wall_ms (DS_CLOCK (self->clock)) + 60000;

  depot_fixture_append (self, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:I}", "payment", id,
                        "shift", shift, "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "payer_code", payer_code, "expires_at_ms", (json_int_t)soon_ms);
  depot_fixture_push_well (self);
  return id;
}
