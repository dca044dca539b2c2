/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders: making them, what became of them, and giving money back. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-sandbox-code.h"

#include <string.h>

#define MAX_NAME_BYTES 200

/* Of an order that names no end. */
#define DEFAULT_LIFE_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

void
ds_bank_order_free (DsBankOrder *self)
{
  g_free (self->payment_id);
  g_free (self->operator_id);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_free (self->code);
  g_free (self->stop_mark);
  g_free (self);
}

static DsBankOrder *
read_order (DsQuery *query)
{
  DsBankOrder *order = g_new0 (DsBankOrder, 1);

  order->payment_id = g_strdup (ds_db_column_text (query, 0));
  order->operator_id = g_strdup (ds_db_column_text (query, 1));
  order->amount_fen = ds_db_column_int (query, 2);
  order->payee_id = g_strdup (ds_db_column_text (query, 3));
  order->payee_name = g_strdup (ds_db_column_text (query, 4));
  order->code = g_strdup (ds_db_column_text (query, 5));
  order->expires_at_ms = ds_db_column_int (query, 6);
  order->stop_mark = g_strdup (ds_db_column_text (query, 7));
  return order;
}

gboolean
ds_bank_load_order (DsBank *self,
                    const char *operator_id,
                    const char *payment_id,
                    DsBankOrder **order,
                    GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT payment, operator, amount_fen, payee_id, payee_name, code, expires_at_ms,"
                       " stop_mark FROM orders WHERE payment = ? AND operator = ?",
                       error);
  gboolean row;

  *order = NULL;
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment_id);
  ds_db_bind_text (query, 2, operator_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    *order = read_order (query);
  ds_db_reset (query);
  return TRUE;
}

static gboolean
check_draft (const DsOrder *draft, GError **error)
{
  if (!ds_id_is_valid (draft->payment_id))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "An order's payment id is a UUIDv7");
  else if (draft->amount_fen <= 0 || draft->amount_fen > DS_MONEY_MAX_FEN)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "An order's amount is above zero");
  else if (draft->payee_id == NULL || *draft->payee_id == '\0' || strlen (draft->payee_id) > 8
           || !g_str_is_ascii (draft->payee_id))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                         "An order's payee has an id of 1 to 8 characters");
  else if (draft->payee_name == NULL || *draft->payee_name == '\0'
           || strlen (draft->payee_name) > MAX_NAME_BYTES || !g_utf8_validate (draft->payee_name, -1, NULL))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "An order's payee has a name");
  else
    return TRUE;
  return FALSE;
}

/* One payment id, one amount, one payee, whichever operators have heard of it. */
static gboolean
check_same (DsBank *self, const DsOrder *draft, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT 1 FROM orders WHERE payment = ? AND (amount_fen != ? OR payee_id != ?) LIMIT 1",
      error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, draft->payment_id);
  ds_db_bind_int (query, 2, draft->amount_fen);
  ds_db_bind_text (query, 3, draft->payee_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  ds_db_reset (query);
  if (row)
    g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                 "Payment %s has been ordered before, with another amount or payee", draft->payment_id);
  return !row;
}

