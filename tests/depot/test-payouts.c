/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators pay out, against what is due: net and gross, with fees, late, short, too much, twice, and as entered. */
#include "config.h"

#include "day-fixture.h"

#include "ds-depot-cutoff.h"
#include "ds-depot-export.h"
#include "ds-depot-monitor.h"
#include "ds-depot-payouts.h"
#include "ds-depot-private.h"
#include "ds-error.h"

#include <string.h>

typedef struct
{
  char day[4][DS_DAY_SIZE];
  char subject[4][DS_DAY_SIZE + 4];
} Names;

static void
name_days (DayFixture *self, Names *names)
{
  for (int n = 0; n < 4; n++)
    {
      day_fixture_name_day (self, n, names->day[n]);
      g_snprintf (names->subject[n], sizeof names->subject[n], "003:%s", names->day[n]);
    }
}

/* The first day comes to 30.00 yuan, of which 5.00 were given back. */
static void
work_first_day (DayFixture *self)
{
  DayFile file = day_fixture_begin_file (self, 0);
  g_autofree char *first = day_fixture_pay (self, 1000);
  g_autofree char *second = day_fixture_pay (self, 2000);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) refund = ds_depot_refund (self->base.depot, second, NULL, 500, "scratched", &error);
  g_autoptr (json_t) answer = NULL;

  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  day_file_add (&file, "payment", first, 1000);
  day_file_add (&file, "payment", second, 2000);
  day_file_add (&file, "refund", second, 500);
  bytes = day_file_end (&file);
  day_fixture_go_to (self, 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  day_assert_balanced (answer, 3);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 2500);
}

/* Takes the file in, on the morning after the @n-th day. Returns: (transfer full) */
static json_t *
take_next (DayFixture *self, DayFile *file, int n)
{
  g_autoptr (GBytes) bytes = day_file_end (file);
  g_autoptr (json_t) answer = NULL;
  json_t *again;

  day_fixture_go_to (self, n + 1, 8, 0);
  answer = day_fixture_take (self, bytes);
  /* The same file once more books nothing more. */
  again = day_fixture_take (self, bytes);
  g_assert_true (json_equal (answer, again));
  return again;
}

/* The day as it is listed; all but @open_fen comes from the books. */
static void
assert_day (DayFixture *self, const char *day, gint64 paid_fen, gint64 fee_fen, gint64 open_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) list = ds_depot_list_payouts (self->base.depot, TRUE, &error);
  json_t *item;
  gboolean found = FALSE;
  gsize i;

  g_assert_no_error (error);
  /* The clearing account is explained to the fen. */
  g_assert_cmpint (day_get_number (json_array_get (list, 0), "clearing_fen"), ==,
                   day_fixture_get_balance (self, "clearing:003"));
  g_assert_cmpint (day_get_number (json_array_get (list, 0), "rest_fen"), ==, 0);
  json_array_foreach (list, i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "day")), day) != 0)
      continue;
    found = TRUE;
    g_assert_cmpint (day_get_number (item, "paid_fen"), ==, paid_fen);
    g_assert_cmpint (day_get_number (item, "fee_fen"), ==, fee_fen);
    g_assert_cmpint (day_get_number (item, "open_fen"), ==, open_fen);
  }
  g_assert_true (found);
}

static json_t *
enter (DayFixture *self,
       const char *day,
       gint64 amount_fen,
       gint64 fee_fen,
       const char *reference,
       GError **error)
{
  return ds_depot_book_payout (self->base.depot,
                               &(DsPayout){ .operator_id = "003",
                                            .day = day,
                                            .amount_fen = amount_fen,
                                            .fee_fen = fee_fen,
                                            .reference = reference },
                               error);
}

static json_t *
enter_well (DayFixture *self, const char *day, gint64 amount_fen, gint64 fee_fen, const char *reference)
{
  g_autoptr (GError) error = NULL;
  json_t *answer = enter (self, day, amount_fen, fee_fen, reference, &error);

  g_assert_no_error (error);
  return answer;
}

static void
assert_enter_fails (DayFixture *self, const char *day, gint64 amount_fen, const char *reference, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (enter (self, day, amount_fen, 0, reference, &error));
  g_assert_error (error, DS_ERROR, code);
}

/* By the file */

