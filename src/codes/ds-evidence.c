/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-evidence.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-evidence-envelope.h"
#include "ds-evidence-private.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-operator-id.h"

#include <string.h>

#define PREFIX "DS1:"
#define PAYEE_MAX_BYTES 8
#define OPERATOR_REF_MAX_BYTES 20
#define FUTURE_TOLERANCE_S 600

void
ds_evidence_free (DsEvidence *self)
{
  if (self == NULL)
    return;
  g_free (self->payment_id);
  g_free (self->payee_id);
  g_free (self->operator_id);
  g_free (self->operator_ref);
  g_clear_pointer (&self->certificate, ds_wallet_certificate_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

/* Writing. What is out of range here is refused by reading the finished bytes back. */

static gboolean
append_text (GByteArray *objects,
             guint32 tag,
             const char *name,
             const char *text,
             gsize max_n,
             GError **error)
{
  gsize n = text != NULL ? strnlen (text, max_n + 1) : 0;

  if (n == 0 || n > max_n)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The %s must have 1 to %zu characters", name, max_n);
      return FALSE;
    }
  ds_tlv_append (objects, tag, text, n);
  return TRUE;
}

static gboolean
append_number (GByteArray *objects, guint32 tag, const char *name, gint64 number, GError **error)
{
  if (number < 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The %s is below zero", name);
      return FALSE;
    }
  ds_tlv_append_uint (objects, tag, (guint64)number);
  return TRUE;
}

/* What receipts and vouchers begin with. */
static gboolean
append_common (GByteArray *objects, const DsEvidence *draft, GError **error)
{
  guint8 payment[DS_ID_BYTES];

  if (!ds_id_to_bytes (draft->payment_id, payment))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The payment id is no UUIDv7");
      return FALSE;
    }
  ds_tlv_append (objects, DS_EVIDENCE_TAG_PAYMENT, payment, sizeof payment);
  return append_number (objects, DS_EVIDENCE_TAG_AMOUNT, "amount", draft->amount_fen, error)
         && append_text (objects, DS_EVIDENCE_TAG_PAYEE, "payee", draft->payee_id, PAYEE_MAX_BYTES, error);
}

DsEvidence *
ds_receipt_sign (DsKey *operator_key, const DsEvidence *draft, GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint operator_number;
  guint8 operator_bytes[2];

  g_return_val_if_fail (operator_key != NULL, NULL);
  g_return_val_if_fail (draft != NULL, NULL);

  if (!ds_operator_id_to_number (draft->operator_id, &operator_number))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The operator is not three digits");
      return NULL;
    }
  operator_bytes[0] = (guint8)(operator_number >> 8);
  operator_bytes[1] = (guint8)operator_number;

  if (!append_common (objects, draft, error))
    return NULL;
  ds_tlv_append (objects, DS_EVIDENCE_TAG_OPERATOR, operator_bytes, sizeof operator_bytes);
  if (!append_text (objects, DS_EVIDENCE_TAG_OPERATOR_REF, "operator reference", draft->operator_ref,
                    OPERATOR_REF_MAX_BYTES, error)
      || !append_number (objects, DS_EVIDENCE_TAG_RED_PACKET, "red packet", draft->red_packet_fen, error)
      || !append_number (objects, DS_EVIDENCE_TAG_TIME, "time", draft->at_s, error)
      || (bytes = ds_signed_tlv_seal (operator_key, DS_EVIDENCE_TAG_RECEIPT, objects, error)) == NULL)
    return NULL;
  return ds_evidence_parse (bytes, error);
}

