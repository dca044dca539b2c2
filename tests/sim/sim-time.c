/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-time.h"

/* Timeouts */

typedef struct
{
  GSource source;
  SimTime *time;
  gint64 due_ms;
  guint delay_ms;
} SimTimeout;

static gboolean
is_due (GSource *source)
{
  SimTimeout *self = (SimTimeout *)source;

  return self->due_ms <= self->time->now_ms;
}

static gboolean
prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return is_due (source);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  SimTimeout *self = (SimTimeout *)source;

  self->due_ms = self->time->now_ms + MAX (self->delay_ms, 1);
  return callback (user_data);
}

static void
finalize (GSource *source)
{
  SimTimeout *self = (SimTimeout *)source;

  if (self->time != NULL)
    g_ptr_array_remove_fast (self->time->timeouts, self);
}

static GSourceFuncs timeout_funcs
    = { .prepare = prepare, .check = is_due, .dispatch = dispatch, .finalize = finalize };

static GSource *
timeout_new (SimTime *time, guint delay_ms)
{
  GSource *source = g_source_new (&timeout_funcs, sizeof (SimTimeout));
  SimTimeout *self = (SimTimeout *)source;

  self->time = time;
  self->delay_ms = delay_ms;
  self->due_ms = time->now_ms + delay_ms;
  g_ptr_array_add (time->timeouts, self);
  return source;
}

/* Time */

SimTime *
sim_time_new (void)
{
  SimTime *self = g_new0 (SimTime, 1);

  self->timeouts = g_ptr_array_new ();
  return self;
}

void
sim_time_free (SimTime *self)
{
  /* What was forgotten ends with the company. */
  while (self->timeouts->len > 0)
    {
      SimTimeout *timeout = g_ptr_array_index (self->timeouts, 0);

      g_source_destroy (&timeout->source);
      if (self->timeouts->len > 0 && g_ptr_array_index (self->timeouts, 0) == timeout)
        {
          timeout->time = NULL;
          g_ptr_array_remove_index_fast (self->timeouts, 0);
        }
    }
  g_ptr_array_unref (self->timeouts);
  g_free (self);
}

void
sim_time_settle (SimTime *self)
{
  gint64 before_us;

  /* A GTask returns at once only in a later microsecond than it was made in: two iterations must not share one, or the
   * order of things would depend on the machine. */
  do
    {
      before_us = g_get_monotonic_time ();
      while (g_get_monotonic_time () == before_us)
        ;
    }
  while (g_main_context_iteration (NULL, FALSE));
}

gboolean
sim_time_step (SimTime *self, gint64 until_ms)
{
  gint64 next_ms = G_MAXINT64;

  for (guint i = 0; i < self->timeouts->len; i++)
    next_ms = MIN (next_ms, ((SimTimeout *)g_ptr_array_index (self->timeouts, i))->due_ms);
  if (next_ms > until_ms)
    {
      self->now_ms = MAX (self->now_ms, until_ms);
      return FALSE;
    }
  self->now_ms = MAX (self->now_ms, next_ms);
  sim_time_settle (self);
  return TRUE;
}

void
sim_time_run (SimTime *self, gint64 until_ms)
{
  sim_time_settle (self);
  while (sim_time_step (self, until_ms))
    ;
}

/* Clocks */

struct _SimClock
{
  GObject parent;

  SimTime *time;
  gint64 wall_offset_ms;
  gint64 booted_ms;
  char *boot_id;
};

static gint64
sim_clock_get_wall_ms (DsClock *clock)
{
  return SIM_CLOCK (clock)->time->now_ms + SIM_CLOCK (clock)->wall_offset_ms;
}

static gint64
sim_clock_get_mono_ms (DsClock *clock)
{
  return SIM_CLOCK (clock)->time->now_ms - SIM_CLOCK (clock)->booted_ms;
}

static const char *
sim_clock_get_boot_id (DsClock *clock)
{
  return SIM_CLOCK (clock)->boot_id;
}

static GSource *
sim_clock_new_timeout (DsClock *clock, guint delay_ms)
{
  return timeout_new (SIM_CLOCK (clock)->time, delay_ms);
}

static void
sim_clock_iface_init (DsClockInterface *iface)
{
  iface->get_wall_ms = sim_clock_get_wall_ms;
  iface->get_mono_ms = sim_clock_get_mono_ms;
  iface->get_boot_id = sim_clock_get_boot_id;
  iface->new_timeout = sim_clock_new_timeout;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SimClock,
                               sim_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_CLOCK, sim_clock_iface_init))

static void
sim_clock_finalize (GObject *object)
{
  g_free (SIM_CLOCK (object)->boot_id);

  G_OBJECT_CLASS (sim_clock_parent_class)->finalize (object);
}

static void
sim_clock_class_init (SimClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sim_clock_finalize;
}

static void
sim_clock_init (SimClock *self)
{
}

SimClock *
sim_clock_new (SimTime *time, gint64 wall_ms)
{
  SimClock *self = g_object_new (SIM_TYPE_CLOCK, NULL);

  self->time = time;
  self->wall_offset_ms = wall_ms - time->now_ms;
  sim_clock_reboot (self);
  return self;
}

void
sim_clock_jump_ms (SimClock *self, gint64 by_ms)
{
  self->wall_offset_ms += by_ms;
}

void
sim_clock_reboot (SimClock *self)
{
  self->booted_ms = self->time->now_ms;
  g_free (self->boot_id);
  self->boot_id = g_strdup_printf ("sim-boot-%u", ++self->time->n_boots);
}
