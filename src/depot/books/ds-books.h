/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's books: double entry, append-only, integer fen. Every posting sums to zero, so the books always do. */
#pragma once

#include "ds-db.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  const char *account; /* "cash:0317", "clearing:003", "payable:merchant", "suspense" */
  gint64 amount_fen;   /* debit positive, credit negative */
} DsBooking;

/* A posting that is being made. */
typedef struct
{
  DsBooking bookings[8];
  gsize n;
} DsPosting;

/* Adds a booking unless it is of nothing. @account is borrowed. */
void ds_posting_add (DsPosting *self, const char *account, gint64 amount_fen);

/* Makes the tables in @db when they are missing; call once, inside no transaction. */
gboolean ds_books_prepare (DsDb *db, GError **error);

/**
 * ds_books_post:
 * @db: the depot's database, inside the caller's transaction
 * @key: the idempotency key: what happened to which payment ("paid:ID", "cash:ID", "refund:ID" …)
 * @at_ms: wall time
 * @bookings: (array length=n_bookings): at least two that sum to zero
 * @posted: (out) (optional): %FALSE when @key was posted before with the same bookings
 * @error: %DS_ERROR_CONFLICT when @key was posted before with others; %DS_ERROR_INVALID when they do not sum to zero
 *
 * Returns: whether the books hold the posting now
 */
gboolean ds_books_post (DsDb *db,
                        const char *key,
                        gint64 at_ms,
                        const DsBooking *bookings,
                        gsize n_bookings,
                        gboolean *posted,
                        GError **error);

/* The balance of one account; 0 for one never used. */
gboolean ds_books_get_balance (DsDb *db, const char *account, gint64 *balance_fen, GError **error);

/* Returns: (transfer full) (nullable): {"accounts":{name: fen}, "sum_fen": 0}: the trial balance. */
json_t *ds_books_to_json (DsDb *db, GError **error);

G_END_DECLS
