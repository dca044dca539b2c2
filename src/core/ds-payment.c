/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-payment.h"

G_DEFINE_FINAL_TYPE (DsPayment, ds_payment, G_TYPE_OBJECT)

static const char *const tender_names[] = { "code", "scan", "cash" };
static const char *const source_names[] = { "none", "live", "prefetched", "built" };

static gint
find_name (const char *const *names, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (names[i], name) == 0)
        return (gint)i;
    }
  return -1;
}

const char *
ds_tender_to_name (DsTender tender)
{
  g_return_val_if_fail (tender < G_N_ELEMENTS (tender_names), NULL);

  return tender_names[tender];
}

gboolean
ds_tender_from_name (const char *name, DsTender *tender)
{
  gint i = find_name (tender_names, G_N_ELEMENTS (tender_names), name);

  if (i >= 0)
    *tender = (DsTender)i;
  return i >= 0;
}

const char *
ds_code_source_to_name (DsCodeSource source)
{
  g_return_val_if_fail (source < G_N_ELEMENTS (source_names), NULL);

  return source_names[source];
}

gboolean
ds_code_source_from_name (const char *name, DsCodeSource *source)
{
  gint i = find_name (source_names, G_N_ELEMENTS (source_names), name);

  if (i >= 0)
    *source = (DsCodeSource)i;
  return i >= 0;
}

static void
ds_payment_finalize (GObject *object)
{
  DsPayment *self = DS_PAYMENT (object);

  g_free (self->id);
  g_free (self->shift_id);
  g_free (self->stop_id);
  g_strfreev (self->parcels);
  g_free (self->code);
  g_free (self->operator_id);
  g_free (self->operator_ref);
  g_free (self->wallet_serial);
  g_free (self->reason);

  G_OBJECT_CLASS (ds_payment_parent_class)->finalize (object);
}

static void
ds_payment_class_init (DsPaymentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_payment_finalize;
}

static void
ds_payment_init (DsPayment *self)
{
  self->voucher_counter = -1;
}

DsPayment *
ds_payment_new (void)
{
  return g_object_new (DS_TYPE_PAYMENT, NULL);
}

gint64
ds_payment_get_covered_fen (DsPayment *self)
{
  g_return_val_if_fail (DS_IS_PAYMENT (self), 0);

  return ds_payment_state_covers_debt (self->state) ? self->amount_fen - self->refunded_fen : 0;
}
