/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define GETTEXT_PACKAGE DS_GETTEXT_PACKAGE

#include "ds-photo.h"

#include "ds-error.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>
#include <turbojpeg.h>

#define QUALITY 75
#define RGBA_BYTES 4

/* A telephone's camera makes up to so many; beyond, it is no photograph. */
#define MAX_PIXELS (128 * 1000 * 1000)

static void
tj_free (void *handle)
{
  tjDestroy (handle);
}
typedef void TjHandle;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TjHandle, tj_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (png_image, png_image_free)

void
ds_photo_free (DsPhoto *self)
{
  g_bytes_unref (self->pixels);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *words)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, words);
  return FALSE;
}

static gboolean
refuse_size (GError **error)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW,
                       _ ("The picture is too large; take it again, smaller"));
  return FALSE;
}

static gboolean
check_size (gint64 width, gint64 height, GError **error)
{
  if (width < 1 || height < 1)
    return refuse (error, _ ("This picture cannot be read; choose another"));
  return width <= MAX_PIXELS / height || refuse_size (error);
}

/* Each pixel the mean of those it stands for. @n_bytes: of a pixel of @pixels, of which the first three count. */
static DsPhoto *
shrink (const guint8 *pixels, guint width, guint height, gsize stride, guint n_bytes)
{
  DsPhoto *small = g_new (DsPhoto, 1);
  guint longer = MAX (width, height);
  guint side = MIN (longer, DS_PHOTO_MAX_SIDE);
  guint8 *out;
  gsize n;

  small->width = MAX (1, (guint)((guint64)width * side / longer));
  small->height = MAX (1, (guint)((guint64)height * side / longer));
  n = (gsize)small->width * small->height * DS_PHOTO_BYTES_PER_PIXEL;
  out = g_malloc (n);
  small->pixels = g_bytes_new_take (out, n);
  for (guint y = 0; y < small->height; y++)
    {
      guint from_y = (guint)((guint64)y * height / small->height);
      guint to_y = MAX (from_y + 1, (guint)((guint64)(y + 1) * height / small->height));

      for (guint x = 0; x < small->width; x++, out += DS_PHOTO_BYTES_PER_PIXEL)
        {
          guint from_x = (guint)((guint64)x * width / small->width);
          guint to_x = MAX (from_x + 1, (guint)((guint64)(x + 1) * width / small->width));
          guint sums[DS_PHOTO_BYTES_PER_PIXEL] = { 0 };
          guint n_meant = (to_y - from_y) * (to_x - from_x);

          for (guint at_y = from_y; at_y < to_y; at_y++)
            {
              const guint8 *in = pixels + stride * at_y + (gsize)from_x * n_bytes;

              for (guint at_x = from_x; at_x < to_x; at_x++, in += n_bytes)
                {
                  sums[0] += in[0];
                  sums[1] += in[1];
                  sums[2] += in[2];
                }
            }
          for (guint c = 0; c < G_N_ELEMENTS (sums); c++)
            out[c] = (guint8)(sums[c] / n_meant);
        }
    }
  return small;
}

GBytes *
ds_photo_compress (const DsPhoto *self, GError **error)
{
  g_autoptr (TjHandle) jpeg = tjInitCompress ();
  unsigned char *file = NULL;
  unsigned long n = 0;
  GBytes *bytes;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (
      g_bytes_get_size (self->pixels) == (gsize)self->width * self->height * DS_PHOTO_BYTES_PER_PIXEL, NULL);

  if (tjCompress2 (jpeg, g_bytes_get_data (self->pixels, NULL), (int)self->width, 0, (int)self->height,
                   TJPF_RGB, &file, &n, TJSAMP_420, QUALITY, 0)
      != 0)
    {
      refuse (error, _ ("The picture cannot be made smaller; take it again"));
      return NULL;
    }
  bytes = g_bytes_new (file, n);
  tjFree (file);
  return bytes;
}

GBytes *
ds_photo_from_rgba (GBytes *pixels, guint width, guint height, gsize stride, GError **error)
{
  g_autoptr (DsPhoto) small = NULL;

  g_return_val_if_fail (pixels != NULL, NULL);

  if (!check_size (width, height, error))
    return NULL;
  if (stride / RGBA_BYTES < width
      || g_bytes_get_size (pixels) < stride * (height - 1) + (gsize)width * RGBA_BYTES)
    {
      refuse (error, _ ("The camera's picture is cut off; take it again"));
      return NULL;
    }
  small = shrink (g_bytes_get_data (pixels, NULL), width, height, stride, RGBA_BYTES);
  return ds_photo_compress (small, error);
}

