/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The totals of a shift, each with the stops it is made of. Pure. */
#pragma once

#include "ds-words.h"

G_BEGIN_DECLS

typedef enum
{
  DS_BUCKET_PAID,
  DS_BUCKET_CASH,
  DS_BUCKET_ACCEPTED,
  DS_BUCKET_UNKNOWN,
  DS_BUCKET_REJECTED,
  DS_BUCKET_OPEN,          /* still to collect */
  DS_BUCKET_NOT_COLLECTED, /* refused, absent, later */
  DS_N_BUCKETS
} DsBucket;

/**
 * ds_bucket_count:
 * @shift: (nullable): whose totals; %NULL for all that was ever taken at the stop
 * @n: (out): payments; stops for the last two buckets
 *
 * Returns: what of @stop belongs into @bucket, in fen
 */
gint64 ds_bucket_count (DsBucket bucket, DsStop *stop, DsShift *shift, guint *n);

/* Returns: (transfer full) (nullable): what of the money that @shift collected came from red packets, and what went back to
 * customers, in words; %NULL where there is neither. */
char *ds_bucket_describe_parts (GPtrArray *stops, DsShift *shift);

DsWords ds_words_for_bucket (DsBucket bucket);

/* "accepted": for files, never translated. */
const char *ds_bucket_to_name (DsBucket bucket);
/* @name: (nullable) */
gboolean ds_bucket_from_name (const char *name, DsBucket *bucket);

G_END_DECLS
