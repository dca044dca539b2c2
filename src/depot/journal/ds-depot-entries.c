/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What journal entries do at the depot. Whatever is asked of an operator is only written down here. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-day.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-evidence.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-payer-code.h"
#include "ds-stop.h"

#include <string.h>

#define MAX_PARCELS 200
#define MAX_TEXT_BYTES 1000
#define MAX_TIME_MS G_GINT64_CONSTANT (253402300799999) /* the last of the year 9999 */

/* One entry being applied. A refusal is an answer, no error: the line stays in the journal as evidence. */
typedef struct
{
  DsDepot *depot;
  const DsDevice *device;
  const DsEntry *entry;
  char **refused;
} Applying;

static gboolean refuse (Applying *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Returns: %TRUE, for the caller to return: the database has not failed. */
static gboolean
refuse (Applying *self, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* What was quoted may have been cut in the middle of a character. */
  *self->refused = g_utf8_make_valid (words, -1);
  return TRUE;
}

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0' && strlen (text) <= MAX_TEXT_BYTES;
}

static gboolean
is_amount (gint64 amount_fen)
{
  return amount_fen > 0 && amount_fen <= DS_MONEY_MAX_FEN;
}

static gboolean
is_time (gint64 at_ms)
{
  return at_ms >= 0 && at_ms <= MAX_TIME_MS;
}

/* Reads "parcels". Returns: (transfer full) (nullable): %NULL when it is no list of waybills. */
static GStrv
read_parcels (json_t *data)
{
  json_t *parcels = json_object_get (data, "parcels");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  json_t *parcel;
  gsize i;

  if (!json_is_array (parcels) || json_array_size (parcels) > MAX_PARCELS)
    return NULL;
  json_array_foreach (parcels, i, parcel)
  {
    const char *waybill = json_string_value (parcel);

    if (!is_text (waybill) || strchr (waybill, '\n') != NULL)
      return NULL;
    g_strv_builder_add (builder, waybill);
  }
  return g_strv_builder_end (builder);
}

/* Payments */

/* Whether @shift_id is another courier's, whose drawer and statement nobody else makes owe. Of one that the depot does not
 * know, as when its own entry was refused, nothing can be said. */
static gboolean
is_anothers_shift (Applying *self, const char *shift_id, gboolean *anothers, GError **error)
{
  gint64 n;

  if (!ds_depot_sql_get_int (self->depot->db, &n, 0, error,
                             "SELECT count (*) FROM shift WHERE id = ? AND courier <> ?", "ss", shift_id,
                             self->device->courier_id))
    return FALSE;
  *anothers = n > 0;
  return TRUE;
}

/* A payment's first entry: makes its row, or takes over the one that was made when its code was prefetched or when
 * the operator spoke of it first. @payment stays %NULL when the entry was refused. */
static gboolean
begin_payment (Applying *self, DsTender tender, DsDepotPayment **payment, GError **error)
{
  g_autoptr (DsDepotPayment) found = NULL;
  g_autoptr (GError) problem = NULL;
  json_t *data = self->entry->data;
  const char *id, *shift_id, *stop_id;
  json_int_t amount_fen;
  gboolean anothers;
  g_auto (GStrv) parcels = read_parcels (data);

  *payment = NULL;
  if (!ds_json_unpack (data, &problem, "{s:s, s:s, s:s, s:I}", "payment", &id, "shift", &shift_id, "stop",
                       &stop_id, "amount_fen", &amount_fen))
    return refuse (self, "%s", problem->message);
  if (!ds_id_is_valid (id) || !is_text (shift_id) || !is_text (stop_id) || !is_amount (amount_fen)
      || parcels == NULL)
    return refuse (self, "The payment's id, shift, stop, parcels or amount is not in its form");
  if (!ds_depot_payment_load (self->depot->db, id, &found, error)
      || !is_anothers_shift (self, shift_id, &anothers, error))
    return FALSE;

  if (anothers)
    return refuse (self, "The shift belongs to another courier");
  if (found != NULL && found->courier_id != NULL
      && !g_str_equal (found->courier_id, self->device->courier_id))
    return refuse (self, "The payment belongs to another courier");
  if (found != NULL && (found->journalled || found->courier_id != NULL)
      && (found->base->amount_fen != amount_fen || found->base->tender != tender))
    return refuse (self, "The payment is known with another amount or way of paying");
  if (found == NULL)
    {
      found = ds_depot_payment_new (id);
      found->base->created_at_ms = self->entry->at_ms;
    }

  found->journalled = TRUE;
  found->base->tender = tender;
  found->base->amount_fen = amount_fen;
  found->base->changed_at_ms = ds_depot_now_ms (self->depot);
  g_free (found->courier_id);
  found->courier_id = g_strdup (self->device->courier_id);
  g_free (found->device_id);
  found->device_id = g_strdup (self->device->id);
  g_free (found->base->shift_id);
  found->base->shift_id = g_strdup (shift_id);
  g_free (found->base->stop_id);
  found->base->stop_id = g_strdup (stop_id);
  g_strfreev (found->base->parcels);
  found->base->parcels = g_steal_pointer (&parcels);
  *payment = g_steal_pointer (&found);
  /* Money that waited because no journal knew of it finds its place. */
  return ds_depot_payment_get_taken_fen (*payment) == 0
         || ds_depot_weigh (self->depot, stop_id, *payment, error);
}

