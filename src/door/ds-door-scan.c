/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is scanned gets an answer in words. */
#include "config.h"

#include "ds-door-private.h"

#include <string.h>

/* Longer texts are no waybill; the manifest is not asked. */
#define MAX_WAYBILL_BYTES 64

void
ds_answer_free (DsAnswer *self)
{
  g_free (self->title);
  g_free (self->text);
  g_free (self->reason);
  g_clear_object (&self->payment);
  g_clear_object (&self->stop);
  g_free (self);
}

static void
ds_scan_operation_free (DsScanOperation *self)
{
  g_free (self->stop_id);
  g_free (self->payment_id);
  g_strfreev (self->waybills);
  g_free (self->text);
  g_clear_pointer (&self->evidence, ds_evidence_free);
  g_free (self->wallet_serial);
  g_free (self->new_payment_id);
  g_clear_pointer (&self->answer, ds_answer_free);
  g_free (self);
}

void
ds_scan_operation_answer (DsScanOperation *self,
                          DsAnswerKind kind,
                          const char *reason,
                          const char *title,
                          char *text)
{
  g_clear_pointer (&self->answer, ds_answer_free);
  self->answer = g_new0 (DsAnswer, 1);
  self->answer->kind = kind;
  self->answer->reason = g_strdup (reason);
  self->answer->title = g_strdup (title);
  self->answer->text = text;
}

/* @task: (transfer full) */
static void
return_answer (GTask *task)
{
  g_autoptr (GTask) own_task = task;
  DsScanOperation *operation = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
}

/* Payer codes */

/* Returns: (transfer full) */
static char *
describe_foreign_wallet (const DsCodeSighting *sighting)
{
  if (sighting->payer == DS_PAYER_CODE_EMV_CPM && sighting->whose == NULL)
    return g_strdup (_ ("This is a bank card's payer code"));
  return g_strdup_printf (_ ("This is a %s code"), _ (sighting->whose));
}

/* Whether the code can be charged at all, before looking at the stop. */
static gboolean
check_payer_code (DsDoor *self, DsScanOperation *operation)
{
  DsTrustList *trust = ds_store_get_trust_list (self->store);
  const char *title = _ ("Customer's payer code");
  g_autofree char *foreign = NULL;

  if (operation->sighting.payer != DS_PAYER_CODE_ECNY)
    foreign = describe_foreign_wallet (&operation->sighting);

  if (foreign != NULL)
    ds_scan_operation_answer (
        operation, DS_ANSWER_FOREIGN, "foreign-wallet", foreign,
        g_strdup (
            _ ("Only digital RMB and cash are taken here. Ask for the digital RMB wallet's payer code.")));
  else if (operation->stop_id == NULL || operation->waybills == NULL || operation->amount_fen <= 0)
    ds_scan_operation_answer (
        operation, DS_ANSWER_REFUSED, "no-collection", title,
        g_strdup (_ ("Nothing has been charged. Open the stop, choose what to collect, and "
                     "scan the code again.")));
  else if (!self->online)
    ds_scan_operation_answer (
        operation, DS_ANSWER_REFUSED, "offline", title,
        g_strdup (_ ("Nothing has been charged: the bank cannot be asked without a network. "
                     "Show your code and scan the customer's receipt or voucher, or take "
                     "cash.")));
  else if (trust == NULL || ds_trust_list_find_operator (trust, operation->sighting.operator_id) == NULL)
    ds_scan_operation_answer (
        operation, DS_ANSWER_REFUSED, "unknown-operator", title,
        g_strdup_printf (
            _ ("Nothing has been charged: the depot does not work with operator %s. Show your code, "
               "or take cash."),
            operation->sighting.operator_id));
  else
    return TRUE;
  return FALSE;
}

static char *
digest_payer_code (DsScanOperation *operation)
{
  g_autofree char *payer_code = ds_payer_code_normalize (operation->text);

  return ds_sm3_hex (payer_code, strlen (payer_code));
}

