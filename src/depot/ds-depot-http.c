/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-http.h"

#include "ds-error.h"
#include "ds-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define KIB 1024
#define MIB (1024 * KIB)
#define MAX_OBJECT_BYTES (16 * KIB)
#define MAX_JOURNAL_BYTES (4 * MIB)
#define MAX_PROOF_BYTES (8 * MIB)
#define DEFAULT_PAGE 1000
#define MAX_PAGE 2000
#define MAX_WAIT_S 60
#define MAX_WAITERS 10000
#define COMPRESS_FROM_BYTES 1024

struct _DsDepotHttp
{
  DsDepot *depot;
  SoupServer *server;
  gboolean everywhere;
  guint port;
  gboolean up;
  char *address;
  GHashTable *waiters; /* (element-type utf8 Waiter): by device: each has one long poll at most */
};

/* A long poll: a reply that waits for news. */
typedef struct
{
  DsDepotHttp *http;
  SoupServerMessage *message;
  char *device_id;
  char *courier_id;
  gint64 after;
  guint limit;
  guint timer_source;
} Waiter;

/* Replies */

static void
reply_with_json (SoupServerMessage *message, guint status, const char *type, json_t *object)
{
  char *text = ds_json_to_line (object);

  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, text, strlen (text));
  soup_server_message_set_status (message, status, NULL);
}

static void
reply_with_trouble (SoupServerMessage *message, const DsTrouble *trouble)
{
  g_autoptr (json_t) object = ds_trouble_to_json (trouble);

  if (ds_trouble_get_status (trouble) == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "WWW-Authenticate",
                                  "Bearer");
  reply_with_json (message, ds_trouble_get_status (trouble), "application/problem+json", object);
}

static gboolean
reply_with_object (DsExchange *exchange, json_t *object)
{
  if (object == NULL)
    return FALSE;
  reply_with_json (exchange->message, SOUP_STATUS_OK, "application/json", object);
  json_decref (object);
  return TRUE;
}

static gboolean
wants_gzip (SoupServerMessage *message)
{
  const char *accepted
      = soup_message_headers_get_list (soup_server_message_get_request_headers (message), "Accept-Encoding");

  return accepted != NULL && soup_header_contains (accepted, "gzip");
}

