/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot changed about stops that the courier had: written down as the feed comes in, read as a digest. It is
 * no projection: only the handheld knows what it showed before. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-error.h"

void
ds_stop_look_clear (DsStopLook *self)
{
  g_clear_pointer (&self->place, g_free);
  g_clear_pointer (&self->window, g_free);
  g_clear_pointer (&self->note, g_free);
}

gboolean
ds_ledger_look_at_stop (DsLedger *self, const char *stop_id, DsStopLook *look, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "SELECT removed_reason IS NOT NULL, recipient || char (10) || phone || char (10) || address || char "
      "(10) || place,"
      " window_from_ms || ' ' || window_to_ms, note,"
      " (SELECT coalesce (sum (due_fen), 0) FROM parcels WHERE stop = id AND prepaid = 0),"
      " NOT EXISTS (SELECT 1 FROM parcels WHERE stop = id AND prepaid = 0) FROM stops WHERE id = ?1",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop_id);
  if (!ds_db_step (self->db, query, &look->known, error))
    return FALSE;
  if (look->known)
    {
      look->removed = ds_db_column_int (query, 0) != 0;
      look->place = g_strdup (ds_db_column_text (query, 1));
      look->window = g_strdup (ds_db_column_text (query, 2));
      look->note = g_strdup (ds_db_column_text (query, 3));
      look->due_fen = look->removed ? 0 : ds_db_column_int (query, 4);
      look->all_prepaid = ds_db_column_int (query, 5) != 0;
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
save (DsLedger *self,
      const char *stop_id,
      const char *kind,
      gint64 at_ms,
      gint64 before_fen,
      gint64 after_fen,
      const char *detail,
      GError **error)
{
  /* What was not seen yet goes on from where it began. */
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO changes (n, stop, kind, at_ms, before_fen, after_fen, detail)"
      " VALUES ((SELECT coalesce (max (n), 0) + 1 FROM changes), ?1, ?2, ?3, ?4, ?5, ?6)"
      " ON CONFLICT (stop, kind) DO UPDATE SET n = excluded.n, at_ms = excluded.at_ms,"
      " before_fen = iif (read, excluded.before_fen, before_fen), after_fen = excluded.after_fen,"
      " detail = excluded.detail, read = 0",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop_id);
  ds_db_bind_text (query, 2, kind);
  ds_db_bind_int (query, 3, at_ms);
  ds_db_bind_int (query, 4, before_fen);
  ds_db_bind_int (query, 5, after_fen);
  ds_db_bind_text (query, 6, detail);
  return ds_db_run (self->db, query, error);
}

/* A route that is loaded before the work begins is no news; a stop that joins it during the shift is. */
static gboolean
note_added (DsLedger *self, const char *stop_id, gint64 at_ms, GError **error)
{
  DsStopLook now = { 0 };
  gint64 due_fen;

  if (self->shift == NULL || self->shift->closed_at_ms != 0)
    return TRUE;
  if (!ds_ledger_look_at_stop (self, stop_id, &now, error))
    return FALSE;
  due_fen = now.due_fen;
  ds_stop_look_clear (&now);
  return save (self, stop_id, "added", at_ms, 0, due_fen, NULL, error);
}

gboolean
ds_ledger_note_change (DsLedger *self,
                       const char *stop_id,
                       const DsStopLook *before,
                       gint64 at_ms,
                       GError **error)
{
  g_auto (DsStopLook) now = { 0 };

  ds_ledger_assert_thread (self);

  if (before == NULL)
    return note_added (self, stop_id, at_ms, error);
  if (!ds_ledger_look_at_stop (self, stop_id, &now, error))
    return FALSE;
  if (before->removed)
    return save (self, stop_id, "restored", at_ms, 0, now.due_fen, NULL, error);
  if (now.all_prepaid && !before->all_prepaid)
    {
      if (!save (self, stop_id, "paid-elsewhere", at_ms, before->due_fen, now.due_fen, NULL, error))
        return FALSE;
    }
  else if (now.due_fen != before->due_fen
           && !save (self, stop_id, "repriced", at_ms, before->due_fen, now.due_fen, NULL, error))
    return FALSE;
  return (g_strcmp0 (now.place, before->place) == 0
          || save (self, stop_id, "place", at_ms, now.due_fen, now.due_fen, NULL, error))
         && (g_strcmp0 (now.window, before->window) == 0
             || save (self, stop_id, "window", at_ms, now.due_fen, now.due_fen, NULL, error))
         && (g_strcmp0 (now.note, before->note) == 0
             || save (self, stop_id, "note", at_ms, now.due_fen, now.due_fen, NULL, error));
}

gboolean
ds_ledger_note_removal (DsLedger *self,
                        const char *stop_id,
                        const DsStopLook *before,
                        const char *why,
                        gint64 at_ms,
                        GError **error)
{
  ds_ledger_assert_thread (self);

  return !before->known || before->removed
         || save (self, stop_id, "removed", at_ms, before->due_fen, 0, why, error);
}

/* Reading */

static DsChange *
read_change (DsQuery *query)
{
  DsChange *change = g_new0 (DsChange, 1);

  change->n = ds_db_column_int (query, 0);
  change->stop_id = g_strdup (ds_db_column_text (query, 1));
  change->kind = g_strdup (ds_db_column_text (query, 2));
  change->at_ms = ds_db_column_int (query, 3);
  change->before_fen = ds_db_column_int (query, 4);
  change->after_fen = ds_db_column_int (query, 5);
  change->detail = g_strdup (ds_db_column_text (query, 6));
  change->read = ds_db_column_int (query, 7) != 0;
  return change;
}

/* A price that is again what the courier last saw is no change; the row stays, since what was collected meanwhile is
 * to be explained. */
GPtrArray *
ds_ledger_load_changes (DsLedger *self, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_change_free);
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT n, stop, kind, at_ms, before_fen, after_fen, detail, read FROM changes"
                       " WHERE kind <> 'repriced' OR before_fen <> after_fen ORDER BY n DESC",
                       error);
  gboolean row;

  ds_ledger_assert_thread (self);

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&changes);
        }
      g_ptr_array_add (changes, read_change (query));
    }
  return NULL;
}

gboolean
ds_ledger_mark_changes_read (DsLedger *self, gint64 up_to, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "UPDATE changes SET read = 1 WHERE n <= ?1 AND read = 0", error);

  ds_ledger_assert_thread (self);

  if (self->health == DS_STORE_READ_ONLY)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_READ_ONLY, self->health_text);
      return FALSE;
    }
  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, up_to);
  return ds_db_run (self->db, query, error);
}

GHashTable *
ds_ledger_load_repriced (DsLedger *self, GError **error)
{
  g_autoptr (GHashTable) stops = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  DsQuery *query = ds_db_prepare (self->db, "SELECT stop FROM changes WHERE kind = 'repriced'", error);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&stops);
        }
      g_hash_table_add (stops, g_strdup (ds_db_column_text (query, 0)));
    }
  return NULL;
}
