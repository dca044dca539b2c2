/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-cutoff.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"

#include "ds-day.h"
#include "ds-error.h"
#include "ds-jws.h"

#include <string.h>

/* "prev" of the first day. */
#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

/* Closing a day */

static json_t *
read_record (const char *jws, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  json_t *record;

  if (!ds_jws_read (jws, -1, NULL, &payload, error))
    return NULL;
  record = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                 DS_JWS_MAX_BYTES, error);
  if (record != NULL)
    json_object_set_new (record, "jws", json_string (jws));
  return record;
}

/* @accounts: (out) (transfer full): as the last day that was closed by @before_ms left them; @from_ms: (out): its end;
 * @last_posting: (out): the last that there was when it was closed */
static gboolean
load_last_closed (DsDepot *self,
                  gint64 before_ms,
                  json_t **accounts,
                  gint64 *from_ms,
                  gint64 *last_posting,
                  GError **error)
{
  g_autofree char *jws = NULL;
  g_autoptr (json_t) record = NULL;
  char today[DS_DAY_SIZE];

  *from_ms = G_MININT64;
  if (!ds_depot_sql_get_text (self->db, &jws, error,
                              "SELECT jws FROM cut_off WHERE day < ? ORDER BY day DESC LIMIT 1", "s",
                              ds_day_format (before_ms, today)))
    return FALSE;
  record = jws != NULL ? read_record (jws, error) : json_pack ("{s:{}}", "accounts");
  if (record == NULL
      || (jws != NULL && !ds_day_parse (json_string_value (json_object_get (record, "day")), from_ms, error)))
    return FALSE;
  if (jws != NULL)
    *from_ms += DS_DAY_MS;
  *accounts = json_incref (json_object_get (record, "accounts"));
  *last_posting = json_integer_value (json_object_get (record, "last_posting"));
  return TRUE;
}

static void
add_to_account (json_t *accounts, const char *account, gint64 amount_fen)
{
  gint64 before_fen = json_integer_value (json_object_get (accounts, account));

  json_object_set_new (accounts, account, json_integer (before_fen + amount_fen));
}

/* Adds what @query (nullable) says of accounts. */
static gboolean
add_sums (DsDepot *self, DsQuery *query, json_t *accounts, GError **error)
{
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      add_to_account (accounts, ds_db_column_text (query, 0), ds_db_column_int (query, 1));
    }
  return FALSE;
}

/* Before any day was closed: all there is, which lies together in an index, without what came later. */
static gboolean
add_all_before (DsDepot *self, gint64 before_ms, json_t *accounts, GError **error)
{
  const char *account;
  json_t *balance;
  void *next;

  if (!add_sums (self,
                 ds_depot_sql_query (self->db, error,
                                     "SELECT account, sum (amount_fen) FROM booking GROUP BY account", ""),
                 accounts, error)
      || !add_sums (self,
                    ds_depot_sql_query (self->db, error,
                                        "SELECT account, -sum (amount_fen) FROM posting CROSS JOIN booking"
                                        " ON booking.posting = posting.id WHERE at_ms >= ? GROUP BY account",
                                        "i", before_ms),
                    accounts, error))
    return FALSE;
  json_object_foreach_safe (accounts, next, account, balance)
  {
    if (json_integer_value (balance) == 0)
      json_object_del (accounts, account);
  }
  return TRUE;
}

json_t *
ds_depot_load_balances (DsDepot *self, gint64 before_ms, GError **error)
{
  g_autoptr (json_t) accounts = NULL;
  gint64 from_ms, last_posting;

  if (!load_last_closed (self, before_ms, &accounts, &from_ms, &last_posting, error))
    return NULL;
  if (from_ms == G_MININT64)
    return add_all_before (self, before_ms, accounts, error) ? g_steal_pointer (&accounts) : NULL;
  /* What a clock that was set back put into a day that was closed is the next one's. */
  if (!add_sums (self,
                 ds_depot_sql_query (
                     self->db, error,
                     "SELECT account, sum (amount_fen) FROM (SELECT id FROM posting WHERE at_ms >= ?2 AND"
                     " at_ms < ?1 UNION ALL SELECT id FROM posting WHERE id > ?3 AND +at_ms < ?2) AS since"
                     " CROSS JOIN booking ON booking.posting = since.id GROUP BY account",
                     "iii", before_ms, from_ms, last_posting),
                 accounts, error))
    return NULL;
  return g_steal_pointer (&accounts);
}

static gint64
sum_accounts (json_t *accounts)
{
  const char *account;
  json_t *balance;
  gint64 sum_fen = 0;

  json_object_foreach (accounts, account, balance) sum_fen += json_integer_value (balance);
  return sum_fen;
}

