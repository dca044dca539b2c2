/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-line-watch.h"

struct _DsLineWatch
{
  SoupServer *server;
  DsClock *clock;
  gint64 limit_ms;
  GHashTable
      *moved_at_ms; /* (element-type SoupServerMessage gint64): when something came or went, by request */
  guint look_source;
};

static void
forget (gpointer user_data, GObject *message)
{
  DsLineWatch *self = user_data;

  g_hash_table_remove (self->moved_at_ms, message);
}

static void
note_move (DsLineWatch *self, SoupServerMessage *message)
{
  gint64 *at_ms = g_hash_table_lookup (self->moved_at_ms, message);

  *at_ms = ds_clock_get_mono_ms (self->clock);
}

static void
did_get_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  note_move (user_data, message);
}

static void
did_write (SoupServerMessage *message, guint n, gpointer user_data)
{
  note_move (user_data, message);
}

static void
did_read (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  note_move (user_data, message);
}

/* On a new connection, and on an old one when its last request has been answered. */
static void
did_start (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  DsLineWatch *self = user_data;

  g_hash_table_insert (self->moved_at_ms, message, g_new0 (gint64, 1));
  note_move (self, message);
  g_object_weak_ref (G_OBJECT (message), forget, self);
  g_signal_connect (message, "got-chunk", G_CALLBACK (did_get_chunk), self);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (did_write), self);
}

static gboolean
look (gpointer user_data)
{
  DsLineWatch *self = user_data;
  gint64 before_ms = ds_clock_get_mono_ms (self->clock) - self->limit_ms;
  GHashTableIter iter;
  gpointer message, moved_at_ms;

  g_hash_table_iter_init (&iter, self->moved_at_ms);
  while (g_hash_table_iter_next (&iter, &message, &moved_at_ms))
    {
      GSocket *socket = soup_server_message_get_socket (message);

      /* The server sees the end of the line and does the rest, later. */
      if (*(gint64 *)moved_at_ms <= before_ms && socket != NULL)
        g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
  return G_SOURCE_CONTINUE;
}

DsLineWatch *
ds_line_watch_new (SoupServer *server, DsClock *clock, guint limit_s)
{
  DsLineWatch *self = g_new0 (DsLineWatch, 1);

  self->server = server;
  self->clock = g_object_ref (clock);
  self->limit_ms = (gint64)limit_s * 1000;
  self->moved_at_ms = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_signal_connect (server, "request-started", G_CALLBACK (did_start), self);
  g_signal_connect (server, "request-read", G_CALLBACK (did_read), self);
  self->look_source = ds_clock_add_timeout (clock, limit_s * 1000 / 2, look, self);
  return self;
}

void
ds_line_watch_free (DsLineWatch *self)
{
  GHashTableIter iter;
  gpointer message;

  g_clear_handle_id (&self->look_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_hash_table_iter_init (&iter, self->moved_at_ms);
  while (g_hash_table_iter_next (&iter, &message, NULL))
    {
      g_object_weak_unref (message, forget, self);
      g_signal_handlers_disconnect_by_data (message, self);
    }
  g_hash_table_unref (self->moved_at_ms);
  g_object_unref (self->clock);
  g_free (self);
}
