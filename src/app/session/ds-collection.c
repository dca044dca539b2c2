/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-collection.h"

#include <glib/gi18n.h>

DsCollection *
ds_collection_new (DsSession *session, const char *stop_id, const char *const *waybills, gint64 amount_fen)
{
  DsCollection *self = g_rc_box_new0 (DsCollection);

  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop_id);
  self->waybills = g_strdupv ((GStrv)waybills);
  self->amount_fen = amount_fen;
  return self;
}

DsCollection *
ds_collection_new_for_payment (DsSession *session, DsPayment *payment)
{
  return ds_collection_new (session, payment->stop_id, (const char *const *)payment->parcels,
                            payment->amount_fen);
}

DsCollection *
ds_collection_new_for_rest (DsSession *session, DsStop *stop)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) waybills = NULL;
  DsDebt debt;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (ds_collection_is_owed_for (parcel))
        g_strv_builder_add (builder, parcel->waybill);
    }
  waybills = g_strv_builder_end (builder);
  ds_stop_get_debt (stop, &debt);
  return ds_collection_new (session, stop->id, (const char *const *)waybills, debt.open_fen);
}

DsCollection *
ds_collection_ref (DsCollection *self)
{
  return g_rc_box_acquire (self);
}

static void
ds_collection_clear (gpointer data)
{
  DsCollection *self = data;

  g_object_unref (self->session);
  g_free (self->stop_id);
  g_strfreev (self->waybills);
}

void
ds_collection_unref (DsCollection *self)
{
  g_rc_box_release_full (self, ds_collection_clear);
}

gboolean
ds_collection_is_owed_for (const DsParcel *parcel)
{
  return parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome == DS_OUTCOME_DELIVERED;
}

DsStop *
ds_collection_get_stop (DsCollection *self)
{
  return ds_route_find (ds_session_get_route (self->session), self->stop_id);
}

char *
ds_collection_get_subtitle (DsCollection *self)
{
  DsStop *stop = ds_collection_get_stop (self);
  g_autofree char *name = stop != NULL ? ds_mask_name (stop->recipient) : NULL;

  if (stop == NULL)
    return g_strdup ("");
  /* Translators: a masked name and the number of the stop on the route */
  return g_strdup_printf (_ ("%s · stop %d"), name, (int)stop->position);
}
