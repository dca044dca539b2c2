/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's lines about one payment. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"

/* More lines about one payment are not looked at: whoever asks for its result again and again writes one each time. */
#define MAX_LINES 1000

/* Reads the lines of @query (nullable), each at @column. */
static gboolean
read_lines (DsDepot *self, DsQuery *query, GPtrArray *entries, GError **error)
{
  gboolean row;

  while (query != NULL)
    {
      DsEntry *entry;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      entry = ds_entry_parse (ds_db_column_text (query, 0), -1, error);
      if (entry == NULL)
        {
          ds_db_reset (query);
          return FALSE;
        }
      g_ptr_array_add (entries, entry);
    }
  return FALSE;
}

static GPtrArray *
make_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)ds_entry_free);
}

static gboolean
find_lines (DsDepot *self, const char *payment_id, GPtrArray *entries, GError **error)
{
  return read_lines (
      self,
      ds_depot_sql_query (self->db, error,
                          "SELECT line FROM entry WHERE payment = ? ORDER BY device, seq LIMIT ?", "si",
                          payment_id, (gint64)MAX_LINES),
      entries, error);
}

static gboolean
name_payments (DsDepot *self, const char *device_id, GError **error)
{
  g_autoptr (GPtrArray) entries = make_list ();

  if (!read_lines (self,
                   ds_depot_sql_query (self->db, error,
                                       "SELECT line FROM entry WHERE device = ? AND payment IS NULL AND (type"
                                       " LIKE 'payment.%' OR type = 'proof.added') ORDER BY seq",
                                       "s", device_id),
                   entries, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      const DsEntry *entry = g_ptr_array_index (entries, i);
      const char *payment_id = json_string_value (json_object_get (entry->data, "payment"));

      if (!ds_depot_sql_run (self->db, error, "UPDATE entry SET payment = ? WHERE device = ? AND seq = ?",
                             "ssi", payment_id ? payment_id : "", device_id, entry->seq))
        return FALSE;
    }
  return TRUE;
}

/* Lines that came before entries said which payment they are about are told now, once for each handheld. */
static gboolean
catch_up (DsDepot *self, const char *payment_id, gboolean *anything, GError **error)
{
  g_autofree char *device_id = NULL;

  if (!ds_depot_sql_get_text (self->db, &device_id, error, "SELECT device FROM payment WHERE id = ?", "s",
                              payment_id))
    return FALSE;
  *anything = device_id != NULL;
  if (device_id == NULL)
    return TRUE;
  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!name_payments (self, device_id, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

GPtrArray *
ds_depot_load_payment_lines (DsDepot *self, const char *payment_id, GError **error)
{
  g_autoptr (GPtrArray) entries = make_list ();
  gboolean anything;

  if (!find_lines (self, payment_id, entries, error))
    return NULL;
  if (entries->len == 0
      && (!catch_up (self, payment_id, &anything, error)
          || (anything && !find_lines (self, payment_id, entries, error))))
    return NULL;
  return g_steal_pointer (&entries);
}

GPtrArray *
ds_depot_load_line_range (DsDepot *self,
                          const char *device_id,
                          gint64 first_seq,
                          gint64 last_seq,
                          GError **error)
{
  g_autoptr (GPtrArray) entries = make_list ();

  return read_lines (self,
                     ds_depot_sql_query (self->db, error,
                                         "SELECT line FROM entry WHERE device = ? AND seq BETWEEN ? AND ?"
                                         " ORDER BY seq",
                                         "sii", device_id, first_seq, last_seq),
                     entries, error)
             ? g_steal_pointer (&entries)
             : NULL;
}
