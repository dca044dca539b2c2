/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route.h"

/* More changed stops than these are sorted once, not put in one by one. */
#define MAX_PUT 100

struct _DsRoute
{
  GObject parent;

  DsStore *store;
  GCancellable *cancellable;
  GPtrArray *stops;        /* (element-type DsStop), in the order shown */
  GHashTable *index_by_id; /* borrowed id → index in stops */
  DsRouteOrder order;
  gint64 now_ms; /* wall time, as last told */
  DsNextStop next;
  char *next_stop;
  DsShiftTotals totals;
  DsRouteCounts counts;
  gboolean loaded;
  gboolean loading;
  gboolean load_again; /* much changed while a load was under way */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsRoute,
                               ds_route,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_NEXT_STOP = 1,
  PROP_LOADED,
  PROP_ORDER,
  N_PROPS
};

enum
{
  SIGNAL_SUMMARY_CHANGED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return DS_TYPE_STOP;
}

static guint
get_n_items (GListModel *model)
{
  return DS_ROUTE (model)->stops->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  DsRoute *self = DS_ROUTE (model);

  return position < self->stops->len ? g_object_ref (g_ptr_array_index (self->stops, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gint
compare_position (DsStop *a, DsStop *b)
{
  if (a->position != b->position)
    return a->position < b->position ? -1 : 1;
  return g_strcmp0 (a->id, b->id);
}

static gint
compare_windows (DsStop *a, DsStop *b)
{
  gint64 a_ms = a->window_to_ms > 0 ? a->window_to_ms : G_MAXINT64;
  gint64 b_ms = b->window_to_ms > 0 ? b->window_to_ms : G_MAXINT64;

  if (a_ms != b_ms)
    return a_ms < b_ms ? -1 : 1;
  return ds_own_order_compare (a, b);
}

static gint
compare_stops (DsRoute *self, DsStop *a, DsStop *b)
{
  switch (self->order)
    {
    case DS_ROUTE_PLANNED:
      return compare_position (a, b);
    case DS_ROUTE_BY_WINDOW:
      return compare_windows (a, b);
    case DS_ROUTE_OWN:
    default:
      return ds_own_order_compare (a, b);
    }
}

static gint
compare_items (gconstpointer a, gconstpointer b, gpointer self)
{
  return compare_stops (self, *(DsStop *const *)a, *(DsStop *const *)b);
}

static gint
compare_own_items (gconstpointer a, gconstpointer b)
{
  return ds_own_order_compare (*(DsStop *const *)a, *(DsStop *const *)b);
}

/* The keys are borrowed from the stops: each must be in the table with its own stop's. */
static void
index_range (DsRoute *self, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    {
      DsStop *stop = g_ptr_array_index (self->stops, i);

      g_hash_table_replace (self->index_by_id, stop->id, GUINT_TO_POINTER (i));
    }
}

static void
choose_next (DsRoute *self)
{
  ds_next_stop_choose (self->stops, self->now_ms, &self->next);
  if (g_strcmp0 (self->next_stop, self->next.stop != NULL ? self->next.stop->id : NULL) == 0)
    return;
  g_free (self->next_stop);
  self->next_stop = self->next.stop != NULL ? g_strdup (self->next.stop->id) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEXT_STOP]);
}

static void
sum_up (DsRoute *self)
{
  ds_shift_totals_from_stops (self->stops, self->store != NULL ? ds_store_get_shift (self->store) : NULL,
                              &self->totals);
  self->counts = (DsRouteCounts){ 0 };
  for (guint i = 0; i < self->stops->len; i++)
    {
      DsStopStatus status = ds_stop_get_status (g_ptr_array_index (self->stops, i));

      self->counts.n_to_do += !ds_stop_status_is_done (status);
      self->counts.n_to_collect += status == DS_STOP_TO_COLLECT || status == DS_STOP_REJECTED;
      self->counts.n_done += ds_stop_status_is_done (status) && status != DS_STOP_REMOVED;
      self->counts.n_problems += ds_stop_status_is_problem (status);
    }
  choose_next (self);
  g_signal_emit (self, signals[SIGNAL_SUMMARY_CHANGED], 0);
}

static void load (DsRoute *self);

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsRoute) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_load_stops_finish (DS_STORE (source), result, &error);

  self->loading = FALSE;
  if (stops != NULL)
    ds_route_set_stops (self, stops);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);

  if (self->load_again && !g_cancellable_is_cancelled (self->cancellable))
    load (self);
}

