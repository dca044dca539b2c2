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

/**
 * ds_shift_totals_from_stops:
 * @stops: (element-type DsStop): the route as loaded
 * @totals: (out): its sums
 *
 * A stop that the depot took off the route counts with the money that was taken there, but is neither due nor one
 * of the stops. Pure.
 */
void
ds_shift_totals_from_stops (GPtrArray *stops, DsShiftTotals *totals)
{
  g_return_if_fail (stops != NULL);
  g_return_if_fail (totals != NULL);

  *totals = (DsShiftTotals){ 0 };
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      DsDebt debt;

      for (guint p = 0; p < stop->payments->len; p++)
        add_payment (totals, g_ptr_array_index (stop->payments, p));
      if (stop->removed_reason != NULL)
        continue;

      ds_stop_get_debt (stop, &debt);
      add (&totals->due_fen, debt.due_fen);
      add (&totals->open_fen, debt.open_fen);
      totals->n_stops++;
      totals->n_done += ds_stop_status_is_done (ds_stop_get_status (stop));
    }
}
