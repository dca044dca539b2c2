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
    sim_violated (self, "%s: payment …%s went from %s to %s", handheld->courier, SHORT (payment->id),
                  ds_payment_state_to_name (before), ds_payment_state_to_name (payment->state));
  g_hash_table_insert (handheld->known, g_strdup (payment->id), GUINT_TO_POINTER (payment->state));
  if (payment->tender == DS_TENDER_CASH)
    {
      if (!g_hash_table_contains (handheld->shown, payment->id))
        sim_violated (self, "%s: cash …%s that nobody took", handheld->courier, SHORT (payment->id));
      return;
    }

  truth = load_bank_payment (self, payment->id);
  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
    case DS_PAYMENT_SETTLED:
    case DS_PAYMENT_REFUNDED:
      if (!is_bank_paid (truth) || truth->amount_fen != payment->amount_fen)
        sim_violated (self, "%s: payment …%s is called %s, the bank knows of no such money",
                      handheld->courier, SHORT (payment->id), ds_payment_state_to_name (payment->state));
      break;
    case DS_PAYMENT_ACCEPTED:
      if (!g_hash_table_contains (self->vouchers, payment->id))
        sim_violated (self, "%s: payment …%s is accepted, nobody gave a voucher", handheld->courier,
                      SHORT (payment->id));
      break;
    case DS_PAYMENT_DECLINED:
    case DS_PAYMENT_REJECTED:
      /* Unless it came after the operator's own word. */
      if (is_bank_paid (truth) && truth->paid_at_ms <= truth->expires_at_ms)
        sim_violated (self, "%s: payment …%s is called %s, the bank has the money", handheld->courier,
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
    sim_violated (handheld->sim, "%s: payment …%s was shown as taken and is now %s", handheld->courier,
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
                  handheld->courier, exposure.unredeemed_fen);
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
    sim_violated (handheld->sim, "%s: %u payments were shown as taken, %u of them are there",
                  handheld->courier, g_hash_table_size (handheld->shown), n_found);
  check_exposure (handheld);
}

static json_t *
load_books (Sim *self)
{
  g_autoptr (GError) error = NULL;
  json_t *books = ds_depot_books_to_json (self->depot, &error);

  g_assert_no_error (error);
  if (json_integer_value (json_object_get (books, "sum_fen")) != 0)
    sim_violated (self, "the books do not sum to zero");
  return books;
}

void
sim_check_now (Sim *self)
{
  g_autoptr (json_t) books = load_books (self);

  for (guint i = 0; i < self->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (self->handhelds, i);

      if (sim_handheld_is_on (handheld))
        check_handheld (handheld);
    }
}

/* At the end */

static gint64
get_balance_fen (json_t *books, const char *kind, const char *whose)
{
  g_autofree char *account = g_strconcat (kind, whose, NULL);

  return json_integer_value (json_object_get (json_object_get (books, "accounts"), account));
}

static gint64
sum_file_fen (Sim *self, const char *operator_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = ds_bank_load_file (
      self->bank, operator_id, ds_depot_get_payee_id (self->depot), 0, G_MAXINT64, &error);
  gint64 sum_fen = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (lines, i);
      g_autoptr (DsDepotPayment) held = load_depot_payment (self, line->payment_id);

      if (g_str_equal (line->kind, "refund"))
        {
          sum_fen -= line->amount_fen;
          continue;
        }
      sum_fen += line->amount_fen;
      if (held == NULL || held->booked_fen != line->amount_fen)
        sim_violated (self, "the bank has %" G_GINT64_FORMAT " fen for …%s, the books %" G_GINT64_FORMAT,
                      line->amount_fen, SHORT (line->payment_id), held ? held->booked_fen : 0);
    }
  return sum_fen;
}

