/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-camera.h"

#include "ds-camera-device.h"
#include "ds-error.h"
#include "ds-pipeline.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <libportal/portal.h>
#include <string.h>
#include <unistd.h>

/* What is asked of a camera, if it has it: more than is needed to read a code at arm's length only costs time. */
#define PREFERRED                                                                                            \
  "video/x-raw,width=1280,height=720;image/jpeg,width=1280,height=720;video/x-raw,width=[640,1920];"         \
  "image/jpeg,width=[640,1920];video/x-raw;image/jpeg"

/* Leaky queues of one, sinks that drop: the latest picture wins. The decoder wants the luma as it is, the screen wants
 * few pixels. */
#define PIPELINE                                                                                             \
  "capsfilter name=wanted ! decodebin ! tee name=t "                                                         \
  "t. ! queue leaky=downstream max-size-buffers=1 ! videoconvert ! video/x-raw,format=GRAY8 ! "              \
  "appsink name=frames max-buffers=1 drop=true sync=false "                                                  \
  "t. ! queue leaky=downstream max-size-buffers=1 ! videoscale ! videoconvert ! "                            \
  "video/x-raw,format=RGBA,width=[1,%d],height=[1,%d],pixel-aspect-ratio=1/1 ! "                             \
  "appsink name=previews max-buffers=1 drop=true sync=false"

typedef enum
{
  SINK_FRAMES,
  SINK_PREVIEWS,
  N_SINKS
} Sink;

/* Hands samples from a streaming thread to the main one. Outlives the camera while a sample is on its way. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GstSample *latest; /* (nullable) */
  DsCamera *camera;  /* (nullable): not a reference; %NULL once it is off; main thread only */
  Sink sink;
  gboolean is_scheduled;
} Relay;

struct _DsCamera
{
  GObject parent;

  char *device;
  char *source;
  GCancellable *cancellable; /* (nullable): of what is asked before it is on */
  DsPipeline *pipeline;      /* (nullable) */
  Relay *relays[N_SINKS];
  guint bus_watch;
  guint watchdog;
  gboolean is_on;
};

G_DEFINE_FINAL_TYPE (DsCamera, ds_camera, G_TYPE_OBJECT)

enum
{
  SIGNAL_FRAME,
  SIGNAL_PREVIEW,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Failures */

static void
fail (DsCamera *self, int code, const char *message)
{
  g_autoptr (DsCamera) keep = g_object_ref (self);
  g_autoptr (GError) error = g_error_new_literal (DS_ERROR, code, message);

  ds_camera_stop (self);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
fail_by (DsCamera *self, const GError *error)
{
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY))
    fail (self, DS_ERROR_STATE, _ ("Another program uses the camera. Close it, or use the scan key."));
  else if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
    fail (self, DS_ERROR_REFUSED,
          _ ("Doorstep may not use the camera. Allow it in the system's settings, or use the scan key."));
  else if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
    fail (self, DS_ERROR_NOT_FOUND,
          _ ("There is no camera. Use the scan key, a picture, or type the code in."));
  else
    fail (self, DS_ERROR_STATE, _ ("The camera stopped. Plug it in again, or use the scan key."));
}

static gboolean
did_wait_too_long (gpointer user_data)
{
  DsCamera *self = user_data;

  self->watchdog = 0;
  fail (self, DS_ERROR_STATE,
        _ ("The camera gives no picture. Another program may use it. Use the scan key."));
  return G_SOURCE_REMOVE;
}

static void
restart_watchdog (DsCamera *self)
{
  g_clear_handle_id (&self->watchdog, g_source_remove);
  self->watchdog = g_timeout_add (DS_CAMERA_LIMIT_MS, did_wait_too_long, self);
}

/* Samples */

