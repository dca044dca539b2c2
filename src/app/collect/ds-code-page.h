/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collection code on the screen, locked to order and amount, until there is an outcome. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_CODE_PAGE (ds_code_page_get_type ())
G_DECLARE_FINAL_TYPE (DsCodePage, ds_code_page, DS, CODE_PAGE, GtkBox)

/**
 * ds_code_page_new:
 * @collection: what is collected
 * @presentation: (transfer none): the code, journalled already
 *
 * Keeps the screen awake while it is shown. Goes on to the result by itself; a receipt or a voucher that the scan
 * engine reads meanwhile is taken at once.
 */
GtkWidget *ds_code_page_new (DsCollection *collection, const DsPresentation *presentation);

/* Returns: whether a customer may still scan what it shows. */
gboolean ds_code_page_is_live (DsCodePage *self);

G_END_DECLS
