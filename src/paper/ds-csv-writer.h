/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comma-separated values (RFC 4180) that a spreadsheet shows as they are and never computes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): a table that begins with UTF-8's byte order mark, without which spreadsheets in China read
 * Chinese as GB18030. */
GString *ds_csv_writer_begin (void);

/**
 * ds_csv_writer_add:
 * @table: of ds_csv_writer_begin()
 * @fields: (array zero-terminated=1): one record
 *
 * Quotes what needs it. A field that a spreadsheet would take for a formula (=, +, -, @, their full-width forms, a tab or a
 * carriage return at its beginning, or any of them behind blanks) gets an apostrophe before it (OWASP, CSV injection).
 */
void ds_csv_writer_add (GString *table, const char *const *fields);

G_END_DECLS