static Relay *
relay_ref (Relay *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
relay_unref (gpointer data)
{
  Relay *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->latest, gst_sample_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

typedef struct
{
  GstSample *sample;
  GstVideoFrame frame;
} MappedSample;

static void
mapped_sample_free (gpointer data)
{
  MappedSample *self = data;

  gst_video_frame_unmap (&self->frame);
  gst_sample_unref (self->sample);
  g_free (self);
}

/* Takes @sample. The bytes are the buffer's own, which goes back to the camera when they are let go of. */
static gboolean
map_sample (GstSample *sample, DsCameraFrame *frame)
{
  MappedSample *mapped = g_new0 (MappedSample, 1);
  GstVideoInfo info;

  mapped->sample = sample;
  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      || !gst_video_frame_map (&mapped->frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    {
      gst_sample_unref (sample);
      g_free (mapped);
      return FALSE;
    }
  frame->width = (guint)GST_VIDEO_FRAME_WIDTH (&mapped->frame);
  frame->height = (guint)GST_VIDEO_FRAME_HEIGHT (&mapped->frame);
  frame->stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE (&mapped->frame, 0);
  frame->pixels = g_bytes_new_with_free_func (
      GST_VIDEO_FRAME_PLANE_DATA (&mapped->frame, 0),
      frame->stride * (frame->height - 1)
          + (gsize)frame->width * (gsize)GST_VIDEO_FRAME_COMP_PSTRIDE (&mapped->frame, 0),
      mapped_sample_free, mapped);
  return TRUE;
}

static gboolean
deliver (gpointer user_data)
{
  Relay *relay = user_data;
  GstSample *sample;
  DsCameraFrame frame;

  g_mutex_lock (&relay->mutex);
  sample = g_steal_pointer (&relay->latest);
  relay->is_scheduled = FALSE;
  g_mutex_unlock (&relay->mutex);

  if (sample != NULL && relay->camera == NULL)
    gst_sample_unref (sample);
  else if (sample != NULL && map_sample (sample, &frame))
    {
      g_autoptr (DsCamera) camera = g_object_ref (relay->camera);
      g_autoptr (GBytes) pixels = frame.pixels;

      if (relay->sink == SINK_FRAMES)
        restart_watchdog (camera);
      g_signal_emit (camera, signals[relay->sink == SINK_FRAMES ? SIGNAL_FRAME : SIGNAL_PREVIEW], 0, &frame);
    }
  return G_SOURCE_REMOVE;
}

/* A streaming thread. */
static GstFlowReturn
did_get_sample (GstAppSink *sink, gpointer user_data)
{
  Relay *relay = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  gboolean schedule;

  if (sample == NULL)
    return GST_FLOW_EOS;
  g_mutex_lock (&relay->mutex);
  g_clear_pointer (&relay->latest, gst_sample_unref);
  relay->latest = sample;
  schedule = !relay->is_scheduled;
  relay->is_scheduled = TRUE;
  g_mutex_unlock (&relay->mutex);
  if (schedule)
    {
      /* Not g_main_context_invoke(), which would run here while nobody holds the main context. */
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, deliver, relay_ref (relay), relay_unref);
      g_source_attach (source, NULL);
    }
  return GST_FLOW_OK;
}

static void
connect_sink (DsCamera *self, GstElement *pipeline, Sink which, const char *name)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstAppSinkCallbacks callbacks = { .new_sample = did_get_sample };
  Relay *relay = g_new0 (Relay, 1);

  g_atomic_ref_count_init (&relay->ref_count);
  g_mutex_init (&relay->mutex);
  relay->camera = self;
  relay->sink = which;
  self->relays[which] = relay;
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, relay_ref (relay), relay_unref);
}

/* The pipeline */

static gboolean
did_get_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  DsCamera *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      self->bus_watch = 0;
      gst_message_parse_error (message, &error, NULL);
      fail_by (self, error);
      return G_SOURCE_REMOVE;
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    {
      self->bus_watch = 0;
      fail (self, DS_ERROR_STATE, _ ("The camera stopped. Plug it in again, or use the scan key."));
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

/* @source may be floating, @remote is taken. */
static void
play (DsCamera *self, GstElement *source, int remote)
{
  g_autofree char *description = g_strdup_printf (PIPELINE, DS_CAMERA_PREVIEW_SIDE, DS_CAMERA_PREVIEW_SIDE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) input = gst_object_ref_sink (source);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) wanted = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (PREFERRED);
  g_autoptr (GstBus) bus = NULL;

  if (error != NULL || pipeline == NULL)
    {
      if (remote >= 0)
        close (remote);
      fail (self, DS_ERROR_STATE,
            _ ("The camera cannot be used: parts of GStreamer are missing. Have Doorstep installed again."));
      return;
    }
  connect_sink (self, pipeline, SINK_FRAMES, "frames");
  connect_sink (self, pipeline, SINK_PREVIEWS, "previews");
  wanted = gst_bin_get_by_name (GST_BIN (pipeline), "wanted");
  g_object_set (wanted, "caps", caps, NULL);
  gst_bin_add (GST_BIN (pipeline), input);
  gst_element_link (input, wanted);

  bus = gst_element_get_bus (pipeline);
  self->bus_watch = gst_bus_add_watch (bus, did_get_message, self);
  restart_watchdog (self);
  self->pipeline = ds_pipeline_play (g_steal_pointer (&pipeline), remote);
}

