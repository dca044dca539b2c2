/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Couriers, and the settings that every handheld gets. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-pin.h"
#include "ds-settings.h"

#include <string.h>

#define MAX_SETTINGS_BYTES (64 * 1024)

static json_t *
make_default_settings (void)
{
  return json_pack ("{s:s, s:{s:s, s:s, s:s, s:s}, s:b, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i},"
                    " s:{s:i, s:i, s:i, s:i, s:i}}",
                    "depot_name", "Doorstep Depot", "payee", "id", "QN000317", "name", "Doorstep Express",
                    "city", "Hangzhou", "mcc", "4215", "built_codes", 1, "limits", "voucher_fen", 50000,
                    "wallet_fen", 100000, "unredeemed_fen", 150000, "unredeemed_count", 10, "voucher_age_s",
                    72 * 3600, "trust_age_s", 7 * 86400, "cash_fen", 500000, "override_fen", 0, "timings",
                    "live_code_wait_ms", 3000, "unknown_after_ms", 30000, "query_every_ms", 12000,
                    "payer_code_life_ms", 60000, "built_code_life_ms", 300000);
}

/* Nobody learns by waiting half a minute: what is unknown becomes so soon, and is asked about by the courier. */
static json_t *
make_practice_settings (const char *depot_name, const char *payee_name)
{
  json_t *settings = make_default_settings ();
  json_t *payee = json_object_get (settings, "payee");
  json_t *timings = json_object_get (settings, "timings");

  json_object_set_new (settings, "practice", json_true ());
  json_object_set_new (settings, "depot_name", json_string (depot_name));
  json_object_set_new (payee, "id", json_string (DS_SETTINGS_PRACTICE_PAYEE));
  json_object_set_new (payee, "name", json_string (payee_name));
  json_object_set_new (timings, "unknown_after_ms", json_integer (5000));
  json_object_set_new (timings, "query_every_ms", json_integer (60000));
  return settings;
}

/* Returns: (transfer full): the "data" of a courier's settings item. */
static json_t *
make_settings_item (json_t *settings, gint64 version, const char *courier_id, const char *courier_name)
{
  json_t *item = json_copy (settings);

  json_object_set_new (item, "version", json_integer (version));
  json_object_set_new (item, "courier", json_pack ("{s:s, s:s}", "id", courier_id, "name", courier_name));
  return item;
}

/* settings.json is there to be edited by the depot's owner, so it may hold anything. */
static json_t *
read_settings (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (json_t) settings = NULL;
  g_autoptr (json_t) item = NULL;
  g_autoptr (DsSettings) check = NULL;
  gsize n;

  if (!g_file_get_contents (path, &text, &n, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return make_default_settings ();
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be read: %s", path, problem->message);
      return NULL;
    }
  settings = ds_json_parse_object (text, n, MAX_SETTINGS_BYTES, error);
  if (settings == NULL)
    {
      g_prefix_error (error, "“%s”: ", path);
      return NULL;
    }
  /* What handhelds could not read must not reach them. */
  item = make_settings_item (settings, 1, "check", "check");
  check = ds_settings_new_from_json (item, error);
  if (check == NULL)
    {
      g_prefix_error (error, "“%s”: ", path);
      return NULL;
    }
  return g_steal_pointer (&settings);
}

static gboolean
write_settings (const char *path, json_t *settings, GError **error)
{
  char *text = json_dumps (settings, JSON_INDENT (2));
  g_autofree char *lines = g_strconcat (text, "\n", NULL);
  g_autoptr (GError) problem = NULL;

  free (text);
  if (g_file_test (path, G_FILE_TEST_EXISTS)
      || g_file_set_contents_full (path, lines, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &problem))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be written: %s", path, problem->message);
  return FALSE;
}

/* A courier's last PIN for once is kept as "NUMBER RECORD". */
static gboolean
load_pin_reset (DsDepot *self, const char *courier_id, gint64 *number, char **record, GError **error)
{
  g_autofree char *value = NULL;
  char *space;

  if (!ds_depot_sql_get_text (self->db, &value, error,
                              "SELECT value FROM property WHERE name = 'pin-reset ' || ?", "s", courier_id))
    return FALSE;
  *number = value != NULL ? g_ascii_strtoll (value, &space, 10) : 0;
  *record = value != NULL ? g_strdup (space + 1) : NULL;
  return TRUE;
}

gboolean
ds_depot_prepare_practice (const char *directory,
                           const char *depot_name,
                           const char *payee_name,
                           GError **error)
{
  g_autofree char *path = g_build_filename (directory, "settings.json", NULL);
  g_autofree char *database = g_build_filename (directory, "depot.db", NULL);
  g_autoptr (json_t) settings = make_practice_settings (depot_name, payee_name);
  g_autoptr (json_t) found = NULL;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The directory “%s” cannot be made", directory);
      return FALSE;
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (database, G_FILE_TEST_EXISTS))
    return write_settings (path, settings, error);
  found = read_settings (path, error);
  if (found == NULL)
    return FALSE;
  if (json_is_true (json_object_get (found, "practice")))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
               "“%s” holds a real depot: practise in a directory of its own", directory);
  return FALSE;
}

