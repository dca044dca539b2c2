/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A courier's whole shift through the real window: real depot, real wallets, real pictures, the line cut and
 * restored. It is the demo (it tells the story and leaves a picture of every screen) and a test (it ends with a
 * failure when anything is not to the fen). */
#include "config.h"

#include "shift.h"

#include "ds-test-window.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>

#define PIN "048213"
#define FLOAT_YUAN "200"

/* The morning */

static void
type_pin (Shift *shift, const char *pin)
{
  for (const char *at = pin; *at != '\0'; at++)
    {
      const char name[] = { *at, '\0' };

      ds_test_press (shift->window, name);
    }
}

static void
enrol (Shift *shift)
{
  g_autofree char *code = ds_company_get_path (shift->company, "enrol.png");
  g_autofree char *printed = ds_company_depot (shift->company, "enrol", "--courier", "0317", "--name",
                                               "韩师傅", "--picture", code, NULL);

  shift_tell ("The depot prints an enrolment code.");
  shift_take_picture (shift, "enrol");
  ds_test_copy_picture (shift->window, code);
  ds_test_press (shift->window, _ ("Paste code"));
  ds_test_wait_for_words (shift->window, "韩师傅");
  shift_take_picture (shift, "enrol-check");
  ds_test_press (shift->window, _ ("Yes, next"));
  ds_test_wait_for_words (shift->window, _ ("Choose a PIN"));
  shift_take_picture (shift, "enrol-pin");
  type_pin (shift, PIN);
  ds_test_wait_for_words (shift->window, _ ("The same PIN again"));
  type_pin (shift, PIN);
  shift_tell ("The courier scans it, checks depot and name, agrees, and chooses a PIN.");
}

static gboolean
is_open (gpointer user_data)
{
  Shift *shift = user_data;

  return ds_session_get_open_shift (shift->session) != NULL;
}

static gboolean
has_settings (gpointer user_data)
{
  Shift *shift = user_data;

  return ds_store_get_settings (ds_session_get_store (shift->session)) != NULL;
}

static void
open_shift (Shift *shift)
{
  DsShiftTotals totals;
  g_autofree char *open = g_strdup_printf (_ ("Open with %s"), "¥" FLOAT_YUAN ".00");
  g_autofree char *due = NULL;

  ds_test_wait (has_settings, shift, "the depot's settings");
  ds_test_type (shift->window, _ ("Float in yuan"), FLOAT_YUAN);
  shift_take_picture (shift, "open-shift");
  ds_test_press (shift->window, open);
  ds_test_wait (is_open, shift, "the shift to be open");
  ds_test_wait (shift_all_sent, shift, "the shift's opening to be sent");
  ds_route_get_totals (ds_session_get_route (shift->session), &totals);
  due = shift_format_yuan (totals.due_fen);
  shift_tell ("The shift is open with a float of %s yuan: %u stops, %s yuan to collect.", FLOAT_YUAN,
              totals.n_stops, due);
  shift_take_picture (shift, "route");
}

/* The evening */

static gboolean
was_rejected (gpointer user_data)
{
  const struct
  {
    Shift *shift;
    const char *stop_id;
  } *sought = user_data;
  DsStop *stop = ds_route_find (ds_session_get_route (sought->shift->session), sought->stop_id);

  return stop != NULL && ds_stop_get_status (stop) == DS_STOP_REJECTED;
}

/* Back online: the operator does not honour the voucher of a customer who has spent the money meanwhile. */
static void
settle_rejected_voucher (Shift *shift, DsStop *stop, const char *name)
{
  struct
  {
    Shift *shift;
    const char *stop_id;
  } sought = { shift, stop->id };
  g_autofree char *take = NULL;
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));
  g_autofree char *yuan = g_strconcat ("¥", amount, NULL);

  ds_test_wait (was_rejected, &sought, "the rejected voucher to reopen its stop's debt");
  gtk_widget_activate_action (shift->window, "win.show-tab", "s", "problems");
  ds_test_settle (shift->window);
  shift_take_picture (shift, "problems");
  shift_tell ("%s had spent the money: the operator rejects the voucher, the debt of %s yuan is open again.",
              name, amount);

  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Cash"));
  ds_test_press (shift->window, _ ("Exact"));
  shift_take_picture (shift, "cash-exact");
  take = g_strdup_printf (_ ("Take %s"), yuan);
  ds_test_press (shift->window, take);
  ds_test_wait_for_words (shift->window, _ ("Cash · exact"));
  ds_test_wait (shift_all_sent, shift, "the cash to be sent");
  shift_tell ("The courier goes back and collects it in cash.");
}

static gboolean
has_statement (gpointer user_data)
{
  Shift *shift = user_data;
  DsShift *closed = ds_store_get_shift (ds_session_get_store (shift->session));

  return closed != NULL && closed->statement != NULL;
}

/* Counts the drawer: the float was in notes of 100, change was given and taken to the fen. */
static void
count_cash (Shift *shift, gint64 cash_fen)
{
  for (const gint64 *denomination_fen = ds_cash_denominations_fen; *denomination_fen > 0; denomination_fen++)
    {
      g_autofree char *field
          = *denomination_fen >= 100  ? g_strdup_printf (_ ("%d yuan"), (int)(*denomination_fen / 100))
            : *denomination_fen >= 10 ? g_strdup_printf (_ ("%d jiao"), (int)(*denomination_fen / 10))
                                      : g_strdup_printf (_ ("%d fen"), (int)*denomination_fen);
      g_autofree char *count = g_strdup_printf ("%d", (int)(cash_fen / *denomination_fen));

      cash_fen %= *denomination_fen;
      ds_test_type (shift->window, field, count);
    }
}

