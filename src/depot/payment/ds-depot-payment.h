/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payment as the depot keeps it: one row. */
#pragma once

#include "ds-db.h"
#include "ds-payment.h"

#include <jansson.h>

G_BEGIN_DECLS

/**
 * DsDepotPayment:
 * @courier_id: (nullable): whose; %NULL while only an operator has spoken of it
 * @device_id: (nullable): the handheld whose journal mentions it
 * @journalled: a journal mentions it; until then its money stays in suspense and no feed shows it
 * @payer_code: (nullable): the scanned payer code, only until the operator has answered
 * @voucher: (nullable): the voucher's bytes, base64url
 * @booked_fen: what the operator confirmed and the books hold, 0 for none and for cash; refunds are not taken off
 * @suspense_fen: what of it waits in suspense
 * @n_moves: how often money of it went into suspense or out of it: names the next such posting
 * @base: the rest
 *
 * The one place where these columns are named; a copy of the row, to be changed and saved within one transaction.
 */
typedef struct
{
  DsPayment *base;
  char *courier_id;
  char *device_id;
  gboolean journalled;
  char *payer_code;
  char *voucher;
  gint64 booked_fen;
  gint64 suspense_fen;
  gint64 n_moves;
} DsDepotPayment;

DsDepotPayment *ds_depot_payment_new (const char *id);
void ds_depot_payment_free (DsDepotPayment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDepotPayment, ds_depot_payment_free)

/* @payment: (out) (transfer full) (nullable): %NULL when there is none. Returns: %FALSE on error. */
gboolean ds_depot_payment_load (DsDb *db, const char *id, DsDepotPayment **payment, GError **error);

/* @payments: (out) (transfer full) (element-type DsDepotPayment): a shift's payments in the order of their making. */
gboolean ds_depot_payment_load_shift (DsDb *db, const char *shift_id, GPtrArray **payments, GError **error);

/* The same for the payments of a stop of which the books hold money or held some. */
gboolean ds_depot_payment_load_stop (DsDb *db, const char *stop_id, GPtrArray **payments, GError **error);

gboolean ds_depot_payment_save (DsDb *db, const DsDepotPayment *self, GError **error);

/* Lets @event happen to it, if the table of states lists that. Returns: whether it has another state now. */
gboolean ds_depot_payment_happens (DsDepotPayment *self, DsPaymentEvent event, gint64 at_ms);

/* Returns: (transfer full): the data of its feed item. */
json_t *ds_depot_payment_to_json (const DsDepotPayment *self);

/* Whose customer pays. Once the books have the money, it is at the operator that they have it at, whatever comes later. */
void ds_depot_payment_set_operator (DsDepotPayment *self, const char *operator_id);

/* What came in: as the operator confirmed it, or in the courier's hands. */
gint64 ds_depot_payment_get_taken_fen (const DsDepotPayment *self);
/* What the books hold of it now, refunds taken off. */
gint64 ds_depot_payment_get_held_fen (const DsDepotPayment *self);

/* Whether an operator may still have news of it: its query is worth repeating. */
gboolean ds_depot_payment_is_awaited (const DsDepotPayment *self);

G_END_DECLS
