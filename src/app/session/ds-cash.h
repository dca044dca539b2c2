/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums at the cash drawer: pure, so that they have tests. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many amounts are suggested besides the exact one. */
#define DS_CASH_SUGGESTIONS 3

/**
 * ds_cash_suggest:
 * @due_fen: what is to be paid
 * @tendered_fen: (out): what customers are likely to give, rising, each above @due_fen
 *
 * The next whole 5, 10, 20, 50, 100 and 500 yuan, each once, the smallest first.
 *
 * Returns: how many were written
 */
guint ds_cash_suggest (gint64 due_fen, gint64 tendered_fen[DS_CASH_SUGGESTIONS]);

/* Returns: (transfer full): "10 yuan ×1 · 1 yuan ×3 · 5 jiao ×1": the fewest notes and coins for @change_fen. */
char *ds_cash_describe_change (gint64 change_fen);

G_END_DECLS
