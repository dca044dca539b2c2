/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking the load before setting out: each parcel is scanned as it goes into the vehicle. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_LOAD_PAGE (ds_load_page_get_type ())
G_DECLARE_FINAL_TYPE (DsLoadPage, ds_load_page, DS, LOAD_PAGE, GtkBox)

/* Can be left and opened again: each parcel is journalled as it is scanned. */
DsLoadPage *ds_load_page_new (DsSession *session);

G_END_DECLS
