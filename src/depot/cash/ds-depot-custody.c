/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash from courier to clerk: the blind count, what is missing, and what is brought later. */
#include "config.h"

#include "ds-depot-custody.h"
#include "ds-depot-private.h"

#include "ds-custody-chain.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"
#include "ds-shift.h"

#define COUNT "shift-count"
#define RECOUNT "shift-recount"
#define MADE_GOOD "made-good"
#define SHORT "cash-short"
#define OVER "cash-over"
#define LATE "cash-late"
#define LATE_OVER "cash-late-over"

/* The cash of shifts that were closed so long before there was a clerk's key went another way. */
#define BEFORE_CLERKS_MS (2 * DS_DAY_MS)

static gint64
get_fen (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static const char *
get_text (json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

/* The float */

gboolean
ds_depot_book_float (DsDepot *self,
                     const char *shift_id,
                     const char *courier_id,
                     gint64 float_fen,
                     GError **error)
{
  g_autofree char *key = g_strconcat ("float:", shift_id, NULL);
  g_autofree char *account = g_strconcat ("float:", courier_id, NULL);
  DsPosting posting = { 0 };

  ds_posting_add (&posting, account, float_fen);
  ds_posting_add (&posting, "till:float", -float_fen);
  return ds_depot_post (self, key, &posting, error);
}

/* Counting */

typedef struct
{
  char *courier_id;
  char *device_id;
  gint64 closed_at_ms;
  DsStatementCash cash;
  char *entry; /* (nullable): the courier's line, in which the count stands */
} Drawer;

static void
drawer_clear (Drawer *self)
{
  g_free (self->courier_id);
  g_free (self->device_id);
  g_free (self->entry);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drawer, drawer_clear)

static gboolean
is_closing_of (const char *line, const char *shift_id)
{
  g_autoptr (DsEntry) entry = ds_entry_parse (line, -1, NULL);

  return entry != NULL && g_strcmp0 (get_text (entry->data, "shift"), shift_id) == 0;
}

/* A handheld that died, whose shift a clerk closed, has none. */
static gboolean
find_closing (DsDepot *self, const char *shift_id, Drawer *drawer, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT line FROM entry WHERE device = ? AND type = 'shift.closed'"
                                       " AND refused IS NULL ORDER BY seq DESC",
                                       "s", drawer->device_id);
  gboolean row = TRUE;

  if (query == NULL)
    return FALSE;
  while (row && drawer->entry == NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (row && is_closing_of (ds_db_column_text (query, 0), shift_id))
        drawer->entry = g_strdup (ds_db_column_text (query, 0));
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
load_drawer (DsDepot *self, const char *shift_id, Drawer *drawer, GError **error)
{
  if (!ds_depot_load_shift_cash (self, shift_id, &drawer->cash, error)
      || !ds_depot_sql_get_text (self->db, &drawer->courier_id, error,
                                 "SELECT courier FROM shift WHERE id = ?", "s", shift_id)
      || !ds_depot_sql_get_text (self->db, &drawer->device_id, error, "SELECT device FROM shift WHERE id = ?",
                                 "s", shift_id)
      || !ds_depot_sql_get_int (self->db, &drawer->closed_at_ms, 0, error,
                                "SELECT closed_at_ms FROM shift WHERE id = ?", "s", shift_id))
    return FALSE;
  return find_closing (self, shift_id, drawer, error);
}

/* Returns: (transfer full): the same count in the one order that is signed, kinds of which there are none left out. */
static json_t *
put_in_order (json_t *denominations)
{
  json_t *ordered = json_array ();

  for (const gint64 *kind_fen = ds_cash_denominations_fen; *kind_fen > 0; kind_fen++)
    {
      json_t *item;
      gsize i;

      json_array_foreach (denominations, i, item)
      {
        if (get_fen (item, "denomination_fen") == *kind_fen && get_fen (item, "count") > 0)
          json_array_append_new (ordered, json_pack ("{s:I, s:I}", "denomination_fen", (json_int_t)*kind_fen,
                                                     "count", (json_int_t)get_fen (item, "count")));
      }
    }
  return ordered;
}

/* What the count says beside what the clerk has counted. */
static void
complete_count (json_t *data, const Drawer *drawer, gint64 counted_fen)
{
  g_autoptr (DsEntry) entry = drawer->entry ? ds_entry_parse (drawer->entry, -1, NULL) : NULL;
  json_t *denominations = entry ? json_object_get (entry->data, "denominations") : NULL;

  /* Side by side they show which note one of the two has missed. */
  if (json_is_array (denominations))
    json_object_set (data, "courier_denominations", denominations);
  json_object_set_new (data, "courier", json_string (drawer->courier_id));
  json_object_set_new (data, "counted_fen", json_integer (counted_fen));
  json_object_set_new (data, "courier_fen",
                       entry ? json_integer (get_fen (entry->data, "cash_counted_fen")) : json_null ());
  json_object_set_new (data, "courier_entry", entry ? json_string (entry->hash) : json_null ());
  json_object_set_new (data, "expected_fen", json_integer (drawer->cash.expected_fen));
  json_object_set_new (data, "float_fen", json_integer (drawer->cash.float_fen));
  json_object_set_new (data, "difference_fen", json_integer (counted_fen - drawer->cash.expected_fen));
}

/* The posting moves the books from what the last count (nullable) said to what this one says. */
static gboolean
book_count (DsDepot *self, json_t *count, json_t *last, GError **error)
{
  const char *courier_id = get_text (count, "courier");
  g_autofree char *key = g_strconcat ("handover:", get_text (count, "id"), NULL);
  g_autofree char *till = g_strconcat ("till:", get_text (count, "clerk"), NULL);
  g_autofree char *old_till = g_strconcat ("till:", last ? get_text (last, "clerk") : "", NULL);
  g_autofree char *drawer = g_strconcat ("cash:", courier_id, NULL);
  g_autofree char *float_account = g_strconcat ("float:", courier_id, NULL);
  g_autofree char *over_short = g_strconcat ("over-short:", courier_id, NULL);
  gint64 taken_fen = get_fen (count, "expected_fen") - get_fen (count, "float_fen");
  gint64 last_taken_fen = get_fen (last, "expected_fen") - get_fen (last, "float_fen");
  DsPosting posting = { 0 };

  ds_posting_add (&posting, till, get_fen (count, "counted_fen"));
  ds_posting_add (&posting, old_till, -get_fen (last, "counted_fen"));
  ds_posting_add (&posting, drawer, last_taken_fen - taken_fen);
  ds_posting_add (&posting, float_account, get_fen (last, "float_fen") - get_fen (count, "float_fen"));
  ds_posting_add (&posting, over_short, get_fen (last, "difference_fen") - get_fen (count, "difference_fen"));
  return ds_depot_post (self, key, &posting, error);
}

/* What was counted before may be in a bag or with another clerk by now. */
static gboolean
check_tills (DsDepot *self, json_t *count, json_t *last, GError **error)
{
  const char *last_clerk = get_text (last, "clerk");
  gint64 out_fen = get_fen (last, "counted_fen");

  if (last == NULL)
    return TRUE;
  if (g_strcmp0 (last_clerk, get_text (count, "clerk")) == 0)
    out_fen -= get_fen (count, "counted_fen");
  return out_fen <= 0 || ds_depot_check_till (self, last_clerk, out_fen, error);
}

static gboolean
note_difference (DsDepot *self, json_t *count, GError **error)
{
  gint64 difference_fen = get_fen (count, "difference_fen");
  const char *shift_id = get_text (count, "shift");
  const DsCaseDraft draft = { .kind = difference_fen < 0 ? SHORT : OVER,
                              .subject = shift_id,
                              .detail = difference_fen < 0 ? "Less cash was handed over than was taken"
                                                           : "More cash was handed over than was taken",
                              .courier_id = get_text (count, "courier"),
                              .amount_fen = ABS (difference_fen) };

  if (difference_fen != 0 && !ds_depot_open_case (self, &draft, error))
    return FALSE;
  return (difference_fen < 0 || ds_depot_close_case (self, SHORT, shift_id, "recounted", error))
         && (difference_fen > 0 || ds_depot_close_case (self, OVER, shift_id, "recounted", error))
         && ds_depot_close_case (self, LATE, shift_id, "recounted", error)
         && ds_depot_close_case (self, LATE_OVER, shift_id, "recounted", error);
}

/* What was decided about a count is not undone by another one. */
static gboolean
check_may_count (DsDepot *self, const DsCashCount *count, const Drawer *drawer, json_t *last, GError **error)
{
  gint64 n_decided;

  if (!ds_depot_sql_get_int (self->db, &n_decided, 0, error,
                             "SELECT count (*) FROM incident WHERE subject = ?1 AND closed_at_ms <> 0"
                             " AND kind LIKE 'cash-%' AND resolution NOT IN ('recounted', 'said otherwise')"
                             " OR EXISTS (SELECT 1 FROM custody WHERE subject = ?1 AND kind = 'made-good')",
                             "s", count->shift_id))
    return FALSE;
  if (drawer->closed_at_ms == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         "The shift is not closed: the courier counts and closes it on the handheld first "
                         "(close-shift, when the handheld cannot any more)");
  else if (last != NULL && count->reason == NULL)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_STATE,
        "The cash of this shift is counted. Say why, when it was counted again together (--reason)");
  else if (last == NULL && count->reason != NULL)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_STATE,
        "The cash of this shift was not counted yet: count it blind first, without a reason");
  else if (n_decided > 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         "What was missing or too much is decided: it cannot be counted again");
  else
    return count->reason == NULL || ds_depot_check_reason (count->reason, error);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the answer to a count that has not been made before. */
static json_t *
append_count (DsDepot *self,
              const DsCashCount *count,
              DsCustodyDraft *draft,
              gint64 counted_fen,
              GError **error)
{
  g_auto (Drawer) drawer = { 0 };
  g_autoptr (json_t) last = NULL;
  g_autoptr (json_t) answer = NULL;

  if (!load_drawer (self, count->shift_id, &drawer, error)
      || !ds_depot_find_last_custody (self, count->shift_id, COUNT, RECOUNT, &last, error)
      || !check_may_count (self, count, &drawer, last, error))
    return NULL;
  complete_count (draft->data, &drawer, counted_fen);
  answer = ds_depot_append_custody (self, draft, error);
  /* A shift that was opened at an older depot has its float booked now. */
  if (answer == NULL
      || !ds_depot_book_float (self, count->shift_id, drawer.courier_id, drawer.cash.float_fen, error)
      || !check_tills (self, answer, last, error) || !book_count (self, answer, last, error)
      || !note_difference (self, answer, error))
    return NULL;
  return g_steal_pointer (&answer);
}

static json_t *
take_cash (DsDepot *self, const DsCashCount *count, GError **error)
{
  g_autoptr (json_t) data = NULL;
  DsCustodyDraft draft = { .id = count->id,
                           .kind = count->reason ? RECOUNT : COUNT,
                           .subject = count->shift_id,
                           .clerk_id = count->clerk_id };
  json_t *answer;
  gint64 counted_fen;

  if (!ds_custody_sum_denominations (count->denominations, &counted_fen, error))
    return NULL;
  data = json_pack ("{s:s, s:o, s:s*}", "shift", count->shift_id, "denominations",
                    put_in_order (count->denominations), "reason", count->reason);
  draft.data = data;
  if (count->id == NULL)
    {
      g_autoptr (GError) problem = NULL;

      /* Another count is none of the same: what becomes of it is said below. */
      if (!ds_depot_find_same_custody (self, &draft, &answer, &problem)
          && !g_error_matches (problem, DS_ERROR, DS_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      if (answer != NULL && g_strcmp0 (get_text (answer, "clerk"), count->clerk_id) != 0)
        g_clear_pointer (&answer, json_decref);
    }
  else if (!ds_depot_find_same_custody (self, &draft, &answer, error))
    return NULL;
  return answer != NULL ? answer : append_count (self, count, &draft, counted_fen, error);
}

json_t *
ds_depot_take_cash (DsDepot *self, const DsCashCount *count, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (count != NULL && count->shift_id != NULL && count->clerk_id != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, take_cash (self, count, error), error);
}

/* Late entries */

/* What of late cash was decided already. */
static gboolean
sum_decided (DsDepot *self, const char *shift_id, const char *courier_id, gint64 *decided_fen, GError **error)
{
  return ds_depot_sql_get_int (self->db, decided_fen, 0, error,
                               "SELECT -sum (amount_fen) FROM posting JOIN booking ON posting = posting.id"
                               " WHERE key >= '" DS_DEPOT_LATE_KEY "' || ?1 || ':'"
                               " AND key < '" DS_DEPOT_LATE_KEY "' || ?1 || ';' AND account = 'cash:' || ?2",
                               "ss", shift_id, courier_id);
}

gboolean
ds_depot_review_handover (DsDepot *self, const char *shift_id, gint64 expected_fen, GError **error)
{
  g_autoptr (json_t) count = NULL;
  gint64 decided_fen, late_fen;

  if (!ds_depot_find_last_custody (self, shift_id, COUNT, RECOUNT, &count, error))
    return FALSE;
  if (count == NULL)
    return TRUE;
  if (!sum_decided (self, shift_id, get_text (count, "courier"), &decided_fen, error))
    return FALSE;
  late_fen = expected_fen - get_fen (count, "expected_fen") - decided_fen;
  if (late_fen != 0
      && !ds_depot_open_case (
          self,
          &(DsCaseDraft){
              .kind = late_fen > 0 ? LATE : LATE_OVER,
              .subject = shift_id,
              .detail
              = late_fen > 0
                    ? "An entry that came late says that more cash was taken than the clerk counted for"
                    : "An entry that came late says that less cash was due than the clerk counted for",
              .courier_id = get_text (count, "courier"),
              .amount_fen = ABS (late_fen) },
          error))
    return FALSE;
  return (late_fen > 0 || ds_depot_close_case (self, LATE, shift_id, "said otherwise", error))
         && (late_fen < 0 || ds_depot_close_case (self, LATE_OVER, shift_id, "said otherwise", error));
}

/* Made good */

/* What is open of a shift while its case is; then, what the courier owes or is owed by decision. */
typedef struct
{
  gboolean over;
  gboolean decided;
  gint64 open_fen;
} Owing;

static gboolean
load_open_case (DsDepot *self, const char *shift_id, Owing *owing, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT kind = '" OVER "', amount_fen FROM incident WHERE subject = ?"
                                       " AND kind IN ('" SHORT "', '" OVER "') AND closed_at_ms = 0",
                                       "s", shift_id);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    *owing = (Owing){ .over = ds_db_column_int (query, 0) != 0, .open_fen = ds_db_column_int (query, 1) };
  ds_db_reset (query);
  return TRUE;
}

static gboolean
load_owing (DsDepot *self, const char *shift_id, const char *courier_id, Owing *owing, GError **error)
{
  g_autofree char *account = g_strconcat ("receivable:", courier_id, NULL);
  gint64 owed_fen;

  if (!load_open_case (self, shift_id, owing, error)
      || !ds_books_get_balance (self->db, account, &owed_fen, error))
    return FALSE;
  if (owing->open_fen == 0)
    *owing = (Owing){ .over = owed_fen < 0, .decided = TRUE, .open_fen = ABS (owed_fen) };
  return TRUE;
}

/* Less is open now; nothing is a case no more. */
static gboolean
lower_case (DsDepot *self, const char *shift_id, const Owing *owing, gint64 by_fen, GError **error)
{
  if (owing->decided)
    return TRUE;
  return ds_depot_sql_run (
      self->db, error,
      "UPDATE incident SET amount_fen = amount_fen - ?1, closed_at_ms = iif (amount_fen = ?1, ?2,"
      " closed_at_ms), resolution = iif (amount_fen = ?1, 'made good', resolution)"
      " WHERE subject = ?3 AND kind = ?4",
      "iiss", by_fen, ds_depot_now_ms (self), shift_id, owing->over ? OVER : SHORT);
}

static gboolean
book_made_good (DsDepot *self, json_t *step, const Owing *owing, GError **error)
{
  g_autofree char *key = g_strconcat ("made-good:", get_text (step, "id"), NULL);
  g_autofree char *till = g_strconcat ("till:", get_text (step, "clerk"), NULL);
  g_autofree char *account
      = g_strconcat (owing->decided ? "receivable:" : "over-short:", get_text (step, "courier"), NULL);
  DsPosting posting = { 0 };

  ds_posting_add (&posting, till, get_fen (step, "amount_fen"));
  ds_posting_add (&posting, account, -get_fen (step, "amount_fen"));
  return ds_depot_post (self, key, &posting, error);
}

static json_t *
append_made_good (DsDepot *self, DsCustodyDraft *draft, gint64 amount_fen, const char *reason, GError **error)
{
  g_autofree char *courier_id = NULL;
  g_autoptr (json_t) answer = NULL;
  Owing owing = { 0 };

  if (!ds_depot_check_reason (reason, error)
      || !ds_depot_sql_get_text (self->db, &courier_id, error, "SELECT courier FROM shift WHERE id = ?", "s",
                                 draft->subject))
    return NULL;
  if (courier_id == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such shift");
      return NULL;
    }
  if (!load_owing (self, draft->subject, courier_id, &owing, error))
    return NULL;
  if (amount_fen <= 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "That is no amount");
      return NULL;
    }
  if (amount_fen > owing.open_fen)
    {
      char open[DS_MONEY_TEXT_SIZE];

      g_set_error (error, DS_ERROR, DS_ERROR_STATE, "%s yuan are open, not so much",
                   ds_money_format (owing.open_fen, open));
      return NULL;
    }
  if (owing.over && !ds_depot_check_till (self, draft->clerk_id, amount_fen, error))
    return NULL;
  json_object_set_new (draft->data, "courier", json_string (courier_id));
  json_object_set_new (draft->data, "amount_fen", json_integer (owing.over ? -amount_fen : amount_fen));
  answer = ds_depot_append_custody (self, draft, error);
  return answer != NULL && book_made_good (self, answer, &owing, error)
                 && lower_case (self, draft->subject, &owing, amount_fen, error)
             ? g_steal_pointer (&answer)
             : NULL;
}

static json_t *
make_good (DsDepot *self, const DsCustodyDraft *wanted, gint64 amount_fen, const char *reason, GError **error)
{
  g_autoptr (json_t) data = json_pack ("{s:s, s:s*}", "shift", wanted->subject, "reason", reason);
  DsCustodyDraft draft = *wanted;
  json_t *answer = NULL;

  draft.data = data;
  /* Without an id, the same sum once more is brought once more. */
  if (draft.id != NULL && !ds_depot_find_same_custody (self, &draft, &answer, error))
    return NULL;
  if (answer == NULL)
    return append_made_good (self, &draft, amount_fen, reason, error);
  if (ABS (get_fen (answer, "amount_fen")) == amount_fen)
    return answer;
  json_decref (answer);
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT, "It was signed before with another sum");
  return NULL;
}

json_t *
ds_depot_make_good (DsDepot *self,
                    const char *id,
                    const char *shift_id,
                    const char *clerk_id,
                    gint64 amount_fen,
                    const char *reason,
                    GError **error)
{
  const DsCustodyDraft draft = { .id = id, .kind = MADE_GOOD, .subject = shift_id, .clerk_id = clerk_id };

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (shift_id != NULL && clerk_id != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, make_good (self, &draft, amount_fen, reason, error), error);
}

/* Listing */

static json_t *
pack_handover (DsQuery *query)
{
  return json_pack ("{s:s, s:s, s:s?, s:s, s:I, s:I, s:I}", "shift", ds_db_column_text (query, 0), "courier",
                    ds_db_column_text (query, 1), "name", ds_db_column_text (query, 2), "accounting_date",
                    ds_db_column_text (query, 3), "opened_at_ms", (json_int_t)ds_db_column_int (query, 4),
                    "closed_at_ms", (json_int_t)ds_db_column_int (query, 5), "case",
                    (json_int_t)ds_db_column_int (query, 6));
}

/* Adds the count, which may be told once the clerk has made it. */
static gboolean
complete_handover (DsDepot *self, json_t *handover, GError **error)
{
  json_t *count;
  const char *state;

  if (!ds_depot_find_last_custody (self, get_text (handover, "shift"), COUNT, RECOUNT, &count, error))
    return FALSE;
  if (count == NULL)
    state = get_fen (handover, "closed_at_ms") == 0 ? "open" : "waiting";
  else
    state = get_fen (count, "difference_fen") == 0
                    && (json_is_null (json_object_get (count, "courier_fen"))
                        || get_fen (count, "courier_fen") == get_fen (count, "counted_fen"))
                ? "agrees"
                : "differs";
  json_object_set_new (handover, "state", json_string (state));
  if (get_fen (handover, "case") == 0)
    json_object_del (handover, "case");
  if (count != NULL)
    json_object_set_new (handover, "count", count);
  return TRUE;
}

#define HANDOVER_COLUMNS                                                                                     \
  "SELECT shift.id, shift.courier, courier.name, accounting_date, opened_at_ms, closed_at_ms,"               \
  " coalesce ((SELECT max (number) FROM incident WHERE subject = shift.id AND kind LIKE 'cash-%'"            \
  "  AND incident.closed_at_ms = 0), 0) AS number"                                                           \
  " FROM shift LEFT JOIN courier ON courier.id = shift.courier "

/* @query: (nullable) */
static json_t *
collect_handovers (DsDepot *self, DsQuery *query, GError **error)
{
  g_autoptr (json_t) handovers = json_array ();
  json_t *handover;
  gboolean row = TRUE;
  gsize i;

  if (query == NULL)
    return NULL;
  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (row)
        json_array_append_new (handovers, pack_handover (query));
    }
  ds_db_reset (query);
  json_array_foreach (handovers, i, handover)
  {
    if (!complete_handover (self, handover, error))
      return NULL;
  }
  return g_steal_pointer (&handovers);
}

