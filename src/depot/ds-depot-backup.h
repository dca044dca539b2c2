/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot's directory kept twice: a backup while it serves, and a depot made of a backup. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/* For so long before the backup's newest payment its payments may be given back, or otherwise differ by now. */
#define DS_DEPOT_ASK_DAYS 31

/**
 * ds_depot_back_up_async:
 * @to: a directory that does not exist; its parent does. It appears when the backup is whole and on the disk
 *
 * Copies database, keys, settings and proofs while the depot goes on. What is written meanwhile is in the copy as far as
 * it came before the database's last page. The keys are in it: keep it as you keep the depot. The sandbox bank is not.
 */
void ds_depot_back_up_async (DsDepot *self, const char *to, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full) (nullable): {"directory", "entries", "payments", "sum_fen"}: what the copy holds. */
json_t *ds_depot_back_up_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * ds_depot_restore:
 * @from: a backup
 * @to: the directory of the depot to be, in which there is none yet
 * @ask_days: as for ds_depot_ask_again()
 * @error: %DS_ERROR_STATE when there is a depot, %DS_ERROR_STORAGE when the backup is damaged or not whole
 *
 * Makes a depot of a backup, after a look at the whole of it. Handhelds send again what it lacks, once it serves, and
 * operators are asked as ds_depot_ask_again() says. Blocks.
 *
 * Returns: (transfer full) (nullable): as ds_depot_back_up_finish()
 */
json_t *ds_depot_restore (const char *from, const char *to, gint64 ask_days, GError **error);

/**
 * ds_depot_ask_again:
 * @days: 0 for no question at all
 *
 * Asks the operators about every payment with money of so many days before the newest: a depot that was put back to an
 * earlier state has forgotten what it had ordered them to give back since.
 */
gboolean ds_depot_ask_again (DsDepot *self, gint64 days, GError **error);

G_END_DECLS
