/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "speaker.h"

#include <gst/base/gstbasesink.h>
#include <gst/gst.h>

#define TEST_TYPE_SPEAKER (test_speaker_get_type ())
G_DECLARE_FINAL_TYPE (TestSpeaker, test_speaker, TEST, SPEAKER, GstBaseSink)

struct _TestSpeaker
{
  GstBaseSink parent;
  GByteArray *heard;
};

G_DEFINE_FINAL_TYPE (TestSpeaker, test_speaker, GST_TYPE_BASE_SINK)

static GMutex mutex;
static GCond let_go;
static GPtrArray *tunes; /* (element-type GBytes) */
static gboolean is_broken;
static gboolean is_held;

static gboolean
test_speaker_start (GstBaseSink *sink)
{
  g_byte_array_set_size (TEST_SPEAKER (sink)->heard, 0);
  return !is_broken;
}

static GstFlowReturn
test_speaker_render (GstBaseSink *sink, GstBuffer *buffer)
{
  TestSpeaker *self = TEST_SPEAKER (sink);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (self->heard, map.data, (guint)map.size);
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

static gboolean
test_speaker_event (GstBaseSink *sink, GstEvent *event)
{
  TestSpeaker *self = TEST_SPEAKER (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    {
      g_mutex_lock (&mutex);
      g_ptr_array_add (tunes, g_bytes_new (self->heard->data, self->heard->len));
      g_main_context_wakeup (NULL);
      while (is_held)
        g_cond_wait (&let_go, &mutex);
      g_mutex_unlock (&mutex);
    }
  return GST_BASE_SINK_CLASS (test_speaker_parent_class)->event (sink, event);
}

static void
test_speaker_finalize (GObject *object)
{
  g_byte_array_unref (TEST_SPEAKER (object)->heard);
  G_OBJECT_CLASS (test_speaker_parent_class)->finalize (object);
}

static void
test_speaker_class_init (TestSpeakerClass *klass)
{
  static GstStaticPadTemplate pad
      = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                                 GST_STATIC_CAPS ("audio/x-raw,format=S16LE,rate=48000,channels=1"));
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_speaker_finalize;
  sink_class->start = test_speaker_start;
  sink_class->render = test_speaker_render;
  sink_class->event = test_speaker_event;
  gst_element_class_add_static_pad_template (element_class, &pad);
  gst_element_class_set_static_metadata (element_class, "Speaker", "Sink/Audio", "What is heard", "Doorstep");
}

static void
test_speaker_init (TestSpeaker *self)
{
  self->heard = g_byte_array_new ();
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}

void
speaker_plug_in (void)
{
  gst_init (NULL, NULL);
  gst_element_register (NULL, "testspeaker", GST_RANK_PRIMARY + 1000, TEST_TYPE_SPEAKER);
  tunes = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
}

guint
speaker_count (void)
{
  guint n;

  g_mutex_lock (&mutex);
  n = tunes->len;
  g_mutex_unlock (&mutex);
  return n;
}

GBytes *
speaker_get (guint i)
{
  GBytes *tune;

  g_mutex_lock (&mutex);
  tune = g_ptr_array_index (tunes, i);
  g_mutex_unlock (&mutex);
  return tune;
}

gboolean
speaker_played (guint i, DsFeedbackKind kind)
{
  g_autoptr (GBytes) tune = ds_tone_render (kind);

  return g_bytes_equal (tune, speaker_get (i));
}

void
speaker_hold (gboolean held)
{
  g_mutex_lock (&mutex);
  is_held = held;
  g_cond_broadcast (&let_go);
  g_mutex_unlock (&mutex);
}

void
speaker_break (gboolean broken)
{
  is_broken = broken;
}
