/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "raw-server.h"

#include <stdlib.h>
#include <string.h>

struct _RawServer
{
  GSocketService *service;
  GTlsCertificate *certificate;
  char *address;

  GMutex lock;
  guint n_active;
  GBytes *reply; /* (nullable) */
  gboolean endless;
  guint n_requests;
  char *request;
};

/* Reads a head and as much body as it announces. */
static char *
read_request (GInputStream *input)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char chunk[4096];

  for (;;)
    {
      gssize n = g_input_stream_read (input, chunk, sizeof chunk, NULL, NULL);
      const char *end, *length;
      gsize body_n = 0;

      if (n <= 0)
        return NULL;
      g_string_append_len (text, chunk, n);

      end = strstr (text->str, "\r\n\r\n");
      length = strstr (text->str, "Content-Length: ");
      if (length != NULL)
        body_n = strtoul (length + strlen ("Content-Length: "), NULL, 10);
      if (end != NULL && text->len >= (gsize)(end - text->str) + 4 + body_n)
        return g_string_free (g_steal_pointer (&text), FALSE);
    }
}

static void
write_reply (GIOStream *stream, GBytes *reply, gboolean endless)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  char spaces[4096];
  const char *bytes;
  gboolean going;
  gsize n;

  if (reply == NULL)
    {
      while (g_input_stream_read (g_io_stream_get_input_stream (stream), spaces, 1, NULL, NULL) > 0)
        ;
      return;
    }

  bytes = g_bytes_get_data (reply, &n);
  going = g_output_stream_write_all (output, bytes, n, NULL, NULL, NULL);
  memset (spaces, ' ', sizeof spaces);
  while (endless && going)
    going = g_output_stream_write_all (output, spaces, sizeof spaces, NULL, NULL, NULL);
}

static void
serve (RawServer *self, GIOStream *stream)
{
  g_autofree char *request = read_request (g_io_stream_get_input_stream (stream));
  g_autoptr (GBytes) reply = NULL;
  gboolean endless;

  if (request == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->n_requests++;
  g_free (self->request);
  self->request = g_steal_pointer (&request);
  reply = self->reply ? g_bytes_ref (self->reply) : NULL;
  endless = self->endless;
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (NULL);

  write_reply (stream, reply, endless);
}

static gboolean
run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  RawServer *self = user_data;
  g_autoptr (GIOStream) stream
      = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);

  serve (self, stream);
  g_io_stream_close (stream, NULL, NULL);

  g_mutex_lock (&self->lock);
  self->n_active--;
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (NULL);
  return TRUE;
}

/* In the main thread, before a thread is found for the connection. */
static gboolean
incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  RawServer *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_active++;
  return FALSE;
}

RawServer *
raw_server_new (GTlsCertificate *certificate, const char *ip)
{
  RawServer *self = g_new0 (RawServer, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (ip, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  self->certificate = g_object_ref (certificate);
  self->service = g_threaded_socket_service_new (8);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming), self);
  g_signal_connect (self->service, "run", G_CALLBACK (run), self);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("https://%s:%u", ip,
                                   g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective)));
  return self;
}

static gboolean
is_active (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_active > 0;
}

void
raw_server_free (RawServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));

  /* The clients are done, but their connections are closed by the main loop; then the threads come to an end. */
  while (is_active (self))
    g_main_context_iteration (NULL, TRUE);

  g_clear_object (&self->service);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->lock);
  g_free (self->address);
  g_clear_pointer (&self->reply, g_bytes_unref);
  g_free (self->request);
  g_free (self);
}

const char *
raw_server_get_address (RawServer *self)
{
  return self->address;
}

static void
set_reply (RawServer *self, GBytes *reply, gboolean endless)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_clear_pointer (&self->reply, g_bytes_unref);
  self->reply = reply;
  self->endless = endless;
}

void
raw_server_set_reply (RawServer *self, const char *reply)
{
  set_reply (self, reply ? g_bytes_new (reply, strlen (reply)) : NULL, FALSE);
}

void
raw_server_set_reply_bytes (RawServer *self, GBytes *reply)
{
  set_reply (self, g_bytes_ref (reply), FALSE);
}

void
raw_server_set_endless_reply (RawServer *self, const char *head)
{
  set_reply (self, g_bytes_new (head, strlen (head)), TRUE);
}

guint
raw_server_get_n_requests (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_requests;
}

char *
raw_server_dup_request (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (self->request);
}
