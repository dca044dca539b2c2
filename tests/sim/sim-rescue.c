/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handhelds that break for good, and their cards. */
#include "config.h"

#include "sim.h"

#include "ds-error.h"

#include <glib/gstdio.h>

/* What the program's settings page does: it is never too late for a card. */
void
sim_put_card_in (SimHandheld *self)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->card);
  g_autoptr (GError) error = NULL;

  sim_trace (self->sim->trace, self->who, "has a card in");
  g_assert_cmpint (g_mkdir_with_parents (self->card, 0700), ==, 0);
  self->card_copy = ds_rescue_copy_new (self->store, self->directory);
  ds_rescue_copy_set_folder (self->card_copy, folder, &error);
  g_assert_no_error (error);
  sim_time_settle (self->sim->time);
}

void
sim_pull_card_out (SimHandheld *self)
{
  sim_trace (self->sim->trace, self->who, "its card is pulled out");
  ds_rescue_copy_stop (self->card_copy);
  g_clear_object (&self->card_copy);
}

/* Its screen is broken, but it can still be asked by a cable for all that the depot lacks. */
static void
export_to_card (SimHandheld *self)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (GError) error = NULL;

  if (self->card == NULL)
    self->card = g_strconcat (self->directory, ".card", NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->card, 0700), ==, 0);
  path = g_build_filename (self->card, "export.dsrescue", NULL);
  file = g_file_new_for_path (path);
  ds_store_export_sealed_async (self->store, file, NULL, sim_op_done, sim_op_ref (op));
  ds_store_export_sealed_finish (self->store, sim_await (self->sim, op), &error);
  g_assert_no_error (error);
  sim_trace (self->sim->trace, self->who, "is exported");
}

void
sim_break_for_good (SimHandheld *self)
{
  Sim *sim = self->sim;

  sim_time_settle (sim->time);
  if (sim_happens (sim, 200))
    export_to_card (self);
  if (self->card_copy != NULL)
    {
      if (ds_rescue_copy_get_state (self->card_copy) != DS_RESCUE_CURRENT)
        sim_violated (sim, "%s: the card does not follow", self->who);
      sim_check_card (self);
    }
  sim_trace (sim->trace, self->who, "breaks for good, %s a card", self->card ? "with" : "without");
  sim_tally (self->card ? SIM_TALLY_DIED_WITH_CARD : SIM_TALLY_DIED_WITHOUT_CARD);
  sim_handheld_stop (self, TRUE);
  self->dead = TRUE;
  sim->dead = self;
  g_ptr_array_set_size (self->stop_ids, 0);
}

/* Cards */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

GPtrArray *
sim_list_card (SimHandheld *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) directory = self->card ? g_dir_open (self->card, 0, NULL) : NULL;
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (paths, g_build_filename (self->card, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return paths;
}

static void
note_new (Sim *sim, gint64 n_new)
{
  sim_trace (sim->trace, "depot", "takes a card's file in, %d lines are new", (int)n_new);
  if (n_new > 0)
    sim_tally (SIM_TALLY_RESCUED_NEW_LINES);
  else
    sim_tally (SIM_TALLY_RESCUED_AGAIN);
  if (sim->rolled_back)
    sim_tally (SIM_TALLY_RESCUED_AFTER_ROLLBACK);
}

static void
bring_to_depot (Sim *sim, GBytes *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) report = ds_depot_rescue (sim->depot, file, &error);

  if (report == NULL)
    {
      sim_trace (sim->trace, "depot", "does not take a card's file: %s", error->message);
      /* An earlier file first; whether there is one is for sim_check_logs(). */
      if (!g_error_matches (error, DS_ERROR, DS_ERROR_CONFLICT))
        sim_violated (sim, "a card's file is not taken: %s", error->message);
      return;
    }
  sim_tally (SIM_TALLY_RESCUED_AT_DEPOT);
  note_new (sim, json_integer_value (json_object_get (report, "new")));
}

static void
bring_to_handheld (SimHandheld *by, GBytes *file)
{
  Sim *sim = by->sim;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (GError) error = NULL;
  DsRescueReport report;

  ds_link_bring_rescue_async (by->link, file, NULL, sim_op_done, sim_op_ref (op));
  if (ds_link_bring_rescue_finish (by->link, sim_await (sim, op), &report, &error))
    {
      sim_tally (SIM_TALLY_RESCUED_BY_HANDHELD);
      note_new (sim, report.n_new);
    }
  else
    sim_trace (sim->trace, by->who, "cannot bring a card's file: %s", error->message);
}

void
sim_bring_card (SimHandheld *self, SimHandheld *by)
{
  g_autoptr (GPtrArray) paths = sim_list_card (self);

  if (by != NULL && (by->dead || !sim_handheld_is_on (by)))
    by = NULL;
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *bytes = NULL;
      g_autoptr (GBytes) file = NULL;
      g_autoptr (GError) error = NULL;
      gsize n;

      g_file_get_contents (g_ptr_array_index (paths, i), &bytes, &n, &error);
      g_assert_no_error (error);
      file = g_bytes_new (bytes, n);
      if (by != NULL)
        bring_to_handheld (by, file);
      else
        bring_to_depot (self->sim, file);
    }
  sim_time_settle (self->sim->time);
}
