/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash, with change: it can never be switched off, and no limit stops it. */
#include "config.h"

#include "ds-door-private.h"

typedef struct
{
  char *stop_id;
  GStrv waybills;
  gint64 amount_fen;
  gint64 tendered_fen;
  gboolean supersede;
  char *payment_id;
} DsCashOperation;

static void
ds_cash_operation_free (DsCashOperation *self)
{
  g_free (self->stop_id);
  g_strfreev (self->waybills);
  g_free (self->payment_id);
  g_free (self);
}

static gboolean
check_tendered (gint64 amount_fen, gint64 tendered_fen, GError **error)
{
  g_autofree char *amount = ds_door_format_yuan (amount_fen);
  g_autofree char *tendered = ds_door_format_yuan (tendered_fen);

  if (tendered_fen > DS_MONEY_MAX_FEN)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW, _ ("That is more than Doorstep handles."));
      return FALSE;
    }
  if (tendered_fen < amount_fen)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   _ ("%s is not enough for %s. Enter what the customer gave, or collect a part."), tendered,
                   amount);
      return FALSE;
    }
  return TRUE;
}

static gboolean
decide_cash (DsVisit *visit, GError **error)
{
  DsCashOperation *operation = visit->data;
  DsDoor *door = visit->door;
  const char *const *waybills = (const char *const *)operation->waybills;
  const DsCollection collection
      = { .waybills = waybills, .amount_fen = operation->amount_fen, .supersede = operation->supersede };
  g_autofree char *text = NULL;

  if (ds_door_find_hindrance (door, visit->stop, &collection, &text) != DS_HINDRANCE_NONE)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, text);
      return FALSE;
    }
  if (!check_tendered (operation->amount_fen, operation->tendered_fen, error))
    return FALSE;

  g_free (operation->payment_id);
  operation->payment_id = ds_id_new (door->clock, door->random);
  ds_door_supersede (visit->stop, &collection, &visit->drafts);
  ds_drafts_add (&visit->drafts, "payment.cash",
                 json_pack ("{s:s, s:s, s:s, s:o, s:I, s:I, s:I}", "payment", operation->payment_id, "shift",
                            ds_door_get_open_shift (door)->id, "stop", operation->stop_id, "parcels",
                            ds_door_waybills_to_json (waybills), "amount_fen",
                            (json_int_t)operation->amount_fen, "tendered_fen",
                            (json_int_t)operation->tendered_fen, "change_fen",
                            (json_int_t)(operation->tendered_fen - operation->amount_fen)));
  return TRUE;
}

void
ds_door_take_cash_async (DsDoor *self,
                         const char *stop_id,
                         const char *const *waybills,
                         gint64 amount_fen,
                         gint64 tendered_fen,
                         gboolean supersede,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task;
  DsCashOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL);
  g_return_if_fail (waybills != NULL);

  operation = g_new0 (DsCashOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->waybills = g_strdupv ((GStrv)waybills);
  operation->amount_fen = amount_fen;
  operation->tendered_fen = tendered_fen;
  operation->supersede = supersede;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_take_cash_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_cash_operation_free);
  ds_door_visit_async (self, stop_id, NULL, NULL, decide_cash, operation, cancellable,
                       ds_door_return_visited_stop, task);
}

/**
 * ds_door_take_cash_finish:
 * @payment_id: (out) (optional) (transfer full): the new payment
 * @error: %DS_ERROR_INVALID when too little was tendered, %DS_ERROR_STATE when nothing may be collected now
 *
 * Returns: (transfer full) (nullable): the stop as it is now
 */
DsStop *
ds_door_take_cash_finish (DsDoor *self, GAsyncResult *result, char **payment_id, GError **error)
{
  DsCashOperation *operation;
  DsStop *stop;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  operation = g_task_get_task_data (G_TASK (result));
  stop = g_task_propagate_pointer (G_TASK (result), error);
  if (stop != NULL && payment_id != NULL)
    *payment_id = g_steal_pointer (&operation->payment_id);
  return stop;
}
