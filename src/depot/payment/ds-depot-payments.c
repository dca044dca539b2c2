/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators' answers do to a payment and to the books. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"

/* Save and tell */

gboolean
ds_depot_publish_payment (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  if (!ds_depot_payment_save (self->db, payment, error)
      || !ds_depot_sql_get_int (self->db, &payment->base->refunding_fen, 0, error,
                                "SELECT sum (amount_fen) FROM refund WHERE payment = ? AND outcome IS NULL",
                                "s", payment->base->id))
    return FALSE;
  return !payment->journalled
         || ds_feed_put (self->feed, payment->courier_id, "payment", payment->base->id,
                         payment->base->changed_at_ms, ds_depot_payment_to_json (payment), error);
}

gboolean
ds_depot_change_payment (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  return ds_depot_publish_payment (self, payment, error)
         && (payment->base->shift_id == NULL
             || ds_depot_change_statement (self, payment->base->shift_id, error));
}

gboolean
ds_depot_change_statement (DsDepot *self, const char *shift_id, GError **error)
{
  gint64 version = 0;

  /* A shift without a statement gets its first one anyway. */
  return ds_depot_sql_get_int (self->db, &version, 0, error, "SELECT version FROM shift WHERE id = ?", "s",
                               shift_id)
         && (version == 0 || ds_depot_work_add (self, DS_TASK_CLOSE, shift_id, 0, error));
}

/* The operator denies what the journal has established. The payment stays as it is; the handheld is told once, so that
 * both sides show the contradiction. */
static gboolean
publish_contradiction (DsDepot *self,
                       DsDepotPayment *payment,
                       DsPaymentState denied,
                       const char *reason,
                       GError **error)
{
  gint64 n_told;
  json_t *data;

  if (!ds_depot_sql_get_int (self->db, &n_told, 0, error,
                             "SELECT count (*) FROM incident WHERE kind = 'conflict' AND subject = ?", "s",
                             payment->base->id))
    return FALSE;
  if (n_told > 0)
    return TRUE;

  data = ds_depot_payment_to_json (payment);
  json_object_set_new (data, "state", json_string (ds_payment_state_to_name (denied)));
  json_object_set_new (data, "reason", reason ? json_string (reason) : json_null ());
  return ds_feed_put (self->feed, payment->courier_id, "payment", payment->base->id, ds_depot_now_ms (self),
                      data, error)
         && ds_depot_note_incident (self, "conflict", payment->base->id,
                                    "The journal has evidence of a payment that the operator denies", error);
}

/* Answers */

/* Operators' words go into JSON, where only UTF-8 is text. */
static void
adopt_text (char **text, const char *words)
{
  if (words == NULL)
    return;
  g_free (*text);
  *text = g_utf8_make_valid (words, -1);
}

static void
adopt_details (DsDepotPayment *payment, DsOperator *op, const DsOrderResult *result)
{
  DsPayment *base = payment->base;

  ds_depot_payment_set_operator (payment, ds_operator_get_id (op));
  adopt_text (&base->operator_ref, result->operator_ref);
  if (result->red_packet_fen > 0)
    base->red_packet_fen = result->red_packet_fen;
  /* One answer, whatever it is, and the payer code has done its work. */
  g_clear_pointer (&payment->payer_code, g_free);
}

static void
adopt_code (DsDepotPayment *payment, const DsOrderResult *result)
{
  if (result->code == NULL || payment->base->code != NULL)
    return;
  adopt_text (&payment->base->code, result->code);
  payment->base->code_expires_at_ms = result->expires_at_ms;
}

/* Money at last: books it, and lets the payment be paid as far as the table of states goes. */
static gboolean
apply_paid (DsDepot *self, DsDepotPayment *payment, const DsOrderResult *result, GError **error)
{
  DsPayment *base = payment->base;
  gint64 now_ms = ds_depot_now_ms (self);
  gboolean reached = FALSE;

  if (payment->booked_fen > 0)
    return payment->booked_fen == result->amount_fen
           || ds_depot_note_incident (self, "amount", base->id,
                                      "The operator has changed the amount of a payment", error);

  if (base->amount_fen == 0 && !payment->journalled)
    base->amount_fen = result->amount_fen; /* heard of from the operator alone */
  if (base->amount_fen == result->amount_fen)
    {
      /* A code that travels with its stop has no state before its order is paid. */
      if (base->state == DS_PAYMENT_NONE)
        ds_depot_payment_happens (payment, DS_PAYMENT_IS_PRESENTED, now_ms);
      ds_depot_payment_happens (payment, DS_PAYMENT_IS_CONFIRMED, now_ms);
      reached = base->state == DS_PAYMENT_PAID || base->state == DS_PAYMENT_SETTLED;
    }

  if (reached)
    g_clear_pointer (&base->reason, g_free);
  return ds_depot_book_paid (self, payment, result->amount_fen, error)
         && (base->amount_fen != result->amount_fen
             || ds_depot_spoken_note_paid (self, payment, result->stop_mark, error))
         && ds_depot_work_add_refunds (self, base->id, error);
}

static gboolean
apply_refunds (DsDepot *self, DsDepotPayment *payment, const DsOrderResult *result, GError **error)
{
  DsPayment *base = payment->base;

  if (result->refunded_fen <= base->refunded_fen)
    return TRUE;
  if (payment->booked_fen == 0 || result->refunded_fen > payment->booked_fen)
    return ds_depot_note_incident (self, "refunded", base->id,
                                   "The operator says it gave back more than it had received", error);
  return ds_depot_book_refunds (self, payment, result->refunded_fen, result->refunded_red_packet_fen, error);
}