static void
test_net (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;

  name_days (self, &names);
  work_first_day (self);
  assert_day (self, names.day[0], 0, 0, 2500);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2490, "B-1");
  day_file_add_payout (&file, "fee", names.day[0], 10, "B-1");
  answer = take_next (self, &file, 1);
  day_assert_balanced (answer, 0);
  g_assert_cmpint (day_get_number (answer, "payouts_fen"), ==, 2490);
  g_assert_cmpint (day_get_number (answer, "fees_fen"), ==, 10);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2490);
  g_assert_cmpint (day_fixture_get_balance (self, "fee:003"), ==, 10);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
  assert_day (self, names.day[0], 2490, 10, 0);
}

/* All that came in is paid out, and what was given back is collected; the next day, too. */
static void
test_gross (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) paid = NULL;
  g_autoptr (json_t) collected = NULL;

  name_days (self, &names);
  work_first_day (self);
  day_fixture_go_to (self, 1, 12, 0);
  json_decref (enter_well (self, names.day[0], 3000, 0, "B-1"));
  /* Too much by no more than what is still to be collected. */
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
  assert_day (self, names.day[0], 3000, 0, -500);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "collection", names.day[0], 500, "B-2");
  collected = take_next (self, &file, 1);
  day_assert_balanced (collected, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2500);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
}

static void
test_late (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autofree char *payment = NULL;
  g_autoptr (json_t) paid = NULL;
  g_autoptr (json_t) late = NULL;
  g_autoptr (json_t) at_last = NULL;

  name_days (self, &names);
  work_first_day (self);
  day_fixture_go_to (self, 1, 9, 0);
  payment = day_fixture_pay (self, 700);
  file = day_fixture_begin_file (self, 1);
  day_file_add (&file, "payment", payment, 700);
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-1");
  paid = take_next (self, &file, 1);
  day_assert_balanced (paid, 1);

  /* The second day's does not come on the third, and does on the fourth. */
  file = day_fixture_begin_file (self, 2);
  late = take_next (self, &file, 2);
  g_assert_cmpint (day_find_case (late, "payout-late", names.subject[1], 700), >, 0);
  g_assert_false (json_is_true (json_object_get (late, "balanced")));
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 1);
  file = day_fixture_begin_file (self, 3);
  day_file_add_payout (&file, "payout", names.day[1], 700, "B-2");
  at_last = take_next (self, &file, 3);
  day_assert_balanced (at_last, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 3200);
}

/* Until the first pay-out nobody knows that the files tell of any; by its number it is seen all the same. */
static void
test_never (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *cleared = NULL;

  name_days (self, &names);
  work_first_day (self);
  file = day_fixture_begin_file (self, 1);
  answer = take_next (self, &file, 1);
  day_assert_balanced (answer, 0);
  assert_day (self, names.day[0], 0, 0, 2500);
  text = ds_depot_monitor_to_text (self->base.depot->monitor);
  g_assert_nonnull (strstr (text, "doorstep_clearing_fen{operator=\"003\"} 2500\n"));
  cleared = g_strdup_printf ("doorstep_payout_waiting_seconds{operator=\"003\"} %d", 32 * 3600);
  g_assert_nonnull (strstr (text, cleared));
}

static void
test_short (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) rest = NULL;

  name_days (self, &names);
  work_first_day (self);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2400, "B-1");
  answer = take_next (self, &file, 1);
  g_assert_cmpint (day_find_case (answer, "payout-short", names.subject[0], 100), >, 0);
  /* It was a fee of 0.40, and the rest comes after all. */
  rest = enter_well (self, names.day[0], 60, 0, "B-2");
  g_assert_cmpint (day_get_number (rest, "open_fen"), ==, 40);
  day_fixture_resolve (self, day_find_case (rest, "payout-short", names.subject[0], 40), "fee");
  g_assert_cmpint (day_fixture_get_balance (self, "fee:003"), ==, 40);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
  assert_day (self, names.day[0], 2460, 0, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
}

static void
test_claimed (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) after = NULL;

  name_days (self, &names);
  work_first_day (self);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2400, "B-1");
  answer = take_next (self, &file, 1);
  day_fixture_resolve (self, day_find_case (answer, "payout-short", names.subject[0], 100), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, 100);
  /* What was claimed is paid: it is no day's any more, and the claim is met. */
  after = enter_well (self, names.day[0], 100, 0, "B-2");
  day_fixture_resolve (self, day_find_case (after, "payout-over", names.subject[0], 100), "claim");
  g_assert_cmpint (day_fixture_get_balance (self, "claim:003"), ==, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2500);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
  assert_day (self, names.day[0], 2500, 0, 0);
}

