/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases: what a person at the depot should look at, with the money at stake, until it is decided. */
#include "config.h"

#include "ds-depot-lists.h"
#include "ds-depot-private.h"

#include "ds-day.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-money.h"

#define MAX_REASON_BYTES 1000

#define NEXT_NUMBER "(SELECT coalesce (max (number), 0) + 1 FROM incident)"

/* Opening and closing */

gboolean
ds_depot_note_incident (DsDepot *self,
                        const char *kind,
                        const char *subject,
                        const char *detail,
                        GError **error)
{
  gint64 now_ms = ds_depot_now_ms (self);
  char today[DS_DAY_SIZE];

  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO incident (number, kind, subject, at_ms, detail, day)"
                           " VALUES (" NEXT_NUMBER ", ?, ?, ?, ?, ?) ON CONFLICT (kind, subject) DO NOTHING",
                           "ssiss", kind, subject, now_ms, detail, ds_day_format (now_ms, today));
}

gboolean
ds_depot_open_case (DsDepot *self, const DsCaseDraft *draft, GError **error)
{
  gint64 now_ms = ds_depot_now_ms (self);
  char today[DS_DAY_SIZE];

  return ds_depot_sql_run (
      self->db, error,
      "INSERT INTO incident (number, kind, subject, at_ms, detail, stop, courier, amount_fen, day)"
      " VALUES (" NEXT_NUMBER
      ", ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, subject) DO UPDATE SET detail = excluded.detail,"
      " stop = excluded.stop, courier = excluded.courier, amount_fen = excluded.amount_fen,"
      " at_ms = iif (closed_at_ms = 0, at_ms, excluded.at_ms),"
      " day = iif (closed_at_ms = 0, day, excluded.day), closed_at_ms = 0, resolution = NULL",
      "ssisssis", draft->kind, draft->subject, now_ms, draft->detail, draft->stop_id, draft->courier_id,
      draft->amount_fen, draft->day != NULL ? draft->day : ds_day_format (now_ms, today));
}

gboolean
ds_depot_close_money_cases (DsDepot *self,
                            const char *payment_id,
                            const char *but_kind,
                            const char *resolution,
                            GError **error)
{
  /* The plus keeps SQLite from looking for each of the kinds: a payment has few cases, mostly none. */
  return ds_depot_sql_run (self->db, error,
                           "UPDATE incident SET closed_at_ms = ?, resolution = ? WHERE subject = ?"
                           " AND closed_at_ms = 0 AND kind <> ? AND +kind IN " DS_CASE_MONEY_KINDS,
                           "isss", ds_depot_now_ms (self), resolution, payment_id, but_kind);
}

gboolean
ds_depot_close_stop_cases (DsDepot *self,
                           const char *stop_id,
                           const char *kind,
                           const char *resolution,
                           GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "UPDATE incident SET closed_at_ms = ?, resolution = ? WHERE stop = ? AND kind = ?"
                           " AND closed_at_ms = 0",
                           "isss", ds_depot_now_ms (self), resolution, stop_id, kind);
}

gboolean
ds_depot_close_case (DsDepot *self,
                     const char *kind,
                     const char *subject,
                     const char *resolution,
                     GError **error)
{
  return ds_depot_sql_run (
      self->db, error,
      "UPDATE incident SET closed_at_ms = ?, resolution = ? WHERE subject = ? AND kind = ?"
      " AND closed_at_ms = 0",
      "isss", ds_depot_now_ms (self), resolution, subject, kind);
}

/* Listing */

#define CASE_COLUMNS                                                                                         \
  "SELECT number, kind, subject, at_ms, detail, incident.stop, incident.courier, incident.amount_fen,"       \
  " closed_at_ms, resolution, tender, place FROM incident LEFT JOIN payment ON payment.id = subject"         \
  " LEFT JOIN stop ON stop.id = incident.stop "

static json_t *
pack_case (DsQuery *query)
{
  return json_pack ("{s:I, s:s, s:s, s:I, s:s, s:s?, s:s?, s:I, s:I, s:s?, s:s?, s:s?}", "case",
                    (json_int_t)ds_db_column_int (query, 0), "kind", ds_db_column_text (query, 1), "subject",
                    ds_db_column_text (query, 2), "at_ms", (json_int_t)ds_db_column_int (query, 3), "detail",
                    ds_db_column_text (query, 4), "stop", ds_db_column_text (query, 5), "courier",
                    ds_db_column_text (query, 6), "amount_fen", (json_int_t)ds_db_column_int (query, 7),
                    "closed_at_ms", (json_int_t)ds_db_column_int (query, 8), "resolution",
                    ds_db_column_text (query, 9), "tender", ds_db_column_text (query, 10), "place",
                    ds_db_column_text (query, 11));
}

