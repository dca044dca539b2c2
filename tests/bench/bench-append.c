/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a durable append costs, beside what it cannot do without: one fdatasync'd append of as many bytes and one
 * SM2 signature, measured alternately in the same run. */
#include "config.h"

#include "bench-numbers.h"
#include "store-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define ROUNDS 12
#define APPENDS_A_ROUND 50
#define BARE_BYTES 4096
#define N_STOPS 300

typedef struct
{
  gint64 *us;
  guint n;
} Times;

static void
add_time (Times *times, gint64 since_us)
{
  times->us[times->n++] = g_get_monotonic_time () - since_us;
}

static char *
make_stop_name (guint i)
{
  return g_strdup_printf ("S%03u", i);
}

static void
append_bare (int file, DsKey *key, Times *times)
{
  static const guint8 bytes[BARE_BYTES];
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  for (guint i = 0; i < APPENDS_A_ROUND; i++)
    {
      gint64 start_us = g_get_monotonic_time ();

      if (!ds_key_sign (key, bytes, 600, signature, NULL) || write (file, bytes, sizeof bytes) != sizeof bytes
          || fdatasync (file) != 0)
        g_error ("the bare append failed");
      add_time (times, start_us);
    }
}

/* One cash payment each: a journal line and a row. A route has a payment or two a stop. */
static void
append_to_store (StoreFixture *fixture, Times *times)
{
  for (guint i = 0; i < APPENDS_A_ROUND; i++)
    {
      g_autofree char *stop = make_stop_name (times->n % N_STOPS);
      gint64 start_us = g_get_monotonic_time ();

      g_free (fixture_take_cash (fixture, stop, 1, 1));
      add_time (times, start_us);
    }
}

int
main (int argc, char *argv[])
{
  StoreFixture fixture = { 0 };
  gint64 bare_us[ROUNDS * APPENDS_A_ROUND];
  gint64 store_us[ROUNDS * APPENDS_A_ROUND];
  Times bare = { bare_us, 0 };
  Times store = { store_us, 0 };
  g_autofree char *path = NULL;
  gint64 bare_median_us, store_median_us;
  int file;

  fixture_set_up (&fixture, "enrolled");
  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = make_stop_name (i);

      fixture_feed (&fixture, fixture_stop_item (&fixture, stop, i + 1, 1000));
    }
  fixture_open_shift (&fixture, 0);
  path = fixture_path (&fixture, "bare");
  file = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  for (guint i = 0; i < ROUNDS; i++)
    {
      append_bare (file, ds_store_get_device_key (fixture.store), &bare);
      append_to_store (&fixture, &store);
    }
  g_close (file, NULL);

  bare_median_us = bench_median (bare.us, bare.n);
  store_median_us = bench_median (store.us, store.n);
  g_print ("{\"bench\":\"append\",\"n\":%u,\"store_us\":%" G_GINT64_FORMAT
           ",\"store_p99_us\":%" G_GINT64_FORMAT ",\"bare_us\":%" G_GINT64_FORMAT
           ",\"bare_p99_us\":%" G_GINT64_FORMAT ",\"ratio_percent\":%" G_GINT64_FORMAT "}\n",
           store.n, store_median_us, bench_quantile (store.us, store.n, 99), bare_median_us,
           bench_quantile (bare.us, bare.n, 99), store_median_us * 100 / bare_median_us);
  fixture_tear_down (&fixture, NULL);
  return 0;
}
