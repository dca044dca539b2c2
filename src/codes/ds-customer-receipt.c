/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-customer-receipt.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-signed-tlv.h"

#include <string.h>

#define TAG_RECEIPT 0xE5
#define TAG_DEVICE 0xD1
#define TAG_PAYMENT 0xD2
#define TAG_PAYEE 0xDA
#define PAYEE_MAX_BYTES 8

/* All objects as long as they can be, in Base45. */
#define TEXT_MAX_BYTES 400

enum
{
  AMOUNT,
  TIME,
  TENDER,
  FINAL,
  TENDERED,
  RED_PACKET,
  REFUNDED,
  N_NUMBERS
};

/* The numbers of a receipt, in their order. */
static const struct
{
  guint32 tag;
  const char *name;
  guint64 max;
} numbers[N_NUMBERS] = {
  [AMOUNT] = { 0xD3, "amount", DS_MONEY_MAX_FEN },
  [TIME] = { 0xD4, "time", G_MAXUINT32 },
  [TENDER] = { 0xD5, "tender", DS_TENDER_CASH },
  [FINAL] = { 0xD6, "finality", 1 },
  [TENDERED] = { 0xD7, "cash given", DS_MONEY_MAX_FEN },
  [RED_PACKET] = { 0xD8, "red packet", DS_MONEY_MAX_FEN },
  [REFUNDED] = { 0xD9, "refund", DS_MONEY_MAX_FEN },
};

void
ds_customer_receipt_free (DsCustomerReceipt *self)
{
  if (self == NULL)
    return;
  g_free (self->device_id);
  g_free (self->payment_id);
  g_free (self->payee_id);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static gboolean
read_id (DsTlvReader *objects, guint32 tag, const char *name, char **id, GError **error)
{
  DsTlv object;

  if (!ds_tlv_reader_expect (objects, tag, name, DS_ID_BYTES, DS_ID_BYTES, &object, error))
    return FALSE;
  *id = ds_id_from_bytes (object.value);
  if (ds_id_is_valid (*id))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "the %s is no UUIDv7", name);
  return FALSE;
}

static gboolean
read_payee (DsTlvReader *objects, char **payee, GError **error)
{
  DsTlv object;

  if (!ds_tlv_reader_expect (objects, TAG_PAYEE, "payee", 1, PAYEE_MAX_BYTES, &object, error))
    return FALSE;
  for (gsize i = 0; i < object.n; i++)
    {
      if (!g_ascii_isalnum (object.value[i]))
        {
          g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "the payee is not letters and digits");
          return FALSE;
        }
    }
  *payee = g_strndup ((const char *)object.value, object.n);
  return TRUE;
}

/* What cannot be: money back that never came, or cash with a red packet. */
static gboolean
check_sums (const DsCustomerReceipt *self, GError **error)
{
  gboolean is_cash = self->tender == DS_TENDER_CASH;

  if (self->amount_fen > 0 && self->refunded_fen <= self->amount_fen
      && self->red_packet_fen <= self->amount_fen
      && (is_cash ? self->tendered_fen >= self->amount_fen && self->red_packet_fen == 0
                  : self->tendered_fen == 0))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "its amounts contradict each other");
  return FALSE;
}

static gboolean
read_objects (DsCustomerReceipt *self, DsTlvReader *objects, GError **error)
{
  guint64 read[N_NUMBERS];

  if (!read_id (objects, TAG_DEVICE, "device", &self->device_id, error)
      || !read_id (objects, TAG_PAYMENT, "payment", &self->payment_id, error))
    return FALSE;
  for (gsize i = 0; i < N_NUMBERS; i++)
    {
      if (!ds_tlv_reader_expect_uint (objects, numbers[i].tag, numbers[i].name, numbers[i].max, &read[i],
                                      error))
        return FALSE;
    }
  self->amount_fen = (gint64)read[AMOUNT];
  self->at_s = (gint64)read[TIME];
  self->tender = (DsTender)read[TENDER];
  self->final = read[FINAL] == 1;
  self->tendered_fen = (gint64)read[TENDERED];
  self->red_packet_fen = (gint64)read[RED_PACKET];
  self->refunded_fen = (gint64)read[REFUNDED];
  return read_payee (objects, &self->payee_id, error) && ds_tlv_reader_finish (objects, error)
         && check_sums (self, error);
}

static DsCustomerReceipt *
parse (GBytes *bytes, GError **error)
{
  g_autoptr (DsCustomerReceipt) self = g_new0 (DsCustomerReceipt, 1);
  DsSignedTlv opened;

  if (!ds_signed_tlv_open (bytes, TAG_RECEIPT, &opened, error)
      || !read_objects (self, &opened.objects, error))
    {
      g_prefix_error (error, "Customer's receipt: ");
      return NULL;
    }
  self->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&self);
}

DsCustomerReceipt *
ds_customer_receipt_sign (DsKey *device_key, const DsCustomerReceipt *draft, GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint8 device[DS_ID_BYTES];
  guint8 payment[DS_ID_BYTES];
  /* A number below zero is one too large, and refused by reading what was written. */
  const guint64 written[N_NUMBERS] = {
    [AMOUNT] = (guint64)draft->amount_fen,     [TIME] = (guint64)draft->at_s,
    [TENDER] = (guint64)draft->tender,         [FINAL] = draft->final ? 1 : 0,
    [TENDERED] = (guint64)draft->tendered_fen, [RED_PACKET] = (guint64)draft->red_packet_fen,
    [REFUNDED] = (guint64)draft->refunded_fen,
  };

  g_return_val_if_fail (device_key != NULL, NULL);
  g_return_val_if_fail (draft->payee_id != NULL, NULL);

  if (!ds_id_to_bytes (draft->device_id, device) || !ds_id_to_bytes (draft->payment_id, payment))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The device or the payment has no UUIDv7");
      return NULL;
    }
  ds_tlv_append (objects, TAG_DEVICE, device, sizeof device);
  ds_tlv_append (objects, TAG_PAYMENT, payment, sizeof payment);
  for (gsize i = 0; i < N_NUMBERS; i++)
    ds_tlv_append_uint (objects, numbers[i].tag, written[i]);
  ds_tlv_append (objects, TAG_PAYEE, draft->payee_id, strlen (draft->payee_id));
  bytes = ds_signed_tlv_seal (device_key, TAG_RECEIPT, objects, error);
  return bytes != NULL ? parse (bytes, error) : NULL;
}

DsCustomerReceipt *
ds_customer_receipt_parse_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_str_has_prefix (text, DS_CUSTOMER_RECEIPT_PREFIX)
      || strnlen (text, TEXT_MAX_BYTES + 1) > TEXT_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "It is no customer's receipt, or too long for one");
      return NULL;
    }
  bytes = ds_base45_decode (text + strlen (DS_CUSTOMER_RECEIPT_PREFIX), -1, error);
  return bytes != NULL ? parse (bytes, error) : NULL;
}

gboolean
ds_customer_receipt_verify (const DsCustomerReceipt *self, DsKey *device_key)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (device_key != NULL, FALSE);

  return ds_signed_tlv_verify (self->bytes, TAG_RECEIPT, device_key);
}

char *
ds_customer_receipt_to_text (const DsCustomerReceipt *self)
{
  gsize n;
  const guint8 *data;
  g_autofree char *base45 = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  data = g_bytes_get_data (self->bytes, &n);
  base45 = ds_base45_encode (data, n);
  return g_strconcat (DS_CUSTOMER_RECEIPT_PREFIX, base45, NULL);
}
