/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands for a depot: run on it directly, or sent to the process that holds it, over a Unix socket in its directory.
 *
 * A depot's database belongs to one process; while it serves, the command line speaks to that one. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_admin_run_async:
 * @request: {"command": "import", "courier"?, "day"?, "seed"?, "limit"?}, {"command": "enrol", "courier", "name",
 *   "address"?} or {"command": "books"}
 * @attachment: (nullable): the file to import
 *
 * Runs a command on a depot of this process.
 */
void ds_depot_admin_run_async (DsDepot *depot,
                               json_t *request,
                               GBytes *attachment,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Returns: (transfer full) (nullable): what it gives: the import's report, {"code": "doorstep://…"}, or the books. */
json_t *ds_depot_admin_run_finish (DsDepot *depot, GAsyncResult *result, GError **error);

typedef struct _DsDepotAdmin DsDepotAdmin;

/* Takes commands for @depot at "admin.sock" in @directory, whose owner alone may connect. */
DsDepotAdmin *ds_depot_admin_new (DsDepot *depot, const char *directory, GError **error);
void ds_depot_admin_free (DsDepotAdmin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDepotAdmin, ds_depot_admin_free)

/**
 * ds_depot_admin_call:
 * @error: %G_IO_ERROR_CONNECTION_REFUSED when no process serves the depot of @directory; else a #DsError, the command's
 *   own
 *
 * Sends a command to the process that serves, and waits.
 */
json_t *ds_depot_admin_call (const char *directory, json_t *request, GBytes *attachment, GError **error);

G_END_DECLS
