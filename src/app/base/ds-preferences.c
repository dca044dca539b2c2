/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-preferences.h"

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

/* (nullable): in practice; set before any thread is started, and never again */
static GSettingsBackend *apart;

void
ds_preferences_keep_apart (void)
{
  g_autoptr (GSettings) kept = ds_preferences_new ();
  g_autoptr (GSettings) copy = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;

  g_return_if_fail (apart == NULL);

  apart = g_memory_settings_backend_new ();
  copy = ds_preferences_new ();
  if (kept == NULL)
    return;
  g_object_get (kept, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (char **key = keys; *key != NULL; key++)
    {
      g_autoptr (GVariant) value = g_settings_get_value (kept, *key);

      g_settings_set_value (copy, *key, value);
    }
}

GSettings *
ds_preferences_new (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, DS_APP_ID, TRUE) : NULL;

  /* g_settings_new() would end the program. */
  return schema != NULL ? g_settings_new_full (schema, apart, NULL) : NULL;
}

static void
did_choose_camera (DsViewfinder *viewfinder, const char *key, GSettings *preferences)
{
  g_autofree char *id = g_settings_get_string (preferences, "camera");
  g_autofree char *source = g_settings_get_string (preferences, "camera-source");

  ds_viewfinder_set_camera (viewfinder, id, source);
}

void
ds_preferences_lead_camera (GSettings *preferences, DsViewfinder *viewfinder)
{
  g_return_if_fail (DS_IS_VIEWFINDER (viewfinder));

  if (preferences == NULL)
    return;
  g_signal_connect_object (preferences, "changed::camera", G_CALLBACK (did_choose_camera), viewfinder,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (preferences, "changed::camera-source", G_CALLBACK (did_choose_camera), viewfinder,
                           G_CONNECT_SWAPPED);
  did_choose_camera (viewfinder, NULL, preferences);
}
