/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "golden.h"

#include <string.h>

char *
golden_read (guint version, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%u/%s", DS_GOLDEN_DIR, version, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

void
golden_make (guint version, const char *name, const char *path)
{
  g_autofree char *sql = golden_read (version, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDb) db = ds_db_open (path, &error);

  g_assert_no_error (error);
  ds_db_exec (db, sql, &error);
  g_assert_no_error (error);
}

/* Each row's columns, joined; the rows in order. */
static GPtrArray *
load_rows (DsDb *db, const char *sql)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *query = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (ds_db_get_handle (db), sql, -1, &query, NULL), ==, SQLITE_OK);
  while (sqlite3_step (query) == SQLITE_ROW)
    {
      GString *row = g_string_new (NULL);

      for (int i = 0; i < sqlite3_column_count (query); i++)
        {
          const char *text = (const char *)sqlite3_column_text (query, i);

          g_string_append_printf (row, "%s%s", i > 0 ? "|" : "", text ? text : "NULL");
        }
      g_ptr_array_add (rows, g_string_free (row, FALSE));
    }
  g_assert_cmpint (sqlite3_finalize (query), ==, SQLITE_OK);
  return rows;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
add_rows (GString *dump, DsDb *db, const char *sql)
{
  g_autoptr (GPtrArray) rows = load_rows (db, sql);

  g_ptr_array_sort (rows, compare_texts);
  g_string_append_printf (dump, "%s\n", sql);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (dump, "  %s\n", (const char *)g_ptr_array_index (rows, i));
}

char *
golden_dump_schema (DsDb *db, const char *but)
{
  g_autoptr (GString) dump = g_string_new (NULL);
  g_autoptr (GPtrArray) rows
      = load_rows (db, "SELECT tbl_name, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  g_auto (GStrv) left_out = g_strsplit (but ? but : "", " ", -1);

  for (guint i = 0; i < rows->len; i++)
    {
      const char *row = g_ptr_array_index (rows, i);
      g_autofree char *table = g_strndup (row, strcspn (row, "|"));

      if (!g_strv_contains ((const char *const *)left_out, table))
        g_string_append_printf (dump, "%s\n", row);
    }
  return g_string_free (g_steal_pointer (&dump), FALSE);
}

gint64
golden_get_version (DsDb *db)
{
  g_autoptr (GPtrArray) rows = load_rows (db, "PRAGMA user_version");

  return g_ascii_strtoll (g_ptr_array_index (rows, 0), NULL, 10);
}

GPtrArray *
golden_list_queries (DsDb *db)
{
  GPtrArray *queries = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) tables
      = load_rows (db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");

  for (guint i = 0; i < tables->len; i++)
    {
      const char *table = g_ptr_array_index (tables, i);
      g_autofree char *sql
          = g_strdup_printf ("SELECT group_concat (name) FROM pragma_table_info ('%s')", table);
      g_autoptr (GPtrArray) columns = load_rows (db, sql);

      g_ptr_array_add (queries, g_strdup_printf ("SELECT %s FROM %s",
                                                 (const char *)g_ptr_array_index (columns, 0), table));
    }
  return queries;
}

char *
golden_dump_rows (DsDb *db, GPtrArray *queries)
{
  g_autoptr (GString) dump = g_string_new (NULL);

  for (guint i = 0; i < queries->len; i++)
    add_rows (dump, db, g_ptr_array_index (queries, i));
  return g_string_free (g_steal_pointer (&dump), FALSE);
}
