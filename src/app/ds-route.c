/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route.h"

struct _DsRoute
{
  GObject parent;

  DsStore *store;
  GCancellable *cancellable;
  GPtrArray *stops;        /* (element-type DsStop), in route order */
  GHashTable *index_by_id; /* borrowed id → index in stops */
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

static int
compare_position (gconstpointer a, gconstpointer b)
{
  const DsStop *first = *(DsStop *const *)a;
  const DsStop *second = *(DsStop *const *)b;

  if (first->position != second->position)
    return first->position < second->position ? -1 : 1;
  return g_strcmp0 (first->id, second->id);
}

static void
index_stops (DsRoute *self)
{
  g_hash_table_remove_all (self->index_by_id);
  for (guint i = 0; i < self->stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (self->stops, i);

      g_hash_table_insert (self->index_by_id, stop->id, GUINT_TO_POINTER (i));
    }
}

/* A stop that can be walked up to: nothing to find out about it first. */
static gboolean
can_be_next (DsStopStatus status)
{
  return status == DS_STOP_TO_DELIVER || status == DS_STOP_TO_COLLECT || status == DS_STOP_WAITING;
}

static void
sum_up (DsRoute *self)
{
  const char *next = NULL;

  ds_shift_totals_from_stops (self->stops, &self->totals);
  self->counts = (DsRouteCounts){ 0 };
  for (guint i = 0; i < self->stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (self->stops, i);
      DsStopStatus status = ds_stop_get_status (stop);

      self->counts.n_to_do += !ds_stop_status_is_done (status);
      self->counts.n_to_collect += status == DS_STOP_TO_COLLECT || status == DS_STOP_REJECTED;
      self->counts.n_done += ds_stop_status_is_done (status) && status != DS_STOP_REMOVED;
      self->counts.n_problems += ds_stop_status_is_problem (status);
      if (next == NULL && can_be_next (status))
        next = stop->id;
    }

  if (g_strcmp0 (self->next_stop, next) != 0)
    {
      g_free (self->next_stop);
      self->next_stop = g_strdup (next);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEXT_STOP]);
    }
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
ds_route_set_stops (DsRoute *self, GPtrArray *stops)
{
  guint n_before;

  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (stops != NULL);

  n_before = self->stops->len;
  g_hash_table_remove_all (self->index_by_id);
  g_ptr_array_set_size (self->stops, 0);
  for (guint i = 0; i < stops->len; i++)
    g_ptr_array_add (self->stops, g_object_ref (g_ptr_array_index (stops, i)));
  g_ptr_array_sort (self->stops, compare_position);
  index_stops (self);

  if (n_before > 0 || self->stops->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->stops->len);
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
    }
  sum_up (self);
}

/* Returns: whether @stop took the place of its older self; not if it is new or belongs elsewhere. */
static gboolean
replace_in_place (DsRoute *self, DsStop *stop)
{
  gpointer found;
  guint index;
  DsStop *old;

  if (!g_hash_table_lookup_extended (self->index_by_id, stop->id, NULL, &found))
    return FALSE;
  index = GPOINTER_TO_UINT (found);
  old = g_ptr_array_index (self->stops, index);
  if (old->position != stop->position)
    return FALSE;

  /* The key of the index is borrowed from the stop: it must not outlive it. */
  g_hash_table_replace (self->index_by_id, stop->id, found);
  self->stops->pdata[index] = g_object_ref (stop);
  g_object_unref (old);
  g_list_model_items_changed (G_LIST_MODEL (self), index, 1, 1);
  return TRUE;
}

void
ds_route_update_stops (DsRoute *self, GPtrArray *stops)
{
  g_autoptr (GPtrArray) moved = g_ptr_array_new ();

  g_return_if_fail (DS_IS_ROUTE (self));
  g_return_if_fail (stops != NULL);

  for (guint i = 0; i < stops->len; i++)
    {
      if (!replace_in_place (self, g_ptr_array_index (stops, i)))
        g_ptr_array_add (moved, g_ptr_array_index (stops, i));
    }

  if (moved->len > 0)
    {
      g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < moved->len; i++)
        g_hash_table_remove (self->index_by_id, ((DsStop *)g_ptr_array_index (moved, i))->id);
      for (guint i = 0; i < self->stops->len; i++)
        {
          DsStop *stop = g_ptr_array_index (self->stops, i);

          if (g_hash_table_contains (self->index_by_id, stop->id))
            g_ptr_array_add (all, g_object_ref (stop));
        }
      for (guint i = 0; i < moved->len; i++)
        g_ptr_array_add (all, g_object_ref (g_ptr_array_index (moved, i)));
      ds_route_set_stops (self, all);
      return;
    }
  sum_up (self);
}
