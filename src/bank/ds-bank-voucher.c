/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Redeeming vouchers that customers' wallets gave without a network. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>

/* A voucher given on the last day of its certificate may come in so much later. */
#define REDEEM_GRACE_S (G_GINT64_CONSTANT (7) * 24 * 60 * 60)

static DsOrderResult *
declined (const char *reason)
{
  DsOrderResult *result = ds_order_result_new (DS_ORDER_DECLINED);

  result->reason = g_strdup (reason);
  return result;
}

static const char *
verdict_to_reason (DsEvidenceVerdict verdict)
{
  switch (verdict)
    {
    case DS_EVIDENCE_UNKNOWN_OPERATOR:
    case DS_EVIDENCE_FORGED_CERTIFICATE:
      return "the wallet's certificate is not this operator's";
    case DS_EVIDENCE_EXPIRED_CERTIFICATE:
      return "the wallet's certificate had expired";
    case DS_EVIDENCE_OVER_WALLET_LIMIT:
      return "above the wallet's limit for one voucher";
    case DS_EVIDENCE_FROM_FUTURE:
      return "the voucher's time lies ahead";
    default:
      return "the signature is not the wallet's";
    }
}

/* Whether it is a voucher that this operator answers for. What is not is refused without a trace: only the wallet
 * itself may use up its counters. */
static const char *
check_voucher (DsBank *self, const char *operator_id, const DsEvidence *voucher, const DsBankWallet *wallet)
{
  g_autoptr (DsKey) key = NULL;
  g_autofree char *public_key = NULL;
  gint64 now_s = ds_bank_now_ms (self) / 1000;
  gint64 judged_at_s = MIN (now_s, MAX (voucher->at_s, now_s - REDEEM_GRACE_S));
  DsEvidenceVerdict verdict;

  verdict = ds_evidence_verify (voucher, self->trust, NULL, NULL, -1, judged_at_s);
  if (verdict != DS_EVIDENCE_OK)
    return verdict_to_reason (verdict);

  key = ds_key_new_from_public (voucher->certificate->public_key, DS_SM2_COMPRESSED_SIZE, NULL);
  public_key = key ? ds_key_get_public_hex (key) : NULL;
  if (!g_str_equal (voucher->operator_id, operator_id) || !g_str_equal (wallet->operator_id, operator_id)
      || g_strcmp0 (public_key, wallet->public_key) != 0)
    return "the wallet's certificate is not this operator's";
  return NULL;
}

