/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clearing accounts of the books against the operators' daily files. */
#include "config.h"

#include "ds-depot-reconcile.h"
#include "ds-depot-private.h"

#include "ds-daily-file.h"
#include "ds-daily-match.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"

#include <string.h>

/* Movements */

/* One payment's, in one direction: what is not settled of it in books and files. */
typedef struct
{
  DsDailyMovement movement;
  char *payment_id;
  GArray *postings; /* (element-type gint64) */
  GArray *lines;    /* (element-type gint64) */
  char *last_day;   /* (nullable): of its last line */
  gint64 first_booked_at_ms;
} Group;

static void
group_free (gpointer data)
{
  Group *self = data;

  g_free (self->payment_id);
  g_free (self->last_day);
  g_array_unref (self->postings);
  g_array_unref (self->lines);
  g_free (self);
}

static char *
make_key (const char *payment_id, gboolean refund)
{
  return g_strconcat (payment_id, refund ? ":refund" : "", NULL);
}

static Group *
get_group (GHashTable *groups, const char *payment_id, gboolean refund)
{
  g_autofree char *key = make_key (payment_id, refund);
  Group *group = g_hash_table_lookup (groups, key);

  if (group != NULL)
    return group;
  group = g_new0 (Group, 1);
  group->payment_id = g_strdup (payment_id);
  group->movement.refund = refund;
  group->first_booked_at_ms = G_MAXINT64;
  group->postings = g_array_new (FALSE, FALSE, sizeof (gint64));
  group->lines = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_insert (groups, g_steal_pointer (&key), group);
  return group;
}

/* "paid:PAYMENT", "refund:PAYMENT:SUM"; others move money that no operator's file speaks of. */
static void
add_posting (GHashTable *groups, gint64 posting, const char *key, gint64 at_ms, gint64 amount_fen)
{
  gboolean refund = g_str_has_prefix (key, "refund:");
  g_auto (GStrv) parts = g_strsplit (key, ":", 3);
  Group *group;

  if (!refund && !g_str_has_prefix (key, "paid:"))
    return;
  group = get_group (groups, parts[1], refund);
  group->movement.books_fen += refund ? -amount_fen : amount_fen;
  group->movement.n_books++;
  group->movement.last_booked_at_ms = MAX (group->movement.last_booked_at_ms, at_ms);
  group->first_booked_at_ms = MIN (group->first_booked_at_ms, at_ms);
  g_array_append_val (group->postings, posting);
}

static gboolean
load_postings (DsDepot *self, const char *operator_id, gint64 from_ms, GHashTable *groups, GError **error)
{
  g_autofree char *account = g_strconcat ("clearing:", operator_id, NULL);
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       /* Not by the account's index, in which its whole life stands. */
                                       "SELECT posting.id, key, at_ms, booking.amount_fen FROM posting"
                                       " CROSS JOIN booking ON booking.posting = posting.id"
                                       " WHERE +account = ? AND at_ms >= ? AND NOT EXISTS"
                                       " (SELECT 1 FROM settlement WHERE settlement.posting = posting.id)",
                                       "si", account, from_ms);
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
      add_posting (groups, ds_db_column_int (query, 0), ds_db_column_text (query, 1),
                   ds_db_column_int (query, 2), ds_db_column_int (query, 3));
    }
  return FALSE;
}

static gboolean
load_lines (DsDepot *self, const char *operator_id, GHashTable *groups, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT id, payment, kind, amount_fen, day, EXISTS (SELECT 1 FROM posting JOIN settlement"
      " ON settlement.posting = posting.id WHERE key = 'paid:' || payment AND settlement.operator = ?1)"
      " FROM daily_line WHERE operator = ?1 AND settled = 0 ORDER BY day, id",
      "s", operator_id);
  gboolean row;

  while (query != NULL)
    {
      Group *group;
      gint64 line;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      group = get_group (groups, ds_db_column_text (query, 1),
                         strcmp (ds_db_column_text (query, 2), "refund") == 0);
      line = ds_db_column_int (query, 0);
      group->movement.file_fen += ds_db_column_int (query, 3);
      group->movement.n_file++;
      group->movement.settled = ds_db_column_int (query, 5) != 0;
      g_free (group->last_day);
      group->last_day = g_strdup (ds_db_column_text (query, 4));
      g_array_append_val (group->lines, line);
    }
  return FALSE;
}

