/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-feed.h"

#include "ds-depot-sql.h"
#include "ds-json.h"

#include <string.h>

/* A page stays small enough for a handheld to hold and for the server to send without a pause for others. */
#define PAGE_BYTES (1024 * 1024)

struct _DsFeed
{
  DsDb *db;
  DsClock *clock;
  DsFeedWatch watch;
  gpointer user_data;
  gint64 last_cursor;   /* never given twice, also when its transaction failed */
  GHashTable *couriers; /* (element-type utf8): those with news not yet told */
};

DsFeed *
ds_feed_new (DsDb *db, DsClock *clock, DsFeedWatch watch, gpointer user_data, GError **error)
{
  g_autoptr (DsFeed) self = g_new0 (DsFeed, 1);

  self->db = db;
  self->clock = clock;
  self->watch = watch;
  self->user_data = user_data;
  self->couriers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* Not the largest cursor present: an item that was replaced had one too. */
  if (!ds_depot_sql_get_int (db, &self->last_cursor, 0, error,
                             "SELECT seq FROM sqlite_sequence WHERE name = 'feed'", ""))
    return NULL;
  return g_steal_pointer (&self);
}

void
ds_feed_free (DsFeed *self)
{
  g_hash_table_unref (self->couriers);
  g_free (self);
}

gboolean
ds_feed_drop (DsFeed *self, const char *courier_id, const char *type, const char *subject, GError **error)
{
  return ds_depot_sql_run (self->db, error, "DELETE FROM feed WHERE courier = ? AND type = ? AND subject = ?",
                           "sss", courier_id, type, subject);
}

gboolean
ds_feed_put (DsFeed *self,
             const char *courier_id,
             const char *type,
             const char *subject,
             gint64 at_ms,
             json_t *data,
             GError **error)
{
  gint64 cursor = MAX (self->last_cursor + 1, ds_clock_get_wall_ms (self->clock));
  g_autoptr (json_t) item = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)cursor, "type", type,
                                       "at_ms", (json_int_t)at_ms, "data", data);
  g_autofree char *line = NULL;

  g_assert (item != NULL);
  self->last_cursor = cursor;
  line = ds_json_to_line (item);
  if (!ds_feed_drop (self, courier_id, type, subject, error)
      || !ds_depot_sql_run (self->db, error,
                            "INSERT INTO feed (cursor, courier, type, subject, line) VALUES (?, ?, ?, ?, ?)",
                            "issss", cursor, courier_id, type, subject, line))
    return FALSE;
  g_hash_table_add (self->couriers, g_strdup (courier_id));
  return TRUE;
}

void
ds_feed_announce (DsFeed *self)
{
  g_autoptr (GHashTable) couriers = g_steal_pointer (&self->couriers);
  GHashTableIter iter;
  gpointer courier_id;

  self->couriers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, couriers);
  while (g_hash_table_iter_next (&iter, &courier_id, NULL))
    self->watch (courier_id, self->user_data);
}

void
ds_feed_forget (DsFeed *self)
{
  g_hash_table_remove_all (self->couriers);
}

void
ds_feed_page_clear (DsFeedPage *page)
{
  g_clear_pointer (&page->lines, g_byte_array_unref);
}

gboolean
ds_feed_read (DsFeed *self,
              const char *courier_id,
              gint64 after,
              guint limit,
              DsFeedPage *page,
              GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT cursor, line FROM feed WHERE courier = ? AND cursor > ? ORDER BY cursor LIMIT ?", "sii",
      courier_id, after, (gint64)limit + 1);
  g_autoptr (GByteArray) lines = g_byte_array_new ();
  gboolean row;

  *page = (DsFeedPage){ .cursor = after };
  while (query != NULL)
    {
      const char *line;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      page->more = row && (page->n_items == limit || lines->len >= PAGE_BYTES);
      if (!row || page->more)
        {
          ds_db_reset (query);
          page->lines = g_steal_pointer (&lines);
          return TRUE;
        }

      line = ds_db_column_text (query, 1);
      g_byte_array_append (lines, (const guint8 *)line, (guint)strlen (line));
      g_byte_array_append (lines, (const guint8 *)"\n", 1);
      page->cursor = ds_db_column_int (query, 0);
      page->n_items++;
    }
  return FALSE;
}
