/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-tlv.h"

#include "ds-error.h"

#define TAG_MAX_BYTES 3
#define VALUE_MAX_BYTES 0xffff

void
ds_tlv_reader_init (DsTlvReader *self, const void *bytes, gsize n)
{
  self->bytes = bytes;
  self->n = n;
  self->at = 0;
}

gboolean
ds_tlv_reader_is_done (const DsTlvReader *self)
{
  return self->at == self->n;
}

/* Moves @at past the tag. */
static gboolean
read_tag (const DsTlvReader *self, gsize *at, guint32 *tag)
{
  gsize from = *at;

  if (from == self->n || self->bytes[from] == 0)
    return FALSE;
  *tag = self->bytes[(*at)++];
  if ((*tag & 0x1f) != 0x1f)
    return TRUE;

  /* The first further byte must carry a part of the number; the last one has its top bit clear. */
  for (gsize i = 1; i < TAG_MAX_BYTES && *at < self->n; i++)
    {
      guint8 byte = self->bytes[(*at)++];

      if (i == 1 && (byte & 0x7f) == 0)
        return FALSE;
      *tag = *tag << 8 | byte;
      if ((byte & 0x80) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Moves @at past the length. Only the shortest form is taken, so that every object has one form. */
static gboolean
read_length (const DsTlvReader *self, gsize *at, gsize *n)
{
  guint8 first;
  gsize more;

  if (*at == self->n)
    return FALSE;
  first = self->bytes[(*at)++];
  if (first < 0x80)
    {
      *n = first;
      return TRUE;
    }

  more = first & 0x7f;
  if (more < 1 || more > 2 || self->n - *at < more)
    return FALSE;
  *n = 0;
  for (gsize i = 0; i < more; i++)
    *n = *n << 8 | self->bytes[(*at)++];
  return *n >= (more == 1 ? 0x80 : 0x100);
}

gboolean
ds_tlv_reader_next (DsTlvReader *self, DsTlv *object, GError **error)
{
  gsize at = self->at;
  guint32 tag;
  gsize n;

  if (!read_tag (self, &at, &tag) || !read_length (self, &at, &n) || n > self->n - at)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "No whole TLV object stands at byte %zu", self->at);
      return FALSE;
    }

  object->tag = tag;
  object->value = self->bytes + at;
  object->n = n;
  self->at = at + n;
  return TRUE;
}

gboolean
ds_tlv_reader_expect (DsTlvReader *self,
                      guint32 tag,
                      const char *name,
                      gsize min_n,
                      gsize max_n,
                      DsTlv *object,
                      GError **error)
{
  if (!ds_tlv_reader_next (self, object, error))
    {
      g_prefix_error (error, "%s (%X): ", name, tag);
      return FALSE;
    }
  if (object->tag != tag)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s (%X) is missing; %X stands in its place", name, tag,
                   object->tag);
      return FALSE;
    }
  if (object->n < min_n || object->n > max_n)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s (%X) has %zu bytes, not %zu to %zu", name, tag,
                   object->n, min_n, max_n);
      return FALSE;
    }
  return TRUE;
}

gboolean
ds_tlv_reader_expect_uint (DsTlvReader *self,
                           guint32 tag,
                           const char *name,
                           guint64 max,
                           guint64 *number,
                           GError **error)
{
  DsTlv object;
  guint64 value = 0;

  if (!ds_tlv_reader_expect (self, tag, name, 1, sizeof value, &object, error))
    return FALSE;
  for (gsize i = 0; i < object.n; i++)
    value = value << 8 | object.value[i];
  if ((object.value[0] == 0 && object.n > 1) || value > max)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s (%X) is too large, or has leading zeros", name,
                   tag);
      return FALSE;
    }
  *number = value;
  return TRUE;
}

gboolean
ds_tlv_reader_finish (const DsTlvReader *self, GError **error)
{
  if (!ds_tlv_reader_is_done (self))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%zu bytes are left behind the last object",
                   self->n - self->at);
      return FALSE;
    }
  return TRUE;
}

/* Appends the @n low bytes of @number. */
static void
append_big_endian (GByteArray *bytes, guint64 number, gsize n)
{
  while (n-- > 0)
    {
      guint8 byte = (guint8)(number >> (8 * n));

      g_byte_array_append (bytes, &byte, 1);
    }
}

static gsize
count_bytes (guint64 number)
{
  gsize n = 1;

  while (number >>= 8)
    n++;
  return n;
}

void
ds_tlv_append_header (GByteArray *bytes, guint32 tag, gsize n)
{
  g_return_if_fail (tag != 0 && count_bytes (tag) <= TAG_MAX_BYTES);
  g_return_if_fail (n <= VALUE_MAX_BYTES);

  append_big_endian (bytes, tag, count_bytes (tag));
  if (n >= 0x80)
    append_big_endian (bytes, 0x80 | count_bytes (n), 1);
  append_big_endian (bytes, n, count_bytes (n));
}

void
ds_tlv_append (GByteArray *bytes, guint32 tag, const void *value, gsize n)
{
  ds_tlv_append_header (bytes, tag, n);
  g_byte_array_append (bytes, value, (guint)n);
}

void
ds_tlv_append_uint (GByteArray *bytes, guint32 tag, guint64 number)
{
  ds_tlv_append_header (bytes, tag, count_bytes (number));
  append_big_endian (bytes, number, count_bytes (number));
}
