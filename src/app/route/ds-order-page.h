/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier's own order of the stops: moved by dragging, with buttons, or with the keyboard. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_ORDER_PAGE (ds_order_page_get_type ())
G_DECLARE_FINAL_TYPE (DsOrderPage, ds_order_page, DS, ORDER_PAGE, GtkBox)

/* @stop_id: (nullable): the stop that is to be moved */
DsOrderPage *ds_order_page_new (DsSession *session, const char *stop_id);

G_END_DECLS
