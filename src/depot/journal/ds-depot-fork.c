/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two handhelds with one identity: a copied device, or one that was put back to an old copy and went on. The depot
 * goes on with the journal that it held first; what follows another line is kept beside it, whole and signed. Nobody
 * but a person can say what of it is money: it is a case for the clerk, and both handhelds are frozen. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-id.h"

gboolean
ds_depot_fork_continues (DsDepot *self,
                         const DsDevice *device,
                         const DsEntry *first,
                         gboolean *continues,
                         GError **error)
{
  gint64 n;

  if (!ds_depot_sql_get_int (self->db, &n, 0, error,
                             "SELECT count (*) FROM fork_entry WHERE device = ? AND seq = ? AND hash = ?",
                             "sis", device->id, first->seq - 1, first->prev))
    return FALSE;
  *continues = n > 0;
  return TRUE;
}

/* What the lines say is no evidence, what an operator says is: the money of their payments is asked for, and waits as
 * unclaimed. A depot that was restored from a backup has forgotten that it once was told of it. */
static gboolean
ask_about (DsDepot *self, const DsEntry *entry, GError **error)
{
  const char *payment_id = json_string_value (json_object_get (entry->data, "payment"));

  return payment_id == NULL || !ds_id_is_valid (payment_id) || g_str_equal (entry->type, "payment.cash")
         || ds_depot_work_ask_about (self, payment_id, error);
}

static gboolean
keep_entries (DsDepot *self, const DsDevice *device, GPtrArray *entries, guint from, GError **error)
{
  for (guint i = from; i < entries->len; i++)
    {
      const DsEntry *entry = g_ptr_array_index (entries, i);

      if (!ds_depot_sql_run (self->db, error,
                             "INSERT OR IGNORE INTO fork_entry (device, seq, hash, received_at_ms, line)"
                             " VALUES (?, ?, ?, ?, ?)",
                             "sisis", device->id, entry->seq, entry->hash, ds_depot_now_ms (self),
                             entry->line)
          || (sqlite3_changes (ds_db_get_handle (self->db)) > 0 && !ask_about (self, entry, error)))
        return FALSE;
    }
  return TRUE;
}

/* Told with the first fork only: another one of the same handheld changes nothing for anybody. */
static gboolean
tell (DsDepot *self, const DsDevice *device, gint64 forks_at, GError **error)
{
  g_autofree char *detail = g_strdup_printf (
      "Two handhelds have the identity of courier %s: the journal forks at entry "
      "%" G_GINT64_FORMAT ". Both are frozen; take both in, and look at what is kept apart",
      device->courier_id, forks_at);

  return ds_depot_sql_run (self->db, error, "UPDATE device SET forks_at = ? WHERE id = ?", "is", forks_at,
                           device->id)
         && ds_depot_note_incident (self, "fork", device->id, detail, error)
         && ds_feed_put (self->feed, device->courier_id, "fork", device->id, ds_depot_now_ms (self),
                         json_pack ("{s:s, s:I}", "device", device->id, "forks_at", (json_int_t)forks_at),
                         error);
}

gboolean
ds_depot_fork_keep (DsDepot *self,
                    const DsDevice *device,
                    gint64 forks_at,
                    GPtrArray *entries,
                    guint from,
                    GError **error)
{
  return keep_entries (self, device, entries, from, error)
         && (device->forks_at > 0 || tell (self, device, forks_at, error));
}
