/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No picture takes long: whatever is drawn on it, a camera's frame is done before the helper would be thought to hang,
 * and a still one within a second or two. */
#include "config.h"

#include "ds-decoder-process.h"
#include "ds-emv-mpm.h"
#include "ds-evidence.h"
#include "ds-qr-layout.h"
#include "ds-qr.h"
#include "frame.h"

#include <string.h>
#include <time.h>

#define SEED 20261130
#define STILL_LIMIT_MS 3000

static char *
draw_text (gsize n)
{
  char *text = g_malloc (n + 1);

  for (gsize i = 0; i < n; i++)
    text[i] = (char)('a' + i * i % 26);
  text[n] = '\0';
  return text;
}

static guint
get_version (const char *text, DsQrLevel level)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, level, &error);

  g_assert_no_error (error);
  return (ds_qr_get_size (qr) - DS_QR_SIZE (0)) / 4;
}

/* The longest codes that a courier can meet: a frame's bound is theirs and no higher. */
static void
test_longest (void)
{
  g_autofree char *merchant = draw_text (DS_EMV_MPM_MAX_BYTES);
  g_autofree char *evidence = g_strnfill (DS_EVIDENCE_TEXT_MAX_BYTES, 'A');

  g_assert_cmpuint (get_version (merchant, DS_QR_LEVEL_H), ==, DS_FRAME_MAX_VERSION);
  g_assert_cmpuint (get_version (evidence, DS_QR_LEVEL_M), <, DS_FRAME_MAX_VERSION);
}

static gint64
get_processor_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns: in how many of the turns of a camera's frame something was read. */
static guint
decode_in_turns (const char *name, const Frame *frame)
{
  gint64 longest_ms = 0;
  guint n_read = 0;

  for (guint turn = 0; turn < DS_N_TURNS; turn++)
    {
      gint64 begun_ms = get_processor_ms ();
      g_autoptr (DsReading) reading
          = ds_decode_frame_in_turn (frame->pixels, frame->width, frame->height, frame->stride, turn);

      longest_ms = MAX (longest_ms, get_processor_ms () - begun_ms);
      n_read += reading->symbols->len > 0 ? 1 : 0;
    }
  g_test_message ("%s: read in %u turns, %d ms", name, n_read, (gint)longest_ms);
  g_assert_cmpint (longest_ms, <, DS_DECODER_FRAME_LIMIT_MS);
  return n_read;
}

static guint
decode_still (const Frame *frame)
{
  gint64 begun_ms = get_processor_ms ();
  g_autoptr (DsReading) reading = ds_decode_frame (frame->pixels, frame->width, frame->height, frame->stride);

  g_assert_cmpint (get_processor_ms () - begun_ms, <, STILL_LIMIT_MS);
  return reading->symbols->len;
}

/* Dense codes: those that a courier can meet are read in every frame, denser ones in still pictures. */
static void
test_dense (void)
{
  const struct
  {
    gsize n;
    DsQrLevel level;
  } cases[] = { { 300, DS_QR_LEVEL_M },
                { DS_EMV_MPM_MAX_BYTES, DS_QR_LEVEL_M },
                { DS_EMV_MPM_MAX_BYTES, DS_QR_LEVEL_H },
                { 1400, DS_QR_LEVEL_M },
                { 2300, DS_QR_LEVEL_M } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = draw_text (cases[i].n);
      g_autofree char *name = NULL;
      g_auto (Frame) frame = { 0 };
      guint version = get_version (text, cases[i].level);
      guint scale = 700 / (DS_QR_SIZE (version) + 2 * DS_QR_QUIET);
      guint n_read;

      name = g_strdup_printf ("version %u", version);
      frame_init (&frame, 1280, 720, 0);
      frame_draw_qr_at_level (&frame, text, cases[i].level, scale, 290, 4);
      frame_add_noise (&frame, 10);
      n_read = decode_in_turns (name, &frame);
      if (version <= DS_FRAME_MAX_VERSION)
        g_assert_cmpuint (n_read, ==, DS_N_TURNS);
      g_assert_cmpuint (decode_still (&frame), ==, 1);

      /* With a strip over it that no correction makes up for, it is tried in every way. */
      for (guint y = 250; y < 510; y++)
        memset (frame.pixels + y * frame.stride + 290, 128, 700);
      frame_add_noise (&frame, 30);
      g_assert_cmpuint (decode_in_turns (name, &frame), ==, 0);
      g_assert_cmpuint (decode_still (&frame), ==, 0);
    }
}

