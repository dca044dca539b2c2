/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payments as they stand in the database: reading, writing, settling, and what falls due. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-error.h"

#include <string.h>

static const char *const state_names[] = {
  [DS_BANK_WAITING] = "waiting",   [DS_BANK_PROCESSING] = "processing", [DS_BANK_PAID] = "paid",
  [DS_BANK_DECLINED] = "declined", [DS_BANK_EXPIRED] = "expired",
};

const char *
ds_bank_payment_state_to_name (DsBankPaymentState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_names), NULL);

  return state_names[state];
}

/* The schema admits no other name. */
static DsBankPaymentState
state_from_name (const char *name)
{
  guint state = 0;

  while (!g_str_equal (state_names[state], name))
    {
      state++;
      g_assert (state < G_N_ELEMENTS (state_names));
    }
  return state;
}

void
ds_bank_payment_free (DsBankPayment *self)
{
  g_free (self->payment_id);
  g_free (self->operator_id);
  g_free (self->kind);
  g_free (self->wallet);
  g_free (self->proof);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_free (self->reason);
  g_free (self->reference);
  g_clear_pointer (&self->receipt, g_bytes_unref);
  g_free (self->spoken);
  g_free (self);
}

/* Reading */

#define PAYMENT_COLUMNS                                                                                      \
  "payment, operator, kind, wallet, proof, state, amount_fen, red_packet_fen, refunded_fen,"                 \
  " refunded_red_packet_fen, payee_id, payee_name, reason, reference, receipt, created_at_ms, until_ms,"     \
  " paid_at_ms, expires_at_ms"

static DsBankPayment *
read_payment (DsQuery *query)
{
  DsBankPayment *payment = g_new0 (DsBankPayment, 1);

  payment->payment_id = g_strdup (ds_db_column_text (query, 0));
  payment->operator_id = g_strdup (ds_db_column_text (query, 1));
  payment->kind = g_strdup (ds_db_column_text (query, 2));
  payment->wallet = g_strdup (ds_db_column_text (query, 3));
  payment->proof = g_strdup (ds_db_column_text (query, 4));
  payment->state = state_from_name (ds_db_column_text (query, 5));
  payment->amount_fen = ds_db_column_int (query, 6);
  payment->red_packet_fen = ds_db_column_int (query, 7);
  payment->refunded_fen = ds_db_column_int (query, 8);
  payment->refunded_red_packet_fen = ds_db_column_int (query, 9);
  payment->payee_id = g_strdup (ds_db_column_text (query, 10));
  payment->payee_name = g_strdup (ds_db_column_text (query, 11));
  payment->reason = g_strdup (ds_db_column_text (query, 12));
  payment->reference = g_strdup (ds_db_column_text (query, 13));
  payment->receipt = ds_bank_column_bytes (query, 14);
  payment->created_at_ms = ds_db_column_int (query, 15);
  payment->until_ms = ds_db_column_int (query, 16);
  payment->paid_at_ms = ds_db_column_int (query, 17);
  payment->expires_at_ms = ds_db_column_int (query, 18);
  payment->spoken = g_strdup (ds_db_column_text (query, 19));
  return payment;
}

gboolean
ds_bank_load_payment (DsBank *self, const char *payment_id, DsBankPayment **payment, GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db, "SELECT " PAYMENT_COLUMNS ", spoken FROM payment WHERE payment = ?", error);
  gboolean row;

  *payment = NULL;
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    *payment = read_payment (query);
  ds_db_reset (query);
  return TRUE;
}

static GPtrArray *
read_payments (DsBank *self, DsQuery *query, GError **error)
{
  g_autoptr (GPtrArray) payments = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_bank_payment_free);
  gboolean row = TRUE;

  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (payments, read_payment (query));
    }
  ds_db_reset (query);
  return g_steal_pointer (&payments);
}

GPtrArray *
ds_bank_list_payments (DsBank *self, const char *wallet, guint limit, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT " PAYMENT_COLUMNS ", spoken FROM payment WHERE wallet = ?"
                                  " ORDER BY created_at_ms DESC, payment DESC LIMIT ?",
                                  error);

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, wallet);
  ds_db_bind_int (query, 2, limit);
  return read_payments (self, query, error);
}

/* Writing */

