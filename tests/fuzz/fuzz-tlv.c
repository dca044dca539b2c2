/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BER-TLV: what is read is what the writer writes. */
#include "fuzz.h"

#include "ds-signed-tlv.h"
#include "ds-tlv.h"

#include <string.h>

static void
read_numbers (const uint8_t *data, size_t n)
{
  DsTlvReader reader;
  guint64 number;

  ds_tlv_reader_init (&reader, data, n);
  while (!ds_tlv_reader_is_done (&reader))
    {
      g_autoptr (GByteArray) again = g_byte_array_new ();
      gsize from = reader.at;

      if (!ds_tlv_reader_expect_uint (&reader, data[reader.at], "number", G_MAXUINT64, &number, NULL))
        break;
      ds_tlv_append_uint (again, data[from], number);
      FUZZ_REQUIRE (again->len == reader.at - from && memcmp (again->data, data + from, again->len) == 0);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  DsSignedTlv opened;
  DsTlvReader reader;
  DsTlv object;

  ds_tlv_reader_init (&reader, data, n);
  while (!ds_tlv_reader_is_done (&reader))
    {
      g_autoptr (GByteArray) again = g_byte_array_new ();
      gsize from = reader.at;

      if (!ds_tlv_reader_next (&reader, &object, NULL))
        break;
      ds_tlv_append (again, object.tag, object.value, object.n);
      FUZZ_REQUIRE (again->len == reader.at - from && memcmp (again->data, data + from, again->len) == 0);
    }
  read_numbers (data, n);

  if (n > 0 && ds_signed_tlv_open (bytes, data[0], &opened, NULL))
    {
      const guint8 *start = g_bytes_get_data (bytes, NULL);

      FUZZ_REQUIRE (opened.signature + DS_SM2_SIGNATURE_SIZE == start + n);
      FUZZ_REQUIRE (opened.objects.bytes + opened.objects.n == start + opened.signed_n);
    }
  return 0;
}
