/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's SM2 keys: one signs acknowledgements, trust lists and statements. Handhelds learn the first when they
 * enrol, and each further one by an announcement that the one before it has signed (ds-depot-key.h); so whoever was away
 * for many years of keys follows from each to the next. An old key's half that signs is kept, for copies on cards that
 * were sealed to it, and what it has signed stays good. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-private.h"

#include "ds-depot-key.h"
#include "ds-error.h"
#include "ds-key-chain.h"
#include "ds-sealed-file.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)
/* Clocks differ, and what was signed in the last moment is on its way. */
#define LEEWAY_MS DAY_MS

/* One of the depot's own. */
typedef struct
{
  gint64 number;
  DsKey *key;
  gint64 from_ms;
  gint64 until_ms;
  char *announcement; /* (nullable) */
} OwnKey;

static void
own_key_free (gpointer data)
{
  OwnKey *self = data;

  g_clear_pointer (&self->key, ds_key_unref);
  g_free (self->announcement);
  g_free (self);
}

GPtrArray *
ds_depot_keys_new (void)
{
  return g_ptr_array_new_with_free_func (own_key_free);
}

/* Files */

static char *
get_path (DsDepot *self, gint64 number)
{
  g_autofree char *name = number == 1 ? g_strdup ("depot-key.pem")
                                      : g_strdup_printf ("depot-key-%" G_GINT64_FORMAT ".pem", number);

  return g_build_filename (self->directory, name, NULL);
}

static gboolean
save_key (DsDepot *self, gint64 number, DsKey *key, GError **error)
{
  g_autofree char *path = get_path (self, number);
  g_autofree char *pem = ds_key_to_pem (key, error);
  g_autoptr (GError) problem = NULL;

  if (pem == NULL)
    return FALSE;
  if (g_file_set_contents_full (path, pem, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &problem))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be written: %s", path, problem->message);
  return FALSE;
}

/* @found: (out): %FALSE when there is no such file. */
static DsKey *
load_key (DsDepot *self, gint64 number, gboolean *found, GError **error)
{
  g_autofree char *path = get_path (self, number);
  g_autofree char *pem = NULL;
  g_autoptr (GError) problem = NULL;

  *found = TRUE;
  if (g_file_get_contents (path, &pem, NULL, &problem))
    return ds_key_new_from_pem (pem, error);
  *found = !g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be read: %s. Restore it from a backup", path,
               problem->message);
  return NULL;
}

/* Opening */

/* The first key, made with the depot. */
static gboolean
prepare_first (DsDepot *self, GError **error)
{
  gint64 n_known;
  g_autoptr (GError) problem = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autofree char *public_key = NULL;
  gboolean found;

  if (!ds_depot_sql_get_int (self->db, &n_known, 0, error, "SELECT count (*) FROM depot_key", ""))
    return FALSE;
  if (n_known > 0)
    return TRUE;
  key = load_key (self, 1, &found, &problem);
  if (key == NULL && found)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (key == NULL && ((key = ds_key_generate (error)) == NULL || !save_key (self, 1, key, error)))
    return FALSE;
  public_key = ds_key_get_public_hex (key);
  return ds_depot_sql_run (
      self->db, error, "INSERT INTO depot_key (number, public_key, from_ms, until_ms) VALUES (1, ?, 0, ?)",
      "si", public_key, G_MAXINT64);
}

static gboolean
load_rows (DsDepot *self, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT number, from_ms, until_ms, announcement, public_key FROM depot_key ORDER BY number", "");
  gboolean row, found;

  g_ptr_array_set_size (self->keys, 0);
  while (query != NULL)
    {
      OwnKey *own;
      g_autofree char *public_key = NULL;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      own = g_new0 (OwnKey, 1);
      g_ptr_array_add (self->keys, own);
      own->number = ds_db_column_int (query, 0);
      own->from_ms = ds_db_column_int (query, 1);
      own->until_ms = ds_db_column_int (query, 2);
      own->announcement = g_strdup (ds_db_column_text (query, 3));
      own->key = load_key (self, own->number, &found, error);
      public_key = own->key != NULL ? ds_key_get_public_hex (own->key) : NULL;
      if (own->key != NULL && g_str_equal (public_key, ds_db_column_text (query, 4)))
        continue;
      if (own->key != NULL)
        g_set_error (error, DS_ERROR, DS_ERROR_CRYPTO,
                     "The depot's key %" G_GINT64_FORMAT
                     " is not the one that handhelds know. Restore its file"
                     " from a backup",
                     own->number);
      ds_db_reset (query);
      return FALSE;
    }
  return FALSE;
}

