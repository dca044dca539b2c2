/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose money is where: operators, customers, the depot's books, and what waits in them. */
#include "config.h"

#include "sim.h"

#define SHORT(id) ((id) + 28)

static gint64
get_balance_fen (json_t *books, const char *kind, const char *whose)
{
  g_autofree char *account = g_strconcat (kind, whose, NULL);

  return json_integer_value (json_object_get (json_object_get (books, "accounts"), account));
}

static void
check_balance (Sim *self, json_t *books, const char *kind, const char *whose, gint64 expected_fen)
{
  gint64 balance_fen = get_balance_fen (books, kind, whose);

  if (balance_fen != expected_fen)
    sim_violated (self, "%" G_GINT64_FORMAT " fen should be in %s%s, the books say %" G_GINT64_FORMAT,
                  expected_fen, kind, whose, balance_fen);
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

/* Customers */

/* No more goes back than came, and of a red packet as large a part as of the rest. */
static void
check_refund (Sim *self, const DsBankPayment *payment)
{
  gint64 red_packet_part_fen = payment->refunded_fen * payment->red_packet_fen / payment->amount_fen;

  if (payment->refunded_fen < 0 || payment->refunded_fen > payment->amount_fen)
    sim_violated (self, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " fen of …%s went back",
                  payment->refunded_fen, payment->amount_fen, SHORT (payment->payment_id));
  if (payment->refunded_red_packet_fen != red_packet_part_fen)
    sim_violated (self,
                  "%" G_GINT64_FORMAT " fen of …%s went back into the red packet, not %" G_GINT64_FORMAT,
                  payment->refunded_red_packet_fen, SHORT (payment->payment_id), red_packet_part_fen);
}

static void
check_customer (Sim *self, SimCustomer *customer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsBankWallet) wallet = ds_bank_load_wallet (self->bank, customer->wallet->serial, &error);
  g_autoptr (GPtrArray) payments = NULL;
  gint64 balance_fen = customer->wallet->balance_fen;
  gint64 red_packet_fen = customer->wallet->red_packet_fen;

  g_assert_no_error (error);
  payments = ds_bank_list_payments (self->bank, wallet->serial, G_MAXINT, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < payments->len; i++)
    {
      const DsBankPayment *payment = g_ptr_array_index (payments, i);

      if (payment->state != DS_BANK_PAID)
        continue;
      check_refund (self, payment);
      red_packet_fen -= payment->red_packet_fen - payment->refunded_red_packet_fen;
      balance_fen -= payment->amount_fen - payment->red_packet_fen
                     - (payment->refunded_fen - payment->refunded_red_packet_fen);
    }
  if (wallet->balance_fen != balance_fen || wallet->red_packet_fen != red_packet_fen)
    sim_violated (self,
                  "%s has %" G_GINT64_FORMAT " + %" G_GINT64_FORMAT " fen, not %" G_GINT64_FORMAT
                  " + %" G_GINT64_FORMAT,
                  wallet->name, wallet->balance_fen, wallet->red_packet_fen, balance_fen, red_packet_fen);
}

void
sim_check_money_now (Sim *self)
{
  g_autoptr (json_t) books = load_books (self);

  for (guint i = 0; i < self->customers->len; i++)
    check_customer (self, g_ptr_array_index (self->customers, i));
}

/* Operators */

/* The books have of a payment what its operator has, to each part. */
static void
compare_with_bank (Sim *self, const char *payment_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsBankPayment) truth = NULL;
  g_autoptr (DsDepotPayment) held = NULL;

  ds_bank_load_payment (self->bank, payment_id, &truth, &error);
  g_assert_no_error (error);
  ds_depot_payment_load (self->depot->db, payment_id, &held, &error);
  g_assert_no_error (error);
  if (held == NULL || held->booked_fen != truth->amount_fen
      || held->base->red_packet_fen != truth->red_packet_fen
      || held->base->refunded_fen != truth->refunded_fen
      || held->base->red_packet_refunded_fen != truth->refunded_red_packet_fen)
    sim_violated (self,
                  "…%s: the bank has %" G_GINT64_FORMAT " (%" G_GINT64_FORMAT
                  ") and gave back %" G_GINT64_FORMAT " (%" G_GINT64_FORMAT "), the books %" G_GINT64_FORMAT
                  " (%" G_GINT64_FORMAT ") and %" G_GINT64_FORMAT " (%" G_GINT64_FORMAT ")",
                  SHORT (payment_id), truth->amount_fen, truth->red_packet_fen, truth->refunded_fen,
                  truth->refunded_red_packet_fen, held ? held->booked_fen : 0,
                  held ? held->base->red_packet_fen : 0, held ? held->base->refunded_fen : 0,
                  held ? held->base->red_packet_refunded_fen : 0);
  if (truth->refunded_fen > 0 && truth->refunded_fen < truth->amount_fen)
    sim_tally (SIM_TALLY_REFUNDED_IN_PART);
  if (truth->refunded_red_packet_fen > 0)
    sim_tally (SIM_TALLY_RED_PACKET_BACK);
}