gboolean
ds_bank_store_payment (DsBank *self, const DsBankPayment *payment, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO payment (" PAYMENT_COLUMNS ")"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                  " ON CONFLICT (payment) DO UPDATE SET state = excluded.state,"
                                  "  red_packet_fen = excluded.red_packet_fen, reason = excluded.reason,"
                                  "  reference = excluded.reference, receipt = excluded.receipt,"
                                  "  until_ms = excluded.until_ms, paid_at_ms = excluded.paid_at_ms",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment->payment_id);
  ds_db_bind_text (query, 2, payment->operator_id);
  ds_db_bind_text (query, 3, payment->kind);
  ds_db_bind_text (query, 4, payment->wallet);
  ds_db_bind_text (query, 5, payment->proof);
  ds_db_bind_text (query, 6, ds_bank_payment_state_to_name (payment->state));
  ds_db_bind_int (query, 7, payment->amount_fen);
  ds_db_bind_int (query, 8, payment->red_packet_fen);
  ds_db_bind_int (query, 9, payment->refunded_fen);
  ds_db_bind_int (query, 10, payment->refunded_red_packet_fen);
  ds_db_bind_text (query, 11, payment->payee_id);
  ds_db_bind_text (query, 12, payment->payee_name);
  ds_db_bind_text (query, 13, payment->reason);
  ds_db_bind_text (query, 14, payment->reference);
  if (payment->receipt != NULL)
    ds_db_bind_blob (query, 15, g_bytes_get_data (payment->receipt, NULL),
                     g_bytes_get_size (payment->receipt));
  ds_db_bind_int (query, 16, payment->created_at_ms);
  ds_db_bind_int (query, 17, payment->until_ms);
  ds_db_bind_int (query, 18, payment->paid_at_ms);
  ds_db_bind_int (query, 19, payment->expires_at_ms);
  return ds_db_run (self->db, query, error);
}

/* A message changes nothing about the payment, so it has a column and a statement of its own. */
gboolean
ds_bank_tell_payer (DsBank *self,
                    const char *operator_id,
                    const char *payment_id,
                    const char *spoken_proof,
                    GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "UPDATE payment SET spoken = ?3 WHERE payment = ?1 AND operator = ?2 AND state = 'paid'",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment_id);
  ds_db_bind_text (query, 2, operator_id);
  ds_db_bind_text (query, 3, spoken_proof);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  if (sqlite3_changes (ds_db_get_handle (self->db)) == 1)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_REFUSED, "This operator has no money for this payment");
  return FALSE;
}

/* Settling */

static GBytes *
sign_receipt (DsBank *self, const DsBankPayment *payment, GError **error)
{
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_RECEIPT,
    .payment_id = payment->payment_id,
    .amount_fen = payment->amount_fen,
    .payee_id = payment->payee_id,
    .operator_id = payment->operator_id,
    .operator_ref = payment->reference,
    .red_packet_fen = payment->red_packet_fen,
    .counter = -1,
    .at_s = payment->paid_at_ms / 1000,
  };
  g_autoptr (DsEvidence) receipt
      = ds_receipt_sign (ds_bank_find_operator (self, payment->operator_id)->key, &draft, error);

  return receipt ? g_bytes_ref (receipt->bytes) : NULL;
}

gboolean
ds_bank_settle_payment (DsBank *self, DsBankPayment *payment, GError **error)
{
  gboolean in_shop = g_str_equal (payment->kind, "shop");
  gboolean by_voucher = g_str_equal (payment->kind, "voucher");
  g_autoptr (DsBankWallet) wallet = ds_bank_load_wallet (self, payment->wallet, error);
  g_autofree char *account = NULL;
  DsBankMovement movement;

  if (wallet == NULL)
    return FALSE;
  account = in_shop ? g_strconcat ("shop:", payment->payee_name, NULL)
                    : g_strconcat ("payee:", payment->payee_id, NULL);
  payment->red_packet_fen = MIN (wallet->red_packet_fen, payment->amount_fen);
  movement = (DsBankMovement){
    .kind = in_shop      ? "shop"
            : by_voucher ? "voucher"
                         : "payment",
    .operator_id = payment->operator_id,
    .wallet = payment->wallet,
    .account = account,
    .payment_id = payment->payment_id,
    .balance_fen = payment->amount_fen - payment->red_packet_fen,
    .red_packet_fen = payment->red_packet_fen,
  };
  if (!ds_bank_move (self, &movement, &payment->reference, error))
    return FALSE;

  payment->state = DS_BANK_PAID;
  payment->until_ms = 0;
  payment->paid_at_ms = ds_bank_now_ms (self);
  if (!in_shop)
    payment->receipt = sign_receipt (self, payment, error);
  return in_shop || payment->receipt != NULL;
}

/* What falls due */

