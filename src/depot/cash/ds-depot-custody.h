/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash from the courier to the clerk to the bank: each step counted, signed, chained and booked.
 *
 * The clerk counts without seeing what the courier has counted; the two are compared once both have. A step is signed by
 * the clerk's key and names the courier's own signed count; `src/codes/ds-custody-chain.h` has the form. The books:
 *
 * | account              | what it is                                                                  |
 * |----------------------|-----------------------------------------------------------------------------|
 * | `cash:COURIER`       | taken at doors, not handed over                                             |
 * | `float:COURIER`      | the float that the courier started with, out of `till:float`                |
 * | `till:CLERK`         | what the clerk has                                                          |
 * | `over-short:COURIER` | too little (debit) or too much (credit), while its case is open             |
 * | `receivable:COURIER` | what a clerk decided that the courier owes                                  |
 * | `transit:bank`       | in a bag on its way to the bank                                             |
 * | `bank`               | what the bank confirmed                                                     |
 * | `over-short:bank`    | what the bank counted less (debit) or more, while its case is open          |
 * | `claim:bank`         | what the bank is held to                                                    |
 * | `result:cash`        | written off (debit) or kept (credit)                                        |
 *
 * Every function here is a transaction of its own. Main thread. The same once more does nothing more and gets the same
 * answer: by its id where one is given, else by the shift or the bag it is about. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/* The longest name of a bag: its seal's number. */
#define DS_DEPOT_BAG_MAX_BYTES 32

/* Clerks */

/**
 * ds_depot_add_clerk:
 * @clerk_id: 1 to 16 ASCII letters, digits or hyphens
 * @name: as people know the clerk
 * @error: %DS_ERROR_CONFLICT while that clerk has a key in force; %DS_ERROR_INVALID, %DS_ERROR_CRYPTO
 *
 * Makes a signing key, which the depot keeps. A clerk whose key was revoked gets another one.
 *
 * Returns: (transfer full) (nullable): {"clerk", "name", "key", "public_key"}
 */
json_t *ds_depot_add_clerk (DsDepot *self, const char *clerk_id, const char *name, GError **error);

/* The clerk signs nothing any more; what was signed stays good. Returns: (transfer full) (nullable): {"clerk", "key",
 * "till_fen"}: the till that somebody has to take over. %DS_ERROR_NOT_FOUND unless a key is in force. */
json_t *ds_depot_revoke_clerk (DsDepot *self, const char *clerk_id, const char *reason, GError **error);

/* Returns: (transfer full) (nullable): [{"clerk", "name", "key", "public_key", "made_at_ms", "revoked_at_ms", "reason"?,
 * "till_fen"}], each key that ever was. */
json_t *ds_depot_list_clerks (DsDepot *self, GError **error);

/* From courier to clerk. When an entry comes late and changes what the courier had to hand over, that is a case too
 * ("cash-late", "cash-late-over"): counting again corrects it, or a decision (ds_depot_resolve()). */

/**
 * DsCashCount:
 * @id: (nullable): a UUIDv7 that makes repeats harmless; without one it is the same when all else is
 * @shift_id: a closed shift
 * @clerk_id: who counts
 * @denominations: [{"denomination_fen", "count"}]; kinds that are not named are none
 * @reason: (nullable): why it is counted again; such a count is not blind any more
 */
typedef struct
{
  const char *id;
  const char *shift_id;
  const char *clerk_id;
  json_t *denominations;
  const char *reason;
} DsCashCount;

/**
 * ds_depot_take_cash:
 * @error: %DS_ERROR_STATE while the shift is open, or counted already and no reason is given to count again, or decided,
 *   or when what was counted before has left the till;
 *   %DS_ERROR_NOT_FOUND, %DS_ERROR_INVALID
 *
 * The clerk has counted a shift's cash and has it now. What is missing or too much is booked and becomes a case
 * ("cash-short", "cash-over"); counting again corrects both.
 *
 * Returns: (transfer full) (nullable): {"id", "seq", "kind", "clerk", "at_ms", "shift", "courier", "denominations",
 *   "counted_fen", "courier_fen" (null: the courier has not counted), "courier_denominations"?, "courier_entry", "expected_fen", "float_fen",
 *   "difference_fen", "reason"?}
 */
json_t *ds_depot_take_cash (DsDepot *self, const DsCashCount *count, GError **error);

