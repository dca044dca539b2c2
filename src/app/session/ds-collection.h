/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One collection under way: what the pages from "Collect" to "Result" hand to each other. */
#pragma once

#include "ds-session.h"

G_BEGIN_DECLS

typedef struct _DsCollection DsCollection;

/**
 * DsCollection:
 * @session: the handheld
 * @stop_id: where
 * @waybills: the parcels it pays for
 * @amount_fen: what is asked for now
 *
 * Counted; read-only once made. Main thread.
 */
struct _DsCollection
{
  DsSession *session;
  char *stop_id;
  GStrv waybills;
  gint64 amount_fen;
};

DsCollection *
ds_collection_new (DsSession *session, const char *stop_id, const char *const *waybills, gint64 amount_fen);

/* Returns: (transfer full): the collection that @payment was made for. */
DsCollection *ds_collection_new_for_payment (DsSession *session, DsPayment *payment);

/* Returns: (transfer full): everything that is open at @stop. */
DsCollection *ds_collection_new_for_rest (DsSession *session, DsStop *stop);

DsCollection *ds_collection_ref (DsCollection *self);
void ds_collection_unref (DsCollection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCollection, ds_collection_unref)

/* Whether @parcel is among those that are collected for; one handed over on a voucher that was rejected is, too. */
gboolean ds_collection_is_owed_for (const DsParcel *parcel);

/* Returns: (transfer none) (nullable): the stop as it is now. */
DsStop *ds_collection_get_stop (DsCollection *self);

/* Returns: (transfer full): "Li *hua · stop 15", the subtitle of these pages. */
char *ds_collection_get_subtitle (DsCollection *self);

G_END_DECLS
