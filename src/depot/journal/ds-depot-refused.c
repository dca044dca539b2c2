/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries whose content was refused. Each stays on record with its reason until somebody has answered it: the courier
 * by having it tried again or by correcting it, a clerk by settling what it was about. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

#define MAX_WORDS_BYTES 1000

/* A refused entry as it is kept. */
typedef struct
{
  DsEntry *entry; /* (nullable): there is none of that id */
  gboolean open;  /* refused, and nobody has answered it yet */
} Refused;

static void
refused_clear (Refused *self)
{
  g_clear_pointer (&self->entry, ds_entry_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Refused, refused_clear)

static gboolean
load_refused (DsDepot *self, const DsDevice *device, const char *entry_id, Refused *found, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT line, refused IS NOT NULL AND resolution IS NULL FROM entry"
                                       " WHERE id = ? AND device = ? ORDER BY seq LIMIT 1",
                                       "ss", entry_id, device->id);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      found->entry = ds_entry_parse (ds_db_column_text (query, 0), -1, error);
      found->open = ds_db_column_int (query, 1) != 0;
    }
  ds_db_reset (query);
  return !row || found->entry != NULL;
}

/* It could be counted after all: nobody needs to look at it any more. */
static gboolean
set_resolution (DsDepot *self,
                const DsDevice *device,
                const DsEntry *kept,
                const char *resolution,
                GError **error)
{
  return ds_depot_sql_run (self->db, error, "UPDATE entry SET resolution = ? WHERE id = ? AND device = ?",
                           "sss", resolution, kept->id, device->id)
         && ds_depot_close_case (self, "refused", kept->id, "done", error)
         && ds_depot_close_case (self, "escalated", kept->id, "done", error);
}

static gboolean
apply_retry (DsDepot *self, const DsDevice *device, const DsEntry *kept, char **refused, GError **error)
{
  if (!ds_depot_apply_entry (self, device, kept, refused, error))
    return FALSE;
  if (*refused != NULL)
    return ds_depot_sql_run (self->db, error, "UPDATE entry SET refused = ? WHERE id = ? AND device = ?",
                             "sss", *refused, kept->id, device->id);
  return set_resolution (self, device, kept, "applied", error);
}

/* The content is the correction's; number, time and signature are those of the entry that corrects. */
static gboolean
apply_correction (DsDepot *self,
                  const DsDevice *device,
                  const DsEntry *kept,
                  const DsEntry *entry,
                  char **refused,
                  GError **error)
{
  DsEntry corrected = *entry;

  corrected.type = kept->type;
  corrected.data = json_object_get (entry->data, "data");
  if (!json_is_object (corrected.data))
    {
      *refused = g_strdup ("The correction holds no data");
      return TRUE;
    }
  if (!ds_depot_apply_entry (self, device, &corrected, refused, error))
    return FALSE;
  return *refused != NULL || set_resolution (self, device, kept, "corrected", error);
}

gboolean
ds_depot_apply_answer (DsDepot *self,
                       const DsDevice *device,
                       const DsEntry *entry,
                       char **refused,
                       GError **error)
{
  const char *entry_id = json_string_value (json_object_get (entry->data, "entry"));
  g_auto (Refused) kept = { 0 };

  if (entry_id != NULL && !load_refused (self, device, entry_id, &kept, error))
    return FALSE;
  if (kept.entry == NULL || g_str_has_prefix (kept.entry->type, "entry."))
    {
      *refused = g_strdup ("There is no such entry of this handheld");
      return TRUE;
    }
  /* Answered already, perhaps at the depot in the meantime: nothing more is to be done. */
  if (!kept.open)
    return TRUE;
  if (g_str_equal (entry->type, "entry.retried"))
    return apply_retry (self, device, kept.entry, refused, error);
  if (g_str_equal (entry->type, "entry.corrected"))
    return apply_correction (self, device, kept.entry, entry, refused, error);
  if (g_str_equal (entry->type, "entry.escalated"))
    {
      const char *text = json_string_value (json_object_get (entry->data, "text"));

      return ds_depot_note_incident (self, "escalated", kept.entry->id,
                                     text && *text ? text : "The courier asks the clerk to settle it", error);
    }
  *refused = g_strdup_printf ("This depot is too old to know “%.40s”", entry->type);
  return TRUE;
}

