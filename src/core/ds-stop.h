/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-override.h"
#include "ds-payment.h"
#include "ds-proof.h"
#include "ds-types.h"

G_BEGIN_DECLS

/**
 * DsParcelOutcome:
 *
 * What became of a parcel. Only an open or delivered one is owed for.
 */
typedef enum
{
  DS_OUTCOME_OPEN,
  DS_OUTCOME_DELIVERED,
  DS_OUTCOME_REFUSED,
  DS_OUTCOME_ABSENT,
  DS_OUTCOME_RESCHEDULED,
  DS_OUTCOME_DAMAGED,
} DsParcelOutcome;

const char *ds_parcel_outcome_to_name (DsParcelOutcome outcome); /* "open", "delivered", … */
gboolean ds_parcel_outcome_from_name (const char *name, DsParcelOutcome *outcome);

/**
 * DsParcel:
 * @waybill: the shipper's number
 * @due_fen: what is to be collected for it at the door; 0 when prepaid
 * @prepaid: already paid online
 * @outcome: what became of it
 * @reason: (nullable): why, where the courier gave one
 * @outcome_at_ms: wall time; 0 while it is open
 * @loaded_in: (nullable): the shift in which it was last scanned while loading
 */
struct _DsParcel
{
  char *waybill;
  gint64 due_fen;
  gboolean prepaid;
  DsParcelOutcome outcome;
  char *reason;
  gint64 outcome_at_ms;
  char *loaded_in;
};

DsParcel *ds_parcel_new (void);
void ds_parcel_free (DsParcel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsParcel, ds_parcel_free)

/**
 * DsDebt:
 * @due_fen: sum over the parcels that are open or delivered and not prepaid; nothing once the stop was removed
 * @covered_fen: sum of what the payments take off it
 * @provisional_fen: the part of @covered_fen that rests on vouchers not yet redeemed
 * @uncertain_fen: sum of payments whose result is awaited or unknown, not superseded
 * @open_fen: @due_fen − @covered_fen, never below zero
 * @over_fen: @covered_fen − @due_fen where that is positive, less what the depot decided to keep: money that waits in
 *   suspense for a decision
 */
struct _DsDebt
{
  gint64 due_fen;
  gint64 covered_fen;
  gint64 provisional_fen;
  gint64 uncertain_fen;
  gint64 open_fen;
  gint64 over_fen;
};

/**
 * DsStopStatus:
 *
 * One word for a stop, for its row and the filters, in order of what the courier must see first.
 */
typedef enum
{
  DS_STOP_TO_DELIVER, /* nothing due: prepaid, hand over */
  DS_STOP_TO_COLLECT,
  DS_STOP_WAITING,       /* a payment is presented, requested, scanned or pending */
  DS_STOP_UNKNOWN,       /* a payment's result is unknown or only claimed */
  DS_STOP_PAID,          /* covered and all parcels have an outcome */
  DS_STOP_ACCEPTED,      /* the same, in part by vouchers not yet redeemed */
  DS_STOP_CASH,          /* covered by cash alone */
  DS_STOP_DELIVERED,     /* nothing was due, handed over */
  DS_STOP_NOT_DELIVERED, /* refused, absent, rescheduled, damaged: all of it */
  DS_STOP_REJECTED,      /* a voucher was rejected: collect again */
  DS_STOP_REFUND,        /* more was taken than is due */
  DS_STOP_REMOVED,       /* taken off the route by the depot */
  DS_STOP_REMOVED_PAID,  /* the same, and money was taken for it */
} DsStopStatus;

/* The stop needs nothing more from the courier today. */
gboolean ds_stop_status_is_done (DsStopStatus status);

/* The stop belongs in the list of problems. */
gboolean ds_stop_status_is_problem (DsStopStatus status);

/* What the courier's own note for a door takes at most, as UTF-8. */
#define DS_STOP_OWN_NOTE_MAX_BYTES 600

#define DS_TYPE_STOP (ds_stop_get_type ())
G_DECLARE_FINAL_TYPE (DsStop, ds_stop, DS, STOP, GObject)

