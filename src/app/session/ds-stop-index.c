/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-index.h"

#include "ds-pinyin.h"
#include "ds-task.h"

#include <string.h>

/* What one stop is found by. */
typedef struct
{
  DsStop *stop;
  char *words;    /* folded, a line each */
  char *spelling; /* (nullable): not spelled yet */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_object_unref (self->stop);
  g_free (self->words);
  g_free (self->spelling);
  g_free (self);
}

struct _DsStopIndex
{
  GObject parent;

  DsRoute *route;
  GHashTable *entries; /* (element-type utf8 Entry), by the stop's id, borrowed from the entry's stop */
  DsPinyin *pinyin;    /* (nullable): the thread's, while it works */
  GCancellable *cancellable;
  gboolean wanted;
  gboolean working;
  gboolean again; /* the route changed meanwhile */
};

G_DEFINE_FINAL_TYPE (DsStopIndex, ds_stop_index, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

char *
ds_stop_index_fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  /* Only text that is not UTF-8 has no normal form. */
  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

static Entry *
make_entry (DsStop *stop)
{
  Entry *self = g_new0 (Entry, 1);
  g_autoptr (GString) words = g_string_new (NULL);

  g_string_append_printf (words, "%s\n%s\n%s", stop->recipient ? stop->recipient : "",
                          stop->address ? stop->address : "", stop->place ? stop->place : "");
  for (guint i = 0; i < stop->parcels->len; i++)
    g_string_append_printf (words, "\n%s", ((DsParcel *)g_ptr_array_index (stop->parcels, i))->waybill);
  self->stop = g_object_ref (stop);
  self->words = ds_stop_index_fold (words->str);
  return self;
}

/* Stops are read-only: the thread may read them. */
static char *
spell (DsPinyin *pinyin, DsStop *stop)
{
  GString *spelling = g_string_new (NULL);

  ds_pinyin_spell (pinyin, stop->recipient, TRUE, spelling);
  /* Nothing typed goes on from one field into the next. */
  g_string_append (spelling, " \n");
  ds_pinyin_spell (pinyin, stop->address, FALSE, spelling);
  g_string_append (spelling, " \n");
  ds_pinyin_spell (pinyin, stop->place, FALSE, spelling);
  return g_string_free (spelling, FALSE);
}

static gboolean
is_spelled (DsStopIndex *self, DsStop *stop)
{
  const Entry *entry = g_hash_table_lookup (self->entries, stop->id);

  return entry != NULL && entry->stop == stop && entry->spelling != NULL;
}

static gboolean
has_same_text (DsStop *a, DsStop *b)
{
  return g_strcmp0 (a->recipient, b->recipient) == 0 && g_strcmp0 (a->address, b->address) == 0
         && g_strcmp0 (a->place, b->place) == 0;
}

/* The entry of @stop as it is now; what was spelled is kept while the text is the same. */
static Entry *
ensure_entry (DsStopIndex *self, DsStop *stop)
{
  Entry *known = g_hash_table_lookup (self->entries, stop->id);
  Entry *entry;

  if (known != NULL && known->stop == stop)
    return known;
  entry = make_entry (stop);
  if (known != NULL && has_same_text (known->stop, stop))
    entry->spelling = g_steal_pointer (&known->spelling);
  g_hash_table_replace (self->entries, stop->id, entry);
  return entry;
}

/* The thread's work */

typedef struct
{
  GPtrArray *stops; /* (element-type DsStop) */
  DsPinyin *pinyin;
  GPtrArray *spellings; /* (element-type utf8) (nullable items) */
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_ptr_array_unref (self->stops);
  g_clear_pointer (&self->pinyin, ds_pinyin_free);
  g_clear_pointer (&self->spellings, g_ptr_array_unref);
  g_free (self);
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  if (work->pinyin == NULL)
    work->pinyin = ds_pinyin_new ();
  for (guint i = 0; i < work->stops->len && !g_cancellable_is_cancelled (cancellable); i++)
    g_ptr_array_add (work->spellings, work->pinyin != NULL
                                          ? spell (work->pinyin, g_ptr_array_index (work->stops, i))
                                          : g_strdup (""));
  g_task_return_boolean (task, TRUE);
}

static void start (DsStopIndex *self);

static void
did_spell (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsStopIndex *self = DS_STOP_INDEX (source);
  Work *work = g_task_get_task_data (G_TASK (result));

  self->working = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->pinyin = g_steal_pointer (&work->pinyin);
  for (guint i = 0; i < work->spellings->len; i++)
    {
      DsStop *stop = g_ptr_array_index (work->stops, i);
      Entry *entry = g_hash_table_lookup (self->entries, stop->id);

      if (entry == NULL || entry->stop != stop)
        continue;
      g_free (entry->spelling);
      entry->spelling = g_steal_pointer (&work->spellings->pdata[i]);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  if (self->again)
    start (self);
}

/* Only the thread may spend time: what is read here are pointers. */
static void
start (DsStopIndex *self)
{
  g_autoptr (GTask) task = NULL;
  GPtrArray *all = ds_route_get_stops (self->route);
  GPtrArray *stops;
  Work *work;

  self->again = self->working;
  if (self->working)
    return;
  stops = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < all->len; i++)
    {
      DsStop *stop = g_ptr_array_index (all, i);

      if (!is_spelled (self, stop) && ensure_entry (self, stop)->spelling == NULL)
        g_ptr_array_add (stops, g_object_ref (stop));
    }
  if (stops->len == 0)
    {
      g_ptr_array_unref (stops);
      return;
    }

  work = g_new0 (Work, 1);
  work->stops = stops;
  work->pinyin = g_steal_pointer (&self->pinyin);
  work->spellings = g_ptr_array_new_full (stops->len, g_free);
  self->working = TRUE;
  task = g_task_new (self, self->cancellable, did_spell, NULL);
  g_task_set_source_tag (task, DS_TASK_TAG (start));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, run);
}

