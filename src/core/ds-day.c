/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-day.h"

#include "ds-clock.h"
#include "ds-error.h"

#include <string.h>

#define CHINA_OFFSET_MS (8 * G_GINT64_CONSTANT (3600000))

const char *
ds_day_format (gint64 wall_ms, char text[DS_DAY_SIZE])
{
  char time[DS_RFC3339_SIZE];

  ds_clock_format_rfc3339 (wall_ms + CHINA_OFFSET_MS, time);
  memcpy (text, time, DS_DAY_SIZE - 1);
  text[DS_DAY_SIZE - 1] = '\0';
  return text;
}

gboolean
ds_day_parse (const char *text, gint64 *from_ms, GError **error)
{
  g_autofree char *time = g_strconcat (text, "T00:00:00+08:00", NULL);

  if (strlen (text) == DS_DAY_SIZE - 1 && ds_clock_parse_rfc3339 (time, from_ms, NULL))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%.40s” is no day: write it as 2026-11-22", text);
  return FALSE;
}
