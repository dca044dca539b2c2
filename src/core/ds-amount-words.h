/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts as they are spoken. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_amount_words_zh:
 * @amount_fen: 0 to %DS_MONEY_MAX_FEN
 *
 * "四十三元五角", "两元", "十元零五分", "零元".
 *
 * Returns: (transfer full): as a Chinese cashier says it. Any thread.
 */
char *ds_amount_words_zh (gint64 amount_fen);

/* Returns: (transfer full): "forty-three yuan and fifty fen", "five fen", "zero yuan". Likewise. */
char *ds_amount_words_en (gint64 amount_fen);

G_END_DECLS