/* A later entry of a payment. @payment stays %NULL when the entry was refused. */
static gboolean
find_payment (Applying *self, DsDepotPayment **payment, GError **error)
{
  g_autoptr (DsDepotPayment) found = NULL;
  const char *id = json_string_value (json_object_get (self->entry->data, "payment"));

  *payment = NULL;
  if (!ds_id_is_valid (id))
    return refuse (self, "The payment's id is not in its form");
  if (!ds_depot_payment_load (self->depot->db, id, &found, error))
    return FALSE;
  if (found == NULL || !found->journalled || g_strcmp0 (found->courier_id, self->device->courier_id) != 0)
    return refuse (self, "No earlier entry of this courier began the payment");
  *payment = g_steal_pointer (&found);
  return TRUE;
}

static gboolean
apply_requested (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (!begin_payment (self, DS_TENDER_CODE, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;

  payment->base->source = DS_CODE_SOURCE_LIVE;
  ds_depot_payment_happens (payment, DS_PAYMENT_IS_REQUESTED, ds_depot_now_ms (self->depot));
  /* Not published: the handheld knows its own request and waits for the code. */
  return ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_CREATE, payment->base->id, 0, error);
}

/* The code of a prefetched order is the operator's: the one that was shown should be it. */
static gboolean
check_shown_code (Applying *self, DsDepotPayment *payment, const char *code_sm3, GError **error)
{
  g_autofree char *digest = NULL;

  if (payment->base->source != DS_CODE_SOURCE_PREFETCHED || payment->base->code == NULL)
    return TRUE;
  digest = ds_sm3_hex (payment->base->code, strlen (payment->base->code));
  return g_strcmp0 (digest, code_sm3) == 0
         || ds_depot_note_incident (self->depot, "code", payment->base->id,
                                    "The handheld showed another code than the operator made", error);
}

static gboolean
apply_presented (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (GError) problem = NULL;
  const char *source_name, *code_sm3;
  json_int_t expires_at_ms;
  DsCodeSource source;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:s, s:I}", "source", &source_name, "code_sm3",
                       &code_sm3, "expires_at_ms", &expires_at_ms))
    return refuse (self, "%s", problem->message);
  if (!ds_code_source_from_name (source_name, &source) || source == DS_CODE_SOURCE_NONE
      || !is_time (expires_at_ms))
    return refuse (self, "The code's source or end is not in its form");
  if (!begin_payment (self, DS_TENDER_CODE, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;

  payment->base->source = source;
  if (source == DS_CODE_SOURCE_BUILT || payment->base->code_expires_at_ms == 0)
    payment->base->code_expires_at_ms = expires_at_ms;
  ds_depot_payment_happens (payment, DS_PAYMENT_IS_PRESENTED, ds_depot_now_ms (self->depot));
  if (!check_shown_code (self, payment, code_sm3, error)
      || !ds_depot_change_payment (self->depot, payment, error))
    return FALSE;
  /* A code that was shown offline may have been paid long ago. */
  return ds_depot_work_add (self->depot, DS_TASK_QUERY, payment->base->id, 0, error);
}

static gboolean
apply_scanned (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (GError) problem = NULL;
  const char *payer_code;
  json_int_t expires_at_ms;
  char operator_id[4];

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:I}", "payer_code", &payer_code, "expires_at_ms",
                       &expires_at_ms))
    return refuse (self, "%s", problem->message);
  if (!is_text (payer_code) || !is_time (expires_at_ms))
    return refuse (self, "The payer code or its end is not in its form");
  if (!begin_payment (self, DS_TENDER_SCAN, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;

  ds_depot_payment_happens (payment, DS_PAYMENT_IS_SCANNED, ds_depot_now_ms (self->depot));
  payment->base->code_expires_at_ms = expires_at_ms;
  if (ds_payer_code_classify (payer_code, operator_id) != DS_PAYER_CODE_ECNY
      || ds_depot_find_operator (self->depot, operator_id) == NULL)
    return ds_depot_end_payment (self->depot, payment, DS_PAYMENT_IS_DECLINED,
                                 "No operator of this depot knows the wallet", error);

  payment->payer_code = ds_payer_code_normalize (payer_code);
  ds_depot_payment_set_operator (payment, operator_id);
  return ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_CHARGE, payment->base->id, 0, error);
}

