/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days, for people who look back: how each stands, and what it came to. Days are China's. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_list_days:
 * @offset, @limit: of all days from the first in the books to today, the newest first
 *
 * Returns: (transfer full) (nullable): [{"day", "state", "shifts", "files", "credits_fen", "refunds_fen", "differences",
 *   "differences_fen", "suspense_fen"}]; "state" is "running" (today), "open" (an operator's file is missing), "reconciled" or
 *   "cut-off"; the sums are those of the operators' "files"; "differences" are open cases of the reconciliation;
 *   "suspense_fen" is as the cut-off signed it, or null
 */
json_t *ds_depot_list_days (DsDepot *self, gint64 offset, gint64 limit, GError **error);

/**
 * ds_depot_describe_day:
 * @day: "YYYY-MM-DD"
 * @error: %DS_ERROR_INVALID when it is no day; %DS_ERROR_NOT_FOUND when it has not begun
 *
 * What a day came to. Of a day that is closed, the closing balances are those that were signed.
 *
 * Returns: (transfer full) (nullable): {"day", "state", "operators": [{"operator", "name", "in_fen", "out_fen",
 *   "file": {"lines", "credits_fen", "refunds_fen", "taken_at_ms"} or null, "settled_fen", "unsettled_fen"}],
 *   of which "settled_fen" is what the file's movements match and "unsettled_fen" what was booked and no file has,
 *   "accounts": [{"account", "opening_fen", "debit_fen", "credit_fen", "closing_fen"}], by name, "sum_fen",
 *   "closed_at_ms", "suspense_fen", "open_cases", "jws" (these four of a closed day),
 *   "waiting": [{"shift", "courier", "name", "in_day"}]}, the shifts whose cash waits to be counted although they had
 *   begun; "in_day": cash of it is in the day's bookings
 */
json_t *ds_depot_describe_day (DsDepot *self, const char *day, GError **error);

G_END_DECLS
