/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each day's file of each operator against the books, movement by movement.
 *
 * The books' clearing accounts and the files are matched by payment. A movement that both have gets the file's day as its
 * settlement date: the cut-off (日切) puts it in exactly one day. What the books have shortly before the cut-off and the
 * file has not is in transit, until the next day's file has it or is a case. Cases are "daily-missing", "daily-extra",
 * "daily-duplicate" and "daily-differing"; they close by themselves when later files or bookings explain them, or by
 * ds_depot_resolve() with "claim" (the operator is held to our figure: `claim:OPERATOR`) or "write-off"
 * (`result:OPERATOR`), each with its booking. A case's subject is the payment, with ":refund" about what was given back, and
 * "@OPERATOR" where that one is not the operator at which the books have it. Days are China's. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_reconcile_async:
 * @operator_id: (nullable): all by default
 * @day: "YYYY-MM-DD"; must be over
 *
 * Gets the day's file from the operators, takes it in, and matches.
 */
void ds_depot_reconcile_async (DsDepot *self,
                               const char *operator_id,
                               const char *day,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Returns: (transfer full) (nullable): an array with what ds_depot_reconcile_file() says, for each operator. */
json_t *ds_depot_reconcile_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * ds_depot_reconcile_file:
 * @file: a daily file, see ds-daily-file.h
 * @day: (nullable): the day it must be of
 * @error: %DS_ERROR_INVALID with line and words when anything in it is wrong: nothing of it is taken;
 *   %DS_ERROR_CONFLICT when another file of that day was taken; %DS_ERROR_STATE when the day before is missing, or it is
 *   not over
 *
 * Takes a file in, and matches. The same file once more matches again and changes nothing.
 *
 * What the file says of the company's bank account is booked, and every day that is to be paid out is looked at: see
 * ds-depot-payouts.h.
 *
 * Returns: (transfer full) (nullable): {"operator", "day", "lines", "credits_fen", "refunds_fen", "payouts_fen",
 *   "fees_fen", "collections_fen", "matched", "in_transit", "in_transit_fen", "cases", "balanced"}
 */
json_t *ds_depot_reconcile_file (DsDepot *self, GBytes *file, const char *day, GError **error);

/* Gets an operator's file of a day as text, to be kept or sent on. */
void ds_depot_load_daily_file_async (DsDepot *self,
                                     const char *operator_id,
                                     const char *day,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GBytes *ds_depot_load_daily_file_finish (DsDepot *self, GAsyncResult *result, GError **error);

/* Returns: (transfer full) (nullable): [{"operator", "day", "lines", "credits_fen", "refunds_fen", "sm3",
 * "taken_at_ms", "settled", "settled_fen"}], newest first. */
json_t *ds_depot_list_daily_files (DsDepot *self, GError **error);

/* Returns: (transfer full) (nullable): [{"operator", "payment", "kind", "amount_fen", "booked_at_ms", "age_days"}]: what the
 * books have and no file yet, oldest first. */
json_t *ds_depot_list_in_transit (DsDepot *self, GError **error);

G_END_DECLS
