/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld that is killed at the worst moments, and a line that breaks at them: nothing is lost, nothing is charged
 * or booked twice. The handheld is this same program, started with --handheld. */
#include "config.h"

#include "company.h"
#include "process.h"
#include "proxy.h"

#define N_STOPS 12
#define DUE_FEN PROCESS_CASH_FEN

/* Set up */

typedef struct
{
  Company *company;
  Proxy *proxy;
} Scene;

static void
set_up (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) route
      = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");
  g_autoptr (Handheld) handheld = NULL;

  for (guint i = 1; i <= N_STOPS; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,09:00-11:00,35.00,no,\n", i,
                            i, i);
  scene->company = company_new ();
  scene->proxy = proxy_new (ds_depot_get_address (scene->company->depot));
  company_import (scene->company, COMPANY_COURIER, route->str);

  handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, proxy_get_address (scene->proxy));
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  proxy_free (scene->proxy);
  company_free (scene->company);
}

static gint64
get_digital_fen (Company *company)
{
  return company_get_balance_fen (company, "clearing:003")
         + company_get_balance_fen (company, "clearing:007");
}

static gint64
get_cash_fen (Company *company)
{
  return company_get_balance_fen (company, "cash:" COMPANY_COURIER);
}

/* Starts the killed handheld again and lets it catch up; then both sides have to agree. */
static Handheld *
come_back (Scene *scene)
{
  Handheld *handheld = handheld_new (scene->company, "handheld");

  handheld_sync (handheld);
  company_settle (scene->company);
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
  g_assert_cmpint (ds_store_get_health (handheld->store), ==, DS_STORE_HEALTHY);
  return handheld;
}

/* Tests */

static void
test_before_sending (Scene *scene, gconstpointer data)
{
  Process *child = process_new ("--handheld", scene->company->directory);
  g_autoptr (Handheld) handheld = NULL;

  process_say (child, "cash DS01");
  process_wait_for (child, 1, "journalled");
  process_kill (child);
  g_assert_cmpint (get_cash_fen (scene->company), ==, 0);

  handheld = handheld_new (scene->company, "handheld");
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), >, 0);
  g_assert_cmpint (handheld_get_open_fen (handheld, "DS01"), ==, 0);
  g_clear_pointer (&handheld, handheld_free);

  handheld = come_back (scene);
  g_assert_cmpint (get_cash_fen (scene->company), ==, DUE_FEN);
  handheld_sync (handheld);
  g_assert_cmpint (get_cash_fen (scene->company), ==, DUE_FEN);
}

/* The depot has charged the customer, and the handheld dies before it hears of it. */
static void
test_before_the_answer (Scene *scene, gconstpointer data)
{
  g_autoptr (Customer) customer = customer_new (scene->company, "customer", "100", "0");
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (DsStop) stop = NULL;
  DsPayment *payment;
  Process *child = process_new ("--handheld", scene->company->directory);

  process_say (child, "start");
  process_wait_for (child, 1, "caught-up");
  /* Beside the long poll there is a second connection now: no handshake will be needed while replies are lost. */
  process_say (child, "cash DS01");
  process_wait_for (child, 1, "caught-up");
  proxy_swallow_replies (scene->proxy, TRUE);
  customer_run (customer, 0, "payer-code", NULL);
  process_say (child, "scan DS02 %s", customer_get_text (customer, "payer_code"));
  process_wait_for (child, 1, "journalled");
  WAIT_UNTIL (get_digital_fen (scene->company) == DUE_FEN);
  process_kill (child);
  proxy_swallow_replies (scene->proxy, FALSE);

  handheld = handheld_new (scene->company, "handheld");
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 1);
  g_clear_pointer (&handheld, handheld_free);

  handheld = come_back (scene);
  stop = handheld_find_stop (handheld, "DS02");
  g_assert_cmpuint (stop->payments->len, ==, 1);
  payment = g_ptr_array_index (stop->payments, 0);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (get_digital_fen (scene->company), ==, DUE_FEN);
  g_assert_cmpint (company_sum_files_fen (scene->company), ==, DUE_FEN);
  g_assert_cmpint (customer_get_balance_fen (customer), ==, 10000 - DUE_FEN);
}

/* While entries are journalled and sent side by side, the process dies after each of them in turn. */
static void
test_again_and_again (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = NULL;
  guint next = 1;

  for (guint lives = 1; lives <= 4; lives++)
    {
      Process *child = process_new ("--handheld", scene->company->directory);

      process_say (child, "start");
      process_wait_for (child, 1, "caught-up");
      for (guint i = 0; i < lives && next <= N_STOPS; i++)
        process_say (child, "cash DS%02u", next + i);
      process_wait_for (child, lives, "journalled");
      process_kill (child);
      next += lives;
    }

  handheld = come_back (scene);
  g_assert_cmpint (get_cash_fen (scene->company), ==, (next - 1) * DUE_FEN);
  for (guint i = 1; i < next; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("DS%02u", i);
      g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);

      g_assert_cmpuint (stop->payments->len, ==, 1);
    }
}

/* The line breaks after 1, 2, 4 … bytes of the depot's answers: in the handshake, in a head, in a page, in a token. */
static void
test_cut_replies (Scene *scene, gconstpointer data)
{
  g_autoptr (Handheld) handheld = handheld_new (scene->company, "handheld");
  guint n_taken = 0;

  handheld_sync (handheld);
  for (gint64 n_bytes = 1; n_taken < N_STOPS; n_bytes *= 2)
    {
      g_autofree char *waybill = g_strdup_printf ("DS%02u", ++n_taken);
      guint n_cuts = proxy_get_n_cuts (scene->proxy);
      guint n_caught_up = handheld->n_caught_up;

      proxy_cut_replies_after (scene->proxy, n_bytes);
      g_free (handheld_take_cash (handheld, waybill, DUE_FEN));
      ds_link_wake (handheld->link);
      WAIT_UNTIL (proxy_get_n_cuts (scene->proxy) > n_cuts || handheld->n_caught_up > n_caught_up);
    }
  g_assert_cmpuint (proxy_get_n_cuts (scene->proxy), >, 6);

  proxy_cut_replies_after (scene->proxy, -1);
  handheld_sync (handheld);
  company_settle (scene->company);
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
  g_assert_cmpint (ds_store_get_health (handheld->store), ==, DS_STORE_HEALTHY);
  g_assert_cmpint (get_cash_fen (scene->company), ==, N_STOPS * DUE_FEN);
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  if (process_is_one (argc, argv, &status))
    return status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/kill/before-sending", Scene, NULL, set_up, test_before_sending, tear_down);
  g_test_add ("/scenario/kill/before-the-answer", Scene, NULL, set_up, test_before_the_answer, tear_down);
  g_test_add ("/scenario/kill/again-and-again", Scene, NULL, set_up, test_again_and_again, tear_down);
  g_test_add ("/scenario/kill/cut-replies", Scene, NULL, set_up, test_cut_replies, tear_down);
  return g_test_run ();
}
