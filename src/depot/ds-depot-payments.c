/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators' answers do to a payment and to the books. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-books.h"
#include "ds-error.h"
#include "ds-json.h"

/* Save and tell */

gboolean
ds_depot_publish_payment (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  if (!ds_depot_payment_save (self->db, payment, error))
    return FALSE;
  return !payment->journalled
         || ds_feed_put (self->feed, payment->courier_id, "payment", payment->base->id,
                         payment->base->changed_at_ms, ds_depot_payment_to_json (payment), error);
}

gboolean
ds_depot_change_payment (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  const char *shift_id = payment->base->shift_id;
  gint64 version = 0;

  if (!ds_depot_publish_payment (self, payment, error))
    return FALSE;
  if (shift_id == NULL)
    return TRUE;

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

/* Books */

static gboolean
post (DsDepot *self,
      const char *key,
      const char *debit,
      const char *credit,
      gint64 amount_fen,
      GError **error)
{
  const DsBooking bookings[] = { { debit, amount_fen }, { credit, -amount_fen } };

  return ds_books_post (self->db, key, ds_depot_now_ms (self), bookings, G_N_ELEMENTS (bookings), NULL,
                        error);
}

static const char *
get_counter_account (const DsDepotPayment *payment)
{
  return payment->in_suspense ? "suspense" : "payable:merchant";
}

gboolean
ds_depot_book_cash (DsDepot *self,
                    const DsDepotPayment *payment,
                    const char *key,
                    gint64 amount_fen,
                    GError **error)
{
  g_autofree char *drawer = g_strconcat ("cash:", payment->courier_id, NULL);

  return post (self, key, drawer, "payable:merchant", amount_fen, error);
}

static gboolean
book_paid (DsDepot *self, DsDepotPayment *payment, gint64 amount_fen, gboolean in_suspense, GError **error)
{
  g_autofree char *key = g_strconcat ("paid:", payment->base->id, NULL);
  g_autofree char *clearing = g_strconcat ("clearing:", payment->base->operator_id, NULL);

  payment->booked_fen = amount_fen;
  payment->in_suspense = in_suspense;
  return post (self, key, clearing, get_counter_account (payment), amount_fen, error);
}

gboolean
ds_depot_claim_suspense (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  g_autofree char *key = g_strconcat ("assign:", payment->base->id, NULL);
  gint64 left_fen = payment->booked_fen - payment->base->refunded_fen;

  if (!payment->in_suspense || !payment->journalled || payment->base->superseded
      || payment->booked_fen != payment->base->amount_fen)
    return TRUE;
  payment->in_suspense = FALSE;
  return left_fen == 0 || post (self, key, "suspense", "payable:merchant", left_fen, error);
}

gboolean
ds_depot_suspend_payment (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  g_autofree char *key = g_strconcat ("suspend:", payment->base->id, NULL);
  gint64 left_fen = payment->booked_fen - payment->base->refunded_fen;

  if (payment->booked_fen == 0 || payment->in_suspense)
    return TRUE;
  payment->in_suspense = TRUE;
  return ds_depot_note_incident (self, "refund", payment->base->id,
                                 "Paid although the courier had taken another way; to be refunded", error)
         && (left_fen == 0 || post (self, key, "payable:merchant", "suspense", left_fen, error));
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

  g_free (base->operator_id);
  base->operator_id = g_strdup (ds_operator_get_id (op));
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
  gboolean fits, reached;

  if (payment->booked_fen > 0)
    return payment->booked_fen == result->amount_fen
           || ds_depot_note_incident (self, "amount", base->id,
                                      "The operator has changed the amount of a payment", error);

  if (base->amount_fen == 0 && !payment->journalled)
    base->amount_fen = result->amount_fen; /* heard of from the operator alone */
  fits = base->amount_fen == result->amount_fen;
  if (fits)
    {
      /* A code that travels with its stop has no state before its order is paid. */
      if (base->state == DS_PAYMENT_NONE)
        ds_depot_payment_happens (payment, DS_PAYMENT_IS_PRESENTED, now_ms);
      ds_depot_payment_happens (payment, DS_PAYMENT_IS_CONFIRMED, now_ms);
    }
  reached = base->state == DS_PAYMENT_PAID || base->state == DS_PAYMENT_SETTLED;

  if (!fits
      && !ds_depot_note_incident (self, "amount", base->id, "Another amount was paid than was asked for",
                                  error))
    return FALSE;
  if (fits && !reached
      && !ds_depot_note_incident (self, "late", base->id, "Paid after it had ended otherwise", error))
    return FALSE;
  if (reached && base->superseded
      && !ds_depot_note_incident (self, "refund", base->id,
                                  "Paid although the courier had taken another way; to be refunded", error))
    return FALSE;
  if (reached)
    g_clear_pointer (&base->reason, g_free);

  return book_paid (self, payment, result->amount_fen,
                    !payment->journalled || !fits || !reached || base->superseded, error)
         && ds_depot_work_add_refunds (self, base->id, error);
}

static gboolean
apply_refunds (DsDepot *self, DsDepotPayment *payment, const DsOrderResult *result, GError **error)
{
  DsPayment *base = payment->base;
  gint64 back_fen = result->refunded_fen - base->refunded_fen;
  g_autofree char *key = NULL;
  g_autofree char *clearing = NULL;

  if (back_fen <= 0)
    return TRUE;
  if (payment->booked_fen == 0 || result->refunded_fen > payment->booked_fen)
    return ds_depot_note_incident (self, "refunded", base->id,
                                   "The operator says it gave back more than it had received", error);

  /* Refunds of one payment are told as their sum, so the sum tells them apart. */
  key = g_strdup_printf ("refund:%s:%" G_GINT64_FORMAT, base->id, result->refunded_fen);
  clearing = g_strconcat ("clearing:", base->operator_id, NULL);
  if (!post (self, key, get_counter_account (payment), clearing, back_fen, error))
    return FALSE;

  base->refunded_fen = result->refunded_fen;
  base->changed_at_ms = ds_depot_now_ms (self);
  if (base->refunded_fen == payment->booked_fen)
    ds_depot_payment_happens (payment, DS_PAYMENT_IS_REFUNDED, base->changed_at_ms);
  return TRUE;
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
      return ds_depot_change_payment (self, payment, error);
    }

  if (!ds_depot_payment_save (self->db, payment, error))
    return FALSE;
  if (base->state == DS_PAYMENT_PAID && payment->booked_fen == 0 && payment->journalled)
    return publish_contradiction (self, payment,
                                  event == DS_PAYMENT_IS_DECLINED ? DS_PAYMENT_DECLINED : DS_PAYMENT_EXPIRED,
                                  reason, error);
  return TRUE;
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
