/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot behind the sandbox bank: days are reconciled with the files that its operators give. */
#include "config.h"

#include "bank-fixture.h"

#include "ds-daily-file.h"
#include "ds-day.h"
#include "ds-depot-cutoff.h"
#include "ds-depot-morning.h"
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

static gint64
get_balance (Fixture *self, const char *account)
{
  gint64 balance_fen;

  g_assert_true (ds_books_get_balance (self->depot->db, account, &balance_fen, NULL));
  return balance_fen;
}

/* @kind: (nullable): of the only case that is open; its money */
static void
assert_case (json_t *answer, const char *kind, gint64 amount_fen)
{
  json_t *cases = json_object_get (answer, "cases");

  g_assert_cmpuint (json_array_size (cases), ==, kind != NULL ? 1 : 0);
  if (kind == NULL)
    return;
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (cases, 0), "kind")), ==, kind);
  assert_number (json_array_get (cases, 0), "amount_fen", amount_fen);
}

/* A day's work of 10.00 yuan, and the file of the @n-th day on the morning after it, with faults that hold for the pay-out
 * of the day before. Returns: (transfer full) */
static json_t *
work_day (Fixture *self, int n, const char *faults)
{
  g_free (pay (self, 1000));
  go_to (self, (n + 1) * 24 * 60 + 8 * 60);
  bank_fixture_set_faults (self->bank, faults);
  return reconcile (self, n);
}

/* The bank pays out each day on the next one, as well as its faults let it; the books and the bank agree on what moved. */
static void
test_payouts (Fixture *self, gconstpointer data)
{
  g_autoptr (json_t) first = work_day (self, 0, "{}");
  g_autoptr (json_t) with_fee = NULL;
  g_autoptr (json_t) too_short = NULL;
  g_autoptr (json_t) late = NULL;
  g_autoptr (json_t) twice = NULL;

  assert_case (first, NULL, 0);
  assert_number (first, "payouts_fen", 0);
  with_fee = work_day (self, 1, "{\"payout_fee_fen\": 20}");
  assert_case (with_fee, NULL, 0);
  assert_number (with_fee, "payouts_fen", 980);
  assert_number (with_fee, "fees_fen", 20);
  g_assert_cmpint (get_balance (self, "bank"), ==, 980);
  g_assert_cmpint (get_balance (self, "fee:003"), ==, 20);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 1000);

  too_short = work_day (self, 2, "{\"payout_fee_fen\": 0, \"payout_difference_fen\": -100}");
  assert_case (too_short, "payout-short", 100);
  {
    g_autoptr (GError) error = NULL;
    json_t *open = json_array_get (json_object_get (too_short, "cases"), 0);
    g_autoptr (json_t) done
        = ds_depot_resolve (self->depot, json_integer_value (json_object_get (open, "case")), "write-off",
                            "not worth a letter", &error);

    g_assert_no_error (error);
  }

  late = work_day (self, 3, "{\"payout_difference_fen\": 0, \"payout_late_days\": 1}");
  assert_case (late, "payout-late", 1000);
  /* The late one comes, and that of the fourth day twice. */
  twice = work_day (self, 4, "{\"payout_late_days\": 0, \"payout_times\": 2}");
  assert_case (twice, "payout-duplicate", 1000);
  assert_number (twice, "payouts_fen", 3000);
  g_assert_cmpint (get_balance (self, "bank"), ==, 980 + 900 + 1000 + 2000);
  g_assert_cmpint (get_balance (self, "result:003"), ==, 100);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 0);
  bank_fixture_check_ledger (self->bank);
}

static json_t *
do_morning (Fixture *self, const char *day, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  json_t *answer;

  ds_depot_morning_async (self->depot, day, NULL, bank_fixture_did_answer, self->bank);
  result = wait (self);
  answer = ds_depot_morning_finish (self->depot, result, error);
  settle (self);
  return answer;
}

static json_t *
do_morning_well (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  json_t *answer = do_morning (self, NULL, &error);

  g_assert_no_error (error);
  return answer;
}

static void
assert_morning (Fixture *self, json_t *answer, gboolean complete, guint n_days, int closed_until)
{
  char day[DS_DAY_SIZE];

  g_assert_true (json_is_true (json_object_get (answer, "complete")) == complete);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "days")), ==, n_days);
  g_assert_cmpstr (json_string_value (json_object_get (answer, "closed_until")), ==,
                   closed_until < 0 ? NULL : ds_day_format (self->day_ms + closed_until * DS_DAY_MS, day));
}

/* Days that were missed, or of which an operator's file did not come, are done with the next morning. */
static void
test_morning (Fixture *self, gconstpointer data)
{
  g_autoptr (json_t) down = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) nothing = NULL;
  g_autoptr (json_t) days = NULL;
  g_autoptr (json_t) cut_offs = NULL;
  g_autoptr (GError) error = NULL;
  char today[DS_DAY_SIZE];
  json_t *operators;

  g_free (pay (self, 1000));
  go_to (self, 32 * 60);
  bank_fixture_set_faults (self->bank, "{\"down\": \"007\"}");
  down = do_morning_well (self);
  assert_morning (self, down, FALSE, 1, -1);
  operators = json_object_get (json_array_get (json_object_get (down, "days"), 0), "operators");
  assert_number (json_array_get (operators, 0), "matched", 1);
  g_assert_nonnull (json_object_get (json_array_get (operators, 1), "error"));
  g_assert_nonnull (json_object_get (json_array_get (json_object_get (down, "days"), 0), "error"));

  bank_fixture_set_faults (self->bank, "{\"down\": \"none\"}");
  again = do_morning_well (self);
  assert_morning (self, again, TRUE, 1, 0);
  operators = json_object_get (json_array_get (json_object_get (again, "days"), 0), "operators");
  g_assert_true (json_is_true (json_object_get (json_array_get (operators, 0), "known")));
  nothing = do_morning_well (self);
  assert_morning (self, nothing, TRUE, 0, 0);

  /* Three mornings without a machine. */
  g_free (pay (self, 700));
  go_to (self, (4 * 24 + 8) * 60);
  g_assert_null (do_morning (self, ds_day_format (self->day_ms + 4 * DS_DAY_MS, today), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  days = do_morning_well (self);
  assert_morning (self, days, TRUE, 3, 3);
  cut_offs = ds_depot_list_cut_offs (self->depot, NULL);
  g_assert_cmpuint (json_array_size (cut_offs), ==, 4);
  /* By then both days are paid out. */
  g_assert_cmpint (get_balance (self, "bank"), ==, 1700);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  days_test_add ("/sandbox-days/days", test_days);
  days_test_add ("/sandbox-days/text", test_text);
  days_test_add ("/sandbox-days/payouts", test_payouts);
  days_test_add ("/sandbox-days/morning", test_morning);

  return g_test_run ();
}
