/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each way to take money, by the handheld's real program as a process of its own, against the real depot and bank. It is
 * killed at its first call that leaves something behind (a write, a sync, a send …), then at its second, and so on until
 * the flow gets through. After every kill the handheld is started again and finishes what a courier would finish at that
 * door. Then each door is paid for once in every book: the handheld's, the depot's, the operators'; what was shown as
 * taken is still taken; and the store calls itself healthy. */
#include "config.h"

#include "bank-fixture.h"
#include "campaign.h"
#include "company.h"
#include "kill-counter.h"

#include "ds-encoding.h"
#include "ds-evidence.h"

#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_STOPS 60
#define DUE_FEN 3500
#define PART_FEN 1000

typedef enum
{
  FLOW_CASH,
  FLOW_CODE,    /* a live code is shown, and the receipt scanned */
  FLOW_PAYER,   /* the customer's payer code is scanned */
  FLOW_VOUCHER, /* without a network */
  FLOW_SPLIT,   /* a part in cash, the rest by code */
  FLOW_CLOSE,
  N_FLOWS,
} Flow;

static const char *const flow_names[] = { "cash", "code", "payer", "voucher", "split", "close" };

static const char *own_path;

/* The handheld's process */

static void
tell (const char *what, const char *more, const char *still_more)
{
  printf ("%s %s %s\n", what, more, still_more);
  fflush (stdout);
}

/* Returns: (transfer full): what the customer answers. */
static char *
hear (void)
{
  char line[4096];

  g_assert_nonnull (fgets (line, sizeof line, stdin));
  return g_strdup (g_strchomp (line));
}

/* Returns: (transfer full): the payment. */
static char *
scan (Handheld *handheld, const char *waybill, const char *payment, const char *text, DsAnswerKind wanted)
{
  g_autoptr (DsAnswer) answer = handheld_scan (handheld, waybill, payment, text);

  /* The depot may have told the same first. */
  if (answer->kind != DS_ANSWER_ALREADY)
    g_assert_cmpint (answer->kind, ==, wanted);
  tell ("taken", answer->payment->id, "");
  return g_strdup (answer->payment->id);
}

static void
show_and_scan (Handheld *handheld, const char *waybill, DsAnswerKind wanted)
{
  g_autofree char *picture = company_get_path (handheld->company, "screen.png");
  g_autoptr (DsPresentation) code = handheld_present (handheld, waybill, picture);
  g_autofree char *answer = NULL;

  tell ("shown", code->payment_id, code->text);
  answer = hear ();
  g_free (scan (handheld, waybill, code->payment_id, answer, wanted));
}

static void
take_part (Handheld *handheld, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  const char *const waybills[] = { waybill, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) changed = NULL;
  g_autofree char *payment = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_take_cash_async (handheld->door, stop->id, waybills, PART_FEN, PART_FEN, FALSE, NULL,
                           company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  changed = ds_door_take_cash_finish (handheld->door, result, &payment, &error);
  g_assert_no_error (error);
  tell ("taken", payment, "");
}

static void
take_all (Handheld *handheld, const char *waybill)
{
  g_autofree char *payment = handheld_take_cash (handheld, waybill, DUE_FEN);

  tell ("taken", payment, "");
}

static void
go_through (Handheld *handheld, Flow flow, const char *waybill, const char *argument)
{
  g_autofree char *payment = NULL;

  switch (flow)
    {
    case FLOW_CASH:
      take_all (handheld, waybill);
      break;
    case FLOW_CODE:
      show_and_scan (handheld, waybill, DS_ANSWER_PAID);
      break;
    case FLOW_PAYER:
      payment = scan (handheld, waybill, NULL, argument, DS_ANSWER_SCANNED);
      WAIT_FOR_STATE (handheld, payment, "paid");
      break;
    case FLOW_VOUCHER:
      show_and_scan (handheld, waybill, DS_ANSWER_ACCEPTED);
      break;
    case FLOW_SPLIT:
      take_part (handheld, waybill);
      show_and_scan (handheld, waybill, DS_ANSWER_PAID);
      break;
    default:
      handheld_close_shift (handheld, strtoll (argument, NULL, 10));
      return;
    }
  handheld_deliver (handheld, waybill);
}

/* DIRECTORY FLOW WAYBILL ARGUMENT CALL HALF */
static int
be_a_handheld (char **argv)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  Company nobody = { .directory = argv[0], .clock = clock, .random = random };
  g_autoptr (Handheld) handheld = handheld_new (&nobody, "handheld");
  Flow flow = (Flow)atoi (argv[1]);
  guint call = (guint)atoi (argv[4]);

  if (flow != FLOW_VOUCHER)
    handheld_sync (handheld);
  kill_counter_arm (call, atoi (argv[5]));
  go_through (handheld, flow, argv[2], argv[3]);
  ds_link_start (handheld->link);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  kill_counter_disarm ();
  tell ("through", "", "");
  return EXIT_SUCCESS;
}

