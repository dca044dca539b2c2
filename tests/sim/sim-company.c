/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The company's office, its accidents, and time passing. */
#include "config.h"

#include "sim.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* 2026-11-23, eight in the morning in China. */
#define MORNING_MS G_GINT64_CONSTANT (1795392000000)
#define N_CUSTOMERS 4
#define AWAIT_MS SIM_HOUR_MS
#define CHUNK_MS SIM_MINUTE_MS

/* Chances */

gboolean
sim_happens (Sim *self, guint thousandths)
{
  return ds_random_below (self->random, 1000) < thousandths;
}

gint64
sim_between (Sim *self, gint64 from, gint64 to)
{
  return from + ds_random_below (self->random, (guint32)(to - from + 1));
}

gboolean
sim_has (Sim *self, SimFault fault)
{
  return (self->faults & fault) != 0;
}

void
sim_violated (Sim *self, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  sim_trace (self->trace, "oracle", "VIOLATED: %s", what);
  g_printerr ("seed %u: %s\n", self->seed, what);
  sim_remove_directory (self->directory);
  fflush (NULL);
  _exit (1);
}

/* Operations */

SimOp *
sim_op_new (void)
{
  return g_rc_box_new0 (SimOp);
}

SimOp *
sim_op_ref (SimOp *self)
{
  return g_rc_box_acquire (self);
}

static void
op_clear (gpointer data)
{
  g_clear_object (&((SimOp *)data)->result);
}

void
sim_op_unref (SimOp *self)
{
  g_rc_box_release_full (self, op_clear);
}

void
sim_op_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SimOp) op = user_data;

  op->result = g_object_ref (result);
}

GAsyncResult *
sim_await (Sim *self, SimOp *op)
{
  gint64 until_ms = self->time->now_ms + AWAIT_MS;

  sim_time_settle (self->time);
  while (op->result == NULL)
    {
      if (!sim_time_step (self->time, until_ms))
        sim_violated (self, "something never ends");
    }
  return op->result;
}

/* Files */

static GPtrArray *
list_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return names;
}