DsEvidence *
ds_voucher_sign (DsKey *wallet_key,
                 const DsWalletCertificate *certificate,
                 const DsEvidence *draft,
                 GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint8 public_key[DS_SM2_COMPRESSED_SIZE];
  gsize certificate_n;
  const guint8 *certificate_bytes;

  g_return_val_if_fail (wallet_key != NULL, NULL);
  g_return_val_if_fail (certificate != NULL, NULL);
  g_return_val_if_fail (draft != NULL, NULL);

  ds_key_get_public_compressed (wallet_key, public_key);
  if (memcmp (public_key, certificate->public_key, sizeof public_key) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, "The certificate is for another wallet's key");
      return NULL;
    }

  if (!append_common (objects, draft, error))
    return NULL;
  certificate_bytes = g_bytes_get_data (certificate->bytes, &certificate_n);
  g_byte_array_append (objects, certificate_bytes, (guint)certificate_n);
  if (!append_number (objects, DS_EVIDENCE_TAG_COUNTER, "counter", draft->counter, error)
      || !append_number (objects, DS_EVIDENCE_TAG_TIME, "time", draft->at_s, error)
      || (bytes = ds_signed_tlv_seal (wallet_key, DS_EVIDENCE_TAG_VOUCHER, objects, error)) == NULL)
    return NULL;
  return ds_evidence_parse (bytes, error);
}

/* Reading */

static gboolean
read_number (DsTlvReader *objects, guint32 tag, const char *name, gint64 max, gint64 *number, GError **error)
{
  guint64 value;

  if (!ds_tlv_reader_expect_uint (objects, tag, name, (guint64)max, &value, error))
    return FALSE;
  *number = (gint64)value;
  return TRUE;
}

/* Printable ASCII without blanks: references and payees are compared and shown, never guessed. */
static gboolean
read_text (DsTlvReader *objects, guint32 tag, const char *name, gsize max_n, char **text, GError **error)
{
  DsTlv object;

  if (!ds_tlv_reader_expect (objects, tag, name, 1, max_n, &object, error))
    return FALSE;
  for (gsize i = 0; i < object.n; i++)
    {
      if (!g_ascii_isgraph (object.value[i]))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s (%X) is not printable ASCII", name, tag);
          return FALSE;
        }
    }
  *text = g_strndup ((const char *)object.value, object.n);
  return TRUE;
}

static gboolean
read_payment_id (DsTlvReader *objects, char **payment_id, GError **error)
{
  g_autofree char *text = NULL;
  DsTlv object;

  if (!ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_PAYMENT, "payment id", DS_ID_BYTES, DS_ID_BYTES,
                             &object, error))
    return FALSE;
  text = ds_id_from_bytes (object.value);
  if (!ds_id_is_valid (text))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "payment id (C1) is no UUIDv7");
      return FALSE;
    }
  *payment_id = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_operator (DsTlvReader *objects, char **operator_id, GError **error)
{
  DsTlv object;
  guint number;

  if (!ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_OPERATOR, "operator", 2, 2, &object, error))
    return FALSE;
  number = (guint)object.value[0] << 8 | object.value[1];
  if (number > DS_OPERATOR_ID_MAX)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "operator (C4) has more than three digits");
      return FALSE;
    }
  *operator_id = ds_operator_id_from_number (number);
  return TRUE;
}