/* Returns: (transfer full) (nullable): %NULL when it cannot be compressed; then it goes as it is. */
static GBytes *
compress (GByteArray *plain)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (compressor));

  if (!g_output_stream_write_all (stream, plain->data, plain->len, NULL, NULL, NULL)
      || !g_output_stream_close (stream, NULL, NULL))
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
reply_with_page (SoupServerMessage *message, DsFeedPage *page)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, page->cursor);
  g_autoptr (GBytes) body = NULL;

  soup_message_headers_replace (headers, "Doorstep-Cursor", cursor);
  if (page->more)
    soup_message_headers_replace (headers, "Doorstep-More", "1");
  soup_message_headers_set_content_type (headers, "application/x-ndjson", NULL);
  if (page->lines->len >= COMPRESS_FROM_BYTES && wants_gzip (message))
    body = compress (page->lines);
  if (body != NULL)
    soup_message_headers_replace (headers, "Content-Encoding", "gzip");
  else
    body = g_byte_array_free_to_bytes (g_steal_pointer (&page->lines));
  if (g_bytes_get_size (body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

/* Long polls */

static void
waiter_free (gpointer data)
{
  Waiter *self = data;

  g_clear_handle_id (&self->timer_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  g_free (self->device_id);
  g_free (self->courier_id);
  g_free (self);
}

/* Answers with what there is now, and forgets the waiter. */
static void
release_waiter (Waiter *self)
{
  DsDepotHttp *http = self->http;
  g_autoptr (SoupServerMessage) message = g_object_ref (self->message);
  g_auto (DsFeedPage) page = { 0 };
  g_autoptr (GError) error = NULL;

  if (ds_feed_read (http->depot->feed, self->courier_id, self->after, self->limit, &page, &error))
    reply_with_page (message, &page);
  else
    {
      g_autoptr (DsTrouble) trouble = NULL;

      ds_trouble_set_from_error (&trouble, error);
      reply_with_trouble (message, trouble);
    }
  g_hash_table_remove (http->waiters, self->device_id);
  soup_server_message_unpause (message);
}

static gboolean
did_wait_enough (gpointer user_data)
{
  Waiter *self = user_data;

  self->timer_source = 0;
  release_waiter (self);
  return G_SOURCE_REMOVE;
}

static void
did_hang_up (SoupServerMessage *message, gpointer user_data)
{
  Waiter *self = user_data;

  g_hash_table_remove (self->http->waiters, self->device_id);
}

static void
begin_wait (DsDepotHttp *self, DsExchange *exchange, gint64 after, guint limit, guint wait_s)
{
  Waiter *waiter = g_hash_table_lookup (self->waiters, exchange->device->id);

  if (waiter != NULL)
    release_waiter (waiter); /* the handheld has given up on it */

  waiter = g_new0 (Waiter, 1);
  waiter->http = self;
  waiter->message = g_object_ref (exchange->message);
  waiter->device_id = g_strdup (exchange->device->id);
  waiter->courier_id = g_strdup (exchange->device->courier_id);
  waiter->after = after;
  waiter->limit = limit;
  waiter->timer_source = g_timeout_add_seconds (wait_s, did_wait_enough, waiter);
  g_signal_connect (exchange->message, "disconnected", G_CALLBACK (did_hang_up), waiter);
  g_signal_connect (exchange->message, "finished", G_CALLBACK (did_hang_up), waiter);
  g_hash_table_insert (self->waiters, waiter->device_id, waiter);
  soup_server_message_pause (exchange->message);
}

guint
ds_depot_http_get_n_waiters (DsDepotHttp *self)
{
  return g_hash_table_size (self->waiters);
}

void
ds_depot_http_tell (DsDepotHttp *self, const char *courier_id)
{
  g_autoptr (GList) waiters = g_hash_table_get_values (self->waiters);

  for (GList *item = waiters; item != NULL; item = item->next)
    {
      Waiter *waiter = item->data;

      if (g_str_equal (waiter->courier_id, courier_id))
        release_waiter (waiter);
    }
}

/* Routes */

static gboolean
answer_health (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange, json_pack ("{s:s}", "status", "ok"));
}

static gboolean
answer_devices (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange, ds_depot_answer_enrolment (self->depot, exchange->object, trouble));
}

static gboolean
answer_tokens (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange, ds_depot_answer_token (self->depot, exchange->object, trouble));
}

static gboolean
answer_journal (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange,
                            ds_depot_answer_journal (self->depot, exchange->device, exchange->body, trouble));
}

/* A number of the query; refused when it is none or beyond its range. */
static gboolean
read_number (DsExchange *exchange,
             const char *name,
             gint64 otherwise,
             gint64 max,
             gint64 *value,
             DsTrouble **trouble)
{
  const char *text = exchange->query ? g_hash_table_lookup (exchange->query, name) : NULL;

  *value = otherwise;
  if (text == NULL || g_ascii_string_to_signed (text, 10, 0, max, value, NULL))
    return TRUE;
  ds_trouble_set (trouble, DS_TROUBLE_INVALID, "“%s” is a number from 0 to %" G_GINT64_FORMAT, name, max);
  return FALSE;
}

static gboolean
answer_feed (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  g_auto (DsFeedPage) page = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 after, wait_s, limit;

  if (!read_number (exchange, "after", 0, G_MAXINT64, &after, trouble)
      || !read_number (exchange, "wait", 0, MAX_WAIT_S, &wait_s, trouble)
      || !read_number (exchange, "limit", DEFAULT_PAGE, MAX_PAGE, &limit, trouble))
    return FALSE;
  if (limit == 0)
    limit = 1;
  if (!ds_feed_read (self->depot->feed, exchange->device->courier_id, after, (guint)limit, &page, &error))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  if (page.n_items > 0 || wait_s == 0 || g_hash_table_size (self->waiters) >= MAX_WAITERS)
    reply_with_page (exchange->message, &page);
  else
    begin_wait (self, exchange, after, (guint)limit, (guint)wait_s);
  return TRUE;
}

