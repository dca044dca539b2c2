/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doorstep-depot: serve, import, enrol, books, and a clerk's commands. */
#include "config.h"

#include "ds-bank-server.h"
#include "ds-depot-admin-books.h"
#include "ds-depot-admin.h"
#include "ds-depot-backup.h"
#include "ds-depot-bench.h"
#include "ds-depot-options.h"
#include "ds-depot-payouts.h"
#include "ds-desk.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-monitor-server.h"
#include "ds-morning-report.h"
#include "ds-qr.h"
#include "ds-sandbox-operator.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PICTURE_SCALE 8

/* The depot of a directory with all that belongs to it. */
typedef struct
{
  DsClock *clock;
  DsRandom *random;
  DsBank *bank; /* (nullable): the sandbox */
  DsDepot *depot;
  DsBankServer *bank_server; /* (nullable) */
  DsMonitorServer *monitor;  /* (nullable) */
  DsDepotAdmin *admin;       /* (nullable) */
  DsDesk *desk;              /* (nullable) */
} House;

static void
house_clear (House *self)
{
  g_clear_pointer (&self->desk, ds_desk_free);
  g_clear_pointer (&self->admin, ds_depot_admin_free);
  g_clear_pointer (&self->monitor, ds_monitor_server_free);
  g_clear_object (&self->bank_server);
  if (self->depot != NULL)
    ds_depot_close (self->depot);
  g_clear_object (&self->depot);
  g_clear_object (&self->bank);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, house_clear)

static void
print_json (json_t *object)
{
  g_autofree char *line = ds_json_to_line (object);

  printf ("%s\n", line);
  fflush (stdout);
}

static int
fail (const char *text)
{
  fprintf (stderr, "doorstep-depot: %s\n", text);
  return EXIT_FAILURE;
}

/* The sandbox lives beside the depot: its books are its own. A directory that has one keeps it. */
static gboolean
open_bank (House *self, const DsDepotOptions *options, GPtrArray *operators, GError **error)
{
  g_autofree char *path = g_build_filename (options->config.directory, "bank.db", NULL);

  if (!options->config.sandbox && !options->practice && !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (g_mkdir_with_parents (options->config.directory, 0700) != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The directory “%s” cannot be made",
                   options->config.directory);
      return FALSE;
    }
  self->bank = ds_bank_new (path, self->clock, self->random, error);
  if (self->bank == NULL)
    return FALSE;
  g_ptr_array_add (operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_A));
  g_ptr_array_add (operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_B));
  return TRUE;
}

static gboolean
open_house (House *self, const DsDepotOptions *options, GError **error)
{
  g_autoptr (GPtrArray) operators = g_ptr_array_new_with_free_func (g_object_unref);

  self->clock = ds_clock_new_system ();
  self->random = ds_random_new_system ();
  if (!open_bank (self, options, operators, error))
    return FALSE;
  self->depot = ds_depot_new (options->config.directory, options->config.host, operators, self->clock,
                              self->random, error);
  if (self->depot == NULL)
    return FALSE;
  ds_depot_set_payout_days (self->depot, options->config.payout_days);
  return TRUE;
}

/* serve */

static void
did_change_line (DsBank *bank, GParamSpec *property, gpointer depot)
{
  g_autoptr (GError) error = NULL;

  if (!ds_depot_set_line (depot, !ds_bank_get_line_cut (bank), &error))
    g_warning ("%s", error->message);
}

static gboolean
start_serving (House *self, const DsDepotOptions *options, GError **error)
{
  ds_depot_set_log (self->depot, ds_log_event, NULL);
  ds_depot_set_health_limits (self->depot, options->config.min_free_mib, options->config.operator_silent_s);
  if (!ds_depot_listen (self->depot, options->config.everywhere, (guint16)options->config.port, error))
    return FALSE;
  if (self->bank != NULL)
    {
      self->bank_server = ds_bank_server_new (
          self->bank, ds_authority_get_server_certificate (ds_depot_get_authority (self->depot)));
      if (!ds_bank_server_listen (self->bank_server, (guint)options->config.bank_port, error))
        return FALSE;
      g_signal_connect_object (self->bank, "notify::line-cut", G_CALLBACK (did_change_line), self->depot, 0);
    }
  if (options->config.monitor_port >= 0)
    {
      self->monitor = ds_monitor_server_new (self->depot, (guint16)options->config.monitor_port, error);
      if (self->monitor == NULL)
        return FALSE;
    }
  if (options->config.desk_port >= 0)
    {
      self->desk = ds_desk_new (self->depot, self->clock, self->random, NULL);
      if (!ds_desk_listen (self->desk, options->config.everywhere, (guint16)options->config.desk_port, error))
        return FALSE;
    }
  self->admin = ds_depot_admin_new (self->depot, options->config.directory, error);
  return self->admin != NULL;
}

