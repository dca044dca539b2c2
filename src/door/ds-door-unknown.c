/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payments whose result is awaited.
 *
 * Unknown is not failed: what has no answer in time is called unknown and asked about, more and more rarely, until
 * the depot says how it ended. Nothing is ended here: an order stays payable until its operator says otherwise. */
#include "config.h"

#include "ds-door-private.h"

/* However long it takes, the depot is asked at least this often while it can be reached. */
#define QUERY_CEILING_MS (5 * 60 * 1000)

/**
 * DsWatch:
 * @state: as last seen
 * @due_mono_ms: when to act next
 * @interval_ms: how long to wait after the next query
 * @is_busy: an entry is being journalled for it
 */
typedef struct
{
  char *payment_id;
  char *stop_id;
  DsPaymentState state;
  gint64 due_mono_ms;
  gint64 interval_ms;
  gboolean is_busy;
} DsWatch;

static void
ds_watch_free (DsWatch *self)
{
  g_free (self->payment_id);
  g_free (self->stop_id);
  g_free (self);
}

void
ds_door_watches_init (DsDoor *self)
{
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)ds_watch_free);
  self->asked_offline = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static gboolean
is_waiting_for_first_answer (DsPaymentState state)
{
  return state == DS_PAYMENT_SCANNED || state == DS_PAYMENT_PENDING;
}

static gint64
get_first_interval_ms (DsDoor *self)
{
  DsSettings *settings = ds_store_get_settings (self->store);

  /* At least a second: a setting of 0 must not become a loop. */
  return MAX (settings ? settings->query_every_ms : 0, 1000);
}

/* How long to wait before a payment in a new state is called unknown, or asked about. After a restart the time
 * since its last change is known by the wall clock alone, so it counts only as far as it makes sense. */
static gint64
get_first_wait_ms (DsDoor *self, DsPayment *payment, gboolean is_news)
{
  DsSettings *settings = ds_store_get_settings (self->store);
  gint64 wait_ms = settings ? settings->unknown_after_ms : 0;
  gint64 passed_ms = is_news ? 0 : ds_clock_get_wall_ms (self->clock) - payment->changed_at_ms;

  if (!is_waiting_for_first_answer (payment->state))
    return get_first_interval_ms (self);
  return wait_ms - CLAMP (passed_ms, 0, wait_ms);
}

static void
lengthen_interval (DsDoor *self, DsWatch *watched)
{
  watched->interval_ms = MIN (watched->interval_ms * 2, MAX (QUERY_CEILING_MS, get_first_interval_ms (self)));
}

static void
watch (DsDoor *self, DsPayment *payment, gboolean is_news)
{
  DsWatch *watched = g_hash_table_lookup (self->watches, payment->id);

  if (watched != NULL && watched->state == payment->state)
    return;
  if (watched == NULL)
    {
      watched = g_new0 (DsWatch, 1);
      watched->payment_id = g_strdup (payment->id);
      watched->stop_id = g_strdup (payment->stop_id);
      g_hash_table_insert (self->watches, watched->payment_id, watched);
    }
  watched->state = payment->state;
  watched->interval_ms = get_first_interval_ms (self);
  watched->due_mono_ms = ds_clock_get_mono_ms (self->clock) + get_first_wait_ms (self, payment, is_news);
  /* Whatever made it unknown or claimed asks about it, too. */
  if (!is_waiting_for_first_answer (payment->state))
    lengthen_interval (self, watched);
}

static void
observe_payment (DsDoor *self, DsStop *stop, DsPayment *payment, gboolean announce)
{
  gpointer known;
  gboolean is_known = g_hash_table_lookup_extended (self->states, payment->id, NULL, &known);

  if (ds_payment_state_is_uncertain (payment->state))
    watch (self, payment, announce);
  else
    g_hash_table_remove (self->watches, payment->id);

  if (is_known && GPOINTER_TO_UINT (known) == payment->state)
    return;
  g_hash_table_insert (self->states, g_strdup (payment->id), GUINT_TO_POINTER (payment->state));
  if (payment->state == DS_PAYMENT_DECLINED || payment->state == DS_PAYMENT_EXPIRED)
    ds_door_present_refused (self, payment->id);
  if (announce)
    g_signal_emit_by_name (self, "payment-changed", payment, stop);
}

void
ds_door_observe (DsDoor *self, GPtrArray *stops, gboolean announce)
{
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->payments->len; p++)
        observe_payment (self, stop, g_ptr_array_index (stop->payments, p), announce);
    }
}

/* Acting */

typedef struct
{
  char *payment_id;
  gboolean ask; /* the depot can be reached: query at once */
} DsFollowUp;

static void
ds_follow_up_free (DsFollowUp *self)
{
  g_free (self->payment_id);
  g_free (self);
}

static json_t *
make_payment_data (const char *payment_id)
{
  return json_pack ("{s:s}", "payment", payment_id);
}

static gboolean
decide_follow_up (DsVisit *visit, GError **error)
{
  DsFollowUp *follow_up = visit->data;
  DsPayment *payment = visit->stop ? ds_stop_find_payment (visit->stop, follow_up->payment_id) : NULL;

  /* News came while this waited for its turn. */
  if (payment == NULL || !ds_payment_state_is_uncertain (payment->state))
    return TRUE;
  if (is_waiting_for_first_answer (payment->state))
    ds_drafts_add (&visit->drafts, "payment.unknown", make_payment_data (payment->id));
  if (follow_up->ask)
    ds_drafts_add (&visit->drafts, "payment.query", make_payment_data (payment->id));
  return TRUE;
}

