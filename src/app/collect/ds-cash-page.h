/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking cash: what the customer gives, and the change. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_CASH_PAGE (ds_cash_page_get_type ())
G_DECLARE_FINAL_TYPE (DsCashPage, ds_cash_page, DS, CASH_PAGE, GtkBox)

/* What it says of itself while only a part is taken (DsTrailPlace.detail). */
#define DS_CASH_PAGE_PART "part"

/**
 * ds_cash_page_new:
 * @collection: what is collected
 * @part: take a part in cash: less than the whole is taken as it is, and the rest stays open for another way
 */
GtkWidget *ds_cash_page_new (DsCollection *collection, gboolean part);

G_END_DECLS
