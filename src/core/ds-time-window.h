/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time in which a stop was promised a visit. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Below this the time left in a window is a warning. */
#define DS_WINDOW_WARNING_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

/**
 * DsUrgency:
 * @DS_WINDOW_ANY: nothing was promised, or there is time
 * @DS_WINDOW_AHEAD: it has not begun
 * @DS_WINDOW_SOON: it ends within the hour
 * @DS_WINDOW_LATE: it is over
 */
typedef enum
{
  DS_WINDOW_ANY,
  DS_WINDOW_AHEAD,
  DS_WINDOW_SOON,
  DS_WINDOW_LATE,
} DsUrgency;

/* @from_ms, @to_ms: wall time; 0 when there is no such bound */
DsUrgency ds_time_window_get_urgency (gint64 from_ms, gint64 to_ms, gint64 now_ms);

G_END_DECLS
