/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-accounts.h"

#include "ds-depot-private.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-password.h"

#include <string.h>

/* Letters and digits that nobody takes for another when they read them out. */
#define FIRST_PASSWORD_LETTERS "abcdefghjkmnpqrstuvwxyz23456789"
#define FIRST_PASSWORD_LENGTH 12

#define MAX_DETAIL_BYTES 2000

#define WRONG "The number or the password is wrong"

const char *
ds_account_role_to_name (DsAccountRole role)
{
  return role == DS_ACCOUNT_ROLE_AUDITOR ? "auditor" : "clerk";
}

gboolean
ds_account_role_from_name (const char *name, DsAccountRole *role)
{
  *role = g_strcmp0 (name, "auditor") == 0 ? DS_ACCOUNT_ROLE_AUDITOR : DS_ACCOUNT_ROLE_CLERK;
  return g_strcmp0 (name, ds_account_role_to_name (*role)) == 0;
}

void
ds_account_free (DsAccount *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

/* Who there is */

static gboolean
is_name (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > DS_ACCOUNT_MAX_NAME_BYTES
      || !g_utf8_validate (name, -1, NULL) || g_ascii_isspace (name[0])
      || g_ascii_isspace (name[strlen (name) - 1]))
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (!g_unichar_isprint (g_utf8_get_char (at)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_id (const char *id)
{
  gsize n = strlen (id);

  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isalnum (id[i]) && id[i] != '-')
        return FALSE;
    }
  return n > 0 && n <= DS_ACCOUNT_MAX_ID_BYTES;
}

static gboolean
refuse_id (const char *id, GError **error)
{
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
               "Nobody signs in to the desk as “%.*s”; desk list shows all",
               ds_utf8_cut (id, DS_ACCOUNT_MAX_ID_BYTES), id);
  return FALSE;
}

static char *
make_first_password (DsDepot *self)
{
  GString *password = g_string_new (NULL);

  for (guint i = 0; i < FIRST_PASSWORD_LENGTH; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (password, '-');
      g_string_append_c (
          password, FIRST_PASSWORD_LETTERS[ds_random_below (self->random, strlen (FIRST_PASSWORD_LETTERS))]);
    }
  return g_string_free (password, FALSE);
}

static gboolean
check_new (DsDepot *self, const char *id, const char *name, GError **error)
{
  gint64 n_known;

  if (!is_id (id))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "A clerk's number has 1 to %d letters, digits or hyphens", DS_ACCOUNT_MAX_ID_BYTES);
      return FALSE;
    }
  if (!is_name (name))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "A clerk's name has 1 to %d bytes, without blanks around it", DS_ACCOUNT_MAX_NAME_BYTES);
      return FALSE;
    }
  if (!ds_depot_sql_get_int (self->db, &n_known, 0, error, "SELECT count (*) FROM account WHERE id = ?", "s",
                             id))
    return FALSE;
  if (n_known > 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                         "Somebody signs in with that number: desk reset makes a new password");
  return n_known == 0;
}

char *
ds_depot_add_account (DsDepot *self, const char *id, const char *name, DsAccountRole role, GError **error)
{
  g_autofree char *password = NULL;
  g_autofree char *record = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, NULL);

  if (!check_new (self, id, name, error))
    return NULL;
  password = make_first_password (self);
  record = ds_password_make_record (password, error);
  if (record == NULL
      || !ds_depot_sql_run (self->db, error,
                            "INSERT INTO account (id, name, role, record, must_change, generation,"
                            " removed_at_ms) VALUES (?, ?, ?, ?, 1, 1, 0)",
                            "ssss", id, name, ds_account_role_to_name (role), record))
    return NULL;
  return g_steal_pointer (&password);
}

static gboolean
did_change_one (DsDepot *self, const char *id, GError **error)
{
  return sqlite3_changes (ds_db_get_handle (self->db)) > 0 || refuse_id (id, error);
}

char *
ds_depot_reset_account (DsDepot *self, const char *id, GError **error)
{
  g_autofree char *password = NULL;
  g_autofree char *record = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, NULL);

  password = make_first_password (self);
  record = ds_password_make_record (password, error);
  if (record == NULL
      || !ds_depot_sql_run (self->db, error,
                            "UPDATE account SET record = ?, must_change = 1, generation = generation + 1,"
                            " removed_at_ms = 0, failures = 0 WHERE id = ?",
                            "ss", record, id)
      || !did_change_one (self, id, error))
    return NULL;
  return g_steal_pointer (&password);
}

gboolean
ds_depot_remove_account (DsDepot *self, const char *id, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, FALSE);

  return ds_depot_sql_run (self->db, error,
                           "UPDATE account SET removed_at_ms = ?, generation = generation + 1 WHERE id = ?"
                           " AND removed_at_ms = 0",
                           "is", ds_depot_now_ms (self), id)
         && did_change_one (self, id, error);
}