/* When the evidence was taken: a certificate may end before the handheld is back. By the handheld's own clock, which
 * somebody may have set; but not before the evidence was made, nor after it came here. */
static gint64
judge_taken_s (Applying *self, const DsEvidence *evidence)
{
  gint64 told_s = MAX (self->entry->at_ms / 1000, evidence->at_s);

  return MIN (told_s, ds_depot_now_ms (self->depot) / 1000);
}

/* Reads and verifies evidence for @payment; %NULL after a refusal. */
static DsEvidence *
check_evidence (Applying *self, DsDepotPayment *payment, const char *member, DsEvidenceKind kind)
{
  const char *text = json_string_value (json_object_get (self->entry->data, member));
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) bytes = text ? ds_base64url_decode (text, -1, &problem) : NULL;
  g_autoptr (DsEvidence) evidence = bytes ? ds_evidence_parse (bytes, &problem) : NULL;
  DsEvidenceVerdict verdict;

  if (evidence == NULL || evidence->kind != kind)
    {
      refuse (self, "The %s cannot be read: %s", member, problem ? problem->message : "it is something else");
      return NULL;
    }
  verdict = ds_evidence_verify (evidence, self->depot->trust, payment->base->id,
                                ds_depot_get_payee_id (self->depot), payment->base->amount_fen,
                                judge_taken_s (self, evidence));
  if (verdict != DS_EVIDENCE_OK)
    {
      refuse (self, "The %s does not hold: %s", member, ds_evidence_verdict_to_name (verdict));
      return NULL;
    }
  return g_steal_pointer (&evidence);
}

static gboolean
apply_receipt (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (DsEvidence) receipt = NULL;
  gboolean on_digits;
  DsPayment *base;

  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  receipt = check_evidence (self, payment, "receipt", DS_EVIDENCE_RECEIPT);
  if (receipt == NULL)
    return TRUE;

  base = payment->base;
  if (!ds_depot_spoken_is_awaited (self->depot, payment, &on_digits, error)
      || (on_digits && !ds_depot_spoken_outdo (self->depot, base->id, error)))
    return FALSE;
  if (ds_depot_payment_happens (payment, DS_PAYMENT_IS_PROVED, ds_depot_now_ms (self->depot))
      || (on_digits && base->state == DS_PAYMENT_PAID))
    {
      ds_depot_payment_set_operator (payment, receipt->operator_id);
      g_free (base->operator_ref);
      base->operator_ref = g_strdup (receipt->operator_ref);
      base->red_packet_fen = receipt->red_packet_fen;
    }
  /* Published once the operator has confirmed it: until then the handheld knows as much as we do. */
  return ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_QUERY, base->id, 0, error);
}

static gboolean
apply_spoken (Applying *self, GError **error)
{
  const char *digits = json_string_value (json_object_get (self->entry->data, "digits"));
  g_autoptr (DsDepotPayment) payment = NULL;
  gboolean right;

  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  if (payment->base->tender != DS_TENDER_CODE)
    return refuse (self, "Digits prove only what was paid with a code");
  if (!ds_depot_spoken_take (self->depot, payment, digits, &right, error))
    return FALSE;
  return right ? TRUE : refuse (self, "The digits are not this payment's");
}