void
sim_copy_directory (const char *from, const char *to)
{
  g_autoptr (GPtrArray) names = list_directory (from);

  g_assert_cmpint (g_mkdir (to, 0700), ==, 0);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *source = g_build_filename (from, g_ptr_array_index (names, i), NULL);
      g_autofree char *target = g_build_filename (to, g_ptr_array_index (names, i), NULL);
      g_autofree char *bytes = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
      g_assert_true (
          g_file_set_contents_full (target, bytes, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
}

void
sim_remove_directory (const char *path)
{
  g_autoptr (GPtrArray) names = list_directory (path);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        sim_remove_directory (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/* The depot */

void
sim_open_depot (Sim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "depot", NULL);
  g_autoptr (GError) error = NULL;

  self->depot = ds_depot_new (path, NULL, self->operators, self->clock, self->office_random, &error);
  if (self->depot == NULL)
    sim_violated (self, "the depot does not open: %s", error->message);
}

void
sim_close_depot (Sim *self)
{
  DsDepot *depot = g_steal_pointer (&self->depot);

  ds_depot_close (depot);
  sim_time_settle (self->time);
  g_object_unref (depot);
}

/* Small limits, so that a short day reaches them. */
static void
tighten_limits (Sim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "depot", "settings.json", NULL);
  g_autoptr (json_t) settings = NULL;
  json_t *limits;

  sim_close_depot (self);
  settings = json_load_file (path, 0, NULL);
  limits = json_object_get (settings, "limits");
  g_assert_nonnull (limits);
  json_object_set_new (limits, "unredeemed_fen", json_integer (25000));
  json_object_set_new (limits, "unredeemed_count", json_integer (2));
  g_assert_cmpint (json_dump_file (settings, path, 0), ==, 0);
  sim_open_depot (self);
}

static void
import_route (Sim *self, SimHandheld *handheld)
{
  g_autoptr (GString) csv = g_string_new ("waybill,recipient,phone,address,due,prepaid\n");
  guint n_stops = (guint)sim_between (self, 2, 5);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;
  DsImportOptions options = { .courier_id = handheld->courier };

  for (guint s = 0; s < n_stops; s++)
    {
      guint n_parcels = sim_happens (self, 300) ? 2 : 1;

      for (guint p = 0; p < n_parcels; p++)
        {
          gint64 due_fen = sim_happens (self, 100) ? 0 : sim_between (self, 1, 40000);

          g_string_append_printf (csv, "W%s-%u-%u,Recipient %u,1700000%04u,Street %u,%d.%02d,%s\n",
                                  handheld->courier, s, p, s, s, s, (int)(due_fen / 100),
                                  (int)(due_fen % 100), due_fen == 0 ? "yes" : "no");
        }
    }
  bytes = g_string_free_to_bytes (g_steal_pointer (&csv));
  ds_depot_import_async (self->depot, bytes, &options, NULL, sim_op_done, sim_op_ref (op));
  report = ds_depot_import_finish (self->depot, sim_await (self, op), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 0);
}

/* Accidents */

static void
spoil_operators (Sim *self)
{
  DsBankFaults faults = { .confirm_above_fen = -1, .notify_times = 1 };

  if (sim_has (self, SIM_FAULT_OPERATOR))
    {
      faults.slow_ms = sim_happens (self, 400) ? sim_between (self, 0, 60000) : 0;
      faults.lose_answers = sim_happens (self, 300) ? sim_between (self, 1, 5) : 0;
      faults.notify_times = sim_between (self, 0, 2);
      faults.confirm_above_fen = sim_happens (self, 400) ? sim_between (self, 0, 30000) : -1;
    }
  if (sim_has (self, SIM_FAULT_LATE) && sim_happens (self, 400))
    faults.late_ms = sim_between (self, 1000, 40 * SIM_MINUTE_MS);
  sim_trace (self->trace, "bank", "slow %d ms, loses %d answers, money %d ms late, notifies %d times",
             (int)faults.slow_ms, (int)faults.lose_answers, (int)faults.late_ms, (int)faults.notify_times);
  ds_bank_set_faults (self->bank, &faults);
}

static void
spoil_line (Sim *self, SimHandheld *handheld)
{
  SimLine *line = sim_network_get_line (handheld->network);

  line->lose_request = sim_has (self, SIM_FAULT_LOSS) ? (guint)sim_between (self, 0, 200) : 0;
  line->lose_reply = sim_has (self, SIM_FAULT_LOSS) ? (guint)sim_between (self, 0, 200) : 0;
  line->late = sim_has (self, SIM_FAULT_DELAY) ? (guint)sim_between (self, 0, 200) : 0;
  line->again = sim_has (self, SIM_FAULT_AGAIN) ? (guint)sim_between (self, 0, 300) : 0;
  line->cut = sim_has (self, SIM_FAULT_CUT) ? (guint)sim_between (self, 0, 200) : 0;
  line->stranger = sim_has (self, SIM_FAULT_CUT) ? (guint)sim_between (self, 0, 100) : 0;
}

static void
restart_depot (Sim *self, gboolean from_backup)
{
  g_autofree char *path = g_build_filename (self->directory, "depot", NULL);

  sim_trace (self->trace, "depot", "is killed");
  sim_close_depot (self);
  sim_time_run (self->time, self->time->now_ms + sim_between (self, 1000, 10 * SIM_MINUTE_MS));
  if (from_backup)
    {
      sim_remove_directory (path);
      sim_copy_directory (self->backup, path);
      self->rolled_back = TRUE;
    }
  sim_open_depot (self);
  sim_trace (self->trace, "depot", from_backup ? "is back, from a backup" : "is back");
}

static void
keep_backup (Sim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "depot", NULL);

  self->backup = g_build_filename (self->directory, "backup", NULL);
  sim_copy_directory (path, self->backup);
  sim_trace (self->trace, "depot", "keeps a backup");
}

static void
break_handheld (Sim *self, SimHandheld *handheld)
{
  if (sim_has (self, SIM_FAULT_OFFLINE) && sim_happens (self, 100))
    sim_network_set_up (handheld->network, !sim_network_get_line (handheld->network)->up);
  if (sim_has (self, SIM_FAULT_POWER) && sim_happens (self, 10) && sim_handheld_is_on (handheld))
    {
      sim_handheld_stop (handheld, TRUE);
      handheld->back_on_ms = self->time->now_ms + sim_between (self, 10000, 20 * SIM_MINUTE_MS);
    }
  if (sim_has (self, SIM_FAULT_CLOCK) && sim_happens (self, 10))
    {
      gint64 by_ms = sim_between (self, -2 * 24 * 60, 2 * 24 * 60) * SIM_MINUTE_MS;

      sim_trace (self->trace, handheld->courier, "its clock is set by %d min", (int)(by_ms / SIM_MINUTE_MS));
      sim_clock_jump_ms (handheld->clock, by_ms);
    }
  if (sim_happens (self, 50))
    spoil_line (self, handheld);
}

static void
break_something (Sim *self)
{
  if (sim_happens (self, 50))
    spoil_operators (self);
  if (sim_has (self, SIM_FAULT_DEPOT) && sim_happens (self, 15))
    restart_depot (self, FALSE);
  if (sim_has (self, SIM_FAULT_ROLLBACK) && self->backup == NULL && sim_happens (self, 50))
    keep_backup (self);
  if (self->backup != NULL && !self->rolled_back && sim_happens (self, 30))
    restart_depot (self, TRUE);
  for (guint i = 0; i < self->handhelds->len; i++)
    break_handheld (self, g_ptr_array_index (self->handhelds, i));
}

void
sim_pass (Sim *self, gint64 by_ms)
{
  gint64 until_ms = self->time->now_ms + by_ms;

  do
    {
      sim_time_run (self->time, MIN (until_ms, self->time->now_ms + CHUNK_MS));
      if (self->faults != 0)
        break_something (self);
      for (guint i = 0; i < self->handhelds->len; i++)
        {
          SimHandheld *handheld = g_ptr_array_index (self->handhelds, i);

          if (!sim_handheld_is_on (handheld) && handheld->back_on_ms <= self->time->now_ms)
            {
              sim_trace (self->trace, handheld->courier, "starts again");
              sim_handheld_start (handheld);
            }
        }
    }
  while (self->time->now_ms < until_ms);
}

void
sim_heal (Sim *self)
{
  const DsBankFaults good = { .confirm_above_fen = -1, .notify_times = 1 };

  sim_trace (self->trace, "sim", "all is healed");
  self->faults = 0;
  ds_bank_set_faults (self->bank, &good);
  for (guint i = 0; i < self->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (self->handhelds, i);

      *sim_network_get_line (handheld->network)
          = (SimLine){ .up = sim_network_get_line (handheld->network)->up };
      sim_network_set_up (handheld->network, TRUE);
      if (!sim_handheld_is_on (handheld))
        sim_handheld_start (handheld);
    }
}

/* Life */

static void
open_bank (Sim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "bank.db", NULL);
  g_autoptr (GError) error = NULL;

  self->bank = ds_bank_new (path, self->clock, self->office_random, &error);
  g_assert_no_error (error);
  self->operators = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_A));
  g_ptr_array_add (self->operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_B));
}

