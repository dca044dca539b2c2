/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a code: by the scan engine, from a picture, from the clipboard, or typed as the last resort. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_SCAN_PAGE (ds_scan_page_get_type ())
G_DECLARE_FINAL_TYPE (DsScanPage, ds_scan_page, DS, SCAN_PAGE, GtkBox)

/**
 * ds_scan_page_new:
 * @session: the handheld
 * @collection: (nullable): what a payer code would be charged for
 * @payment_id: (nullable): the payment whose code the customer has just seen
 *
 * Whatever is read gets one sentence. What is good leads on by itself.
 */
GtkWidget *ds_scan_page_new (DsSession *session, DsCollection *collection, const char *payment_id);

G_END_DECLS