static gboolean
is_digest (const char *text)
{
  for (const char *c = text; *c; c++)
    {
      if (!g_ascii_isdigit (*c) && !(*c >= 'a' && *c <= 'f'))
        return FALSE;
    }
  return strlen (text) == 2 * DS_SM3_SIZE;
}

/* A proof is named by its digest, so one that is there is the one that is sent. */
static gboolean
answer_blob (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble)
{
  g_autofree char *directory = g_build_filename (self->depot->directory, "blobs", NULL);
  g_autofree char *path = g_build_filename (directory, exchange->tail, NULL);
  g_autofree char *digest = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const void *data = g_bytes_get_data (exchange->body, &n);

  if (!is_digest (exchange->tail))
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID, "A proof is named by its SM3 in lower-case hexadecimal");
      return FALSE;
    }
  digest = ds_sm3_hex (data, n);
  if (!g_str_equal (digest, exchange->tail))
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The bytes have another digest: send them again");
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      soup_server_message_set_status (exchange->message, SOUP_STATUS_NO_CONTENT, NULL);
      return TRUE;
    }
  if (g_mkdir_with_parents (directory, 0700) != 0
      || !g_file_set_contents_full (
          path, data, (gssize)n, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &error))
    {
      ds_trouble_set (trouble, DS_TROUBLE_OVERLOADED, "The depot could not keep it. Try again later");
      return FALSE;
    }
  soup_server_message_set_status (exchange->message, SOUP_STATUS_CREATED, NULL);
  return TRUE;
}

const DsRoute ds_depot_routes[] = {
  { "GET", "/v1/health", FALSE, FALSE, 0, answer_health },
  { "POST", "/v1/devices", FALSE, TRUE, MAX_OBJECT_BYTES, answer_devices },
  { "POST", "/v1/tokens", FALSE, TRUE, MAX_OBJECT_BYTES, answer_tokens },
  { "POST", "/v1/journal", TRUE, FALSE, MAX_JOURNAL_BYTES, answer_journal },
  { "GET", "/v1/feed", TRUE, FALSE, 0, answer_feed },
  { "PUT", "/v1/blobs/{sm3}", TRUE, FALSE, MAX_PROOF_BYTES, answer_blob },
  { NULL },
};

/* Whether @path is the route's. @tail: (out): what stands for its last part in braces. */
static gboolean
route_matches (const DsRoute *route, const char *path, const char **tail)
{
  const char *brace = strchr (route->path, '{');
  gsize n = brace ? (gsize)(brace - route->path) : 0;

  *tail = NULL;
  if (brace == NULL)
    return g_str_equal (route->path, path);
  if (strncmp (route->path, path, n) != 0 || path[n] == '\0' || strchr (path + n, '/') != NULL)
    return FALSE;
  *tail = path + n;
  return TRUE;
}

static const DsRoute *
find_route (SoupServerMessage *message, const char *path, const char **tail, DsTrouble **trouble)
{
  const char *method = soup_server_message_get_method (message);
  g_autoptr (GString) allowed = g_string_new (NULL);

  for (const DsRoute *route = ds_depot_routes; route->method != NULL; route++)
    {
      if (!route_matches (route, path, tail))
        continue;
      if (g_str_equal (route->method, method))
        return route;
      g_string_append_printf (allowed, "%s%s", allowed->len ? ", " : "", route->method);
    }
  if (allowed->len == 0)
    return ds_trouble_set (trouble, DS_TROUBLE_NOT_FOUND, "There is nothing at this address");
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", allowed->str);
  return ds_trouble_set (trouble, DS_TROUBLE_METHOD, "Only %s works here", allowed->str);
}

static const char *
get_token (SoupServerMessage *message)
{
  const char *value
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");

  return value && g_ascii_strncasecmp (value, "Bearer ", 7) == 0 ? value + 7 : NULL;
}

static gboolean
refuse_size (DsTrouble **trouble, gsize max_bytes)
{
  ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "At most %zu bytes are taken", max_bytes);
  return FALSE;
}

