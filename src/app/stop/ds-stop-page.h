/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One door: where, who, what is to be handed over, and what is to be collected for it. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_STOP_PAGE (ds_stop_page_get_type ())
G_DECLARE_FINAL_TYPE (DsStopPage, ds_stop_page, DS, STOP_PAGE, GtkBox)

/* @stop_id: a stop of the session's route; the page follows it. */
DsStopPage *ds_stop_page_new (DsSession *session, const char *stop_id);

const char *ds_stop_page_get_stop_id (DsStopPage *self);

G_END_DECLS