/* The customer has paid once with each of two operators. The books have the first one's money; what is to become of the
 * other's is for a person to ask there. */
static gboolean
note_other_operator (DsDepot *self,
                     const DsDepotPayment *payment,
                     const char *operator_id,
                     const DsOrderResult *result,
                     GError **error)
{
  const DsPayment *base = payment->base;
  gint64 held_fen = result->amount_fen - result->refunded_fen;
  g_autofree char *detail = g_strdup_printf (
      "Operator %s says that it was paid as well, beside operator %s: have it given back there", operator_id,
      base->operator_id);

  return held_fen <= 0 ? ds_depot_close_case (self, "paid-twice", base->id, "given back", error)
                       : ds_depot_open_case (self,
                                             &(DsCaseDraft){ .kind = "paid-twice",
                                                             .subject = base->id,
                                                             .detail = detail,
                                                             .stop_id = base->stop_id,
                                                             .courier_id = payment->courier_id,
                                                             .amount_fen = held_fen },
                                             error);
}

/* The goods are handed over and not paid: somebody has to collect again. */
static gboolean
open_debt_again (DsDepot *self, const DsDepotPayment *payment, GError **error)
{
  return ds_depot_open_case (self,
                             &(DsCaseDraft){ .kind = "rejected",
                                             .subject = payment->base->id,
                                             .detail = "A voucher was not honoured: its stop owes again",
                                             .stop_id = payment->base->stop_id,
                                             .courier_id = payment->courier_id,
                                             .amount_fen = payment->base->amount_fen },
                             error)
         && ds_depot_weigh (self, payment->base->stop_id, NULL, error);
}

gboolean
ds_depot_end_payment (DsDepot *self,
                      DsDepotPayment *payment,
                      DsPaymentEvent event,
                      const char *reason,
                      GError **error)
{
  DsPayment *base = payment->base;

  g_clear_pointer (&payment->payer_code, g_free);
  if (ds_depot_payment_happens (payment, event, ds_depot_now_ms (self)))
    {
      adopt_text (&base->reason, reason);
      return ds_depot_change_payment (self, payment, error)
             && (base->state != DS_PAYMENT_REJECTED || open_debt_again (self, payment, error));
    }

  if (!ds_depot_payment_save (self->db, payment, error))
    return FALSE;
  if (base->state == DS_PAYMENT_PAID && payment->booked_fen == 0 && payment->journalled)
    return publish_contradiction (self, payment,
                                  event == DS_PAYMENT_IS_DECLINED ? DS_PAYMENT_DECLINED : DS_PAYMENT_EXPIRED,
                                  reason, error);
  return TRUE;
}

/* An adapter has read its operator wrongly, or the operator is wrong: nothing like it is booked. */
static gboolean
has_amounts (const DsOrderResult *result)
{
  return result->amount_fen > 0 && result->amount_fen <= DS_MONEY_MAX_FEN && result->red_packet_fen >= 0
         && result->red_packet_fen <= result->amount_fen && result->refunded_fen >= 0
         && result->refunded_red_packet_fen >= 0;
}

gboolean
ds_depot_apply_result (DsDepot *self,
                       DsDepotPayment *payment,
                       DsOperator *op,
                       const DsOrderResult *result,
                       GError **error)
{
  if (result->state == DS_ORDER_UNKNOWN)
    return TRUE;
  /* Of money that the books have, only the operator that has it can say anything; another one's order, under the same
   * id, may stay open for ever. */
  if (payment->booked_fen > 0 && result->state != DS_ORDER_PAID && result->state != DS_ORDER_REFUNDED)
    return TRUE;
  if (payment->booked_fen > 0 && g_strcmp0 (payment->base->operator_id, ds_operator_get_id (op)) != 0)
    return note_other_operator (self, payment, ds_operator_get_id (op), result, error);

  if ((result->state == DS_ORDER_PAID || result->state == DS_ORDER_REFUNDED) && !has_amounts (result))
    return ds_depot_note_incident (self, "conflict", payment->base->id,
                                   "The operator says that it was paid, and names no amount that could be",
                                   error);

  adopt_details (payment, op, result);
  switch (result->state)
    {
    case DS_ORDER_OPEN:
      adopt_code (payment, result);
      ds_depot_payment_happens (payment, DS_PAYMENT_IS_OPENED, ds_depot_now_ms (self));
      break;
    case DS_ORDER_WAITING:
      ds_depot_payment_happens (payment, DS_PAYMENT_IS_AWAITED, ds_depot_now_ms (self));
      break;
    case DS_ORDER_PAID:
    case DS_ORDER_REFUNDED:
      if (!apply_paid (self, payment, result, error) || !apply_refunds (self, payment, result, error))
        return FALSE;
      break;
    case DS_ORDER_DECLINED:
      return ds_depot_end_payment (self, payment, DS_PAYMENT_IS_DECLINED, result->reason, error);
    case DS_ORDER_EXPIRED:
      return ds_depot_end_payment (self, payment, DS_PAYMENT_IS_ENDED, result->reason, error);
    case DS_ORDER_UNKNOWN:
    default:
      g_assert_not_reached ();
    }
  return ds_depot_change_payment (self, payment, error);
}
