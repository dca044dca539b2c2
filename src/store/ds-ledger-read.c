/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading snapshots. Stops, parcels and payments are read by one query each and merged. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-error.h"
#include "ds-own-order.h"
#include "ds-plain-text.h"

#include <string.h>

/**
 * Selection:
 *
 * The three queries that make up a set of stops. Parameter 1, where there is one, is a stop's id.
 */
typedef struct
{
  const char *stops;
  const char *parcels;
  const char *payments;
} Selection;

#define STOP_COLUMNS                                                                                         \
  "SELECT s.id, position, version, recipient, phone, address, place, note, lat_e6, lng_e6, window_from_ms,"  \
  " window_to_ms, prefetched_payment, prefetched_code, prefetched_operator, prefetched_amount_fen,"          \
  " prefetched_expires_at_ms, spoken_secret, removed_reason, pickup_check, o.rank, n.text"                   \
  " FROM stops s LEFT JOIN own_order o ON o.stop = s.id LEFT JOIN own_notes n ON n.stop = s.id "
#define PARCEL_COLUMNS                                                                                       \
  "SELECT p.stop, p.waybill, p.due_fen, p.prepaid, o.outcome, o.reason, l.shift, o.at_ms FROM parcels p"     \
  " LEFT JOIN outcomes o ON o.stop = p.stop AND o.waybill = p.waybill"                                       \
  " LEFT JOIN loads l ON l.waybill = p.waybill "
#define PAYMENT_COLUMNS                                                                                      \
  "SELECT id, shift, stop, parcels, amount_fen, tender, state, source, code, code_expires_at_ms, operator,"  \
  " operator_ref, wallet_serial, voucher_counter, reason, red_packet_fen, refunded_fen, tendered_fen,"       \
  " change_fen, created_at_ms, changed_at_ms, superseded, red_packet_refunded_fen, kept_fen, spoken,"        \
  " n_misspoken, refunding_fen FROM payments "
#define WITH_PAYMENTS " IN (SELECT stop FROM payments) "

static const Selection all_stops = {
  STOP_COLUMNS "ORDER BY position, s.id",
  PARCEL_COLUMNS "ORDER BY p.stop, p.place",
  PAYMENT_COLUMNS "ORDER BY n",
};

static const Selection one_stop = {
  STOP_COLUMNS "WHERE s.id = ?1",
  PARCEL_COLUMNS "WHERE p.stop = ?1 ORDER BY p.place",
  PAYMENT_COLUMNS "WHERE stop = ?1 ORDER BY n",
};

static const Selection stops_with_payments = {
  STOP_COLUMNS "WHERE s.id" WITH_PAYMENTS "ORDER BY position, s.id",
  PARCEL_COLUMNS "WHERE p.stop" WITH_PAYMENTS "ORDER BY p.stop, p.place",
  PAYMENT_COLUMNS "ORDER BY n",
};

static DsQuery *
prepare_for (DsLedger *self, const char *sql, const char *stop_id, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, sql, error);

  if (query != NULL && stop_id != NULL)
    ds_db_bind_text (query, 1, stop_id);
  return query;
}

/* The tables have what the depot sent, so that they can be compared with it; the screens have no more of strangers' words than
 * can do no harm there. */
static DsStop *
read_stop (DsQuery *query)
{
  DsStop *stop = ds_stop_new ();

  stop->id = g_strdup (ds_db_column_text (query, 0));
  stop->position = ds_db_column_int (query, 1);
  stop->version = ds_db_column_int (query, 2);
  stop->recipient = ds_plain_text_clean (ds_db_column_text (query, 3));
  stop->phone = ds_plain_text_clean (ds_db_column_text (query, 4));
  stop->address = ds_plain_text_clean (ds_db_column_text (query, 5));
  stop->place = ds_plain_text_clean (ds_db_column_text (query, 6));
  stop->note = ds_plain_text_clean (ds_db_column_text (query, 7));
  stop->lat_e6 = ds_db_column_int (query, 8);
  stop->lng_e6 = ds_db_column_int (query, 9);
  stop->window_from_ms = ds_db_column_int (query, 10);
  stop->window_to_ms = ds_db_column_int (query, 11);
  stop->prefetched_payment_id = g_strdup (ds_db_column_text (query, 12));
  stop->prefetched_code = g_strdup (ds_db_column_text (query, 13));
  stop->prefetched_operator_id = g_strdup (ds_db_column_text (query, 14));
  stop->prefetched_amount_fen = ds_db_column_int (query, 15);
  stop->prefetched_expires_at_ms = ds_db_column_int (query, 16);
  stop->spoken_secret = g_strdup (ds_db_column_text (query, 17));
  stop->removed_reason = ds_plain_text_clean (ds_db_column_text (query, 18));
  stop->pickup_check = g_strdup (ds_db_column_text (query, 19));
  stop->rank = ds_db_column_text (query, 20) != NULL ? ds_db_column_int (query, 20)
                                                     : ds_own_order_get_planned_rank (stop->position);
  stop->own_note = g_strdup (ds_db_column_text (query, 21));
  return stop;
}