static void
close_shift (Shift *shift)
{
  DsAllowance allowance;

  gtk_widget_activate_action (shift->window, "win.show-tab", "s", "shift");
  ds_test_settle (shift->window);
  shift_take_picture (shift, "shift");
  ds_door_get_allowance (ds_session_get_door (shift->session), &allowance);
  ds_test_press (shift->window, _ ("Close shift"));
  shift_take_picture (shift, "close-open-items");
  ds_test_press (shift->window, _ ("Count the cash"));
  count_cash (shift, allowance.cash_fen);
  shift_take_picture (shift, "close-count");
  ds_test_press (shift->window, _ ("Counted, next"));
  ds_test_wait (has_statement, shift, "the depot's statement");
  ds_test_press (shift->window, _ ("Show statement"));
  shift_tell ("The cash is counted blind, the shift closed; the depot returns its signed statement.");
}

/* The day */

static gboolean
run_shift (Shift *shift)
{
  g_autoptr (DsStop) honoured = NULL;
  g_autoptr (DsStop) bounced = NULL;
  g_autoptr (json_t) statement = NULL;

  enrol (shift);
  open_shift (shift);
  shift_both_online (shift);
  shift_customer_offline (shift);
  shift_customer_confirms (shift);
  shift_partial_acceptance (shift);
  shift_cut_line (shift);
  shift_courier_offline (shift);
  honoured = shift_both_offline (shift, "ding", "voucher-1.png");
  bounced = shift_both_offline (shift, "chen", "voucher-2.png");
  shift_split_and_refused (shift);
  shift_cash (shift);

  /* Before the voucher can be redeemed, the money is gone. */
  json_decref (ds_company_wallet (shift->company, "chen", "offline", "off", NULL));
  json_decref (ds_company_wallet (shift->company, "chen", "spend", "599.00", "--shop", "Corner shop", NULL));
  shift_restore_line (shift);
  shift_prepaid (shift);
  settle_rejected_voucher (shift, bounced, "chen");

  close_shift (shift);
  statement = shift_read_statement (shift);
  shift_take_picture (shift, "statement");
  shift_print_statement (shift, statement);
  return shift_is_balanced (shift, statement);
}

static void
start_company (Shift *shift, const char *route)
{
  g_autofree char *imported = NULL;

  imported = ds_company_depot (shift->company, "import", route, "--courier", "0317", "--limit", "40", NULL);
  shift_tell ("A route is imported: %s", g_strstrip (imported));
  ds_company_open_wallet (shift->company, "an", "003", "8000", "20");
  ds_company_open_wallet (shift->company, "bo", "007", "3000", NULL);
  ds_company_open_wallet (shift->company, "chen", "003", "600", NULL);
  ds_company_open_wallet (shift->company, "ding", "007", "3000", NULL);
  shift_tell ("Four customers have wallets with two sandbox banks.");
}

int
main (int argc, char **argv)
{
  g_autofree char *depot = NULL;
  g_autofree char *wallet = NULL;
  g_autofree char *route = NULL;
  g_autofree char *pictures = NULL;
  g_autofree char *words = NULL;
  g_autofree char *work = NULL;
  const GOptionEntry entries[] = {
    { "depot", 0, 0, G_OPTION_ARG_FILENAME, &depot, "The program doorstep-depot", "FILE" },
    { "wallet", 0, 0, G_OPTION_ARG_FILENAME, &wallet, "The program doorstep-wallet", "FILE" },
    { "route", 0, 0, G_OPTION_ARG_FILENAME, &route, "The route to import", "FILE.csv" },
    { "pictures", 0, 0, G_OPTION_ARG_FILENAME, &pictures, "Where the pictures go", "DIR" },
    { "words", 0, 0, G_OPTION_ARG_FILENAME, &words, "Where the translations are, for LANGUAGE", "DIR" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autofree char *handheld = NULL;
  Shift shift = { 0 };
  gboolean balanced;

  setlocale (LC_ALL, "");
  /* The sample routes are Chinese days. */
  g_setenv ("TZ", "Asia/Shanghai", TRUE);
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || depot == NULL || wallet == NULL
      || route == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--depot, --wallet and --route are needed");
      return EXIT_FAILURE;
    }
  if (words != NULL)
    bindtextdomain (DS_GETTEXT_PACKAGE, words);
  bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
  textdomain (DS_GETTEXT_PACKAGE);
  work = g_dir_make_tmp ("doorstep-shift-XXXXXX", &error);
  g_assert_no_error (error);
  if (pictures == NULL)
    pictures = g_build_filename (work, "pictures", NULL);
  g_assert_cmpint (g_mkdir_with_parents (pictures, 0700), ==, 0);

  application = g_object_new (ADW_TYPE_APPLICATION, "application-id", DS_APP_ID, "flags",
                              G_APPLICATION_NON_UNIQUE, "resource-base-path", "/cn/doorstep/Doorstep", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  ds_test_window_prepare ();

  shift.pictures = pictures;
  shift.visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  shift.company = ds_company_start (work, depot, wallet);
  start_company (&shift, route);
  handheld = g_build_filename (work, "handheld", NULL);
  shift.session = ds_session_new (handheld, clock, random);
  shift.window = GTK_WIDGET (ds_window_new (GTK_APPLICATION (application), shift.session));
  gtk_window_set_default_size (GTK_WINDOW (shift.window), 360, 720);
  gtk_window_present (GTK_WINDOW (shift.window));
  ds_session_open (shift.session);

  balanced = run_shift (&shift);

  gtk_window_destroy (GTK_WINDOW (shift.window));
  ds_session_close (shift.session);
  g_object_unref (shift.session);
  ds_company_stop (shift.company);
  g_hash_table_unref (shift.visited);
  return balanced ? EXIT_SUCCESS : EXIT_FAILURE;
}
