/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payer codes: what is taken for one has the digits of one, and blanks change nothing. */
#include "fuzz.h"

#include "ds-payer-code.h"
#include "ds-sandbox-payer-code.h"

#include <string.h>

#define DIGITS "0123456789"

static void
check_sandbox (const char *text, const char *digits)
{
  DsSandboxPayerCode code;
  g_autofree char *again = NULL;

  FUZZ_REQUIRE (ds_sandbox_payer_code_parse (text, &code));
  again = g_strdup_printf ("01%s%06u%08u", code.operator_id, code.number, code.one_time);
  FUZZ_REQUIRE (strcmp (again, digits) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autofree char *digits = ds_payer_code_normalize (text);
  g_autofree char *again = ds_payer_code_normalize (digits);
  char operator_id[4];
  char same_id[4];
  DsPayerCodeKind kind = ds_payer_code_classify (text, operator_id);
  DsSandboxPayerCode code;

  /* Blanks may part the bytes of another blank where the text is no text. */
  FUZZ_REQUIRE (strlen (digits) <= strlen (text));
  FUZZ_REQUIRE (!g_utf8_validate (text, -1, NULL) || strcmp (again, digits) == 0);
  FUZZ_REQUIRE ((*operator_id != '\0') == (kind == DS_PAYER_CODE_ECNY));
  if (kind == DS_PAYER_CODE_ECNY)
    check_sandbox (text, digits);
  else
    FUZZ_REQUIRE (!ds_sandbox_payer_code_parse (text, &code));
  if (kind == DS_PAYER_CODE_NONE || kind == DS_PAYER_CODE_EMV_CPM)
    return 0;

  FUZZ_REQUIRE (strspn (digits, DIGITS) == strlen (digits));
  FUZZ_REQUIRE (strlen (digits) >= 16 && strlen (digits) <= 24);
  FUZZ_REQUIRE (ds_payer_code_classify (digits, same_id) == kind && strcmp (same_id, operator_id) == 0);
  return 0;
}
