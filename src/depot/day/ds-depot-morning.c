/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-morning.h"

#include "ds-depot-cutoff.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"

#include "ds-day.h"
#include "ds-error.h"

#include <string.h>

/* @next_ms: the day under way; @end_ms: the end of the last one
 * @n_asked: how many operators' files of it were seen to
 * @fails: one of them did not come */
typedef struct
{
  gint64 next_ms;
  gint64 end_ms;
  guint n_asked;
  gboolean fails;
  json_t *days;
} Morning;

static void
morning_free (gpointer data)
{
  Morning *self = data;

  json_decref (self->days);
  g_free (self);
}

static void go_on (GTask *task);

/* Days */

static json_t *
get_day (const Morning *self)
{
  return json_array_get (self->days, json_array_size (self->days) - 1);
}

static void
begin_day (Morning *self)
{
  char day[DS_DAY_SIZE];

  json_array_append_new (self->days,
                         json_pack ("{s:s, s:[]}", "day", ds_day_format (self->next_ms, day), "operators"));
  self->n_asked = 0;
  self->fails = FALSE;
}

/* Returns: whether the day is closed: else the next one cannot be. */
static gboolean
end_day (DsDepot *self, Morning *morning)
{
  g_autoptr (GError) error = NULL;
  json_t *day = get_day (morning);
  json_t *record = NULL;

  if (!morning->fails)
    record = ds_depot_cut_off (self, json_string_value (json_object_get (day, "day")), &error);
  if (record != NULL)
    json_object_set_new (day, "cut_off", record);
  else
    json_object_set_new (day, "error",
                         json_string (error != NULL ? error->message : "an operator's file is missing"));
  morning->next_ms += DS_DAY_MS;
  return record != NULL;
}

/* @start_ms: (out): the first day that is to be closed */
static gboolean
find_start (DsDepot *self, gint64 last_ms, gint64 *start_ms, GError **error)
{
  g_autofree char *closed = NULL;
  g_autofree char *first = NULL;
  gint64 from_ms;

  if (!ds_depot_sql_get_text (self->db, &closed, error, "SELECT max (day) FROM cut_off", "")
      || !ds_depot_sql_get_text (self->db, &first, error,
                                 "SELECT min (day) FROM (SELECT max (day) AS day FROM daily_file"
                                 " GROUP BY operator)",
                                 ""))
    return FALSE;
  *start_ms = last_ms;
  if (closed == NULL && first == NULL)
    return TRUE;
  if (!ds_day_parse (closed != NULL ? closed : first, &from_ms, error))
    return FALSE;
  /* Where files were taken and nothing closed, it begins with the last day of which all operators may have given one. */
  *start_ms = closed != NULL ? from_ms + DS_DAY_MS : MIN (from_ms, last_ms);
  return TRUE;
}

static gboolean
find_last (DsDepot *self, const char *day, gint64 *last_ms, GError **error)
{
  char yesterday[DS_DAY_SIZE];

  if (!ds_day_parse (day != NULL ? day : ds_day_format (ds_depot_now_ms (self) - DS_DAY_MS, yesterday),
                     last_ms, error))
    return FALSE;
  if (*last_ms + DS_DAY_MS <= ds_depot_now_ms (self))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE, "%s is not over: it can be closed after midnight in China",
               day);
  return FALSE;
}

/* Operators */

static void
did_reconcile (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDepot *self = DS_DEPOT (source);
  Morning *morning = g_task_get_task_data (task);
  const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, morning->n_asked));
  json_t *operators = json_object_get (get_day (morning), "operators");
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answers = ds_depot_reconcile_finish (self, result, &error);

  if (answers != NULL)
    json_array_extend (operators, answers);
  else
    json_array_append_new (operators,
                           json_pack ("{s:s, s:s}", "operator", operator_id, "error", error->message));
  morning->fails = morning->fails || answers == NULL;
  morning->n_asked++;
  go_on (g_steal_pointer (&task));
}

/* Asks the next operator for its file of the day, unless it was taken: it may have come as text. */
static void
ask_next (GTask *task_)
{
  g_autoptr (GTask) task = task_;
  DsDepot *self = g_task_get_source_object (task);
  Morning *morning = g_task_get_task_data (task);
  const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, morning->n_asked));
  json_t *day = get_day (morning);
  const char *name = json_string_value (json_object_get (day, "day"));
  GError *error = NULL;
  gint64 n_known;

  if (!ds_depot_sql_get_int (self->db, &n_known, 0, &error,
                             "SELECT count (*) FROM daily_file WHERE operator = ? AND day = ?", "ss",
                             operator_id, name))
    {
      g_task_return_error (task, error);
      return;
    }
  if (n_known == 0)
    {
      ds_depot_reconcile_async (self, operator_id, name, self->closing, did_reconcile,
                                g_steal_pointer (&task));
      return;
    }
  json_array_append_new (json_object_get (day, "operators"),
                         json_pack ("{s:s, s:b}", "operator", operator_id, "known", 1));
  morning->n_asked++;
  go_on (g_steal_pointer (&task));
}

static json_t *
make_answer (DsDepot *self, const Morning *morning, gboolean complete, GError **error)
{
  g_autofree char *closed = NULL;
  gint64 n_cases;

  if (!ds_depot_sql_get_text (self->db, &closed, error, "SELECT max (day) FROM cut_off", "")
      || !ds_depot_sql_get_int (self->db, &n_cases, 0, error,
                                "SELECT count (*) FROM incident WHERE closed_at_ms = 0", ""))
    return NULL;
  return json_pack ("{s:s?, s:O, s:b, s:I}", "closed_until", closed, "days", morning->days, "complete",
                    (int)complete, "open_cases", (json_int_t)n_cases);
}

static void
end_morning (GTask *task, gboolean complete)
{
  DsDepot *self = g_task_get_source_object (task);
  GError *error = NULL;
  json_t *answer = make_answer (self, g_task_get_task_data (task), complete, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
go_on (GTask *task_)
{
  g_autoptr (GTask) task = task_;
  DsDepot *self = g_task_get_source_object (task);
  Morning *morning = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (json_array_size (morning->days) > 0 && morning->n_asked == self->operators->len
      && !end_day (self, morning))
    {
      end_morning (task, FALSE);
      return;
    }
  if (morning->n_asked == self->operators->len || json_array_size (morning->days) == 0)
    {
      if (morning->next_ms >= morning->end_ms)
        {
          end_morning (task, TRUE);
          return;
        }
      begin_day (morning);
    }
  if (self->operators->len > 0)
    ask_next (g_steal_pointer (&task));
  else
    go_on (g_steal_pointer (&task));
}

void
ds_depot_morning_async (DsDepot *self,
                        const char *day,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Morning *morning = g_new0 (Morning, 1);
  GError *error = NULL;
  gint64 last_ms;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL);

  g_task_set_name (task, "[doorstep] the morning's work");
  morning->days = json_array ();
  g_task_set_task_data (task, morning, morning_free);
  if (!find_last (self, day, &last_ms, &error) || !find_start (self, last_ms, &morning->next_ms, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  morning->end_ms = last_ms + DS_DAY_MS;
  go_on (g_steal_pointer (&task));
}

json_t *
ds_depot_morning_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
