/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-digest.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_CHANGE_ROW (ds_change_row_get_type ())
G_DECLARE_FINAL_TYPE (DsChangeRow, ds_change_row, DS, CHANGE_ROW, GtkBox)

/* One line of the digest: what changed, where, from which price to which, and what to do. */
DsChangeRow *ds_change_row_new (void);

/* @entry: (nullable) */
void ds_change_row_set_entry (DsChangeRow *self, DsDigestEntry *entry);

G_END_DECLS
