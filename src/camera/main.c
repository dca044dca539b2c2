/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doorstep-cameras: prints the cameras of the system and leaves, without stopping what found them. */
#include "config.h"

#include "ds-camera-device.h"

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Returns: (transfer full): what is the same after a restart. */
static char *
make_id (GstDevice *device)
{
  static const char *const keys[] = { "node.name", "device.path", "object.path", "api.v4l2.path" };
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);
  const char *value = NULL;

  for (gsize i = 0; properties != NULL && i < G_N_ELEMENTS (keys) && value == NULL; i++)
    value = gst_structure_get_string (properties, keys[i]);
  return value != NULL ? g_strdup (value) : gst_device_get_display_name (device);
}

static gboolean
is_told (GObject *element, GParamSpec *property, GValue *value)
{
  const GParamFlags needed = G_PARAM_READWRITE;

  if ((property->flags & needed) != needed || (property->flags & G_PARAM_DEPRECATED) != 0
      || !(G_IS_PARAM_SPEC_STRING (property) || G_IS_PARAM_SPEC_INT (property)
           || G_IS_PARAM_SPEC_UINT (property))
      || g_str_equal (property->name, "name"))
    return FALSE;
  g_object_get_property (element, property->name, value);
  return !g_param_value_defaults (property, value);
}

/* Returns: (transfer full) (nullable): the device's own element with what the device told it. */
static char *
describe_element (GstDevice *device)
{
  g_autoptr (GstElement) element = gst_device_create_element (device, NULL);
  g_autoptr (GString) text = NULL;
  g_autofree GParamSpec **properties = NULL;
  guint n;

  if (element == NULL)
    return NULL;
  gst_object_ref_sink (element);
  text = g_string_new (gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (gst_element_get_factory (element))));
  properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *written = NULL;

      g_value_init (&value, properties[i]->value_type);
      if (is_told (G_OBJECT (element), properties[i], &value))
        written = gst_value_serialize (&value);
      if (written != NULL)
        g_string_append_printf (text, " %s=%s", properties[i]->name, written);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

int
main (int argc, char **argv)
{
  GstDeviceMonitor *monitor;
  GVariantBuilder builder;
  g_autoptr (GVariant) list = NULL;
  g_autofree char *text = NULL;

  alarm (DS_CAMERA_DEVICES_LIMIT_S); /* a device that does not answer */
  gst_init (&argc, &argv);
  monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (monitor, "Video/Source", NULL);
  gst_device_monitor_start (monitor);
  g_variant_builder_init (&builder, G_VARIANT_TYPE (DS_CAMERA_DEVICES_TYPE));
  for (GList *at = gst_device_monitor_get_devices (monitor); at != NULL; at = at->next)
    {
      g_autofree char *id = make_id (at->data);
      g_autofree char *name = gst_device_get_display_name (at->data);
      g_autofree char *element = describe_element (at->data);

      if (element != NULL)
        g_variant_builder_add (&builder, "(sss)", id, name, element);
    }
  list = g_variant_ref_sink (g_variant_builder_end (&builder));
  text = g_variant_print (list, TRUE);
  puts (text);
  fflush (stdout);
  _exit (EXIT_SUCCESS); /* whatever still runs in other threads ends here */
}
