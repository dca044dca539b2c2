/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#include <glib/gstdio.h>
#include <string.h>

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

static gboolean
bark (gpointer user_data)
{
  g_error ("nothing happened for %d s: %s", COMPANY_WATCHDOG_S, (const char *)user_data);
  return G_SOURCE_REMOVE;
}

guint
company_set_watchdog (const char *what)
{
  return g_timeout_add_seconds (COMPANY_WATCHDOG_S, bark, (gpointer)what);
}

void
company_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

char *
company_get_path (Company *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

static void
line_changed (DsBank *bank, GParamSpec *pspec, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ds_depot_set_line (user_data, !ds_bank_get_line_cut (bank), &error);
  g_assert_no_error (error);
}

static void
open_depot (Company *self)
{
  g_autofree char *path = company_get_path (self, "depot");
  g_autoptr (GError) error = NULL;

  self->depot = ds_depot_new (path, NULL, self->operators, self->clock, self->random, &error);
  g_assert_no_error (error);
  ds_depot_listen (self->depot, FALSE, 0, &error);
  g_assert_no_error (error);
  g_signal_connect_object (self->bank, "notify::line-cut", G_CALLBACK (line_changed), self->depot, 0);
}

static Company *
make_company (gboolean for_practice)
{
  Company *self = g_new0 (Company, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *depot_path = NULL;
  g_autofree char *bank_path = NULL;

  self->directory = g_dir_make_tmp ("doorstep-company-XXXXXX", &error);
  g_assert_no_error (error);
  depot_path = company_get_path (self, "depot");
  bank_path = company_get_path (self, "bank.db");
  self->clock = ds_clock_new_system ();
  self->random = ds_random_new_system ();
  self->bank = ds_bank_new (bank_path, self->clock, self->random, &error);
  g_assert_no_error (error);
  self->operators = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_A));
  g_ptr_array_add (self->operators, ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_B));

  if (for_practice)
    ds_depot_prepare_practice (depot_path, "Practice depot", "Practice", &error);
  g_assert_no_error (error);
  open_depot (self);
  self->bank_server = ds_bank_server_new (
      self->bank, ds_authority_get_server_certificate (ds_depot_get_authority (self->depot)));
  ds_bank_server_listen (self->bank_server, 0, &error);
  g_assert_no_error (error);
  return self;
}

Company *
company_new (void)
{
  return make_company (FALSE);
}

Company *
company_new_for_practice (void)
{
  return make_company (TRUE);
}

void
company_set_limit (Company *self, const char *name, gint64 value)
{
  g_autofree char *path = company_get_path (self, "depot/settings.json");
  g_autoptr (json_t) settings = json_load_file (path, 0, NULL);

  g_assert_nonnull (settings);
  json_object_set_new (json_object_get (settings, "limits"), name, json_integer (value));
  g_assert_cmpint (json_dump_file (settings, path, 0), ==, 0);
  ds_depot_close (self->depot);
  g_clear_object (&self->depot);
  open_depot (self);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
company_free (Company *self)
{
  ds_depot_close (self->depot);
  g_clear_object (&self->depot);
  g_clear_object (&self->bank_server);
  g_clear_pointer (&self->operators, g_ptr_array_unref);
  g_clear_object (&self->bank);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self);
}

