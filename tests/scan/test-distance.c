/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error correction that is chosen by the distance, against M and H everywhere. */
#include "config.h"

#include "shot.h"

#include <string.h>

#define SEED 20261122
#define N_FRAMES 60

/* Drops on the screen, since couriers work in the rain; they cover 5 % of it. */
#define N_DROPS 24

/* Four frames either way are chance. */
#define CHANCE 0.07

enum
{
  FIXED_M,
  FIXED_H,
  CHOSEN,
  N_WAYS
};

static gboolean
is_read (DsQr *symbol, const char *text, const DsQrSight *sight, guint32 pose)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (pose);
  g_auto (Frame) frame = { 0 };
  g_autoptr (GPtrArray) symbols = NULL;
  ShotTerms terms = shot_medium;
  guint modules = ds_qr_get_size (symbol) + 2 * DS_QR_QUIET;

  terms.n_drops = N_DROPS;
  shot_take (&frame, symbol, modules * ds_qr_sight_measure_module_px (sight, modules), &terms, rand);
  symbols = frame_decode (&frame);
  if (symbols->len == 0)
    return FALSE;
  g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, text);
  return TRUE;
}

/* One code at each of the levels, in the same place under the same light. */
static void
show_one (const DsQrSight *sight, GRand *rand, guint n_read[N_WAYS], DsQrLevel *chosen)
{
  g_autofree char *text = g_strdup_printf ("DS1:%0180u%s", g_rand_int (rand), "A");
  guint32 pose = g_rand_int (rand);
  g_autoptr (DsQr) m = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
  g_autoptr (DsQr) h = ds_qr_new (text, DS_QR_LEVEL_H, NULL);
  g_autoptr (DsQr) by_sight = ds_qr_new_for_sight (text, sight, DS_QR_LEVEL_M, NULL);
  DsQr *const symbols[N_WAYS] = { m, h, by_sight };

  for (guint way = 0; way < N_WAYS; way++)
    n_read[way] += is_read (symbols[way], text, sight, pose) ? 1 : 0;
  *chosen = ds_qr_get_level (by_sight);
}

static void
test_rain (void)
{
  const double distances_mm[] = { 110, 160, 210, 260, 310, 360 };
  guint total[N_WAYS] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (distances_mm); i++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
      const DsQrSight sight
          = { .screen_px = 326, .screen_mm = 60, .distance_mm = distances_mm[i], .camera_px = SHOT_WIDTH };
      guint n_read[N_WAYS] = { 0 };
      DsQrLevel chosen = DS_QR_LEVEL_L;

      for (guint frame = 0; frame < N_FRAMES; frame++)
        show_one (&sight, rand, n_read, &chosen);
      g_test_message ("%.0f mm: M %u, H %u, chosen %s %u of %u; seed %d", distances_mm[i], n_read[FIXED_M],
                      n_read[FIXED_H], ds_qr_level_to_name (chosen), n_read[CHOSEN], N_FRAMES, SEED);
      g_assert_cmpfloat (n_read[CHOSEN] + CHANCE * N_FRAMES, >=, n_read[FIXED_M]);
      g_assert_cmpfloat (n_read[CHOSEN] + CHANCE * N_FRAMES, >=, n_read[FIXED_H]);
      for (guint way = 0; way < N_WAYS; way++)
        total[way] += n_read[way];
    }
  g_test_message ("altogether: M %u, H %u, chosen %u", total[FIXED_M], total[FIXED_H], total[CHOSEN]);
  g_assert_cmpuint (total[CHOSEN], >=, total[FIXED_M]);
  g_assert_cmpuint (total[CHOSEN], >=, total[FIXED_H]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/distance/rain", test_rain);
  return g_test_run ();
}
