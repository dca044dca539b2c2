/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts and vouchers: signed evidence that fits in a small QR code (design section 3).
 *
 * The bytes are BER-TLV. On a screen they stand as "DS1:" + Base45 (RFC 9285), so that the QR code uses its
 * alphanumeric mode; the EMVCo consumer-presented envelope (base64) is read as well. */
#pragma once

#include "ds-trust-list.h"
#include "ds-wallet-certificate.h"

G_BEGIN_DECLS

/**
 * DsEvidenceKind:
 * @DS_EVIDENCE_RECEIPT: signed by the operator: the money has been paid
 * @DS_EVIDENCE_VOUCHER: signed by a wallet that the operator certified: the money will be paid when redeemed
 */
typedef enum
{
  DS_EVIDENCE_RECEIPT = 1,
  DS_EVIDENCE_VOUCHER = 2,
} DsEvidenceKind;

/* The longest "DS1:…": that of a voucher, which a version 11 symbol at level M takes to the last character. */
#define DS_EVIDENCE_TEXT_MAX_BYTES 366

/**
 * DsEvidence:
 * @kind: receipt or voucher
 * @payment_id: UUIDv7 of the payment it is for
 * @amount_fen: what was paid or is promised; above zero, in a voucher at most %G_MAXUINT32
 * @payee_id: to whom, at most 8 ASCII characters
 * @operator_id: the operator that signed, or that certified the wallet; 3 ASCII digits
 * @operator_ref: (nullable): receipts: the operator's serial, at most 20 ASCII characters
 * @red_packet_fen: receipts: the part that came from a red packet
 * @certificate: (nullable): vouchers: the wallet's certificate
 * @counter: vouchers: never used twice by one wallet; -1 otherwise
 * @at_s: when it was signed, seconds since 1970-01-01 UTC
 * @bytes: the signed bytes, verbatim; what the journal carries
 *
 * Read-only once made.
 */
typedef struct
{
  DsEvidenceKind kind;
  char *payment_id;
  gint64 amount_fen;
  char *payee_id;
  char *operator_id;
  char *operator_ref;
  gint64 red_packet_fen;
  DsWalletCertificate *certificate;
  gint64 counter;
  gint64 at_s;
  GBytes *bytes;
} DsEvidence;

void ds_evidence_free (DsEvidence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsEvidence, ds_evidence_free)

/**
 * ds_receipt_sign:
 * @operator_key: the operator's key pair
 * @draft: payment_id, amount_fen, payee_id, operator_id, operator_ref, red_packet_fen, at_s
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the receipt, signed
 */
DsEvidence *ds_receipt_sign (DsKey *operator_key, const DsEvidence *draft, GError **error);

/* @draft: payment_id, amount_fen, payee_id, counter, at_s. Signs with the wallet's key pair, which must be the
 * one in @certificate. */
DsEvidence *ds_voucher_sign (DsKey *wallet_key,
                             const DsWalletCertificate *certificate,
                             const DsEvidence *draft,
                             GError **error);

/**
 * ds_evidence_parse:
 * @bytes: the signed bytes
 * @error: return location for a %DS_ERROR_INVALID that names the object that is wrong
 *
 * Checks the form, not the signature. Never allocates by a length that the bytes merely claim.
 *
 * Returns: (transfer full) (nullable): what it says
 */
DsEvidence *ds_evidence_parse (GBytes *bytes, GError **error);

/* Whether @text looks like evidence in one of its two written forms, so that ds_evidence_parse_text() is the
 * right reader for it. */
gboolean ds_evidence_text_is_evidence (const char *text);
/* Reads "DS1:…" or the EMVCo envelope. */
DsEvidence *ds_evidence_parse_text (const char *text, GError **error);
/* Returns: (transfer full): "DS1:…". */
char *ds_evidence_to_text (const DsEvidence *self);
/* Returns: (transfer full): the EMVCo consumer-presented envelope, base64. */
char *ds_evidence_to_emv_text (const DsEvidence *self);

/**
 * DsEvidenceVerdict:
 *
 * The first check that failed, in the order in which they are made.
 */
typedef enum
{
  DS_EVIDENCE_OK,
  DS_EVIDENCE_OTHER_PAYMENT, /* made for another payment id */
  DS_EVIDENCE_OTHER_PAYEE,
  DS_EVIDENCE_OTHER_AMOUNT,
  DS_EVIDENCE_UNKNOWN_OPERATOR,   /* not in the trust list, revoked, or outside its key's time */
  DS_EVIDENCE_FORGED_CERTIFICATE, /* the certificate is not the operator's */
  DS_EVIDENCE_EXPIRED_CERTIFICATE,
  DS_EVIDENCE_FORGED,            /* the signature does not fit the bytes */
  DS_EVIDENCE_OVER_WALLET_LIMIT, /* above the certificate's limit for one voucher */
  DS_EVIDENCE_FROM_FUTURE,       /* signed more than ten minutes ahead of @now_s */
} DsEvidenceVerdict;

/* "ok", "other-payment", … for JSON and tests; never translated. */
const char *ds_evidence_verdict_to_name (DsEvidenceVerdict verdict);

/**
 * ds_evidence_verify:
 * @self: what was read
 * @trust: the operators this handheld trusts
 * @payment_id: (nullable): the payment it must be for; %NULL skips that check
 * @payee_id: (nullable): likewise
 * @amount_fen: likewise, -1 skips
 * @now_s: the best known time at which it is, or was, taken, seconds
 *
 * Pure: needs no network and no store. Limits of the depot and reuse are the caller's to check.
 *
 * Returns: the verdict. Any thread.
 */
DsEvidenceVerdict ds_evidence_verify (const DsEvidence *self,
                                      DsTrustList *trust,
                                      const char *payment_id,
                                      const char *payee_id,
                                      gint64 amount_fen,
                                      gint64 now_s);

G_END_DECLS
