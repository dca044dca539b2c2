/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device side of the depot over HTTPS: carries requests to ds-depot-service.c and its replies back. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-service.h"

#include "ds-error.h"
#include "ds-line-watch.h"

#include <string.h>

#define REQUEST_ID "X-Request-Id"
#define MIN_ID_BYTES 8
#define MAX_ID_BYTES 64
/* A handheld waits for news for a minute at most. */
#define SILENCE_S 90

struct _DsDepotHttp
{
  DsDepot *depot;
  SoupServer *server;
  DsLineWatch *line_watch; /* (nullable): once it listens */
  gboolean everywhere;
  guint port;
  gboolean up;
  char *address;
  guint32 start; /* with the number of a request, its id */
  guint64 n_requests;
};

/* A request whose reply is awaited. */
typedef struct
{
  DsDepotHttp *self;
  SoupServerMessage *message;
  gint64 began_us;
  GCancellable *cancellable; /* cancelled when the message is over */
} Call;

static void
call_free (Call *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self->cancellable);
  g_object_unref (self->message);
  g_object_unref (self->cancellable);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Replies */

static void
copy_header (const char *name, const char *value, gpointer headers)
{
  soup_message_headers_replace (headers, name, value);
}

/* A front may have given the request an id, which then stands in both logs. */
static char *
make_request_id (DsDepotHttp *self, SoupServerMessage *message)
{
  const char *given
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message), REQUEST_ID);
  gsize n = given != NULL ? strspn (given, "0123456789abcdefABCDEF-") : 0;

  self->n_requests++;
  return n >= MIN_ID_BYTES && n <= MAX_ID_BYTES && given[n] == '\0'
             ? g_strdup (given)
             : g_strdup_printf ("%08x-%" G_GINT64_MODIFIER "x", self->start, self->n_requests);
}

/* Returns: (nullable) */
static const DsRoute *
find_route (SoupServerMessage *message)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (DsTrouble) trouble = NULL;
  const char *tail;

  return ds_depot_find_route (soup_server_message_get_method (message),
                              g_uri_get_path (soup_server_message_get_uri (message)), headers, &tail,
                              &trouble);
}

static void
tell_monitor (DsDepotHttp *self, SoupServerMessage *message, const DsDepotReply *reply, gint64 began_us)
{
  g_autofree char *request_id = make_request_id (self, message);
  const char *method = soup_server_message_get_method (message);
  const DsRoute *route = find_route (message);
  const DsAnswered answered = {
    .request_id = request_id,
    .method = route != NULL ? method : "other",
    .route = route != NULL ? route->path : NULL,
    .status = reply->status,
    .elapsed_us = g_get_monotonic_time () - began_us - reply->slept_us,
    .n_bytes = reply->body != NULL ? g_bytes_get_size (reply->body) : 0,
    .device_id = reply->device_id,
  };

  soup_message_headers_replace (soup_server_message_get_response_headers (message), REQUEST_ID, request_id);
  ds_depot_monitor_answered (self->depot->monitor, &answered);
}

static void
send_reply (DsDepotHttp *self, SoupServerMessage *message, DsDepotReply *reply, gint64 began_us)
{
  tell_monitor (self, message, reply, began_us);
  soup_message_headers_foreach (reply->headers, copy_header,
                                soup_server_message_get_response_headers (message));
  if (reply->body != NULL && g_bytes_get_size (reply->body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), reply->body);
  soup_server_message_set_status (message, reply->status, NULL);
}

static void
send_trouble (DsDepotHttp *self, SoupServerMessage *message, const DsTrouble *trouble)
{
  g_autoptr (DsDepotReply) reply = g_new0 (DsDepotReply, 1);

  reply->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  ds_depot_reply_set_trouble (self->depot, reply, trouble);
  send_reply (self, message, reply, g_get_monotonic_time ());
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (DsDepotReply) reply = ds_depot_answer_finish (DS_DEPOT (source), result, NULL);

  /* The line is down, or the handheld has gone: what was done stays done. */
  if (reply == NULL || g_cancellable_is_cancelled (call->cancellable))
    return;
  send_reply (call->self, call->message, reply, call->began_us);
  soup_server_message_unpause (call->message);
}

/* Requests */

static gboolean
takes_gzip (SoupServerMessage *message)
{
  const char *accepted
      = soup_message_headers_get_list (soup_server_message_get_request_headers (message), "Accept-Encoding");

  return accepted != NULL && soup_header_contains (accepted, "gzip");
}

static const char *
get_token (SoupServerMessage *message)
{
  const char *value
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");

  return value && g_ascii_strncasecmp (value, "Bearer ", 7) == 0 ? value + 7 : NULL;
}

/* What can be said from the head alone is said before the body is read: an unknown address, a missing token, or a body
 * that is announced too large. Returns: (nullable): what the request is for. */
static const DsRoute *
check_head (DsDepotHttp *self, SoupServerMessage *message, const char *path, DsTrouble **trouble)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *tail;
  const DsRoute *route
      = ds_depot_find_route (soup_server_message_get_method (message), path,
                             soup_server_message_get_response_headers (message), &tail, trouble);
  g_autoptr (DsDevice) device = NULL;

  if (route == NULL)
    return NULL;
  if (route->needs_token)
    {
      device = ds_depot_check_token (self->depot, get_token (message), trouble);
      if (device == NULL)
        return NULL;
    }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && (guint64)soup_message_headers_get_content_length (headers) > route->max_body_bytes)
    {
      ds_depot_refuse_size (trouble, route->max_body_bytes);
      return NULL;
    }
  return route;
}

