/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold, at every moment and at the end. The bank is the truth about digital money, the courier's drawer about
 * cash. */
#include "config.h"

#include "sim.h"

#include "ds-jws.h"

#include <string.h>

#define SHORT(id) ((id) + 28)

static DsBankPayment *
load_bank_payment (Sim *self, const char *payment_id)
{
  g_autoptr (GError) error = NULL;
  DsBankPayment *payment;

  ds_bank_load_payment (self->bank, payment_id, &payment, &error);
  g_assert_no_error (error);
  return payment;
}

static DsDepotPayment *
load_depot_payment (Sim *self, const char *payment_id)
{
  g_autoptr (GError) error = NULL;
  DsDepotPayment *payment;

  ds_depot_payment_load (self->depot->db, payment_id, &payment, &error);
  g_assert_no_error (error);
  return payment;
}

static gboolean
is_bank_paid (DsBankPayment *payment)
{
  return payment != NULL && payment->state == DS_BANK_PAID;
}

/* At every moment */

static gboolean
was_taken (SimHandheld *handheld, const char *payment_id)
{
  Sim *self = handheld->sim;

  /* Of a copied one, what the other took is told to both. */
  for (guint i = 0; i < self->handhelds->len; i++)
    {
      SimHandheld *other = g_ptr_array_index (self->handhelds, i);

      if (g_strcmp0 (other->device_id, handheld->device_id) == 0
          && (g_hash_table_contains (other->shown, payment_id)
              || g_hash_table_contains (other->gone, payment_id)))
        return TRUE;
    }
  return FALSE;
}

/* Nothing is called paid without the operator's money, nor failed with it, and nothing goes back. */
static void
check_state (SimHandheld *handheld, DsPayment *payment)
{
  Sim *self = handheld->sim;
  DsPaymentState before = GPOINTER_TO_UINT (g_hash_table_lookup (handheld->known, payment->id));
  g_autoptr (DsBankPayment) truth = NULL;

  if (before == payment->state)
    return;
  self->n_payments += before == DS_PAYMENT_NONE;
  if (before != DS_PAYMENT_NONE && !ds_payment_state_may_reach (before, payment->state, payment->spoken))
    sim_violated (self, "%s: payment …%s went from %s to %s", handheld->who, SHORT (payment->id),
                  ds_payment_state_to_name (before), ds_payment_state_to_name (payment->state));
  g_hash_table_insert (handheld->known, g_strdup (payment->id), GUINT_TO_POINTER (payment->state));
  if (payment->tender == DS_TENDER_CASH)
    {
      if (!was_taken (handheld, payment->id))
        sim_violated (self, "%s: cash …%s that nobody took", handheld->who, SHORT (payment->id));
      return;
    }

  truth = load_bank_payment (self, payment->id);
  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
    case DS_PAYMENT_SETTLED:
    case DS_PAYMENT_REFUNDED:
      if (!is_bank_paid (truth) || truth->amount_fen != payment->amount_fen)
        sim_violated (self, "%s: payment …%s is called %s, the bank knows of no such money", handheld->who,
                      SHORT (payment->id), ds_payment_state_to_name (payment->state));
      break;
    case DS_PAYMENT_ACCEPTED:
      if (!g_hash_table_contains (self->vouchers, payment->id))
        sim_violated (self, "%s: payment …%s is accepted, nobody gave a voucher", handheld->who,
                      SHORT (payment->id));
      break;
    case DS_PAYMENT_DECLINED:
    case DS_PAYMENT_REJECTED:
      /* Unless it came after the operator's own word. */
      if (is_bank_paid (truth) && truth->paid_at_ms <= truth->expires_at_ms)
        sim_violated (self, "%s: payment …%s is called %s, the bank has the money", handheld->who,
                      SHORT (payment->id), ds_payment_state_to_name (payment->state));
      break;
    default:
      break;
    }
}

