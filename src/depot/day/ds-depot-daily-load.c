/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Daily files from the operators, and those that were taken in. */
#include "config.h"

#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"

#include "ds-day.h"
#include "ds-error.h"

/* From the operators */

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDepot *self = g_task_get_source_object (task);
  const char *day = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *lines = ds_operator_load_file_finish (DS_OPERATOR (source), result, &error);
  DsDailyFile *file = lines ? ds_daily_file_new (ds_operator_get_id (DS_OPERATOR (source)),
                                                 ds_depot_get_payee_id (self), day, lines, &error)
                            : NULL;

  if (file != NULL)
    g_task_return_pointer (task, file, (GDestroyNotify)ds_daily_file_free);
  else
    g_task_return_error (task, error);
}

/* Gives a #DsDailyFile. */
static void
load_async (DsDepot *self,
            const char *operator_id,
            const char *day,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  DsOperator *op = ds_depot_find_operator (self, operator_id);
  GError *error = NULL;
  gint64 from_ms;

  g_task_set_name (task, "[doorstep] load a daily file");
  g_task_set_task_data (task, g_strdup (day), g_free);
  if (op == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no operator “%.40s”", operator_id);
  else if (!ds_day_parse (day, &from_ms, &error))
    g_task_return_error (task, error);
  else
    ds_operator_load_file_async (op, ds_depot_get_payee_id (self), from_ms, from_ms + DS_DAY_MS, cancellable,
                                 did_load, g_steal_pointer (&task));
}

static void
did_load_text (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (DsDailyFile) file = g_task_propagate_pointer (G_TASK (result), &error);

  if (file != NULL)
    g_task_return_pointer (task, ds_daily_file_to_text (file), (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
ds_depot_load_daily_file_async (DsDepot *self,
                                const char *operator_id,
                                const char *day,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (DS_IS_DEPOT (self) && operator_id != NULL && day != NULL);

  load_async (self, operator_id, day, cancellable, did_load_text,
              g_task_new (self, cancellable, callback, user_data));
}

GBytes *
ds_depot_load_daily_file_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Reconciling, one operator after another. */
typedef struct
{
  char *day;
  GPtrArray *operators; /* (element-type utf8): still to come */
  json_t *answers;
} Reconciling;

static void
reconciling_free (gpointer data)
{
  Reconciling *self = data;

  g_free (self->day);
  g_ptr_array_unref (self->operators);
  json_decref (self->answers);
  g_free (self);
}

static void reconcile_next (GTask *task);

static void
did_load_for_task (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reconciling *reconciling = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (DsDailyFile) file = g_task_propagate_pointer (G_TASK (result), &error);
  json_t *answer
      = file ? ds_depot_reconcile_parsed (DS_DEPOT (source), file, reconciling->day, &error) : NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  json_array_append_new (reconciling->answers, answer);
  reconcile_next (g_steal_pointer (&task));
}

static void
reconcile_next (GTask *task_)
{
  g_autoptr (GTask) task = task_;
  DsDepot *self = g_task_get_source_object (task);
  Reconciling *reconciling = g_task_get_task_data (task);
  g_autofree char *operator_id = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (reconciling->operators->len == 0)
    {
      g_task_return_pointer (task, json_incref (reconciling->answers), (GDestroyNotify)json_decref);
      return;
    }
  operator_id = g_ptr_array_steal_index (reconciling->operators, 0);
  load_async (self, operator_id, reconciling->day, self->closing, did_load_for_task, g_steal_pointer (&task));
}

void
ds_depot_reconcile_async (DsDepot *self,
                          const char *operator_id,
                          const char *day,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Reconciling *reconciling = g_new0 (Reconciling, 1);

  g_return_if_fail (DS_IS_DEPOT (self) && day != NULL);

  g_task_set_name (task, "[doorstep] reconcile a day");
  reconciling->day = g_strdup (day);
  reconciling->answers = json_array ();
  reconciling->operators = g_ptr_array_new_with_free_func (g_free);
  if (operator_id != NULL)
    g_ptr_array_add (reconciling->operators, g_strdup (operator_id));
  for (guint i = 0; operator_id == NULL && i < self->operators->len; i++)
    g_ptr_array_add (reconciling->operators,
                     g_strdup (ds_operator_get_id (g_ptr_array_index (self->operators, i))));
  g_task_set_task_data (task, reconciling, reconciling_free);
  reconcile_next (g_steal_pointer (&task));
}

json_t *
ds_depot_reconcile_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Listing */

json_t *
ds_depot_list_daily_files (DsDepot *self, GError **error)
{
  g_autoptr (json_t) files = json_array ();
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = ds_depot_sql_query (self->db, error,
                              "SELECT operator, day, n_lines, credits_fen, refunds_fen, sm3, taken_at_ms,"
                              " (SELECT count (*) FROM settlement AS s WHERE s.operator = "
                              "daily_file.operator AND s.day = daily_file.day),"
                              " (SELECT coalesce (sum (amount_fen), 0) FROM settlement AS s"
                              "  WHERE s.operator = daily_file.operator AND s.day = daily_file.day)"
                              " FROM daily_file ORDER BY day DESC, operator",
                              "");
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&files);
        }
      json_array_append_new (
          files, json_pack ("{s:s, s:s, s:I, s:I, s:I, s:s, s:I, s:I, s:I}", "operator",
                            ds_db_column_text (query, 0), "day", ds_db_column_text (query, 1), "lines",
                            (json_int_t)ds_db_column_int (query, 2), "credits_fen",
                            (json_int_t)ds_db_column_int (query, 3), "refunds_fen",
                            (json_int_t)ds_db_column_int (query, 4), "sm3", ds_db_column_text (query, 5),
                            "taken_at_ms", (json_int_t)ds_db_column_int (query, 6), "settled",
                            (json_int_t)ds_db_column_int (query, 7), "settled_fen",
                            (json_int_t)ds_db_column_int (query, 8)));
    }
  return NULL;
}