/* What was booked before is settled; years of it need not be looked at each day. */
static char *
name_mark (const char *operator_id)
{
  return g_strconcat ("daily-from:", operator_id, NULL);
}

static gboolean
load_mark (DsDepot *self, const char *operator_id, gint64 *from_ms, GError **error)
{
  g_autofree char *name = name_mark (operator_id);

  return ds_depot_sql_get_int (self->db, from_ms, G_MININT64, error,
                               "SELECT CAST (value AS INTEGER) FROM property WHERE name = ?", "s", name);
}

static gboolean
save_mark (DsDepot *self, const char *operator_id, gint64 from_ms, GError **error)
{
  g_autofree char *name = name_mark (operator_id);
  g_autofree char *value = g_strdup_printf ("%" G_GINT64_FORMAT, from_ms);

  return ds_depot_sql_run (self->db, error, "INSERT OR REPLACE INTO property (name, value) VALUES (?, ?)",
                           "ss", name, value);
}

/* What is unsettled with an operator. Payments from before its first file were nobody's to match.
 * @groups: (out) (transfer full) (element-type utf8 Group): see make_key(). */
static gboolean
load_groups (DsDepot *self, const char *operator_id, GHashTable **groups, gint64 *cut_off_ms, GError **error)
{
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  gint64 from_ms = 0;
  gint64 mark_ms;

  *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
  *cut_off_ms = 0;
  if (!ds_depot_sql_get_text (self->db, &first, error, "SELECT min (day) FROM daily_file WHERE operator = ?",
                              "s", operator_id)
      || !ds_depot_sql_get_text (self->db, &last, error,
                                 "SELECT max (day) FROM daily_file WHERE operator = ?", "s", operator_id))
    return FALSE;
  if (last != NULL && (!ds_day_parse (first, &from_ms, error) || !ds_day_parse (last, cut_off_ms, error)))
    return FALSE;
  if (last != NULL)
    *cut_off_ms += DS_DAY_MS;
  /* A file may have what was booked just before the first day began. */
  return load_mark (self, operator_id, &mark_ms, error)
         && load_postings (self, operator_id, MAX (from_ms - DS_DAILY_MARGIN_MS, mark_ms), *groups, error)
         && load_lines (self, operator_id, *groups, error);
}

/* Settling */

static gboolean
settle_group (DsDepot *self, const char *operator_id, const Group *group, const char *day, GError **error)
{
  for (guint i = 0; i < group->postings->len; i++)
    {
      if (!ds_depot_sql_run (self->db, error,
                             "INSERT INTO settlement (posting, operator, day, amount_fen)"
                             " SELECT posting, ?1, ?2, sum (amount_fen) FROM booking WHERE posting = ?3"
                             " AND account = 'clearing:' || ?1 GROUP BY posting",
                             "ssi", operator_id, day, g_array_index (group->postings, gint64, i)))
        return FALSE;
    }
  for (guint i = 0; i < group->lines->len; i++)
    {
      if (!ds_depot_sql_run (self->db, error, "UPDATE daily_line SET settled = 1 WHERE id = ?", "i",
                             g_array_index (group->lines, gint64, i)))
        return FALSE;
    }
  return TRUE;
}

/* What the group's case is about: the payment, or beside that what was given back of it. Another operator than the one that
 * has the payment may have money of the same number; that is a case of its own, which the first one's file does not end.
 * @subject: (out) (transfer full) */