/* @known: (out): whether this counter has served; @same: whether with this very voucher. (transaction) */
static gboolean
find_counter (DsBank *self,
              const DsBankWallet *wallet,
              const DsEvidence *voucher,
              const char *digest,
              gboolean *known,
              gboolean *same,
              char **reason,
              GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT digest = ?3, reason FROM voucher WHERE wallet = ?1 AND counter = ?2", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, wallet->serial);
  ds_db_bind_int (query, 2, voucher->counter);
  ds_db_bind_text (query, 3, digest);
  if (!ds_db_step (self->db, query, known, error))
    return FALSE;
  if (*known)
    {
      *same = ds_db_column_int (query, 0) != 0;
      *reason = g_strdup (ds_db_column_text (query, 1));
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
store_voucher (DsBank *self,
               const DsBankWallet *wallet,
               const DsEvidence *voucher,
               const char *digest,
               const char *reason,
               GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO voucher (wallet, counter, payment, digest, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, wallet->serial);
  ds_db_bind_int (query, 2, voucher->counter);
  ds_db_bind_text (query, 3, voucher->payment_id);
  ds_db_bind_text (query, 4, digest);
  ds_db_bind_text (query, 5, reason);
  ds_db_bind_int (query, 6, ds_bank_now_ms (self));
  return ds_db_run (self->db, query, error);
}

/* @payee_name: (out) (transfer full): from the order, if any operator has one; @fits: whether the voucher promises
 * what the order asks for. (transaction) */
static gboolean
compare_order (DsBank *self, const DsEvidence *voucher, char **payee_name, gboolean *fits, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT payee_name, amount_fen = ?2 AND payee_id = ?3 FROM orders WHERE payment = ?1 LIMIT 1",
      error);
  gboolean row;

  *fits = TRUE;
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, voucher->payment_id);
  ds_db_bind_int (query, 2, voucher->amount_fen);
  ds_db_bind_text (query, 3, voucher->payee_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  *payee_name = g_strdup (row ? ds_db_column_text (query, 0) : voucher->payee_id);
  if (row)
    *fits = ds_db_column_int (query, 1) != 0;
  ds_db_reset (query);
  return TRUE;
}

static DsBankPayment *
new_payment (DsBank *self,
             const DsBankWallet *wallet,
             const DsEvidence *voucher,
             const char *digest,
             const char *payee_name)
{
  DsBankPayment *payment = g_new0 (DsBankPayment, 1);

  payment->payment_id = g_strdup (voucher->payment_id);
  payment->operator_id = g_strdup (wallet->operator_id);
  payment->kind = g_strdup ("voucher");
  payment->wallet = g_strdup (wallet->serial);
  payment->proof = g_strdup (digest);
  payment->amount_fen = voucher->amount_fen;
  payment->payee_id = g_strdup (voucher->payee_id);
  payment->payee_name = g_strdup (payee_name);
  payment->created_at_ms = ds_bank_now_ms (self);
  return payment;
}

/* A voucher whose counter is new. The wallet's limits for a payment and a day do not count: the operator answers for
 * what its certificate allows. (transaction) */
static DsOrderResult *
redeem_new (DsBank *self,
            const DsBankWallet *wallet,
            const DsEvidence *voucher,
            const char *digest,
            GError **error)
{
  g_autoptr (DsBankPayment) earlier = NULL;
  g_autoptr (DsBankPayment) payment = NULL;
  g_autofree char *payee_name = NULL;
  const char *reason = NULL;
  gboolean fits;

  if (!ds_bank_load_payment (self, voucher->payment_id, &earlier, error)
      || !compare_order (self, voucher, &payee_name, &fits, error))
    return NULL;
  /* Another way to pay is under way: the answer is not known yet, and nothing is used up. */
  if (earlier != NULL && (earlier->state == DS_BANK_WAITING || earlier->state == DS_BANK_PROCESSING))
    return ds_order_result_new (DS_ORDER_WAITING);

  if (earlier != NULL)
    reason
        = earlier->state == DS_BANK_PAID ? "this has been paid already" : "this payment has ended otherwise";
  else if (!fits)
    reason = "not what was ordered: another amount or payee";
  else if (self->faults.reject_vouchers > 0)
    {
      self->faults.reject_vouchers--;
      reason = "insufficient balance";
    }
  else if (voucher->amount_fen > wallet->balance_fen + wallet->red_packet_fen)
    reason = "insufficient balance";

  if (!store_voucher (self, wallet, voucher, digest, reason, error))
    return NULL;
  if (reason != NULL)
    return declined (reason);

  payment = new_payment (self, wallet, voucher, digest, payee_name);
  if (!ds_bank_settle_payment (self, payment, error) || !ds_bank_store_payment (self, payment, error))
    return NULL;
  return ds_bank_payment_to_result (self, payment);
}

/* @fresh: (out): whether the voucher was redeemed or refused just now. (transaction) */
static DsOrderResult *
redeem (DsBank *self, const DsBankWallet *wallet, const DsEvidence *voucher, gboolean *fresh, GError **error)
{
  g_autofree char *digest
      = ds_sm3_hex (g_bytes_get_data (voucher->bytes, NULL), g_bytes_get_size (voucher->bytes));
  g_autoptr (DsBankPayment) payment = NULL;
  g_autofree char *reason = NULL;
  DsOrderResult *result;
  gboolean known, same = FALSE;

  if (!find_counter (self, wallet, voucher, digest, &known, &same, &reason, error))
    return NULL;
  if (!known)
    {
      result = redeem_new (self, wallet, voucher, digest, error);
      *fresh = result != NULL && result->state != DS_ORDER_WAITING;
      return result;
    }
  if (!same)
    return declined ("already used: the wallet gave this voucher's number to another payment");
  if (reason != NULL)
    return declined (reason);
  if (!ds_bank_load_payment (self, voucher->payment_id, &payment, error))
    return NULL;
  g_assert (payment != NULL);
  return ds_bank_payment_to_result (self, payment);
}

static DsOrderResult *
redeem_at_operator (DsBank *self,
                    const char *operator_id,
                    const DsEvidence *voucher,
                    gboolean *fresh,
                    GError **error)
{
  g_autofree char *serial = ds_wallet_certificate_get_serial_hex (voucher->certificate);
  g_autoptr (GError) problem = NULL;
  g_autoptr (DsBankWallet) wallet = ds_bank_load_wallet (self, serial, &problem);
  const char *refusal;

  if (wallet == NULL && !g_error_matches (problem, DS_ERROR, DS_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (wallet == NULL)
    return declined ("the operator has no such wallet");
  refusal = check_voucher (self, operator_id, voucher, wallet);
  return refusal ? declined (refusal) : redeem (self, wallet, voucher, fresh, error);
}

DsOrderResult *
ds_bank_redeem (DsBank *self, const char *operator_id, GBytes *bytes, GError **error)
{
  g_autoptr (DsEvidence) voucher = ds_evidence_parse (bytes, NULL);
  g_autoptr (DsOrderResult) result = NULL;
  gboolean fresh = FALSE;

  if (voucher == NULL || voucher->kind != DS_EVIDENCE_VOUCHER)
    return declined ("this is no voucher");

  if (!ds_bank_run_due (self, error) || !ds_db_begin (self->db, error))
    return NULL;
  result = redeem_at_operator (self, operator_id, voucher, &fresh, error);
  if (!ds_bank_end (self, result != NULL, error))
    return NULL;
  if (fresh)
    ds_bank_emit_order_changed (self, operator_id, voucher->payment_id);
  return g_steal_pointer (&result);
}

gboolean
ds_bank_find_refused_voucher (DsBank *self,
                              const char *operator_id,
                              const char *payment_id,
                              char **reason,
                              GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT voucher.reason FROM voucher JOIN wallet ON wallet.serial = voucher.wallet"
                       " WHERE voucher.payment = ? AND wallet.operator = ? AND voucher.reason IS NOT NULL"
                       " ORDER BY voucher.at_ms DESC LIMIT 1",
                       error);
  gboolean row;

  *reason = NULL;
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment_id);
  ds_db_bind_text (query, 2, operator_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    *reason = g_strdup (ds_db_column_text (query, 0));
  ds_db_reset (query);
  return TRUE;
}

json_t *
ds_bank_list_vouchers (DsBank *self, const char *wallet, guint limit, GError **error)
{
  g_autoptr (json_t) list = json_array ();
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT counter, payment, reason FROM voucher WHERE wallet = ?"
                                  " ORDER BY at_ms DESC LIMIT ?",
                                  error);
  gboolean row = TRUE;

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, wallet);
  ds_db_bind_int (query, 2, limit);
  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (row)
        json_array_append_new (list, json_pack ("{s:I, s:s, s:s, s:s?}", "counter",
                                                (json_int_t)ds_db_column_int (query, 0), "payment",
                                                ds_db_column_text (query, 1), "state",
                                                ds_db_column_text (query, 2) ? "declined" : "paid", "reason",
                                                ds_db_column_text (query, 2)));
    }
  ds_db_reset (query);
  return g_steal_pointer (&list);
}
