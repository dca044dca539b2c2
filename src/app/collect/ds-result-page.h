/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a payment: paid, accepted, waiting, unknown or failed, each with a look of its own. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_RESULT_PAGE (ds_result_page_get_type ())
G_DECLARE_FINAL_TYPE (DsResultPage, ds_result_page, DS, RESULT_PAGE, GtkBox)

/**
 * ds_result_page_new:
 * @collection: what was collected
 * @payment: the payment as it is now; the page follows it
 * @is_news: %FALSE when the courier has seen and heard it: the page is opened again
 *
 * Once the stop's debt is covered the parcels are journalled as delivered: the courier hands them over now.
 */
GtkWidget *ds_result_page_new (DsCollection *collection, DsPayment *payment, gboolean is_news);

G_END_DECLS
