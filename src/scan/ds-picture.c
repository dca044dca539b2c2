/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-picture.h"

#include "ds-decoder.h"
#include "ds-error.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

/* A picture file larger than this is no photograph of a code. */
#define PICTURE_MAX_BYTES (64 * 1024 * 1024)

/* Pixels that a picture file may claim. */
#define PICTURE_MAX_PIXELS ((gint64)DS_PICTURE_MAX_SIDE * DS_PICTURE_MAX_SIDE)

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

DsGrey *
ds_picture_load (GBytes *bytes, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  g_return_val_if_fail (bytes != NULL, NULL);

  pixbuf = load_picture (bytes, error);
  return pixbuf != NULL ? to_grey (pixbuf) : NULL;
}