/**
 * DsStop:
 * @id: the depot's id of the stop
 * @position: its place in the route, from 1
 * @rank: its place in the courier's own order, see ds-own-order.h
 * @version: grows with each change by the depot
 * @recipient, @phone, @address, @note: as the depot wrote them; never markup
 * @own_note: (nullable): the courier's own note for this door
 * @place: a short district or landmark
 * @lat_e6, @lng_e6: WGS-84 in millionths of a degree; both 0 when unknown
 * @window_from_ms, @window_to_ms: promised window, wall time; 0 when none
 * @parcels: (element-type DsParcel): at least one
 * @payments: (element-type DsPayment): oldest first
 * @proofs: (element-type DsProof): of the handing over, oldest first
 * @n_wrong_pickup_codes: how many wrong pickup codes were tried
 * @overrides: (nullable) (element-type DsOverride): permissions to take a voucher over the limits, oldest first
 * @n_wrong_overrides: how many wrong digits were tried for the next permission
 * @pickup_check: (nullable): what the customer's pickup code is checked with (ds-pickup-code.h), hexadecimal
 * @prefetched_*: the operator's code carried for offline use; %NULL and 0 when there is none
 * @spoken_secret: (nullable): the per-stop secret of spoken proofs, hexadecimal
 * @removed_reason: (nullable): set when the depot took the stop off the route
 *
 * A snapshot of one door with all that is known of it. Read-only once shared; a change makes a new object.
 */
struct _DsStop
{
  GObject parent;

  char *id;
  gint64 position;
  gint64 rank;
  gint64 version;
  char *recipient;
  char *phone;
  char *address;
  char *place;
  char *note;
  char *own_note;
  gint64 lat_e6;
  gint64 lng_e6;
  gint64 window_from_ms;
  gint64 window_to_ms;
  GPtrArray *parcels;
  GPtrArray *payments;
  GPtrArray *proofs;
  gint64 n_wrong_pickup_codes;
  GPtrArray *overrides;
  gint64 n_wrong_overrides;
  char *pickup_check;
  char *prefetched_payment_id;
  char *prefetched_code;
  char *prefetched_operator_id;
  gint64 prefetched_amount_fen;
  gint64 prefetched_expires_at_ms;
  char *spoken_secret;
  char *removed_reason;
};

/* Returns: (transfer full): a stop with empty arrays, to be filled by its maker before it is shared. */
DsStop *ds_stop_new (void);

/**
 * ds_stop_get_debt:
 * @self: a stop
 * @debt: (out): the sums
 *
 * Follows from the outcomes of the parcels and the payments alone. Sums are bounded by construction: amounts
 * come through checked readers and a stop has at most 1000 parcels and payments.
 */
void ds_stop_get_debt (DsStop *self, DsDebt *debt);

/**
 * ds_stop_get_cash_back_fen:
 * @self: a stop
 *
 * Only what was taken in cash goes back in cash; what the depot is giving back already does not go back twice; and of a
 * stop that was taken off the route the depot decides.
 *
 * Returns: what the courier may hand back to the customer out of the drawer, because more was taken than is due
 */
gint64 ds_stop_get_cash_back_fen (DsStop *self);

DsStopStatus ds_stop_get_status (DsStop *self);

/* Returns: (transfer none) (nullable): the parcel with that waybill. */
DsParcel *ds_stop_find_parcel (DsStop *self, const char *waybill);

/* Returns: (transfer none) (nullable): the payment with that id. */
DsPayment *ds_stop_find_payment (DsStop *self, const char *payment_id);

/* Returns: the number of the stop's next request for a permission, from 1. */
gint64 ds_stop_get_next_override (DsStop *self);

/* Returns: (transfer none) (nullable): an unused permission of that shift for a payment of @amount_fen over @limits. */
const DsOverride *
ds_stop_find_override (DsStop *self, const char *shift_id, DsLimits limits, gint64 amount_fen);

/* Returns: (transfer full): "李*华", "Li *hua", "张*": enough to greet somebody, not enough to harm. */
char *ds_mask_name (const char *name);

/* Returns: (transfer full): "170****0126"; short numbers keep their last two digits. */
char *ds_mask_phone (const char *phone);

G_END_DECLS