static gboolean
name_subject (DsDepot *self, const char *operator_id, const Group *group, char **subject, GError **error)
{
  g_autofree char *key = make_key (group->payment_id, group->movement.refund);
  g_autofree char *own = NULL;

  if (!ds_depot_sql_get_text (self->db, &own, error, "SELECT operator FROM payment WHERE id = ?", "s",
                              group->payment_id))
    return FALSE;
  *subject = own == NULL || strcmp (own, operator_id) == 0 ? g_steal_pointer (&key)
                                                           : g_strconcat (key, "@", operator_id, NULL);
  return TRUE;
}

static gboolean
close_cases (DsDepot *self, const char *subject, const char *but_kind, const char *resolution, GError **error)
{
  static const char *const kinds[] = { "daily-missing", "daily-extra", "daily-duplicate", "daily-differing" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i], but_kind) != 0
          && !ds_depot_close_case (self, kinds[i], subject, resolution, error))
        return FALSE;
    }
  return TRUE;
}

static char *
describe (const char *operator_id, const Group *group)
{
  const DsDailyMovement *movement = &group->movement;
  char books[DS_MONEY_TEXT_SIZE];
  char file[DS_MONEY_TEXT_SIZE];

  ds_money_format (movement->books_fen, books);
  ds_money_format (movement->file_fen, file);
  return g_strdup_printf (movement->refund
                              ? "Given back: %s yuan by the books, %s by the files of operator %s"
                              : "Paid: %s yuan by the books, %s by the files of operator %s",
                          books, file, operator_id);
}

static gboolean
open_case (DsDepot *self,
           const char *operator_id,
           const char *subject,
           const Group *group,
           const char *kind,
           GError **error)
{
  g_autofree char *detail = describe (operator_id, group);
  g_autofree char *courier_id = NULL;
  g_autofree char *stop_id = NULL;
  char booked[DS_DAY_SIZE];
  const char *day
      = group->last_day != NULL ? group->last_day : ds_day_format (group->first_booked_at_ms, booked);

  if (!ds_depot_sql_get_text (self->db, &courier_id, error, "SELECT courier FROM payment WHERE id = ?", "s",
                              group->payment_id)
      || !ds_depot_sql_get_text (self->db, &stop_id, error, "SELECT stop FROM payment WHERE id = ?", "s",
                                 group->payment_id))
    return FALSE;
  return ds_depot_open_case (
             self,
             &(DsCaseDraft){ .kind = kind,
                             .subject = subject,
                             .detail = detail,
                             .stop_id = stop_id,
                             .courier_id = courier_id,
                             .day = day,
                             .amount_fen = ABS (group->movement.file_fen - group->movement.books_fen) },
             error)
         && close_cases (self, subject, kind, "said otherwise", error)
         /* The operator has money that the books have not: its answer to a question books it. */
         && (group->movement.n_books > 0 || group->movement.settled || !ds_id_is_valid (group->payment_id)
             || ds_depot_work_ask_about (self, group->payment_id, error));
}

typedef struct
{
  gint64 n_transit;
  gint64 transit_fen;
  json_t *cases; /* subjects and kinds, by operator */
} Tally;

static gboolean
judge_group (DsDepot *self,
             const char *operator_id,
             const Group *group,
             gint64 cut_off_ms,
             Tally *tally,
             GError **error)
{
  DsDailyVerdict verdict = ds_daily_judge (&group->movement, cut_off_ms);
  const char *kind = ds_daily_verdict_get_case (verdict);
  g_autofree char *subject = NULL;

  if (!name_subject (self, operator_id, group, &subject, error))
    return FALSE;
  if (verdict == DS_DAILY_MATCHED)
    return settle_group (self, operator_id, group, group->last_day, error)
           && close_cases (self, subject, NULL, "matched", error);
  if (verdict == DS_DAILY_TRANSIT)
    {
      tally->n_transit++;
      tally->transit_fen += group->movement.refund ? group->movement.file_fen - group->movement.books_fen
                                                   : group->movement.books_fen;
    }
  if (kind == NULL)
    return TRUE;
  json_array_append_new (tally->cases, json_pack ("{s:s, s:s}", "kind", kind, "subject", subject));
  return open_case (self, operator_id, subject, group, kind, error);
}

