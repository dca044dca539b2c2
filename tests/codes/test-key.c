/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-key.h"
#include "openssl-command.h"

#include <string.h>

/* GM/T 0003.5-2012 annex A, with the id of GM/T 0009-2012 section 10. */
static const char annex_message[] = "message digest";
static const char annex_d[] = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
static const char annex_public[] = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                                   "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
static const char annex_signature[] = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                                      "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
static const char order_n[] = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

static DsKey *
key_from_private_hex (const char *hex, GError **error)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 32);
  return ds_key_new_from_private (g_bytes_get_data (bytes, NULL), error);
}

static DsKey *
key_from_public_hex (const char *hex, GError **error)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  return ds_key_new_from_public (data, n, error);
}

static gboolean
verifies_hex (DsKey *key, const char *message, const char *signature_hex)
{
  g_autoptr (GBytes) signature = ds_hex_decode (signature_hex, NULL);

  g_assert_cmpuint (g_bytes_get_size (signature), ==, DS_SM2_SIGNATURE_SIZE);
  return ds_key_verify (key, message, strlen (message), g_bytes_get_data (signature, NULL));
}

static void
test_annex (void)
{
  g_autoptr (DsKey) pair = key_from_private_hex (annex_d, NULL);
  g_autoptr (DsKey) key = key_from_public_hex (annex_public, NULL);
  g_autofree char *public_hex = ds_key_get_public_hex (pair);

  g_assert_cmpstr (public_hex, ==, annex_public);
  g_assert_true (ds_key_has_private (pair));
  g_assert_false (ds_key_has_private (key));
  g_assert_true (verifies_hex (key, annex_message, annex_signature));
  g_assert_true (verifies_hex (pair, annex_message, annex_signature));
  g_assert_false (verifies_hex (key, "message digesT", annex_signature));
}

/* Returns: (nullable): what stands after "NAME = " in @text. */
static char *
find_vector (const char *text, const char *section, const char *name)
{
  const char *from = strstr (text, section);
  g_autofree char *pattern = g_strdup_printf ("^%s\\s*=\\s*\"?([^\"\\n]*)", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (from == NULL || !g_regex_match (regex, from, 0, &match))
    return NULL;
  return g_strstrip (g_match_info_fetch (match, 1));
}

static void
test_vector_file (void)
{
  const char *data = g_getenv ("DS_SHARED_DATA");
  g_autofree char *path = g_build_filename (data != NULL ? data : "/nonexistent", "sm2", "vectors.txt", NULL);
  g_autofree char *text = NULL;
  const char *const names[] = { "M", "d", "Px", "Py", "r", "s" };
  char *values[G_N_ELEMENTS (names)];
  g_autofree char *point = NULL;
  g_autofree char *signature = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autoptr (DsKey) pair = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("the shared SM2 vectors are not here");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      values[i] = find_vector (text, "## 2. Signature", names[i]);
      g_assert_nonnull (values[i]);
    }

  point = g_strconcat ("04", values[2], values[3], NULL);
  signature = g_strconcat (values[4], values[5], NULL);
  key = key_from_public_hex (point, NULL);
  pair = key_from_private_hex (values[1], NULL);
  g_assert_cmpmem (ds_key_get_public (key), DS_SM2_PUBLIC_SIZE, ds_key_get_public (pair), DS_SM2_PUBLIC_SIZE);
  g_assert_true (verifies_hex (key, values[0], signature));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (values[i]);
}

