/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-awake.h"

#define POWER_NAME "org.gnome.SettingsDaemon.Power"
#define POWER_PATH "/org/gnome/SettingsDaemon/Power"
#define POWER_SCREEN "org.gnome.SettingsDaemon.Power.Screen"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define FULL_PERCENT 100

struct _DsAwake
{
  GObject parent;

  GtkApplication *application; /* (nullable) */
  guint cookie;
  GCancellable *cancellable;
  GDBusConnection *bus; /* (nullable): once the brightness is known */
  int percent_before;
};

G_DEFINE_FINAL_TYPE (DsAwake, ds_awake, G_TYPE_OBJECT)

/* Nobody waits for it: a screen that stays as it is does no harm. */
static void
set_brightness (GDBusConnection *bus, int percent)
{
  g_dbus_connection_call (bus, POWER_NAME, POWER_PATH, PROPERTIES, "Set",
                          g_variant_new ("(ssv)", POWER_SCREEN, "Brightness", g_variant_new_int32 (percent)),
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
did_get_brightness (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsAwake) self = user_data;
  GDBusConnection *bus = G_DBUS_CONNECTION (source);
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (bus, result, NULL);
  g_autoptr (GVariant) value = NULL;

  if (reply == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  g_variant_get (reply, "(v)", &value);
  /* Below zero: the screen has none to set. */
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT32) || g_variant_get_int32 (value) < 0
      || g_variant_get_int32 (value) >= FULL_PERCENT)
    return;
  self->bus = g_object_ref (bus);
  self->percent_before = g_variant_get_int32 (value);
  set_brightness (bus, FULL_PERCENT);
}

static void
did_get_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsAwake) self = user_data;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);

  if (bus != NULL && !g_cancellable_is_cancelled (self->cancellable))
    g_dbus_connection_call (bus, POWER_NAME, POWER_PATH, PROPERTIES, "Get",
                            g_variant_new ("(ss)", POWER_SCREEN, "Brightness"), G_VARIANT_TYPE ("(v)"),
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, did_get_brightness,
                            g_object_ref (self));
}

void
ds_awake_end (DsAwake *self)
{
  g_return_if_fail (DS_IS_AWAKE (self));

  g_cancellable_cancel (self->cancellable);
  if (self->application != NULL && self->cookie != 0)
    gtk_application_uninhibit (self->application, self->cookie);
  self->cookie = 0;
  if (self->bus != NULL)
    set_brightness (self->bus, self->percent_before);
  g_clear_object (&self->bus);
}

static void
ds_awake_dispose (GObject *object)
{
  DsAwake *self = DS_AWAKE (object);

  ds_awake_end (self);
  g_clear_object (&self->application);

  G_OBJECT_CLASS (ds_awake_parent_class)->dispose (object);
}

static void
ds_awake_finalize (GObject *object)
{
  g_object_unref (DS_AWAKE (object)->cancellable);

  G_OBJECT_CLASS (ds_awake_parent_class)->finalize (object);
}

static void
ds_awake_class_init (DsAwakeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_awake_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_awake_finalize;
}

static void
ds_awake_init (DsAwake *self)
{
  self->cancellable = g_cancellable_new ();
}

DsAwake *
ds_awake_new (GtkWidget *widget, const char *reason, gboolean bright)
{
  DsAwake *self = g_object_new (DS_TYPE_AWAKE, NULL);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkApplication *application = GTK_IS_WINDOW (root) ? gtk_window_get_application (GTK_WINDOW (root)) : NULL;

  if (application != NULL)
    {
      self->application = g_object_ref (application);
      self->cookie
          = gtk_application_inhibit (application, GTK_WINDOW (root), GTK_APPLICATION_INHIBIT_IDLE, reason);
    }
  if (bright)
    g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, did_get_bus, g_object_ref (self));
  return self;
}
