/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the bank's own files, its operators and its server share. Everything here runs on the main thread.
 *
 * Functions marked (transaction) run inside the caller's transaction; the others make their own. */
#pragma once

#include "ds-bank.h"

#include "ds-clock.h"
#include "ds-db.h"
#include "ds-evidence.h"
#include "ds-json.h"
#include "ds-operator.h"
#include "ds-random.h"
#include "ds-sandbox-code.h"
#include "ds-sandbox-payer-code.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;
  char *name;
  DsKey *key;
  GPtrArray *former; /* (element-type DsKey): what these have signed stays good */
} DsBankOperator;

struct _DsBank
{
  GObject parent;

  DsDb *db;
  DsClock *clock;
  DsRandom *random;
  GPtrArray *operators; /* (element-type DsBankOperator) */
  DsTrustList *trust;   /* the same operators, as the evidence's reader wants them */
  DsBankFaults faults;
  guint due_source; /* the timer of the next thing that falls due */
};

/* Whether one of the operator's keys, the present or a former one, has signed the code. */
gboolean ds_bank_operator_verify_code (const DsBankOperator *op, const DsSandboxCode *code);

/* Returns: (transfer none) (nullable) */
const DsBankOperator *ds_bank_find_operator (DsBank *self, const char *operator_id);

gint64 ds_bank_now_ms (DsBank *self);

/* Commits when @good, rolls back otherwise. Returns: whether it is committed. */
gboolean ds_bank_end (DsBank *self, gboolean good, GError **error);

/* Sets the timer to what falls due next. */
void ds_bank_schedule (DsBank *self);

/* Emits DsBank::order-changed (operator id, payment id): after the commit, for the operator's notification. */
void ds_bank_emit_order_changed (DsBank *self, const char *operator_id, const char *payment_id);

/* Column @at as bytes. Returns: (transfer full) (nullable) */
GBytes *ds_bank_column_bytes (DsQuery *query, int at);

/* Wallets (ds-bank-wallet.c) */

/**
 * DsBankWallet:
 * @serial: hexadecimal
 * @number: its number at @operator_id, as in payer codes
 * @balance_fen: its owner's money
 * @red_packet_fen: money from a government's or merchant's issue, which is spent first
 *
 * A snapshot.
 */
typedef struct
{
  char *serial;
  char *operator_id;
  guint number;
  char *name;
  char *public_key; /* hexadecimal */
  GBytes *secret;
  guint tier;
  GBytes *certificate;
  gint64 balance_fen;
  gint64 red_packet_fen;
} DsBankWallet;

void ds_bank_wallet_free (DsBankWallet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsBankWallet, ds_bank_wallet_free)

typedef struct
{
  const char *operator_id;
  const char *name;
  const char *public_key;
  gint64 tier;
  gint64 balance_fen;
  gint64 red_packet_fen;
} DsBankWalletDraft;

/* Opens a wallet, or finds the one of the same public key: %DS_ERROR_CONFLICT when it was opened otherwise. */
DsBankWallet *ds_bank_open_wallet (DsBank *self, const DsBankWalletDraft *draft, GError **error);

/* %DS_ERROR_NOT_FOUND when there is none. */
DsBankWallet *ds_bank_load_wallet (DsBank *self, const char *serial, GError **error);
DsBankWallet *
ds_bank_load_wallet_by_number (DsBank *self, const char *operator_id, guint number, GError **error);

/* Takes a request's nonce: %DS_ERROR_UNAUTHORISED unless it is larger than every earlier one of the wallet. */
gboolean ds_bank_take_nonce (DsBank *self, const char *serial, gint64 nonce, GError **error);

/**
 * ds_bank_check_spending: (transaction)
 * @serial: a wallet's
 * @reason: (out) (transfer full): why it may not pay @amount_fen now, %NULL if it may
 *
 * The tier's limits for one payment and one day, and the money.
 *
 * Returns: whether it could be found out
 */
gboolean
ds_bank_check_spending (DsBank *self, const char *serial, gint64 amount_fen, char **reason, GError **error);

/* Ledger (ds-bank-ledger.c) */

