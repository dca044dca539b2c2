/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stack of pages of which the top one is shown: libadwaita 1.2 has no navigation view yet. */
#pragma once

#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_NAVIGATOR (ds_navigator_get_type ())
G_DECLARE_FINAL_TYPE (DsNavigator, ds_navigator, DS, NAVIGATOR, GtkWidget)

/**
 * DsNavigator:page: (nullable): the page in front
 *
 * The action `navigator.back` pops, if the page may be left; the window has the keys for it.
 */

/* Returns: (transfer none) (nullable): the navigator that @widget lies in; %NULL when its page has been left, though it may
 * still be seen sliding away. What an answer wants to show then is shown no more. */
DsNavigator *ds_navigator_of (GtkWidget *widget);

/* Returns: (transfer none) (nullable): the page in front. */
DsPage *ds_navigator_get_page (DsNavigator *self);

/* Returns: (transfer none) (element-type DsPage): the stack, the root first; valid until it changes. */
GPtrArray *ds_navigator_get_pages (DsNavigator *self);

/* Puts @pages (element-type DsPage) in front of what is there, the last on top; those between are not shown meanwhile. */
void ds_navigator_push_all (DsNavigator *self, GPtrArray *pages);

/* Puts @page in front of what is there. */
void ds_navigator_push (DsNavigator *self, DsPage *page);

/* Takes @page away, with whatever lies in front of it, unasked. The root page stays. */
void ds_navigator_pop (DsNavigator *self, DsPage *page);

/* Takes everything but the root page away, unasked. */
void ds_navigator_pop_to_root (DsNavigator *self);

/* Puts @by in the place of @page, which has not been left, and of whatever lies in front of it. */
void ds_navigator_replace (DsNavigator *self, DsPage *page, DsPage *by);

/* Gives the focus to the page in front: where it was, or to what is done first there. */
void ds_navigator_focus (DsNavigator *self);

/* What is on the page in front becomes something else, as if it were another page: a second tap is not meant for it. */
void ds_navigator_hold_presses (DsNavigator *self);

/* Returns: whether taps, Enter and Space do not count yet, since a page has just come to the front. */
gboolean ds_navigator_is_holding_presses (DsNavigator *self);

/* Begins again with @page alone. */
void ds_navigator_set_root (DsNavigator *self, DsPage *page);

G_END_DECLS
