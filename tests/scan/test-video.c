/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames as a hand that is not still gives them, one after the other. */
#include "config.h"

#include "shot.h"

#include <string.h>

#define SEED 20261130
#define N_SEQUENCES 10
#define N_FRAMES 8
#define SOON 5
#define SOON_PERCENT 95

static gboolean
holds (GPtrArray *symbols, const char *expected)
{
  for (guint i = 0; i < symbols->len; i++)
    g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, i))->text, ==, expected);
  return symbols->len > 0;
}

static gboolean
read_in_turn (const Frame *frame, guint turn, const char *expected)
{
  g_autoptr (DsReading) reading
      = ds_decode_frame_in_turn (frame->pixels, frame->width, frame->height, frame->stride, turn);

  return holds (reading->symbols, expected);
}

/* Returns: the frame in which it is read, N_FRAMES if it is readable but was not, −1 if none could be read however long
 * one looks at it. */
static gint
read_sequence (double side_px, const ShotTerms *terms, GRand *rand)
{
  g_autofree char *text = g_strdup_printf ("SBX1:%08X%08X*%u", g_rand_int (rand), g_rand_int (rand),
                                           g_rand_int_range (rand, 100, 100000));
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
  gboolean is_readable = FALSE;
  ShotPose pose;

  shot_pose_init (&pose, side_px, terms, rand);
  for (gint i = 0; i < N_FRAMES; i++)
    {
      g_auto (Frame) frame = { 0 };
      g_autoptr (GPtrArray) symbols = NULL;

      shot_pose_shake (&pose, terms, rand);
      shot_take_from (&frame, symbol, side_px, terms, &pose, rand);
      if (read_in_turn (&frame, (guint)i, text))
        return i;
      symbols = frame_decode (&frame);
      is_readable = is_readable || holds (symbols, text);
    }
  return is_readable ? N_FRAMES : -1;
}

static void
test_soon (void)
{
  const struct
  {
    double side_px;
    guint n_drops;
    double blur_px;
  } sorts[] = { { 280, 6, 1.2 }, { 200, 0, 2.0 }, { 130, 0, 0.9 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint n_readable = 0;
  guint n_soon = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      ShotTerms terms = shot_medium;

      terms.n_drops = sorts[i].n_drops;
      terms.blur_px = sorts[i].blur_px;
      for (guint n = 0; n < N_SEQUENCES; n++)
        {
          gint at = read_sequence (sorts[i].side_px, &terms, rand);

          n_readable += at >= 0 ? 1 : 0;
          n_soon += at >= 0 && at < SOON ? 1 : 0;
        }
    }
  g_test_message ("of %u readable %u within %d frames; seed %d", n_readable, n_soon, SOON, SEED);
  g_assert_cmpuint (n_readable, >, N_SEQUENCES * 2);
  g_assert_cmpuint (n_soon * 100, >=, n_readable * SOON_PERCENT);
}

/* What all tries together read in a frame, the turns do too, one after the other. */
static void
test_turns (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  ShotTerms terms = shot_medium;
  guint n_all = 0;
  guint n_turns = 0;
  guint n_first = 0;

  terms.n_drops = 22;
  for (guint n = 0; n < 16; n++)
    {
      g_autoptr (DsQr) symbol = ds_qr_new ("SBX1:IN THE RAIN*28650", DS_QR_LEVEL_M, NULL);
      g_auto (Frame) frame = { 0 };
      g_autoptr (GPtrArray) symbols = NULL;
      gboolean is_read = FALSE;

      shot_take (&frame, symbol, 220, &terms, rand);
      symbols = frame_decode (&frame);
      n_all += holds (symbols, "SBX1:IN THE RAIN*28650") ? 1 : 0;
      for (guint turn = 0; turn < DS_N_TURNS && !is_read; turn++)
        {
          is_read = read_in_turn (&frame, turn, "SBX1:IN THE RAIN*28650");
          n_first += is_read && turn == 0 ? 1 : 0;
        }
      n_turns += is_read ? 1 : 0;
    }
  g_test_message ("%u of 16 by all tries, %u by turns, %u in the first; seed %d", n_all, n_turns, n_first,
                  SEED);
  g_assert_cmpuint (n_turns, >=, n_all);
  /* Else the turns are not put to the test. */
  g_assert_cmpuint (n_first, <, n_all);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/video/soon", test_soon);
  g_test_add_func ("/video/turns", test_turns);
  return g_test_run ();
}