/**
 * DsBankMovement:
 * @kind: "opening", "payment", "voucher", "refund" or "shop"
 * @wallet: whose money moves
 * @account: the other side: "payee:ID", "shop:NAME" or "issue"
 * @to_wallet: the way it moves
 * @balance_fen, @red_packet_fen: the parts; neither negative
 */
typedef struct
{
  const char *kind;
  const char *operator_id;
  const char *wallet;
  const char *account;
  const char *payment_id; /* (nullable) */
  const char *refund_id;  /* (nullable) */
  gboolean to_wallet;
  gint64 balance_fen;
  gint64 red_packet_fen;
} DsBankMovement;

/**
 * ds_bank_move: (transaction)
 * @reference: (out) (optional) (transfer full): the movement's serial, 20 characters
 * @error: %DS_ERROR_CONFLICT when a balance would become negative
 *
 * Moves money and writes it in the ledger: postings that sum to zero, and the wallet's two balances.
 */
gboolean ds_bank_move (DsBank *self, const DsBankMovement *movement, char **reference, GError **error);

/* What the wallet has paid by itself since @from_ms. (transaction) */
gboolean
ds_bank_sum_spent (DsBank *self, const char *serial, gint64 from_ms, gint64 *spent_fen, GError **error);

/* Returns: (transfer full) (nullable) (element-type DsFileLine): the daily file, from the ledger, with what was paid out. */
GPtrArray *ds_bank_load_file (DsBank *self,
                              const char *operator_id,
                              const char *payee_id,
                              gint64 from_ms,
                              gint64 to_ms,
                              GError **error);

/* Pay-outs (ds-bank-payout.c) */

/* Pays out the days that are due, once, with the faults of the moment. */
gboolean ds_bank_pay_out (DsBank *self, const char *operator_id, const char *payee_id, GError **error);
/* Adds the pay-outs, fees and collections between two times to a daily file. */
gboolean ds_bank_append_payouts (DsBank *self,
                                 const char *operator_id,
                                 const char *payee_id,
                                 gint64 from_ms,
                                 gint64 to_ms,
                                 GPtrArray *lines,
                                 GError **error);

/* Orders (ds-bank-order.c) */

typedef struct
{
  char *payment_id;
  char *operator_id;
  gint64 amount_fen;
  char *payee_id;
  char *payee_name;
  char *code;      /* (nullable): a payer code was scanned, or the handheld built the code */
  char *stop_mark; /* (nullable): what the code that a handheld built says of its stop */
  gint64 expires_at_ms;
} DsBankOrder;

void ds_bank_order_free (DsBankOrder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsBankOrder, ds_bank_order_free)

/* @order: (out) (transfer full): %NULL when there is none. */
gboolean ds_bank_load_order (DsBank *self,
                             const char *operator_id,
                             const char *payment_id,
                             DsBankOrder **order,
                             GError **error);

/**
 * ds_bank_put_order: (transaction)
 * @with_code: make a collection code for it
 * @error: %DS_ERROR_CONFLICT when the payment id stands for another amount or payee, at whatever operator
 *
 * Makes the order or finds it. The expiry, terminal and place of the first time stay.
 */
DsBankOrder *ds_bank_put_order (DsBank *self,
                                const char *operator_id,
                                const DsOrder *draft,
                                gboolean with_code,
                                GError **error);

DsOrderResult *
ds_bank_create_order (DsBank *self, const char *operator_id, const DsOrder *draft, GError **error);

DsOrderResult *
ds_bank_query_order (DsBank *self, const char *operator_id, const char *payment_id, GError **error);

DsOrderResult *ds_bank_refund_order (DsBank *self,
                                     const char *operator_id,
                                     const char *payment_id,
                                     const char *refund_id,
                                     gint64 amount_fen,
                                     GError **error);

/* Payments (ds-bank-payment.c) */

/**
 * DsBankPaymentState:
 * @DS_BANK_WAITING: the customer has @until_ms to confirm it
 * @DS_BANK_PROCESSING: the money arrives at @until_ms
 */
typedef enum
{
  DS_BANK_WAITING,
  DS_BANK_PROCESSING,
  DS_BANK_PAID,
  DS_BANK_DECLINED,
  DS_BANK_EXPIRED,
} DsBankPaymentState;