/* settings.json can be edited; what a depot was made for is decided once. */
static gboolean
check_same_purpose (DsDepot *self, const char *known, GError **error)
{
  g_autoptr (json_t) before
      = known ? ds_json_parse_object (known, strlen (known), MAX_SETTINGS_BYTES, error) : NULL;

  if (known == NULL)
    return TRUE;
  if (before == NULL)
    return FALSE;
  if (json_is_true (json_object_get (before, "practice")) == ds_depot_get_practice (self))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                       "A depot stays what it was made for: “practice” cannot be changed in settings.json");
  return FALSE;
}

static gboolean
put_settings (DsDepot *self, const char *courier_id, const char *courier_name, GError **error)
{
  g_autofree char *record = NULL;
  json_t *item;
  gint64 version, number;

  if (!ds_depot_sql_get_int (self->db, &version, 1, error,
                             "SELECT CAST (value AS INTEGER) FROM property WHERE name = 'settings-version'",
                             "")
      || !load_pin_reset (self, courier_id, &number, &record, error))
    return FALSE;
  item = make_settings_item (self->settings, version, courier_id, courier_name);
  if (record != NULL)
    json_object_set_new (item, "pin_reset",
                         json_pack ("{s:I, s:s}", "number", (json_int_t)number, "record", record));
  return ds_feed_put (self->feed, courier_id, "settings", "", ds_depot_now_ms (self), item, error);
}

