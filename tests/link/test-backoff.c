/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-backoff.h"

static void
test_schedule (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (20);
  const guint bounds_ms[][2]
      = { { 1000, 2000 },   { 2000, 4000 },    { 4000, 8000 },     { 8000, 16000 },    { 16000, 32000 },
          { 32000, 64000 }, { 64000, 128000 }, { 128000, 256000 }, { 150000, 300000 }, { 150000, 300000 } };

  for (guint round = 0; round < 200; round++)
    {
      DsBackoff backoff = { .shortest_ms = 1000, .longest_ms = 300000 };

      for (gsize i = 0; i < G_N_ELEMENTS (bounds_ms); i++)
        {
          guint delay_ms = ds_backoff_next_ms (&backoff, random);

          g_assert_cmpuint (delay_ms, >=, bounds_ms[i][0]);
          g_assert_cmpuint (delay_ms, <=, bounds_ms[i][1]);
        }
      backoff.failures = 0;
      g_assert_cmpuint (ds_backoff_next_ms (&backoff, random), <=, 2000);
    }
}

/* A thousand handhelds that lost the depot together do not come back together. */
static void
test_jitter (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (8);
  guint tenths[10] = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      DsBackoff backoff = { .shortest_ms = 1000, .longest_ms = 300000, .failures = 3 };
      guint delay_ms = ds_backoff_next_ms (&backoff, random);

      tenths[MIN ((delay_ms - 8000) / 800, 9)]++;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (tenths); i++)
    g_assert_cmpuint (tenths[i], >, 50);
}

static void
test_limits (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  DsBackoff still = { .shortest_ms = 1, .longest_ms = 1, .failures = G_MAXUINT };
  DsBackoff vast = { .shortest_ms = G_MAXUINT / 2, .longest_ms = G_MAXUINT, .failures = 40 };

  g_assert_cmpuint (ds_backoff_next_ms (&still, random), ==, 1);
  g_assert_cmpuint (ds_backoff_next_ms (&vast, random), >=, G_MAXUINT / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/backoff/schedule", test_schedule);
  g_test_add_func ("/backoff/jitter", test_jitter);
  g_test_add_func ("/backoff/limits", test_limits);
  return g_test_run ();
}
