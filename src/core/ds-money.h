/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money is an integer number of fen (1 yuan = 100 fen). No floating point touches an amount. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DS_MONEY_MAX_FEN:
 *
 * The largest amount that Doorstep handles: 10 thousand million yuan. Far above any route, and far enough
 * below G_MAXINT64 that a sum of a million amounts cannot overflow unnoticed.
 */
#define DS_MONEY_MAX_FEN (G_GINT64_CONSTANT (1000000000000))

/* Room for every text ds_money_format() writes, with its end. */
#define DS_MONEY_TEXT_SIZE 32

/**
 * ds_money_add:
 * @a_fen: an amount, may be negative
 * @b_fen: an amount, may be negative
 * @sum_fen: (out): where the sum goes; untouched on failure
 *
 * Returns: %FALSE if the sum lies beyond ±%DS_MONEY_MAX_FEN. Any thread.
 */
gboolean ds_money_add (gint64 a_fen, gint64 b_fen, gint64 *sum_fen) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ds_money_format:
 * @amount_fen: an amount
 * @text: (out): room for %DS_MONEY_TEXT_SIZE bytes
 *
 * Writes yuan with two decimals and no grouping ("-1286.50"): the form of codes, files and the wire.
 *
 * Returns: @text. Any thread.
 */
const char *ds_money_format (gint64 amount_fen, char text[DS_MONEY_TEXT_SIZE]);

/**
 * ds_money_format_grouped:
 * @amount_fen: an amount
 * @text: (out): room for %DS_MONEY_TEXT_SIZE bytes
 *
 * As ds_money_format() with a comma at every thousand ("1,286.50"): the form for people, without the sign ¥.
 *
 * Returns: @text. Any thread.
 */
const char *ds_money_format_grouped (gint64 amount_fen, char text[DS_MONEY_TEXT_SIZE]);

/**
 * ds_money_parse:
 * @text: yuan as people and files write them: "286.5", "286.50", "286", "¥1,286.50"
 * @amount_fen: (out): the amount, never negative; untouched on failure
 * @error: return location for a %DS_ERROR_INVALID or %DS_ERROR_OVERFLOW
 *
 * More than two decimals are refused unless they are zeros: nothing is rounded. So is a comma that groups no thousands:
 * "286,50" is not guessed at.
 *
 * Returns: whether @text is an amount. Any thread.
 */
gboolean ds_money_parse (const char *text, gint64 *amount_fen, GError **error);

G_END_DECLS
