/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The company's office, its accidents, and time passing. */
#include "config.h"

#include "sim.h"

#include "ds-depot-backup.h"
#include "sim-shortcuts.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_CUSTOMERS 4
/* One company in so many signs with SM2. */
#define REAL_SIGNATURES 16
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
  g_printerr ("seed %u: VIOLATED: %s\n", self->seed, what);
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

/* In memory: nothing that is written here is to outlive the process, and a disk would only cost time. */
char *
sim_make_directory (void)
{
  const char *memory = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();
  char *path = g_build_filename (memory, "doorstep-sim-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp_full (path, 0700));
  return path;
}

void
sim_copy_directory (const char *from, const char *to)
{
  g_autoptr (GPtrArray) names = list_directory (from);

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *source = g_build_filename (from, g_ptr_array_index (names, i), NULL);
      g_autofree char *target = g_build_filename (to, g_ptr_array_index (names, i), NULL);
      g_autofree char *bytes = NULL;
      gsize n;

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        {
          sim_copy_directory (source, target);
          continue;
        }
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

gint64
sim_get_depot_number (Sim *self, const char *sql, const char *subject)
{
  g_autoptr (GError) error = NULL;
  gint64 number;

  ds_depot_sql_get_int (self->depot->db, &number, 0, &error, sql, subject ? "s" : "", subject);
  g_assert_no_error (error);
  return number;
}

char *
sim_get_depot_text (Sim *self, const char *sql, const char *subject)
{
  g_autoptr (GError) error = NULL;
  char *text;

  ds_depot_sql_get_text (self->depot->db, &text, &error, sql, subject ? "s" : "", subject);
  g_assert_no_error (error);
  return text;
}

static void
list_stops (Sim *self)
{
  g_autoptr (GError) error = NULL;
  DsQuery *query = ds_depot_sql_query (self->depot->db, &error, "SELECT id FROM stop ORDER BY id", "");
  gboolean row;

  g_assert_no_error (error);
  while (ds_db_step (self->depot->db, query, &row, &error) && row)
    g_ptr_array_add (self->stop_ids, g_strdup (ds_db_column_text (query, 0)));
  g_assert_no_error (error);
  ds_db_reset (query);
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
    {
      faults.late_ms = sim_between (self, 1000, 40 * SIM_MINUTE_MS);
      sim_tally (SIM_TALLY_LATE_MONEY);
    }
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
  if (from_backup)
    {
      g_autoptr (GError) error = NULL;

      ds_depot_ask_again (self->depot, DS_DEPOT_ASK_DAYS, &error);
      g_assert_no_error (error);
      sim_tally (SIM_TALLY_ROLLBACK);
    }
  sim_trace (self->trace, "depot", from_backup ? "is back, from a backup" : "is back");
  if (from_backup)
    {
      sim_office_change_again (self);
      sim_office_decide_again (self);
    }
}

static void
keep_backup (Sim *self)
{
  g_autofree char *path = g_build_filename (self->directory, "depot", NULL);

  self->backup = g_build_filename (self->directory, "backup", NULL);
  sim_copy_directory (path, self->backup);
  sim_trace (self->trace, "depot", "keeps a backup");
}

/* One handheld of a company dies, and one is copied, at most: the others must not notice. */

static void
break_for_good (Sim *self, SimHandheld *handheld)
{
  if (sim_happens (self, 80) && handheld->card == NULL && !handheld->copied)
    {
      handheld->card = g_strconcat (handheld->directory, ".card", NULL);
      sim_put_card_in (handheld);
    }
  else if (sim_happens (self, 10) && handheld->card != NULL)
    {
      if (handheld->card_copy != NULL)
        sim_pull_card_out (handheld);
      else
        sim_put_card_in (handheld);
    }
  /* Rather while it knows something that nobody else does. */
  if (self->dead == NULL && !handheld->copied
      && sim_happens (self, ds_store_get_n_unsent (handheld->store) > 0 ? 50 : 4))
    sim_break_for_good (handheld);
}

static void
copy_files (Sim *self, SimHandheld *handheld)
{
  if (self->copied != NULL && self->copied != handheld)
    return;
  if (self->copied == NULL && handheld->older == NULL && sim_happens (self, 10))
    sim_keep_older (handheld);
  else if (self->copied == NULL && handheld->card == NULL && sim_happens (self, 8))
    sim_copy_handheld (handheld);
  else if (handheld->older != NULL && handheld->card == NULL && sim_happens (self, 15))
    sim_put_back_older (handheld);
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

      sim_trace (self->trace, handheld->who, "its clock is set by %d min", (int)(by_ms / SIM_MINUTE_MS));
      sim_clock_jump_ms (handheld->clock, by_ms);
    }
  if (sim_happens (self, 50))
    spoil_line (self, handheld);
  if (sim_handheld_is_on (handheld) && sim_has (self, SIM_FAULT_DEATH))
    break_for_good (self, handheld);
  if (sim_handheld_is_on (handheld) && sim_has (self, SIM_FAULT_COPY))
    copy_files (self, handheld);
}

/* The dead one's card comes in, somewhere, now and again; or it dries and works as if nothing had been. */
static void
find_dead (Sim *self)
{
  SimHandheld *by = g_ptr_array_index (self->handhelds, ds_random_below (self->random, self->handhelds->len));

  if (!self->dead->dead)
    return;
  if (sim_happens (self, 700))
    sim_bring_card (self->dead, sim_happens (self, 500) ? by : NULL);
  else if (sim_happens (self, 300))
    {
      sim_tally (SIM_TALLY_CAME_BACK);
      sim_trace (self->trace, self->dead->who, "has dried");
      self->dead->dead = FALSE;
      sim_handheld_start (self->dead);
    }
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
  if (self->dead != NULL && sim_happens (self, 60))
    find_dead (self);
  if (sim_has (self, SIM_FAULT_OFFICE))
    sim_office_work (self);
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

          if (!sim_handheld_is_on (handheld) && !handheld->dead && handheld->back_on_ms <= self->time->now_ms)
            {
              sim_trace (self->trace, handheld->who, "starts again");
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
      if (!sim_handheld_is_on (handheld) && !handheld->dead)
        sim_handheld_start (handheld);
    }
}

/* Life */

static void
open_office (Sim *self)
{
  g_autofree char *bank = g_build_filename (self->directory, "bank.db", NULL);
  g_autoptr (GError) error = NULL;

  sim_template_copy ("office", self->directory);
  self->bank = ds_bank_new (bank, self->clock, self->office_random, &error);
  g_assert_no_error (error);
  self->operators = sim_make_operators (self->bank);
  sim_open_depot (self);
}

static void
employ (Sim *self, guint n_couriers)
{
  self->handhelds = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_handheld_free);
  for (guint i = 0; i < n_couriers; i++)
    {
      g_autofree char *courier = g_strdup_printf ("C%u", i + 1);
      g_autofree char *path = g_build_filename (self->directory, courier, NULL);
      SimHandheld *handheld = sim_handheld_new (self, courier, courier, path);

      g_ptr_array_add (self->handhelds, handheld);
      sim_template_copy ("handheld", path);
      sim_handheld_start (handheld);
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

  sim_seed_libcrypto (seed);
  sim_shortcuts_sign_quickly (seed % REAL_SIGNATURES != 0);
  self->seed = seed;
  self->time = sim_time_new ();
  self->trace = sim_trace_new (self->time, tell);
  self->random = ds_random_new_seeded (seed);
  self->directory = sim_make_directory ();
  self->clock = DS_CLOCK (sim_clock_new (self->time, SIM_MORNING_MS));
  self->office_random = ds_random_new_seeded (ds_random_below (self->random, G_MAXUINT32));
  self->vouchers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  open_office (self);
  self->customers = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_customer_free);
  for (guint i = 0; i < N_CUSTOMERS; i++)
    g_ptr_array_add (self->customers, sim_customer_new (self, i));
  self->stop_ids = g_ptr_array_new_with_free_func (g_free);
  self->said = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_said_free);
  employ (self, n_couriers);
  list_stops (self);
  /* The first exchange, and routes everywhere. */
  sim_time_run (self->time, 10000);
  sim_trace_set_on (self->trace, TRUE);
  choose_faults (self);
  sim_trace (self->trace, "sim", "%u couriers, accidents %04x", n_couriers, self->faults);
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
  g_ptr_array_unref (self->stop_ids);
  g_ptr_array_unref (self->said);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_object_unref (self->office_random);
  g_free (self->directory);
  g_free (self->backup);
  g_free (self);
}
