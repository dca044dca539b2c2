/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handhelds as a clerk sees them, and those that may not come any more. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"

#include <string.h>

#define MAX_REASON_BYTES 200

static json_t *
describe_device (DsQuery *query)
{
  gint64 forks_at = ds_db_column_int (query, 7);

  return json_pack ("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o*, s:b, s:s*}", "device",
                    ds_db_column_text (query, 0), "courier", ds_db_column_text (query, 1), "name",
                    ds_db_column_text (query, 2), "model", ds_db_column_text (query, 3), "app_version",
                    ds_db_column_text (query, 4), "entries", (json_int_t)ds_db_column_int (query, 5),
                    "last_entry_at_ms", (json_int_t)ds_db_column_int (query, 6), "forks_at",
                    forks_at > 0 ? json_integer (forks_at) : NULL, "signed_out",
                    ds_db_column_int (query, 8) > 0, "revoked", ds_db_column_text (query, 9));
}

json_t *
ds_depot_list_devices (DsDepot *self, GError **error)
{
  g_autoptr (json_t) devices = json_array ();
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = ds_depot_sql_query (
      self->db, error,
      "SELECT device.id, courier, name, model, app_version, seq, (SELECT max (received_at_ms) FROM entry"
      " WHERE entry.device = device.id), forks_at, signed_out_at_ms, revoked FROM device JOIN courier ON"
      " courier.id = courier ORDER BY courier, enrolled_at_ms",
      "");
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&devices);
        }
      json_array_append_new (devices, describe_device (query));
    }
  return NULL;
}

/* @reason: (nullable): %NULL lets the handheld in again. */
static gboolean
set_revoked (DsDepot *self, const char *device_id, const char *reason, GError **error)
{
  g_autoptr (DsDevice) device = NULL;

  if (!ds_depot_load_device (self, device_id, &device, error))
    return FALSE;
  if (device == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "This depot has no handheld %.40s", device_id);
      return FALSE;
    }
  return ds_depot_sql_run (self->db, error, "UPDATE device SET revoked = ? WHERE id = ?", "ss", reason,
                           device_id)
         && (reason == NULL || ds_depot_note_incident (self, "revoked", device_id, reason, error));
}

gboolean
ds_depot_revoke (DsDepot *self, const char *device_id, const char *reason, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, FALSE);
  g_return_val_if_fail (device_id != NULL, FALSE);

  if (reason != NULL && (*reason == '\0' || strlen (reason) > MAX_REASON_BYTES))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "A reason has 1 to %d bytes", MAX_REASON_BYTES);
      return FALSE;
    }
  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!set_revoked (self, device_id, reason, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}