/* A camera that has autofocus is to use it; one that has not ignores this. Frames of PipeWire's are copied once: its
 * memory goes when the camera is pulled out, under the hands of whoever still looks at a frame. */
static void
set_up_source (GstElement *source)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source), "always-copy") != NULL)
    g_object_set (source, "always-copy", TRUE, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source), "extra-controls") != NULL)
    {
      g_autoptr (GstStructure) controls
          = gst_structure_new ("c", "focus_automatic_continuous", G_TYPE_INT, 1, NULL);

      g_object_set (source, "extra-controls", controls, NULL);
    }
}

/* Starting */

static void
play_source (DsCamera *self)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_bin_from_description (self->source, TRUE, &error);

  if (element != NULL)
    play (self, element, -1);
  else
    fail (
        self, DS_ERROR_INVALID,
        _ ("The settings describe a camera that cannot be used. Have them put right, or use the scan key."));
}

/* Inside a sandbox there are no devices to be seen. Returns: (transfer full) (nullable): blocks. */
static GstElement *
find_element (const char *id)
{
  g_autoptr (GPtrArray) devices = NULL;
  const DsCameraDevice *device;
  GstElement *element;

  if (xdp_portal_running_under_sandbox ())
    return NULL;
  devices = ds_camera_device_find ();
  device = ds_camera_device_choose (devices, id);
  element = device != NULL ? gst_parse_launch (device->element, NULL) : NULL;
  return element != NULL ? gst_object_ref_sink (element) : NULL;
}

/* Returns: (transfer full) (nullable): blocks. */
static XdpPortal *
find_portal (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) is_present = NULL;

  /* xdp_portal_is_camera_present() warns where there is no portal, which is nothing to be warned of. */
  if (bus != NULL)
    answer = g_dbus_connection_call_sync (
        bus, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
        "org.freedesktop.DBus.Properties", "Get",
        g_variant_new ("(ss)", "org.freedesktop.portal.Camera", "IsCameraPresent"), G_VARIANT_TYPE ("(v)"),
        G_DBUS_CALL_FLAGS_NONE, DS_CAMERA_LIMIT_MS, NULL, NULL);
  if (answer != NULL)
    g_variant_get (answer, "(v)", &is_present);
  return is_present != NULL && g_variant_is_of_type (is_present, G_VARIANT_TYPE_BOOLEAN)
                 && g_variant_get_boolean (is_present)
             ? xdp_portal_new ()
             : NULL;
}

typedef struct
{
  char *id;              /* (nullable) */
  gboolean is_described; /* nothing is to be looked for */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_free (self->id);
  g_free (self);
}

/* Everything here can take long: GStreamer looks through its plug-ins the first time, devices and the portal are asked.
 * gst_is_initialized() says yes before the plug-ins are known, so that elements would not be found while another thread
 * makes the list of cameras: gst_init() waits for it. */
static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Wish *wish = data;
  gpointer found = NULL;

  gst_init (NULL, NULL);
  ds_pipeline_wait_for_stopped (DS_CAMERA_LIMIT_MS);
  if (!wish->is_described)
    {
      found = find_element (wish->id);
      if (found == NULL)
        found = find_portal ();
      if (found == NULL)
        {
          g_task_return_new_error (task, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "no camera");
          return;
        }
    }
  g_task_return_pointer (task, found, g_object_unref);
}

/* The portal: it asks the person, and hands out a connection to PipeWire on which only cameras are seen. */

static void
open_remote_in_thread (GTask *task, gpointer source, gpointer portal, GCancellable *cancellable)
{
  g_task_return_int (task, xdp_portal_open_pipewire_remote_for_camera (portal));
}

static void
did_open_remote (GObject *object, GAsyncResult *result, gpointer user_data)
{
  DsCamera *self = DS_CAMERA (object);
  int remote = (int)g_task_propagate_int (G_TASK (result), NULL);
  GstElement *element;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    {
      if (remote >= 0)
        close (remote);
      return;
    }
  element = remote >= 0 ? gst_element_factory_make ("pipewiresrc", NULL) : NULL;
  if (remote < 0)
    fail (self, DS_ERROR_REFUSED,
          _ ("Doorstep may not use the camera. Allow it in the system's settings, or use the scan key."));
  else if (element == NULL)
    {
      close (remote);
      fail (self, DS_ERROR_STATE,
            _ ("The camera cannot be used: parts of GStreamer are missing. Have Doorstep installed again."));
    }
  else
    {
      g_object_set (element, "fd", remote, NULL); /* which it duplicates */
      set_up_source (element);
      play (self, element, remote);
    }
}

