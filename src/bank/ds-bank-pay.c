/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways to pay while the wallet's bank can be reached: a collection code, a payer code, a shop. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-collection-code.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-payer-code.h"
#include "ds-sandbox-code.h"

#include <string.h>

/* How long a customer has to confirm, however soon the code itself would expire: who began in time may finish. */
#define CONFIRM_LIFE_MS (G_GINT64_CONSTANT (5) * 60 * 1000)

#define MAX_SHOP_BYTES 60

static DsBankPayment *
new_payment (DsBank *self, const char *kind, const char *wallet, const DsBankOrder *order)
{
  DsBankPayment *payment = g_new0 (DsBankPayment, 1);

  payment->payment_id = g_strdup (order->payment_id);
  payment->operator_id = g_strdup (order->operator_id);
  payment->kind = g_strdup (kind);
  payment->wallet = g_strdup (wallet);
  payment->amount_fen = order->amount_fen;
  payment->payee_id = g_strdup (order->payee_id);
  payment->payee_name = g_strdup (order->payee_name);
  payment->created_at_ms = ds_bank_now_ms (self);
  payment->expires_at_ms = order->expires_at_ms;
  return payment;
}

static void
decline (DsBankPayment *payment, const char *reason)
{
  payment->state = DS_BANK_DECLINED;
  g_free (payment->reason);
  payment->reason = g_strdup (reason);
}

/* Late, or now. (transaction) */
static gboolean
go_on (DsBank *self, DsBankPayment *payment, GError **error)
{
  if (self->faults.late_ms == 0)
    return ds_bank_settle_payment (self, payment, error);
  payment->state = DS_BANK_PROCESSING;
  payment->until_ms = ds_bank_now_ms (self) + self->faults.late_ms;
  return TRUE;
}

/* Declines what the wallet may not spend; else waits for the customer, or goes on. (transaction) */
static gboolean
begin (DsBank *self, DsBankPayment *payment, GError **error)
{
  g_autofree char *reason = NULL;

  if (!ds_bank_check_spending (self, payment->wallet, payment->amount_fen, &reason, error))
    return FALSE;
  if (reason != NULL)
    {
      decline (payment, reason);
      return TRUE;
    }
  if (self->faults.confirm_above_fen < 0 || payment->amount_fen <= self->faults.confirm_above_fen)
    return go_on (self, payment, error);

  payment->state = DS_BANK_WAITING;
  payment->until_ms = ds_bank_now_ms (self) + CONFIRM_LIFE_MS;
  return TRUE;
}

/* After the commit. */
static DsBankPayment *
announce (DsBank *self, DsBankPayment *payment)
{
  ds_bank_schedule (self);
  ds_bank_emit_order_changed (self, payment->operator_id, payment->payment_id);
  return payment;
}

/* A collection code */

static DsBankOrder *
read_sandbox_code (DsBank *self, const char *text, GError **error)
{
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (text, error);
  g_autoptr (DsBankOrder) order = NULL;
  const DsBankOperator *op;

  if (code == NULL)
    return NULL;
  op = ds_bank_find_operator (self, code->operator_id);
  if (op == NULL || !ds_bank_operator_verify_code (op, code))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_REFUSED,
                           "This collection code is not from one of the sandbox's operators");
      return NULL;
    }
  if (!ds_bank_load_order (self, code->operator_id, code->payment_id, &order, error))
    return NULL;
  if (order == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                         "The operator knows of no order for this collection code");
  return g_steal_pointer (&order);
}

/* A handheld without a network built the code: the bank may hear of the order from the customer first. (transaction) */
static DsBankOrder *
order_from_built_code (DsBank *self, const DsBankWallet *wallet, const char *text, GError **error)
{
  g_autoptr (DsCollectionCode) code = ds_collection_code_parse (text, error);
  DsOrder draft;

  if (code == NULL)
    return NULL;
  draft = (DsOrder){
    .payment_id = code->payment_id,
    .amount_fen = code->amount_fen,
    .payee_id = code->payee_id,
    .payee_name = code->payee_name,
    .place = code->payee_city,
    .expires_at_ms = code->expires_at_s * 1000,
    .stop_mark = code->stop_mark,
  };
  return ds_bank_put_order (self, wallet->operator_id, &draft, FALSE, error);
}