static gboolean
did_get_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* Every handheld that waits for news holds a connection, of which a process may have few unless it asks for more. */
static void
allow_connections (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static int
serve (const DsDepotOptions *options)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (json_t) ready = NULL;
  g_autofree char *ca = g_build_filename (options->config.directory, "ca.pem", NULL);

  allow_connections ();
  ds_serve_config_begin_log (&options->config);
  if ((options->practice
       && !ds_depot_prepare_practice (options->config.directory, _ ("Practice depot"),
                                      _ ("Practice, not real money"), &error))
      || !open_house (&house, options, &error) || !start_serving (&house, options, &error))
    return fail (error->message);

  g_unix_signal_add (SIGTERM, did_get_signal, loop);
  g_unix_signal_add (SIGINT, did_get_signal, loop);
  ready = json_pack ("{s:s, s:s?, s:s, s:s*, s:s*}", "listening", ds_depot_get_address (house.depot), "bank",
                     house.bank_server ? ds_bank_server_get_address (house.bank_server) : NULL, "ca", ca,
                     "monitor", house.monitor ? ds_monitor_server_get_address (house.monitor) : NULL, "desk",
                     house.desk ? ds_desk_get_address (house.desk) : NULL);
  print_json (ready);
  ds_log_event (G_LOG_LEVEL_MESSAGE, "serving", ready, NULL);
  g_main_loop_run (loop);
  ds_log_event (G_LOG_LEVEL_MESSAGE, "ending", NULL, NULL);
  return EXIT_SUCCESS;
}

/* The commands that need an answer */

typedef struct
{
  GMainLoop *loop;
  json_t *answer;
  GError *error;
} Waiting;

static void
did_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->answer = ds_depot_admin_run_finish (DS_DEPOT (source), result, &waiting->error);
  g_main_loop_quit (waiting->loop);
}

/* Before a command opens the depot itself: a path that was mistyped is none, and what root wrote into another's depot its
 * owner could not read when it serves again. */
static gboolean
check_depot (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "depot.db", NULL);
  const struct passwd *owner;
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    {
      /* Of what may not be looked at, opening says why. */
      if (errno != ENOENT && errno != ENOTDIR)
        return TRUE;
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no depot in “%s”: serve makes one",
                   directory);
      return FALSE;
    }
  if (status.st_uid == geteuid ())
    return TRUE;
  owner = getpwuid (status.st_uid);
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "No process serves “%s”, and its files are another user's (%s): start the depot, or run this "
               "as that user",
               directory, owner != NULL ? owner->pw_name : "unknown");
  return FALSE;
}

/* Asks the process that serves, or opens the depot itself when there is none. */
static json_t *
run_command (const DsDepotOptions *options, json_t *request, GBytes *attachment, GError **error)
{
  g_auto (House) house = { 0 };
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) problem = NULL;
  json_t *answer = ds_depot_admin_call (options->config.directory, request, attachment, &problem);
  Waiting waiting = { 0 };

  if (answer != NULL)
    return answer;
  if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (!check_depot (options->config.directory, error) || !open_house (&house, options, error))
    return NULL;
  loop = g_main_loop_new (NULL, FALSE);
  waiting.loop = loop;
  ds_depot_admin_run_async (house.depot, request, attachment, did_run, &waiting);
  g_main_loop_run (loop);
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.answer;
}

static void
print_refused (const char *path, json_t *refused)
{
  json_t *item;
  gsize i;

  json_array_foreach (refused, i, item)
  {
    const char *column = json_string_value (json_object_get (item, "column"));

    fprintf (stderr, "%s, line %" JSON_INTEGER_FORMAT "%s%s: %s\n", path,
             json_integer_value (json_object_get (item, "row")), column ? ", " : "", column ? column : "",
             json_string_value (json_object_get (item, "text")));
  }
}

