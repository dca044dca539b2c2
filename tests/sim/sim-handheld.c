/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld: its whole program without its window. */
#include "config.h"

#include "sim.h"

#include <glib/gstdio.h>

#define OPERATION_MS (3 * SIM_MINUTE_MS)

gboolean
sim_handheld_is_on (SimHandheld *self)
{
  return self->store != NULL;
}

static void
payment_changed (DsDoor *door, DsPayment *payment, DsStop *stop, gpointer user_data)
{
  SimHandheld *self = user_data;

  sim_trace (self->sim->trace, self->who, "payment …%s is %s", payment->id + 28,
             ds_payment_state_to_name (payment->state));
}

static void
online_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  SimHandheld *self = user_data;

  sim_trace (self->sim->trace, self->who, "%s%s%s", ds_link_get_online (link) ? "online" : "offline",
             ds_link_get_problem (link) ? ": " : "",
             ds_link_get_problem (link) ? ds_link_get_problem (link) : "");
  ds_door_set_online (self->door, ds_link_get_online (link));
}

static void
health_changed (DsStore *store, GParamSpec *pspec, gpointer user_data)
{
  SimHandheld *self = user_data;

  sim_trace (self->sim->trace, self->who, "health %d: %s", ds_store_get_health (store),
             ds_store_get_health_text (store) ? ds_store_get_health_text (store) : "");
  switch (ds_store_get_health (store))
    {
    case DS_STORE_HEALTHY:
      return;
    case DS_STORE_BEHIND:
      sim_tally (SIM_TALLY_BEHIND);
      break;
    case DS_STORE_FORKED:
      sim_tally (SIM_TALLY_FORKED);
      if (self->frozen_ms == 0)
        {
          self->frozen_ms = self->sim->time->now_ms;
          self->n_sent_before = sim_network_get_n_sent (self->network);
        }
      break;
    default:
      break;
    }
  /* Nothing else than a copy may freeze a handheld. */
  if (!self->copied || !sim_handheld_is_frozen (self))
    sim_violated (self->sim, "handheld %s is not healthy: %s", self->who, ds_store_get_health_text (store));
}

gboolean
sim_handheld_is_frozen (SimHandheld *self)
{
  DsStoreHealth health = ds_store_get_health (self->store);

  return health == DS_STORE_BEHIND || health == DS_STORE_FORKED;
}

gboolean
sim_handheld_is_sound (SimHandheld *self)
{
  return !self->dead && !self->copied;
}

void
sim_handheld_start (SimHandheld *self)
{
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (GError) error = NULL;

  g_assert (self->store == NULL);
  self->life++;
  self->store = ds_store_new_unthreaded (self->directory, DS_CLOCK (self->clock), self->store_random);
  g_signal_connect (self->store, "notify::health", G_CALLBACK (health_changed), self);
  ds_store_open_async (self->store, NULL, sim_op_done, sim_op_ref (op));
  ds_store_open_finish (self->store, sim_await (self->sim, op), &error);
  if (error != NULL)
    sim_violated (self->sim, "handheld %s does not start: %s", self->courier, error->message);

  self->door = ds_door_new (self->store, DS_CLOCK (self->clock), self->random);
  g_signal_connect (self->door, "payment-changed", G_CALLBACK (payment_changed), self);
  self->link = ds_link_new_over (self->store, DS_NETWORK (self->network), DS_CLOCK (self->clock),
                                 self->random, &ds_link_timings);
  g_signal_connect (self->link, "notify::online", G_CALLBACK (online_changed), self);
  if (self->card != NULL)
    sim_put_card_in (self);
  if (ds_store_get_identity (self->store) != NULL)
    ds_link_start (self->link);
  sim_time_settle (self->sim->time);
}

void
sim_handheld_stop (SimHandheld *self, gboolean power_cut)
{
  g_autofree char *copy = g_strconcat (self->directory, ".cut", NULL);
  DsStore *store = g_steal_pointer (&self->store);

  sim_trace (self->sim->trace, self->who, power_cut ? "loses power" : "is switched off");
  /* What was on the disk at this moment is what there will be. */
  if (power_cut)
    sim_copy_directory (self->directory, copy);
  g_signal_handlers_disconnect_by_data (store, self);
  g_signal_handlers_disconnect_by_data (self->door, self);
  g_signal_handlers_disconnect_by_data (self->link, self);
  if (self->card_copy != NULL)
    ds_rescue_copy_stop (self->card_copy);
  g_clear_object (&self->card_copy);
  ds_store_close (store);
  ds_link_stop (self->link);
  sim_time_settle (self->sim->time);
  g_clear_object (&self->link);
  g_clear_object (&self->door);
  g_object_unref (store);
  sim_time_settle (self->sim->time);
  if (power_cut)
    {
      sim_tally (SIM_TALLY_POWER_CUT);
      sim_remove_directory (self->directory);
      g_assert_cmpint (g_rename (copy, self->directory), ==, 0);
      sim_clock_reboot (self->clock);
    }
}