static gboolean
match (DsDepot *self, const char *operator_id, Tally *tally, GError **error)
{
  g_autoptr (GHashTable) groups = NULL;
  g_autoptr (GList) keys = NULL;
  gint64 cut_off_ms, mark_ms;

  if (!load_groups (self, operator_id, &groups, &cut_off_ms, error))
    return FALSE;
  /* In order, so that cases get the same numbers whatever the order of a table was. */
  keys = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc)strcmp);
  /* A day less: a clock may be set back. */
  mark_ms = cut_off_ms - DS_DAY_MS;
  for (GList *item = keys; item != NULL; item = item->next)
    {
      const Group *group = g_hash_table_lookup (groups, item->data);

      if (!judge_group (self, operator_id, group, cut_off_ms, tally, error))
        return FALSE;
      if (group->movement.n_books > 0 && ds_daily_judge (&group->movement, cut_off_ms) != DS_DAILY_MATCHED)
        mark_ms = MIN (mark_ms, group->first_booked_at_ms);
    }
  return save_mark (self, operator_id, mark_ms, error);
}

/* @group: (out) (nullable): the one of @groups, unsettled with the operator, that the case is about. */
static gboolean
find_group (DsDepot *self,
            const char *operator_id,
            GHashTable *groups,
            const DsOpenCase *open,
            const Group **group,
            GError **error)
{
  g_autofree char *suffix = g_strconcat ("@", operator_id, NULL);
  gsize n = strlen (open->subject) - (g_str_has_suffix (open->subject, suffix) ? strlen (suffix) : 0);
  g_autofree char *key = g_strndup (open->subject, n);
  g_autofree char *subject = NULL;

  *group = g_hash_table_lookup (groups, key);
  if (*group != NULL && !name_subject (self, operator_id, *group, &subject, error))
    return FALSE;
  if (*group != NULL && strcmp (subject, open->subject) != 0)
    *group = NULL;
  return TRUE;
}

gboolean
ds_depot_settle_daily_case (DsDepot *self, const DsOpenCase *open, const char *counter, GError **error)
{
  g_autofree char *id = ds_id_new (self->clock, self->random);
  g_autofree char *key = g_strconcat ("case:", id, NULL);

  for (guint i = 0; i < self->operators->len; i++)
    {
      const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, i));
      g_autofree char *clearing = g_strconcat ("clearing:", operator_id, NULL);
      g_autofree char *other = g_strconcat (counter, operator_id, NULL);
      g_autoptr (GHashTable) groups = NULL;
      DsPosting posting = { 0 };
      char day[DS_DAY_SIZE];
      const Group *group;
      gint64 cut_off_ms, difference_fen;

      if (!load_groups (self, operator_id, &groups, &cut_off_ms, error)
          || !find_group (self, operator_id, groups, open, &group, error))
        return FALSE;
      if (group == NULL
          || g_strcmp0 (ds_daily_verdict_get_case (ds_daily_judge (&group->movement, cut_off_ms)), open->kind)
                 != 0)
        continue;
      difference_fen = group->movement.file_fen - group->movement.books_fen;
      if (group->movement.refund)
        difference_fen = -difference_fen;
      ds_posting_add (&posting, clearing, difference_fen);
      ds_posting_add (&posting, other, -difference_fen);
      return ds_depot_post (self, key, &posting, error)
             && settle_group (self, operator_id, group, ds_day_format (cut_off_ms - 1, day), error);
    }
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                       "Books and files agree by now: reconcile the day again, and the case closes");
  return FALSE;
}

/* Taking a file in */

