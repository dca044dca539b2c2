/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of the statement that does not match. */
#pragma once

#include "ds-signed-statement.h"
#include "ds-stop.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_DIFFERENCE_ROW (ds_difference_row_get_type ())
G_DECLARE_FINAL_TYPE (DsDifferenceRow, ds_difference_row, DS, DIFFERENCE_ROW, GtkListBoxRow)

/* @stop: (nullable): the stop of the line, when it is on the route */
DsDifferenceRow *ds_difference_row_new (const DsStatementLine *line, DsStop *stop);

G_END_DECLS
