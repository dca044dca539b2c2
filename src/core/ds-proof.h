/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-types.h"

G_BEGIN_DECLS

/**
 * DsProofKind:
 *
 * How somebody showed that the parcels were handed over.
 */
typedef enum
{
  DS_PROOF_SIGNATURE,
  DS_PROOF_PHOTO,
  DS_PROOF_PICKUP_CODE,
  DS_PROOF_NAME,
  DS_N_PROOF_KINDS
} DsProofKind;

const char *ds_proof_kind_to_name (DsProofKind kind); /* "signature", "photo", "pickup-code", "name" */
gboolean ds_proof_kind_from_name (const char *name, DsProofKind *kind);

/**
 * DsBlobState:
 * @DS_BLOB_KEPT: on this handheld only; it is sent after money and feed
 * @DS_BLOB_SENT: the depot has it too
 * @DS_BLOB_REFUSED: the depot will not take it; it stays here
 * @DS_BLOB_PURGED: the depot has it, the shift is settled, and it was removed here
 * @DS_BLOB_LOST: its file cannot be read any more; the entry with its digest stays
 *
 * Where the content of a proof is.
 */
typedef enum
{
  DS_BLOB_KEPT,
  DS_BLOB_SENT,
  DS_BLOB_REFUSED,
  DS_BLOB_PURGED,
  DS_BLOB_LOST,
} DsBlobState;

const char *ds_blob_state_to_name (DsBlobState state); /* "kept", "sent", … */
gboolean ds_blob_state_from_name (const char *name, DsBlobState *state);

/* The longest content of a proof, in bytes: a photograph is made smaller before it is kept. */
#define DS_PROOF_MAX_BYTES (1024 * 1024)

/**
 * DsProof:
 * @sm3: names its content, in hexadecimal
 * @size: of the content, in bytes
 * @payment_id: (nullable): the payment it belongs to; %NULL where nothing was due
 * @checked: a pickup code that is the one the depot knows
 * @blob: where the content is
 * @at_ms: wall time
 */
typedef struct
{
  DsProofKind kind;
  char *sm3;
  gint64 size;
  char *payment_id;
  gboolean checked;
  DsBlobState blob;
  gint64 at_ms;
} DsProof;

void ds_proof_free (DsProof *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsProof, ds_proof_free)

G_END_DECLS
