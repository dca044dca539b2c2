/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-daily-match.h"

/* What only the books have: too late for the file, or not. */
static DsDailyVerdict
judge_time (gint64 booked_at_ms, gint64 cut_off_ms, DsDailyVerdict too_early)
{
  if (booked_at_ms >= cut_off_ms)
    return DS_DAILY_LATER;
  return booked_at_ms >= cut_off_ms - DS_DAILY_MARGIN_MS ? DS_DAILY_TRANSIT : too_early;
}

DsDailyVerdict
ds_daily_judge (const DsDailyMovement *movement, gint64 cut_off_ms)
{
  g_return_val_if_fail (movement->n_books + movement->n_file > 0, DS_DAILY_MATCHED);

  if (movement->n_file == 0)
    return judge_time (movement->last_booked_at_ms, cut_off_ms, DS_DAILY_MISSING);
  if (movement->n_books == 0 && movement->refund)
    return DS_DAILY_DIFFERING;
  if (movement->n_books == 0)
    return movement->settled ? DS_DAILY_DUPLICATE : DS_DAILY_EXTRA;
  if (movement->books_fen == movement->file_fen)
    return DS_DAILY_MATCHED;
  if (movement->refund)
    /* A payment is given back in parts, of which the last may be under way. */
    return movement->books_fen > movement->file_fen
               ? judge_time (movement->last_booked_at_ms, cut_off_ms, DS_DAILY_DIFFERING)
               : DS_DAILY_DIFFERING;
  return movement->n_file > 1 && movement->file_fen == movement->n_file * movement->books_fen
             ? DS_DAILY_DUPLICATE
             : DS_DAILY_DIFFERING;
}

const char *
ds_daily_verdict_get_case (DsDailyVerdict verdict)
{
  switch (verdict)
    {
    case DS_DAILY_MISSING:
      return "daily-missing";
    case DS_DAILY_EXTRA:
      return "daily-extra";
    case DS_DAILY_DUPLICATE:
      return "daily-duplicate";
    case DS_DAILY_DIFFERING:
      return "daily-differing";
    case DS_DAILY_MATCHED:
    case DS_DAILY_LATER:
    case DS_DAILY_TRANSIT:
    default:
      return NULL;
    }
}
