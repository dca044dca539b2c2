/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtual time: one line of time for the whole company, and a clock for each machine that goes by it. Nothing here
 * depends on the machine's own time. */
#pragma once

#include "ds-clock.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 now_ms;       /* since the beginning of the company */
  GPtrArray *timeouts; /* (element-type SimTimeout): those not yet removed */
  guint n_boots;       /* of all clocks */
} SimTime;

SimTime *sim_time_new (void);
void sim_time_free (SimTime *self);

/* Does everything that is ready now. */
void sim_time_settle (SimTime *self);

/* Goes to the next timeout, but not beyond @until_ms, and does what is ready there. Returns: whether there was one. */
gboolean sim_time_step (SimTime *self, gint64 until_ms);

/* Lets time pass until @until_ms. */
void sim_time_run (SimTime *self, gint64 until_ms);

#define SIM_TYPE_CLOCK (sim_clock_get_type ())
G_DECLARE_FINAL_TYPE (SimClock, sim_clock, SIM, CLOCK, GObject)

/* @time must outlive the clock. */
SimClock *sim_clock_new (SimTime *time, gint64 wall_ms);
/* Somebody changed the date. */
void sim_clock_jump_ms (SimClock *self, gint64 by_ms);
/* Another boot id, monotonic time from zero. */
void sim_clock_reboot (SimClock *self);

G_END_DECLS
