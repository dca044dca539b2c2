/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld, or its depot, that does nothing at all for a while, as a machine that is suspended: in the middle of a
 * request, of an unknown payment, of a long poll. Both go on where they were, and nothing is lost or doubled. */
#include "config.h"

#include "company.h"
#include "process.h"

#define N_STOPS 4
#define DUE_FEN PROCESS_CASH_FEN

static char *
make_route (void)
{
  GString *route = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");

  for (guint i = 1; i <= N_STOPS; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,09:00-11:00,35.00,no,\n", i,
                            i, i);
  return g_string_free (route, FALSE);
}

/* An enrolled handheld with an open shift, closed again. */
static Company *
make_company (void)
{
  Company *company = company_new ();
  g_autofree char *route = make_route ();
  g_autoptr (Handheld) handheld = NULL;

  company_import (company, COMPANY_COURIER, route);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);
  return company;
}

static gint64
get_digital_fen (Company *company)
{
  return company_get_balance_fen (company, "clearing:003")
         + company_get_balance_fen (company, "clearing:007");
}

/* What is wanted of both sides in the end. */
static void
check_payments (Company *company)
{
  g_autoptr (Handheld) handheld = handheld_new (company, "handheld");

  handheld_sync (handheld);
  for (guint i = 1; i <= N_STOPS; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("DS%02u", i);
      g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);

      g_assert_cmpuint (stop->payments->len, ==, 1);
      g_assert_cmpint (((DsPayment *)g_ptr_array_index (stop->payments, 0))->state, ==, DS_PAYMENT_PAID);
    }
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
}

/* It is stopped as soon as something is journalled, a payer code first, then cash: the request may be on its way, the
 * charge done, the answer in its socket, its long poll open. What it does not know on going on, it is told. */
static void
test_handheld (void)
{
  g_autoptr (Company) company = make_company ();
  g_autoptr (Customer) customer = customer_new (company, "customer", "100", "0");

  customer_run (customer, 0, "payer-code", NULL);
  for (guint i = 1; i <= N_STOPS; i++)
    {
      g_autoptr (Process) process = process_new ("--handheld", company->directory);

      process_say (process, "start");
      process_wait_for (process, 1, "caught-up");
      if (i == 1)
        process_say (process, "scan DS%02u %s", i, customer_get_text (customer, "payer_code"));
      else
        process_say (process, "cash DS%02u", i);
      process_wait_for (process, 1, "journalled");
      process_stop (process);
      company_settle (company);
      process_go_on (process);
      process_wait_for (process, 1, "caught-up");
      WAIT_UNTIL (get_digital_fen (company) == DUE_FEN);
      g_assert_cmpint (company_get_balance_fen (company, "cash:" COMPANY_COURIER), ==, (i - 1) * DUE_FEN);
    }
  check_payments (company);
  g_assert_cmpint (company_sum_files_fen (company), ==, DUE_FEN);
  g_assert_cmpint (customer_get_balance_fen (customer), ==, 10000 - DUE_FEN);
}

static gint64
get_cash_fen (Process *depot)
{
  g_autofree char *answer = NULL;

  process_say (depot, "cash");
  answer = process_listen (depot);
  return g_ascii_strtoll (answer, NULL, 10);
}

/* The depot is stopped while a long poll is open and money is being told: the courier goes on collecting, nothing is
 * called sent, and when the depot goes on it has everything once. */
static void
test_depot (void)
{
  g_autofree char *directory = g_dir_make_tmp ("doorstep-suspend-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "route.csv", NULL);
  g_autofree char *route = make_route ();
  g_autofree char *code = NULL;
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  Company nobody = { .directory = directory, .clock = clock, .random = random };
  g_autoptr (Process) depot = NULL;
  g_autoptr (Handheld) handheld = NULL;

  g_assert_true (g_file_set_contents (path, route, -1, NULL));
  depot = process_new ("--depot", directory);
  process_say (depot, "enrol");
  code = process_listen (depot);
  handheld = handheld_new (&nobody, "handheld");
  handheld_enrol_with (handheld, code);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);

  for (guint i = 1; i <= N_STOPS; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("DS%02u", i);
      guint n_caught_up = handheld->n_caught_up;

      process_stop (depot);
      g_free (handheld_take_cash (handheld, waybill, DUE_FEN));
      g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 1);
      g_assert_cmpint (handheld_get_open_fen (handheld, waybill), ==, 0);
      process_go_on (depot);
      WAIT_UNTIL (handheld->n_caught_up > n_caught_up);
      g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
      g_assert_cmpint (get_cash_fen (depot), ==, i * DUE_FEN);
    }
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  if (process_is_one (argc, argv, &status))
    return status;
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/suspend/handheld", test_handheld);
  g_test_add_func ("/scenario/suspend/depot", test_depot);
  return g_test_run ();
}
