/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dispatcher and clerk do all day: stops change under way, cases are decided, money is given back. */
#include "config.h"

#include "sim.h"

#include "ds-error.h"
#include "ds-id.h"

#define SHORT(id) ((id) + 28)

/* What is said again after the depot was restored */

void
sim_said_free (SimSaid *self)
{
  g_free (self->stop_id);
  g_free (self->waybill);
  g_free (self->courier_id);
  g_free (self->payment_id);
  g_free (self->refund_id);
  g_free (self);
}

/* Returns: (transfer none) (nullable): where to write it down, when there is a backup to forget it. */
static SimSaid *
write_down (Sim *self)
{
  SimSaid *said;

  if (self->backup == NULL || self->rolled_back)
    return NULL;
  said = g_new0 (SimSaid, 1);
  g_ptr_array_add (self->said, said);
  return said;
}

void
sim_office_change_again (Sim *self)
{
  for (guint i = 0; i < self->said->len; i++)
    {
      const SimSaid *said = g_ptr_array_index (self->said, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) answer = NULL;

      if (said->stop_id == NULL)
        continue;
      answer = ds_depot_change_stop (self->depot, &said->change, &error);
      sim_trace (self->trace, "depot", "stop …%s is changed again", SHORT (said->stop_id));
      g_assert_no_error (error);
    }
  sim_time_settle (self->time);
}

static gint64
find_case (Sim *self, const char *payment_id)
{
  return sim_get_depot_number (
      self, "SELECT number FROM incident WHERE subject = ? AND closed_at_ms = 0 AND amount_fen > 0",
      payment_id);
}

/* Returns: whether there was something to say it about. */
static gboolean
decide_again (Sim *self, const SimSaid *said)
{
  gint64 number = find_case (self, said->payment_id);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = NULL;

  if (said->refund_id != NULL)
    answer
        = ds_depot_refund (self->depot, said->payment_id, said->refund_id, said->amount_fen, "again", &error);
  else if (number > 0)
    answer = ds_depot_resolve (self->depot, number, "keep", "again", &error);
  if (answer != NULL)
    sim_trace (self->trace, "depot", "…%s is decided again", SHORT (said->payment_id));
  return answer != NULL;
}

void
sim_office_decide_again (Sim *self)
{
  for (guint i = 0; self->rolled_back && i < self->said->len;)
    {
      const SimSaid *said = g_ptr_array_index (self->said, i);

      if (said->payment_id != NULL && decide_again (self, said))
        g_ptr_array_remove_index (self->said, i);
      else
        i++;
    }
  sim_time_settle (self->time);
}

