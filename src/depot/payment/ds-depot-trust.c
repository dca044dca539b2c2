/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which operators handhelds may trust: a list with their keys, signed by the depot, in every feed. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"

/* Handhelds refuse vouchers on a list older than their limit (a week): one that is online has a fresh one. */
#define TRUST_REFRESH_MS (12 * G_GINT64_CONSTANT (3600000))
#define TRUST_KEY_LIFE_MS (366 * G_GINT64_CONSTANT (86400000))
/* What an operator certified with its former key, wallets above all, is good for so long after it took another. */
#define OPERATOR_OVERLAP_MS (90 * G_GINT64_CONSTANT (86400000))
#define LEEWAY_MS G_GINT64_CONSTANT (86400000)
/* Of one operator: as many as the list may have. */
#define MAX_LISTED_KEYS 8

/* Operators' keys */

/* An operator's key that was not seen before begins now, and the one before it ends after a while. */
static gboolean
note_key (DsDepot *self, DsOperator *op, GError **error)
{
  const char *id = ds_operator_get_id (op);
  g_autofree char *key = ds_key_get_public_hex (ds_operator_get_key (op));
  gint64 now_ms = ds_depot_now_ms (self);
  gint64 n_known;

  if (!ds_depot_sql_get_int (self->db, &n_known, 0, error,
                             "SELECT count (*) FROM operator_key WHERE operator = ? AND public_key = ?", "ss",
                             id, key))
    return FALSE;
  if (n_known > 0)
    return TRUE;
  return ds_depot_sql_run (self->db, error,
                           "UPDATE operator_key SET until_ms = min (until_ms, ?) WHERE operator = ?", "is",
                           now_ms + OPERATOR_OVERLAP_MS, id)
         /* The first may have signed before this depot knew it; its clock may be somewhat behind. */
         && ds_depot_sql_run (
             self->db, error,
             "INSERT INTO operator_key (operator, public_key, from_ms, until_ms) VALUES (?1, ?2,"
             " iif (EXISTS (SELECT 1 FROM operator_key WHERE operator = ?1), ?3, 0), ?4)",
             "ssii", id, key, now_ms - LEEWAY_MS, G_MAXINT64);
}

static gboolean
note_keys (DsDepot *self, GError **error)
{
  if (!ds_depot_begin (self, error))
    return FALSE;
  for (guint i = 0; i < self->operators->len; i++)
    {
      if (!note_key (self, g_ptr_array_index (self->operators, i), error))
        {
          ds_depot_rollback (self);
          return FALSE;
        }
    }
  return ds_depot_commit (self, error);
}

/* Returns: (transfer full) (nullable): the keys of an operator, the newest first. */
static json_t *
list_keys (DsDepot *self, DsOperator *op, gint64 now_ms, GError **error)
{
  g_autoptr (json_t) keys = json_array ();
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT public_key, from_ms, min (until_ms, ?), revoked FROM operator_key"
      " WHERE operator = ? ORDER BY from_ms DESC LIMIT ?",
      "isi", now_ms + TRUST_KEY_LIFE_MS, ds_operator_get_id (op), (gint64)MAX_LISTED_KEYS);
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&keys);
        }
      json_array_append_new (keys,
                             json_pack ("{s:s, s:I, s:I, s:b}", "public_key", ds_db_column_text (query, 0),
                                        "not_before_ms", (json_int_t)ds_db_column_int (query, 1),
                                        "not_after_ms", (json_int_t)ds_db_column_int (query, 2), "revoked",
                                        ds_db_column_int (query, 3) != 0));
    }
  return NULL;
}

static json_t *
list_operators (DsDepot *self, gint64 now_ms, GError **error)
{
  g_autoptr (json_t) operators = json_array ();

  for (guint i = 0; i < self->operators->len; i++)
    {
      DsOperator *op = g_ptr_array_index (self->operators, i);
      json_t *keys = list_keys (self, op, now_ms, error);

      if (keys == NULL)
        return NULL;
      json_array_append_new (operators, json_pack ("{s:s, s:s, s:o}", "id", ds_operator_get_id (op), "name",
                                                   ds_operator_get_name (op), "keys", keys));
    }
  return g_steal_pointer (&operators);
}

static gboolean
check_changed (DsDepot *self, const char *operator_id, GError **error)
{
  if (sqlite3_changes (ds_db_get_handle (self->db)) > 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "Operator “%.*s” has no such key: “keys” lists them",
               ds_utf8_cut (operator_id, 8), operator_id);
  return FALSE;
}

