/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Showing a collection code: a live one, else the carried one, else one built here. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-collection-code.h"
#include "ds-spoken-proof.h"

#include <string.h>

/**
 * DsPresentOperation:
 * @request_id: (nullable): the payment whose live code was asked for
 * @live_code: (nullable): it came
 * @waiting: the request is journalled and the code has not come
 * @deadline_mono_ms: when waiting ends
 * @failure: the courier's answer when nothing can be shown; the visit itself has gone well
 *
 * One presentation. It visits the stop once to find a code at once or to ask for a live one, and once more when
 * that came or did not.
 */
typedef struct
{
  char *stop_id;
  GStrv waybills;
  gint64 amount_fen;
  char *request_id;
  char *live_code;
  gint64 live_expires_at_ms;
  gboolean waiting;
  gint64 deadline_mono_ms;
  GCancellable *cancellable;
  GSource *cancelled_source;
  DsPresentation *presentation;
  GError *failure;
} DsPresentOperation;

void
ds_presentation_free (DsPresentation *self)
{
  g_free (self->payment_id);
  g_free (self->text);
  g_free (self);
}

static void
ds_present_operation_free (DsPresentOperation *self)
{
  g_free (self->stop_id);
  g_strfreev (self->waybills);
  g_free (self->request_id);
  g_free (self->live_code);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->presentation, ds_presentation_free);
  g_clear_error (&self->failure);
  g_free (self);
}

static void
ds_present_operation_forget_answer (DsPresentOperation *self)
{
  g_clear_pointer (&self->presentation, ds_presentation_free);
  g_clear_error (&self->failure);
}

/* Codes */

/* @shown_at_ms: when it was shown first */
static DsPresentation *
make_presentation (DsDoor *door,
                   const char *payment_id,
                   gint64 amount_fen,
                   const char *code,
                   gint64 expires_at_ms,
                   gint64 shown_at_ms,
                   DsCodeSource source)
{
  DsPresentation *presentation = g_new0 (DsPresentation, 1);

  presentation->payment_id = g_strdup (payment_id);
  presentation->text = g_strdup (code);
  presentation->amount_fen = amount_fen;
  presentation->source = source;
  presentation->expires_mono_ms = G_MAXINT64;
  if (expires_at_ms == 0)
    return presentation;
  presentation->expires_mono_ms
      = ds_clock_get_mono_ms (door->clock) + expires_at_ms - ds_store_get_trusted_now_ms (door->store);
  presentation->life_ms = MAX (expires_at_ms - shown_at_ms, 1);
  return presentation;
}

static DsPresentation *
make_presentation_of (DsDoor *door, DsPayment *payment, const char *code)
{
  return make_presentation (door, payment->id, payment->amount_fen, code, payment->code_expires_at_ms,
                            payment->created_at_ms, payment->source);
}

/* Shows and journals it, and supersedes what would make it too much. */
static void
present_anew (DsVisit *visit,
              const char *payment_id,
              const char *code,
              gint64 expires_at_ms,
              DsCodeSource source)
{
  DsPresentOperation *operation = visit->data;
  const char *const *waybills = (const char *const *)operation->waybills;
  g_autofree char *code_sm3 = ds_sm3_hex (code, strlen (code));
  json_t *data;

  ds_door_supersede (visit->stop,
                     &(DsCollection){ .waybills = waybills,
                                      .amount_fen = operation->amount_fen,
                                      .own_payment_id = payment_id,
                                      .replaced_payment_id = operation->request_id },
                     &visit->drafts);
  data = json_pack ("{s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:I}", "payment", payment_id, "shift",
                    ds_door_get_open_shift (visit->door)->id, "stop", operation->stop_id, "parcels",
                    ds_door_waybills_to_json (waybills), "amount_fen", (json_int_t)operation->amount_fen,
                    "source", ds_code_source_to_name (source), "code_sm3", code_sm3, "expires_at_ms",
                    (json_int_t)expires_at_ms);
  if (source == DS_CODE_SOURCE_BUILT)
    json_object_set_new (data, "code", json_string (code));
  ds_drafts_add (&visit->drafts, "payment.presented", data);
  operation->presentation
      = make_presentation (visit->door, payment_id, operation->amount_fen, code, expires_at_ms,
                           ds_store_get_trusted_now_ms (visit->door->store), source);
}

