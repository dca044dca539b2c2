/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The books against the operators' daily files, day after day, and the days' end. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-day.h"
#include "ds-depot-cutoff.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"
#define HOUR_MS (G_GINT64_CONSTANT (3600000))

typedef struct
{
  DepotFixture base;
  char *shift;
  gint64 day_ms; /* the first day's begin */
} Fixture;

/* To @hour:@minute of the @n-th day of the test, the first being 0. */
static void
go_to (Fixture *self, int n, int hour, int minute)
{
  gint64 at_ms = self->day_ms + n * DS_DAY_MS + hour * HOUR_MS + minute * (HOUR_MS / 60);
  gint64 now_ms = ds_clock_get_wall_ms (DS_CLOCK (self->base.clock));

  g_assert_cmpint (at_ms, >=, now_ms);
  ds_manual_clock_advance_ms (self->base.clock, at_ms - now_ms);
  ds_depot_wake (self->base.depot);
  depot_fixture_settle (&self->base);
  if (self->base.device != NULL)
    depot_fixture_renew_token (&self->base);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  char today[DS_DAY_SIZE];

  depot_fixture_set_up (&self->base, data);
  ds_day_format (ds_clock_get_wall_ms (DS_CLOCK (self->base.clock)), today);
  g_assert_true (ds_day_parse (today, &self->day_ms, NULL));
  self->day_ms += DS_DAY_MS;
  go_to (self, 0, 9, 0);
  depot_fixture_enrol (&self->base);
  self->shift = depot_fixture_open_shift (&self->base, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  depot_fixture_tear_down (&self->base, data);
  g_free (self->shift);
}

#define reconcile_test_add(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

/* Files as an operator writes them, by hand */

typedef struct
{
  GString *text;
  gint64 noon_ms;
  guint n;
  gint64 credits_fen;
  gint64 refunds_fen;
} File;

static const char *
name_day (Fixture *self, int n, char day[DS_DAY_SIZE])
{
  return ds_day_format (self->day_ms + n * DS_DAY_MS, day);
}

static File
begin_file (Fixture *self, int n)
{
  File file = { .text = g_string_new (NULL), .noon_ms = self->day_ms + n * DS_DAY_MS + 12 * HOUR_MS };
  char day[DS_DAY_SIZE];

  g_string_printf (file.text,
                   "#doorstep-daily-file,1,003,%s,%s\ntime,kind,payment,amount,red_packet,operator_ref\n",
                   ds_depot_get_payee_id (self->base.depot), name_day (self, n, day));
  return file;
}

static void
add_line (File *self, const char *kind, const char *payment_id, gint64 amount_fen)
{
  char time[DS_RFC3339_SIZE];
  char amount[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (self->text, "%s,%s,%s,%s,0.00,REF%u\n",
                          ds_clock_format_rfc3339 (self->noon_ms, time), kind, payment_id,
                          ds_money_format (amount_fen, amount), self->n++);
  *(strcmp (kind, "refund") == 0 ? &self->refunds_fen : &self->credits_fen) += amount_fen;
}

static GBytes *
end_file (File *self)
{
  char credits[DS_MONEY_TEXT_SIZE];
  char refunds[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (self->text, "#total,%u,%s,%s\n", self->n,
                          ds_money_format (self->credits_fen, credits),
                          ds_money_format (self->refunds_fen, refunds));
  return g_string_free_to_bytes (g_steal_pointer (&self->text));
}

/* Taking them in */

static json_t *
take (Fixture *self, GBytes *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = NULL;
  json_t *answer = ds_depot_reconcile_file (self->base.depot, file, NULL, &error);

  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  books = ds_depot_books_to_json (self->base.depot, &error);
  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  return answer;
}

static void
assert_refused (Fixture *self, GBytes *file_, int code, const char *words)
{
  g_autoptr (GBytes) file = file_;
  g_autoptr (GError) error = NULL;
  gint64 n_before, n_after;

  ds_depot_sql_get_int (self->base.depot->db, &n_before, 0, NULL, "SELECT count (*) FROM daily_line", "");
  g_assert_null (ds_depot_reconcile_file (self->base.depot, file, NULL, &error));
  g_assert_error (error, DS_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
  ds_depot_sql_get_int (self->base.depot->db, &n_after, 0, NULL, "SELECT count (*) FROM daily_line", "");
  g_assert_cmpint (n_before, ==, n_after);
}

static gint64
get_number (json_t *answer, const char *member)
{
  return json_integer_value (json_object_get (answer, member));
}

static void
assert_balanced (json_t *answer, gint64 n_matched)
{
  g_assert_true (json_is_true (json_object_get (answer, "balanced")));
  g_assert_cmpint (get_number (answer, "matched"), ==, n_matched);
}

/* Returns: the number of the case among those of the answer, or 0. */
static gint64
find_case (json_t *answer, const char *kind, const char *subject, gint64 amount_fen)
{
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (answer, "cases"), i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), kind) == 0
        && g_strcmp0 (json_string_value (json_object_get (item, "subject")), subject) == 0)
      {
        g_assert_cmpint (get_number (item, "amount_fen"), ==, amount_fen);
        return get_number (item, "case");
      }
  }
  return 0;
}

