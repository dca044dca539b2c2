/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld that is killed at the worst moments, and a line that breaks at them: nothing is lost, nothing is charged
 * or booked twice. The handheld is this same program, started with --handheld. */
#include "config.h"

#include "company.h"
#include "proxy.h"

#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_STOPS 12
#define DUE_FEN 3500

static const char *own_path;

/* The handheld's process: takes commands, tells what happened, and never ends by itself. */

static void
tell (const char *what)
{
  printf ("%s\n", what);
  fflush (stdout);
}

static void
tell_caught_up (DsLink *link, gpointer user_data)
{
  tell ("caught-up");
}

/* Returns: (transfer full) (nullable): the next command; %NULL when nobody is there any more. */
static char *
read_command (GDataInputStream *commands)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (commands, G_PRIORITY_DEFAULT, NULL, company_keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_data_input_stream_read_line_finish (commands, result, NULL, NULL);
}

static void
obey (Handheld *handheld, const char *command)
{
  g_auto (GStrv) words = g_strsplit (command, " ", -1);

  if (g_str_equal (words[0], "start"))
    ds_link_start (handheld->link);
  else if (g_str_equal (words[0], "cash"))
    {
      g_free (handheld_take_cash (handheld, words[1], DUE_FEN));
      tell ("journalled");
    }
  else if (g_str_equal (words[0], "scan"))
    {
      g_autoptr (DsAnswer) answer = handheld_scan (handheld, words[1], NULL, words[2]);

      g_assert_cmpint (answer->kind, ==, DS_ANSWER_SCANNED);
      tell ("journalled");
    }
  else
    g_error ("no such command: %s", command);
}

static int
be_a_handheld (const char *directory)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  Company nobody = { .directory = (char *)directory, .clock = clock, .random = random };
  g_autoptr (Handheld) handheld = handheld_new (&nobody, "handheld");
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) commands = g_data_input_stream_new (input);
  char *command;

  g_signal_connect (handheld->link, "caught-up", G_CALLBACK (tell_caught_up), NULL);
  tell ("ready");
  while ((command = read_command (commands)) != NULL)
    {
      obey (handheld, command);
      g_free (command);
    }
  return EXIT_SUCCESS;
}

/* Its process as the test sees it */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *answers;
} Child;

/* Returns: (transfer full): the next thing it says. */
static char *
child_listen (Child *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *answer;

  g_data_input_stream_read_line_async (self->answers, G_PRIORITY_DEFAULT, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  answer = g_data_input_stream_read_line_finish (self->answers, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer); /* it has not ended */
  return answer;
}

/* Waits until it has said @expected @n times, whatever else it says. */
static void
child_wait_for (Child *self, guint n, const char *expected)
{
  while (n > 0)
    {
      g_autofree char *answer = child_listen (self);

      n -= g_str_equal (answer, expected);
    }
}

static Child *
child_new (Company *company)
{
  Child *self = g_new0 (Child, 1);
  g_autoptr (GError) error = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    own_path, "--handheld", company->directory, NULL);
  g_assert_no_error (error);
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  child_wait_for (self, 1, "ready");
  return self;
}

static void
child_say (Child *self, const char *format, ...)
{
  g_autofree char *words = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strconcat (words, "\n", NULL);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL, NULL,
                             &error);
  g_assert_no_error (error);
}

/* kill -9 */
static void
child_kill (Child *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_subprocess_send_signal (self->process, SIGKILL);
  g_subprocess_wait_async (self->process, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (g_subprocess_get_if_signaled (self->process));
  g_object_unref (self->answers);
  g_object_unref (self->process);
  g_free (self);
}

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
  Child *child = child_new (scene->company);
  g_autoptr (Handheld) handheld = NULL;

  child_say (child, "cash DS01");
  child_wait_for (child, 1, "journalled");
  child_kill (child);
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
  Child *child = child_new (scene->company);

  child_say (child, "start");
  child_wait_for (child, 1, "caught-up");
  /* Beside the long poll there is a second connection now: no handshake will be needed while replies are lost. */
  child_say (child, "cash DS01");
  child_wait_for (child, 1, "caught-up");
  proxy_swallow_replies (scene->proxy, TRUE);
  customer_run (customer, 0, "payer-code", NULL);
  child_say (child, "scan DS02 %s", customer_get_text (customer, "payer_code"));
  child_wait_for (child, 1, "journalled");
  WAIT_UNTIL (get_digital_fen (scene->company) == DUE_FEN);
  child_kill (child);
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
      Child *child = child_new (scene->company);

      child_say (child, "start");
      child_wait_for (child, 1, "caught-up");
      for (guint i = 0; i < lives && next <= N_STOPS; i++)
        child_say (child, "cash DS%02u", next + i);
      child_wait_for (child, lives, "journalled");
      child_kill (child);
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
  if (argc == 3 && g_str_equal (argv[1], "--handheld"))
    return be_a_handheld (argv[2]);

  own_path = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/kill/before-sending", Scene, NULL, set_up, test_before_sending, tear_down);
  g_test_add ("/scenario/kill/before-the-answer", Scene, NULL, set_up, test_before_the_answer, tear_down);
  g_test_add ("/scenario/kill/again-and-again", Scene, NULL, set_up, test_again_and_again, tear_down);
  g_test_add ("/scenario/kill/cut-replies", Scene, NULL, set_up, test_cut_replies, tear_down);
  return g_test_run ();
}
