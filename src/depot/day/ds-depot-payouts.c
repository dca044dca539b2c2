/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clearing accounts of the books against what operators pay out. */
#include "config.h"

#include "ds-depot-payouts.h"
#include "ds-depot-private.h"
#include "ds-depot-reconcile.h"

#include "ds-books.h"
#include "ds-daily-file.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"

#include <string.h>

#define LATE "payout-late"
#define SHORT "payout-short"
#define OVER "payout-over"
#define DUPLICATE "payout-duplicate"
#define DIFFERING "payout-differing"

/* Under which decisions about a day are posted, before operator and day. */
#define DECIDED_KEY "payout-case:"

#define BANK "bank"

/* One line of what moved, as files and books have it. */
typedef struct
{
  const char *operator_id;
  const char *kind; /* "payout", "fee" or "collection" */
  const char *reference;
  const char *day;
  gint64 amount_fen;
  gint64 at_ms;
} Transfer;

static char *
make_subject (const char *operator_id, const char *day)
{
  return g_strconcat (operator_id, ":", day, NULL);
}

/* Booking */

/* What is booked of a day that is closed already is the next one's. */
static gboolean
find_time (DsDepot *self, gint64 at_ms, gint64 *booked_at_ms, GError **error)
{
  g_autofree char *closed = NULL;
  gint64 from_ms = G_MININT64;

  if (!ds_depot_sql_get_text (self->db, &closed, error, "SELECT max (day) FROM cut_off", "")
      || (closed != NULL && !ds_day_parse (closed, &from_ms, error)))
    return FALSE;
  *booked_at_ms = closed != NULL ? MAX (at_ms, from_ms + DS_DAY_MS) : at_ms;
  return TRUE;
}

/* Moves @amount_fen (negative: back) of what the operator has cleared to where a transfer of that kind brings it. */
static gboolean
post_transfer (DsDepot *self, const Transfer *transfer, const char *key, gint64 amount_fen, GError **error)
{
  g_autofree char *clearing = g_strconcat ("clearing:", transfer->operator_id, NULL);
  g_autofree char *fee = g_strconcat ("fee:", transfer->operator_id, NULL);
  gint64 out_fen = g_str_equal (transfer->kind, "collection") ? -amount_fen : amount_fen;
  DsPosting posting = { 0 };
  gint64 at_ms;

  ds_posting_add (&posting, g_str_equal (transfer->kind, "fee") ? fee : BANK, out_fen);
  ds_posting_add (&posting, clearing, -out_fen);
  return posting.n == 0
         || (find_time (self, transfer->at_ms, &at_ms, error)
             && ds_books_post (self->db, key, at_ms, posting.bookings, posting.n, NULL, error));
}

static gboolean
insert_transfer (DsDepot *self, const Transfer *transfer, GError **error)
{
  g_autofree char *key
      = g_strconcat (transfer->kind, ":", transfer->operator_id, ":", transfer->reference, NULL);

  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO payout (operator, kind, reference, day, amount_fen, at_ms)"
                           " VALUES (?, ?, ?, ?, ?, ?)",
                           "ssssii", transfer->operator_id, transfer->kind, transfer->reference,
                           transfer->day, transfer->amount_fen, transfer->at_ms)
         && post_transfer (self, transfer, key, transfer->amount_fen, error);
}

typedef enum
{
  UNKNOWN,
  SAME,
  DIFFERS,
} Known;

/* @day, @amount_fen: (out) (optional): what was booked */
static gboolean
find_transfer (DsDepot *self,
               const Transfer *transfer,
               Known *known,
               char **day,
               gint64 *amount_fen,
               GError **error)
{
  if (!ds_depot_sql_get_text (self->db, day, error,
                              "SELECT day FROM payout WHERE operator = ? AND kind = ? AND reference = ?",
                              "sss", transfer->operator_id, transfer->kind, transfer->reference)
      || !ds_depot_sql_get_int (self->db, amount_fen, 0, error,
                                "SELECT amount_fen FROM payout WHERE operator = ? AND kind = ?"
                                " AND reference = ?",
                                "sss", transfer->operator_id, transfer->kind, transfer->reference))
    return FALSE;
  if (*day == NULL)
    *known = UNKNOWN;
  else
    *known = strcmp (*day, transfer->day) == 0 && *amount_fen == transfer->amount_fen ? SAME : DIFFERS;
  return TRUE;
}