/* The handheld counts its wrong tries; here they are on record. */
static gboolean
apply_misspoken (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  return find_payment (self, &payment, error);
}

static gboolean
apply_overridden (Applying *self, GError **error)
{
  DsOverrideUse use = { .entry_id = self->entry->id,
                        .device_id = self->device->id,
                        .courier_id = self->device->courier_id,
                        .at_ms = self->entry->at_ms };
  g_autoptr (GError) problem = NULL;
  json_int_t number, amount_fen;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:s, s:I, s:s, s:I, s:s}", "stop", &use.stop_id,
                       "shift", &use.shift_id, "number", &number, "limits", &use.limits, "amount_fen",
                       &amount_fen, "digits", &use.digits))
    return refuse (self, "%s", problem->message);
  if (!is_text (use.stop_id) || !ds_id_is_valid (use.shift_id) || number < 1 || !is_text (use.limits)
      || !is_amount (amount_fen))
    return refuse (self, "The permission's stop, shift, number, limits or amount is not in its form");
  use.number = number;
  use.amount_fen = amount_fen;
  return ds_depot_override_take (self->depot, &use, self->refused, error);
}

static gboolean
reject_voucher (Applying *self, DsDepotPayment *payment, const char *reason, GError **error)
{
  ds_depot_payment_happens (payment, DS_PAYMENT_IS_VOUCHED, ds_depot_now_ms (self->depot));
  if (payment->base->state == DS_PAYMENT_REJECTED)
    return ds_depot_change_payment (self->depot, payment, error);
  return payment->base->state != DS_PAYMENT_ACCEPTED
         || ds_depot_end_payment (self->depot, payment, DS_PAYMENT_IS_DECLINED, reason, error);
}

static gboolean
apply_voucher (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (DsEvidence) voucher = NULL;
  DsPayment *base;

  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  voucher = check_evidence (self, payment, "voucher", DS_EVIDENCE_VOUCHER);
  if (voucher == NULL)
    return reject_voucher (self, payment, *self->refused, error);

  base = payment->base;
  if (!ds_depot_override_note_payment (
          self->depot, payment, json_integer_value (json_object_get (self->entry->data, "override")), error))
    return FALSE;
  g_free (base->wallet_serial);
  base->wallet_serial = ds_wallet_certificate_get_serial_hex (voucher->certificate);
  base->voucher_counter = voucher->counter;
  /* Which of two vouchers with one counter is good is for the operator to say: the false one may have come first, or the
   * good one been redeemed before the depot was restored from a backup. */
  if (!ds_depot_payment_happens (payment, DS_PAYMENT_IS_VOUCHED, ds_depot_now_ms (self->depot)))
    return TRUE; /* paid otherwise in the meantime: the voucher is not needed */
  /* The operator had declined the payment: the courier must know that the promise is void. */
  if (base->state == DS_PAYMENT_REJECTED)
    return ds_depot_change_payment (self->depot, payment, error);

  ds_depot_payment_set_operator (payment, voucher->operator_id);
  g_free (payment->voucher);
  payment->voucher = g_strdup (json_string_value (json_object_get (self->entry->data, "voucher")));
  return ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_REDEEM, base->id, 0, error);
}

/* The courier wants to know: claimed, unknown, or "check now". */
static gboolean
apply_question (Applying *self, gboolean is_news, DsPaymentEvent event, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL || payment->base->tender == DS_TENDER_CASH)
    return TRUE;

  /* Known better by now, it stays as it is. */
  if (is_news)
    ds_depot_payment_happens (payment, event, ds_depot_now_ms (self->depot));
  /* Published also unchanged: the courier sees that the question arrived, and what is known. */
  return ds_depot_publish_payment (self->depot, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_QUERY, payment->base->id, 0, error);
}

static gboolean
apply_superseded (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  payment->base->superseded = TRUE;
  return (payment->booked_fen == 0 || ds_depot_weigh (self->depot, payment->base->stop_id, payment, error))
         && ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_work_add (self->depot, DS_TASK_QUERY, payment->base->id, 0, error);
}

