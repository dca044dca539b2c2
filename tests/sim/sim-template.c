/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's office and a handheld before their first day, made once: making them costs more than a day does. */
#include "config.h"

#include "sim.h"

#include <glib/gstdio.h>

static char *directory;

/* Small limits, so that a short day reaches them. */
static void
tighten_limits (const char *depot)
{
  g_autofree char *path = g_build_filename (depot, "settings.json", NULL);
  g_autoptr (json_t) settings = json_load_file (path, 0, NULL);
  json_t *limits = json_object_get (settings, "limits");

  g_assert_nonnull (limits);
  json_object_set_new (limits, "unredeemed_fen", json_integer (25000));
  json_object_set_new (limits, "unredeemed_count", json_integer (2));
  g_assert_cmpint (json_dump_file (settings, path, 0), ==, 0);
}

GPtrArray *
sim_make_operators (DsBank *bank)
{
  GPtrArray *operators = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (operators, ds_sandbox_operator_new (bank, DS_SANDBOX_OPERATOR_A));
  g_ptr_array_add (operators, ds_sandbox_operator_new (bank, DS_SANDBOX_OPERATOR_B));
  return operators;
}

static void
make_office (DsClock *clock, DsRandom *random, SimTime *time)
{
  g_autofree char *bank_path = g_build_filename (directory, "office", "bank.db", NULL);
  g_autofree char *depot_path = g_build_filename (directory, "office", "depot", NULL);
  g_autoptr (DsBank) bank = NULL;
  g_autoptr (GPtrArray) operators = NULL;
  g_autoptr (DsDepot) depot = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (depot_path, 0700), ==, 0);
  bank = ds_bank_new (bank_path, clock, random, &error);
  g_assert_no_error (error);
  operators = sim_make_operators (bank);
  depot = ds_depot_new (depot_path, NULL, operators, clock, random, &error);
  g_assert_no_error (error);
  sim_time_settle (time);
  ds_depot_close (depot);
  sim_time_settle (time);
  tighten_limits (depot_path);
}

static void
did_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ds_store_open_finish (DS_STORE (source), result, &error);
  g_assert_no_error (error);
}

static void
make_handheld (DsClock *clock, DsRandom *random, SimTime *time)
{
  g_autofree char *path = g_build_filename (directory, "handheld", NULL);
  g_autoptr (DsStore) store = ds_store_new_unthreaded (path, clock, random);

  ds_store_open_async (store, NULL, did_open, NULL);
  sim_time_settle (time);
  ds_store_close (store);
  sim_time_settle (time);
}

void
sim_template_make (void)
{
  SimTime *time = sim_time_new ();
  g_autoptr (DsClock) clock = DS_CLOCK (sim_clock_new (time, SIM_MORNING_MS));
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);

  sim_seed_libcrypto (1);
  directory = sim_make_directory ();
  make_office (clock, random, time);
  make_handheld (clock, random, time);
  sim_time_settle (time);
  sim_time_free (time);
}

void
sim_template_copy (const char *what, const char *to)
{
  g_autofree char *from = g_build_filename (directory, what, NULL);

  sim_copy_directory (from, to);
}

void
sim_template_remove (void)
{
  sim_remove_directory (directory);
  g_clear_pointer (&directory, g_free);
}
