/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-log.h"

#include "ds-clock.h"
#include "ds-json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "doorstep-depot"

static struct
{
  GLogLevelFlags least;
  DsLogFormat format;
} settings = { .least = G_LOG_LEVEL_WARNING };

static const char *
name_level (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "notice";
  return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

/* As syslog counts (RFC 5424). */
static const char *
get_priority (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "3";
  if (level & G_LOG_LEVEL_WARNING)
    return "4";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "5";
  return level & G_LOG_LEVEL_INFO ? "6" : "7";
}

static void
write_line (GLogLevelFlags level, const char *event, json_t *members)
{
  char at[DS_RFC3339_SIZE];
  g_autoptr (json_t) object = json_pack (
      "{s:s, s:s, s:s}", "time", ds_clock_format_rfc3339 (g_get_real_time () / G_TIME_SPAN_MILLISECOND, at),
      "level", name_level (level), "event", event);
  g_autofree char *line = NULL;

  if (members != NULL)
    json_object_update (object, members);
  line = ds_json_to_line (object);
  fprintf (stderr, "%s\n", line);
}

/* A field's name in the journal is of capitals; its value a text. */
static void
write_to_journal (GLogLevelFlags level, const char *event, json_t *members)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) fields = g_array_new (FALSE, FALSE, sizeof (GLogField));
  g_autofree char *line = members != NULL ? ds_json_to_line (members) : g_strdup ("");
  g_autofree char *message = g_strdup_printf ("%s %s", event, line);
  const GLogField fixed[] = { { "MESSAGE", message, -1 },
                              { "PRIORITY", get_priority (level), -1 },
                              { "SYSLOG_IDENTIFIER", DOMAIN, -1 },
                              { "DOORSTEP_EVENT", event, -1 } };
  const char *name;
  json_t *value;

  g_array_append_vals (fields, fixed, G_N_ELEMENTS (fixed));
  json_object_foreach (members, name, value)
  {
    g_autofree char *upper = g_ascii_strup (name, -1);
    char *key = g_strconcat ("DOORSTEP_", g_strdelimit (upper, "-", '_'), NULL);
    char *dumped = json_is_string (value) ? NULL : json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *text = g_strdup (dumped != NULL ? dumped : json_string_value (value));
    const GLogField field = { key, text, -1 };

    free (dumped);
    g_ptr_array_add (texts, key);
    g_ptr_array_add (texts, text);
    g_array_append_val (fields, field);
  }
  /* Without a journal the line is better said than lost. */
  if (g_log_writer_journald (level, (const GLogField *)fields->data, fields->len, NULL)
      != G_LOG_WRITER_HANDLED)
    write_line (level, event, members);
}

void
ds_log_event (GLogLevelFlags level, const char *event, json_t *members, gpointer unused)
{
  /* The smaller the flag, the graver. */
  if ((level & G_LOG_LEVEL_MASK) > settings.least)
    return;
  if (settings.format == DS_LOG_JOURNAL)
    write_to_journal (level, event, members);
  else
    write_line (level, event, members);
}

/* What libraries say. */
static GLogWriterOutput
write_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *domain = "", *text = "";
  g_autofree char *valid = NULL;
  g_autoptr (json_t) members = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (fields[i].length >= 0)
        continue;
      if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
        domain = fields[i].value;
      else if (strcmp (fields[i].key, "MESSAGE") == 0)
        text = fields[i].value;
    }
  valid = g_utf8_make_valid (text, -1);
  members = json_pack ("{s:s, s:s}", "library", domain, "text", valid);
  ds_log_event (level, "library", members, NULL);
  return G_LOG_WRITER_HANDLED;
}

void
ds_log_begin (GLogLevelFlags least, DsLogFormat format)
{
  settings.least = least;
  settings.format = format;
  g_log_set_writer_func (write_message, NULL, NULL);
}