static gboolean
apply_cash (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (GError) problem = NULL;
  json_int_t amount_fen, tendered_fen, change_fen;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:I, s:I, s:I}", "amount_fen", &amount_fen,
                       "tendered_fen", &tendered_fen, "change_fen", &change_fen))
    return refuse (self, "%s", problem->message);
  if (!is_amount (tendered_fen) || !is_amount (amount_fen) || change_fen < 0
      || tendered_fen - amount_fen != change_fen)
    return refuse (self, "The cash given less the change is not the amount");
  if (!begin_payment (self, DS_TENDER_CASH, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  if (payment->base->state != DS_PAYMENT_NONE)
    return refuse (self, "The payment was made before");

  ds_depot_payment_happens (payment, DS_PAYMENT_IS_CASH, ds_depot_now_ms (self->depot));
  payment->base->tendered_fen = tendered_fen;
  payment->base->change_fen = change_fen;
  /* An entry that comes late is in no statement yet. */
  return ds_depot_book_cash (self->depot, payment, error)
         && ds_depot_payment_save (self->depot->db, payment, error)
         && ds_depot_change_statement (self->depot, payment->base->shift_id, error);
}

/* @refund_shift: (out) (nullable): the shift out of whose drawer cash was given back; older handhelds did not say.
 * Returns: whether it is one of this courier's, or refused it. */
static gboolean
find_refund_shift (Applying *self, const char **refund_shift, GError **error)
{
  gint64 n_found = 0;

  *refund_shift = json_string_value (json_object_get (self->entry->data, "shift"));
  if (*refund_shift == NULL)
    return TRUE;
  if (!ds_depot_sql_get_int (self->depot->db, &n_found, 0, error,
                             "SELECT count (*) FROM shift WHERE id = ? AND courier = ?", "ss", *refund_shift,
                             self->device->courier_id))
    return FALSE;
  return n_found > 0 || refuse (self, "The refund's shift is none of this courier's");
}

static gboolean
apply_refund (Applying *self, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autoptr (GError) problem = NULL;
  const char *refund_id, *reason, *shift_id;
  json_int_t amount_fen;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:I, s:s}", "refund", &refund_id, "amount_fen",
                       &amount_fen, "reason", &reason))
    return refuse (self, "%s", problem->message);
  if (!ds_id_is_valid (refund_id) || !is_amount (amount_fen) || strlen (reason) > MAX_TEXT_BYTES)
    return refuse (self, "The refund's id, amount or reason is not in its form");
  if (!find_payment (self, &payment, error))
    return FALSE;
  if (payment == NULL)
    return TRUE;
  if (!find_refund_shift (self, &shift_id, error))
    return FALSE;
  if (*self->refused != NULL)
    return TRUE;

  return ds_depot_ask_refund (
      self->depot, payment,
      &(DsRefundDraft){ .id = refund_id,
                        .amount_fen = amount_fen,
                        .reason = reason,
                        .shift_id = payment->base->tender == DS_TENDER_CASH ? shift_id : NULL },
      self->refused, error);
}

/* Parcels and shifts */

/* The stop is another courier's by now, @courier_id (nullable), who would look for the parcel in vain. */
static gboolean
note_former_courier (Applying *self,
                     const char *stop_id,
                     const char *courier_id,
                     DsParcelOutcome outcome,
                     GError **error)
{
  return outcome != DS_OUTCOME_DELIVERED
         || ds_depot_open_case (
             self->depot,
             &(DsCaseDraft){ .kind = "delivered",
                             .subject = stop_id,
                             .detail
                             = "Delivered by the courier from whom the stop was taken: tell the other",
                             .stop_id = stop_id,
                             .courier_id = courier_id },
             error);
}

gboolean
ds_depot_set_outcome (DsDepot *self, json_t *data, const char *stop_id, GError **error)
{
  g_auto (GStrv) parcels = read_parcels (data);

  for (guint i = 0; parcels != NULL && parcels[i]; i++)
    {
      if (!ds_depot_sql_run (self->db, error,
                             "UPDATE parcel SET outcome = ?, reason = ? WHERE waybill = ? AND stop = ?",
                             "ssss", json_string_value (json_object_get (data, "outcome")),
                             json_string_value (json_object_get (data, "reason")), parcels[i], stop_id))
        return FALSE;
    }
  return TRUE;
}

