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
/* After the shifts are closed: the latest money, and an hour until the depot asks about it. */
#define LATEST_HOURS 3
/* In so many shifts everything happens that can. */
#define MANY_SHIFTS 800

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

      if (sim_handheld_is_on (handheld) && sim_happens (sim, 500))
        sim_courier_read_digest (handheld);
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

      while (!sim_handheld_is_on (handheld) && !handheld->dead)
        sim_pass (sim, SIM_MINUTE_MS);
      if (!handheld->dead)
        sim_courier_close_shift (handheld);
      sim_pass (sim, sim_between (sim, 1000, 10 * SIM_MINUTE_MS));
    }
}

/* One that was dead when the others closed their shifts, and has come back. */
static void
close_forgotten (Sim *sim)
{
  if (sim->dead != NULL && !sim->dead->dead && ds_store_get_shift (sim->dead->store)->closed_at_ms == 0)
    sim_courier_close_shift (sim->dead);
}

/* Returns: (transfer none) (nullable): who has something that the depot lacks. */
static const char *
find_untold (Sim *sim)
{
  for (guint i = 0; i < sim->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (sim->handhelds, i);

      if (!handheld->dead
          && !(handheld->copied ? sim_log_is_whole (handheld) : sim_handheld_is_synced (handheld)))
        return handheld->who;
    }
  return NULL;
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
        sim_violated (sim, "two hours after all was healed %s has something that is still not sent",
                      find_untold (sim));
      sim_pass (sim, SIM_MINUTE_MS);
    }
  while (find_untold (sim) != NULL);
  sim_check_now (sim);
}

/* What couriers cannot do for themselves. */
static void
help_out (Sim *sim)
{
  for (guint i = 0; i < sim->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (sim->handhelds, i);

      for (guint times = 0; handheld->dead && times < 2; times++)
        sim_bring_card (handheld, NULL);
      if (handheld->dead || handheld->copied)
        sim_office_close_shift (handheld);
    }
  sim_office_decide_again (sim);
}

static void
settle (Sim *sim)
{
  tell_all (sim);
  help_out (sim);
  /* The handhelds are put away. Late money comes, and what nobody told the depot of, it asks about. */
  for (guint i = 0; i < sim->handhelds->len; i++)
    sim_network_set_up (((SimHandheld *)g_ptr_array_index (sim->handhelds, i))->network, FALSE);
  sim_pass (sim, LATEST_HOURS * SIM_HOUR_MS);
  tell_all (sim);
  sim_check_end (sim);
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
  close_forgotten (sim);
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
  guint n_missing;

  g_option_context_set_summary (context, "Runs whole companies under virtual time, on a bad network.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  sim_tally_begin ();
  sim_template_make ();
  if (only_seed >= 0)
    {
      n_failures = !run_apart ((guint)only_seed);
      sim_template_remove ();
      return (int)n_failures;
    }

  for (guint seed = (guint)first_seed; worked < n_shifts && n_failures < MAX_FAILURES; seed++)
    {
      worked += (int)count_couriers (seed);
      if (run_apart (seed))
        continue;
      n_failures++;
      keep_failure (seed);
      g_printerr ("  to see its story: doorstep-sim --seed %u --trace\n", seed);
    }
  sim_template_remove ();
  n_missing = sim_tally_print ();
  if (n_missing > 0 && worked >= MANY_SHIFTS)
    {
      g_printerr ("%u things never came to pass: what they should show is not shown\n", n_missing);
      n_failures++;
    }
  printf ("campaign: sim, %d, %u\n", worked, n_failures);
  return n_failures > 0 ? 1 : 0;
}
