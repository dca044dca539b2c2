/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The practice's switches: no network on the customer's phone, none at the depot, a payment that is late, lost or has to
 * be confirmed, a voucher that will not be honoured. Each says what it stands for. */
#pragma once

#include "ds-wallet.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DS_TYPE_TROUBLE_GROUP (ds_trouble_group_get_type ())
G_DECLARE_FINAL_TYPE (DsTroubleGroup, ds_trouble_group, DS, TROUBLE_GROUP, AdwPreferencesGroup)

/**
 * DsTroubleGroup::problem (const char *words): a switch could not be thrown; it has gone back
 */

/* Asks what is so now: another may have thrown them. */
void ds_trouble_group_update (DsTroubleGroup *self);

/* Shows the switches as they are, and throws them from now on. Call once. */
void ds_trouble_group_set_wallet (DsTroubleGroup *self, DsWallet *wallet);

G_END_DECLS