json_t *
ds_depot_list_accounts (DsDepot *self, GError **error)
{
  g_autoptr (json_t) accounts = json_array ();
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = ds_depot_sql_query (
      self->db, error, "SELECT id, name, role, must_change, removed_at_ms FROM account ORDER BY id", "");
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&accounts);
        }
      json_array_append_new (
          accounts, json_pack ("{s:s, s:s, s:s, s:b, s:I}", "account", ds_db_column_text (query, 0), "name",
                               ds_db_column_text (query, 1), "role", ds_db_column_text (query, 2),
                               "must_change", ds_db_column_int (query, 3) != 0, "removed_at_ms",
                               (json_int_t)ds_db_column_int (query, 4)));
    }
  return NULL;
}

/* @record: (out) (optional) (transfer full): what the password is checked with */
static gboolean
load_account (DsDepot *self, const char *id, DsAccount **account, char **record, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT name, role, must_change, generation, record, failures,"
                                       " failed_at_ms FROM account"
                                       " WHERE id = ? AND removed_at_ms = 0",
                                       "s", id);
  gboolean row;

  *account = NULL;
  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      *account = g_new0 (DsAccount, 1);
      (*account)->id = g_strdup (id);
      (*account)->name = g_strdup (ds_db_column_text (query, 0));
      ds_account_role_from_name (ds_db_column_text (query, 1), &(*account)->role);
      (*account)->must_change = ds_db_column_int (query, 2) != 0;
      (*account)->generation = ds_db_column_int (query, 3);
      (*account)->n_failures = ds_db_column_int (query, 5);
      (*account)->failure_age_ms = ds_depot_now_ms (self) - ds_db_column_int (query, 6);
      if (record != NULL)
        *record = g_strdup (ds_db_column_text (query, 4));
    }
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_depot_load_account (DsDepot *self, const char *id, DsAccount **account, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, FALSE);

  return load_account (self, id, account, NULL, error);
}

gboolean
ds_depot_note_failure (DsDepot *self, const char *id, gint64 forget_ms, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, FALSE);

  return ds_depot_sql_run (self->db, error,
                           "UPDATE account SET failures = iif (failed_at_ms < ?1 - ?2, 0, failures) + 1,"
                           " failed_at_ms = ?1 WHERE id = ?3 AND removed_at_ms = 0",
                           "iis", ds_depot_now_ms (self), forget_ms, id);
}

gboolean
ds_depot_forget_failures (DsDepot *self, const char *id, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL, FALSE);

  return ds_depot_sql_run (self->db, error, "UPDATE account SET failures = 0 WHERE id = ?", "s", id);
}

char *
ds_depot_load_desk_secret (DsDepot *self, GError **error)
{
  guint8 bytes[DS_SM3_SIZE];
  g_autofree char *fresh = NULL;
  char *secret;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  ds_random_fill (self->random, bytes, sizeof bytes);
  fresh = ds_hex_encode (bytes, sizeof bytes);
  if (!ds_depot_sql_run (
          self->db, error,
          "INSERT INTO property (name, value) VALUES ('desk-secret', ?) ON CONFLICT DO NOTHING", "s", fresh)
      || !ds_depot_sql_get_text (self->db, &secret, error,
                                 "SELECT value FROM property WHERE name = 'desk-secret'", ""))
    return NULL;
  return secret;
}

/* Passwords: what takes long is on a thread, what needs the database is here. */

typedef struct
{
  DsAccount *account; /* (nullable): nobody has that number */
  char *record;       /* (nullable) */
  char *password;     /* what was typed */
  char *new_password; /* (nullable): what is to be instead */
  char *new_record;   /* (nullable) */
  gboolean matches;
} Check;

static void
wipe (char *secret)
{
  if (secret != NULL)
    memset (secret, 0, strlen (secret));
  g_free (secret);
}

static void
check_free (gpointer data)
{
  Check *self = data;

  g_clear_pointer (&self->account, ds_account_free);
  g_free (self->record);
  g_free (self->new_record);
  wipe (self->password);
  wipe (self->new_password);
  g_free (self);
}

