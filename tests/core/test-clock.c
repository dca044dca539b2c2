/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine that is suspended: the linker puts its clocks and its alarm into our hands (--wrap in meson.build). */
#include "config.h"

#include "ds-clock.h"

#include <glib-unix.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LONG_MS 3600000
#define SHORT_MS 20

static gint64 slept_ms;
static int alarm_fd = -1;

int __real_clock_gettime (clockid_t id, struct timespec *now);
int __wrap_clock_gettime (clockid_t id, struct timespec *now);
int __wrap_timerfd_create (int id, int flags);
int __wrap_timerfd_settime (int fd, int flags, const struct itimerspec *new, struct itimerspec *old);

int
__wrap_clock_gettime (clockid_t id, struct timespec *now)
{
  int result = __real_clock_gettime (id, now);

  if (id == CLOCK_BOOTTIME || id == CLOCK_REALTIME)
    {
      now->tv_sec += slept_ms / 1000;
      now->tv_nsec += slept_ms % 1000 * 1000000;
    }
  return result;
}

int
__wrap_timerfd_create (int id, int flags)
{
  g_assert_cmpint (id, ==, CLOCK_REALTIME);
  alarm_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  return alarm_fd;
}

int
__wrap_timerfd_settime (int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
  g_assert_cmpint (fd, ==, alarm_fd);
  g_assert_cmpint (flags, ==, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
  return 0;
}

/* The kernel tells that the wall clock was set: by somebody, or since the machine goes on. */
static void
ring (void)
{
  const guint64 one = 1;

  g_assert_cmpint (write (alarm_fd, &one, sizeof one), ==, sizeof one);
}

static void
sleep_ms (gint64 by_ms)
{
  slept_ms += by_ms;
  ring ();
}

static gboolean
count (gpointer user_data)
{
  (*(guint *)user_data)++;
  return G_SOURCE_CONTINUE;
}

static void
count_woke (DsClock *clock, gpointer user_data)
{
  count (user_data);
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A timeout that passed while the machine slept is due on waking; one that did not has only so much left. */
static void
test_timeouts (void)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  guint n_long = 0;
  guint n_longer = 0;
  guint long_id = ds_clock_add_timeout (clock, LONG_MS, count, &n_long);
  guint longer_id = ds_clock_add_timeout (clock, 2 * LONG_MS, count, &n_longer);

  turn ();
  g_assert_cmpuint (n_long, ==, 0);
  sleep_ms (LONG_MS);
  while (n_long == 0)
    g_main_context_iteration (NULL, TRUE);
  turn ();
  /* Once, however long it was, and then again in its own time. */
  g_assert_cmpuint (n_long, ==, 1);
  g_assert_cmpuint (n_longer, ==, 0);
  sleep_ms (LONG_MS - 1);
  turn ();
  g_assert_cmpuint (n_long, ==, 1);
  while (n_longer == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (long_id);
  g_source_remove (longer_id);
}

/* Awake it is a timeout like any other. */
static void
test_awake (void)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  gint64 began_us = g_get_monotonic_time ();
  guint n = 0;
  guint id = ds_clock_add_timeout (clock, SHORT_MS, count, &n);

  while (n < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, 3 * (SHORT_MS - 1) * 1000);
  g_source_remove (id);
}

/* Waking is told once; a date that somebody sets is no sleep. */
static void
test_woke (void)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  guint n = 0;
  gint64 before_ms = ds_clock_get_mono_ms (clock);

  g_signal_connect (clock, "woke", G_CALLBACK (count_woke), &n);
  ring ();
  turn ();
  g_assert_cmpuint (n, ==, 0);
  sleep_ms (LONG_MS);
  turn ();
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (ds_clock_get_mono_ms (clock) - before_ms, >=, LONG_MS);
  ring ();
  turn ();
  g_assert_cmpuint (n, ==, 1);
  sleep_ms (LONG_MS);
  turn ();
  g_assert_cmpuint (n, ==, 2);
}

static void
test_gone (void)
{
  DsClock *clock = ds_clock_new_system ();

  g_object_add_weak_pointer (G_OBJECT (clock), (gpointer *)&clock);
  g_object_unref (clock);
  g_assert_null (clock);
  turn ();
}

static void
test_manual (void)
{
  g_autoptr (DsManualClock) manual = ds_manual_clock_new (0);
  guint n = 0;

  g_signal_connect (manual, "woke", G_CALLBACK (count_woke), &n);
  ds_manual_clock_advance_ms (manual, LONG_MS);
  g_assert_cmpuint (n, ==, 0);
  ds_manual_clock_sleep_ms (manual, LONG_MS);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (ds_clock_get_mono_ms (DS_CLOCK (manual)), ==, 2 * LONG_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/clock/timeouts", test_timeouts);
  g_test_add_func ("/clock/awake", test_awake);
  g_test_add_func ("/clock/woke", test_woke);
  g_test_add_func ("/clock/gone", test_gone);
  g_test_add_func ("/clock/manual", test_manual);
  return g_test_run ();
}
