/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base45: one text for all bytes, and one sequence of bytes for all texts that are taken. */
#include "fuzz.h"

#include "ds-base45.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = ds_base45_encode (data, n);
  g_autoptr (GBytes) back = ds_base45_decode (text, -1, NULL);
  g_autoptr (GBytes) read = ds_base45_decode ((const char *)data, (gssize)n, NULL);

  FUZZ_REQUIRE (strlen (text) == DS_BASE45_SIZE (n));
  FUZZ_REQUIRE (back != NULL && g_bytes_get_size (back) == n);
  FUZZ_REQUIRE (n == 0 || memcmp (g_bytes_get_data (back, NULL), data, n) == 0);
  if (read != NULL)
    {
      g_autofree char *again = ds_base45_encode (g_bytes_get_data (read, NULL), g_bytes_get_size (read));

      FUZZ_REQUIRE (strlen (again) == n && memcmp (again, data, n) == 0);
    }
  return 0;
}
