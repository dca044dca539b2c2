/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-cli.h"

#include "ds-wallet-words.h"
#include "ds-wallet.h"

#include "ds-decoder.h"
#include "ds-error.h"
#include "ds-money.h"
#include "ds-qr.h"

#include <glib/gi18n.h>
#include <string.h>

/* Pixels a module: sharp on a screen, and easy for a camera. */
#define PICTURE_SCALE 8

/* How long digits are waited for. */
#define SPOKEN_QUESTIONS 10
#define SPOKEN_PAUSE_MS 300

/**
 * Cli:
 * @argument: (nullable): what stands behind the command
 * @loop, @result: the command's one call to the bank
 */
typedef struct
{
  DsClock *clock;
  DsRandom *random;
  DsWallet *wallet;
  GMainLoop *loop;
  GAsyncResult *result;
  DsWalletWindowFunc open_window;

  char *directory;
  gboolean json;
  char *argument;
  char *bank;
  char *ca;
  char *operator_id;
  char *name;
  char *balance;
  char *red_packet;
  int tier;
  char *picture;
  char *picture_in;
  char *shop;
  char *screen;
  char *courier_screen;
  gboolean decline;
} Cli;

static void
cli_clear (Cli *cli)
{
  g_clear_object (&cli->clock);
  g_clear_object (&cli->random);
  g_clear_object (&cli->wallet);
  g_clear_object (&cli->result);
  g_clear_pointer (&cli->loop, g_main_loop_unref);
  g_free (cli->directory);
  g_free (cli->argument);
  g_free (cli->bank);
  g_free (cli->ca);
  g_free (cli->operator_id);
  g_free (cli->name);
  g_free (cli->balance);
  g_free (cli->red_packet);
  g_free (cli->picture);
  g_free (cli->picture_in);
  g_free (cli->shop);
  g_free (cli->screen);
  g_free (cli->courier_screen);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cli, cli_clear)

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Cli *cli = user_data;

  g_set_object (&cli->result, result);
  g_main_loop_quit (cli->loop);
}

/* A command makes one call and has nothing else to do meanwhile. */
static GAsyncResult *
wait_for_answer (Cli *cli)
{
  g_main_loop_run (cli->loop);
  return cli->result;
}

/* Output */

/* @object: (transfer full); @words: what it means, for people. */
static void
print (Cli *cli, json_t *object, const char *words)
{
  g_autoptr (json_t) owned = object;
  g_autofree char *line = cli->json ? ds_json_to_line (owned) : g_strdup (words);

  g_print ("%s\n", line);
}

static DsWalletExit
fail (Cli *cli, const GError *error)
{
  gboolean no_answer = g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK)
                       || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);

  if (cli->json)
    {
      g_autoptr (json_t) object = json_pack ("{s:s}", "error", error->message);
      g_autofree char *line = ds_json_to_line (object);

      g_print ("%s\n", line);
    }
  g_printerr ("doorstep-wallet: %s\n", error->message);
  return no_answer ? DS_WALLET_EXIT_NO_ANSWER : DS_WALLET_EXIT_FAILED;
}

static DsWalletExit
print_payment (Cli *cli, json_t *payment, GError *error)
{
  const char *state;
  g_autofree char *words = NULL;

  if (payment == NULL)
    return fail (cli, error);
  words = ds_wallet_describe_payment (payment);
  state = json_string_value (json_object_get (payment, "state"));
  print (cli, json_incref (payment), words);
  if (g_strcmp0 (state, "paid") == 0)
    return DS_WALLET_EXIT_DONE;
  return g_strcmp0 (state, "waiting") == 0 || g_strcmp0 (state, "processing") == 0 ? DS_WALLET_EXIT_NOT_YET
                                                                                   : DS_WALLET_EXIT_FAILED;
}

static gboolean
save_picture (Cli *cli, const char *text, GError **error)
{
  g_autoptr (DsQr) qr = NULL;
  DsQrSight sight;

  if (cli->picture == NULL)
    return TRUE;
  ds_qr_sight_init_at_door (&sight, DS_QR_PHONE_PX, 0);
  qr = ds_qr_new_for_sight (text, &sight, DS_QR_LEVEL_M, error);
  return qr != NULL && ds_qr_save (qr, cli->picture, PICTURE_SCALE, error);
}

/* Input */

