/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Doorstep asks of the desktop, against one of the test's own on a session bus: brightness and notifications. */
#include "config.h"

#include "app-fixture.h"

#include <adwaita.h>
#include <string.h>

static const char introspection[]
    = "<node><interface name='org.gnome.SettingsDaemon.Power.Screen'>"
      "<property name='Brightness' type='i' access='readwrite'/></interface>"
      "<interface name='org.freedesktop.Notifications'><method name='Notify'>"
      "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
      "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/>"
      "</method><method name='GetCapabilities'><arg type='as' direction='out'/></method>"
      "<method name='CloseNotification'><arg type='u' direction='in'/></method></interface></node>";

typedef struct
{
  GDBusConnection *bus;
  GDBusNodeInfo *node;
  GtkApplication *application;
  int percent;
  GString *told; /* all titles and bodies */
} Desktop;

static GVariant *
get_property (GDBusConnection *bus,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer user_data)
{
  return g_variant_new_int32 (((Desktop *)user_data)->percent);
}

static gboolean
set_property (GDBusConnection *bus,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GVariant *value,
              GError **error,
              gpointer user_data)
{
  ((Desktop *)user_data)->percent = g_variant_get_int32 (value);
  return TRUE;
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
  Desktop *self = user_data;

  if (strcmp (method, "Notify") == 0)
    {
      const char *title, *body;

      g_variant_get (parameters, "(&su&s&s&s@as@a{sv}i)", NULL, NULL, NULL, &title, &body, NULL, NULL, NULL);
      g_string_append_printf (self->told, "%s|%s\n", title, body);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", 1));
    }
  else if (strcmp (method, "GetCapabilities") == 0)
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(as)", NULL));
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
own (Desktop *self, const char *name, const char *path, const char *interface)
{
  static const GDBusInterfaceVTable vtable = { did_call, get_property, set_property, { 0 } };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_dbus_connection_register_object (self->bus, path,
                                     g_dbus_node_info_lookup_interface (self->node, interface), &vtable, self,
                                     NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", name, 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
desktop_start (Desktop *self)
{
  g_autoptr (GError) error = NULL;

  self->percent = 40;
  self->told = g_string_new (NULL);
  self->node = g_dbus_node_info_new_for_xml (introspection, &error);
  g_assert_no_error (error);
  self->bus = g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
                                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                      NULL, NULL, &error);
  g_assert_no_error (error);
  own (self, "org.gnome.SettingsDaemon.Power", "/org/gnome/SettingsDaemon/Power",
       "org.gnome.SettingsDaemon.Power.Screen");
  own (self, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
       "org.freedesktop.Notifications");

  self->application = gtk_application_new (DS_APP_ID, G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
}

static void
desktop_stop (Desktop *self)
{
  g_clear_object (&self->application);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_clear_object (&self->bus);
  g_dbus_node_info_unref (self->node);
  g_string_free (self->told, TRUE);
}

static gboolean
is_full (gpointer user_data)
{
  return ((Desktop *)user_data)->percent == 100;
}

static gboolean
is_as_before (gpointer user_data)
{
  return ((Desktop *)user_data)->percent == 40;
}

static void
test_brightness (gconstpointer data)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  Desktop *desktop = (Desktop *)data;

  gtk_window_set_application (GTK_WINDOW (fixture->window), desktop->application);
  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S2");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait (is_full, desktop, "the screen to be bright");
  ds_test_settle (fixture->window);
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_test_wait (is_as_before, desktop, "the screen to be as before");
  gtk_window_set_application (GTK_WINDOW (fixture->window), NULL);
}

static gboolean
has_told (gpointer user_data)
{
  return strstr (((Desktop *)user_data)->told->str, "1 case is open.") != NULL;
}

static void
test_notifications (gconstpointer data)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  Desktop *desktop = (Desktop *)data;

  gtk_window_set_application (GTK_WINDOW (fixture->window), desktop->application);
  app_fixture_open_shift (fixture, 20000);
  /* In front, the window itself says it. Behind others, a notification does. */
  gtk_widget_set_visible (fixture->window, FALSE);
  app_fixture_leave_unknown (fixture, "S2", 22800);
  ds_test_wait (has_told, desktop, "a notification of the case");
  g_assert_nonnull (strstr (desktop->told->str, "A new problem|"));
  g_assert_null (strstr (desktop->told->str, "Wang"));
  g_assert_null (strstr (desktop->told->str, "Cuihu"));
  g_assert_null (strstr (desktop->told->str, "228"));
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_window_set_application (GTK_WINDOW (fixture->window), NULL);
}

int
main (int argc, char **argv)
{
  Desktop desktop = { 0 };
  int status;

  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init () || g_getenv ("DBUS_SESSION_BUS_ADDRESS") == NULL)
    return 77;
  g_test_add_data_func ("/background/brightness", &desktop, test_brightness);
  g_test_add_data_func ("/background/notifications", &desktop, test_notifications);
  desktop_start (&desktop);
  status = g_test_run ();
  desktop_stop (&desktop);
  return status;
}
