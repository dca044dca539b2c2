/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-grey.h"

#include <math.h>
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

/* Writes one row of the smaller picture: the means over rows @y0 to @y1 and, for column x, over the columns from
 * @edges[x] to @edges[x + 1]. */
static void
shrink_rows (const guint8 *pixels,
             gsize stride,
             guint y0,
             guint y1,
             const guint *edges,
             guint width,
             guint32 *sums,
             guint8 *to)
{
  memset (sums, 0, width * sizeof *sums);
  for (guint y = y0; y < y1; y++)
    {
      const guint8 *row = pixels + y * stride;

      for (guint x = 0; x < width; x++)
        for (guint from = edges[x]; from < edges[x + 1]; from++)
          sums[x] += row[from];
    }
  for (guint x = 0; x < width; x++)
    to[x] = (guint8)(sums[x] / ((y1 - y0) * (edges[x + 1] - edges[x])));
}

DsGrey *
ds_grey_new_scaled (const guint8 *pixels, guint width, guint height, gsize stride, guint max_side)
{
  guint longest = MAX (width, height);
  g_autofree guint *edges = NULL;
  g_autofree guint32 *sums = NULL;
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
  sums = g_new (guint32, scaled->width);
  edges = g_new (guint, scaled->width + 1);
  for (guint x = 0; x <= scaled->width; x++)
    edges[x] = (guint)((guint64)x * width / scaled->width);
  for (guint y = 0; y < scaled->height; y++)
    shrink_rows (pixels, stride, (guint)((guint64)y * height / scaled->height),
                 (guint)((guint64)(y + 1) * height / scaled->height), edges, scaled->width, sums,
                 scaled->pixels + (gsize)y * scaled->width);
  return scaled;
}

DsGrey *
ds_grey_shrink (const DsGrey *self, guint max_side)
{
  return ds_grey_new_scaled (self->pixels, self->width, self->height, self->width, max_side);
}

/* Two pixels beside each other, whichever of them is the upper half of the number. */
typedef guint16 Pair __attribute__ ((may_alias, aligned (1)));

static void
halve_row (const Pair *restrict row, const Pair *restrict below, guint8 *restrict to, guint width)
{
  for (guint x = 0; x < width; x++)
    {
      guint16 sum = (guint16)((row[x] & 0xFF) + (row[x] >> 8) + (below[x] & 0xFF) + (below[x] >> 8) + 2);

      to[x] = (guint8)(sum >> 2);
    }
}

DsGrey *
ds_grey_halve (const DsGrey *self)
{
  DsGrey *half;

  g_return_val_if_fail (self->width >= 2 && self->height >= 2, NULL);

  half = ds_grey_new (self->width / 2, self->height / 2);
  for (guint y = 0; y < half->height; y++)
    {
      const guint8 *row = self->pixels + (gsize)y * 2 * self->width;

      halve_row ((const Pair *)row, (const Pair *)(row + self->width), half->pixels + (gsize)y * half->width,
                 half->width);
    }
  return half;
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

/* The mean around each pixel of a row, from the sums of the window's columns. */
static void
blur_row (const guint32 *columns, guint8 *to, guint width, guint radius, guint rows_in_window)
{
  guint32 sum = 0;
  guint area = 0;
  guint64 factor = 0;

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
      /* Dividing is dear, and the window's area changes only at the edges. */
      if (area != (until - from) * rows_in_window)
        {
          area = (until - from) * rows_in_window;
          factor = (G_GUINT64_CONSTANT (1) << 32) / area + 1;
        }
      to[x] = (guint8)(sum * factor >> 32);
    }
}

DsGrey *
ds_grey_blur (const DsGrey *self, guint radius)
{
  DsGrey *blurred = ds_grey_new (self->width, self->height);
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
      blur_row (columns, blurred->pixels + (gsize)y * self->width, self->width, radius, until - from);
    }
  return blurred;
}

DsGrey *
ds_grey_threshold (const DsGrey *self, guint radius, guint bias)
{
  DsGrey *binary = ds_grey_blur (self, radius);
  gsize n = (gsize)self->width * self->height;

  for (gsize i = 0; i < n; i++)
    binary->pixels[i] = self->pixels[i] + bias > binary->pixels[i] ? 255 : 0;
  return binary;
}

/* Bilinear, with 16 bits behind the point; light outside. */
static guint8
look (const DsGrey *grey, gint64 x, gint64 y)
{
  gint64 left = x >> 16;
  gint64 top = y >> 16;
  guint32 fx = (guint32)(x & 0xFFFF) >> 8;
  guint32 fy = (guint32)(y & 0xFFFF) >> 8;
  const guint8 *p;

  if (left < 0 || top < 0 || left + 1 >= grey->width || top + 1 >= grey->height)
    return 255;
  p = grey->pixels + (gsize)top * grey->width + (gsize)left;
  return (guint8)(((p[0] * (256 - fx) + p[1] * fx) * (256 - fy)
                   + (p[grey->width] * (256 - fx) + p[grey->width + 1] * fx) * fy)
                  >> 16);
}

DsGrey *
ds_grey_turn (const DsGrey *self, double degrees)
{
  double radians = degrees * G_PI / 180;
  gint64 c = llround (cos (radians) * 65536);
  gint64 s = llround (sin (radians) * 65536);
  guint64 c_size = (guint64)ABS (c);
  guint64 s_size = (guint64)ABS (s);
  guint width = (guint)((self->width * c_size + self->height * s_size) >> 16) + 1;
  guint height = (guint)((self->width * s_size + self->height * c_size) >> 16) + 1;
  DsGrey *turned = ds_grey_new (width, height);

  for (guint y = 0; y < height; y++)
    {
      gint64 from_middle_x = -(gint64)(width / 2);
      gint64 from_middle_y = (gint64)y - height / 2;
      gint64 x_at = ((gint64)self->width << 15) + c * from_middle_x + s * from_middle_y;
      gint64 y_at = ((gint64)self->height << 15) - s * from_middle_x + c * from_middle_y;
      guint8 *to = turned->pixels + (gsize)y * width;

      for (guint x = 0; x < width; x++, x_at += c, y_at -= s)
        to[x] = look (self, x_at, y_at);
    }
  return turned;
}