gboolean
ds_door_may_show_carried (DsDoor *self, DsStop *stop, gint64 amount_fen)
{
  return stop->prefetched_code != NULL && stop->prefetched_payment_id != NULL
         && stop->prefetched_amount_fen == amount_fen
         && !ds_door_code_is_over (self, stop->prefetched_expires_at_ms)
         && ds_stop_find_payment (stop, stop->prefetched_payment_id) == NULL;
}

static gboolean
present_built (DsVisit *visit, GError **error)
{
  DsPresentOperation *operation = visit->data;
  DsDoor *door = visit->door;
  DsSettings *settings = ds_store_get_settings (door->store);
  g_autofree char *payment_id = ds_id_new (door->clock, door->random);
  gint64 expires_at_s = (ds_store_get_trusted_now_ms (door->store) + settings->built_code_life_ms) / 1000;
  char mark[DS_SPOKEN_MARK_SIZE];
  g_autofree char *code = NULL;

  ds_spoken_mark (visit->stop->id, mark);
  code = ds_collection_code_build (&(DsCollectionCode){ .payment_id = payment_id,
                                                        .amount_fen = operation->amount_fen,
                                                        .payee_id = settings->payee_id,
                                                        .payee_name = settings->payee_name,
                                                        .payee_city = settings->payee_city,
                                                        .mcc = settings->payee_mcc,
                                                        .stop_mark = visit->stop->spoken_secret ? mark : NULL,
                                                        .expires_at_s = expires_at_s },
                                   error);
  if (code == NULL)
    return FALSE;
  present_anew (visit, payment_id, code, expires_at_s * 1000, DS_CODE_SOURCE_BUILT);
  return TRUE;
}

/* Without the depot: the carried code, else one built here, else words. */
static gboolean
present_without_depot (DsVisit *visit, GError **error)
{
  DsPresentOperation *operation = visit->data;
  DsDoor *door = visit->door;
  DsStop *stop = visit->stop;

  if (ds_door_may_show_carried (door, stop, operation->amount_fen))
    {
      present_anew (visit, stop->prefetched_payment_id, stop->prefetched_code, stop->prefetched_expires_at_ms,
                    DS_CODE_SOURCE_PREFETCHED);
      return TRUE;
    }
  if (ds_store_get_settings (door->store)->built_codes)
    return present_built (visit, error);

  g_set_error_literal (&operation->failure, DS_ERROR, DS_ERROR_STATE,
                       door->online
                           ? _ ("The depot has sent no code in time. Try again, or take cash.")
                           : _ ("Offline, and no code for this amount is carried. Take cash, or try again "
                                "with a network."));
  return TRUE;
}

/* Codes on show */

static gboolean
is_for_the_same (DsPayment *payment, const char *const *waybills)
{
  if (payment->parcels == NULL || g_strv_length (payment->parcels) != g_strv_length ((GStrv)waybills))
    return FALSE;
  for (gsize i = 0; waybills[i] != NULL; i++)
    {
      if (!g_strv_contains ((const char *const *)payment->parcels, waybills[i]))
        return FALSE;
    }
  return TRUE;
}

/* A carried code stays with its stop. */
static const char *
get_code (DsStop *stop, DsPayment *payment)
{
  if (payment->code == NULL && g_strcmp0 (payment->id, stop->prefetched_payment_id) == 0)
    return stop->prefetched_code;
  return payment->code;
}

