/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shift in sums: by way and state, against its limits, and what waits to be sent. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SHIFT_PAGE (ds_shift_page_get_type ())
G_DECLARE_FINAL_TYPE (DsShiftPage, ds_shift_page, DS, SHIFT_PAGE, GtkBox)

DsShiftPage *ds_shift_page_new (DsSession *session);

G_END_DECLS