/* What the books have and the file has not, when the day is closed. */
gint64
ds_depot_sum_transit (json_t *items, const char *operator_id, gint64 end_ms)
{
  gint64 transit_fen = 0;
  json_t *item;
  gsize i;

  json_array_foreach (items, i, item)
  {
    gboolean refund = strcmp (json_string_value (json_object_get (item, "kind")), "refund") == 0;
    gint64 amount_fen = json_integer_value (json_object_get (item, "amount_fen"));

    if (strcmp (json_string_value (json_object_get (item, "operator")), operator_id) == 0
        && json_integer_value (json_object_get (item, "booked_at_ms")) < end_ms)
      transit_fen += refund ? -amount_fen : amount_fen;
  }
  return transit_fen;
}

/* Returns: (transfer full) (nullable): what the operator's file of the day came to. */
static json_t *
load_operator (DsDepot *self, const char *operator_id, const char *day, gint64 transit_fen, GError **error)
{
  json_t *found = NULL;
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT sm3, n_lines, credits_fen, refunds_fen FROM daily_file"
                                       " WHERE operator = ? AND day = ?",
                                       "ss", operator_id, day);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return NULL;
  if (row)
    found = json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I}", "operator", operator_id, "sm3",
                       ds_db_column_text (query, 0), "lines", (json_int_t)ds_db_column_int (query, 1),
                       "credits_fen", (json_int_t)ds_db_column_int (query, 2), "refunds_fen",
                       (json_int_t)ds_db_column_int (query, 3), "in_transit_fen", (json_int_t)transit_fen);
  ds_db_reset (query);
  if (!row)
    g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                 "The file of operator %s for %s was not taken: reconcile the day first", operator_id, day);
  return found;
}

static json_t *
load_operators (DsDepot *self, const char *day, gint64 end_ms, GError **error)
{
  g_autoptr (json_t) operators = json_array ();
  g_autoptr (json_t) transit = ds_depot_list_in_transit (self, error);

  if (transit == NULL)
    return NULL;
  for (guint i = 0; i < self->operators->len; i++)
    {
      const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, i));
      json_t *found = load_operator (self, operator_id, day,
                                     ds_depot_sum_transit (transit, operator_id, end_ms), error);

      if (found == NULL)
        return NULL;
      json_array_append_new (operators, found);
    }
  return g_steal_pointer (&operators);
}

/* @prev: (out) (transfer full): the digest of the day before, as it was signed. */
static gboolean
find_prev (DsDepot *self, gint64 from_ms, char **prev, GError **error)
{
  g_autofree char *last = NULL;
  g_autofree char *jws = NULL;
  char expected[DS_DAY_SIZE];

  ds_day_format (from_ms - 1, expected);
  if (!ds_depot_sql_get_text (self->db, &last, error, "SELECT max (day) FROM cut_off", "")
      || !ds_depot_sql_get_text (self->db, &jws, error, "SELECT jws FROM cut_off WHERE day = ?", "s", last))
    return FALSE;
  *prev = jws != NULL ? ds_sm3_hex (jws, strlen (jws)) : g_strdup (GENESIS);
  if (last == NULL || strcmp (last, expected) == 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "The last day that was closed is %s: days are closed in order", last);
  return FALSE;
}

static json_t *
make_record (DsDepot *self, const char *day, gint64 from_ms, GError **error)
{
  gint64 end_ms = from_ms + DS_DAY_MS;
  gint64 n_cases, last_posting;
  g_autofree char *prev = NULL;
  g_autoptr (json_t) accounts = NULL;
  g_autoptr (json_t) operators = NULL;

  if (ds_depot_now_ms (self) < end_ms)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE, "%s is not over", day);
      return NULL;
    }
  if (!find_prev (self, from_ms, &prev, error)
      || !ds_depot_sql_get_int (self->db, &n_cases, 0, error,
                                "SELECT count (*) FROM incident WHERE closed_at_ms = 0", "")
      || !ds_depot_sql_get_int (self->db, &last_posting, 0, error, "SELECT max (id) FROM posting", ""))
    return NULL;
  operators = load_operators (self, day, end_ms, error);
  accounts = operators ? ds_depot_load_balances (self, end_ms, error) : NULL;
  if (accounts == NULL)
    return NULL;
  return json_pack (
      "{s:s, s:I, s:s, s:I, s:O, s:I, s:O, s:I, s:I}", "day", day, "at_ms",
      (json_int_t)ds_depot_now_ms (self), "prev", prev, "last_posting", (json_int_t)last_posting, "accounts",
      accounts, "sum_fen", (json_int_t)sum_accounts (accounts), "operators", operators, "suspense_fen",
      -json_integer_value (json_object_get (accounts, "suspense")), "open_cases", (json_int_t)n_cases);
}