/* Whoever has decided about a payment before waits until that can be said again. */
static gboolean
is_decided (Sim *self, const char *payment_id)
{
  for (guint i = 0; self->rolled_back && i < self->said->len; i++)
    {
      if (g_strcmp0 (((SimSaid *)g_ptr_array_index (self->said, i))->payment_id, payment_id) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The dispatcher */

static void
write_change_down (Sim *self, const DsStopChange *change)
{
  SimSaid *said = write_down (self);

  if (said == NULL)
    return;
  said->change = *change;
  said->change.stop = said->stop_id = g_strdup (change->stop);
  said->change.waybill = said->waybill = g_strdup (change->waybill);
  said->change.courier_id = said->courier_id = g_strdup (change->courier_id);
}

static const char *
choose_courier (Sim *self)
{
  SimHandheld *handheld
      = g_ptr_array_index (self->handhelds, ds_random_below (self->random, self->handhelds->len));

  return handheld->courier;
}

static void
choose_change (Sim *self, DsStopChange *change)
{
  guint which = ds_random_below (self->random, 100);

  change->kind = which < 20   ? DS_STOP_CHANGE_CANCEL
                 : which < 60 ? DS_STOP_CHANGE_REPRICE
                 : which < 80 ? DS_STOP_CHANGE_REASSIGN
                              : DS_STOP_CHANGE_PAID_ELSEWHERE;
  if (change->kind == DS_STOP_CHANGE_REASSIGN)
    change->courier_id = choose_courier (self);
  if (change->kind == DS_STOP_CHANGE_REPRICE)
    change->due_fen = sim_happens (self, 100) ? 0 : sim_between (self, 1, 40000);
}

static void
tally_change (const DsStopChange *change)
{
  static const SimTally tallies[] = {
    [DS_STOP_CHANGE_CANCEL] = SIM_TALLY_CANCELLED,
    [DS_STOP_CHANGE_REPRICE] = SIM_TALLY_REPRICED,
    [DS_STOP_CHANGE_REASSIGN] = SIM_TALLY_REASSIGNED,
    [DS_STOP_CHANGE_PAID_ELSEWHERE] = SIM_TALLY_PAID_ELSEWHERE,
  };

  sim_tally (tallies[change->kind]);
}

void
sim_office_change_stop (Sim *self, const char *stop_id)
{
  static const char *const names[] = { "cancel", "reprice", "reassign", "paid elsewhere" };
  DsStopChange change = { .stop = stop_id, .reason = "because" };
  g_autoptr (json_t) answer = NULL;
  g_autofree char *waybill = NULL;
  g_autoptr (GError) error = NULL;

  choose_change (self, &change);
  if (change.kind == DS_STOP_CHANGE_REPRICE)
    change.waybill = waybill = sim_get_depot_text (
        self, "SELECT waybill FROM parcel WHERE stop = ? AND prepaid = 0 ORDER BY due_fen LIMIT 1", stop_id);
  answer = ds_depot_change_stop (self->depot, &change, &error);
  sim_trace (self->trace, "depot", "stop …%s, %s: %s", SHORT (stop_id), names[change.kind],
             answer ? json_string_value (json_object_get (answer, "courier")) : error->message);
  if (answer != NULL)
    {
      tally_change (&change);
      write_change_down (self, &change);
    }
  else if (!g_error_matches (error, DS_ERROR, DS_ERROR_STATE)
           && !g_error_matches (error, DS_ERROR, DS_ERROR_INVALID))
    sim_violated (self, "stop …%s cannot be changed: %s", SHORT (stop_id), error->message);
  sim_time_settle (self->time);
}

/* The clerk */

/* Cash that goes back comes out of the till at once. */
static void
note_cash_back (Sim *self, json_t *answer)
{
  SimSaid *said;

  if (g_strcmp0 (json_string_value (json_object_get (answer, "state")), "refunded") != 0)
    return;
  self->till_fen += json_integer_value (json_object_get (answer, "amount_fen"));
  said = write_down (self);
  if (said == NULL)
    return;
  said->payment_id = g_strdup (json_string_value (json_object_get (answer, "payment")));
  said->refund_id = g_strdup (json_string_value (json_object_get (answer, "refund")));
  said->amount_fen = json_integer_value (json_object_get (answer, "amount_fen"));
}

/* What a clerk gave back for a payment that was lost, with the depot's last day and with its handheld, stands nowhere but
 * in that clerk's memory. */
gint64
sim_office_get_till_fen (Sim *self)
{
  gint64 till_fen = self->till_fen;

  for (guint i = 0; self->rolled_back && i < self->said->len; i++)
    {
      const SimSaid *said = g_ptr_array_index (self->said, i);

      if (said->refund_id != NULL
          && sim_get_depot_number (self, "SELECT count (*) FROM payment WHERE id = ? AND journalled = 1",
                                   said->payment_id)
                 == 0)
        till_fen -= said->amount_fen;
    }
  return till_fen;
}

static void
note_kept (Sim *self, json_t *answer)
{
  SimSaid *said = write_down (self);

  if (said != NULL)
    said->payment_id = g_strdup (json_string_value (json_object_get (answer, "payment")));
}

static void
decide_case (Sim *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) cases = ds_depot_list_cases (self->depot, FALSE, &error);
  g_autoptr (json_t) answer = NULL;
  json_t *one;
  const char *how;
  gboolean is_money;

  g_assert_no_error (error);
  if (json_array_size (cases) == 0)
    return;
  one = json_array_get (cases, ds_random_below (self->random, (guint32)json_array_size (cases)));
  if (is_decided (self, json_string_value (json_object_get (one, "subject"))))
    return;
  is_money = json_integer_value (json_object_get (one, "amount_fen")) > 0
             && g_strcmp0 (json_string_value (json_object_get (one, "kind")), "rejected") != 0;
  how = !is_money ? "done" : sim_happens (self, 500) ? "keep" : "refund";
  answer = ds_depot_resolve (self->depot, json_integer_value (json_object_get (one, "case")), how,
                             "the clerk says so", &error);
  sim_trace (self->trace, "depot", "case %d (%s, %d fen), %s: %s",
             (int)json_integer_value (json_object_get (one, "case")),
             json_string_value (json_object_get (one, "kind")),
             (int)json_integer_value (json_object_get (one, "amount_fen")), how,
             answer ? "decided" : error->message);
  if (answer == NULL)
    {
      if (!g_error_matches (error, DS_ERROR, DS_ERROR_STATE)
          && !g_error_matches (error, DS_ERROR, DS_ERROR_INVALID))
        sim_violated (self, "a case cannot be decided: %s", error->message);
      return;
    }
  if (is_money)
    sim_tally (how[0] == 'k' ? SIM_TALLY_CASE_KEPT : SIM_TALLY_CASE_REFUNDED);
  if (is_money && how[0] == 'k')
    note_kept (self, answer);
  note_cash_back (self, answer);
}

static char *
choose_payment (Sim *self, gint64 *taken_fen)
{
  gint64 n = sim_get_depot_number (
      self, "SELECT count (*) FROM payment WHERE booked_fen > 0 OR tender = 'cash'", NULL);
  g_autofree char *sql = NULL;
  char *payment_id;

  if (n == 0)
    return NULL;
  sql = g_strdup_printf ("SELECT id FROM payment WHERE booked_fen > 0 OR tender = 'cash' ORDER BY id LIMIT 1"
                         " OFFSET %u",
                         ds_random_below (self->random, (guint32)n));
  payment_id = sim_get_depot_text (self, sql, NULL);
  *taken_fen = sim_get_depot_number (
      self, "SELECT max (booked_fen, iif (tender = 'cash', amount_fen, 0)) FROM payment WHERE id = ?",
      payment_id);
  return payment_id;
}

static void
refund_by_hand (Sim *self)
{
  gint64 taken_fen = 0;
  g_autofree char *payment_id = choose_payment (self, &taken_fen);
  g_autofree char *refund_id = NULL;
  gint64 amount_fen;
  guint times = sim_happens (self, 300) ? 2 : 1;
  gboolean too_much = sim_happens (self, 100);

  if (payment_id == NULL || is_decided (self, payment_id))
    return;
  amount_fen = too_much ? taken_fen + 1 : sim_between (self, 1, taken_fen);
  refund_id = ds_id_new (self->clock, self->random);
  /* Asked twice is given back once. */
  for (guint i = 0; i < times; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) answer
          = ds_depot_refund (self->depot, payment_id, refund_id, amount_fen, "by hand", &error);

      sim_trace (self->trace, "depot", "gives back %d of %d fen of …%s: %s", (int)amount_fen, (int)taken_fen,
                 SHORT (payment_id), answer ? "asked" : error->message);
      if (too_much && answer != NULL)
        sim_violated (self, "more is given back of …%s than was paid", SHORT (payment_id));
      if (g_error_matches (error, DS_ERROR, DS_ERROR_REFUSED))
        sim_tally (SIM_TALLY_REFUND_TOO_MUCH);
      if (answer == NULL)
        return;
      sim_tally (SIM_TALLY_REFUND_BY_HAND);
      if (i == 0)
        note_cash_back (self, answer);
    }
}

void
sim_office_work (Sim *self)
{
  sim_office_decide_again (self);
  if (sim_happens (self, 30))
    sim_office_change_stop (
        self, g_ptr_array_index (self->stop_ids, ds_random_below (self->random, self->stop_ids->len)));
  if (sim_happens (self, 40))
    decide_case (self);
  if (sim_happens (self, 20))
    refund_by_hand (self);
  sim_time_settle (self->time);
}

void
sim_office_close_shift (SimHandheld *handheld)
{
  Sim *sim = handheld->sim;
  gint64 counted_fen = sim_courier_count_cash (handheld);
  g_autoptr (GError) error = NULL;

  if (ds_depot_close_shift (sim->depot, handheld->shift_id, counted_fen, &error))
    sim_tally (SIM_TALLY_CLOSED_BY_CLERK);
  sim_trace (sim->trace, "depot", "closes the shift of %s with %d fen: %s", handheld->courier,
             (int)counted_fen, error ? error->message : "done");
  /* Closed before, or never heard of. */
  if (error != NULL && !g_error_matches (error, DS_ERROR, DS_ERROR_NOT_FOUND))
    sim_violated (sim, "the shift of %s cannot be closed: %s", handheld->courier, error->message);
  sim_time_settle (sim->time);
}
