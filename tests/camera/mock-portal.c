/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mock-portal.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define INTERFACE "org.freedesktop.portal.Camera"
#define REQUEST "org.freedesktop.portal.Request"
#define PATH "/org/freedesktop/portal/desktop"

struct _MockPortal
{
  char *bus_address;
  char *pipewire;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GDBusConnection *bus;
  GMutex mutex;
  GCond started;
  gboolean is_up;
  MockPortalMood mood;
  guint n_requests;
};

static const char xml[]
    = "<node><interface name='" INTERFACE "'>"
      "<method name='AccessCamera'><arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
      "<method name='OpenPipeWireRemote'><arg type='a{sv}' direction='in'/><arg type='h' "
      "direction='out'/></method>"
      "<property name='IsCameraPresent' type='b' access='read'/>"
      "<property name='version' type='u' access='read'/></interface></node>";

static MockPortalMood
get_mood (MockPortal *self)
{
  MockPortalMood mood;

  g_mutex_lock (&self->mutex);
  mood = self->mood;
  g_mutex_unlock (&self->mutex);
  return mood;
}

/* The handle is where the application already listens: its name and the token that it chose. */
static void
access_camera (MockPortal *self, const char *sender, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  g_autofree char *name = g_strdup (sender + 1);
  g_autofree char *handle = NULL;
  const char *token = "t";
  MockPortalMood mood = get_mood (self);

  g_variant_lookup (options, "handle_token", "&s", &token);
  handle = g_strdup_printf (PATH "/request/%s/%s", g_strdelimit (name, ".", '_'), token);
  g_mutex_lock (&self->mutex);
  self->n_requests++;
  g_mutex_unlock (&self->mutex);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", handle));
  if (mood != MOCK_PORTAL_SAYS_NOTHING)
    g_dbus_connection_emit_signal (self->bus, sender, handle, REQUEST, "Response",
                                   g_variant_new ("(ua{sv})", mood == MOCK_PORTAL_ALLOWS ? 0 : 1, NULL),
                                   NULL);
}

static void
open_remote (MockPortal *self, GDBusMethodInvocation *invocation)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, self->pipewire, sizeof address.sun_path);
  if (connect (fd, (const struct sockaddr *)&address, sizeof address) != 0)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED, "no PipeWire");
  else
    {
      g_unix_fd_list_append (list, fd, NULL);
      g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0), list);
    }
  close (fd);
}

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
  if (g_str_equal (method, "AccessCamera"))
    access_camera (user_data, sender, parameters, invocation);
  else
    open_remote (user_data, invocation);
}

static GVariant *
get_property (GDBusConnection *bus,
              const char *sender,
              const char *path,
              const char *interface,
              const char *property,
              GError **error,
              gpointer user_data)
{
  if (g_str_equal (property, "version"))
    return g_variant_new_uint32 (1);
  return g_variant_new_boolean (get_mood (user_data) != MOCK_PORTAL_HAS_NO_CAMERA);
}

static gpointer
run (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { did_call, get_property, NULL, { 0 } };
  MockPortal *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, &error);
  g_autoptr (GVariant) owned = NULL;

  g_assert_no_error (error);
  g_main_context_push_thread_default (self->context);
  self->bus = g_dbus_connection_new_for_address_sync (self->bus_address,
                                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                      NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (self->bus, PATH, node->interfaces[0], &vtable, self, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&self->mutex);
  self->is_up = TRUE;
  g_cond_signal (&self->started);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_clear_object (&self->bus);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

MockPortal *
mock_portal_start (const char *bus_address, const char *pipewire)
{
  MockPortal *self = g_new0 (MockPortal, 1);

  self->bus_address = g_strdup (bus_address);
  self->pipewire = g_strdup (pipewire);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("portal", run, self);
  g_mutex_lock (&self->mutex);
  while (!self->is_up)
    g_cond_wait (&self->started, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

void
mock_portal_set_mood (MockPortal *self, MockPortalMood mood)
{
  g_mutex_lock (&self->mutex);
  self->mood = mood;
  g_mutex_unlock (&self->mutex);
}

guint
mock_portal_count_requests (MockPortal *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_requests;
  g_mutex_unlock (&self->mutex);
  return n;
}

void
mock_portal_stop (MockPortal *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->bus_address);
  g_free (self->pipewire);
  g_free (self);
}
