/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-time-window.h"

DsUrgency
ds_time_window_get_urgency (gint64 from_ms, gint64 to_ms, gint64 now_ms)
{
  if (from_ms > 0 && now_ms < from_ms)
    return DS_WINDOW_AHEAD;
  if (to_ms <= 0 || to_ms - now_ms > DS_WINDOW_WARNING_MS)
    return DS_WINDOW_ANY;
  return now_ms <= to_ms ? DS_WINDOW_SOON : DS_WINDOW_LATE;
}