gboolean
ds_depot_get_custody_begin (DsDepot *self, gint64 *begun_ms, GError **error)
{
  gint64 first_key_ms;

  if (!ds_depot_sql_get_int (self->db, &first_key_ms, ds_depot_now_ms (self), error,
                             "SELECT min (made_at_ms) FROM clerk_key", ""))
    return FALSE;
  *begun_ms = first_key_ms - BEFORE_CLERKS_MS;
  return TRUE;
}

json_t *
ds_depot_list_handovers (DsDepot *self, gboolean all, GError **error)
{
  gint64 begun_ms;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!ds_depot_get_custody_begin (self, &begun_ms, error))
    return NULL;
  return collect_handovers (
      self,
      ds_depot_sql_query (
          self->db, error,
          HANDOVER_COLUMNS
          "WHERE ?1 OR number > 0 OR (NOT EXISTS (SELECT 1 FROM custody WHERE subject = shift.id"
          "  AND kind = 'shift-count') AND (closed_at_ms = 0 OR closed_at_ms >= ?2))"
          " ORDER BY shift.id DESC",
          "ii", (gint64)all, begun_ms),
      error);
}

json_t *
ds_depot_describe_handover (DsDepot *self, const char *shift_id, GError **error)
{
  g_autoptr (json_t) handovers = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && shift_id != NULL, NULL);

  handovers = collect_handovers (
      self, ds_depot_sql_query (self->db, error, HANDOVER_COLUMNS "WHERE shift.id = ?", "s", shift_id),
      error);
  if (handovers == NULL)
    return NULL;
  if (json_array_size (handovers) == 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such shift");
      return NULL;
    }
  return json_incref (json_array_get (handovers, 0));
}
