/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-service.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-task.h"

#include <string.h>

#define KIB 1024
#define MIB (1024 * KIB)
#define MAX_OBJECT_BYTES (16 * KIB)
#define MAX_JOURNAL_BYTES (4 * MIB)
#define DEFAULT_PAGE 1000
#define MAX_PAGE 2000
#define MAX_WAIT_S 60
#define MAX_WAITERS 10000
#define COMPRESS_FROM_BYTES 1024
/* The contents of proofs that wait for the disk, each of at most DS_DEPOT_MAX_BODY_BYTES. */
#define MAX_BLOBS 32

struct _DsDepotService
{
  DsDepot *depot;
  GThreadPool *blobs;  /* one thread: each waits for the disk by itself, and money must not wait with it */
  GHashTable *waiters; /* (element-type utf8 Waiter): by device: each has one long poll at most */
};

/* A long poll: a request whose reply waits for news. */
typedef struct
{
  DsDepotService *service;
  GTask *task; /* its data is the exchange */
  gint64 after;
  guint limit;
  guint timer_source;
  gulong cancelled_handler;
  gint64 asleep_us; /* since when */
} Waiter;

/* Exchanges and replies */

void
ds_depot_reply_free (DsDepotReply *self)
{
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->device_id);
  g_free (self);
}

static DsExchange *
exchange_new (const DsDepotRequest *request)
{
  DsExchange *self = g_new0 (DsExchange, 1);

  self->request.method = g_strdup (request->method);
  self->request.path = g_strdup (request->path);
  self->request.query = request->query ? g_hash_table_ref (request->query) : NULL;
  self->request.token = g_strdup (request->token);
  self->request.takes_gzip = request->takes_gzip;
  self->request.body = request->body ? g_bytes_ref (request->body) : g_bytes_new (NULL, 0);
  self->reply = g_new0 (DsDepotReply, 1);
  self->reply->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  return self;
}

static void
exchange_free (DsExchange *self)
{
  g_free ((char *)self->request.method);
  g_free ((char *)self->request.path);
  g_free ((char *)self->request.token);
  g_clear_pointer (&self->request.query, g_hash_table_unref);
  g_clear_pointer (&self->request.body, g_bytes_unref);
  g_clear_pointer (&self->device, ds_device_free);
  g_clear_pointer (&self->object, json_decref);
  g_clear_pointer (&self->trouble, ds_trouble_free);
  g_clear_pointer (&self->reply, ds_depot_reply_free);
  g_free (self);
}

static void
return_reply (GTask *task)
{
  DsExchange *exchange = g_task_get_task_data (task);

  if (exchange->device != NULL)
    exchange->reply->device_id = g_strdup (exchange->device->id);
  g_task_return_pointer (task, g_steal_pointer (&exchange->reply), (GDestroyNotify)ds_depot_reply_free);
}

static void
reply_with_json (DsDepotReply *reply, guint status, const char *type, json_t *object)
{
  char *text = ds_json_to_line (object);

  soup_message_headers_set_content_type (reply->headers, type, NULL);
  reply->body = g_bytes_new_take (text, strlen (text));
  reply->status = status;
}