/* The test */

typedef struct
{
  Company *company;
  BankFixture bank; /* what a phone needs of it */
  Phone *phone;
  Campaign *campaign;
  guint32 seed;
  guint n_doors;             /* that are paid for */
  gint64 cash_of_shifts_fen; /* of shifts that are closed */
} Scene;

/* What the handheld's process said before it was killed. */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  GPtrArray *shown; /* (element-type utf8): payments */
  GPtrArray *taken;
  gboolean through;
} Life;

/* What lies in the drawer of the shift that is open. */
static gint64
get_drawer_fen (Scene *scene)
{
  return company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER) - scene->cash_of_shifts_fen;
}

static void
open_company (Scene *scene)
{
  g_autoptr (GString) route
      = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");
  g_autofree char *ca = NULL;
  g_autoptr (GTlsDatabase) trusted = NULL;
  g_autoptr (Handheld) handheld = NULL;

  for (guint i = 0; i < N_STOPS; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,09:00-11:00,35.00,no,\n", i,
                            i, i + 1);
  scene->company = company_new ();
  company_import (scene->company, COMPANY_COURIER, route->str);

  ca = g_build_filename (scene->company->directory, "depot", "ca.pem", NULL);
  trusted = g_tls_file_database_new (ca, NULL);
  scene->bank.clock = (DsManualClock *)scene->company->clock;
  scene->bank.random = scene->company->random;
  scene->bank.bank = scene->company->bank;
  scene->bank.server = scene->company->bank_server;
  scene->bank.session = soup_session_new_with_options ("tls-database", trusted, "proxy-resolver", NULL, NULL);
  scene->phone = phone_new (&scene->bank, DS_SANDBOX_OPERATOR_A, 3, N_STOPS * DUE_FEN, 0);
  scene->n_doors = 0;
  scene->cash_of_shifts_fen = 0;

  handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);
}

static void
close_company (Scene *scene)
{
  g_clear_pointer (&scene->phone, phone_free);
  soup_session_abort (scene->bank.session);
  g_clear_object (&scene->bank.session);
  g_clear_pointer (&scene->company, company_free);
}

/* What the customer does with the code on the screen. Returns: (transfer full): the code on the phone. */
static char *
answer_code (Scene *scene, Flow flow, const char *payment, const char *code)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsEvidence) evidence = NULL;
  g_autoptr (GError) error = NULL;

  if (flow == FLOW_VOUCHER)
    {
      g_autoptr (DsWalletCertificate) certificate
          = ds_wallet_certificate_parse (scene->phone->certificate, &error);
      const DsEvidence draft = {
        .kind = DS_EVIDENCE_VOUCHER,
        .payment_id = (char *)payment,
        .amount_fen = DUE_FEN,
        .payee_id = (char *)ds_depot_get_payee_id (scene->company->depot),
        .counter = scene->phone->counter++,
        .at_s = ds_clock_get_wall_ms (scene->company->clock) / 1000,
      };

      evidence = ds_voucher_sign (scene->phone->key, certificate, &draft, &error);
    }
  else
    {
      g_autoptr (json_t) paid = phone_pay (scene->phone, code);

      assert_payment (paid, "paid");
      bytes = ds_base64url_decode (json_string_value (json_object_get (paid, "receipt")), -1, &error);
      g_assert_no_error (error);
      evidence = ds_evidence_parse (bytes, &error);
    }
  g_assert_no_error (error);
  return ds_evidence_to_text (evidence);
}

/* Returns: (transfer full) (nullable): the next thing it says; %NULL when it is dead. */
static char *
listen (Life *life)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (life->output, G_PRIORITY_DEFAULT, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return g_data_input_stream_read_line_finish (life->output, result, NULL, NULL);
}

