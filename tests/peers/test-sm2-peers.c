/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SM2 signatures and SM3 digests, both ways: against the openssl command in the normal run, and against npm's
 * sm-crypto, which shares no line with OpenSSL, where npm is asked for. */
#include "config.h"

#include "draw.h"
#include "ds-encoding.h"
#include "ds-json.h"
#include "ds-key.h"
#include "node-peers.h"
#include "openssl-command.h"

#include <string.h>

#define STANDARD_ID "1234567812345678"

/* Around the ends of SM3's blocks. */
static const gsize edge_lengths[]
    = { 0, 1, 31, 32, 33, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000 };

static GBytes *
draw_bytes (gsize n)
{
  GByteArray *bytes = g_byte_array_new ();

  while (n-- > 0)
    {
      guint8 byte = (guint8)draw_number (0, 255);

      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

/* Empty, Chinese, or any bytes. */
static GBytes *
draw_message (void)
{
  char *text;

  switch (draw_number (0, 7))
    {
    case 0:
      return g_bytes_new (NULL, 0);
    case 1:
    case 2:
      text = draw_text (draw_once_in (2) ? DRAW_CHINESE : DRAW_MIXED, draw_number (1, 100));
      return g_bytes_new_take (text, strlen (text));
    default:
      return draw_bytes (draw_number (1, 300));
    }
}

static char *
to_hex (GBytes *bytes)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  return ds_hex_encode (data, n);
}

static void
sign (DsKey *key, GBytes *message, guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  gsize n;
  const void *data = g_bytes_get_data (message, &n);

  g_assert_true (ds_key_sign (key, data, n, signature, NULL));
}

static gboolean
verify (DsKey *key, GBytes *message, const guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  gsize n;
  const void *data = g_bytes_get_data (message, &n);

  return ds_key_verify (key, data, n, signature);
}

/* Spoils one bit of @signature. */
static void
spoil (guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  signature[draw_number (0, DS_SM2_SIGNATURE_SIZE - 1)] ^= (guint8)(1 << draw_number (0, 7));
}

/* Signs until a half of the signature begins with a zero byte: r (0) or s (1). */
static void
sign_with_zero (DsKey *key, GBytes *message, guint half, guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  do
    sign (key, message, signature);
  while (signature[32 * half] != 0);
}

static void
test_openssl (void)
{
  Campaign campaign = { .name = "sm2-openssl" };
  g_autoptr (DsKey) key = ds_key_generate (NULL);

  if (!openssl_command_is_here ())
    return;
  for (guint i = 0; i < campaign_get_n_cases (24); i++)
    {
      g_autoptr (GBytes) message = draw_message ();
      gsize n;
      const void *data = g_bytes_get_data (message, &n);
      guint8 signature[DS_SM2_SIGNATURE_SIZE];

      campaign.n_cases++;
      if (i % 3 == 0)
        sign (key, message, signature);
      else
        sign_with_zero (key, message, i % 2, signature);
      if (!openssl_command_verifies (key, STANDARD_ID, data != NULL ? data : "", n, signature))
        campaign_violated (&campaign, "openssl does not believe our signature of %" G_GSIZE_FORMAT " bytes",
                           n);
      spoil (signature);
      if (openssl_command_verifies (key, STANDARD_ID, data != NULL ? data : "", n, signature))
        campaign_violated (&campaign, "openssl believes a spoilt signature");

      openssl_command_sign (key, STANDARD_ID, data != NULL ? data : "", n, signature);
      if (!verify (key, message, signature))
        campaign_violated (&campaign, "openssl's signature of %" G_GSIZE_FORMAT " bytes is not believed", n);
      openssl_command_sign (key, "another", data != NULL ? data : "", n, signature);
      if (verify (key, message, signature))
        campaign_violated (&campaign, "a signature under another id is believed");
    }
  campaign_end (&campaign);
}

static void
check_digest (NodePeers *peers, GBytes *message, Campaign *campaign)
{
  g_autofree char *hex = to_hex (message);
  gsize n;
  const void *data = g_bytes_get_data (message, &n);
  g_autofree char *digest = ds_sm3_hex (data, n);
  g_autoptr (json_t) answer = node_peers_ask (peers, json_pack ("{s:s, s:s}", "does", "sm3", "hex", hex));

  campaign->n_cases++;
  if (g_strcmp0 (json_string_value (json_object_get (answer, "hex")), digest) != 0)
    campaign_violated (campaign, "the digests of %s differ", hex);
}

static void
test_digests (gconstpointer data)
{
  Campaign campaign = { .name = "sm3-sm-crypto" };

  for (gsize i = 0; i < G_N_ELEMENTS (edge_lengths); i++)
    {
      g_autoptr (GBytes) message = draw_bytes (edge_lengths[i]);

      check_digest ((NodePeers *)data, message, &campaign);
    }
  for (guint i = 0; i < campaign_get_n_cases (500); i++)
    {
      g_autoptr (GBytes) message = draw_message ();

      check_digest ((NodePeers *)data, message, &campaign);
    }
  campaign_end (&campaign);
}

/* Returns: whether sm-crypto believes @signature, in either form. */
static gboolean
sm_crypto_verifies (NodePeers *peers,
                    DsKey *key,
                    GBytes *message,
                    const guint8 signature[DS_SM2_SIGNATURE_SIZE],
                    gboolean in_der)
{
  g_autofree char *hex = to_hex (message);
  g_autofree char *point = ds_key_get_public_hex (key);
  g_autoptr (GByteArray) der = sm2_der_from_raw (signature);
  g_autofree char *form
      = in_der ? ds_hex_encode (der->data, der->len) : ds_hex_encode (signature, DS_SM2_SIGNATURE_SIZE);
  g_autoptr (json_t) answer
      = node_peers_ask (peers, json_pack ("{s:s, s:s, s:s, s:s, s:b}", "does", "sm2-verify", "hex", hex,
                                          "key", point, "signature", form, "der", in_der));

  g_assert_null (json_object_get (answer, "error"));
  return json_is_true (json_object_get (answer, "good"));
}

static void
test_they_verify (gconstpointer data)
{
  NodePeers *peers = (NodePeers *)data;
  Campaign campaign = { .name = "sm2-verified-by-sm-crypto" };

  for (guint i = 0; i < campaign_get_n_cases (200); i++)
    {
      g_autoptr (DsKey) key = ds_key_generate (NULL);
      g_autoptr (GBytes) message = draw_message ();
      g_autofree char *hex = to_hex (message);
      guint8 signature[DS_SM2_SIGNATURE_SIZE];

      if (i % 4 == 0)
        sign_with_zero (key, message, i / 4 % 2, signature);
      else
        sign (key, message, signature);
      campaign.n_cases++;
      for (guint in_der = 0; in_der < 2; in_der++)
        if (!sm_crypto_verifies (peers, key, message, signature, in_der == 1))
          campaign_violated (&campaign, "our signature of %s is not believed", hex);
      spoil (signature);
      if (sm_crypto_verifies (peers, key, message, signature, FALSE))
        campaign_violated (&campaign, "a spoilt signature of %s is believed", hex);
    }
  campaign_end (&campaign);
}

/* Has sm-crypto sign @message with the private key @d, in hexadecimal. */
static void
sm_crypto_sign (NodePeers *peers,
                const char *d,
                GBytes *message,
                gboolean in_der,
                guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  g_autofree char *hex = to_hex (message);
  g_autoptr (json_t) answer = node_peers_ask (
      peers, json_pack ("{s:s, s:s, s:s, s:b}", "does", "sm2-sign", "hex", hex, "key", d, "der", in_der));
  const char *form = json_string_value (json_object_get (answer, "hex"));
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *from;
  gsize n;

  g_assert_nonnull (form);
  bytes = ds_hex_decode (form, NULL);
  from = g_bytes_get_data (bytes, &n);
  if (in_der)
    {
      sm2_raw_from_der (from, n, signature);
      return;
    }
  g_assert_cmpuint (n, ==, DS_SM2_SIGNATURE_SIZE);
  memcpy (signature, from, n);
}

static DsKey *
key_from_hex (const char *point)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (point, NULL);
  gsize n;
  const guint8 *from = g_bytes_get_data (bytes, &n);

  return ds_key_new_from_public (from, n, NULL);
}