void
ds_depot_reply_set_trouble (DsDepot *self, DsDepotReply *reply, const DsTrouble *trouble)
{
  g_autoptr (json_t) object = ds_trouble_to_json (trouble);

  if (ds_trouble_get_status (trouble) == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (reply->headers, "WWW-Authenticate", "Bearer");
  if (trouble->kind == DS_TROUBLE_OVERLOADED)
    {
      guint after_s = trouble->retry_after_s > 0 ? trouble->retry_after_s
                                                 : ds_depot_intake_draw_retry_after_s (self->intake);
      g_autofree char *text = g_strdup_printf ("%u", after_s);

      soup_message_headers_replace (reply->headers, "Retry-After", text);
    }
  reply_with_json (reply, ds_trouble_get_status (trouble), "application/problem+json", object);
}

static gboolean
reply_with_object (DsExchange *exchange, json_t *object)
{
  if (object == NULL)
    return FALSE;
  reply_with_json (exchange->reply, SOUP_STATUS_OK, "application/json", object);
  json_decref (object);
  return TRUE;
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
reply_with_page (DsExchange *exchange, DsFeedPage *page, const DsDevice *held)
{
  SoupMessageHeaders *headers = exchange->reply->headers;
  g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, page->cursor);
  g_autofree char *held_seq = g_strdup_printf ("%" G_GINT64_FORMAT, held->seq);
  GBytes *body = NULL;

  soup_message_headers_replace (headers, "Doorstep-Cursor", cursor);
  soup_message_headers_replace (headers, "Doorstep-Acknowledged", held_seq);
  soup_message_headers_replace (headers, "Doorstep-Head", held->head);
  if (page->more)
    soup_message_headers_replace (headers, "Doorstep-More", "1");
  soup_message_headers_set_content_type (headers, "application/x-ndjson", NULL);
  if (page->lines->len >= COMPRESS_FROM_BYTES && exchange->request.takes_gzip)
    body = compress (page->lines);
  if (body != NULL)
    soup_message_headers_replace (headers, "Content-Encoding", "gzip");
  else
    body = g_byte_array_free_to_bytes (g_steal_pointer (&page->lines));
  exchange->reply->body = body;
  exchange->reply->status = SOUP_STATUS_OK;
}

/* Fills the reply with the news there are after @after. @wait: whether to leave it when there are none. */
static gboolean
reply_with_news (DsDepotService *self,
                 DsExchange *exchange,
                 gint64 after,
                 guint limit,
                 gboolean wait,
                 DsTrouble **trouble)
{
  g_auto (DsFeedPage) page = { 0 };
  g_autoptr (DsDevice) held = NULL; /* as it is now: the exchange's is from when a long poll began */
  g_autoptr (GError) error = NULL;

  if (!ds_feed_read (self->depot->feed, exchange->device->courier_id, after, limit, &page, &error)
      || !ds_depot_load_device (self->depot, exchange->device->id, &held, &error))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  /* It may have been stolen while it waited. */
  if (!ds_depot_check_admitted (held, trouble))
    return FALSE;
  if (page.n_items > 0 || !wait)
    reply_with_page (exchange, &page, held);
  return TRUE;
}

/* Long polls */

static void
waiter_free (gpointer data)
{
  Waiter *self = data;

  g_clear_handle_id (&self->timer_source, g_source_remove);
  /* Not g_cancellable_disconnect(), which would wait for the handler that may be calling this. */
  if (self->cancelled_handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (self->task), self->cancelled_handler);
  g_object_unref (self->task);
  g_free (self);
}

static DsExchange *
get_exchange (Waiter *self)
{
  return g_task_get_task_data (self->task);
}

/* Forgets the waiter, so that whoever is answered finds it gone. Returns: (transfer full): its task. */
static GTask *
forget_waiter (Waiter *self)
{
  GTask *task = g_object_ref (self->task);

  g_hash_table_remove (self->service->waiters, get_exchange (self)->device->id);
  return task;
}

/* Answers with what there is now. */
static void
release_waiter (Waiter *self)
{
  DsExchange *exchange = get_exchange (self);
  g_autoptr (GTask) task = NULL;
  g_autoptr (DsTrouble) trouble = NULL;

  exchange->reply->slept_us = g_get_monotonic_time () - self->asleep_us;
  if (!reply_with_news (self->service, exchange, self->after, self->limit, FALSE, &trouble))
    ds_depot_reply_set_trouble (self->service->depot, exchange->reply, trouble);
  task = forget_waiter (self);
  return_reply (task);
}

static gboolean
did_wait_enough (gpointer user_data)
{
  Waiter *self = user_data;

  self->timer_source = 0;
  release_waiter (self);
  return G_SOURCE_REMOVE;
}

/* Ends a long poll without an answer. */
static void
drop_waiter (Waiter *self)
{
  g_autoptr (GTask) task = forget_waiter (self);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody waits for it");
}

static void
did_cancel (GCancellable *cancellable, gpointer user_data)
{
  drop_waiter (user_data);
}

static void
begin_wait (DsDepotService *self, DsExchange *exchange, gint64 after, guint limit, guint wait_s)
{
  Waiter *waiter = g_hash_table_lookup (self->waiters, exchange->device->id);
  GCancellable *cancellable = g_task_get_cancellable (exchange->task);

  if (waiter != NULL)
    release_waiter (waiter); /* the handheld has given up on it */

  exchange->comes_later = TRUE;
  waiter = g_new0 (Waiter, 1);
  waiter->service = self;
  waiter->task = g_object_ref (exchange->task);
  waiter->after = after;
  waiter->limit = limit;
  waiter->asleep_us = g_get_monotonic_time ();
  waiter->timer_source = ds_clock_add_timeout (self->depot->clock, wait_s * 1000, did_wait_enough, waiter);
  if (cancellable != NULL)
    waiter->cancelled_handler = g_signal_connect (cancellable, "cancelled", G_CALLBACK (did_cancel), waiter);
  g_hash_table_insert (self->waiters, exchange->device->id, waiter);
}

guint
ds_depot_service_get_n_waiters (DsDepotService *self)
{
  return g_hash_table_size (self->waiters);
}

void
ds_depot_service_tell (DsDepotService *self, const char *courier_id)
{
  g_autoptr (GList) waiters = g_hash_table_get_values (self->waiters);

  for (GList *item = waiters; item != NULL; item = item->next)
    {
      Waiter *waiter = item->data;

      if (g_str_equal (get_exchange (waiter)->device->courier_id, courier_id))
        release_waiter (waiter);
    }
}

void
ds_depot_service_hang_up (DsDepotService *self)
{
  g_autoptr (GList) waiters = g_hash_table_get_values (self->waiters);

  for (GList *item = waiters; item != NULL; item = item->next)
    drop_waiter (item->data);
}

/* Routes */

static gboolean
answer_health (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange, json_pack ("{s:s}", "status", "ok"));
}

