/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settling a shift: the operators' files against the journal, and the signed statement of what came out. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-private.h"

#include "ds-books.h"
#include "ds-daily-file.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-statement.h"

#include <string.h>

/* The depot's clock and the handheld's, which wrote when the shift began, should not differ by more. */
#define MARGIN_MS (G_GINT64_CONSTANT (3600000))
/* How much earlier the files begin: lines are told apart by their payments, so a wrong clock costs nothing. */
#define FILE_MARGIN_MS (G_GINT64_CONSTANT (36) * 3600000)

typedef struct
{
  char *id;
  char *courier_id;
  char *device_id;
  char *accounting_date;
  gint64 float_fen;
  gint64 opened_at_ms;
  gint64 counted_fen;
  char *statement_id; /* (nullable): before the first version */
  gint64 version;
  char *jws; /* (nullable): the last version */
} Shift;

static void
shift_clear (Shift *self)
{
  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->device_id);
  g_free (self->accounting_date);
  g_free (self->statement_id);
  g_free (self->jws);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shift, shift_clear)

/* One settling under way. */
typedef struct
{
  Shift shift;
  gboolean may_ask;
  guint n_loaded;      /* operators whose file is here */
  gint64 asked_us;     /* when the next one was asked for its own */
  GPtrArray *file;     /* (element-type DsFileLine): all files joined */
  GHashTable *refunds; /* (element-type utf8 FileRefunds): by operator and payment */
} Settling;

static void
settling_free (gpointer data)
{
  Settling *self = data;

  shift_clear (&self->shift);
  g_ptr_array_unref (self->file);
  g_hash_table_unref (self->refunds);
  g_free (self);
}

static gboolean
load_shift (DsDepot *self, const char *shift_id, Shift *shift, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT id, courier, device, accounting_date, float_fen, opened_at_ms, counted_fen,"
      " statement, version, jws FROM shift WHERE id = ?",
      "s", shift_id);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such shift");
      return FALSE;
    }
  shift->id = g_strdup (ds_db_column_text (query, 0));
  shift->courier_id = g_strdup (ds_db_column_text (query, 1));
  shift->device_id = g_strdup (ds_db_column_text (query, 2));
  shift->accounting_date = g_strdup (ds_db_column_text (query, 3));
  shift->float_fen = ds_db_column_int (query, 4);
  shift->opened_at_ms = ds_db_column_int (query, 5);
  shift->counted_fen = ds_db_column_int (query, 6);
  shift->statement_id = g_strdup (ds_db_column_text (query, 7));
  shift->version = ds_db_column_int (query, 8);
  shift->jws = g_strdup (ds_db_column_text (query, 9));
  ds_db_reset (query);
  return TRUE;
}

/* Its end */

