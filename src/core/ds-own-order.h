/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier's own order of the stops: pure.
 *
 * Every stop has a rank, and smaller comes first. Until it is moved its rank follows from its place in the depot's plan,
 * with room between two neighbours; a move gives the moved stop a rank in between. So a stop that the depot adds takes
 * its place in the plan, and one that it sends again stays where the courier put it. */
#pragma once

#include "ds-types.h"

G_BEGIN_DECLS

/* A stop's new rank. @stop_id is borrowed. */
typedef struct
{
  const char *stop_id;
  gint64 rank;
} DsOwnPlace;

/* As many ranks as one move gives at most. */
#define DS_OWN_ORDER_MAX_PLACES 500

/* Returns: the rank of a stop that was never moved. */
gint64 ds_own_order_get_planned_rank (gint64 position);

/* Returns: below, at or above zero as @a comes before, with or after @b in the courier's own order. */
gint ds_own_order_compare (DsStop *a, DsStop *b);

/**
 * ds_own_order_move:
 * @stops: (element-type DsStop): all stops in the courier's own order
 * @from: which of them is moved
 * @to: the place it has afterwards
 *
 * Returns: (transfer full) (element-type DsOwnPlace): the new ranks that make it so: of the moved stop and, where there
 *   is no room left, of some that follow; %NULL when so many would have to make room that it cannot be done.
 *   Borrows ids from @stops.
 */
GArray *ds_own_order_move (GPtrArray *stops, guint from, guint to);

G_END_DECLS