gboolean
ds_depot_put_for_all (
    DsDepot *self,
    gboolean (*put) (DsDepot *self, const char *courier_id, const char *name, GError **error),
    GError **error)
{
  g_autoptr (GPtrArray) couriers = g_ptr_array_new_with_free_func (g_free);
  DsQuery *query = ds_depot_sql_query (self->db, error, "SELECT id, name FROM courier ORDER BY id", "");
  gboolean row;

  if (query == NULL)
    return FALSE;
  while (TRUE)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      g_ptr_array_add (couriers, g_strdup (ds_db_column_text (query, 0)));
      g_ptr_array_add (couriers, g_strdup (ds_db_column_text (query, 1)));
    }
  ds_db_reset (query);

  for (guint i = 0; i < couriers->len; i += 2)
    {
      if (!put (self, g_ptr_array_index (couriers, i), g_ptr_array_index (couriers, i + 1), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_new_settings (DsDepot *self, const char *text, GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO property (name, value) VALUES ('settings', ?)"
                           " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                           "s", text)
         && ds_depot_sql_run (
             self->db, error,
             "INSERT INTO property (name, value) VALUES ('settings-version', '1') ON CONFLICT"
             " (name) DO UPDATE SET value = CAST (value AS INTEGER) + 1",
             "")
         && ds_depot_put_for_all (self, put_settings, error);
}

gboolean
ds_depot_load_settings (DsDepot *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, "settings.json", NULL);
  g_autofree char *known = NULL;
  g_autofree char *text = NULL;

  self->settings = read_settings (path, error);
  if (self->settings == NULL || !write_settings (path, self->settings, error))
    return FALSE;
  text = ds_json_to_line (self->settings);
  if (!ds_depot_sql_get_text (self->db, &known, error, "SELECT value FROM property WHERE name = 'settings'",
                              ""))
    return FALSE;
  if (g_strcmp0 (known, text) == 0)
    return TRUE;

  if (!check_same_purpose (self, known, error) || !ds_depot_begin (self, error))
    return FALSE;
  if (!put_new_settings (self, text, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

/* Couriers */

static gboolean
is_courier_id (const char *id)
{
  gsize n = strlen (id);

  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isalnum (id[i]) && id[i] != '-')
        return FALSE;
    }
  return n >= 1 && n <= 16;
}

gboolean
ds_depot_put_courier (DsDepot *self, const char *courier_id, const char *name, GError **error)
{
  g_autofree char *known = NULL;

  if (!is_courier_id (courier_id))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "“%.*s” is no courier's number: 1 to 16 letters, digits or hyphens",
                   ds_utf8_cut (courier_id, 40), courier_id);
      return FALSE;
    }
  if (name != NULL && (*name == '\0' || strlen (name) > 100 || !g_utf8_validate (name, -1, NULL)))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A courier's name has 1 to 100 bytes of UTF-8");
      return FALSE;
    }
  if (!ds_depot_sql_get_text (self->db, &known, error, "SELECT name FROM courier WHERE id = ?", "s",
                              courier_id))
    return FALSE;
  if (known != NULL && (name == NULL || g_str_equal (known, name)))
    return TRUE;

  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO courier (id, name) VALUES (?, ?)"
                           " ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                           "ss", courier_id, name ? name : courier_id)
         && put_settings (self, courier_id, name ? name : courier_id, error)
         && (known != NULL
             || (ds_depot_put_announcements (self, courier_id, error)
                 && ds_depot_put_trust (self, courier_id, NULL, error)));
}

static gboolean
put_pin_reset (DsDepot *self, const char *courier_id, const char *pin, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *old = NULL;
  g_autofree char *record = NULL;
  g_autofree char *value = NULL;
  gint64 number;

  if (!ds_depot_sql_get_text (self->db, &name, error, "SELECT name FROM courier WHERE id = ?", "s",
                              courier_id))
    return FALSE;
  if (name == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no courier “%.*s”",
                   ds_utf8_cut (courier_id, 40), courier_id);
      return FALSE;
    }
  if (!load_pin_reset (self, courier_id, &number, &old, error)
      || (record = ds_pin_make_record (pin, error)) == NULL)
    return FALSE;
  value = g_strdup_printf ("%" G_GINT64_FORMAT " %s", number + 1, record);
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO property (name, value) VALUES ('pin-reset ' || ?, ?)"
                           " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                           "ss", courier_id, value)
         && put_settings (self, courier_id, name, error);
}

char *
ds_depot_reset_pin (DsDepot *self, const char *courier_id, GError **error)
{
  char pin[DS_PIN_DIGITS + 1] = "";

  g_return_val_if_fail (DS_IS_DEPOT (self), NULL);
  g_return_val_if_fail (courier_id != NULL, NULL);

  for (gsize i = 0; i < DS_PIN_DIGITS; i++)
    pin[i] = (char)('0' + ds_random_below (self->random, 10));
  if (!ds_depot_begin (self, error))
    return NULL;
  if (!put_pin_reset (self, courier_id, pin, error))
    {
      ds_depot_rollback (self);
      return NULL;
    }
  return ds_depot_commit (self, error) ? g_strdup (pin) : NULL;
}