/* The one that signs now: the last that has begun to. */
static const OwnKey *
find_signing (DsDepot *self)
{
  gint64 now_ms = ds_depot_now_ms (self);
  const OwnKey *signing = g_ptr_array_index (self->keys, 0);

  for (guint i = 1; i < self->keys->len; i++)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i);

      if (own->from_ms <= now_ms)
        signing = own;
    }
  return signing;
}

void
ds_depot_choose_key (DsDepot *self)
{
  const OwnKey *signing = find_signing (self);

  if (self->key == signing->key)
    return;
  if (self->key != NULL)
    ds_depot_monitor_say (self->monitor, G_LOG_LEVEL_MESSAGE, "key-signs",
                          json_pack ("{s:I}", "number", (json_int_t)signing->number));
  g_clear_pointer (&self->key, ds_key_unref);
  self->key = ds_key_ref (signing->key);
  self->key_number = signing->number;
}

gboolean
ds_depot_load_keys (DsDepot *self, GError **error)
{
  if (!prepare_first (self, error) || !load_rows (self, error))
    return FALSE;
  ds_depot_choose_key (self);
  return TRUE;
}

/* Using */

DsKey *
ds_depot_find_key (DsDepot *self, const char *jws)
{
  for (guint i = self->keys->len; i > 0; i--)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i - 1);

      if (ds_jws_verify (own->key, jws, -1, NULL, NULL, NULL))
        return own->key;
    }
  return self->key;
}

GArray *
ds_depot_open_sealed (DsDepot *self, GBytes *file, gsize *rest, GError **error)
{
  for (guint i = self->keys->len; i > 1; i--)
    {
      g_autoptr (GError) problem = NULL;
      const OwnKey *own = g_ptr_array_index (self->keys, i - 1);
      GArray *records = ds_sealed_file_open (own->key, file, rest, &problem);

      /* Sealed to another one, perhaps an earlier. */
      if (records != NULL)
        return records;
    }
  return ds_sealed_file_open (((OwnKey *)g_ptr_array_index (self->keys, 0))->key, file, rest, error);
}

const char *
ds_depot_get_public_key (DsDepot *self, gint64 number, char **text)
{
  const OwnKey *own = g_ptr_array_index (self->keys, (guint)CLAMP (number, 1, (gint64)self->keys->len) - 1);

  return *text = ds_key_get_public_hex (own->key);
}

json_t *
ds_depot_list_announcements (DsDepot *self, gint64 after)
{
  json_t *list = NULL;

  for (guint i = 0; i < self->keys->len; i++)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i);

      if (own->number <= after || own->announcement == NULL)
        continue;
      if (list == NULL)
        list = json_array ();
      json_array_append_new (list, json_string (own->announcement));
    }
  return list;
}

json_t *
ds_depot_make_key_chain (DsDepot *self, GError **error)
{
  const OwnKey *newest = g_ptr_array_index (self->keys, self->keys->len - 1);
  g_autoptr (json_t) keys = json_array ();
  json_t *announcements = ds_depot_list_announcements (self, 0);
  g_autofree char *list = NULL;

  for (guint i = 0; i < self->keys->len; i++)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i);
      g_autofree char *public_key = ds_key_get_public_hex (own->key);

      json_array_append_new (keys, json_pack ("{s:I, s:s, s:I, s:I}", "number", (json_int_t)own->number,
                                              "public_key", public_key, "from_ms", (json_int_t)own->from_ms,
                                              "until_ms", (json_int_t)own->until_ms));
    }
  list = ds_key_chain_sign_list (keys, newest->key, error);
  if (announcements == NULL)
    announcements = json_array ();
  if (list != NULL)
    return json_pack ("{s:o, s:s}", "announcements", announcements, "list", list);
  json_decref (announcements);
  return NULL;
}

gboolean
ds_depot_put_announcements (DsDepot *self, const char *courier_id, GError **error)
{
  for (guint i = 0; i < self->keys->len; i++)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i);
      g_autofree char *subject = g_strdup_printf ("%" G_GINT64_FORMAT, own->number);
      gint64 n_there;

      if (own->announcement == NULL)
        continue;
      /* Never moved: it comes before all that its key has signed. */
      if (!ds_depot_sql_get_int (self->db, &n_there, 0, error,
                                 "SELECT count (*) FROM feed WHERE courier = ? AND type = '" DS_DEPOT_KEY_ITEM
                                 "' AND subject = ?",
                                 "ss", courier_id, subject)
          || (n_there == 0
              && !ds_feed_put (
                  self->feed, courier_id, DS_DEPOT_KEY_ITEM, subject, ds_depot_now_ms (self),
                  json_pack ("{s:I, s:s}", "number", (json_int_t)own->number, "jws", own->announcement),
                  error)))
        return FALSE;
    }
  return TRUE;
}