static gboolean
is_repeated (DsVisit *visit)
{
  DsDoor *door = visit->door;
  g_autofree char *code_sm3 = digest_payer_code (visit->data);

  return g_strcmp0 (code_sm3, door->last_payer_code_sm3) == 0
         && ds_stop_find_payment (visit->stop, door->last_payer_payment_id) != NULL;
}

static void
draft_scanned (DsVisit *visit, const DsCollection *collection, const char *payer_code)
{
  DsScanOperation *operation = visit->data;
  DsDoor *door = visit->door;
  gint64 expires_at_ms
      = ds_store_get_trusted_now_ms (door->store) + ds_store_get_settings (door->store)->payer_code_life_ms;

  operation->new_payment_id = ds_id_new (door->clock, door->random);
  ds_door_supersede (visit->stop, collection, &visit->drafts);
  ds_drafts_add (&visit->drafts, "payment.scanned",
                 json_pack ("{s:s, s:s, s:s, s:o, s:I, s:s, s:I}", "payment", operation->new_payment_id,
                            "shift", ds_door_get_open_shift (door)->id, "stop", visit->stop->id, "parcels",
                            ds_door_waybills_to_json (collection->waybills), "amount_fen",
                            (json_int_t)collection->amount_fen, "payer_code", payer_code, "expires_at_ms",
                            (json_int_t)expires_at_ms));
}

static gboolean
decide_payer_code (DsVisit *visit, GError **error)
{
  DsScanOperation *operation = visit->data;
  const DsCollection collection
      = { .waybills = (const char *const *)operation->waybills, .amount_fen = operation->amount_fen };
  g_autofree char *payer_code = ds_payer_code_normalize (operation->text);
  g_autofree char *amount = ds_door_format_yuan (operation->amount_fen);
  g_autofree char *text = NULL;
  DsHindrance hindrance;

  g_clear_pointer (&operation->new_payment_id, g_free);
  if (is_repeated (visit))
    {
      operation->new_payment_id = g_strdup (visit->door->last_payer_payment_id);
      ds_scan_operation_answer (
          operation, DS_ANSWER_ALREADY, "already", _ ("Scanned already"),
          g_strdup (
              _ ("This payer code was taken a moment ago and is charged once. Wait for the bank's answer.")));
      return TRUE;
    }
  hindrance = ds_door_find_hindrance (visit->door, visit->stop, &collection, &text);
  if (hindrance != DS_HINDRANCE_NONE)
    {
      ds_scan_operation_answer (operation, DS_ANSWER_REFUSED, ds_hindrance_to_name (hindrance),
                                _ ("Nothing has been charged"), g_steal_pointer (&text));
      return TRUE;
    }

  draft_scanned (visit, &collection, payer_code);
  ds_scan_operation_answer (operation, DS_ANSWER_SCANNED, NULL, _ ("Scanned"),
                            g_strdup_printf (_ ("The bank is being asked for %s. Wait for its answer; the "
                                                "customer may have to confirm on the phone."),
                                             amount));
  return TRUE;
}