/* Late money arrives, if the wallet still has it. (transaction) */
static gboolean
arrive (DsBank *self, DsBankPayment *payment, GError **error)
{
  g_autofree char *reason = NULL;

  if (!ds_bank_check_spending (self, payment->wallet, payment->amount_fen, &reason, error))
    return FALSE;
  if (reason == NULL)
    return ds_bank_settle_payment (self, payment, error);
  payment->state = DS_BANK_DECLINED;
  payment->reason = g_steal_pointer (&reason);
  return TRUE;
}

static gboolean
run_payment (DsBank *self, DsBankPayment *payment, GError **error)
{
  gboolean good = TRUE;

  if (!ds_db_begin (self->db, error))
    return FALSE;
  if (payment->state == DS_BANK_PROCESSING)
    good = arrive (self, payment, error);
  else
    {
      payment->state = DS_BANK_EXPIRED;
      payment->reason = g_strdup ("the customer did not confirm in time");
    }
  if (!ds_bank_end (self, good && ds_bank_store_payment (self, payment, error), error))
    return FALSE;
  ds_bank_emit_order_changed (self, payment->operator_id, payment->payment_id);
  return TRUE;
}

gboolean
ds_bank_run_due (DsBank *self, GError **error)
{
  g_autoptr (GPtrArray) payments = NULL;
  DsQuery *query;

  g_return_val_if_fail (DS_IS_BANK (self), FALSE);

  query = ds_db_prepare (self->db,
                         "SELECT " PAYMENT_COLUMNS ", spoken FROM payment"
                         " WHERE state IN ('waiting', 'processing') AND until_ms <= ?"
                         " ORDER BY until_ms, payment",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, ds_bank_now_ms (self));
  payments = read_payments (self, query, error);
  if (payments == NULL)
    return FALSE;
  for (guint i = 0; i < payments->len; i++)
    {
      if (!run_payment (self, g_ptr_array_index (payments, i), error))
        return FALSE;
    }
  if (self->due_source == 0 || payments->len > 0)
    ds_bank_schedule (self);
  return TRUE;
}

static gboolean
on_due (gpointer user_data)
{
  DsBank *self = user_data;

  self->due_source = 0;
  /* What fails now is tried again before the bank's next answer, which reports the failure. */
  ds_bank_run_due (self, NULL);
  return G_SOURCE_REMOVE;
}

void
ds_bank_schedule (DsBank *self)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT MIN (until_ms) FROM payment WHERE state IN ('waiting', 'processing')", NULL);
  gboolean row;

  g_clear_handle_id (&self->due_source, g_source_remove);
  if (query == NULL || !ds_db_step (self->db, query, &row, NULL))
    return;
  if (row && sqlite3_column_type (query, 0) != SQLITE_NULL)
    {
      gint64 wait_ms = ds_db_column_int (query, 0) - ds_bank_now_ms (self);

      self->due_source
          = ds_clock_add_timeout (self->clock, (guint)CLAMP (wait_ms, 1, G_MAXINT), on_due, self);
    }
  ds_db_reset (query);
}

DsOrderResult *
ds_bank_payment_to_result (DsBank *self, const DsBankPayment *payment)
{
  static const DsOrderState states[] = {
    [DS_BANK_WAITING] = DS_ORDER_WAITING, [DS_BANK_PROCESSING] = DS_ORDER_WAITING,
    [DS_BANK_PAID] = DS_ORDER_PAID,       [DS_BANK_DECLINED] = DS_ORDER_DECLINED,
    [DS_BANK_EXPIRED] = DS_ORDER_EXPIRED,
  };
  gboolean paid = payment->state == DS_BANK_PAID;
  DsOrderResult *result = ds_order_result_new (states[payment->state]);

  /* The late fault: what is under way past its expiry is reported as an operator's time-out reports it. */
  if (payment->state == DS_BANK_PROCESSING && ds_bank_now_ms (self) > payment->expires_at_ms)
    result->state = DS_ORDER_EXPIRED;
  else if (paid && payment->refunded_fen == payment->amount_fen)
    result->state = DS_ORDER_REFUNDED;

  result->expires_at_ms = payment->expires_at_ms;
  result->amount_fen = paid ? payment->amount_fen : 0;
  result->operator_ref = g_strdup (payment->reference);
  result->reason = g_strdup (payment->reason);
  result->red_packet_fen = payment->red_packet_fen;
  result->refunded_fen = payment->refunded_fen;
  result->refunded_red_packet_fen = payment->refunded_red_packet_fen;
  result->receipt = payment->receipt ? g_bytes_ref (payment->receipt) : NULL;
  result->paid_at_ms = payment->paid_at_ms;
  return result;
}