static gboolean
has_incident (json_t *books, const char *subject)
{
  json_t *incident;
  gsize i;

  json_array_foreach (json_object_get (books, "incidents"), i, incident)
  {
    if (g_strcmp0 (json_string_value (json_object_get (incident, "subject")), subject) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Ended without money; after a restored backup the depot may have it in another word. */
static gboolean
is_moneyless (DsPaymentState state)
{
  return state == DS_PAYMENT_DECLINED || state == DS_PAYMENT_EXPIRED;
}

static void
compare_payment (SimHandheld *handheld, DsPayment *payment, json_t *books)
{
  Sim *self = handheld->sim;
  g_autoptr (DsDepotPayment) held = load_depot_payment (self, payment->id);
  g_autoptr (DsBankPayment) truth = load_bank_payment (self, payment->id);
  const char *name = ds_payment_state_to_name (payment->state);

  if (held == NULL || !held->journalled)
    sim_violated (self, "%s: the depot does not know payment …%s (%s)", handheld->courier,
                  SHORT (payment->id), name);
  if (held->base->amount_fen != payment->amount_fen || held->base->tender != payment->tender
      || held->base->superseded != payment->superseded
      || (held->base->state != payment->state
          && !(is_moneyless (held->base->state) && is_moneyless (payment->state))))
    sim_violated (self, "%s: payment …%s is %s%s here and %s%s at the depot", handheld->courier,
                  SHORT (payment->id), name, payment->superseded ? ", superseded" : "",
                  ds_payment_state_to_name (held->base->state), held->base->superseded ? ", superseded" : "");
  if (payment->tender == DS_TENDER_CASH)
    return;

  if (is_bank_paid (truth))
    {
      gboolean reached
          = ds_payment_state_covers_debt (payment->state) || payment->state == DS_PAYMENT_REFUNDED;

      /* Money that nothing here can take waits in suspense for a person. */
      if (!reached && !(held->suspense_fen > 0 && has_incident (books, payment->id)))
        sim_violated (self, "%s: payment …%s is %s, the bank has its money", handheld->courier,
                      SHORT (payment->id), name);
      return;
    }
  if (ds_payment_state_covers_debt (payment->state))
    sim_violated (self, "%s: payment …%s is %s, the bank has no money for it", handheld->courier,
                  SHORT (payment->id), name);
  if (ds_payment_state_is_uncertain (payment->state) && truth != NULL
      && (truth->state == DS_BANK_DECLINED || truth->state == DS_BANK_EXPIRED))
    sim_violated (self, "%s: payment …%s is still %s, the bank has called it %s", handheld->courier,
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
                  handheld->courier, kept_fen, due_fen);
}

static void
check_statement (SimHandheld *handheld)
{
  DsShift *shift = ds_store_get_shift (handheld->store);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) statement = NULL;
  json_t *cash;

  if (shift == NULL || shift->statement == NULL)
    sim_violated (handheld->sim, "%s has no statement", handheld->courier);
  if (!ds_jws_verify (ds_store_get_identity (handheld->store)->depot_key, shift->statement, -1, NULL,
                      &payload, NULL))
    sim_violated (handheld->sim, "the statement of %s is not signed", handheld->courier);
  statement
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), G_MAXINT32, NULL);
  cash = json_object_get (statement, "cash");
  if (json_integer_value (json_object_get (cash, "expected_fen"))
      != json_integer_value (json_object_get (cash, "counted_fen")))
    sim_violated (handheld->sim, "the statement of %s expects %" G_GINT64_FORMAT " fen of %" G_GINT64_FORMAT,
                  handheld->courier, (gint64)json_integer_value (json_object_get (cash, "expected_fen")),
                  (gint64)json_integer_value (json_object_get (cash, "counted_fen")));
  if (json_integer_value (json_object_get (statement, "books_sum_fen")) != 0)
    sim_violated (handheld->sim, "the statement of %s is of books that do not sum to zero",
                  handheld->courier);
}

static void
compare_handheld (SimHandheld *handheld, json_t *books)
{
  g_autoptr (GPtrArray) stops = sim_handheld_load_stops (handheld);
  gint64 cash_fen = 0;

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      check_stop (handheld, stop);
      for (guint p = 0; p < stop->payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (stop->payments, p);

          compare_payment (handheld, payment, books);
          if (payment->tender == DS_TENDER_CASH)
            cash_fen += ds_payment_get_covered_fen (payment);
        }
    }
  if (get_balance_fen (books, "cash:", handheld->courier) != cash_fen)
    sim_violated (handheld->sim, "%s has %" G_GINT64_FORMAT " fen in cash, the books say %" G_GINT64_FORMAT,
                  handheld->courier, cash_fen, get_balance_fen (books, "cash:", handheld->courier));
  check_statement (handheld);
}

void
sim_check_books (Sim *self)
{
  g_autoptr (json_t) books = load_books (self);

  for (guint i = 0; i < self->operators->len; i++)
    {
      const char *operator_id = ds_operator_get_id (g_ptr_array_index (self->operators, i));
      gint64 file_fen = sum_file_fen (self, operator_id);

      if (get_balance_fen (books, "clearing:", operator_id) != file_fen)
        sim_violated (self, "operator %s has %" G_GINT64_FORMAT " fen, the books say %" G_GINT64_FORMAT,
                      operator_id, file_fen, get_balance_fen (books, "clearing:", operator_id));
    }
  for (guint i = 0; i < self->handhelds->len; i++)
    compare_handheld (g_ptr_array_index (self->handhelds, i), books);
}
