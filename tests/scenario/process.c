/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "process.h"

#include "company.h"

#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *own_path;

/* Within: never ends by itself, but when nobody is there any more. */

static void
tell (const char *what)
{
  printf ("%s\n", what);
  fflush (stdout);
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
obey_all (void (*obey) (gpointer whose, GStrv words), gpointer whose)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) commands = g_data_input_stream_new (input);
  char *command;

  tell ("ready");
  while ((command = read_command (commands)) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (command, " ", -1);

      obey (whose, words);
      g_free (command);
    }
}

static void
tell_caught_up (DsLink *link, gpointer user_data)
{
  tell ("caught-up");
}

static void
obey_as_handheld (gpointer whose, GStrv words)
{
  Handheld *handheld = whose;

  if (g_str_equal (words[0], "start"))
    ds_link_start (handheld->link);
  else if (g_str_equal (words[0], "cash"))
    {
      g_free (handheld_take_cash (handheld, words[1], PROCESS_CASH_FEN));
      tell ("journalled");
    }
  else if (g_str_equal (words[0], "scan"))
    {
      g_autoptr (DsAnswer) answer = handheld_scan (handheld, words[1], NULL, words[2]);

      g_assert_cmpint (answer->kind, ==, DS_ANSWER_SCANNED);
      tell ("journalled");
    }
  else
    g_error ("no such command: %s", words[0]);
}

static void
be_a_handheld (const char *directory)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  Company nobody = { .directory = (char *)directory, .clock = clock, .random = random };
  g_autoptr (Handheld) handheld = handheld_new (&nobody, "handheld");

  g_signal_connect (handheld->link, "caught-up", G_CALLBACK (tell_caught_up), NULL);
  obey_all (obey_as_handheld, handheld);
}

static void
obey_as_depot (gpointer whose, GStrv words)
{
  Company *company = whose;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_equal (words[0], "enrol"))
    answer = ds_depot_enrol (company->depot, COMPANY_COURIER, "王磊", NULL, &error);
  else if (g_str_equal (words[0], "cash"))
    answer
        = g_strdup_printf ("%" G_GINT64_FORMAT, company_get_balance_fen (company, "cash:" COMPANY_COURIER));
  else
    g_error ("no such command: %s", words[0]);
  g_assert_no_error (error);
  tell (answer);
}

/* With the route that lies in the directory. */
static void
be_a_depot (const char *directory)
{
  g_autoptr (Company) company = company_new ();
  g_autofree char *path = g_build_filename (directory, "route.csv", NULL);
  g_autofree char *route = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &route, NULL, &error);
  g_assert_no_error (error);
  company_import (company, COMPANY_COURIER, route);
  obey_all (obey_as_depot, company);
}

gboolean
process_is_one (int argc, char **argv, int *status)
{
  *status = EXIT_SUCCESS;
  own_path = argv[0];
  if (argc != 3)
    return FALSE;
  if (g_str_equal (argv[1], "--handheld"))
    be_a_handheld (argv[2]);
  else if (g_str_equal (argv[1], "--depot"))
    be_a_depot (argv[2]);
  else
    return FALSE;
  return TRUE;
}

/* As the test sees it */

char *
process_listen (Process *self)
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

void
process_wait_for (Process *self, guint n, const char *expected)
{
  while (n > 0)
    {
      g_autofree char *answer = process_listen (self);

      n -= g_str_equal (answer, expected);
    }
}

Process *
process_new (const char *role, const char *directory)
{
  Process *self = g_new0 (Process, 1);
  g_autoptr (GError) error = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    own_path, role, directory, NULL);
  g_assert_no_error (error);
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  process_wait_for (self, 1, "ready");
  return self;
}

void
process_say (Process *self, const char *format, ...)
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

void
process_stop (Process *self)
{
  g_subprocess_send_signal (self->process, SIGSTOP);
}

void
process_go_on (Process *self)
{
  g_subprocess_send_signal (self->process, SIGCONT);
}

void
process_kill (Process *self)
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