/* Notes what is said of a transfer, beside what is booked of it. */
static gboolean
note_told (DsDepot *self, const Transfer *transfer, GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "UPDATE payout SET told_day = ?, told_fen = ? WHERE operator = ? AND kind = ?"
                           " AND reference = ?",
                           "sisss", transfer->day, transfer->amount_fen, transfer->operator_id,
                           transfer->kind, transfer->reference);
}

/* The file says otherwise than what stands in the books: a person looks at the bank's statement. */
static gboolean
note_differing (DsDepot *self, const Transfer *transfer, gint64 booked_fen, GError **error)
{
  g_autofree char *subject
      = g_strjoin (":", transfer->operator_id, transfer->kind, transfer->reference, NULL);
  g_autofree char *detail = NULL;
  char booked[DS_MONEY_TEXT_SIZE];
  char told[DS_MONEY_TEXT_SIZE];
  gint64 n_told;

  /* The same file once more asks nothing that was decided. */
  if (!ds_depot_sql_get_int (self->db, &n_told, 0, error,
                             "SELECT count (*) FROM payout WHERE operator = ? AND kind = ? AND reference = ?"
                             " AND told_day = ? AND told_fen = ?",
                             "ssssi", transfer->operator_id, transfer->kind, transfer->reference,
                             transfer->day, transfer->amount_fen))
    return FALSE;
  if (n_told > 0)
    return TRUE;
  detail
      = g_strdup_printf ("Booked: %s yuan; operator %s says %s, for %s", ds_money_format (booked_fen, booked),
                         transfer->operator_id, ds_money_format (transfer->amount_fen, told), transfer->day);
  return note_told (self, transfer, error)
         && ds_depot_open_case (self,
                                &(DsCaseDraft){ .kind = DIFFERING,
                                                .subject = subject,
                                                .detail = detail,
                                                .amount_fen = ABS (transfer->amount_fen - booked_fen) },
                                error);
}

gboolean
ds_depot_take_payout (DsDepot *self, const char *operator_id, const DsFileLine *line, GError **error)
{
  const Transfer transfer = { .operator_id = operator_id,
                              .kind = line->kind,
                              .reference = line->operator_ref,
                              .day = line->payment_id,
                              .amount_fen = line->amount_fen,
                              .at_ms = line->at_ms };
  g_autofree char *day = NULL;
  gint64 booked_fen;
  Known known;

  if (!find_transfer (self, &transfer, &known, &day, &booked_fen, error))
    return FALSE;
  if (known == UNKNOWN)
    return insert_transfer (self, &transfer, error);
  return known == SAME || note_differing (self, &transfer, booked_fen, error);
}

/* Judging */

/* One day of an operator's: what is due, and what became of it. */
typedef struct
{
  char *day;
  gint64 due_fen;
  gint64 refunds_fen;
  gint64 payouts_fen;
  gint64 fees_fen;
  gint64 collections_fen;
  gint64 n_payouts;
  gint64 n_collections;
  gint64 decided_fen;
} Day;

static void
day_free (gpointer data)
{
  Day *self = data;

  g_free (self->day);
  g_free (self);
}

/* Positive: still to come; negative: too much of it. */
static gint64
get_open_fen (const Day *day)
{
  return day->due_fen - (day->payouts_fen + day->fees_fen - day->collections_fen) - day->decided_fen;
}

#define SUM_OF(kind)                                                                                         \
  " coalesce ((SELECT sum (amount_fen) FROM payout WHERE payout.operator = file.operator"                    \
  "  AND payout.day = file.day AND kind = '" kind "'), 0),"
