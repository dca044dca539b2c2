/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-http.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)
#define MAX_PROBLEM_BYTES (64 * 1024)
#define PROBLEM_PREFIX "urn:doorstep:problem:"

struct _DsHttp
{
  GObject parent;

  char *address; /* without a slash at its end */
  DsTlsTrust *trust;
  GTlsCertificate *trusted_peer; /* (nullable): the last one that passed the check */
  SoupSession *session;
};

G_DEFINE_FINAL_TYPE (DsHttp, ds_http, G_TYPE_OBJECT)

/* One request on its way; the data of its task. */
typedef struct
{
  DsHttp *http; /* kept alive by the task */
  SoupMessage *message;
  GSocketConnectable *identity;
  GCancellable *cancellable; /* the caller's, our timer's and our limit's */
  GCancellable *outer;       /* (nullable): the caller's */
  gulong outer_handler;
  GInputStream *stream;
  GByteArray *body;
  char *accept;
  gsize max_bytes;
  guint timeout_ms;
  guint timer;
  gboolean reached;
  GError *verdict; /* (nullable): why we ended it ourselves */
} Exchange;

static void
exchange_free (Exchange *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->outer_handler != 0)
    g_signal_handler_disconnect (self->outer, self->outer_handler);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->outer);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->identity);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_clear_error (&self->verdict);
  g_free (self->accept);
  g_free (self);
}

DsHttpReply *
ds_http_reply_ref (DsHttpReply *self)
{
  return g_rc_box_acquire (self);
}

static void
reply_clear (gpointer data)
{
  DsHttpReply *self = data;

  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->members, json_decref);
  g_free (self->problem);
}

void
ds_http_reply_unref (DsHttpReply *self)
{
  g_rc_box_release_full (self, reply_clear);
}

static void
ds_http_finalize (GObject *object)
{
  DsHttp *self = DS_HTTP (object);

  g_clear_object (&self->session);
  g_clear_object (&self->trusted_peer);
  g_clear_pointer (&self->trust, ds_tls_trust_free);
  g_free (self->address);

  G_OBJECT_CLASS (ds_http_parent_class)->finalize (object);
}

static void
ds_http_class_init (DsHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_http_finalize;
}

static void
ds_http_init (DsHttp *self)
{
  /* The long poll, a push and a page of the feed may all be under way. The timeouts are our own: libsoup's are
   * in whole seconds and count a long poll's silence as a failure. */
  self->session = soup_session_new_with_options ("max-conns", 4, "max-conns-per-host", 4, "timeout", 0,
                                                 "user-agent", "Doorstep/" DS_VERSION, NULL);
  soup_session_set_proxy_resolver (self->session, NULL);
  /* No database, so that every certificate is strange to GIO and comes to accept_certificate(). */
  soup_session_set_tls_database (self->session, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
}

DsHttp *
ds_http_new (const char *address, DsTlsTrust *trust, GError **error)
{
  g_autoptr (DsHttp) self = g_object_new (DS_TYPE_HTTP, NULL);
  g_autoptr (GUri) uri = NULL;
  gsize n;

  self->trust = trust;
  uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0' || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” is not an https address", address);
      return NULL;
    }

  self->address = g_strdup (address);
  for (n = strlen (self->address); n > 0 && self->address[n - 1] == '/'; n--)
    self->address[n - 1] = '\0';
  return g_steal_pointer (&self);
}

/* Ends the exchange with our own reason; the first one counts. */
static void
give_up (Exchange *exchange, GError *verdict)
{
  if (exchange->verdict == NULL)
    exchange->verdict = verdict;
  else
    g_error_free (verdict);
  g_cancellable_cancel (exchange->cancellable);
}

static gboolean
timed_out (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->timer = 0;
  give_up (exchange,
           g_error_new_literal (DS_ERROR, DS_ERROR_NETWORK, _ ("The depot did not answer in time.")));
  return G_SOURCE_REMOVE;
}

/* Something moved: the patience begins anew. */
static void
made_progress (Exchange *exchange)
{
  g_clear_handle_id (&exchange->timer, g_source_remove);
  exchange->timer = g_timeout_add (exchange->timeout_ms, timed_out, exchange);
}

static gboolean
trust_peer (Exchange *exchange, GTlsCertificate *peer)
{
  DsHttp *self = exchange->http;
  GError *verdict = NULL;

  if (self->trusted_peer != NULL && g_tls_certificate_is_same (self->trusted_peer, peer))
    return TRUE;
  if (ds_tls_trust_check (self->trust, peer, exchange->identity, &verdict))
    {
      g_set_object (&self->trusted_peer, peer);
      return TRUE;
    }
  give_up (exchange, verdict);
  return FALSE;
}

static gboolean
accept_certificate (SoupMessage *message,
                    GTlsCertificate *certificate,
                    GTlsCertificateFlags flags,
                    gpointer user_data)
{
  return trust_peer (user_data, certificate);
}

/* The first byte is about to be sent. The check is made again here, where no way leads around it: a connection
 * that is used once more has no certificate to accept. */
