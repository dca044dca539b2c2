/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit stands in the way: what to read out to the depot by telephone, and the 8 digits with which it answers. */
#pragma once

#include "ds-collection.h"
#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_OVERRIDE_PAGE (ds_override_page_get_type ())
G_DECLARE_FINAL_TYPE (DsOverridePage, ds_override_page, DS, OVERRIDE_PAGE, GtkBox)

/**
 * ds_override_page_new:
 * @collection: what is to be taken all the same
 * @limits: what stands in the way
 * @payment_id: (nullable): the payment whose voucher was refused
 * @voucher: (nullable): that voucher, which is taken as soon as the depot has permitted it; without it, the courier goes
 *   back to where the customer can show it again
 */
GtkWidget *
ds_override_page_new (DsCollection *collection, DsLimits limits, const char *payment_id, const char *voucher);

G_END_DECLS
