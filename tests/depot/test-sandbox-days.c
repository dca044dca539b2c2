/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot behind the sandbox bank: days are reconciled with the files that its operators give. */
#include "config.h"

#include "bank-fixture.h"

#include "ds-daily-file.h"
#include "ds-day.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"
#include "ds-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define MINUTE_MS (G_GINT64_CONSTANT (60000))

typedef struct
{
  BankFixture *bank;
  DsDepot *depot;
  Phone *phone;
  gint64 day_ms;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *directory = g_build_filename (g_get_user_data_dir (), "depot", NULL);
  g_autoptr (GPtrArray) operators = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  char day[DS_DAY_SIZE];

  self->bank = bank_fixture_new ();
  g_ptr_array_add (operators, g_object_ref (self->bank->a));
  g_ptr_array_add (operators, g_object_ref (self->bank->b));
  self->depot
      = ds_depot_new (directory, NULL, operators, DS_CLOCK (self->bank->clock), self->bank->random, &error);
  g_assert_no_error (error);
  self->phone = phone_new (self->bank, "003", 4, 1000000, 0);
  ds_day_format (ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock)), day);
  g_assert_true (ds_day_parse (day, &self->day_ms, NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  ds_depot_close (self->depot);
  g_clear_object (&self->depot);
  phone_free (self->phone);
  bank_fixture_free (self->bank);
}

#define days_test_add(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

static void
settle (Fixture *self)
{
  do
    bank_fixture_settle (self->bank);
  while (!ds_depot_is_idle (self->depot));
}

static void
go_to (Fixture *self, gint64 minutes)
{
  gint64 at_ms = self->day_ms + minutes * MINUTE_MS;

  ds_manual_clock_advance_ms (self->bank->clock, at_ms - ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock)));
  ds_depot_wake (self->depot);
  settle (self);
}

/* Returns: (transfer full): a payment that the bank made; the depot hears of it by a notification. */
static char *
pay (Fixture *self, gint64 amount_fen)
{
  char *id = bank_fixture_new_id (self->bank);
  g_autofree char *payer_code = phone_make_payer_code (self->phone);
  g_autoptr (DsOrderResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const DsOrder order = { .payment_id = id,
                          .amount_fen = amount_fen,
                          .payee_id = ds_depot_get_payee_id (self->depot),
                          .payee_name = ds_depot_get_payee_name (self->depot),
                          .device_id = "01937a00-0000-7000-8000-000000000000",
                          .place = "",
                          .expires_at_ms = ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock)) + MINUTE_MS };

  ds_operator_charge_async (self->bank->a, &order, payer_code, NULL, bank_fixture_did_answer, self->bank);
  result = bank_fixture_finish (self->bank, self->bank->a, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->state, ==, DS_ORDER_PAID);
  settle (self);
  return id;
}

static GAsyncResult *
wait (Fixture *self)
{
  while (self->bank->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&self->bank->result);
}

/* Returns: (transfer full): what was said of the operator's file of the @n-th day. */
static json_t *
reconcile (Fixture *self, int n)
{
  char day[DS_DAY_SIZE];
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answers = NULL;

  ds_depot_reconcile_async (self->depot, NULL, ds_day_format (self->day_ms + n * DS_DAY_MS, day), NULL,
                            bank_fixture_did_answer, self->bank);
  result = wait (self);
  answers = ds_depot_reconcile_finish (self->depot, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_size (answers), ==, 2);
  settle (self);
  return json_incref (json_array_get (answers, 0));
}

static void
assert_number (json_t *answer, const char *member, gint64 number)
{
  g_assert_cmpint (json_integer_value (json_object_get (answer, member)), ==, number);
}

static void
test_days (Fixture *self, gconstpointer data)
{
  g_autofree char *noon = NULL;
  g_autofree char *late = NULL;
  g_autofree char *fault = NULL;
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;
  gint64 clearing_fen;

  noon = pay (self, 1200);
  /* The bank has it on the first day; the depot hears of it on the second. */
  go_to (self, 24 * 60 - 1);
  bank_fixture_set_faults (self->bank, "{\"slow_ms\": 0, \"notify_times\": 0}");
  late = pay (self, 700);
  g_assert_true (ds_books_get_balance (self->depot->db, "clearing:003", &clearing_fen, NULL));
  g_assert_cmpint (clearing_fen, ==, 1200);
  go_to (self, 32 * 60);
  json_decref (reconcile (self, 0));
  first = reconcile (self, 0);
  assert_number (first, "lines", 2);
  assert_number (first, "matched", 2);
  assert_number (first, "credits_fen", 1900);
  g_assert_true (json_is_true (json_object_get (first, "balanced")));

  /* On the second day the file is wrong by a yuan. */
  bank_fixture_set_faults (self->bank, "{\"notify_times\": 1}");
  g_free (noon);
  noon = pay (self, 3000);
  fault = g_strdup_printf ("{\"file_difference\": {\"payment\": \"%s\", \"fen\": -100}}", noon);
  bank_fixture_set_faults (self->bank, fault);
  go_to (self, 56 * 60);
  second = reconcile (self, 1);
  assert_number (second, "matched", 0);
  g_assert_false (json_is_true (json_object_get (second, "balanced")));
  g_assert_cmpstr (
      json_string_value (json_object_get (json_array_get (json_object_get (second, "cases"), 0), "kind")), ==,
      "daily-differing");
}

/* What an operator gives as text comes to the same as what it gives through its adapter. */
static void
test_text (Fixture *self, gconstpointer data)
{
  g_autofree char *id = pay (self, 1200);
  char day[DS_DAY_SIZE];
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (DsDailyFile) file = NULL;
  g_autoptr (json_t) by_text = NULL;
  g_autoptr (json_t) by_adapter = NULL;

  go_to (self, 32 * 60);
  ds_depot_load_daily_file_async (self->depot, "003", ds_day_format (self->day_ms, day), NULL,
                                  bank_fixture_did_answer, self->bank);
  result = wait (self);
  text = ds_depot_load_daily_file_finish (self->depot, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (g_bytes_get_data (text, NULL), id));
  file = ds_daily_file_parse (text, &error);
  g_assert_no_error (error);
  again = ds_daily_file_to_text (file);
  g_assert_true (g_bytes_equal (text, again));
  by_text = ds_depot_reconcile_file (self->depot, text, day, &error);
  g_assert_no_error (error);
  by_adapter = reconcile (self, 0);
  g_assert_true (json_equal (by_text, by_adapter));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  days_test_add ("/sandbox-days/days", test_days);
  days_test_add ("/sandbox-days/text", test_text);

  return g_test_run ();
}