static void
resolve (Fixture *self, gint64 number, const char *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_resolve (self->base.depot, number, how, "looked at", &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
}

static char *
pay (Fixture *self, gint64 amount_fen)
{
  char *id = depot_fixture_scan (&self->base, self->shift, PAYER_CODE_A, amount_fen);

  depot_fixture_assert_state (&self->base, id, "paid");
  return id;
}

static guint
count_open_cases (Fixture *self)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (self->base.depot, FALSE, NULL);

  return (guint)json_array_size (cases);
}

static gint64
get_balance (Fixture *self, const char *account)
{
  return depot_fixture_get_balance (&self->base, account);
}

/* Matching */

static void
test_matched (Fixture *self, gconstpointer data)
{
  g_autofree char *first = pay (self, 1000);
  g_autofree char *second = pay (self, 2050);
  File file = begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) files = NULL;
  g_autoptr (json_t) before = NULL;

  add_line (&file, "payment", second, 2050);
  add_line (&file, "payment", first, 1000);
  bytes = end_file (&file);
  before = ds_depot_list_in_transit (self->base.depot, NULL);
  g_assert_cmpuint (json_array_size (before), ==, 2);
  go_to (self, 1, 8, 0);
  answer = take (self, bytes);
  assert_balanced (answer, 2);
  g_assert_cmpint (get_number (answer, "credits_fen"), ==, 3050);
  again = take (self, bytes);
  g_assert_true (json_equal (answer, again));
  g_assert_cmpuint (count_open_cases (self), ==, 0);
  files = ds_depot_list_daily_files (self->base.depot, NULL);
  g_assert_cmpint (get_number (json_array_get (files, 0), "settled_fen"), ==, 3050);
}

static void
test_cases (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = pay (self, 1000);
  g_autofree char *twice = pay (self, 2000);
  g_autofree char *differing = pay (self, 3000);
  g_autofree char *good = pay (self, 4000);
  File file = begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) settled = NULL;

  add_line (&file, "payment", twice, 2000);
  add_line (&file, "payment", twice, 2000);
  add_line (&file, "payment", differing, 2990);
  add_line (&file, "payment", good, 4000);
  add_line (&file, "payment", "nobody-knows", 500);
  bytes = end_file (&file);
  go_to (self, 1, 8, 0);
  answer = take (self, bytes);
  again = take (self, bytes);
  g_assert_true (json_equal (answer, again));
  g_assert_false (json_is_true (json_object_get (answer, "balanced")));
  g_assert_cmpint (get_number (answer, "matched"), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "cases")), ==, 4);
  g_assert_cmpuint (count_open_cases (self), ==, 4);

  g_assert_null (ds_depot_resolve (self->base.depot, find_case (answer, "daily-missing", missing, 1000),
                                   "done", "seen", NULL));
  resolve (self, find_case (answer, "daily-missing", missing, 1000), "claim");
  g_assert_cmpint (get_balance (self, "claim:003"), ==, 1000);
  resolve (self, find_case (answer, "daily-duplicate", twice, 2000), "claim");
  g_assert_cmpint (get_balance (self, "claim:003"), ==, -1000);
  resolve (self, find_case (answer, "daily-extra", "nobody-knows", 500), "claim");
  g_assert_cmpint (get_balance (self, "claim:003"), ==, -1500);
  resolve (self, find_case (answer, "daily-differing", differing, 10), "write-off");
  g_assert_cmpint (get_balance (self, "result:003"), ==, 10);
  /* The books say now what the operator says. */
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 2000 + 2000 + 2990 + 4000 + 500);
  settled = take (self, bytes);
  g_assert_true (json_is_true (json_object_get (settled, "balanced")));
  g_assert_cmpuint (count_open_cases (self), ==, 0);
}

