/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a courier does in a day, and what customers do to it. */
#include "config.h"

#include "sim.h"

#include "ds-error.h"

/* Whatever a visit looks at: the stop as it is now, and whom it meets there. */
typedef struct
{
  SimHandheld *handheld;
  Sim *sim;
  const char *stop_id;
  SimCustomer *customer;
} Visit;

/* Returns: (transfer full): what is open at the stop, and for which parcels. */
static GStrv
look (Visit *visit, gint64 *open_fen)
{
  g_autoptr (DsStop) stop = sim_handheld_load_stop (visit->handheld, visit->stop_id);
  g_autoptr (GStrvBuilder) waybills = g_strv_builder_new ();
  DsDebt debt;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome == DS_OUTCOME_DELIVERED)
        g_strv_builder_add (waybills, parcel->waybill);
    }
  ds_stop_get_debt (stop, &debt);
  *open_fen = debt.open_fen;
  return g_strv_builder_end (waybills);
}

/* A handheld that was frozen when the courier began must not have done it. */
static void
note_frozen (SimHandheld *self, gboolean was_frozen, gboolean done, const GError *error)
{
  if (was_frozen && done)
    sim_violated (self->sim, "%s is frozen and collects", self->who);
  if (g_error_matches (error, DS_ERROR, DS_ERROR_FROZEN))
    {
      sim_tally (SIM_TALLY_FROZEN_REFUSAL);
      if (!self->copied)
        sim_violated (self->sim, "%s is frozen and was never copied", self->who);
    }
}

/* What a courier was told is taken must stay so. */
static void
note_shown (SimHandheld *self,
            const char *payment_id,
            gint64 amount_fen,
            DsTender tender,
            gboolean provisional)
{
  SimShown *shown = g_new0 (SimShown, 1);

  shown->amount_fen = amount_fen;
  shown->tender = tender;
  shown->provisional = provisional;
  g_hash_table_replace (self->shown, g_strdup (payment_id), shown);
}

/* Cash that changed hands while the power failed: the courier looks whether the handheld knows, and if not asks anew. */
static void
look_after_power_cut (SimHandheld *self)
{
  g_autoptr (GPtrArray) stops = NULL;

  while (!sim_handheld_is_on (self) && !self->dead)
    sim_pass (self->sim, SIM_MINUTE_MS);
  if (self->dead)
    return;
  stops = sim_handheld_load_stops (self);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (stop->payments, p);

          if (payment->tender == DS_TENDER_CASH && !g_hash_table_contains (self->shown, payment->id))
            note_shown (self, payment->id, payment->amount_fen, DS_TENDER_CASH, FALSE);
        }
    }
}

static gboolean
take_cash (Visit *visit, gint64 amount_fen, gboolean supersede)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  gboolean was_frozen = sim_handheld_is_frozen (self);
  g_autoptr (DsStop) stop = NULL;
  g_autofree char *payment_id = NULL;
  g_autoptr (GError) error = NULL;
  gint64 open_fen;
  g_auto (GStrv) waybills = look (visit, &open_fen);
  GAsyncResult *result;

  ds_door_take_cash_async (self->door, visit->stop_id, (const char *const *)waybills, amount_fen,
                           (amount_fen + 9999) / 10000 * 10000, supersede, NULL, sim_op_done,
                           sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    {
      look_after_power_cut (self);
      return FALSE;
    }
  stop = ds_door_take_cash_finish (self->door, result, &payment_id, &error);
  note_frozen (self, was_frozen, stop != NULL, error);
  sim_trace (visit->sim->trace, self->who, "takes %d fen in cash%s: %s", (int)amount_fen,
             supersede ? " all the same" : "", stop ? "done" : error->message);
  if (stop != NULL)
    note_shown (self, payment_id, amount_fen, DS_TENDER_CASH, FALSE);
  return stop != NULL;
}