static void
check_operator (Sim *self, const char *operator_id, json_t *books)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = ds_bank_load_file (
      self->bank, operator_id, ds_depot_get_payee_id (self->depot), 0, G_MAXINT64, &error);
  gint64 sum_fen = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (lines, i);

      if (g_str_equal (line->kind, "refund"))
        sum_fen -= line->amount_fen;
      else
        {
          sum_fen += line->amount_fen;
          compare_with_bank (self, line->payment_id);
        }
    }
  check_balance (self, books, "clearing:", operator_id, sum_fen);
}

/* One settlement an id: of no payment is more than once something booked. */
static void
check_settled_once (Sim *self)
{
  gint64 n = sim_get_depot_number (
      self, "SELECT count (*) FROM payment WHERE booked_fen > 0 AND booked_fen <> amount_fen", NULL);

  if (n > 0)
    sim_violated (self, "%" G_GINT64_FORMAT " payments are booked with another amount", n);
}

/* Suspense */

#define HELD_FEN "(iif (tender = 'cash' AND journalled, amount_fen, booked_fen) - refunded_fen)"

/* Whatever waits has a case, and a case is about what waits. */
static void
check_cases (Sim *self, gint64 waits_fen)
{
  gint64 cases_fen = sim_get_depot_number (
      self,
      "SELECT sum (incident.amount_fen) FROM incident JOIN payment ON payment.id = subject"
      " WHERE closed_at_ms = 0 AND suspense_fen > 0"
      " AND incident.amount_fen = suspense_fen",
      NULL);

  if (cases_fen != waits_fen)
    sim_violated (self, "%" G_GINT64_FORMAT " fen wait, the cases are about %" G_GINT64_FORMAT, waits_fen,
                  cases_fen);
}

/* To a stop no more is assigned than it owes, and nothing of its courier's waits while it owes anything. */
static void
check_stop (Sim *self, const char *stop_id)
{
  gint64 due_fen = sim_get_depot_number (
      self,
      "SELECT sum (due_fen) FROM parcel JOIN stop ON stop.id = stop WHERE stop.id = ? AND prepaid = 0"
      " AND outcome IN ('open', 'delivered') AND change IS NOT 'cancelled'",
      stop_id);
  gint64 assigned_fen
      = sim_get_depot_number (self,
                              "SELECT sum (" HELD_FEN " - suspense_fen - min (kept_fen, " HELD_FEN "))"
                              " FROM payment WHERE stop = ?",
                              stop_id);
  gint64 waits_fen = sim_get_depot_number (
      self,
      "SELECT sum (suspense_fen) FROM payment JOIN stop ON stop.id = stop WHERE stop.id = ? AND journalled"
      " AND stop.courier = payment.courier AND state IN ('paid', 'settled', 'accepted', 'refunded')"
      " AND (tender = 'cash' OR booked_fen = amount_fen)",
      stop_id);

  if (assigned_fen > due_fen)
    sim_violated (self, "%" G_GINT64_FORMAT " fen are assigned to stop …%s, which owes %" G_GINT64_FORMAT,
                  assigned_fen, SHORT (stop_id), due_fen);
  if (waits_fen > 0 && assigned_fen < due_fen)
    sim_violated (self,
                  "%" G_GINT64_FORMAT " fen wait although stop …%s owes %" G_GINT64_FORMAT
                  " and has %" G_GINT64_FORMAT,
                  waits_fen, SHORT (stop_id), due_fen, assigned_fen);
}

static void
check_suspense (Sim *self, json_t *books)
{
  gint64 waits_fen = sim_get_depot_number (self, "SELECT sum (suspense_fen) FROM payment", NULL);
  gint64 held_fen = sim_get_depot_number (self, "SELECT sum (" HELD_FEN ") FROM payment", NULL);

  check_balance (self, books, "suspense", "", -waits_fen);
  check_balance (self, books, "payable:", "merchant", waits_fen - held_fen);
  check_cases (self, waits_fen);
  for (guint i = 0; i < self->stop_ids->len; i++)
    check_stop (self, g_ptr_array_index (self->stop_ids, i));
  if (waits_fen > 0)
    sim_tally (SIM_TALLY_MONEY_WAITS);
}

void
sim_check_money_end (Sim *self)
{
  g_autoptr (json_t) books = load_books (self);

  for (guint i = 0; i < self->operators->len; i++)
    check_operator (self, ds_operator_get_id (g_ptr_array_index (self->operators, i)), books);
  for (guint i = 0; i < self->handhelds->len; i++)
    {
      const char *courier = ((SimHandheld *)g_ptr_array_index (self->handhelds, i))->courier;

      check_balance (self, books, "cash:", courier, sim_sum_journalled_cash_fen (self, courier));
    }
  check_balance (self, books, "cash:", "depot", -sim_office_get_till_fen (self));
  check_settled_once (self);
  check_suspense (self, books);
}