/* Paid a minute before midnight, and the operator's clock said it was after. */
static void
test_in_transit (Fixture *self, gconstpointer data)
{
  g_autofree char *late = NULL;
  g_autofree char *never = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;
  g_autoptr (json_t) waiting = NULL;
  File file = begin_file (self, 0);

  go_to (self, 0, 23, 59);
  late = pay (self, 1000);
  never = pay (self, 700);
  first = end_file (&file);
  go_to (self, 1, 8, 0);
  before = take (self, first);
  assert_balanced (before, 0);
  g_assert_cmpint (get_number (before, "in_transit"), ==, 2);
  g_assert_cmpint (get_number (before, "in_transit_fen"), ==, 1700);
  g_assert_cmpuint (count_open_cases (self), ==, 0);

  file = begin_file (self, 1);
  add_line (&file, "payment", late, 1000);
  second = end_file (&file);
  go_to (self, 2, 8, 0);
  after = take (self, second);
  g_assert_cmpint (get_number (after, "matched"), ==, 1);
  g_assert_cmpint (get_number (after, "in_transit"), ==, 0);
  g_assert_cmpint (find_case (after, "daily-missing", never, 700), >, 0);
  g_assert_cmpuint (count_open_cases (self), ==, 1);
  waiting = ds_depot_list_in_transit (self->base.depot, NULL);
  g_assert_cmpuint (json_array_size (waiting), ==, 0);
}

/* Matched on one day, and there again on the next. */
static void
test_again_next_day (Fixture *self, gconstpointer data)
{
  g_autofree char *id = pay (self, 1000);
  File file = begin_file (self, 0);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;

  add_line (&file, "payment", id, 1000);
  first = end_file (&file);
  go_to (self, 1, 8, 0);
  before = take (self, first);
  assert_balanced (before, 1);
  file = begin_file (self, 1);
  add_line (&file, "payment", id, 1000);
  second = end_file (&file);
  go_to (self, 2, 8, 0);
  after = take (self, second);
  resolve (self, find_case (after, "daily-duplicate", id, 1000), "claim");
  g_assert_cmpint (get_balance (self, "claim:003"), ==, -1000);
}

/* Well before the cut-off nothing is in transit: it is missing. */
static void
test_not_in_transit (Fixture *self, gconstpointer data)
{
  File file = begin_file (self, 0);
  g_autofree char *id = NULL;
  g_autoptr (GBytes) bytes = end_file (&file);
  g_autoptr (json_t) answer = NULL;

  go_to (self, 0, 23, 29);
  id = pay (self, 1000);
  go_to (self, 1, 8, 0);
  answer = take (self, bytes);
  g_assert_cmpint (get_number (answer, "in_transit"), ==, 0);
  g_assert_cmpint (find_case (answer, "daily-missing", id, 1000), >, 0);
}

/* The depot had not heard of it: the file makes it ask, the answer books it, and the case closes by itself. */
static void
test_heard_by_file (Fixture *self, gconstpointer data)
{
  g_autofree char *id = depot_fixture_make_id (&self->base);
  File file = begin_file (self, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;

  test_operator_pay (self->base.operator_a, id, 900);
  add_line (&file, "payment", id, 900);
  bytes = end_file (&file);
  go_to (self, 1, 8, 0);
  answer = take (self, bytes);
  g_assert_cmpint (find_case (answer, "daily-extra", id, 900), >, 0);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 900);
  again = take (self, bytes);
  assert_balanced (again, 1);
  /* What is left is the money that no journal explains. */
  g_assert_cmpuint (count_open_cases (self), ==, 1);
  g_assert_cmpint (get_balance (self, "suspense"), ==, -900);
}

static void
did_reconcile (GObject *source, GAsyncResult *result, gpointer answer)
{
  g_autoptr (GError) error = NULL;

  *(json_t **)answer = ds_depot_reconcile_finish (DS_DEPOT (source), result, &error);
  g_assert_no_error (error);
}

