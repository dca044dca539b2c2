/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading comma-separated values (RFC 4180), as spreadsheets write them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_CSV_MAX_FIELDS 64
#define DS_CSV_MAX_FIELD_BYTES 4096

typedef struct _DsCsv DsCsv;

/**
 * ds_csv_new:
 * @bytes: the file: UTF-8, with or without a byte order mark, or GB18030, which spreadsheets in China write
 * @error: return location for a %DS_ERROR_INVALID when it is neither
 *
 * Returns: (transfer full) (nullable): a reader before the first record
 */
DsCsv *ds_csv_new (GBytes *bytes, GError **error);
void ds_csv_free (DsCsv *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCsv, ds_csv_free)

typedef enum
{
  DS_CSV_RECORD,
  DS_CSV_BAD_RECORD, /* with an error; reading goes on with the next line */
  DS_CSV_END,
} DsCsvResult;

/**
 * ds_csv_next:
 * @error: set for %DS_CSV_BAD_RECORD: a quote out of place or never closed, or a limit passed
 *
 * Reads the next record; empty lines are skipped. What looks like a formula ("=1+1") is text like any other.
 */
DsCsvResult ds_csv_next (DsCsv *self, GError **error);

/* The line of the file, from 1, on which the last record read began. */
guint ds_csv_get_line (DsCsv *self);
guint ds_csv_get_n_fields (DsCsv *self);
/* Returns: (transfer none): the field without its quotes; "" beyond the last. Valid until the next record. */
const char *ds_csv_get_field (DsCsv *self, guint i);

G_END_DECLS