/* Every open payment of the shift is asked about once more before its statement is made. */
static gboolean
query_open_payments (DsDepot *self, const char *shift_id, GError **error)
{
  g_autoptr (GPtrArray) payments = NULL;

  if (!ds_depot_payment_load_shift (self->db, shift_id, &payments, error))
    return FALSE;
  for (guint i = 0; i < payments->len; i++)
    {
      DsDepotPayment *payment = g_ptr_array_index (payments, i);

      if (payment->base->tender != DS_TENDER_CASH && payment->booked_fen == 0
          && !ds_depot_work_add (self, DS_TASK_QUERY, payment->base->id, 0, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ds_depot_end_shift (DsDepot *self,
                    const char *shift_id,
                    const char *courier_id,
                    gint64 at_ms,
                    gint64 counted_fen,
                    gboolean *ended,
                    GError **error)
{
  if (!ds_depot_sql_run (self->db, error,
                         "UPDATE shift SET closed_at_ms = ?, counted_fen = ? WHERE id = ? AND courier ="
                         " coalesce (?, courier) AND closed_at_ms = 0",
                         "iiss", at_ms, counted_fen, shift_id, courier_id))
    return FALSE;
  *ended = sqlite3_changes (ds_db_get_handle (self->db)) > 0;
  return !*ended
         || (query_open_payments (self, shift_id, error)
             && ds_depot_work_add (self, DS_TASK_CLOSE, shift_id, 0, error));
}

/* The operators' files */

/* Whether this courier is the only one with a shift since @from_ms: then money that nobody's journal explains can only
 * be this one's. */
static gboolean
check_alone (DsDepot *self, const Shift *shift, gboolean *alone, GError **error)
{
  gint64 n_others;

  if (!ds_depot_sql_get_int (self->db, &n_others, 0, error,
                             "SELECT count (*) FROM shift WHERE courier <> ? AND"
                             " (closed_at_ms = 0 OR closed_at_ms >= ?)",
                             "si", shift->courier_id, shift->opened_at_ms - MARGIN_MS))
    return FALSE;
  *alone = n_others == 0;
  return TRUE;
}

/* What an operator's file has as given back of a payment. */
typedef struct
{
  char *operator_id;
  char *payment_id;
  gint64 amount_fen;
  gint64 red_packet_fen;
} FileRefunds;

static void
file_refunds_free (gpointer data)
{
  FileRefunds *self = data;

  g_free (self->operator_id);
  g_free (self->payment_id);
  g_free (self);
}

static void
add_refunds (GHashTable *refunds, const char *operator_id, GPtrArray *file)
{
  for (guint i = 0; i < file->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (file, i);
      g_autofree char *key = g_strconcat (operator_id, " ", line->payment_id, NULL);
      FileRefunds *sum = g_hash_table_lookup (refunds, key);

      if (!g_str_equal (line->kind, "refund"))
        continue;
      if (sum == NULL)
        {
          sum = g_new0 (FileRefunds, 1);
          sum->operator_id = g_strdup (operator_id);
          sum->payment_id = g_strdup (line->payment_id);
          g_hash_table_insert (refunds, g_steal_pointer (&key), sum);
        }
      sum->amount_fen += line->amount_fen;
      sum->red_packet_fen += line->red_packet_fen;
    }
}

/* A depot that was restored from a backup has forgotten what it had asked operators to give back since: their files have
 * it. */
static gboolean
take_refunds (DsDepot *self, GHashTable *refunds, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, refunds);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FileRefunds *sum = value;
      g_autoptr (DsDepotPayment) payment = NULL;

      if (!ds_depot_payment_load (self->db, sum->payment_id, &payment, error))
        return FALSE;
      /* Of another operator's money the books have nothing that could go back. */
      if (payment != NULL && g_strcmp0 (payment->base->operator_id, sum->operator_id) == 0
          && sum->amount_fen > payment->base->refunded_fen && sum->amount_fen <= payment->booked_fen
          && (!ds_depot_book_refunds (self, payment, sum->amount_fen, sum->red_packet_fen, error)
              || !ds_depot_change_payment (self, payment, error)))
        return FALSE;
    }
  return TRUE;
}

/* A payee's file holds every courier's money. @is_ours: whether the line belongs into this shift's statement.
 * @is_open: whether the operator has money that the books have not. */
static gboolean
look_at_line (DsDepot *self,
              const Shift *shift,
              const DsFileLine *line,
              gboolean alone,
              gboolean *is_ours,
              gboolean *is_open,
              GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (!ds_depot_payment_load (self->db, line->payment_id, &payment, error))
    return FALSE;
  *is_open = payment == NULL || payment->booked_fen == 0;
  if (payment != NULL && payment->base->shift_id != NULL)
    {
      *is_ours = g_str_equal (payment->base->shift_id, shift->id);
      return TRUE;
    }
  /* Money that no journal mentions: of this courier's carried codes, or of nobody's. What was there before the shift
   * stood in an earlier statement. */
  *is_ours = payment != NULL && payment->courier_id != NULL
                 ? g_str_equal (payment->courier_id, shift->courier_id)
                 : alone;
  if (payment != NULL && payment->booked_fen > 0
      && payment->base->changed_at_ms < shift->opened_at_ms - MARGIN_MS)
    *is_ours = FALSE;
  return TRUE;
}

/* Leaves this shift's lines in @file. @asked: whether payments were found that the operators should be asked about. */
static gboolean
sort_file (DsDepot *self, Settling *settling, gboolean *asked, GError **error)
{
  gboolean alone;

  *asked = FALSE;
  if (!take_refunds (self, settling->refunds, error) || !check_alone (self, &settling->shift, &alone, error))
    return FALSE;
  for (guint i = 0; i < settling->file->len;)
    {
      DsFileLine *line = g_ptr_array_index (settling->file, i);
      gboolean is_ours, is_open;

      if (!look_at_line (self, &settling->shift, line, alone, &is_ours, &is_open, error))
        return FALSE;
      if (is_open && settling->may_ask && ds_id_is_valid (line->payment_id))
        {
          if (!ds_depot_work_ask_about (self, line->payment_id, error))
            return FALSE;
          *asked = TRUE;
        }
      if (is_ours)
        i++;
      else
        g_ptr_array_remove_index (settling->file, i);
    }
  return TRUE;
}

/* The statement */

static GPtrArray *
list_bases (GPtrArray *payments)
{
  GPtrArray *bases = g_ptr_array_new ();

  for (guint i = 0; i < payments->len; i++)
    g_ptr_array_add (bases, ((DsDepotPayment *)g_ptr_array_index (payments, i))->base);
  return bases;
}

/* What a clerk gave back came out of the depot's till: it is still in the courier's drawer. */
static gboolean
count_cash (DsDepot *self, const Shift *shift, GPtrArray *payments, DsStatementCash *cash, GError **error)
{
  gint64 back_fen;

  if (!ds_depot_sql_get_int (self->db, &back_fen, 0, error,
                             "SELECT sum (refund.amount_fen) FROM refund JOIN payment ON payment.id = payment"
                             " WHERE coalesce (refund.shift, payment.shift) = ? AND tender = 'cash'"
                             " AND by_clerk = 0 AND outcome = 'refunded'",
                             "s", shift->id))
    return FALSE;
  *cash = (DsStatementCash){ .float_fen = shift->float_fen,
                             .expected_fen = shift->float_fen - back_fen,
                             .counted_fen = shift->counted_fen };
  for (guint i = 0; i < payments->len; i++)
    {
      const DsDepotPayment *payment = g_ptr_array_index (payments, i);

      if (payment->base->tender == DS_TENDER_CASH)
        cash->expected_fen += ds_depot_payment_get_taken_fen (payment);
    }
  return TRUE;
}

gboolean
ds_depot_load_shift_cash (DsDepot *self, const char *shift_id, DsStatementCash *cash, GError **error)
{
  g_auto (Shift) shift = { 0 };
  g_autoptr (GPtrArray) payments = NULL;

  return load_shift (self, shift_id, &shift, error)
         && ds_depot_payment_load_shift (self->db, shift_id, &payments, error)
         && count_cash (self, &shift, payments, cash, error);
}

static const char *
find_verdict (json_t *lines, const char *payment_id)
{
  json_t *line;
  gsize i;

  json_array_foreach (lines, i, line)
  {
    if (g_strcmp0 (json_string_value (json_object_get (line, "payment")), payment_id) == 0)
      return json_string_value (json_object_get (line, "verdict"));
  }
  return NULL;
}

/* What stands in the operator's file as we have it is settled. */
static gboolean
settle_matched (DsDepot *self, GPtrArray *payments, json_t *lines, gboolean *changed, GError **error)
{
  *changed = FALSE;
  for (guint i = 0; i < payments->len; i++)
    {
      DsDepotPayment *payment = g_ptr_array_index (payments, i);

      if (payment->base->tender == DS_TENDER_CASH || payment->base->state != DS_PAYMENT_PAID
          || payment->booked_fen == 0 || g_strcmp0 (find_verdict (lines, payment->base->id), "matched") != 0)
        continue;
      ds_depot_payment_happens (payment, DS_PAYMENT_IS_MATCHED, ds_depot_now_ms (self));
      if (!ds_depot_publish_payment (self, payment, error))
        return FALSE;
      *changed = TRUE;
    }
  return TRUE;
}

/* What a line says beside what was matched: red packets, refunds, and what of it waits in suspense and why. */
static gboolean
complete_line (DsDepot *self,
               json_t *line,
               const DsDepotPayment *payment,
               gint64 *suspense_fen,
               GError **error)
{
  gint64 waits_fen = payment != NULL ? payment->suspense_fen : 0;
  g_autofree char *why = NULL;

  if (waits_fen > 0
      && !ds_depot_sql_get_text (self->db, &why, error,
                                 "SELECT kind FROM incident WHERE subject = ? AND closed_at_ms = 0"
                                 " ORDER BY number DESC",
                                 "s", payment->base->id))
    return FALSE;
  *suspense_fen += waits_fen;
  json_object_set_new (line, "red_packet_fen", json_integer (payment ? payment->base->red_packet_fen : 0));
  json_object_set_new (line, "refunded_fen", json_integer (payment ? payment->base->refunded_fen : 0));
  json_object_set_new (line, "suspense_fen", json_integer (waits_fen));
  json_object_set_new (line, "why", why ? json_string (why) : json_null ());
  return TRUE;
}

static gboolean
complete_lines (DsDepot *self, json_t *match, GPtrArray *payments, GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  json_t *line;
  gint64 suspense_fen = 0;
  gsize i;

  for (guint p = 0; p < payments->len; p++)
    {
      DsDepotPayment *payment = g_ptr_array_index (payments, p);

      g_hash_table_insert (by_id, payment->base->id, payment);
    }
  json_array_foreach (json_object_get (match, "lines"), i, line)
  {
    const char *id = json_string_value (json_object_get (line, "payment"));

    if (!complete_line (self, line, g_hash_table_lookup (by_id, id), &suspense_fen, error))
      return FALSE;
  }
  json_object_set_new (match, "suspense_fen", json_integer (suspense_fen));
  return TRUE;
}

/* Whether the last version said the same. */
static gboolean
says_nothing_new (DsDepot *self, const Shift *shift, json_t *match)
{
  static const char *const members[]
      = { "lines", "digital", "vouchers", "cash", "difference_fen", "suspense_fen", "balanced", "overrides" };
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) last = NULL;

  if (shift->jws == NULL || !ds_jws_read (shift->jws, -1, NULL, &payload, NULL))
    return FALSE;
  last = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), DS_JWS_MAX_BYTES,
                               NULL);
  for (gsize i = 0; last != NULL && i < G_N_ELEMENTS (members); i++)
    {
      json_t *was = json_object_get (last, members[i]);
      json_t *is = json_object_get (match, members[i]);

      /* Both may say nothing of it. */
      if (was != is && !json_equal (was, is))
        return FALSE;
    }
  return last != NULL;
}

