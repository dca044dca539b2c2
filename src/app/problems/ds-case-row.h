/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A problem with its one next step. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_CASE_ROW (ds_case_row_get_type ())
G_DECLARE_FINAL_TYPE (DsCaseRow, ds_case_row, DS, CASE_ROW, GtkListBoxRow)

DsCaseRow *ds_case_row_new (DsSession *session, DsCase *item);

/* Returns: (transfer none) */
DsCase *ds_case_row_get_case (DsCaseRow *self);

G_END_DECLS