/* What the courier saw stays true. */
static void
check_shown (SimHandheld *handheld, DsStop *stop, DsPayment *payment, guint *n_found)
{
  const SimShown *shown = g_hash_table_lookup (handheld->shown, payment->id);

  if (shown == NULL)
    return;
  (*n_found)++;
  if (shown->amount_fen != payment->amount_fen || shown->tender != payment->tender
      || !(ds_payment_state_covers_debt (payment->state) || payment->state == DS_PAYMENT_REFUNDED
           || (shown->provisional && payment->state == DS_PAYMENT_REJECTED)))
    sim_violated (handheld->sim, "%s: payment …%s was shown as taken and is now %s", handheld->who,
                  SHORT (payment->id), ds_payment_state_to_name (payment->state));
}

static void
check_exposure (SimHandheld *handheld)
{
  g_autoptr (SimOp) op = sim_op_new ();
  DsSettings *settings = ds_store_get_settings (handheld->store);
  DsExposure exposure;
  g_autoptr (GError) error = NULL;

  ds_store_load_exposure_async (handheld->store, NULL, NULL, sim_op_done, sim_op_ref (op));
  ds_store_load_exposure_finish (handheld->store, sim_await (handheld->sim, op), &exposure, NULL, &error);
  g_assert_no_error (error);
  if (exposure.unredeemed_fen > settings->unredeemed_limit_fen
      || exposure.unredeemed_count > settings->unredeemed_limit_count)
    sim_violated (handheld->sim, "%s: vouchers of %" G_GINT64_FORMAT " fen are above the limit",
                  handheld->who, exposure.unredeemed_fen);
}

static void
check_handheld (SimHandheld *handheld)
{
  g_autoptr (GPtrArray) stops = sim_handheld_load_stops (handheld);
  guint n_found = 0;

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->payments->len; p++)
        {
          check_state (handheld, g_ptr_array_index (stop->payments, p));
          check_shown (handheld, stop, g_ptr_array_index (stop->payments, p), &n_found);
        }
    }
  if (n_found != g_hash_table_size (handheld->shown))
    sim_violated (handheld->sim, "%s: %u payments were shown as taken, %u of them are there", handheld->who,
                  g_hash_table_size (handheld->shown), n_found);
  check_exposure (handheld);
}

void
sim_check_now (Sim *self)
{
  sim_check_money_now (self);
  for (guint i = 0; i < self->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (self->handhelds, i);

      if (sim_handheld_is_on (handheld))
        check_handheld (handheld);
    }
}

/* At the end */

static gboolean
has_incident (Sim *self, const char *subject)
{
  return sim_get_depot_number (self, "SELECT count (*) FROM incident WHERE subject = ?", subject) > 0;
}

/* Ended without money; after a restored backup the depot may have it in another word. */
static gboolean
is_moneyless (DsPaymentState state)
{
  return state == DS_PAYMENT_DECLINED || state == DS_PAYMENT_EXPIRED;
}