static char *
sign_statement (DsDepot *self, const Shift *shift, const char *statement_id, json_t *match, GError **error)
{
  g_autoptr (json_t) books = ds_books_to_json (self->db, error);
  g_autoptr (json_t) payload = NULL;
  g_autofree char *line = NULL;

  if (books == NULL)
    return NULL;
  payload
      = json_pack ("{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:O}", "statement", statement_id, "version",
                   (json_int_t)(shift->version + 1), "shift", shift->id, "courier", shift->courier_id,
                   "device", shift->device_id, "accounting_date", shift->accounting_date, "at_ms",
                   (json_int_t)ds_depot_now_ms (self), "books_sum_fen", json_object_get (books, "sum_fen"));
  json_object_update (payload, match);
  line = ds_json_to_line (payload);
  return ds_jws_sign (self->key, "depot", line, strlen (line), error);
}

static gboolean
publish_statement (DsDepot *self, const Shift *shift, json_t *match, GError **error)
{
  g_autofree char *statement_id
      = shift->statement_id ? g_strdup (shift->statement_id) : ds_id_new (self->clock, self->random);
  g_autofree char *jws = sign_statement (self, shift, statement_id, match, error);

  return jws != NULL
         && ds_depot_sql_run (
             self->db, error,
             "UPDATE shift SET statement = ?, version = version + 1, jws = ?, balanced = ?,"
             " difference_fen = ? WHERE id = ?",
             "ssiis", statement_id, jws, (gint64)json_is_true (json_object_get (match, "balanced")),
             (gint64)json_integer_value (json_object_get (match, "difference_fen")), shift->id)
         && ds_feed_put (self->feed, shift->courier_id, "statement", shift->id, ds_depot_now_ms (self),
                         json_pack ("{s:s, s:s}", "shift", shift->id, "jws", jws), error);
}

