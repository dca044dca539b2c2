/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How soon the window is there: the application with a route of 10 000 stops in its store and its depot on the line,
 * beside an empty window of the same toolkit. Each is a fresh process, in turn; times are from before its start. */
#include "config.h"

#include "bench-numbers.h"
#include "company.h"

#include <stdio.h>

#define N_STOPS 10000
#define PASSES 11

/* Prepaid, all of them: 10 000 codes fetched ahead would only make the preparations long. */
static char *
make_route (void)
{
  GString *rows = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");

  for (guint i = 0; i < N_STOPS; i++)
    g_string_append_printf (rows,
                            "DS26112200%05u,李建华,170%08u,浙江省杭州市西湖区文三路 %u 号 3 幢 1204 室,"
                            "益乐新村,09:00-11:00,0,yes,Ring twice\n",
                            i, i, i + 1);
  return g_string_free (rows, FALSE);
}

/* Leaves a handheld in the middle of its shift in @name. */
static void
prepare_handheld (Company *company, const char *name)
{
  g_autoptr (Handheld) handheld = handheld_new (company, name);

  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
}

/* Runs @argv to its end while the depot goes on answering.
 * Returns: (transfer full): the line it printed */
static char *
run (const char *const *argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *line = NULL;

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_subprocess_communicate_utf8_finish (process, result, &line, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return line;
}

static gint64
measure_empty (const char *program)
{
  const char *const argv[] = { program, NULL };
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *line = run (argv);
  gint64 first_us;

  g_assert_cmpint (sscanf (line, "%" G_GINT64_FORMAT, &first_us), ==, 1);
  return first_us - start_us;
}

static void
measure_doorstep (const char *program, const char *directory, gint64 *first_us, gint64 *route_us)
{
  const char *const argv[] = { program, "--dir", directory, NULL };
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *line = run (argv);

  g_assert_cmpint (sscanf (line, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, first_us, route_us), ==, 2);
  *first_us -= start_us;
  *route_us -= start_us;
}

static void
tell (const char *name, gint64 us, gint64 empty_us)
{
  g_print ("{\"bench\":\"%s\",\"stops\":%u,\"ms\":%" G_GINT64_FORMAT ",\"empty_ms\":%" G_GINT64_FORMAT
           ",\"ratio_percent\":%" G_GINT64_FORMAT "}\n",
           name, N_STOPS, us / 1000, empty_us / 1000, 100 * us / empty_us);
}

int
main (int argc, char *argv[])
{
  g_autoptr (Company) company = NULL;
  g_autofree char *handheld = NULL;
  g_autofree char *route = NULL;
  gint64 empty_us[PASSES], first_us[PASSES], route_us[PASSES];

  g_assert_cmpint (argc, ==, 3);
  company = company_new ();
  handheld = company_get_path (company, "handheld");
  route = make_route ();
  company_import (company, COMPANY_COURIER, route);
  prepare_handheld (company, "handheld");

  /* Once each before it counts: what is on the disk is in memory then, for both alike. */
  for (guint i = 0; i <= PASSES; i++)
    {
      guint at = i == 0 ? 0 : i - 1;

      empty_us[at] = measure_empty (argv[1]);
      measure_doorstep (argv[2], handheld, &first_us[at], &route_us[at]);
    }
  tell ("window", bench_median (first_us, PASSES), bench_median (empty_us, PASSES));
  tell ("window-route", bench_median (route_us, PASSES), bench_median (empty_us, PASSES));
  return 0;
}
