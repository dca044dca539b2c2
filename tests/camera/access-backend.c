/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "access-backend.h"

#define NAME "org.freedesktop.impl.portal.desktop.doorsteptest"
#define INTERFACE "org.freedesktop.impl.portal.Access"
#define PATH "/org/freedesktop/portal/desktop"

struct _AccessBackend
{
  char *bus_address;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GMutex mutex;
  GCond started;
  gboolean is_up;
  gint allows; /* atomic */
  gint n_asked;
};

static const char xml[]
    = "<node><interface name='" INTERFACE "'><method name='AccessDialog'>"
      "<arg type='o' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='a{sv}' direction='in'/><arg type='u' direction='out'/><arg type='a{sv}' direction='out'/>"
      "</method></interface></node>";

static void
did_call (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *parameters,
          GDBusMethodInvocation *invocation,
          gpointer user_data)
{
  AccessBackend *self = user_data;

  g_atomic_int_inc (&self->n_asked);
  g_dbus_method_invocation_return_value (
      invocation, g_variant_new ("(ua{sv})", g_atomic_int_get (&self->allows) ? 0 : 1, NULL));
}

static gpointer
run (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { did_call, NULL, NULL, { 0 } };
  AccessBackend *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, &error);
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) owned = NULL;

  g_assert_no_error (error);
  g_main_context_push_thread_default (self->context);
  bus = g_dbus_connection_new_for_address_sync (self->bus_address,
                                                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                    | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (bus, PATH, node->interfaces[0], &vtable, self, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&self->mutex);
  self->is_up = TRUE;
  g_cond_signal (&self->started);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

AccessBackend *
access_backend_start (const char *bus_address, const char *folder)
{
  static const char portal[] = "[portal]\nDBusName=" NAME "\nInterfaces=" INTERFACE "\nUseIn=doorsteptest\n";
  g_autofree char *path = g_build_filename (folder, "doorsteptest.portal", NULL);
  AccessBackend *self = g_new0 (AccessBackend, 1);

  g_assert_true (g_file_set_contents (path, portal, -1, NULL));
  self->bus_address = g_strdup (bus_address);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("access", run, self);
  g_mutex_lock (&self->mutex);
  while (!self->is_up)
    g_cond_wait (&self->started, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

void
access_backend_set_allows (AccessBackend *self, gboolean allows)
{
  g_atomic_int_set (&self->allows, allows);
}

guint
access_backend_count (AccessBackend *self)
{
  return (guint)g_atomic_int_get (&self->n_asked);
}

void
access_backend_stop (AccessBackend *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->bus_address);
  g_free (self);
}