/* Returns: (transfer full) (nullable) */
static DsAnswer *
scan (Visit *visit, const char *payment_id, const char *text, gint64 amount_fen)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  gboolean was_frozen = sim_handheld_is_frozen (self);
  g_autoptr (GError) error = NULL;
  gint64 open_fen;
  g_auto (GStrv) waybills = look (visit, &open_fen);
  DsScanContext context = { .stop_id = visit->stop_id,
                            .payment_id = payment_id,
                            .waybills = (const char *const *)waybills,
                            .amount_fen = amount_fen };
  GAsyncResult *result;
  DsAnswer *answer;

  ds_door_scan_async (self->door, &context, text, NULL, sim_op_done, sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    return NULL;
  answer = ds_door_scan_finish (self->door, result, &error);
  note_frozen (self, was_frozen, answer != NULL && answer->kind <= DS_ANSWER_SCANNED, error);
  sim_trace (visit->sim->trace, self->who, "scans: %s (%s)", answer ? answer->title : error->message,
             answer && answer->reason ? answer->reason : "");
  if (answer != NULL && (answer->kind == DS_ANSWER_PAID || answer->kind == DS_ANSWER_ACCEPTED))
    note_shown (self, answer->payment->id, answer->payment->amount_fen, answer->payment->tender,
                answer->kind == DS_ANSWER_ACCEPTED);
  return answer;
}

static DsPresentation *
present (Visit *visit, gint64 amount_fen)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  gboolean was_frozen = sim_handheld_is_frozen (self);
  g_autoptr (GError) error = NULL;
  gint64 open_fen;
  g_auto (GStrv) waybills = look (visit, &open_fen);
  GAsyncResult *result;
  DsPresentation *presentation;

  ds_door_present_async (self->door, visit->stop_id, (const char *const *)waybills, amount_fen, NULL,
                         sim_op_done, sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    return NULL;
  presentation = ds_door_present_finish (self->door, result, &error);
  note_frozen (self, was_frozen, presentation != NULL, error);
  sim_trace (visit->sim->trace, self->who, "shows a code for %d fen: %s", (int)amount_fen,
             presentation ? presentation->payment_id + 28 : error->message);
  return presentation;
}

static DsPaymentState
get_state (Visit *visit, const char *payment_id)
{
  g_autoptr (DsStop) stop = sim_handheld_load_stop (visit->handheld, visit->stop_id);
  DsPayment *payment = ds_stop_find_payment (stop, payment_id);

  return payment ? payment->state : DS_PAYMENT_NONE;
}

static void
claim (Visit *visit, const char *payment_id)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result;

  ds_door_claim_async (self->door, payment_id, NULL, sim_op_done, sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    return;
  stop = ds_door_claim_finish (self->door, result, &error);
  sim_trace (visit->sim->trace, self->who, "the customer says paid: %s", stop ? "noted" : error->message);
}

static void
query (Visit *visit, const char *payment_id)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result;

  ds_door_query_async (self->door, payment_id, NULL, sim_op_done, sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    return;
  stop = ds_door_query_finish (self->door, result, &error);
  sim_trace (visit->sim->trace, self->who, "checks now: %s", stop ? "asked" : error->message);
}

/* A customer who pays when the courier has gone. */
typedef struct
{
  Sim *sim;
  SimCustomer *customer;
  char *code;
} LatePayer;

static void
late_payer_free (gpointer data)
{
  LatePayer *self = data;

  g_free (self->code);
  g_free (self);
}

static gboolean
pay_late (gpointer data)
{
  LatePayer *self = data;
  g_autofree char *receipt = sim_customer_pay (self->sim, self->customer, self->code);

  return G_SOURCE_REMOVE;
}

static void
pay_later (Visit *visit, const char *code)
{
  LatePayer *payer = g_new0 (LatePayer, 1);

  payer->sim = visit->sim;
  payer->customer = visit->customer;
  payer->code = g_strdup (code);
  ds_clock_add_timeout_full (visit->sim->clock, (guint)sim_between (visit->sim, 1000, 30 * SIM_MINUTE_MS),
                             G_PRIORITY_DEFAULT, pay_late, payer, late_payer_free);
}

