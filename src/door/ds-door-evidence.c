/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts and vouchers at the door: verified without a network, vouchers within limits. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-encoding.h"

#define MS_PER_HOUR (3600 * 1000)
/* Clocks that nobody set are no further from the depot's. */
#define CLOCK_TOLERANCE_MS (10 * 60 * 1000)

static void
refuse (DsScanOperation *operation, const char *reason, const char *title, char *text)
{
  ds_scan_operation_answer (operation, DS_ANSWER_REFUSED, reason, title, text);
}

/* Limits */

static gboolean
trust_list_is_fresh (DsDoor *self)
{
  DsSettings *settings = ds_store_get_settings (self->store);
  DsTrustList *trust = ds_store_get_trust_list (self->store);

  return settings != NULL && trust != NULL
         && ds_store_get_trusted_now_ms (self->store) - ds_trust_list_get_issued_at_ms (trust)
                <= settings->trust_age_limit_s * 1000;
}

/* How long the oldest voucher has waited. The journal dates it by the handheld's clock: one that is from the future by the
 * depot's time has its age by the clock that dated it, and where that was set back since, nobody knows it. */
static gint64
get_age_of_oldest_ms (DsDoor *self, const DsExposure *exposure)
{
  gint64 age_ms = ds_store_get_trusted_now_ms (self->store) - exposure->oldest_unredeemed_at_ms;

  if (exposure->unredeemed_count == 0)
    return 0;
  if (age_ms < -CLOCK_TOLERANCE_MS)
    age_ms = ds_clock_get_wall_ms (self->clock) - exposure->oldest_unredeemed_at_ms;
  return age_ms < -CLOCK_TOLERANCE_MS ? G_MAXINT64 : age_ms;
}

char *
ds_door_get_voucher_bar (DsDoor *self, const DsExposure *exposure, const char **reason)
{
  DsSettings *settings = ds_store_get_settings (self->store);
  DsTrustList *trust = ds_store_get_trust_list (self->store);
  const char *name = NULL;
  char *text = NULL;

  if (settings == NULL || trust == NULL)
    {
      name = "no-trust-list";
      text = g_strdup (_ ("The depot's list of operators has not arrived yet. Connect once, or take cash."));
    }
  else if (!trust_list_is_fresh (self))
    {
      name = "trust-list-too-old";
      text = g_strdup (
          _ ("The list of operators is too old to take vouchers. Connect to refresh it, or take cash."));
    }
  else if (exposure->unredeemed_count >= settings->unredeemed_limit_count)
    {
      name = "too-many-vouchers";
      text = g_strdup_printf (
          g_dngettext (
              GETTEXT_PACKAGE,
              "You hold %d voucher that is not redeemed, and no more is allowed. Connect to redeem it, or "
              "take cash.",
              "You hold %d vouchers that are not redeemed, and no more are allowed. Connect to redeem "
              "them, or take cash.",
              (gulong)exposure->unredeemed_count),
          (int)exposure->unredeemed_count);
    }
  else if (get_age_of_oldest_ms (self, exposure) > settings->voucher_age_limit_s * 1000)
    {
      name = "vouchers-too-old";
      text = g_strdup (
          _ ("Your oldest voucher has waited too long to be redeemed. Connect to redeem it, or take "
             "cash."));
    }

  if (reason != NULL)
    *reason = name;
  return text;
}

/* What is left of a limit: "5 hours", "3 days", as exact as it matters for what may wait for days. */
static char *
describe_left (gint64 used_ms, gint64 limit_s)
{
  int hours = (int)(MAX (limit_s * 1000 - MAX (used_ms, 0), 0) / MS_PER_HOUR);

  return hours < 48
             ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d hour", "%d hours", (gulong)hours), hours)
             : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d day", "%d days", (gulong)(hours / 24)),
                                hours / 24);
}