static DsParcel *
read_parcel (DsQuery *query, GError **error)
{
  g_autoptr (DsParcel) parcel = ds_parcel_new ();
  const char *outcome = ds_db_column_text (query, 4);

  parcel->waybill = g_strdup (ds_db_column_text (query, 1));
  parcel->due_fen = ds_db_column_int (query, 2);
  parcel->prepaid = ds_db_column_int (query, 3) != 0;
  parcel->reason = g_strdup (ds_db_column_text (query, 5));
  parcel->loaded_in = g_strdup (ds_db_column_text (query, 6));
  parcel->outcome_at_ms = ds_db_column_int (query, 7);
  if (outcome != NULL && !ds_parcel_outcome_from_name (outcome, &parcel->outcome))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "Parcel %s has no known outcome", parcel->waybill);
      return NULL;
    }
  return g_steal_pointer (&parcel);
}

static DsPayment *
read_payment (DsQuery *query, GError **error)
{
  g_autoptr (DsPayment) payment = ds_payment_new ();
  const char *waybills = ds_db_column_text (query, 3);

  payment->id = g_strdup (ds_db_column_text (query, 0));
  payment->shift_id = g_strdup (ds_db_column_text (query, 1));
  payment->stop_id = g_strdup (ds_db_column_text (query, 2));
  payment->parcels = g_strsplit (waybills, "\n", -1);
  payment->amount_fen = ds_db_column_int (query, 4);
  if (!ds_tender_from_name (ds_db_column_text (query, 5), &payment->tender)
      || !ds_payment_state_from_name (ds_db_column_text (query, 6), &payment->state)
      || !ds_code_source_from_name (ds_db_column_text (query, 7), &payment->source))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "Payment %s has no known state", payment->id);
      return NULL;
    }
  payment->code = g_strdup (ds_db_column_text (query, 8));
  payment->code_expires_at_ms = ds_db_column_int (query, 9);
  payment->operator_id = g_strdup (ds_db_column_text (query, 10));
  payment->operator_ref = g_strdup (ds_db_column_text (query, 11));
  payment->wallet_serial = g_strdup (ds_db_column_text (query, 12));
  payment->voucher_counter = payment->wallet_serial ? ds_db_column_int (query, 13) : -1;
  payment->reason = ds_plain_text_clean (ds_db_column_text (query, 14));
  payment->red_packet_fen = ds_db_column_int (query, 15);
  payment->refunded_fen = ds_db_column_int (query, 16);
  payment->tendered_fen = ds_db_column_int (query, 17);
  payment->change_fen = ds_db_column_int (query, 18);
  payment->created_at_ms = ds_db_column_int (query, 19);
  payment->changed_at_ms = ds_db_column_int (query, 20);
  payment->superseded = ds_db_column_int (query, 21) != 0;
  payment->red_packet_refunded_fen = ds_db_column_int (query, 22);
  payment->kept_fen = ds_db_column_int (query, 23);
  payment->spoken = ds_db_column_int (query, 24) != 0;
  payment->n_misspoken = ds_db_column_int (query, 25);
  payment->refunding_fen = ds_db_column_int (query, 26);
  return g_steal_pointer (&payment);
}

static gboolean
read_stops (DsLedger *self, DsQuery *query, GPtrArray *stops, GHashTable *by_id, GError **error)
{
  gboolean row;

  while (ds_db_step (self->db, query, &row, error))
    {
      DsStop *stop;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      stop = read_stop (query);
      g_ptr_array_add (stops, stop);
      g_hash_table_insert (by_id, stop->id, stop);
    }
  return FALSE;
}

static gboolean
read_parcels (DsLedger *self, DsQuery *query, GHashTable *by_id, GError **error)
{
  DsStop *stop = NULL;
  gboolean row;

  while (ds_db_step (self->db, query, &row, error))
    {
      const char *stop_id;
      DsParcel *parcel;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      /* They come stop by stop. */
      stop_id = ds_db_column_text (query, 0);
      if (stop == NULL || strcmp (stop->id, stop_id) != 0)
        stop = g_hash_table_lookup (by_id, stop_id);
      parcel = read_parcel (query, error);
      if (parcel == NULL)
        {
          ds_db_reset (query);
          return FALSE;
        }
      if (stop != NULL)
        g_ptr_array_add (stop->parcels, parcel);
      else
        ds_parcel_free (parcel);
    }
  return FALSE;
}

