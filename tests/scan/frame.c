/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "frame.h"

#include <math.h>
#include <string.h>

void
frame_clear (Frame *frame)
{
  g_free (frame->pixels);
}

void
frame_init (Frame *frame, guint width, guint height, gsize padding)
{
  frame->width = width;
  frame->height = height;
  frame->stride = width + padding;
  frame->pixels = g_malloc (frame->stride * height);
  memset (frame->pixels, FRAME_LIGHT, frame->stride * height);
  /* Whoever reads the padding as pixels sees stripes. */
  for (guint y = 0; y < height; y++)
    for (gsize x = width; x < frame->stride; x++)
      frame->pixels[y * frame->stride + x] = y % 3 ? 0 : 255;
}

void
frame_draw_qr_at_level (Frame *frame, const char *text, DsQrLevel level, guint scale, guint left, guint top)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, level, &error);
  guint side;
  g_autoptr (GBytes) pixels = ds_qr_render (qr, scale, &side);
  const guint8 *p = g_bytes_get_data (pixels, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (left + side, <=, frame->width);
  g_assert_cmpuint (top + side, <=, frame->height);
  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      frame->pixels[(top + y) * frame->stride + left + x] = p[(gsize)y * side + x] ? FRAME_LIGHT : FRAME_DARK;
}

void
frame_draw_qr (Frame *frame, const char *text, guint scale, guint left, guint top)
{
  frame_draw_qr_at_level (frame, text, DS_QR_LEVEL_M, scale, left, top);
}

/* Widths of the bars and spaces of symbol characters 0 to 106 (ISO/IEC 15417 table 1). */
static const char *const code128_widths[] = {
  "212222", "222122", "222221", "121223", "121322", "131222", "122213",  "122312", "132212", "221213",
  "221312", "231212", "112232", "122132", "122231", "113222", "123122",  "123221", "223211", "221132",
  "221231", "213212", "223112", "312131", "311222", "321122", "321221",  "312212", "322112", "322211",
  "212123", "212321", "232121", "111323", "131123", "131321", "112313",  "132113", "132311", "211313",
  "231113", "231311", "112133", "112331", "132131", "113123", "113321",  "133121", "313121", "211331",
  "231131", "213113", "213311", "213131", "311123", "311321", "331121",  "312113", "312311", "332111",
  "314111", "221411", "431111", "111224", "111422", "121124", "121421",  "141122", "141221", "112214",
  "112412", "122114", "122411", "142112", "142211", "241211", "221114",  "413111", "241112", "134111",
  "111242", "121142", "121241", "114212", "124112", "124211", "411212",  "421112", "421211", "212141",
  "214121", "412121", "111143", "111341", "131141", "114113", "114311",  "411113", "411311", "113141",
  "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
};

static void
draw_bars (Frame *frame, const char *widths, guint scale, guint *left, guint top, guint height)
{
  for (guint i = 0; widths[i] != '\0'; i++)
    {
      guint width = (guint)(widths[i] - '0') * scale;

      g_assert_cmpuint (*left + width, <=, frame->width);
      for (guint y = top; y < top + height && i % 2 == 0; y++)
        memset (frame->pixels + y * frame->stride + *left, FRAME_DARK, width);
      *left += width;
    }
}

void
frame_draw_code128 (Frame *frame, const char *text, guint scale, guint left, guint top, guint height)
{
  const guint start_b = 104;
  const guint stop = 106;
  guint check = start_b;

  draw_bars (frame, code128_widths[start_b], scale, &left, top, height);
  for (guint i = 0; text[i] != '\0'; i++)
    {
      guint value = (guint)(text[i] - ' ');

      check += value * (i + 1);
      draw_bars (frame, code128_widths[value], scale, &left, top, height);
    }
  draw_bars (frame, code128_widths[check % 103], scale, &left, top, height);
  draw_bars (frame, code128_widths[stop], scale, &left, top, height);
}

/* Bilinear; light outside. */
static guint8
look (const Frame *frame, double x, double y)
{
  gint x0 = (gint)floor (x);
  gint y0 = (gint)floor (y);
  double fx = x - x0;
  double fy = y - y0;
  const guint8 *p = frame->pixels + y0 * (gssize)frame->stride + x0;

  if (x0 < 0 || y0 < 0 || x0 + 1 >= (gint)frame->width || y0 + 1 >= (gint)frame->height)
    return FRAME_LIGHT;
  return (guint8)((p[0] * (1 - fx) + p[1] * fx) * (1 - fy)
                  + (p[frame->stride] * (1 - fx) + p[frame->stride + 1] * fx) * fy);
}

void
frame_map (Frame *frame, FrameMapFunc map, double by)
{
  double half_width = frame->width / 2.0;
  double half_height = frame->height / 2.0;
  guint8 *pixels = g_memdup2 (frame->pixels, frame->stride * frame->height);

  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        /* The same unit both ways, so that a turn stays a turn. */
        double from_x = (x - half_width) / half_height;
        double from_y = (y - half_height) / half_height;

        map (&from_x, &from_y, by);
        pixels[y * frame->stride + x]
            = look (frame, from_x * half_height + half_width, from_y * half_height + half_height);
      }
  g_free (frame->pixels);
  frame->pixels = pixels;
}

void
frame_turn (double *x, double *y, double degrees)
{
  double angle = degrees * G_PI / 180;
  double turned_x = *x * cos (angle) - *y * sin (angle);

  *y = *x * sin (angle) + *y * cos (angle);
  *x = turned_x;
}

/* One side is further away. */
void
frame_slant (double *x, double *y, double by)
{
  double depth = 1 - by * *x;

  *x /= depth;
  *y /= depth;
}

/* As around a bottle that stands upright. */
void
frame_roll (double *x, double *y, double by)
{
  *x = asin (CLAMP (*x * by, -1, 1)) / by;
}

void
frame_add_noise (Frame *frame, guint amplitude)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (gsize i = 0; i < frame->stride * frame->height; i++)
    {
      gint value = frame->pixels[i] + g_rand_int_range (rand, -(gint)amplitude, (gint)amplitude + 1);

      frame->pixels[i] = (guint8)CLAMP (value, 0, 255);
    }
}

GPtrArray *
frame_decode (const Frame *frame)
{
  return ds_decode_grey (frame->pixels, frame->width, frame->height, frame->stride);
}

void
frame_assert_reads (const Frame *frame, const char *text)
{
  g_autoptr (GPtrArray) symbols = frame_decode (frame);

  g_assert_cmpuint (symbols->len, ==, 1);
  g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, text);
}
