/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-certificate.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-evidence-private.h"
#include "ds-operator-id.h"

#include <string.h>

#define SECONDS_A_DAY G_GINT64_CONSTANT (86400)
#define WALLET_SIZE (2 + DS_WALLET_SERIAL_SIZE)
#define TERMS_SIZE (1 + 2 + 4 + 4)
#define TIER_MAX 4

void
ds_wallet_certificate_free (DsWalletCertificate *self)
{
  if (self == NULL)
    return;
  g_free (self->operator_id);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static void
write_number (guint8 *bytes, guint64 number, gsize n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8)(number >> (8 * (n - 1 - i)));
}

static guint32
read_number (const guint8 *bytes, gsize n)
{
  guint32 number = 0;

  for (gsize i = 0; i < n; i++)
    number = number << 8 | bytes[i];
  return number;
}

static gboolean
fits (gint64 number, gint64 max)
{
  return number >= 0 && number <= max;
}

DsWalletCertificate *
ds_wallet_certificate_sign (DsKey *operator_key, const DsWalletCertificate *draft, GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (DsKey) wallet_key = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 wallet[WALLET_SIZE];
  guint8 terms[TERMS_SIZE];
  guint operator_number;

  g_return_val_if_fail (operator_key != NULL, NULL);
  g_return_val_if_fail (draft != NULL, NULL);

  if (!ds_operator_id_to_number (draft->operator_id, &operator_number) || draft->tier > TIER_MAX
      || !fits (draft->not_after_s, (G_MAXUINT16 + 1) * SECONDS_A_DAY - 1)
      || !fits (draft->voucher_limit_fen, G_MAXUINT32) || !fits (draft->total_limit_fen, G_MAXUINT32))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The wallet certificate has no proper operator, tier, limits or end");
      return NULL;
    }
  wallet_key = ds_key_new_from_public (draft->public_key, sizeof draft->public_key, error);
  if (wallet_key == NULL)
    return NULL;

  write_number (wallet, operator_number, 2);
  memcpy (wallet + 2, draft->serial, DS_WALLET_SERIAL_SIZE);
  write_number (terms, draft->tier, 1);
  write_number (terms + 1, (guint64)(draft->not_after_s / SECONDS_A_DAY), 2);
  write_number (terms + 3, (guint64)draft->voucher_limit_fen, 4);
  write_number (terms + 7, (guint64)draft->total_limit_fen, 4);
  ds_tlv_append (objects, DS_EVIDENCE_TAG_WALLET, wallet, sizeof wallet);
  ds_tlv_append (objects, DS_EVIDENCE_TAG_PUBLIC_KEY, draft->public_key, sizeof draft->public_key);
  ds_tlv_append (objects, DS_EVIDENCE_TAG_TERMS, terms, sizeof terms);

  bytes = ds_signed_tlv_seal (operator_key, DS_EVIDENCE_TAG_CERTIFICATE, objects, error);
  return bytes != NULL ? ds_wallet_certificate_parse (bytes, error) : NULL;
}

static gboolean
read_objects (DsWalletCertificate *self, DsTlvReader *objects, GError **error)
{
  DsTlv wallet, public_key, terms;
  guint operator_number;

  if (!ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_WALLET, "wallet", WALLET_SIZE, WALLET_SIZE, &wallet,
                             error)
      || !ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_PUBLIC_KEY, "public key", DS_SM2_COMPRESSED_SIZE,
                                DS_SM2_COMPRESSED_SIZE, &public_key, error)
      || !ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_TERMS, "terms", TERMS_SIZE, TERMS_SIZE, &terms,
                                error)
      || !ds_tlv_reader_finish (objects, error))
    return FALSE;

  operator_number = read_number (wallet.value, 2);
  self->tier = terms.value[0];
  if (operator_number > DS_OPERATOR_ID_MAX || self->tier < 1 || self->tier > TIER_MAX
      || (public_key.value[0] != 2 && public_key.value[0] != 3))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "the operator, tier or public key is out of range");
      return FALSE;
    }

  self->operator_id = ds_operator_id_from_number (operator_number);
  memcpy (self->serial, wallet.value + 2, DS_WALLET_SERIAL_SIZE);
  memcpy (self->public_key, public_key.value, DS_SM2_COMPRESSED_SIZE);
  self->not_after_s = (read_number (terms.value + 1, 2) + 1) * SECONDS_A_DAY - 1;
  self->voucher_limit_fen = read_number (terms.value + 3, 4);
  self->total_limit_fen = read_number (terms.value + 7, 4);
  return TRUE;
}

DsWalletCertificate *
ds_wallet_certificate_parse (GBytes *bytes, GError **error)
{
  g_autoptr (DsWalletCertificate) self = NULL;
  DsSignedTlv opened;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = g_new0 (DsWalletCertificate, 1);
  if (!ds_signed_tlv_open (bytes, DS_EVIDENCE_TAG_CERTIFICATE, &opened, error)
      || !read_objects (self, &opened.objects, error))
    {
      g_prefix_error (error, "Wallet certificate: ");
      return NULL;
    }
  self->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&self);
}

gboolean
ds_wallet_certificate_verify (const DsWalletCertificate *self, DsKey *operator_key)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (operator_key != NULL, FALSE);

  return ds_signed_tlv_verify (self->bytes, DS_EVIDENCE_TAG_CERTIFICATE, operator_key);
}

char *
ds_wallet_certificate_get_serial_hex (const DsWalletCertificate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ds_hex_encode (self->serial, sizeof self->serial);
}
