/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-serve-config.h"

#include "ds-config-file.h"
#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

#define MAX_PORT 65535
#define LOG_LEVELS "warning notice info debug"
#define LOG_FORMATS "json journal"

void
ds_serve_config_init (DsServeConfig *self)
{
  *self = (DsServeConfig){ .port = DS_CONFIG_UNSET,
                           .bank_port = DS_CONFIG_UNSET,
                           .monitor_port = DS_CONFIG_UNSET,
                           .desk_port = DS_CONFIG_UNSET,
                           .min_free_mib = DS_CONFIG_UNSET,
                           .operator_silent_s = DS_CONFIG_UNSET,
                           .key_overlap_days = DS_CONFIG_UNSET,
                           .payout_days = DS_CONFIG_UNSET,
                           .ask_days = DS_CONFIG_UNSET };
}

void
ds_serve_config_clear (DsServeConfig *self)
{
  g_free (self->path);
  g_free (self->directory);
  g_free (self->host);
  g_free (self->log_level);
  g_free (self->log_format);
}

void
ds_serve_config_add_options (DsServeConfig *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->path,
      "What follows, from a file; the command line is stronger", "FILE" },
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &self->directory, "The depot's directory", "DIR" },
    { "host", 0, 0, G_OPTION_ARG_STRING, &self->host, "serve: a further name for the certificate", "HOST" },
    { "port", 0, 0, G_OPTION_ARG_INT, &self->port, "serve: port for handhelds, 0 for any", "PORT" },
    { "everywhere", 0, 0, G_OPTION_ARG_NONE, &self->everywhere,
      "serve: listen on all addresses, behind a front or in a private network", NULL },
    { "sandbox", 0, 0, G_OPTION_ARG_NONE, &self->sandbox, "serve: with the sandbox bank's operators", NULL },
    { "bank-port", 0, 0, G_OPTION_ARG_INT, &self->bank_port, "serve: port for sandbox wallets", "PORT" },
    { "desk-port", 0, 0, G_OPTION_ARG_INT, &self->desk_port,
      "serve: with the settlement desk's pages on this port, 0 for any", "PORT" },
    { "monitor-port", 0, 0, G_OPTION_ARG_INT, &self->monitor_port,
      "serve: port on loopback for /health/live, /health/ready and /metrics; -1 for none", "PORT" },
    { "min-free-mib", 0, 0, G_OPTION_ARG_INT, &self->min_free_mib,
      "serve: not ready with less room on the disk", "MIB" },
    { "operator-silent-s", 0, 0, G_OPTION_ARG_INT, &self->operator_silent_s,
      "serve: not ready when an operator has said nothing for so long", "SECONDS" },
    { "log-level", 0, 0, G_OPTION_ARG_STRING, &self->log_level, "serve: warning, notice, info or debug",
      "LEVEL" },
    { "log-format", 0, 0, G_OPTION_ARG_STRING, &self->log_format,
      "serve: json, a line an event on the standard error, or journal", "FORMAT" },
    { "key-overlap-days", 0, 0, G_OPTION_ARG_INT, &self->key_overlap_days,
      "keys rotate: how long before the new key signs, so that handhelds learn of it; 0 for at once",
      "DAYS" },
    { "payout-days", 0, 0, G_OPTION_ARG_INT, &self->payout_days,
      "reconcile, payout: after how many days an operator's pay-out of a day is late", "DAYS" },
    { "ask-days", 0, 0, G_OPTION_ARG_INT, &self->ask_days,
      "restore: of how many days the operators are asked about all payments; 0 for none", "DAYS" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

/* The table of the file's keys, over @self. */
#define N_ITEMS 16
static void
fill_items (DsServeConfig *self, DsConfigItem items[N_ITEMS])
{
  const DsConfigItem table[N_ITEMS] = {
    { "depot", "directory", 't', &self->directory, 0, 0, NULL },
    { "depot", "host", 't', &self->host, 0, 0, NULL },
    { "listen", "port", 'n', &self->port, 0, MAX_PORT, NULL },
    { "listen", "everywhere", 'b', &self->everywhere, 0, 0, NULL },
    { "sandbox", "enabled", 'b', &self->sandbox, 0, 0, NULL },
    { "sandbox", "bank-port", 'n', &self->bank_port, 0, MAX_PORT, NULL },
    { "desk", "port", 'n', &self->desk_port, -1, MAX_PORT, NULL },
    { "monitor", "port", 'n', &self->monitor_port, -1, MAX_PORT, NULL },
    { "monitor", "min-free-mib", 'n', &self->min_free_mib, 0, G_MAXINT, NULL },
    { "monitor", "operator-silent-s", 'n', &self->operator_silent_s, 1, 86400, NULL },
    { "log", "level", 'w', &self->log_level, 0, 0, LOG_LEVELS },
    { "log", "format", 'w', &self->log_format, 0, 0, LOG_FORMATS },
    { "keys", "overlap-days", 'n', &self->key_overlap_days, 0, 365, NULL },
    { "books", "payout-days", 'n', &self->payout_days, 0, 31, NULL },
    { "restore", "ask-days", 'n', &self->ask_days, 0, 366, NULL },
    { NULL },
  };

  memcpy (items, table, sizeof table);
}

/* What came from the command line, which GOption takes as it comes. */
static gboolean
check (const DsConfigItem *items, GError **error)
{
  for (const DsConfigItem *item = items; item->group != NULL; item++)
    {
      const int *number = item->value;
      const char *word = item->kind == 'w' ? *(char **)item->value : NULL;
      g_auto (GStrv) words = item->words != NULL ? g_strsplit (item->words, " ", -1) : NULL;

      if (item->kind == 'n' && *number != DS_CONFIG_UNSET && (*number < item->min || *number > item->max))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s %s is a number from %d to %d", item->group,
                       item->key, item->min, item->max);
          return FALSE;
        }
      if (word != NULL && !g_strv_contains ((const char *const *)words, word))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s %s is one of %s", item->group, item->key,
                       item->words);
          return FALSE;
        }
    }
  return TRUE;
}

