/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions: where one of the company's limits stands in the way of a voucher, a clerk may lift it by 8 digits over the
 * telephone, for one payment at one stop. Neither side needs a network. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-spoken-proof.h"

/**
 * OverrideOperation:
 * @typed: as it was typed
 * @answer: (nullable): set by the visit's decision; kept if its entries are journalled
 */
typedef struct
{
  char *typed;
  DsLimits limits;
  gint64 amount_fen;
  DsAnswer *answer;
} OverrideOperation;

static void
override_operation_free (OverrideOperation *self)
{
  g_free (self->typed);
  g_clear_pointer (&self->answer, ds_answer_free);
  g_free (self);
}

/* @text: (transfer full) */
static void
answer (OverrideOperation *self, DsAnswerKind kind, const char *reason, const char *title, char *text)
{
  g_clear_pointer (&self->answer, ds_answer_free);
  self->answer = g_new0 (DsAnswer, 1);
  self->answer->kind = kind;
  self->answer->reason = g_strdup (reason);
  self->answer->title = g_strdup (title);
  self->answer->text = text;
}

gboolean
ds_door_may_override (DsDoor *self,
                      DsStop *stop,
                      const DsExposure *exposure,
                      gint64 amount_fen,
                      const char **reason,
                      char **text)
{
  const DsSettings *settings = ds_store_get_settings (self->store);
  const char *name = NULL;
  g_autofree char *words = NULL;

  if (ds_door_get_open_shift (self) == NULL)
    {
      name = "no-shift";
      words = g_strdup (_ ("No shift is open. Open your shift, then collect."));
    }
  else if (settings == NULL || settings->override_fen == 0)
    {
      name = "not-allowed";
      words = g_strdup (_ ("Your depot lifts no limits. Take cash, or connect."));
    }
  else if (stop->spoken_secret == NULL)
    {
      name = "no-secret";
      words = g_strdup (_ ("The depot has not sent what is needed to check digits for this stop. Take cash, "
                           "or connect once."));
    }
  else if (stop->n_wrong_overrides >= DS_OVERRIDE_TRIES)
    {
      name = "locked";
      words = g_strdup (
          _ ("Too many wrong digits were tried at this stop: none are taken here any more. Take cash, or "
             "connect."));
    }
  else if (amount_fen > settings->override_fen - exposure->override_fen)
    {
      g_autofree char *left = ds_door_format_yuan (MAX (settings->override_fen - exposure->override_fen, 0));

      name = "over-cap";
      words = g_strdup_printf (
          _ ("In this shift the depot may permit %s more over the limits. Take cash, or connect."), left);
    }

  if (reason != NULL)
    *reason = name;
  if (text != NULL)
    *text = g_steal_pointer (&words);
  return name == NULL;
}

static void
answer_wrong (OverrideOperation *operation, DsStop *stop)
{
  gint64 left = DS_OVERRIDE_TRIES - stop->n_wrong_overrides - 1;

  if (left == 0)
    answer (operation, DS_ANSWER_REFUSED, "locked", _ ("Wrong digits, no tries left"),
            g_strdup (_ ("These digits are not the depot's, and none are taken at this stop any more. Take "
                         "cash, or connect.")));
  else
    answer (operation, DS_ANSWER_REFUSED, "wrong", _ ("Wrong digits"),
            g_strdup_printf (
                g_dngettext (GETTEXT_PACKAGE, "Read all of the request out once more; %d try is left.",
                             "Read all of the request out once more; %d tries are left.", (gulong)left),
                (int)left));
}

/* A secret that is none proves nothing. */
static gboolean
is_right (DsStop *stop, const char *limits, gint64 amount_fen, const char *digits)
{
  char expected[DS_SPOKEN_PROOF_SIZE];

  return ds_spoken_override_derive (stop->spoken_secret, stop->id, limits, amount_fen,
                                    ds_stop_get_next_override (stop), expected, NULL)
         && ds_spoken_proof_equal (digits, expected);
}

static gboolean
decide (DsVisit *visit, GError **error)
{
  OverrideOperation *operation = visit->data;
  DsStop *stop = visit->stop;
  DsShift *shift = ds_door_get_open_shift (visit->door);
  g_autofree char *limits = ds_limits_to_text (operation->limits);
  g_autofree char *text = NULL;
  char digits[DS_SPOKEN_PROOF_SIZE];
  const char *reason;

  g_clear_pointer (&operation->answer, ds_answer_free);
  /* A doubled tap asks for nothing new. */
  if (shift != NULL && ds_stop_find_override (stop, shift->id, operation->limits, operation->amount_fen))
    answer (operation, DS_ANSWER_ALLOWED, "already", _ ("Permitted already"),
            g_strdup (_ ("The depot has permitted this payment. Scan the customer's voucher.")));
  else if (!ds_door_may_override (visit->door, stop, &visit->exposure, operation->amount_fen, &reason, &text))
    answer (operation, DS_ANSWER_REFUSED, reason, _ ("Not permitted"), g_steal_pointer (&text));
  else if (!ds_spoken_proof_read (operation->typed, digits))
    answer (operation, DS_ANSWER_REFUSED, "form", _ ("Not 8 digits"),
            g_strdup (_ ("A permission has 8 digits. Ask the depot to read them out again.")));
  else if (!is_right (stop, limits, operation->amount_fen, digits))
    {
      answer_wrong (operation, stop);
      ds_drafts_add (&visit->drafts, "limit.misspoken",
                     json_pack ("{s:s, s:s, s:I}", "stop", stop->id, "shift", shift->id, "number",
                                (json_int_t)ds_stop_get_next_override (stop)));
    }
  else
    ds_drafts_add (&visit->drafts, "limit.overridden",
                   json_pack ("{s:s, s:s, s:I, s:s, s:I, s:s}", "stop", stop->id, "shift", shift->id,
                              "number", (json_int_t)ds_stop_get_next_override (stop), "limits", limits,
                              "amount_fen", (json_int_t)operation->amount_fen, "digits", digits));
  return TRUE;
}

static void
did_visit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  OverrideOperation *operation = g_task_get_task_data (task);
  g_autoptr (DsStop) stop = NULL;
  GError *error = NULL;

  if (!ds_door_visit_finish (DS_DOOR (source), result, &stop, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (operation->answer == NULL)
    {
      g_autofree char *amount = ds_door_format_yuan (operation->amount_fen);

      answer (
          operation, DS_ANSWER_ALLOWED, NULL, _ ("Permitted"),
          g_strdup_printf (_ ("The depot permits one offline payment of at most %s at this stop. Scan the "
                              "customer's voucher."),
                           amount));
    }
  operation->answer->stop = g_steal_pointer (&stop);
  g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
}

void
ds_door_override_async (DsDoor *self,
                        const char *stop_id,
                        DsLimits limits,
                        gint64 amount_fen,
                        const char *typed,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task;
  OverrideOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL && typed != NULL);
  g_return_if_fail (limits != DS_LIMIT_NONE && amount_fen > 0);

  task = g_task_new (self, cancellable, callback, user_data);
  operation = g_new0 (OverrideOperation, 1);
  operation->typed = g_strdup (typed);
  operation->limits = limits;
  operation->amount_fen = amount_fen;
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_override_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)override_operation_free);
  /* What was permitted in this shift already counts, so the exposure is loaded; no wallet is asked about. */
  ds_door_visit_async (self, stop_id, NULL, "", decide, operation, cancellable, did_visit, task);
}

DsAnswer *
ds_door_override_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
