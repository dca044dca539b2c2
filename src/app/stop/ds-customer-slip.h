/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt that the courier gives to a customer: as a code, and as a slip to be shown or printed. */
#pragma once

#include "ds-session.h"
#include "ds-slip.h"

G_BEGIN_DECLS

/* Whether there is something to give a receipt for. */
gboolean ds_customer_slip_can_be_made (DsPayment *payment);

/**
 * ds_customer_slip_make_code:
 * @error: return location for a %DS_ERROR_STATE before the depot's settings came, or a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): the receipt of @payment, signed by this handheld (ds-customer-receipt.h)
 */
char *ds_customer_slip_make_code (DsSession *session, DsPayment *payment, GError **error);

/**
 * ds_customer_slip_new:
 * @code: (nullable): of ds_customer_slip_make_code(); it stands at the slip's foot
 *
 * In the language of the window; that a payment is provisional stands there in Chinese and English whatever it is.
 *
 * Returns: (transfer full): the slip
 */
DsSlip *ds_customer_slip_new (DsSession *session, DsPayment *payment, const char *code);

G_END_DECLS
