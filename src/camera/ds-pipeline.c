/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ds-pipeline.h"

#include <unistd.h>

struct _DsPipeline
{
  gatomicrefcount ref_count;
  GMutex mutex; /* held while its state changes */
  gint is_over; /* atomic */
  GstElement *pipeline;
  int remote;
};

/* Those that are being taken down, all over the process: a page that comes may want the device of one that goes. */
static GMutex count_mutex;
static GCond count_changed;
static guint n_stopping;

static void
pipeline_unref (gpointer data)
{
  DsPipeline *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  gst_object_unref (self->pipeline);
  if (self->remote >= 0)
    close (self->remote);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static gpointer
play_in_thread (gpointer data)
{
  DsPipeline *self = data;

  g_mutex_lock (&self->mutex);
  if (!g_atomic_int_get (&self->is_over))
    gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_mutex_unlock (&self->mutex);
  pipeline_unref (self);
  return NULL;
}

static gpointer
stop_in_thread (gpointer data)
{
  DsPipeline *self = data;

  g_mutex_lock (&self->mutex);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_mutex_unlock (&self->mutex);
  pipeline_unref (self);

  g_mutex_lock (&count_mutex);
  n_stopping--;
  g_cond_broadcast (&count_changed);
  g_mutex_unlock (&count_mutex);
  return NULL;
}

DsPipeline *
ds_pipeline_play (GstElement *pipeline, int remote)
{
  DsPipeline *self = g_new0 (DsPipeline, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->pipeline = pipeline;
  self->remote = remote;
  g_atomic_ref_count_inc (&self->ref_count);
  g_thread_unref (g_thread_new ("camera-play", play_in_thread, self));
  return self;
}

void
ds_pipeline_stop (DsPipeline *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_int_set (&self->is_over, TRUE);
  g_mutex_lock (&count_mutex);
  n_stopping++;
  g_mutex_unlock (&count_mutex);
  g_thread_unref (g_thread_new ("camera-stop", stop_in_thread, self));
}

void
ds_pipeline_wait_for_stopped (guint limit_ms)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)limit_ms * 1000;

  g_mutex_lock (&count_mutex);
  while (n_stopping > 0 && g_cond_wait_until (&count_changed, &count_mutex, until_us))
    ;
  g_mutex_unlock (&count_mutex);
}