/* Two operators have the same payment: what the one says of its money is not ended by the other's file. */
static void
test_two_operators (Fixture *self, gconstpointer data)
{
  g_autofree char *id = pay (self, 1000);
  g_autofree char *subject = g_strconcat (id, "@007", NULL);
  g_autoptr (json_t) cases = NULL;
  char day[DS_DAY_SIZE];

  test_operator_pay (self->base.operator_b, id, 1000);
  go_to (self, 1, 8, 0);
  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (json_t) answers = NULL;

      ds_depot_reconcile_async (self->base.depot, NULL, name_day (self, 0, day), NULL, did_reconcile,
                                &answers);
      while (answers == NULL)
        g_main_context_iteration (NULL, TRUE);
      depot_fixture_settle (&self->base);
      assert_balanced (json_array_get (answers, 0), 1);
      g_assert_cmpint (find_case (json_array_get (answers, 1), "daily-extra", subject, 1000), >, 0);
      g_assert_cmpuint (count_open_cases (self), ==, 1);
    }
  cases = ds_depot_list_cases (self->base.depot, FALSE, NULL);
  resolve (self, get_number (json_array_get (cases, 0), "case"), "claim");
  g_assert_cmpint (get_balance (self, "claim:007"), ==, -1000);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 1000);
  g_assert_cmpuint (count_open_cases (self), ==, 0);
}

/* One of the two says that it was given back. */
static void
test_refunds (Fixture *self, gconstpointer data)
{
  g_autofree char *theirs = pay (self, 1000);
  g_autofree char *ours = pay (self, 2000);
  g_autofree char *both = pay (self, 3000);
  g_autofree char *subject = g_strconcat (theirs, ":refund", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) refunded = NULL;
  g_autoptr (json_t) late = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  File file = begin_file (self, 0);

  refunded = ds_depot_refund (self->base.depot, both, NULL, 300, "scratched", &error);
  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  go_to (self, 0, 23, 50);
  late = ds_depot_refund (self->base.depot, ours, NULL, 500, "scratched", &error);
  g_assert_no_error (error);
  depot_fixture_settle (&self->base);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 6000 - 800);

  add_line (&file, "payment", theirs, 1000);
  add_line (&file, "refund", theirs, 1000);
  add_line (&file, "payment", ours, 2000);
  add_line (&file, "payment", both, 3000);
  add_line (&file, "refund", both, 300);
  bytes = end_file (&file);
  go_to (self, 1, 8, 0);
  answer = take (self, bytes);
  g_assert_cmpint (get_number (answer, "refunds_fen"), ==, 1300);
  g_assert_cmpint (get_number (answer, "matched"), ==, 4);
  g_assert_cmpint (get_number (answer, "in_transit_fen"), ==, -500);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "cases")), ==, 1);
  resolve (self, find_case (answer, "daily-differing", subject, 1000), "claim");
  g_assert_cmpint (get_balance (self, "claim:003"), ==, 1000);
  g_assert_cmpint (get_balance (self, "clearing:003"), ==, 6000 - 800 - 1000);
}

/* Refusing */