/* A live code that came too late was never shown and has no source. */
DsPayment *
ds_door_find_shown (DsDoor *self, DsStop *stop, const char *const *waybills, gint64 amount_fen)
{
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (payment->state == DS_PAYMENT_PRESENTED && !payment->superseded
          && payment->source != DS_CODE_SOURCE_NONE && get_code (stop, payment) != NULL
          && payment->amount_fen == amount_fen && (waybills == NULL || is_for_the_same (payment, waybills))
          && !ds_door_code_is_over (self, payment->code_expires_at_ms))
        return payment;
    }
  return NULL;
}

/* Returns: whether the code that is still on show for the same parcels and amount is the answer. */
static gboolean
present_shown (DsVisit *visit)
{
  DsPresentOperation *operation = visit->data;
  DsPayment *shown = ds_door_find_shown (visit->door, visit->stop, (const char *const *)operation->waybills,
                                         operation->amount_fen);

  if (shown == NULL)
    return FALSE;
  operation->presentation = make_presentation_of (visit->door, shown, get_code (visit->stop, shown));
  return TRUE;
}

DsPresentation *
ds_door_find_presentation (DsDoor *self, DsStop *stop, const char *payment_id)
{
  DsPayment *payment;

  g_return_val_if_fail (DS_IS_DOOR (self), NULL);
  g_return_val_if_fail (DS_IS_STOP (stop), NULL);

  payment = ds_stop_find_payment (stop, payment_id);
  if (payment == NULL || payment->superseded || payment->source == DS_CODE_SOURCE_NONE
      || (payment->state != DS_PAYMENT_PRESENTED && payment->state != DS_PAYMENT_PENDING)
      || get_code (stop, payment) == NULL || ds_store_get_health (self->store) != DS_STORE_HEALTHY)
    return NULL;
  return make_presentation_of (self, payment, get_code (stop, payment));
}

DsPresentation *
ds_door_find_shown_presentation (DsDoor *self, DsStop *stop, const char *const *waybills, gint64 amount_fen)
{
  DsPayment *shown;

  g_return_val_if_fail (DS_IS_DOOR (self), NULL);
  g_return_val_if_fail (DS_IS_STOP (stop), NULL);
  g_return_val_if_fail (waybills != NULL, NULL);

  shown = ds_door_find_shown (self, stop, waybills, amount_fen);
  return shown != NULL ? ds_door_find_presentation (self, stop, shown->id) : NULL;
}

/* Visits */

/* A code that is still on show needs nothing journalled, so no store would refuse it. */
static gboolean
check_not_frozen (DsStore *store, GError **error)
{
  DsStoreHealth health = ds_store_get_health (store);

  if (health == DS_STORE_HEALTHY)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, health == DS_STORE_READ_ONLY ? DS_ERROR_READ_ONLY : DS_ERROR_FROZEN,
                       ds_store_get_health_text (store));
  return FALSE;
}

static gboolean
check_collection (DsVisit *visit, GError **error)
{
  DsPresentOperation *operation = visit->data;
  g_autofree char *text = NULL;

  if (!check_not_frozen (visit->door->store, error))
    return FALSE;
  if (ds_door_find_hindrance (visit->door, visit->stop,
                              &(DsCollection){ .waybills = (const char *const *)operation->waybills,
                                               .amount_fen = operation->amount_fen,
                                               .own_payment_id = operation->request_id },
                              &text)
      == DS_HINDRANCE_NONE)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, text);
  return FALSE;
}

static gboolean
decide_first (DsVisit *visit, GError **error)
{
  DsPresentOperation *operation = visit->data;
  DsDoor *door = visit->door;
  const char *const *waybills = (const char *const *)operation->waybills;

  ds_present_operation_forget_answer (operation);
  g_clear_pointer (&operation->request_id, g_free);
  if (!check_collection (visit, error))
    return FALSE;

  if (present_shown (visit))
    return TRUE;
  if (!door->online)
    return present_without_depot (visit, error);

  operation->request_id = ds_id_new (door->clock, door->random);
  ds_drafts_add (&visit->drafts, "payment.requested",
                 json_pack ("{s:s, s:s, s:s, s:o, s:I}", "payment", operation->request_id, "shift",
                            ds_door_get_open_shift (door)->id, "stop", operation->stop_id, "parcels",
                            ds_door_waybills_to_json (waybills), "amount_fen",
                            (json_int_t)operation->amount_fen));
  return TRUE;
}