static void
fill (Frame *frame, guint left, guint top, guint width, guint height, guint8 level)
{
  for (guint y = top; y < MIN (top + height, frame->height); y++)
    for (guint x = left; x < MIN (left + width, frame->width); x++)
      frame->pixels[y * frame->stride + x] = level;
}

static void
draw_finder (Frame *frame, guint left, guint top, guint module)
{
  fill (frame, left, top, 7 * module, 7 * module, FRAME_DARK);
  fill (frame, left + module, top + module, 5 * module, 5 * module, FRAME_LIGHT);
  fill (frame, left + 2 * module, top + 2 * module, 3 * module, 3 * module, FRAME_DARK);
}

static void
draw_field (Frame *frame, guint module, guint gap)
{
  for (guint y = 10; y + 7 * module < frame->height; y += gap * module)
    for (guint x = 10; x + 7 * module < frame->width; x += gap * module)
      draw_finder (frame, x, y, module);
}

static void
draw_heap (Frame *frame, GRand *rand, guint module)
{
  for (guint i = 0; i < 4000; i++)
    draw_finder (frame, (guint)g_rand_int_range (rand, 0, 1280), (guint)g_rand_int_range (rand, 0, 720),
                 (guint)g_rand_int_range (rand, 2, (gint)module + 2));
}

static void
draw_modules (Frame *frame, GRand *rand, guint module)
{
  for (guint y = 0; y < frame->height; y += module)
    for (guint x = 0; x < frame->width; x += module)
      fill (frame, x, y, module, module, g_rand_boolean (rand) ? FRAME_LIGHT : FRAME_DARK);
  for (guint i = 0; i < 30; i++)
    draw_finder (frame, (guint)g_rand_int_range (rand, 0, 1200), (guint)g_rand_int_range (rand, 0, 650),
                 module);
}

static void
draw_bars (Frame *frame, GRand *rand, guint module)
{
  for (guint x = 0; x < frame->width; x += module * (guint)g_rand_int_range (rand, 1, 4))
    {
      guint width = module * (guint)g_rand_int_range (rand, 1, 4);

      fill (frame, x, 0, width, frame->height, FRAME_DARK);
      x += width;
    }
  for (guint y = 0; y < frame->height; y += 190)
    fill (frame, 0, y, frame->width, 20, FRAME_LIGHT);
  fill (frame, 400, 0, 60, frame->height, FRAME_LIGHT);
  fill (frame, 840, 0, 60, frame->height, FRAME_LIGHT);
}

static void
draw_many_codes (Frame *frame)
{
  for (guint i = 0; i < 32; i++)
    {
      g_autofree char *text = g_strdup_printf ("SBX1:%u0123456789", i);

      frame_draw_qr (frame, text, 4, 5 + i % 8 * 158, 5 + i / 8 * 175);
      fill (frame, i % 8 * 158, 60 + i / 8 * 175, 158, 40, 128);
    }
}

/* Made up to keep a reader busy: patterns in rows, in heaps and among modules, bars, codes that cannot be read, noise. */
static void
test_made_up (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < 10; i++)
    {
      g_auto (Frame) frame = { 0 };
      g_autofree char *name = g_strdup_printf ("made up %u", i);

      frame_init (&frame, 1280, 720, 0);
      if (i < 4)
        draw_field (&frame, 2 + i, i % 2 == 1 ? 8 : 12);
      else if (i < 6)
        draw_heap (&frame, rand, i);
      else if (i < 7)
        draw_modules (&frame, rand, 5);
      else if (i < 8)
        draw_bars (&frame, rand, 2);
      else if (i < 9)
        draw_many_codes (&frame);
      else
        frame_add_noise (&frame, 250);
      decode_in_turns (name, &frame);
      decode_still (&frame);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/work/longest", test_longest);
  g_test_add_func ("/work/dense", test_dense);
  g_test_add_func ("/work/made-up", test_made_up);
  return g_test_run ();
}
