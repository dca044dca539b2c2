/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox operators' collection codes. An input is a text, and once more the objects within one, which get a good
 * signature: what is accepted is the one form of its meaning. */
#include "fuzz.h"

#include "ds-base45.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-sandbox-code.h"
#include "ds-signed-tlv.h"

#include <string.h>

#define PREFIX "SBX1:"
#define TAG_CODE 0xEA
#define OBJECTS_MAX_BYTES 400

static void
check (const char *text, gboolean is_signed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (text, &error);
  g_autofree char *again = NULL;
  g_autoptr (DsSandboxCode) back = NULL;
  gsize n;

  FUZZ_REQUIRE ((code == NULL) == (error != NULL));
  if (code == NULL)
    {
      FUZZ_REQUIRE (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  FUZZ_REQUIRE (ds_sandbox_code_text_is_code (text));
  FUZZ_REQUIRE (code->amount_fen > 0 && code->amount_fen <= DS_MONEY_MAX_FEN && code->expires_at_ms >= 0);
  FUZZ_REQUIRE (ds_id_is_valid (code->payment_id) && g_utf8_validate (code->payee_name, -1, NULL));
  FUZZ_REQUIRE (!is_signed || ds_sandbox_code_verify (code, fuzz_get_key ()));
  FUZZ_REQUIRE (!ds_sandbox_code_verify (code, fuzz_get_other_key ()));

  again = ds_sandbox_code_sign (fuzz_get_key (), code, NULL);
  FUZZ_REQUIRE (again != NULL);
  back = ds_sandbox_code_parse (again, NULL);
  n = g_bytes_get_size (code->bytes);
  FUZZ_REQUIRE (back != NULL && g_bytes_get_size (back->bytes) == n);
  FUZZ_REQUIRE (memcmp (g_bytes_get_data (back->bytes, NULL), g_bytes_get_data (code->bytes, NULL),
                        n - DS_SM2_SIGNATURE_SIZE)
                == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);

  check (text, FALSE);
  if (n <= OBJECTS_MAX_BYTES)
    {
      g_autoptr (GByteArray) objects = g_byte_array_new ();
      g_autoptr (GBytes) sealed = NULL;
      g_autofree char *base45 = NULL;
      g_autofree char *written = NULL;

      g_byte_array_append (objects, data, (guint)n);
      sealed = ds_signed_tlv_seal (fuzz_get_key (), TAG_CODE, objects, NULL);
      FUZZ_REQUIRE (sealed != NULL);
      base45 = ds_base45_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
      written = g_strconcat (PREFIX, base45, NULL);
      check (written, TRUE);
    }
  return 0;
}
