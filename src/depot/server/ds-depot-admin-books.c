/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-admin-books.h"

#include "ds-depot-custody.h"
#include "ds-depot-cutoff.h"
#include "ds-depot-export.h"
#include "ds-depot-morning.h"
#include "ds-depot-payouts.h"
#include "ds-depot-reconcile.h"

#include "ds-clock.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"

#include <string.h>

static const char *
get_option (json_t *request, const char *name)
{
  return json_string_value (json_object_get (request, name));
}

static const char *
get_argument (json_t *request, gsize i)
{
  return json_string_value (json_array_get (json_object_get (request, "arguments"), i));
}

/* Parsing */

/* Turns "100x3" around into a kind of cash and how many of it. */
static json_t *
parse_kind (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, "x*", -1);
  guint64 count;
  gint64 denomination_fen;

  if (g_strv_length (parts) == 2 && ds_money_parse (g_strstrip (parts[0]), &denomination_fen, NULL)
      && g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 0, G_MAXINT, &count, NULL))
    return json_pack ("{s:I, s:I}", "denomination_fen", (json_int_t)denomination_fen, "count",
                      (json_int_t)count);
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
               "“%.40s” is no count: write yuan and how many, as in 100x3,50x1,0.5x2", text);
  return NULL;
}

json_t *
ds_depot_admin_parse_count (const char *text, GError **error)
{
  g_autoptr (json_t) denominations = json_array ();
  g_auto (GStrv) kinds = g_strsplit (text, ",", -1);

  for (guint i = 0; kinds[i] != NULL; i++)
    {
      json_t *kind = *g_strstrip (kinds[i]) != '\0' ? parse_kind (kinds[i], error) : NULL;

      if (kind == NULL && *kinds[i] != '\0')
        return NULL;
      if (kind != NULL)
        json_array_append_new (denominations, kind);
    }
  return g_steal_pointer (&denominations);
}

static gboolean
parse_amount (json_t *request, gint64 *amount_fen, GError **error)
{
  return ds_money_parse (get_option (request, "amount"), amount_fen, error);
}

/* Returns: (transfer full): {"base64"}. */
static json_t *
answer_file (GBytes *file)
{
  g_autoptr (GBytes) own = file;
  g_autofree char *text = NULL;

  if (own == NULL)
    return NULL;
  text = g_base64_encode (g_bytes_get_data (own, NULL), g_bytes_get_size (own));
  return json_pack ("{s:s}", "base64", text);
}

/* Cash */

static json_t *
run_clerk (DsDepot *depot, json_t *request, GError **error)
{
  const char *what = get_argument (request, 0);
  const char *clerk_id = get_argument (request, 1);

  if (g_str_equal (what, "add"))
    return ds_depot_add_clerk (depot, clerk_id, get_option (request, "name"), error);
  if (g_str_equal (what, "revoke"))
    return ds_depot_revoke_clerk (depot, clerk_id, get_option (request, "reason"), error);
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Say: clerk add CLERK, or clerk revoke CLERK");
  return NULL;
}

static json_t *
run_clerks (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_clerks (depot, error);
}

static json_t *
run_take_cash (DsDepot *depot, json_t *request, GError **error)
{
  g_autoptr (json_t) denominations = ds_depot_admin_parse_count (get_option (request, "count"), error);
  const DsCashCount count = { .id = get_option (request, "id"),
                              .shift_id = get_argument (request, 0),
                              .clerk_id = get_option (request, "clerk"),
                              .denominations = denominations,
                              .reason = get_option (request, "reason") };

  return denominations != NULL ? ds_depot_take_cash (depot, &count, error) : NULL;
}

static json_t *
run_handovers (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_handovers (depot, json_is_true (json_object_get (request, "all")), error);
}

static json_t *
run_make_good (DsDepot *depot, json_t *request, GError **error)
{
  gint64 amount_fen;

  return parse_amount (request, &amount_fen, error)
             ? ds_depot_make_good (depot, get_option (request, "id"), get_argument (request, 0),
                                   get_option (request, "clerk"), amount_fen, get_option (request, "reason"),
                                   error)
             : NULL;
}

static json_t *
run_move_till (DsDepot *depot, json_t *request, GError **error)
{
  gint64 amount_fen;

  return parse_amount (request, &amount_fen, error)
             ? ds_depot_transfer_till (depot, get_option (request, "id"), get_argument (request, 0),
                                       get_argument (request, 1), amount_fen, get_option (request, "reason"),
                                       error)
             : NULL;
}

static json_t *
run_deposit (DsDepot *depot, json_t *request, GError **error)
{
  gint64 amount_fen;

  return parse_amount (request, &amount_fen, error) ? ds_depot_deposit (
             depot, get_option (request, "clerk"), get_argument (request, 0), amount_fen, error)
                                                    : NULL;
}

static json_t *
run_confirm_deposit (DsDepot *depot, json_t *request, GError **error)
{
  gint64 amount_fen;

  return parse_amount (request, &amount_fen, error)
             ? ds_depot_confirm_deposit (depot, get_option (request, "clerk"), get_argument (request, 0),
                                         amount_fen, get_option (request, "reference"), error)
             : NULL;
}