gboolean
ds_depot_revoke_operator_key (DsDepot *self, const char *operator_id, const char *public_key, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, FALSE);
  g_return_val_if_fail (operator_id != NULL && public_key != NULL, FALSE);

  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!ds_depot_sql_run (self->db, error,
                         "UPDATE operator_key SET revoked = 1 WHERE operator = ? AND public_key = ?", "ss",
                         operator_id, public_key)
      || !check_changed (self, operator_id, error)
      || !ds_depot_sql_run (self->db, error, "DELETE FROM property WHERE name = 'trust-operators'", ""))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error) && ds_depot_refresh_trust (self, error);
}

json_t *
ds_depot_list_operator_keys (DsDepot *self, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  return ds_depot_refresh_trust (self, error) ? list_operators (self, ds_depot_now_ms (self), error) : NULL;
}

/* The list */

static gboolean
load_trust (DsDepot *self, GError **error)
{
  g_autofree char *jws = NULL;

  if (!ds_depot_sql_get_text (self->db, &jws, error, "SELECT value FROM property WHERE name = 'trust'", ""))
    return FALSE;
  g_clear_pointer (&self->trust, ds_trust_list_unref);
  if (jws != NULL)
    self->trust = ds_trust_list_new_from_jws (jws, ds_depot_find_key (self, jws), error);
  return jws == NULL || self->trust != NULL;
}

/* Returns: (transfer full): who the operators are and their keys, to notice a change. */
static char *
describe_operators (DsDepot *self)
{
  GString *text = g_string_new (NULL);

  /* And by whom it is signed. */
  if (self->key_number > 1)
    g_string_append_printf (text, "key %" G_GINT64_FORMAT "\n", self->key_number);
  for (guint i = 0; i < self->operators->len; i++)
    {
      DsOperator *op = g_ptr_array_index (self->operators, i);
      g_autofree char *key = ds_key_get_public_hex (ds_operator_get_key (op));

      g_string_append_printf (text, "%s %s %s\n", ds_operator_get_id (op), key, ds_operator_get_name (op));
    }
  return g_string_free (text, FALSE);
}

static gboolean
check_fresh (DsDepot *self, const char *operators, gboolean *fresh, GError **error)
{
  g_autofree char *known = NULL;

  if (!ds_depot_sql_get_text (self->db, &known, error,
                              "SELECT value FROM property WHERE name = 'trust-operators'", ""))
    return FALSE;
  *fresh = self->trust != NULL && g_strcmp0 (known, operators) == 0
           && ds_depot_now_ms (self) - ds_trust_list_get_issued_at_ms (self->trust) <= TRUST_REFRESH_MS;
  return TRUE;
}

gboolean
ds_depot_put_trust (DsDepot *self, const char *courier_id, const char *courier_name, GError **error)
{
  g_autofree char *jws = NULL;

  return ds_depot_sql_get_text (self->db, &jws, error, "SELECT value FROM property WHERE name = 'trust'", "")
         && ds_feed_put (self->feed, courier_id, "operators", "", ds_depot_now_ms (self),
                         json_pack ("{s:s}", "jws", jws), error);
}

static gboolean
put_new_trust (DsDepot *self, const char *jws, const char *operators, GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO property (name, value) VALUES ('trust', ?)"
                           " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                           "s", jws)
         && ds_depot_sql_run (self->db, error,
                              "INSERT INTO property (name, value) VALUES ('trust-operators', ?)"
                              " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                              "s", operators)
         && ds_depot_put_for_all (self, ds_depot_put_trust, error);
}

static gboolean
issue_trust (DsDepot *self, const char *operators, GError **error)
{
  gint64 now_ms = ds_depot_now_ms (self);
  g_autofree char *jws = NULL;
  g_autoptr (json_t) payload = NULL;
  json_t *list = list_operators (self, now_ms, error);

  if (list == NULL)
    return FALSE;
  payload = json_pack ("{s:I, s:I, s:o}", "version",
                       (json_int_t)(self->trust ? ds_trust_list_get_version (self->trust) + 1 : 1),
                       "issued_at_ms", (json_int_t)now_ms, "operators", list);
  /* Not there otherwise: handhelds from before there was practice take no list with a member they do not know. */
  if (ds_depot_get_practice (self))
    json_object_set_new (payload, "practice", json_true ());
  jws = ds_trust_list_sign (payload, self->key, error);
  if (jws == NULL || !ds_depot_begin (self, error))
    return FALSE;
  if (!put_new_trust (self, jws, operators, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error) && load_trust (self, error);
}

gboolean
ds_depot_refresh_trust (DsDepot *self, GError **error)
{
  g_autofree char *operators = NULL;
  gboolean fresh;

  ds_depot_choose_key (self);
  operators = describe_operators (self);
  if (!load_trust (self, error) || !check_fresh (self, operators, &fresh, error))
    return FALSE;
  return fresh || (note_keys (self, error) && issue_trust (self, operators, error));
}