static void
did_follow_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsDoor *self = DS_DOOR (source);
  DsFollowUp *follow_up = user_data;
  DsWatch *watched = g_hash_table_lookup (self->watches, follow_up->payment_id);

  /* A store that cannot write has frozen collecting and says so; the watch tries again in its own time. */
  ds_door_visit_finish (self, result, NULL, NULL);
  if (watched != NULL)
    watched->is_busy = FALSE;
  ds_follow_up_free (follow_up);
  ds_door_schedule (self);
}

static void
act (DsDoor *self, DsWatch *watched)
{
  DsFollowUp *follow_up;

  watched->due_mono_ms = ds_clock_get_mono_ms (self->clock) + watched->interval_ms;
  if (!is_waiting_for_first_answer (watched->state))
    lengthen_interval (self, watched);

  follow_up = g_new0 (DsFollowUp, 1);
  follow_up->payment_id = g_strdup (watched->payment_id);
  follow_up->ask = self->online;
  watched->is_busy = TRUE;
  ds_door_visit_async (self, watched->stop_id, NULL, NULL, decide_follow_up, follow_up, NULL, did_follow_up,
                       follow_up);
}

/* Offline there is nobody to ask, but what has no answer in time is unknown all the same. */
static gboolean
can_act (DsDoor *self, DsWatch *watched)
{
  return !watched->is_busy && (self->online || is_waiting_for_first_answer (watched->state));
}

void
ds_door_watches_tick (DsDoor *self)
{
  gint64 now_mono_ms = ds_clock_get_mono_ms (self->clock);
  GHashTableIter iter;
  DsWatch *watched;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *)&watched))
    {
      if (can_act (self, watched) && watched->due_mono_ms <= now_mono_ms)
        act (self, watched);
    }
}

gint64
ds_door_watches_get_deadline_mono_ms (DsDoor *self)
{
  gint64 deadline_mono_ms = G_MAXINT64;
  GHashTableIter iter;
  DsWatch *watched;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *)&watched))
    {
      if (can_act (self, watched))
        deadline_mono_ms = MIN (deadline_mono_ms, watched->due_mono_ms);
    }
  return deadline_mono_ms;
}

void
ds_door_watches_went_online (DsDoor *self)
{
  GHashTableIter iter;
  DsWatch *watched;

  g_hash_table_remove_all (self->asked_offline);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *)&watched))
    {
      if (is_waiting_for_first_answer (watched->state))
        continue;
      watched->interval_ms = get_first_interval_ms (self);
      watched->due_mono_ms = ds_clock_get_mono_ms (self->clock);
    }
}

/* Claims and queries: one entry about a payment that exists */

/* Starts a visit to the stop of a payment; the payment's id is @decide's data. */
static void
visit_payment (DsDoor *self,
               const char *payment_id,
               DsVisitDecide decide,
               gpointer source_tag,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  char *id = g_strdup (payment_id);

  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, id, g_free);
  ds_door_visit_async (self, NULL, payment_id, NULL, decide, id, cancellable, ds_door_return_visited_stop,
                       task);
}

static DsPayment *
find_visited_payment (DsVisit *visit, GError **error)
{
  DsPayment *payment = visit->stop ? ds_stop_find_payment (visit->stop, visit->data) : NULL;

  if (payment == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, _ ("This handheld knows no such payment."));
  return payment;
}

static gboolean
decide_claim (DsVisit *visit, GError **error)
{
  DsPayment *payment = find_visited_payment (visit, error);

  if (payment == NULL)
    return FALSE;
  if (payment->state == DS_PAYMENT_CLAIMED)
    return TRUE;
  if (ds_payment_state_after (payment->state, DS_PAYMENT_IS_CLAIMED) == DS_PAYMENT_NONE)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           _ ("This payment has its result already. Go back and look at the stop."));
      return FALSE;
    }
  ds_drafts_add (&visit->drafts, "payment.claimed", make_payment_data (payment->id));
  return TRUE;
}

void
ds_door_claim_async (DsDoor *self,
                     const char *payment_id,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (payment_id != NULL);

  visit_payment (self, payment_id, decide_claim, DS_TASK_TAG (ds_door_claim_async), cancellable, callback,
                 user_data);
}

DsStop *
ds_door_claim_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Whether the depot's answer may still be news. */
static gboolean
may_be_asked_about (DsPayment *payment)
{
  return ds_payment_state_is_uncertain (payment->state) || payment->state == DS_PAYMENT_PRESENTED
         || payment->state == DS_PAYMENT_ACCEPTED || payment->state == DS_PAYMENT_EXPIRED;
}

static gboolean
decide_query (DsVisit *visit, GError **error)
{
  DsPayment *payment = find_visited_payment (visit, error);

  if (payment == NULL)
    return FALSE;
  if (!may_be_asked_about (payment))
    return TRUE;
  /* The query waits in the journal; more of them would tell the depot nothing. */
  if (!visit->door->online && !g_hash_table_add (visit->door->asked_offline, g_strdup (payment->id)))
    return TRUE;
  ds_drafts_add (&visit->drafts, "payment.query", make_payment_data (payment->id));
  return TRUE;
}

void
ds_door_query_async (DsDoor *self,
                     const char *payment_id,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (payment_id != NULL);

  visit_payment (self, payment_id, decide_query, DS_TASK_TAG (ds_door_query_async), cancellable, callback,
                 user_data);
}

DsStop *
ds_door_query_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
