/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that links if clang has its fuzzing runtime. */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  return 0;
}