/* @earlier: (out) (transfer full): the payment that this wallet has made or begun for the order. */
static gboolean
find_earlier (DsBank *self,
              const DsBankWallet *wallet,
              const DsBankOrder *order,
              DsBankPayment **earlier,
              const char **refusal,
              GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;

  if (!ds_bank_load_payment (self, order->payment_id, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  if (g_str_equal (payment->kind, "code") && g_str_equal (payment->wallet, wallet->serial))
    *earlier = g_steal_pointer (&payment);
  else if (payment->state == DS_BANK_PAID)
    *refusal = "this has been paid already";
  else if (payment->state == DS_BANK_WAITING || payment->state == DS_BANK_PROCESSING)
    *refusal = "this is being paid another way";
  else
    *refusal = "this payment has ended: ask for a new code";
  return TRUE;
}

/* @fresh: (out): whether something was recorded. What is refused for a reason that may pass (money, limits, another
 * customer's attempt) is not: an open code stays payable until it expires. (transaction) */
static DsBankPayment *
pay_order (DsBank *self,
           const DsBankWallet *wallet,
           const DsBankOrder *order,
           gboolean *fresh,
           GError **error)
{
  g_autoptr (DsBankPayment) earlier = NULL;
  g_autoptr (DsBankPayment) payment = new_payment (self, "code", wallet->serial, order);
  const char *refusal = NULL;

  if (!find_earlier (self, wallet, order, &earlier, &refusal, error))
    return NULL;
  if (earlier != NULL)
    return g_steal_pointer (&earlier);

  if (refusal == NULL && ds_bank_now_ms (self) > order->expires_at_ms)
    refusal = "this code has expired: ask for a new one";
  if (refusal != NULL)
    decline (payment, refusal);
  else if (!begin (self, payment, error))
    return NULL;

  *fresh = payment->state != DS_BANK_DECLINED;
  if (*fresh && !ds_bank_store_payment (self, payment, error))
    return NULL;
  return g_steal_pointer (&payment);
}

static DsBankPayment *
pay_code (DsBank *self, const DsBankWallet *wallet, const char *code, gboolean *fresh, GError **error)
{
  g_autoptr (DsBankOrder) order = NULL;

  if (ds_sandbox_code_text_is_code (code))
    order = read_sandbox_code (self, code, error);
  else
    order = order_from_built_code (self, wallet, code, error);
  return order ? pay_order (self, wallet, order, fresh, error) : NULL;
}

DsBankPayment *
ds_bank_pay (DsBank *self, const DsBankWallet *wallet, const char *code, GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;
  gboolean fresh = FALSE;

  if (!ds_bank_run_due (self, error) || !ds_db_begin (self->db, error))
    return NULL;
  payment = pay_code (self, wallet, code, &fresh, error);
  if (!ds_bank_end (self, payment != NULL, error))
    return NULL;
  return fresh ? announce (self, g_steal_pointer (&payment)) : g_steal_pointer (&payment);
}

/* The customer's confirmation. (transaction) */
static gboolean
confirm (DsBank *self, gboolean accept, DsBankPayment *payment, GError **error)
{
  g_autofree char *reason = NULL;

  payment->until_ms = 0;
  if (!accept)
    reason = g_strdup ("the customer declined");
  else if (!ds_bank_check_spending (self, payment->wallet, payment->amount_fen, &reason, error))
    return FALSE;

  if (reason != NULL)
    decline (payment, reason);
  else if (!go_on (self, payment, error))
    return FALSE;
  return ds_bank_store_payment (self, payment, error);
}

DsBankPayment *
ds_bank_confirm (DsBank *self,
                 const DsBankWallet *wallet,
                 const char *payment_id,
                 gboolean accept,
                 GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;

  if (!ds_bank_run_due (self, error) || !ds_bank_load_payment (self, payment_id, &payment, error))
    return NULL;
  if (payment == NULL || g_strcmp0 (payment->wallet, wallet->serial) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "This wallet has no such payment to confirm");
      return NULL;
    }
  /* Once it has ended, asking again tells the end; it changes nothing. */
  if (payment->state != DS_BANK_WAITING)
    return g_steal_pointer (&payment);

  if (!ds_db_begin (self->db, error) || !ds_bank_end (self, confirm (self, accept, payment, error), error))
    return NULL;
  return announce (self, g_steal_pointer (&payment));
}

/* A payer code */

/* @step: (out): the minute of the code. The one before is taken too, since the courier needs a moment; and the one
 * after, since phones run ahead. */
static gboolean
find_step (DsBank *self, const DsBankWallet *wallet, guint one_time, gint64 *step)
{
  gint64 now = ds_bank_now_ms (self) / DS_SANDBOX_STEP_MS;
  const guint8 *secret = g_bytes_get_data (wallet->secret, NULL);

  for (*step = now - 1; *step <= now + 1; (*step)++)
    {
      if (ds_sandbox_one_time_code (secret, *step) == one_time)
        return TRUE;
    }
  return FALSE;
}

/* @used: (out): whether the code has served before. (transaction) */
static gboolean
use_step (DsBank *self,
          const DsBankWallet *wallet,
          gint64 step,
          const char *payment_id,
          gboolean *used,
          GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT INTO payer_code (wallet, step, payment) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, wallet->serial);
  ds_db_bind_int (query, 2, step);
  ds_db_bind_text (query, 3, payment_id);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  *used = sqlite3_changes (ds_db_get_handle (self->db)) == 0;
  return TRUE;
}

