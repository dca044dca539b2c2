/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "test-operator.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>

typedef struct
{
  DsOrderState state;
  gint64 amount_fen;
  gint64 expires_at_ms;
  gint64 refunded_fen;
  gboolean is_voucher;
  GHashTable *refunds; /* (element-type utf8): their ids */
} Order;

struct _TestOperator
{
  GObject parent;

  char *id;
  char *name;
  char *payee_id;
  DsKey *key;
  DsKey *wallet_key;
  DsWalletCertificate *certificate;
  GHashTable *orders;   /* (element-type utf8 Order) */
  GHashTable *counters; /* (element-type gint64): of vouchers redeemed */
  GPtrArray *extra_lines;
  guint n_lost_answers;
  guint n_lost_requests;
  guint n_payments;
  guint n_queries;
  DsOrderState charge_state;
  gboolean bounces;
  gboolean refuses_refunds;
  guint n_delayed_refunds;
  GPtrArray *held; /* (nullable) (element-type Held) */
};

static void test_operator_iface_init (DsOperatorInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (TestOperator,
                               test_operator,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_OPERATOR, test_operator_iface_init))

/* An answer on its way. */
typedef struct
{
  GTask *task;
  DsOrderResult *result;
} Held;

static void
held_free (gpointer data)
{
  Held *self = data;

  g_task_return_pointer (self->task, self->result, (GDestroyNotify)ds_order_result_free);
  g_object_unref (self->task);
  g_free (self);
}

static void
order_free (gpointer data)
{
  Order *self = data;

  g_hash_table_unref (self->refunds);
  g_free (self);
}

static Order *
find_order (TestOperator *self, const char *payment_id, gboolean make)
{
  Order *order = g_hash_table_lookup (self->orders, payment_id);

  if (order == NULL && make)
    {
      order = g_new0 (Order, 1);
      order->refunds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->orders, g_strdup (payment_id), order);
    }
  return order;
}

static DsOrderResult *
make_result (TestOperator *self, const char *payment_id)
{
  Order *order = find_order (self, payment_id, FALSE);
  DsOrderResult *result = ds_order_result_new (order ? order->state : DS_ORDER_UNKNOWN);

  if (order == NULL)
    return result;
  result->code = g_strdup_printf ("TEST:%s:%s", self->id, payment_id);
  result->expires_at_ms = order->expires_at_ms;
  if (order->state == DS_ORDER_PAID || order->state == DS_ORDER_REFUNDED)
    {
      result->amount_fen = order->amount_fen;
      result->operator_ref = g_strdup_printf ("R%s", payment_id + 24);
    }
  result->refunded_fen = order->refunded_fen;
  if (order->state == DS_ORDER_DECLINED || order->state == DS_ORDER_EXPIRED)
    result->reason = g_strdup ("because");
  return result;
}

/* Returns: whether the request arrives. */
static gboolean
arrives (TestOperator *self, GTask *task)
{
  if (self->n_lost_requests == 0)
    return TRUE;
  self->n_lost_requests--;
  g_task_return_new_error (task, DS_ERROR, DS_ERROR_NETWORK, "The request got lost");
  return FALSE;
}

static void
reply (TestOperator *self, GTask *task, const char *payment_id)
{
  if (self->n_lost_answers > 0)
    {
      self->n_lost_answers--;
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_NETWORK, "The answer got lost");
      return;
    }
  g_task_return_pointer (task, make_result (self, payment_id), (GDestroyNotify)ds_order_result_free);
}

static void
debit (TestOperator *self, Order *order, gint64 amount_fen)
{
  if (order->state == DS_ORDER_PAID)
    return;
  order->state = DS_ORDER_PAID;
  order->amount_fen = amount_fen;
  self->n_payments++;
}

static const char *
get_id (DsOperator *op)
{
  return TEST_OPERATOR (op)->id;
}

static const char *
get_name (DsOperator *op)
{
  return TEST_OPERATOR (op)->name;
}

static DsKey *
get_key (DsOperator *op)
{
  return TEST_OPERATOR (op)->key;
}

static void
create_async (DsOperator *op,
              const DsOrder *asked,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Order *order;

  if (!arrives (self, task))
    return;
  g_assert_cmpstr (asked->payee_id, ==, self->payee_id);
  order = find_order (self, asked->payment_id, FALSE);
  if (order == NULL)
    {
      order = find_order (self, asked->payment_id, TRUE);
      order->state = DS_ORDER_OPEN;
      order->amount_fen = asked->amount_fen;
      order->expires_at_ms = asked->expires_at_ms;
    }
  reply (self, task, asked->payment_id);
}