#define COUNT_OF(kind)                                                                                       \
  " (SELECT count (*) FROM payout WHERE payout.operator = file.operator AND payout.day = file.day"           \
  "  AND kind = '" kind "'),"

/* Returns: (transfer full) (nullable) (element-type Day): the days of which there are files, in order. */
static GPtrArray *
load_days (DsDepot *self, const char *operator_id, const char *from_day, GError **error)
{
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func (day_free);
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT day, credits_fen - refunds_fen, refunds_fen," SUM_OF ("payout") SUM_OF ("fee")
          SUM_OF ("collection") COUNT_OF ("payout") COUNT_OF (
              "collection") " coalesce ((SELECT -sum (amount_fen) FROM posting CROSS JOIN booking ON posting "
                            "= posting.id"
                            "  WHERE key >= '" DECIDED_KEY "' || file.operator || ':' || file.day || ':'"
                            "  AND key < '" DECIDED_KEY "' || file.operator || ':' || file.day || ';'"
                            "  AND account = 'clearing:' || file.operator), 0)"
                            " FROM daily_file AS file WHERE operator = ? AND day >= ? ORDER BY day",
      "ss", operator_id, from_day);
  gboolean row;

  while (query != NULL)
    {
      Day *day;

      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&days);
        }
      day = g_new0 (Day, 1);
      g_ptr_array_add (days, day);
      day->day = g_strdup (ds_db_column_text (query, 0));
      day->due_fen = ds_db_column_int (query, 1);
      day->refunds_fen = ds_db_column_int (query, 2);
      day->payouts_fen = ds_db_column_int (query, 3);
      day->fees_fen = ds_db_column_int (query, 4);
      day->collections_fen = ds_db_column_int (query, 5);
      day->n_payouts = ds_db_column_int (query, 6);
      day->n_collections = ds_db_column_int (query, 7);
      day->decided_fen = ds_db_column_int (query, 8);
    }
  return NULL;
}

/* Returns: (nullable): the kind of the day's case, with its words. */
static const char *
judge_day (const Day *day, gboolean overdue, const char **words)
{
  gint64 open_fen = get_open_fen (day);

  if (open_fen == 0)
    return NULL;
  if (day->n_payouts + day->n_collections == 0)
    {
      *words = day->due_fen > 0 ? "The operator has paid out nothing for the day"
                                : "The operator has not collected what it gave back on the day";
      return overdue ? LATE : NULL;
    }
  if (open_fen > 0)
    {
      *words = "The operator paid out less than its file of the day came to";
      return SHORT;
    }
  /* Who pays out gross collects the refunds later. */
  if (-open_fen <= day->refunds_fen && !overdue)
    return NULL;
  if (day->n_payouts == 2 && -open_fen == day->due_fen)
    {
      *words = "The operator paid out the day twice";
      return DUPLICATE;
    }
  *words = "The operator paid out more than its file of the day came to";
  return OVER;
}

static gboolean
close_cases (DsDepot *self, const char *subject, const char *but_kind, const char *resolution, GError **error)
{
  static const char *const kinds[] = { LATE, SHORT, OVER, DUPLICATE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i], but_kind) != 0
          && !ds_depot_close_case (self, kinds[i], subject, resolution, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
update_case (DsDepot *self,
             const char *operator_id,
             const Day *day,
             gboolean overdue,
             json_t *cases,
             GError **error)
{
  g_autofree char *subject = make_subject (operator_id, day->day);
  const char *words = NULL;
  const char *kind = judge_day (day, overdue, &words);

  if (kind == NULL)
    return close_cases (self, subject, NULL, "paid", error);
  json_array_append_new (cases, json_pack ("{s:s, s:s}", "kind", kind, "subject", subject));
  return ds_depot_open_case (
             self,
             &(DsCaseDraft){
                 .kind = kind, .subject = subject, .detail = words, .amount_fen = ABS (get_open_fen (day)) },
             error)
         && close_cases (self, subject, kind, "said otherwise", error);
}

/* Adds the transfers of which the operator and we differ. */
static gboolean
add_differing (DsDepot *self, const char *operator_id, json_t *cases, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT subject FROM incident WHERE kind = '" DIFFERING "'"
                                       " AND closed_at_ms = 0 AND subject LIKE ? || ':%' ORDER BY number",
                                       "s", operator_id);
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
      json_array_append_new (
          cases, json_pack ("{s:s, s:s}", "kind", DIFFERING, "subject", ds_db_column_text (query, 0)));
    }
  return FALSE;
}

