/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops that the depot changes while their code is on show. */
#include "config.h"

#include "ds-door-private.h"

/* A code of another amount than what is open now. A part of it may have been meant; then it is shown again. */
static gboolean
is_outdated (DsStop *stop, DsPayment *payment)
{
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return !payment->superseded && ds_payment_state_get_effect (payment->state) == DS_DEBT_SHOWN
         && payment->amount_fen != debt.open_fen;
}

static gboolean
has_outdated_code (DsStop *stop)
{
  for (guint i = 0; i < stop->payments->len; i++)
    {
      if (is_outdated (stop, g_ptr_array_index (stop->payments, i)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
decide_give_up (DsVisit *visit, GError **error)
{
  for (guint i = 0; i < visit->stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (visit->stop->payments, i);

      if (is_outdated (visit->stop, payment))
        ds_door_supersede_payment (payment->id, &visit->drafts);
    }
  return TRUE;
}

static void
did_give_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* A store that cannot write has frozen collecting and says so; the depot weighs the money in any case. */
  ds_door_visit_finish (DS_DOOR (source), result, NULL, NULL);
}

/* Whether the stop owes something else than when it was last looked at, in this run of the program. */
static gboolean
owes_otherwise (DsDoor *self, DsStop *stop)
{
  const gint64 *known = g_hash_table_lookup (self->dues, stop->id);
  gboolean otherwise;
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  otherwise = known != NULL && *known != debt.due_fen;
  if (known == NULL || otherwise)
    g_hash_table_insert (self->dues, g_strdup (stop->id), g_memdup2 (&debt.due_fen, sizeof debt.due_fen));
  return otherwise;
}

void
ds_door_give_up_outdated_codes (DsDoor *self, GPtrArray *stops)
{
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (owes_otherwise (self, stop) && has_outdated_code (stop))
        ds_door_visit_async (self, stop->id, NULL, NULL, decide_give_up, NULL, NULL, did_give_up, NULL);
    }
}