/* Reads @query (nullable) to its end. */
static json_t *
collect_cases (DsDepot *self, DsQuery *query, GError **error)
{
  g_autoptr (json_t) cases = json_array ();
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&cases);
        }
      json_array_append_new (cases, pack_case (query));
    }
  return NULL;
}

json_t *
ds_depot_list_cases (DsDepot *self, gboolean closed_too, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  return collect_cases (self,
                        ds_depot_sql_query (self->db, error,
                                            CASE_COLUMNS "WHERE closed_at_ms = 0 OR ? ORDER BY number", "i",
                                            (gint64)closed_too),
                        error);
}

json_t *
ds_depot_page_cases (DsDepot *self, const DsCaseFilter *filter, gint64 offset, gint64 limit, GError **error)
{
  DsQuery *query;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && filter != NULL, NULL);

  if (filter->subject != NULL)
    query = ds_depot_sql_query (self->db, error,
                                CASE_COLUMNS "WHERE subject = ? ORDER BY number LIMIT ? OFFSET ?", "sii",
                                filter->subject, limit, offset);
  else if (filter->day != NULL)
    query
        = ds_depot_sql_query (self->db, error, CASE_COLUMNS "WHERE day = ? ORDER BY number LIMIT ? OFFSET ?",
                              "sii", filter->day, limit, offset);
  else if (filter->courier_id != NULL)
    query = ds_depot_sql_query (self->db, error,
                                CASE_COLUMNS "WHERE incident.courier = ? AND closed_at_ms = 0"
                                             " ORDER BY number LIMIT ? OFFSET ?",
                                "sii", filter->courier_id, limit, offset);
  else if (filter->closed_too)
    query = ds_depot_sql_query (self->db, error, CASE_COLUMNS "ORDER BY number DESC LIMIT ? OFFSET ?", "ii",
                                limit, offset);
  else
    query = ds_depot_sql_query (self->db, error,
                                CASE_COLUMNS "WHERE closed_at_ms = 0 ORDER BY number LIMIT ? OFFSET ?", "ii",
                                limit, offset);
  return collect_cases (self, query, error);
}

json_t *
ds_depot_describe_case (DsDepot *self, gint64 number, GError **error)
{
  g_autoptr (json_t) cases = NULL;
  json_t *found;
  gint64 is_money;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  cases = collect_cases (
      self, ds_depot_sql_query (self->db, error, CASE_COLUMNS "WHERE number = ?", "i", number), error);
  if (cases == NULL
      || !ds_depot_sql_get_int (self->db, &is_money, 0, error,
                                "SELECT kind IN " DS_CASE_MONEY_KINDS " FROM incident WHERE number = ?", "i",
                                number))
    return NULL;
  found = json_array_get (cases, 0);
  if (found == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no case %" G_GINT64_FORMAT, number);
      return NULL;
    }
  json_object_set_new (found, "is_money", json_boolean (is_money != 0));
  return json_incref (found);
}

/* Refunds */

static gboolean
is_known_refund (DsDepot *self,
                 const char *refund_id,
                 const char *payment_id,
                 gint64 amount_fen,
                 gboolean *known,
                 char **refused,
                 GError **error)
{
  gint64 same;

  if (!ds_depot_sql_get_int (self->db, &same, -1, error,
                             "SELECT payment = ? AND amount_fen = ? FROM refund WHERE id = ?", "sis",
                             payment_id, amount_fen, refund_id))
    return FALSE;
  *known = same >= 0;
  if (same == 0)
    *refused = g_strdup ("The refund was asked for before, of another payment or amount");
  return TRUE;
}

/* What may still be asked back, all refunds together never being more than came in. */
static gboolean
get_left_fen (DsDepot *self, const DsDepotPayment *payment, gint64 *left_fen, GError **error)
{
  gint64 taken_fen = ds_depot_payment_get_taken_fen (payment);
  gint64 asked_fen;

  if (!ds_depot_sql_get_int (
          self->db, &asked_fen, 0, error,
          "SELECT sum (amount_fen) FROM refund WHERE payment = ? AND outcome IS NOT 'declined'", "s",
          payment->base->id))
    return FALSE;
  *left_fen = MAX ((taken_fen > 0 ? taken_fen : payment->base->amount_fen) - asked_fen, 0);
  return TRUE;
}

static gboolean
insert_refund (DsDepot *self, const DsDepotPayment *payment, const DsRefundDraft *draft, GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO refund (id, payment, amount_fen, reason, by_clerk, shift, outcome)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?)",
                           "ssisiss", draft->id, payment->base->id, draft->amount_fen, draft->reason,
                           (gint64)draft->by_clerk, draft->shift_id,
                           payment->base->tender == DS_TENDER_CASH ? "refunded" : NULL);
}

/* Cash goes back from hand to hand: nobody needs to be asked, and what is gone is gone. @over_fen: what had been given
 * back before */