static void
charge_async (DsOperator *op,
              const DsOrder *asked,
              const char *payer_code,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Order *order;

  if (!arrives (self, task))
    return;
  g_assert_cmpuint (strlen (payer_code), ==, 19);
  order = find_order (self, asked->payment_id, FALSE);
  if (order == NULL)
    {
      order = find_order (self, asked->payment_id, TRUE);
      order->amount_fen = asked->amount_fen;
      if (self->charge_state == DS_ORDER_PAID)
        debit (self, order, asked->amount_fen);
      else
        order->state = self->charge_state;
    }
  reply (self, task, asked->payment_id);
}

static void
query_async (DsOperator *op,
             const char *payment_id,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_queries++;
  if (self->held != NULL)
    {
      Held *held = g_new0 (Held, 1);

      held->task = g_steal_pointer (&task);
      held->result = make_result (self, payment_id);
      g_ptr_array_add (self->held, held);
    }
  else if (arrives (self, task))
    reply (self, task, payment_id);
}

static void
redeem_async (DsOperator *op,
              GBytes *bytes,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) voucher = ds_evidence_parse (bytes, &error);
  Order *order;

  g_assert_no_error (error);
  if (!arrives (self, task))
    return;
  order = find_order (self, voucher->payment_id, TRUE);
  order->is_voucher = TRUE;
  if (order->state != DS_ORDER_PAID)
    {
      if (self->bounces || g_hash_table_contains (self->counters, &voucher->counter))
        order->state = DS_ORDER_DECLINED;
      else
        debit (self, order, voucher->amount_fen);
      g_hash_table_add (self->counters, g_memdup2 (&voucher->counter, sizeof voucher->counter));
    }
  reply (self, task, voucher->payment_id);
}

static void
refund_async (DsOperator *op,
              const char *payment_id,
              const char *refund_id,
              gint64 amount_fen,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Order *order;

  if (!arrives (self, task))
    return;
  order = find_order (self, payment_id, FALSE);
  if (order == NULL || self->refuses_refunds || order->refunded_fen + amount_fen > order->amount_fen)
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_REFUSED, "It cannot be given back");
      return;
    }
  if (self->n_delayed_refunds > 0)
    self->n_delayed_refunds--;
  else if (g_hash_table_add (order->refunds, g_strdup (refund_id)))
    order->refunded_fen += amount_fen;
  if (order->refunded_fen == order->amount_fen)
    order->state = DS_ORDER_REFUNDED;
  reply (self, task, payment_id);
}

static DsFileLine *
make_line (const char *payment_id, const char *kind, gint64 amount_fen)
{
  DsFileLine *line = g_new0 (DsFileLine, 1);

  line->payment_id = g_strdup (payment_id);
  line->kind = g_strdup (kind);
  line->amount_fen = amount_fen;
  line->operator_ref = g_strdup ("F1");
  return line;
}

static void
load_file_async (DsOperator *op,
                 const char *payee_id,
                 gint64 from_ms,
                 gint64 to_ms,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  TestOperator *self = TEST_OPERATOR (op);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) lines = NULL;
  GHashTableIter iter;
  gpointer payment_id, value;

  if (!arrives (self, task))
    return;
  lines = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  g_hash_table_iter_init (&iter, self->orders);
  while (g_hash_table_iter_next (&iter, &payment_id, &value))
    {
      Order *order = value;

      if (order->state == DS_ORDER_PAID || order->state == DS_ORDER_REFUNDED)
        g_ptr_array_add (
            lines, make_line (payment_id, order->is_voucher ? "voucher" : "payment", order->amount_fen));
      if (order->refunded_fen > 0)
        g_ptr_array_add (lines, make_line (payment_id, "refund", order->refunded_fen));
    }
  for (guint i = 0; i < self->extra_lines->len; i++)
    {
      DsFileLine *extra = g_ptr_array_index (self->extra_lines, i);

      g_ptr_array_add (lines, make_line (extra->payment_id, extra->kind, extra->amount_fen));
    }
  g_task_return_pointer (task, g_steal_pointer (&lines), (GDestroyNotify)g_ptr_array_unref);
}

static void
test_operator_finalize (GObject *object)
{
  TestOperator *self = TEST_OPERATOR (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->payee_id);
  ds_key_unref (self->key);
  ds_key_unref (self->wallet_key);
  ds_wallet_certificate_free (self->certificate);
  g_hash_table_unref (self->orders);
  g_hash_table_unref (self->counters);
  g_ptr_array_unref (self->extra_lines);

  G_OBJECT_CLASS (test_operator_parent_class)->finalize (object);
}

static void
test_operator_class_init (TestOperatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_operator_finalize;
}

static void
test_operator_iface_init (DsOperatorInterface *iface)
{
  iface->get_id = get_id;
  iface->get_name = get_name;
  iface->get_key = get_key;
  iface->create_async = create_async;
  iface->charge_async = charge_async;
  iface->query_async = query_async;
  iface->redeem_async = redeem_async;
  iface->refund_async = refund_async;
  iface->load_file_async = load_file_async;
}

