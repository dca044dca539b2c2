/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-digest.h"

struct _DsDigestEntry
{
  GObject parent;

  DsChange *change;
  DsStop *stop;
  gboolean conflict;
};

G_DEFINE_FINAL_TYPE (DsDigestEntry, ds_digest_entry, G_TYPE_OBJECT)

static void
ds_digest_entry_finalize (GObject *object)
{
  DsDigestEntry *self = DS_DIGEST_ENTRY (object);

  ds_change_free (self->change);
  g_clear_object (&self->stop);

  G_OBJECT_CLASS (ds_digest_entry_parent_class)->finalize (object);
}

static void
ds_digest_entry_class_init (DsDigestEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_digest_entry_finalize;
}

static void
ds_digest_entry_init (DsDigestEntry *self)
{
}

/* Only what changes the price can make money too much. */
static gboolean
is_about_money (const DsChange *change)
{
  return change->before_fen != change->after_fen;
}

/* Takes @change over. */
static DsDigestEntry *
make_entry (DsChange *change, DsStop *stop)
{
  DsDigestEntry *self = g_object_new (DS_TYPE_DIGEST_ENTRY, NULL);
  DsDebt debt = { 0 };

  self->change = change;
  if (stop != NULL)
    {
      self->stop = g_object_ref (stop);
      ds_stop_get_debt (stop, &debt);
    }
  self->conflict = is_about_money (change) && debt.over_fen > 0;
  return self;
}

const DsChange *
ds_digest_entry_get_change (DsDigestEntry *self)
{
  g_return_val_if_fail (DS_IS_DIGEST_ENTRY (self), NULL);

  return self->change;
}

DsStop *
ds_digest_entry_get_stop (DsDigestEntry *self)
{
  g_return_val_if_fail (DS_IS_DIGEST_ENTRY (self), NULL);

  return self->stop;
}

gboolean
ds_digest_entry_is_conflict (DsDigestEntry *self)
{
  g_return_val_if_fail (DS_IS_DIGEST_ENTRY (self), FALSE);

  return self->conflict;
}

/* The model */

struct _DsDigest
{
  GObject parent;

  DsStore *store;
  DsRoute *route;
  GCancellable *cancellable;
  GPtrArray *entries; /* (element-type DsDigestEntry) */
  guint n_unread;
  gboolean loading;
  gboolean load_again; /* something changed while a load was under way */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsDigest,
                               ds_digest,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_N_UNREAD = 1,
  N_PROPS
};

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return DS_TYPE_DIGEST_ENTRY;
}

static guint
get_n_items (GListModel *model)
{
  return DS_DIGEST (model)->entries->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  DsDigest *self = DS_DIGEST (model);

  return position < self->entries->len ? g_object_ref (g_ptr_array_index (self->entries, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const DsDigestEntry *first = *(DsDigestEntry *const *)a;
  const DsDigestEntry *second = *(DsDigestEntry *const *)b;

  if (first->conflict != second->conflict)
    return first->conflict ? -1 : 1;
  if (first->change->read != second->change->read)
    return first->change->read ? 1 : -1;
  return first->change->n > second->change->n ? -1 : first->change->n < second->change->n;
}

static void load (DsDigest *self);

static void
take (DsDigest *self, GPtrArray *changes)
{
  guint n_before = self->entries->len;
  guint n_unread = 0;
  gsize n;
  g_autofree gpointer *taken = g_ptr_array_steal (changes, &n);

  g_ptr_array_set_size (self->entries, 0);
  for (gsize i = 0; i < n; i++)
    {
      DsChange *change = taken[i];

      n_unread += !change->read;
      g_ptr_array_add (self->entries, make_entry (change, ds_route_find (self->route, change->stop_id)));
    }
  g_ptr_array_sort (self->entries, compare_entries);
  if (n_before > 0 || self->entries->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->entries->len);
  if (self->n_unread != n_unread)
    {
      self->n_unread = n_unread;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNREAD]);
    }
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsDigest) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes = ds_store_load_changes_finish (DS_STORE (source), result, &error);

  self->loading = FALSE;
  if (changes != NULL)
    take (self, changes);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);

  if (self->load_again && !g_cancellable_is_cancelled (self->cancellable))
    load (self);
}

static void
load (DsDigest *self)
{
  self->load_again = self->loading;
  if (self->loading)
    return;

  self->loading = TRUE;
  ds_store_load_changes_async (self->store, self->cancellable, did_load, g_object_ref (self));
}

/* Stops come into it when money is taken or given back at one that was changed. */
static void
stops_changed (DsDigest *self)
{
  if (self->entries->len > 0)
    load (self);
}

static void
ds_digest_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsDigest *self = DS_DIGEST (object);

  switch (prop_id)
    {
    case PROP_N_UNREAD:
      g_value_set_uint (value, self->n_unread);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_digest_dispose (GObject *object)
{
  DsDigest *self = DS_DIGEST (object);

  g_cancellable_cancel (self->cancellable);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  if (self->route != NULL)
    g_signal_handlers_disconnect_by_data (self->route, self);
  g_clear_object (&self->store);
  g_clear_object (&self->route);

  G_OBJECT_CLASS (ds_digest_parent_class)->dispose (object);
}

static void
ds_digest_finalize (GObject *object)
{
  DsDigest *self = DS_DIGEST (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->entries);

  G_OBJECT_CLASS (ds_digest_parent_class)->finalize (object);
}

static void
ds_digest_class_init (DsDigestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_digest_get_property;
  object_class->dispose = ds_digest_dispose;
  object_class->finalize = ds_digest_finalize;

  properties[PROP_N_UNREAD] = g_param_spec_uint ("n-unread", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_DIGEST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_digest_init (DsDigest *self)
{
  self->cancellable = g_cancellable_new ();
  self->entries = g_ptr_array_new_with_free_func (g_object_unref);
}

DsDigest *
ds_digest_new (void)
{
  return g_object_new (DS_TYPE_DIGEST, NULL);
}

void
ds_digest_follow (DsDigest *self, DsStore *store, DsRoute *route)
{
  g_return_if_fail (DS_IS_DIGEST (self));
  g_return_if_fail (DS_IS_STORE (store));
  g_return_if_fail (DS_IS_ROUTE (route));
  g_return_if_fail (self->store == NULL);

  self->store = g_object_ref (store);
  self->route = g_object_ref (route);
  g_signal_connect_object (store, "notify::feed-cursor", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (route, "summary-changed", G_CALLBACK (stops_changed), self, G_CONNECT_SWAPPED);
  load (self);
}

guint
ds_digest_get_n_unread (DsDigest *self)
{
  g_return_val_if_fail (DS_IS_DIGEST (self), 0);

  return self->n_unread;
}

static void
did_mark (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsDigest) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_store_mark_changes_read_finish (DS_STORE (source), result, &error))
    load (self);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
}

void
ds_digest_mark_read (DsDigest *self)
{
  gint64 newest = 0;

  g_return_if_fail (DS_IS_DIGEST (self));

  for (guint i = 0; i < self->entries->len; i++)
    {
      DsDigestEntry *entry = g_ptr_array_index (self->entries, i);

      newest = MAX (newest, entry->change->n);
    }
  if (self->n_unread > 0)
    ds_store_mark_changes_read_async (self->store, newest, self->cancellable, did_mark, g_object_ref (self));
}
