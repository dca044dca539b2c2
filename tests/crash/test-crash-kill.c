/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that appends is killed at any moment; another opens the store. Every entry that was acknowledged is
 * there, the chain is good, and so are the projections. */
#include "config.h"

#include "store-fixture.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 50
#define N_STOPS 30
#define MAX_ACKNOWLEDGED 24

static char *
make_stop_name (gint64 i)
{
  return g_strdup_printf ("S%02" G_GINT64_FORMAT, i % N_STOPS);
}

/* The process to be killed: appends for ever, and tells each entry's number once it is acknowledged. */
static int
append_for_ever (const char *directory, const char *shift)
{
  StoreFixture fixture = {
    .directory = g_strdup (directory),
    .clock = ds_manual_clock_new (FIXTURE_WALL_MS),
    .random = ds_random_new_system (),
    .shift = g_strdup (shift),
  };
  g_autoptr (GError) error = NULL;

  if (!fixture_open (&fixture, &error))
    return 1;
  for (;;)
    {
      gint64 n = ds_store_get_n_unsent (fixture.store);
      g_autofree char *stop = make_stop_name (n);

      if (n % 3 == 0)
        g_free (fixture_present (&fixture, stop, 100));
      else
        g_free (fixture_take_cash (&fixture, stop, 100, 500));
      g_print ("%" G_GINT64_FORMAT "\n", ds_store_get_n_unsent (fixture.store));
    }
}

/* Returns: the last number that the process told before it was killed, 0 when none. */
static gint64
run_and_kill (StoreFixture *fixture, const char *program)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--append-for-ever",
                          fixture->directory, fixture->shift, NULL);
  g_autoptr (GDataInputStream) told = NULL;
  gint32 wanted = g_test_rand_int_range (0, MAX_ACKNOWLEDGED);
  gint64 last = 0;

  g_assert_no_error (error);
  told = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  for (gboolean killed = FALSE;;)
    {
      g_autofree char *line = NULL;

      if (wanted-- == 0)
        {
          g_subprocess_send_signal (process, SIGKILL);
          killed = TRUE;
        }
      /* What it told before it died is still in the pipe. */
      line = g_data_input_stream_read_line (told, NULL, NULL, &error);
      g_assert_no_error (error);
      if (line == NULL)
        {
          g_assert_true (killed);
          break;
        }
      last = strtoll (line, NULL, 10);
    }
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (process));
  return last;
}

static void
check_prefix (char **before, char **after)
{
  g_assert_cmpuint (g_strv_length (after), >=, g_strv_length (before));
  for (guint i = 0; before[i] != NULL; i++)
    g_assert_cmpstr (after[i], ==, before[i]);
}

static void
test_kill (gconstpointer data)
{
  const char *program = data;
  StoreFixture fixture = { 0 };
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint appended = 0;

  fixture_set_up (&fixture, "enrolled");
  for (gint64 i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = make_stop_name (i);

      fixture_feed (&fixture, fixture_stop_item (&fixture, stop, i + 1, 1000000));
    }
  fixture_open_shift (&fixture, 0);
  lines = fixture_export (&fixture);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_auto (GStrv) now = NULL;
      gint64 told;

      fixture_close (&fixture);
      told = run_and_kill (&fixture, program);
      fixture_open (&fixture, &error);
      g_assert_no_error (error);
      g_assert_cmpint (ds_store_get_health (fixture.store), ==, DS_STORE_HEALTHY);
      g_assert_cmpint (ds_store_get_n_unsent (fixture.store), >=, told);
      now = fixture_export (&fixture);
      check_prefix (lines, now);
      appended += g_strv_length (now) - g_strv_length (lines);
      g_strfreev (lines);
      lines = g_steal_pointer (&now);
    }
  g_assert_cmpuint (appended, >, ROUNDS);
  fixture_assert_rebuildable (&fixture);
  g_test_message ("campaign: kill, %u cases, 0 violations (%u entries)", ROUNDS, appended);
  fixture_tear_down (&fixture, NULL);
}

int
main (int argc, char *argv[])
{
  if (argc == 4 && strcmp (argv[1], "--append-for-ever") == 0)
    return append_for_ever (argv[2], argv[3]);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_data_func ("/crash/kill", argv[0], test_kill);
  return g_test_run ();
}
