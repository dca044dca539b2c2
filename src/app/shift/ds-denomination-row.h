/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many notes or coins of one kind: − n +, or typed. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* More of one kind is a slip of the finger; nobody carries that many. */
#define DS_DENOMINATION_MAX_COUNT 9999

#define DS_TYPE_DENOMINATION_ROW (ds_denomination_row_get_type ())
G_DECLARE_FINAL_TYPE (DsDenominationRow, ds_denomination_row, DS, DENOMINATION_ROW, GtkListBoxRow)

/**
 * DsDenominationRow::changed (): another count
 */
DsDenominationRow *ds_denomination_row_new (gint64 denomination_fen);

guint ds_denomination_row_get_count (DsDenominationRow *self);
gint64 ds_denomination_row_get_amount_fen (DsDenominationRow *self);

G_END_DECLS
