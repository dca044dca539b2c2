/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the depot can do its work now: each check does what the work would do. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-private.h"

#include <sys/statvfs.h>

#define MIB (1024 * 1024)

gint64
ds_depot_get_free_bytes (DsDepot *self)
{
  struct statvfs disk;

  return statvfs (self->directory, &disk) == 0 ? (gint64)(disk.f_bavail * disk.f_frsize) : 0;
}

static void
add_check (json_t *checks, const char *name, gboolean good, const char *text)
{
  json_array_append_new (checks,
                         json_pack ("{s:s, s:b, s:s*}", "check", name, "ok", (int)good, "text", text));
}

/* A commit that reached the disk, and no less. */
static gboolean
check_database (DsDepot *self, json_t *checks)
{
  g_autoptr (GError) error = NULL;
  gboolean good = ds_depot_begin (self, &error);

  if (good
      && !ds_depot_sql_run (self->db, &error,
                            "INSERT INTO property (name, value) VALUES ('health-checked', ?) ON CONFLICT"
                            " (name) DO UPDATE SET value = CAST (value AS INTEGER) + 1",
                            "s", "1"))
    {
      ds_depot_rollback (self);
      good = FALSE;
    }
  good = good && ds_depot_commit (self, &error);
  add_check (checks, "database", good, error != NULL ? error->message : NULL);
  return good;
}

static gboolean
check_disk (DsDepot *self, json_t *checks)
{
  gint64 free_mib = ds_depot_get_free_bytes (self) / MIB;
  gboolean good = free_mib >= self->health.min_free_mib;
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " MiB are free", free_mib);

  add_check (checks, "disk", good, text);
  return good;
}

static gboolean
check_queue (DsDepot *self, json_t *checks)
{
  gboolean good = !ds_depot_intake_is_full (self->intake);

  add_check (checks, "queue", good, good ? NULL : "Handhelds are being told to come back later");
  return good;
}

static gboolean
check_operator (DsDepot *self, DsOperator *op, json_t *checks)
{
  gint64 silence_s = ds_depot_monitor_get_silence_ms (self->monitor, op) / 1000;
  gboolean good = silence_s < self->health.operator_silent_s;
  g_autofree char *name = g_strconcat ("operator ", ds_operator_get_id (op), NULL);
  g_autofree char *text
      = good ? NULL : g_strdup_printf ("It has said nothing for %" G_GINT64_FORMAT " s", silence_s);

  add_check (checks, name, good, text);
  return good;
}

json_t *
ds_depot_check_health (DsDepot *self, gboolean *ready)
{
  json_t *checks = json_array ();
  gboolean good;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  good = check_database (self, checks);
  good &= check_disk (self, checks);
  good &= check_queue (self, checks);
  for (guint i = 0; i < self->operators->len; i++)
    good &= check_operator (self, g_ptr_array_index (self->operators, i), checks);
  if (good != self->health.was_ready)
    ds_depot_monitor_say (self->monitor, good ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_WARNING,
                          good ? "ready" : "not-ready", json_pack ("{s:O}", "checks", checks));
  self->health.was_ready = good;
  *ready = good;
  return json_pack ("{s:s, s:o}", "status", good ? "ready" : "not-ready", "checks", checks);
}

void
ds_depot_set_health_limits (DsDepot *self, gint64 min_free_mib, gint64 operator_silent_s)
{
  g_return_if_fail (DS_IS_DEPOT (self));

  self->health.min_free_mib = min_free_mib;
  self->health.operator_silent_s = operator_silent_s;
}

char *
ds_depot_get_metrics (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  return ds_depot_monitor_to_text (self->monitor);
}

void
ds_depot_set_log (DsDepot *self, DsDepotLog log, gpointer user_data)
{
  g_return_if_fail (DS_IS_DEPOT (self) && self->monitor != NULL);

  ds_depot_monitor_set_log (self->monitor, log, user_data);
}
