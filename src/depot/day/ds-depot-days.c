/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-days.h"
#include "ds-depot-private.h"

#include "ds-day.h"
#include "ds-error.h"
#include "ds-jws.h"

#include <string.h>

#define DAILY_KINDS "('daily-missing', 'daily-extra', 'daily-duplicate', 'daily-differing')"

/* How a day stands */

/* @record: (out) (transfer full): what was signed at its end; null before */
static gboolean
load_record (DsDepot *self, const char *day, json_t **record, GError **error)
{
  g_autofree char *jws = NULL;
  g_autoptr (GBytes) payload = NULL;

  *record = NULL;
  if (!ds_depot_sql_get_text (self->db, &jws, error, "SELECT jws FROM cut_off WHERE day = ?", "s", day))
    return FALSE;
  if (jws == NULL)
    *record = json_null ();
  else if (ds_jws_read (jws, -1, NULL, &payload, error))
    *record = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                    DS_JWS_MAX_BYTES, error);
  if (*record != NULL && jws != NULL)
    json_object_set_new (*record, "jws", json_string (jws));
  return *record != NULL;
}

/* Whether the file of each operator there is was taken. */
static gboolean
has_all_files (DsDepot *self, const char *day, gboolean *has, GError **error)
{
  *has = self->operators->len > 0;
  for (guint i = 0; i < self->operators->len && *has; i++)
    {
      gint64 n;

      if (!ds_depot_sql_get_int (self->db, &n, 0, error,
                                 "SELECT count (*) FROM daily_file WHERE operator = ? AND day = ?", "ss",
                                 ds_operator_get_id (g_ptr_array_index (self->operators, i)), day))
        return FALSE;
      *has = n > 0;
    }
  return TRUE;
}

/* Returns: (nullable): a word for it; %NULL on error. */
static const char *
find_state (DsDepot *self, const char *day, json_t *record, GError **error)
{
  char today[DS_DAY_SIZE];
  gboolean has;

  if (json_is_object (record))
    return "cut-off";
  if (strcmp (day, ds_day_format (ds_depot_now_ms (self), today)) == 0)
    return "running";
  if (!has_all_files (self, day, &has, error))
    return NULL;
  return has ? "reconciled" : "open";
}

/* The list */

static json_t *
summarise_day (DsDepot *self, const char *day, GError **error)
{
  g_autoptr (json_t) record = NULL;
  const char *state;
  gint64 n_shifts, n_files, credits_fen, refunds_fen, n_cases, cases_fen;

  if (!load_record (self, day, &record, error))
    return NULL;
  state = find_state (self, day, record, error);
  if (state == NULL
      || !ds_depot_sql_get_int (self->db, &n_shifts, 0, error,
                                "SELECT count (*) FROM shift WHERE accounting_date = ?", "s", day)
      || !ds_depot_sql_get_int (self->db, &n_files, 0, error,
                                "SELECT count (*) FROM daily_file WHERE day = ?", "s", day)
      || !ds_depot_sql_get_int (self->db, &credits_fen, 0, error,
                                "SELECT sum (credits_fen) FROM daily_file WHERE day = ?", "s", day)
      || !ds_depot_sql_get_int (self->db, &refunds_fen, 0, error,
                                "SELECT sum (refunds_fen) FROM daily_file WHERE day = ?", "s", day)
      || !ds_depot_sql_get_int (self->db, &n_cases, 0, error,
                                "SELECT count (*) FROM incident WHERE day = ? AND closed_at_ms = 0"
                                " AND kind IN " DAILY_KINDS,
                                "s", day)
      || !ds_depot_sql_get_int (self->db, &cases_fen, 0, error,
                                "SELECT sum (amount_fen) FROM incident WHERE day = ? AND closed_at_ms = 0"
                                " AND kind IN " DAILY_KINDS,
                                "s", day))
    return NULL;
  return json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "day", day, "state", state, "shifts",
                    (json_int_t)n_shifts, "files", (json_int_t)n_files, "credits_fen",
                    (json_int_t)credits_fen, "refunds_fen", (json_int_t)refunds_fen, "differences",
                    (json_int_t)n_cases, "differences_fen", (json_int_t)cases_fen, "suspense_fen",
                    json_is_object (record) ? json_incref (json_object_get (record, "suspense_fen"))
                                            : json_null ());
}

/* @from_ms: (out): the begin of the first day that anything is known of; of today where nothing is */
static gboolean
find_first_day (DsDepot *self, gint64 *from_ms, GError **error)
{
  gint64 now_ms = ds_depot_now_ms (self);
  g_autofree char *file = NULL;
  char day[DS_DAY_SIZE];
  gint64 posted_ms;

  if (!ds_depot_sql_get_int (self->db, &posted_ms, now_ms, error, "SELECT min (at_ms) FROM posting", "")
      || !ds_depot_sql_get_text (self->db, &file, error, "SELECT min (day) FROM daily_file", "")
      || !ds_day_parse (ds_day_format (MIN (posted_ms, now_ms), day), from_ms, error))
    return FALSE;
  return file == NULL || strcmp (file, day) >= 0 || ds_day_parse (file, from_ms, error);
}