/* Returns: (transfer full): the digest of what the file says. */
static char *
make_digest (const DsDailyFile *file)
{
  g_autoptr (GBytes) text = ds_daily_file_to_text (file);

  return ds_sm3_hex (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
}

/* Days follow each other: what the last file lacked is the next one's. */
static gboolean
check_day (DsDepot *self, const DsDailyFile *file, gint64 from_ms, GError **error)
{
  g_autofree char *last = NULL;
  char next[DS_DAY_SIZE];
  gint64 last_ms;

  if (ds_depot_now_ms (self) < from_ms + DS_DAY_MS)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "%s is not over: its file is complete after midnight in China", file->day);
      return FALSE;
    }
  if (!ds_depot_sql_get_text (self->db, &last, error, "SELECT max (day) FROM daily_file WHERE operator = ?",
                              "s", file->operator_id))
    return FALSE;
  if (last == NULL)
    return TRUE;
  if (!ds_day_parse (last, &last_ms, error))
    return FALSE;
  if (from_ms == last_ms + DS_DAY_MS)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "The last file of operator %s was of %s: take the file of %s first", file->operator_id, last,
               ds_day_format (last_ms + DS_DAY_MS, next));
  return FALSE;
}

static gboolean
check_file (DsDepot *self, const DsDailyFile *file, const char *day, GError **error)
{
  if (ds_depot_find_operator (self, file->operator_id) == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                 "The file is of operator %s, with which nothing is agreed", file->operator_id);
  else if (g_strcmp0 (file->payee_id, ds_depot_get_payee_id (self)) != 0)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The file is of payee %s, and we are %s", file->payee_id,
                 ds_depot_get_payee_id (self));
  else if (day != NULL && strcmp (day, file->day) != 0)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The file is of %s, not of %s", file->day, day);
  else
    return TRUE;
  return FALSE;
}

static gboolean
insert_file (DsDepot *self, const DsDailyFile *file, const char *digest, GError **error)
{
  if (!ds_depot_sql_run (self->db, error,
                         "INSERT INTO daily_file (operator, day, sm3, n_lines, credits_fen, refunds_fen,"
                         " taken_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "sssiiii", file->operator_id, file->day, digest, (gint64)file->lines->len,
                         file->credits_fen, file->refunds_fen, ds_depot_now_ms (self)))
    return FALSE;
  for (guint i = 0; i < file->lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (file->lines, i);

      if (ds_daily_line_is_payout (line))
        {
          if (!ds_depot_take_payout (self, file->operator_id, line, error))
            return FALSE;
          continue;
        }
      if (!ds_depot_sql_run (self->db, error,
                             "INSERT INTO daily_line (operator, day, payment, kind, amount_fen, at_ms,"
                             " reference) VALUES (?, ?, ?, ?, ?, ?, ?)",
                             "ssssiis", file->operator_id, file->day, line->payment_id, line->kind,
                             line->amount_fen, line->at_ms, line->operator_ref))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_file (DsDepot *self, const DsDailyFile *file, GError **error)
{
  g_autofree char *digest = make_digest (file);
  g_autofree char *known = NULL;
  gint64 from_ms;

  if (!ds_day_parse (file->day, &from_ms, error)
      || !ds_depot_sql_get_text (self->db, &known, error,
                                 "SELECT sm3 FROM daily_file WHERE operator = ? AND day = ?", "ss",
                                 file->operator_id, file->day))
    return FALSE;
  if (known == NULL)
    return check_day (self, file, from_ms, error) && insert_file (self, file, digest, error);
  if (strcmp (known, digest) == 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
               "Another file of operator %s for %s was taken: ask the operator which one is right",
               file->operator_id, file->day);
  return FALSE;
}

gboolean
ds_depot_complete_cases (DsDepot *self, json_t *cases, GError **error)
{
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    gint64 number, amount_fen;
    const char *kind = json_string_value (json_object_get (item, "kind"));
    const char *subject = json_string_value (json_object_get (item, "subject"));

    if (!ds_depot_sql_get_int (self->db, &number, 0, error,
                               "SELECT number FROM incident WHERE kind = ? AND subject = ?", "ss", kind,
                               subject)
        || !ds_depot_sql_get_int (self->db, &amount_fen, 0, error,
                                  "SELECT amount_fen FROM incident WHERE kind = ? AND subject = ?", "ss",
                                  kind, subject))
      return FALSE;
    json_object_set_new (item, "case", json_integer (number));
    json_object_set_new (item, "amount_fen", json_integer (amount_fen));
  }
  return TRUE;
}

static json_t *
reconcile (DsDepot *self, const DsDailyFile *file, GError **error)
{
  g_autoptr (json_t) cases = json_array ();
  Tally tally = { .cases = cases };
  gint64 n_matched;

  if (!take_file (self, file, error) || !match (self, file->operator_id, &tally, error)
      || !ds_depot_judge_payouts (self, file->operator_id, cases, error)
      || !ds_depot_complete_cases (self, cases, error)
      || !ds_depot_sql_get_int (self->db, &n_matched, 0, error,
                                "SELECT count (*) FROM settlement WHERE operator = ? AND day = ?", "ss",
                                file->operator_id, file->day))
    return NULL;
  return json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:b}", "operator",
                    file->operator_id, "day", file->day, "lines", (json_int_t)file->lines->len, "credits_fen",
                    (json_int_t)file->credits_fen, "refunds_fen", (json_int_t)file->refunds_fen,
                    "payouts_fen", (json_int_t)file->payouts_fen, "fees_fen", (json_int_t)file->fees_fen,
                    "collections_fen", (json_int_t)file->collections_fen, "matched", (json_int_t)n_matched,
                    "in_transit", (json_int_t)tally.n_transit, "in_transit_fen",
                    (json_int_t)tally.transit_fen, "cases", cases, "balanced", json_array_size (cases) == 0);
}

