/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EMVCo envelope of receipts and vouchers. An input is a text, and once more what the envelope holds: bytes put
 * into it come out again, and nothing comes out that is not in it. */
#define _GNU_SOURCE /* memmem() */
#include "fuzz.h"

#include "ds-emv-cpm.h"
#include "ds-evidence-envelope.h"
#include "ds-evidence.h"

#include <string.h>

/* More does not fit in the largest code. */
#define HELD_MAX_BYTES 3000

static void
check (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) held = ds_evidence_envelope_read (text, &error);
  g_autoptr (DsEvidence) evidence = NULL;
  g_autofree guchar *decoded = NULL;
  gsize decoded_n, n;

  FUZZ_REQUIRE ((held == NULL) == (error != NULL));
  if (held == NULL)
    {
      FUZZ_REQUIRE (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  FUZZ_REQUIRE (ds_evidence_envelope_is_ours (text) && ds_evidence_text_is_evidence (text));
  decoded = g_base64_decode (text, &decoded_n);
  n = g_bytes_get_size (held);
  FUZZ_REQUIRE (n == 0 || memmem (decoded, decoded_n, g_bytes_get_data (held, NULL), n) != NULL);

  evidence = ds_evidence_parse_text (text, NULL);
  FUZZ_REQUIRE (evidence == NULL || g_bytes_equal (evidence->bytes, held));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);

  check (text);
  if (n <= HELD_MAX_BYTES)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (data, n);
      g_autofree char *written = ds_evidence_envelope_write (bytes);
      g_autofree char *encoded = g_base64_encode (data, n);
      g_autoptr (GBytes) back = ds_evidence_envelope_read (written, NULL);

      check (written);
      check (encoded);
      /* An application's own data of another length than the standard's is not taken. */
      FUZZ_REQUIRE (n < 1 || n > 512 || (back != NULL && g_bytes_equal (back, bytes)));
    }
  return 0;
}
