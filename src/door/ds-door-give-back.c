/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash that goes back to the customer, since more was taken than is due: never more than that, nor than was taken in
 * cash, and journalled before it leaves the courier's hand. */
#include "config.h"

#include "ds-door-private.h"

typedef struct
{
  char *stop_id;
  gint64 amount_fen;
} DsGiveBackOperation;

static void
ds_give_back_operation_free (DsGiveBackOperation *self)
{
  g_free (self->stop_id);
  g_free (self);
}

static gboolean
check_give_back (DsVisit *visit, GError **error)
{
  DsGiveBackOperation *operation = visit->data;
  gint64 back_fen = ds_stop_get_cash_back_fen (visit->stop);
  g_autofree char *back = ds_door_format_yuan (back_fen);

  if (ds_door_get_open_shift (visit->door) == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("No shift is open. Open your shift, then give the cash back out of its drawer."));
  else if (back_fen == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("No cash is to be given back here. Look at the stop again."));
  else if (back_fen != operation->amount_fen)
    g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                 _ ("By now it is %s that goes back. Give nothing yet, and look at the stop again."), back);
  else
    return TRUE;
  return FALSE;
}

/* The latest cash goes back first. */
static gboolean
decide_give_back (DsVisit *visit, GError **error)
{
  DsGiveBackOperation *operation = visit->data;
  DsDoor *door = visit->door;
  gint64 left_fen = operation->amount_fen;

  if (!check_give_back (visit, error))
    return FALSE;
  for (guint i = visit->stop->payments->len; i > 0 && left_fen > 0; i--)
    {
      DsPayment *payment = g_ptr_array_index (visit->stop->payments, i - 1);
      gint64 amount_fen = MIN (ds_payment_get_covered_fen (payment), left_fen);
      g_autofree char *id = NULL;

      if (payment->tender != DS_TENDER_CASH || amount_fen == 0)
        continue;
      left_fen -= amount_fen;
      id = ds_id_new (door->clock, door->random);
      ds_drafts_add (&visit->drafts, "payment.refund",
                     json_pack ("{s:s, s:s, s:s, s:I, s:s}", "payment", payment->id, "refund", id, "shift",
                                ds_door_get_open_shift (door)->id, "amount_fen", (json_int_t)amount_fen,
                                "reason", "cash given back"));
    }
  return TRUE;
}

void
ds_door_give_back_async (DsDoor *self,
                         const char *stop_id,
                         gint64 amount_fen,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task;
  DsGiveBackOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL);
  g_return_if_fail (amount_fen > 0);

  operation = g_new0 (DsGiveBackOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->amount_fen = amount_fen;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_give_back_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_give_back_operation_free);
  ds_door_visit_async (self, stop_id, NULL, NULL, decide_give_back, operation, cancellable,
                       ds_door_return_visited_stop, task);
}

DsStop *
ds_door_give_back_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
