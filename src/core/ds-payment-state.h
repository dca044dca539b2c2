/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of a payment, what may happen to each, and what each means for the stop's debt: one pure table. */
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
 * @DS_PAYMENT_REJECTED: the voucher or the spoken proof was not honoured; the stop's debt is open again
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

/**
 * DsPaymentEvent:
 * @DS_PAYMENT_IS_REQUESTED: the courier asks for a live code
 * @DS_PAYMENT_IS_PRESENTED: a code is shown
 * @DS_PAYMENT_IS_SCANNED: a payer code is taken
 * @DS_PAYMENT_IS_CASH: cash is taken
 * @DS_PAYMENT_IS_PROVED: evidence that verifies says that it is paid
 * @DS_PAYMENT_IS_SPOKEN: digits that verify were read out
 * @DS_PAYMENT_IS_VOUCHED: a voucher that verifies is taken
 * @DS_PAYMENT_IS_CLAIMED: the customer says paid
 * @DS_PAYMENT_IS_UNANSWERED: no answer in time
 * @DS_PAYMENT_IS_OPENED: the operator has made the order
 * @DS_PAYMENT_IS_AWAITED: the operator waits for the customer
 * @DS_PAYMENT_IS_CONFIRMED: the operator has the money
 * @DS_PAYMENT_IS_DECLINED: the operator or the customer refuses
 * @DS_PAYMENT_IS_ENDED: the order ended unpaid
 * @DS_PAYMENT_IS_DISPROVED: the operator denies what digits alone made paid
 * @DS_PAYMENT_IS_MATCHED: it stands in the operator's books as in ours
 * @DS_PAYMENT_IS_REFUNDED: all of it was given back
 *
 * What can happen to a payment: the first nine at the door, in the journal's words; the others at the depot, as
 * operators tell it.
 */
typedef enum
{
  DS_PAYMENT_IS_REQUESTED,
  DS_PAYMENT_IS_PRESENTED,
  DS_PAYMENT_IS_SCANNED,
  DS_PAYMENT_IS_CASH,
  DS_PAYMENT_IS_PROVED,
  DS_PAYMENT_IS_SPOKEN,
  DS_PAYMENT_IS_VOUCHED,
  DS_PAYMENT_IS_CLAIMED,
  DS_PAYMENT_IS_UNANSWERED,
  DS_PAYMENT_IS_OPENED,
  DS_PAYMENT_IS_AWAITED,
  DS_PAYMENT_IS_CONFIRMED,
  DS_PAYMENT_IS_DECLINED,
  DS_PAYMENT_IS_ENDED,
  DS_PAYMENT_IS_DISPROVED,
  DS_PAYMENT_IS_MATCHED,
  DS_PAYMENT_IS_REFUNDED,
  DS_N_PAYMENT_EVENTS
} DsPaymentEvent;

/**
 * DsDebtEffect:
 * @DS_DEBT_LEFT: nothing is taken off the debt, and nothing is on its way
 * @DS_DEBT_SHOWN: a code is or may be on a screen; it may be paid this moment
 * @DS_DEBT_UNCERTAIN: money may have moved or may move without the courier's doing
 * @DS_DEBT_PROVISIONAL: taken off the debt, resting on a voucher
 * @DS_DEBT_COVERED: taken off the debt
 * @DS_DEBT_REOPENED: was taken off the debt and is owed again
 *
 * What a payment in a state means for what its stop owes.
 */
typedef enum
{
  DS_DEBT_LEFT,
  DS_DEBT_SHOWN,
  DS_DEBT_UNCERTAIN,
  DS_DEBT_PROVISIONAL,
  DS_DEBT_COVERED,
  DS_DEBT_REOPENED,
} DsDebtEffect;

/**
 * ds_payment_state_after:
 *
 * Returns: the state of a payment in @from after @event; @from itself when the event says what is known already;
 * %DS_PAYMENT_NONE when the table lists no such thing, and it must be refused
 */
DsPaymentState ds_payment_state_after (DsPaymentState from, DsPaymentEvent event);

/* Whether one event leads @from → @to, disproof apart. A state is no successor of itself. */
gboolean ds_payment_state_may_become (DsPaymentState from, DsPaymentState to);

/* The same by any number of events: who is told only the latest state may have missed those between. @spoken: digits
 * made it paid, so it may also be disproved. */
gboolean ds_payment_state_may_reach (DsPaymentState from, DsPaymentState to, gboolean spoken);

DsDebtEffect ds_payment_state_get_effect (DsPaymentState state);

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