static gboolean
take_cash_back (DsDepot *self,
                DsDepotPayment *payment,
                const DsRefundDraft *draft,
                gint64 over_fen,
                GError **error)
{
  const DsCaseDraft twice = { .kind = DS_CASE_GIVEN_BACK_TWICE,
                              .subject = draft->id,
                              .detail = "The courier gave back cash that a clerk had given back already",
                              .stop_id = payment->base->stop_id,
                              .courier_id = payment->courier_id,
                              .amount_fen = over_fen };

  return ds_depot_book_cash_back (self, payment, draft, over_fen, error)
         && (over_fen == 0 || ds_depot_open_case (self, &twice, error))
         && ds_depot_change_payment (self, payment, error)
         && (draft->shift_id == NULL || ds_depot_change_statement (self, draft->shift_id, error));
}

gboolean
ds_depot_ask_refund (DsDepot *self,
                     DsDepotPayment *payment,
                     const DsRefundDraft *draft,
                     char **refused,
                     GError **error)
{
  gboolean cash = payment->base->tender == DS_TENDER_CASH;
  gint64 left_fen, most_fen;
  gboolean known;

  *refused = NULL;
  if (!is_known_refund (self, draft->id, payment->base->id, draft->amount_fen, &known, refused, error)
      || !get_left_fen (self, payment, &left_fen, error))
    return FALSE;
  if (known)
    return TRUE;
  most_fen = cash && !draft->by_clerk ? payment->base->amount_fen : left_fen;
  if (draft->amount_fen > most_fen)
    {
      *refused = g_strdup ("All refunds together would exceed the payment");
      return TRUE;
    }
  if (!insert_refund (self, payment, draft, error))
    return FALSE;
  if (cash)
    return take_cash_back (self, payment, draft, MAX (draft->amount_fen - left_fen, 0), error);
  /* Before the operator has confirmed the payment there is nothing to give back: the refund waits for that. The handheld
   * hears of it now, so that its courier does not give cash back as well. */
  return (payment->booked_fen == 0 || ds_depot_work_add_refunds (self, payment->base->id, error))
         && ds_depot_publish_payment (self, payment, error);
}

/* What a clerk decides. Each in a transaction of its own; @answer (transfer full). */

static gboolean
load_payment (DsDepot *self, const char *payment_id, DsDepotPayment **payment, GError **error)
{
  if (!ds_depot_payment_load (self->db, payment_id, payment, error))
    return FALSE;
  if (*payment != NULL)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no payment “%.40s”", payment_id);
  return FALSE;
}

gboolean
ds_depot_check_reason (const char *reason, GError **error)
{
  if (reason != NULL && *reason != '\0' && strlen (reason) <= MAX_REASON_BYTES)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Say why (--reason)");
  return FALSE;
}

/* Nothing said, it is what waits in suspense; where nothing waits, all that is left. */
static gboolean
choose_amount (DsDepot *self, const DsDepotPayment *payment, gint64 *amount_fen, GError **error)
{
  gint64 held_fen = ds_depot_payment_get_held_fen (payment);
  gint64 left_fen;

  if (!get_left_fen (self, payment, &left_fen, error))
    return FALSE;
  if (*amount_fen == 0)
    {
      gint64 under_way_fen = MAX (held_fen - left_fen, 0);

      *amount_fen = payment->suspense_fen > 0 ? payment->suspense_fen - under_way_fen : left_fen;
    }
  if (ds_depot_payment_get_taken_fen (payment) > 0 && *amount_fen > 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                       ds_depot_payment_get_taken_fen (payment) > 0
                           ? "All of it is given back already, or is being given back"
                           : "Nothing was paid that could be given back");
  return FALSE;
}

static json_t *
refund (DsDepot *self,
        const char *payment_id,
        const char *refund_id,
        gint64 amount_fen,
        const char *reason,
        GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autofree char *id = refund_id ? g_strdup (refund_id) : ds_id_new (self->clock, self->random);
  g_autofree char *refused = NULL;

  if (!ds_id_is_valid (id) || amount_fen < 0 || amount_fen > DS_MONEY_MAX_FEN)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The refund's id is no UUIDv7, or no amount");
      return NULL;
    }
  if (!ds_depot_check_reason (reason, error) || !load_payment (self, payment_id, &payment, error))
    return NULL;
  /* The same once more, and it gets the same answer: there need be nothing left for that. */
  if ((refund_id == NULL || amount_fen == 0) && !choose_amount (self, payment, &amount_fen, error))
    return NULL;
  if (!ds_depot_ask_refund (
          self, payment,
          &(DsRefundDraft){ .id = id, .amount_fen = amount_fen, .reason = reason, .by_clerk = TRUE },
          &refused, error))
    return NULL;
  if (refused != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_REFUSED, refused);
      return NULL;
    }
  return json_pack ("{s:s, s:s, s:I, s:s}", "refund", id, "payment", payment->base->id, "amount_fen",
                    (json_int_t)amount_fen, "state",
                    payment->base->tender == DS_TENDER_CASH ? "refunded" : "asked");
}