static void
add_payment (GHashTable *by_id, DsPayment *payment)
{
  DsStop *stop = g_hash_table_lookup (by_id, payment->stop_id);

  if (stop == NULL)
    return;
  /* A carried code stands in the stop, not in the payment's row: the depot may send another. */
  if (payment->code == NULL && g_strcmp0 (stop->prefetched_payment_id, payment->id) == 0)
    payment->code = g_strdup (stop->prefetched_code);
  g_ptr_array_add (stop->payments, g_object_ref (payment));
}

static gboolean
read_payments (DsLedger *self, DsQuery *query, GHashTable *by_id, GPtrArray *payments, GError **error)
{
  gboolean row;

  while (ds_db_step (self->db, query, &row, error))
    {
      g_autoptr (DsPayment) payment = NULL;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      payment = read_payment (query, error);
      if (payment == NULL)
        {
          ds_db_reset (query);
          return FALSE;
        }
      if (by_id != NULL)
        add_payment (by_id, payment);
      else
        g_ptr_array_add (payments, g_steal_pointer (&payment));
    }
  return FALSE;
}

static GPtrArray *
load_selection (DsLedger *self, const Selection *selection, const char *stop_id, GError **error)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  DsQuery *query;

  ds_ledger_assert_thread (self);

  if ((query = prepare_for (self, selection->stops, stop_id, error)) == NULL
      || !read_stops (self, query, stops, by_id, error)
      || (query = prepare_for (self, selection->parcels, stop_id, error)) == NULL
      || !read_parcels (self, query, by_id, error)
      || (query = prepare_for (self, selection->payments, stop_id, error)) == NULL
      || !read_payments (self, query, by_id, NULL, error)
      || !ds_ledger_read_proofs (self, stop_id, by_id, error)
      || !ds_ledger_read_overrides (self, stop_id, by_id, error))
    return NULL;
  return g_steal_pointer (&stops);
}

GPtrArray *
ds_ledger_load_stops (DsLedger *self, GError **error)
{
  return load_selection (self, &all_stops, NULL, error);
}

DsStop *
ds_ledger_load_stop (DsLedger *self, const char *stop_id, GError **error)
{
  g_autoptr (GPtrArray) stops = load_selection (self, &one_stop, stop_id, error);

  if (stops == NULL)
    return NULL;
  if (stops->len == 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no stop %s on this route", stop_id);
      return NULL;
    }
  return g_ptr_array_steal_index (stops, 0);
}

DsStop *
ds_ledger_find_stop (DsLedger *self, const char *payment_id_or_waybill, GError **error)
{
  /* A waybill stands at its present stop and, after a second try, at former ones: the latest version is meant. */
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT stop FROM payments WHERE id = ?1 UNION ALL SELECT * FROM ("
                       " SELECT p.stop FROM parcels p JOIN stops s ON s.id = p.stop WHERE p.waybill = ?1"
                       " ORDER BY s.removed_reason IS NOT NULL, s.position LIMIT 1) LIMIT 1",
                       error);
  g_autofree char *stop_id = NULL;
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, payment_id_or_waybill);
  if (!ds_db_step (self->db, query, &row, error))
    return NULL;
  stop_id = row ? g_strdup (ds_db_column_text (query, 0)) : NULL;
  ds_db_reset (query);
  return stop_id ? ds_ledger_load_stop (self, stop_id, error) : NULL;
}

gboolean
ds_ledger_check_stop (DsLedger *self, const char *stop, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT 1 FROM stops WHERE id = ?1", error);
  gboolean found;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop);
  if (!ds_db_step (self->db, query, &found, error))
    return FALSE;
  ds_db_reset (query);
  if (!found)
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no stop %s on this route", stop);
  return found;
}

GPtrArray *
ds_ledger_load_payments (DsLedger *self, const char *shift_id, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, PAYMENT_COLUMNS "WHERE shift = ?1 ORDER BY n", error);
  g_autoptr (GPtrArray) payments = g_ptr_array_new_with_free_func (g_object_unref);

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, shift_id);
  return read_payments (self, query, NULL, payments, error) ? g_steal_pointer (&payments) : NULL;
}

