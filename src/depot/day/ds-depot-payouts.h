/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators pay out to the company's bank account, against what is due.
 *
 * Due for a day is what the operator's daily file of it came to: payments less refunds. An operator pays it out net or
 * gross, and collects refunds then, or when a day is less than nothing. A pay-out is told by a later daily file or entered
 * by hand from the bank's statement, each transfer once by its number. The books:
 *
 * | account         | what it is                                                            |
 * |-----------------|-----------------------------------------------------------------------|
 * | `clearing:ID`   | what operator ID has cleared and not paid out                         |
 * | `bank`          | the company's bank account                                            |
 * | `fee:ID`        | what the operator kept back for its work                              |
 * | `claim:ID`      | what the operator is held to, or owed, by decision                    |
 * | `result:ID`     | written off (debit) or kept (credit)                                  |
 *
 * Cases, by operator and day ("003:2026-11-22"): "payout-late" (nothing came), "payout-short", "payout-over",
 * "payout-duplicate"; they close by themselves when what is missing or too much moves after all, or by
 * ds_depot_resolve(): what is missing with "claim", "fee" or "write-off", what is too much with "claim" or "keep". Days
 * before the first that was paid out are nobody's to ask for. "payout-differing", by operator, kind and number: the file
 * says otherwise of a transfer than what was entered: "correct" or "keep". */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/* The longest number of a bank's transfer. */
#define DS_PAYOUT_MAX_REFERENCE_BYTES 64

/**
 * DsPayout:
 * @day: for which the operator pays
 * @amount_fen: what came into the account; negative: the operator collected it
 * @fee_fen: what was kept back of it
 * @reference: the bank's number of the transfer
 * @reason: (nullable): why what was entered of this transfer before is corrected
 */
typedef struct
{
  const char *operator_id;
  const char *day;
  gint64 amount_fen;
  gint64 fee_fen;
  const char *reference;
  const char *reason;
} DsPayout;

/**
 * ds_depot_book_payout:
 * @error: %DS_ERROR_CONFLICT when the number was booked with another day or sum, and no reason is given to correct it;
 *   %DS_ERROR_INVALID, %DS_ERROR_NOT_FOUND
 *
 * Books a transfer by hand. The same once more does nothing more and gets the same answer. A correction books the
 * difference, and stands among the cases as one that is decided.
 *
 * Returns: (transfer full) (nullable): {"operator", "day", "reference", "amount_fen", "fee_fen", "due_fen" (null: the
 *   day's file was not taken yet), "open_fen", "cases"}
 */
json_t *ds_depot_book_payout (DsDepot *self, const DsPayout *payout, GError **error);

/**
 * ds_depot_list_payouts:
 * @all: days of which nothing is open, too
 *
 * Returns: (transfer full) (nullable): by operator {"operator", "clearing_fen", "unpaid_fen", "in_transit_fen",
 *   "rest_fen" (open cases of daily files, and what is older than the first of them)}, and behind it, newest first, its
 *   days: {"operator", "day", "due_fen", "paid_fen", "fee_fen", "collected_fen", "decided_fen", "open_fen", "transfers":
 *   [{"kind", "reference", "amount_fen", "at_ms"}]}
 */
json_t *ds_depot_list_payouts (DsDepot *self, gboolean all, GError **error);

/* @days: how many days after the one that is paid for a pay-out stands in the daily file, or is late; 1 by default. */
void ds_depot_set_payout_days (DsDepot *self, gint64 days);

G_END_DECLS