static int
import_file (const DsDepotOptions *options)
{
  const char *path = options->arguments[1];
  g_autofree char *text = NULL;
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (json_t) request = NULL;
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  if (path == NULL)
    return fail ("import needs a file");
  if (!g_file_get_contents (path, &text, &n, &error))
    return fail (error->message);
  csv = g_bytes_new_take (g_steal_pointer (&text), n);
  request = json_pack ("{s:s, s:s*, s:s*, s:i, s:i}", "command", "import", "courier", options->courier, "day",
                       options->day, "seed", options->seed, "limit", options->limit);
  report = run_command (options, request, csv, &error);
  if (report == NULL)
    return fail (error->message);

  print_refused (path, json_object_get (report, "refused"));
  print_json (report);
  return json_integer_value (json_object_get (report, "parcels")) > 0 ? EXIT_SUCCESS
                                                                      : fail ("no row could be imported");
}

static int
enrol (const DsDepotOptions *options)
{
  g_autoptr (json_t) request = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (DsQr) qr = NULL;
  g_autoptr (GError) error = NULL;
  DsQrSight sight;
  const char *code;

  if (options->courier == NULL || options->name == NULL)
    return fail ("enrol needs --courier and --name");
  request = json_pack ("{s:s, s:s, s:s, s:s*}", "command", "enrol", "courier", options->courier, "name",
                       options->name, "address", options->address);
  answer = run_command (options, request, NULL, &error);
  if (answer == NULL)
    return fail (error->message);

  code = json_string_value (json_object_get (answer, "code"));
  /* It is valid, whatever becomes of its picture. */
  printf ("%s\n", code);
  if (options->picture != NULL)
    {
      ds_qr_sight_init_at_door (&sight, DS_QR_PHONE_PX, 0);
      qr = ds_qr_new_for_sight (code, &sight, DS_QR_LEVEL_M, &error);
      if (qr == NULL || !ds_qr_save (qr, options->picture, PICTURE_SCALE, &error))
        return fail (error->message);
    }
  return EXIT_SUCCESS;
}

static int
print_books (const DsDepotOptions *options)
{
  g_autoptr (json_t) request = json_pack ("{s:s}", "command", "books");
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = run_command (options, request, NULL, &error);

  if (books == NULL)
    return fail (error->message);
  print_json (books);
  return EXIT_SUCCESS;
}

/* A clerk's commands */

