/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-load.h"

gboolean
ds_load_wants (DsStop *stop, const DsParcel *parcel)
{
  return stop->removed_reason == NULL && parcel->outcome == DS_OUTCOME_OPEN;
}

gboolean
ds_load_has (const DsParcel *parcel, DsShift *shift)
{
  return g_strcmp0 (parcel->loaded_in, shift->id) == 0;
}

void
ds_load_count (GPtrArray *stops, DsShift *shift, DsLoad *load)
{
  g_return_if_fail (stops != NULL);
  g_return_if_fail (DS_IS_SHIFT (shift));
  g_return_if_fail (load != NULL);

  *load = (DsLoad){ .checked = shift->load_checked_at_ms > 0 };
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->payments->len; p++)
        {
          const DsPayment *payment = g_ptr_array_index (stop->payments, p);

          load->under_way |= g_strcmp0 (payment->shift_id, shift->id) == 0;
        }
      for (guint p = 0; p < stop->parcels->len; p++)
        {
          const DsParcel *parcel = g_ptr_array_index (stop->parcels, p);

          load->under_way
              |= parcel->outcome != DS_OUTCOME_OPEN && parcel->outcome_at_ms >= shift->opened_at_ms;
          if (!ds_load_wants (stop, parcel))
            continue;
          load->n_parcels++;
          load->n_loaded += ds_load_has (parcel, shift);
        }
    }
}

gboolean
ds_load_is_due (const DsLoad *load)
{
  return !load->checked && !load->under_way && load->n_loaded < load->n_parcels;
}

GStrv
ds_load_list_missing (GPtrArray *stops, DsShift *shift)
{
  g_autoptr (GStrvBuilder) missing = g_strv_builder_new ();

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->parcels->len; p++)
        {
          const DsParcel *parcel = g_ptr_array_index (stop->parcels, p);

          if (ds_load_wants (stop, parcel) && !ds_load_has (parcel, shift))
            g_strv_builder_add (missing, parcel->waybill);
        }
    }
  return g_strv_builder_end (missing);
}
