/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doorstep-sim: whole companies, one a seed, each in a process of its own, so that one that crashes or hangs is only a
 * finding more. */
#include "config.h"

#include "sim.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 60
#define MAX_FAILURES 20

static int first_seed = 1;
static int only_seed = -1;
static int n_shifts = 2000;
static gboolean tell;
static char *failures_path;

static const GOptionEntry options[]
    = { { "seed", 0, 0, G_OPTION_ARG_INT, &only_seed,
          "Run the company of one seed and print its trace's hash", "N" },
        { "shifts", 0, 0, G_OPTION_ARG_INT, &n_shifts, "Run companies until so many shifts were worked",
          "N" },
        { "from", 0, 0, G_OPTION_ARG_INT, &first_seed, "The first company's seed", "N" },
        { "trace", 0, 0, G_OPTION_ARG_NONE, &tell, "Print the story", NULL },
        { "failures", 0, 0, G_OPTION_ARG_FILENAME, &failures_path, "Where failing seeds are kept", "FILE" },
        { NULL } };

static guint
count_couriers (guint seed)
{
  return 1 + seed % 3;
}

/* A company */

static gboolean
work_is_left (Sim *sim)
{
  for (guint i = 0; i < sim->handhelds->len; i++)
    {
      if (((SimHandheld *)g_ptr_array_index (sim->handhelds, i))->stop_ids->len > 0)
        return TRUE;
    }
  return FALSE;
}

static void
deliver (Sim *sim)
{
  while (work_is_left (sim))
    {
      SimHandheld *handheld
          = g_ptr_array_index (sim->handhelds, ds_random_below (sim->random, sim->handhelds->len));

      if (handheld->stop_ids->len > 0 && sim_handheld_is_on (handheld))
        sim_courier_visit (handheld);
      sim_check_now (sim);
      sim_pass (sim, sim_between (sim, 5000, 6 * SIM_MINUTE_MS));
    }
}

static void
close_shifts (Sim *sim)
{
  for (guint i = 0; i < sim->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (sim->handhelds, i);

      while (!sim_handheld_is_on (handheld))
        sim_pass (sim, SIM_MINUTE_MS);
      sim_courier_close_shift (handheld);
      sim_pass (sim, sim_between (sim, 1000, 10 * SIM_MINUTE_MS));
    }
}

static gboolean
all_is_told (Sim *sim)
{
  for (guint i = 0; i < sim->handhelds->len; i++)
    {
      if (!sim_handheld_is_synced (g_ptr_array_index (sim->handhelds, i)))
        return FALSE;
    }
  return TRUE;
}

static void
tell_all (Sim *sim)
{
  gint64 until_ms = sim->time->now_ms + 2 * SIM_HOUR_MS;

  for (guint i = 0; i < sim->handhelds->len; i++)
    sim_network_set_up (((SimHandheld *)g_ptr_array_index (sim->handhelds, i))->network, TRUE);
  do
    {
      if (sim->time->now_ms >= until_ms)
        sim_violated (sim, "two hours after all was healed something is still not sent");
      sim_pass (sim, SIM_MINUTE_MS);
    }
  while (!all_is_told (sim));
  sim_check_now (sim);
}

static void
settle (Sim *sim)
{
  tell_all (sim);
  /* The handhelds are put away. Late money comes, orders end, the depot asks what became of them. */
  for (guint i = 0; i < sim->handhelds->len; i++)
    sim_network_set_up (((SimHandheld *)g_ptr_array_index (sim->handhelds, i))->network, FALSE);
  sim_pass (sim, 2 * SIM_HOUR_MS);
  tell_all (sim);
  sim_check_books (sim);
}

static char *
run_company (guint seed)
{
  g_autoptr (Sim) sim = sim_new (seed, count_couriers (seed), tell ? stdout : NULL);

  for (guint i = 0; i < sim->handhelds->len; i++)
    sim_courier_open_shift (g_ptr_array_index (sim->handhelds, i));
  deliver (sim);
  close_shifts (sim);
  sim_heal (sim);
  settle (sim);
  sim_trace (sim->trace, "sim", "ends well, with %u payments", sim->n_payments);
  return sim_trace_get_digest (sim->trace);
}

/* The campaign */

/* Returns: whether the company of @seed ended well. */
static gboolean
run_apart (guint seed)
{
  int status;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  g_assert (pid >= 0);
  if (pid == 0)
    {
      g_autofree char *digest = NULL;

      alarm (PATIENCE_S);
      digest = run_company (seed);
      if (only_seed >= 0)
        printf ("seed %u: %s\n", seed, digest);
      fflush (NULL);
      _exit (0);
    }
  g_assert (waitpid (pid, &status, 0) == pid);
  if (WIFSIGNALED (status))
    g_printerr ("seed %u: %s\n", seed,
                WTERMSIG (status) == SIGALRM ? "hangs" : strsignal (WTERMSIG (status)));
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
keep_failure (guint seed)
{
  FILE *file = failures_path ? fopen (failures_path, "a") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%u\n", seed);
  fclose (file);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int worked = 0;
  guint n_failures = 0;

  g_option_context_set_summary (context, "Runs whole companies under virtual time, on a bad network.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (only_seed >= 0)
    return run_apart ((guint)only_seed) ? 0 : 1;

  for (guint seed = (guint)first_seed; worked < n_shifts && n_failures < MAX_FAILURES; seed++)
    {
      worked += (int)count_couriers (seed);
      if (run_apart (seed))
        continue;
      n_failures++;
      keep_failure (seed);
      g_printerr ("  to see its story: doorstep-sim --seed %u --trace\n", seed);
    }
  printf ("campaign: sim, %d, %u\n", worked, n_failures);
  return n_failures > 0 ? 1 : 0;
}
