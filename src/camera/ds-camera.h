/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera through GStreamer: one that the system has, else PipeWire by the camera portal, which is all that there is
 * inside a sandbox. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How long a camera may take to give its first picture, and between two. */
#define DS_CAMERA_LIMIT_MS 4000

/* The longer side of a preview, in pixels: what a handheld's screen shows. */
#define DS_CAMERA_PREVIEW_SIDE 720

/**
 * DsCameraFrame:
 * @pixels: rows, straight from the camera's buffer
 * @width: pixels a row
 * @height: rows
 * @stride: bytes a row
 *
 * A picture: 8-bit grey to be decoded, or RGBA to be shown.
 */
typedef struct
{
  GBytes *pixels;
  guint width;
  guint height;
  gsize stride;
} DsCameraFrame;

#define DS_TYPE_CAMERA (ds_camera_get_type ())
G_DECLARE_FINAL_TYPE (DsCamera, ds_camera, DS, CAMERA, GObject)

/**
 * ds_camera_new:
 *
 * DsCamera::frame (DsCameraFrame *frame): a grey picture to decode. When the main loop is late, only the latest comes:
 *   there is never a queue.
 * DsCamera::preview (DsCameraFrame *frame): the same to be shown, RGBA, small.
 * DsCamera::failed (const GError *error): it is off again; the message says why and what to do instead.
 *
 * Main thread only.
 */
DsCamera *ds_camera_new (void);

/**
 * ds_camera_set_device:
 * @id: (nullable): which camera (#DsCameraDevice) to use from the next start on; %NULL for the one that looks away from the screen, or
 *   the first
 */
void ds_camera_set_device (DsCamera *self, const char *id);

/**
 * ds_camera_set_source:
 * @description: (nullable): elements in the notation of gst-launch-1.0(1), for a device whose camera cannot be found;
 *   they take the place of the camera
 */
void ds_camera_set_source (DsCamera *self, const char *description);

/* Turns it on; asks for permission where that is needed. Nothing while it is on. */
void ds_camera_start (DsCamera *self);

/* Turns it off: nothing more is emitted. */
void ds_camera_stop (DsCamera *self);

/* Whether it is on, or about to be. */
gboolean ds_camera_is_on (DsCamera *self);

G_END_DECLS
