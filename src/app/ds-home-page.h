/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The root of the work: three tabs, and the Scan button under the thumb. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_HOME_PAGE (ds_home_page_get_type ())
G_DECLARE_FINAL_TYPE (DsHomePage, ds_home_page, DS, HOME_PAGE, GtkBox)

/**
 * DsHomePage:tab: the tab in front, by its name
 */
DsHomePage *ds_home_page_new (DsSession *session);

/* @name: "route", "problems" or "shift" */
void ds_home_page_show_tab (DsHomePage *self, const char *name);

/* Shows the route with its search open. */
void ds_home_page_start_search (DsHomePage *self);

/* Returns: (transfer none): the page of the tab in front. */
DsPage *ds_home_page_get_tab (DsHomePage *self);
/* Returns: (transfer none) (nullable): its name, as for ds_home_page_show_tab(). */
const char *ds_home_page_get_tab_name (DsHomePage *self);

G_END_DECLS
