/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-worklist.h"

struct _DsCase
{
  GObject parent;

  DsProblem *problem;
};

G_DEFINE_FINAL_TYPE (DsCase, ds_case, G_TYPE_OBJECT)

static void
ds_case_finalize (GObject *object)
{
  ds_problem_free (DS_CASE (object)->problem);

  G_OBJECT_CLASS (ds_case_parent_class)->finalize (object);
}

static void
ds_case_class_init (DsCaseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_case_finalize;
}

static void
ds_case_init (DsCase *self)
{
}

DsCase *
ds_case_new (DsProblem *problem)
{
  DsCase *self;

  g_return_val_if_fail (problem != NULL, NULL);

  self = g_object_new (DS_TYPE_CASE, NULL);
  self->problem = problem;
  return self;
}

const DsProblem *
ds_case_get_problem (DsCase *self)
{
  g_return_val_if_fail (DS_IS_CASE (self), NULL);

  return self->problem;
}

struct _DsWorklist
{
  GObject parent;

  DsStore *store;
  GCancellable *cancellable;
  GPtrArray *cases; /* (element-type DsCase) */
  gboolean loading;
  gboolean load_again; /* something changed while a load was under way */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsWorklist,
                               ds_worklist,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return DS_TYPE_CASE;
}

static guint
get_n_items (GListModel *model)
{
  return DS_WORKLIST (model)->cases->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  DsWorklist *self = DS_WORKLIST (model);

  return position < self->cases->len ? g_object_ref (g_ptr_array_index (self->cases, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void load (DsWorklist *self);

static void
take (DsWorklist *self, GPtrArray *problems)
{
  guint n_before = self->cases->len;
  gsize n;
  g_autofree gpointer *taken = g_ptr_array_steal (problems, &n);

  g_ptr_array_set_size (self->cases, 0);
  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (self->cases, ds_case_new (taken[i]));
  if (n_before > 0 || self->cases->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->cases->len);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWorklist) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = ds_store_load_problems_finish (DS_STORE (source), result, &error);

  self->loading = FALSE;
  if (problems != NULL)
    take (self, problems);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);

  if (self->load_again && !g_cancellable_is_cancelled (self->cancellable))
    load (self);
}

static void
load (DsWorklist *self)
{
  self->load_again = self->loading;
  if (self->loading)
    return;

  self->loading = TRUE;
  ds_store_load_problems_async (self->store, self->cancellable, did_load, g_object_ref (self));
}

static void
ds_worklist_dispose (GObject *object)
{
  DsWorklist *self = DS_WORKLIST (object);

  g_cancellable_cancel (self->cancellable);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (ds_worklist_parent_class)->dispose (object);
}

static void
ds_worklist_finalize (GObject *object)
{
  DsWorklist *self = DS_WORKLIST (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->cases);

  G_OBJECT_CLASS (ds_worklist_parent_class)->finalize (object);
}

static void
ds_worklist_class_init (DsWorklistClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_worklist_dispose;
  object_class->finalize = ds_worklist_finalize;

  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_WORKLIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_worklist_init (DsWorklist *self)
{
  self->cancellable = g_cancellable_new ();
  self->cases = g_ptr_array_new_with_free_func (g_object_unref);
}

DsWorklist *
ds_worklist_new (void)
{
  return g_object_new (DS_TYPE_WORKLIST, NULL);
}

void
ds_worklist_follow (DsWorklist *self, DsStore *store)
{
  g_return_if_fail (DS_IS_WORKLIST (self));
  g_return_if_fail (DS_IS_STORE (store));
  g_return_if_fail (self->store == NULL);

  self->store = g_object_ref (store);
  g_signal_connect_object (store, "stops-changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  /* Neither an entry that the depot sent back nor a feed item that makes no sense changes a stop. */
  g_signal_connect_object (store, "notify::n-unsent", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::feed-cursor", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  load (self);
}
