/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder.h"

#include "ds-error.h"
#include "ds-grey.h"
#include "ds-zbar.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

/* Where ZBar reads most: a code that fills a larger picture has modules so wide that their edges are missed. */
#define WORKING_SIDE 1000

/* About three modules of a code in the middle of the picture. */
#define THRESHOLD_RADIUS 10

/* Smaller pictures are tried at twice their size, where a module may be less than two pixels. */
#define DOUBLE_BELOW_SIDE 800

/* A picture file larger than this is no photograph of a code. */
#define PICTURE_MAX_BYTES (64 * 1024 * 1024)

/* Pixels that a picture file may claim. */
#define PICTURE_MAX_PIXELS ((gint64)DS_PICTURE_MAX_SIDE * DS_PICTURE_MAX_SIDE)

const char *
ds_symbology_to_name (DsSymbology symbology)
{
  return symbology == DS_SYMBOLOGY_QR ? "qr" : "code128";
}

void
ds_symbol_free (DsSymbol *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self);
}

/* ZBar's scan lines run along the axes, light ground and dark modules expected: each try brings another sort of
 * picture closer to that. Likeliest first. */
static void
try_in_turn (const DsGrey *whole, GPtrArray *symbols)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();
  g_autoptr (DsGrey) working = ds_grey_shrink (whole, WORKING_SIDE);
  g_autoptr (DsGrey) binary = ds_grey_threshold (working, THRESHOLD_RADIUS);
  g_autoptr (DsGrey) half = NULL;
  g_autoptr (DsGrey) turned = NULL;
  g_autoptr (DsGrey) inverted = NULL;
  g_autoptr (DsGrey) negative = NULL;
  guint longest = MAX (whole->width, whole->height);

  if (ds_zbar_scan (zbar, binary, symbols) > 0 || ds_zbar_scan (zbar, working, symbols) > 0)
    return;

  half = ds_grey_shrink (whole, MAX (longest / 2, 1));
  if (ds_zbar_scan (zbar, half, symbols) > 0)
    return;

  turned = ds_grey_turn (binary);
  if (ds_zbar_scan (zbar, turned, symbols) > 0)
    return;

  inverted = ds_grey_invert (working);
  negative = ds_grey_threshold (inverted, THRESHOLD_RADIUS);
  if (ds_zbar_scan (zbar, negative, symbols) > 0 || ds_zbar_scan (zbar, inverted, symbols) > 0)
    return;

  if (longest > WORKING_SIDE && ds_zbar_scan (zbar, whole, symbols) > 0)
    return;
  if (longest < DOUBLE_BELOW_SIDE)
    {
      g_autoptr (DsGrey) twice = ds_grey_double (whole);

      ds_zbar_scan (zbar, twice, symbols);
    }
}

GPtrArray *
ds_decode_grey (const guint8 *pixels, guint width, guint height, gsize stride)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  g_autoptr (DsGrey) whole = NULL;

  g_return_val_if_fail (pixels != NULL && stride >= width, g_steal_pointer (&symbols));

  if (width > 0 && height > 0)
    {
      whole = ds_grey_new_scaled (pixels, width, height, stride, DS_PICTURE_MAX_SIDE);
      try_in_turn (whole, symbols);
    }
  return g_steal_pointer (&symbols);
}

/* Refuses a picture by the size it claims, before room is made for it. */
static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  gboolean *too_large = user_data;

  if (width < 1 || height < 1 || (gint64)width * height > PICTURE_MAX_PIXELS)
    {
      *too_large = TRUE;
      gdk_pixbuf_loader_set_size (loader, 1, 1);
    }
}

/* The loader is chosen here, not by gdk-pixbuf: its own choice needs the system's MIME database, and every further
 * format is one more parser for strangers' bytes. */
static GdkPixbufLoader *
new_loader (GBytes *bytes, GError **error)
{
  static const struct
  {
    const char *begin;
    gsize n;
    const char *type;
  } formats[] = {
    { "\x89PNG\r\n\x1a\n", 8, "png" },
    { "\xff\xd8\xff", 3, "jpeg" },
  };
  gsize n = 0;
  const guint8 *file = g_bytes_get_data (bytes, &n);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (n >= formats[i].n && memcmp (file, formats[i].begin, formats[i].n) == 0)
      return gdk_pixbuf_loader_new_with_type (formats[i].type, error);
  g_set_error_literal (error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE, "it is neither PNG nor JPEG");
  return NULL;
}

static GdkPixbuf *
load_picture (GBytes *bytes, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GdkPixbufLoader) loader = new_loader (bytes, &local);
  gboolean too_large = g_bytes_get_size (bytes) > PICTURE_MAX_BYTES;
  gboolean loaded = FALSE;
  GdkPixbuf *pixbuf = NULL;

  if (loader != NULL)
    {
      g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), &too_large);
      loaded = !too_large && gdk_pixbuf_loader_write_bytes (loader, bytes, &local);
      /* Closing is due even after a failure, whose reason is the first one. */
      loaded = gdk_pixbuf_loader_close (loader, local == NULL ? &local : NULL) && loaded;
      pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
    }

  if (too_large)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                         "The picture is too large; take it again, smaller");
  else if (!loaded || pixbuf == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "This is no picture that can be read: %s",
                 local != NULL ? local->message : "it ends too early");
  else
    return g_object_ref (pixbuf);
  return NULL;
}

/* Luma by ITU-R BT.601; what is transparent is white, as it would be on paper. */
static DsGrey *
to_grey (GdkPixbuf *pixbuf)
{
  guint width = (guint)gdk_pixbuf_get_width (pixbuf);
  guint height = (guint)gdk_pixbuf_get_height (pixbuf);
  guint channels = (guint)gdk_pixbuf_get_n_channels (pixbuf);
  gsize stride = (gsize)gdk_pixbuf_get_rowstride (pixbuf);
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  DsGrey *grey = ds_grey_new (width, height);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        const guint8 *p = pixels + y * stride + (gsize)x * channels;
        guint luma = (p[0] * 77u + p[1] * 150u + p[2] * 29u) >> 8;

        if (channels == 4)
          luma = (luma * p[3] + 255u * (255u - p[3])) / 255u;
        grey->pixels[(gsize)y * width + x] = (guint8)luma;
      }
  return grey;
}

GPtrArray *
ds_decode_picture (GBytes *bytes, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (DsGrey) grey = NULL;

  g_return_val_if_fail (bytes != NULL, NULL);

  pixbuf = load_picture (bytes, error);
  if (pixbuf == NULL)
    return NULL;
  grey = to_grey (pixbuf);
  return ds_decode_grey (grey->pixels, grey->width, grey->height, grey->width);
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer bytes, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *symbols = ds_decode_picture (bytes, &error);

  if (symbols != NULL)
    g_task_return_pointer (task, symbols, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
ds_decode_picture_async (GBytes *bytes,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (bytes != NULL);

  g_task_set_name (task, "ds_decode_picture");
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify)g_bytes_unref);
  g_task_run_in_thread (task, decode_in_thread);
}

GPtrArray *
ds_decode_picture_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