/* Returns: (transfer full): the good file with one text in the place of another. */
static GBytes *
spoil (GBytes *good, const char *what, const char *with)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  GString *spoilt = g_string_new (text);

  g_assert_cmpuint (g_string_replace (spoilt, what, with, 1), ==, 1);
  return g_string_free_to_bytes (spoilt);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *first = pay (self, 1000);
  g_autofree char *second = pay (self, 2000);
  File file = begin_file (self, 0);
  File other = begin_file (self, 2);
  char day[DS_DAY_SIZE];
  char next[DS_DAY_SIZE];
  g_autoptr (GBytes) good = NULL;
  g_autoptr (GBytes) skips = NULL;
  g_autoptr (json_t) answer = NULL;

  add_line (&file, "payment", first, 1000);
  add_line (&file, "payment", second, 2000);
  good = end_file (&file);
  skips = end_file (&other);
  assert_refused (self, g_bytes_ref (good), DS_ERROR_STATE, "not over");
  go_to (self, 3, 8, 0);
  name_day (self, 0, day);
  name_day (self, 1, next);
  assert_refused (self, spoil (good, "20.00,", "20.001,"), DS_ERROR_INVALID, "Line 4");
  assert_refused (self, spoil (good, "20.00,", "-20.00,"), DS_ERROR_INVALID, "amount");
  assert_refused (self, spoil (good, "20.00,", "19.99,"), DS_ERROR_INVALID, "add up");
  assert_refused (self, spoil (good, "#total,2", "#total,3"), DS_ERROR_INVALID, "number of lines");
  assert_refused (self, spoil (good, "#total,2,30.00,0.00\n", ""), DS_ERROR_INVALID, "cut");
  assert_refused (self, spoil (good, "payment,", "donation,"), DS_ERROR_INVALID, "kind");
  assert_refused (self, spoil (good, ",1,003", ",2,003"), DS_ERROR_INVALID, "newer");
  assert_refused (self, spoil (good, ",1,003", ",1,009"), DS_ERROR_INVALID, "operator 009");
  assert_refused (self, spoil (good, ds_depot_get_payee_id (self->base.depot), "SOMEBODY"), DS_ERROR_INVALID,
                  "SOMEBODY");
  /* The head says another day than the lines. */
  assert_refused (self, spoil (good, day, next), DS_ERROR_INVALID, "day");
  assert_refused (self, g_bytes_new_static ("hello\n", 6), DS_ERROR_INVALID, "begins with");
  assert_refused (self, g_bytes_new_static ("", 0), DS_ERROR_INVALID, "cut");

  answer = take (self, good);
  assert_balanced (answer, 2);
  /* The same day with another content, and a day that leaves one out. */
  {
    g_autoptr (GBytes) one = spoil (good, "20.00,", "21.00,");

    assert_refused (self, spoil (one, "30.00", "31.00"), DS_ERROR_CONFLICT, "Another file");
  }
  assert_refused (self, g_bytes_ref (skips), DS_ERROR_STATE, next);
}

/* The end of a day */

static void
reconcile_empty_other (Fixture *self, int n)
{
  File file = begin_file (self, n);
  g_autoptr (GBytes) bytes = end_file (&file);
  g_autoptr (GBytes) other = spoil (bytes, ",1,003", ",1,007");

  json_decref (take (self, other));
}