static json_t *
run_deposits (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_deposits (depot, 0, -1, error);
}

/* The report, with the key by which anybody can check it. */
static json_t *
verify_custody (DsDepot *depot, GError **error)
{
  json_t *report = ds_depot_verify_custody (depot, error);
  g_autofree char *key = ds_key_get_public_hex (ds_depot_get_key (depot));

  if (report != NULL)
    json_object_set_new (report, "depot_key", json_string (key));
  return report;
}

static json_t *
run_custody (DsDepot *depot, json_t *request, GError **error)
{
  return json_is_true (json_object_get (request, "verify"))
             ? verify_custody (depot, error)
             : answer_file (ds_depot_load_custody (depot, error));
}

/* Days */

static json_t *
run_daily_files (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_daily_files (depot, error);
}

static json_t *
run_in_transit (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_in_transit (depot, error);
}

/* Pay-outs */

/* @sign: -1: the operator collected it */
static json_t *
book_payout (DsDepot *depot, json_t *request, gint64 sign, GError **error)
{
  DsPayout payout = { .operator_id = get_argument (request, 0),
                      .day = get_option (request, "day"),
                      .reference = get_option (request, "reference"),
                      .reason = get_option (request, "reason") };

  if (!parse_amount (request, &payout.amount_fen, error)
      || (get_option (request, "fee") != NULL
          && !ds_money_parse (get_option (request, "fee"), &payout.fee_fen, error)))
    return NULL;
  payout.amount_fen *= sign;
  return ds_depot_book_payout (depot, &payout, error);
}

static json_t *
run_payout (DsDepot *depot, json_t *request, GError **error)
{
  return book_payout (depot, request, 1, error);
}

static json_t *
run_collection (DsDepot *depot, json_t *request, GError **error)
{
  return book_payout (depot, request, -1, error);
}

static json_t *
run_payouts (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_payouts (depot, json_is_true (json_object_get (request, "all")), error);
}

static json_t *
run_suspense (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_age_suspense (depot, error);
}

static json_t *
run_cut_off (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_cut_off (depot, get_option (request, "day"), error);
}

static json_t *
run_cut_offs (DsDepot *depot, json_t *request, GError **error)
{
  return ds_depot_list_cut_offs (depot, error);
}

/* Exports that are made at once */

static json_t *
run_export (DsDepot *depot, json_t *request, GError **error)
{
  const char *what = get_argument (request, 0);
  const char *subject = get_argument (request, 1);
  const char *day = get_option (request, "day");
  DsDepotLanguage language = ds_depot_language_from_name (get_option (request, "language"));

  if (g_str_equal (what, "shift-csv") && subject != NULL)
    return answer_file (ds_depot_export_shift_csv (depot, subject, language, error));
  if (g_str_equal (what, "day-csv") && subject == NULL && day != NULL)
    return answer_file (ds_depot_export_day_csv (depot, day, language, error));
  if (g_str_equal (what, "camt") && subject != NULL && day != NULL)
    return answer_file (ds_depot_export_camt (depot, subject, day, error));
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                       "Say: export shift-csv SHIFT | shift-pdf SHIFT | day-csv --day DAY | camt ACCOUNT "
                       "--day DAY");
  return NULL;
}

/* The table */

typedef struct
{
  const char *name;
  guint least, most; /* arguments */
  const char *needs; /* options, with commas between them */
  const char *usage;
  json_t *(*run) (DsDepot *depot, json_t *request, GError **error);
} Command;

static const Command commands[] = {
  { "clerk", 2, 2, NULL, "clerk add CLERK --name NAME, or clerk revoke CLERK --reason TEXT", run_clerk },
  { "clerks", 0, 0, NULL, "clerks", run_clerks },
  { "take-cash", 1, 1, "clerk,count",
    "take-cash SHIFT --clerk CLERK --count 100x3,50x1,0.5x2 (again with --reason)", run_take_cash },
  { "handovers", 0, 0, NULL, "handovers [--all]", run_handovers },
  { "make-good", 1, 1, "clerk,amount,reason", "make-good SHIFT --clerk CLERK --amount YUAN --reason TEXT",
    run_make_good },
  { "move-till", 2, 2, "amount,reason",
    "move-till FROM TO --amount YUAN --reason TEXT, each a clerk or “float”", run_move_till },
  { "deposit", 1, 1, "clerk,amount", "deposit BAG --clerk CLERK --amount YUAN", run_deposit },
  { "confirm-deposit", 1, 1, "clerk,amount,reference",
    "confirm-deposit BAG --clerk CLERK --amount YUAN --reference TEXT, as the bank says",
    run_confirm_deposit },
  { "deposits", 0, 0, NULL, "deposits", run_deposits },
  { "custody", 0, 0, NULL, "custody [--verify]", run_custody },
  { "reconcile", 0, 0, NULL, "reconcile [FILE] [--operator ID] [--day YYYY-MM-DD]", NULL },
  { "morning", 0, 0, NULL, "morning [--day YYYY-MM-DD]", NULL },
  { "daily-file", 1, 1, "day", "daily-file OPERATOR --day YYYY-MM-DD", NULL },
  { "daily-files", 0, 0, NULL, "daily-files", run_daily_files },
  { "in-transit", 0, 0, NULL, "in-transit", run_in_transit },
  { "payout", 1, 1, "day,amount,reference",
    "payout OPERATOR --day YYYY-MM-DD --amount YUAN [--fee YUAN] --reference TEXT: what came into the bank "
    "account for the day, what was kept back, the bank's number; with --reason it corrects what was entered",

    run_payout },
  { "collection", 1, 1, "day,amount,reference",
    "collection OPERATOR --day YYYY-MM-DD --amount YUAN --reference TEXT: what the operator took out of the "
    "bank account",
    run_collection },
  { "payouts", 0, 0, NULL, "payouts [--all]", run_payouts },
  { "suspense", 0, 0, NULL, "suspense", run_suspense },
  { "cut-off", 0, 0, "day", "cut-off --day YYYY-MM-DD", run_cut_off },
  { "cut-offs", 0, 0, NULL, "cut-offs", run_cut_offs },
  { "export", 1, 2, NULL,
    "export shift-csv SHIFT | shift-pdf SHIFT | day-csv --day DAY | camt ACCOUNT --day DAY", run_export },
};

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