/* The collection code: the argument, or the one in a picture. */
static DsWalletDemand *
read_demand (Cli *cli, const char *picture, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) symbols = NULL;
  gsize n;

  if ((cli->argument == NULL) == (picture == NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _ ("Give either a code or a picture of one"));
      return NULL;
    }
  if (picture == NULL)
    return ds_wallet_read_code (cli->wallet, cli->argument, error);

  if (!g_file_get_contents (picture, &contents, &n, error))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&contents), n);
  symbols = ds_decode_picture (bytes, error);
  return symbols ? ds_wallet_read_symbols (cli->wallet, symbols, error) : NULL;
}

static DsWalletExit
complain (const char *words)
{
  g_printerr ("doorstep-wallet: %s\n", words);
  return DS_WALLET_EXIT_USAGE;
}

static DsWalletExit
fail_input (Cli *cli, const GError *error)
{
  return error->domain == G_OPTION_ERROR ? complain (error->message) : fail (cli, error);
}

/* Commands */

static DsWalletExit
run_create (Cli *cli)
{
  DsWalletDraft draft
      = { .bank = cli->bank, .ca_path = cli->ca, .operator_id = cli->operator_id, .name = cli->name };
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (draft.bank == NULL || draft.ca_path == NULL || draft.operator_id == NULL || draft.name == NULL
      || cli->balance == NULL)
    return complain (_ ("create needs --bank, --ca, --operator, --name and --balance"));
  draft.tier = cli->tier;
  if (!ds_money_parse (cli->balance, &draft.balance_fen, &error)
      || (cli->red_packet != NULL && !ds_money_parse (cli->red_packet, &draft.red_packet_fen, &error)))
    return complain (error->message);

  ds_wallet_create_async (cli->directory, &draft, cli->clock, cli->random, NULL, did_answer, cli);
  cli->wallet = ds_wallet_create_finish (wait_for_answer (cli), &error);
  if (cli->wallet == NULL)
    return fail (cli, error);

  words = g_strdup_printf (_ ("Wallet %s of %s at %s"), ds_wallet_get_number (cli->wallet),
                           ds_wallet_get_name (cli->wallet), ds_wallet_get_operator_name (cli->wallet));
  print (cli,
         json_pack ("{s:s, s:s, s:s, s:s, s:I, s:I}", "wallet", ds_wallet_get_serial (cli->wallet), "number",
                    ds_wallet_get_number (cli->wallet), "operator", ds_wallet_get_operator_id (cli->wallet),
                    "name", ds_wallet_get_name (cli->wallet), "balance_fen",
                    (json_int_t)ds_wallet_get_balance_fen (cli->wallet), "red_packet_fen",
                    (json_int_t)ds_wallet_get_red_packet_fen (cli->wallet)),
         words);
  return DS_WALLET_EXIT_DONE;
}

/* Asks the bank. */
static gboolean
refresh (Cli *cli, GError **error)
{
  ds_wallet_refresh_async (cli->wallet, NULL, did_answer, cli);
  return ds_wallet_refresh_finish (cli->wallet, wait_for_answer (cli), error);
}

static DsWalletExit
run_pay (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletDemand) demand = read_demand (cli, cli->picture, &error);
  g_autoptr (json_t) payment = NULL;

  if (demand == NULL)
    return fail_input (cli, error);
  ds_wallet_pay_async (cli->wallet, demand, NULL, did_answer, cli);
  payment = ds_wallet_payment_finish (cli->wallet, wait_for_answer (cli), &error);
  /* What the merchant has to say comes after the money; a moment later it may be here. */
  if (g_strcmp0 (json_string_value (json_object_get (payment, "state")), "paid") == 0 && refresh (cli, NULL))
    {
      json_decref (payment);
      payment = ds_wallet_find_payment (cli->wallet, demand->payment_id);
    }
  return print_payment (cli, payment, error);
}

static DsWalletExit
run_confirm (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = NULL;
  const char *state;

  ds_wallet_confirm_async (cli->wallet, cli->argument, !cli->decline, NULL, did_answer, cli);
  payment = ds_wallet_payment_finish (cli->wallet, wait_for_answer (cli), &error);
  state = json_string_value (json_object_get (payment, "state"));
  if (cli->decline && g_strcmp0 (state, "declined") == 0)
    {
      print_payment (cli, payment, NULL);
      return DS_WALLET_EXIT_DONE;
    }
  return print_payment (cli, payment, error);
}

