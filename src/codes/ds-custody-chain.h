/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of custody of cash: who counted what, signed, each step bound to the one before.
 *
 * A step is one line, a JWS like a journal's, signed by a clerk's key (header "kid"). Its payload has "seq" (1, 2, 3 …
 * without gaps), "prev" (SM3 of the line before, %DS_CUSTODY_GENESIS for the first), "id" (UUIDv7), "at_ms", "kind",
 * "clerk" and "data". Amounts are fen.
 *
 * | kind                | data                                                                                   |
 * |---------------------|----------------------------------------------------------------------------------------|
 * | `shift-count`       | shift, courier, denominations, counted_fen (blind), courier_fen and courier_entry (the  |
 * | `shift-recount`     | SM3 of the courier's own signed count, null without; beside it courier_denominations,   |
 * |                     | where the courier's handheld wrote them), expected_fen, float_fen,                      |
 * |                     | difference_fen; a recount is not blind and has a reason                                 |
 * | `made-good`         | shift, courier, amount_fen (positive: brought by the courier), reason                   |
 * | `transfer`          | from, to, amount_fen, reason                                                            |
 * | `deposit`           | bag, amount_fen                                                                         |
 * | `deposit-confirmed` | bag, amount_fen, deposited_fen, difference_fen, bank_ref                                |
 *
 * A file of the chain begins with the depot's certificate (kid "depot": the public keys of clerks and handhelds, the
 * number of steps and the hash of the last), then the steps; before each count stands the courier's journal line that it
 * names. So the file proves itself to whoever has the depot's public key. */
#pragma once

#include "ds-json.h"
#include "ds-key.h"

G_BEGIN_DECLS

/* "prev" of the first step. */
#define DS_CUSTODY_GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

/**
 * DsCustodyStep:
 * @kind: see above
 * @clerk_id: who signs
 * @key_id: by which key
 * @data: (transfer none)
 */
typedef struct
{
  gint64 seq;
  const char *prev;
  const char *id;
  gint64 at_ms;
  const char *kind;
  const char *clerk_id;
  const char *key_id;
  json_t *data;
} DsCustodyStep;

/* Returns: (transfer full) (nullable): the step's line; %DS_ERROR_CRYPTO. Any thread. */
char *ds_custody_step_sign (DsKey *key, const DsCustodyStep *step, GError **error);

/* Returns: (transfer full) (nullable): the payload of a step's line, not verified; %DS_ERROR_INVALID. Any thread. */
json_t *ds_custody_step_read (const char *line, GError **error);

/**
 * ds_custody_sum_denominations:
 * @denominations: [{"denomination_fen", "count"}]: each kind of cash at most once
 * @sum_fen: (out)
 *
 * Returns: whether they are kinds of cash in countable numbers; else a %DS_ERROR_INVALID says what is not. Any thread.
 */
gboolean ds_custody_sum_denominations (json_t *denominations, gint64 *sum_fen, GError **error);

/**
 * ds_custody_chain_verify:
 * @file: the certificate and the lines
 * @depot_key: the depot's public key, from elsewhere than the file
 * @error: %DS_ERROR_INVALID or %DS_ERROR_CRYPTO when there is no certificate of this depot to start from
 *
 * Checks every signature, the chain, that no step is missing at the end, that each count adds up and that it says of the
 * courier's count what the courier signed.
 *
 * Returns: (transfer full) (nullable): {"holds", "problem"?, "steps": [{"seq", "kind", "at_ms", "clerk", "name", "key",
 *   "courier_signed", "holds", "problem"?, "data"}]}. Any thread.
 */
json_t *ds_custody_chain_verify (GBytes *file, DsKey *depot_key, GError **error);

G_END_DECLS
