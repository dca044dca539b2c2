/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-screen.h"

#include "ds-error.h"
#include "ds-task.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* Twice what is on the screen, as a near camera sees it: dense symbols get enough pixels a module. */
#define SCALE 2

struct _DsScreen
{
  GObject parent;

  GtkWidget *window; /* (nullable): weak */
  char *path;
  GSocketService *service;
  GPtrArray *waiting; /* (element-type GIOStream): for the next frame */
};

G_DEFINE_FINAL_TYPE (DsScreen, ds_screen, G_TYPE_OBJECT)

/* Returns: (transfer full) (nullable): what the window shows; %NULL while it shows nothing. */
static GBytes *
take_picture (GtkWidget *window)
{
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (window == NULL || !gtk_widget_get_mapped (window))
    return NULL;
  paintable = gtk_widget_paintable_new (window);
  gtk_snapshot_scale (snapshot, SCALE, SCALE);
  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  if (node == NULL)
    return NULL;
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  return gdk_texture_save_to_png_bytes (texture);
}

static void
did_close (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

/* A picture on its way. */
typedef struct
{
  GIOStream *connection;
  GBytes *picture;
} Answer;

static void
answer_free (Answer *self)
{
  g_object_unref (self->connection);
  g_bytes_unref (self->picture);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* Whoever looked away before the end has seen enough. */
static void
did_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) answer = user_data;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  g_io_stream_close_async (answer->connection, G_PRIORITY_DEFAULT, NULL, did_close, NULL);
}

static gboolean
send_picture (DsScreen *self, GIOStream *connection)
{
  g_autoptr (GBytes) picture = take_picture (self->window);
  Answer *answer;
  const void *bytes;
  gsize n;

  if (picture == NULL)
    return FALSE;
  answer = g_new0 (Answer, 1);
  answer->connection = g_object_ref (connection);
  answer->picture = g_steal_pointer (&picture);
  bytes = g_bytes_get_data (answer->picture, &n);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (answer->connection), bytes, n,
                                   G_PRIORITY_DEFAULT, NULL, did_send, answer);
  return TRUE;
}

static void
did_draw (DsScreen *self, GdkFrameClock *clock)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  g_signal_handlers_disconnect_by_data (clock, self);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    send_picture (self, g_ptr_array_index (waiting, i));
}

/* Between a new layout and its first frame there is nothing to be seen: the frame is waited for. */
static gboolean
did_connect (DsScreen *self, GSocketConnection *connection)
{
  if (self->window == NULL || !gtk_widget_get_mapped (self->window)
      || send_picture (self, G_IO_STREAM (connection)))
    return TRUE;
  g_ptr_array_add (self->waiting, g_object_ref (connection));
  if (self->waiting->len == 1)
    g_signal_connect_object (gtk_widget_get_frame_clock (self->window), "after-paint", G_CALLBACK (did_draw),
                             self, G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (self->window);
  return TRUE;
}

static void
ds_screen_dispose (GObject *object)
{
  DsScreen *self = DS_SCREEN (object);

  if (self->service != NULL)
    {
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
      g_unlink (self->path);
    }
  g_clear_object (&self->service);
  g_clear_weak_pointer (&self->window);

  G_OBJECT_CLASS (ds_screen_parent_class)->dispose (object);
}

static void
ds_screen_finalize (GObject *object)
{
  DsScreen *self = DS_SCREEN (object);

  g_free (self->path);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (ds_screen_parent_class)->finalize (object);
}

static void
ds_screen_class_init (DsScreenClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_screen_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_screen_finalize;
}

static void
ds_screen_init (DsScreen *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

DsScreen *
ds_screen_share (GtkWidget *window, const char *path, GError **error)
{
  g_autoptr (DsScreen) self = NULL;
  g_autoptr (GSocketService) service = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (GTK_IS_NATIVE (window), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (DS_TYPE_SCREEN, NULL);
  g_set_weak_pointer (&self->window, window);
  self->path = g_strdup (path);
  /* What a killed one left behind. */
  g_unlink (path);
  address = g_unix_socket_address_new (path);
  service = g_socket_service_new ();
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
    return NULL;
  self->service = g_steal_pointer (&service);
  g_signal_connect_object (self->service, "incoming", G_CALLBACK (did_connect), self, G_CONNECT_SWAPPED);
  return g_steal_pointer (&self);
}

/* Looking */

static void
return_nothing (GTask *task, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_NOT_FOUND, "%s",
                             _ ("The other window is not there. Open it and try again."));
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) >= 0)
    bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (source));
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return_nothing (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&bytes), (GDestroyNotify)g_bytes_unref);
}

static void
did_reach (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  g_autoptr (GOutputStream) memory = NULL;

  if (connection == NULL)
    {
      return_nothing (task, error);
      return;
    }
  memory = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (memory, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, g_task_get_cancellable (task), did_read,
                                g_object_ref (task));
  g_task_set_task_data (task, g_steal_pointer (&connection), g_object_unref);
}

void
ds_screen_look_async (const char *path,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_return_if_fail (path != NULL);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_screen_look_async));
  address = g_unix_socket_address_new (path);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), cancellable, did_reach,
                                 g_object_ref (task));
}

GBytes *
ds_screen_look_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