static void
check_on_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Check *check = task_data;
  g_autofree char *burnt = NULL;
  GError *error = NULL;

  if (check->record == NULL)
    burnt = ds_password_make_record (check->password, &error); /* so that a wrong number takes as long */
  else if (ds_password_check (check->record, check->password, &check->matches, &error) && check->matches
           && check->new_password != NULL)
    check->new_record = ds_password_make_record (check->new_password, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static DsAccount *
keep_new_record (DsDepot *self, Check *check, GError **error)
{
  DsAccount *account = NULL;

  /* Only over the record that was checked: somebody may have reset it in the meantime. */
  if (!ds_depot_sql_run (self->db, error,
                         "UPDATE account SET record = ?, must_change = 0, generation = generation + 1"
                         " WHERE id = ? AND record = ? AND removed_at_ms = 0",
                         "sss", check->new_record, check->account->id, check->record)
      || !did_change_one (self, check->account->id, error)
      || !load_account (self, check->account->id, &account, NULL, error))
    return NULL;
  return account;
}

static void
did_think (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDepot *self = g_task_get_source_object (task);
  Check *check = g_task_get_task_data (G_TASK (result));
  DsAccount *account = NULL;
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    ;
  else if (check->account == NULL || !check->matches)
    g_set_error_literal (&error, DS_ERROR, DS_ERROR_REFUSED, WRONG);
  else if (check->new_record != NULL)
    account = keep_new_record (self, check, &error);
  else
    account = g_steal_pointer (&check->account);
  if (account != NULL)
    g_task_return_pointer (task, account, (GDestroyNotify)ds_account_free);
  else
    g_task_return_error (task, error);
}

/* Begins a check. The thread holds nothing of the depot. @task is (transfer full). */
static void
begin_check (GTask *task_, const char *id, const char *password, const char *new_password)
{
  g_autoptr (GTask) task = task_;
  g_autoptr (GTask) thinking = g_task_new (NULL, NULL, did_think, g_object_ref (task));
  DsDepot *self = g_task_get_source_object (task);
  Check *check = g_new0 (Check, 1);
  GError *error = NULL;

  g_task_set_name (thinking, "[doorstep] think about a password");
  g_task_set_task_data (thinking, check, check_free);
  check->password = g_strdup (password);
  check->new_password = g_strdup (new_password);
  if (strlen (password) > DS_ACCOUNT_MAX_PASSWORD_BYTES)
    g_task_return_new_error (thinking, DS_ERROR, DS_ERROR_REFUSED, WRONG);
  else if (!load_account (self, id, &check->account, &check->record, &error))
    g_task_return_error (thinking, error);
  else
    g_task_run_in_thread (thinking, check_on_thread);
}

void
ds_depot_check_account_async (DsDepot *self,
                              const char *id,
                              const char *password,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL && id != NULL && password != NULL);

  task = g_task_new (self, self->closing, callback, user_data);
  g_task_set_name (task, "[doorstep] check a clerk's password");
  begin_check (task, id, password, NULL);
}

DsAccount *
ds_depot_check_account_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_good_password (const char *id, const char *old, const char *password)
{
  g_autofree char *folded_id = g_utf8_casefold (id, -1);
  g_autofree char *folded = NULL;

  if (!g_utf8_validate (password, -1, NULL) || strlen (password) > DS_ACCOUNT_MAX_PASSWORD_BYTES
      || g_utf8_strlen (password, -1) < DS_ACCOUNT_MIN_PASSWORD || g_str_equal (old, password))
    return FALSE;
  folded = g_utf8_casefold (password, -1);
  return strstr (folded, folded_id) == NULL;
}

void
ds_depot_choose_password_async (DsDepot *self,
                                const char *id,
                                const char *old,
                                const char *password,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL);
  g_return_if_fail (id != NULL && old != NULL && password != NULL);

  task = g_task_new (self, self->closing, callback, user_data);
  g_task_set_name (task, "[doorstep] choose a clerk's password");
  if (is_good_password (id, old, password))
    {
      begin_check (task, id, old, password);
      return;
    }
  g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "The new password is too easy");
  g_object_unref (task);
}

DsAccount *
ds_depot_choose_password_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Acts */

void
ds_depot_set_act (DsDepot *self, const DsClerkAct *act)
{
  g_return_if_fail (DS_IS_DEPOT (self));

  self->act = act;
}

gboolean
ds_depot_write_act (DsDepot *self, const DsClerkAct *act, GError **error)
{
  g_autofree char *detail = g_strndup (act->detail, (gsize)ds_utf8_cut (act->detail, MAX_DETAIL_BYTES));

  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO desk_act (at_ms, clerk, act, subject, detail) VALUES (?, ?, ?, ?, ?)",
                           "issss", ds_depot_now_ms (self), act->clerk, act->act, act->subject, detail);
}

gboolean
ds_depot_note_act (DsDepot *self, const DsClerkAct *act, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && act != NULL, FALSE);

  return ds_depot_write_act (self, act, error);
}

json_t *
ds_depot_list_acts (DsDepot *self, const char *subject, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (json_t) acts = json_array ();
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = subject != NULL
              ? ds_depot_sql_query (self->db, error,
                                    "SELECT number, at_ms, clerk, act, subject, detail FROM desk_act"
                                    " WHERE subject = ? ORDER BY number DESC LIMIT ? OFFSET ?",
                                    "sii", subject, limit, offset)
              : ds_depot_sql_query (self->db, error,
                                    "SELECT number, at_ms, clerk, act, subject, detail FROM desk_act"
                                    " ORDER BY number DESC LIMIT ? OFFSET ?",
                                    "ii", limit, offset);
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&acts);
        }
      json_array_append_new (
          acts,
          json_pack ("{s:I, s:I, s:s, s:s, s:s, s:s}", "number", (json_int_t)ds_db_column_int (query, 0),
                     "at_ms", (json_int_t)ds_db_column_int (query, 1), "clerk", ds_db_column_text (query, 2),
                     "act", ds_db_column_text (query, 3), "subject", ds_db_column_text (query, 4), "detail",
                     ds_db_column_text (query, 5)));
    }
  return NULL;
}
