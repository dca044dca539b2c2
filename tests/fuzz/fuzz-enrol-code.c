/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment codes: only https, and what is read can be written and read again. */
#include "fuzz.h"

#include "ds-enrol-code.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autoptr (DsEnrolCode) code = ds_enrol_code_parse (text, NULL);
  g_autoptr (DsEnrolCode) back = NULL;
  g_autofree char *again = NULL;

  if (code == NULL)
    return 0;
  FUZZ_REQUIRE (ds_enrol_code_text_is_enrolment (text));
  FUZZ_REQUIRE (g_ascii_strncasecmp (code->address, "https://", 8) == 0);
  again = ds_enrol_code_to_text (code);
  back = ds_enrol_code_parse (again, NULL);
  FUZZ_REQUIRE (back != NULL && strcmp (back->address, code->address) == 0);
  FUZZ_REQUIRE (strcmp (back->pin, code->pin) == 0 && strcmp (back->code, code->code) == 0);
  return 0;
}
