/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (DsStop, ds_stop, G_TYPE_OBJECT)

static const char *const outcome_names[]
    = { "open", "delivered", "refused", "absent", "rescheduled", "damaged" };

const char *
ds_parcel_outcome_to_name (DsParcelOutcome outcome)
{
  g_return_val_if_fail (outcome < G_N_ELEMENTS (outcome_names), NULL);

  return outcome_names[outcome];
}

gboolean
ds_parcel_outcome_from_name (const char *name, DsParcelOutcome *outcome)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcome_names); i++)
    {
      if (g_strcmp0 (name, outcome_names[i]) == 0)
        {
          *outcome = (DsParcelOutcome)i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
ds_stop_status_is_done (DsStopStatus status)
{
  return status == DS_STOP_PAID || status == DS_STOP_ACCEPTED || status == DS_STOP_CASH
         || status == DS_STOP_DELIVERED || status == DS_STOP_NOT_DELIVERED || status == DS_STOP_REMOVED;
}

gboolean
ds_stop_status_is_problem (DsStopStatus status)
{
  return status == DS_STOP_UNKNOWN || status == DS_STOP_REJECTED || status == DS_STOP_REFUND
         || status == DS_STOP_REMOVED_PAID;
}

DsParcel *
ds_parcel_new (void)
{
  return g_new0 (DsParcel, 1);
}

void
ds_parcel_free (DsParcel *self)
{
  g_free (self->waybill);
  g_free (self->reason);
  g_free (self->loaded_in);
  g_free (self);
}

static void
ds_stop_finalize (GObject *object)
{
  DsStop *self = DS_STOP (object);

  g_free (self->id);
  g_free (self->recipient);
  g_free (self->phone);
  g_free (self->address);
  g_free (self->place);
  g_free (self->note);
  g_ptr_array_unref (self->parcels);
  g_ptr_array_unref (self->payments);
  g_ptr_array_unref (self->proofs);
  g_clear_pointer (&self->overrides, g_ptr_array_unref);
  g_free (self->pickup_check);
  g_free (self->own_note);
  g_free (self->prefetched_payment_id);
  g_free (self->prefetched_code);
  g_free (self->prefetched_operator_id);
  g_free (self->spoken_secret);
  g_free (self->removed_reason);

  G_OBJECT_CLASS (ds_stop_parent_class)->finalize (object);
}

static void
ds_stop_class_init (DsStopClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_stop_finalize;
}

static void
ds_stop_init (DsStop *self)
{
  self->parcels = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_parcel_free);
  self->payments = g_ptr_array_new_with_free_func (g_object_unref);
  self->proofs = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_proof_free);
}

DsStop *
ds_stop_new (void)
{
  return g_object_new (DS_TYPE_STOP, NULL);
}

static gboolean
is_owed_for (const DsParcel *parcel)
{
  return !parcel->prepaid && (parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome == DS_OUTCOME_DELIVERED);
}

static void
add_payment (DsDebt *debt, DsPayment *payment, gint64 *kept_fen)
{
  gint64 covered_fen = ds_payment_get_covered_fen (payment);

  debt->covered_fen += covered_fen;
  *kept_fen += MIN (payment->kept_fen, covered_fen);
  switch (ds_payment_state_get_effect (payment->state))
    {
    case DS_DEBT_PROVISIONAL:
      debt->provisional_fen += payment->amount_fen;
      break;
    case DS_DEBT_UNCERTAIN:
      debt->uncertain_fen += payment->superseded ? 0 : payment->amount_fen;
      break;
    case DS_DEBT_LEFT:
    case DS_DEBT_SHOWN:
    case DS_DEBT_COVERED:
    case DS_DEBT_REOPENED:
    default:
      break;
    }
}

void
ds_stop_get_debt (DsStop *self, DsDebt *debt)
{
  gint64 kept_fen = 0;

  g_return_if_fail (DS_IS_STOP (self));
  g_return_if_fail (debt != NULL);

  *debt = (DsDebt){ 0 };
  for (guint i = 0; i < self->parcels->len && self->removed_reason == NULL; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (self->parcels, i);

      if (is_owed_for (parcel))
        debt->due_fen += parcel->due_fen;
    }
  for (guint i = 0; i < self->payments->len; i++)
    add_payment (debt, g_ptr_array_index (self->payments, i), &kept_fen);
  debt->open_fen = MAX (debt->due_fen - debt->covered_fen, 0);
  debt->over_fen = MAX (debt->covered_fen - debt->due_fen - kept_fen, 0);
}

gint64
ds_stop_get_cash_back_fen (DsStop *self)
{
  gint64 cash_fen = 0;
  DsDebt debt;

  g_return_val_if_fail (DS_IS_STOP (self), 0);

  if (self->removed_reason != NULL)
    return 0;
  ds_stop_get_debt (self, &debt);
  for (guint i = 0; i < self->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (self->payments, i);

      if (payment->tender == DS_TENDER_CASH)
        cash_fen += ds_payment_get_covered_fen (payment);
      debt.over_fen -= payment->refunding_fen;
    }
  return CLAMP (debt.over_fen, 0, cash_fen);
}