static gboolean
answer_devices (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (exchange, ds_depot_answer_enrolment (self->depot, exchange->object, trouble));
}

static void
did_take (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsExchange *exchange = g_task_get_task_data (task);
  g_autoptr (DsTrouble) trouble = NULL;
  json_t *acknowledgement = ds_depot_intake_take_finish (result, &trouble);

  if (acknowledgement == NULL && trouble == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The depot closed");
      return;
    }
  if (!reply_with_object (exchange, acknowledgement))
    ds_depot_reply_set_trouble (g_task_get_source_object (task), exchange->reply, trouble);
  return_reply (task);
}

static void
take_in (DsDepotService *self, DsExchange *exchange, DsIntakeJob *job)
{
  exchange->comes_later = TRUE;
  ds_depot_intake_take_async (self->depot->intake, job, did_take, g_object_ref (exchange->task));
}

static gboolean
answer_tokens (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  DsIntakeJob *job = ds_depot_assertion_new (self->depot, exchange->object, trouble);

  if (job != NULL)
    take_in (self, exchange, job);
  return job != NULL;
}

static gboolean
answer_journal (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  take_in (self, exchange, ds_depot_push_new (self->depot, exchange->device, exchange->request.body));
  return TRUE;
}

static gboolean
did_keep_blob (gpointer user_data)
{
  DsExchange *exchange = g_task_get_task_data (user_data);

  if (exchange->trouble != NULL)
    ds_depot_reply_set_trouble (g_task_get_source_object (user_data), exchange->reply, exchange->trouble);
  return_reply (user_data);
  return G_SOURCE_REMOVE;
}