static gboolean
make_statement (DsDepot *self, Settling *settling, GError **error)
{
  g_autoptr (GPtrArray) payments = NULL;
  g_autoptr (GPtrArray) bases = NULL;
  g_autoptr (json_t) match = NULL;
  g_autoptr (json_t) overrides = NULL;
  DsStatementCash cash;
  gboolean changed;

  if (!ds_depot_payment_load_shift (self->db, settling->shift.id, &payments, error))
    return FALSE;
  bases = list_bases (payments);
  if (!count_cash (self, &settling->shift, payments, &cash, error)
      || !ds_depot_review_handover (self, settling->shift.id, cash.expected_fen, error))
    return FALSE;
  match = ds_statement_match (bases, settling->file, &cash);
  if (!settle_matched (self, payments, json_object_get (match, "lines"), &changed, error))
    return FALSE;
  if (changed)
    {
      /* The statement shows the states that it brings about. */
      json_decref (match);
      match = ds_statement_match (bases, settling->file, &cash);
    }
  if (!complete_lines (self, match, payments, error))
    return FALSE;
  overrides = ds_depot_override_list (self, settling->shift.id, error);
  if (overrides == NULL)
    return FALSE;
  /* A shift without any says nothing of them. */
  if (json_array_size (overrides) > 0)
    json_object_set (match, "overrides", overrides);
  return says_nothing_new (self, &settling->shift, match)
         || publish_statement (self, &settling->shift, match, error);
}

