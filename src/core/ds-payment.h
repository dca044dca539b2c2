/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-payment-state.h"
#include "ds-types.h"

G_BEGIN_DECLS

/**
 * DsTender:
 * @DS_TENDER_CODE: digital RMB, the courier shows the collection code (主扫)
 * @DS_TENDER_SCAN: digital RMB, the courier scans the customer's payer code (被扫)
 * @DS_TENDER_CASH: cash
 *
 * How a payment is made. A payment's tender never changes; another way is another payment.
 */
typedef enum
{
  DS_TENDER_CODE,
  DS_TENDER_SCAN,
  DS_TENDER_CASH,
} DsTender;

const char *ds_tender_to_name (DsTender tender); /* "code", "scan", "cash" */
gboolean ds_tender_from_name (const char *name, DsTender *tender);

/**
 * DsCodeSource:
 * @DS_CODE_SOURCE_NONE: no code was shown
 * @DS_CODE_SOURCE_LIVE: made by the operator just now
 * @DS_CODE_SOURCE_PREFETCHED: made by the operator beforehand and carried in the stop
 * @DS_CODE_SOURCE_BUILT: built by the handheld (EMVCo merchant-presented, dynamic)
 */
typedef enum
{
  DS_CODE_SOURCE_NONE,
  DS_CODE_SOURCE_LIVE,
  DS_CODE_SOURCE_PREFETCHED,
  DS_CODE_SOURCE_BUILT,
} DsCodeSource;

const char *ds_code_source_to_name (DsCodeSource source); /* "none", "live", "prefetched", "built" */
gboolean ds_code_source_from_name (const char *name, DsCodeSource *source);

#define DS_TYPE_PAYMENT (ds_payment_get_type ())
G_DECLARE_FINAL_TYPE (DsPayment, ds_payment, DS, PAYMENT, GObject)

/**
 * DsPayment:
 * @id: UUIDv7, fixed before anything is shown or sent; the idempotency key on every hop
 * @shift_id: (nullable): the shift it was made in
 * @stop_id: the stop it pays for
 * @parcels: waybills it pays for
 * @amount_fen: what is to be paid, or was
 * @source: where the shown code came from
 * @code: (nullable): the text of the shown code; the payer code is never kept here
 * @code_expires_at_ms: wall time, 0 if none
 * @operator_id: (nullable): the operator that has or had the money
 * @operator_ref: (nullable): the operator's serial for it
 * @wallet_serial: (nullable): for a voucher, the wallet's serial in hexadecimal
 * @voucher_counter: for a voucher, its counter; -1 otherwise
 * @reason: (nullable): why it was declined, rejected …
 * @red_packet_fen: the part that came from a red packet
 * @red_packet_refunded_fen: the part of @refunded_fen that went back into the red packet
 * @refunded_fen: what has been given back
 * @refunding_fen: what the depot has asked its operator to give back, without an answer yet
 * @kept_fen: what the depot decided to keep although the stop does not owe it
 * @tendered_fen: cash given by the customer
 * @change_fen: cash given back
 * @created_at_ms: wall time of its first entry
 * @changed_at_ms: wall time of its last change of state
 * @superseded: the courier deliberately took another way after this one was shown or left unknown; if it is
 *   paid all the same, that is a refund case
 * @spoken: it became paid by a spoken proof, which its operator has yet to confirm or has confirmed since
 * @n_misspoken: how many wrong spoken proofs were tried for it
 *
 * A snapshot. The fields are read-only once the object is shared; a change makes a new object.
 */
struct _DsPayment
{
  GObject parent;

  char *id;
  char *shift_id;
  char *stop_id;
  GStrv parcels;
  gint64 amount_fen;
  DsTender tender;
  DsPaymentState state;
  DsCodeSource source;
  char *code;
  gint64 code_expires_at_ms;
  char *operator_id;
  char *operator_ref;
  char *wallet_serial;
  gint64 voucher_counter;
  char *reason;
  gint64 red_packet_fen;
  gint64 red_packet_refunded_fen;
  gint64 refunded_fen;
  gint64 refunding_fen;
  gint64 kept_fen;
  gint64 tendered_fen;
  gint64 change_fen;
  gint64 created_at_ms;
  gint64 changed_at_ms;
  gboolean superseded;
  gboolean spoken;
  gint64 n_misspoken;
};

/* Returns: (transfer full): a payment with nothing set, to be filled by its maker before it is shared. */
DsPayment *ds_payment_new (void);

/* What this payment takes off its stop's debt: its amount less refunds while its state covers debt, else 0. */
gint64 ds_payment_get_covered_fen (DsPayment *self);

G_END_DECLS
