/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-payment.h"

#include "ds-depot-sql.h"
#include "ds-json.h"

/* In the order in which read_row() and ds_depot_payment_save() take them. */
#define COLUMNS                                                                                              \
  "id, courier, device, shift, stop, parcels, amount_fen, tender, source, state, journalled, superseded, "   \
  "operator, operator_ref, reason, code, expires_at_ms, payer_code, voucher, wallet, counter, "              \
  "red_packet_fen, refunded_fen, tendered_fen, change_fen, booked_fen, in_suspense, created_at_ms, "         \
  "changed_at_ms, suspense_fen, kept_fen, red_packet_refunded_fen, moves"

DsDepotPayment *
ds_depot_payment_new (const char *id)
{
  DsDepotPayment *self = g_new0 (DsDepotPayment, 1);

  self->base = ds_payment_new ();
  self->base->id = g_strdup (id);
  self->base->parcels = g_new0 (char *, 1);
  return self;
}

void
ds_depot_payment_free (DsDepotPayment *self)
{
  g_object_unref (self->base);
  g_free (self->courier_id);
  g_free (self->device_id);
  g_free (self->payer_code);
  g_free (self->voucher);
  g_free (self);
}

static GStrv
split_parcels (const char *joined)
{
  return g_strsplit (joined, "\n", -1);
}

/* A state of ours is never NONE in a journal, but a code made beforehand has no other yet. */
static DsPaymentState
read_state (const char *name)
{
  DsPaymentState state = DS_PAYMENT_NONE;

  ds_payment_state_from_name (name, &state);
  return state;
}

static DsDepotPayment *
read_row (DsQuery *query)
{
  DsDepotPayment *self = ds_depot_payment_new (ds_db_column_text (query, 0));
  DsPayment *base = self->base;
  int at = 1;

  self->courier_id = g_strdup (ds_db_column_text (query, at++));
  self->device_id = g_strdup (ds_db_column_text (query, at++));
  base->shift_id = g_strdup (ds_db_column_text (query, at++));
  base->stop_id = g_strdup (ds_db_column_text (query, at++));
  g_strfreev (base->parcels);
  base->parcels = split_parcels (ds_db_column_text (query, at++));
  base->amount_fen = ds_db_column_int (query, at++);
  ds_tender_from_name (ds_db_column_text (query, at++), &base->tender);
  ds_code_source_from_name (ds_db_column_text (query, at++), &base->source);
  base->state = read_state (ds_db_column_text (query, at++));
  self->journalled = ds_db_column_int (query, at++) != 0;
  base->superseded = ds_db_column_int (query, at++) != 0;
  base->operator_id = g_strdup (ds_db_column_text (query, at++));
  base->operator_ref = g_strdup (ds_db_column_text (query, at++));
  base->reason = g_strdup (ds_db_column_text (query, at++));
  base->code = g_strdup (ds_db_column_text (query, at++));
  base->code_expires_at_ms = ds_db_column_int (query, at++);
  self->payer_code = g_strdup (ds_db_column_text (query, at++));
  self->voucher = g_strdup (ds_db_column_text (query, at++));
  base->wallet_serial = g_strdup (ds_db_column_text (query, at++));
  base->voucher_counter = ds_db_column_int (query, at++);
  base->red_packet_fen = ds_db_column_int (query, at++);
  base->refunded_fen = ds_db_column_int (query, at++);
  base->tendered_fen = ds_db_column_int (query, at++);
  base->change_fen = ds_db_column_int (query, at++);
  self->booked_fen = ds_db_column_int (query, at++);
  at++; /* what suspense_fen says better */
  base->created_at_ms = ds_db_column_int (query, at++);
  base->changed_at_ms = ds_db_column_int (query, at++);
  self->suspense_fen = ds_db_column_int (query, at++);
  base->kept_fen = ds_db_column_int (query, at++);
  base->red_packet_refunded_fen = ds_db_column_int (query, at++);
  self->n_moves = ds_db_column_int (query, at++);
  return self;
}

gboolean
ds_depot_payment_load (DsDb *db, const char *id, DsDepotPayment **payment, GError **error)
{
  DsQuery *query = ds_depot_sql_query (db, error, "SELECT " COLUMNS " FROM payment WHERE id = ?", "s", id);
  gboolean row;

  *payment = NULL;
  if (query == NULL || !ds_db_step (db, query, &row, error))
    return FALSE;
  if (row)
    *payment = read_row (query);
  ds_db_reset (query);
  return TRUE;
}

