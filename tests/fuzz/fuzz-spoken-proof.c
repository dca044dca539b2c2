/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spoken proof as it was typed: what is taken is eight digits, and shown in groups it is read the same. */
#include "fuzz.h"

#include "ds-spoken-proof.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  char digits[DS_SPOKEN_PROOF_SIZE];
  char again[DS_SPOKEN_PROOF_SIZE];
  char shown[DS_SPOKEN_PROOF_TEXT_SIZE];

  if (!ds_spoken_proof_read (text, digits))
    return 0;
  FUZZ_REQUIRE (g_utf8_validate (text, -1, NULL));
  FUZZ_REQUIRE (strlen (digits) == DS_SPOKEN_PROOF_DIGITS);
  FUZZ_REQUIRE (strspn (digits, "0123456789") == DS_SPOKEN_PROOF_DIGITS);
  ds_spoken_proof_format (digits, shown);
  FUZZ_REQUIRE (ds_spoken_proof_read (shown, again) && ds_spoken_proof_equal (again, digits));
  return 0;
}