static void
did_visit_with_payer_code (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsDoor *self = DS_DOOR (source);
  g_autoptr (GTask) task = user_data;
  DsScanOperation *operation = g_task_get_task_data (task);
  g_autoptr (DsStop) stop = NULL;
  GError *error = NULL;

  if (!ds_door_visit_finish (self, result, &stop, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (operation->new_payment_id != NULL)
    {
      DsPayment *payment = ds_stop_find_payment (stop, operation->new_payment_id);

      g_free (self->last_payer_code_sm3);
      self->last_payer_code_sm3 = digest_payer_code (operation);
      g_free (self->last_payer_payment_id);
      self->last_payer_payment_id = g_strdup (operation->new_payment_id);
      operation->answer->payment = payment ? g_object_ref (payment) : NULL;
    }
  operation->answer->stop = g_steal_pointer (&stop);
  return_answer (g_steal_pointer (&task));
}

/* @task: (transfer full) */
static void
scan_payer_code (DsDoor *self, GTask *task)
{
  DsScanOperation *operation = g_task_get_task_data (task);

  if (check_payer_code (self, operation))
    ds_door_visit_async (self, operation->stop_id, NULL, NULL, decide_payer_code, operation,
                         g_task_get_cancellable (task), did_visit_with_payer_code, task);
  else
    return_answer (task);
}

/* Waybills, and what the manifest does not know */

static void
answer_parcel (DsScanOperation *operation, DsStop *stop, const DsParcel *parcel)
{
  g_autofree char *title = g_strdup_printf (_ ("Parcel for stop %d"), (int)stop->position);
  const char *reason;
  char *text;

  if (stop->removed_reason != NULL)
    {
      reason = "removed";
      text = g_strdup_printf (_ ("The depot took this stop off your route (%s). Bring the parcel back."),
                              stop->removed_reason);
    }
  else if (parcel->outcome != DS_OUTCOME_OPEN)
    {
      reason = "dealt-with";
      text = g_strdup_printf (_ ("Parcel %s has been dealt with already. Open the stop to see how."),
                              parcel->waybill);
    }
  else if (operation->stop_id != NULL && g_strcmp0 (operation->stop_id, stop->id) != 0)
    {
      reason = "other-stop";
      text = g_strdup_printf (_ ("Parcel %s is not for this door: it goes to %s. Keep it for that door."),
                              parcel->waybill, stop->address);
    }
  else
    {
      reason = NULL;
      text = g_strdup_printf (_ ("Parcel %s goes to %s. Open the stop to hand it over."), parcel->waybill,
                              stop->address);
    }
  ds_scan_operation_answer (operation, DS_ANSWER_PARCEL, reason, title, text);
  operation->answer->stop = g_object_ref (stop);
}

static void
did_look_in_manifest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDoor *self = g_task_get_source_object (task);
  DsScanOperation *operation = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_store_find_stop_finish (DS_STORE (source), result, &error);
  const DsParcel *parcel = stop ? ds_stop_find_parcel (stop, operation->text) : NULL;

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (parcel != NULL)
    {
      answer_parcel (operation, stop, parcel);
      return_answer (g_steal_pointer (&task));
    }
  else if (operation->sighting.kind == DS_CODE_PAYER)
    scan_payer_code (self, g_steal_pointer (&task));
  else
    ds_door_scan_foreign (self, g_steal_pointer (&task));
}

/* The operation */

/* Some shippers number parcels as wallets number payer codes: the manifest knows its own. */
static gboolean
may_be_waybill (const DsScanOperation *operation)
{
  return (operation->sighting.kind == DS_CODE_WAYBILL_SHAPED || operation->sighting.kind == DS_CODE_PAYER
          || operation->sighting.kind == DS_CODE_TEXT)
         && strlen (operation->text) <= MAX_WAYBILL_BYTES;
}

/**
 * ds_door_scan_async:
 * @context: what is on the screen; copied at once
 * @text: any text, however long or strange
 *
 * Answers any text. Fails only when the store does; every code, however wrong, is an answer.
 */
void
ds_door_scan_async (DsDoor *self,
                    const DsScanContext *context,
                    const char *text,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  DsScanOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (text != NULL);

  operation = g_new0 (DsScanOperation, 1);
  operation->stop_id = g_strdup (context->stop_id);
  operation->payment_id = g_strdup (context->payment_id);
  operation->waybills = g_strdupv ((GStrv)context->waybills);
  operation->amount_fen = context->amount_fen;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_scan_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_scan_operation_free);

  ds_code_guard_look (text, &operation->sighting);
  /* What the guard calls rubbish may be gigabytes long: nothing of it is kept. */
  if (operation->sighting.kind != DS_CODE_RUBBISH)
    operation->text = g_strstrip (g_strdup (text));

  if (operation->sighting.kind == DS_CODE_EVIDENCE)
    ds_door_scan_evidence (self, g_steal_pointer (&task));
  else if (may_be_waybill (operation))
    ds_store_find_stop_async (self->store, operation->text, cancellable, did_look_in_manifest,
                              g_steal_pointer (&task));
  else if (operation->sighting.kind == DS_CODE_PAYER)
    scan_payer_code (self, g_steal_pointer (&task));
  else
    ds_door_scan_foreign (self, g_steal_pointer (&task));
}

DsAnswer *
ds_door_scan_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