/**
 * ds_depot_make_good:
 * @id: (nullable): a UUIDv7 that makes repeats harmless
 * @amount_fen: brought by the courier for what was missing, or given back to the courier of what was too much
 * @error: %DS_ERROR_STATE when not so much is open: of the shift while its case is, else of all that was decided about
 *   its courier, or the clerk's till does not hold what is to be given
 *
 * Returns: (transfer full) (nullable): {"id", "seq", …, "shift", "courier", "amount_fen" (negative: given), "reason"}
 */
json_t *ds_depot_make_good (DsDepot *self,
                            const char *id,
                            const char *shift_id,
                            const char *clerk_id,
                            gint64 amount_fen,
                            const char *reason,
                            GError **error);

/**
 * ds_depot_list_handovers:
 * @all: every shift; else those that are open, waiting, or have an open case (and of those from before there were
 *   clerks' keys, none)
 *
 * A shift that is not handed over says nothing of what its courier counted: the clerk counts blind.
 *
 * Returns: (transfer full) (nullable): [{"shift", "courier", "name", "accounting_date", "opened_at_ms", "closed_at_ms",
 *   "state", "case"?, "count"?}], newest first; the state is "open", "waiting", "agrees" or "differs", the count as
 *   ds_depot_take_cash() answered
 */
json_t *ds_depot_list_handovers (DsDepot *self, gboolean all, GError **error);

/* Returns: (transfer full) (nullable): the same of one shift; %DS_ERROR_NOT_FOUND. */
json_t *ds_depot_describe_handover (DsDepot *self, const char *shift_id, GError **error);

/* From clerk to clerk, and to the bank */

/**
 * ds_depot_transfer_till:
 * @id: (nullable): a UUIDv7 that makes repeats harmless
 * @from: a clerk, in force or not, or "float", the box from which couriers get their floats
 * @to: the clerk who takes over and signs, or "float": then @from signs
 * @error: %DS_ERROR_STATE when a clerk's till does not hold so much
 *
 * Returns: (transfer full) (nullable): {"id", "seq", …, "from", "to", "amount_fen", "reason"}
 */
json_t *ds_depot_transfer_till (DsDepot *self,
                                const char *id,
                                const char *from,
                                const char *to,
                                gint64 amount_fen,
                                const char *reason,
                                GError **error);

/**
 * ds_depot_deposit:
 * @bag: the number of the bag's seal, never used twice: letters, digits and hyphens
 * @error: %DS_ERROR_STATE when the till does not hold so much; %DS_ERROR_CONFLICT when the bag has gone with another sum
 *
 * Returns: (transfer full) (nullable): {"id", "seq", …, "bag", "amount_fen"}
 */
json_t *
ds_depot_deposit (DsDepot *self, const char *clerk_id, const char *bag, gint64 amount_fen, GError **error);

/**
 * ds_depot_confirm_deposit:
 * @clerk_id: who enters what the bank says
 * @amount_fen: what the bank counted
 * @bank_ref: the bank's number of it
 *
 * What the bank counted less or more is booked and becomes a case ("deposit-short", "deposit-over").
 *
 * Returns: (transfer full) (nullable): {"id", "seq", …, "bag", "amount_fen", "deposited_fen", "difference_fen",
 *   "bank_ref"}
 */
json_t *ds_depot_confirm_deposit (DsDepot *self,
                                  const char *clerk_id,
                                  const char *bag,
                                  gint64 amount_fen,
                                  const char *bank_ref,
                                  GError **error);

/* @limit: −1: all of them. Returns: (transfer full) (nullable): [{"bag", "clerk", "at_ms", "amount_fen", "confirmation"?}],
 * newest first; the confirmation as ds_depot_confirm_deposit() answered. */
json_t *ds_depot_list_deposits (DsDepot *self, gint64 offset, gint64 limit, GError **error);

/* The chain */

/**
 * ds_depot_load_custody:
 * @error: %DS_ERROR_CRYPTO, or of the database
 *
 * Returns: (transfer full) (nullable): the whole chain as a file for `doorstep-inspect custody`
 */
GBytes *ds_depot_load_custody (DsDepot *self, GError **error);

/* Returns: (transfer full) (nullable): as ds_custody_chain_verify() says of it. */
json_t *ds_depot_verify_custody (DsDepot *self, GError **error);

G_END_DECLS