/* No screen can be scanned: the customer reads out digits, a few times if need be. */
static void
listen (Visit *visit, const char *payment_id)
{
  SimHandheld *self = visit->handheld;
  Sim *sim = visit->sim;
  gboolean proved = FALSE;

  for (guint i = 0; i < 4 && !proved && sim_handheld_is_on (self); i++)
    {
      g_autoptr (SimOp) op = sim_op_new ();
      gboolean was_frozen = sim_handheld_is_frozen (self);
      gboolean online = ds_door_get_online (self->door);
      gboolean right = FALSE;
      g_autofree char *said = sim_customer_speak (sim, payment_id, &right);
      g_autoptr (DsAnswer) answer = NULL;
      g_autoptr (GError) error = NULL;
      GAsyncResult *result;

      ds_door_try_spoken_async (self->door, payment_id, said, NULL, sim_op_done, sim_op_ref (op));
      result = sim_handheld_await (self, op);
      if (result == NULL)
        return;
      answer = ds_door_try_spoken_finish (self->door, result, &error);
      proved = answer != NULL && answer->kind == DS_ANSWER_PAID;
      note_frozen (self, was_frozen, proved, error);
      sim_trace (sim->trace, self->who, "types digits: %s (%s)", answer ? answer->title : error->message,
                 answer && answer->reason ? answer->reason : "");
      if (proved && !right)
        sim_violated (sim, "%s: digits that prove nothing made …%s paid", self->who, payment_id + 28);
      if (proved)
        {
          sim_tally (online ? SIM_TALLY_SPOKEN_ONLINE : SIM_TALLY_SPOKEN_OFFLINE);
          note_shown (self, payment_id, answer->payment->amount_fen, DS_TENDER_CODE, FALSE);
        }
      else if (answer != NULL && g_strcmp0 (answer->reason, "wrong") == 0)
        sim_tally (SIM_TALLY_SPOKEN_WRONG);
      else if (answer != NULL && g_strcmp0 (answer->reason, "locked") == 0)
        sim_tally (SIM_TALLY_SPOKEN_LOCKED);
      else
        return;
      sim_time_run (sim->time, sim->time->now_ms + sim_between (sim, 1000, 20000));
    }
}

/* Waits at the door for news. */
static void
wait_for_news (Visit *visit, const char *payment_id)
{
  for (guint i = 0; i < 4 && sim_handheld_is_on (visit->handheld); i++)
    {
      DsPaymentState state = get_state (visit, payment_id);

      if (ds_payment_state_covers_debt (state) || ds_payment_state_is_final (state))
        return;
      sim_time_run (visit->sim->time, visit->sim->time->now_ms + sim_between (visit->sim, 1000, 15000));
    }
}

static void
collect_by_code (Visit *visit, gint64 amount_fen)
{
  Sim *sim = visit->sim;
  g_autoptr (DsPresentation) presentation = present (visit, amount_fen);
  g_autofree char *evidence = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  guint what = ds_random_below (sim->random, 100);

  if (presentation == NULL)
    return;
  if (what < 45)
    {
      evidence = sim_customer_pay (sim, visit->customer, presentation->text);
      if (sim_happens (sim, 300))
        sim_customer_confirm (sim, visit->customer, presentation->payment_id);
    }
  else if (what < 75)
    evidence = sim_customer_promise (sim, visit->customer, presentation->payment_id, amount_fen);
  else if (what < 85)
    pay_later (visit, presentation->text);

  if (what < 45 && sim_happens (sim, 300))
    {
      /* The bank's word and the depot's take their time. */
      sim_time_run (sim->time, sim->time->now_ms + sim_between (sim, 0, 10000));
      listen (visit, presentation->payment_id);
    }
  else if (evidence != NULL && sim_happens (sim, 700))
    answer = scan (visit, presentation->payment_id, evidence, amount_fen);
  else
    wait_for_news (visit, presentation->payment_id);
  if (!sim_handheld_is_on (visit->handheld))
    return;
  if (what < 85 && sim_happens (sim, 200))
    claim (visit, presentation->payment_id);
  if (sim_handheld_is_on (visit->handheld) && sim_happens (sim, 200))
    query (visit, presentation->payment_id);
}

static void
collect_by_payer_code (Visit *visit, gint64 amount_fen)
{
  g_autofree char *code = sim_customer_make_payer_code (visit->sim, visit->customer);
  g_autoptr (DsAnswer) answer = scan (visit, NULL, code, amount_fen);

  if (answer == NULL || answer->kind != DS_ANSWER_SCANNED)
    return;
  if (sim_happens (visit->sim, 500))
    {
      sim_time_run (visit->sim->time, visit->sim->time->now_ms + sim_between (visit->sim, 500, 20000));
      sim_customer_confirm (visit->sim, visit->customer, answer->payment->id);
    }
  wait_for_news (visit, answer->payment->id);
}

