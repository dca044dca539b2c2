/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-feedback.h"

#include "ds-task.h"

#include <gst/app/gstappsrc.h>
#include <gst/audio/audio-format.h>
#include <gst/gst.h>

/* The sound goes wherever the system's usually goes. */
#define PIPELINE "appsrc name=tune format=time ! audioconvert ! audioresample ! autoaudiosink"
#define SAMPLES "audio/x-raw,format=" GST_AUDIO_NE (S16) ",rate=%d,channels=1,layout=interleaved"

/* A device that takes longer than this for a tune has gone. */
#define PLAY_LIMIT (5 * GST_SECOND)

#define BUS_NAME "org.sigxcpu.Feedback"
#define OBJECT_PATH "/org/sigxcpu/Feedback"
#define CALL_LIMIT_MS 2000

#define NOTHING (-1)

struct _DsFeedback
{
  GObject parent;

  gboolean sound;
  gboolean vibration;

  GMutex mutex;
  int next;            /* the DsFeedbackKind to be played, or NOTHING */
  gboolean is_playing; /* a thread does */

  GDBusConnection *bus;     /* (nullable) */
  gboolean has_no_patterns; /* feedbackd before 0.3, or a device without a motor of its own */
  gboolean cannot_vibrate;
};

G_DEFINE_FINAL_TYPE (DsFeedback, ds_feedback, G_TYPE_OBJECT)

enum
{
  PROP_SOUND = 1,
  PROP_VIBRATION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Sound: everything in a thread of its own, since a sound device may take its time and may hang. */

/* Returns: (transfer full) (nullable): ready to play, with the tune in it. */
static GstElement *
make_pipeline (DsFeedbackKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *description = g_strdup_printf (SAMPLES, DS_TONE_RATE_HZ);
  g_autoptr (GstCaps) caps = gst_caps_from_string (description);
  g_autoptr (GBytes) tune = ds_tone_render (kind);
  g_autoptr (GstElement) pipeline = gst_parse_launch (PIPELINE, &error);
  g_autoptr (GstElement) source = NULL;
  GstBuffer *buffer;

  if (error != NULL || pipeline == NULL)
    return NULL;
  buffer = gst_buffer_new_wrapped_bytes (tune);
  GST_BUFFER_PTS (buffer) = 0;
  GST_BUFFER_DURATION (buffer)
      = gst_util_uint64_scale (g_bytes_get_size (tune) / sizeof (gint16), GST_SECOND, DS_TONE_RATE_HZ);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "tune");
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  return g_steal_pointer (&pipeline);
}

/* No device, none that works, parts of GStreamer missing: then it stays quiet, and the screen says it all the same. */
static void
play (DsFeedbackKind kind)
{
  g_autoptr (GstElement) pipeline = make_pipeline (kind);
  g_autoptr (GstBus) bus = NULL;

  if (pipeline == NULL)
    return;
  bus = gst_element_get_bus (pipeline);
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    {
      g_autoptr (GstMessage) last
          = gst_bus_timed_pop_filtered (bus, PLAY_LIMIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* Returns: FALSE when there is nothing more to play: the thread ends. */
static gboolean
take_next (DsFeedback *self, int *kind)
{
  g_mutex_lock (&self->mutex);
  *kind = self->next;
  self->next = NOTHING;
  if (*kind == NOTHING)
    self->is_playing = FALSE;
  g_mutex_unlock (&self->mutex);
  return *kind != NOTHING;
}

static void
play_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  int kind;

  gst_init (NULL, NULL);
  while (take_next (source, &kind))
    play ((DsFeedbackKind)kind);
  g_task_return_boolean (task, TRUE);
}

static void
sound (DsFeedback *self, DsFeedbackKind kind)
{
  gboolean begins;

  g_mutex_lock (&self->mutex);
  self->next = (int)kind;
  begins = !self->is_playing;
  self->is_playing = TRUE;
  g_mutex_unlock (&self->mutex);
  if (begins)
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

      g_task_set_source_tag (task, DS_TASK_TAG (sound));
      g_task_run_in_thread (task, play_in_thread);
    }
}

/* Vibration */

typedef struct
{
  DsFeedback *feedback;
  DsFeedbackKind kind;
} Shaking;

static void
shaking_free (Shaking *self)
{
  g_object_unref (self->feedback);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shaking, shaking_free)

static void
did_trigger_event (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Shaking) shaking = user_data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  /* Nobody there: a desktop, or a device without it. Asking again for every code would start it in vain each time. */
  if (answer == NULL)
    shaking->feedback->cannot_vibrate = TRUE;
}