static void
did_access_camera (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  /* Whatever the reason: a person who says no comes as "cancelled", as our own cancelling does. */
  if (!xdp_portal_access_camera_finish (XDP_PORTAL (object), result, NULL))
    g_task_return_int (task, -1);
  else
    {
      g_task_set_task_data (task, g_object_ref (object), g_object_unref);
      g_task_run_in_thread (task, open_remote_in_thread);
    }
}

static void
ask_portal (DsCamera *self, XdpPortal *portal)
{
  GTask *task = g_task_new (self, self->cancellable, did_open_remote, NULL);

  g_task_set_check_cancellable (task, FALSE); /* a connection that came too late is closed */
  g_task_set_source_tag (task, DS_TASK_TAG (ask_portal));
  xdp_portal_access_camera (portal, NULL, XDP_CAMERA_FLAG_NONE, self->cancellable, did_access_camera, task);
}

static void
did_look (GObject *object, GAsyncResult *result, gpointer user_data)
{
  DsCamera *self = DS_CAMERA (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) found = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    fail_by (self, error);
  else if (found == NULL)
    play_source (self);
  else if (GST_IS_ELEMENT (found))
    {
      set_up_source (GST_ELEMENT (found));
      play (self, GST_ELEMENT (found), -1);
    }
  else
    ask_portal (self, XDP_PORTAL (found));
}

void
ds_camera_start (DsCamera *self)
{
  g_autoptr (GTask) task = NULL;
  Wish *wish;

  g_return_if_fail (DS_IS_CAMERA (self));

  if (self->is_on)
    return;
  self->is_on = TRUE;
  self->cancellable = g_cancellable_new ();
  wish = g_new0 (Wish, 1);
  wish->id = g_strdup (self->device);
  wish->is_described = self->source != NULL && *self->source != '\0';
  task = g_task_new (self, self->cancellable, did_look, NULL);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_camera_start));
  g_task_set_task_data (task, wish, wish_free);
  g_task_run_in_thread (task, look_in_thread);
}

void
ds_camera_stop (DsCamera *self)
{
  g_return_if_fail (DS_IS_CAMERA (self));

  self->is_on = FALSE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->watchdog, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  g_clear_pointer (&self->pipeline, ds_pipeline_stop);
  for (guint i = 0; i < N_SINKS; i++)
    if (self->relays[i] != NULL)
      {
        self->relays[i]->camera = NULL;
        g_clear_pointer (&self->relays[i], relay_unref);
      }
}

gboolean
ds_camera_is_on (DsCamera *self)
{
  g_return_val_if_fail (DS_IS_CAMERA (self), FALSE);
  return self->is_on;
}

void
ds_camera_set_device (DsCamera *self, const char *id)
{
  g_return_if_fail (DS_IS_CAMERA (self));
  g_free (self->device);
  self->device = g_strdup (id);
}

void
ds_camera_set_source (DsCamera *self, const char *description)
{
  g_return_if_fail (DS_IS_CAMERA (self));
  g_free (self->source);
  self->source = g_strdup (description);
}

static void
ds_camera_dispose (GObject *object)
{
  DsCamera *self = DS_CAMERA (object);

  ds_camera_stop (self);
  G_OBJECT_CLASS (ds_camera_parent_class)->dispose (object);
}

static void
ds_camera_finalize (GObject *object)
{
  DsCamera *self = DS_CAMERA (object);

  g_free (self->device);
  g_free (self->source);
  G_OBJECT_CLASS (ds_camera_parent_class)->finalize (object);
}

static void
ds_camera_class_init (DsCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_camera_dispose;
  object_class->finalize = ds_camera_finalize;

  signals[SIGNAL_FRAME] = g_signal_new ("frame", DS_TYPE_CAMERA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_PREVIEW] = g_signal_new ("preview", DS_TYPE_CAMERA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_CAMERA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ds_camera_init (DsCamera *self)
{
}

DsCamera *
ds_camera_new (void)
{
  return g_object_new (DS_TYPE_CAMERA, NULL);
}
