/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sandbox-operator.h"

#include "ds-bank-private.h"
#include "ds-error.h"

struct _DsSandboxOperator
{
  GObject parent;

  DsBank *bank;
  const DsBankOperator *op; /* the bank's */
  GSList *notifications;    /* (element-type Notification): not sent yet */
};

static void ds_sandbox_operator_iface_init (DsOperatorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSandboxOperator,
                               ds_sandbox_operator,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_OPERATOR, ds_sandbox_operator_iface_init))

/* Answers */

typedef struct
{
  gpointer result; /* (nullable) */
  GDestroyNotify free_result;
  GError *error;
} Answer;

static void
answer_free (Answer *self)
{
  if (self->result != NULL)
    self->free_result (self->result);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
give_answer (gpointer user_data)
{
  GTask *task = user_data;
  Answer *answer = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (answer->error != NULL)
    g_task_return_error (task, g_steal_pointer (&answer->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&answer->result), answer->free_result);
  return G_SOURCE_REMOVE;
}

/* The bank has acted; what comes back is late, or lost, as the faults say. */
static void
reply (DsSandboxOperator *self, GTask *task, gpointer result, GDestroyNotify free_result, GError *error)
{
  DsBankFaults faults = *ds_bank_get_faults (self->bank);
  Answer *answer = g_new0 (Answer, 1);

  answer->result = result;
  answer->free_result = free_result;
  answer->error = error;
  if (faults.lose_answers > 0)
    {
      faults.lose_answers--;
      ds_bank_set_faults (self->bank, &faults);
      g_clear_error (&answer->error);
      g_set_error_literal (&answer->error, DS_ERROR, DS_ERROR_NETWORK,
                           "The operator's answer was lost on the way");
    }
  /* Whether a commit that failed took hold is not known: to the depot that is no answer at all. */
  else if (g_error_matches (answer->error, DS_ERROR, DS_ERROR_STORAGE))
    answer->error->code = DS_ERROR_NETWORK;

  g_task_set_task_data (task, answer, (GDestroyNotify)answer_free);
  ds_clock_add_timeout_full (self->bank->clock, (guint)faults.slow_ms, G_PRIORITY_DEFAULT, give_answer, task,
                             g_object_unref);
}

static gboolean
is_down (DsSandboxOperator *self)
{
  const char *down = ds_bank_get_faults (self->bank)->down;

  return g_str_equal (down, "all") || g_str_equal (down, self->op->id);
}

/* Whether nobody is there: nothing is done, and no answer comes. */
static gboolean
is_in_vain (DsOperator *op, GTask *task)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);

  if (!is_down (self))
    return FALSE;
  reply (self, task, NULL, NULL, g_error_new_literal (DS_ERROR, DS_ERROR_NETWORK, "The operator is down"));
  return TRUE;
}

static GTask *
new_task (DsOperator *op,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data,
          const char *name)
{
  GTask *task = g_task_new (op, cancellable, callback, user_data);

  g_task_set_name (task, name);
  return task;
}

static void
reply_order (DsOperator *op, GTask *task, DsOrderResult *result, GError *error)
{
  reply (DS_SANDBOX_OPERATOR (op), task, result, (GDestroyNotify)ds_order_result_free, error);
}

/* The interface */

static const char *
ds_sandbox_operator_get_id (DsOperator *op)
{
  return DS_SANDBOX_OPERATOR (op)->op->id;
}

static const char *
ds_sandbox_operator_get_name (DsOperator *op)
{
  return DS_SANDBOX_OPERATOR (op)->op->name;
}

static DsKey *
ds_sandbox_operator_get_key (DsOperator *op)
{
  return DS_SANDBOX_OPERATOR (op)->op->key;
}

static void
ds_sandbox_operator_create_async (DsOperator *op,
                                  const DsOrder *order,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "create");
  GError *error = NULL;
  DsOrderResult *result;

  if (is_in_vain (op, task))
    return;
  result = ds_bank_create_order (self->bank, self->op->id, order, &error);
  reply_order (op, task, result, error);
}

static void
ds_sandbox_operator_charge_async (DsOperator *op,
                                  const DsOrder *order,
                                  const char *payer_code,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "charge");
  GError *error = NULL;
  DsOrderResult *result;

  if (is_in_vain (op, task))
    return;
  result = ds_bank_charge (self->bank, self->op->id, order, payer_code, &error);
  reply_order (op, task, result, error);
}

static void
ds_sandbox_operator_query_async (DsOperator *op,
                                 const char *payment_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "query");
  GError *error = NULL;
  DsOrderResult *result;

  if (is_in_vain (op, task))
    return;
  result = ds_bank_query_order (self->bank, self->op->id, payment_id, &error);
  reply_order (op, task, result, error);
}

static void
ds_sandbox_operator_redeem_async (DsOperator *op,
                                  GBytes *voucher,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "redeem");
  GError *error = NULL;
  DsOrderResult *result;

  if (is_in_vain (op, task))
    return;
  result = ds_bank_redeem (self->bank, self->op->id, voucher, &error);
  reply_order (op, task, result, error);
}

