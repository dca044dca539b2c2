/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened at a stop: payments, what became of the parcels, and what the depot changed. */
#pragma once

#include "ds-digest.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Puts a row for each event in the place of what @list holds, the newest first. Returns: how many. */
guint ds_stop_history_fill (GtkListBox *list, DsStop *stop, DsDigest *digest);

/* Returns: (transfer none) (nullable): the payment of the row at @at, of which there can be a receipt. */
DsPayment *ds_stop_history_get_payment (DsStop *stop, DsDigest *digest, guint at);

G_END_DECLS