static gboolean
insert_order (DsBank *self, const char *operator_id, const DsOrder *draft, GError **error)
{
  gint64 now_ms = ds_bank_now_ms (self);
  DsQuery *query
      = ds_db_prepare (self->db,
                       "INSERT INTO orders (payment, operator, amount_fen, payee_id, payee_name, device_id,"
                       "  place, expires_at_ms, created_at_ms, stop_mark)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, draft->payment_id);
  ds_db_bind_text (query, 2, operator_id);
  ds_db_bind_int (query, 3, draft->amount_fen);
  ds_db_bind_text (query, 4, draft->payee_id);
  ds_db_bind_text (query, 5, draft->payee_name);
  ds_db_bind_text (query, 6, draft->device_id);
  ds_db_bind_text (query, 7, draft->place);
  ds_db_bind_int (query, 8, draft->expires_at_ms > 0 ? draft->expires_at_ms : now_ms + DEFAULT_LIFE_MS);
  ds_db_bind_int (query, 9, now_ms);
  ds_db_bind_text (query, 10, draft->stop_mark);
  return ds_db_run (self->db, query, error);
}

/* An order that a built code or a payer code brought along has no collection code until somebody asks for one. */
static gboolean
add_code (DsBank *self, DsBankOrder *order, GError **error)
{
  const DsSandboxCode fields = {
    .operator_id = order->operator_id,
    .payment_id = order->payment_id,
    .amount_fen = order->amount_fen,
    .payee_id = order->payee_id,
    .payee_name = order->payee_name,
    .expires_at_ms = order->expires_at_ms,
  };
  DsQuery *query;

  order->code = ds_sandbox_code_sign (ds_bank_find_operator (self, order->operator_id)->key, &fields, error);
  if (order->code == NULL)
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE orders SET code = ? WHERE payment = ? AND operator = ?", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, order->code);
  ds_db_bind_text (query, 2, order->payment_id);
  ds_db_bind_text (query, 3, order->operator_id);
  return ds_db_run (self->db, query, error);
}

DsBankOrder *
ds_bank_put_order (DsBank *self,
                   const char *operator_id,
                   const DsOrder *draft,
                   gboolean with_code,
                   GError **error)
{
  g_autoptr (DsBankOrder) order = NULL;

  if (!check_draft (draft, error) || !check_same (self, draft, error)
      || !ds_bank_load_order (self, operator_id, draft->payment_id, &order, error))
    return NULL;

  if (order == NULL
      && (!insert_order (self, operator_id, draft, error)
          || !ds_bank_load_order (self, operator_id, draft->payment_id, &order, error)))
    return NULL;
  if (with_code && order->code == NULL && !add_code (self, order, error))
    return NULL;
  return g_steal_pointer (&order);
}

/* The operator's answers */

static DsOrderResult *
make_open_result (DsBank *self, const DsBankOrder *order)
{
  gboolean expired = ds_bank_now_ms (self) > order->expires_at_ms;
  DsOrderResult *result = ds_order_result_new (expired ? DS_ORDER_EXPIRED : DS_ORDER_OPEN);

  result->code = g_strdup (order->code);
  result->expires_at_ms = order->expires_at_ms;
  result->reason = expired ? g_strdup ("nobody paid before the code expired") : NULL;
  return result;
}

/* What the operator knows of a payment. (transaction) */
static DsOrderResult *
find_result (DsBank *self, const char *operator_id, const char *payment_id, GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;
  g_autoptr (DsBankOrder) order = NULL;
  g_autofree char *refused = NULL;
  DsOrderResult *result;

  if (!ds_bank_load_payment (self, payment_id, &payment, error)
      || !ds_bank_load_order (self, operator_id, payment_id, &order, error)
      || !ds_bank_find_refused_voucher (self, operator_id, payment_id, &refused, error))
    return NULL;

  if (payment != NULL && g_str_equal (payment->operator_id, operator_id)
      && !g_str_equal (payment->kind, "shop"))
    {
      result = ds_bank_payment_to_result (self, payment);
      result->code = order ? g_strdup (order->code) : NULL;
      result->stop_mark = order ? g_strdup (order->stop_mark) : NULL;
      return result;
    }
  if (order != NULL && (refused == NULL || ds_bank_now_ms (self) <= order->expires_at_ms))
    return make_open_result (self, order);
  if (refused != NULL)
    {
      result = ds_order_result_new (DS_ORDER_DECLINED);
      result->reason = g_steal_pointer (&refused);
      return result;
    }
  return ds_order_result_new (DS_ORDER_UNKNOWN);
}

DsOrderResult *
ds_bank_query_order (DsBank *self, const char *operator_id, const char *payment_id, GError **error)
{
  return ds_bank_run_due (self, error) ? find_result (self, operator_id, payment_id, error) : NULL;
}

DsOrderResult *
ds_bank_create_order (DsBank *self, const char *operator_id, const DsOrder *draft, GError **error)
{
  g_autoptr (DsBankOrder) order = NULL;

  if (!ds_bank_run_due (self, error) || !ds_db_begin (self->db, error))
    return NULL;
  order = ds_bank_put_order (self, operator_id, draft, TRUE, error);
  if (!ds_bank_end (self, order != NULL, error))
    return NULL;
  return find_result (self, operator_id, draft->payment_id, error);
}

/* Refunds */

/* @done: (out): whether this very refund was made before. */
static gboolean
find_refund (DsBank *self,
             const char *refund_id,
             const char *payment_id,
             gint64 amount_fen,
             gboolean *done,
             GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT payment = ?2 AND amount_fen = ?3 FROM refund WHERE refund = ?1", error);
  gboolean same = TRUE;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, refund_id);
  ds_db_bind_text (query, 2, payment_id);
  ds_db_bind_int (query, 3, amount_fen);
  if (!ds_db_step (self->db, query, done, error))
    return FALSE;
  if (*done)
    same = ds_db_column_int (query, 0) != 0;
  ds_db_reset (query);

  if (!same)
    g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                 "Refund %s was made before, of another payment or amount", refund_id);
  return same;
}