static gboolean
is_waited_for (DsPayment *request)
{
  return request != NULL && !request->superseded
         && (request->state == DS_PAYMENT_REQUESTED || request->state == DS_PAYMENT_PRESENTED);
}

static gboolean
find_code_after_wait (DsVisit *visit, DsPayment *request, GError **error)
{
  DsPresentOperation *operation = visit->data;

  if (g_cancellable_set_error_if_cancelled (operation->cancellable, &operation->failure)
      || !check_collection (visit, &operation->failure))
    return TRUE;

  /* Somebody tapped twice, and the first tap's code has come. */
  if (present_shown (visit))
    return TRUE;
  if (request != NULL && request->superseded)
    {
      g_set_error_literal (&operation->failure, DS_ERROR, DS_ERROR_STATE,
                           _ ("Another way was chosen meanwhile. Show the code again if you still want it."));
      return TRUE;
    }
  if (operation->live_code == NULL || !is_waited_for (request)
      || ds_door_code_is_over (visit->door, operation->live_expires_at_ms))
    return present_without_depot (visit, error);

  present_anew (visit, operation->request_id, operation->live_code, operation->live_expires_at_ms,
                DS_CODE_SOURCE_LIVE);
  return TRUE;
}

/* Whatever comes of it, a request whose code is not shown is superseded: should the code come later, it stands in
 * nobody's way. */
static gboolean
decide_after_wait (DsVisit *visit, GError **error)
{
  DsPresentOperation *operation = visit->data;
  DsPayment *request = ds_stop_find_payment (visit->stop, operation->request_id);

  ds_present_operation_forget_answer (operation);
  if (!find_code_after_wait (visit, request, error))
    return FALSE;
  if (visit->drafts.items->len == 0 && is_waited_for (request))
    ds_door_supersede_payment (operation->request_id, &visit->drafts);
  return TRUE;
}

/* Ends the task with what the last visit found, unless a live code is to be waited for. */
static void
return_answer (GTask *task)
{
  DsPresentOperation *operation = g_task_get_task_data (task);

  if (operation->failure != NULL)
    g_task_return_error (task, g_steal_pointer (&operation->failure));
  else
    g_task_return_pointer (task, g_steal_pointer (&operation->presentation),
                           (GDestroyNotify)ds_presentation_free);
}

static void
did_last_visit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ds_door_visit_finish (DS_DOOR (source), result, NULL, &error))
    return_answer (task);
  else
    g_task_return_error (task, error);
}

/* Waiting for the live code */

static void
end_wait (DsDoor *self, GTask *task)
{
  DsPresentOperation *operation = g_task_get_task_data (task);
  g_autoptr (GTask) own_task = g_object_ref (task);

  operation->waiting = FALSE;
  if (operation->cancelled_source != NULL)
    g_source_destroy (operation->cancelled_source);
  g_clear_pointer (&operation->cancelled_source, g_source_unref);
  g_ptr_array_remove (self->waits, task);

  /* Cancelled or not, the request has to be put out of the way. */
  ds_door_visit_async (self, operation->stop_id, NULL, NULL, decide_after_wait, operation, NULL,
                       did_last_visit, g_steal_pointer (&own_task));
}

static gboolean
did_cancel (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  end_wait (g_task_get_source_object (task), task);
  return G_SOURCE_REMOVE;
}

static void
start_wait (DsDoor *self, GTask *task)
{
  DsPresentOperation *operation = g_task_get_task_data (task);

  operation->waiting = TRUE;
  operation->deadline_mono_ms
      = ds_clock_get_mono_ms (self->clock) + ds_store_get_settings (self->store)->live_code_wait_ms;
  if (operation->cancellable != NULL)
    {
      /* A source instead of the signal: what it starts must not run inside g_cancellable_cancel(). */
      operation->cancelled_source = g_cancellable_source_new (operation->cancellable);
      g_source_set_callback (operation->cancelled_source, G_SOURCE_FUNC (did_cancel), task, NULL);
      g_source_attach (operation->cancelled_source, g_task_get_context (task));
    }
  ds_door_tick (self);
}

