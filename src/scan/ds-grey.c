/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-grey.h"

#include <string.h>

DsGrey *
ds_grey_new (guint width, guint height)
{
  DsGrey *self;

  g_return_val_if_fail (width > 0 && height > 0, NULL);

  self = g_new (DsGrey, 1);
  self->width = width;
  self->height = height;
  self->pixels = g_malloc_n (width, height);
  return self;
}

void
ds_grey_free (DsGrey *self)
{
  if (self == NULL)
    return;
  g_free (self->pixels);
  g_free (self);
}

/* The mean of the pixels that fall on (x, y) of the smaller picture. */
static guint8
mean_of_area (const guint8 *pixels, gsize stride, guint x0, guint x1, guint y0, guint y1)
{
  guint64 sum = 0;

  for (guint y = y0; y < y1; y++)
    for (guint x = x0; x < x1; x++)
      sum += pixels[y * stride + x];
  return (guint8)(sum / ((guint64)(x1 - x0) * (y1 - y0)));
}

DsGrey *
ds_grey_new_scaled (const guint8 *pixels, guint width, guint height, gsize stride, guint max_side)
{
  guint longest = MAX (width, height);
  DsGrey *scaled;

  g_return_val_if_fail (pixels != NULL && stride >= width && max_side > 0, NULL);

  if (longest <= max_side)
    {
      scaled = ds_grey_new (width, height);
      for (guint y = 0; y < height; y++)
        memcpy (scaled->pixels + (gsize)y * width, pixels + y * stride, width);
      return scaled;
    }

  scaled = ds_grey_new ((guint)MAX ((guint64)width * max_side / longest, 1),
                        (guint)MAX ((guint64)height * max_side / longest, 1));
  for (guint y = 0; y < scaled->height; y++)
    {
      guint y0 = (guint)((guint64)y * height / scaled->height);
      guint y1 = (guint)((guint64)(y + 1) * height / scaled->height);

      for (guint x = 0; x < scaled->width; x++)
        {
          guint x0 = (guint)((guint64)x * width / scaled->width);
          guint x1 = (guint)((guint64)(x + 1) * width / scaled->width);

          scaled->pixels[(gsize)y * scaled->width + x] = mean_of_area (pixels, stride, x0, x1, y0, y1);
        }
    }
  return scaled;
}

DsGrey *
ds_grey_shrink (const DsGrey *self, guint max_side)
{
  return ds_grey_new_scaled (self->pixels, self->width, self->height, self->width, max_side);
}

DsGrey *
ds_grey_double (const DsGrey *self)
{
  DsGrey *twice = ds_grey_new (self->width * 2, self->height * 2);

  for (guint y = 0; y < self->height; y++)
    {
      const guint8 *row = self->pixels + (gsize)y * self->width;
      const guint8 *below = y + 1 < self->height ? row + self->width : row;
      guint8 *to = twice->pixels + (gsize)y * 2 * twice->width;
      guint8 *to_below = to + twice->width;

      for (guint x = 0; x < self->width; x++)
        {
          guint right = x + 1 < self->width ? x + 1 : x;

          to[2 * x] = row[x];
          to[2 * x + 1] = (guint8)((row[x] + row[right] + 1) / 2);
          to_below[2 * x] = (guint8)((row[x] + below[x] + 1) / 2);
          to_below[2 * x + 1] = (guint8)((row[x] + row[right] + below[x] + below[right] + 2) / 4);
        }
    }
  return twice;
}

DsGrey *
ds_grey_invert (const DsGrey *self)
{
  DsGrey *inverted = ds_grey_new (self->width, self->height);
  gsize n = (gsize)self->width * self->height;

  for (gsize i = 0; i < n; i++)
    inverted->pixels[i] = 255 - self->pixels[i];
  return inverted;
}

/* Sums over the window of 2 × @radius + 1 columns around each column, from the sums of single columns. */
static void
threshold_row (const guint32 *columns,
               const guint8 *row,
               guint8 *to,
               guint width,
               guint radius,
               guint rows_in_window)
{
  guint32 sum = 0;

  for (guint x = 0; x < MIN (radius, width); x++)
    sum += columns[x];
  for (guint x = 0; x < width; x++)
    {
      guint from = x > radius ? x - radius : 0;
      guint until = MIN (x + radius + 1, width);

      if (x + radius < width)
        sum += columns[x + radius];
      if (x > radius)
        sum -= columns[x - radius - 1];
      /* Flat ground is light: a pixel has to be darker than its surroundings by more than noise. */
      to[x] = (row[x] + 5u) * (until - from) * rows_in_window > sum ? 255 : 0;
    }
}

DsGrey *
ds_grey_threshold (const DsGrey *self, guint radius)
{
  DsGrey *binary = ds_grey_new (self->width, self->height);
  g_autofree guint32 *columns = g_new0 (guint32, self->width);

  for (guint y = 0; y < MIN (radius, self->height); y++)
    for (guint x = 0; x < self->width; x++)
      columns[x] += self->pixels[(gsize)y * self->width + x];

  for (guint y = 0; y < self->height; y++)
    {
      guint from = y > radius ? y - radius : 0;
      guint until = MIN (y + radius + 1, self->height);

      if (y + radius < self->height)
        for (guint x = 0; x < self->width; x++)
          columns[x] += self->pixels[(gsize)(y + radius) * self->width + x];
      if (y > radius)
        for (guint x = 0; x < self->width; x++)
          columns[x] -= self->pixels[(gsize)(y - radius - 1) * self->width + x];
      threshold_row (columns, self->pixels + (gsize)y * self->width, binary->pixels + (gsize)y * self->width,
                     self->width, radius, until - from);
    }
  return binary;
}

DsGrey *
ds_grey_turn (const DsGrey *self)
{
  /* cos 45° in 16.16 fixed point. */
  const gint64 c = 46341;
  guint side = (guint)((((guint64)self->width + self->height) * (guint64)c >> 16) + 1);
  DsGrey *turned = ds_grey_new (side, side);
  gint64 cx = (gint64)self->width << 15;
  gint64 cy = (gint64)self->height << 15;
  gint64 half = side / 2;

  for (guint y = 0; y < side; y++)
    {
      gint64 sx = cx + c * (-half - ((gint64)y - half));
      gint64 sy = cy + c * (-half + ((gint64)y - half));
      guint8 *to = turned->pixels + (gsize)y * side;

      for (guint x = 0; x < side; x++, sx += c, sy += c)
        {
          gint64 px = sx >> 16;
          gint64 py = sy >> 16;

          to[x] = px >= 0 && py >= 0 && px < self->width && py < self->height
                      ? self->pixels[(gsize)py * self->width + (gsize)px]
                      : 255;
        }
    }
  return turned;
}
