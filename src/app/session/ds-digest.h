/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot changed while the courier was away, as a list model kept current. */
#pragma once

#include "ds-route.h"

G_BEGIN_DECLS

#define DS_TYPE_DIGEST_ENTRY (ds_digest_entry_get_type ())
G_DECLARE_FINAL_TYPE (DsDigestEntry, ds_digest_entry, DS, DIGEST_ENTRY, GObject)

/* Returns: (transfer none) */
const DsChange *ds_digest_entry_get_change (DsDigestEntry *self);
/* Returns: (transfer none) (nullable): the stop as it was when the entry was made. */
DsStop *ds_digest_entry_get_stop (DsDigestEntry *self);
/* Money was taken that is not due any more: somebody has to decide. */
gboolean ds_digest_entry_is_conflict (DsDigestEntry *self);

#define DS_TYPE_DIGEST (ds_digest_get_type ())
G_DECLARE_FINAL_TYPE (DsDigest, ds_digest, DS, DIGEST, GObject)

/**
 * DsDigest:n-unread: (guint) changes that the courier has not acknowledged
 * DsDigest::failed (char *message): the changes could not be read or marked
 *
 * A GListModel of DsDigestEntry: conflicts first, then what is unread, then the newest.
 */
DsDigest *ds_digest_new (void);

/* Follows @store, which is open, and the stops of @route. */
void ds_digest_follow (DsDigest *self, DsStore *store, DsRoute *route);

guint ds_digest_get_n_unread (DsDigest *self);

/* The courier has seen all that is listed now. */
void ds_digest_mark_read (DsDigest *self);

G_END_DECLS