/* What feedbackd of before patterns shakes for these events, silently, is as different as it gets. */
static void
trigger_event (Shaking *shaking)
{
  static const char *const events[DS_N_FEEDBACK_KINDS] = {
    [DS_FEEDBACK_READ] = "button-pressed",         [DS_FEEDBACK_WRONG] = "bell-terminal",
    [DS_FEEDBACK_PAID] = "message-sent-instant",   [DS_FEEDBACK_ACCEPTED] = "timeout-completed",
    [DS_FEEDBACK_UNKNOWN] = "message-new-instant", [DS_FEEDBACK_FAILED] = "message-new-sms",
  };
  GVariantBuilder hints;

  g_variant_builder_init (&hints, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&hints, "{sv}", "profile", g_variant_new_string ("quiet"));
  g_dbus_connection_call (shaking->feedback->bus, BUS_NAME, OBJECT_PATH, BUS_NAME, "TriggerFeedback",
                          g_variant_new ("(ssa{sv}i)", DS_APP_ID, events[shaking->kind], &hints, -1),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, CALL_LIMIT_MS, NULL,
                          did_trigger_event, shaking);
}

static void
did_vibrate (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Shaking) shaking = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL)
    return;
  shaking->feedback->has_no_patterns = TRUE;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT))
    trigger_event (g_steal_pointer (&shaking));
  else
    shaking->feedback->cannot_vibrate = TRUE;
}

static void
call_vibrate (Shaking *shaking)
{
  gsize n;
  const DsShake *shakes = ds_tone_get_shakes (shaking->kind, &n);
  GVariantBuilder pattern;

  if (shaking->feedback->has_no_patterns)
    {
      trigger_event (shaking);
      return;
    }
  g_variant_builder_init (&pattern, G_VARIANT_TYPE ("a(du)"));
  for (gsize i = 0; i < n; i++)
    g_variant_builder_add (&pattern, "(du)", (double)shakes[i].strength, shakes[i].ms);
  g_dbus_connection_call (shaking->feedback->bus, BUS_NAME, OBJECT_PATH, BUS_NAME ".Haptic", "Vibrate",
                          g_variant_new ("(sa(du))", DS_APP_ID, &pattern), NULL, G_DBUS_CALL_FLAGS_NONE,
                          CALL_LIMIT_MS, NULL, did_vibrate, shaking);
}

static void
did_get_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Shaking) shaking = user_data;
  GDBusConnection *bus = g_bus_get_finish (result, NULL);

  if (bus == NULL)
    {
      shaking->feedback->cannot_vibrate = TRUE;
      return;
    }
  g_clear_object (&shaking->feedback->bus);
  shaking->feedback->bus = bus;
  call_vibrate (g_steal_pointer (&shaking));
}

static void
vibrate (DsFeedback *self, DsFeedbackKind kind)
{
  Shaking *shaking = g_new (Shaking, 1);

  *shaking = (Shaking){ g_object_ref (self), kind };
  if (self->bus != NULL)
    call_vibrate (shaking);
  else
    g_bus_get (G_BUS_TYPE_SESSION, NULL, did_get_bus, shaking);
}

void
ds_feedback_give (DsFeedback *self, DsFeedbackKind kind)
{
  g_return_if_fail (DS_IS_FEEDBACK (self));
  g_return_if_fail ((guint)kind < DS_N_FEEDBACK_KINDS);

  if (self->sound)
    sound (self, kind);
  if (self->vibration && !self->cannot_vibrate)
    vibrate (self, kind);
}

static void
ds_feedback_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  DsFeedback *self = DS_FEEDBACK (object);

  switch (id)
    {
    case PROP_SOUND:
      g_value_set_boolean (value, self->sound);
      break;
    case PROP_VIBRATION:
      g_value_set_boolean (value, self->vibration);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_feedback_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  DsFeedback *self = DS_FEEDBACK (object);

  switch (id)
    {
    case PROP_SOUND:
      self->sound = g_value_get_boolean (value);
      break;
    case PROP_VIBRATION:
      self->vibration = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_feedback_finalize (GObject *object)
{
  DsFeedback *self = DS_FEEDBACK (object);

  g_clear_object (&self->bus);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (ds_feedback_parent_class)->finalize (object);
}

static void
ds_feedback_class_init (DsFeedbackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_feedback_get_property;
  object_class->set_property = ds_feedback_set_property;
  object_class->finalize = ds_feedback_finalize;

  properties[PROP_SOUND]
      = g_param_spec_boolean ("sound", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_VIBRATION]
      = g_param_spec_boolean ("vibration", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ds_feedback_init (DsFeedback *self)
{
  g_mutex_init (&self->mutex);
  self->next = NOTHING;
  self->sound = TRUE;
  self->vibration = TRUE;
}

DsFeedback *
ds_feedback_new (void)
{
  return g_object_new (DS_TYPE_FEEDBACK, NULL);
}

DsFeedback *
ds_feedback_get_default (void)
{
  static DsFeedback *shared;

  if (shared == NULL)
    shared = ds_feedback_new ();
  return shared;
}
