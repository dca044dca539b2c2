/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of parcels. */
#include "config.h"

#include "ds-door-private.h"

typedef struct
{
  char *stop_id;
  GStrv waybills;
  DsParcelOutcome outcome;
  char *reason;
} DsOutcomeOperation;

static void
ds_outcome_operation_free (DsOutcomeOperation *self)
{
  g_free (self->stop_id);
  g_strfreev (self->waybills);
  g_free (self->reason);
  g_free (self);
}

static gboolean
check_outcome (DsVisit *visit, GError **error)
{
  DsOutcomeOperation *operation = visit->data;
  const char *const *waybills = (const char *const *)operation->waybills;
  gint64 open_fen;

  if (ds_door_get_open_shift (visit->door) == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           _ ("No shift is open. Open your shift, then say what became of the parcels."));
      return FALSE;
    }
  for (gsize i = 0; waybills[i] != NULL; i++)
    {
      if (ds_stop_find_parcel (visit->stop, waybills[i]) == NULL)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                       _ ("Parcel %s does not belong to this stop. Check its label."), waybills[i]);
          return FALSE;
        }
    }

  if (operation->outcome != DS_OUTCOME_DELIVERED && operation->reason == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("Say why the parcels were not handed over, then try again."));
      return FALSE;
    }
  open_fen = operation->outcome == DS_OUTCOME_DELIVERED
                 ? ds_door_get_open_fen (visit->stop, waybills, DS_FOR_HANDING_OVER)
                 : 0;
  if (open_fen > 0)
    {
      g_autofree char *open = ds_door_format_yuan (open_fen);

      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   _ ("%s is still to collect for these parcels. Collect it before handing them over."),
                   open);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_recorded (DsStop *stop, DsOutcomeOperation *operation)
{
  for (gsize i = 0; operation->waybills[i] != NULL; i++)
    {
      const DsParcel *parcel = ds_stop_find_parcel (stop, operation->waybills[i]);

      if (parcel->outcome != operation->outcome || g_strcmp0 (parcel->reason, operation->reason) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
decide_outcome (DsVisit *visit, GError **error)
{
  DsOutcomeOperation *operation = visit->data;

  if (!check_outcome (visit, error))
    return FALSE;
  if (is_recorded (visit->stop, operation))
    return TRUE;
  ds_drafts_add (&visit->drafts, "parcel.outcome",
                 json_pack ("{s:s, s:o, s:s, s:s?}", "stop", operation->stop_id, "parcels",
                            ds_door_waybills_to_json ((const char *const *)operation->waybills), "outcome",
                            ds_parcel_outcome_to_name (operation->outcome), "reason", operation->reason));
  return TRUE;
}

void
ds_door_set_outcome_async (DsDoor *self,
                           const char *stop_id,
                           const char *const *waybills,
                           DsParcelOutcome outcome,
                           const char *reason,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  DsOutcomeOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL);
  g_return_if_fail (waybills != NULL && waybills[0] != NULL);
  g_return_if_fail (outcome != DS_OUTCOME_OPEN);

  operation = g_new0 (DsOutcomeOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->waybills = g_strdupv ((GStrv)waybills);
  operation->outcome = outcome;
  operation->reason = reason != NULL && *reason != '\0' ? g_utf8_make_valid (reason, -1) : NULL;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_set_outcome_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_outcome_operation_free);
  ds_door_visit_async (self, stop_id, NULL, NULL, decide_outcome, operation, cancellable,
                       ds_door_return_visited_stop, task);
}

DsStop *
ds_door_set_outcome_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
