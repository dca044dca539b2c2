/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cameras that the system has. They are looked for by a program of its own, `doorstep-cameras`: to look means to
 * start every provider of GStreamer's, and PipeWire's (0.3.65) corrupts the memory of who stops it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DsCameraDevice:
 * @id: names it again after a restart, as long as it is plugged in at the same place
 * @name: what people call it
 * @element: the element that gives its pictures, in the notation of gst-launch-1.0(1)
 */
typedef struct
{
  char *id;
  char *name;
  char *element;
} DsCameraDevice;

void ds_camera_device_free (DsCameraDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCameraDevice, ds_camera_device_free)

/* What the program prints: id, name, element of each. */
#define DS_CAMERA_DEVICES_TYPE "a(sss)"

/* The program gives up after this. */
#define DS_CAMERA_DEVICES_LIMIT_S 5

/* Returns: (transfer full) (element-type DsCameraDevice): all there are; may be empty. Blocks. */
GPtrArray *ds_camera_device_find (void);

/* Returns: (transfer none) (nullable): of @devices the one with @id, else one on the back, else the first. */
const DsCameraDevice *ds_camera_device_choose (GPtrArray *devices, const char *id);

/* The same as ds_camera_device_find(), which can take a second, off the main thread. */
void ds_camera_list_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Returns: (transfer full) (element-type DsCameraDevice): may be empty. */
GPtrArray *ds_camera_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
