/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a wallet says to its owner, in the window and on the command line. */
#pragma once

#include "ds-wallet.h"

G_BEGIN_DECLS

/* Returns: (transfer full): "¥1,286.50". */
char *ds_wallet_format_yuan (gint64 amount_fen);

/* Returns: (transfer full): a sentence on a payment in the bank's words, see ds_wallet_get_payments(). */
char *ds_wallet_describe_payment (json_t *payment);

/* Returns: (transfer full): "¥1,960.00", with red packets and what vouchers have promised, if any. */
char *ds_wallet_describe_balance (DsWallet *wallet);

G_END_DECLS
