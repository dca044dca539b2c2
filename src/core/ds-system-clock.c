/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's clock, which also counts while the machine is suspended.
 *
 * The main loop's own timeouts stand still then (CLOCK_MONOTONIC). The kernel wakes it when the machine goes on: a timer
 * of the wall clock can be cancelled by whatever sets that clock, and resuming does (timerfd_create(2)). Our timeouts then
 * look at CLOCK_BOOTTIME. */
#include "config.h"

#include "ds-clock.h"

#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Shorter sleeps are none: the two clocks are not read at one moment. */
#define SHORTEST_SLEEP_MS 500
/* Where the kernel cannot tell, timeouts look for themselves. */
#define LOOK_EVERY_MS 5000

#define DS_TYPE_SYSTEM_CLOCK (ds_system_clock_get_type ())
G_DECLARE_FINAL_TYPE (DsSystemClock, ds_system_clock, DS, SYSTEM_CLOCK, GObject)

struct _DsSystemClock
{
  GObject parent;

  char *boot_id;
  GSource *wakes; /* (nullable): ready when the wall clock was set, or the machine resumed */
  int wakes_fd;
  gint64 slept_ms; /* since boot, as last looked at */
};

static gint64
read_clock_ms (clockid_t id)
{
  struct timespec now;

  if (clock_gettime (id, &now) != 0)
    g_error ("clock_gettime(%d) failed", (int)id);
  return (gint64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static gint64
ds_system_clock_get_wall_ms (DsClock *clock)
{
  return read_clock_ms (CLOCK_REALTIME);
}

static gint64
ds_system_clock_get_mono_ms (DsClock *clock)
{
  return read_clock_ms (CLOCK_BOOTTIME);
}

static const char *
ds_system_clock_get_boot_id (DsClock *clock)
{
  return DS_SYSTEM_CLOCK (clock)->boot_id;
}

/* Timeouts */

typedef struct
{
  GSource base;
  gint64 due_ms;
  guint delay_ms;
  gboolean looks; /* nobody wakes it */
} Timeout;

static gboolean
timeout_prepare (GSource *source, gint *wait_ms)
{
  Timeout *self = (Timeout *)source;
  gint64 left_ms = self->due_ms - read_clock_ms (CLOCK_BOOTTIME);

  *wait_ms = (gint)CLAMP (left_ms, 0, self->looks ? LOOK_EVERY_MS : G_MAXINT);
  return left_ms <= 0;
}

static gboolean
timeout_check (GSource *source)
{
  return ((Timeout *)source)->due_ms <= read_clock_ms (CLOCK_BOOTTIME);
}

static gboolean
timeout_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Timeout *self = (Timeout *)source;
  gboolean goes_on = callback (user_data);

  self->due_ms = read_clock_ms (CLOCK_BOOTTIME) + self->delay_ms;
  return goes_on;
}

static GSource *
ds_system_clock_new_timeout (DsClock *clock, guint delay_ms)
{
  static GSourceFuncs functions
      = { .prepare = timeout_prepare, .check = timeout_check, .dispatch = timeout_dispatch };
  Timeout *self = (Timeout *)g_source_new (&functions, sizeof (Timeout));

  self->due_ms = read_clock_ms (CLOCK_BOOTTIME) + delay_ms;
  self->delay_ms = delay_ms;
  self->looks = DS_SYSTEM_CLOCK (clock)->wakes == NULL;
  g_source_set_static_name (&self->base, "DsClock timeout");
  return &self->base;
}

/* Waking */

static gint64
read_slept_ms (void)
{
  return read_clock_ms (CLOCK_BOOTTIME) - read_clock_ms (CLOCK_MONOTONIC);
}

/* A time that never comes: only its cancelling matters. */
static gboolean
wait_for_wake (int fd)
{
  const struct itimerspec never = { .it_value.tv_sec = G_MAXINT32 };

  return timerfd_settime (fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0;
}

static gboolean
did_wake (gint fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (DsSystemClock) self = g_weak_ref_get (user_data);
  guint64 n_passed;
  gint64 before_ms;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (read (fd, &n_passed, sizeof n_passed) < 0)
    n_passed = 0; /* ECANCELED is what is awaited, and says nothing more than that this was called */
  before_ms = self->slept_ms;
  self->slept_ms = read_slept_ms ();
  if (self->slept_ms - before_ms >= SHORTEST_SLEEP_MS)
    g_signal_emit_by_name (self, "woke");
  return wait_for_wake (fd) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_wakes (DsSystemClock *self)
{
  GWeakRef *weak;

  self->slept_ms = read_slept_ms ();
  self->wakes_fd = timerfd_create (CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (self->wakes_fd < 0 || !wait_for_wake (self->wakes_fd))
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  self->wakes = g_unix_fd_source_new (self->wakes_fd, G_IO_IN | G_IO_ERR);
  g_source_set_callback (self->wakes, G_SOURCE_FUNC (did_wake), weak, free_weak_ref);
  g_source_set_static_name (self->wakes, "DsClock wakes");
  g_source_attach (self->wakes, NULL);
}

/* The object */

static void
ds_system_clock_iface_init (DsClockInterface *iface)
{
  iface->get_wall_ms = ds_system_clock_get_wall_ms;
  iface->get_mono_ms = ds_system_clock_get_mono_ms;
  iface->get_boot_id = ds_system_clock_get_boot_id;
  iface->new_timeout = ds_system_clock_new_timeout;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSystemClock,
                               ds_system_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_CLOCK, ds_system_clock_iface_init))

static void
ds_system_clock_finalize (GObject *object)
{
  DsSystemClock *self = DS_SYSTEM_CLOCK (object);

  if (self->wakes != NULL)
    {
      g_source_destroy (self->wakes);
      g_source_unref (self->wakes);
    }
  if (self->wakes_fd >= 0)
    close (self->wakes_fd);
  g_free (self->boot_id);

  G_OBJECT_CLASS (ds_system_clock_parent_class)->finalize (object);
}

static void
ds_system_clock_class_init (DsSystemClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_system_clock_finalize;
}

static void
ds_system_clock_init (DsSystemClock *self)
{
  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &self->boot_id, NULL, NULL))
    g_strstrip (self->boot_id);
  else
    self->boot_id = g_uuid_string_random (); /* Then each run counts as a boot of its own: safe, if coarse. */
  watch_wakes (self);
}

DsClock *
ds_clock_new_system (void)
{
  return g_object_new (DS_TYPE_SYSTEM_CLOCK, NULL);
}
