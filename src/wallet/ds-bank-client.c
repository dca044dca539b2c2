/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bank-client.h"

#include "ds-error.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

/* A list of a hundred payments with their receipts is well below. */
#define MAX_ANSWER_BYTES (1024 * 1024)

#define TIMEOUT_S 20

struct _DsBankClient
{
  GObject parent;

  SoupSession *session;
  char *address;
};

G_DEFINE_FINAL_TYPE (DsBankClient, ds_bank_client, G_TYPE_OBJECT)

static void
ds_bank_client_finalize (GObject *object)
{
  DsBankClient *self = DS_BANK_CLIENT (object);

  g_clear_object (&self->session);
  g_free (self->address);

  G_OBJECT_CLASS (ds_bank_client_parent_class)->finalize (object);
}

static void
ds_bank_client_class_init (DsBankClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_bank_client_finalize;
}

static void
ds_bank_client_init (DsBankClient *self)
{
}

DsBankClient *
ds_bank_client_new (const char *address, const char *ca_path, GError **error)
{
  g_autoptr (DsBankClient) self = g_object_new (DS_TYPE_BANK_CLIENT, NULL);
  g_autoptr (GTlsDatabase) authorities = NULL;
  g_autoptr (GUri) uri = NULL;
  g_autofree char *absolute = NULL;
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (address != NULL, NULL);
  g_return_val_if_fail (ca_path != NULL, NULL);

  uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   _ ("“%s” is no address of a bank: it begins with https://"), address);
      return NULL;
    }
  absolute = g_canonicalize_filename (ca_path, NULL);
  authorities = g_tls_file_database_new (absolute, &problem);
  if (authorities == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, _ ("The bank's certificate cannot be read: %s"),
                   problem->message);
      return NULL;
    }

  self->address = g_strdup_printf ("https://%s:%d", g_uri_get_host (uri),
                                   g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : 443);
  self->session = soup_session_new_with_options ("tls-database", authorities, "timeout", TIMEOUT_S,
                                                 "proxy-resolver", NULL, NULL);
  return g_steal_pointer (&self);
}

/* Answers */

typedef struct
{
  SoupMessage *message;
  guint8 *buffer;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_clear_object (&exchange->message);
  g_free (exchange->buffer);
  g_free (exchange);
}

/* What a problem's type or status means for the one who called. */
static DsError
problem_to_code (const char *type, guint status)
{
  static const struct
  {
    const char *type;
    DsError code;
  } codes[] = {
    { "urn:doorstep:problem:invalid", DS_ERROR_INVALID },
    { "urn:doorstep:problem:too-large", DS_ERROR_INVALID },
    { "urn:doorstep:problem:not-found", DS_ERROR_NOT_FOUND },
    { "urn:doorstep:problem:conflict", DS_ERROR_REFUSED },
    { "urn:doorstep:problem:unauthorised", DS_ERROR_UNAUTHORISED },
    { "urn:doorstep:problem:clock", DS_ERROR_UNAUTHORISED },
    { "urn:doorstep:problem:overloaded", DS_ERROR_NETWORK },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_strcmp0 (type, codes[i].type) == 0)
        return codes[i].code;
    }
  return status >= 500 ? DS_ERROR_NETWORK : DS_ERROR_PROTOCOL;
}

static void
return_problem (GTask *task, guint status, json_t *problem)
{
  const char *type = json_string_value (json_object_get (problem, "type"));
  const char *detail = json_string_value (json_object_get (problem, "detail"));

  if (detail != NULL)
    g_task_return_new_error (task, DS_ERROR, (gint)problem_to_code (type, status), "%s", detail);
  else
    g_task_return_new_error (task, DS_ERROR, (gint)problem_to_code (type, status),
                             _ ("The bank refused, without saying why (%u)"), status);
}

static void
return_answer (GTask *task, Exchange *exchange, gsize n)
{
  guint status = soup_message_get_status (exchange->message);
  g_autoptr (json_t) answer = ds_json_parse_object ((char *)exchange->buffer, n, MAX_ANSWER_BYTES, NULL);

  if (status != SOUP_STATUS_OK)
    return_problem (task, status, answer);
  else if (answer == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_PROTOCOL, _ ("The bank's answer cannot be read"));
  else
    g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify)json_decref);
}

static void
return_no_answer (GTask *task, const GError *problem)
{
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (problem));
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_NETWORK, _ ("The bank did not answer: %s"),
                             problem->message);
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) problem = NULL;
  gsize n = 0;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, &problem))
    return_answer (task, g_task_get_task_data (task), n);
  else
    return_no_answer (task, problem);
}

static void
did_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &problem);

  if (stream == NULL)
    {
      return_no_answer (task, problem);
      return;
    }
  /* One byte of room too many: an answer that fills it is too long, and refused by the parser. */
  exchange->buffer = g_malloc (MAX_ANSWER_BYTES + 1);
  g_input_stream_read_all_async (stream, exchange->buffer, MAX_ANSWER_BYTES + 1, G_PRIORITY_DEFAULT,
                                 g_task_get_cancellable (task), did_read, g_object_ref (task));
}

void
ds_bank_client_call_async (DsBankClient *self,
                           const char *method,
                           const char *path,
                           json_t *body,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *uri = NULL;
  Exchange *exchange;

  g_return_if_fail (DS_IS_BANK_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "ds_bank_client_call_async");
  uri = g_strconcat (self->address, path, NULL);
  exchange = g_new0 (Exchange, 1);
  exchange->message = soup_message_new (method, uri);
  soup_message_add_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT);
  if (body != NULL)
    {
      char *text = ds_json_to_line (body);
      g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

      soup_message_set_request_body_from_bytes (exchange->message, "application/json", bytes);
    }
  g_task_set_task_data (task, exchange, (GDestroyNotify)exchange_free);

  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT, cancellable, did_send,
                           g_object_ref (task));
}

json_t *
ds_bank_client_call_finish (DsBankClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