static void
starting (SoupMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;
  GTlsCertificate *peer = soup_message_get_tls_peer_certificate (message);

  if (peer == NULL)
    give_up (exchange,
             g_error_new_literal (DS_ERROR, DS_ERROR_CRYPTO, _ ("The depot showed no certificate.")));
  else
    exchange->reached = trust_peer (exchange, peer);
}

static void
wrote_body_data (SoupMessage *message, guint n, gpointer user_data)
{
  made_progress (user_data);
}

static void
outer_cancelled (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* Puts what GIO, TLS and libsoup say into a sentence for the courier; their own words follow where they help. */
static GError *
explain_failure (const GError *error)
{
  const char *words = NULL;

  if (error->domain == G_RESOLVER_ERROR)
    words = _ ("The depot's address was not found: there may be no network.");
  else if (error->domain == G_TLS_ERROR)
    words = _ ("No safe connection to the depot could be made.");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    words = _ ("The depot's server is not running.");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
           || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
    words = _ ("There is no network.");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    words = _ ("The depot did not answer in time.");
  else
    words = _ ("The connection to the depot broke.");

  return g_error_new_literal (DS_ERROR, DS_ERROR_NETWORK, words);
}

static void
fail (GTask *task, GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) own = error;

  /* Or libsoup keeps the connection and waits for the rest of the reply. */
  g_cancellable_cancel (exchange->cancellable);
  if (exchange->verdict != NULL)
    g_task_return_error (task, g_steal_pointer (&exchange->verdict));
  else if (g_error_matches (own, G_IO_ERROR, G_IO_ERROR_CANCELLED) || own->domain == DS_ERROR)
    g_task_return_error (task, g_steal_pointer (&own));
  else
    g_task_return_error (task, explain_failure (own));
}

static gint64
read_retry_after (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;

  if (text == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &seconds, NULL))
    return (gint64)seconds;

  date = soup_date_time_new_from_http_string (text);
  if (date == NULL)
    return -1;
  {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

    return MAX (g_date_time_difference (date, now) / G_TIME_SPAN_SECOND, 0);
  }
}

/* A refusal's problem+json, if it has one. Its form is nothing to fail on: the status alone decides. */
static void
read_problem (DsHttpReply *reply)
{
  gsize n;
  const char *text = g_bytes_get_data (reply->body, &n);
  const char *type;

  if (g_strcmp0 (soup_message_headers_get_content_type (reply->headers, NULL), "application/problem+json")
      != 0)
    return;
  reply->members = ds_json_parse_object (text, n, MAX_PROBLEM_BYTES, NULL);
  if (reply->members == NULL)
    return;

  type = json_string_value (json_object_get (reply->members, "type"));
  if (type != NULL && g_str_has_prefix (type, PROBLEM_PREFIX))
    reply->problem = g_strdup (type + strlen (PROBLEM_PREFIX));
}

/* Whether a good status comes with a depot's answer, or with somebody else's page. */
static gboolean
check_media (DsHttpReply *reply, const char *accept, GError **error)
{
  const char *media = soup_message_headers_get_content_type (reply->headers, NULL);

  if (g_bytes_get_size (reply->body) == 0 || g_strcmp0 (media, accept) == 0)
    return TRUE;

  if (g_strcmp0 (media, "text/html") == 0 || g_strcmp0 (media, "application/xhtml+xml") == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL,
                         _ ("A web page came in place of the depot's answer. This network may want you to "
                            "sign in first."));
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("What answered does not speak as a depot."));
  return FALSE;
}

static void
complete (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (DsHttpReply) reply = g_rc_box_new0 (DsHttpReply);
  GError *error = NULL;

  reply->status = soup_message_get_status (exchange->message);
  reply->headers = soup_message_headers_ref (soup_message_get_response_headers (exchange->message));
  reply->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  reply->retry_after_s = read_retry_after (reply->headers);

  if (!SOUP_STATUS_IS_SUCCESSFUL (reply->status))
    read_problem (reply);
  else if (!check_media (reply, exchange->accept, &error))
    {
      fail (task, error);
      return;
    }
  g_task_return_pointer (task, g_steal_pointer (&reply), (GDestroyNotify)ds_http_reply_unref);
}

static void read_on (GTask *task);

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GBytes) chunk = NULL;
  GError *error = NULL;
  gsize n;
  const guint8 *bytes;

  chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (chunk == NULL)
    {
      fail (task, error);
      return;
    }

  bytes = g_bytes_get_data (chunk, &n);
  if (n == 0)
    complete (task);
  else if (n > exchange->max_bytes - exchange->body->len)
    fail (task, g_error_new (DS_ERROR, DS_ERROR_OVERFLOW, "The depot's reply is longer than %zu bytes",
                             exchange->max_bytes));
  else
    {
      g_byte_array_append (exchange->body, bytes, (guint)n);
      made_progress (exchange);
      read_on (g_steal_pointer (&task));
    }
}

static void
read_on (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (exchange->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, exchange->cancellable,
                                   did_read, task);
}