/* The whole of a large one may be more than the process is given. */
static guint8 *
make_room (gsize width, gsize height, GError **error)
{
  guint8 *room = g_try_malloc (width * height * DS_PHOTO_BYTES_PER_PIXEL);

  if (room == NULL)
    refuse_size (error);
  return room;
}

static DsPhoto *
load_png (const guint8 *file, gsize n, GError **error)
{
  static const png_color white = { 255, 255, 255 };
  png_image png = { .version = PNG_IMAGE_VERSION };
  g_autoptr (png_image) cleared = &png;
  g_autofree guint8 *rgb = NULL;

  if (!png_image_begin_read_from_memory (&png, file, n))
    {
      refuse (error, _ ("This picture cannot be read; choose another"));
      return NULL;
    }
  if (!check_size (png.width, png.height, error))
    return NULL;
  png.format = PNG_FORMAT_RGB;
  rgb = make_room (png.width, png.height, error);
  if (rgb == NULL)
    return NULL;
  if (!png_image_finish_read (&png, &white, rgb, 0, NULL))
    {
      refuse (error, _ ("This picture cannot be read; choose another"));
      return NULL;
    }
  return shrink (rgb, png.width, png.height, (gsize)png.width * DS_PHOTO_BYTES_PER_PIXEL,
                 DS_PHOTO_BYTES_PER_PIXEL);
}

/* A JPEG is made smaller by its own blocks while it is read: the whole of a large one is never in memory. */
static void
choose_scale (int width, int height, int *small_width, int *small_height)
{
  int n = 0;
  tjscalingfactor *factors = tjGetScalingFactors (&n);

  *small_width = width;
  *small_height = height;
  for (int i = 0; i < n; i++)
    {
      int scaled_width = TJSCALED (width, factors[i]);
      int scaled_height = TJSCALED (height, factors[i]);

      if (MAX (scaled_width, scaled_height) >= DS_PHOTO_MAX_SIDE && scaled_width < *small_width)
        {
          *small_width = scaled_width;
          *small_height = scaled_height;
        }
    }
}

static DsPhoto *
load_jpeg (const guint8 *file, gsize n, GError **error)
{
  g_autoptr (TjHandle) jpeg = tjInitDecompress ();
  g_autofree guint8 *rgb = NULL;
  int width = 0;
  int height = 0;
  int small_width, small_height, subsampling, space;

  if (tjDecompressHeader3 (jpeg, file, n, &width, &height, &subsampling, &space) != 0)
    {
      refuse (error, _ ("This picture cannot be read; choose another"));
      return NULL;
    }
  if (!check_size (width, height, error))
    return NULL;
  choose_scale (width, height, &small_width, &small_height);
  rgb = make_room ((gsize)small_width, (gsize)small_height, error);
  if (rgb == NULL)
    return NULL;
  if (tjDecompress2 (jpeg, file, n, rgb, small_width, 0, small_height, TJPF_RGB, TJFLAG_LIMITSCANS) != 0
      && tjGetErrorCode (jpeg) != TJERR_WARNING)
    {
      refuse (error, _ ("This picture cannot be read; choose another"));
      return NULL;
    }
  return shrink (rgb, (guint)small_width, (guint)small_height, (gsize)small_width * DS_PHOTO_BYTES_PER_PIXEL,
                 DS_PHOTO_BYTES_PER_PIXEL);
}

static gboolean
begins_with (GBytes *file, const void *magic, gsize n_magic)
{
  return g_bytes_get_size (file) >= n_magic && memcmp (g_bytes_get_data (file, NULL), magic, n_magic) == 0;
}

static gboolean
is_png (GBytes *file)
{
  return begins_with (file, "\x89PNG\r\n\x1a\n", 8);
}

gboolean
ds_photo_is_picture (GBytes *file)
{
  g_return_val_if_fail (file != NULL, FALSE);

  return is_png (file) || begins_with (file, "\xff\xd8\xff", 3);
}

DsPhoto *
ds_photo_load (GBytes *file, GError **error)
{
  gsize n;
  const guint8 *data;

  g_return_val_if_fail (file != NULL, NULL);

  if (!ds_photo_is_picture (file))
    {
      refuse (error, _ ("This is neither a JPEG nor a PNG picture; choose another"));
      return NULL;
    }
  data = g_bytes_get_data (file, &n);
  return is_png (file) ? load_png (data, n, error) : load_jpeg (data, n, error);
}
