/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shift's seal against what the depot has. */
#pragma once

#include "ds-depot.h"
#include "ds-shift-seal.h"

G_BEGIN_DECLS

/**
 * DsSealFinding:
 * @DS_SEAL_HOLDS: its handheld signed it, and the depot holds the entry that it names
 * @DS_SEAL_IS_AHEAD: its handheld signed it, and the depot does not hold that entry yet
 * @DS_SEAL_IS_FORGED: no handheld of this depot signed it, or it names another entry than the one the depot holds
 */
typedef enum
{
  DS_SEAL_HOLDS,
  DS_SEAL_IS_AHEAD,
  DS_SEAL_IS_FORGED,
} DsSealFinding;

/* @finding: (out). Returns: %FALSE on error. */
gboolean ds_depot_check_seal (DsDepot *self, const DsShiftSeal *seal, DsSealFinding *finding, GError **error);

G_END_DECLS
