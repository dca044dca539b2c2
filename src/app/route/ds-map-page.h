/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route on a map of its own stops, with a legend. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_MAP_PAGE (ds_map_page_get_type ())
G_DECLARE_FINAL_TYPE (DsMapPage, ds_map_page, DS, MAP_PAGE, GtkBox)

DsMapPage *ds_map_page_new (DsSession *session);

G_END_DECLS