static gboolean
read_rows (DsDb *db, DsQuery *query, GPtrArray **payments, GError **error)
{
  g_autoptr (GPtrArray) loaded = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_depot_payment_free);
  gboolean row;

  if (query == NULL)
    return FALSE;
  while (TRUE)
    {
      if (!ds_db_step (db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      g_ptr_array_add (loaded, read_row (query));
    }
  ds_db_reset (query);
  *payments = g_steal_pointer (&loaded);
  return TRUE;
}

gboolean
ds_depot_payment_load_shift (DsDb *db, const char *shift_id, GPtrArray **payments, GError **error)
{
  return read_rows (db,
                    ds_depot_sql_query (db, error,
                                        "SELECT " COLUMNS
                                        " FROM payment WHERE shift = ? ORDER BY created_at_ms, id",
                                        "s", shift_id),
                    payments, error);
}

gboolean
ds_depot_payment_load_stop (DsDb *db, const char *stop_id, GPtrArray **payments, GError **error)
{
  return read_rows (db,
                    ds_depot_sql_query (db, error,
                                        "SELECT " COLUMNS
                                        " FROM payment WHERE stop = ? AND (booked_fen > 0 OR"
                                        " tender = 'cash')"
                                        " ORDER BY created_at_ms, id",
                                        "s", stop_id),
                    payments, error);
}

gboolean
ds_depot_payment_save (DsDb *db, const DsDepotPayment *self, GError **error)
{
  const DsPayment *base = self->base;
  g_autofree char *parcels = g_strjoinv ("\n", base->parcels);

  return ds_depot_sql_run (
      db, error,
      "INSERT OR REPLACE INTO payment (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      "ssssssisssiissssisssiiiiiiiiiiiii", base->id, self->courier_id, self->device_id, base->shift_id,
      base->stop_id, parcels, base->amount_fen, ds_tender_to_name (base->tender),
      ds_code_source_to_name (base->source), ds_payment_state_to_name (base->state), (gint64)self->journalled,
      (gint64)base->superseded, base->operator_id, base->operator_ref, base->reason, base->code,
      base->code_expires_at_ms, self->payer_code, self->voucher, base->wallet_serial, base->voucher_counter,
      base->red_packet_fen, base->refunded_fen, base->tendered_fen, base->change_fen, self->booked_fen,
      (gint64)(self->suspense_fen > 0), base->created_at_ms, base->changed_at_ms, self->suspense_fen,
      base->kept_fen, base->red_packet_refunded_fen, self->n_moves);
}

gboolean
ds_depot_payment_happens (DsDepotPayment *self, DsPaymentEvent event, gint64 at_ms)
{
  DsPaymentState state = ds_payment_state_after (self->base->state, event);

  if (state == DS_PAYMENT_NONE || state == self->base->state)
    return FALSE;
  self->base->state = state;
  self->base->changed_at_ms = at_ms;
  return TRUE;
}

json_t *
ds_depot_payment_to_json (const DsDepotPayment *self)
{
  const DsPayment *base = self->base;
  /* The code is for the courier who waits for it; later it would only be dead weight on every handheld. */
  gboolean wants_code = base->state == DS_PAYMENT_PRESENTED && base->source == DS_CODE_SOURCE_LIVE;

  return json_pack ("{s:s, s:s?, s:s, s:s, s:I, s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I, s:I, s:s?, s:I}",
                    "payment", base->id, "stop", base->stop_id, "tender", ds_tender_to_name (base->tender),
                    "state", ds_payment_state_to_name (base->state), "amount_fen",
                    (json_int_t)base->amount_fen, "operator", base->operator_id, "operator_ref",
                    base->operator_ref, "reason", base->reason, "red_packet_fen",
                    (json_int_t)base->red_packet_fen, "refunded_fen", (json_int_t)base->refunded_fen,
                    "red_packet_refunded_fen", (json_int_t)base->red_packet_refunded_fen, "refunding_fen",
                    (json_int_t)base->refunding_fen, "kept_fen", (json_int_t)base->kept_fen, "code",
                    wants_code ? base->code : NULL, "expires_at_ms", (json_int_t)base->code_expires_at_ms);
}

void
ds_depot_payment_set_operator (DsDepotPayment *self, const char *operator_id)
{
  g_autofree char *own = g_strdup (operator_id);

  if (self->booked_fen > 0)
    return;
  g_free (self->base->operator_id);
  self->base->operator_id = g_steal_pointer (&own);
}

gint64
ds_depot_payment_get_taken_fen (const DsDepotPayment *self)
{
  if (self->base->tender != DS_TENDER_CASH)
    return self->booked_fen;
  return self->base->state == DS_PAYMENT_PAID || self->base->state == DS_PAYMENT_REFUNDED
             ? self->base->amount_fen
             : 0;
}

gint64
ds_depot_payment_get_held_fen (const DsDepotPayment *self)
{
  gint64 taken_fen = ds_depot_payment_get_taken_fen (self);

  return taken_fen - MIN (self->base->refunded_fen, taken_fen);
}

gboolean
ds_depot_payment_is_awaited (const DsDepotPayment *self)
{
  if (self->base->tender == DS_TENDER_CASH || self->booked_fen > 0)
    return FALSE;
  /* Paid on a receipt in the courier's hands, but not yet confirmed by the operator itself. */
  return ds_payment_state_is_uncertain (self->base->state) || self->base->state == DS_PAYMENT_PAID;
}