static void
employ (Sim *self, guint n_couriers)
{
  self->handhelds = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_handheld_free);
  for (guint i = 0; i < n_couriers; i++)
    {
      g_autofree char *courier = g_strdup_printf ("C%u", i + 1);
      SimHandheld *handheld = sim_handheld_new (self, courier);

      g_ptr_array_add (self->handhelds, handheld);
      sim_handheld_enrol (handheld);
      import_route (self, handheld);
    }
}

static void
choose_faults (Sim *self)
{
  guint chosen = ds_random_below (self->random, 1u << SIM_N_FAULTS);

  /* Every eighth company has a good day: without accidents nothing may be odd at all. */
  self->faults = self->seed % 8 == 0 ? 0 : chosen;
  spoil_operators (self);
  for (guint i = 0; i < self->handhelds->len; i++)
    spoil_line (self, g_ptr_array_index (self->handhelds, i));
}

Sim *
sim_new (guint seed, guint n_couriers, FILE *tell)
{
  Sim *self = g_new0 (Sim, 1);
  const char *memory = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();

  sim_seed_libcrypto (seed);
  self->seed = seed;
  self->time = sim_time_new ();
  self->trace = sim_trace_new (self->time, tell);
  self->random = ds_random_new_seeded (seed);
  self->directory = g_build_filename (memory, "doorstep-sim-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp_full (self->directory, 0700));
  self->clock = DS_CLOCK (sim_clock_new (self->time, MORNING_MS));
  self->office_random = ds_random_new_seeded (ds_random_below (self->random, G_MAXUINT32));
  self->vouchers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  open_bank (self);
  sim_open_depot (self);
  tighten_limits (self);
  self->customers = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_customer_free);
  for (guint i = 0; i < N_CUSTOMERS; i++)
    g_ptr_array_add (self->customers, sim_customer_new (self, i));
  employ (self, n_couriers);
  /* The first exchange, and routes everywhere. */
  sim_time_run (self->time, 10000);
  sim_trace_set_on (self->trace, TRUE);
  choose_faults (self);
  sim_trace (self->trace, "sim", "%u couriers, accidents %03x", n_couriers, self->faults);
  return self;
}

void
sim_free (Sim *self)
{
  g_ptr_array_unref (self->handhelds);
  sim_close_depot (self);
  g_ptr_array_unref (self->operators);
  g_ptr_array_unref (self->customers);
  g_clear_object (&self->bank);
  sim_time_settle (self->time);
  sim_time_free (self->time);
  sim_remove_directory (self->directory);
  sim_trace_free (self->trace);
  g_hash_table_unref (self->vouchers);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_object_unref (self->office_random);
  g_free (self->directory);
  g_free (self->backup);
  g_free (self);
}