static void
ds_sandbox_operator_refund_async (DsOperator *op,
                                  const char *payment_id,
                                  const char *refund_id,
                                  gint64 amount_fen,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "refund");
  GError *error = NULL;
  DsOrderResult *result;

  if (is_in_vain (op, task))
    return;
  result = ds_bank_refund_order (self->bank, self->op->id, payment_id, refund_id, amount_fen, &error);
  reply_order (op, task, result, error);
}

static void
ds_sandbox_operator_tell_payer_async (DsOperator *op,
                                      const char *payment_id,
                                      const char *spoken_proof,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "tell");
  GError *error = NULL;
  gboolean told;

  if (is_in_vain (op, task))
    return;
  told = ds_bank_tell_payer (self->bank, self->op->id, payment_id, spoken_proof, &error);
  reply (self, task, told ? g_strdup (payment_id) : NULL, g_free, error);
}

static void
ds_sandbox_operator_load_file_async (DsOperator *op,
                                     const char *payee_id,
                                     gint64 from_ms,
                                     gint64 to_ms,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (op);
  GTask *task = new_task (op, cancellable, callback, user_data, "file");
  GError *error = NULL;
  GPtrArray *lines;

  if (is_in_vain (op, task))
    return;
  lines = ds_bank_load_file (self->bank, self->op->id, payee_id, from_ms, to_ms, &error);
  reply (self, task, lines, (GDestroyNotify)g_ptr_array_unref, error);
}

static void
ds_sandbox_operator_iface_init (DsOperatorInterface *iface)
{
  iface->get_id = ds_sandbox_operator_get_id;
  iface->get_name = ds_sandbox_operator_get_name;
  iface->get_key = ds_sandbox_operator_get_key;
  iface->create_async = ds_sandbox_operator_create_async;
  iface->charge_async = ds_sandbox_operator_charge_async;
  iface->query_async = ds_sandbox_operator_query_async;
  iface->redeem_async = ds_sandbox_operator_redeem_async;
  iface->refund_async = ds_sandbox_operator_refund_async;
  iface->tell_payer_async = ds_sandbox_operator_tell_payer_async;
  iface->load_file_async = ds_sandbox_operator_load_file_async;
}

/* Notifications */

typedef struct
{
  DsSandboxOperator *self;
  char *payment_id;
  gint64 times;
  guint source;
} Notification;

static void
notification_free (Notification *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_free (self->payment_id);
  g_free (self);
}

static gboolean
notify (gpointer user_data)
{
  Notification *notification = user_data;
  g_autoptr (DsSandboxOperator) self = g_object_ref (notification->self);

  notification->source = 0;
  self->notifications = g_slist_remove (self->notifications, notification);
  for (gint64 i = 0; i < notification->times; i++)
    ds_operator_emit_notified (DS_OPERATOR (self), notification->payment_id);
  notification_free (notification);
  return G_SOURCE_REMOVE;
}

/* From a turn of its own, as it would come over a network: never inside a call of the depot's. */
static void
on_order_changed (DsSandboxOperator *self, const char *operator_id, const char *payment_id)
{
  const DsBankFaults *faults = ds_bank_get_faults (self->bank);
  Notification *notification;

  if (!g_str_equal (operator_id, self->op->id) || is_down (self))
    return;
  notification = g_new0 (Notification, 1);
  notification->self = self;
  notification->payment_id = g_strdup (payment_id);
  notification->times = faults->notify_times;
  notification->source
      = ds_clock_add_timeout (self->bank->clock, (guint)faults->slow_ms, notify, notification);
  self->notifications = g_slist_prepend (self->notifications, notification);
}

static void
on_key_changed (DsSandboxOperator *self, const char *operator_id)
{
  if (g_str_equal (operator_id, self->op->id))
    ds_operator_emit_key_changed (DS_OPERATOR (self));
}

static void
ds_sandbox_operator_dispose (GObject *object)
{
  DsSandboxOperator *self = DS_SANDBOX_OPERATOR (object);

  g_slist_free_full (g_steal_pointer (&self->notifications), (GDestroyNotify)notification_free);
  g_clear_object (&self->bank);

  G_OBJECT_CLASS (ds_sandbox_operator_parent_class)->dispose (object);
}

static void
ds_sandbox_operator_class_init (DsSandboxOperatorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_sandbox_operator_dispose;
}

static void
ds_sandbox_operator_init (DsSandboxOperator *self)
{
}

DsOperator *
ds_sandbox_operator_new (DsBank *bank, const char *operator_id)
{
  DsSandboxOperator *self;

  g_return_val_if_fail (DS_IS_BANK (bank), NULL);
  g_return_val_if_fail (ds_bank_find_operator (bank, operator_id) != NULL, NULL);

  self = g_object_new (DS_TYPE_SANDBOX_OPERATOR, NULL);
  self->bank = g_object_ref (bank);
  self->op = ds_bank_find_operator (bank, operator_id);
  g_signal_connect_object (bank, "order-changed", G_CALLBACK (on_order_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (bank, "key-changed", G_CALLBACK (on_key_changed), self, G_CONNECT_SWAPPED);
  return DS_OPERATOR (self);
}
