/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-next-stop.h"

#include "ds-geo.h"
#include "ds-own-order.h"
#include "ds-time-window.h"

/* The same building, or the next one. */
#define NEAR_M 120

/* A stop that can be walked up to: nothing to find out about it first. */
static gboolean
can_be_next (DsStop *stop)
{
  DsStopStatus status = ds_stop_get_status (stop);

  return status == DS_STOP_TO_DELIVER || status == DS_STOP_TO_COLLECT || status == DS_STOP_WAITING;
}

static gboolean
has_place (DsStop *stop)
{
  return ds_geo_is_place (stop->lat_e6, stop->lng_e6);
}

/* When something was last done at a stop's door; 0 for never. */
static gint64
get_visited_ms (DsStop *stop)
{
  gint64 at_ms = 0;

  for (guint i = 0; i < stop->parcels->len; i++)
    at_ms = MAX (at_ms, ((DsParcel *)g_ptr_array_index (stop->parcels, i))->outcome_at_ms);
  for (guint i = 0; i < stop->payments->len; i++)
    at_ms = MAX (at_ms, ((DsPayment *)g_ptr_array_index (stop->payments, i))->created_at_ms);
  return at_ms;
}

/* The door at which the courier was last, as far as it is known where that is. */
static DsStop *
find_here (GPtrArray *stops)
{
  DsStop *here = NULL;
  gint64 here_ms = 0;

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      gint64 at_ms = has_place (stop) ? get_visited_ms (stop) : 0;

      if (at_ms > here_ms)
        {
          here = stop;
          here_ms = at_ms;
        }
    }
  return here;
}

static gint
get_distance (DsStop *here, DsStop *stop)
{
  if (here == NULL || !has_place (stop))
    return -1;
  return (gint)MIN (ds_geo_get_distance (here->lat_e6, here->lng_e6, stop->lat_e6, stop->lng_e6), G_MAXINT);
}

/* What one look through the stops finds. */
typedef struct
{
  DsStop *pressing;
  DsStop *first; /* of those that can be gone to now */
  DsStop *near;
  gint near_m;
  DsStop *earliest;
} Choice;

static void
consider (Choice *choice, DsStop *stop, gint distance_m, gint64 now_ms)
{
  DsUrgency urgency = ds_time_window_get_urgency (stop->window_from_ms, stop->window_to_ms, now_ms);

  if (urgency == DS_WINDOW_AHEAD)
    {
      if (choice->earliest == NULL || stop->window_from_ms < choice->earliest->window_from_ms)
        choice->earliest = stop;
      return;
    }
  if ((urgency == DS_WINDOW_SOON || urgency == DS_WINDOW_LATE)
      && (choice->pressing == NULL || stop->window_to_ms < choice->pressing->window_to_ms))
    choice->pressing = stop;
  if (choice->first == NULL)
    choice->first = stop;
  if (distance_m >= 0 && distance_m <= NEAR_M && (choice->near == NULL || distance_m < choice->near_m))
    {
      choice->near = stop;
      choice->near_m = distance_m;
    }
}

static void
decide (const Choice *choice, gint64 now_ms, DsNextStop *next)
{
  if (choice->pressing != NULL)
    {
      next->stop = choice->pressing;
      next->reason = next->stop->window_to_ms < now_ms ? DS_NEXT_LATE : DS_NEXT_SOON;
    }
  else if (choice->near != NULL && choice->near != choice->first
           && choice->first->rank == ds_own_order_get_planned_rank (choice->first->position))
    {
      next->stop = choice->near;
      next->reason = DS_NEXT_NEAR;
    }
  else if (choice->first != NULL)
    {
      next->stop = choice->first;
      next->reason = DS_NEXT_FIRST;
    }
  else if (choice->earliest != NULL)
    {
      next->stop = choice->earliest;
      next->reason = DS_NEXT_EARLY;
    }
}

void
ds_next_stop_choose (GPtrArray *stops, gint64 now_ms, DsNextStop *next)
{
  Choice choice = { 0 };
  DsStop *here;

  g_return_if_fail (stops != NULL);
  g_return_if_fail (next != NULL);

  *next = (DsNextStop){ .reason = DS_NEXT_NONE, .distance_m = -1 };
  here = find_here (stops);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (can_be_next (stop))
        consider (&choice, stop, get_distance (here, stop), now_ms);
    }
  decide (&choice, now_ms, next);
  if (next->stop != NULL)
    next->distance_m = get_distance (here, next->stop);
}
