/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Databases as earlier versions of Doorstep left them, kept as SQL: tests/golden/N is schema N.
 *
 * When a schema is released its golden folder is made once and never changed: run a shift with the released programs
 * (`meson test scenario-shift`), stop before the folders are removed, and `sqlite3 FILE .dump` both databases, with
 * their `PRAGMA user_version` before the COMMIT. */
#pragma once

#include "ds-db.h"

G_BEGIN_DECLS

/* The schema of the newest golden folder. */
#define GOLDEN_VERSION 1

/* Returns: (transfer full): the text of a file of golden folder @version. Fails the test when it cannot be read. */
char *golden_read (guint version, const char *name);
/* Makes the database of golden folder @version in @path. */
void golden_make (guint version, const char *name, const char *path);

/* Returns: (transfer full): every table, index, view and trigger with its SQL, in order of name, without those of
 * the tables that @but (nullable) names, separated by blanks. */
char *golden_dump_schema (DsDb *db, const char *but);
gint64 golden_get_version (DsDb *db);

/* Returns: (transfer full) (element-type utf8): for each table a query of all its rows and columns, as they are now. */
GPtrArray *golden_list_queries (DsDb *db);
/* Returns: (transfer full): what the queries give, in order of the rows' text. */
char *golden_dump_rows (DsDb *db, GPtrArray *queries);

G_END_DECLS
