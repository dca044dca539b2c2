/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox bank's HTTPS server, which customers' wallets call under /sandbox/v1.
 *
 * POST /wallets  {operator, name, public_key, tier, balance_fen, red_packet_fen} → {wallet, number, secret,
 *                certificate, operator, operators: [{id, name, public_key}]}; the same key again → the same answer
 * GET  /wallets/{wallet}?at_ms=N&signature=S → {wallet, operator, balance_fen, red_packet_fen, now_ms,
 *                pending: [PAYMENT], payments: [PAYMENT], vouchers: [{counter, payment, state, reason}]}
 * POST /pay      {code, SIGNED} → PAYMENT
 * POST /confirm  {payment, accept, SIGNED} → PAYMENT
 * POST /spend    {payment, amount_fen, shop, SIGNED} → PAYMENT
 * POST /faults   any of {line: "cut"|"restored", confirm_above_fen, slow_ms, lose_answers, lose_wallet_answers, late_ms,
 *                notify_times, payout_times, payout_late_days, payout_difference_fen, payout_fee_fen,
 *                file_difference: {payment, fen}|null} → all of them; GET /faults only tells. What they do: see
 *                DsBankFaults
 * SIGNED         wallet, at_ms, nonce, signature: see ds-sandbox-request.h; a nonce is larger than all before
 * PAYMENT        {payment, kind, state: "waiting"|"processing"|"paid"|"declined"|"expired", operator, amount_fen,
 *                red_packet_fen, refunded_fen, payee_name, operator_ref, reason, receipt, at_ms}
 *
 * An answer 200 means that the bank has understood; only "state" means an outcome. Problems are RFC 9457.
 *
 * For loopback, practice and tests only: anybody who reaches it may open a wallet full of play money and set
 * faults. */
#pragma once

#include "ds-bank.h"

G_BEGIN_DECLS

#define DS_TYPE_BANK_SERVER (ds_bank_server_get_type ())
G_DECLARE_FINAL_TYPE (DsBankServer, ds_bank_server, DS, BANK_SERVER, GObject)

/**
 * ds_bank_server_new:
 * @bank: the bank behind it
 * @certificate: the server's certificate with its private key
 *
 * Returns: (transfer full): a server that does not listen yet
 */
DsBankServer *ds_bank_server_new (DsBank *bank, GTlsCertificate *certificate);

/**
 * ds_bank_server_listen:
 * @port: a port of 127.0.0.1, 0 for any
 *
 * Returns: whether it listens
 */
gboolean ds_bank_server_listen (DsBankServer *self, guint port, GError **error);

/* Returns: (transfer none) (nullable): "https://127.0.0.1:PORT", %NULL before it listens. */
const char *ds_bank_server_get_address (DsBankServer *self);

G_END_DECLS