/* Returns: (transfer full) (nullable): the request that the arguments make; %NULL with @problem in words. */
static json_t *
make_clerk_request (const DsDepotOptions *options, const char **problem)
{
  char **arguments = options->arguments;
  guint n = g_strv_length (arguments);
  json_t *request = json_pack ("{s:s, s:s*, s:s*, s:s*, s:s*, s:b}", "command", arguments[0], "reason",
                               options->reason, "waybill", options->waybill, "courier", options->courier,
                               "refund", options->refund, "all", options->all);
  gint64 amount_fen = 0;

  *problem = NULL;
  if (options->amount != NULL && !ds_money_parse (options->amount, &amount_fen, NULL))
    *problem = "an amount is yuan with at most two decimals, like 12.50";
  json_object_set_new (request, "amount_fen", json_integer (amount_fen));
  if (g_str_equal (arguments[0], "stop"))
    {
      if (n != 3)
        *problem = "say: stop cancel | reprice | reassign | paid-elsewhere STOP-OR-WAYBILL";
      else if (g_str_equal (arguments[1], "reprice") && options->amount == NULL)
        *problem = "a new price needs --amount";
      json_object_set_new (request, "change", json_string (n > 1 ? arguments[1] : ""));
      json_object_set_new (request, "stop", json_string (n > 2 ? arguments[2] : ""));
    }
  else if (g_str_equal (arguments[0], "override"))
    {
      if (n != 4 || !ds_money_parse (arguments[3], &amount_fen, NULL))
        *problem
            = "say: override STOP-OR-WAYBILL LIMITS YUAN [--number N] [--name CLERK], as the courier reads "
              "it out; limits are voucher or 1, wallet or 2, sum or 3, count or 4, age or 5, and several "
              "3+4";
      json_object_set_new (request, "stop", json_string (n > 1 ? arguments[1] : ""));
      json_object_set_new (request, "limits", json_string (n > 2 ? arguments[2] : ""));
      json_object_set_new (request, "amount_fen", json_integer (amount_fen));
      json_object_set_new (request, "number", json_integer (options->number));
      json_object_set_new (request, "clerk",
                           json_string (options->name != NULL ? options->name : g_get_user_name ()));
    }
  else if (g_str_equal (arguments[0], "refund"))
    {
      if (n != 2)
        *problem = "say: refund PAYMENT [--amount YUAN] --reason TEXT";
      else if (options->amount != NULL && amount_fen == 0)
        *problem = "nothing to give back: leave --amount out for all that waits";
      json_object_set_new (request, "payment", json_string (n > 1 ? arguments[1] : ""));
    }
  else if (g_str_equal (arguments[0], "close-shift"))
    {
      if (n != 2 || options->amount == NULL)
        *problem = "say: close-shift SHIFT --amount YUAN, the cash that was handed in";
      json_object_set_new (request, "shift", json_string (n > 1 ? arguments[1] : ""));
    }
  else if (g_str_equal (arguments[0], "settle-entry"))
    {
      if (n != 2 || options->reason == NULL)
        *problem = "say: settle-entry ENTRY --reason TEXT, what was done about it";
      json_object_set_new (request, "entry", json_string (n > 1 ? arguments[1] : ""));
    }
  else if (g_str_equal (arguments[0], "revoke") || g_str_equal (arguments[0], "allow"))
    {
      if (n != 2 || (g_str_equal (arguments[0], "revoke") && options->reason == NULL))
        *problem = "say: revoke HANDHELD --reason TEXT, or allow HANDHELD; devices lists them";
      json_object_set_new (request, "device", json_string (n > 1 ? arguments[1] : ""));
    }
  else if (g_str_equal (arguments[0], "resolve"))
    {
      gint64 number = 0;

      if (n != 3 || !g_ascii_string_to_signed (arguments[1], 10, 1, G_MAXINT64, &number, NULL))
        *problem
            = "say: resolve CASE HOW --reason TEXT, with the case's number as “cases” has it; HOW is refund, "
              "keep or done, and for differences what the case offers";
      json_object_set_new (request, "case", json_integer (number));
      json_object_set_new (request, "how", json_string (n > 2 ? arguments[2] : ""));
    }
  else if (g_str_equal (arguments[0], "desk"))
    {
      if (n < 2 || (n != 3 && !g_str_equal (arguments[1], "list")))
        *problem = "say: desk list | add NUMBER --name NAME [--role auditor] | reset NUMBER | remove NUMBER";
      json_object_update_new (request, json_pack ("{s:s*, s:s*, s:s*, s:s*}", "what", arguments[1], "account",
                                                  n > 2 ? arguments[2] : NULL, "name", options->name, "role",
                                                  options->role));
    }
  if (*problem != NULL)
    g_clear_pointer (&request, json_decref);
  return request;
}

static int
run_clerk_command (const DsDepotOptions *options)
{
  const char *problem;
  g_autoptr (json_t) request = make_clerk_request (options, &problem);
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;
  json_t *item;
  gsize i;

  if (request == NULL)
    return fail (problem);
  answer = run_command (options, request, NULL, &error);
  if (answer == NULL)
    return fail (error->message);
  /* Cases and handhelds are one a line. */
  json_array_foreach (answer, i, item) print_json (item);
  if (!json_is_array (answer))
    print_json (answer);
  return EXIT_SUCCESS;
}

/* The commands about cash, daily files and exports. */
static int
run_books_command (const DsDepotOptions *options)
{
  g_autoptr (json_t) request
      = json_pack ("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:b}", "command", options->arguments[0], "name",
                   options->name, "reason", options->reason, "id", options->refund, "amount", options->amount,
                   "day", options->day, "all", options->all);
  g_autoptr (GBytes) attachment = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!ds_books_options_complete (&options->books, options->arguments + 1, request, &attachment, &error))
    return fail (error->message);
  answer = run_command (options, request, attachment, &error);
  return answer != NULL && ds_books_options_show (&options->books, answer, &error) ? EXIT_SUCCESS
                                                                                   : fail (error->message);
}

static int
do_morning (const DsDepotOptions *options)
{
  g_autoptr (json_t) request
      = json_pack ("{s:s, s:[], s:s*}", "command", "morning", "arguments", "day", options->day);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = NULL;

  if (options->arguments[1] != NULL)
    return fail ("say: morning [--day YYYY-MM-DD]");
  answer = run_command (options, request, NULL, &error);
  return answer != NULL ? ds_morning_report_print (answer) : fail (error->message);
}

