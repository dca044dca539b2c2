/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clerks' keys, and the chain of custody that they sign. */
#include "config.h"

#include "ds-depot-custody.h"
#include "ds-depot-private.h"

#include "ds-custody-chain.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-jws.h"

#include <string.h>

#define MAX_CLERK_ID_BYTES 16
#define MAX_NAME_BYTES 200

/* Keys */

static gboolean
check_clerk (const char *clerk_id, const char *name, GError **error)
{
  gsize n = strlen (clerk_id);
  gboolean good = n > 0 && n <= MAX_CLERK_ID_BYTES;

  for (gsize i = 0; i < n; i++)
    good = good && (g_ascii_isalnum (clerk_id[i]) || clerk_id[i] == '-');
  /* The box of floats stands beside the clerks' tills. */
  if (!good || strcmp (clerk_id, "float") == 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "A clerk's number has 1 to %d letters, digits or hyphens", MAX_CLERK_ID_BYTES);
      return FALSE;
    }
  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME_BYTES || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A clerk needs a name, as people know them");
      return FALSE;
    }
  return TRUE;
}

/* @key_id: (out) (transfer full) (nullable): the key in force. */
static gboolean
find_key (DsDepot *self, const char *clerk_id, char **key_id, GError **error)
{
  return ds_depot_sql_get_text (self->db, key_id, error,
                                "SELECT id FROM clerk_key WHERE clerk = ? AND revoked_at_ms = 0", "s",
                                clerk_id);
}

static json_t *
add_clerk (DsDepot *self, const char *clerk_id, const char *name, GError **error)
{
  g_autoptr (DsKey) key = NULL;
  g_autofree char *known = NULL;
  g_autofree char *key_id = NULL;
  g_autofree char *public_key = NULL;
  g_autofree char *pem = NULL;
  gint64 n_before;

  if (!check_clerk (clerk_id, name, error) || !find_key (self, clerk_id, &known, error)
      || !ds_depot_sql_get_int (self->db, &n_before, 0, error,
                                "SELECT count (*) FROM clerk_key WHERE clerk = ?", "s", clerk_id))
    return NULL;
  if (known != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                   "Clerk “%s” has a key in force: revoke it first, when another is to take its place",
                   clerk_id);
      return NULL;
    }
  key = ds_key_generate (error);
  pem = key != NULL ? ds_key_to_pem (key, error) : NULL;
  if (pem == NULL)
    return NULL;
  public_key = ds_key_get_public_hex (key);
  key_id = g_strdup_printf ("clerk:%s:%" G_GINT64_FORMAT, clerk_id, n_before + 1);
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO clerk_key (id, clerk, name, public_key, pem, made_at_ms)"
                           " VALUES (?, ?, ?, ?, ?, ?)",
                           "sssssi", key_id, clerk_id, name, public_key, pem, ds_depot_now_ms (self))
             ? json_pack ("{s:s, s:s, s:s, s:s}", "clerk", clerk_id, "name", name, "key", key_id,
                          "public_key", public_key)
             : NULL;
}

json_t *
ds_depot_add_clerk (DsDepot *self, const char *clerk_id, const char *name, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && clerk_id != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, add_clerk (self, clerk_id, name, error), error);
}

static gboolean
get_till (DsDepot *self, const char *clerk_id, gint64 *till_fen, GError **error)
{
  g_autofree char *till = g_strconcat ("till:", clerk_id, NULL);

  return ds_books_get_balance (self->db, till, till_fen, error);
}

static json_t *
revoke_clerk (DsDepot *self, const char *clerk_id, const char *reason, GError **error)
{
  g_autofree char *key_id = NULL;
  gint64 till_fen;

  if (!ds_depot_check_reason (reason, error) || !find_key (self, clerk_id, &key_id, error)
      || !get_till (self, clerk_id, &till_fen, error))
    return NULL;
  if (key_id == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "No clerk “%.40s” has a key in force", clerk_id);
      return NULL;
    }
  return ds_depot_sql_run (self->db, error, "UPDATE clerk_key SET revoked_at_ms = ?, reason = ? WHERE id = ?",
                           "iss", ds_depot_now_ms (self), reason, key_id)
             ? json_pack ("{s:s, s:s, s:I}", "clerk", clerk_id, "key", key_id, "till_fen",
                          (json_int_t)till_fen)
             : NULL;
}

json_t *
ds_depot_revoke_clerk (DsDepot *self, const char *clerk_id, const char *reason, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && clerk_id != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, revoke_clerk (self, clerk_id, reason, error), error);
}