json_t *
ds_depot_list_days (DsDepot *self, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (json_t) days = json_array ();
  gint64 first_ms, at_ms;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!find_first_day (self, &first_ms, error))
    return NULL;
  at_ms = ds_depot_now_ms (self) - offset * DS_DAY_MS;
  for (gint64 i = 0; i < limit && at_ms >= first_ms; i++, at_ms -= DS_DAY_MS)
    {
      char day[DS_DAY_SIZE];
      json_t *summary = summarise_day (self, ds_day_format (at_ms, day), error);

      if (summary == NULL)
        return NULL;
      json_array_append_new (days, summary);
    }
  return g_steal_pointer (&days);
}

/* One day */

static gint64
get_fen (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* What was booked in the day, account by account: {account: [debit, credit]}. */
static json_t *
load_turnover (DsDepot *self, gint64 from_ms, GError **error)
{
  g_autoptr (json_t) turnover = json_object ();
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT account, sum (max (amount_fen, 0)), sum (max (-amount_fen, 0)) FROM posting"
      " CROSS JOIN booking ON booking.posting = posting.id WHERE at_ms >= ? AND at_ms < ? GROUP BY account",
      "ii", from_ms, from_ms + DS_DAY_MS);
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&turnover);
        }
      json_object_set_new (turnover, ds_db_column_text (query, 0),
                           json_pack ("[I, I]", (json_int_t)ds_db_column_int (query, 1),
                                      (json_int_t)ds_db_column_int (query, 2)));
    }
  return NULL;
}

static gint64
get_turnover (json_t *turnover, const char *account, gsize i)
{
  return json_integer_value (json_array_get (json_object_get (turnover, account), i));
}

/* Returns: (transfer full): the balances at the end of a day that is not closed. */
static json_t *
add_turnover (json_t *opening, json_t *turnover)
{
  json_t *closing = json_copy (opening);
  const char *account;
  json_t *sums;

  json_object_foreach (turnover, account, sums)
      json_object_set_new (closing, account,
                           json_integer (get_fen (opening, account) + get_turnover (turnover, account, 0)
                                         - get_turnover (turnover, account, 1)));
  return closing;
}

/* Each account that had or moved anything. @sum_fen: (out): of the closing balances */
static json_t *
make_accounts (json_t *opening, json_t *turnover, json_t *closing, gint64 *sum_fen)
{
  g_autoptr (json_t) all = json_copy (opening);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  json_t *accounts = json_array ();
  const char *name;
  json_t *value;

  json_object_update (all, turnover);
  json_object_update (all, closing);
  json_object_foreach (all, name, value) g_ptr_array_add (names, (gpointer)name);
  g_ptr_array_sort (names, compare_names);
  *sum_fen = 0;
  for (guint i = 0; i < names->len; i++)
    {
      name = g_ptr_array_index (names, i);
      *sum_fen += get_fen (closing, name);
      if (get_fen (opening, name) != 0 || get_fen (closing, name) != 0
          || json_object_get (turnover, name) != NULL)
        json_array_append_new (accounts,
                               json_pack ("{s:s, s:I, s:I, s:I, s:I}", "account", name, "opening_fen",
                                          (json_int_t)get_fen (opening, name), "debit_fen",
                                          (json_int_t)get_turnover (turnover, name, 0), "credit_fen",
                                          (json_int_t)get_turnover (turnover, name, 1), "closing_fen",
                                          (json_int_t)get_fen (closing, name)));
    }
  return accounts;
}

/* @file: (out) (transfer full): null where it was not taken */
static gboolean
load_file (DsDepot *self, const char *operator_id, const char *day, json_t **file, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT n_lines, credits_fen, refunds_fen, taken_at_ms FROM daily_file"
                                       " WHERE operator = ? AND day = ?",
                                       "ss", operator_id, day);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  *file = row ? json_pack ("{s:I, s:I, s:I, s:I}", "lines", (json_int_t)ds_db_column_int (query, 0),
                           "credits_fen", (json_int_t)ds_db_column_int (query, 1), "refunds_fen",
                           (json_int_t)ds_db_column_int (query, 2), "taken_at_ms",
                           (json_int_t)ds_db_column_int (query, 3))
              : json_null ();
  ds_db_reset (query);
  return TRUE;
}

