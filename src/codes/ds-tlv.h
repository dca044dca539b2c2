/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BER-TLV (ISO/IEC 8825-1) in its distinguished form: definite, shortest lengths, shortest numbers.
 *
 * Nothing is copied and nothing is allocated by a length that the bytes merely claim. A tag is the number its bytes
 * make in big-endian order: 0x61, 0x5F20. Tags have up to three bytes, values up to 65 535. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsTlv:
 * @tag: the tag's bytes as a number
 * @value: (array length=n): borrowed from what is read
 * @n: the value's length
 */
typedef struct
{
  guint32 tag;
  const guint8 *value;
  gsize n;
} DsTlv;

/* Where reading stands; a value, made by ds_tlv_reader_init(). It borrows the bytes. */
typedef struct
{
  const guint8 *bytes;
  gsize n;
  gsize at;
} DsTlvReader;

void ds_tlv_reader_init (DsTlvReader *self, const void *bytes, gsize n);

/* Whether nothing is left. */
gboolean ds_tlv_reader_is_done (const DsTlvReader *self);

/* Takes the next object, whichever it is; %DS_ERROR_INVALID if there is none or it does not fit in the bytes. */
gboolean ds_tlv_reader_next (DsTlvReader *self, DsTlv *object, GError **error);

/**
 * ds_tlv_reader_expect:
 * @self: a reader
 * @tag: what must come next
 * @name: its name, for the error
 * @min_n: least length of its value
 * @max_n: largest length of its value
 * @object: (out): the object
 * @error: return location for a %DS_ERROR_INVALID that says @name
 *
 * Returns: whether the next object is that one
 */
gboolean ds_tlv_reader_expect (DsTlvReader *self,
                               guint32 tag,
                               const char *name,
                               gsize min_n,
                               gsize max_n,
                               DsTlv *object,
                               GError **error);

/* As ds_tlv_reader_expect(), for an unsigned big-endian number without leading zeros, at most @max. */
gboolean ds_tlv_reader_expect_uint (DsTlvReader *self,
                                    guint32 tag,
                                    const char *name,
                                    guint64 max,
                                    guint64 *number,
                                    GError **error);

/* %DS_ERROR_INVALID if something is left. */
gboolean ds_tlv_reader_finish (const DsTlvReader *self, GError **error);

/* Appends tag and length of a value that the caller appends next. */
void ds_tlv_append_header (GByteArray *bytes, guint32 tag, gsize n);
void ds_tlv_append (GByteArray *bytes, guint32 tag, const void *value, gsize n);
void ds_tlv_append_uint (GByteArray *bytes, guint32 tag, guint64 number);

G_END_DECLS
