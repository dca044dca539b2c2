/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of a payment and the transitions between them, as one pure table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsPaymentState:
 * @DS_PAYMENT_NONE: the payment does not exist yet
 * @DS_PAYMENT_REQUESTED: a live code was asked for and has not been shown
 * @DS_PAYMENT_PRESENTED: the collection code is or was on the screen
 * @DS_PAYMENT_SCANNED: the customer's payer code was taken and is to be charged
 * @DS_PAYMENT_PENDING: the operator knows of it and waits, for instance for the customer's password
 * @DS_PAYMENT_UNKNOWN: no answer in time. Not failed: it may be paid
 * @DS_PAYMENT_CLAIMED: the customer says paid, without evidence; counts as nothing
 * @DS_PAYMENT_ACCEPTED: a voucher verified offline; provisional until redeemed
 * @DS_PAYMENT_PAID: paid on evidence, or cash in hand
 * @DS_PAYMENT_SETTLED: matched with the operator's books
 * @DS_PAYMENT_DECLINED: the operator or the customer refused
 * @DS_PAYMENT_EXPIRED: ended unpaid
 * @DS_PAYMENT_REJECTED: the voucher was not honoured; the stop's debt is open again
 * @DS_PAYMENT_REFUNDED: given back in full
 */
typedef enum
{
  DS_PAYMENT_NONE,
  DS_PAYMENT_REQUESTED,
  DS_PAYMENT_PRESENTED,
  DS_PAYMENT_SCANNED,
  DS_PAYMENT_PENDING,
  DS_PAYMENT_UNKNOWN,
  DS_PAYMENT_CLAIMED,
  DS_PAYMENT_ACCEPTED,
  DS_PAYMENT_PAID,
  DS_PAYMENT_SETTLED,
  DS_PAYMENT_DECLINED,
  DS_PAYMENT_EXPIRED,
  DS_PAYMENT_REJECTED,
  DS_PAYMENT_REFUNDED,
  DS_N_PAYMENT_STATES
} DsPaymentState;

/* Whether the table lists @from → @to. A state is no successor of itself. */
gboolean ds_payment_state_may_become (DsPaymentState from, DsPaymentState to);

/* The name in journals, feeds, databases and statements ("presented"), never translated. */
const char *ds_payment_state_to_name (DsPaymentState state);

/* Returns: whether @name names a state other than %DS_PAYMENT_NONE; @state is untouched if not. */
gboolean ds_payment_state_from_name (const char *name, DsPaymentState *state);

/* Money that has been collected as far as the stop's debt goes: paid, settled, accepted. */
gboolean ds_payment_state_covers_debt (DsPaymentState state);

/* Money may have moved or may move without the courier's doing: another collection for it needs a decision. */
gboolean ds_payment_state_is_uncertain (DsPaymentState state);

/* No further news is awaited in the ordinary run of things. */
gboolean ds_payment_state_is_final (DsPaymentState state);

G_END_DECLS