static json_t *
list_keys (DsDepot *self, GError **error)
{
  g_autoptr (json_t) keys = json_array ();
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT clerk, name, id, public_key, made_at_ms, revoked_at_ms, reason,"
      " (SELECT coalesce (sum (amount_fen), 0) FROM booking WHERE account = 'till:' || clerk)"
      " FROM clerk_key ORDER BY clerk, made_at_ms, id",
      "");
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
      json_array_append_new (
          keys,
          json_pack ("{s:s, s:s, s:s, s:s, s:I, s:I, s:s*, s:I}", "clerk", ds_db_column_text (query, 0),
                     "name", ds_db_column_text (query, 1), "key", ds_db_column_text (query, 2), "public_key",
                     ds_db_column_text (query, 3), "made_at_ms", (json_int_t)ds_db_column_int (query, 4),
                     "revoked_at_ms", (json_int_t)ds_db_column_int (query, 5), "reason",
                     ds_db_column_text (query, 6), "till_fen", (json_int_t)ds_db_column_int (query, 7)));
    }
  return NULL;
}

json_t *
ds_depot_list_clerks (DsDepot *self, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  return list_keys (self, error);
}

/* Steps */

/* Returns: (transfer full): what whoever made the step is told. */
static json_t *
make_answer (json_t *step)
{
  static const char *const members[] = { "id", "seq", "kind", "clerk", "at_ms" };
  json_t *answer = json_copy (json_object_get (step, "data"));

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set (answer, members[i], json_object_get (step, members[i]));
  return answer;
}

static gboolean
load_signer (DsDepot *self, const char *clerk_id, char **key_id, DsKey **key, GError **error)
{
  g_autofree char *pem = NULL;

  if (!find_key (self, clerk_id, key_id, error))
    return FALSE;
  if (*key_id == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                   "No clerk “%.40s” has a key in force (clerk add makes one)", clerk_id);
      return FALSE;
    }
  if (!ds_depot_sql_get_text (self->db, &pem, error, "SELECT pem FROM clerk_key WHERE id = ?", "s", *key_id))
    return FALSE;
  *key = ds_key_new_from_pem (pem, error);
  return *key != NULL;
}

/* Where the chain ends. */
static gboolean
load_end (DsDepot *self, gint64 *seq, char **head, GError **error)
{
  if (!ds_depot_sql_get_int (self->db, seq, 0, error, "SELECT max (seq) FROM custody", "")
      || !ds_depot_sql_get_text (self->db, head, error, "SELECT hash FROM custody WHERE seq = ?", "i", *seq))
    return FALSE;
  if (*head == NULL)
    *head = g_strdup (DS_CUSTODY_GENESIS);
  return TRUE;
}

json_t *
ds_depot_append_custody (DsDepot *self, const DsCustodyDraft *draft, GError **error)
{
  g_autofree char *id = draft->id ? g_strdup (draft->id) : ds_id_new (self->clock, self->random);
  g_autofree char *key_id = NULL;
  g_autofree char *head = NULL;
  g_autofree char *line = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autoptr (json_t) step = NULL;
  gint64 seq;

  if (!ds_id_is_valid (id))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The id is no UUIDv7");
      return NULL;
    }
  if (!load_signer (self, draft->clerk_id, &key_id, &key, error) || !load_end (self, &seq, &head, error))
    return NULL;
  line = ds_custody_step_sign (key,
                               &(DsCustodyStep){ .seq = seq + 1,
                                                 .prev = head,
                                                 .id = id,
                                                 .at_ms = ds_depot_now_ms (self),
                                                 .kind = draft->kind,
                                                 .clerk_id = draft->clerk_id,
                                                 .key_id = key_id,
                                                 .data = draft->data },
                               error);
  if (line == NULL)
    return NULL;
  hash = ds_sm3_hex (line, strlen (line));
  if (!ds_depot_sql_run (self->db, error,
                         "INSERT INTO custody (seq, id, kind, subject, hash, line) VALUES (?, ?, ?, ?, ?, ?)",
                         "isssss", seq + 1, id, draft->kind, draft->subject, hash, line))
    return NULL;
  step = ds_custody_step_read (line, error);
  return step != NULL ? make_answer (step) : NULL;
}

static gboolean
answer_line (const char *line, json_t **answer, GError **error)
{
  g_autoptr (json_t) step = NULL;

  *answer = NULL;
  if (line == NULL)
    return TRUE;
  step = ds_custody_step_read (line, error);
  if (step != NULL)
    *answer = make_answer (step);
  return step != NULL;
}

