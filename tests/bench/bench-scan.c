/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much is read of frames that are drawn from a seed, and in what time, by our decoder, by ZBar as it comes and,
 * where it is installed, by zxing-cpp as it comes: all three on the very same frames, in turn. */
#include "config.h"

#include "bench-numbers.h"
#include "shot.h"
#ifdef HAVE_ZXING
#include "zxing-frame.h"
#endif

#include <math.h>
#include <string.h>
#include <zbar.h>

#define SEED 20261122
#define N_FRAMES 100

G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_scanner_t, zbar_image_scanner_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_t, zbar_image_destroy)

typedef GPtrArray *(*ReadFunc) (const Frame *frame, gboolean code128);

static GPtrArray *
read_ours (const Frame *frame, gboolean code128)
{
  g_autoptr (GPtrArray) symbols = frame_decode (frame);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < symbols->len; i++)
    g_ptr_array_add (texts, g_strdup (((DsSymbol *)g_ptr_array_index (symbols, i))->text));
  return texts;
}

static GPtrArray *
read_zbar (const Frame *frame, gboolean code128)
{
  g_autoptr (zbar_image_scanner_t) scanner = zbar_image_scanner_create ();
  g_autoptr (zbar_image_t) image = zbar_image_create ();
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  zbar_image_scanner_set_config (scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_scanner_set_config (scanner, ZBAR_CODE128, ZBAR_CFG_ENABLE, 1);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, frame->width, frame->height);
  zbar_image_set_data (image, frame->pixels, frame->stride * frame->height, NULL);
  zbar_scan_image (scanner, image);
  for (const zbar_symbol_t *found = zbar_image_first_symbol (image); found != NULL;
       found = zbar_symbol_next (found))
    g_ptr_array_add (texts, g_strdup (zbar_symbol_get_data (found)));
  return texts;
}

#ifdef HAVE_ZXING
static GPtrArray *
read_zxing (const Frame *frame, gboolean code128)
{
  return zxing_read_frame (frame->pixels, frame->width, frame->height, frame->stride, code128);
}
#endif

static const struct
{
  const char *name;
  ReadFunc read;
} readers[] = {
  { "doorstep", read_ours },
  { "zbar", read_zbar },
#ifdef HAVE_ZXING
  { "zxing-cpp", read_zxing },
#endif
};

/* Frames */

typedef struct
{
  const char *name;
  gboolean code128;
  /* Returns: (transfer full) (nullable): what is on the frame, which it draws. */
  char *(*draw) (Frame *frame, GRand *rand);
} Sort;

static char *
draw_text (GRand *rand, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_c (text, (char)g_rand_int_range (rand, '!', '~'));
  return g_string_free (text, FALSE);
}

static char *
draw_payment (GRand *rand)
{
  return g_strdup_printf ("SBX1:%08X%08X%08X%08X*%u", g_rand_int (rand), g_rand_int (rand), g_rand_int (rand),
                          g_rand_int (rand), g_rand_int_range (rand, 100, 100000));
}

static char *
shoot (Frame *frame, GRand *rand, char *text, double side_px, const ShotTerms *terms)
{
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  shot_take (frame, symbol, side_px, terms, rand);
  return text;
}

static char *
draw_plain (Frame *frame, GRand *rand)
{
  const ShotTerms terms = { .turn_degrees = 10, .tilt_degrees = 10, .blur_px = 0.8, .noise = 4 };

  return shoot (frame, rand, draw_payment (rand), 320, &terms);
}

static char *
draw_medium (Frame *frame, GRand *rand)
{
  return shoot (frame, rand, draw_payment (rand), 240, &shot_medium);
}

static char *
draw_rain (Frame *frame, GRand *rand)
{
  ShotTerms terms = shot_medium;

  terms.n_drops = 6;
  return shoot (frame, rand, draw_payment (rand), 280, &terms);
}

static char *
draw_night (Frame *frame, GRand *rand)
{
  ShotTerms terms = shot_medium;
  char *text;

  terms.noise = 0;
  text = shoot (frame, rand, draw_payment (rand), 280, &terms);
  /* An eighth of the light, and a sensor that adds its own noise to it. */
  for (gsize i = 0; i < frame->stride * frame->height; i++)
    frame->pixels[i] = (guint8)CLAMP (frame->pixels[i] / 8 + g_rand_int_range (rand, -4, 5), 0, 255);
  return text;
}

static char *
draw_inverted (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);

  for (gsize i = 0; i < frame->stride * frame->height; i++)
    frame->pixels[i] = 255 - frame->pixels[i];
  return text;
}