static void
test_operator_init (TestOperator *self)
{
  self->key = ds_key_generate (NULL);
  self->wallet_key = ds_key_generate (NULL);
  self->orders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, order_free);
  self->counters = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->extra_lines = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  self->charge_state = DS_ORDER_PAID;
}

TestOperator *
test_operator_new (const char *id, const char *payee_id)
{
  TestOperator *self = g_object_new (TEST_TYPE_OPERATOR, NULL);
  DsWalletCertificate draft = { .operator_id = (char *)id, .tier = 3, .voucher_limit_fen = 100000 };
  g_autoptr (GError) error = NULL;

  self->id = g_strdup (id);
  self->name = g_strconcat ("Test Bank ", id, NULL);
  self->payee_id = g_strdup (payee_id);
  draft.total_limit_fen = 200000;
  draft.not_after_s = G_GINT64_CONSTANT (4000000000);
  memcpy (draft.serial,
          "\0\0\0"
          "abc",
          DS_WALLET_SERIAL_SIZE);
  ds_key_get_public_compressed (self->wallet_key, draft.public_key);
  self->certificate = ds_wallet_certificate_sign (self->key, &draft, &error);
  g_assert_no_error (error);
  return self;
}

void
test_operator_lose_answers (TestOperator *self, guint n)
{
  self->n_lost_answers = n;
}

void
test_operator_lose_requests (TestOperator *self, guint n)
{
  self->n_lost_requests = n;
}

void
test_operator_hold_queries (TestOperator *self)
{
  self->held = g_ptr_array_new_with_free_func (held_free);
}

void
test_operator_release_queries (TestOperator *self)
{
  g_clear_pointer (&self->held, g_ptr_array_unref);
}

void
test_operator_set_charge_state (TestOperator *self, DsOrderState state)
{
  self->charge_state = state;
}

void
test_operator_pay (TestOperator *self, const char *payment_id, gint64 amount_fen)
{
  debit (self, find_order (self, payment_id, TRUE), amount_fen);
}

void
test_operator_set_state (TestOperator *self, const char *payment_id, DsOrderState state)
{
  find_order (self, payment_id, TRUE)->state = state;
}

gboolean
test_operator_knows (TestOperator *self, const char *payment_id)
{
  return find_order (self, payment_id, FALSE) != NULL;
}

guint
test_operator_get_n_payments (TestOperator *self)
{
  return self->n_payments;
}

guint
test_operator_get_n_queries (TestOperator *self)
{
  return self->n_queries;
}

void
test_operator_add_file_line (TestOperator *self, const char *kind, const char *payment_id, gint64 amount_fen)
{
  g_ptr_array_add (self->extra_lines, make_line (payment_id, kind, amount_fen));
}

static char *
encode (const DsEvidence *evidence)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (evidence->bytes, &n);

  return ds_base64url_encode (data, n);
}

char *
test_operator_sign_receipt (TestOperator *self, const char *payment_id, gint64 amount_fen)
{
  DsEvidence draft = { .kind = DS_EVIDENCE_RECEIPT,
                       .payment_id = (char *)payment_id,
                       .amount_fen = amount_fen,
                       .payee_id = self->payee_id,
                       .operator_id = self->id,
                       .operator_ref = (char *)"R1",
                       .counter = -1,
                       .at_s = g_get_real_time () / G_USEC_PER_SEC };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) receipt = ds_receipt_sign (self->key, &draft, &error);

  g_assert_no_error (error);
  return encode (receipt);
}

char *
test_operator_sign_voucher (TestOperator *self, const char *payment_id, gint64 amount_fen, gint64 counter)
{
  DsEvidence draft = { .kind = DS_EVIDENCE_VOUCHER,
                       .payment_id = (char *)payment_id,
                       .amount_fen = amount_fen,
                       .payee_id = self->payee_id,
                       .counter = counter,
                       .at_s = g_get_real_time () / G_USEC_PER_SEC };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) voucher = ds_voucher_sign (self->wallet_key, self->certificate, &draft, &error);

  g_assert_no_error (error);
  return encode (voucher);
}

void
test_operator_bounce_vouchers (TestOperator *self)
{
  self->bounces = TRUE;
}

void
test_operator_refuse_refunds (TestOperator *self)
{
  self->refuses_refunds = TRUE;
}

void
test_operator_delay_refunds (TestOperator *self, guint n)
{
  self->n_delayed_refunds = n;
}

void
test_operator_give_back (TestOperator *self, const char *payment_id, gint64 amount_fen)
{
  find_order (self, payment_id, FALSE)->refunded_fen += amount_fen;
}

void
test_operator_take_new_key (TestOperator *self)
{
  g_autoptr (GError) error = NULL;

  ds_key_unref (self->key);
  self->key = ds_key_generate (&error);
  g_assert_no_error (error);
}
