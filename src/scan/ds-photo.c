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
#define BYTES_PER_PIXEL 4

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

typedef struct
{
  guint width;
  guint height;
  guint8 *pixels; /* 4 bytes each, rows packed */
} Picture;

static void
picture_clear (Picture *self)
{
  g_clear_pointer (&self->pixels, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static gboolean
refuse (GError **error, const char *words)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, words);
  return FALSE;
}

static gboolean
check_size (gint64 width, gint64 height, GError **error)
{
  return (width >= 1 && height >= 1 && width <= MAX_PIXELS / height)
         || refuse (error, _ ("The picture is too large; take it again, smaller"));
}

/* Each pixel the mean of those it stands for. */
static void
shrink (const guint8 *pixels, guint width, guint height, gsize stride, Picture *small)
{
  guint longer = MAX (width, height);
  guint side = MIN (longer, DS_PHOTO_MAX_SIDE);

  small->width = MAX (1, (guint)((guint64)width * side / longer));
  small->height = MAX (1, (guint)((guint64)height * side / longer));
  small->pixels = g_malloc ((gsize)small->width * small->height * BYTES_PER_PIXEL);
  for (guint y = 0; y < small->height; y++)
    {
      guint from_y = (guint)((guint64)y * height / small->height);
      guint to_y = MAX (from_y + 1, (guint)((guint64)(y + 1) * height / small->height));

      for (guint x = 0; x < small->width; x++)
        {
          guint from_x = (guint)((guint64)x * width / small->width);
          guint to_x = MAX (from_x + 1, (guint)((guint64)(x + 1) * width / small->width));
          guint sums[3] = { 0 };
          guint n = (to_y - from_y) * (to_x - from_x);
          guint8 *out = small->pixels + ((gsize)y * small->width + x) * BYTES_PER_PIXEL;

          for (guint at_y = from_y; at_y < to_y; at_y++)
            {
              const guint8 *in = pixels + stride * at_y + (gsize)from_x * BYTES_PER_PIXEL;

              for (guint at_x = from_x; at_x < to_x; at_x++, in += BYTES_PER_PIXEL)
                {
                  sums[0] += in[0];
                  sums[1] += in[1];
                  sums[2] += in[2];
                }
            }
          for (guint c = 0; c < G_N_ELEMENTS (sums); c++)
            out[c] = (guint8)(sums[c] / n);
          out[3] = 0xff;
        }
    }
}

static GBytes *
compress (const Picture *picture, GError **error)
{
  g_autoptr (TjHandle) jpeg = tjInitCompress ();
  unsigned char *file = NULL;
  unsigned long n = 0;
  GBytes *bytes;

  if (tjCompress2 (jpeg, picture->pixels, (int)picture->width, 0, (int)picture->height, TJPF_RGBX, &file, &n,
                   TJSAMP_420, QUALITY, 0)
      != 0)
    {
      refuse (error, _ ("The picture cannot be made smaller; take it again"));
      return NULL;
    }
  bytes = g_bytes_new (file, n);
  tjFree (file);
  return bytes;
}

static GBytes *
make_photo (const guint8 *pixels, guint width, guint height, gsize stride, GError **error)
{
  g_auto (Picture) small = { 0 };

  shrink (pixels, width, height, stride, &small);
  return compress (&small, error);
}

GBytes *
ds_photo_from_rgba (GBytes *pixels, guint width, guint height, gsize stride, GError **error)
{
  g_return_val_if_fail (pixels != NULL, NULL);

  if (!check_size (width, height, error))
    return NULL;
  if (stride / BYTES_PER_PIXEL < width
      || g_bytes_get_size (pixels) < stride * (height - 1) + (gsize)width * BYTES_PER_PIXEL)
    {
      refuse (error, _ ("The camera's picture is cut off; take it again"));
      return NULL;
    }
  return make_photo (g_bytes_get_data (pixels, NULL), width, height, stride, error);
}

static gboolean
load_png (const guint8 *file, gsize n, Picture *picture, GError **error)
{
  static const png_color white = { 255, 255, 255 };
  png_image png = { .version = PNG_IMAGE_VERSION };
  g_autoptr (png_image) cleared = &png;

  if (!png_image_begin_read_from_memory (&png, file, n))
    return refuse (error, _ ("This picture cannot be read; choose another"));
  if (!check_size (png.width, png.height, error))
    return FALSE;
  png.format = PNG_FORMAT_RGB;
  {
    gsize row = (gsize)png.width * 3;
    g_autofree guint8 *rgb = g_malloc (row * png.height);

    if (!png_image_finish_read (&png, &white, rgb, 0, NULL))
      return refuse (error, _ ("This picture cannot be read; choose another"));
    picture->width = png.width;
    picture->height = png.height;
    picture->pixels = g_malloc ((gsize)png.width * png.height * BYTES_PER_PIXEL);
    for (gsize i = 0; i < (gsize)png.width * png.height; i++)
      memcpy (picture->pixels + i * BYTES_PER_PIXEL, rgb + i * 3, 3);
  }
  return TRUE;
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

static gboolean
load_jpeg (const guint8 *file, gsize n, Picture *picture, GError **error)
{
  g_autoptr (TjHandle) jpeg = tjInitDecompress ();
  int width = 0;
  int height = 0;
  int small_width, small_height, subsampling, space;

  if (tjDecompressHeader3 (jpeg, file, n, &width, &height, &subsampling, &space) != 0)
    return refuse (error, _ ("This picture cannot be read; choose another"));
  if (!check_size (width, height, error))
    return FALSE;
  choose_scale (width, height, &small_width, &small_height);
  picture->width = (guint)small_width;
  picture->height = (guint)small_height;
  picture->pixels = g_malloc ((gsize)small_width * (gsize)small_height * BYTES_PER_PIXEL);
  if (tjDecompress2 (jpeg, file, n, picture->pixels, small_width, 0, small_height, TJPF_RGBX,
                     TJFLAG_LIMITSCANS)
          != 0
      && tjGetErrorCode (jpeg) != TJERR_WARNING)
    return refuse (error, _ ("This picture cannot be read; choose another"));
  return TRUE;
}

GBytes *
ds_photo_from_file (GBytes *file, GError **error)
{
  g_auto (Picture) picture = { 0 };
  gsize n;
  const guint8 *data;
  gboolean loaded = FALSE;

  g_return_val_if_fail (file != NULL, NULL);

  data = g_bytes_get_data (file, &n);
  if (n >= 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0)
    loaded = load_png (data, n, &picture, error);
  else if (n >= 3 && memcmp (data, "\xff\xd8\xff", 3) == 0)
    loaded = load_jpeg (data, n, &picture, error);
  else
    refuse (error, _ ("This is neither a JPEG nor a PNG picture; choose another"));
  return loaded ? make_photo (picture.pixels, picture.width, picture.height,
                              (gsize)picture.width * BYTES_PER_PIXEL, error)
                : NULL;
}
