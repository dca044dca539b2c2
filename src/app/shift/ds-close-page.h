/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing the shift in four steps: what is still open, the cash counted blind, sending, the statement. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_CLOSE_PAGE (ds_close_page_get_type ())
G_DECLARE_FINAL_TYPE (DsClosePage, ds_close_page, DS, CLOSE_PAGE, GtkBox)

/* The store has a shift; with a closed one the page goes on at the sending. */
DsClosePage *ds_close_page_new (DsSession *session);

G_END_DECLS
