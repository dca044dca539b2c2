/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long to wait after each failure: doubling, with jitter, so that a company's handhelds do not return in step. */
#pragma once

#include "ds-random.h"

G_BEGIN_DECLS

/**
 * DsBackoff:
 * @shortest_ms: the first delay at least
 * @longest_ms: no delay is longer
 * @failures: in a row so far; 0 begins anew
 */
typedef struct
{
  guint shortest_ms;
  guint longest_ms;
  guint failures;
} DsBackoff;

/* Returns: the delay before the next attempt: evenly drawn from the upper half of a range that doubles with every
 * call until it is @longest_ms. */
guint ds_backoff_next_ms (DsBackoff *self, DsRandom *random);

G_END_DECLS
