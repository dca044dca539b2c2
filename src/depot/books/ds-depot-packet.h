/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dispute packet: one file about one payment that verifies by itself (`doorstep-inspect packet`).
 *
 * A JSON object:
 *
 * | member      | what it is                                                                                |
 * |-------------|-------------------------------------------------------------------------------------------|
 * | `packet`    | 1, the version of this form                                                               |
 * | `testimony` | the depot's signed word, a JWS (below)                                                     |
 * | `depot_key` | whose: the depot's public key; whoever knows it from elsewhere compares                    |
 * | `keys`      | all keys of the depot's, for whoever knows another of them: src/codes/ds-key-chain.h       |
 * | `journal`   | the handheld's signed lines, from the first about the payment to the last, with the chain  |
 * |             | between them; where that is very long, only the lines about the payment                    |
 * | `trust`     | the operators' keys, signed by the depot, by which receipts and vouchers in the lines hold |
 * | `statement` | the statement of the payment's shift (or null), signed by the depot                        |
 * | `proofs`    | what the customer signed or was photographed: SM3 → bytes, base64url                       |
 *
 * The testimony: {"payment", "at_ms", "depot", "payee", "device" {"device", "courier", "public_key"} (or null), "record"
 * (what the depot knows of the payment), "operator" {"operator", "name", "asked_at_ms", "answer" (or null), "problem"},
 * "entries" [{"seq", "hash", "received_at_ms"}]: which lines about the payment the depot acknowledges to hold, "head"
 * {"seq", "hash"}: where the journal ends, "books" [{"key", "at_ms", "bookings" [{"account", "amount_fen"}]}], "cases",
 * "acts": what clerks did, "keys": all keys that have signed for the depot, by which statement and operators' list hold}. The lines between carry no names and no addresses. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * ds_depot_make_packet_async:
 * @payment_id: a payment that the depot knows
 *
 * Asks the payment's operator once more what it knows, and makes the file; an operator that does not answer is told in it.
 * Fails with %DS_ERROR_NOT_FOUND when there is no such payment.
 */
void ds_depot_make_packet_async (DsDepot *self,
                                 const char *payment_id,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Returns: (transfer full) (nullable): the file. */
GBytes *ds_depot_make_packet_finish (DsDepot *self, GAsyncResult *result, GError **error);

G_END_DECLS
