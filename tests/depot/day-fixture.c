/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "day-fixture.h"

#include "ds-day.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"

/* To @hour:@minute of the @n-th day of the test, the first being 0. */
void
day_fixture_go_to (DayFixture *self, int n, int hour, int minute)
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

void
day_fixture_set_up (DayFixture *self, gconstpointer data)
{
  char today[DS_DAY_SIZE];

  depot_fixture_set_up (&self->base, data);
  ds_day_format (ds_clock_get_wall_ms (DS_CLOCK (self->base.clock)), today);
  g_assert_true (ds_day_parse (today, &self->day_ms, NULL));
  self->day_ms += DS_DAY_MS;
  day_fixture_go_to (self, 0, 9, 0);
  depot_fixture_enrol (&self->base);
  self->shift = depot_fixture_open_shift (&self->base, 0);
}

void
day_fixture_tear_down (DayFixture *self, gconstpointer data)
{
  depot_fixture_tear_down (&self->base, data);
  g_free (self->shift);
}

/* Files as an operator writes them, by hand */

const char *
day_fixture_name_day (DayFixture *self, int n, char day[DS_DAY_SIZE])
{
  return ds_day_format (self->day_ms + n * DS_DAY_MS, day);
}

DayFile
day_fixture_begin_file (DayFixture *self, int n)
{
  DayFile file = { .text = g_string_new (NULL), .noon_ms = self->day_ms + n * DS_DAY_MS + 12 * HOUR_MS };
  char day[DS_DAY_SIZE];

  g_string_printf (file.text,
                   "#doorstep-daily-file,1,003,%s,%s\ntime,kind,payment,amount,red_packet,operator_ref\n",
                   ds_depot_get_payee_id (self->base.depot), day_fixture_name_day (self, n, day));
  return file;
}

static void
append_line (DayFile *self, const char *kind, const char *subject, gint64 amount_fen, const char *reference)
{
  char time[DS_RFC3339_SIZE];
  char amount[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (self->text, "%s,%s,%s,%s,0.00,%s\n", ds_clock_format_rfc3339 (self->noon_ms, time),
                          kind, subject, ds_money_format (amount_fen, amount), reference);
  self->n++;
}

void
day_file_add (DayFile *self, const char *kind, const char *payment_id, gint64 amount_fen)
{
  g_autofree char *reference = g_strdup_printf ("REF%u", self->n);

  append_line (self, kind, payment_id, amount_fen, reference);
  *(strcmp (kind, "refund") == 0 ? &self->refunds_fen : &self->credits_fen) += amount_fen;
}

void
day_file_add_payout (DayFile *self,
                     const char *kind,
                     const char *day,
                     gint64 amount_fen,
                     const char *reference)
{
  append_line (self, kind, day, amount_fen, reference);
  if (!self->with_payouts)
    g_assert_cmpuint (g_string_replace (self->text, "-file,1,", "-file,2,", 1), ==, 1);
  self->with_payouts = TRUE;
  if (strcmp (kind, "payout") == 0)
    self->payouts_fen += amount_fen;
  else
    *(strcmp (kind, "fee") == 0 ? &self->fees_fen : &self->collections_fen) += amount_fen;
}

static void
append_sum (GString *text, gint64 sum_fen)
{
  char sum[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (text, ",%s", ds_money_format (sum_fen, sum));
}

GBytes *
day_file_end (DayFile *self)
{
  g_string_append_printf (self->text, "#total,%u", self->n);
  append_sum (self->text, self->credits_fen);
  append_sum (self->text, self->refunds_fen);
  if (self->with_payouts)
    {
      append_sum (self->text, self->payouts_fen);
      append_sum (self->text, self->fees_fen);
      append_sum (self->text, self->collections_fen);
    }
  g_string_append_c (self->text, '\n');
  return g_string_free_to_bytes (g_steal_pointer (&self->text));
}

/* Taking them in */

json_t *
day_fixture_take (DayFixture *self, GBytes *file)
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

void
day_fixture_assert_refused (DayFixture *self, GBytes *file_, int code, const char *words)
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

gint64
day_get_number (json_t *answer, const char *member)
{
  return json_integer_value (json_object_get (answer, member));
}

void
day_assert_balanced (json_t *answer, gint64 n_matched)
{
  g_assert_true (json_is_true (json_object_get (answer, "balanced")));
  g_assert_cmpint (day_get_number (answer, "matched"), ==, n_matched);
}

/* Returns: the number of the case among those of the answer, or 0. */
gint64
day_find_case (json_t *answer, const char *kind, const char *subject, gint64 amount_fen)
{
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (answer, "cases"), i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), kind) == 0
        && g_strcmp0 (json_string_value (json_object_get (item, "subject")), subject) == 0)
      {
        g_assert_cmpint (day_get_number (item, "amount_fen"), ==, amount_fen);
        return day_get_number (item, "case");
      }
  }
  return 0;
}

void
day_fixture_resolve (DayFixture *self, gint64 number, const char *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_resolve (self->base.depot, number, how, "looked at", &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
}

char *
day_fixture_pay (DayFixture *self, gint64 amount_fen)
{
  char *id = depot_fixture_scan (&self->base, self->shift, PAYER_CODE_A, amount_fen);

  depot_fixture_assert_state (&self->base, id, "paid");
  return id;
}

guint
day_fixture_count_open_cases (DayFixture *self)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (self->base.depot, FALSE, NULL);

  return (guint)json_array_size (cases);
}

gint64
day_fixture_get_balance (DayFixture *self, const char *account)
{
  return depot_fixture_get_balance (&self->base, account);
}

/* Returns: (transfer full): the good file with one text in the place of another. */
GBytes *
day_file_spoil (GBytes *good, const char *what, const char *with)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  GString *spoilt = g_string_new (text);

  g_assert_cmpuint (g_string_replace (spoilt, what, with, 1), ==, 1);
  return g_string_free_to_bytes (spoilt);
}