/* What the payments alone say, as far as it comes before the debt: something is awaited, or went wrong. */
static gboolean
get_status_of_payments (DsStop *self, const DsDebt *debt, DsStopStatus *status)
{
  gboolean waiting = FALSE;
  gboolean rejected = FALSE;

  for (guint i = 0; i < self->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (self->payments, i);

      if (payment->superseded && payment->state != DS_PAYMENT_REJECTED)
        continue;
      if (payment->state == DS_PAYMENT_UNKNOWN || payment->state == DS_PAYMENT_CLAIMED)
        {
          *status = DS_STOP_UNKNOWN;
          return TRUE;
        }
      rejected |= payment->state == DS_PAYMENT_REJECTED;
      waiting |= payment->state == DS_PAYMENT_PRESENTED || payment->state == DS_PAYMENT_SCANNED
                 || payment->state == DS_PAYMENT_PENDING;
    }

  if (debt->open_fen == 0 || !(waiting || rejected))
    return FALSE;
  *status = waiting ? DS_STOP_WAITING : DS_STOP_REJECTED;
  return TRUE;
}

static gboolean
is_covered_by_cash_alone (DsStop *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (self->payments, i);

      if (ds_payment_get_covered_fen (payment) > 0)
        {
          if (payment->tender != DS_TENDER_CASH)
            return FALSE;
          any = TRUE;
        }
    }
  return any;
}

DsStopStatus
ds_stop_get_status (DsStop *self)
{
  DsDebt debt;
  DsStopStatus status;
  guint open = 0;
  guint delivered = 0;

  g_return_val_if_fail (DS_IS_STOP (self), DS_STOP_TO_COLLECT);

  for (guint i = 0; i < self->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (self->parcels, i);

      open += parcel->outcome == DS_OUTCOME_OPEN;
      delivered += parcel->outcome == DS_OUTCOME_DELIVERED;
    }

  ds_stop_get_debt (self, &debt);
  if (get_status_of_payments (self, &debt, &status))
    return status;
  if (self->removed_reason != NULL)
    return debt.over_fen > 0 ? DS_STOP_REMOVED_PAID : DS_STOP_REMOVED;
  if (debt.over_fen > 0)
    return DS_STOP_REFUND;
  if (debt.open_fen > 0)
    return DS_STOP_TO_COLLECT;
  if (debt.covered_fen > 0)
    {
      if (debt.provisional_fen > 0)
        return DS_STOP_ACCEPTED;
      return is_covered_by_cash_alone (self) ? DS_STOP_CASH : DS_STOP_PAID;
    }
  if (open > 0)
    return DS_STOP_TO_DELIVER;
  return delivered > 0 ? DS_STOP_DELIVERED : DS_STOP_NOT_DELIVERED;
}

DsParcel *
ds_stop_find_parcel (DsStop *self, const char *waybill)
{
  g_return_val_if_fail (DS_IS_STOP (self), NULL);

  for (guint i = 0; i < self->parcels->len; i++)
    {
      DsParcel *parcel = g_ptr_array_index (self->parcels, i);

      if (g_strcmp0 (parcel->waybill, waybill) == 0)
        return parcel;
    }
  return NULL;
}

DsPayment *
ds_stop_find_payment (DsStop *self, const char *payment_id)
{
  g_return_val_if_fail (DS_IS_STOP (self), NULL);

  for (guint i = 0; i < self->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (self->payments, i);

      if (g_strcmp0 (payment->id, payment_id) == 0)
        return payment;
    }
  return NULL;
}

gint64
ds_stop_get_next_override (DsStop *self)
{
  g_return_val_if_fail (DS_IS_STOP (self), 1);

  return self->overrides != NULL ? self->overrides->len + 1 : 1;
}

const DsOverride *
ds_stop_find_override (DsStop *self, const char *shift_id, DsLimits limits, gint64 amount_fen)
{
  g_return_val_if_fail (DS_IS_STOP (self), NULL);

  for (guint i = 0; self->overrides != NULL && i < self->overrides->len; i++)
    {
      const DsOverride *override = g_ptr_array_index (self->overrides, i);

      if (override->payment_id == NULL && override->amount_fen >= amount_fen
          && (limits & ~override->limits) == 0 && g_strcmp0 (override->shift_id, shift_id) == 0)
        return override;
    }
  return NULL;
}

/* Returns: (transfer full): without what some write behind a Chinese name, with whom or where to leave the parcel. */
static char *
cut_name (const char *name)
{
  const char *end = name;

  if (g_unichar_get_script (g_utf8_get_char (name)) != G_UNICODE_SCRIPT_HAN)
    return g_strdup (name);
  while (*end != '\0' && g_unichar_isalpha (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  return g_strndup (name, end - name);
}

/* A Latin name keeps its first word and the end of the last; a Chinese one its first and, from three
 * characters on, its last character. */
char *
ds_mask_name (const char *full_name)
{
  g_autofree char *name = NULL;
  const char *space;
  glong characters;
  const char *last;

  if (full_name == NULL || *full_name == '\0')
    return g_strdup ("");

  name = cut_name (full_name);
  space = strrchr (name, ' ');
  if (space != NULL && g_utf8_strlen (space + 1, -1) > 1)
    return g_strdup_printf ("%.*s *%s", (int)(strchr (name, ' ') - name), name, g_utf8_next_char (space + 1));

  characters = g_utf8_strlen (name, -1);
  last = g_utf8_offset_to_pointer (name, characters - 1);
  return g_strdup_printf ("%.*s*%s", (int)(g_utf8_next_char (name) - name), name, characters > 2 ? last : "");
}

char *
ds_mask_phone (const char *phone)
{
  glong n = phone != NULL ? g_utf8_strlen (phone, -1) : 0;
  glong kept = n >= 9 ? 3 : 0;

  /* What stands in the place of a number need not be digits. */
  return n > 2 ? g_strdup_printf ("%.*s****%s", (int)(g_utf8_offset_to_pointer (phone, kept) - phone), phone,
                                  g_utf8_offset_to_pointer (phone, n - (n >= 9 ? 4 : 2)))
               : g_strdup ("");
}
