/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-company.h"

#include <libsoup/soup.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

struct _DsCompany
{
  char *directory;
  char *depot_program;
  char *wallet_program;
  GSubprocess *depot;
  char *bank;    /* base URL of the sandbox bank */
  char *ca_path; /* the certificate authority of both servers */
  SoupSession *session;
};

/* One asynchronous call, waited for with the main loop turning. */
typedef struct
{
  GAsyncResult *result;
} Call;

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Call *)user_data)->result = g_object_ref (result);
}

static GAsyncResult *
wait_for (Call *call)
{
  while (call->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return call->result;
}

static GStrv
collect_arguments (GStrvBuilder *builder, const char *first, va_list arguments)
{
  for (const char *argument = first; argument != NULL; argument = va_arg (arguments, const char *))
    g_strv_builder_add (builder, argument);
  return g_strv_builder_end (builder);
}

static char *
run (GStrv argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      (const char *const *)argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  Call call = { NULL };

  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, did_finish, &call);
  result = wait_for (&call);
  g_subprocess_communicate_utf8_finish (process, result, &output, &errors, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    {
      g_autofree char *command = g_strjoinv (" ", argv);

      g_printerr ("%s\nfailed: %s%s\n", command, output, errors);
      exit (EXIT_FAILURE);
    }
  return g_steal_pointer (&output);
}

static void
read_ready_line (DsCompany *self, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) ready = ds_json_parse_object (line, strlen (line), 64 * 1024, &error);
  const char *bank, *ca;

  g_assert_no_error (error);
  ds_json_unpack (ready, &error, "{s:s, s:s}", "bank", &bank, "ca", &ca);
  g_assert_no_error (error);
  self->bank = g_strdup (bank);
  self->ca_path = g_strdup (ca);
}

static void
make_session (DsCompany *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (self->ca_path, &error);

  g_assert_no_error (error);
  self->session = soup_session_new_with_options ("tls-database", database, "proxy-resolver", NULL, NULL);
}

/* However this program ends, the depot ends with it. */
static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

DsCompany *
ds_company_start (const char *directory, const char *depot_program, const char *wallet_program)
{
  DsCompany *self = g_new0 (DsCompany, 1);
  g_autofree char *depot_directory = g_build_filename (directory, "depot", NULL);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *line = NULL;
  Call call = { NULL };

  self->directory = g_strdup (directory);
  self->depot_program = g_strdup (depot_program);
  self->wallet_program = g_strdup (wallet_program);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->depot = g_subprocess_launcher_spawn (launcher, &error, depot_program, "--dir", depot_directory,
                                             "serve", "--port", "0", "--bank-port", "0", "--sandbox", NULL);
  g_assert_no_error (error);

  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->depot));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, did_finish, &call);
  result = wait_for (&call);
  line = g_data_input_stream_read_line_finish_utf8 (lines, result, NULL, &error);
  g_assert_no_error (error);
  if (line == NULL)
    {
      g_printerr ("The depot ended before it was ready.\n");
      exit (EXIT_FAILURE);
    }
  read_ready_line (self, line);
  make_session (self);
  return self;
}

void
ds_company_stop (DsCompany *self)
{
  g_subprocess_send_signal (self->depot, SIGTERM);
  g_subprocess_wait (self->depot, NULL, NULL);
  g_object_unref (self->depot);
  g_object_unref (self->session);
  g_free (self->directory);
  g_free (self->depot_program);
  g_free (self->wallet_program);
  g_free (self->bank);
  g_free (self->ca_path);
  g_free (self);
}

char *
ds_company_depot (DsCompany *self, const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *directory = ds_company_get_path (self, "depot");
  g_auto (GStrv) argv = NULL;
  va_list arguments;

  g_strv_builder_add_many (builder, self->depot_program, "--dir", directory, NULL);
  va_start (arguments, first);
  argv = collect_arguments (builder, first, arguments);
  va_end (arguments);
  return run (argv);
}

void
ds_company_open_wallet (DsCompany *self,
                        const char *name,
                        const char *operator_id,
                        const char *balance_yuan,
                        const char *red_packet_yuan)
{
  g_autoptr (json_t) wallet = ds_company_wallet (
      self, name, "create", "--bank", self->bank, "--ca", self->ca_path, "--operator", operator_id, "--name",
      name, "--balance", balance_yuan, "--red-packet", red_packet_yuan != NULL ? red_packet_yuan : "0", NULL);

  g_assert_nonnull (wallet);
}

json_t *
ds_company_wallet (DsCompany *self, const char *name, const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *directory = ds_company_get_path (self, name);
  g_auto (GStrv) argv = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  json_t *answer;
  va_list arguments;

  g_strv_builder_add_many (builder, self->wallet_program, "--dir", directory, "--json", NULL);
  va_start (arguments, first);
  argv = collect_arguments (builder, first, arguments);
  va_end (arguments);
  output = run (argv);
  answer = ds_json_parse_object (output, strlen (output), 1024 * 1024, &error);
  g_assert_no_error (error);
  return answer;
}

void
ds_company_set_faults (DsCompany *self, json_t *faults)
{
  g_autofree char *url = g_strconcat (self->bank, "/sandbox/v1/faults", NULL);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_POST, url);
  g_autofree char *text = ds_json_to_line (faults);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Call call = { NULL };

  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, NULL, did_finish, &call);
  result = wait_for (&call);
  reply = soup_session_send_and_read_finish (self->session, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint ((int)soup_message_get_status (message) / 100, ==, 2);
}

void
ds_company_set_line (DsCompany *self, gboolean up)
{
  g_autoptr (json_t) faults = json_pack ("{s:s}", "line", up ? "restored" : "cut");

  ds_company_set_faults (self, faults);
}

char *
ds_company_get_path (DsCompany *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}
