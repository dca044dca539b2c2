/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What should lie in the vehicle, and what was scanned while loading. Pure. */
#pragma once

#include "ds-shift.h"
#include "ds-stop.h"

G_BEGIN_DECLS

/**
 * DsLoad:
 * @n_parcels: parcels that are still to be handed over
 * @n_loaded: those of them that were scanned in this shift
 * @checked: the courier has ended the check
 * @under_way: something has been done at a door already
 */
typedef struct
{
  guint n_parcels;
  guint n_loaded;
  gboolean checked;
  gboolean under_way;
} DsLoad;

/* @stops: (element-type DsStop): the whole route */
void ds_load_count (GPtrArray *stops, DsShift *shift, DsLoad *load);

/* Whether the courier should be reminded of it: before he sets out, until he ends it or all are there. */
gboolean ds_load_is_due (const DsLoad *load);

/* Whether a stop's parcel should be in the vehicle now. */
gboolean ds_load_wants (DsStop *stop, const DsParcel *parcel);
gboolean ds_load_has (const DsParcel *parcel, DsShift *shift);

/* Returns: (transfer full): waybills that are not there. */
GStrv ds_load_list_missing (GPtrArray *stops, DsShift *shift);

G_END_DECLS