static json_t *
load_operator (DsDepot *self,
               DsOperator *op,
               const char *day,
               gint64 from_ms,
               json_t *turnover,
               GError **error)
{
  const char *id = ds_operator_get_id (op);
  g_autofree char *account = g_strconcat ("clearing:", id, NULL);
  json_t *file;
  gint64 settled_fen, unsettled_fen;

  if (!ds_depot_sql_get_int (self->db, &settled_fen, 0, error,
                             "SELECT sum (amount_fen) FROM settlement WHERE operator = ? AND day = ?", "ss",
                             id, day)
      || !ds_depot_sql_get_int (
          self->db, &unsettled_fen, 0, error,
          "SELECT sum (booking.amount_fen) FROM posting CROSS JOIN booking ON booking.posting = posting.id"
          " WHERE at_ms >= ? AND at_ms < ? AND +account = ? AND (key GLOB 'paid:*' OR key GLOB 'refund:*')"
          " AND NOT EXISTS (SELECT 1 FROM settlement WHERE settlement.posting = posting.id)",
          "iis", from_ms, from_ms + DS_DAY_MS, account)
      || !load_file (self, id, day, &file, error))
    return NULL;
  return json_pack ("{s:s, s:s, s:I, s:I, s:o, s:I, s:I}", "operator", id, "name", ds_operator_get_name (op),
                    "in_fen", (json_int_t)get_turnover (turnover, account, 0), "out_fen",
                    (json_int_t)get_turnover (turnover, account, 1), "file", file, "settled_fen",
                    (json_int_t)settled_fen, "unsettled_fen", (json_int_t)unsettled_fen);
}

static json_t *
load_operators (DsDepot *self, const char *day, gint64 from_ms, json_t *turnover, GError **error)
{
  g_autoptr (json_t) operators = json_array ();

  for (guint i = 0; i < self->operators->len; i++)
    {
      json_t *op
          = load_operator (self, g_ptr_array_index (self->operators, i), day, from_ms, turnover, error);

      if (op == NULL)
        return NULL;
      json_array_append_new (operators, op);
    }
  return g_steal_pointer (&operators);
}

/* Whose cash nobody has counted. */
static json_t *
load_waiting (DsDepot *self, gint64 from_ms, GError **error)
{
  g_autoptr (json_t) waiting = json_array ();
  DsQuery *query;
  gint64 begun_ms;
  gboolean row;

  if (!ds_depot_get_custody_begin (self, &begun_ms, error))
    return NULL;
  query = ds_depot_sql_query (
      self->db, error,
      "SELECT shift.id, shift.courier, coalesce (name, shift.courier), EXISTS (SELECT 1 FROM payment"
      "  JOIN posting ON key = 'cash:' || payment.id WHERE payment.shift = shift.id AND tender = 'cash'"
      "  AND at_ms >= ?1 AND at_ms < ?2)"
      " FROM shift LEFT JOIN courier ON courier.id = shift.courier WHERE handed_over = 0"
      " AND opened_at_ms < ?2 AND (closed_at_ms = 0 OR closed_at_ms >= ?3) ORDER BY opened_at_ms",
      "iii", from_ms, from_ms + DS_DAY_MS, begun_ms);
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&waiting);
        }
      json_array_append_new (
          waiting, json_pack ("{s:s, s:s, s:s, s:b}", "shift", ds_db_column_text (query, 0), "courier",
                              ds_db_column_text (query, 1), "name", ds_db_column_text (query, 2), "in_day",
                              ds_db_column_int (query, 3) != 0));
    }
  return NULL;
}

static json_t *
describe_day (DsDepot *self, const char *day, gint64 from_ms, GError **error)
{
  g_autoptr (json_t) record = NULL;
  g_autoptr (json_t) opening = NULL;
  g_autoptr (json_t) turnover = NULL;
  g_autoptr (json_t) closing = NULL;
  g_autoptr (json_t) operators = NULL;
  json_t *waiting, *answer;
  const char *state;
  gint64 sum_fen;

  if (!load_record (self, day, &record, error))
    return NULL;
  state = find_state (self, day, record, error);
  opening = state ? ds_depot_load_balances (self, from_ms, error) : NULL;
  turnover = opening ? load_turnover (self, from_ms, error) : NULL;
  operators = turnover ? load_operators (self, day, from_ms, turnover, error) : NULL;
  if (json_is_object (record))
    closing = json_incref (json_object_get (record, "accounts"));
  else if (operators != NULL)
    closing = add_turnover (opening, turnover);
  waiting = operators && closing ? load_waiting (self, from_ms, error) : NULL;
  if (waiting == NULL)
    return NULL;
  answer = json_pack ("{s:s, s:s, s:O, s:o}", "day", day, "state", state, "operators", operators, "waiting",
                      waiting);
  json_object_set_new (answer, "accounts", make_accounts (opening, turnover, closing, &sum_fen));
  json_object_set_new (answer, "sum_fen", json_integer (sum_fen));
  if (!json_is_object (record))
    return answer;
  json_object_set (answer, "closed_at_ms", json_object_get (record, "at_ms"));
  for (const char *const *member = (const char *const[]){ "suspense_fen", "open_cases", "jws", NULL };
       *member != NULL; member++)
    json_object_set (answer, *member, json_object_get (record, *member));
  return answer;
}

json_t *
ds_depot_describe_day (DsDepot *self, const char *day, GError **error)
{
  gint64 from_ms;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && day != NULL, NULL);

  if (!ds_day_parse (day, &from_ms, error))
    return NULL;
  if (from_ms > ds_depot_now_ms (self))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such day yet: %s", day);
      return NULL;
    }
  return describe_day (self, day, from_ms, error);
}