static gboolean
finish_settling (DsDepot *self, Settling *settling, GError **error)
{
  gboolean asked, done;

  if (!ds_depot_begin (self, error))
    return FALSE;
  done = sort_file (self, settling, &asked, error) && (asked || make_statement (self, settling, error));
  if (!done)
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  if (!ds_depot_commit (self, error))
    return FALSE;
  if (asked)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         "Operators are being asked about payments of their files");
  return !asked;
}

/* Loading */

static void load_next_file (GTask *task);

static void
did_load_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Settling *settling = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) lines = ds_operator_load_file_finish (DS_OPERATOR (source), result, &error);
  DsDepot *self = g_task_get_source_object (task);

  if (self->monitor != NULL)
    ds_depot_monitor_was_told (self->monitor, DS_OPERATOR (source), "file",
                               g_get_monotonic_time () - settling->asked_us, NULL, error);
  if (lines == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  /* What moved between operator and bank is no courier's. */
  for (guint i = lines->len; i > 0; i--)
    if (ds_daily_line_is_payout (g_ptr_array_index (lines, i - 1)))
      g_ptr_array_remove_index (lines, i - 1);
  add_refunds (settling->refunds, ds_operator_get_id (DS_OPERATOR (source)), lines);
  g_ptr_array_extend_and_steal (settling->file, g_steal_pointer (&lines));
  settling->n_loaded++;
  load_next_file (g_steal_pointer (&task));
}

static void
load_next_file (GTask *task_)
{
  g_autoptr (GTask) task = task_;
  DsDepot *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (settling->n_loaded < self->operators->len)
    {
      settling->asked_us = g_get_monotonic_time ();
      ds_depot_monitor_asked (self->monitor, g_ptr_array_index (self->operators, settling->n_loaded));
      ds_operator_load_file_async (g_ptr_array_index (self->operators, settling->n_loaded),
                                   ds_depot_get_payee_id (self), settling->shift.opened_at_ms - MARGIN_MS,
                                   ds_depot_now_ms (self) + MARGIN_MS, self->closing, did_load_file,
                                   g_steal_pointer (&task));
      return;
    }
  if (finish_settling (self, settling, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ds_depot_settle_async (DsDepot *self,
                       const char *shift_id,
                       gboolean may_ask,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Settling *settling = g_new0 (Settling, 1);
  GError *error = NULL;

  g_task_set_name (task, "[doorstep] settle a shift");
  settling->may_ask = may_ask;
  settling->file = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  settling->refunds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_refunds_free);
  g_task_set_task_data (task, settling, settling_free);
  if (load_shift (self, shift_id, &settling->shift, &error))
    load_next_file (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

gboolean
ds_depot_settle_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