static gboolean
set_outcome (Visit *visit, DsParcelOutcome outcome, const char *reason)
{
  SimHandheld *self = visit->handheld;
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  gint64 open_fen;
  g_auto (GStrv) waybills = look (visit, &open_fen);
  GAsyncResult *result;

  if (waybills[0] == NULL)
    return TRUE;
  ds_door_set_outcome_async (self->door, visit->stop_id, (const char *const *)waybills, outcome, reason, NULL,
                             sim_op_done, sim_op_ref (op));
  result = sim_handheld_await (self, op);
  if (result == NULL)
    return FALSE;
  stop = ds_door_set_outcome_finish (self->door, result, &error);
  sim_trace (visit->sim->trace, self->who, "parcels of …%s %s: %s", visit->stop_id + 28,
             ds_parcel_outcome_to_name (outcome), stop ? "done" : error->message);
  return stop != NULL;
}

static void
try_once (Visit *visit)
{
  gint64 open_fen;
  g_auto (GStrv) waybills = look (visit, &open_fen);
  guint way = ds_random_below (visit->sim->random, 100);

  if (open_fen == 0 || waybills[0] == NULL)
    return;
  if (way < 10 && open_fen > 1)
    open_fen = sim_between (visit->sim, 1, open_fen - 1); /* a part, the rest another way */
  if (way < 55)
    collect_by_code (visit, open_fen);
  else if (way < 75)
    collect_by_payer_code (visit, open_fen);
  else
    take_cash (visit, open_fen, sim_happens (visit->sim, 400));
}

/* The dispatcher cannot know who stands where. */
static void
meddle (Visit *visit)
{
  if (!sim_has (visit->sim, SIM_FAULT_OFFICE) || !sim_happens (visit->sim, 60))
    return;
  sim_tally (SIM_TALLY_CHANGED_AT_DOOR);
  sim_office_change_stop (visit->sim, visit->stop_id);
}

void
sim_courier_visit (SimHandheld *self)
{
  Sim *sim = self->sim;
  guint which = ds_random_below (sim->random, self->stop_ids->len);
  g_autofree char *stop_id = g_ptr_array_steal_index (self->stop_ids, which);
  Visit visit = { .handheld = self,
                  .sim = sim,
                  .stop_id = stop_id,
                  .customer
                  = g_ptr_array_index (sim->customers, ds_random_below (sim->random, sim->customers->len)) };

  sim_trace (sim->trace, self->who, "is at stop …%s", stop_id + 28);
  for (guint i = 0; i < 3; i++)
    {
      if (!sim_handheld_is_on (self))
        look_after_power_cut (self);
      if (self->dead)
        return;
      meddle (&visit);
      try_once (&visit);
      if (sim_happens (sim, 500))
        break;
    }
  meddle (&visit);
  if (!sim_handheld_is_on (self))
    look_after_power_cut (self);
  if (self->dead)
    return;
  if (sim_happens (sim, 100))
    set_outcome (&visit, DS_OUTCOME_REFUSED, "changed mind");
  else
    set_outcome (&visit, DS_OUTCOME_DELIVERED, NULL);
  if (!sim_handheld_is_on (self))
    look_after_power_cut (self);
}

/* The digest */

gint64
sim_get_owed_fen (DsStop *stop)
{
  gint64 owed_fen = 0;

  if (stop->removed_reason != NULL)
    return SIM_GONE;
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      owed_fen += parcel->prepaid ? 0 : parcel->due_fen;
    }
  return owed_fen;
}

static void
learn (SimHandheld *self, const char *stop_id, gint64 owed_fen)
{
  g_hash_table_insert (self->route, g_strdup (stop_id), g_memdup2 (&owed_fen, sizeof owed_fen));
}

static void
go_by (SimHandheld *self, const DsChange *change)
{
  gboolean is_gone = g_str_equal (change->kind, "removed");
  guint at;
  gboolean is_planned = g_ptr_array_find_with_equal_func (self->stop_ids, change->stop_id, g_str_equal, &at);

  sim_tally (SIM_TALLY_CHANGES_READ);
  sim_trace (self->sim->trace, self->who, "reads: stop …%s %s, %d fen, then %d", change->stop_id + 28,
             change->kind, (int)change->before_fen, (int)change->after_fen);
  learn (self, change->stop_id, is_gone ? SIM_GONE : change->after_fen);
  if (is_gone && is_planned)
    g_ptr_array_remove_index (self->stop_ids, at);
  else if (!is_planned && (g_str_equal (change->kind, "added") || g_str_equal (change->kind, "restored")))
    g_ptr_array_add (self->stop_ids, g_strdup (change->stop_id));
}

