/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-payment.h"
#include "ds-types.h"

G_BEGIN_DECLS

#define DS_TYPE_SHIFT (ds_shift_get_type ())
G_DECLARE_FINAL_TYPE (DsShift, ds_shift, DS, SHIFT, GObject)

/**
 * DsShift:
 * @id: UUIDv7
 * @courier_id: whose shift
 * @accounting_date: "2026-11-22" (ds-day.h), written when the shift opens
 * @float_fen: cash the courier started with
 * @opened_at_ms, @closed_at_ms: wall time; @closed_at_ms is 0 while open
 * @counted_fen: cash counted at closing; -1 before
 * @load_checked_at_ms: when the courier ended the check of the load; 0 before
 * @statement: (nullable): the depot's statement as JWS, once it came
 *
 * A snapshot; read-only once shared.
 */
struct _DsShift
{
  GObject parent;

  char *id;
  char *courier_id;
  char *accounting_date;
  gint64 float_fen;
  gint64 opened_at_ms;
  gint64 closed_at_ms;
  gint64 counted_fen;
  gint64 load_checked_at_ms;
  char *statement;
};

/* Returns: (transfer full): a shift with nothing set, to be filled by its maker before it is shared. */
DsShift *ds_shift_new (void);

/* Kinds of cash, largest first, in fen: 100 yuan … 1 jiao, and single fen, without which a drawer cannot be counted
 * to the fen. Ends with 0. */
extern const gint64 ds_cash_denominations_fen[];

G_END_DECLS