/* A screen seen through a camera's own raster. */
static char *
draw_moire (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);
  double period = g_rand_double_range (rand, 3, 9);
  double angle = g_rand_double_range (rand, 0, G_PI);

  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        guint8 *pixel = frame->pixels + y * frame->stride + x;
        double wave = sin (2 * G_PI * (x * cos (angle) + y * sin (angle)) / period);

        *pixel = (guint8)CLAMP (*pixel + 18 * wave, 0, 255);
      }
  return text;
}

static char *
draw_glare (Frame *frame, GRand *rand)
{
  char *text = draw_medium (frame, rand);
  double left = g_rand_double_range (rand, 300, 980);
  double top = g_rand_double_range (rand, 150, 570);

  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      {
        guint8 *pixel = frame->pixels + y * frame->stride + x;
        double distance = hypot (x - left, y - top);

        *pixel = (guint8)MIN (*pixel + 200 * exp (-distance * distance / (2 * 60.0 * 60.0)), 255);
      }
  return text;
}

static char *
draw_dense (Frame *frame, GRand *rand)
{
  return shoot (frame, rand, draw_text (rand, 300), 340, &shot_medium);
}

static char *
draw_label (Frame *frame, GRand *rand)
{
  char *text = g_strdup_printf ("JD%010u", g_rand_int_range (rand, 0, G_MAXINT32));

  frame_init (frame, SHOT_WIDTH, SHOT_HEIGHT, 0);
  frame_draw_code128 (frame, text, (guint)g_rand_int_range (rand, 2, 5), 200, 280, 140);
  frame_map (frame, frame_turn, g_rand_double_range (rand, -35, 35));
  frame_map (frame, frame_slant, g_rand_double_range (rand, -0.25, 0.25));
  frame_add_noise (frame, (guint)g_rand_int_range (rand, 4, 24));
  return text;
}

/* A door, a sleeve, a wall: what most frames are. */
static char *
draw_nothing (Frame *frame, GRand *rand)
{
  double slope = g_rand_double_range (rand, -0.1, 0.1);

  frame_init (frame, SHOT_WIDTH, SHOT_HEIGHT, 0);
  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++)
      frame->pixels[y * frame->stride + x]
          = (guint8)CLAMP (120 + slope * x + 30 * sin (y / 40.0) + (x / 97 % 3) * 20, 0, 255);
  frame_add_noise (frame, 8);
  return NULL;
}

static const Sort sorts[] = {
  { "payment code, 720p", FALSE, draw_plain },
  { "medium", FALSE, draw_medium },
  { "rain", FALSE, draw_rain },
  { "night", FALSE, draw_night },
  { "inverted", FALSE, draw_inverted },
  { "moire", FALSE, draw_moire },
  { "glare", FALSE, draw_glare },
  { "300 characters", FALSE, draw_dense },
  { "code 128", TRUE, draw_label },
  { "empty, 720p", FALSE, draw_nothing },
};

/* Figures */

typedef struct
{
  guint n_read;
  guint n_wrong;
  gint64 took_us[N_FRAMES];
} Figures;

static void
count (Figures *figures, GPtrArray *texts, const char *expected)
{
  for (guint i = 0; i < texts->len; i++)
    if (g_strcmp0 (g_ptr_array_index (texts, i), expected) == 0)
      figures->n_read++;
    else
      figures->n_wrong++;
}

static void
measure (const Sort *sort)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  g_autofree Figures *figures = g_new0 (Figures, G_N_ELEMENTS (readers));

  for (guint i = 0; i < N_FRAMES; i++)
    {
      g_auto (Frame) frame = { 0 };
      g_autofree char *expected = sort->draw (&frame, rand);

      for (gsize r = 0; r < G_N_ELEMENTS (readers); r++)
        {
          gint64 begun_us = g_get_monotonic_time ();
          g_autoptr (GPtrArray) texts = readers[r].read (&frame, sort->code128);

          figures[r].took_us[i] = g_get_monotonic_time () - begun_us;
          count (&figures[r], texts, expected);
        }
    }
  for (gsize r = 0; r < G_N_ELEMENTS (readers); r++)
    {
      double median_ms = (double)bench_median (figures[r].took_us, N_FRAMES) / 1000;
      double p95_ms = (double)bench_quantile (figures[r].took_us, N_FRAMES, 95) / 1000;

      g_print ("scan: %-18s %-9s read %.2f, %u wrong, median %.1f ms, p95 %.1f ms\n", sort->name,
               readers[r].name, (double)figures[r].n_read / N_FRAMES, figures[r].n_wrong, median_ms, p95_ms);
    }
}

/* With an argument: only the sorts that have it in their name. */
int
main (int argc, char **argv)
{
  g_print ("scan: %d frames of a sort, seed %d\n", N_FRAMES, SEED);
  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    if (argc < 2 || strstr (sorts[i].name, argv[1]) != NULL)
      measure (&sorts[i]);
  return 0;
}
