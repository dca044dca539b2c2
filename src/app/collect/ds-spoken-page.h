/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The customer reads out 8 digits: for when no screen can be scanned. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_SPOKEN_PAGE (ds_spoken_page_get_type ())
G_DECLARE_FINAL_TYPE (DsSpokenPage, ds_spoken_page, DS, SPOKEN_PAGE, GtkBox)

/**
 * ds_spoken_page_new:
 * @collection: what is collected
 * @payment_id: whose code was shown
 */
GtkWidget *ds_spoken_page_new (DsCollection *collection, const char *payment_id);

G_END_DECLS