/* @wallet: (out) (transfer full): whose code it is; %NULL with @refusal when it cannot be charged. (transaction) */
static gboolean
resolve_payer (DsBank *self,
               const DsBankOrder *order,
               const char *payer_code,
               DsBankWallet **wallet,
               const char **refusal,
               GError **error)
{
  g_autoptr (DsBankWallet) found = NULL;
  g_autoptr (GError) problem = NULL;
  DsSandboxPayerCode parts;
  gint64 step;
  gboolean used;

  if (!ds_sandbox_payer_code_parse (payer_code, &parts)
      || !g_str_equal (parts.operator_id, order->operator_id))
    {
      *refusal = "this payer code is not of this operator";
      return TRUE;
    }
  found = ds_bank_load_wallet_by_number (self, order->operator_id, parts.number, &problem);
  if (found == NULL && !g_error_matches (problem, DS_ERROR, DS_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (found == NULL || !find_step (self, found, parts.one_time, &step))
    {
      *refusal = "this payer code is not valid, or no longer: ask the customer for a new one";
      return TRUE;
    }
  if (!use_step (self, found, step, order->payment_id, &used, error))
    return FALSE;
  if (used)
    *refusal = "this payer code has been used: ask the customer for a new one";
  else
    *wallet = g_steal_pointer (&found);
  return TRUE;
}

/* (transaction) */
static DsBankPayment *
charge (DsBank *self, const DsBankOrder *order, const char *payer_code, GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;
  g_autoptr (DsBankWallet) wallet = NULL;
  const char *refusal = NULL;

  if (ds_bank_now_ms (self) > order->expires_at_ms)
    refusal = "this payer code was sent too late: ask the customer for a new one";
  else if (!resolve_payer (self, order, payer_code, &wallet, &refusal, error))
    return NULL;

  payment = new_payment (self, "charge", wallet ? wallet->serial : NULL, order);
  payment->proof = g_strdup (payer_code);
  if (refusal != NULL)
    decline (payment, refusal);
  else if (!begin (self, payment, error))
    return NULL;
  return ds_bank_store_payment (self, payment, error) ? g_steal_pointer (&payment) : NULL;
}

/* @fresh: (out): whether this is the first request for the payment. (transaction) */
static DsBankPayment *
charge_once (DsBank *self,
             const char *operator_id,
             const DsOrder *draft,
             const char *payer_code,
             gboolean *fresh,
             GError **error)
{
  g_autoptr (DsBankOrder) order = ds_bank_put_order (self, operator_id, draft, FALSE, error);
  g_autoptr (DsBankPayment) payment = NULL;

  if (order == NULL || !ds_bank_load_payment (self, order->payment_id, &payment, error))
    return NULL;
  *fresh = payment == NULL;
  if (payment == NULL)
    return charge (self, order, payer_code, error);

  if (!g_str_equal (payment->kind, "charge") || !g_str_equal (payment->operator_id, operator_id)
      || !g_str_equal (payment->proof, payer_code))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "Payment %s was asked for before in another way",
                   order->payment_id);
      return NULL;
    }
  return g_steal_pointer (&payment);
}

