/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox bank: operators, wallets, orders and a ledger of their own, so that practice and tests meet an
 * operator that behaves like the real family (see "Digital RMB" in the notes) and reconciliation is real.
 *
 * The depot sees it only as DsOperator (ds-sandbox-operator.h), customers' wallets over HTTPS
 * (ds-bank-server.h). Main thread only. */
#pragma once

#include "ds-types.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_BANK (ds_bank_get_type ())
G_DECLARE_FINAL_TYPE (DsBank, ds_bank, DS, BANK, GObject)

/**
 * DsBankFaults:
 * @line_cut: the depot's line to its handhelds is cut; the depot follows DsBank:line-cut
 * @confirm_above_fen: a larger payment waits until the customer confirms it; -1: none does
 * @slow_ms: every answer, to the depot and to wallets, takes this much longer
 * @lose_answers: this many of the next answers to the depot get lost after the bank has acted
 * @lose_wallet_answers: likewise for answers to wallets
 * @late_ms: a payment's money arrives this much later: until then it is under way, and after the order's
 *   expiry the operator calls it expired although it is still going to be paid
 * @down: the operator that does not answer the depot, nor act, nor notify: its id, "all", or "" for none
 * @reject_vouchers: this many of the next vouchers are refused, as if their money had been spent elsewhere
 * @notify_times: how often each notification is sent: 1 as a rule, 0 when they get lost
 * @payout_times: how often a day is paid out to the payee's bank account: 1 as a rule, 0 when it is forgotten
 * @payout_late_days: so many days later than on the next one
 * @payout_difference_fen: by how much more than is due
 * @payout_fee_fen: what is kept back, and told
 * @file_payment: (nullable): the payment that stands wrong in the daily file
 * @file_difference_fen: by how much; a line that comes to nothing is missing
 *
 * What goes wrong on request. Not durable: a new start of the bank has none.
 */
typedef struct
{
  gboolean line_cut;
  gint64 confirm_above_fen;
  gint64 slow_ms;
  gint64 lose_answers;
  gint64 lose_wallet_answers;
  gint64 late_ms;
  char down[4];
  gint64 reject_vouchers;
  gint64 notify_times;
  gint64 payout_times;
  gint64 payout_late_days;
  gint64 payout_difference_fen;
  gint64 payout_fee_fen;
  char *file_payment;
  gint64 file_difference_fen;
} DsBankFaults;

/**
 * ds_bank_new:
 * @path: the bank's database, made when missing, with new keys for its operators
 * @clock: what the bank takes for the time
 * @random: for keys of wallets and serials
 * @error: return location for an error
 *
 * DsBank:line-cut: whether the "line" fault is on
 *
 * Returns: (transfer full) (nullable): the open bank
 */
DsBank *ds_bank_new (const char *path, DsClock *clock, DsRandom *random, GError **error);

/* Returns: (transfer none): the faults in force. */
const DsBankFaults *ds_bank_get_faults (DsBank *self);
/* @faults is copied. */
void ds_bank_set_faults (DsBank *self, const DsBankFaults *faults);

gboolean ds_bank_get_line_cut (DsBank *self);

/**
 * ds_bank_take_new_key:
 * @operator_id: one of its operators
 * @error: %DS_ERROR_NOT_FOUND, or of the database
 *
 * From now on the operator signs with another key. What it signed before stays good: wallets keep their certificates.
 *
 * DsBank::key-changed (const char *operator_id): told afterwards
 */
gboolean ds_bank_take_new_key (DsBank *self, const char *operator_id, GError **error);

/**
 * ds_bank_run_due:
 * @self: the bank
 * @error: return location for an error
 *
 * Does what has fallen due: late money arrives, confirmations nobody gave lapse. The bank does so by itself when
 * the machine's clock says so and before it answers anything; under a virtual clock this brings the
 * notifications at the right moment.
 *
 * Returns: whether it was done
 */
gboolean ds_bank_run_due (DsBank *self, GError **error);

G_END_DECLS