static gboolean
insert_refund (DsBank *self,
               const char *refund_id,
               const char *payment_id,
               gint64 amount_fen,
               gint64 red_packet_fen,
               GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO refund (refund, payment, amount_fen, red_packet_fen, at_ms) VALUES (?, ?, ?, ?, ?)",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, refund_id);
  ds_db_bind_text (query, 2, payment_id);
  ds_db_bind_int (query, 3, amount_fen);
  ds_db_bind_int (query, 4, red_packet_fen);
  ds_db_bind_int (query, 5, ds_bank_now_ms (self));
  if (!ds_db_run (self->db, query, error))
    return FALSE;

  query = ds_db_prepare (self->db,
                         "UPDATE payment SET refunded_fen = refunded_fen + ?,"
                         "  refunded_red_packet_fen = refunded_red_packet_fen + ? WHERE payment = ?",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, amount_fen);
  ds_db_bind_int (query, 2, red_packet_fen);
  ds_db_bind_text (query, 3, payment_id);
  return ds_db_run (self->db, query, error);
}

/* The red packet's part of a refund: what all refunds so far owe it, less what it has had. Rounding so, the last
 * refund makes the parts come out even. The largest tier's amounts leave room for the product. */
static gint64
red_packet_part (const DsBankPayment *payment, gint64 amount_fen)
{
  gint64 given_back_fen = payment->refunded_fen + amount_fen;

  return given_back_fen * payment->red_packet_fen / payment->amount_fen - payment->refunded_red_packet_fen;
}

static gboolean
check_refund (const DsBankPayment *payment, const char *operator_id, gint64 amount_fen, GError **error)
{
  if (payment == NULL || payment->state != DS_BANK_PAID || !g_str_equal (payment->operator_id, operator_id)
      || g_str_equal (payment->kind, "shop"))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_REFUSED,
                           "Nothing to give back: the operator has no money for this payment");
      return FALSE;
    }
  if (amount_fen <= 0 || amount_fen > payment->amount_fen - payment->refunded_fen)
    {
      char text[DS_MONEY_TEXT_SIZE];

      g_set_error (error, DS_ERROR, DS_ERROR_REFUSED,
                   "All refunds together cannot exceed the payment: ¥%s is left of it",
                   ds_money_format_grouped (payment->amount_fen - payment->refunded_fen, text));
      return FALSE;
    }
  return TRUE;
}

static gboolean
give_back (DsBank *self,
           const char *operator_id,
           const char *payment_id,
           const char *refund_id,
           gint64 amount_fen,
           gboolean *done,
           GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;
  g_autofree char *account = NULL;
  gint64 red_packet_fen;
  DsBankMovement movement;

  if (!find_refund (self, refund_id, payment_id, amount_fen, done, error))
    return FALSE;
  if (*done)
    return TRUE;
  if (!ds_bank_load_payment (self, payment_id, &payment, error)
      || !check_refund (payment, operator_id, amount_fen, error))
    return FALSE;

  red_packet_fen = red_packet_part (payment, amount_fen);
  account = g_strconcat ("payee:", payment->payee_id, NULL);
  movement = (DsBankMovement){
    .kind = "refund",
    .operator_id = operator_id,
    .wallet = payment->wallet,
    .account = account,
    .payment_id = payment_id,
    .refund_id = refund_id,
    .to_wallet = TRUE,
    .balance_fen = amount_fen - red_packet_fen,
    .red_packet_fen = red_packet_fen,
  };
  return ds_bank_move (self, &movement, NULL, error)
         && insert_refund (self, refund_id, payment_id, amount_fen, red_packet_fen, error);
}

DsOrderResult *
ds_bank_refund_order (DsBank *self,
                      const char *operator_id,
                      const char *payment_id,
                      const char *refund_id,
                      gint64 amount_fen,
                      GError **error)
{
  gboolean done = FALSE;

  if (!ds_id_is_valid (refund_id))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A refund's id is a UUIDv7");
      return NULL;
    }
  if (!ds_bank_run_due (self, error) || !ds_db_begin (self->db, error)
      || !ds_bank_end (self, give_back (self, operator_id, payment_id, refund_id, amount_fen, &done, error),
                       error))
    return NULL;

  if (!done)
    ds_bank_emit_order_changed (self, operator_id, payment_id);
  return find_result (self, operator_id, payment_id, error);
}