static void
test_sign (void)
{
  g_autoptr (DsKey) pair = ds_key_generate (NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autoptr (DsKey) key = ds_key_new_from_public (ds_key_get_public (pair), DS_SM2_PUBLIC_SIZE, NULL);
  g_autoptr (GError) error = NULL;
  guint8 message[100] = { 0 };
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  for (gsize n = 0; n < sizeof message; n += 33)
    {
      for (gsize i = 0; i < n; i++)
        message[i] = (guint8)g_test_rand_int_range (0, 256);
      g_assert_true (ds_key_sign (pair, message, n, signature, NULL));
      g_assert_true (ds_key_verify (key, message, n, signature));
      g_assert_false (ds_key_verify (other, message, n, signature));
      g_assert_false (ds_key_verify (key, message, n + 1, signature));
    }

  for (gsize bit = 0; bit < 8 * sizeof signature; bit += 7)
    {
      signature[bit / 8] ^= (guint8)(1 << bit % 8);
      g_assert_false (ds_key_verify (key, message, 99, signature));
      signature[bit / 8] ^= (guint8)(1 << bit % 8);
    }
  g_assert_true (ds_key_verify (key, message, 99, signature));

  g_assert_false (ds_key_sign (key, message, 99, signature, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
}

/* Numbers at the edges of the range of r and s, where a lenient verifier would take zero or wrap around. */
static void
test_odd_signatures (void)
{
  g_autoptr (DsKey) key = key_from_public_hex (annex_public, NULL);
  g_autofree char *zero = g_strnfill (64, '0');
  g_autofree char *ones = g_strnfill (64, 'f');
  const char *const halves[] = { zero, ones, order_n };

  for (gsize i = 0; i < G_N_ELEMENTS (halves); i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (halves); j++)
        {
          g_autofree char *both = g_strconcat (halves[i], halves[j], NULL);

          g_assert_false (verifies_hex (key, annex_message, both));
        }
    }
}

static void
test_points (void)
{
  g_autoptr (GBytes) good = ds_hex_decode (annex_public, NULL);
  guint8 bytes[DS_SM2_PUBLIC_SIZE];

  memcpy (bytes, g_bytes_get_data (good, NULL), sizeof bytes);
  for (guint8 form = 0; form < 8; form++)
    {
      g_autoptr (DsKey) key = NULL;

      bytes[0] = form;
      key = ds_key_new_from_public (bytes, sizeof bytes, NULL);
      g_assert_true ((key != NULL) == (form == 4));
    }
  bytes[0] = 4;
  for (gsize n = 0; n < sizeof bytes; n++)
    g_assert_null (ds_key_new_from_public (bytes, n, NULL));
  bytes[64] ^= 1;
  g_assert_null (ds_key_new_from_public (bytes, sizeof bytes, NULL));

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (DsKey) pair = ds_key_generate (NULL);
      g_autoptr (DsKey) key = NULL;
      guint8 compressed[DS_SM2_COMPRESSED_SIZE];

      ds_key_get_public_compressed (pair, compressed);
      key = ds_key_new_from_public (compressed, sizeof compressed, NULL);
      g_assert_nonnull (key);
      g_assert_cmpmem (ds_key_get_public (key), DS_SM2_PUBLIC_SIZE, ds_key_get_public (pair),
                       DS_SM2_PUBLIC_SIZE);
    }
}

static void
test_private_range (void)
{
  /* Zero, n − 1, n and more are no keys; n − 2 is the last. */
  const char *const bad[] = { "0000000000000000000000000000000000000000000000000000000000000000",
                              "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122", order_n,
                              "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
  g_autoptr (DsKey) last
      = key_from_private_hex ("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121", NULL);

  g_assert_nonnull (last);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (key_from_private_hex (bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_pem (void)
{
  g_autoptr (DsKey) pair = ds_key_generate (NULL);
  g_autofree char *pem = ds_key_to_pem (pair, NULL);
  g_autofree char *public_pem = ds_key_public_to_pem (pair, NULL);
  g_autoptr (DsKey) again = ds_key_new_from_pem (pem, NULL);
  g_autoptr (DsKey) key = ds_key_new_from_public (ds_key_get_public (pair), DS_SM2_PUBLIC_SIZE, NULL);
  g_autoptr (GError) error = NULL;
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  g_assert_true (g_str_has_prefix (pem, "-----BEGIN PRIVATE KEY-----\n"));
  g_assert_true (g_str_has_prefix (public_pem, "-----BEGIN PUBLIC KEY-----\n"));
  g_assert_true (ds_key_sign (again, "a", 1, signature, NULL));
  g_assert_true (ds_key_verify (key, "a", 1, signature));

  g_assert_null (ds_key_to_pem (key, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_assert_null (ds_key_new_from_pem (public_pem, NULL));
  g_assert_null (ds_key_new_from_pem ("", NULL));
  /* A password must never be asked for on a terminal: this has one. */
  g_assert_null (ds_key_new_from_pem ("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                                      "AAAAAAAAAAAAAAAAAAAAAA==\n-----END EC PRIVATE KEY-----\n",
                                      NULL));
}

static void
test_openssl_command (void)
{
  g_autoptr (DsKey) pair = ds_key_generate (NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  const char *standard_id = "1234567812345678";
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  if (!openssl_command_is_here ())
    return;
  g_assert_true (ds_key_sign (pair, "a message", 9, signature, NULL));
  g_assert_true (openssl_command_verifies (pair, standard_id, "a message", 9, signature));
  g_assert_false (openssl_command_verifies (pair, "1234567812345679", "a message", 9, signature));
  g_assert_false (openssl_command_verifies (pair, "", "a message", 9, signature));
  g_assert_false (openssl_command_verifies (pair, standard_id, "A message", 9, signature));
  g_assert_false (openssl_command_verifies (other, standard_id, "a message", 9, signature));
  signature[40] ^= 1;
  g_assert_false (openssl_command_verifies (pair, standard_id, "a message", 9, signature));
}

static void
test_digests (void)
{
  g_autofree char *abc = ds_sm3_hex ("abc", 3);
  g_autofree char *long_hex
      = ds_sm3_hex ("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", 64);
  g_autofree char *none = ds_sm3_hex (NULL, 0);
  guint8 mac[DS_SM3_SIZE];
  guint8 key[200];
  g_autofree char *mac_hex = NULL;

  /* GM/T 0004-2012 annex A */
  g_assert_cmpstr (abc, ==, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  g_assert_cmpstr (long_hex, ==, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  g_assert_cmpstr (none, ==, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");

  /* RFC 2104 written out: a key longer than the block is digested first. */
  for (gsize key_n = 0; key_n <= sizeof key; key_n += 50)
    {
      guint8 block[64] = { 0 };
      guint8 inner[64 + 3];
      guint8 outer[64 + DS_SM3_SIZE];
      guint8 expected[DS_SM3_SIZE];

      memset (key, 0x5a, sizeof key);
      if (key_n > sizeof block)
        ds_sm3 (key, key_n, block);
      else
        memcpy (block, key, key_n);
      for (gsize i = 0; i < sizeof block; i++)
        {
          inner[i] = block[i] ^ 0x36;
          outer[i] = block[i] ^ 0x5c;
        }
      memcpy (inner + 64, "abc", 3);
      ds_sm3 (inner, sizeof inner, outer + 64);
      ds_sm3 (outer, sizeof outer, expected);
      ds_hmac_sm3 (key, key_n, "abc", 3, mac);
      g_assert_cmpmem (mac, sizeof mac, expected, sizeof expected);
    }
}

static gpointer
sign_and_verify_often (gpointer data)
{
  DsKey *key = data;

  for (guint i = 0; i < 20; i++)
    {
      guint8 signature[DS_SM2_SIGNATURE_SIZE];

      g_assert_true (ds_key_sign (key, &i, sizeof i, signature, NULL));
      g_assert_true (ds_key_verify (key, &i, sizeof i, signature));
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  GThread *threads[3];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("signer", sign_and_verify_often, key);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/key/annex", test_annex);
  g_test_add_func ("/key/vector-file", test_vector_file);
  g_test_add_func ("/key/sign", test_sign);
  g_test_add_func ("/key/odd-signatures", test_odd_signatures);
  g_test_add_func ("/key/points", test_points);
  g_test_add_func ("/key/private-range", test_private_range);
  g_test_add_func ("/key/pem", test_pem);
  g_test_add_func ("/key/openssl-command", test_openssl_command);
  g_test_add_func ("/key/digests", test_digests);
  g_test_add_func ("/key/threads", test_threads);
  return g_test_run ();
}
