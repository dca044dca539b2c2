/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-numbers.h"

#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  gint64 first = *(const gint64 *)a;
  gint64 second = *(const gint64 *)b;

  return (first > second) - (first < second);
}

gint64
bench_quantile (gint64 *values, gsize n, guint percent)
{
  qsort (values, n, sizeof *values, compare);
  return values[(n - 1) * percent / 100];
}

gint64
bench_median (gint64 *values, gsize n)
{
  return bench_quantile (values, n, 50);
}