static DsWalletExit
run_spend (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = NULL;
  gint64 amount_fen;

  if (cli->shop == NULL)
    return complain (_ ("spend needs --shop"));
  if (!ds_money_parse (cli->argument, &amount_fen, &error))
    return complain (error->message);
  ds_wallet_spend_async (cli->wallet, amount_fen, cli->shop, NULL, did_answer, cli);
  payment = ds_wallet_payment_finish (cli->wallet, wait_for_answer (cli), &error);
  return print_payment (cli, payment, error);
}

static DsWalletExit
run_payer_code (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  gint64 expires_at_ms;
  g_autofree char *code = ds_wallet_make_payer_code (cli->wallet, &expires_at_ms);

  if (!save_picture (cli, code, &error))
    return fail (cli, error);
  print (cli,
         json_pack ("{s:s, s:I, s:s?}", "payer_code", code, "expires_at_ms", (json_int_t)expires_at_ms,
                    "picture", cli->picture),
         code);
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_voucher (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletDemand) demand = read_demand (cli, cli->picture_in, &error);
  g_autofree char *voucher = NULL;
  gint64 counter;

  if (demand == NULL)
    return fail_input (cli, error);
  voucher = ds_wallet_make_voucher (cli->wallet, demand, &counter, &error);
  if (voucher == NULL || !save_picture (cli, voucher, &error))
    return fail (cli, error);
  print (cli,
         json_pack ("{s:s, s:I, s:s, s:I, s:s, s:s?}", "payment", demand->payment_id, "amount_fen",
                    (json_int_t)demand->amount_fen, "payee_name", demand->payee_name, "counter",
                    (json_int_t)counter, "voucher", voucher, "picture", cli->picture),
         voucher);
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_receipt (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *receipt = ds_wallet_get_receipt (cli->wallet, cli->argument, &error);

  /* A payment that the courier scanned: the wallet hears of it when it asks. */
  if (receipt == NULL && !ds_wallet_get_offline (cli->wallet))
    {
      g_clear_error (&error);
      if (refresh (cli, &error))
        receipt = ds_wallet_get_receipt (cli->wallet, cli->argument, &error);
    }
  if (receipt == NULL || !save_picture (cli, receipt, &error))
    return fail (cli, error);
  print (
      cli,
      json_pack ("{s:s, s:s, s:s?}", "payment", cli->argument, "receipt", receipt, "picture", cli->picture),
      receipt);
  return DS_WALLET_EXIT_DONE;
}

static gboolean
did_wait (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* The merchant sends the digits once the bank has told it of the payment. */
static DsWalletExit
run_spoken (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  for (guint i = 0; i < SPOKEN_QUESTIONS; i++)
    {
      g_autoptr (json_t) payment = NULL;
      const char *spoken;

      if (i > 0)
        {
          g_timeout_add (SPOKEN_PAUSE_MS, did_wait, cli->loop);
          g_main_loop_run (cli->loop);
        }
      if (!refresh (cli, &error))
        return fail (cli, error);
      payment = ds_wallet_find_payment (cli->wallet, cli->argument);
      spoken = json_string_value (json_object_get (payment, "spoken"));
      if (spoken != NULL)
        {
          words = g_strdup_printf ("%s %s", _ ("Say this to the courier:"), spoken);
          print (cli, json_pack ("{s:s, s:s}", "payment", cli->argument, "spoken", spoken), words);
          return DS_WALLET_EXIT_DONE;
        }
    }
  g_set_error (&error, DS_ERROR, DS_ERROR_NOT_FOUND,
               _ ("There are no digits for payment %s: show the receipt, or ask the depot by telephone"),
               cli->argument);
  return fail (cli, error);
}

static DsWalletExit
run_pending (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payments = NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  json_t *pending = json_array ();
  json_t *payment;
  size_t i;

  if (!refresh (cli, &error))
    {
      json_decref (pending);
      return fail (cli, error);
    }
  payments = ds_wallet_get_payments (cli->wallet);
  json_array_foreach (payments, i, payment)
  {
    g_autofree char *line = ds_wallet_describe_payment (payment);

    if (g_strcmp0 (json_string_value (json_object_get (payment, "state")), "waiting") != 0)
      continue;
    json_array_append (pending, payment);
    g_string_append_printf (words, "%s%s  %s", words->len > 0 ? "\n" : "",
                            json_string_value (json_object_get (payment, "payment")), line);
  }
  print (cli, json_pack ("{s:o}", "pending", pending),
         words->len > 0 ? words->str : _ ("Nothing waits for you"));
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_balance (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (!refresh (cli, &error))
    return fail (cli, error);
  words = ds_wallet_describe_balance (cli->wallet);
  print (cli,
         json_pack ("{s:I, s:I, s:I, s:o}", "balance_fen",
                    (json_int_t)ds_wallet_get_balance_fen (cli->wallet), "red_packet_fen",
                    (json_int_t)ds_wallet_get_red_packet_fen (cli->wallet), "promised_fen",
                    (json_int_t)ds_wallet_get_promised_fen (cli->wallet), "payments",
                    ds_wallet_get_payments (cli->wallet)),
         words);
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_offline (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  gboolean offline = g_str_equal (cli->argument, "on");

  if (!offline && !g_str_equal (cli->argument, "off"))
    return complain (_ ("offline is “on” or “off”"));
  if (!ds_wallet_set_offline (cli->wallet, offline, &error))
    return fail (cli, error);
  print (cli, json_pack ("{s:b}", "offline", offline),
         offline ? _ ("This phone has no network now") : _ ("This phone has a network again"));
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_faults (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) wanted = NULL;
  json_t *faults;
  g_autofree char *words = NULL;

  if (cli->argument != NULL)
    {
      wanted = ds_json_parse_object (cli->argument, strlen (cli->argument), 4096, &error);
      if (wanted == NULL)
        return complain (error->message);
    }
  ds_wallet_set_faults_async (cli->wallet, wanted, NULL, did_answer, cli);
  faults = ds_wallet_set_faults_finish (cli->wallet, wait_for_answer (cli), &error);
  if (faults == NULL)
    return fail (cli, error);
  words = ds_json_to_line (faults);
  print (cli, faults, words);
  return DS_WALLET_EXIT_DONE;
}

static DsWalletExit
run_window (Cli *cli)
{
  if (cli->open_window (cli->wallet, cli->screen, cli->courier_screen))
    return DS_WALLET_EXIT_DONE;
  g_printerr ("doorstep-wallet: %s\n", _ ("There is no display for a window"));
  return DS_WALLET_EXIT_FAILED;
}

/* The command line */

typedef enum
{
  ARGUMENT_NONE,
  ARGUMENT_MAY,
  ARGUMENT_MUST,
} Argument;

/* @options: the long names of those it takes, besides --dir and --json */
static const struct
{
  const char *name;
  Argument argument;
  const char *options;
  const char *usage;
  DsWalletExit (*run) (Cli *cli);
} commands[] = {
  { "create", ARGUMENT_NONE, " bank ca operator name balance red-packet tier ",
    "create --bank URL --ca FILE --operator 003 --name NAME --balance YUAN [--red-packet YUAN] [--tier N]",
    run_create },
  { "pay", ARGUMENT_MAY, " picture ", "pay CODE | --picture FILE", run_pay },
  { "payer-code", ARGUMENT_NONE, " picture ", "payer-code [--picture FILE.png]", run_payer_code },
  { "pending", ARGUMENT_NONE, "", "pending", run_pending },
  { "confirm", ARGUMENT_MUST, " decline ", "confirm PAYMENT [--decline]", run_confirm },
  { "receipt", ARGUMENT_MUST, " picture ", "receipt PAYMENT [--picture FILE.png]", run_receipt },
  { "spoken", ARGUMENT_MUST, "", "spoken PAYMENT", run_spoken },
  { "voucher", ARGUMENT_MAY, " picture picture-in ", "voucher CODE | --picture-in FILE [--picture FILE.png]",
    run_voucher },
  { "spend", ARGUMENT_MUST, " shop ", "spend YUAN --shop NAME", run_spend },
  { "offline", ARGUMENT_MUST, "", "offline on | off", run_offline },
  { "balance", ARGUMENT_NONE, "", "balance", run_balance },
  { "faults", ARGUMENT_MAY, "", "faults ['{\"line\":\"cut\"}']", run_faults },
  { "window", ARGUMENT_NONE, " screen courier-screen ", "window [--screen SOCKET] [--courier-screen SOCKET]",
    run_window },
};

static char *
make_summary (void)
{
  GString *text = g_string_new (_ ("A customer's practice wallet: play money only.\n\nCommands:"));

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "\n  %s", commands[i].usage);
  g_string_append_printf (
      text, "\n\n%s",
      _ ("Exit codes: 0 done, 1 refused or declined, 2 not understood, 3 no network or no "
         "answer, 4 not paid yet"));
  return g_string_free (text, FALSE);
}

/* Adds --dir and --json, and of the others those in @names; with %NULL names the command is still to come. */
static GOptionContext *
make_context (Cli *cli, const char *names)
{
  const GOptionEntry common[] = {
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &cli->directory, N_ ("Where the wallet lives"), "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_ ("Answer in one line of JSON"), NULL },
    { NULL },
  };
  const GOptionEntry particular[] = {
    { "bank", 0, 0, G_OPTION_ARG_STRING, &cli->bank, N_ ("The bank's address"), "URL" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &cli->ca, N_ ("The authority of the bank's certificate"), "FILE" },
    { "operator", 0, 0, G_OPTION_ARG_STRING, &cli->operator_id, N_ ("At which operator"), "003" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &cli->name, N_ ("The owner's name"), "NAME" },
    { "balance", 0, 0, G_OPTION_ARG_STRING, &cli->balance, N_ ("What the wallet begins with"), "YUAN" },
    { "red-packet", 0, 0, G_OPTION_ARG_STRING, &cli->red_packet, N_ ("Red packets in it"), "YUAN" },
    { "tier", 0, 0, G_OPTION_ARG_INT, &cli->tier, N_ ("The wallet's tier, 1 to 4"), "N" },
    { "picture", 0, 0, G_OPTION_ARG_FILENAME, &cli->picture, N_ ("Picture of the code"), "FILE" },
    { "picture-in", 0, 0, G_OPTION_ARG_FILENAME, &cli->picture_in, N_ ("Picture of the collection code"),
      "FILE" },
    { "shop", 0, 0, G_OPTION_ARG_STRING, &cli->shop, N_ ("Where the money is spent"), "NAME" },
    { "screen", 0, 0, G_OPTION_ARG_FILENAME, &cli->screen, N_ ("Where this window can be looked at"),
      "SOCKET" },
    { "courier-screen", 0, 0, G_OPTION_ARG_FILENAME, &cli->courier_screen,
      N_ ("Where the courier's window can be looked at"), "SOCKET" },
    { "decline", 0, 0, G_OPTION_ARG_NONE, &cli->decline, N_ ("Decline instead"), NULL },
  };
  GOptionContext *context = g_option_context_new (names ? NULL : "COMMAND");

  g_option_context_add_main_entries (context, common, DS_GETTEXT_PACKAGE);
  for (gsize i = 0; names != NULL && i < G_N_ELEMENTS (particular); i++)
    {
      g_autofree char *name = g_strdup_printf (" %s ", particular[i].long_name);
      const GOptionEntry entry[] = { particular[i], { NULL } };

      if (strstr (names, name) != NULL)
        g_option_context_add_main_entries (context, entry, DS_GETTEXT_PACKAGE);
    }
  return context;
}

/* Options before the command are those that all commands know. */
static gboolean
find_command (Cli *cli, int *argc, char ***argv, gsize *command, GError **error)
{
  g_autoptr (GOptionContext) context = make_context (cli, NULL);
  g_autofree char *summary = make_summary ();

  g_option_context_set_summary (context, summary);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  for (*command = 0; *argc > 1 && *command < G_N_ELEMENTS (commands); (*command)++)
    {
      if (g_str_equal ((*argv)[1], commands[*command].name))
        return TRUE;
    }
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       _ ("Say what to do; --help lists the commands"));
  return FALSE;
}

static gboolean
parse_command (Cli *cli, gsize command, int argc, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = make_context (cli, commands[command].options);

  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  /* The program, the command, and what is left. */
  if (argc > 2)
    cli->argument = g_strdup (argv[2]);
  if (argc > 3 || (cli->argument != NULL && commands[command].argument == ARGUMENT_NONE)
      || (cli->argument == NULL && commands[command].argument == ARGUMENT_MUST) || cli->directory == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Usage: doorstep-wallet --dir DIR %s"),
                   commands[command].usage);
      return FALSE;
    }
  return TRUE;
}

int
ds_wallet_cli_run (int argc, char **argv, DsWalletWindowFunc open_window)
{
  g_auto (Cli) cli = { .tier = 4, .open_window = open_window };
  g_autoptr (GError) error = NULL;
  gsize command;

  if (!find_command (&cli, &argc, &argv, &command, &error)
      || !parse_command (&cli, command, argc, argv, &error))
    return complain (error->message);

  cli.clock = ds_clock_new_system ();
  cli.random = ds_random_new_system ();
  cli.loop = g_main_loop_new (NULL, FALSE);
  if (commands[command].run != run_create)
    {
      cli.wallet = ds_wallet_open (cli.directory, cli.clock, cli.random, &error);
      if (cli.wallet == NULL)
        return fail (&cli, error);
    }
  return commands[command].run (&cli);
}
