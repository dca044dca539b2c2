/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-own-order.h"

#include "ds-stop.h"

/* Twenty moves into the same gap before anything has to make room. */
#define RANK_STEP (G_GINT64_CONSTANT (1) << 20)
/* Those that make room do so for some time. */
#define NEW_ROOM 1024
/* A plan with greater numbers than that is nonsense, which must not overflow; JSON's readers keep 53 bits. */
#define MAX_POSITION (G_GINT64_CONSTANT (1) << 31)

gint64
ds_own_order_get_planned_rank (gint64 position)
{
  return CLAMP (position, -MAX_POSITION, MAX_POSITION) * RANK_STEP;
}

gint
ds_own_order_compare (DsStop *a, DsStop *b)
{
  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->position != b->position)
    return a->position < b->position ? -1 : 1;
  return g_strcmp0 (a->id, b->id);
}

/* The stops as if the moved one was not among them. */
static DsStop *
get_other (GPtrArray *stops, guint from, guint i)
{
  return g_ptr_array_index (stops, i < from ? i : i + 1);
}

GArray *
ds_own_order_move (GPtrArray *stops, guint from, guint to)
{
  g_autoptr (GArray) places = NULL;
  const DsStop *moved;
  guint n_others;
  guint n = 1;
  gint64 before, after;

  g_return_val_if_fail (stops != NULL, NULL);
  g_return_val_if_fail (from < stops->len && to < stops->len, NULL);

  n_others = stops->len - 1;
  moved = g_ptr_array_index (stops, from);
  if (n_others == 0)
    before = moved->rank - RANK_STEP;
  else if (to > 0)
    before = get_other (stops, from, to - 1)->rank;
  else
    before = get_other (stops, from, 0)->rank - 2 * RANK_STEP;

  /* As many that follow as have to make room, until the ranks between can all be different. */
  for (;; n++)
    {
      guint follower = to + n - 1;

      after = follower < n_others ? get_other (stops, from, follower)->rank
                                  : before + (gint64)(n + 1) * RANK_STEP;
      if (after - before > (n == 1 ? 1 : (gint64)n * NEW_ROOM))
        break;
      if (n == DS_OWN_ORDER_MAX_PLACES)
        return NULL;
    }

  places = g_array_sized_new (FALSE, FALSE, sizeof (DsOwnPlace), n);
  for (guint i = 0; i < n; i++)
    {
      const DsStop *stop = i == 0 ? moved : get_other (stops, from, to + i - 1);
      const DsOwnPlace place = { stop->id, before + (after - before) / (n + 1) * (i + 1) };

      g_array_append_val (places, place);
    }
  return g_steal_pointer (&places);
}