/* @max_fen differs, since a voucher has no byte to spare. */
static gboolean
read_common (DsEvidence *self, DsTlvReader *objects, gint64 max_fen, GError **error)
{
  if (!read_payment_id (objects, &self->payment_id, error)
      || !read_number (objects, DS_EVIDENCE_TAG_AMOUNT, "amount", max_fen, &self->amount_fen, error)
      || !read_text (objects, DS_EVIDENCE_TAG_PAYEE, "payee", PAYEE_MAX_BYTES, &self->payee_id, error))
    return FALSE;
  if (self->amount_fen == 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "amount (C2) is zero");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_receipt (DsEvidence *self, DsTlvReader *objects, GError **error)
{
  self->kind = DS_EVIDENCE_RECEIPT;
  self->counter = -1;
  return read_common (self, objects, DS_MONEY_MAX_FEN, error)
         && read_operator (objects, &self->operator_id, error)
         && read_text (objects, DS_EVIDENCE_TAG_OPERATOR_REF, "operator reference", OPERATOR_REF_MAX_BYTES,
                       &self->operator_ref, error)
         && read_number (objects, DS_EVIDENCE_TAG_RED_PACKET, "red packet", self->amount_fen,
                         &self->red_packet_fen, error)
         && read_number (objects, DS_EVIDENCE_TAG_TIME, "time", G_MAXUINT32, &self->at_s, error)
         && ds_tlv_reader_finish (objects, error);
}

static gboolean
read_voucher (DsEvidence *self, DsTlvReader *objects, GError **error)
{
  g_autoptr (GBytes) certificate = NULL;
  gsize from;
  DsTlv object;

  self->kind = DS_EVIDENCE_VOUCHER;
  if (!read_common (self, objects, G_MAXUINT32, error))
    return FALSE;

  from = objects->at;
  if (!ds_tlv_reader_expect (objects, DS_EVIDENCE_TAG_CERTIFICATE, "certificate", 0,
                             DS_WALLET_CERTIFICATE_SIZE, &object, error))
    return FALSE;
  certificate = g_bytes_new (objects->bytes + from, objects->at - from);
  self->certificate = ds_wallet_certificate_parse (certificate, error);
  if (self->certificate == NULL)
    return FALSE;
  self->operator_id = g_strdup (self->certificate->operator_id);

  return read_number (objects, DS_EVIDENCE_TAG_COUNTER, "counter", G_MAXUINT32, &self->counter, error)
         && read_number (objects, DS_EVIDENCE_TAG_TIME, "time", G_MAXUINT32, &self->at_s, error)
         && ds_tlv_reader_finish (objects, error);
}

static guint32
tag_of (DsEvidenceKind kind)
{
  return kind == DS_EVIDENCE_RECEIPT ? DS_EVIDENCE_TAG_RECEIPT : DS_EVIDENCE_TAG_VOUCHER;
}

DsEvidence *
ds_evidence_parse (GBytes *bytes, GError **error)
{
  g_autoptr (DsEvidence) self = NULL;
  DsSignedTlv opened;
  gsize n;
  const guint8 *data;
  gboolean is_voucher;

  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &n);
  is_voucher = n > 0 && data[0] == DS_EVIDENCE_TAG_VOUCHER;
  self = g_new0 (DsEvidence, 1);
  if (!ds_signed_tlv_open (bytes, tag_of (is_voucher ? DS_EVIDENCE_VOUCHER : DS_EVIDENCE_RECEIPT), &opened,
                           error)
      || !(is_voucher ? read_voucher (self, &opened.objects, error)
                      : read_receipt (self, &opened.objects, error)))
    {
      g_prefix_error (error, "Not a receipt or voucher: ");
      return NULL;
    }
  self->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&self);
}

/* As text */

gboolean
ds_evidence_text_is_evidence (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return g_str_has_prefix (text, PREFIX) || ds_evidence_envelope_is_ours (text);
}

DsEvidence *
ds_evidence_parse_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_str_has_prefix (text, PREFIX))
    bytes = ds_evidence_envelope_read (text, error);
  else if (strnlen (text, DS_EVIDENCE_TEXT_MAX_BYTES + 1) <= DS_EVIDENCE_TEXT_MAX_BYTES)
    bytes = ds_base45_decode (text + strlen (PREFIX), -1, error);
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The text is longer than any receipt or voucher");

  return bytes != NULL ? ds_evidence_parse (bytes, error) : NULL;
}

char *
ds_evidence_to_text (const DsEvidence *self)
{
  g_autofree char *base45 = NULL;
  gsize n;
  const guint8 *data;

  g_return_val_if_fail (self != NULL, NULL);

  data = g_bytes_get_data (self->bytes, &n);
  base45 = ds_base45_encode (data, n);
  return g_strconcat (PREFIX, base45, NULL);
}

char *
ds_evidence_to_emv_text (const DsEvidence *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ds_evidence_envelope_write (self->bytes);
}

/* Judging */

