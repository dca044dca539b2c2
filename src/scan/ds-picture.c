/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-picture.h"

#include "ds-decoder.h"
#include "ds-error.h"

#include <png.h>
#include <string.h>
#include <turbojpeg.h>

/* A picture file larger than this is no photograph of a code. */
#define PICTURE_MAX_BYTES (64 * 1024 * 1024)

/* Pixels that a picture file may claim. */
#define PICTURE_MAX_PIXELS ((gint64)DS_PICTURE_MAX_SIDE * DS_PICTURE_MAX_SIDE)

static void
tj_free (void *handle)
{
  tjDestroy (handle);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (png_image, png_image_free)
typedef void TjHandle;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TjHandle, tj_free)

/* Refuses a picture by the size it claims, before room is made for it. */
static gboolean
check_size (gint64 width, gint64 height, GError **error)
{
  if (width >= 1 && height >= 1 && width <= PICTURE_MAX_PIXELS / height)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The picture is too large; take it again, smaller");
  return FALSE;
}

static void
set_unreadable (GError **error, const char *why)
{
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "This is no picture that can be read: %s", why);
}

/* What is transparent is white, as it would be on paper. */
static DsGrey *
load_png (const guint8 *file, gsize n, GError **error)
{
  static const png_color white = { 255, 255, 255 };
  png_image png = { .version = PNG_IMAGE_VERSION };
  g_autoptr (png_image) cleared = &png;
  g_autoptr (DsGrey) grey = NULL;

  if (!png_image_begin_read_from_memory (&png, file, n))
    {
      set_unreadable (error, png.message);
      return NULL;
    }
  if (!check_size (png.width, png.height, error))
    return NULL;

  png.format = PNG_FORMAT_GRAY;
  grey = ds_grey_new (png.width, png.height);
  if (!png_image_finish_read (&png, &white, grey->pixels, 0, NULL))
    {
      set_unreadable (error, png.message);
      return NULL;
    }
  return g_steal_pointer (&grey);
}

/* A JPEG holds its luma (ITU-R BT.601) apart: no colour has to be worked out. */
static DsGrey *
load_jpeg (const guint8 *file, gsize n, GError **error)
{
  g_autoptr (TjHandle) jpeg = tjInitDecompress ();
  g_autoptr (DsGrey) grey = NULL;
  int width = 0;
  int height = 0;
  int subsampling;
  int space;

  if (tjDecompressHeader3 (jpeg, file, n, &width, &height, &subsampling, &space) != 0)
    {
      set_unreadable (error, tjGetErrorStr2 (jpeg));
      return NULL;
    }
  if (!check_size (width, height, error))
    return NULL;

  grey = ds_grey_new ((guint)width, (guint)height);
  /* A warning (a stray byte, a missing end) leaves a picture that may well hold a readable code. */
  if (tjDecompress2 (jpeg, file, n, grey->pixels, width, width, height, TJPF_GRAY, TJFLAG_LIMITSCANS) != 0
      && tjGetErrorCode (jpeg) != TJERR_WARNING)
    {
      set_unreadable (error, tjGetErrorStr2 (jpeg));
      return NULL;
    }
  return g_steal_pointer (&grey);
}

DsGrey *
ds_picture_load (GBytes *bytes, GError **error)
{
  gsize n = 0;
  const guint8 *file;

  g_return_val_if_fail (bytes != NULL, NULL);

  file = g_bytes_get_data (bytes, &n);
  if (n > PICTURE_MAX_BYTES)
    check_size (G_MAXINT64, G_MAXINT64, error);
  else if (n >= 8 && memcmp (file, "\x89PNG\r\n\x1a\n", 8) == 0)
    return load_png (file, n, error);
  else if (n >= 3 && memcmp (file, "\xff\xd8\xff", 3) == 0)
    return load_jpeg (file, n, error);
  else
    set_unreadable (error, "it is neither PNG nor JPEG");
  return NULL;
}
