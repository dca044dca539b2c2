/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rescue copy: what the depot does not have yet, on a card, sealed to the depot's key (ds-sealed-file.h).
 *
 * It follows the journal: an entry is copied after it was journalled, by a thread of its own, so no payment waits for
 * a card. A card may be pulled out at any moment; a file that was cut is left as it is, and the next one begins with
 * the first entry that the depot does not have. Main thread only, as DsStore. */
#pragma once

#include "ds-store.h"

G_BEGIN_DECLS

#define DS_TYPE_RESCUE_COPY (ds_rescue_copy_get_type ())
G_DECLARE_FINAL_TYPE (DsRescueCopy, ds_rescue_copy, DS, RESCUE_COPY, GObject)

/**
 * DsRescueState:
 * @DS_RESCUE_OFF: no folder was chosen
 * @DS_RESCUE_COPYING: entries are on their way to the card
 * @DS_RESCUE_CURRENT: all entries that the depot lacks are on the card, synced
 * @DS_RESCUE_MISSING: the folder cannot be written, see ds_rescue_copy_get_problem(); it is tried again by itself
 */
typedef enum
{
  DS_RESCUE_OFF,
  DS_RESCUE_COPYING,
  DS_RESCUE_CURRENT,
  DS_RESCUE_MISSING,
} DsRescueState;

/* DsRescueCopy:state: a DsRescueState, as guint */

/* @store: an open store; @directory: its directory, where the choice of the folder is kept. */
DsRescueCopy *ds_rescue_copy_new (DsStore *store, const char *directory);

/* Ends the copying; what is being written is finished. */
void ds_rescue_copy_stop (DsRescueCopy *self);

/**
 * ds_rescue_copy_set_folder:
 * @folder: (nullable): a native folder; %NULL ends the copying
 * @error: %DS_ERROR_STORAGE when the choice cannot be kept
 */
gboolean ds_rescue_copy_set_folder (DsRescueCopy *self, GFile *folder, GError **error);
/* Returns: (transfer none) (nullable) */
const char *ds_rescue_copy_get_folder (DsRescueCopy *self);
DsRescueState ds_rescue_copy_get_state (DsRescueCopy *self);
/* Returns: (transfer none) (nullable): why the folder cannot be written */
const char *ds_rescue_copy_get_problem (DsRescueCopy *self);
/* Tries a missing card again now. */
void ds_rescue_copy_wake (DsRescueCopy *self);

G_END_DECLS