void
company_import (Company *self, const char *courier, const char *csv)
{
  g_autoptr (GBytes) bytes = g_bytes_new (csv, strlen (csv));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;
  DsImportOptions options = { .courier_id = courier };

  ds_depot_import_async (self->depot, bytes, &options, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  report = ds_depot_import_finish (self->depot, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_size (json_object_get (report, "refused")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (report, "codes_waiting")), ==, 0);
}

void
company_settle (Company *self)
{
  WAIT_UNTIL (ds_depot_is_idle (self->depot));
}

json_t *
company_load_books (Company *self)
{
  g_autoptr (GError) error = NULL;
  json_t *books = ds_depot_books_to_json (self->depot, &error);

  g_assert_no_error (error);
  return books;
}

gint64
company_get_balance_fen (Company *self, const char *account)
{
  g_autoptr (json_t) books = company_load_books (self);

  return json_integer_value (json_object_get (json_object_get (books, "accounts"), account));
}

static gint64
sum_file_fen (Company *self, DsOperator *operator)
{
  gint64 now_ms = ds_clock_get_wall_ms (self->clock);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) error = NULL;
  gint64 sum_fen = 0;

  ds_operator_load_file_async (operator, ds_depot_get_payee_id (self->depot), now_ms - DAY_MS,
                               now_ms + DAY_MS, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  lines = ds_operator_load_file_finish (operator, result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (lines, i);

      sum_fen += g_str_equal (line->kind, "refund") ? -line->amount_fen : line->amount_fen;
    }
  return sum_fen;
}

gint64
company_sum_files_fen (Company *self)
{
  gint64 sum_fen = 0;

  for (guint i = 0; i < self->operators->len; i++)
    sum_fen += sum_file_fen (self, g_ptr_array_index (self->operators, i));
  return sum_fen;
}

/* Programs */

static GPtrArray *
collect_arguments (const char *program, va_list arguments)
{
  GPtrArray *argv = g_ptr_array_new ();
  const char *argument;

  g_assert_nonnull (program);
  g_ptr_array_add (argv, (gpointer)program);
  while ((argument = va_arg (arguments, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer)argument);
  return argv;
}

/* Returns: the exit status. */
static int
run (GPtrArray *argv, char **output)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;

  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *)argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_subprocess_communicate_utf8_finish (process, result, output, &complaint, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (*complaint != '\0')
    g_test_message ("%s", complaint);
  return g_subprocess_get_exit_status (process);
}

json_t *
company_ask (const char *program, ...)
{
  g_autoptr (GPtrArray) argv = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;
  json_t *answer;
  int status;

  va_start (arguments, program);
  argv = collect_arguments (program, arguments);
  va_end (arguments);
  status = run (argv, &output);
  if (status != 0)
    return NULL;
  answer = ds_json_parse_object (output, strlen (output), strlen (output), &error);
  g_assert_no_error (error);
  return answer;
}

void
company_run (const char *program, ...)
{
  g_autoptr (GPtrArray) argv = NULL;
  g_autofree char *output = NULL;
  va_list arguments;
  int status;

  va_start (arguments, program);
  argv = collect_arguments (program, arguments);
  va_end (arguments);
  status = run (argv, &output);
  g_test_message ("%s", output);
  g_assert_cmpint (status, ==, 0);
}

/* Customers */

Customer *
customer_new (Company *company, const char *name, const char *balance, const char *red_packet)
{
  Customer *self = g_new0 (Customer, 1);
  g_autofree char *ca = g_build_filename (company->directory, "depot", "ca.pem", NULL);

  self->company = company;
  self->directory = company_get_path (company, name);
  customer_run (self, 0, "create", "--bank", ds_bank_server_get_address (company->bank_server), "--ca", ca,
                "--operator", DS_SANDBOX_OPERATOR_A, "--name", name, "--balance", balance, "--red-packet",
                red_packet, NULL);
  return self;
}

void
customer_free (Customer *self)
{
  g_clear_pointer (&self->output, json_decref);
  g_free (self->directory);
  g_free (self);
}

void
customer_run (Customer *self, int status, ...)
{
  g_autoptr (GPtrArray) argv = NULL;
  g_autofree char *output = NULL;
  va_list arguments;

  g_clear_pointer (&self->output, json_decref);
  va_start (arguments, status);
  argv = collect_arguments (g_getenv ("DS_WALLET"), arguments);
  va_end (arguments);
  g_ptr_array_insert (argv, 1, (gpointer) "--json");
  g_ptr_array_insert (argv, 1, self->directory);
  g_ptr_array_insert (argv, 1, (gpointer) "--dir");
  self->status = run (argv, &output);
  g_test_message ("%s: %s", self->directory, g_strchomp (output));
  self->output = ds_json_parse_object (output, strlen (output), strlen (output), NULL);
  g_assert_cmpint (self->status, ==, status);
}

const char *
customer_get_text (Customer *self, const char *member)
{
  const char *text = json_string_value (json_object_get (self->output, member));

  g_assert_nonnull (text);
  return text;
}

gint64
customer_get_balance_fen (Customer *self)
{
  customer_run (self, 0, "balance", NULL);
  return json_integer_value (json_object_get (self->output, "balance_fen"));
}

DsKey *
customer_load_key (Customer *self)
{
  g_autofree char *path = g_build_filename (self->directory, "key.pem", NULL);
  g_autofree char *pem = NULL;
  g_autoptr (GError) error = NULL;
  DsKey *key;

  g_file_get_contents (path, &pem, NULL, &error);
  g_assert_no_error (error);
  key = ds_key_new_from_pem (pem, &error);
  g_assert_no_error (error);
  return key;
}

void
customer_set_faults (Customer *self, const char *json)
{
  customer_run (self, 0, "faults", json, NULL);
}
