/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "proxy.h"

#define CHUNK_BYTES 16384

struct _Proxy
{
  GSocketService *service;
  char *address;
  char *host;
  guint16 port;
  GList *lines;
  gboolean swallow;
  gint64 cut_after[2]; /* of requests, of replies; -1 for never */
  guint n_cuts;
};

/* One connection through the proxy. Lives until both of its directions have ended. */
typedef struct
{
  gatomicrefcount count;
  Proxy *proxy; /* (nullable): gone once the line is cut */
  GSocketConnection *handheld;
  GSocketConnection *depot; /* (nullable): before it is reached */
  gint64 n_passed[2];       /* up, down */
} Line;

/* One direction. */
typedef struct
{
  Line *line;
  gboolean down;
  GBytes *chunk;
} Pump;

static Line *
line_ref (Line *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

static void
line_unref (Line *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  g_clear_object (&self->handheld);
  g_clear_object (&self->depot);
  g_free (self);
}

/* The proxy's reference goes with it. */
static void
line_end (Line *self)
{
  Proxy *proxy = g_steal_pointer (&self->proxy);

  if (proxy == NULL)
    return;
  proxy->lines = g_list_remove (proxy->lines, self);
  g_socket_close (g_socket_connection_get_socket (self->handheld), NULL);
  if (self->depot != NULL)
    g_socket_close (g_socket_connection_get_socket (self->depot), NULL);
  line_unref (self);
}

static Pump *
pump_new (Line *line, gboolean down)
{
  Pump *self = g_new0 (Pump, 1);

  self->line = line_ref (line);
  self->down = down;
  return self;
}

static void
pump_free (Pump *self)
{
  line_end (self->line);
  line_unref (self->line);
  g_clear_pointer (&self->chunk, g_bytes_unref);
  g_free (self);
}

static void pump_read (Pump *self);

static void
did_write (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pump *self = user_data;

  g_clear_pointer (&self->chunk, g_bytes_unref);
  if (self->line->proxy != NULL
      && g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    pump_read (self);
  else
    pump_free (self);
}

/* Returns: what still passes. */
static GBytes *
take_toll (Line *line, gboolean down, GBytes *chunk)
{
  gint64 cut_after = line->proxy->cut_after[down];
  gsize n = g_bytes_get_size (chunk);

  if (cut_after >= 0 && line->n_passed[down] + (gint64)n > cut_after)
    n = (gsize)(cut_after - line->n_passed[down]);
  line->n_passed[down] += (gint64)n;
  return g_bytes_new_from_bytes (chunk, 0, n);
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pump *self = user_data;
  Line *line = self->line;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  GSocketConnection *to = self->down ? line->handheld : line->depot;
  gsize n;

  if (chunk == NULL || g_bytes_get_size (chunk) == 0 || line->proxy == NULL)
    {
      pump_free (self);
      return;
    }
  if (self->down && line->proxy->swallow)
    {
      pump_read (self);
      return;
    }

  self->chunk = take_toll (line, self->down, chunk);
  n = g_bytes_get_size (self->chunk);
  if (n < g_bytes_get_size (chunk))
    {
      /* What may pass is on its way before the line ends. */
      line->proxy->n_cuts++;
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (to)),
                                 g_bytes_get_data (self->chunk, NULL), n, NULL, NULL, NULL);
      pump_free (self);
      return;
    }
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (to)),
                                   g_bytes_get_data (self->chunk, NULL), n, G_PRIORITY_DEFAULT, NULL,
                                   did_write, self);
}

static void
pump_read (Pump *self)
{
  GSocketConnection *from = self->down ? self->line->depot : self->line->handheld;

  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (from)), CHUNK_BYTES,
                                   G_PRIORITY_DEFAULT, NULL, did_read, self);
}

static void
did_connect (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Line *line = user_data;

  line->depot = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, NULL);
  if (line->depot != NULL && line->proxy != NULL)
    {
      pump_read (pump_new (line, FALSE));
      pump_read (pump_new (line, TRUE));
    }
  else
    line_end (line);
  line_unref (line);
}

static gboolean
incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Proxy *self = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Line *line = g_new0 (Line, 1);

  g_atomic_ref_count_init (&line->count);
  line->proxy = self;
  line->handheld = g_object_ref (connection);
  self->lines = g_list_prepend (self->lines, line);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, self->host, self->port, NULL, did_connect, line_ref (line));
  return TRUE;
}

Proxy *
proxy_new (const char *upstream)
{
  Proxy *self = g_new0 (Proxy, 1);
  g_autoptr (GUri) uri = g_uri_parse (upstream, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  self->host = g_strdup (g_uri_get_host (uri));
  self->port = (guint16)g_uri_get_port (uri);
  self->cut_after[FALSE] = self->cut_after[TRUE] = -1;
  self->service = g_socket_service_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming), self);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("https://127.0.0.1:%u",
                                   g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective)));
  return self;
}

static void
drop_lines (Proxy *self)
{
  while (self->lines != NULL)
    line_end (self->lines->data);
}

void
proxy_free (Proxy *self)
{
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  drop_lines (self);
  g_free (self->address);
  g_free (self->host);
  g_free (self);
}

const char *
proxy_get_address (Proxy *self)
{
  return self->address;
}

void
proxy_swallow_replies (Proxy *self, gboolean swallow)
{
  self->swallow = swallow;
}

void
proxy_cut_replies_after (Proxy *self, gint64 n_bytes)
{
  self->cut_after[TRUE] = n_bytes;
  drop_lines (self);
}

void
proxy_cut_requests_after (Proxy *self, gint64 n_bytes)
{
  self->cut_after[FALSE] = n_bytes;
  drop_lines (self);
}

guint
proxy_get_n_cuts (Proxy *self)
{
  return self->n_cuts;
}