static void
test_they_sign (gconstpointer data)
{
  NodePeers *peers = (NodePeers *)data;
  Campaign campaign = { .name = "sm2-signed-by-sm-crypto" };
  guint n_zeros = 0;
  g_autoptr (json_t) pair = node_peers_ask (peers, json_pack ("{s:s}", "does", "sm2-key"));
  const char *d = json_string_value (json_object_get (pair, "privateKey"));
  g_autoptr (DsKey) key = key_from_hex (json_string_value (json_object_get (pair, "publicKey")));

  g_assert_nonnull (key);
  for (guint i = 0; i < campaign_get_n_cases (200) || n_zeros == 0; i++)
    {
      g_autoptr (GBytes) message = draw_message ();
      g_autofree char *hex = to_hex (message);
      guint8 signature[DS_SM2_SIGNATURE_SIZE];

      sm_crypto_sign (peers, d, message, i % 2 == 1, signature);
      campaign.n_cases++;
      n_zeros += signature[0] == 0 || signature[32] == 0 ? 1 : 0;
      if (!verify (key, message, signature))
        campaign_violated (&campaign, "sm-crypto's signature of %s is not believed", hex);
      spoil (signature);
      if (verify (key, message, signature))
        campaign_violated (&campaign, "a spoilt signature of %s is believed", hex);
    }
  g_test_message ("%u signatures had a half that begins with a zero", n_zeros);
  campaign_end (&campaign);
}

int
main (int argc, char **argv)
{
  gboolean with_npm = argc > 1 && strcmp (argv[argc - 1], "npm") == 0;
  g_autofree char *why_not = NULL;
  /* Before the test is isolated: npm wants a home and its settings. */
  g_autoptr (NodePeers) peers = with_npm ? node_peers_start (&why_not) : NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (with_npm && peers == NULL)
    return node_peers_skip (why_not);
  g_test_add_func ("/sm2-peers/openssl", test_openssl);
  if (peers != NULL)
    {
      g_test_add_data_func ("/sm2-peers/digests", peers, test_digests);
      g_test_add_data_func ("/sm2-peers/they-verify", peers, test_they_verify);
      g_test_add_data_func ("/sm2-peers/they-sign", peers, test_they_sign);
    }
  return g_test_run ();
}