/* Prints a member of the answer, which is a text. @request: (transfer full) */
static int
print_text (const DsDepotOptions *options, json_t *request, const char *member)
{
  g_autoptr (json_t) own = request;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = run_command (options, own, NULL, &error);
  const char *text = json_string_value (json_object_get (answer, member));

  if (answer == NULL)
    return fail (error->message);
  printf (*text == '\0' || g_str_has_suffix (text, "\n") ? "%s" : "%s\n", text);
  return EXIT_SUCCESS;
}

/* What the depot has in words about a payment: its spoken proof, its dispute packet. */
static int
print_about_payment (const DsDepotOptions *options)
{
  const char *command = options->arguments[0];

  if (options->arguments[1] == NULL)
    return fail ("say about which payment: spoken PAYMENT, packet PAYMENT");
  return print_text (options, json_pack ("{s:s, s:s}", "command", command, "payment", options->arguments[1]),
                     command);
}

static int
reset_pin (const DsDepotOptions *options)
{
  if (options->courier == NULL)
    return fail ("say: reset-pin --courier ID");
  return print_text (options, json_pack ("{s:s, s:s}", "command", "reset-pin", "courier", options->courier),
                     "pin");
}

/* How the depot is doing */

static int
print_config (const DsDepotOptions *options)
{
  g_autofree char *text = ds_serve_config_to_text (&options->config);

  printf ("%s\n", text);
  return EXIT_SUCCESS;
}