/* @wallet_left_fen: what the company lets its wallet still give */
static DsLimits
list_limits (DsDoor *self, const DsExposure *exposure, gint64 amount_fen, gint64 wallet_left_fen)
{
  const DsSettings *settings = ds_store_get_settings (self->store);
  DsLimits limits = DS_LIMIT_NONE;

  if (amount_fen > settings->voucher_limit_fen)
    limits |= DS_LIMIT_VOUCHER;
  if (amount_fen > wallet_left_fen)
    limits |= DS_LIMIT_WALLET;
  if (amount_fen > settings->unredeemed_limit_fen - exposure->unredeemed_fen)
    limits |= DS_LIMIT_SUM;
  if (exposure->unredeemed_count >= settings->unredeemed_limit_count)
    limits |= DS_LIMIT_COUNT;
  if (get_age_of_oldest_ms (self, exposure) > settings->voucher_age_limit_s * 1000)
    limits |= DS_LIMIT_AGE;
  return limits;
}

DsLimits
ds_door_find_limits (DsDoor *self, DsStop *stop, gint64 amount_fen)
{
  DsShift *shift;
  DsLimits limits;

  g_return_val_if_fail (DS_IS_DOOR (self), DS_LIMIT_NONE);
  g_return_val_if_fail (DS_IS_STOP (stop), DS_LIMIT_NONE);

  shift = ds_door_get_open_shift (self);
  if (shift == NULL || amount_fen <= 0 || !trust_list_is_fresh (self))
    return DS_LIMIT_NONE;
  limits = list_limits (self, &self->exposure, amount_fen, G_MAXINT64);
  return limits != DS_LIMIT_NONE && ds_stop_find_override (stop, shift->id, limits, amount_fen) == NULL
                 && ds_door_may_override (self, stop, &self->exposure, amount_fen, NULL, NULL)
             ? limits
             : DS_LIMIT_NONE;
}

char *
ds_door_describe_allowance (DsDoor *self)
{
  const DsExposure *exposure = &self->exposure;
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  g_autofree char *bar = NULL;
  g_autofree char *number = NULL;
  g_autofree char *oldest = NULL;
  g_autofree char *left = NULL;
  g_autofree char *trust = NULL;
  DsSettings *settings;
  gint64 now_ms;

  g_return_val_if_fail (DS_IS_DOOR (self), NULL);

  bar = ds_door_get_voucher_bar (self, exposure, NULL);
  if (bar != NULL)
    return g_steal_pointer (&bar);
  settings = ds_store_get_settings (self->store);
  now_ms = ds_store_get_trusted_now_ms (self->store);
  number = g_strdup_printf (_ ("%d of at most %d offline payments taken"), (int)exposure->unredeemed_count,
                            (int)settings->unredeemed_limit_count);
  g_strv_builder_add (lines, number);
  if (exposure->unredeemed_count > 0)
    {
      g_autofree char *time
          = describe_left (get_age_of_oldest_ms (self, exposure), settings->voucher_age_limit_s);

      /* Translators: the time left: "5 hours" */
      oldest = g_strdup_printf (_ ("Go online within %s to redeem the oldest"), time);
      g_strv_builder_add (lines, oldest);
    }
  left = describe_left (now_ms - ds_trust_list_get_issued_at_ms (ds_store_get_trust_list (self->store)),
                        settings->trust_age_limit_s);
  /* Translators: the time left: "5 days" */
  trust = g_strdup_printf (_ ("Can be taken for %s more without a network"), left);
  g_strv_builder_add (lines, trust);
  list = g_strv_builder_end (lines);
  return g_strjoinv ("\n", list);
}

static gint64
get_wallet_left_fen (DsVisit *visit, gint64 limit_fen)
{
  return MAX (limit_fen - visit->wallet_fen, 0);
}

/* Returns: (transfer full) (nullable): why this voucher cannot be taken, with what is left of the allowance. */
static char *
describe_limit (DsVisit *visit, const DsEvidence *voucher, const char **reason)
{
  DsSettings *settings = ds_store_get_settings (visit->door->store);
  gint64 wallet_left_fen
      = get_wallet_left_fen (visit, MIN (settings->wallet_limit_fen, voucher->certificate->total_limit_fen));
  gint64 left_fen = MAX (settings->unredeemed_limit_fen - visit->exposure.unredeemed_fen, 0);
  g_autofree char *amount = ds_door_format_yuan (voucher->amount_fen);
  g_autofree char *limit = ds_door_format_yuan (settings->voucher_limit_fen);
  g_autofree char *wallet_left = ds_door_format_yuan (wallet_left_fen);
  g_autofree char *left = ds_door_format_yuan (left_fen);
  char *bar = ds_door_get_voucher_bar (visit->door, &visit->exposure, reason);

  if (bar != NULL)
    return bar;
  if (voucher->amount_fen > settings->voucher_limit_fen)
    {
      *reason = "over-voucher-limit";
      return g_strdup_printf (
          _ ("A voucher may be for %s at most, and this one is for %s. Take the rest in cash, "
             "or ask for a smaller voucher."),
          limit, amount);
    }
  if (voucher->amount_fen > wallet_left_fen)
    {
      *reason = "over-wallet-allowance";
      return g_strdup_printf (
          _ ("From this wallet %s more can be taken offline, and this voucher is for %s. Take "
             "cash, or try again with a network."),
          wallet_left, amount);
    }
  if (voucher->amount_fen > left_fen)
    {
      *reason = "over-allowance";
      return g_strdup_printf (
          _ ("Of your offline allowance %s is left, and this voucher is for %s. Take cash, or "
             "connect to redeem the vouchers you hold."),
          left, amount);
    }
  return NULL;
}