json_t *
ds_depot_reconcile_parsed (DsDepot *self, const DsDailyFile *file, const char *day, GError **error)
{
  if (!check_file (self, file, day, error) || !ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, reconcile (self, file, error), error);
}

json_t *
ds_depot_reconcile_file (DsDepot *self, GBytes *file, const char *day, GError **error)
{
  g_autoptr (DsDailyFile) parsed = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && file != NULL, NULL);

  parsed = ds_daily_file_parse (file, error);
  return parsed != NULL ? ds_depot_reconcile_parsed (self, parsed, day, error) : NULL;
}

/* In transit */

static int
compare_age (gconstpointer a, gconstpointer b)
{
  gint64 first = json_integer_value (json_object_get (*(json_t *const *)a, "booked_at_ms"));
  gint64 second = json_integer_value (json_object_get (*(json_t *const *)b, "booked_at_ms"));

  return (first > second) - (first < second);
}

static gboolean
add_transit (DsDepot *self, const char *operator_id, GPtrArray *items, GError **error)
{
  g_autoptr (GHashTable) groups = NULL;
  GHashTableIter iter;
  gpointer value;
  gint64 cut_off_ms;

  if (!load_groups (self, operator_id, &groups, &cut_off_ms, error))
    return FALSE;
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Group *group = value;
      const DsDailyMovement *movement = &group->movement;
      DsDailyVerdict verdict = ds_daily_judge (movement, cut_off_ms);

      if (verdict == DS_DAILY_TRANSIT || verdict == DS_DAILY_LATER)
        g_ptr_array_add (
            items,
            json_pack ("{s:s, s:s, s:s, s:I, s:I, s:I}", "operator", operator_id, "payment",
                       group->payment_id, "kind", movement->refund ? "refund" : "payment", "amount_fen",
                       (json_int_t)(movement->books_fen - movement->file_fen), "booked_at_ms",
                       (json_int_t)movement->last_booked_at_ms, "age_days",
                       (json_int_t)((ds_depot_now_ms (self) - movement->last_booked_at_ms) / DS_DAY_MS)));
    }
  return TRUE;
}

json_t *
ds_depot_list_in_transit (DsDepot *self, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)json_decref);
  json_t *list;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  for (guint i = 0; i < self->operators->len; i++)
    {
      if (!add_transit (self, ds_operator_get_id (g_ptr_array_index (self->operators, i)), items, error))
        return NULL;
    }
  g_ptr_array_sort (items, compare_age);
  list = json_array ();
  for (guint i = 0; i < items->len; i++)
    json_array_append (list, g_ptr_array_index (items, i));
  return list;
}