static void
compare_payment (SimHandheld *handheld, DsPayment *payment)
{
  Sim *self = handheld->sim;
  g_autoptr (DsDepotPayment) held = load_depot_payment (self, payment->id);
  g_autoptr (DsBankPayment) truth = load_bank_payment (self, payment->id);
  const char *name = ds_payment_state_to_name (payment->state);

  if (held == NULL || !held->journalled)
    sim_violated (self, "%s: the depot does not know payment …%s (%s)", handheld->who, SHORT (payment->id),
                  name);
  if (held->base->amount_fen != payment->amount_fen || held->base->tender != payment->tender
      || held->base->superseded != payment->superseded
      || (held->base->state != payment->state
          && !(is_moneyless (held->base->state) && is_moneyless (payment->state))))
    sim_violated (self, "%s: payment …%s is %s%s here and %s%s at the depot", handheld->who,
                  SHORT (payment->id), name, payment->superseded ? ", superseded" : "",
                  ds_payment_state_to_name (held->base->state), held->base->superseded ? ", superseded" : "");
  if (held->base->refunded_fen != payment->refunded_fen
      /* What was kept of money that has since become due cannot be said again to a restored depot. */
      || (held->base->kept_fen != payment->kept_fen && !self->rolled_back)
      || held->base->red_packet_fen != payment->red_packet_fen
      || held->base->red_packet_refunded_fen != payment->red_packet_refunded_fen)
    sim_violated (self, "%s: of payment …%s other parts are known here than at the depot", handheld->who,
                  SHORT (payment->id));
  if (payment->tender == DS_TENDER_CASH)
    return;

  if (is_bank_paid (truth))
    {
      gboolean reached
          = ds_payment_state_covers_debt (payment->state) || payment->state == DS_PAYMENT_REFUNDED;

      /* Money that nothing here can take waits in suspense for a person. */
      if (!reached && !has_incident (self, payment->id))
        sim_violated (self, "%s: payment …%s is %s, the bank has its money", handheld->who,
                      SHORT (payment->id), name);
      return;
    }
  if (ds_payment_state_covers_debt (payment->state))
    sim_violated (self, "%s: payment …%s is %s, the bank has no money for it", handheld->who,
                  SHORT (payment->id), name);
  if (ds_payment_state_is_uncertain (payment->state) && truth != NULL
      && (truth->state == DS_BANK_DECLINED || truth->state == DS_BANK_EXPIRED))
    sim_violated (self, "%s: payment …%s is still %s, the bank has called it %s", handheld->who,
                  SHORT (payment->id), name, ds_bank_payment_state_to_name (truth->state));
}

/* The courier alone never takes too much: more can only come in for what was given up, or was late. */
static void
check_stop (SimHandheld *handheld, DsStop *stop)
{
  gint64 due_fen = 0;
  gint64 kept_fen = 0;

  for (guint i = 0; i < stop->parcels->len; i++)
    due_fen += ((DsParcel *)g_ptr_array_index (stop->parcels, i))->due_fen;
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (!payment->superseded)
        kept_fen += ds_payment_get_covered_fen (payment);
    }
  if (kept_fen > due_fen && (handheld->sim->seed % 8 == 0))
    sim_violated (handheld->sim,
                  "%s: %" G_GINT64_FORMAT " fen were taken where %" G_GINT64_FORMAT " were due",
                  handheld->who, kept_fen, due_fen);
}

/* Statements */

static json_t *
read_statement (Sim *self, const char *who, const char *jws)
{
  g_autoptr (GBytes) payload = NULL;
  json_t *statement;

  if (jws == NULL)
    sim_violated (self, "%s has no statement", who);
  if (!ds_jws_verify (ds_depot_get_key (self->depot), jws, -1, NULL, &payload, NULL))
    sim_violated (self, "the statement of %s is not signed", who);
  statement
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), G_MAXINT32, NULL);
  if (json_integer_value (json_object_get (statement, "books_sum_fen")) != 0)
    sim_violated (self, "the statement of %s is of books that do not sum to zero", who);
  return statement;
}

/* It expects the cash of the journal that the depot holds, and has counted what the courier had. */
static void
check_statement (SimHandheld *handheld, const char *jws)
{
  Sim *self = handheld->sim;
  g_autoptr (json_t) statement = read_statement (self, handheld->who, jws);
  json_t *cash = json_object_get (statement, "cash");
  gint64 expected_fen = json_integer_value (json_object_get (cash, "expected_fen"));
  gint64 counted_fen = json_integer_value (json_object_get (cash, "counted_fen"));
  gint64 journalled_fen = SIM_FLOAT_FEN + sim_sum_journalled_cash_fen (self, handheld->courier);

  if (expected_fen != journalled_fen || (sim_handheld_is_sound (handheld) && counted_fen != expected_fen))
    sim_violated (self,
                  "the statement of %s expects %" G_GINT64_FORMAT " fen and counts %" G_GINT64_FORMAT
                  ", the journal has %" G_GINT64_FORMAT,
                  handheld->who, expected_fen, counted_fen, journalled_fen);
}