DsOrderResult *
ds_bank_charge (DsBank *self,
                const char *operator_id,
                const DsOrder *draft,
                const char *payer_code,
                GError **error)
{
  g_autofree char *digits = ds_payer_code_normalize (payer_code);
  g_autoptr (DsBankPayment) payment = NULL;
  gboolean fresh = FALSE;

  if (!ds_bank_run_due (self, error) || !ds_db_begin (self->db, error))
    return NULL;
  payment = charge_once (self, operator_id, draft, digits, &fresh, error);
  if (!ds_bank_end (self, payment != NULL, error))
    return NULL;
  if (fresh)
    announce (self, payment);
  return ds_bank_payment_to_result (self, payment);
}

/* A shop */

static gboolean
check_purchase (const char *payment_id, gint64 amount_fen, const char *shop, GError **error)
{
  if (!ds_id_is_valid (payment_id))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A payment id is a UUIDv7");
  else if (amount_fen <= 0 || amount_fen > DS_MONEY_MAX_FEN)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "An amount is above zero");
  else if (*shop == '\0' || strlen (shop) > MAX_SHOP_BYTES)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A shop has a name of 1 to 60 bytes");
  else
    return TRUE;
  return FALSE;
}

/* (transaction) */
static DsBankPayment *
spend (DsBank *self, const DsBankWallet *wallet, const DsBankOrder *purchase, GError **error)
{
  g_autoptr (DsBankPayment) payment = NULL;
  g_autofree char *reason = NULL;

  if (!ds_bank_load_payment (self, purchase->payment_id, &payment, error))
    return NULL;
  if (payment != NULL)
    {
      if (g_str_equal (payment->kind, "shop") && g_str_equal (payment->wallet, wallet->serial)
          && payment->amount_fen == purchase->amount_fen
          && g_str_equal (payment->payee_name, purchase->payee_name))
        return g_steal_pointer (&payment);
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT, "This payment id stands for another payment");
      return NULL;
    }

  payment = new_payment (self, "shop", wallet->serial, purchase);
  if (!ds_bank_check_spending (self, wallet->serial, payment->amount_fen, &reason, error))
    return NULL;
  if (reason != NULL)
    decline (payment, reason);
  else if (!ds_bank_settle_payment (self, payment, error))
    return NULL;
  return ds_bank_store_payment (self, payment, error) ? g_steal_pointer (&payment) : NULL;
}

DsBankPayment *
ds_bank_spend (DsBank *self,
               const DsBankWallet *wallet,
               const char *payment_id,
               gint64 amount_fen,
               const char *shop,
               GError **error)
{
  const DsBankOrder purchase = {
    .payment_id = (char *)payment_id,
    .operator_id = wallet->operator_id,
    .amount_fen = amount_fen,
    .payee_name = (char *)shop,
  };
  g_autoptr (DsBankPayment) payment = NULL;

  if (!check_purchase (payment_id, amount_fen, shop, error) || !ds_bank_run_due (self, error)
      || !ds_db_begin (self->db, error))
    return NULL;
  payment = spend (self, wallet, &purchase, error);
  if (!ds_bank_end (self, payment != NULL, error))
    return NULL;
  return g_steal_pointer (&payment);
}
