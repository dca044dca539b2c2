/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The projections, made anew from the two logs. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-error.h"

#include <string.h>

/* Each with an order, so that two dumps can be compared line by line. */
static const struct
{
  const char *name;
  const char *rows;
  const char *clear;
} projections[] = {
  { "stops", "SELECT * FROM stops ORDER BY id", "DELETE FROM stops" },
  { "parcels", "SELECT * FROM parcels ORDER BY stop, place", "DELETE FROM parcels" },
  { "statements", "SELECT * FROM statements ORDER BY shift", "DELETE FROM statements" },
  { "shifts", "SELECT * FROM shifts ORDER BY n", "DELETE FROM shifts" },
  { "outcomes", "SELECT * FROM outcomes ORDER BY stop, waybill", "DELETE FROM outcomes" },
  { "payments", "SELECT * FROM payments ORDER BY n", "DELETE FROM payments" },
};

static void
add_row (GString *dump, DsQuery *query)
{
  for (int i = 0; i < sqlite3_column_count (query); i++)
    {
      g_autofree char *value
          = g_strescape (ds_db_column_text (query, i) ? ds_db_column_text (query, i) : "NULL", NULL);

      g_string_append_printf (dump, "%s%s=%s", i > 0 ? " " : "", sqlite3_column_name (query, i), value);
    }
  g_string_append_c (dump, '\n');
}

static char *
dump_table (DsLedger *self, const char *rows, GError **error)
{
  g_autoptr (GString) dump = g_string_new (NULL);
  DsQuery *query = ds_db_prepare (self->db, rows, error);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_string_free (g_steal_pointer (&dump), FALSE);
        }
      add_row (dump, query);
    }
  return NULL;
}

static GStrv
dump_all (DsLedger *self, GError **error)
{
  g_autoptr (GStrvBuilder) dumps = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (projections); i++)
    {
      g_autofree char *dump = dump_table (self, projections[i].rows, error);

      if (dump == NULL)
        return NULL;
      g_strv_builder_add (dumps, dump);
    }
  return g_strv_builder_end (dumps);
}

/* Runs @sql, whose one column is a feed item's line, and applies each. The lines are taken first: applying uses the
 * same connection. */
static gboolean
replay_items (DsLedger *self, const char *sql, gint64 after_seq, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  DsQuery *query = ds_db_prepare (self->db, sql, error);
  gboolean row = TRUE;

  if (query == NULL)
    return FALSE;
  if (after_seq >= 0)
    ds_db_bind_int (query, 1, after_seq);
  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (row)
        g_ptr_array_add (lines, g_strdup (ds_db_column_text (query, 0)));
    }
  ds_db_reset (query);

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);

      if (!ds_ledger_apply_item (self, line, strlen (line), TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
replay_payment_items (DsLedger *self, gint64 after_seq, GError **error)
{
  return replay_items (
      self, "SELECT line FROM feed_items WHERE type = 'payment' AND after_seq = ?1 ORDER BY cursor",
      after_seq, error);
}

static gboolean
replay_entry (DsLedger *self, gint64 seq, GError **error)
{
  g_autofree char *line = ds_ledger_load_line (self, seq, error);
  g_autoptr (DsEntry) entry = line ? ds_entry_parse (line, -1, error) : NULL;

  return entry != NULL && ds_ledger_project (self, entry, TRUE, error);
}

/* What the depot alone says does not depend on the journal, so it can come first; payments take news from both
 * logs, and are replayed in the order in which the news came. */
static gboolean
replay (DsLedger *self, GError **error)
{
  if (!replay_items (self, "SELECT line FROM feed_items WHERE type != 'payment' ORDER BY cursor", -1, error)
      || !replay_payment_items (self, 0, error))
    return FALSE;
  for (gint64 seq = 1; seq <= self->head_seq; seq++)
    {
      if (!replay_entry (self, seq, error) || !replay_payment_items (self, seq, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
clear_projections (DsLedger *self, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (projections); i++)
    {
      if (!ds_db_exec (self->db, projections[i].clear, error))
        return FALSE;
    }
  return TRUE;
}

/* The first line in which two dumps of a table differ. */
static char *
describe_difference (const char *table, const char *before, const char *after)
{
  g_auto (GStrv) kept = g_strsplit (before, "\n", -1);
  g_auto (GStrv) rebuilt = g_strsplit (after, "\n", -1);

  for (gsize i = 0;; i++)
    {
      if (kept[i] == NULL || rebuilt[i] == NULL || strcmp (kept[i], rebuilt[i]) != 0)
        return g_strdup_printf ("%s: kept “%s”, rebuilt “%s”", table, kept[i] ? kept[i] : "",
                                rebuilt[i] ? rebuilt[i] : "");
    }
}

gboolean
ds_ledger_compare (DsLedger *self, char **difference, GError **error)
{
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) after = NULL;

  ds_ledger_assert_thread (self);

  *difference = NULL;
  if (!ds_db_begin (self->db, error))
    return FALSE;
  if ((before = dump_all (self, error)) != NULL && clear_projections (self, error) && replay (self, error))
    after = dump_all (self, error);
  ds_db_rollback (self->db);
  ds_ledger_forget_touched (self);
  if (after == NULL)
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (projections) && *difference == NULL; i++)
    {
      if (strcmp (before[i], after[i]) != 0)
        *difference = describe_difference (projections[i].name, before[i], after[i]);
    }
  return TRUE;
}