/* Rotating */

static gboolean
check_may_rotate (DsDepot *self, GError **error)
{
  const OwnKey *newest = g_ptr_array_index (self->keys, self->keys->len - 1);
  char at[DS_RFC3339_SIZE];

  if (newest->from_ms <= ds_depot_now_ms (self))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "Key %" G_GINT64_FORMAT " is announced and signs from %s on: a further one can follow then",
               newest->number, ds_clock_format_rfc3339 (newest->from_ms, at));
  return FALSE;
}

static gboolean
put_announcements (DsDepot *self, const char *courier_id, const char *name, GError **error)
{
  return ds_depot_put_announcements (self, courier_id, error);
}

static gboolean
store_rotation (DsDepot *self, const DsDepotKey *draft, const char *announcement, GError **error)
{
  g_autofree char *public_key = ds_key_get_public_hex (draft->key);

  return ds_depot_sql_run (self->db, error, "UPDATE depot_key SET until_ms = ? WHERE number = ?", "ii",
                           draft->previous_until_ms, draft->number - 1)
         && ds_depot_sql_run (self->db, error,
                              "INSERT INTO depot_key (number, public_key, from_ms, until_ms, announcement)"
                              " VALUES (?, ?, ?, ?, ?)",
                              "isiis", draft->number, public_key, draft->from_ms, G_MAXINT64, announcement)
         && load_rows (self, error) && ds_depot_put_for_all (self, put_announcements, error);
}

json_t *
ds_depot_rotate_key (DsDepot *self, gint64 overlap_ms, GError **error)
{
  g_autoptr (DsKey) key = NULL;
  g_autofree char *announcement = NULL;
  DsDepotKey draft = { 0 };

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && overlap_ms >= 0, NULL);

  ds_depot_choose_key (self);
  if (!check_may_rotate (self, error) || (key = ds_key_generate (error)) == NULL)
    return NULL;
  draft.number = self->key_number + 1;
  draft.key = key;
  draft.from_ms = ds_depot_now_ms (self) + overlap_ms;
  /* Where a key must go at once it is not trusted a day longer. */
  draft.previous_until_ms = overlap_ms > 0 ? draft.from_ms + LEEWAY_MS : draft.from_ms;
  announcement = ds_depot_key_announce (&draft, self->key, error);
  /* The file first: an announced key without its half that signs could never be used. */
  if (announcement == NULL || !save_key (self, draft.number, key, error) || !ds_depot_begin (self, error))
    return NULL;
  if (!store_rotation (self, &draft, announcement, error))
    {
      ds_depot_rollback (self);
      load_rows (self, NULL);
      return NULL;
    }
  if (!ds_depot_commit (self, error))
    {
      load_rows (self, NULL);
      return NULL;
    }
  ds_depot_monitor_say (self->monitor, G_LOG_LEVEL_MESSAGE, "key-announced",
                        json_pack ("{s:I}", "number", (json_int_t)draft.number));
  ds_depot_choose_key (self);
  return ds_depot_refresh_trust (self, error) ? ds_depot_list_keys (self) : NULL;
}

static json_t *
describe_time (gint64 at_ms)
{
  char text[DS_RFC3339_SIZE];

  return at_ms > 0 && at_ms < G_MAXINT64 ? json_string (ds_clock_format_rfc3339 (at_ms, text)) : json_null ();
}

json_t *
ds_depot_list_keys (DsDepot *self)
{
  json_t *list = json_array ();

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  ds_depot_choose_key (self);
  for (guint i = 0; i < self->keys->len; i++)
    {
      const OwnKey *own = g_ptr_array_index (self->keys, i);
      g_autofree char *public_key = ds_key_get_public_hex (own->key);

      json_array_append_new (
          list, json_pack ("{s:I, s:s, s:b, s:o, s:o}", "number", (json_int_t)own->number, "public_key",
                           public_key, "signs", own->number == self->key_number, "from",
                           describe_time (own->from_ms), "until", describe_time (own->until_ms)));
    }
  return list;
}