static void
did_cut_off_fail (Fixture *self, const char *day, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ds_depot_cut_off (self->base.depot, day, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_cut_off (Fixture *self, gconstpointer data)
{
  g_autofree char *id = pay (self, 1000);
  g_autofree char *late = NULL;
  g_autofree char *next = NULL;
  g_autofree char *back = NULL;
  File file = begin_file (self, 0);
  char day[DS_DAY_SIZE];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) record = NULL;
  g_autoptr (json_t) again = NULL;
  json_t *op;

  name_day (self, 0, day);
  go_to (self, 0, 23, 59);
  late = pay (self, 500);
  did_cut_off_fail (self, day, "not over");
  go_to (self, 1, 8, 0);
  /* Belongs to the next day, whenever the day is closed. */
  next = pay (self, 9000);
  did_cut_off_fail (self, day, "was not taken");
  add_line (&file, "payment", id, 1000);
  bytes = end_file (&file);
  json_decref (take (self, bytes));
  did_cut_off_fail (self, day, "operator 007");
  reconcile_empty_other (self, 0);

  record = ds_depot_cut_off (self->base.depot, day, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_number (record, "sum_fen"), ==, 0);
  g_assert_cmpint (get_number (json_object_get (record, "accounts"), "clearing:003"), ==, 1500);
  op = json_array_get (json_object_get (record, "operators"), 0);
  g_assert_cmpint (get_number (op, "in_transit_fen"), ==, 500);
  g_assert_cmpint (get_number (op, "credits_fen"), ==, 1000);
  g_assert_true (ds_jws_verify (ds_depot_get_key (self->base.depot),
                                json_string_value (json_object_get (record, "jws")), -1, NULL, NULL, NULL));
  again = ds_depot_cut_off (self->base.depot, day, &error);
  g_assert_true (json_equal (record, again));
  g_assert_false (ds_db_exec (self->base.depot->db, "DELETE FROM cut_off", NULL));

  /* Somebody sets the clock back into the closed day: what is booked then is the next day's. */
  ds_manual_clock_jump_wall_ms (self->base.clock, -9 * HOUR_MS);
  depot_fixture_renew_token (&self->base);
  back = pay (self, 40);
  ds_manual_clock_jump_wall_ms (self->base.clock, 9 * HOUR_MS);

  /* Days are closed in their order, each bound to the one before. */
  go_to (self, 3, 8, 0);
  did_cut_off_fail (self, name_day (self, 2, day), "in order");
  {
    g_autofree char *digest = ds_sm3_hex (json_string_value (json_object_get (record, "jws")),
                                          json_string_length (json_object_get (record, "jws")));
    g_autoptr (json_t) second = NULL;
    g_autoptr (json_t) days = NULL;

    file = begin_file (self, 1);
    add_line (&file, "payment", late, 500);
    add_line (&file, "payment", next, 9000);
    add_line (&file, "payment", back, 40);
    g_bytes_unref (bytes);
    bytes = end_file (&file);
    json_decref (take (self, bytes));
    reconcile_empty_other (self, 1);
    second = ds_depot_cut_off (self->base.depot, name_day (self, 1, day), &error);
    g_assert_no_error (error);
    g_assert_cmpstr (json_string_value (json_object_get (second, "prev")), ==, digest);
    g_assert_cmpint (get_number (json_object_get (second, "accounts"), "clearing:003"), ==, 10540);
    g_assert_cmpint (get_number (second, "sum_fen"), ==, 0);
    days = ds_depot_list_cut_offs (self->base.depot, NULL);
    g_assert_cmpuint (json_array_size (days), ==, 2);
  }
}

/* Age */

static void
test_suspense (Fixture *self, gconstpointer data)
{
  g_autofree char *old = depot_fixture_make_id (&self->base);
  g_autofree char *young = depot_fixture_make_id (&self->base);
  g_autofree char *paid = pay (self, 1000);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) ages = NULL;
  json_t *buckets, *items;
  gint64 sum_fen = 0;

  test_operator_pay (self->base.operator_a, old, 900);
  g_assert_true (ds_depot_begin (self->base.depot, NULL)
                 && ds_depot_work_ask_about (self->base.depot, old, NULL)
                 && ds_depot_commit (self->base.depot, NULL));
  depot_fixture_settle (&self->base);
  go_to (self, 9, 9, 0);
  test_operator_pay (self->base.operator_b, young, 50);
  g_assert_true (ds_depot_begin (self->base.depot, NULL)
                 && ds_depot_work_ask_about (self->base.depot, young, NULL)
                 && ds_depot_commit (self->base.depot, NULL));
  depot_fixture_settle (&self->base);

  ages = ds_depot_age_suspense (self->base.depot, &error);
  g_assert_no_error (error);
  buckets = json_object_get (ages, "buckets");
  items = json_object_get (ages, "items");
  g_assert_cmpint (get_number (json_array_get (buckets, 0), "amount_fen"), ==, 50);
  g_assert_cmpint (get_number (json_array_get (buckets, 1), "amount_fen"), ==, 0);
  g_assert_cmpint (get_number (json_array_get (buckets, 2), "amount_fen"), ==, 900);
  g_assert_cmpint (get_number (json_array_get (items, 0), "age_days"), ==, 9);
  g_assert_cmpint (get_number (json_array_get (items, 0), "case"), >, 0);
  for (gsize i = 0; i < json_array_size (buckets); i++)
    sum_fen += get_number (json_array_get (buckets, i), "amount_fen");
  g_assert_cmpint (sum_fen, ==, get_number (ages, "suspense_fen"));
  g_assert_cmpint (sum_fen, ==, -get_balance (self, "suspense"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  reconcile_test_add ("/reconcile/matched", test_matched);
  reconcile_test_add ("/reconcile/cases", test_cases);
  reconcile_test_add ("/reconcile/in-transit", test_in_transit);
  reconcile_test_add ("/reconcile/again-next-day", test_again_next_day);
  reconcile_test_add ("/reconcile/not-in-transit", test_not_in_transit);
  reconcile_test_add ("/reconcile/heard-by-file", test_heard_by_file);
  reconcile_test_add ("/reconcile/two-operators", test_two_operators);
  reconcile_test_add ("/reconcile/refunds", test_refunds);
  reconcile_test_add ("/reconcile/refused", test_refused);
  reconcile_test_add ("/reconcile/cut-off", test_cut_off);
  reconcile_test_add ("/reconcile/suspense", test_suspense);

  return g_test_run ();
}
