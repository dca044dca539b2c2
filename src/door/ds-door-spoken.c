/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spoken proofs at the door: 8 digits for exactly this payment, this amount and this stop, a few tries each. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-spoken-proof.h"

/**
 * SpokenOperation:
 * @typed: as it was typed
 * @answer: (nullable): set by the visit's decision; kept if its entries are journalled
 */
typedef struct
{
  char *payment_id;
  char *typed;
  DsAnswer *answer;
} SpokenOperation;

static void
spoken_operation_free (SpokenOperation *self)
{
  g_free (self->payment_id);
  g_free (self->typed);
  g_clear_pointer (&self->answer, ds_answer_free);
  g_free (self);
}

/* @reason and @title are copied, @text is (transfer full). Returns: %FALSE, for a check to return. */
static gboolean
answer (SpokenOperation *self, DsAnswerKind kind, const char *reason, const char *title, char *text)
{
  g_clear_pointer (&self->answer, ds_answer_free);
  self->answer = g_new0 (DsAnswer, 1);
  self->answer->kind = kind;
  self->answer->reason = g_strdup (reason);
  self->answer->title = g_strdup (title);
  self->answer->text = text;
  return FALSE;
}

/* The payment */

/* Whether a proof could still make it paid. An expired one cannot: the depot has asked the operator, and its word goes
 * before digits that this handheld could work out itself. */
static gboolean
check_state (SpokenOperation *operation, DsPayment *payment)
{
  if (payment == NULL)
    return answer (operation, DS_ANSWER_REFUSED, "unknown-payment", _ ("Not for this handheld"),
                   g_strdup (_ ("This handheld knows no such payment. Go back and show a new code.")));
  if (ds_payment_state_covers_debt (payment->state))
    return answer (operation, DS_ANSWER_ALREADY, "already", _ ("Taken already"),
                   g_strdup (_ ("This payment was taken before, and counts once.")));
  if (payment->tender != DS_TENDER_CODE || payment->state == DS_PAYMENT_REQUESTED)
    return answer (
        operation, DS_ANSWER_REFUSED, "not-shown", _ ("No code was shown"),
        g_strdup (_ ("Digits prove only what was paid with a code that you showed. Show a code, or "
                     "take cash.")));
  if (ds_payment_state_after (payment->state, DS_PAYMENT_IS_SPOKEN) != DS_PAYMENT_PAID)
    return answer (
        operation, DS_ANSWER_REFUSED, "ended", _ ("This payment has ended"),
        g_strdup (_ ("The depot has closed this payment without the money. Show a new code, or take "
                     "cash.")));
  if (payment->superseded)
    return answer (
        operation, DS_ANSWER_REFUSED, "superseded", _ ("Another way was chosen"),
        g_strdup (_ ("After this code was shown another way was taken. If it has been paid all the "
                     "same, the depot gives the money back.")));
  return TRUE;
}

static gboolean
check_means (DsDoor *self, SpokenOperation *operation, DsStop *stop, DsPayment *payment)
{
  DsSettings *settings = ds_store_get_settings (self->store);

  if (ds_door_get_open_shift (self) == NULL)
    return answer (operation, DS_ANSWER_REFUSED, "no-shift", _ ("No shift is open"),
                   g_strdup (_ ("No shift is open. Open your shift, then collect.")));
  if (settings == NULL || stop->spoken_secret == NULL)
    return answer (
        operation, DS_ANSWER_REFUSED, "no-secret", _ ("Cannot be checked here"),
        g_strdup (_ ("The depot has not sent what is needed to check digits for this stop. Scan the "
                     "receipt, take cash, or connect once.")));
  if (settings->spoken_tries == 0)
    return answer (
        operation, DS_ANSWER_REFUSED, "not-allowed", _ ("Digits are not taken"),
        g_strdup (_ ("Your depot takes no digits as proof. Scan the receipt, take cash, or wait for "
                     "the network.")));
  if (payment->n_misspoken >= settings->spoken_tries)
    return answer (
        operation, DS_ANSWER_REFUSED, "locked", _ ("No tries left"),
        g_strdup (_ ("Too many wrong digits were tried for this payment. Scan the receipt, take cash, "
                     "or wait for the network: the depot then knows whether it is paid.")));
  return TRUE;
}

/* The digits */

/* A secret that is none proves nothing. */
static gboolean
proves (DsStop *stop, DsPayment *payment, const char *digits)
{
  char expected[DS_SPOKEN_PROOF_SIZE];

  return ds_spoken_proof_derive (stop->spoken_secret, payment->id, payment->amount_fen, expected, NULL)
         && ds_spoken_proof_equal (digits, expected);
}

/* What the customer paid instead: an earlier code of this stop. */
static DsPayment *
find_other_proved (DsStop *stop, DsPayment *payment, const char *digits)
{
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *other = g_ptr_array_index (stop->payments, i);

      if (other != payment && other->tender == DS_TENDER_CODE && proves (stop, other, digits))
        return other;
    }
  return NULL;
}

