/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-backoff.h"

guint
ds_backoff_next_ms (DsBackoff *self, DsRandom *random)
{
  guint64 range_ms = 2 * (guint64)self->shortest_ms;

  for (guint i = 0; i < self->failures && range_ms < self->longest_ms; i++)
    range_ms *= 2;
  range_ms = MIN (range_ms, self->longest_ms);
  if (self->failures < G_MAXUINT)
    self->failures++;

  return (guint)(range_ms - ds_random_below (random, (guint32)(range_ms / 2) + 1));
}