static gboolean
load_vouchers (DsLedger *self,
               const char *wallet_serial,
               DsExposure *exposure,
               gint64 *wallet_fen,
               GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT coalesce (sum (amount_fen), 0), count (*), coalesce (min (changed_at_ms), 0),"
                       " coalesce (sum (amount_fen) FILTER (WHERE wallet_serial = ?1), 0) FROM payments "
                       "WHERE state = 'accepted'",
                       error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, wallet_serial);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  exposure->unredeemed_fen = ds_db_column_int (query, 0);
  exposure->unredeemed_count = ds_db_column_int (query, 1);
  exposure->oldest_unredeemed_at_ms = ds_db_column_int (query, 2);
  *wallet_fen = ds_db_column_int (query, 3);
  ds_db_reset (query);
  return TRUE;
}

static gboolean
load_cash (DsLedger *self, DsExposure *exposure, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "SELECT s.float_fen + coalesce ((SELECT sum (tendered_fen - change_fen)"
      " FROM payments WHERE shift = s.id), 0) - coalesce ((SELECT sum (amount_fen) FROM cash_back"
      " WHERE shift = s.id), 0) FROM shifts s WHERE s.closed_at_ms = 0",
      error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  exposure->cash_fen = row ? ds_db_column_int (query, 0) : 0;
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_ledger_load_exposure (DsLedger *self,
                         const char *wallet_serial,
                         DsExposure *exposure,
                         gint64 *wallet_fen,
                         GError **error)
{
  ds_ledger_assert_thread (self);

  return load_vouchers (self, wallet_serial, exposure, wallet_fen, error) && load_cash (self, exposure, error)
         && ds_ledger_sum_overrides (self, &exposure->override_fen, error);
}

/* Problems */

static DsProblem *
add_problem (GPtrArray *problems, const char *kind, const char *subject, gint64 at_ms)
{
  DsProblem *problem = g_new0 (DsProblem, 1);

  problem->kind = g_strdup (kind);
  problem->subject = g_strdup (subject);
  problem->at_ms = at_ms;
  g_ptr_array_add (problems, problem);
  return problem;
}

static void
add_payment_problem (GPtrArray *problems,
                     const char *kind,
                     DsStop *stop,
                     DsPayment *payment,
                     gint64 amount_fen)
{
  DsProblem *problem = add_problem (problems, kind, payment->id, payment->changed_at_ms);

  problem->stop = g_object_ref (stop);
  problem->payment = g_object_ref (payment);
  problem->amount_fen = amount_fen;
  problem->text = g_strdup (payment->reason);
}

/* What was taken too much goes back through a payment that the courier had given up, if there is one; else through
 * the latest that is not cash, since that is the one the depot can refund; else it is cash. */
static DsPayment *
choose_refund (DsStop *stop)
{
  DsPayment *chosen = NULL;
  gint best = -1;

  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);
      gint rank = payment->superseded ? 2 : payment->tender != DS_TENDER_CASH ? 1 : 0;

      if (ds_payment_get_covered_fen (payment) > 0 && rank >= best)
        {
          chosen = payment;
          best = rank;
        }
    }
  return chosen;
}

