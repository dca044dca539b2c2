/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shift.h"

G_DEFINE_FINAL_TYPE (DsShift, ds_shift, G_TYPE_OBJECT)

const gint64 ds_cash_denominations_fen[] = { 10000, 5000, 2000, 1000, 500, 100, 50, 10, 1, 0 };

static void
ds_shift_finalize (GObject *object)
{
  DsShift *self = DS_SHIFT (object);

  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->accounting_date);
  g_free (self->statement);

  G_OBJECT_CLASS (ds_shift_parent_class)->finalize (object);
}

static void
ds_shift_class_init (DsShiftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_shift_finalize;
}

static void
ds_shift_init (DsShift *self)
{
  self->counted_fen = -1;
}

DsShift *
ds_shift_new (void)
{
  return g_object_new (DS_TYPE_SHIFT, NULL);
}
