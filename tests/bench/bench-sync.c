/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first sync of a route of 10 000 stops: a real depot in a process of its own, HTTPS over loopback, the real
 * store. Beside it, in the same run, the sqlite3 shell's import of the same rows from a file. */
#include "config.h"

#include "bench-numbers.h"
#include "ds-depot.h"
#include "ds-enrol-code.h"
#include "ds-json.h"
#include "ds-link.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_STOPS 10000
#define PASSES 5
#define COURIER "0317"

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

static void
check (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static char *
make_rows (void)
{
  GString *rows = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note,lat,lng\n");

  for (guint i = 0; i < N_STOPS; i++)
    g_string_append_printf (
        rows,
        "DS26112200%05u,李建华,170%08u,浙江省杭州市西湖区文三路 %u 号益乐新村 3 幢 2 单元 1204 "
        "室，进门右转第二部电梯,益乐新村,09:00-11:00,%u.%02u,no,Ring twice and call before coming "
        "up the stairs; leave nothing with the neighbours,30.%06u,120.%06u\n",
        i, i, i + 1, 1 + i % 500, i % 100, i, i);
  return g_string_free (rows, FALSE);
}

/* The depot's process */

static gboolean
parent_is_gone (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  exit (0);
}

static G_NORETURN void
serve (const char *directory)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autoptr (GPtrArray) operators = g_ptr_array_new ();
  g_autoptr (GIOChannel) parent = g_io_channel_unix_new (0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (json_t) imported = NULL;
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (DsDepot) depot = NULL;
  GError *error = NULL;
  char *rows = make_rows ();
  DsImportOptions options = { .courier_id = COURIER };

  csv = g_bytes_new_take (rows, strlen (rows));
  depot = ds_depot_new (directory, NULL, operators, clock, random, &error);
  check (error);
  ds_depot_listen (depot, FALSE, 0, &error);
  check (error);
  ds_depot_import_async (depot, csv, &options, NULL, keep_result, &result);
  imported = ds_depot_import_finish (depot, wait_for (&result), &error);
  check (error);
  if (json_integer_value (json_object_get (imported, "stops")) != N_STOPS)
    g_error ("not every row became a stop");

  for (guint i = 0; i < PASSES; i++)
    {
      g_autofree char *code = ds_depot_enrol (depot, COURIER, "王磊", NULL, &error);

      check (error);
      g_print ("%s\n", code);
    }
  fflush (stdout);
  g_io_add_watch (parent, G_IO_IN | G_IO_HUP, parent_is_gone, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* The handheld */

static DsStore *
open_store (const char *directory, DsClock *clock, DsRandom *random)
{
  DsStore *store = ds_store_new (directory, clock, random);
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  ds_store_open_async (store, NULL, keep_result, &result);
  ds_store_open_finish (store, wait_for (&result), &error);
  check (error);
  return store;
}

static void
enrol (DsStore *store, DsLink *link, const char *code_text)
{
  g_autoptr (DsEnrolCode) code = ds_enrol_code_parse (code_text, NULL);
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GAsyncResult) enrolled = NULL;
  g_autoptr (DsIdentity) identity = NULL;
  GError *error = NULL;

  ds_link_ask_to_enrol_async (link, code, "bench", NULL, keep_result, &asked);
  identity = ds_link_ask_to_enrol_finish (link, wait_for (&asked), &error);
  check (error);
  ds_store_enrol_async (store, identity, "bench", NULL, keep_result, &enrolled);
  ds_store_enrol_finish (store, wait_for (&enrolled), &error);
  check (error);
}

static void
set_flag (DsLink *link, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

static void
set_gone (gpointer user_data, GObject *object)
{
  *(gboolean *)user_data = TRUE;
}

/* Returns: from the start of the link to the last stop in the store, in microseconds. */
static gint64
sync_once (const char *directory, const char *code, DsClock *clock, DsRandom *random)
{
  g_autoptr (DsStore) store = open_store (directory, clock, random);
  DsLink *link = ds_link_new (store, clock, random);
  gboolean caught_up = FALSE;
  gboolean gone = FALSE;
  gint64 start_us, took_us;

  enrol (store, link, code);
  g_signal_connect (link, "caught-up", G_CALLBACK (set_flag), &caught_up);
  start_us = g_get_monotonic_time ();
  ds_link_start (link);
  while (!caught_up)
    g_main_context_iteration (NULL, TRUE);
  took_us = g_get_monotonic_time () - start_us;

  if (ds_store_get_feed_cursor (store) < N_STOPS)
    g_error ("not every stop came");
  g_object_weak_ref (G_OBJECT (link), set_gone, &gone);
  ds_link_stop (link);
  g_object_unref (link);
  while (!gone)
    g_main_context_iteration (NULL, TRUE);
  return took_us;
}

/* The peer */

static gint64
import_once (const char *csv, const char *database)
{
  g_autofree char *import = g_strdup_printf (".import --csv %s stop", csv);
  g_autoptr (GSubprocess) shell = NULL;
  GError *error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  shell = g_subprocess_new (
      G_SUBPROCESS_FLAGS_NONE, &error, "sqlite3", database, "PRAGMA journal_mode = WAL",
      "CREATE TABLE stop (waybill TEXT PRIMARY KEY, recipient, phone, address, place, window,"
      " due, prepaid, note, lat, lng)",
      import, NULL);
  check (error);
  g_subprocess_wait_check (shell, NULL, &error);
  check (error);
  return g_get_monotonic_time () - start_us;
}

static void
remove_tree (const char *directory)
{
  g_autoptr (GSubprocess) rm = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", directory, NULL);

  g_subprocess_wait (rm, NULL, NULL);
}

int
main (int argc, char *argv[])
{
  g_autofree char *directory = NULL;
  g_autofree char *depot_directory = NULL;
  g_autofree char *csv = NULL;
  g_autofree char *rows = NULL;
  g_autoptr (GSubprocess) depot = NULL;
  g_autoptr (GDataInputStream) codes = NULL;
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  gint64 sync_us[PASSES];
  gint64 import_us[PASSES];
  GError *error = NULL;

  if (argc == 3 && g_str_equal (argv[1], "--serve"))
    serve (argv[2]);

  directory = g_dir_make_tmp ("doorstep-sync-XXXXXX", &error);
  check (error);
  depot_directory = g_build_filename (directory, "depot", NULL);
  csv = g_build_filename (directory, "route.csv", NULL);
  rows = make_rows ();
  g_file_set_contents (csv, rows, -1, &error);
  check (error);
  depot = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, argv[0],
                            "--serve", depot_directory, NULL);
  check (error);
  codes = g_data_input_stream_new (g_subprocess_get_stdout_pipe (depot));

  for (guint i = 0; i < PASSES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *handheld = g_build_filename (directory, name, NULL);
      g_autofree char *database = g_strconcat (handheld, ".db", NULL);
      g_autofree char *code = g_data_input_stream_read_line (codes, NULL, NULL, NULL);

      if (code == NULL)
        g_error ("the depot did not start");
      sync_us[i] = sync_once (handheld, code, clock, random);
      import_us[i] = import_once (csv, database);
      g_print ("pass %u: sync %" G_GINT64_FORMAT " ms, sqlite3 .import %" G_GINT64_FORMAT " ms\n", i,
               sync_us[i] / 1000, import_us[i] / 1000);
    }
  {
    gint64 sync_median_us = bench_median (sync_us, PASSES);
    gint64 import_median_us = bench_median (import_us, PASSES);

    g_print ("{\"bench\":\"sync\",\"stops\":%u,\"sync_ms\":%" G_GINT64_FORMAT
             ",\"import_ms\":%" G_GINT64_FORMAT ",\"ratio_percent\":%" G_GINT64_FORMAT "}\n",
             N_STOPS, sync_median_us / 1000, import_median_us / 1000,
             100 * sync_median_us / import_median_us);
  }
  g_output_stream_close (g_subprocess_get_stdin_pipe (depot), NULL, NULL);
  g_subprocess_wait (depot, NULL, NULL);
  remove_tree (directory);
  return 0;
}
