/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-picture-source.h"

#include "ds-decoder-process.h"
#include "ds-error.h"
#include "ds-screen.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHUNK_BYTES (1024 * 1024)

/* What the helper reads. */
static const char *const picture_types[] = { "image/png", "image/jpeg", NULL };

/* Where the picture comes from, until it is read. */
typedef struct
{
  GInputStream *stream;          /* (nullable) */
  GByteArray *bytes;             /* (nullable): of the stream, so far */
  GdkDrop *drop;                 /* (nullable): to be ended */
  GtkFileChooserNative *chooser; /* (nullable): while it is open */
  GtkWidget *widget;             /* (nullable): whose dialog it is */
} Source;

static void
source_free (gpointer data)
{
  Source *self = data;

  g_clear_object (&self->stream);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  if (self->drop != NULL)
    gdk_drop_finish (self->drop, GDK_ACTION_COPY);
  g_clear_object (&self->drop);
  g_clear_object (&self->chooser);
  g_clear_object (&self->widget);
  g_free (self);
}

static GTask *
make_task (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, g_new0 (Source, 1), source_free);
  return task;
}

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
return_too_large (GTask *task)
{
  g_task_return_new_error (task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
                           _ ("The picture is too large. Choose a photograph or a screenshot of the code."));
}

static void
return_no_picture (GTask *task)
{
  g_task_return_new_error (
      task, DS_ERROR, DS_ERROR_INVALID, "%s",
      _ ("This is not a picture that can be read. Choose a PNG or JPEG picture of the code."));
}

/* Pictures */

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
    g_task_return_pointer (task, g_ptr_array_ref (reading->symbols), (GDestroyNotify)g_ptr_array_unref);
}

static void
decode (GTask *task, GBytes *bytes)
{
  ds_decoder_process_decode_picture_async (ds_decoder_process_get_default (), bytes,
                                           g_task_get_cancellable (task), did_decode, g_object_ref (task));
}

static void
did_read_chunk (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  Source *source = g_task_get_task_data (task);

  if (chunk == NULL)
    return_unreadable (task, error);
  else if (source->bytes->len + g_bytes_get_size (chunk) > DS_PICTURE_MAX_BYTES)
    return_too_large (task);
  else if (g_bytes_get_size (chunk) > 0)
    {
      g_byte_array_append (source->bytes, g_bytes_get_data (chunk, NULL), (guint)g_bytes_get_size (chunk));
      g_input_stream_read_bytes_async (source->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                       g_task_get_cancellable (task), did_read_chunk, g_object_ref (task));
    }
  else
    {
      g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&source->bytes));

      decode (task, bytes);
    }
}

/* Nothing is trusted about how much there is. Takes @stream. */
static void
read_stream (GTask *task, GInputStream *stream)
{
  Source *source = g_task_get_task_data (task);

  source->stream = stream;
  source->bytes = g_byte_array_new ();
  g_input_stream_read_bytes_async (stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                   did_read_chunk, g_object_ref (task));
}

/* Files */

static void
did_open (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  GFileInputStream *stream = g_file_read_finish (G_FILE (object), result, &error);

  if (stream == NULL)
    return_unreadable (task, error);
  else
    read_stream (task, G_INPUT_STREAM (stream));
}

static void
did_query (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (object), result, &error);

  if (info == NULL)
    return_unreadable (task, error);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return_no_picture (task); /* a folder; or what would never end or keep us waiting */
  else if (g_file_info_get_size (info) > DS_PICTURE_MAX_BYTES)
    return_too_large (task);
  else
    g_file_read_async (G_FILE (object), G_PRIORITY_DEFAULT, g_task_get_cancellable (task), did_open,
                       g_object_ref (task));
}

static void
read_file (GTask *task, GFile *file)
{
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                           did_query, g_object_ref (task));
}

void
ds_picture_source_read_file_async (GFile *file,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task
      = make_task (cancellable, callback, user_data, DS_TASK_TAG (ds_picture_source_read_file_async));

  g_return_if_fail (G_IS_FILE (file));
  read_file (task, file);
}