static void
route_changed (DsStopIndex *self)
{
  if (self->wanted)
    start (self);
}

static void
ds_stop_index_dispose (GObject *object)
{
  DsStopIndex *self = DS_STOP_INDEX (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->route);

  G_OBJECT_CLASS (ds_stop_index_parent_class)->dispose (object);
}

static void
ds_stop_index_finalize (GObject *object)
{
  DsStopIndex *self = DS_STOP_INDEX (object);

  g_hash_table_unref (self->entries);
  g_clear_pointer (&self->pinyin, ds_pinyin_free);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (ds_stop_index_parent_class)->finalize (object);
}

static void
ds_stop_index_class_init (DsStopIndexClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_stop_index_dispose;
  object_class->finalize = ds_stop_index_finalize;

  signals[SIGNAL_CHANGED]
      = g_signal_new ("changed", DS_TYPE_STOP_INDEX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_stop_index_init (DsStopIndex *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->cancellable = g_cancellable_new ();
}

DsStopIndex *
ds_stop_index_new (DsRoute *route)
{
  DsStopIndex *self;

  g_return_val_if_fail (DS_IS_ROUTE (route), NULL);

  self = g_object_new (DS_TYPE_STOP_INDEX, NULL);
  self->route = g_object_ref (route);
  g_signal_connect_object (route, "summary-changed", G_CALLBACK (route_changed), self, G_CONNECT_SWAPPED);
  return self;
}

void
ds_stop_index_prepare (DsStopIndex *self)
{
  g_return_if_fail (DS_IS_STOP_INDEX (self));

  self->wanted = TRUE;
  start (self);
}

/* A tail of one digit would be every tenth stop, a letter every third. */
static gboolean
is_long_enough (const char *word)
{
  return word[0] != '\0' && word[1] != '\0';
}

gboolean
ds_stop_index_matches (DsStopIndex *self, DsStop *stop, const char *word)
{
  const Entry *entry;

  g_return_val_if_fail (DS_IS_STOP_INDEX (self), FALSE);
  g_return_val_if_fail (word != NULL, FALSE);

  entry = ensure_entry (self, stop);
  if (strstr (entry->words, word) != NULL)
    return TRUE;
  if (!is_long_enough (word))
    return FALSE;
  return (stop->phone != NULL && g_str_has_suffix (stop->phone, word))
         || (entry->spelling != NULL && ds_pinyin_matches (entry->spelling, word));
}