/* @changes: (out): whether the stop owes something else with @outcome than before.
 * All of the parcels are this courier's at the stop, or the entry is refused and has no effect. */
static gboolean
check_parcels (Applying *self,
               GStrv parcels,
               const char *stop_id,
               DsParcelOutcome outcome,
               gboolean *changes,
               GError **error)
{
  gint64 will_count = outcome == DS_OUTCOME_OPEN || outcome == DS_OUTCOME_DELIVERED;

  *changes = FALSE;
  for (guint i = 0; parcels[i]; i++)
    {
      gint64 counts;

      if (!ds_depot_sql_get_int (self->depot->db, &counts, -1, error,
                                 "SELECT outcome IN ('open', 'delivered') FROM parcel"
                                 " JOIN stop ON stop.id = parcel.stop"
                                 " WHERE waybill = ?1 AND stop.id = ?2 AND (courier = ?3 OR EXISTS (SELECT 1"
                                 " FROM former_courier AS f WHERE f.stop = ?2 AND f.courier = ?3))",
                                 "sss", parcels[i], stop_id, self->device->courier_id))
        return FALSE;
      if (counts < 0)
        return refuse (self, "Parcel “%.40s” is not at that stop of this courier", parcels[i]);
      *changes = *changes || counts != will_count;
    }
  return TRUE;
}

static gboolean
apply_outcome (Applying *self, GError **error)
{
  json_t *data = self->entry->data;
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) parcels = read_parcels (data);
  const char *reason = json_string_value (json_object_get (data, "reason"));
  g_autofree char *courier_id = NULL;
  const char *stop_id, *name;
  DsParcelOutcome outcome;
  gboolean changes;

  if (!ds_json_unpack (data, &problem, "{s:s, s:s}", "stop", &stop_id, "outcome", &name))
    return refuse (self, "%s", problem->message);
  if (parcels == NULL || !ds_parcel_outcome_from_name (name, &outcome)
      || (reason != NULL && strlen (reason) > MAX_TEXT_BYTES))
    return refuse (self, "The parcels, their outcome or its reason are not in their form");
  if (!check_parcels (self, parcels, stop_id, outcome, &changes, error))
    return FALSE;
  if (*self->refused != NULL)
    return TRUE;

  if (!ds_depot_sql_get_text (self->depot->db, &courier_id, error, "SELECT courier FROM stop WHERE id = ?",
                              "s", stop_id))
    return FALSE;
  /* Another one says what becomes of its parcels. */
  if (g_strcmp0 (courier_id, self->device->courier_id) != 0)
    return note_former_courier (self, stop_id, courier_id, outcome, error);
  return ds_depot_set_outcome (self->depot, data, stop_id, error)
         && (!changes || ds_depot_weigh (self->depot, stop_id, NULL, error));
}

static gboolean
apply_shift_opened (Applying *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const char *shift_id, *accounting_date;
  json_int_t float_fen;
  gint64 n_known, begins_at_ms;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:s, s:I}", "shift", &shift_id, "accounting_date",
                       &accounting_date, "float_fen", &float_fen))
    return refuse (self, "%s", problem->message);
  if (!ds_id_is_valid (shift_id) || !ds_day_parse (accounting_date, &begins_at_ms, NULL) || float_fen < 0
      || float_fen > DS_MONEY_MAX_FEN)
    return refuse (self, "The shift's id, accounting date or float is not in its form");
  if (!ds_depot_sql_get_int (self->depot->db, &n_known, 0, error, "SELECT count (*) FROM shift WHERE id = ?",
                             "s", shift_id))
    return FALSE;
  if (n_known > 0)
    return refuse (self, "The shift was opened before");
  return ds_depot_sql_run (self->depot->db, error,
                           "INSERT INTO shift (id, courier, device, accounting_date, float_fen, opened_at_ms,"
                           " closed_at_ms, counted_fen, version) VALUES (?, ?, ?, ?, ?, ?, 0, -1, 0)",
                           "ssssii", shift_id, self->device->courier_id, self->device->id, accounting_date,
                           (gint64)float_fen, self->entry->at_ms)
         && ds_depot_book_float (self->depot, shift_id, self->device->courier_id, float_fen, error);
}