static void
test_duplicate (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) back = NULL;

  name_days (self, &names);
  work_first_day (self);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-1");
  /* The same transfer told twice is one. */
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-1");
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-2");
  answer = take_next (self, &file, 1);
  g_assert_cmpint (day_find_case (answer, "payout-duplicate", names.subject[0], 2500), >, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 5000);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, -2500);
  assert_day (self, names.day[0], 5000, 0, -2500);
  /* The operator takes it back. */
  back = enter_well (self, names.day[0], -2500, 0, "B-3");
  g_assert_cmpint (day_get_number (back, "open_fen"), ==, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2500);
}

static void
test_over (DayFixture *self, gconstpointer data)
{
  Names names;
  g_autoptr (json_t) answer = NULL;

  name_days (self, &names);
  work_first_day (self);
  answer = enter_well (self, names.day[0], 3001, 0, "B-1");
  day_fixture_resolve (self, day_find_case (answer, "payout-over", names.subject[0], 501), "keep");
  g_assert_cmpint (day_fixture_get_balance (self, "result:003"), ==, -501);
  assert_day (self, names.day[0], 3001, 0, 0);
}

/* By hand */

static void
test_entered (DayFixture *self, gconstpointer data)
{
  Names names;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) tomorrow = NULL;

  name_days (self, &names);
  work_first_day (self);
  answer = enter_well (self, names.day[0], 2490, 10, "B-1");
  again = enter_well (self, names.day[0], 2490, 10, "B-1");
  g_assert_true (json_equal (answer, again));
  g_assert_cmpint (day_get_number (answer, "due_fen"), ==, 2500);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2490);
  assert_enter_fails (self, names.day[0], 2491, "B-1", DS_ERROR_CONFLICT);
  assert_enter_fails (self, names.day[1], 2490, "B-1", DS_ERROR_CONFLICT);
  assert_enter_fails (self, names.day[0], -2490, "B-1", DS_ERROR_CONFLICT);
  assert_enter_fails (self, names.day[3], 100, "B-2", DS_ERROR_INVALID);
  assert_enter_fails (self, "yesterday", 100, "B-2", DS_ERROR_INVALID);
  assert_enter_fails (self, names.day[0], 0, "B-2", DS_ERROR_INVALID);
  assert_enter_fails (self, names.day[0], 100, "", DS_ERROR_INVALID);
  assert_enter_fails (self, names.day[0], 100, "B 2", DS_ERROR_INVALID);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2490);

  /* Of a day of which the file is still to come nothing is said. */
  tomorrow = enter_well (self, names.day[1], 100, 0, "B-2");
  g_assert_true (json_is_null (json_object_get (tomorrow, "due_fen")));
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
}

/* The clerk mistyped it, and sees it. */
static void
test_corrected (DayFixture *self, gconstpointer data)
{
  Names names;
  DsPayout payout = { .operator_id = "003", .amount_fen = 2500, .reference = "B-1", .reason = "" };
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) corrected = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) cases = NULL;

  name_days (self, &names);
  work_first_day (self);
  payout.day = names.day[0];
  json_decref (enter_well (self, names.day[1], 2050, 0, "B-1"));
  g_assert_null (ds_depot_book_payout (self->base.depot, &payout, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  payout.reason = "mistyped";
  corrected = ds_depot_book_payout (self->base.depot, &payout, &error);
  g_assert_no_error (error);
  g_assert_cmpint (day_get_number (corrected, "open_fen"), ==, 0);
  again = ds_depot_book_payout (self->base.depot, &payout, &error);
  g_assert_no_error (error);
  g_assert_true (json_equal (corrected, again));
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2500);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
  assert_day (self, names.day[0], 2500, 0, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);
  /* It stands in the record with its reason. */
  cases = ds_depot_list_cases (self->base.depot, TRUE, NULL);
  g_assert_cmpuint (json_array_size (cases), ==, 1);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (cases, 0), "detail")), ==, "mistyped");
}