static void
attend (Scene *scene, Life *life, Flow flow)
{
  char *said;

  while ((said = listen (life)) != NULL)
    {
      g_autofree char *line = said;
      g_auto (GStrv) words = g_strsplit (line, " ", 3);

      if (g_str_equal (words[0], "shown"))
        {
          g_autofree char *answer = answer_code (scene, flow, words[1], words[2]);
          g_autofree char *text = g_strconcat (answer, "\n", NULL);

          g_ptr_array_add (life->shown, g_strdup (words[1]));
          /* It may be dead by now. */
          g_output_stream_write_all (g_subprocess_get_stdin_pipe (life->process), text, strlen (text), NULL,
                                     NULL, NULL);
        }
      else if (g_str_equal (words[0], "taken"))
        g_ptr_array_add (life->taken, g_strdup (words[1]));
      else if (g_str_equal (words[0], "through"))
        life->through = TRUE;
    }
}

static void
life_clear (Life *life)
{
  g_clear_object (&life->output);
  g_clear_object (&life->process);
  g_ptr_array_unref (life->shown);
  g_ptr_array_unref (life->taken);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Life, life_clear)

/* Runs the handheld's process until it is killed at its @call-th call, or through. */
static void
live (Scene *scene, Life *life, Flow flow, const char *waybill, guint call, gboolean half)
{
  g_autofree char *argument = NULL;
  g_autofree char *flow_text = g_strdup_printf ("%d", flow);
  g_autofree char *call_text = g_strdup_printf ("%u", call);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (flow == FLOW_PAYER)
    {
      /* A phone's payer code is good once in a while. */
      Phone *phone = phone_new (&scene->bank, DS_SANDBOX_OPERATOR_A, 3, DUE_FEN, 0);

      argument = phone_make_payer_code (phone);
      phone_free (phone);
    }
  else
    argument = g_strdup_printf ("%" G_GINT64_FORMAT, get_drawer_fen (scene));
  life->shown = g_ptr_array_new_with_free_func (g_free);
  life->taken = g_ptr_array_new_with_free_func (g_free);
  life->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    own_path, "--handheld", scene->company->directory, flow_text, waybill,
                                    argument, call_text, half ? "1" : "0", NULL);
  g_assert_no_error (error);
  life->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (life->process));
  attend (scene, life, flow);
  g_subprocess_wait_async (life->process, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  if (life->through)
    g_assert_true (g_subprocess_get_successful (life->process));
  else
    {
      g_assert_true (g_subprocess_get_if_signaled (life->process));
      g_assert_cmpint (g_subprocess_get_term_sig (life->process), ==, SIGKILL);
    }
}

static void
catch_up (Scene *scene, Handheld *handheld)
{
  handheld_sync (handheld);
  company_settle (scene->company);
  handheld_sync (handheld);
}

/* Returns: (nullable): what is wrong with what the process had shown. */
static const char *
check_shown (Handheld *handheld, const Life *life, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);

  for (guint i = 0; i < life->shown->len; i++)
    {
      if (ds_stop_find_payment (stop, g_ptr_array_index (life->shown, i)) == NULL)
        return "a code was shown whose payment is not there";
    }
  for (guint i = 0; i < life->taken->len; i++)
    {
      if (ds_stop_find_payment (stop, g_ptr_array_index (life->taken, i)) == NULL)
        return "a payment was taken that is not there";
    }
  return NULL;
}

/* The customer stands there still: what is owed is taken in cash, whatever became of a code that nobody paid. */
static void
finish_door (Scene *scene, Handheld *handheld, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  const char *const waybills[] = { waybill, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) changed = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  if (debt.open_fen > 0)
    {
      ds_door_take_cash_async (handheld->door, stop->id, waybills, debt.open_fen, debt.open_fen, TRUE, NULL,
                               company_keep_result, &result);
      WAIT_UNTIL (result != NULL);
      changed = ds_door_take_cash_finish (handheld->door, result, NULL, &error);
      g_assert_no_error (error);
    }
  handheld_deliver (handheld, waybill);
  catch_up (scene, handheld);
  scene->n_doors++;
}