static void
did_first_visit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsDoor *self = DS_DOOR (source);
  g_autoptr (GTask) task = user_data;
  DsPresentOperation *operation = g_task_get_task_data (task);
  GError *error = NULL;

  if (!ds_door_visit_finish (self, result, NULL, &error) || operation->request_id == NULL)
    {
      g_ptr_array_remove (self->waits, task);
      if (error != NULL)
        g_task_return_error (task, error);
      else
        return_answer (task);
    }
  else if (operation->live_code != NULL)
    end_wait (self, task);
  else
    start_wait (self, task);
}

static GTask *
find_wait (DsDoor *self, const char *payment_id)
{
  for (guint i = 0; i < self->waits->len; i++)
    {
      GTask *task = g_ptr_array_index (self->waits, i);
      DsPresentOperation *operation = g_task_get_task_data (task);

      if (g_strcmp0 (operation->request_id, payment_id) == 0)
        return task;
    }
  return NULL;
}

void
ds_door_present_code_arrived (DsDoor *self, const char *payment_id, const char *code, gint64 expires_at_ms)
{
  GTask *task = find_wait (self, payment_id);
  DsPresentOperation *operation;

  /* Nobody waits any more: it came too late. */
  if (task == NULL)
    return;
  operation = g_task_get_task_data (task);
  g_free (operation->live_code);
  operation->live_code = g_strdup (code);
  operation->live_expires_at_ms = expires_at_ms;
  if (operation->waiting)
    end_wait (self, task);
}

void
ds_door_present_refused (DsDoor *self, const char *payment_id)
{
  GTask *task = find_wait (self, payment_id);
  DsPresentOperation *operation = task ? g_task_get_task_data (task) : NULL;

  if (operation != NULL && operation->waiting)
    end_wait (self, task);
}

void
ds_door_present_tick (DsDoor *self)
{
  gint64 now_mono_ms = ds_clock_get_mono_ms (self->clock);

  for (guint i = self->waits->len; i > 0; i--)
    {
      GTask *task = g_ptr_array_index (self->waits, i - 1);
      DsPresentOperation *operation = g_task_get_task_data (task);

      if (operation->waiting && (!self->online || operation->deadline_mono_ms <= now_mono_ms))
        end_wait (self, task);
    }
}

gint64
ds_door_present_get_deadline_mono_ms (DsDoor *self)
{
  gint64 deadline_mono_ms = G_MAXINT64;

  for (guint i = 0; i < self->waits->len; i++)
    {
      DsPresentOperation *operation = g_task_get_task_data (g_ptr_array_index (self->waits, i));

      if (operation->waiting)
        deadline_mono_ms = MIN (deadline_mono_ms, operation->deadline_mono_ms);
    }
  return deadline_mono_ms;
}

/* The operation */

void
ds_door_present_async (DsDoor *self,
                       const char *stop_id,
                       const char *const *waybills,
                       gint64 amount_fen,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  DsPresentOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL);
  g_return_if_fail (waybills != NULL);

  operation = g_new0 (DsPresentOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->waybills = g_strdupv ((GStrv)waybills);
  operation->amount_fen = amount_fen;
  operation->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_present_async));
  /* A code that was journalled as shown is handed out even if the wish to see it was withdrawn meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_present_operation_free);

  /* From now on, since the code may come before the first visit is over. */
  g_ptr_array_add (self->waits, g_object_ref (task));
  ds_door_visit_async (self, stop_id, NULL, NULL, decide_first, operation, cancellable, did_first_visit,
                       g_steal_pointer (&task));
}

DsPresentation *
ds_door_present_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
