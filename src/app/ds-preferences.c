/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-preferences.h"

GSettings *
ds_preferences_new (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, DS_APP_ID, TRUE) : NULL;

  /* g_settings_new() would end the program. */
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
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
