/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a courier can do at a door and with a shift, as operations on the store: each is journalled before its
 * effect is shown. Needs no network and no window; whether the depot can be reached is told to it.
 *
 * Main thread only. Every text in an answer is translated and ready to be shown (as text, never as markup). */
#pragma once

#include "ds-own-order.h"
#include "ds-store.h"

G_BEGIN_DECLS

#define DS_TYPE_DOOR (ds_door_get_type ())
G_DECLARE_FINAL_TYPE (DsDoor, ds_door, DS, DOOR, GObject)

/**
 * DsDoor:online: whether the depot can be reached; set by whoever watches the link
 * DsDoor::payment-changed (DsPayment *payment, DsStop *stop): a payment has a new state
 * DsDoor::allowance-changed (): ds_door_get_allowance() has something new to say
 */
DsDoor *ds_door_new (DsStore *store, DsClock *clock, DsRandom *random);

gboolean ds_door_get_online (DsDoor *self);
void ds_door_set_online (DsDoor *self, gboolean online);

/* Ways to collect */

typedef enum
{
  DS_WAY_SHOW_CODE,
  DS_WAY_SCAN_PAYER_CODE,
  DS_WAY_CASH,
  DS_N_WAYS
} DsWayKind;

/**
 * DsWay:
 * @available: whether it works now
 * @text: one line: what happens, or why it does not work now and what does
 */
typedef struct
{
  DsWayKind kind;
  gboolean available;
  char *text;
} DsWay;

void ds_way_free (DsWay *self);

/* Returns: (transfer full) (element-type DsWay): always all ways, always in this order. */
GPtrArray *ds_door_get_ways (DsDoor *self, DsStop *stop, gint64 amount_fen);

/* What may still be taken by vouchers, for the allowance meter. */
typedef struct
{
  gint64 limit_fen;
  gint64 used_fen;
  gint64 left_fen;
  gint64 cash_fen;
  gint64 cash_limit_fen;
} DsAllowance;

/* As of the last change; kept current by the door. Nothing is left while the count or age of the vouchers held, or
 * the age of the operators' list, forbids any voucher. */
void ds_door_get_allowance (DsDoor *self, DsAllowance *allowance);

/* Returns: (transfer full): how far the other limits of vouchers are used up (their number, the age of the oldest, the age
 * of the operators' list), or why none can be taken now and what can. For the courier, before anything is promised. */
char *ds_door_describe_allowance (DsDoor *self);

/* Showing a code */

/**
 * DsPresentation:
 * @payment_id: whose code it is
 * @text: what the QR code carries
 * @expires_mono_ms: on the clock's monotonic time; G_MAXINT64 for never
 * @life_ms: how long it is good from its first showing on; 0 for ever
 */
typedef struct
{
  char *payment_id;
  char *text;
  gint64 amount_fen;
  DsCodeSource source;
  gint64 expires_mono_ms;
  gint64 life_ms;
} DsPresentation;

void ds_presentation_free (DsPresentation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsPresentation, ds_presentation_free)

/**
 * ds_door_present_async:
 * @stop_id: the stop
 * @waybills: (array zero-terminated=1): the parcels it pays for
 * @amount_fen: above zero, at most what is open
 *
 * Gets a code to show: online a live one from the depot (journalling `payment.requested` and waiting for the feed
 * up to the settings' live_code_wait_ms); otherwise, or when none comes, the carried one if it fits amount and
 * time, or one built here where the settings allow it. Journals `payment.presented` before it finishes.
 * The same parcels and amount again give the code that is still on show. A shown code that would make it more than
 * is due is superseded in the same commit.
 * %DS_ERROR_STATE with the next step in words when no shift is open, the amount is covered, another payment for
 * these parcels is uncertain and both would be more than is due, or no code can be had.
 */
