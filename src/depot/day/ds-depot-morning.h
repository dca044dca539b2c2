/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be done each morning: the days that are over are reconciled and closed, in their order. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_morning_async:
 * @day: (nullable): the last day to close, "YYYY-MM-DD"; yesterday by default
 *
 * Takes the operators' files of every day since the last that was closed (the first time: since the last of which all may
 * have given one, or of @day alone), and closes it. An operator that gives no file keeps its day open, and those after it:
 * what the others gave is taken all the same, and the next morning goes on from there. Doing it again does nothing more.
 */
void ds_depot_morning_async (DsDepot *self,
                             const char *day,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/**
 * ds_depot_morning_finish:
 * @error: %DS_ERROR_INVALID, %DS_ERROR_STATE for a day that is not over, or of the database
 *
 * Returns: (transfer full) (nullable): {"closed_until" (null: none ever was), "days": [{"day", "operators": [as
 *   ds_depot_reconcile_file() answered, or {"operator", "known": true}, or {"operator", "error"}], "cut_off"? (as
 *   ds_depot_cut_off() answered), "error"?}], "complete", "open_cases"}
 */
json_t *ds_depot_morning_finish (DsDepot *self, GAsyncResult *result, GError **error);

G_END_DECLS