static gboolean
is_all (DsStop *stop, gboolean (*holds) (const DsParcel *parcel))
{
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      if (!holds (g_ptr_array_index (stop->parcels, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_prepaid (const DsParcel *parcel)
{
  return parcel->prepaid;
}

static gboolean
is_delivered (const DsParcel *parcel)
{
  return parcel->outcome == DS_OUTCOME_DELIVERED;
}

/* Cash here and digital money by the depot, neither knowing of the other. */
static gboolean
was_given_back_twice (DsStop *stop)
{
  guint n_given_back = 0;

  for (guint i = 0; i < stop->payments->len; i++)
    n_given_back += ((DsPayment *)g_ptr_array_index (stop->payments, i))->refunded_fen > 0;
  return n_given_back > 1 && is_all (stop, is_delivered);
}

/* Why more was taken than is due: the depot changed the stop meanwhile, or the customer paid twice. */
static const char *
find_why_over (DsStop *stop, gboolean repriced)
{
  if (stop->removed_reason != NULL)
    return g_str_equal (stop->removed_reason, "reassigned") ? "reassigned" : "cancelled";
  if (is_all (stop, is_prepaid))
    return "paid-elsewhere";
  return repriced ? "repriced" : "refund";
}

static void
add_stop_problems (GPtrArray *problems, DsStop *stop, gboolean repriced)
{
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (!payment->superseded
          && (payment->state == DS_PAYMENT_UNKNOWN || payment->state == DS_PAYMENT_CLAIMED))
        add_payment_problem (problems, "unknown", stop, payment, payment->amount_fen);
      else if (payment->state == DS_PAYMENT_REJECTED && debt.open_fen > 0)
        add_payment_problem (problems, "rejected", stop, payment, payment->amount_fen);
    }
  if (debt.over_fen > 0)
    {
      DsPayment *payment = choose_refund (stop);

      add_payment_problem (problems, find_why_over (stop, repriced), stop, payment,
                           MIN (debt.over_fen, ds_payment_get_covered_fen (payment)));
    }
  /* Handed over for the price it had: the courier has to go back, or the depot to let it be. */
  else if (repriced && debt.open_fen > 0 && debt.covered_fen > 0 && is_all (stop, is_delivered))
    add_payment_problem (problems, "underpaid", stop, choose_refund (stop), debt.open_fen);
  else if (debt.open_fen > 0 && was_given_back_twice (stop))
    add_payment_problem (problems, "given-back-twice", stop,
                         g_ptr_array_index (stop->payments, stop->payments->len - 1), debt.open_fen);
}

/* Which stop and which money an entry is about. */
static void
describe_entry (DsProblem *problem, GPtrArray *stops, const char *line)
{
  g_autoptr (DsEntry) entry = line ? ds_entry_parse (line, -1, NULL) : NULL;
  const char *payment_id = entry ? json_string_value (json_object_get (entry->data, "payment")) : NULL;
  const char *stop_id = entry ? json_string_value (json_object_get (entry->data, "stop")) : NULL;

  for (guint i = 0; i < stops->len && problem->stop == NULL; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      DsPayment *payment = payment_id ? ds_stop_find_payment (stop, payment_id) : NULL;

      if (payment == NULL && g_strcmp0 (stop->id, stop_id) != 0)
        continue;
      problem->stop = g_object_ref (stop);
      if (payment == NULL)
        continue;
      problem->payment = g_object_ref (payment);
      problem->amount_fen = payment->amount_fen;
      problem->correctable = strcmp (entry->type, "payment.cash") == 0 && payment->refunded_fen == 0;
    }
}

static gboolean
load_quarantined (DsLedger *self, GPtrArray *stops, GPtrArray *problems, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT q.id, q.reason, q.at_ms, q.state, j.line FROM quarantine q"
                                  " LEFT JOIN journal j ON j.seq = q.seq WHERE q.state <> 'resolved'"
                                  " ORDER BY q.seq",
                                  error);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      const char *state;
      DsProblem *problem;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      state = ds_db_column_text (query, 3);
      problem = add_problem (problems, strcmp (state, "open") == 0 ? "quarantined" : state,
                             ds_db_column_text (query, 0), ds_db_column_int (query, 2));
      problem->text = g_strdup (ds_db_column_text (query, 1));
      describe_entry (problem, stops, ds_db_column_text (query, 4));
    }
  return FALSE;
}

static gboolean
load_conflicts (DsLedger *self, GPtrArray *stops, GPtrArray *problems, GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db, "SELECT subject, text, at_ms FROM conflicts ORDER BY at_ms", error);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      DsProblem *problem;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      problem = add_problem (problems, "conflict", ds_db_column_text (query, 0), ds_db_column_int (query, 2));
      problem->text = g_strdup (ds_db_column_text (query, 1));
      for (guint i = 0; i < stops->len && problem->payment == NULL; i++)
        {
          DsStop *stop = g_ptr_array_index (stops, i);
          DsPayment *payment = ds_stop_find_payment (stop, problem->subject);

          if (payment == NULL)
            continue;
          problem->stop = g_object_ref (stop);
          problem->payment = g_object_ref (payment);
          problem->amount_fen = payment->amount_fen;
        }
    }
  return FALSE;
}

static gint
compare_ages (gconstpointer a, gconstpointer b)
{
  const DsProblem *first = *(const DsProblem *const *)a;
  const DsProblem *second = *(const DsProblem *const *)b;

  return first->at_ms < second->at_ms ? -1 : first->at_ms > second->at_ms;
}

GPtrArray *
ds_ledger_load_problems (DsLedger *self, GError **error)
{
  g_autoptr (GPtrArray) stops = load_selection (self, &stops_with_payments, NULL, error);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_problem_free);
  g_autoptr (GHashTable) repriced = stops != NULL ? ds_ledger_load_repriced (self, error) : NULL;

  if (repriced == NULL)
    return NULL;
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      add_stop_problems (problems, stop, g_hash_table_contains (repriced, stop->id));
    }
  if (!load_quarantined (self, stops, problems, error) || !load_conflicts (self, stops, problems, error))
    return NULL;
  g_ptr_array_sort (problems, compare_ages);
  return g_steal_pointer (&problems);
}