gboolean
ds_depot_judge_payouts (DsDepot *self, const char *operator_id, json_t *cases, GError **error)
{
  g_autofree char *first = NULL;
  g_autoptr (GPtrArray) days = NULL;

  if (!ds_depot_sql_get_text (self->db, &first, error, "SELECT min (day) FROM payout WHERE operator = ?", "s",
                              operator_id))
    return FALSE;
  /* Until the first one it is not known that pay-outs are told of at all. */
  if (first == NULL)
    return TRUE;
  days = load_days (self, operator_id, first, error);
  if (days == NULL)
    return FALSE;
  for (guint i = 0; i < days->len; i++)
    {
      if (!update_case (self, operator_id, g_ptr_array_index (days, i), i + self->payout_days < days->len,
                        cases, error))
        return FALSE;
    }
  return add_differing (self, operator_id, cases, error);
}

/* Deciding */

/* Takes an operator's id off the subject of a case. Returns: (transfer none) (nullable): what is behind it. */
static const char *
split_subject (DsDepot *self, const char *subject, char **operator_id, GError **error)
{
  const char *rest = strchr (subject, ':');

  *operator_id = rest != NULL ? g_strndup (subject, (gsize)(rest - subject)) : NULL;
  if (rest != NULL && ds_depot_find_operator (self, *operator_id) != NULL)
    return rest + 1;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "The case is about an operator with which nothing is agreed any more: “%.40s”", subject);
  return NULL;
}

gboolean
ds_depot_settle_payout_case (DsDepot *self, const DsOpenCase *open, const char *counter, GError **error)
{
  g_autofree char *operator_id = NULL;
  const char *day = split_subject (self, open->subject, &operator_id, error);
  g_autofree char *id = ds_id_new (self->clock, self->random);
  g_autofree char *key = g_strconcat (DECIDED_KEY, open->subject, ":", id, NULL);
  g_autofree char *clearing = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GPtrArray) days = NULL;
  DsPosting posting = { 0 };
  gint64 open_fen;

  days = day != NULL ? load_days (self, operator_id, day, error) : NULL;
  if (days == NULL)
    return FALSE;
  open_fen = days->len > 0 ? get_open_fen (g_ptr_array_index (days, 0)) : 0;
  if (ABS (open_fen) != open->amount_fen)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           "Another sum is open by now: reconcile again, and look at the case once more");
      return FALSE;
    }
  clearing = g_strconcat ("clearing:", operator_id, NULL);
  other = g_strconcat (counter, operator_id, NULL);
  ds_posting_add (&posting, other, open_fen);
  ds_posting_add (&posting, clearing, -open_fen);
  return ds_depot_post (self, key, &posting, error);
}

/* @day, @told_fen: (out): what the operator's file said; @booked_fen: (out): what stands in the books */
static gboolean
load_told (DsDepot *self,
           const Transfer *transfer,
           char **day,
           gint64 *told_fen,
           gint64 *booked_fen,
           GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT told_day, told_fen, amount_fen, at_ms FROM payout"
                                       " WHERE operator = ? AND kind = ? AND reference = ?",
                                       "sss", transfer->operator_id, transfer->kind, transfer->reference);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      *day = g_strdup (ds_db_column_text (query, 0));
      *told_fen = ds_db_column_int (query, 1);
      *booked_fen = ds_db_column_int (query, 2);
    }
  ds_db_reset (query);
  if (*day == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "No file says otherwise of this transfer");
  return *day != NULL;
}

