/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-http.h"

#include "ds-error.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)

struct _DsHttp
{
  GObject parent;

  char *address; /* without a slash at its end */
  DsClock *clock;
  DsTlsTrust *trust;
  GTlsCertificate *trusted_peer; /* (nullable): the last one that passed the check */
  SoupSession *session;
};

static void ds_http_transport_iface_init (DsTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsHttp,
                               ds_http,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_TRANSPORT, ds_http_transport_iface_init))

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

static void
ds_http_finalize (GObject *object)
{
  DsHttp *self = DS_HTTP (object);

  g_clear_object (&self->session);
  g_clear_object (&self->trusted_peer);
  g_clear_object (&self->clock);
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
ds_http_new (const char *address, DsTlsTrust *trust, DsClock *clock, GError **error)
{
  g_autoptr (DsHttp) self = g_object_new (DS_TYPE_HTTP, NULL);
  g_autoptr (GUri) uri = NULL;
  gsize n;

  self->trust = trust;
  self->clock = g_object_ref (clock);
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
  exchange->timer = ds_clock_add_timeout (exchange->http->clock, exchange->timeout_ms, timed_out, exchange);
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

static void
complete (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  DsHttpReply *reply = ds_http_reply_new (
      soup_message_get_status (exchange->message), soup_message_get_response_headers (exchange->message),
      g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body)), exchange->accept, &error);

  if (reply == NULL)
    fail (task, error);
  else
    g_task_return_pointer (task, reply, (GDestroyNotify)ds_http_reply_unref);
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

static void
ds_http_request_async (DsTransport *transport,
                       const DsHttpRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  DsHttp *self = DS_HTTP (transport);
  g_autoptr (GTask) task = NULL;
  Exchange *exchange;
  GUri *uri;

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

static DsHttpReply *
ds_http_request_finish (DsTransport *transport, GAsyncResult *result, gboolean *reached, GError **error)
{
  Exchange *exchange;

  g_return_val_if_fail (g_task_is_valid (result, transport), NULL);

  exchange = g_task_get_task_data (G_TASK (result));
  if (reached != NULL)
    *reached = exchange->reached;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
ds_http_transport_iface_init (DsTransportInterface *iface)
{
  iface->request_async = ds_http_request_async;
  iface->request_finish = ds_http_request_finish;
}
