/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What needs the courier's decision, as a list model kept current. */
#pragma once

#include "ds-store.h"

G_BEGIN_DECLS

#define DS_TYPE_CASE (ds_case_get_type ())
G_DECLARE_FINAL_TYPE (DsCase, ds_case, DS, CASE, GObject)

/* Returns: (transfer none): what the store says of it. */
const DsProblem *ds_case_get_problem (DsCase *self);

/* Takes @problem over. */
DsCase *ds_case_new (DsProblem *problem);

#define DS_TYPE_WORKLIST (ds_worklist_get_type ())
G_DECLARE_FINAL_TYPE (DsWorklist, ds_worklist, DS, WORKLIST, GObject)

/**
 * DsWorklist::failed (char *message): the problems could not be read
 *
 * A GListModel of DsCase, oldest first.
 */
DsWorklist *ds_worklist_new (void);

/* Follows @store, which is open. */
void ds_worklist_follow (DsWorklist *self, DsStore *store);

G_END_DECLS
