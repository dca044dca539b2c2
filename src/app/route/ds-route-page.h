/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_ROUTE_PAGE (ds_route_page_get_type ())
G_DECLARE_FINAL_TYPE (DsRoutePage, ds_route_page, DS, ROUTE_PAGE, GtkBox)

DsRoutePage *ds_route_page_new (DsSession *session);

/* Opens the search and puts the focus there. */
void ds_route_page_start_search (DsRoutePage *self);

G_END_DECLS
