/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to collect at a stop: what is due, for which parcels, and the ways that work now. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_COLLECT_PAGE (ds_collect_page_get_type ())
G_DECLARE_FINAL_TYPE (DsCollectPage, ds_collect_page, DS, COLLECT_PAGE, GtkBox)

/* What it says of itself between the wish to see a code and the code (DsTrailPlace.detail). */
#define DS_COLLECT_PAGE_CODE "code"

/* @stop_id: a stop of the session's route with something open. */
GtkWidget *ds_collect_page_new (DsSession *session, const char *stop_id);

G_END_DECLS