gboolean
ds_depot_find_last_custody (DsDepot *self,
                            const char *subject,
                            const char *kind,
                            const char *other_kind,
                            json_t **answer,
                            GError **error)
{
  g_autofree char *line = NULL;

  return ds_depot_sql_get_text (self->db, &line, error,
                                "SELECT line FROM custody WHERE subject = ? AND kind IN (?, ?)"
                                " ORDER BY seq DESC LIMIT 1",
                                "sss", subject, kind, other_kind)
         && answer_line (line, answer, error);
}

gboolean
ds_depot_find_same_custody (DsDepot *self, const DsCustodyDraft *draft, json_t **answer, GError **error)
{
  g_autofree char *line = NULL;
  const char *member;
  json_t *value;

  *answer = NULL;
  if (draft->id == NULL)
    {
      if (!ds_depot_find_last_custody (self, draft->subject, draft->kind, draft->kind, answer, error))
        return FALSE;
    }
  else if (!ds_depot_sql_get_text (self->db, &line, error, "SELECT line FROM custody WHERE id = ?", "s",
                                   draft->id)
           || !answer_line (line, answer, error))
    return FALSE;
  if (*answer == NULL)
    return TRUE;
  json_object_foreach (draft->data, member, value)
  {
    if (json_equal (json_object_get (*answer, member), value))
      continue;
    g_clear_pointer (answer, json_decref);
    g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                 "“%s” was signed before with another “%s”: what is signed stays", draft->subject, member);
    return FALSE;
  }
  return TRUE;
}

/* The file */

static json_t *
list_devices (DsDepot *self, GError **error)
{
  g_autoptr (json_t) devices = json_array ();
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT id, courier, public_key FROM device WHERE id IN"
                                       " (SELECT device FROM shift JOIN custody ON subject = shift.id)"
                                       " ORDER BY id",
                                       "");
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&devices);
        }
      json_array_append_new (devices, json_pack ("{s:s, s:s, s:s}", "device", ds_db_column_text (query, 0),
                                                 "courier", ds_db_column_text (query, 1), "public_key",
                                                 ds_db_column_text (query, 2)));
    }
  return NULL;
}

/* Returns: (transfer full) (nullable): the depot's word for the keys and for the end of the chain. */
static char *
certify (DsDepot *self, GError **error)
{
  g_autoptr (json_t) clerks = list_keys (self, error);
  g_autoptr (json_t) devices = clerks ? list_devices (self, error) : NULL;
  g_autoptr (json_t) payload = NULL;
  g_autofree char *head = NULL;
  g_autofree char *line = NULL;
  json_t *clerk;
  gint64 seq;
  gsize i;

  if (devices == NULL || !load_end (self, &seq, &head, error))
    return NULL;
  /* The till is no part of whose key it is. */
  json_array_foreach (clerks, i, clerk) json_object_del (clerk, "till_fen");
  payload = json_pack ("{s:I, s:I, s:s, s:O, s:O}", "at_ms", (json_int_t)ds_depot_now_ms (self), "steps",
                       (json_int_t)seq, "head", head, "clerks", clerks, "devices", devices);
  line = ds_json_to_line (payload);
  return ds_jws_sign (self->key, "depot", line, strlen (line), error);
}

static gboolean
append_steps (DsDepot *self, GString *file, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error, "SELECT line FROM custody ORDER BY seq", "");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gboolean row = TRUE;

  if (query == NULL)
    return FALSE;
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
      g_autoptr (json_t) step = ds_custody_step_read (line, error);
      const char *hash
          = json_string_value (json_object_get (json_object_get (step, "data"), "courier_entry"));
      g_autofree char *entry = NULL;

      if (step == NULL
          || (hash != NULL
              && !ds_depot_sql_get_text (self->db, &entry, error,
                                         "SELECT line FROM entry WHERE hash = ? AND type = 'shift.closed'",
                                         "s", hash)))
        return FALSE;
      if (entry != NULL)
        g_string_append_printf (file, "%s\n", entry);
      g_string_append_printf (file, "%s\n", line);
    }
  return TRUE;
}

GBytes *
ds_depot_load_custody (DsDepot *self, GError **error)
{
  g_autofree char *certificate = NULL;
  GString *file;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  certificate = certify (self, error);
  if (certificate == NULL)
    return NULL;
  file = g_string_new (certificate);
  g_string_append_c (file, '\n');
  if (append_steps (self, file, error))
    return g_string_free_to_bytes (file);
  g_string_free (file, TRUE);
  return NULL;
}

json_t *
ds_depot_verify_custody (DsDepot *self, GError **error)
{
  g_autoptr (GBytes) file = ds_depot_load_custody (self, error);

  return file != NULL ? ds_custody_chain_verify (file, self->key, error) : NULL;
}