void ds_door_present_async (DsDoor *self,
                            const char *stop_id,
                            const char *const *waybills,
                            gint64 amount_fen,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
DsPresentation *ds_door_present_finish (DsDoor *self, GAsyncResult *result, GError **error);

/**
 * ds_door_find_presentation:
 * @stop: the stop as it is now
 * @payment_id: a payment of it
 *
 * What is or was on the screen for a payment that can still come to something: for opening the page again. Asks nobody
 * and journals nothing. Its time may be over; then the operator has yet to say what became of it.
 *
 * Returns: (transfer full) (nullable): %NULL when no code was shown, another way was taken since, the payment has its
 *   result, or nothing may be collected now
 */
DsPresentation *ds_door_find_presentation (DsDoor *self, DsStop *stop, const char *payment_id);

/**
 * ds_door_find_shown_presentation:
 * @stop: the stop as it is now
 * @waybills: some of its parcels
 *
 * Likewise, by what is collected with it.
 *
 * Returns: (transfer full) (nullable): what ds_door_present_async() would show again, when it need not ask for a code
 */
DsPresentation *
ds_door_find_shown_presentation (DsDoor *self, DsStop *stop, const char *const *waybills, gint64 amount_fen);

/* Answering whatever was scanned */

/**
 * DsAnswerKind: what a scan led to
 */
typedef enum
{
  DS_ANSWER_PAID,     /* a receipt, verified: @payment is paid */
  DS_ANSWER_ACCEPTED, /* a voucher, taken within limits: @payment is accepted */
  DS_ANSWER_SCANNED,  /* a payer code, journalled to be charged: @payment is scanned; watch it */
  DS_ANSWER_PARCEL,   /* a waybill of this route: @stop is its stop */
  DS_ANSWER_ALREADY,  /* the same evidence again: nothing changed */
  DS_ANSWER_ALLOWED,  /* a clerk's digits: @stop has the permission */
  DS_ANSWER_REFUSED,  /* ours but not good: the sentence says why */
  DS_ANSWER_FOREIGN,  /* somebody else's, or no payment code at all */
} DsAnswerKind;

/**
 * DsAnswer:
 * @title: a few words ("This is a WeChat Pay code")
 * @text: one sentence: why, and what to do next
 * @reason: (nullable): a stable name for tests and logs ("other-amount", "forged", "used", "over-allowance" …)
 * @limits: what stood in the way of a voucher and a clerk may lift; none otherwise
 * @payment, @stop: (nullable): as they are now
 */
typedef struct
{
  DsAnswerKind kind;
  char *title;
  char *text;
  char *reason;
  DsLimits limits;
  DsPayment *payment;
  DsStop *stop;
} DsAnswer;

void ds_answer_free (DsAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsAnswer, ds_answer_free)

/**
 * DsScanContext:
 * @stop_id: (nullable): the stop on the screen
 * @payment_id: (nullable): the payment whose code is on the screen
 * @waybills: (nullable) (array zero-terminated=1): the parcels a payer code would pay for
 * @amount_fen: what a payer code would be charged; 0 when no collection is under way
 */
typedef struct
{
  const char *stop_id;
  const char *payment_id;
  const char *const *waybills;
  gint64 amount_fen;
} DsScanContext;

/* Answers any text. Fails only when the store does; every code, however wrong, is an answer. */
void ds_door_scan_async (DsDoor *self,
                         const DsScanContext *context,
                         const char *text,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
DsAnswer *ds_door_scan_finish (DsDoor *self, GAsyncResult *result, GError **error);

/**
 * ds_door_try_spoken_async:
 * @payment_id: whose code was shown
 * @typed: the 8 digits as the customer reads them out; see ds_spoken_proof_read() for what may stand between them
 *
 * Verifies a spoken proof without a network. Right ones make the payment paid (`payment.spoken`); wrong ones are
 * journalled (`payment.misspoken`) before the answer, so that the settings' spoken_tries hold across every restart.
 * Digits of another payment of the stop, and what are no 8 digits, cost no try. Fails only when the store does; the
 * answer's reasons are "wrong", "locked", "form", "other-payment", "already", "ended", "superseded", "not-shown",
 * "no-shift", "no-secret", "not-allowed", "unknown-payment" and "over-paid".
 */
void ds_door_try_spoken_async (DsDoor *self,
                               const char *payment_id,
                               const char *typed,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
DsAnswer *ds_door_try_spoken_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* Permissions to take a voucher over the company's limits */

/**
 * ds_door_find_limits:
 * @stop: a stop
 * @amount_fen: what is about to be collected by code
 *
 * For the courier, before the customer's wallet gives a voucher away: what would stand in its way now, whoever's wallet it
 * is, and a clerk could lift. As of the last change; the wallet's own part is known only when its voucher is scanned.
 *
 * Returns: none as well when the depot gives no permissions, or the stop has one that fits
 */
DsLimits ds_door_find_limits (DsDoor *self, DsStop *stop, gint64 amount_fen);

/**
 * ds_door_override_async:
 * @stop_id: the stop
 * @limits: what stands in the way
 * @amount_fen: of the payment that is to be taken all the same
 * @typed: the 8 digits as the clerk reads them out; see ds_spoken_proof_read() for what may stand between them
 *
 * Right digits are journalled (`limit.overridden`): the next voucher at this stop, of at most that amount, is taken over
 * those limits, in this shift and once. Wrong ones are journalled before the answer (`limit.misspoken`), so that
 * %DS_OVERRIDE_TRIES hold across every restart. Fails only when the store does; the answer's reasons are "wrong",
 * "locked", "form", "already", "over-cap", "no-shift", "no-secret" and "not-allowed".
 */
void ds_door_override_async (DsDoor *self,
                             const char *stop_id,
                             DsLimits limits,
                             gint64 amount_fen,
                             const char *typed,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
DsAnswer *ds_door_override_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* The rest at the door. Each finishes with the stop as it is now, or an error in words. */

/* Cash: takes @tendered_fen for @amount_fen; the change is the difference. @supersede: the courier decided to take
 * cash although another payment of the stop is uncertain. */
void ds_door_take_cash_async (DsDoor *self,
                              const char *stop_id,
                              const char *const *waybills,
                              gint64 amount_fen,
                              gint64 tendered_fen,
                              gboolean supersede,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
DsStop *ds_door_take_cash_finish (DsDoor *self, GAsyncResult *result, char **payment_id, GError **error);

/**
 * ds_door_give_back_async:
 * @stop_id: the stop
 * @amount_fen: what ds_stop_get_cash_back_fen() said of it when the courier was asked
 *
 * Cash goes back to the customer out of the open shift's drawer, since more was taken than is due. Journals
 * `payment.refund` for the cash payments of the stop, so it counts before the money leaves the hand; needs no network.
 * %DS_ERROR_STATE with the next step in words when no shift is open, or another amount or nothing is to be given back.
 */
void ds_door_give_back_async (DsDoor *self,
                              const char *stop_id,
                              gint64 amount_fen,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
DsStop *ds_door_give_back_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* The customer says paid and has nothing to show. */
void ds_door_claim_async (DsDoor *self,
                          const char *payment_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
DsStop *ds_door_claim_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* "Check now": asks the depot about a payment; the answer comes by the feed. Offline the question waits in the
 * journal, once. */
void ds_door_query_async (DsDoor *self,
                          const char *payment_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
DsStop *ds_door_query_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* What became of parcels. @reason is required for anything but delivered. Delivered needs nothing open for them. */
void ds_door_set_outcome_async (DsDoor *self,
                                const char *stop_id,
                                const char *const *waybills,
                                DsParcelOutcome outcome,
                                const char *reason,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
DsStop *ds_door_set_outcome_finish (DsDoor *self, GAsyncResult *result, GError **error);

/**
 * ds_door_add_picture_async:
 * @kind: a signature or a photo
 * @picture: at most %DS_PROOF_MAX_BYTES
 * @media: its media type
 *
 * Keeps a proof of handing over and journals it (`proof.added`), bound to the stop, its newest payment that counts, and
 * the parcels that stay with the customer. When it finishes well, content and entry are on the disk. Fails with
 * %DS_ERROR_STATE when no shift is open and %DS_ERROR_STORAGE when there is no room.
 */
void ds_door_add_picture_async (DsDoor *self,
                                const char *stop_id,
                                DsProofKind kind,
                                GBytes *picture,
                                const char *media,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/* The same of a pickup code or a name. A pickup code that the depot knows is compared with that: a wrong one fails with
 * %DS_ERROR_REFUSED, is journalled (`proof.refused`), and after five of them no more are taken at that stop. */
void ds_door_add_typed_proof_async (DsDoor *self,
                                    const char *stop_id,
                                    DsProofKind kind,
                                    const char *typed,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* Finishes both. Returns: (transfer full) (nullable): the stop as it is now. */
DsStop *ds_door_add_proof_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* The shift */

void ds_door_open_shift_async (DsDoor *self,
                               gint64 float_fen,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
DsShift *ds_door_open_shift_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* Whether @payment is of @shift: journalled in it, or, where the depot knew of it before the journal did, heard of since it
 * was opened. @shift: (nullable): %NULL for every payment. */
gboolean ds_shift_has_payment (DsShift *shift, DsPayment *payment);

/**
 * DsShiftTotals:
 *
 * The shift in sums: each bucket is fen and a count of payments.
 */
typedef struct
{
  gint64 due_fen;  /* by the outcomes so far, less what earlier shifts have collected of it */
  gint64 paid_fen; /* digital, paid or settled */
  gint64 cash_fen;
  gint64 accepted_fen; /* vouchers not yet redeemed */
  gint64 unknown_fen;  /* scanned, pending, unknown, claimed */
  gint64 rejected_fen;
  gint64 open_fen; /* still to collect */
  guint n_paid, n_cash, n_accepted, n_unknown, n_rejected;
  guint n_stops, n_done;
} DsShiftTotals;

/* From stops as loaded; pure. @shift: (nullable): what earlier ones collected at the same stops is in their own statements;
 * %NULL for everything there is. */
void ds_shift_totals_from_stops (GPtrArray *stops, DsShift *shift, DsShiftTotals *totals);

/**
 * ds_door_close_shift_async:
 * @counts: how many of each of ds_cash_denominations_fen
 * @n_counts: how many denominations
 *
 * Journals `shift.closed` with totals, the count, and what is carried over by name. The statement comes by the feed
 * (DsStore:shift). Closing twice is refused with %DS_ERROR_STATE.
 */
void ds_door_close_shift_async (DsDoor *self,
                                const guint *counts,
                                gsize n_counts,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
DsShift *ds_door_close_shift_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* The route */

/* Puts stops where the courier wants them (element-type DsOwnPlace, see ds_own_order_move()). Works without a shift. */
void ds_door_resequence_async (DsDoor *self,
                               GArray *places,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean ds_door_resequence_finish (DsDoor *self, GAsyncResult *result, GError **error);

/**
 * ds_door_note_async:
 * @text: the courier's note for this door: it takes the place of an earlier one; empty takes that away. Blanks around it
 *   are left out, and what is more than %DS_STOP_OWN_NOTE_MAX_BYTES
 *
 * Journals `note.added`, which the depot keeps. Works without a shift.
 */
void ds_door_note_async (DsDoor *self,
                         const char *stop_id,
                         const char *text,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean ds_door_note_finish (DsDoor *self, GAsyncResult *result, GError **error);

/* A parcel of a stop was put into the vehicle in this shift. */
void ds_door_load_parcel_async (DsDoor *self,
                                const char *stop_id,
                                const char *waybill,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean ds_door_load_parcel_finish (DsDoor *self, GAsyncResult *result, GError **error);

/**
 * ds_door_finish_load_async:
 * @n_parcels: how many there should be
 * @missing: the waybills of those that are not there
 * @strangers: what else was scanned
 *
 * The courier has checked the load: DsShift.load_checked_at_ms is set, and the depot learns what is missing.
 */
void ds_door_finish_load_async (DsDoor *self,
                                guint n_parcels,
                                const char *const *missing,
                                const char *const *strangers,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean ds_door_finish_load_finish (DsDoor *self, GAsyncResult *result, GError **error);

G_END_DECLS
