/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a day (日切), and how old is what waits. Days are China's. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_cut_off:
 * @day: "YYYY-MM-DD"; must be over
 * @error: %DS_ERROR_STATE when it is not, when the day before is not closed, or when an operator's file of it is missing
 *
 * Closes a day: a signed record of every account's balance at its end, of the files that were matched, and of what is in
 * transit or waits in suspense. Closing it again gives the same record.
 *
 * Returns: (transfer full) (nullable): {"day", "at_ms", "prev", "last_posting", "accounts": {…}, "sum_fen": 0, "operators": [{"operator",
 *   "sm3", "lines", "credits_fen", "refunds_fen", "in_transit_fen"}], "suspense_fen", "open_cases", "jws"}
 */
json_t *ds_depot_cut_off (DsDepot *self, const char *day, GError **error);

/* Returns: (transfer full) (nullable): [as ds_depot_cut_off() answered], newest first. */
json_t *ds_depot_list_cut_offs (DsDepot *self, GError **error);

/**
 * ds_depot_age_suspense:
 *
 * Returns: (transfer full) (nullable): {"suspense_fen", "buckets": [{"from_days", "to_days"?, "count", "amount_fen"}],
 *   "items": [{"case", "kind", "payment", "courier", "stop", "amount_fen", "since_ms", "age_days"}]}, oldest first; the
 *   buckets add up to the account
 */
json_t *ds_depot_age_suspense (DsDepot *self, GError **error);

G_END_DECLS
