/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-proof.h"

static const char *const kind_names[DS_N_PROOF_KINDS] = { "signature", "photo", "pickup-code", "name" };
static const char *const blob_names[] = { "kept", "sent", "refused", "purged", "lost" };

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *at)
{
  for (*at = 0; *at < n; (*at)++)
    {
      if (g_strcmp0 (names[*at], name) == 0)
        return TRUE;
    }
  return FALSE;
}

const char *
ds_proof_kind_to_name (DsProofKind kind)
{
  g_return_val_if_fail (kind < DS_N_PROOF_KINDS, NULL);

  return kind_names[kind];
}

gboolean
ds_proof_kind_from_name (const char *name, DsProofKind *kind)
{
  guint at;

  if (!find_name (kind_names, G_N_ELEMENTS (kind_names), name, &at))
    return FALSE;
  *kind = (DsProofKind)at;
  return TRUE;
}

const char *
ds_blob_state_to_name (DsBlobState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (blob_names), NULL);

  return blob_names[state];
}

gboolean
ds_blob_state_from_name (const char *name, DsBlobState *state)
{
  guint at;

  if (!find_name (blob_names, G_N_ELEMENTS (blob_names), name, &at))
    return FALSE;
  *state = (DsBlobState)at;
  return TRUE;
}

void
ds_proof_free (DsProof *self)
{
  g_free (self->sm3);
  g_free (self->payment_id);
  g_free (self);
}