/* Of the process that serves: without one nothing is healthy, and there is nothing to count. */
static int
ask_monitor (const DsDepotOptions *options)
{
  g_autoptr (json_t) request = json_pack ("{s:s}", "command", options->arguments[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_admin_call (options->config.directory, request, NULL, &error);
  const char *text = json_string_value (json_object_get (answer, "text"));

  if (answer == NULL)
    return fail (error->message);
  if (text != NULL)
    {
      fputs (text, stdout);
      return EXIT_SUCCESS;
    }
  print_json (answer);
  return g_strcmp0 (json_string_value (json_object_get (answer, "status")), "ready") == 0 ? EXIT_SUCCESS
                                                                                          : EXIT_FAILURE;
}

/* Keys */

static int
run_keys (const DsDepotOptions *options)
{
  char **arguments = options->arguments;
  guint n = g_strv_length (arguments);
  const char *change = n > 1 ? arguments[1] : "list";
  gboolean revokes = g_str_equal (change, "revoke-operator");
  g_autoptr (json_t) request = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!(g_str_equal (change, "list") && n <= 2)
      && !((g_str_equal (change, "rotate") || g_str_equal (change, "chain")) && n == 2)
      && !(revokes && n == 4))
    return fail ("say: keys, keys chain (for doorstep-inspect), keys rotate [--key-overlap-days N], or keys "
                 "revoke-operator OPERATOR KEY");
  request = json_pack ("{s:s, s:s, s:I, s:s*, s:s*}", "command", "keys", "change", change, "overlap_ms",
                       options->config.key_overlap_days * G_GINT64_CONSTANT (86400000), "operator",
                       revokes ? arguments[2] : NULL, "key", revokes ? arguments[3] : NULL);
  answer = run_command (options, request, NULL, &error);
  if (answer == NULL)
    return fail (error->message);
  print_json (answer);
  if (g_str_equal (change, "rotate"))
    fprintf (stderr, "Make a backup now: what the new key signs is worth nothing without it.\n");
  return EXIT_SUCCESS;
}

/* A card may hold several files, of which the names are in order: brought together, they are taken in one by one. */
static int
rescue (const DsDepotOptions *options)
{
  if (options->arguments[1] == NULL)
    return fail ("rescue needs the files of a rescue copy");
  for (guint i = 1; options->arguments[i] != NULL; i++)
    {
      const char *path = options->arguments[i];
      g_autofree char *text = NULL;
      g_autoptr (GBytes) file = NULL;
      g_autoptr (json_t) request = json_pack ("{s:s}", "command", "rescue");
      g_autoptr (json_t) report = NULL;
      g_autoptr (GError) error = NULL;
      gsize n;

      if (!g_file_get_contents (path, &text, &n, &error))
        return fail (error->message);
      file = g_bytes_new_take (g_steal_pointer (&text), n);
      report = run_command (options, request, file, &error);
      if (report == NULL)
        {
          fprintf (stderr, "%s: ", path);
          return fail (error->message);
        }
      print_json (report);
    }
  return EXIT_SUCCESS;
}

/* A handheld's lines as they came, for `doorstep-inspect journal`. */
static int
print_journal (const DsDepotOptions *options)
{
  if (options->arguments[1] == NULL)
    return fail ("journal needs the handheld's id");
  return print_text (options,
                     json_pack ("{s:s, s:s, s:b}", "command", "journal", "device", options->arguments[1],
                                "forked", (int)options->forked),
                     "lines");
}

/* Keeping a depot twice */

static int
back_up (const DsDepotOptions *options)
{
  g_autoptr (json_t) request = NULL;
  g_autoptr (json_t) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *to = NULL;

  if (options->arguments[1] == NULL)
    return fail ("say where the backup goes: backup DIRECTORY");
  /* The process that serves may run elsewhere. */
  to = g_canonicalize_filename (options->arguments[1], NULL);
  request = json_pack ("{s:s, s:s}", "command", "backup", "to", to);
  found = run_command (options, request, NULL, &error);
  if (found == NULL)
    return fail (error->message);
  print_json (found);
  return EXIT_SUCCESS;
}

static int
restore (const DsDepotOptions *options)
{
  g_autoptr (json_t) found = NULL;
  g_autoptr (GError) error = NULL;

  if (options->arguments[1] == NULL)
    return fail ("say which backup: restore DIRECTORY");
  found
      = ds_depot_restore (options->arguments[1], options->config.directory, options->config.ask_days, &error);
  if (found == NULL)
    return fail (error->message);
  print_json (found);
  return EXIT_SUCCESS;
}

/* The evening peak */

static int
bench (const DsDepotOptions *options)
{
  const DsBenchOptions peak = { .directory = options->config.directory,
                                .n_handhelds = (guint)options->handhelds,
                                .n_payments = (guint)options->payments,
                                .n_connections = (guint)options->connections };
  g_autoptr (GError) error = NULL;

  return ds_depot_bench (&peak, &error) ? EXIT_SUCCESS : fail (error->message);
}

static int
bench_bare (const DsDepotOptions *options)
{
  g_autoptr (GError) error = NULL;

  return ds_depot_bench_serve_bare (options->config.directory, &error) ? EXIT_SUCCESS : fail (error->message);
}

/* What is given beyond @most is refused: who wrote it meant something by it. */
static const struct
{
  const char *name;
  guint most; /* arguments, its own name among them */
  int (*run) (const DsDepotOptions *options);
} commands[] = {
  { "serve", 1, serve },
  { "import", 2, import_file },
  { "enrol", 1, enrol },
  { "books", 1, print_books },
  { "morning", 1, do_morning },
  { "reset-pin", 1, reset_pin },
  { "rescue", G_MAXUINT, rescue },
  { "journal", 2, print_journal },
  { "close-shift", 2, run_clerk_command },
  { "settle-entry", 2, run_clerk_command },
  { "stop", 3, run_clerk_command },
  { "cases", 1, run_clerk_command },
  { "resolve", 3, run_clerk_command },
  { "refund", 2, run_clerk_command },
  { "override", 4, run_clerk_command },
  { "desk", 3, run_clerk_command },
  { "devices", 1, run_clerk_command },
  { "revoke", 2, run_clerk_command },
  { "allow", 2, run_clerk_command },
  { "spoken", 2, print_about_payment },
  { "packet", 2, print_about_payment },
  { "keys", 4, run_keys },
  { "config", 1, print_config },
  { "health", 1, ask_monitor },
  { "metrics", 1, ask_monitor },
  { "backup", 2, back_up },
  { "restore", 2, restore },
  { "bench", 1, bench },
  { "bench-bare", 1, bench_bare }, /* what bench starts beside the depot */
};

static int
run (guint at, const DsDepotOptions *options)
{
  g_autofree char *text = NULL;

  if (g_strv_length (options->arguments) <= commands[at].most)
    return commands[at].run (options);
  text = g_strdup_printf ("“%s” is one argument too many for %s; see --help",
                          options->arguments[commands[at].most], commands[at].name);
  return fail (text);
}

int
main (int argc, char **argv)
{
  g_auto (DsDepotOptions) options = DS_DEPOT_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (DS_GETTEXT_PACKAGE, DS_LOCALE_DIR);
  bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
  textdomain (DS_GETTEXT_PACKAGE);
  if (!ds_depot_options_parse (&options, &argc, &argv, &error))
    return fail (error->message);

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (g_str_equal (options.arguments[0], commands[i].name))
        return run ((guint)i, &options);
    }
  if (ds_depot_admin_books_knows (options.arguments[0]))
    return run_books_command (&options);
  return fail ("there is no such command; see --help");
}
