/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a shift, and closing it with a count and everything named that is still open. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-day.h"

/* Takes the shift from the store once the entry is in the journal. */
static void
return_shift (DsDoor *self, GTask *task, GError *error)
{
  DsShift *shift = ds_store_get_shift (self->store);

  ds_door_end_turn (self);
  if (error != NULL)
    g_task_return_error (task, ds_door_word_error (error));
  else
    g_task_return_pointer (task, g_object_ref (shift), g_object_unref);
}

static void
did_append (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_append_finish (DS_STORE (source), result, &error);

  return_shift (g_task_get_source_object (task), task, error);
}

/* @data: (transfer full) */
static void
append (DsDoor *self, GTask *task, const char *type, json_t *data)
{
  const DsDraft draft = { .type = type, .data = data };

  ds_store_append_async (self->store, &draft, 1, NULL, did_append, g_object_ref (task));
  json_decref (data);
}

/* Opening */

static gboolean
check_opening (DsDoor *self, gint64 float_fen, GError **error)
{
  if (ds_store_get_settings (self->store) == NULL)
    {
      g_set_error_literal (
          error, DS_ERROR, DS_ERROR_STATE,
          _ ("The depot's settings have not arrived yet. Connect once, then open your shift."));
      return FALSE;
    }
  if (ds_door_get_open_shift (self) != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           _ ("A shift is open already. Close it before you open another."));
      return FALSE;
    }
  if (float_fen < 0 || float_fen > DS_MONEY_MAX_FEN)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, _ ("Enter the cash you start with, or zero."));
      return FALSE;
    }
  return TRUE;
}

static void
open_shift (DsDoor *self, gpointer data)
{
  g_autoptr (GTask) task = data;
  gint64 float_fen = *(gint64 *)g_task_get_task_data (task);
  g_autofree char *id = ds_id_new (self->clock, self->random);
  char date[DS_DAY_SIZE];
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error)
      || !check_opening (self, float_fen, &error))
    {
      return_shift (self, task, error);
      return;
    }

  append (self, task, "shift.opened",
          json_pack ("{s:s, s:s, s:s, s:I}", "shift", id, "courier",
                     ds_store_get_settings (self->store)->courier_id, "accounting_date",
                     ds_day_format (ds_store_get_trusted_now_ms (self->store), date), "float_fen",
                     (json_int_t)float_fen));
}

void
ds_door_open_shift_async (DsDoor *self,
                          gint64 float_fen,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (DS_IS_DOOR (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_open_shift_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_memdup2 (&float_fen, sizeof float_fen), g_free);
  ds_door_take_turn (self, open_shift, task);
}

DsShift *
ds_door_open_shift_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Closing */

/**
 * DsClosing:
 * @counts: of each of ds_cash_denominations_fen
 * @counted_fen: what they come to
 * @denominations: the count as the journal carries it
 * @payments: (element-type DsPayment): of the shift
 */
typedef struct
{
  GArray *counts;
  gint64 counted_fen;
  json_t *denominations;
  GPtrArray *payments;
} DsClosing;

static void
ds_closing_free (DsClosing *self)
{
  g_array_unref (self->counts);
  json_decref (self->denominations);
  g_clear_pointer (&self->payments, g_ptr_array_unref);
  g_free (self);
}

static gboolean
count_cash (DsClosing *closing, GError **error)
{
  for (guint i = 0; i < closing->counts->len; i++)
    {
      gint64 denomination_fen = ds_cash_denominations_fen[i];
      guint count = g_array_index (closing->counts, guint, i);

      if (denomination_fen == 0)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                       _ ("There are only %u kinds of notes and coins. Count again."), i);
          return FALSE;
        }
      /* A 32-bit count of at most ¥100 cannot pass 64 bits; the sum can pass what Doorstep handles. */
      if (!ds_money_add (closing->counted_fen, denomination_fen * count, &closing->counted_fen))
        {
          g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW,
                               _ ("That is more cash than Doorstep handles. Count again."));
          return FALSE;
        }
      json_array_append_new (closing->denominations,
                             json_pack ("{s:I, s:I}", "denomination_fen", (json_int_t)denomination_fen,
                                        "count", (json_int_t)count));
    }
  return TRUE;
}

/* Anything that may still bring money, or is not sure yet: the depot goes on with it after the shift. A superseded
 * code is among it, since its order cannot be closed. */