/* What can be said from the head alone is said before the body is read: an unknown address, a missing token, or a body
 * that is announced too large. */
static gboolean
check_head (DsDepotHttp *self, SoupServerMessage *message, const char *path, DsTrouble **trouble)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *tail;
  const DsRoute *route = find_route (message, path, &tail, trouble);
  g_autoptr (DsDevice) device = NULL;

  if (route == NULL)
    return FALSE;
  if (route->needs_token)
    {
      device = ds_depot_check_token (self->depot, get_token (message), trouble);
      if (device == NULL)
        return FALSE;
    }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && (guint64)soup_message_headers_get_content_length (headers) > route->max_body_bytes)
    return refuse_size (trouble, route->max_body_bytes);
  return TRUE;
}

static void
did_get_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  /* A body without an announced length. It is let run out unkept, then refused by its size. */
  if (body->length > MAX_PROOF_BYTES)
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

  if (!check_head (user_data, message, path, &trouble))
    reply_with_trouble (message, trouble);
  else
    g_signal_connect (message, "got-chunk", G_CALLBACK (did_get_chunk), NULL);
}

static void
exchange_clear (DsExchange *self)
{
  g_clear_pointer (&self->device, ds_device_free);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->object, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsExchange, exchange_clear)

static gboolean
answer (DsDepotHttp *self, DsExchange *exchange, const char *path, DsTrouble **trouble)
{
  const DsRoute *route = find_route (exchange->message, path, &exchange->tail, trouble);
  g_autoptr (GError) error = NULL;
  gsize n;

  if (route == NULL)
    return FALSE;
  n = g_bytes_get_size (exchange->body);
  if (n > route->max_body_bytes)
    return refuse_size (trouble, route->max_body_bytes);
  if (route->needs_token)
    {
      exchange->device = ds_depot_check_token (self->depot, get_token (exchange->message), trouble);
      if (exchange->device == NULL)
        return FALSE;
    }
  if (route->takes_object)
    {
      exchange->object
          = ds_json_parse_object (g_bytes_get_data (exchange->body, NULL), n, route->max_body_bytes, &error);
      if (exchange->object == NULL)
        {
          ds_trouble_set (trouble, DS_TROUBLE_INVALID, "%s", error->message);
          return FALSE;
        }
    }
  return route->answer (self, exchange, trouble);
}

static void
did_get_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  g_auto (DsExchange) exchange = { .message = message, .query = query };
  g_autoptr (DsTrouble) trouble = NULL;
  SoupMessageBody *body;

  if (soup_server_message_get_status (message) != 0)
    return; /* refused by its head */
  body = soup_server_message_get_request_body (message);
  if (!soup_message_body_get_accumulate (body))
    {
      refuse_size (&trouble, MAX_PROOF_BYTES);
      reply_with_trouble (message, trouble);
      return;
    }
  exchange.body = soup_message_body_flatten (body);
  if (!answer (user_data, &exchange, path, &trouble))
    reply_with_trouble (message, trouble);
}

/* Life */

DsDepotHttp *
ds_depot_http_new (DsDepot *depot)
{
  DsDepotHttp *self = g_new0 (DsDepotHttp, 1);

  self->depot = depot;
  self->waiters = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, waiter_free);
  self->server = soup_server_new ("server-header", "doorstep-depot", "tls-certificate",
                                  ds_authority_get_server_certificate (depot->authority), NULL);
  soup_server_add_early_handler (self->server, NULL, did_get_head, self, NULL);
  soup_server_add_handler (self->server, NULL, did_get_request, self, NULL);
  return self;
}

static void
hang_up (DsDepotHttp *self)
{
  g_hash_table_remove_all (self->waiters);
  soup_server_disconnect (self->server);
  self->up = FALSE;
}

void
ds_depot_http_free (DsDepotHttp *self)
{
  hang_up (self);
  g_object_unref (self->server);
  g_hash_table_unref (self->waiters);
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

const char *
ds_depot_http_get_address (DsDepotHttp *self)
{
  return self->address;
}