/* On the thread of blobs. */
static void
keep_blob (gpointer data, gpointer directory)
{
  GTask *task = data;
  DsExchange *exchange = g_task_get_task_data (task);
  g_autoptr (GSource) source = g_idle_source_new ();

  ds_depot_keep_blob (directory, exchange, &exchange->trouble);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, did_keep_blob, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* A content can wait, and the handheld keeps it until it is taken. */
static gboolean
answer_blob (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  if (ds_depot_intake_is_busy (self->depot->intake) || g_thread_pool_unprocessed (self->blobs) >= MAX_BLOBS)
    {
      ds_depot_intake_send_away (self->depot->intake, trouble);
      return FALSE;
    }
  exchange->comes_later = TRUE;
  g_thread_pool_push (self->blobs, g_object_ref (exchange->task), NULL);
  return TRUE;
}

static gboolean
answer_rescue (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  return reply_with_object (
      exchange, ds_depot_answer_rescue (self->depot, exchange->device->id, exchange->request.body, trouble));
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
  const char *text = exchange->request.query ? g_hash_table_lookup (exchange->request.query, name) : NULL;

  *value = otherwise;
  if (text == NULL || g_ascii_string_to_signed (text, 10, 0, max, value, NULL))
    return TRUE;
  ds_trouble_set (trouble, DS_TROUBLE_INVALID, "“%s” is a number from 0 to %" G_GINT64_FORMAT, name, max);
  return FALSE;
}

static gboolean
answer_feed (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  gint64 after, wait_s, limit;
  gboolean wait;

  if (!read_number (exchange, "after", 0, G_MAXINT64, &after, trouble)
      || !read_number (exchange, "wait", 0, MAX_WAIT_S, &wait_s, trouble)
      || !read_number (exchange, "limit", DEFAULT_PAGE, MAX_PAGE, &limit, trouble))
    return FALSE;
  if (limit == 0)
    limit = 1;
  ds_depot_monitor_pulled (self->depot->monitor, exchange->device->id, exchange->device->courier_id, after);
  wait = wait_s > 0 && g_hash_table_size (self->waiters) < MAX_WAITERS;
  if (!reply_with_news (self, exchange, after, (guint)limit, wait, trouble))
    return FALSE;
  if (exchange->reply->status == 0)
    begin_wait (self, exchange, after, (guint)limit, (guint)wait_s);
  return TRUE;
}

const DsRoute ds_depot_routes[] = {
  { "GET", "/v1/health", FALSE, FALSE, 0, answer_health },
  { "POST", "/v1/devices", FALSE, TRUE, MAX_OBJECT_BYTES, answer_devices },
  { "POST", "/v1/tokens", FALSE, TRUE, MAX_OBJECT_BYTES, answer_tokens },
  { "POST", "/v1/journal", TRUE, FALSE, MAX_JOURNAL_BYTES, answer_journal },
  { "POST", "/v1/rescues", TRUE, FALSE, DS_DEPOT_MAX_BODY_BYTES, answer_rescue },
  { "GET", "/v1/feed", TRUE, FALSE, 0, answer_feed },
  { "PUT", "/v1/blobs/{sm3}", TRUE, FALSE, DS_DEPOT_MAX_BODY_BYTES, answer_blob },
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

const DsRoute *
ds_depot_find_route (const char *method,
                     const char *path,
                     SoupMessageHeaders *reply_headers,
                     const char **tail,
                     DsTrouble **trouble)
{
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
  soup_message_headers_replace (reply_headers, "Allow", allowed->str);
  return ds_trouble_set (trouble, DS_TROUBLE_METHOD, "Only %s works here", allowed->str);
}

static gboolean
answer (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble)
{
  const DsRoute *route = ds_depot_find_route (exchange->request.method, exchange->request.path,
                                              exchange->reply->headers, &exchange->tail, trouble);
  g_autoptr (GError) error = NULL;
  gsize n;
  const char *body = g_bytes_get_data (exchange->request.body, &n);

  if (route == NULL)
    return FALSE;
  if (n > route->max_body_bytes)
    {
      ds_depot_refuse_size (trouble, route->max_body_bytes);
      return FALSE;
    }
  if (route->needs_token)
    {
      exchange->device = ds_depot_check_token (self->depot, exchange->request.token, trouble);
      if (exchange->device == NULL)
        return FALSE;
    }
  if (route->takes_object)
    {
      exchange->object = ds_json_parse_object (body ? body : "", n, route->max_body_bytes, &error);
      if (exchange->object == NULL)
        {
          ds_trouble_set (trouble, DS_TROUBLE_INVALID, "%s", error->message);
          return FALSE;
        }
    }
  return route->answer (self, exchange, trouble);
}

void
ds_depot_refuse_size (DsTrouble **trouble, gsize max_bytes)
{
  ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "At most %zu bytes are taken", max_bytes);
}

void
ds_depot_answer_async (DsDepot *self,
                       const DsDepotRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (DsTrouble) trouble = NULL;
  DsExchange *exchange;

  g_return_if_fail (DS_IS_DEPOT (self) && self->service != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_depot_answer_async));
  g_task_set_name (task, "[doorstep] answer a handheld");
  /* What was done is told to whoever still listens. */
  g_task_set_check_cancellable (task, FALSE);
  exchange = exchange_new (request);
  exchange->task = task;
  g_task_set_task_data (task, exchange, (GDestroyNotify)exchange_free);

  if (!answer (self->service, exchange, &trouble))
    ds_depot_reply_set_trouble (self, exchange->reply, trouble);
  if (!exchange->comes_later)
    return_reply (task);
}

DsDepotReply *
ds_depot_answer_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Life */

DsDepotService *
ds_depot_service_new (DsDepot *depot)
{
  DsDepotService *self = g_new0 (DsDepotService, 1);

  self->depot = depot;
  self->waiters = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, waiter_free);
  self->blobs = g_thread_pool_new (keep_blob, depot->directory, 1, FALSE, NULL);
  return self;
}

void
ds_depot_service_free (DsDepotService *self)
{
  ds_depot_service_hang_up (self);
  /* It finishes what it was given. */
  g_thread_pool_free (self->blobs, FALSE, TRUE);
  g_hash_table_unref (self->waiters);
  g_free (self);
}