/* Who cannot close a shift has its statement at the depot. */
static void
check_shift (SimHandheld *handheld)
{
  g_autofree char *jws = NULL;
  DsShift *shift;

  if (sim_handheld_is_sound (handheld))
    {
      shift = ds_store_get_shift (handheld->store);
      check_statement (handheld, shift ? shift->statement : NULL);
      return;
    }
  if (sim_get_depot_number (handheld->sim, "SELECT count (*) FROM shift WHERE id = ?", handheld->shift_id)
      == 0)
    return;
  jws = sim_get_depot_text (handheld->sim, "SELECT jws FROM shift WHERE id = ?", handheld->shift_id);
  check_statement (handheld, jws);
}

/* Routes */

/* What waits of a courier's money for a stop is the same here and there. */
static void
check_waiting (SimHandheld *handheld, DsStop *stop)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT sum (suspense_fen) FROM payment WHERE stop = ? AND courier = '%s' AND journalled"
      " AND state IN ('paid', 'settled') AND (tender = 'cash' OR booked_fen = amount_fen)",
      handheld->courier);
  gint64 waits_fen = sim_get_depot_number (handheld->sim, sql, stop->id);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  if (debt.over_fen != waits_fen)
    sim_violated (handheld->sim,
                  "%s: %" G_GINT64_FORMAT " fen too much were taken at stop …%s, %" G_GINT64_FORMAT
                  " wait at the depot",
                  handheld->who, debt.over_fen, SHORT (stop->id), waits_fen);
}

/* The stop is as the depot has it, and the digest has said so. */
static void
compare_stop (SimHandheld *handheld, DsStop *stop)
{
  Sim *self = handheld->sim;
  g_autofree char *courier = sim_get_depot_text (
      self, "SELECT courier FROM stop WHERE id = ? AND change IS NOT 'cancelled'", stop->id);
  gint64 owed_fen = sim_get_depot_number (
      self, "SELECT sum (due_fen) FROM parcel WHERE stop = ? AND prepaid = 0", stop->id);
  gint64 here_fen = sim_get_owed_fen (stop);
  const gint64 *told_fen = g_hash_table_lookup (handheld->route, stop->id);

  if (g_strcmp0 (courier, handheld->courier) != 0)
    owed_fen = SIM_GONE;
  if (here_fen != owed_fen)
    sim_violated (self, "%s: stop …%s owes %" G_GINT64_FORMAT " fen here, %" G_GINT64_FORMAT " at the depot",
                  handheld->who, SHORT (stop->id), here_fen, owed_fen);
  /* What joins the route when the shift is over is for the next one. */
  if (told_fen != NULL ? *told_fen != here_fen : ds_store_get_shift (handheld->store)->closed_at_ms == 0)
    sim_violated (self, "%s: the digest says of stop …%s %" G_GINT64_FORMAT " fen, it owes %" G_GINT64_FORMAT,
                  handheld->who, SHORT (stop->id), told_fen ? *told_fen : SIM_GONE, here_fen);
}

static void
compare_handheld (SimHandheld *handheld)
{
  g_autoptr (GPtrArray) stops = sim_handheld_load_stops (handheld);
  gint64 n_here = 0;

  sim_courier_read_digest (handheld);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      n_here += stop->removed_reason == NULL;
      check_stop (handheld, stop);
      compare_stop (handheld, stop);
      check_waiting (handheld, stop);
      for (guint p = 0; p < stop->payments->len; p++)
        compare_payment (handheld, g_ptr_array_index (stop->payments, p));
    }
  if (n_here
      != sim_get_depot_number (handheld->sim,
                               "SELECT count (*) FROM stop WHERE courier = ? AND change IS NOT 'cancelled'",
                               handheld->courier))
    sim_violated (handheld->sim, "%s lacks stops", handheld->who);
}

void
sim_check_end (Sim *self)
{
  sim_check_logs (self);
  sim_check_money_end (self);
  for (guint i = 0; i < self->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (self->handhelds, i);

      if (sim_handheld_is_sound (handheld))
        compare_handheld (handheld);
      check_shift (handheld);
    }
}
