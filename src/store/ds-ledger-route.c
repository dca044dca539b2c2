/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the courier makes of the route: an order of his own, notes for doors, and what lies in the vehicle. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-error.h"
#include "ds-stop.h"

#include <string.h>

/* As many stops as one move ever gives a new rank. */
#define MAX_MOVED 500
/* What every reader of JSON takes whole. */
#define MAX_RANK (G_GINT64_CONSTANT (1) << 53)

static gboolean
place_stop (DsLedger *self, DsQuery *query, json_t *place, GError **error)
{
  const char *stop;
  json_int_t rank;

  if (!ds_json_unpack (place, error, "{s:s, s:I}", "stop", &stop, "rank", &rank))
    return FALSE;
  if (rank < -MAX_RANK || rank > MAX_RANK)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A stop's rank is out of its bounds");
      return FALSE;
    }
  ds_db_bind_text (query, 1, stop);
  ds_db_bind_int (query, 2, rank);
  ds_ledger_touch (self, stop);
  return ds_db_run (self->db, query, error);
}

/* A rank stands for itself, whatever the depot's plan was then: replayed over another plan it gives the same rows. */
gboolean
ds_ledger_project_resequenced (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  json_t *stops, *place;
  gsize i;

  if (!ds_json_unpack (entry->data, error, "{s:o}", "stops", &stops))
    return FALSE;
  if (!json_is_array (stops) || json_array_size (stops) == 0 || json_array_size (stops) > MAX_MOVED)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "No stops are moved, or too many");
      return FALSE;
    }
  query = ds_db_prepare (self->db,
                         "INSERT INTO own_order (stop, rank) VALUES (?1, ?2)"
                         " ON CONFLICT (stop) DO UPDATE SET rank = excluded.rank",
                         error);
  if (query == NULL)
    return FALSE;
  json_array_foreach (stops, i, place)
  {
    if (!place_stop (self, query, place, error))
      return FALSE;
  }
  return TRUE;
}

/* The latest note of a door counts; an empty one takes it away. */
gboolean
ds_ledger_project_note (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *stop, *text;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s}", "stop", &stop, "text", &text))
    return FALSE;
  if (strlen (text) > DS_STOP_OWN_NOTE_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The note is too long");
      return FALSE;
    }
  query = ds_db_prepare (self->db,
                         *text != '\0' ? "INSERT INTO own_notes (stop, text) VALUES (?1, ?2)"
                                         " ON CONFLICT (stop) DO UPDATE SET text = excluded.text"
                                       : "DELETE FROM own_notes WHERE stop = ?1",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop);
  if (*text != '\0')
    ds_db_bind_text (query, 2, text);
  ds_ledger_touch (self, stop);
  return ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_project_loaded (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *shift, *stop;
  json_t *parcels, *parcel;
  gsize i;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:o}", "shift", &shift, "stop", &stop, "parcels",
                       &parcels))
    return FALSE;
  if (!json_is_array (parcels) || json_array_size (parcels) == 0 || json_array_size (parcels) > MAX_MOVED)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "No parcels are named, or too many");
      return FALSE;
    }
  json_array_foreach (parcels, i, parcel)
  {
    if (!json_is_string (parcel))
      {
        g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A waybill is no text");
        return FALSE;
      }
  }
  if (!replaying
      && (!ds_ledger_check_open_shift (self, shift, error)
          || !ds_ledger_check_parcels (self, stop, parcels, error)))
    return FALSE;

  query
      = ds_db_prepare (self->db,
                       "INSERT INTO loads (waybill, shift, at_ms) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (waybill) DO UPDATE SET shift = excluded.shift, at_ms = excluded.at_ms",
                       error);
  if (query == NULL)
    return FALSE;
  json_array_foreach (parcels, i, parcel)
  {
    ds_db_bind_text (query, 1, json_string_value (parcel));
    ds_db_bind_text (query, 2, shift);
    ds_db_bind_int (query, 3, entry->at_ms);
    if (!ds_db_run (self->db, query, error))
      return FALSE;
  }
  ds_ledger_touch (self, stop);
  return TRUE;
}

gboolean
ds_ledger_project_load_checked (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *shift;

  if (!ds_json_unpack (entry->data, error, "{s:s}", "shift", &shift)
      || !ds_ledger_check_open_shift (self, shift, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE shifts SET load_checked_at_ms = ?2 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, shift);
  ds_db_bind_int (query, 2, entry->at_ms);
  return ds_db_run (self->db, query, error);
}