static json_t *
cut_off (DsDepot *self, const char *day, GError **error)
{
  g_autofree char *jws = NULL;
  g_autofree char *line = NULL;
  g_autoptr (json_t) record = NULL;
  gint64 from_ms;

  if (!ds_day_parse (day, &from_ms, error)
      || !ds_depot_sql_get_text (self->db, &jws, error, "SELECT jws FROM cut_off WHERE day = ?", "s", day))
    return NULL;
  if (jws != NULL)
    return read_record (jws, error);
  record = make_record (self, day, from_ms, error);
  if (record == NULL)
    return NULL;
  line = ds_json_to_line (record);
  jws = ds_jws_sign (self->key, "depot", line, strlen (line), error);
  return jws != NULL
                 && ds_depot_sql_run (self->db, error, "INSERT INTO cut_off (day, jws) VALUES (?, ?)", "ss",
                                      day, jws)
             ? read_record (jws, error)
             : NULL;
}

json_t *
ds_depot_cut_off (DsDepot *self, const char *day, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && day != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, cut_off (self, day, error), error);
}

json_t *
ds_depot_list_cut_offs (DsDepot *self, GError **error)
{
  g_autoptr (json_t) days = json_array ();
  DsQuery *query;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = ds_depot_sql_query (self->db, error, "SELECT jws FROM cut_off ORDER BY day DESC", "");
  while (query != NULL)
    {
      json_t *record;

      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&days);
        }
      record = read_record (ds_db_column_text (query, 0), error);
      if (record == NULL)
        {
          ds_db_reset (query);
          return NULL;
        }
      json_array_append_new (days, record);
    }
  return NULL;
}

/* Age */

/* Days that an office asks about: today's and yesterday's, the week's, the month's, and what is older. */
static const struct
{
  gint64 from_days;
  gint64 to_days; /* -1: no end */
} ages[] = { { 0, 1 }, { 2, 7 }, { 8, 30 }, { 31, -1 } };

static json_t *
load_waiting (DsDepot *self, GError **error)
{
  g_autoptr (json_t) items = json_array ();
  gint64 now_ms = ds_depot_now_ms (self);
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT number, kind, payment.id, payment.courier, payment.stop, suspense_fen,"
      " coalesce (incident.at_ms, changed_at_ms) AS since FROM payment LEFT JOIN incident"
      " ON subject = payment.id AND closed_at_ms = 0 AND kind IN " DS_CASE_MONEY_KINDS
      " WHERE suspense_fen <> 0 GROUP BY payment.id ORDER BY since, payment.id",
      "");
  gboolean row;

  while (query != NULL)
    {
      gint64 since_ms;

      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&items);
        }
      since_ms = ds_db_column_int (query, 6);
      json_array_append_new (
          items, json_pack ("{s:I, s:s?, s:s, s:s?, s:s?, s:I, s:I, s:I}", "case",
                            (json_int_t)ds_db_column_int (query, 0), "kind", ds_db_column_text (query, 1),
                            "payment", ds_db_column_text (query, 2), "courier", ds_db_column_text (query, 3),
                            "stop", ds_db_column_text (query, 4), "amount_fen",
                            (json_int_t)ds_db_column_int (query, 5), "since_ms", (json_int_t)since_ms,
                            "age_days", (json_int_t)(MAX (now_ms - since_ms, 0) / DS_DAY_MS)));
    }
  return NULL;
}

static json_t *
make_bucket (json_t *items, gint64 from_days, gint64 to_days)
{
  json_t *bucket = json_pack ("{s:I}", "from_days", (json_int_t)from_days);
  gint64 n = 0;
  gint64 amount_fen = 0;
  json_t *item;
  gsize i;

  json_array_foreach (items, i, item)
  {
    gint64 age_days = json_integer_value (json_object_get (item, "age_days"));

    if (age_days < from_days || (to_days >= 0 && age_days > to_days))
      continue;
    n++;
    amount_fen += json_integer_value (json_object_get (item, "amount_fen"));
  }
  if (to_days >= 0)
    json_object_set_new (bucket, "to_days", json_integer (to_days));
  json_object_set_new (bucket, "count", json_integer (n));
  json_object_set_new (bucket, "amount_fen", json_integer (amount_fen));
  return bucket;
}

json_t *
ds_depot_age_suspense (DsDepot *self, GError **error)
{
  g_autoptr (json_t) items = NULL;
  json_t *buckets;
  gint64 balance_fen;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!ds_books_get_balance (self->db, "suspense", &balance_fen, error))
    return NULL;
  items = load_waiting (self, error);
  if (items == NULL)
    return NULL;
  buckets = json_array ();
  for (gsize i = 0; i < G_N_ELEMENTS (ages); i++)
    json_array_append_new (buckets, make_bucket (items, ages[i].from_days, ages[i].to_days));
  return json_pack ("{s:I, s:o, s:O}", "suspense_fen", (json_int_t)-balance_fen, "buckets", buckets, "items",
                    items);
}
