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