/* Returns: (transfer full) (nullable): where the books differ. */
static char *
check_books (Scene *scene, Handheld *handheld, const char *waybill)
{
  Company *company = scene->company;
  gint64 expected_fen = (gint64)scene->n_doors * DUE_FEN;
  gint64 cash_fen = company_get_balance_fen (company, "cash:" COMPANY_COURIER);
  gint64 digital_fen
      = company_get_balance_fen (company, "clearing:003") + company_get_balance_fen (company, "clearing:007");
  gint64 files_fen = company_sum_files_fen (company);
  g_autoptr (json_t) books = company_load_books (company);

  if (ds_store_get_n_unsent (handheld->store) != 0 || handheld_get_open_fen (handheld, waybill) != 0
      || handheld_count_problems (handheld, "quarantined") != 0
      || json_integer_value (json_object_get (books, "sum_fen")) != 0 || files_fen != digital_fen
      || cash_fen + digital_fen != expected_fen
      || company_get_balance_fen (company, "payable:merchant") != -expected_fen
      || company_get_balance_fen (company, "suspense") != 0)
    return g_strdup_printf ("%u doors: cash %" G_GINT64_FORMAT ", digital %" G_GINT64_FORMAT
                            ", operators %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT,
                            scene->n_doors, cash_fen, digital_fen, files_fen, expected_fen);
  return NULL;
}

/* Returns: (transfer full) (nullable): what is wrong with the shift's statement. */
static char *
finish_shift (Scene *scene, Handheld *handheld)
{
  g_autoptr (json_t) statement = NULL;

  if (ds_store_get_shift (handheld->store)->closed_at_ms == 0)
    handheld_close_shift (handheld, get_drawer_fen (scene));
  catch_up (scene, handheld);
  statement = handheld_wait_for_statement (handheld);
  if (!json_is_true (json_object_get (statement, "balanced")))
    return json_dumps (statement, 0);
  scene->cash_of_shifts_fen += get_drawer_fen (scene);
  handheld_open_shift (handheld, 0);
  catch_up (scene, handheld);
  return NULL;
}

/* Kills at one call. Returns: whether the flow got that far. */
static gboolean
kill_at (Scene *scene, Flow flow, const char *waybill, guint call, gboolean half)
{
  g_auto (Life) life = { 0 };
  g_autoptr (Handheld) handheld = NULL;
  g_autofree char *wrong = NULL;

  live (scene, &life, flow, waybill, call, half);
  handheld = handheld_new (scene->company, "handheld");
  catch_up (scene, handheld);
  if (flow == FLOW_CLOSE)
    wrong = finish_shift (scene, handheld);
  else
    {
      wrong = g_strdup (check_shown (handheld, &life, waybill));
      finish_door (scene, handheld, waybill);
      if (wrong == NULL)
        wrong = check_books (scene, handheld, waybill);
    }
  scene->campaign->n_cases += !life.through;
  if (wrong != NULL)
    {
      g_autofree char *what = g_strdup_printf ("%s, killed at call %u: %s", flow_names[flow], call, wrong);

      campaign_note_violation (scene->campaign, scene->seed, what);
    }
  return !life.through;
}

/* The flows in turn, each killed two calls later than before; a flow that got through begins anew, and what was written
 * whole before is now written half, or the other way round. Two test programs share the calls. */
static void
test_kill_points (gconstpointer data)
{
  guint first = GPOINTER_TO_UINT (data);
  guint calls[N_FLOWS] = { first, first, first, first, first, first };
  guint rounds[N_FLOWS] = { 0 };
  Campaign campaign;
  Scene scene = { .campaign = &campaign };

  campaign_begin (&campaign, "kill-points", 500);
  while (campaign_goes_on (&campaign) && campaign.n_violations == 0)
    {
      open_company (&scene);
      for (guint door = 0; door < N_STOPS && campaign_goes_on (&campaign) && campaign.n_violations == 0;
           door++)
        {
          Flow flow = (Flow)((door + campaign.first_seed) % N_FLOWS);
          g_autofree char *waybill = g_strdup_printf ("DS%02u", door);

          if (kill_at (&scene, flow, waybill, calls[flow], (calls[flow] / 2 + rounds[flow]) % 2))
            calls[flow] += 2;
          else
            {
              calls[flow] = first;
              rounds[flow]++;
            }
        }
      close_company (&scene);
    }
  for (Flow flow = 0; flow < N_FLOWS; flow++)
    g_test_message ("%s: through %u times, now at call %u", flow_names[flow], rounds[flow], calls[flow]);
  campaign_end (&campaign);
}

int
main (int argc, char **argv)
{
  if (argc == 8 && g_str_equal (argv[1], "--handheld"))
    return be_a_handheld (argv + 2);

  own_path = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_data_func ("/scenario/kill-points/odd", GUINT_TO_POINTER (1), test_kill_points);
  g_test_add_data_func ("/scenario/kill-points/even", GUINT_TO_POINTER (2), test_kill_points);
  return g_test_run ();
}