const char *
ds_evidence_verdict_to_name (DsEvidenceVerdict verdict)
{
  static const char *const names[] = {
    [DS_EVIDENCE_OK] = "ok",
    [DS_EVIDENCE_OTHER_PAYMENT] = "other-payment",
    [DS_EVIDENCE_OTHER_PAYEE] = "other-payee",
    [DS_EVIDENCE_OTHER_AMOUNT] = "other-amount",
    [DS_EVIDENCE_UNKNOWN_OPERATOR] = "unknown-operator",
    [DS_EVIDENCE_FORGED_CERTIFICATE] = "forged-certificate",
    [DS_EVIDENCE_EXPIRED_CERTIFICATE] = "expired-certificate",
    [DS_EVIDENCE_FORGED] = "forged",
    [DS_EVIDENCE_OVER_WALLET_LIMIT] = "over-wallet-limit",
    [DS_EVIDENCE_FROM_FUTURE] = "from-future",
  };

  g_return_val_if_fail ((gsize)verdict < G_N_ELEMENTS (names), NULL);

  return names[verdict];
}

/* Whether @bytes, an object @tag, are signed with a key that the operator had when the evidence was made. */
static gboolean
operator_signed (const DsEvidence *self, GBytes *bytes, guint32 tag, DsTrustList *trust, gboolean *known)
{
  DsSignedTlv opened;

  *known = FALSE;
  return ds_signed_tlv_open (bytes, tag, &opened, NULL)
         && ds_trust_list_verify (trust, self->operator_id, self->at_s, g_bytes_get_data (bytes, NULL),
                                  opened.signed_n, opened.signature, known);
}

static DsEvidenceVerdict
judge_receipt (const DsEvidence *self, DsTrustList *trust)
{
  gboolean known;

  if (operator_signed (self, self->bytes, DS_EVIDENCE_TAG_RECEIPT, trust, &known))
    return DS_EVIDENCE_OK;
  return known ? DS_EVIDENCE_FORGED : DS_EVIDENCE_UNKNOWN_OPERATOR;
}

static DsEvidenceVerdict
judge_voucher (const DsEvidence *self, DsTrustList *trust, gint64 now_s)
{
  const DsWalletCertificate *certificate = self->certificate;
  g_autoptr (DsKey) wallet_key = NULL;
  gboolean known;

  if (!operator_signed (self, certificate->bytes, DS_EVIDENCE_TAG_CERTIFICATE, trust, &known))
    return known ? DS_EVIDENCE_FORGED_CERTIFICATE : DS_EVIDENCE_UNKNOWN_OPERATOR;
  /* The voucher's own time is the wallet's word: a certificate that has run out cannot be used by dating back. */
  if (MAX (now_s, self->at_s) > certificate->not_after_s)
    return DS_EVIDENCE_EXPIRED_CERTIFICATE;
  wallet_key = ds_key_new_from_public (certificate->public_key, sizeof certificate->public_key, NULL);
  if (wallet_key == NULL || !ds_signed_tlv_verify (self->bytes, DS_EVIDENCE_TAG_VOUCHER, wallet_key))
    return DS_EVIDENCE_FORGED;
  if (self->amount_fen > certificate->voucher_limit_fen)
    return DS_EVIDENCE_OVER_WALLET_LIMIT;
  return DS_EVIDENCE_OK;
}

DsEvidenceVerdict
ds_evidence_verify (const DsEvidence *self,
                    DsTrustList *trust,
                    const char *payment_id,
                    const char *payee_id,
                    gint64 amount_fen,
                    gint64 now_s)
{
  DsEvidenceVerdict verdict;

  g_return_val_if_fail (self != NULL, DS_EVIDENCE_FORGED);
  g_return_val_if_fail (trust != NULL, DS_EVIDENCE_UNKNOWN_OPERATOR);

  if (payment_id != NULL && strcmp (payment_id, self->payment_id) != 0)
    return DS_EVIDENCE_OTHER_PAYMENT;
  if (payee_id != NULL && strcmp (payee_id, self->payee_id) != 0)
    return DS_EVIDENCE_OTHER_PAYEE;
  if (amount_fen >= 0 && amount_fen != self->amount_fen)
    return DS_EVIDENCE_OTHER_AMOUNT;

  verdict
      = self->kind == DS_EVIDENCE_RECEIPT ? judge_receipt (self, trust) : judge_voucher (self, trust, now_s);
  if (verdict == DS_EVIDENCE_OK && self->at_s - FUTURE_TOLERANCE_S > now_s)
    return DS_EVIDENCE_FROM_FUTURE;
  return verdict;
}