static void
did_get_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const DsRoute *route = data;

  /* A body without an announced length. It is let run out unkept, then refused by its size. */
  if ((gsize)body->length > route->max_body_bytes)
    soup_message_body_set_accumulate (body, FALSE);
}

static void
did_get_head (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              GHashTable *query,
              gpointer user_data)
{
  g_autoptr (DsTrouble) trouble = NULL;
  const DsRoute *route = check_head (user_data, message, path, &trouble);

  if (route != NULL)
    {
      g_signal_connect (message, "got-chunk", G_CALLBACK (did_get_chunk), (gpointer)route);
      return;
    }
  /* Its body comes all the same, however long, before the answer goes. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  send_trouble (user_data, message, trouble);
}

static void
did_hang_up (SoupServerMessage *message, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
did_get_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  DsDepotHttp *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = NULL;
  DsDepotRequest request = { .method = soup_server_message_get_method (message),
                             .path = path,
                             .query = query,
                             .token = get_token (message),
                             .takes_gzip = takes_gzip (message) };
  Call *call;

  if (soup_server_message_get_status (message) != 0)
    return; /* refused by its head */
  if (!soup_message_body_get_accumulate (body))
    {
      g_autoptr (DsTrouble) trouble = NULL;

      ds_depot_refuse_size (&trouble, find_route (message)->max_body_bytes);
      send_trouble (self, message, trouble);
      return;
    }
  bytes = soup_message_body_flatten (body);
  request.body = bytes;

  call = g_new0 (Call, 1);
  call->self = self;
  call->began_us = g_get_monotonic_time ();
  call->message = g_object_ref (message);
  call->cancellable = g_cancellable_new ();
  g_signal_connect (message, "disconnected", G_CALLBACK (did_hang_up), call->cancellable);
  g_signal_connect (message, "finished", G_CALLBACK (did_hang_up), call->cancellable);
  soup_server_message_pause (message);
  ds_depot_answer_async (self->depot, &request, call->cancellable, did_answer, call);
}

/* Life */

DsDepotHttp *
ds_depot_http_new (DsDepot *depot)
{
  DsDepotHttp *self = g_new0 (DsDepotHttp, 1);

  self->depot = depot;
  self->start = g_random_int ();
  self->server = soup_server_new ("server-header", "doorstep-depot", "tls-certificate",
                                  ds_authority_get_server_certificate (depot->authority), NULL);
  soup_server_add_early_handler (self->server, NULL, did_get_head, self, NULL);
  soup_server_add_handler (self->server, NULL, did_get_request, self, NULL);
  return self;
}

static void
hang_up (DsDepotHttp *self)
{
  ds_depot_service_hang_up (self->depot->service);
  soup_server_disconnect (self->server);
  self->up = FALSE;
}

void
ds_depot_http_free (DsDepotHttp *self)
{
  hang_up (self);
  g_clear_pointer (&self->line_watch, ds_line_watch_free);
  g_object_unref (self->server);
  g_free (self->address);
  g_free (self);
}

static gboolean
begin_listening (DsDepotHttp *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  self->up
      = self->everywhere
            ? soup_server_listen_all (self->server, self->port, SOUP_SERVER_LISTEN_HTTPS, &problem)
            : soup_server_listen_local (self->server, self->port,
                                        SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &problem);
  if (!self->up)
    g_set_error (error, DS_ERROR, DS_ERROR_NETWORK, "The depot cannot listen on port %u: %s", self->port,
                 problem->message);
  return self->up;
}

gboolean
ds_depot_http_listen (DsDepotHttp *self, gboolean everywhere, guint16 port, GError **error)
{
  GSList *uris;

  g_return_val_if_fail (!self->up, FALSE);

  self->everywhere = everywhere;
  self->port = port;
  if (!begin_listening (self, error))
    return FALSE;
  if (self->line_watch == NULL)
    self->line_watch = ds_line_watch_new (self->server, self->depot->clock, SILENCE_S);

  uris = soup_server_get_uris (self->server);
  self->port = (guint)g_uri_get_port (uris->data);
  g_free (self->address);
  self->address = g_strdup_printf ("https://127.0.0.1:%u", self->port);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return TRUE;
}

gboolean
ds_depot_http_set_line (DsDepotHttp *self, gboolean up, GError **error)
{
  if (up == self->up)
    return TRUE;
  if (up)
    return begin_listening (self, error);
  hang_up (self);
  return TRUE;
}

gboolean
ds_depot_http_take_certificate (DsDepotHttp *self, GError **error)
{
  gboolean was_up = self->up;

  if (was_up)
    hang_up (self);
  soup_server_set_tls_certificate (self->server,
                                   ds_authority_get_server_certificate (self->depot->authority));
  return !was_up || begin_listening (self, error);
}

const char *
ds_depot_http_get_address (DsDepotHttp *self)
{
  return self->address;
}