static void
set_default (int *value, int otherwise)
{
  if (*value == DS_CONFIG_UNSET)
    *value = otherwise;
}

gboolean
ds_serve_config_complete (DsServeConfig *self, GError **error)
{
  DsConfigItem items[N_ITEMS];

  fill_items (self, items);
  if (!check (items, error) || (self->path != NULL && !ds_config_file_load (self->path, items, error)))
    return FALSE;
  set_default (&self->port, 0);
  set_default (&self->bank_port, 0);
  set_default (&self->monitor_port, -1);
  set_default (&self->desk_port, -1);
  set_default (&self->min_free_mib, 256);
  set_default (&self->operator_silent_s, 300);
  set_default (&self->key_overlap_days, 30);
  set_default (&self->payout_days, 1);
  set_default (&self->ask_days, 31);
  if (self->log_level == NULL)
    self->log_level = g_strdup ("warning");
  if (self->log_format == NULL)
    self->log_format = g_strdup ("json");
  return TRUE;
}

char *
ds_serve_config_to_text (const DsServeConfig *self)
{
  DsConfigItem items[N_ITEMS];
  g_autoptr (json_t) groups = json_object ();

  fill_items ((DsServeConfig *)self, items);
  for (const DsConfigItem *item = items; item->group != NULL; item++)
    {
      json_t *group = json_object_get (groups, item->group);
      const char *text = item->kind == 't' || item->kind == 'w' ? *(char **)item->value : NULL;
      json_t *value;

      if (group == NULL)
        {
          group = json_object ();
          json_object_set_new (groups, item->group, group);
        }
      if (item->kind == 'n')
        value = json_integer (*(int *)item->value);
      else if (item->kind == 'b')
        value = json_boolean (*(gboolean *)item->value);
      else
        value = text != NULL ? json_string (text) : json_null ();
      json_object_set_new (group, item->key, value);
    }
  return ds_json_to_line (groups);
}

void
ds_serve_config_begin_log (const DsServeConfig *self)
{
  static const struct
  {
    const char *name;
    GLogLevelFlags level;
  } levels[] = { { "warning", G_LOG_LEVEL_WARNING },
                 { "notice", G_LOG_LEVEL_MESSAGE },
                 { "info", G_LOG_LEVEL_INFO },
                 { "debug", G_LOG_LEVEL_DEBUG } };
  gsize i = 0;

  while (strcmp (levels[i].name, self->log_level) != 0)
    i++;
  ds_log_begin (levels[i].level, strcmp (self->log_format, "journal") == 0 ? DS_LOG_JOURNAL : DS_LOG_JSON);
}