static void
answer_other (SpokenOperation *operation, DsPayment *payment, DsPayment *other)
{
  g_autofree char *asked = ds_door_format_yuan (payment->amount_fen);
  g_autofree char *paid = ds_door_format_yuan (other->amount_fen);

  if (ds_payment_state_covers_debt (other->state))
    answer (operation, DS_ANSWER_REFUSED, "other-payment", _ ("Digits of another payment"),
            g_strdup_printf (_ ("These digits prove an earlier payment of %s at this stop, which is counted "
                                "already. The %s asked for now are still to be paid."),
                             paid, asked));
  else
    answer (
        operation, DS_ANSWER_REFUSED, "other-payment", _ ("Digits of another payment"),
        g_strdup_printf (_ ("These digits prove that an earlier code for %s was paid, not the %s asked for "
                            "now. Collect nothing twice: wait for the network, and the depot sorts it out."),
                         paid, asked));
}

static void
answer_wrong (DsDoor *self, SpokenOperation *operation, DsPayment *payment)
{
  gint64 left = ds_store_get_settings (self->store)->spoken_tries - payment->n_misspoken - 1;

  if (left == 0)
    answer (
        operation, DS_ANSWER_REFUSED, "locked", _ ("Wrong digits, no tries left"),
        g_strdup (_ ("These digits do not prove this payment, and none can any more. Scan the receipt, take "
                     "cash, or wait for the network: the depot then knows whether it is paid.")));
  else
    answer (
        operation, DS_ANSWER_REFUSED, "wrong", _ ("Wrong digits"),
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                      "These digits do not prove this payment. Ask for them again; %d try is "
                                      "left. Or scan the receipt, or take cash.",
                                      "These digits do not prove this payment. Ask for them again; %d tries "
                                      "are left. Or scan the receipt, or take cash.",
                                      (gulong)left),
                         (int)left));
}

static gboolean
decide (DsVisit *visit, GError **error)
{
  SpokenOperation *operation = visit->data;
  DsPayment *payment = visit->stop ? ds_stop_find_payment (visit->stop, operation->payment_id) : NULL;
  DsPayment *other;
  char digits[DS_SPOKEN_PROOF_SIZE];

  g_clear_pointer (&operation->answer, ds_answer_free);
  if (!check_state (operation, payment) || !check_means (visit->door, operation, visit->stop, payment))
    return TRUE;
  if (!ds_spoken_proof_read (operation->typed, digits))
    {
      answer (operation, DS_ANSWER_REFUSED, "form", _ ("Not 8 digits"),
              g_strdup (_ ("The proof has 8 digits. Ask the customer to read them out again.")));
      return TRUE;
    }
  if (proves (visit->stop, payment, digits))
    {
      ds_drafts_add (&visit->drafts, "payment.spoken",
                     json_pack ("{s:s, s:s}", "payment", payment->id, "digits", digits));
      return TRUE;
    }

  /* Right for something else is no guess, and costs no try. */
  other = find_other_proved (visit->stop, payment, digits);
  if (other != NULL)
    {
      answer_other (operation, payment, other);
      return TRUE;
    }
  answer_wrong (visit->door, operation, payment);
  ds_drafts_add (&visit->drafts, "payment.misspoken", json_pack ("{s:s}", "payment", payment->id));
  return TRUE;
}

/* Afterwards */

static void
answer_paid (SpokenOperation *operation, DsStop *stop, DsPayment *payment)
{
  g_autofree char *amount = ds_door_format_yuan (payment->amount_fen);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  if (debt.over_fen > 0)
    {
      g_autofree char *over = ds_door_format_yuan (debt.over_fen);

      answer (operation, DS_ANSWER_PAID, "over-paid", _ ("Paid, more than was due"),
              g_strdup_printf (_ ("%s has been paid, which makes %s too much. The depot gives it "
                                  "back; hand over the parcels."),
                               amount, over));
    }
  else
    answer (
        operation, DS_ANSWER_PAID, NULL, _ ("Paid"),
        g_strdup_printf (_ ("%s has been paid: the digits are right. Hand over the parcels; the depot checks "
                            "with the bank once you are online."),
                         amount));
}

static void
did_visit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SpokenOperation *operation = g_task_get_task_data (task);
  g_autoptr (DsStop) stop = NULL;
  DsPayment *payment = NULL;
  GError *error = NULL;

  if (!ds_door_visit_finish (DS_DOOR (source), result, &stop, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (stop != NULL)
    payment = ds_stop_find_payment (stop, operation->payment_id);
  if (operation->answer == NULL)
    answer_paid (operation, stop, payment);
  operation->answer->payment = payment ? g_object_ref (payment) : NULL;
  operation->answer->stop = g_steal_pointer (&stop);
  g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
}

void
ds_door_try_spoken_async (DsDoor *self,
                          const char *payment_id,
                          const char *typed,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;
  SpokenOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (payment_id != NULL && typed != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  operation = g_new0 (SpokenOperation, 1);
  operation->payment_id = g_strdup (payment_id);
  operation->typed = g_strdup (typed);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_try_spoken_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)spoken_operation_free);
  ds_door_visit_async (self, NULL, payment_id, NULL, decide, operation, cancellable, did_visit, task);
}

DsAnswer *
ds_door_try_spoken_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
