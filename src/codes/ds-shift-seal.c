/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shift-seal.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-signed-tlv.h"

#include <string.h>

#define TAG_SEAL 0xE4
#define TAG_DEVICE 0xD1
#define TAG_SHIFT 0xD2
#define TAG_HEAD_SM3 0xD4

/* All objects as long as they can be, in Base45. */
#define TEXT_MAX_BYTES 400

/* The numbers of a seal, in their order; the head's digest stands after the first. */
static const struct
{
  guint32 tag;
  const char *name;
  gsize offset;
  guint64 max;
} numbers[] = {
  { 0xD3, "head's number", G_STRUCT_OFFSET (DsShiftSeal, head_seq), G_MAXINT64 },
  { 0xD5, "time", G_STRUCT_OFFSET (DsShiftSeal, at_s), G_MAXUINT32 },
  { 0xD6, "digital sum", G_STRUCT_OFFSET (DsShiftSeal, paid_fen), G_MAXINT64 },
  { 0xD7, "cash", G_STRUCT_OFFSET (DsShiftSeal, cash_fen), G_MAXINT64 },
  { 0xD8, "sum of vouchers", G_STRUCT_OFFSET (DsShiftSeal, accepted_fen), G_MAXINT64 },
  { 0xD9, "uncertain sum", G_STRUCT_OFFSET (DsShiftSeal, uncertain_fen), G_MAXINT64 },
  { 0xDA, "counted cash", G_STRUCT_OFFSET (DsShiftSeal, counted_fen), G_MAXINT64 },
};

void
ds_shift_seal_free (DsShiftSeal *self)
{
  if (self == NULL)
    return;
  g_free (self->device_id);
  g_free (self->shift_id);
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
read_objects (DsShiftSeal *self, DsTlvReader *objects, GError **error)
{
  DsTlv digest;

  if (!read_id (objects, TAG_DEVICE, "device", &self->device_id, error)
      || !read_id (objects, TAG_SHIFT, "shift", &self->shift_id, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint64 number;

      if (!ds_tlv_reader_expect_uint (objects, numbers[i].tag, numbers[i].name, numbers[i].max, &number,
                                      error))
        return FALSE;
      G_STRUCT_MEMBER (gint64, self, numbers[i].offset) = (gint64)number;
      if (i > 0)
        continue;
      if (!ds_tlv_reader_expect (objects, TAG_HEAD_SM3, "head's digest", DS_SM3_SIZE, DS_SM3_SIZE, &digest,
                                 error))
        return FALSE;
      memcpy (self->head_sm3, digest.value, DS_SM3_SIZE);
    }
  return ds_tlv_reader_finish (objects, error);
}

static DsShiftSeal *
parse (GBytes *bytes, GError **error)
{
  g_autoptr (DsShiftSeal) self = g_new0 (DsShiftSeal, 1);
  DsSignedTlv opened;

  if (!ds_signed_tlv_open (bytes, TAG_SEAL, &opened, error) || !read_objects (self, &opened.objects, error))
    {
      g_prefix_error (error, "Shift seal: ");
      return NULL;
    }
  self->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&self);
}

DsShiftSeal *
ds_shift_seal_sign (DsKey *device_key, const DsShiftSeal *draft, GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint8 device[DS_ID_BYTES];
  guint8 shift[DS_ID_BYTES];

  g_return_val_if_fail (device_key != NULL, NULL);
  g_return_val_if_fail (draft != NULL, NULL);

  if (!ds_id_to_bytes (draft->device_id, device) || !ds_id_to_bytes (draft->shift_id, shift))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The device or the shift has no UUIDv7");
      return NULL;
    }
  ds_tlv_append (objects, TAG_DEVICE, device, sizeof device);
  ds_tlv_append (objects, TAG_SHIFT, shift, sizeof shift);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      /* A number below zero is one too large, and refused by reading what was written. */
      ds_tlv_append_uint (objects, numbers[i].tag,
                          (guint64)G_STRUCT_MEMBER (gint64, draft, numbers[i].offset));
      if (i == 0)
        ds_tlv_append (objects, TAG_HEAD_SM3, draft->head_sm3, DS_SM3_SIZE);
    }
  bytes = ds_signed_tlv_seal (device_key, TAG_SEAL, objects, error);
  return bytes != NULL ? parse (bytes, error) : NULL;
}

DsShiftSeal *
ds_shift_seal_parse_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_str_has_prefix (text, DS_SEAL_PREFIX) || strnlen (text, TEXT_MAX_BYTES + 1) > TEXT_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "It is no shift seal, or too long for one");
      return NULL;
    }
  bytes = ds_base45_decode (text + strlen (DS_SEAL_PREFIX), -1, error);
  return bytes != NULL ? parse (bytes, error) : NULL;
}

gboolean
ds_shift_seal_verify (const DsShiftSeal *self, DsKey *device_key)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (device_key != NULL, FALSE);

  return ds_signed_tlv_verify (self->bytes, TAG_SEAL, device_key);
}

char *
ds_shift_seal_to_text (const DsShiftSeal *self)
{
  gsize n;
  const guint8 *data;
  g_autofree char *base45 = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  data = g_bytes_get_data (self->bytes, &n);
  base45 = ds_base45_encode (data, n);
  return g_strconcat (DS_SEAL_PREFIX, base45, NULL);
}
