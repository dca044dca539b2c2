/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock: tries are counted whatever is ended in between, and a forgotten PIN costs nothing but a call. */
#include "config.h"

#include "ds-error.h"
#include "ds-lock.h"
#include "ds-pin.h"

#include <glib/gstdio.h>

#define START_MS (G_GINT64_CONSTANT (1795341600000))

typedef struct
{
  char *directory;
  DsManualClock *clock;
  DsLock *lock;
} Fixture;

static void
did_finish (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

static void
load (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  /* The thread of the last try may still hold it for a moment. */
  g_clear_object (&fixture->lock);
  fixture->lock = ds_lock_new (fixture->directory, DS_CLOCK (fixture->clock));
  ds_lock_load_async (fixture->lock, NULL, did_finish, &result);
  g_assert_true (ds_lock_load_finish (fixture->lock, wait_for (&result), &error));
  g_assert_no_error (error);
}

static gboolean
choose (Fixture *fixture, const char *pin, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_lock_choose_async (fixture->lock, pin, NULL, did_finish, &result);
  return ds_lock_choose_finish (fixture->lock, wait_for (&result), error);
}

static DsLockAnswer
try (Fixture *fixture, const char *pin)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsLockAnswer answer;

  ds_lock_try_async (fixture->lock, pin, NULL, did_finish, &result);
  ds_lock_try_finish (fixture->lock, wait_for (&result), &answer, &error);
  g_assert_no_error (error);
  return answer;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("doorstep-lock-XXXXXX", NULL);
  fixture->clock = ds_manual_clock_new (START_MS);
  load (fixture);
  g_assert_false (ds_lock_get_has_pin (fixture->lock));
  g_assert_false (ds_lock_get_locked (fixture->lock));
  ds_lock_lock (fixture->lock);
  g_assert_false (ds_lock_get_locked (fixture->lock)); /* nobody could open it */
  g_assert_true (choose (fixture, "048213", NULL));
  g_assert_true (ds_lock_get_has_pin (fixture->lock));
  g_assert_false (ds_lock_get_locked (fixture->lock));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, DS_LOCK_FILE, NULL);

  g_clear_object (&fixture->lock);
  g_clear_object (&fixture->clock);
  g_remove (path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
}

static void
test_open (Fixture *fixture, gconstpointer data)
{
  ds_lock_lock (fixture->lock);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  g_assert_false (choose (fixture, "571902", NULL));
  g_assert_cmpint (try (fixture, "048214"), ==, DS_LOCK_WRONG);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_OPENED);
  g_assert_false (ds_lock_get_locked (fixture->lock));
  g_assert_cmpuint (ds_lock_get_free_tries (fixture->lock), ==, DS_LOCK_FREE_TRIES);

  /* Locked again by a restart. */
  load (fixture);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_OPENED);
}

static void
try_until_paused (Fixture *fixture)
{
  for (guint i = 0; i < DS_LOCK_FREE_TRIES; i++)
    {
      g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 0);
      g_assert_cmpint (try (fixture, "999999"), ==, DS_LOCK_WRONG);
      load (fixture); /* the program is ended after each */
      g_assert_cmpuint (ds_lock_get_free_tries (fixture->lock), ==, DS_LOCK_FREE_TRIES - i - 1);
    }
  g_assert_cmpint (try (fixture, "999999"), ==, DS_LOCK_WRONG);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  ds_lock_lock (fixture->lock);
  try_until_paused (fixture);
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 30000);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_PAUSED);

  /* Neither a restart nor the wall clock shortens it. */
  ds_manual_clock_advance_ms (fixture->clock, 10000);
  load (fixture);
  ds_manual_clock_jump_wall_ms (fixture->clock, 3600000);
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 20000);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_PAUSED);

  /* Another boot begins it anew. */
  ds_manual_clock_reboot (fixture->clock);
  load (fixture);
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 30000);
  ds_manual_clock_advance_ms (fixture->clock, 29999);
  load (fixture);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_PAUSED);
  ds_manual_clock_advance_ms (fixture->clock, 1);

  /* The next one is longer; the right PIN ends it all. */
  g_assert_cmpint (try (fixture, "999999"), ==, DS_LOCK_WRONG);
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 60000);
  ds_manual_clock_advance_ms (fixture->clock, 60000);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_OPENED);
  g_assert_cmpuint (ds_lock_get_free_tries (fixture->lock), ==, DS_LOCK_FREE_TRIES);
}

static void
count (gpointer number)
{
  ++*(guint *)number;
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_autofree char *record = ds_pin_make_record ("660011", NULL);
  guint n_arrived = 0;

  ds_lock_lock (fixture->lock);
  try_until_paused (fixture);
  g_signal_connect_swapped (fixture->lock, "reset-arrived", G_CALLBACK (count), &n_arrived);
  ds_lock_set_reset (fixture->lock, 1, "nonsense");
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 30000);
  ds_lock_set_reset (fixture->lock, 1, record);
  ds_lock_set_reset (fixture->lock, 1, record);
  g_assert_cmpuint (n_arrived, ==, 1);
  g_assert_cmpint (ds_lock_get_pause_ms (fixture->lock), ==, 0);

  g_assert_cmpint (try (fixture, "660011"), ==, DS_LOCK_RESET);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  g_assert_true (choose (fixture, "571902", NULL));
  g_assert_false (ds_lock_get_locked (fixture->lock));

  /* Once: not after a restart, when the settings say it again, either. The old PIN is gone too. */
  load (fixture);
  ds_lock_set_reset (fixture->lock, 1, record);
  g_assert_cmpint (try (fixture, "660011"), ==, DS_LOCK_WRONG);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_WRONG);
  g_assert_cmpint (try (fixture, "571902"), ==, DS_LOCK_OPENED);
}

/* A file that rotted, or that somebody wrote over, opens nothing; the depot can help. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, DS_LOCK_FILE, NULL);
  g_autofree char *record = ds_pin_make_record ("660011", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsLockAnswer answer;

  g_assert_true (g_file_set_contents (path, "{\"record\":", -1, NULL));
  load (fixture);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  ds_lock_try_async (fixture->lock, "048213", NULL, did_finish, &result);
  g_assert_false (ds_lock_try_finish (fixture->lock, wait_for (&result), &answer, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_true (ds_lock_get_locked (fixture->lock));

  ds_lock_set_reset (fixture->lock, 1, record);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_WRONG);
  g_assert_cmpint (try (fixture, "660011"), ==, DS_LOCK_RESET);
  g_assert_true (choose (fixture, "571902", NULL));
}

/* Where a try cannot be counted, none is made. */
static void
test_no_room (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->directory, DS_LOCK_FILE, NULL);
  DsLockAnswer answer;

  ds_lock_lock (fixture->lock);
  g_remove (path);
  g_rmdir (fixture->directory);
  ds_lock_try_async (fixture->lock, "048213", NULL, did_finish, &result);
  g_assert_false (ds_lock_try_finish (fixture->lock, wait_for (&result), &answer, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_assert_true (ds_lock_get_locked (fixture->lock));
  g_assert_cmpint (g_mkdir (fixture->directory, 0700), ==, 0);
  g_assert_cmpint (try (fixture, "048213"), ==, DS_LOCK_OPENED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/lock/open", Fixture, NULL, set_up, test_open, tear_down);
  g_test_add ("/lock/pause", Fixture, NULL, set_up, test_pause, tear_down);
  g_test_add ("/lock/reset", Fixture, NULL, set_up, test_reset, tear_down);
  g_test_add ("/lock/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/lock/no-room", Fixture, NULL, set_up, test_no_room, tear_down);
  return g_test_run ();
}
