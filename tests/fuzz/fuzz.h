/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets share. Each target reads whatever it is given and then asserts what must hold of everything
 * that was accepted; a sanitizer watches the reading itself. */
#pragma once

#include "ds-key.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls it once, before any input. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* libFuzzer calls it with each input. Returns: 0, to keep the input in the corpus if it was new. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);

/* Says what does not hold and aborts: g_error() would trap, which libFuzzer does not catch. */
void fuzz_fail (const char *file, int line, const char *condition) G_GNUC_NORETURN;

/* Holds in release builds too, which g_assert() need not. */
#define FUZZ_REQUIRE(condition)                                                                              \
  do                                                                                                         \
    {                                                                                                        \
      if (!(condition))                                                                                      \
        fuzz_fail (__FILE__, __LINE__, #condition);                                                          \
    }                                                                                                        \
  while (0)

/* Returns: (transfer none): one key pair, the same in every run, so that a failing input fails again. */
DsKey *fuzz_get_key (void);
/* Returns: (transfer none): another one. */
DsKey *fuzz_get_other_key (void);
