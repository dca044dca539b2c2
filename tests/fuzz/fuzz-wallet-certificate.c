/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wallet certificates. An input is a certificate, and once more the objects within one, which get a good signature:
 * what is accepted is the one form of its meaning, and nobody else's signature is taken. */
#include "fuzz.h"

#include "ds-evidence-private.h"
#include "ds-wallet-certificate.h"

#include <string.h>

static void
check (GBytes *bytes, gboolean is_signed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletCertificate) certificate = ds_wallet_certificate_parse (bytes, &error);
  g_autoptr (DsWalletCertificate) again = NULL;
  g_autoptr (DsKey) point = NULL;
  gsize n = g_bytes_get_size (bytes);

  FUZZ_REQUIRE ((certificate == NULL) == (error != NULL));
  if (certificate == NULL)
    {
      FUZZ_REQUIRE (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  FUZZ_REQUIRE (n == DS_WALLET_CERTIFICATE_SIZE);
  FUZZ_REQUIRE (certificate->tier >= 1 && certificate->tier <= 4);
  FUZZ_REQUIRE (certificate->voucher_limit_fen >= 0 && certificate->total_limit_fen >= 0);
  FUZZ_REQUIRE ((certificate->not_after_s + 1) % 86400 == 0);
  FUZZ_REQUIRE (!is_signed || ds_wallet_certificate_verify (certificate, fuzz_get_key ()));
  FUZZ_REQUIRE (!ds_wallet_certificate_verify (certificate, fuzz_get_other_key ()));

  /* Its form can be right although its point is not on the curve; such a one is never written. */
  point = ds_key_new_from_public (certificate->public_key, DS_SM2_COMPRESSED_SIZE, NULL);
  again = ds_wallet_certificate_sign (fuzz_get_key (), certificate, NULL);
  FUZZ_REQUIRE ((again != NULL) == (point != NULL));
  FUZZ_REQUIRE (again == NULL
                || memcmp (g_bytes_get_data (again->bytes, NULL), g_bytes_get_data (bytes, NULL),
                           n - DS_SM2_SIGNATURE_SIZE)
                       == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) sealed = NULL;

  check (bytes, FALSE);
  if (n > DS_WALLET_CERTIFICATE_SIZE)
    return 0;
  g_byte_array_append (objects, data, (guint)n);
  sealed = ds_signed_tlv_seal (fuzz_get_key (), DS_EVIDENCE_TAG_CERTIFICATE, objects, NULL);
  FUZZ_REQUIRE (sealed != NULL);
  check (sealed, TRUE);
  return 0;
}