static gboolean
apply_shift_closed (Applying *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const char *shift_id;
  json_int_t counted_fen;
  gboolean ended;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:I}", "shift", &shift_id, "cash_counted_fen",
                       &counted_fen))
    return refuse (self, "%s", problem->message);
  if (counted_fen < 0 || counted_fen > DS_MONEY_MAX_FEN)
    return refuse (self, "The cash counted is not an amount");
  if (!ds_depot_end_shift (self->depot, shift_id, self->device->courier_id, self->entry->at_ms, counted_fen,
                           &ended, error))
    return FALSE;
  return ended ? TRUE : refuse (self, "The shift is not open");
}

static gboolean
apply_enrolled (Applying *self, GError **error)
{
  const char *public_key = json_string_value (json_object_get (self->entry->data, "public_key"));

  return g_strcmp0 (public_key, self->device->public_key) == 0
         || refuse (self, "The handheld enrolled with another key");
}

/* Its journal is at its end. */
static gboolean
apply_signed_out (Applying *self, GError **error)
{
  return ds_depot_sql_run (self->depot->db, error, "UPDATE device SET signed_out_at_ms = ? WHERE id = ?",
                           "is", ds_depot_now_ms (self->depot), self->device->id);
}

/* The content follows by itself; the line is what binds it to payment and parcels. */
static gboolean
apply_proof (Applying *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) parcels = read_parcels (self->entry->data);
  const char *stop_id, *name, *sm3;
  json_int_t size;
  DsProofKind kind;

  if (!ds_json_unpack (self->entry->data, &problem, "{s:s, s:s, s:s, s:I}", "stop", &stop_id, "kind", &name,
                       "sm3", &sm3, "size", &size))
    return refuse (self, "%s", problem->message);
  if (!is_text (stop_id) || parcels == NULL || !ds_proof_kind_from_name (name, &kind)
      || strlen (sm3) != 2 * DS_SM3_SIZE || strspn (sm3, "0123456789abcdef") != 2 * DS_SM3_SIZE || size < 1
      || size > DS_PROOF_MAX_BYTES)
    return refuse (self, "The proof's stop, parcels, kind, digest or size is not in its form");
  return TRUE;
}

gboolean
ds_depot_apply_entry (DsDepot *self,
                      const DsDevice *device,
                      const DsEntry *entry,
                      char **refused,
                      GError **error)
{
  Applying applying = { .depot = self, .device = device, .entry = entry, .refused = refused };
  static const struct
  {
    const char *type;
    gboolean (*apply) (Applying *applying, GError **error);
  } effects[] = {
    { "device.enrolled", apply_enrolled },
    { "payment.requested", apply_requested },
    { "payment.presented", apply_presented },
    { "payment.scanned", apply_scanned },
    { "payment.receipt", apply_receipt },
    { "payment.voucher", apply_voucher },
    { "payment.spoken", apply_spoken },
    { "payment.misspoken", apply_misspoken },
    { "limit.overridden", apply_overridden },
    { "payment.superseded", apply_superseded },
    { "payment.cash", apply_cash },
    { "payment.refund", apply_refund },
    { "parcel.outcome", apply_outcome },
    { "shift.opened", apply_shift_opened },
    { "shift.closed", apply_shift_closed },
    { "proof.added", apply_proof },
    { "device.signed-out", apply_signed_out },
  };

  *refused = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (effects); i++)
    {
      if (g_str_equal (entry->type, effects[i].type))
        return effects[i].apply (&applying, error);
    }
  if (g_str_has_prefix (entry->type, "entry."))
    return ds_depot_apply_answer (self, device, entry, refused, error);
  if (g_str_equal (entry->type, "payment.claimed"))
    return apply_question (&applying, TRUE, DS_PAYMENT_IS_CLAIMED, error);
  if (g_str_equal (entry->type, "payment.unknown"))
    return apply_question (&applying, TRUE, DS_PAYMENT_IS_UNANSWERED, error);
  if (g_str_equal (entry->type, "payment.query"))
    return apply_question (&applying, FALSE, DS_N_PAYMENT_EVENTS, error);

  /* Notes, clock jumps, the courier's own order and the check of the load need nothing done. Of what a newer handheld may write, money must not pass unseen. */
  return g_str_has_prefix (entry->type, "payment.")
             ? refuse (&applying, "This depot is too old to know “%.40s”", entry->type)
             : TRUE;
}