/* Over HTTP/1 a body without a length or chunks ends when the connection does, so that a cut one looks whole. */
static gboolean
has_an_end (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  return soup_message_get_http_version (message) > SOUP_HTTP_1_1
         || soup_message_headers_get_encoding (headers) != SOUP_ENCODING_EOF;
}

static void
did_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL)
    {
      fail (task, error);
      return;
    }
  if (!has_an_end (exchange->message))
    {
      fail (task, g_error_new_literal (DS_ERROR, DS_ERROR_PROTOCOL,
                                       "The depot's reply does not say where it ends"));
      return;
    }
  made_progress (exchange);
  read_on (g_steal_pointer (&task));
}

static SoupMessage *
make_message (DsHttp *self, const DsHttpRequest *request)
{
  g_autofree char *uri = g_strconcat (self->address, request->path, NULL);
  SoupMessage *message = soup_message_new (request->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT
                                       | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  soup_message_headers_replace (headers, "Accept", request->accept);
  if (request->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", request->token, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, request->media, request->body);
  return message;
}

void
ds_http_request_async (DsHttp *self,
                       const DsHttpRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Exchange *exchange;
  GUri *uri;

  g_return_if_fail (DS_IS_HTTP (self));
  g_return_if_fail (request->path[0] == '/');

  /* The task goes by the exchange's own cancellable only: a reason of ours must not be lost to "cancelled". */
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_http_request_async));
  g_task_set_name (task, "Doorstep HTTP request");

  exchange = g_new0 (Exchange, 1);
  exchange->http = self;
  exchange->message = make_message (self, request);
  uri = soup_message_get_uri (exchange->message);
  exchange->identity = g_network_address_new (g_uri_get_host (uri), (guint16)MAX (g_uri_get_port (uri), 0));
  exchange->cancellable = g_cancellable_new ();
  exchange->body = g_byte_array_new ();
  exchange->accept = g_strdup (request->accept);
  exchange->max_bytes = request->max_bytes;
  exchange->timeout_ms = request->timeout_ms;
  g_task_set_task_data (task, exchange, (GDestroyNotify)exchange_free);

  if (cancellable != NULL)
    {
      exchange->outer = g_object_ref (cancellable);
      exchange->outer_handler = g_signal_connect_object (
          cancellable, "cancelled", G_CALLBACK (outer_cancelled), exchange->cancellable, 0);
      if (g_cancellable_is_cancelled (cancellable))
        g_cancellable_cancel (exchange->cancellable);
    }
  g_signal_connect (exchange->message, "accept-certificate", G_CALLBACK (accept_certificate), exchange);
  g_signal_connect (exchange->message, "starting", G_CALLBACK (starting), exchange);
  g_signal_connect (exchange->message, "wrote-body-data", G_CALLBACK (wrote_body_data), exchange);

  made_progress (exchange);
  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT, exchange->cancellable,
                           did_send, g_steal_pointer (&task));
}

DsHttpReply *
ds_http_request_finish (DsHttp *self, GAsyncResult *result, gboolean *reached, GError **error)
{
  Exchange *exchange;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  exchange = g_task_get_task_data (G_TASK (result));
  if (reached != NULL)
    *reached = exchange->reached;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What a status means for whoever asked. */
static DsError
classify_status (guint status)
{
  if (status == SOUP_STATUS_UNAUTHORIZED)
    return DS_ERROR_UNAUTHORISED;
  if (status == SOUP_STATUS_CONFLICT)
    return DS_ERROR_CONFLICT;
  if (status == 429 || status >= 500)
    return DS_ERROR_NETWORK;
  if (status < 400)
    return DS_ERROR_PROTOCOL;
  return DS_ERROR_REFUSED;
}

gboolean
ds_http_reply_check (DsHttpReply *self, GError **error)
{
  const char *detail;
  DsError code;

  if (SOUP_STATUS_IS_SUCCESSFUL (self->status))
    return TRUE;

  code = classify_status (self->status);
  detail = json_string_value (json_object_get (self->members, "detail"));
  if (detail == NULL)
    detail = json_string_value (json_object_get (self->members, "title"));

  if (SOUP_STATUS_IS_REDIRECTION (self->status))
    g_set_error_literal (
        error, DS_ERROR, code,
        _ ("The depot's address leads elsewhere. This network may want you to sign in first."));
  else if (detail != NULL)
    g_set_error (error, DS_ERROR, code, _ ("The depot says: %s"), detail);
  else if (code == DS_ERROR_NETWORK)
    g_set_error (error, DS_ERROR, code, _ ("The depot cannot answer now (status %u)."), self->status);
  else
    g_set_error (error, DS_ERROR, code, _ ("The depot refused (status %u)."), self->status);
  return FALSE;
}

json_t *
ds_http_reply_parse (DsHttpReply *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gsize n;
  const char *text = g_bytes_get_data (self->body, &n);
  json_t *object = ds_json_parse_object (text ? text : "", n, n, &problem);

  if (object == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("The depot's answer cannot be read: %s"),
                 problem->message);
  return object;
}

gint64
ds_http_reply_get_number (DsHttpReply *self, const char *name)
{
  const char *text = soup_message_headers_get_one (self->headers, name);
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL))
    return -1;
  return (gint64)number;
}