/* The clerk mistyped it; the file says so, and one of the two is right. */
static void
test_differing (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) other = NULL;
  g_autoptr (json_t) again = NULL;

  name_days (self, &names);
  work_first_day (self);
  json_decref (enter_well (self, names.day[0], 2050, 0, "B-1"));
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-1");
  answer = take_next (self, &file, 1);
  g_assert_cmpint (day_find_case (answer, "payout-short", names.subject[0], 450), >, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2050);
  day_fixture_resolve (self, day_find_case (answer, "payout-differing", "003:payout:B-1", 450), "correct");
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2500);
  g_assert_cmpint (day_fixture_get_balance (self, "clearing:003"), ==, 0);
  g_assert_cmpuint (day_fixture_count_open_cases (self), ==, 0);

  json_decref (enter_well (self, names.day[1], 60, 0, "B-2"));
  file = day_fixture_begin_file (self, 2);
  day_file_add_payout (&file, "payout", names.day[1], 70, "B-2");
  other = take_next (self, &file, 2);
  day_fixture_resolve (self, day_find_case (other, "payout-differing", "003:payout:B-2", 10), "keep");
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2560);

  /* What was decided is not asked again when the next file says the same. */
  file = day_fixture_begin_file (self, 3);
  day_file_add_payout (&file, "payout", names.day[1], 70, "B-2");
  again = take_next (self, &file, 3);
  g_assert_cmpint (day_find_case (again, "payout-differing", "003:payout:B-2", 10), ==, 0);
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 2560);
}

/* Refusing */

static void
test_refused (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file = day_fixture_begin_file (self, 1);
  g_autoptr (GBytes) good = NULL;
  g_autofree char *line = NULL;

  name_days (self, &names);
  work_first_day (self);
  day_file_add_payout (&file, "payout", names.day[0], 2500, "B-1");
  good = day_file_end (&file);
  line = g_strdup_printf ("payout,%s", names.day[0]);
  day_fixture_go_to (self, 2, 8, 0);
  day_fixture_assert_refused (self, day_file_spoil (good, "-file,2,", "-file,1,"), DS_ERROR_INVALID,
                              "version 2");
  day_fixture_assert_refused (self, day_file_spoil (good, "-file,2,", "-file,3,"), DS_ERROR_INVALID, "newer");
  day_fixture_assert_refused (self, day_file_spoil (good, line, "payout,2999-01-01"), DS_ERROR_INVALID,
                              "day");
  day_fixture_assert_refused (self, day_file_spoil (good, line, "payout,somebody"), DS_ERROR_INVALID, "day");
  day_fixture_assert_refused (self, day_file_spoil (good, "B-1", ""), DS_ERROR_INVALID, "number");
  day_fixture_assert_refused (self, day_file_spoil (good, "0.00,B-1", "1.00,B-1"), DS_ERROR_INVALID,
                              "red packet");
  day_fixture_assert_refused (self, day_file_spoil (good, "25.00,0.00,0.00\n", "24.00,0.00,0.00\n"),
                              DS_ERROR_INVALID, "add up");
  day_fixture_assert_refused (self, day_file_spoil (good, "25.00,0.00,0.00\n", "25.00\n"), DS_ERROR_INVALID,
                              "total");
  g_assert_cmpint (day_fixture_get_balance (self, "bank"), ==, 0);
}

/* On paper */

/* The bank's own statement has the transfer on its day, under its number. */
static void
test_camt (DayFixture *self, gconstpointer data)
{
  Names names;
  DayFile file;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) of_bank = NULL;
  g_autoptr (GBytes) of_fee = NULL;

  name_days (self, &names);
  work_first_day (self);
  file = day_fixture_begin_file (self, 1);
  day_file_add_payout (&file, "payout", names.day[0], 2490, "B&1");
  day_file_add_payout (&file, "fee", names.day[0], 10, "B&1");
  json_decref (take_next (self, &file, 1));
  of_bank = ds_depot_export_camt (self->base.depot, "bank", names.day[1], &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (g_bytes_get_data (of_bank, NULL), "<EndToEndId>B&amp;1</EndToEndId>"));
  g_assert_nonnull (strstr (g_bytes_get_data (of_bank, NULL), "<Amt Ccy=\"CNY\">24.90</Amt>"));
  of_fee = ds_depot_export_camt (self->base.depot, "clearing:003", names.day[1], &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (g_bytes_get_data (of_fee, NULL), "<Amt Ccy=\"CNY\">0.10</Amt>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  day_test_add ("/payouts/net", test_net);
  day_test_add ("/payouts/gross", test_gross);
  day_test_add ("/payouts/late", test_late);
  day_test_add ("/payouts/never", test_never);
  day_test_add ("/payouts/short", test_short);
  day_test_add ("/payouts/claimed", test_claimed);
  day_test_add ("/payouts/duplicate", test_duplicate);
  day_test_add ("/payouts/over", test_over);
  day_test_add ("/payouts/entered", test_entered);
  day_test_add ("/payouts/corrected", test_corrected);
  day_test_add ("/payouts/differing", test_differing);
  day_test_add ("/payouts/refused", test_refused);
  day_test_add ("/payouts/camt", test_camt);

  return g_test_run ();
}
