/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator of digital RMB as the depot sees it: one interface, one adapter an operator.
 *
 * The family's shape (see the notes on acquirers): a return code means "request understood", only the transaction's
 * state means the outcome; there is no close; a late success is answered with a refund; a notification is a hint
 * that a query confirms. Every call is idempotent by the payment id (refunds by the refund id). Main thread. */
#pragma once

#include "ds-evidence.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_OPERATOR (ds_operator_get_type ())
G_DECLARE_INTERFACE (DsOperator, ds_operator, DS, OPERATOR, GObject)

/**
 * DsOrder:
 * @payment_id: the idempotency key
 * @amount_fen: what is to be paid
 * @payee_id, @payee_name: to whom
 * @device_id, @place: the terminal and where it stands (银发〔2021〕259号)
 * @expires_at_ms: wall time after which the code should not be payable
 * @stop_mark: (nullable): the stop's mark, where a handheld's own code brought the order
 */
typedef struct
{
  const char *payment_id;
  gint64 amount_fen;
  const char *payee_id;
  const char *payee_name;
  const char *device_id;
  const char *place;
  gint64 expires_at_ms;
  const char *stop_mark;
} DsOrder;

typedef enum
{
  DS_ORDER_UNKNOWN, /* the operator has never heard of it */
  DS_ORDER_OPEN,    /* there is an order, nobody has paid */
  DS_ORDER_WAITING, /* the customer must still confirm */
  DS_ORDER_PAID,
  DS_ORDER_DECLINED,
  DS_ORDER_EXPIRED,
  DS_ORDER_REFUNDED,
} DsOrderState;

/**
 * DsOrderResult:
 * @state: the transaction's state, the only thing that means an outcome
 * @code: (nullable): the collection code, for ds_operator_create_async()
 * @expires_at_ms: the code's end, 0 when there is none
 * @amount_fen: what was paid, 0 before
 * @operator_ref: (nullable): the operator's serial
 * @reason: (nullable): for declined and expired, one of the sentences that handhelds put into the courier's language
 *   ("insufficient balance", "the customer declined" …: ds_words_for_bank_reason()), or the bank's own words
 * @red_packet_fen: the part from a red packet
 * @refunded_fen: given back so far
 * @refunded_red_packet_fen: the part of it that went back into the red packet
 * @receipt: (nullable): the signed receipt of a paid order
 * @paid_at_ms: when, 0 before
 * @stop_mark: (nullable): what a code that a handheld built says of its stop; see ds_spoken_mark()
 */
typedef struct
{
  DsOrderState state;
  char *code;
  gint64 expires_at_ms;
  gint64 amount_fen;
  char *operator_ref;
  char *reason;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  gint64 refunded_red_packet_fen;
  GBytes *receipt;
  gint64 paid_at_ms;
  char *stop_mark;
} DsOrderResult;

DsOrderResult *ds_order_result_new (DsOrderState state);
void ds_order_result_free (DsOrderResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsOrderResult, ds_order_result_free)

/**
 * DsFileLine: one line of an operator's daily file
 * @payment_id: whose; of "payout", "fee" and "collection" the day that is paid for, as "2026-11-22"
 * @kind: "payment", "voucher" or "refund"; "payout" into the payee's bank account, "fee" kept back of one, or
 *   "collection" out of that account
 * @amount_fen: positive; for a refund, what was given back
 * @operator_ref: the operator's number; of a pay-out, fee or collection that of the bank's transfer
 * @at_ms: when, by the operator's clock; 0 where an operator does not say
 */
typedef struct
{
  char *payment_id;
  char *kind;
  gint64 amount_fen;
  gint64 red_packet_fen;
  char *operator_ref;
  gint64 at_ms;
} DsFileLine;

void ds_file_line_free (DsFileLine *self);

/**
 * DsOperatorInterface:
 * @get_id: three ASCII digits
 * @get_name: as people know it
 * @get_key: the operator's public key
 * @create_async: makes or finds the order and its collection code
 * @charge_async: charges the wallet behind a payer code; WAITING is a normal answer
 * @query_async: what became of a payment; UNKNOWN when never heard of
 * @redeem_async: redeems a voucher's bytes: PAID or DECLINED with a reason
 * @refund_async: gives back @amount_fen of a paid order, red-packet part in proportion; never more than the original. While
 *   the answer's @refunded_fen does not count it, it is under way, and asked for again under the same id
 * @tell_payer_async: shows the payer of a paid order its spoken proof; %DS_ERROR_REFUSED where the operator hands on no
 *   such message (then it may be %NULL) or has not been paid. The same again changes nothing
 * @load_file_async: the daily file: every movement for a payee between two wall times
 * A failure (%DS_ERROR_NETWORK) of any of them means "unknown", never "not paid".
 *
 * DsOperator::notified (const char *payment_id): something happened to an order
 * DsOperator::key-changed (): it signs with another key
 */
struct _DsOperatorInterface
{
  GTypeInterface parent;

  const char *(*get_id) (DsOperator *self);
  const char *(*get_name) (DsOperator *self);
  DsKey *(*get_key) (DsOperator *self);
  void (*create_async) (DsOperator *self,
                        const DsOrder *order,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*charge_async) (DsOperator *self,
                        const DsOrder *order,
                        const char *payer_code,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*query_async) (DsOperator *self,
                       const char *payment_id,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  void (*redeem_async) (DsOperator *self,
                        GBytes *voucher,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*refund_async) (DsOperator *self,
                        const char *payment_id,
                        const char *refund_id,
                        gint64 amount_fen,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*tell_payer_async) (DsOperator *self,
                            const char *payment_id,
                            const char *spoken_proof,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  void (*load_file_async) (DsOperator *self,
                           const char *payee_id,
                           gint64 from_ms,
                           gint64 to_ms,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
};

const char *ds_operator_get_id (DsOperator *self);
const char *ds_operator_get_name (DsOperator *self);
/* Returns: (transfer none) */
DsKey *ds_operator_get_key (DsOperator *self);

void ds_operator_create_async (DsOperator *self,
                               const DsOrder *order,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void ds_operator_charge_async (DsOperator *self,
                               const DsOrder *order,
                               const char *payer_code,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void ds_operator_query_async (DsOperator *self,
                              const char *payment_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void ds_operator_redeem_async (DsOperator *self,
                               GBytes *voucher,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void ds_operator_refund_async (DsOperator *self,
                               const char *payment_id,
                               const char *refund_id,
                               gint64 amount_fen,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* For create, charge, query, redeem and refund alike. */
DsOrderResult *ds_operator_order_finish (DsOperator *self, GAsyncResult *result, GError **error);

/* @spoken_proof: "1234 5678" */
void ds_operator_tell_payer_async (DsOperator *self,
                                   const char *payment_id,
                                   const char *spoken_proof,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean ds_operator_tell_payer_finish (DsOperator *self, GAsyncResult *result, GError **error);

void ds_operator_load_file_async (DsOperator *self,
                                  const char *payee_id,
                                  gint64 from_ms,
                                  gint64 to_ms,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* Returns: (transfer full) (element-type DsFileLine) */
GPtrArray *ds_operator_load_file_finish (DsOperator *self, GAsyncResult *result, GError **error);

/* Emits DsOperator::notified; for implementations. */
void ds_operator_emit_notified (DsOperator *self, const char *payment_id);
/* Emits DsOperator::key-changed; for implementations. */
void ds_operator_emit_key_changed (DsOperator *self);

G_END_DECLS
