/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new key of the depot's, announced by the one before it. */
#pragma once

#include "ds-jws.h"

G_BEGIN_DECLS

/* The type of the feed's items that carry announcements: {"number":2, "jws":"…"}. */
#define DS_DEPOT_KEY_ITEM "depot-key"

/**
 * DsDepotKey:
 * @number: 1 for the first, which nobody announces
 * @key: its public half at least
 * @from_ms: from when it signs
 * @previous_until_ms: what the key before it signs later than this is not taken as new any more; what it signed before
 *   stays good
 */
typedef struct
{
  gint64 number;
  DsKey *key;
  gint64 from_ms;
  gint64 previous_until_ms;
} DsDepotKey;

void ds_depot_key_clear (DsDepotKey *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsDepotKey, ds_depot_key_clear)

/**
 * ds_depot_key_announce:
 * @previous: the key pair before it
 *
 * Returns: (transfer full) (nullable): a JWS with kid "depot" over {"depot_key":"04…", "number":2, "from_ms":N,
 *   "previous_until_ms":N}
 */
char *ds_depot_key_announce (const DsDepotKey *self, DsKey *previous, GError **error);

/**
 * ds_depot_key_read:
 * @jws: an announcement
 * @previous: the key that should have signed it
 * @self: (out caller-allocates): clear it
 * @error: %DS_ERROR_CRYPTO when it is not @previous' signature, %DS_ERROR_INVALID
 */
gboolean ds_depot_key_read (DsDepotKey *self, const char *jws, DsKey *previous, GError **error);

G_END_DECLS
