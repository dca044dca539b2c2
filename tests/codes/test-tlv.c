/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ways bytes are written small: BER-TLV and Base45. */
#include "config.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-tlv.h"

#include <string.h>

#define READ(literal, object) read_one ((const guint8 *)literal, sizeof literal - 1, object)

static gboolean
read_one (const guint8 *bytes, gsize n, DsTlv *object)
{
  /* A copy of the exact size, so that an address sanitizer sees a read behind the end. */
  g_autofree guint8 *copy = g_memdup2 (bytes, n);
  g_autoptr (GError) error = NULL;
  DsTlvReader reader;
  gboolean is_read;

  ds_tlv_reader_init (&reader, copy, n);
  is_read = ds_tlv_reader_next (&reader, object, &error);
  if (is_read)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (reader.at, <=, n);
      g_assert_cmpuint ((gsize)(object->value - copy) + object->n, ==, reader.at);
    }
  else
    {
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_assert_cmpuint (reader.at, ==, 0);
    }
  return is_read;
}

static void
test_tags (void)
{
  DsTlv object;

  g_assert_true (READ ("\x61\x00", &object));
  g_assert_cmphex (object.tag, ==, 0x61);
  g_assert_cmpuint (object.n, ==, 0);
  g_assert_true (READ ("\x5f\x20\x01x", &object));
  g_assert_cmphex (object.tag, ==, 0x5f20);
  g_assert_cmpuint (object.n, ==, 1);
  g_assert_true (READ ("\xdf\x81\x01\x00", &object));
  g_assert_cmphex (object.tag, ==, 0xdf8101);

  g_assert_false (READ ("", &object));
  g_assert_false (READ ("\x00\x00", &object));
  g_assert_false (READ ("\x61", &object));
  g_assert_false (READ ("\x5f", &object));
  g_assert_false (READ ("\xdf\x80\x01\x00", &object));     /* the number begins with zeros */
  g_assert_false (READ ("\xdf\x81\x81\x01\x00", &object)); /* four bytes */
}

static void
test_lengths (void)
{
  guint8 bytes[0x104] = { 0xc0, 0x81, 0x80 };
  g_autofree guint8 *large = g_malloc0 (5 + 0x10000);
  DsTlv object;

  g_assert_true (read_one (bytes, 3 + 0x80, &object));
  g_assert_cmpuint (object.n, ==, 0x80);
  g_assert_false (read_one (bytes, 3 + 0x7f, &object));
  bytes[2] = 0x7f; /* the short form would do */
  g_assert_false (read_one (bytes, 3 + 0x7f, &object));

  memcpy (bytes + 1, "\x82\x01\x00", 3);
  g_assert_true (read_one (bytes, 4 + 0x100, &object));
  g_assert_cmpuint (object.n, ==, 0x100);
  g_assert_false (read_one (bytes, 4 + 0xff, &object));
  memcpy (bytes + 1, "\x82\x00\xff", 3);
  g_assert_false (read_one (bytes, 4 + 0xff, &object));

  g_assert_false (READ ("\xc0\x80\x00\x00", &object)); /* the indefinite form */
  memcpy (large, "\xc0\x83\x01\x00\x00", 5);           /* whole, but longer than we take */
  g_assert_false (read_one (large, 5 + 0x10000, &object));
  g_assert_false (READ ("\xc0\x81", &object));
  g_assert_false (READ ("\xc0\x82\xff", &object));
  g_assert_false (READ ("\xc0\x83\x01\x00\x00", &object));
  g_assert_false (READ ("\xc0\xff\xff\xff\xff\xff\xff\xff\xff\xff", &object));
  g_assert_false (READ ("\xc0\x88\xff\xff\xff\xff\xff\xff\xff\xff", &object));
}

static void
test_expect (void)
{
  const guint8 bytes[] = { 0xc0, 2, 'a', 'b', 0xc1, 1, 7, 0xc2, 0 };
  g_autoptr (GError) error = NULL;
  DsTlvReader reader;
  DsTlv object;
  guint64 number;

  ds_tlv_reader_init (&reader, bytes, sizeof bytes);
  g_assert_true (ds_tlv_reader_expect (&reader, 0xc0, "first", 1, 2, &object, &error));
  g_assert_cmpmem (object.value, object.n, "ab", 2);
  g_assert_true (ds_tlv_reader_expect_uint (&reader, 0xc1, "second", 7, &number, &error));
  g_assert_cmpuint (number, ==, 7);
  g_assert_false (ds_tlv_reader_is_done (&reader));
  g_assert_false (ds_tlv_reader_finish (&reader, NULL));
  g_assert_true (ds_tlv_reader_expect (&reader, 0xc2, "third", 0, 0, &object, &error));
  g_assert_true (ds_tlv_reader_finish (&reader, &error));
  g_assert_no_error (error);
  g_assert_false (ds_tlv_reader_expect (&reader, 0xc3, "fourth", 0, 9, &object, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "fourth"));

  ds_tlv_reader_init (&reader, bytes, sizeof bytes);
  g_assert_false (ds_tlv_reader_expect (&reader, 0xc1, "first", 1, 2, &object, NULL));
  ds_tlv_reader_init (&reader, bytes, sizeof bytes);
  g_assert_false (ds_tlv_reader_expect (&reader, 0xc0, "first", 3, 9, &object, NULL));
  ds_tlv_reader_init (&reader, bytes, sizeof bytes);
  g_assert_false (ds_tlv_reader_expect (&reader, 0xc0, "first", 0, 1, &object, NULL));
}