void
sim_courier_read_digest (SimHandheld *self)
{
  g_autoptr (SimOp) loaded = sim_op_new ();
  g_autoptr (SimOp) marked = sim_op_new ();
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;
  gint64 up_to = 0;

  ds_store_load_changes_async (self->store, NULL, sim_op_done, sim_op_ref (loaded));
  changes = ds_store_load_changes_finish (self->store, sim_await (self->sim, loaded), &error);
  g_assert_no_error (error);
  /* The newest comes first, and has the last word. */
  for (guint i = changes->len; i > 0; i--)
    {
      const DsChange *change = g_ptr_array_index (changes, i - 1);

      up_to = MAX (up_to, change->n);
      if (!change->read)
        go_by (self, change);
    }
  if (up_to == 0)
    return;
  ds_store_mark_changes_read_async (self->store, up_to, NULL, sim_op_done, sim_op_ref (marked));
  ds_store_mark_changes_read_finish (self->store, sim_await (self->sim, marked), &error);
  g_assert_no_error (error);
}

void
sim_courier_open_shift (SimHandheld *self)
{
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GPtrArray) stops = sim_handheld_load_stops (self);
  g_autoptr (GError) error = NULL;

  ds_door_open_shift_async (self->door, SIM_FLOAT_FEN, NULL, sim_op_done, sim_op_ref (op));
  shift = ds_door_open_shift_finish (self->door, sim_await (self->sim, op), &error);
  g_assert_no_error (error);
  self->shift_id = g_strdup (shift->id);
  sim_trace (self->sim->trace, self->who, "opens a shift with %u stops", stops->len);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      g_ptr_array_add (self->stop_ids, g_strdup (stop->id));
      learn (self, stop->id, sim_get_owed_fen (stop));
    }
}

static void
add_cash (GHashTable *counted, GHashTable *shown, gint64 *cash_fen)
{
  GHashTableIter iter;
  gpointer payment_id, one;

  g_hash_table_iter_init (&iter, shown);
  while (g_hash_table_iter_next (&iter, &payment_id, &one))
    {
      if (((SimShown *)one)->tender == DS_TENDER_CASH && g_hash_table_add (counted, payment_id))
        *cash_fen += ((SimShown *)one)->amount_fen;
    }
}

/* All that was taken under this identity, whichever handheld knows of it. */
gint64
sim_courier_count_cash (SimHandheld *self)
{
  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 cash_fen = SIM_FLOAT_FEN;

  for (guint i = 0; i < self->sim->handhelds->len; i++)
    {
      SimHandheld *handheld = g_ptr_array_index (self->sim->handhelds, i);

      if (g_strcmp0 (handheld->device_id, self->device_id) != 0)
        continue;
      add_cash (counted, handheld->shown, &cash_fen);
      add_cash (counted, handheld->gone, &cash_fen);
    }
  return cash_fen;
}

void
sim_courier_close_shift (SimHandheld *self)
{
  g_autoptr (SimOp) op = sim_op_new ();
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;
  gint64 cash_fen = sim_courier_count_cash (self);
  guint counts[16] = { 0 };
  gsize n = 0;

  for (; ds_cash_denominations_fen[n] != 0; n++)
    {
      counts[n] = (guint)(cash_fen / ds_cash_denominations_fen[n]);
      cash_fen %= ds_cash_denominations_fen[n];
    }
  ds_door_close_shift_async (self->door, counts, n, NULL, sim_op_done, sim_op_ref (op));
  shift = ds_door_close_shift_finish (self->door, sim_await (self->sim, op), &error);
  note_frozen (self, FALSE, shift != NULL, error);
  /* The clerk closes it. */
  if (shift == NULL && !self->copied)
    sim_violated (self->sim, "%s cannot close the shift: %s", self->who, error->message);
  if (shift == NULL)
    return;
  sim_trace (self->sim->trace, self->who, "closes the shift");
}
