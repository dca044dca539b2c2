/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-operator.h"

#include "ds-error.h"

G_DEFINE_INTERFACE (DsOperator, ds_operator, G_TYPE_OBJECT)

enum
{
  NOTIFIED,
  KEY_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
ds_operator_default_init (DsOperatorInterface *iface)
{
  /**
   * DsOperator::notified:
   * @self: the operator
   * @payment_id: which order
   *
   * Something happened to an order. A hint: it may come late, twice or never, and is confirmed by a query. An adapter
   * emits it only for a message that bears its operator's signature.
   */
  signals[NOTIFIED] = g_signal_new ("notified", DS_TYPE_OPERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * DsOperator::key-changed:
   * @self: the operator
   *
   * ds_operator_get_key() is another one. Handhelds learn of it by the depot's list of operators: the earlier they do, the
   * fewer receipts they cannot verify.
   */
  signals[KEY_CHANGED] = g_signal_new ("key-changed", DS_TYPE_OPERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
}

DsOrderResult *
ds_order_result_new (DsOrderState state)
{
  DsOrderResult *self = g_new0 (DsOrderResult, 1);

  self->state = state;
  return self;
}

void
ds_order_result_free (DsOrderResult *self)
{
  g_free (self->code);
  g_free (self->operator_ref);
  g_free (self->reason);
  g_clear_pointer (&self->receipt, g_bytes_unref);
  g_free (self->stop_mark);
  g_free (self);
}

void
ds_file_line_free (DsFileLine *self)
{
  g_free (self->payment_id);
  g_free (self->kind);
  g_free (self->operator_ref);
  g_free (self);
}

const char *
ds_operator_get_id (DsOperator *self)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), NULL);

  return DS_OPERATOR_GET_IFACE (self)->get_id (self);
}

const char *
ds_operator_get_name (DsOperator *self)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), NULL);

  return DS_OPERATOR_GET_IFACE (self)->get_name (self);
}

DsKey *
ds_operator_get_key (DsOperator *self)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), NULL);

  return DS_OPERATOR_GET_IFACE (self)->get_key (self);
}

void
ds_operator_create_async (DsOperator *self,
                          const DsOrder *order,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (order != NULL);

  DS_OPERATOR_GET_IFACE (self)->create_async (self, order, cancellable, callback, user_data);
}

void
ds_operator_charge_async (DsOperator *self,
                          const DsOrder *order,
                          const char *payer_code,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (order != NULL);
  g_return_if_fail (payer_code != NULL);

  DS_OPERATOR_GET_IFACE (self)->charge_async (self, order, payer_code, cancellable, callback, user_data);
}

void
ds_operator_query_async (DsOperator *self,
                         const char *payment_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (payment_id != NULL);

  DS_OPERATOR_GET_IFACE (self)->query_async (self, payment_id, cancellable, callback, user_data);
}

void
ds_operator_redeem_async (DsOperator *self,
                          GBytes *voucher,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (voucher != NULL);

  DS_OPERATOR_GET_IFACE (self)->redeem_async (self, voucher, cancellable, callback, user_data);
}

void
ds_operator_refund_async (DsOperator *self,
                          const char *payment_id,
                          const char *refund_id,
                          gint64 amount_fen,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (payment_id != NULL);
  g_return_if_fail (refund_id != NULL);

  DS_OPERATOR_GET_IFACE (self)->refund_async (self, payment_id, refund_id, amount_fen, cancellable, callback,
                                              user_data);
}

DsOrderResult *
ds_operator_order_finish (DsOperator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ds_operator_tell_payer_async (DsOperator *self,
                              const char *payment_id,
                              const char *spoken_proof,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  DsOperatorInterface *iface;

  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (payment_id != NULL);
  g_return_if_fail (spoken_proof != NULL);

  iface = DS_OPERATOR_GET_IFACE (self);
  if (iface->tell_payer_async != NULL)
    iface->tell_payer_async (self, payment_id, spoken_proof, cancellable, callback, user_data);
  else
    g_task_report_new_error (self, callback, user_data, NULL, DS_ERROR, DS_ERROR_REFUSED,
                             "This operator hands on no messages");
}

gboolean
ds_operator_tell_payer_finish (DsOperator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

void
ds_operator_load_file_async (DsOperator *self,
                             const char *payee_id,
                             gint64 from_ms,
                             gint64 to_ms,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (payee_id != NULL);

  DS_OPERATOR_GET_IFACE (self)->load_file_async (self, payee_id, from_ms, to_ms, cancellable, callback,
                                                 user_data);
}

GPtrArray *
ds_operator_load_file_finish (DsOperator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (DS_IS_OPERATOR (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ds_operator_emit_notified (DsOperator *self, const char *payment_id)
{
  g_return_if_fail (DS_IS_OPERATOR (self));
  g_return_if_fail (payment_id != NULL);

  g_signal_emit (self, signals[NOTIFIED], 0, payment_id);
}

void
ds_operator_emit_key_changed (DsOperator *self)
{
  g_return_if_fail (DS_IS_OPERATOR (self));

  g_signal_emit (self, signals[KEY_CHANGED], 0);
}
