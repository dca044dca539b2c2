/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-door-private.h"

/* A sum on a screen; what is journalled at closing is checked instead. */
static void
add (gint64 *sum_fen, gint64 amount_fen)
{
  if (!ds_money_add (*sum_fen, amount_fen, sum_fen))
    *sum_fen = DS_MONEY_MAX_FEN;
}

static void
add_payment (DsShiftTotals *totals, DsPayment *payment)
{
  if (payment->tender == DS_TENDER_CASH && ds_payment_state_covers_debt (payment->state))
    {
      add (&totals->cash_fen, ds_payment_get_covered_fen (payment));
      totals->n_cash++;
    }
  else if (payment->state == DS_PAYMENT_ACCEPTED)
    {
      add (&totals->accepted_fen, payment->amount_fen);
      totals->n_accepted++;
    }
  else if (ds_payment_state_covers_debt (payment->state))
    {
      add (&totals->paid_fen, ds_payment_get_covered_fen (payment));
      totals->n_paid++;
    }
  else if (ds_payment_state_is_uncertain (payment->state) && !payment->superseded)
    {
      add (&totals->unknown_fen, payment->amount_fen);
      totals->n_unknown++;
    }
  else if (payment->state == DS_PAYMENT_REJECTED)
    {
      add (&totals->rejected_fen, payment->amount_fen);
      totals->n_rejected++;
    }
}

gboolean
ds_shift_has_payment (DsShift *shift, DsPayment *payment)
{
  g_return_val_if_fail (shift == NULL || DS_IS_SHIFT (shift), FALSE);
  g_return_val_if_fail (DS_IS_PAYMENT (payment), FALSE);

  if (shift == NULL)
    return TRUE;
  return payment->shift_id != NULL ? g_strcmp0 (payment->shift_id, shift->id) == 0
                                   : payment->created_at_ms >= shift->opened_at_ms;
}

/* Adds the stop's payments of the shift. Returns: how many there are. */
static guint
add_payments (DsShiftTotals *totals, DsStop *stop, DsShift *shift, gint64 *earlier_fen)
{
  guint n = 0;

  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (!ds_shift_has_payment (shift, payment))
        {
          add (earlier_fen, ds_payment_get_covered_fen (payment));
          continue;
        }
      add_payment (totals, payment);
      n++;
    }
  return n;
}

/* All its parcels were dealt with before the shift began. */
static gboolean
was_over_before (DsStop *stop, DsShift *shift)
{
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (shift == NULL || parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome_at_ms >= shift->opened_at_ms)
        return FALSE;
    }
  return TRUE;
}

/**
 * ds_shift_totals_from_stops:
 * @stops: (element-type DsStop): the route as loaded
 * @shift: (nullable): whose sums; %NULL for all that was ever taken there
 * @totals: (out): its sums
 *
 * A stop that the depot took off the route counts with the money that was taken there, but is neither due nor one
 * of the stops; nor is one that an earlier shift has ended. Pure.
 */
void
ds_shift_totals_from_stops (GPtrArray *stops, DsShift *shift, DsShiftTotals *totals)
{
  g_return_if_fail (stops != NULL);
  g_return_if_fail (totals != NULL);

  *totals = (DsShiftTotals){ 0 };
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      gint64 earlier_fen = 0;
      guint n_payments = add_payments (totals, stop, shift, &earlier_fen);
      DsDebt debt;

      if (stop->removed_reason != NULL)
        continue;

      ds_stop_get_debt (stop, &debt);
      if (n_payments == 0 && debt.open_fen == 0 && was_over_before (stop, shift))
        continue;
      add (&totals->due_fen, MAX (debt.due_fen - earlier_fen, 0));
      add (&totals->open_fen, debt.open_fen);
      totals->n_stops++;
      totals->n_done += ds_stop_status_is_done (ds_stop_get_status (stop));
    }
}