GAsyncResult *
sim_handheld_await (SimHandheld *self, SimOp *op)
{
  gint64 until_ms = self->sim->time->now_ms + OPERATION_MS;
  guint life = self->life;

  if (sim_has (self->sim, SIM_FAULT_POWER) && sim_happens (self->sim, 15))
    {
      for (guint n = ds_random_below (self->sim->random, 30); n > 0 && op->result == NULL; n--)
        {
          if (!g_main_context_iteration (NULL, FALSE))
            sim_time_step (self->sim->time, until_ms);
        }
      sim_handheld_stop (self, TRUE);
      self->back_on_ms = self->sim->time->now_ms + sim_between (self->sim, 10000, 20 * SIM_MINUTE_MS);
      return NULL;
    }

  sim_time_settle (self->sim->time);
  while (op->result == NULL && self->life == life)
    {
      if (!sim_time_step (self->sim->time, until_ms))
        sim_violated (self->sim, "an operation at the door of %s never ends", self->courier);
    }
  return op->result;
}

void
sim_handheld_enrol (SimHandheld *self)
{
  g_autoptr (SimOp) asked = sim_op_new ();
  g_autoptr (SimOp) enrolled = sim_op_new ();
  g_autoptr (DsEnrolCode) code = NULL;
  g_autoptr (DsIdentity) identity = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  text = ds_depot_enrol (self->sim->depot, self->courier, "王磊", "https://depot.sim", &error);
  g_assert_no_error (error);
  code = ds_enrol_code_parse (text, &error);
  g_assert_no_error (error);
  ds_link_ask_to_enrol_async (self->link, code, "sim", NULL, sim_op_done, sim_op_ref (asked));
  identity = ds_link_ask_to_enrol_finish (self->link, sim_await (self->sim, asked), &error);
  g_assert_no_error (error);
  ds_store_enrol_async (self->store, identity, "sim", NULL, sim_op_done, sim_op_ref (enrolled));
  ds_store_enrol_finish (self->store, sim_await (self->sim, enrolled), &error);
  g_assert_no_error (error);
  self->device_id = g_strdup (identity->device_id);
  ds_link_start (self->link);
}

GPtrArray *
sim_handheld_load_stops (SimHandheld *self)
{
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (GError) error = NULL;
  GPtrArray *stops;

  ds_store_load_stops_async (self->store, NULL, sim_op_done, sim_op_ref (op));
  stops = ds_store_load_stops_finish (self->store, sim_await (self->sim, op), &error);
  g_assert_no_error (error);
  return stops;
}

DsStop *
sim_handheld_load_stop (SimHandheld *self, const char *stop_id)
{
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (GError) error = NULL;
  DsStop *stop;

  ds_store_load_stop_async (self->store, stop_id, NULL, sim_op_done, sim_op_ref (op));
  stop = ds_store_load_stop_finish (self->store, sim_await (self->sim, op), &error);
  g_assert_no_error (error);
  return stop;
}

GPtrArray *
sim_handheld_load_lines (SimHandheld *self)
{
  g_autofree char *path = g_build_filename (self->sim->directory, "lines", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (SimOp) op = sim_op_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  ds_store_export_async (self->store, file, NULL, sim_op_done, sim_op_ref (op));
  ds_store_export_finish (self->store, sim_await (self->sim, op), &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return sim_split_lines (text);
}

gboolean
sim_handheld_is_synced (SimHandheld *self)
{
  gboolean busy;

  g_object_get (self->link, "busy", &busy, NULL);
  return !busy && ds_link_get_online (self->link) && ds_store_get_n_unsent (self->store) == 0;
}

SimHandheld *
sim_handheld_new (Sim *sim, const char *courier, const char *who, const char *directory)
{
  SimHandheld *self = g_new0 (SimHandheld, 1);

  self->sim = sim;
  self->courier = g_strdup (courier);
  self->who = g_strdup (who);
  self->directory = g_strdup (directory);
  self->clock = sim_clock_new (sim->time, ds_clock_get_wall_ms (sim->clock) + sim_between (sim, -2000, 2000));
  self->random = ds_random_new_seeded (ds_random_below (sim->random, G_MAXUINT32));
  self->store_random = ds_random_new_seeded (ds_random_below (sim->random, G_MAXUINT32));
  self->network = sim_network_new (&sim->depot, sim->clock, self->random, sim->trace, who);
  self->stop_ids = g_ptr_array_new_with_free_func (g_free);
  self->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->route = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sim_handheld_free (SimHandheld *self)
{
  if (sim_handheld_is_on (self))
    sim_handheld_stop (self, FALSE);
  g_object_unref (self->network);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_object_unref (self->store_random);
  g_ptr_array_unref (self->stop_ids);
  g_hash_table_unref (self->shown);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->route);
  g_hash_table_unref (self->gone);
  g_clear_pointer (&self->older_shown, g_hash_table_unref);
  g_free (self->older);
  g_free (self->card);
  g_free (self->device_id);
  g_free (self->shift_id);
  g_free (self->courier);
  g_free (self->who);
  g_free (self->directory);
  g_free (self);
}