/* What the clipboard or a drop holds */

typedef enum
{
  OFFER_PICTURE,
  OFFER_FILE,
  OFFER_OTHER_PICTURE,
  OFFER_TEXT,
  OFFER_NOTHING,
} Offer;

/* A picture first: with many programs it comes with a text that merely names it. */
static Offer
get_offer (GdkContentFormats *formats)
{
  gsize n;
  const char *const *types = gdk_content_formats_get_mime_types (formats, &n);

  for (gsize i = 0; picture_types[i] != NULL; i++)
    if (gdk_content_formats_contain_mime_type (formats, picture_types[i]))
      return OFFER_PICTURE;
  if (gdk_content_formats_contain_mime_type (formats, "text/uri-list")
      || gdk_content_formats_contain_gtype (formats, G_TYPE_FILE))
    return OFFER_FILE;
  for (gsize i = 0; i < n; i++)
    if (g_str_has_prefix (types[i], "image/"))
      return OFFER_OTHER_PICTURE;
  if (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING)
      || gdk_content_formats_contain_mime_type (formats, "text/plain;charset=utf-8"))
    return OFFER_TEXT;
  return OFFER_NOTHING;
}

static void
return_text (GTask *task, const char *text)
{
  DsSymbol *symbol = g_new0 (DsSymbol, 1);
  GPtrArray *symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);

  symbol->symbology = DS_SYMBOLOGY_QR;
  symbol->text = g_strstrip (g_strdup (text));
  g_ptr_array_add (symbols, symbol);
  g_task_return_pointer (task, symbols, (GDestroyNotify)g_ptr_array_unref);
}

static void
take_value (GTask *task, const GValue *value, const GError *error)
{
  if (value == NULL)
    return_unreadable (task, error);
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    read_file (task, g_value_get_object (value));
  else
    return_text (task, g_value_get_string (value));
}

static void
take_stream (GTask *task, GInputStream *stream, const GError *error)
{
  if (stream == NULL)
    return_unreadable (task, error);
  else
    read_stream (task, stream);
}

static void
return_nothing (GTask *task, Offer offer)
{
  if (offer == OFFER_OTHER_PICTURE)
    return_no_picture (task);
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_NOT_FOUND, "%s",
                             _ ("There is no code and no picture in the clipboard. Copy one first."));
}

static void
did_get_clipboard_stream (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  take_stream (task, gdk_clipboard_read_finish (GDK_CLIPBOARD (object), result, NULL, &error), error);
}

static void
did_get_clipboard_value (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  take_value (task, gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, &error), error);
}

void
ds_picture_source_read_clipboard_async (GdkClipboard *clipboard,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task
      = make_task (cancellable, callback, user_data, DS_TASK_TAG (ds_picture_source_read_clipboard_async));
  Offer offer;

  g_return_if_fail (GDK_IS_CLIPBOARD (clipboard));

  offer = get_offer (gdk_clipboard_get_formats (clipboard));
  if (offer == OFFER_PICTURE)
    gdk_clipboard_read_async (clipboard, (const char **)picture_types, G_PRIORITY_DEFAULT, cancellable,
                              did_get_clipboard_stream, g_object_ref (task));
  else if (offer == OFFER_FILE || offer == OFFER_TEXT)
    gdk_clipboard_read_value_async (clipboard, offer == OFFER_FILE ? G_TYPE_FILE : G_TYPE_STRING,
                                    G_PRIORITY_DEFAULT, cancellable, did_get_clipboard_value,
                                    g_object_ref (task));
  else
    return_nothing (task, offer);
}

static void
did_get_drop_stream (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  const char *type;

  take_stream (task, gdk_drop_read_finish (GDK_DROP (object), result, &type, &error), error);
}

static void
did_get_drop_value (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  take_value (task, gdk_drop_read_value_finish (GDK_DROP (object), result, &error), error);
}

