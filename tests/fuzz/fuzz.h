/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets share. Each target reads whatever it is given and then asserts what must hold of everything
 * that was accepted; a sanitizer watches the reading itself. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls it with each input. Returns: 0, to keep the input in the corpus if it was new. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);

/* Holds in release builds too, which g_assert() need not. */
#define FUZZ_REQUIRE(condition)                                                                              \
  do                                                                                                         \
    {                                                                                                        \
      if (!(condition))                                                                                      \
        g_error ("does not hold: %s", #condition);                                                           \
    }                                                                                                        \
  while (0)