static gboolean
correct_transfer (DsDepot *self, const Transfer *transfer, GError **error)
{
  g_autofree char *id = ds_id_new (self->clock, self->random);
  g_autofree char *key = g_strconcat (transfer->kind, "-corrected:", transfer->operator_id, ":",
                                      transfer->reference, ":", id, NULL);
  g_autofree char *day = NULL;
  g_autoptr (json_t) cases = json_array ();
  gint64 told_fen, booked_fen;

  return load_told (self, transfer, &day, &told_fen, &booked_fen, error)
         && post_transfer (self, transfer, key, told_fen - booked_fen, error)
         && ds_depot_sql_run (self->db, error,
                              "UPDATE payout SET day = told_day, amount_fen = told_fen WHERE operator = ?"
                              " AND kind = ? AND reference = ?",
                              "sss", transfer->operator_id, transfer->kind, transfer->reference)
         && ds_depot_judge_payouts (self, transfer->operator_id, cases, error);
}

gboolean
ds_depot_correct_payout (DsDepot *self, const DsOpenCase *open, const char *how, GError **error)
{
  g_autofree char *operator_id = NULL;
  const char *rest = split_subject (self, open->subject, &operator_id, error);
  g_auto (GStrv) parts = rest != NULL ? g_strsplit (rest, ":", 2) : NULL;

  if (parts == NULL)
    return FALSE;
  /* What was told stays noted, so that the same file does not ask again. */
  return g_str_equal (how, "keep")
         || correct_transfer (self,
                              &(Transfer){ .operator_id = operator_id,
                                           .kind = parts[0],
                                           .reference = parts[1],
                                           .at_ms = ds_depot_now_ms (self) },
                              error);
}

/* By hand */

static gboolean
check_payout (DsDepot *self, const DsPayout *payout, GError **error)
{
  gsize n_bytes = strlen (payout->reference);
  char today[DS_DAY_SIZE];
  gboolean plain = n_bytes > 0 && n_bytes <= DS_PAYOUT_MAX_REFERENCE_BYTES;
  gint64 from_ms;

  for (const char *at = payout->reference; plain && *at != '\0'; at++)
    plain = g_ascii_isgraph (*at) && *at != ',' && *at != '"';
  if (ds_depot_find_operator (self, payout->operator_id) == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no operator “%.40s”", payout->operator_id);
  else if (!plain)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                 "Say the bank's number of the transfer: 1 to %d letters, digits and signs without blanks",
                 DS_PAYOUT_MAX_REFERENCE_BYTES);
  else if (!ds_day_parse (payout->day, &from_ms, error))
    return FALSE;
  else if (strcmp (payout->day, ds_day_format (ds_depot_now_ms (self), today)) > 0)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s is still to come: say the day that is paid for",
                 payout->day);
  else if (ABS (payout->amount_fen) > DS_MONEY_MAX_FEN || payout->fee_fen < 0
           || payout->fee_fen > DS_MONEY_MAX_FEN || (payout->amount_fen == 0 && payout->fee_fen == 0))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "That is no amount");
  else
    return TRUE;
  return FALSE;
}

static gboolean
correct_by_hand (DsDepot *self, const Transfer *transfer, const char *reason, GError **error)
{
  g_autofree char *subject
      = g_strjoin (":", transfer->operator_id, transfer->kind, transfer->reference, NULL);
  const DsCaseDraft draft = { .kind = DIFFERING, .subject = subject, .detail = reason };

  return ds_depot_check_reason (reason, error) && note_told (self, transfer, error)
         && correct_transfer (self, transfer, error) && ds_depot_open_case (self, &draft, error)
         && ds_depot_close_case (self, DIFFERING, subject, "corrected", error);
}