static gboolean
reads_uint (const char *value, gsize n, guint64 max)
{
  guint8 bytes[16] = { 0xc0, (guint8)n };
  DsTlvReader reader;
  guint64 number;

  memcpy (bytes + 2, value, n);
  ds_tlv_reader_init (&reader, bytes, n + 2);
  return ds_tlv_reader_expect_uint (&reader, 0xc0, "number", max, &number, NULL);
}

static void
test_numbers (void)
{
  const guint64 numbers[]
      = { 0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      DsTlvReader reader;
      guint64 number;

      ds_tlv_append_uint (bytes, 0xc5, numbers[i]);
      ds_tlv_reader_init (&reader, bytes->data, bytes->len);
      g_assert_true (ds_tlv_reader_expect_uint (&reader, 0xc5, "number", numbers[i], &number, NULL));
      g_assert_cmpuint (number, ==, numbers[i]);
      g_assert_true (ds_tlv_reader_is_done (&reader));
    }
  g_assert_true (reads_uint ("\0", 1, 0));
  g_assert_false (reads_uint ("", 0, 9));
  g_assert_false (reads_uint ("\0\1", 2, 9));
  g_assert_false (reads_uint ("\1\0", 2, 0xff));
  g_assert_false (reads_uint ("\1\0\0\0\0\0\0\0\0", 9, G_MAXUINT64));
}

/* Whatever can be read is what the writer writes: one meaning, one form. */
static void
test_random (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      guint8 bytes[8];
      gsize n = (gsize)g_test_rand_int_range (0, sizeof bytes + 1);
      DsTlvReader reader;
      DsTlv object;

      for (gsize i = 0; i < n; i++)
        bytes[i] = (guint8)(g_test_rand_int_range (0, 3) == 0 ? g_test_rand_int_range (0, 4)
                                                              : g_test_rand_int_range (0, 256));
      ds_tlv_reader_init (&reader, bytes, n);
      while (!ds_tlv_reader_is_done (&reader))
        {
          gsize from = reader.at;
          g_autoptr (GByteArray) again = g_byte_array_new ();

          if (!ds_tlv_reader_next (&reader, &object, NULL))
            break;
          ds_tlv_append (again, object.tag, object.value, object.n);
          g_assert_cmpmem (again->data, again->len, bytes + from, reader.at - from);
        }
    }
}

static void
assert_base45 (const char *bytes, gsize n, const char *text)
{
  g_autofree char *encoded = ds_base45_encode ((const guint8 *)bytes, n);
  g_autoptr (GBytes) back = ds_base45_decode (text, -1, NULL);

  g_assert_cmpstr (encoded, ==, text);
  g_assert_cmpuint (strlen (text), ==, DS_BASE45_SIZE (n));
  g_assert_nonnull (back);
  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), bytes, n);
}

static void
test_base45 (void)
{
  /* RFC 9285 sections 4.3, 4.4 and 6 */
  const char *const bad[] = { "GGW", ":::", "::", "0", "0000", "aa", "BB\n", "ÄÄ", "V5" };

  assert_base45 ("AB", 2, "BB8");
  assert_base45 ("Hello!!", 7, "%69 VD92EX0");
  assert_base45 ("base-45", 7, "UJCLQE7W581");
  assert_base45 ("ietf!", 5, "QED8WEX0");
  assert_base45 ("", 0, "");
  assert_base45 ("\xff\xff", 2, "FGW");
  assert_base45 ("\xff", 1, "U5");
  assert_base45 ("\0\0\0", 3, "00000");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_base45_decode (bad[i], -1, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
  /* The alphabet's own end is no character of it. */
  g_assert_null (ds_base45_decode ("\0"
                                   "00",
                                   3, NULL));
  g_assert_null (ds_base45_decode ("0\0"
                                   "0",
                                   3, NULL));
  g_assert_null (ds_base45_decode ("00\0", 3, NULL));
}

/* Every group of three characters: taken if and only if writing its bytes gives it back. */
static void
test_base45_groups (void)
{
  static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  guint taken = 0;

  for (guint value = 0; value < 45 * 45 * 45; value++)
    {
      const char text[]
          = { characters[value % 45], characters[value / 45 % 45], characters[value / 2025], '\0' };
      g_autoptr (GBytes) bytes = ds_base45_decode (text, -1, NULL);
      g_autofree char *again = NULL;

      if (bytes == NULL)
        continue;
      taken++;
      again = ds_base45_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_assert_cmpstr (again, ==, text);
    }
  g_assert_cmpuint (taken, ==, 0x10000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/tlv/tags", test_tags);
  g_test_add_func ("/tlv/lengths", test_lengths);
  g_test_add_func ("/tlv/expect", test_expect);
  g_test_add_func ("/tlv/numbers", test_numbers);
  g_test_add_func ("/tlv/random", test_random);
  g_test_add_func ("/base45/examples", test_base45);
  g_test_add_func ("/base45/groups", test_base45_groups);
  return g_test_run ();
}
