/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stop to go to next, and why. Pure. */
#pragma once

#include "ds-stop.h"

G_BEGIN_DECLS

/**
 * DsNextReason:
 * @DS_NEXT_NONE: there is no stop to go to
 * @DS_NEXT_LATE: its window is over
 * @DS_NEXT_SOON: its window ends within the hour
 * @DS_NEXT_NEAR: it is near the door of the last visit, and nothing presses
 * @DS_NEXT_FIRST: it is the first in the order
 * @DS_NEXT_EARLY: no window has begun yet, and its begins first
 */
typedef enum
{
  DS_NEXT_NONE,
  DS_NEXT_LATE,
  DS_NEXT_SOON,
  DS_NEXT_NEAR,
  DS_NEXT_FIRST,
  DS_NEXT_EARLY,
} DsNextReason;

/**
 * DsNextStop:
 * @stop: (nullable): borrowed from the stops that were looked at
 * @distance_m: from the door of the last visit, as the crow flies; -1 when it is not known
 */
typedef struct
{
  DsStop *stop;
  DsNextReason reason;
  gint distance_m;
} DsNextStop;

/**
 * ds_next_stop_choose:
 * @stops: (element-type DsStop): the route, in the order in which the courier wants to go
 * @now_ms: wall time
 *
 * A window that presses comes first: the one that ends first. Then, unless the courier moved the first stop there
 * himself, one near the door he has just been to. Then the order; but a stop whose window has not begun can wait.
 */
void ds_next_stop_choose (GPtrArray *stops, gint64 now_ms, DsNextStop *next);

G_END_DECLS
