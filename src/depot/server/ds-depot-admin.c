/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-admin.h"

#include "ds-depot-accounts.h"
#include "ds-depot-admin-books.h"
#include "ds-depot-backup.h"
#include "ds-depot-custody.h"
#include "ds-depot-packet.h"
#include "ds-error.h"
#include "ds-json.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

/* A message is its two lengths as 8 hexadecimal digits each, a JSON object, and an attachment. */
#define HEAD_BYTES 16
#define MAX_OBJECT_BYTES (64 * 1024)
#define MAX_ATTACHMENT_BYTES (64 * 1024 * 1024)
#define MAX_REPLY_BYTES (64 * 1024 * 1024)

struct _DsDepotAdmin
{
  DsDepot *depot;
  GSocketService *service;
  char *path;
  GCancellable *closing;
};

/* Running */

static void
did_import (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *report = ds_depot_import_finish (DS_DEPOT (source), result, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
run_import (DsDepot *depot, json_t *request, GBytes *attachment, GTask *task)
{
  const DsImportOptions options = {
    .courier_id = json_string_value (json_object_get (request, "courier")),
    .day = json_string_value (json_object_get (request, "day")),
    .seed = (guint32)json_integer_value (json_object_get (request, "seed")),
    .limit = (guint)CLAMP (json_integer_value (json_object_get (request, "limit")), 0, G_MAXINT),
  };

  if (attachment == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "There is no file to import");
  else
    ds_depot_import_async (depot, attachment, &options, NULL, did_import, g_object_ref (task));
}

static void
run_enrol (DsDepot *depot, json_t *request, GTask *task)
{
  const char *courier_id, *name;
  g_autofree char *code = NULL;
  GError *error = NULL;

  if (ds_json_unpack (request, &error, "{s:s, s:s}", "courier", &courier_id, "name", &name))
    code = ds_depot_enrol (depot, courier_id, name, json_string_value (json_object_get (request, "address")),
                           &error);
  if (code != NULL)
    g_task_return_pointer (task, json_pack ("{s:s}", "code", code), (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static gint64
get_fen (json_t *request)
{
  return json_integer_value (json_object_get (request, "amount_fen"));
}

static const char *
get_text (json_t *request, const char *member)
{
  return json_string_value (json_object_get (request, member));
}

static json_t *
change_stop (DsDepot *depot, json_t *request, GError **error)
{
  static const char *const names[] = {
    [DS_STOP_CHANGE_CANCEL] = "cancel",
    [DS_STOP_CHANGE_REPRICE] = "reprice",
    [DS_STOP_CHANGE_REASSIGN] = "reassign",
    [DS_STOP_CHANGE_PAID_ELSEWHERE] = "paid-elsewhere",
  };
  DsStopChange change = { .stop = get_text (request, "stop"),
                          .waybill = get_text (request, "waybill"),
                          .due_fen = get_fen (request),
                          .courier_id = get_text (request, "courier"),
                          .reason = get_text (request, "reason") };

  for (guint kind = 0; change.stop != NULL && kind < G_N_ELEMENTS (names); kind++)
    {
      change.kind = kind;
      if (g_strcmp0 (get_text (request, "change"), names[kind]) == 0)
        return ds_depot_change_stop (depot, &change, error);
    }
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                       "Say how: stop cancel | reprice | reassign | paid-elsewhere STOP");
  return NULL;
}

static json_t *
close_shift (DsDepot *depot, const char *shift_id, gint64 counted_fen, GError **error)
{
  return ds_depot_close_shift (depot, shift_id, counted_fen, error) ? json_pack ("{s:s}", "closed", shift_id)
                                                                    : NULL;
}

static json_t *
settle_entry (DsDepot *depot, const char *entry_id, const char *words, GError **error)
{
  return ds_depot_resolve_entry (depot, entry_id, words, error) ? json_pack ("{s:s}", "settled", entry_id)
                                                                : NULL;
}

static json_t *
reset_pin (DsDepot *depot, const char *courier_id, GError **error)
{
  g_autofree char *pin = ds_depot_reset_pin (depot, courier_id, error);

  return pin != NULL ? json_pack ("{s:s}", "pin", pin) : NULL;
}

static json_t *
load_journal (DsDepot *depot, const char *device_id, gboolean forked, GError **error)
{
  g_autoptr (GBytes) lines = ds_depot_load_journal (depot, device_id, forked, error);

  return lines ? json_pack ("{s:s%}", "lines", g_bytes_get_data (lines, NULL), g_bytes_get_size (lines))
               : NULL;
}

static json_t *
set_revoked (DsDepot *depot, const char *device_id, const char *reason, GError **error)
{
  return ds_depot_revoke (depot, device_id, reason, error)
             ? json_pack ("{s:s}", reason ? "revoked" : "allowed", device_id)
             : NULL;
}

/* Whoever counts cash at the desk signs for it: a clerk who has no key in force gets one. */
static gboolean
has_signing_key (DsDepot *depot, const char *account, json_t *request, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (json_t) key = ds_depot_add_clerk (depot, account, get_text (request, "name"), &problem);

  if (key != NULL || g_error_matches (problem, DS_ERROR, DS_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static json_t *
list_keys (DsDepot *depot, GError **error)
{
  json_t *operators = ds_depot_list_operator_keys (depot, error);

  return operators != NULL
             ? json_pack ("{s:o, s:o}", "depot", ds_depot_list_keys (depot), "operators", operators)
             : NULL;
}

static json_t *
change_keys (DsDepot *depot, json_t *request, GError **error)
{
  const char *change = get_text (request, "change");
  g_autoptr (json_t) keys = NULL;

  if (g_strcmp0 (change, "rotate") == 0)
    {
      keys = ds_depot_rotate_key (depot, json_integer_value (json_object_get (request, "overlap_ms")), error);
      return keys != NULL ? list_keys (depot, error) : NULL;
    }
  if (g_strcmp0 (change, "chain") == 0)
    return ds_depot_make_key_chain (depot, error);
  if (g_strcmp0 (change, "revoke-operator") == 0)
    return ds_depot_revoke_operator_key (depot, get_text (request, "operator"), get_text (request, "key"),
                                         error)
               ? list_keys (depot, error)
               : NULL;
  return list_keys (depot, error);
}

static json_t *
check_health (DsDepot *depot)
{
  gboolean ready;

  return ds_depot_check_health (depot, &ready);
}

static json_t *
load_metrics (DsDepot *depot)
{
  g_autofree char *text = ds_depot_get_metrics (depot);

  return json_pack ("{s:s}", "text", text);
}

static json_t *
run_desk (DsDepot *depot, const char *what, const char *account, json_t *request, GError **error)
{
  const char *role_name = get_text (request, "role");
  g_autofree char *password = NULL;
  DsAccountRole role;

  if (g_strcmp0 (what, "list") == 0)
    return ds_depot_list_accounts (depot, error);
  if (!ds_account_role_from_name (role_name ? role_name : "clerk", &role))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A role is clerk or auditor");
      return NULL;
    }
  if (g_strcmp0 (what, "add") == 0 && role == DS_ACCOUNT_ROLE_CLERK
      && !has_signing_key (depot, account, request, error))
    return NULL;
  if (g_strcmp0 (what, "add") == 0)
    password = ds_depot_add_account (depot, account, get_text (request, "name"), role, error);
  else if (g_strcmp0 (what, "reset") == 0)
    password = ds_depot_reset_account (depot, account, error);
  else if (g_strcmp0 (what, "remove") == 0)
    return ds_depot_remove_account (depot, account, error) ? json_pack ("{s:s}", "removed", account) : NULL;
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Say: desk list | add | reset | remove");
  return password != NULL ? json_pack ("{s:s, s:s}", "account", account, "password", password) : NULL;
}

/* Commands that are answered at once. @known: whether there is such a one. */
static json_t *
run_at_once (DsDepot *depot, const char *command, json_t *request, gboolean *known, GError **error)
{
  const char *reason = get_text (request, "reason");

  *known = TRUE;
  if (g_strcmp0 (command, "books") == 0)
    return ds_depot_books_to_json (depot, error);
  if (g_strcmp0 (command, "stop") == 0)
    return change_stop (depot, request, error);
  if (g_strcmp0 (command, "cases") == 0)
    return ds_depot_list_cases (depot, json_is_true (json_object_get (request, "all")), error);
  if (g_strcmp0 (command, "refund") == 0 && get_text (request, "payment") != NULL)
    return ds_depot_refund (depot, get_text (request, "payment"), get_text (request, "refund"),
                            get_fen (request), reason, error);
  if (g_strcmp0 (command, "resolve") == 0)
    return ds_depot_resolve (depot, json_integer_value (json_object_get (request, "case")),
                             get_text (request, "how"), reason, error);
  if (g_strcmp0 (command, "override") == 0 && get_text (request, "stop") != NULL
      && get_text (request, "limits") != NULL)
    return ds_depot_override (depot, get_text (request, "stop"), get_text (request, "limits"),
                              get_fen (request), json_integer_value (json_object_get (request, "number")),
                              get_text (request, "clerk"), error);
  if (g_strcmp0 (command, "close-shift") == 0 && get_text (request, "shift") != NULL)
    return close_shift (depot, get_text (request, "shift"), get_fen (request), error);
  if (g_strcmp0 (command, "settle-entry") == 0 && get_text (request, "entry") != NULL && reason != NULL)
    return settle_entry (depot, get_text (request, "entry"), reason, error);
  if (g_strcmp0 (command, "devices") == 0)
    return ds_depot_list_devices (depot, error);
  if (g_strcmp0 (command, "revoke") == 0 && get_text (request, "device") != NULL && reason != NULL)
    return set_revoked (depot, get_text (request, "device"), reason, error);
  if (g_strcmp0 (command, "allow") == 0 && get_text (request, "device") != NULL)
    return set_revoked (depot, get_text (request, "device"), NULL, error);
  if (g_strcmp0 (command, "journal") == 0 && get_text (request, "device") != NULL)
    return load_journal (depot, get_text (request, "device"),
                         json_is_true (json_object_get (request, "forked")), error);
  if (g_strcmp0 (command, "reset-pin") == 0 && get_text (request, "courier") != NULL)
    return reset_pin (depot, get_text (request, "courier"), error);
  if (g_strcmp0 (command, "keys") == 0)
    return change_keys (depot, request, error);
  if (g_strcmp0 (command, "health") == 0)
    return check_health (depot);
  if (g_strcmp0 (command, "metrics") == 0)
    return load_metrics (depot);
  if (g_strcmp0 (command, "desk") == 0)
    return run_desk (depot, get_text (request, "what"),
                     get_text (request, "account") ? get_text (request, "account") : "", request, error);
  *known = FALSE;
  return NULL;
}

static void
answer_at_once (DsDepot *depot, const char *command, json_t *request, GTask *task)
{
  GError *error = NULL;
  gboolean known;
  json_t *answer = run_at_once (depot, command, request, &known, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify)json_decref);
  else if (known)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "There is no such command");
}

static void
run_spoken (DsDepot *depot, json_t *request, GTask *task)
{
  const char *payment_id;
  g_autofree char *spoken = NULL;
  GError *error = NULL;

  if (ds_json_unpack (request, &error, "{s:s}", "payment", &payment_id))
    spoken = ds_depot_get_spoken (depot, payment_id, &error);
  if (spoken != NULL)
    g_task_return_pointer (task, json_pack ("{s:s}", "spoken", spoken), (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
did_make_packet (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) packet = ds_depot_make_packet_finish (DS_DEPOT (source), result, &error);

  /* Without its end of line: whoever prints it has one. */
  if (packet != NULL)
    g_task_return_pointer (
        task, json_pack ("{s:s%}", "packet", g_bytes_get_data (packet, NULL), g_bytes_get_size (packet) - 1),
        (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
run_packet (DsDepot *depot, json_t *request, GTask *task)
{
  if (get_text (request, "payment") == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "Say about which payment: packet PAYMENT");
  else
    ds_depot_make_packet_async (depot, get_text (request, "payment"), did_make_packet, g_object_ref (task));
}

static void
run_rescue (DsDepot *depot, GBytes *attachment, GTask *task)
{
  GError *error = NULL;
  json_t *report;

  if (attachment == NULL)
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "There is no file to take in");
      return;
    }
  report = ds_depot_rescue (depot, attachment, &error);
  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
did_back_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *found = ds_depot_back_up_finish (DS_DEPOT (source), result, &error);

  if (found != NULL)
    g_task_return_pointer (task, found, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
run_backup (DsDepot *depot, json_t *request, GTask *task)
{
  if (get_text (request, "to") == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "Say where the backup goes: backup DIRECTORY");
  else
    ds_depot_back_up_async (depot, get_text (request, "to"), did_back_up, g_object_ref (task));
}

static void
did_run_books (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *answer = ds_depot_admin_books_run_finish (DS_DEPOT (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

void
ds_depot_admin_run_async (DsDepot *depot,
                          json_t *request,
                          GBytes *attachment,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (depot, NULL, callback, user_data);
  const char *command = json_string_value (json_object_get (request, "command"));

  g_task_set_name (task, "[doorstep] run a command");
  if (g_strcmp0 (command, "import") == 0)
    run_import (depot, request, attachment, task);
  else if (g_strcmp0 (command, "enrol") == 0)
    run_enrol (depot, request, task);
  else if (g_strcmp0 (command, "rescue") == 0)
    run_rescue (depot, attachment, task);
  else if (g_strcmp0 (command, "spoken") == 0)
    run_spoken (depot, request, task);
  else if (g_strcmp0 (command, "packet") == 0)
    run_packet (depot, request, task);
  else if (g_strcmp0 (command, "backup") == 0)
    run_backup (depot, request, task);
  else if (ds_depot_admin_books_knows (command))
    ds_depot_admin_books_run_async (depot, request, attachment, did_run_books, g_object_ref (task));
  else
    answer_at_once (depot, command, request, task);
}

json_t *
ds_depot_admin_run_finish (DsDepot *depot, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, depot), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Serving */

/* One command that came over the socket. */
typedef struct
{
  DsDepot *depot;
  GSocketConnection *connection;
  GCancellable *closing;
  char head[HEAD_BYTES + 1];
  guint object_bytes;
  guint attachment_bytes;
  char *body;
  char *reply;
} Visit;

static void
visit_free (Visit *self)
{
  g_object_unref (self->depot);
  g_object_unref (self->connection);
  g_object_unref (self->closing);
  g_free (self->body);
  g_free (self->reply);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static void
did_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;

  /* Whether the visitor has seen it is the visitor's affair; the connection ends with the visit. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
}

static void
reply_and_end (Visit *visit, json_t *result, const GError *problem)
{
  g_autofree char *words = problem ? g_utf8_make_valid (problem->message, -1) : NULL;
  g_autoptr (json_t) reply
      = result ? json_pack ("{s:O}", "result", result)
               : json_pack ("{s:{s:i, s:s}}", "error", "code",
                            problem->domain == DS_ERROR ? problem->code : -1, "text", words);

  visit->reply = ds_json_to_line (reply);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (visit->connection)),
                                   visit->reply, strlen (visit->reply), G_PRIORITY_DEFAULT, visit->closing,
                                   did_reply, visit);
}

static void
did_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_admin_run_finish (DS_DEPOT (source), result, &error);

  reply_and_end (user_data, answer, error);
}

static void
did_read_body (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  gsize expected = (gsize)visit->object_bytes + visit->attachment_bytes;
  gsize n;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) request = NULL;
  g_autoptr (GBytes) attachment = NULL;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, NULL) || n != expected)
    {
      visit_free (visit);
      return;
    }
  request = ds_json_parse_object (visit->body, visit->object_bytes, MAX_OBJECT_BYTES, &error);
  if (request == NULL)
    {
      reply_and_end (visit, NULL, error);
      return;
    }
  if (visit->attachment_bytes > 0)
    attachment = g_bytes_new (visit->body + visit->object_bytes, visit->attachment_bytes);
  ds_depot_admin_run_async (visit->depot, request, attachment, did_run, visit);
}

static gboolean
read_length (const char *digits, guint max, guint *length)
{
  g_autofree char *text = g_strndup (digits, HEAD_BYTES / 2);
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 16, 0, max, &value, NULL))
    return FALSE;
  *length = (guint)value;
  return TRUE;
}

static void
did_read_head (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Visit) visit = user_data;
  gsize n, total;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, NULL) || n != HEAD_BYTES
      || !read_length (visit->head, MAX_OBJECT_BYTES, &visit->object_bytes)
      || !read_length (visit->head + HEAD_BYTES / 2, MAX_ATTACHMENT_BYTES, &visit->attachment_bytes))
    return;

  total = (gsize)visit->object_bytes + visit->attachment_bytes;
  visit->body = g_malloc (total + 1);
  g_input_stream_read_all_async (G_INPUT_STREAM (source), visit->body, total, G_PRIORITY_DEFAULT,
                                 visit->closing, did_read_body, visit);
  g_steal_pointer (&visit);
}

static gboolean
did_connect (GSocketService *service,
             GSocketConnection *connection,
             GObject *source_object,
             gpointer user_data)
{
  DsDepotAdmin *self = user_data;
  Visit *visit = g_new0 (Visit, 1);

  visit->depot = g_object_ref (self->depot);
  visit->connection = g_object_ref (connection);
  visit->closing = g_object_ref (self->closing);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), visit->head,
                                 HEAD_BYTES, G_PRIORITY_DEFAULT, visit->closing, did_read_head, visit);
  return TRUE;
}

DsDepotAdmin *
ds_depot_admin_new (DsDepot *depot, const char *directory, GError **error)
{
  g_autoptr (DsDepotAdmin) self = g_new0 (DsDepotAdmin, 1);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) problem = NULL;

  self->depot = g_object_ref (depot);
  self->path = g_build_filename (directory, "admin.sock", NULL);
  self->closing = g_cancellable_new ();
  self->service = g_socket_service_new ();

  /* One that an earlier process left behind: whoever holds the database is the only one to serve. */
  g_remove (self->path);
  address = g_unix_socket_address_new (self->path);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &problem)
      || g_chmod (self->path, 0600) != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be made: %s", self->path,
                   problem ? problem->message : "its mode cannot be set");
      return NULL;
    }
  g_signal_connect (self->service, "incoming", G_CALLBACK (did_connect), self);
  return g_steal_pointer (&self);
}

void
ds_depot_admin_free (DsDepotAdmin *self)
{
  g_cancellable_cancel (self->closing);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_remove (self->path);
  g_object_unref (self->service);
  g_object_unref (self->closing);
  g_object_unref (self->depot);
  g_free (self->path);
  g_free (self);
}

/* Calling */

static gboolean
send_request (GOutputStream *stream, json_t *request, GBytes *attachment, GError **error)
{
  g_autofree char *line = ds_json_to_line (request);
  gsize n = attachment ? g_bytes_get_size (attachment) : 0;
  g_autofree char *head = NULL;

  if (n > MAX_ATTACHMENT_BYTES)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "The file has more than %d bytes",
                   MAX_ATTACHMENT_BYTES);
      return FALSE;
    }
  head = g_strdup_printf ("%08zx%08zx", strlen (line), n);
  return g_output_stream_write_all (stream, head, HEAD_BYTES, NULL, NULL, error)
         && g_output_stream_write_all (stream, line, strlen (line), NULL, NULL, error)
         && (n == 0
             || g_output_stream_write_all (stream, g_bytes_get_data (attachment, NULL), n, NULL, NULL,
                                           error));
}

static json_t *
read_reply (GInputStream *stream, GError **error)
{
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) reply = NULL;
  json_t *problem;

  if (g_output_stream_splice (memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error) < 0)
    return NULL;
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  reply = ds_json_parse_object (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), MAX_REPLY_BYTES,
                                NULL);
  if (reply == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "it ended meanwhile");
      return NULL;
    }
  problem = json_object_get (reply, "error");
  if (problem != NULL)
    {
      const char *text = json_string_value (json_object_get (problem, "text"));
      int code = (int)json_integer_value (json_object_get (problem, "code"));

      g_set_error_literal (error, DS_ERROR, code >= 0 ? code : DS_ERROR_PROTOCOL, text ? text : "It failed");
      return NULL;
    }
  return json_incref (json_object_get (reply, "result"));
}

json_t *
ds_depot_admin_call (const char *directory, json_t *request, GBytes *attachment, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "admin.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  g_autoptr (GError) problem = NULL;
  json_t *result;

  if (connection == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "No depot serves “%s”", directory);
      return NULL;
    }
  if (!send_request (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, attachment, &problem))
    result = NULL;
  else
    result = read_reply (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &problem);
  if (result != NULL)
    return result;
  /* Whatever was asked may have been done: asking again does it once more only where that is harmless. */
  if (problem != NULL && problem->domain == DS_ERROR)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error (error, DS_ERROR, DS_ERROR_NETWORK,
                 "The depot gave no answer (%s), and may have done what was asked. Look before you ask again",
                 problem ? problem->message : "nothing came back");
  return NULL;
}