void
ds_picture_source_read_drop_async (GdkDrop *drop,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task
      = make_task (cancellable, callback, user_data, DS_TASK_TAG (ds_picture_source_read_drop_async));
  Source *source = g_task_get_task_data (task);
  Offer offer;

  g_return_if_fail (GDK_IS_DROP (drop));

  source->drop = g_object_ref (drop);
  offer = get_offer (gdk_drop_get_formats (drop));
  if (offer == OFFER_PICTURE)
    gdk_drop_read_async (drop, (const char **)picture_types, G_PRIORITY_DEFAULT, cancellable,
                         did_get_drop_stream, g_object_ref (task));
  else if (offer == OFFER_FILE || offer == OFFER_TEXT)
    gdk_drop_read_value_async (drop, offer == OFFER_FILE ? G_TYPE_FILE : G_TYPE_STRING, G_PRIORITY_DEFAULT,
                               cancellable, did_get_drop_value, g_object_ref (task));
  else
    return_nothing (task, offer);
}

GtkDropTargetAsync *
ds_picture_source_new_drop_target (void)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  for (gsize i = 0; picture_types[i] != NULL; i++)
    gdk_content_formats_builder_add_mime_type (builder, picture_types[i]);
  gdk_content_formats_builder_add_gtype (builder, G_TYPE_FILE);
  gdk_content_formats_builder_add_mime_type (builder, "text/uri-list");
  gdk_content_formats_builder_add_mime_type (builder, "text/plain;charset=utf-8");
  return gtk_drop_target_async_new (gdk_content_formats_builder_free_to_formats (builder), GDK_ACTION_COPY);
}

/* The dialog */

static void
did_respond (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Source *source = g_task_get_task_data (task);
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&source->chooser);

  if (chooser == NULL)
    return;
  g_signal_handlers_disconnect_by_data (source->widget, task);
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      read_file (task, file);
    }
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "no file was chosen");
}

/* The page that asked is left, which would otherwise live as long as the dialog. */
static void
did_leave (GtkWidget *widget, GTask *task)
{
  Source *source = g_task_get_task_data (task);
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&source->chooser);

  if (chooser == NULL)
    return;
  g_signal_handlers_disconnect_by_data (widget, task);
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (chooser));
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the page is left");
  g_object_unref (task);
}

void
ds_picture_source_choose_async (GtkWidget *widget,
                                const char *title,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = make_task (cancellable, callback, user_data, DS_TASK_TAG (ds_picture_source_choose_async));
  Source *source = g_task_get_task_data (task);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  GtkNativeDialog *dialog;

  g_return_if_fail (GTK_IS_WIDGET (widget));

  source->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (widget)),
                                                 GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Read"), _ ("Cancel"));
  for (gsize i = 0; picture_types[i] != NULL; i++)
    gtk_file_filter_add_mime_type (filter, picture_types[i]);
  gtk_file_filter_set_name (filter, _ ("Pictures"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (source->chooser), filter);
  dialog = GTK_NATIVE_DIALOG (source->chooser);
  gtk_native_dialog_set_modal (dialog, TRUE);
  source->widget = g_object_ref (widget);
  g_signal_connect (widget, "unrealize", G_CALLBACK (did_leave), task);
  g_signal_connect (dialog, "response", G_CALLBACK (did_respond), task);
  gtk_native_dialog_show (dialog);
}

/* Another program's window */

static void
did_look (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ds_screen_look_finish (result, &error);

  if (bytes == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    decode (task, bytes);
}

void
ds_picture_source_read_screen_async (const char *path,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task
      = make_task (cancellable, callback, user_data, DS_TASK_TAG (ds_picture_source_read_screen_async));

  g_return_if_fail (path != NULL);
  ds_screen_look_async (path, cancellable, did_look, g_object_ref (task));
}

GPtrArray *
ds_picture_source_read_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
ds_picture_source_read_text_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) symbols = ds_picture_source_read_finish (result, error);

  return symbols != NULL ? g_strdup (((DsSymbol *)g_ptr_array_index (symbols, 0))->text) : NULL;
}