/* What of the company's limits stands in the way; none when something else does that no clerk can lift: the operator's own
 * limit of the wallet, or a list of operators that is missing or too old. */
static DsLimits
list_liftable (DsVisit *visit, const DsEvidence *voucher)
{
  DsSettings *settings = ds_store_get_settings (visit->door->store);

  if (voucher->amount_fen > get_wallet_left_fen (visit, voucher->certificate->total_limit_fen)
      || !trust_list_is_fresh (visit->door))
    return DS_LIMIT_NONE;
  return list_limits (visit->door, &visit->exposure, voucher->amount_fen,
                      get_wallet_left_fen (visit, settings->wallet_limit_fen));
}

/* Refuses it unless it is within the limits or a clerk has lifted what it breaks. @permission: (out) (nullable): that one */
static gboolean
check_limits (DsVisit *visit, const DsOverride **permission)
{
  DsScanOperation *operation = visit->data;
  const DsEvidence *voucher = operation->evidence;
  DsShift *shift = ds_door_get_open_shift (visit->door);
  const char *reason = NULL;
  g_autofree char *text = describe_limit (visit, voucher, &reason);
  DsLimits limits;

  *permission = NULL;
  if (text == NULL)
    return TRUE;
  limits = list_liftable (visit, voucher);
  if (limits != DS_LIMIT_NONE)
    *permission = ds_stop_find_override (visit->stop, shift->id, limits, voucher->amount_fen);
  if (*permission != NULL)
    return TRUE;
  refuse (operation, reason, _ ("Voucher not taken"), g_steal_pointer (&text));
  if (limits != DS_LIMIT_NONE
      && ds_door_may_override (visit->door, visit->stop, &visit->exposure, voucher->amount_fen, NULL, NULL))
    operation->answer->limits = limits;
  return FALSE;
}

/* Verdicts in words */

static void
refuse_by_verdict (DsScanOperation *operation, DsPayment *payment, DsEvidenceVerdict verdict)
{
  const DsEvidence *evidence = operation->evidence;
  const char *reason = ds_evidence_verdict_to_name (verdict);
  g_autofree char *stated = ds_door_format_yuan (evidence->amount_fen);
  g_autofree char *asked = ds_door_format_yuan (payment->amount_fen);
  g_autofree char *wallet_limit = NULL;

  switch (verdict)
    {
    case DS_EVIDENCE_OTHER_PAYEE:
      refuse (operation, reason, _ ("Paid to somebody else"),
              g_strdup (_ ("It names another payee, so nothing has come in here. Show your code again.")));
      break;
    case DS_EVIDENCE_OTHER_AMOUNT:
      refuse (
          operation, reason, _ ("Another amount"),
          g_strdup_printf (_ ("It is for %s, but %s was asked for. Show your code again."), stated, asked));
      break;
    case DS_EVIDENCE_UNKNOWN_OPERATOR:
      refuse (
          operation, reason, _ ("Unknown operator"),
          g_strdup_printf (_ ("Operator %s is not on this handheld's list. Connect to refresh the list, or "
                              "take cash."),
                           evidence->operator_id));
      break;
    case DS_EVIDENCE_EXPIRED_CERTIFICATE:
      refuse (
          operation, reason, _ ("Wallet's certificate has run out"),
          g_strdup (_ ("This wallet may not pay offline any more until it has been online. Take cash, or let "
                       "the customer connect.")));
      break;
    case DS_EVIDENCE_OVER_WALLET_LIMIT:
      wallet_limit = ds_door_format_yuan (evidence->certificate->voucher_limit_fen);
      refuse (operation, reason, _ ("More than the wallet may promise"),
              g_strdup_printf (_ ("This wallet may promise %s at most while offline. Take the rest in cash."),
                               wallet_limit));
      break;
    case DS_EVIDENCE_FROM_FUTURE:
      refuse (operation, reason, _ ("Dated ahead of time"),
              g_strdup (_ (
                  "It was signed later than it is now. Check the clocks of both devices and scan again.")));
      break;
    default:
      refuse (operation, reason, _ ("Not genuine"),
              g_strdup (_ (
                  "The signature is not the operator's or the wallet's: it has been made up or changed. Do "
                  "not hand over anything for it; take cash or show your code again.")));
    }
}

