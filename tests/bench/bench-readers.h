/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers of codes, ours and others, on the same frames. */
#pragma once

#include "frame.h"

/* What is asked of a reader. Ours and ZBar look for both anyhow. */
typedef enum
{
  BENCH_QR = 1 << 0,
  BENCH_CODE128 = 1 << 1,
} BenchAsk;

/**
 * BenchReadFunc:
 * @took_us: (out): processor time, which others on the machine disturb less than the clock's
 *
 * Returns: (transfer full) (element-type utf8): what it read
 */
typedef GPtrArray *(*BenchReadFunc) (const Frame *frame, BenchAsk ask, gint64 *took_us);

typedef struct
{
  const char *name;
  BenchReadFunc read;
} BenchReader;

/* Ours first; then zxing-cpp, if it is there, to which ours is compared; the last one has no name. */
extern const BenchReader bench_readers[];

/* Microseconds of processor time that this thread has had. */
gint64 bench_get_processor_us (void);
