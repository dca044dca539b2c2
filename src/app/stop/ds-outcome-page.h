/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why parcels are not handed over: refused, nobody home, or later. A reason is always given. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_OUTCOME_PAGE (ds_outcome_page_get_type ())
G_DECLARE_FINAL_TYPE (DsOutcomePage, ds_outcome_page, DS, OUTCOME_PAGE, GtkBox)

/* @outcome: refused, absent or rescheduled; of the parcels of @stop that are still open. */
DsOutcomePage *ds_outcome_page_new (DsSession *session, DsStop *stop, DsParcelOutcome outcome);

G_END_DECLS