/* @other: a kind that a transfer of this number must not be, too */
static gboolean
book_by_hand (DsDepot *self, const Transfer *transfer, const char *other, const char *reason, GError **error)
{
  g_autofree char *day = NULL;
  char booked[DS_MONEY_TEXT_SIZE];
  gint64 booked_fen;
  gint64 n_other;
  Known known;

  if (!find_transfer (self, transfer, &known, &day, &booked_fen, error)
      || !ds_depot_sql_get_int (self->db, &n_other, 0, error,
                                "SELECT count (*) FROM payout WHERE operator = ? AND reference = ?"
                                " AND kind = ?",
                                "sss", transfer->operator_id, transfer->reference, other))
    return FALSE;
  if (known == UNKNOWN && n_other == 0)
    return insert_transfer (self, transfer, error);
  if (known == SAME)
    return TRUE;
  if (n_other == 0 && reason != NULL)
    return correct_by_hand (self, transfer, reason, error);
  if (n_other > 0)
    g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "The transfer %s was booked the other way round",
                 transfer->reference);
  else
    g_set_error (
        error, DS_ERROR, DS_ERROR_CONFLICT,
        "The transfer %s was booked before: %s yuan (%s) for %s. A second one has a number of its own; "
        "what was wrong is corrected with --reason",
        transfer->reference, ds_money_format (booked_fen, booked), transfer->kind, day);
  return FALSE;
}

static json_t *
book_payout (DsDepot *self, const DsPayout *payout, GError **error)
{
  gboolean collects = payout->amount_fen < 0;
  Transfer transfer = { .operator_id = payout->operator_id,
                        .kind = collects ? "collection" : "payout",
                        .reference = payout->reference,
                        .day = payout->day,
                        .amount_fen = ABS (payout->amount_fen),
                        .at_ms = ds_depot_now_ms (self) };
  g_autoptr (json_t) cases = json_array ();
  g_autoptr (GPtrArray) days = NULL;
  const Day *day;

  if (transfer.amount_fen > 0
      && !book_by_hand (self, &transfer, collects ? "payout" : "collection", payout->reason, error))
    return NULL;
  transfer.kind = "fee";
  transfer.amount_fen = payout->fee_fen;
  if ((transfer.amount_fen > 0 && !book_by_hand (self, &transfer, "", payout->reason, error))
      || !ds_depot_judge_payouts (self, payout->operator_id, cases, error)
      || !ds_depot_complete_cases (self, cases, error))
    return NULL;
  days = load_days (self, payout->operator_id, payout->day, error);
  if (days == NULL)
    return NULL;
  day = days->len > 0 ? g_ptr_array_index (days, 0) : NULL;
  if (day != NULL && strcmp (day->day, payout->day) != 0)
    day = NULL;
  return json_pack ("{s:s, s:s, s:s, s:I, s:I, s:o, s:I, s:O}", "operator", payout->operator_id, "day",
                    payout->day, "reference", payout->reference, "amount_fen", (json_int_t)payout->amount_fen,
                    "fee_fen", (json_int_t)payout->fee_fen, "due_fen",
                    day != NULL ? json_integer (day->due_fen) : json_null (), "open_fen",
                    (json_int_t)(day != NULL ? get_open_fen (day) : 0), "cases", cases);
}

json_t *
ds_depot_book_payout (DsDepot *self, const DsPayout *payout, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && payout != NULL, NULL);
  g_return_val_if_fail (payout->operator_id != NULL && payout->day != NULL && payout->reference != NULL,
                        NULL);

  if (!check_payout (self, payout, error) || !ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, book_payout (self, payout, error), error);
}

void
ds_depot_set_payout_days (DsDepot *self, gint64 days)
{
  g_return_if_fail (DS_IS_DEPOT (self) && days >= 0);

  self->payout_days = (guint)days;
}

/* Listing */