/* What is wrong before the signature is looked at: whose payment it is. */
static gboolean
check_payment (DsDoor *self, DsScanOperation *operation, DsStop *stop, DsPayment *payment)
{
  gboolean is_practice = g_strcmp0 (operation->evidence->payee_id, DS_SETTINGS_PRACTICE_PAYEE) == 0;

  if (is_practice != ds_store_get_practice (self->store))
    {
      refuse (operation, is_practice ? "practice" : "not-practice",
              is_practice ? _ ("Only for practice") : _ ("Real money, and this is practice"),
              g_strdup (
                  is_practice
                      ? _ ("It comes from a practice wallet: no money has moved. Do not hand over anything.")
                      : _ ("It is for a payment at work. Scan it with the handheld you work with.")));
      return FALSE;
    }
  if (payment == NULL)
    {
      refuse (operation, "unknown-payment", _ ("Not for this handheld"),
              g_strdup (
                  _ ("It was made for a payment that this handheld does not know. Show your code and let the "
                     "customer pay that one.")));
      return FALSE;
    }
  if (operation->evidence->kind == DS_EVIDENCE_RECEIPT)
    return TRUE;

  if (operation->stop_id != NULL && g_strcmp0 (operation->stop_id, stop->id) != 0
      && payment->voucher_counter >= 0)
    {
      refuse (operation, "used", _ ("Voucher used already"),
              g_strdup_printf (
                  _ ("It was taken already, for the stop at %s. A voucher pays once: show the code of this "
                     "stop and ask for a new one."),
                  stop->address));
      return FALSE;
    }
  if (operation->stop_id != NULL && g_strcmp0 (operation->stop_id, stop->id) != 0)
    {
      refuse (operation, "other-stop", _ ("Voucher for another stop"),
              g_strdup_printf (_ ("This voucher pays for the stop at %s. Show the code of this stop."),
                               stop->address));
      return FALSE;
    }
  if (operation->payment_id != NULL && g_strcmp0 (operation->payment_id, payment->id) != 0)
    {
      refuse (operation, "other-payment", _ ("Voucher for another code"),
              g_strdup (_ ("This voucher answers an earlier code. Show the code on the screen again.")));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_evidence (DsDoor *self, DsScanOperation *operation, DsPayment *payment)
{
  DsSettings *settings = ds_store_get_settings (self->store);
  DsTrustList *trust = ds_store_get_trust_list (self->store);
  DsEvidenceVerdict verdict;

  if (settings == NULL || trust == NULL)
    {
      refuse (
          operation, "no-trust-list", _ ("Cannot be checked yet"),
          g_strdup (_ ("The depot's list of operators has not arrived yet. Connect once and scan again.")));
      return FALSE;
    }
  verdict = ds_evidence_verify (operation->evidence, trust, payment->id, settings->payee_id,
                                payment->amount_fen, ds_store_get_trusted_now_ms (self->store) / 1000);
  if (verdict == DS_EVIDENCE_OK)
    return TRUE;
  refuse_by_verdict (operation, payment, verdict);
  return FALSE;
}

/* @permission: (nullable): that was used for it */
static void
draft_evidence (DsVisit *visit, const char *type, const char *member, const DsOverride *permission)
{
  DsScanOperation *operation = visit->data;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (operation->evidence->bytes, &n);
  g_autofree char *text = ds_base64url_encode (bytes, n);
  json_t *data = json_pack ("{s:s, s:s}", "payment", operation->evidence->payment_id, member, text);

  if (permission != NULL)
    json_object_set_new (data, "override", json_integer (permission->number));
  ds_drafts_add (&visit->drafts, type, data);
}

/* Receipts */

/* Whether nothing better than digits, which the operator may still deny, says that it is paid. */
static gboolean
rests_on_digits (DsPayment *payment)
{
  return payment->state == DS_PAYMENT_PAID && payment->spoken && payment->operator_ref == NULL;
}

static void
decide_receipt (DsVisit *visit, DsPayment *payment)
{
  DsScanOperation *operation = visit->data;
  const DsEvidence *receipt = operation->evidence;

  if (ds_payment_state_after (payment->state, DS_PAYMENT_IS_PROVED) == DS_PAYMENT_PAID
      && (payment->state != DS_PAYMENT_PAID || rests_on_digits (payment)))
    {
      draft_evidence (visit, "payment.receipt", "receipt", NULL);
      return;
    }
  if (ds_payment_state_covers_debt (payment->state))
    {
      /* A code built here can be paid at any operator, so at two of them. */
      gboolean is_second = payment->operator_ref != NULL && payment->state != DS_PAYMENT_ACCEPTED
                           && g_strcmp0 (payment->operator_ref, receipt->operator_ref) != 0;

      ds_scan_operation_answer (
          operation, DS_ANSWER_ALREADY, is_second ? "paid-twice" : "already", _ ("Taken already"),
          g_strdup (is_second
                        ? _ ("This payment was paid once before, by another transaction. Tell the depot: one "
                             "of the two has to be given back.")
                        : _ ("This payment was taken before, and counts once.")));
      return;
    }
  refuse (operation, "ended", _ ("This payment has ended"),
          g_strdup (_ (
              "The depot has closed this payment without the money. Let the customer keep the receipt, and "
              "ask the depot before you collect again.")));
}

/* Vouchers */

static gboolean
is_same_voucher (DsPayment *payment, DsScanOperation *operation)
{
  return payment->voucher_counter == operation->evidence->counter
         && g_strcmp0 (payment->wallet_serial, operation->wallet_serial) == 0;
}

static void
decide_voucher (DsVisit *visit, DsPayment *payment)
{
  DsScanOperation *operation = visit->data;
  g_auto (GStrv) waybills = ds_door_get_payment_waybills (visit->stop, payment);
  const DsCollection collection = { .waybills = (const char *const *)waybills,
                                    .amount_fen = payment->amount_fen,
                                    .own_payment_id = payment->id };
  const DsOverride *permission;
  g_autofree char *text = NULL;
  DsHindrance hindrance;

  if (ds_payment_state_covers_debt (payment->state))
    {
      ds_scan_operation_answer (
          operation, DS_ANSWER_ALREADY, is_same_voucher (payment, operation) ? "already" : "covered",
          _ ("Taken already"), g_strdup (_ ("This payment was taken before, and counts once.")));
      return;
    }
  if (ds_payment_state_after (payment->state, DS_PAYMENT_IS_VOUCHED) != DS_PAYMENT_ACCEPTED)
    {
      refuse (operation, "ended", _ ("This payment has ended"),
              g_strdup (_ ("A voucher can no longer pay it. Show a new code, or take cash.")));
      return;
    }
  if (payment->code_expires_at_ms != 0 && operation->evidence->at_s > payment->code_expires_at_ms / 1000)
    {
      refuse (
          operation, "expired-code", _ ("Code had run out"),
          g_strdup (_ ("The voucher was made after the code had run out. Show a new code, or take cash.")));
      return;
    }
  hindrance = ds_door_find_hindrance (visit->door, visit->stop, &collection, &text);
  if (hindrance != DS_HINDRANCE_NONE)
    {
      refuse (operation, ds_hindrance_to_name (hindrance), _ ("Voucher not taken"), g_steal_pointer (&text));
      return;
    }
  if (!check_limits (visit, &permission))
    return;
  ds_door_supersede (visit->stop, &collection, &visit->drafts);
  draft_evidence (visit, "payment.voucher", "voucher", permission);
}

static gboolean
decide_evidence (DsVisit *visit, GError **error)
{
  DsScanOperation *operation = visit->data;
  DsPayment *payment
      = visit->stop ? ds_stop_find_payment (visit->stop, operation->evidence->payment_id) : NULL;

  g_clear_pointer (&operation->answer, ds_answer_free);
  if (!check_payment (visit->door, operation, visit->stop, payment)
      || !check_evidence (visit->door, operation, payment))
    return TRUE;
  if (operation->evidence->kind == DS_EVIDENCE_RECEIPT)
    decide_receipt (visit, payment);
  else
    decide_voucher (visit, payment);
  return TRUE;
}

/* Afterwards */

static void
answer_paid (DsScanOperation *operation, DsStop *stop)
{
  g_autofree char *amount = ds_door_format_yuan (operation->evidence->amount_fen);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  if (debt.over_fen > 0)
    {
      g_autofree char *over = ds_door_format_yuan (debt.over_fen);

      ds_scan_operation_answer (
          operation, DS_ANSWER_PAID, "over-paid", _ ("Paid, more than was due"),
          g_strdup_printf (_ ("%s has been paid, which makes %s too much. The depot gives it "
                              "back; hand over the parcels."),
                           amount, over));
    }
  else if (operation->stop_id != NULL && g_strcmp0 (operation->stop_id, stop->id) != 0)
    ds_scan_operation_answer (
        operation, DS_ANSWER_PAID, "other-stop", _ ("Paid for another stop"),
        g_strdup_printf (_ ("%s has been paid for the stop at %s and is booked there. This "
                            "stop is not paid by it."),
                         amount, stop->address));
  else
    ds_scan_operation_answer (
        operation, DS_ANSWER_PAID, NULL, _ ("Paid"),
        g_strdup_printf (_ ("%s has been paid: the operator's receipt is genuine. Hand over "
                            "the parcels."),
                         amount));
}

static void
answer_accepted (DsScanOperation *operation)
{
  g_autofree char *amount = ds_door_format_yuan (operation->evidence->amount_fen);

  ds_scan_operation_answer (
      operation, DS_ANSWER_ACCEPTED, NULL, _ ("Accepted offline · pending"),
      g_strdup_printf (_ ("The wallet promises %s, and the voucher is genuine. Hand over the "
                          "parcels; the money is booked once you are online."),
                       amount));
}

static void
did_visit_with_evidence (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsScanOperation *operation = g_task_get_task_data (task);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;

  if (!ds_door_visit_finish (DS_DOOR (source), result, &stop, &error))
    {
      if (operation->evidence->kind != DS_EVIDENCE_VOUCHER
          || !g_error_matches (error, DS_ERROR, DS_ERROR_CONFLICT))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
      /* The store knows every counter that was ever taken from this wallet. */
      refuse (operation, "used", _ ("Voucher used already"),
              g_strdup (_ ("This voucher has paid for something before. Ask for a new one, or take cash.")));
    }
  else if (operation->answer == NULL && operation->evidence->kind == DS_EVIDENCE_RECEIPT)
    answer_paid (operation, stop);
  else if (operation->answer == NULL)
    answer_accepted (operation);

  answer = g_steal_pointer (&operation->answer);
  if (stop != NULL)
    {
      DsPayment *payment = ds_stop_find_payment (stop, operation->evidence->payment_id);

      answer->payment = payment ? g_object_ref (payment) : NULL;
      answer->stop = g_steal_pointer (&stop);
    }
  g_task_return_pointer (task, answer, (GDestroyNotify)ds_answer_free);
}

void
ds_door_scan_evidence (DsDoor *self, GTask *task)
{
  DsScanOperation *operation = g_task_get_task_data (task);

  operation->evidence = ds_evidence_parse_text (operation->text, NULL);
  if (operation->evidence == NULL)
    {
      g_autoptr (GTask) own_task = task;

      refuse (operation, "damaged", _ ("Cannot be read"),
              g_strdup (_ (
                  "It looks like a receipt or voucher, but parts of it are missing or wrong. Scan it again, "
                  "or take cash.")));
      g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
      return;
    }
  if (operation->evidence->kind == DS_EVIDENCE_VOUCHER)
    operation->wallet_serial = ds_wallet_certificate_get_serial_hex (operation->evidence->certificate);
  ds_door_visit_async (self, NULL, operation->evidence->payment_id, operation->wallet_serial, decide_evidence,
                       operation, g_task_get_cancellable (task), did_visit_with_evidence, task);
}
