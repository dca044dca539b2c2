/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-camera-device.h"

#include "ds-program.h"
#include "ds-task.h"

#include <string.h>

/* Providers crash now and then: see ds-camera-device.h. */
#define TRIES 3

void
ds_camera_device_free (DsCameraDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->element);
  g_free (self);
}

/* Returns: (transfer full) (nullable): what the program printed; %NULL when it came to no good end. */
static GVariant *
ask (const char *program)
{
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, program, NULL);
  g_autofree char *text = NULL;

  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, NULL)
      || !g_subprocess_get_successful (process))
    return NULL;
  return g_variant_parse (G_VARIANT_TYPE (DS_CAMERA_DEVICES_TYPE), text, NULL, NULL, NULL);
}

GPtrArray *
ds_camera_device_find (void)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_camera_device_free);
  g_autofree char *program
      = ds_program_find ("DOORSTEP_CAMERAS", "camera", DS_CAMERAS_PROGRAM, DS_LIBEXEC_DIR);
  g_autoptr (GVariant) list = NULL;
  GVariantIter iter;
  DsCameraDevice found;

  for (guint i = 0; i < TRIES && list == NULL; i++)
    list = ask (program);
  if (list == NULL)
    return devices;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(sss)", &found.id, &found.name, &found.element))
    g_ptr_array_add (devices, g_memdup2 (&found, sizeof found));
  return devices;
}

const DsCameraDevice *
ds_camera_device_choose (GPtrArray *devices, const char *id)
{
  const DsCameraDevice *back = NULL;

  for (guint i = 0; i < devices->len; i++)
    {
      const DsCameraDevice *device = g_ptr_array_index (devices, i);
      g_autofree char *lower = g_ascii_strdown (device->name, -1);

      if (g_strcmp0 (device->id, id) == 0)
        return device;
      if (back == NULL && (strstr (lower, "back") != NULL || strstr (lower, "rear") != NULL))
        back = device;
    }
  return back != NULL ? back : devices->len > 0 ? g_ptr_array_index (devices, 0) : NULL;
}

static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, ds_camera_device_find (), (GDestroyNotify)g_ptr_array_unref);
}

void
ds_camera_list_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_camera_list_async));
  g_task_run_in_thread (task, list_in_thread);
}

GPtrArray *
ds_camera_list_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