static json_t *
list_transfers (DsDepot *self, const char *operator_id, const char *day, GError **error)
{
  g_autoptr (json_t) transfers = json_array ();
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT kind, reference, amount_fen, at_ms FROM payout"
                                       " WHERE operator = ? AND day = ? ORDER BY at_ms, reference, kind DESC",
                                       "ss", operator_id, day);
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&transfers);
        }
      json_array_append_new (transfers,
                             json_pack ("{s:s, s:s, s:I, s:I}", "kind", ds_db_column_text (query, 0),
                                        "reference", ds_db_column_text (query, 1), "amount_fen",
                                        (json_int_t)ds_db_column_int (query, 2), "at_ms",
                                        (json_int_t)ds_db_column_int (query, 3)));
    }
  return NULL;
}

static gboolean
append_day (DsDepot *self, const char *operator_id, const Day *day, json_t *list, GError **error)
{
  json_t *transfers = list_transfers (self, operator_id, day->day, error);

  if (transfers == NULL)
    return FALSE;
  json_array_append_new (
      list, json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "operator", operator_id, "day",
                       day->day, "due_fen", (json_int_t)day->due_fen, "paid_fen",
                       (json_int_t)day->payouts_fen, "fee_fen", (json_int_t)day->fees_fen, "collected_fen",
                       (json_int_t)day->collections_fen, "decided_fen", (json_int_t)day->decided_fen,
                       "open_fen", (json_int_t)get_open_fen (day), "transfers", transfers));
  return TRUE;
}

/* What the operator's clearing account is made of. */
static gboolean
append_operator (DsDepot *self,
                 const char *operator_id,
                 GPtrArray *days,
                 gint64 transit_fen,
                 json_t *list,
                 GError **error)
{
  g_autofree char *clearing = g_strconcat ("clearing:", operator_id, NULL);
  gint64 unpaid_fen = 0;
  gint64 clearing_fen;

  if (!ds_books_get_balance (self->db, clearing, &clearing_fen, error))
    return FALSE;
  for (guint i = 0; i < days->len; i++)
    unpaid_fen += get_open_fen (g_ptr_array_index (days, i));
  json_array_append_new (list, json_pack ("{s:s, s:I, s:I, s:I, s:I}", "operator", operator_id,
                                          "clearing_fen", (json_int_t)clearing_fen, "unpaid_fen",
                                          (json_int_t)unpaid_fen, "in_transit_fen", (json_int_t)transit_fen,
                                          "rest_fen", (json_int_t)(clearing_fen - unpaid_fen - transit_fen)));
  return TRUE;
}

json_t *
ds_depot_list_payouts (DsDepot *self, gboolean all, GError **error)
{
  g_autoptr (json_t) list = json_array ();
  g_autoptr (json_t) transit = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  transit = ds_depot_list_in_transit (self, error);
  if (transit == NULL)
    return NULL;
  for (guint i = 0; i < self->operators->len; i++)
    {
      const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, i));
      g_autoptr (GPtrArray) days = load_days (self, operator_id, "", error);

      if (days == NULL
          || !append_operator (self, operator_id, days,
                               ds_depot_sum_transit (transit, operator_id, G_MAXINT64), list, error))
        return NULL;
      for (guint n = days->len; n > 0; n--)
        {
          const Day *day = g_ptr_array_index (days, n - 1);

          if ((all || get_open_fen (day) != 0) && !append_day (self, operator_id, day, list, error))
            return NULL;
        }
    }
  return g_steal_pointer (&list);
}

gboolean
ds_depot_find_oldest_unpaid (DsDepot *self, const char *operator_id, gint64 *end_ms, GError **error)
{
  g_autoptr (GPtrArray) days = load_days (self, operator_id, "", error);

  *end_ms = 0;
  if (days == NULL)
    return FALSE;
  for (guint i = 0; i < days->len && *end_ms == 0; i++)
    {
      const Day *day = g_ptr_array_index (days, i);
      gint64 from_ms;

      if (get_open_fen (day) == 0)
        continue;
      if (!ds_day_parse (day->day, &from_ms, error))
        return FALSE;
      *end_ms = from_ms + DS_DAY_MS;
    }
  return TRUE;
}