gboolean
ds_depot_admin_books_knows (const char *command)
{
  return find_command (command) != NULL;
}

static gboolean
check_request (const Command *command, json_t *request, GError **error)
{
  gsize n = json_array_size (json_object_get (request, "arguments"));
  g_auto (GStrv) needs = g_strsplit (command->needs ? command->needs : "", ",", -1);
  gboolean good = n >= command->least && n <= command->most;

  for (guint i = 0; needs[i] != NULL; i++)
    good = good && get_option (request, needs[i]) != NULL;
  for (gsize i = 0; i < n; i++)
    good = good && get_argument (request, i) != NULL;
  if (!good)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Say: %s", command->usage);
  return good;
}

/* Those that take a while */

static void
return_answer (GTask *task, json_t *answer, GError *error)
{
  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

static void
did_reconcile (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *answer = ds_depot_reconcile_finish (DS_DEPOT (source), result, &error);

  return_answer (task, answer, error);
}

static void
run_reconcile (DsDepot *depot, json_t *request, GBytes *attachment, GTask *task)
{
  const char *day = get_option (request, "day");
  GError *error = NULL;

  if (attachment != NULL)
    {
      json_t *answer = ds_depot_reconcile_file (depot, attachment, day, &error);

      return_answer (task, answer, error);
    }
  else if (day == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "Say: %s", find_command ("reconcile")->usage);
  else
    ds_depot_reconcile_async (depot, get_option (request, "operator"), day, NULL, did_reconcile,
                              g_object_ref (task));
}

static void
did_morning (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *answer = ds_depot_morning_finish (DS_DEPOT (source), result, &error);

  return_answer (task, answer, error);
}

static void
did_load_daily_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *answer = answer_file (ds_depot_load_daily_file_finish (DS_DEPOT (source), result, &error));

  return_answer (task, answer, error);
}

static void
did_export_pdf (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *answer = answer_file (ds_depot_export_shift_pdf_finish (DS_DEPOT (source), result, &error));

  return_answer (task, answer, error);
}

static gboolean
is_pdf (const Command *command, json_t *request)
{
  return g_str_equal (command->name, "export") && g_strcmp0 (get_argument (request, 0), "shift-pdf") == 0
         && get_argument (request, 1) != NULL;
}

void
ds_depot_admin_books_run_async (DsDepot *depot,
                                json_t *request,
                                GBytes *attachment,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (depot, NULL, callback, user_data);
  const Command *command = find_command (get_option (request, "command"));
  GError *error = NULL;

  g_return_if_fail (command != NULL);

  g_task_set_name (task, "[doorstep] run a command about the books");
  if (!check_request (command, request, &error))
    g_task_return_error (task, error);
  else if (g_str_equal (command->name, "reconcile"))
    run_reconcile (depot, request, attachment, task);
  else if (g_str_equal (command->name, "morning"))
    ds_depot_morning_async (depot, get_option (request, "day"), NULL, did_morning, g_steal_pointer (&task));
  else if (g_str_equal (command->name, "daily-file"))
    ds_depot_load_daily_file_async (depot, get_argument (request, 0), get_option (request, "day"), NULL,
                                    did_load_daily_file, g_steal_pointer (&task));
  else if (is_pdf (command, request))
    ds_depot_export_shift_pdf_async (depot, get_argument (request, 1),
                                     ds_depot_language_from_name (get_option (request, "language")), NULL,
                                     did_export_pdf, g_steal_pointer (&task));
  else
    {
      json_t *answer = command->run (depot, request, &error);

      return_answer (task, answer, error);
    }
}

json_t *
ds_depot_admin_books_run_finish (DsDepot *depot, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, depot), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