static void
load (DsRoute *self)
{
  self->load_again = self->loading;
  if (self->loading)
    return;

  self->loading = TRUE;
  ds_store_load_stops_async (self->store, self->cancellable, did_load, g_object_ref (self));
}

static void
stops_changed (DsRoute *self, GPtrArray *stops)
{
  if (stops->len == 0)
    load (self);
  else
    ds_route_update_stops (self, stops);
}

static void
ds_route_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsRoute *self = DS_ROUTE (object);

  switch (prop_id)
    {
    case PROP_NEXT_STOP:
      g_value_set_string (value, self->next_stop);
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    case PROP_ORDER:
      g_value_set_uint (value, self->order);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_route_dispose (GObject *object)
{
  DsRoute *self = DS_ROUTE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (ds_route_parent_class)->dispose (object);
}

static void
ds_route_finalize (GObject *object)
{
  DsRoute *self = DS_ROUTE (object);

  g_object_unref (self->cancellable);
  g_hash_table_unref (self->index_by_id);
  g_ptr_array_unref (self->stops);
  g_free (self->next_stop);

  G_OBJECT_CLASS (ds_route_parent_class)->finalize (object);
}

static void
ds_route_class_init (DsRouteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_route_get_property;
  object_class->dispose = ds_route_dispose;
  object_class->finalize = ds_route_finalize;

  properties[PROP_NEXT_STOP]
      = g_param_spec_string ("next-stop", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOADED]
      = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ORDER] = g_param_spec_uint ("order", NULL, NULL, DS_ROUTE_OWN, DS_ROUTE_BY_WINDOW,
                                              DS_ROUTE_OWN, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_SUMMARY_CHANGED] = g_signal_new ("summary-changed", DS_TYPE_ROUTE, G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_ROUTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_route_init (DsRoute *self)
{
  self->cancellable = g_cancellable_new ();
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  self->index_by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

DsRoute *
ds_route_new (void)
{
  return g_object_new (DS_TYPE_ROUTE, NULL);
}

void
ds_route_follow (DsRoute *self, DsStore *store)
{
  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (DS_IS_STORE (store));
  g_return_if_fail (self->store == NULL);

  self->store = g_object_ref (store);
  g_signal_connect_object (store, "stops-changed", G_CALLBACK (stops_changed), self, G_CONNECT_SWAPPED);
  /* The totals are one shift's. */
  g_signal_connect_object (store, "notify::shift", G_CALLBACK (sum_up), self, G_CONNECT_SWAPPED);
  load (self);
}

DsStop *
ds_route_find (DsRoute *self, const char *stop_id)
{
  gpointer index;

  g_return_val_if_fail (DS_IS_ROUTE (self), NULL);

  if (stop_id == NULL || !g_hash_table_lookup_extended (self->index_by_id, stop_id, NULL, &index))
    return NULL;
  return g_ptr_array_index (self->stops, GPOINTER_TO_UINT (index));
}

DsStop *
ds_route_find_waybill (DsRoute *self, const char *waybill)
{
  g_return_val_if_fail (DS_IS_ROUTE (self), NULL);

  for (guint i = 0; i < self->stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (self->stops, i);

      if (ds_stop_find_parcel (stop, waybill) != NULL)
        return stop;
    }
  return NULL;
}

GPtrArray *
ds_route_get_stops (DsRoute *self)
{
  g_return_val_if_fail (DS_IS_ROUTE (self), NULL);

  return self->stops;
}

const char *
ds_route_get_next_stop (DsRoute *self)
{
  g_return_val_if_fail (DS_IS_ROUTE (self), NULL);

  return self->next_stop;
}

gboolean
ds_route_get_loaded (DsRoute *self)
{
  g_return_val_if_fail (DS_IS_ROUTE (self), FALSE);

  return self->loaded;
}

void
ds_route_get_totals (DsRoute *self, DsShiftTotals *totals)
{
  g_return_if_fail (DS_IS_ROUTE (self));

  *totals = self->totals;
}

void
ds_route_get_counts (DsRoute *self, DsRouteCounts *counts)
{
  g_return_if_fail (DS_IS_ROUTE (self));

  *counts = self->counts;
}

void
ds_route_get_next (DsRoute *self, DsNextStop *next)
{
  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (next != NULL);

  *next = self->next;
}

DsRouteOrder
ds_route_get_order (DsRoute *self)
{
  g_return_val_if_fail (DS_IS_ROUTE (self), DS_ROUTE_OWN);

  return self->order;
}

static GPtrArray *
copy_stops (DsRoute *self)
{
  GPtrArray *stops = g_ptr_array_new_full (self->stops->len, g_object_unref);

  for (guint i = 0; i < self->stops->len; i++)
    g_ptr_array_add (stops, g_object_ref (g_ptr_array_index (self->stops, i)));
  return stops;
}

/* All of them at once, from @stops, which is sorted here. */
static void
replace_all (DsRoute *self, GPtrArray *stops)
{
  guint n_before = self->stops->len;

  g_hash_table_remove_all (self->index_by_id);
  self->next = (DsNextStop){ .distance_m = -1 };
  g_ptr_array_set_size (self->stops, 0);
  for (guint i = 0; i < stops->len; i++)
    g_ptr_array_add (self->stops, g_object_ref (g_ptr_array_index (stops, i)));
  g_ptr_array_sort_with_data (self->stops, compare_items, self);
  index_range (self, 0, self->stops->len);
  if (n_before > 0 || self->stops->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->stops->len);
}

void
ds_route_set_order (DsRoute *self, DsRouteOrder order)
{
  g_autoptr (GPtrArray) stops = NULL;

  g_return_if_fail (DS_IS_ROUTE (self));

  if (self->order == order)
    return;
  self->order = order;
  stops = copy_stops (self);
  replace_all (self, stops);
  choose_next (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ORDER]);
  g_signal_emit (self, signals[SIGNAL_SUMMARY_CHANGED], 0);
}

GPtrArray *
ds_route_dup_own_order (DsRoute *self)
{
  GPtrArray *stops;

  g_return_val_if_fail (DS_IS_ROUTE (self), NULL);

  stops = copy_stops (self);
  g_ptr_array_sort (stops, compare_own_items);
  return stops;
}

void
ds_route_set_now (DsRoute *self, gint64 now_ms)
{
  g_return_if_fail (DS_IS_ROUTE (self));

  self->now_ms = now_ms;
  choose_next (self);
}

void
ds_route_set_stops (DsRoute *self, GPtrArray *stops)
{
  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (stops != NULL);

  replace_all (self, stops);
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
    }
  sum_up (self);
}

/* Where @stop belongs among the others; @but: (out of range for none) leaves one of them out. */
static guint
find_place (DsRoute *self, DsStop *stop, guint but)
{
  guint low = 0;
  guint high = self->stops->len - (but < self->stops->len);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      DsStop *other = g_ptr_array_index (self->stops, middle < but ? middle : middle + 1);

      if (compare_stops (self, other, stop) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Takes a new snapshot of a stop, or a new stop, to its place. Only the items between its old and its new place move, so
 * that a list that shows others stays as it is. */
static void
put_stop (DsRoute *self, DsStop *stop)
{
  gpointer found;
  guint from, to, first, last;

  if (!g_hash_table_lookup_extended (self->index_by_id, stop->id, NULL, &found))
    {
      to = find_place (self, stop, G_MAXUINT);
      g_ptr_array_insert (self->stops, (gint)to, g_object_ref (stop));
      index_range (self, to, self->stops->len);
      g_list_model_items_changed (G_LIST_MODEL (self), to, 0, 1);
      return;
    }

  from = GPOINTER_TO_UINT (found);
  to = find_place (self, stop, from);
  first = MIN (from, to);
  last = MAX (from, to);
  g_hash_table_remove (self->index_by_id, stop->id);
  g_ptr_array_remove_index (self->stops, from);
  g_ptr_array_insert (self->stops, (gint)to, g_object_ref (stop));
  index_range (self, first, last + 1);
  g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, last - first + 1);
}

static void
take_all (DsRoute *self, GPtrArray *changed)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < changed->len; i++)
    {
      DsStop *stop = g_ptr_array_index (changed, i);

      g_hash_table_remove (self->index_by_id, stop->id);
      g_ptr_array_add (all, g_object_ref (stop));
    }
  for (guint i = 0; i < self->stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (self->stops, i);

      if (g_hash_table_contains (self->index_by_id, stop->id))
        g_ptr_array_add (all, g_object_ref (stop));
    }
  replace_all (self, all);
}

void
ds_route_update_stops (DsRoute *self, GPtrArray *stops)
{
  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (stops != NULL);

  /* What comes next may be a stop that is replaced here. */
  self->next = (DsNextStop){ .distance_m = -1 };
  if (stops->len > MAX_PUT)
    take_all (self, stops);
  else
    {
      for (guint i = 0; i < stops->len; i++)
        put_stop (self, g_ptr_array_index (stops, i));
    }
  sum_up (self);
}
