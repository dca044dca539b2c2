/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements with their values on one line, and the depot's tables. */
#pragma once

#include "ds-db.h"

G_BEGIN_DECLS

/* Of payments without an end. An index is made of exactly these: other ones want another index. */
#define DS_DEPOT_OPEN_STATES                                                                                 \
  "('requested', 'presented', 'scanned', 'pending', 'unknown', 'claimed', 'accepted')"

/* The steps to the newest schema, for ds_db_migrate(). */
extern const char *const ds_depot_schema[];

/* Brings the depot's tables up to date. */
gboolean ds_depot_sql_migrate (DsDb *db, GError **error);

/**
 * ds_depot_sql_query:
 * @sql: a string constant, see ds_db_prepare()
 * @types: one letter a parameter: 's' a text or %NULL, 'i' a gint64
 *
 * Returns: (transfer none) (nullable): the statement with its parameters bound
 */
DsQuery *ds_depot_sql_query (DsDb *db, GError **error, const char *sql, const char *types, ...);

/* The same for a statement without rows, run at once. */
gboolean ds_depot_sql_run (DsDb *db, GError **error, const char *sql, const char *types, ...);

/**
 * ds_depot_sql_get_text:
 * @value: (out) (transfer full) (nullable): the first column of the first row; %NULL when there is no row
 *
 * Returns: %FALSE on error
 */
gboolean
ds_depot_sql_get_text (DsDb *db, char **value, GError **error, const char *sql, const char *types, ...);

/* The same for a number; @value is @otherwise when there is no row, or NULL in it. */
gboolean ds_depot_sql_get_int (DsDb *db,
                               gint64 *value,
                               gint64 otherwise,
                               GError **error,
                               const char *sql,
                               const char *types,
                               ...);

G_END_DECLS