/* The money stands although it is not due: the merchant's, and no case any more. Where another courier has the stop, it
 * has been paid for. What somebody has asked the operator to give back is nobody's to keep. */
static gboolean
keep (DsDepot *self, const char *payment_id, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  gint64 left_fen;

  if (!load_payment (self, payment_id, &payment, error) || !get_left_fen (self, payment, &left_fen, error))
    return FALSE;
  if (ds_depot_payment_get_held_fen (payment) > 0 && left_fen == 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           "It is being given back: the case ends by itself once the operator has done so");
      return FALSE;
    }
  payment->base->kept_fen += payment->suspense_fen;
  payment->base->changed_at_ms = ds_depot_now_ms (self);
  return ds_depot_weigh (self, payment->base->stop_id, payment, error)
         && ds_depot_change_payment (self, payment, error)
         && ds_depot_stop_was_paid_by (self, payment, error);
}

static void
open_case_clear (DsOpenCase *self)
{
  g_free (self->kind);
  g_free (self->subject);
  g_free (self->courier_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsOpenCase, open_case_clear)

static gboolean
load_case (DsDepot *self, gint64 number, DsOpenCase *found, GError **error)
{
  DsQuery *query
      = ds_depot_sql_query (self->db, error,
                            "SELECT subject, kind IN " DS_CASE_MONEY_KINDS ", amount_fen, kind, courier"
                            " FROM incident WHERE number = ? AND closed_at_ms = 0",
                            "i", number);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      found->number = number;
      found->subject = g_strdup (ds_db_column_text (query, 0));
      found->is_money = ds_db_column_int (query, 1) != 0;
      found->amount_fen = ds_db_column_int (query, 2);
      found->kind = g_strdup (ds_db_column_text (query, 3));
      found->courier_id = g_strdup (ds_db_column_text (query, 4));
    }
  ds_db_reset (query);
  if (!row)
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no open case %" G_GINT64_FORMAT, number);
  return row;
}

/* Returns: (transfer full) (nullable): what was done about a case without money in suspense. */
static json_t *
decide (DsDepot *self, const DsOpenCase *open, const char *how, const char *reason, GError **error)
{
  const char *resolution;
  gboolean waited;

  if (!ds_depot_decide_case (self, open, how, &resolution, error))
    return NULL;
  if (resolution == NULL && g_strcmp0 (how, "done") == 0)
    resolution = "done";
  if (resolution == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "No money waits here: say “done” once it is seen to");
      return NULL;
    }
  /* An entry that could not be counted is settled with it, and its courier is told. */
  if ((g_str_equal (open->kind, "refused") || g_str_equal (open->kind, "escalated"))
      && !ds_depot_end_entry (self, open->subject, reason, &waited, error))
    return NULL;
  return ds_depot_close_case (self, open->kind, open->subject, resolution, error)
             ? json_pack ("{s:I, s:s}", "case", (json_int_t)open->number, "resolution", resolution)
             : NULL;
}

static json_t *
resolve (DsDepot *self, gint64 number, const char *how, const char *reason, GError **error)
{
  g_auto (DsOpenCase) open = { 0 };
  json_t *answer = NULL;

  if (!ds_depot_check_reason (reason, error) || !load_case (self, number, &open, error))
    return NULL;
  if (open.is_money && g_strcmp0 (how, "refund") == 0)
    return refund (self, open.subject, NULL, 0, reason, error);
  if (open.is_money && g_strcmp0 (how, "keep") == 0)
    {
      if (keep (self, open.subject, error))
        answer = json_pack ("{s:I, s:s, s:s}", "case", (json_int_t)number, "resolution", "kept", "payment",
                            open.subject);
    }
  else if (open.is_money)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Money waits here: decide “refund” or “keep”");
  else
    answer = decide (self, &open, how, reason, error);
  if (answer != NULL
      && !ds_depot_sql_run (self->db, error,
                            "UPDATE incident SET detail = detail || ' · ' || ? WHERE number = ?", "si",
                            reason, number))
    g_clear_pointer (&answer, json_decref);
  return answer;
}

json_t *
ds_depot_refund (DsDepot *self,
                 const char *payment_id,
                 const char *refund_id,
                 gint64 amount_fen,
                 const char *reason,
                 GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && payment_id != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, refund (self, payment_id, refund_id, amount_fen, reason, error), error);
}

json_t *
ds_depot_resolve (DsDepot *self, gint64 number, const char *how, const char *reason, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, resolve (self, number, how, reason, error), error);
}
