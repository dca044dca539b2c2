/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-picture-source.h"

#include "ds-decoder-process.h"
#include "ds-error.h"
#include "ds-task.h"

#include <glib/gi18n.h>

static void
return_unreadable (GTask *task, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID,
                             _ ("This is not a picture that can be read: %s"),
                             error != NULL ? error->message : "");
}

static void
did_decode (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsReading) reading
      = ds_decoder_process_decode_finish (DS_DECODER_PROCESS (source), result, &error);

  if (reading == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (reading->symbols->len == 0)
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_NOT_FOUND, "%s",
        _ ("No code was found in the picture. Hold it closer and steady, or type the code in."));
  else
    g_task_return_pointer (task, g_strdup (((DsSymbol *)g_ptr_array_index (reading->symbols, 0))->text),
                           g_free);
}

static void
decode (GTask *task, GBytes *bytes)
{
  ds_decoder_process_decode_picture_async (ds_decoder_process_get_default (), bytes,
                                           g_task_get_cancellable (task), did_decode, g_object_ref (task));
}

static void
did_read_texture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (texture == NULL)
    {
      return_unreadable (task, error);
      return;
    }
  bytes = gdk_texture_save_to_png_bytes (texture);
  decode (task, bytes);
}

static void
did_read_text (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);

  if (text == NULL)
    return_unreadable (task, error);
  else
    g_task_return_pointer (task, g_strstrip (text), g_free);
}

void
ds_picture_source_read_clipboard_async (GdkClipboard *clipboard,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GdkContentFormats *formats;

  g_return_if_fail (GDK_IS_CLIPBOARD (clipboard));

  g_task_set_source_tag (task, DS_TASK_TAG (ds_picture_source_read_clipboard_async));
  formats = gdk_clipboard_get_formats (clipboard);
  /* A picture first: with many programs a copied picture comes with a text that merely names it. */
  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE)
      || gdk_content_formats_contain_mime_type (formats, "image/png"))
    gdk_clipboard_read_texture_async (clipboard, cancellable, did_read_texture, g_object_ref (task));
  else if (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING)
           || gdk_content_formats_contain_mime_type (formats, "text/plain;charset=utf-8"))
    gdk_clipboard_read_text_async (clipboard, cancellable, did_read_text, g_object_ref (task));
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_NOT_FOUND, "%s",
                             _ ("There is no code and no picture in the clipboard. Copy one first."));
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (bytes == NULL)
    return_unreadable (task, error);
  else
    decode (task, bytes);
}

static void
did_query_size (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info == NULL)
    return_unreadable (task, error);
  else if (g_file_info_get_size (info) > DS_PICTURE_MAX_BYTES)
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
        _ ("The picture is too large. Choose a photograph or a screenshot of the code."));
  else
    g_file_load_bytes_async (G_FILE (source), g_task_get_cancellable (task), did_load, g_object_ref (task));
}

void
ds_picture_source_read_file_async (GFile *file,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (G_IS_FILE (file));

  g_task_set_source_tag (task, DS_TASK_TAG (ds_picture_source_read_file_async));
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                           cancellable, did_query_size, g_object_ref (task));
}

char *
ds_picture_source_read_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
