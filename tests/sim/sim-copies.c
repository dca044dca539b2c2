/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One identity twice: a handheld's files are copied and both go on, or it is put back to older ones. */
#include "config.h"

#include "sim.h"

#include <glib/gstdio.h>

GHashTable *
sim_shown_copy (GHashTable *shown)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer payment_id, one;

  g_hash_table_iter_init (&iter, shown);
  while (g_hash_table_iter_next (&iter, &payment_id, &one))
    g_hash_table_insert (copy, g_strdup (payment_id), g_memdup2 (one, sizeof (SimShown)));
  return copy;
}

/* Whoever has these files goes where they say something is still to be done. */
static void
plan_anew (SimHandheld *self)
{
  g_autoptr (GPtrArray) stops = sim_handheld_load_stops (self);

  g_hash_table_remove_all (self->route);
  g_ptr_array_set_size (self->stop_ids, 0);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      g_hash_table_insert (self->route, g_strdup (stop->id),
                           g_memdup2 (&(gint64){ sim_get_owed_fen (stop) }, sizeof (gint64)));
      if (stop->removed_reason == NULL && !ds_stop_status_is_done (ds_stop_get_status (stop)))
        g_ptr_array_add (self->stop_ids, g_strdup (stop->id));
    }
}

void
sim_copy_handheld (SimHandheld *self)
{
  Sim *sim = self->sim;
  g_autofree char *who = g_strconcat (self->who, "*", NULL);
  g_autofree char *directory = g_strconcat (self->directory, ".copy", NULL);
  SimHandheld *copy;

  sim_trace (sim->trace, self->who, "is copied");
  sim_tally (SIM_TALLY_COPIED);
  sim_copy_directory (self->directory, directory);
  copy = sim_handheld_new (sim, self->courier, who, directory);
  copy->device_id = g_strdup (self->device_id);
  copy->shift_id = g_strdup (self->shift_id);
  g_hash_table_unref (copy->shown);
  copy->shown = sim_shown_copy (self->shown);
  self->copied = copy->copied = TRUE;
  sim->copied = self;
  g_ptr_array_add (sim->handhelds, copy);
  /* Where it hears from the depot, it soon knows that it is an old copy, and nothing forks. */
  if (sim_happens (sim, 700))
    sim_network_set_up (copy->network, FALSE);
  sim_handheld_start (copy);
  plan_anew (copy);
}

void
sim_keep_older (SimHandheld *self)
{
  sim_trace (self->sim->trace, self->who, "its files are kept");
  self->older = g_strconcat (self->directory, ".older", NULL);
  self->older_shown = sim_shown_copy (self->shown);
  sim_copy_directory (self->directory, self->older);
}

void
sim_put_back_older (SimHandheld *self)
{
  GHashTableIter iter;
  gpointer payment_id, one;

  sim_trace (self->sim->trace, self->who, "is put back to its older files");
  sim_tally (SIM_TALLY_PUT_BACK);
  sim_handheld_stop (self, FALSE);
  sim_remove_directory (self->directory);
  g_assert_cmpint (g_rename (self->older, self->directory), ==, 0);
  g_clear_pointer (&self->older, g_free);

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &payment_id, &one))
    {
      if (!g_hash_table_contains (self->older_shown, payment_id))
        g_hash_table_insert (self->gone, g_strdup (payment_id), g_memdup2 (one, sizeof (SimShown)));
    }
  g_hash_table_unref (self->shown);
  self->shown = g_steal_pointer (&self->older_shown);
  g_hash_table_remove_all (self->known);
  self->copied = TRUE;
  self->sim->copied = self;
  sim_clock_reboot (self->clock);
  sim_handheld_start (self);
  plan_anew (self);
}