gboolean
ds_depot_end_entry (DsDepot *self, const char *entry_id, const char *words, gboolean *waited, GError **error)
{
  g_autofree char *courier_id = NULL;

  if (!ds_depot_sql_get_text (self->db, &courier_id, error,
                              "SELECT courier FROM entry JOIN device ON device.id = entry.device"
                              " WHERE entry.id = ? AND refused IS NOT NULL AND resolution IS NULL",
                              "s", entry_id))
    return FALSE;
  *waited = courier_id != NULL;
  return !*waited
         || (ds_depot_sql_run (self->db, error,
                               "UPDATE entry SET resolution = ? WHERE id = ? AND refused IS NOT NULL", "ss",
                               words, entry_id)
             && ds_depot_close_case (self, "refused", entry_id, "done", error)
             && ds_depot_close_case (self, "escalated", entry_id, "done", error)
             && ds_feed_put (
                 self->feed, courier_id, "entry", entry_id, ds_depot_now_ms (self),
                 json_pack ("{s:s, s:s, s:s}", "entry", entry_id, "state", "resolved", "text", words),
                 error));
}

static gboolean
end_case (DsDepot *self, const char *entry_id, const char *words, GError **error)
{
  gboolean waited;

  if (!ds_depot_end_entry (self, entry_id, words, &waited, error))
    return FALSE;
  if (!waited)
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "No entry %s waits to be settled", entry_id);
  return waited;
}

gboolean
ds_depot_resolve_entry (DsDepot *self, const char *entry_id, const char *words, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, FALSE);
  g_return_val_if_fail (entry_id != NULL && words != NULL, FALSE);

  if (*words == '\0' || strlen (words) > MAX_WORDS_BYTES || !g_utf8_validate (words, -1, NULL))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Say in words what was done, in at most %d bytes",
                   MAX_WORDS_BYTES);
      return FALSE;
    }
  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!end_case (self, entry_id, words, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

gboolean
ds_depot_close_shift (DsDepot *self, const char *shift_id, gint64 counted_fen, GError **error)
{
  gboolean ended = FALSE;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, FALSE);
  g_return_val_if_fail (shift_id != NULL && counted_fen >= 0, FALSE);

  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!ds_depot_end_shift (self, shift_id, NULL, ds_depot_now_ms (self), counted_fen, &ended, error)
      || (ended
          && !ds_depot_note_incident (self, "closed-by-clerk", shift_id,
                                      "The shift was closed at the depot, not by its handheld", error)))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  if (!ended)
    {
      ds_depot_rollback (self);
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "No shift %s is open", shift_id);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

GBytes *
ds_depot_load_journal (DsDepot *self, const char *device_id, gboolean forked, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  gint64 n_devices;
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!ds_depot_sql_get_int (self->db, &n_devices, 0, error, "SELECT count (*) FROM device WHERE id = ?", "s",
                             device_id))
    return NULL;
  if (n_devices == 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no handheld “%s”", device_id);
      return NULL;
    }

  query = forked ? ds_depot_sql_query (self->db, error,
                                       "SELECT line FROM fork_entry WHERE device = ? ORDER BY seq, hash", "s",
                                       device_id)
                 : ds_depot_sql_query (
                     self->db, error, "SELECT line FROM entry WHERE device = ? ORDER BY seq", "s", device_id);
  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_string_free_to_bytes (g_steal_pointer (&lines));
        }
      g_string_append_printf (lines, "%s\n", ds_db_column_text (query, 0));
    }
  return NULL;
}
