/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging one payment's movements, books against daily files. Pure, so that every difference has a test. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long before the cut-off a movement may be booked that the operator puts on the next day: a customer confirms, the
 * operator's clock and queues, and a notification lie between. */
#define DS_DAILY_MARGIN_MS (G_GINT64_CONSTANT (30) * 60 * 1000)

typedef enum
{
  DS_DAILY_MATCHED,
  DS_DAILY_LATER,   /* booked after the cut-off: tomorrow's */
  DS_DAILY_TRANSIT, /* booked so shortly before it that the next file may have it */
  DS_DAILY_MISSING, /* the books have it, and no file that could */
  DS_DAILY_EXTRA,   /* the other way round */
  DS_DAILY_DUPLICATE,
  DS_DAILY_DIFFERING, /* in amount, or only one of them says that it was given back */
} DsDailyVerdict;

/**
 * DsDailyMovement:
 * @refund: what was given back of a payment, else what came in for it
 * @books_fen, @file_fen: positive sums
 * @n_books, @n_file: of how many bookings and lines
 * @settled: a booking of it was matched before
 * @last_booked_at_ms: the last of the bookings
 */
typedef struct
{
  gboolean refund;
  gint64 books_fen;
  guint n_books;
  gint64 last_booked_at_ms;
  gint64 file_fen;
  guint n_file;
  gboolean settled;
} DsDailyMovement;

/* @cut_off_ms: the end of the last day of which there is a file. */
DsDailyVerdict ds_daily_judge (const DsDailyMovement *movement, gint64 cut_off_ms);

/* Returns: (nullable): the kind of its case; %NULL when it is none. */
const char *ds_daily_verdict_get_case (DsDailyVerdict verdict);

G_END_DECLS
