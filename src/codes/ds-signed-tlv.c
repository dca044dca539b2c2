/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-signed-tlv.h"

#include "ds-error.h"

/* Tag, length and value of the signature object. */
#define SIGNATURE_OBJECT_SIZE (2 + DS_SM2_SIGNATURE_SIZE)

GBytes *
ds_signed_tlv_seal (DsKey *key, guint32 tag, const GByteArray *objects, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  g_return_val_if_fail (key != NULL, NULL);

  ds_tlv_append_header (bytes, tag, objects->len + SIGNATURE_OBJECT_SIZE);
  g_byte_array_append (bytes, objects->data, objects->len);
  if (!ds_key_sign (key, bytes->data, bytes->len, signature, error))
    return NULL;
  ds_tlv_append (bytes, DS_SIGNED_TLV_SIGNATURE, signature, sizeof signature);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

gboolean
ds_signed_tlv_open (GBytes *bytes, guint32 tag, DsSignedTlv *opened, GError **error)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  DsTlvReader reader;
  DsTlv whole;
  DsTlv signature;
  gsize objects_n;

  ds_tlv_reader_init (&reader, data, n);
  if (!ds_tlv_reader_expect (&reader, tag, "the whole", SIGNATURE_OBJECT_SIZE, n, &whole, error)
      || !ds_tlv_reader_finish (&reader, error))
    return FALSE;

  objects_n = whole.n - SIGNATURE_OBJECT_SIZE;
  ds_tlv_reader_init (&reader, whole.value + objects_n, SIGNATURE_OBJECT_SIZE);
  if (!ds_tlv_reader_expect (&reader, DS_SIGNED_TLV_SIGNATURE, "the signature", DS_SM2_SIGNATURE_SIZE,
                             DS_SM2_SIGNATURE_SIZE, &signature, error))
    return FALSE;

  ds_tlv_reader_init (&opened->objects, whole.value, objects_n);
  opened->signed_n = n - SIGNATURE_OBJECT_SIZE;
  opened->signature = signature.value;
  return TRUE;
}

gboolean
ds_signed_tlv_verify (GBytes *bytes, guint32 tag, DsKey *key)
{
  DsSignedTlv opened;

  return ds_signed_tlv_open (bytes, tag, &opened, NULL)
         && ds_key_verify (key, g_bytes_get_data (bytes, NULL), opened.signed_n, opened.signature);
}
