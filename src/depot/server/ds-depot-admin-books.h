/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about cash, daily files and exports, of those that ds-depot-admin takes.
 *
 * A request is {"command", "arguments": [what stands behind the command's name], and the options as texts}. What gives a
 * file answers {"base64"}. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/* Whether @command is one of these. */
gboolean ds_depot_admin_books_knows (const char *command);

/* @attachment: (nullable): a daily file */
void ds_depot_admin_books_run_async (DsDepot *depot,
                                     json_t *request,
                                     GBytes *attachment,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Returns: (transfer full) (nullable): the answer; %DS_ERROR_INVALID with how the command is said. */
json_t *ds_depot_admin_books_run_finish (DsDepot *depot, GAsyncResult *result, GError **error);

/**
 * ds_depot_admin_parse_count:
 * @text: yuan and how many of it: "100x3,50x1,0.5x2"; empty for no cash at all
 * @error: %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): [{"denomination_fen", "count"}]
 */
json_t *ds_depot_admin_parse_count (const char *text, GError **error);

G_END_DECLS