static gboolean
is_carried (DsPayment *payment)
{
  return payment->state == DS_PAYMENT_PRESENTED || payment->state == DS_PAYMENT_ACCEPTED
         || ds_payment_state_is_uncertain (payment->state);
}

static json_t *
make_carried (GPtrArray *payments)
{
  json_t *carried = json_array ();

  for (guint i = 0; i < payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (payments, i);

      if (is_carried (payment))
        json_array_append_new (carried, json_string (payment->id));
    }
  return carried;
}

/* Returns: (transfer full) (nullable): one line for each tender and state that occurs, less what went back. */
static json_t *
make_totals (GPtrArray *payments, GError **error)
{
  gint64 amounts_fen[DS_TENDER_CASH + 1][DS_N_PAYMENT_STATES] = { 0 };
  gint64 counts[DS_TENDER_CASH + 1][DS_N_PAYMENT_STATES] = { 0 };
  json_t *totals;

  for (guint i = 0; i < payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (payments, i);
      gint64 *sum_fen = &amounts_fen[payment->tender][payment->state];

      if (!ds_money_add (*sum_fen, payment->amount_fen - payment->refunded_fen, sum_fen))
        {
          g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW,
                               _ ("The totals are more than Doorstep handles. Ask the depot."));
          return NULL;
        }
      counts[payment->tender][payment->state]++;
    }

  totals = json_array ();
  for (DsTender tender = 0; tender <= DS_TENDER_CASH; tender++)
    {
      for (DsPaymentState state = 0; state < DS_N_PAYMENT_STATES; state++)
        {
          if (counts[tender][state] > 0)
            json_array_append_new (totals,
                                   json_pack ("{s:s, s:s, s:I, s:I}", "tender", ds_tender_to_name (tender),
                                              "state", ds_payment_state_to_name (state), "count",
                                              (json_int_t)counts[tender][state], "amount_fen",
                                              (json_int_t)amounts_fen[tender][state]));
        }
    }
  return totals;
}

static void
did_load_exposure_to_close (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDoor *self = g_task_get_source_object (task);
  DsClosing *closing = g_task_get_task_data (task);
  GError *error = NULL;
  DsExposure exposure;
  json_t *totals = NULL;

  if (ds_store_load_exposure_finish (DS_STORE (source), result, &exposure, NULL, &error))
    totals = make_totals (closing->payments, &error);
  if (totals == NULL)
    {
      return_shift (self, task, error);
      return;
    }
  append (self, task, "shift.closed",
          json_pack ("{s:s, s:o, s:I, s:I, s:O, s:o}", "shift", ds_door_get_open_shift (self)->id, "totals",
                     totals, "cash_expected_fen", (json_int_t)exposure.cash_fen, "cash_counted_fen",
                     (json_int_t)closing->counted_fen, "denominations", closing->denominations, "carried",
                     make_carried (closing->payments)));
}

static void
did_load_payments (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsClosing *closing = g_task_get_task_data (task);
  GError *error = NULL;

  closing->payments = ds_store_load_payments_finish (DS_STORE (source), result, &error);
  if (closing->payments == NULL)
    return_shift (g_task_get_source_object (task), task, error);
  else
    ds_store_load_exposure_async (DS_STORE (source), NULL, NULL, did_load_exposure_to_close,
                                  g_steal_pointer (&task));
}

static void
close_shift (DsDoor *self, gpointer data)
{
  g_autoptr (GTask) task = data;
  DsShift *shift = ds_door_get_open_shift (self);
  GError *error = NULL;

  if (shift == NULL)
    g_set_error_literal (&error, DS_ERROR, DS_ERROR_STATE,
                         _ ("No shift is open: this one is closed already."));
  else if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    count_cash (g_task_get_task_data (task), &error);

  if (error != NULL)
    return_shift (self, task, error);
  else
    ds_store_load_payments_async (self->store, shift->id, NULL, did_load_payments, g_steal_pointer (&task));
}

void
ds_door_close_shift_async (DsDoor *self,
                           const guint *counts,
                           gsize n_counts,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  DsClosing *closing;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (counts != NULL || n_counts == 0);

  closing = g_new0 (DsClosing, 1);
  closing->counts = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_vals (closing->counts, counts, (guint)n_counts);
  closing->denominations = json_array ();
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_close_shift_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, closing, (GDestroyNotify)ds_closing_free);
  ds_door_take_turn (self, close_shift, task);
}

DsShift *
ds_door_close_shift_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
