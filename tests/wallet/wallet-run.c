/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wallet-run.h"

#include "ds-decoder.h"

#include <glib/gstdio.h>
#include <string.h>

WalletRun *
wallet_run_new (void)
{
  WalletRun *self = g_new0 (WalletRun, 1);

  self->bank = bank_fixture_new_at (g_get_real_time () / 1000);
  self->directory = g_dir_make_tmp ("ds-wallet-XXXXXX", NULL);
  g_assert_nonnull (self->directory);
  return self;
}

static void
forget (WalletRun *self)
{
  g_clear_pointer (&self->output, json_decref);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->complaint, g_free);
}

void
wallet_run_free (WalletRun *self)
{
  g_autoptr (GDir) directory = g_dir_open (self->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = wallet_run_get_path (self, name);

      g_unlink (path);
    }
  g_rmdir (self->directory);
  g_free (self->directory);
  bank_fixture_free (self->bank);
  forget (self);
  g_free (self);
}

static GSubprocess *
start (WalletRun *self, va_list arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const char *argument;
  GSubprocess *process;

  g_assert_nonnull (g_getenv ("DS_WALLET"));
  g_ptr_array_add (argv, (gpointer)g_getenv ("DS_WALLET"));
  g_ptr_array_add (argv, (gpointer) "--dir");
  g_ptr_array_add (argv, self->directory);
  while ((argument = va_arg (arguments, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer)argument);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_newv ((const char *const *)argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

void
wallet_run (WalletRun *self, ...)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  va_list arguments;

  forget (self);
  va_start (arguments, self);
  process = start (self, arguments);
  va_end (arguments);

  g_subprocess_communicate_utf8_async (process, NULL, NULL, bank_fixture_did_answer, self->bank);
  while (self->bank->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&self->bank->result);
  g_subprocess_communicate_utf8_finish (process, result, &output, &self->complaint, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));

  self->status = g_subprocess_get_exit_status (process);
  self->words = g_strchomp (g_strdup (output));
  if (*self->words == '{')
    self->output = ds_json_parse_object (self->words, strlen (self->words), G_MAXSIZE, NULL);
}

void
wallet_run_create (WalletRun *self, const char *balance, const char *red_packet)
{
  g_autofree char *ca_path = bank_fixture_get_ca_path (self->bank);

  wallet_run (self, "--json", "create", "--bank", ds_bank_server_get_address (self->bank->server), "--ca",
              ca_path, "--operator", "003", "--name", "李小华", "--balance", balance, "--red-packet",
              red_packet, NULL);
  g_assert_cmpstr (self->complaint, ==, "");
  g_assert_cmpint (self->status, ==, 0);
}

const char *
wallet_run_get_text (WalletRun *self, const char *name)
{
  const char *text = json_string_value (json_object_get (self->output, name));

  g_assert_nonnull (text);
  return text;
}

gint64
wallet_run_get_fen (WalletRun *self, const char *name)
{
  g_assert_true (json_is_integer (json_object_get (self->output, name)));
  return json_integer_value (json_object_get (self->output, name));
}

char *
wallet_run_get_path (WalletRun *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

char *
wallet_run_read_picture (const char *path)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) symbols = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (g_steal_pointer (&contents), n);
  symbols = ds_decode_picture (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols->len, ==, 1);
  return g_strdup (((DsSymbol *)g_ptr_array_index (symbols, 0))->text);
}
