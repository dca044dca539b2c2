/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bucket.h"

#include "ds-door.h"

#include <glib/gi18n.h>

/* Returns: whether @payment is of @bucket, which is one of payments. */
static gboolean
holds_payment (DsBucket bucket, DsPayment *payment)
{
  gboolean paid = payment->state == DS_PAYMENT_PAID || payment->state == DS_PAYMENT_SETTLED;

  switch (bucket)
    {
    case DS_BUCKET_PAID:
      return paid && payment->tender != DS_TENDER_CASH;
    case DS_BUCKET_CASH:
      return paid && payment->tender == DS_TENDER_CASH;
    case DS_BUCKET_ACCEPTED:
      return payment->state == DS_PAYMENT_ACCEPTED;
    case DS_BUCKET_UNKNOWN:
      return payment->state == DS_PAYMENT_SCANNED || payment->state == DS_PAYMENT_PENDING
             || payment->state == DS_PAYMENT_UNKNOWN || payment->state == DS_PAYMENT_CLAIMED;
    case DS_BUCKET_REJECTED:
      return payment->state == DS_PAYMENT_REJECTED;
    case DS_BUCKET_OPEN:
    case DS_BUCKET_NOT_COLLECTED:
    case DS_N_BUCKETS:
    default:
      return FALSE;
    }
}

static gint64
sum_not_collected_fen (DsStop *stop, DsShift *shift)
{
  gint64 sum_fen = 0;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (!parcel->prepaid && parcel->outcome != DS_OUTCOME_OPEN && parcel->outcome != DS_OUTCOME_DELIVERED
          && (shift == NULL || parcel->outcome_at_ms >= shift->opened_at_ms))
        sum_fen += parcel->due_fen;
    }
  return sum_fen;
}

gint64
ds_bucket_count (DsBucket bucket, DsStop *stop, DsShift *shift, guint *n)
{
  gint64 sum_fen = 0;
  DsDebt debt;

  g_return_val_if_fail (DS_IS_STOP (stop), 0);

  *n = 0;
  if (bucket == DS_BUCKET_OPEN || bucket == DS_BUCKET_NOT_COLLECTED)
    {
      ds_stop_get_debt (stop, &debt);
      sum_fen = bucket == DS_BUCKET_OPEN ? debt.open_fen : sum_not_collected_fen (stop, shift);
      *n = sum_fen > 0;
      return sum_fen;
    }

  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (holds_payment (bucket, payment) && ds_shift_has_payment (shift, payment))
        {
          sum_fen += payment->amount_fen - payment->refunded_fen;
          (*n)++;
        }
    }
  return sum_fen;
}

char *
ds_bucket_describe_parts (GPtrArray *stops, DsShift *shift)
{
  gint64 red_packet_fen = 0;
  gint64 refunded_fen = 0;
  gint64 red_packet_refunded_fen = 0;

  g_return_val_if_fail (stops != NULL, NULL);

  for (guint i = 0; i < stops->len; i++)
    {
      GPtrArray *payments = ((DsStop *)g_ptr_array_index (stops, i))->payments;

      for (guint p = 0; p < payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (payments, p);

          if (!ds_shift_has_payment (shift, payment))
            continue;
          refunded_fen += payment->refunded_fen;
          red_packet_refunded_fen += payment->red_packet_refunded_fen;
          if (ds_payment_get_covered_fen (payment) > 0)
            red_packet_fen += payment->red_packet_fen - payment->red_packet_refunded_fen;
        }
    }
  return ds_words_for_parts (red_packet_fen, refunded_fen, red_packet_refunded_fen);
}

DsWords
ds_words_for_bucket (DsBucket bucket)
{
  static const DsWords words[DS_N_BUCKETS] = {
    [DS_BUCKET_PAID] = { "ds-paid-symbolic", N_ ("Paid"), "paid" },
    [DS_BUCKET_CASH] = { "ds-cash-symbolic", N_ ("Cash"), "waiting" },
    [DS_BUCKET_ACCEPTED] = { "ds-accepted-symbolic", N_ ("Accepted offline"), "accepted" },
    [DS_BUCKET_UNKNOWN] = { "dialog-question-symbolic", N_ ("Result unknown"), "unknown" },
    [DS_BUCKET_REJECTED] = { "ds-failed-symbolic", N_ ("Rejected"), "failed" },
    [DS_BUCKET_OPEN] = { "ds-due-symbolic", N_ ("To collect"), "plain" },
    [DS_BUCKET_NOT_COLLECTED] = { "ds-refused-symbolic", N_ ("Not collected"), "plain" },
  };
  DsWords found;

  g_return_val_if_fail (bucket < DS_N_BUCKETS, words[0]);

  found = words[bucket];
  found.text = gettext (found.text);
  return found;
}

static const char *const names[DS_N_BUCKETS] = {
  [DS_BUCKET_PAID] = "paid",
  [DS_BUCKET_CASH] = "cash",
  [DS_BUCKET_ACCEPTED] = "accepted",
  [DS_BUCKET_UNKNOWN] = "unknown",
  [DS_BUCKET_REJECTED] = "rejected",
  [DS_BUCKET_OPEN] = "open",
  [DS_BUCKET_NOT_COLLECTED] = "not-collected",
};

const char *
ds_bucket_to_name (DsBucket bucket)
{
  g_return_val_if_fail (bucket < DS_N_BUCKETS, NULL);

  return names[bucket];
}

gboolean
ds_bucket_from_name (const char *name, DsBucket *bucket)
{
  for (DsBucket i = 0; i < DS_N_BUCKETS; i++)
    {
      if (g_strcmp0 (name, names[i]) != 0)
        continue;
      *bucket = i;
      return TRUE;
    }
  return FALSE;
}
