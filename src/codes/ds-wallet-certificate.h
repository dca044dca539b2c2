/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator's word for a wallet: what its vouchers are worth, and the key that signs them. */
#pragma once

#include "ds-key.h"

G_BEGIN_DECLS

#define DS_WALLET_SERIAL_SIZE 6

/**
 * DsWalletCertificate:
 * @operator_id: who certified the wallet
 * @serial: the wallet's serial
 * @tier: 1 … 4
 * @voucher_limit_fen: largest single voucher, at most %G_MAXUINT32
 * @total_limit_fen: largest sum of vouchers not yet redeemed, at most %G_MAXUINT32
 * @not_after_s: seconds since 1970-01-01 UTC; the last second of a day
 * @public_key: the wallet's compressed SM2 point
 * @bytes: the signed certificate as it stands in a voucher
 *
 * Read-only once made.
 */
typedef struct
{
  char *operator_id;
  guint8 serial[DS_WALLET_SERIAL_SIZE];
  guint tier;
  gint64 voucher_limit_fen;
  gint64 total_limit_fen;
  gint64 not_after_s;
  guint8 public_key[DS_SM2_COMPRESSED_SIZE];
  GBytes *bytes;
} DsWalletCertificate;

void ds_wallet_certificate_free (DsWalletCertificate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsWalletCertificate, ds_wallet_certificate_free)

/**
 * ds_wallet_certificate_sign:
 * @operator_key: the operator's key pair
 * @draft: every field but @bytes; @not_after_s is rounded up to the end of its day (UTC)
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the certificate, signed
 */
DsWalletCertificate *
ds_wallet_certificate_sign (DsKey *operator_key, const DsWalletCertificate *draft, GError **error);

/* Reads a certificate's bytes without verifying its signature. */
DsWalletCertificate *ds_wallet_certificate_parse (GBytes *bytes, GError **error);

/* Whether the certificate was signed with @operator_key. */
gboolean ds_wallet_certificate_verify (const DsWalletCertificate *self, DsKey *operator_key);

/* Returns: (transfer full): the serial in lower-case hexadecimal. */
char *ds_wallet_certificate_get_serial_hex (const DsWalletCertificate *self);

G_END_DECLS