/* "waiting", … as in the database and on the wire. */
const char *ds_bank_payment_state_to_name (DsBankPaymentState state);

/**
 * DsBankPayment:
 * @kind: "code" (the wallet paid a collection code), "charge" (a payer code), "voucher" or "shop"
 * @wallet: (nullable): serial; a charge of a code that is nobody's has none
 * @proof: (nullable): what the first request carried besides: the payer code, or the voucher's digest
 * @expires_at_ms: the order's expiry, 0 for none
 *
 * A payment id has at most one, whichever operator has the money: e-CNY is one system.
 */
typedef struct
{
  char *payment_id;
  char *operator_id;
  char *kind;
  char *wallet;
  char *proof;
  DsBankPaymentState state;
  gint64 amount_fen;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  gint64 refunded_red_packet_fen;
  char *payee_id;
  char *payee_name;
  char *reason;
  char *reference;
  GBytes *receipt;
  char *spoken; /* (nullable): the spoken proof, once the merchant has sent it */
  gint64 created_at_ms;
  gint64 until_ms;
  gint64 paid_at_ms;
  gint64 expires_at_ms;
} DsBankPayment;

void ds_bank_payment_free (DsBankPayment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsBankPayment, ds_bank_payment_free)

/* @payment: (out) (transfer full): %NULL when there is none. */
gboolean ds_bank_load_payment (DsBank *self, const char *payment_id, DsBankPayment **payment, GError **error);

/* Returns: (transfer full) (nullable) (element-type DsBankPayment): a wallet's, the newest first. */
GPtrArray *ds_bank_list_payments (DsBank *self, const char *wallet, guint limit, GError **error);

/* Takes the money, the red packet first, and signs the receipt: @payment becomes paid. %DS_ERROR_CONFLICT when the
 * wallet does not have it: check first. (transaction) */
gboolean ds_bank_settle_payment (DsBank *self, DsBankPayment *payment, GError **error);

/* Writes a payment, new or changed. (transaction) */
gboolean ds_bank_store_payment (DsBank *self, const DsBankPayment *payment, GError **error);

/* The merchant's message to the payer: %DS_ERROR_REFUSED unless it is paid at this operator. */
gboolean ds_bank_tell_payer (DsBank *self,
                             const char *operator_id,
                             const char *payment_id,
                             const char *spoken_proof,
                             GError **error);

/* A wallet pays a collection code: an operator's or one that a handheld built. */
DsBankPayment *ds_bank_pay (DsBank *self, const DsBankWallet *wallet, const char *code, GError **error);

/* The customer confirms or declines what waits. */
DsBankPayment *ds_bank_confirm (DsBank *self,
                                const DsBankWallet *wallet,
                                const char *payment_id,
                                gboolean accept,
                                GError **error);

/* The customer spends money elsewhere. @payment_id is the idempotency key here too. */
DsBankPayment *ds_bank_spend (DsBank *self,
                              const DsBankWallet *wallet,
                              const char *payment_id,
                              gint64 amount_fen,
                              const char *shop,
                              GError **error);

/* A handheld scanned @payer_code. */
DsOrderResult *ds_bank_charge (DsBank *self,
                               const char *operator_id,
                               const DsOrder *draft,
                               const char *payer_code,
                               GError **error);

/* The payment as the depot sees it. */
DsOrderResult *ds_bank_payment_to_result (DsBank *self, const DsBankPayment *payment);

/* Vouchers (ds-bank-voucher.c) */

DsOrderResult *ds_bank_redeem (DsBank *self, const char *operator_id, GBytes *voucher, GError **error);

/* @reason: (out) (transfer full): why the last voucher for this payment was refused; %NULL when none was.
 * (transaction) */
gboolean ds_bank_find_refused_voucher (DsBank *self,
                                       const char *operator_id,
                                       const char *payment_id,
                                       char **reason,
                                       GError **error);

/* Returns: (transfer full) (nullable): [{"counter","payment","state":"paid"|"declined","reason"}], the newest first:
 * a wallet's vouchers that have come in. */
json_t *ds_bank_list_vouchers (DsBank *self, const char *wallet, guint limit, GError **error);

G_END_DECLS
