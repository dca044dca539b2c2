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
  { "cash_back", "SELECT * FROM cash_back ORDER BY n", "DELETE FROM cash_back" },
  { "proofs", "SELECT * FROM proofs ORDER BY n", "DELETE FROM proofs" },
  { "overrides", "SELECT * FROM overrides ORDER BY n", "DELETE FROM overrides" },
  { "own_order", "SELECT * FROM own_order ORDER BY stop", "DELETE FROM own_order" },
  { "own_notes", "SELECT * FROM own_notes ORDER BY stop", "DELETE FROM own_notes" },
  { "loads", "SELECT * FROM loads ORDER BY waybill", "DELETE FROM loads" },
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

/* A kept feed item, and the entry behind which it is to be applied. */
typedef struct
{
  gint64 after_seq;
  char *line;
} KeptItem;

static void
kept_item_clear (gpointer data)
{
  g_free (((KeptItem *)data)->line);
}

/* Runs @sql, which gives after_seq and line. All are read before any is applied: applying uses the same tables. */
static GArray *
load_items (DsLedger *self, const char *sql, GError **error)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (KeptItem));
  DsQuery *query = ds_db_prepare (self->db, sql, error);
  gboolean row;

  g_array_set_clear_func (items, kept_item_clear);
  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      KeptItem item;

      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&items);
        }
      item.after_seq = ds_db_column_int (query, 0);
      item.line = g_strdup (ds_db_column_text (query, 1));
      g_array_append_val (items, item);
    }
  return NULL;
}

/* Applies the items from @at on that came before entry @seq + 1. */
static gboolean
replay_items (DsLedger *self, GArray *items, guint *at, gint64 seq, GError **error)
{
  for (; *at < items->len; (*at)++)
    {
      const KeptItem *item = &g_array_index (items, KeptItem, *at);

      if (item->after_seq > seq)
        break;
      if (!ds_ledger_apply_item (self, item->line, strlen (item->line), TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
replay_entries (DsLedger *self, GArray *payments, guint at, GError **error)
{
  for (gint64 seq = 1; seq <= self->head_seq; seq++)
    {
      g_autoptr (GError) problem = NULL;
      g_autofree char *line = ds_ledger_load_line (self, seq, &problem);
      g_autoptr (DsEntry) entry = line ? ds_entry_parse (line, -1, &problem) : NULL;

      if (entry == NULL)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_STORAGE,
                       "Journal entry %" G_GINT64_FORMAT " cannot be read: %s", seq,
                       problem ? problem->message : "it is missing");
          return FALSE;
        }
      if (!ds_ledger_project (self, entry, TRUE, error) || !replay_items (self, payments, &at, seq, error))
        return FALSE;
    }
  return TRUE;
}

/* What the depot alone says does not depend on the journal, so it can come first; payments take news from both
 * logs, and are replayed in the order in which the news came. */
static gboolean
replay (DsLedger *self, GError **error)
{
  g_autoptr (GArray) facts = NULL;
  g_autoptr (GArray) payments = NULL;
  guint fact = 0;
  guint payment = 0;

  facts = load_items (self, "SELECT after_seq, line FROM feed_items WHERE type != 'payment' ORDER BY cursor",
                      error);
  if (facts == NULL || !replay_items (self, facts, &fact, G_MAXINT64, error))
    return FALSE;
  payments = load_items (
      self, "SELECT after_seq, line FROM feed_items WHERE type = 'payment' ORDER BY cursor", error);
  return payments != NULL && replay_items (self, payments, &payment, 0, error)
         && replay_entries (self, payments, payment, error);
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
