/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-filter.h"

#include <string.h>

struct _DsStopFilter
{
  GtkFilter parent;

  DsStopIndex *index;
  DsStopsKind kind;
  char *search; /* folded */
  GStrv words;  /* of the search, folded; NULL when there is none */
};

G_DEFINE_FINAL_TYPE (DsStopFilter, ds_stop_filter, GTK_TYPE_FILTER)

static gboolean
kind_holds (DsStopsKind kind, DsStopStatus status)
{
  switch (kind)
    {
    case DS_STOPS_TO_DO:
      return !ds_stop_status_is_done (status);
    case DS_STOPS_TO_COLLECT:
      return status == DS_STOP_TO_COLLECT || status == DS_STOP_REJECTED;
    case DS_STOPS_DONE:
      /* What was taken off the route is no stop of it any more: the digest tells. */
      return ds_stop_status_is_done (status) && status != DS_STOP_REMOVED;
    case DS_STOPS_PROBLEMS:
      return ds_stop_status_is_problem (status);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
ds_stop_filter_match (GtkFilter *filter, gpointer item)
{
  DsStopFilter *self = DS_STOP_FILTER (filter);

  if (self->words == NULL)
    return kind_holds (self->kind, ds_stop_get_status (item));

  for (gsize i = 0; self->words[i] != NULL; i++)
    {
      if (*self->words[i] != '\0' && !ds_stop_index_matches (self->index, item, self->words[i]))
        return FALSE;
    }
  return TRUE;
}

static GtkFilterMatch
ds_stop_filter_get_strictness (GtkFilter *filter)
{
  return GTK_FILTER_MATCH_SOME;
}

/* More stops may be found now than when it was typed. */
static void
index_changed (DsStopFilter *self)
{
  if (self->words != NULL)
    gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_LESS_STRICT);
}

static void
ds_stop_filter_finalize (GObject *object)
{
  DsStopFilter *self = DS_STOP_FILTER (object);

  g_object_unref (self->index);
  g_free (self->search);
  g_strfreev (self->words);

  G_OBJECT_CLASS (ds_stop_filter_parent_class)->finalize (object);
}

static void
ds_stop_filter_class_init (DsStopFilterClass *klass)
{
  GTK_FILTER_CLASS (klass)->match = ds_stop_filter_match;
  GTK_FILTER_CLASS (klass)->get_strictness = ds_stop_filter_get_strictness;
  G_OBJECT_CLASS (klass)->finalize = ds_stop_filter_finalize;
}

static void
ds_stop_filter_init (DsStopFilter *self)
{
  self->search = g_strdup ("");
}

DsStopFilter *
ds_stop_filter_new (DsStopIndex *index)
{
  DsStopFilter *self;

  g_return_val_if_fail (DS_IS_STOP_INDEX (index), NULL);

  self = g_object_new (DS_TYPE_STOP_FILTER, NULL);
  self->index = g_object_ref (index);
  g_signal_connect_object (index, "changed", G_CALLBACK (index_changed), self, G_CONNECT_SWAPPED);
  return self;
}

void
ds_stop_filter_set_kind (DsStopFilter *self, DsStopsKind kind)
{
  g_return_if_fail (DS_IS_STOP_FILTER (self));

  if (self->kind == kind)
    return;
  self->kind = kind;
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

void
ds_stop_filter_set_search (DsStopFilter *self, const char *text)
{
  g_autofree char *folded = NULL;

  g_return_if_fail (DS_IS_STOP_FILTER (self));
  g_return_if_fail (text != NULL);

  folded = g_strstrip (ds_stop_index_fold (text));
  if (strcmp (folded, self->search) == 0)
    return;

  g_free (self->search);
  self->search = g_steal_pointer (&folded);
  g_clear_pointer (&self->words, g_strfreev);
  if (*self->search != '\0')
    self->words = g_strsplit_set (self->search, " \t", -1);
  /* Neither stricter nor less so when letters come or go: the tail of a phone number is another one then. */
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}
