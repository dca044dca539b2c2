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

/**
 * ds_csv_writer_name:
 * @digits: (nullable): a number that is a name: of a courier, an operator, a parcel, a bank's number
 *
 * A spreadsheet takes digits for a quantity: "0317" would become 317, and of a bank's number only 15 digits would be left.
 *
 * Returns: (transfer full): @digits with a tab behind, which spreadsheets take for text and do not show; other texts and ""
 *   stay as they are
 */
char *ds_csv_writer_name (const char *digits);

G_END_DECLS
