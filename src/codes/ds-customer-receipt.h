/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The customer's receipt as a code: what a handheld says it took, signed, small enough for a slip of paper.
 *
 * It is for the customer and for whoever settles a complaint: it proves what the courier's handheld recorded, not that
 * an operator has the money, so it is never evidence of a payment (that is ds-evidence.h).
 *
 * "DSR1:" and the Base45 (RFC 9285) of one signed object of BER-TLV, tag E5, with private tags of a single byte, each
 * exactly once and in this order, the signature of the device (DE) last:
 *
 * | object             | bytes |      | object               | bytes |
 * |--------------------|-------|------|----------------------|-------|
 * | D1 device          | 16    |      | D6 final: 1, or 0    | ≤1    |
 * | D2 payment         | 16    |      | D7 cash given        | ≤8    |
 * | D3 amount          | ≤8    |      | D8 of a red packet   | ≤8    |
 * | D4 time            | ≤4    |      | D9 given back        | ≤8    |
 * | D5 tender: 0, 1, 2 | ≤1    |      | DA payee, ASCII      | 1..8  |
 *
 * Numbers are unsigned, big-endian and without leading zeros; tenders are those of DsTender. */
#pragma once

#include "ds-key.h"
#include "ds-payment.h"

G_BEGIN_DECLS

/* What its text begins with. */
#define DS_CUSTOMER_RECEIPT_PREFIX "DSR1:"

/**
 * DsCustomerReceipt:
 * @device_id: UUIDv7, the kid of its journal
 * @payment_id: UUIDv7
 * @at_s: when it was paid, seconds since 1970-01-01 UTC
 * @final: %FALSE for an acceptance that still has to be redeemed, or a spoken proof that the operator has yet to confirm
 * @tendered_fen: cash given by the customer, 0 for digital RMB; the change is what is more than @amount_fen
 * @red_packet_fen: the part that came from a red packet
 * @refunded_fen: what has been given back since
 * @payee_id: as in codes and receipts
 * @bytes: the signed bytes, verbatim
 *
 * Read-only once made.
 */
typedef struct
{
  char *device_id;
  char *payment_id;
  gint64 amount_fen;
  gint64 at_s;
  DsTender tender;
  gboolean final;
  gint64 tendered_fen;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  char *payee_id;
  GBytes *bytes;
} DsCustomerReceipt;

void ds_customer_receipt_free (DsCustomerReceipt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCustomerReceipt, ds_customer_receipt_free)

/**
 * ds_customer_receipt_sign:
 * @device_key: the device's key pair
 * @draft: every field but @bytes
 * @error: return location for a %DS_ERROR_INVALID or a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): the receipt, signed. Any thread.
 */
DsCustomerReceipt *
ds_customer_receipt_sign (DsKey *device_key, const DsCustomerReceipt *draft, GError **error);

/**
 * ds_customer_receipt_parse_text:
 * @text: "DSR1:…"
 * @error: return location for a %DS_ERROR_INVALID that names what is wrong
 *
 * Checks the form, not the signature. Never allocates by a length that the text merely claims.
 *
 * Returns: (transfer full) (nullable): what it says. Any thread.
 */
DsCustomerReceipt *ds_customer_receipt_parse_text (const char *text, GError **error);

/* Whether the device with @device_key signed it. Any thread. */
gboolean ds_customer_receipt_verify (const DsCustomerReceipt *self, DsKey *device_key);

/* Returns: (transfer full): "DSR1:…", for the alphanumeric mode of a QR code. */
char *ds_customer_receipt_to_text (const DsCustomerReceipt *self);

G_END_DECLS
