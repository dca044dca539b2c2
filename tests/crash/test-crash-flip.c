/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that rot: bits flip, sectors turn to zeros, ends are lost. Whatever the store then shows is what was true at
 * some moment of the journal, and if it is not the last, the store says that it is not healthy. */
#include "config.h"

#include "store-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define CASES 200
#define N_STOPS 6
#define LOG_KEPT_BYTES (1024 * 1024)

typedef struct
{
  char *path;
  guint8 *bytes;
  gsize n;
} Kept;

typedef struct
{
  StoreFixture fixture;
  GHashTable *truths; /* (element-type utf8): all that was ever true */
  char *last_truth;
  gint64 last_cursor;
  Kept files[4];
} Rot;

/* Everything about money that a screen shows. */
static char *
describe (GPtrArray *stops)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      g_string_append_printf (text, "\n%s:", stop->id);
      for (guint p = 0; p < stop->parcels->len; p++)
        {
          const DsParcel *parcel = g_ptr_array_index (stop->parcels, p);

          g_string_append_printf (text, " %s=%" G_GINT64_FORMAT "/%d/%d", parcel->waybill, parcel->due_fen,
                                  parcel->prepaid, parcel->outcome);
        }
      for (guint p = 0; p < stop->payments->len; p++)
        {
          const DsPayment *payment = g_ptr_array_index (stop->payments, p);

          g_string_append_printf (text, " %s=%" G_GINT64_FORMAT "/%d/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                                  payment->id, payment->amount_fen, payment->state, payment->tendered_fen,
                                  payment->change_fen);
        }
    }
  return g_string_free (text, FALSE);
}

static void
note_truth (Rot *rot)
{
  g_autoptr (GPtrArray) stops = fixture_load_stops (&rot->fixture);

  g_free (rot->last_truth);
  rot->last_truth = describe (stops);
  g_hash_table_add (rot->truths, g_strdup (rot->last_truth));
}

static void
live_a_day (Rot *rot)
{
  StoreFixture *fixture = &rot->fixture;

  note_truth (rot);
  for (gint64 i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = g_strdup_printf ("S%" G_GINT64_FORMAT, i);

      fixture_feed (fixture, fixture_stop_item (fixture, stop, i + 1, 1000 + i));
      note_truth (rot);
    }
  fixture_open_shift (fixture, 5000);
  note_truth (rot);
  for (gint64 i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = g_strdup_printf ("S%" G_GINT64_FORMAT, i);
      g_autofree char *payment = NULL;

      if (i % 2 == 0)
        payment = fixture_take_cash (fixture, stop, 1000 + i, 2000);
      else
        payment = fixture_present (fixture, stop, 1000 + i);
      note_truth (rot);
      if (i % 2 == 1)
        fixture_feed (fixture, fixture_payment_item (fixture, payment, stop, "paid", 1000 + i));
      note_truth (rot);
    }
}

static void
keep_file (Rot *rot, gsize i, const char *name)
{
  g_autoptr (GError) error = NULL;

  rot->files[i].path = fixture_path (&rot->fixture, name);
  g_file_get_contents (rot->files[i].path, (char **)&rot->files[i].bytes, &rot->files[i].n, &error);
  g_assert_no_error (error);
}

/* Database and log as they are while the store is open, when most is in the log; the anchor as it is at the end. */
static void
keep_files (Rot *rot)
{
  keep_file (rot, 0, "doorstep.db");
  keep_file (rot, 1, "doorstep.db-wal");
  /* The rest of the log has never been written. */
  rot->files[1].n = LOG_KEPT_BYTES;
  fixture_close (&rot->fixture);
  keep_file (rot, 2, "anchor");
  keep_file (rot, 3, "device-key.pem");
}

/* The same after the store was closed, when all is in the database. */
static void
keep_closed_files (Rot *rot)
{
  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *name = g_path_get_basename (rot->files[i].path);

      g_clear_pointer (&rot->files[i].path, g_free);
      g_clear_pointer (&rot->files[i].bytes, g_free);
      keep_file (rot, i, name);
    }
  rot->files[1].n = LOG_KEPT_BYTES;
}

/* Writes @n bytes at @offset, and cuts the file off behind them with @cut. */
static void
overwrite (const char *path, const guint8 *bytes, gsize n, gsize offset, gboolean cut)
{
  int file = g_open (path, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pwrite (file, bytes, n, (off_t)offset), ==, (gssize)n);
  if (cut)
    g_assert_cmpint (ftruncate (file, (off_t)(offset + n)), ==, 0);
  g_assert_true (g_close (file, NULL));
}

static void
restore (Rot *rot)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rot->files); i++)
    overwrite (rot->files[i].path, rot->files[i].bytes, rot->files[i].n, 0, i != 1);
}

static void
damage (Kept *file)
{
  gsize used = MIN (file->n, 400 * 1024);
  gsize at = (gsize)g_test_rand_int_range (0, (gint32)used);
  const guint8 zeros[512] = { 0 };
  guint8 flipped;

  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      overwrite (file->path, file->bytes, at, 0, TRUE);
      break;
    case 1:
      at -= at % sizeof zeros;
      overwrite (file->path, zeros, MIN (sizeof zeros, file->n - at), at, FALSE);
      break;
    default:
      flipped = file->bytes[at] ^ (guint8)(1 << g_test_rand_int_range (0, 8));
      overwrite (file->path, &flipped, 1, at, FALSE);
    }
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GPtrArray *
try_load (StoreFixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_load_stops_async (fixture->store, NULL, did_load, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_store_load_stops_finish (fixture->store, result, error);
}

/* Returns: whether the damage was noticed or did no harm. */
static gboolean
shows_truth (Rot *rot, gboolean *noticed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = NULL;
  g_autofree char *shown = NULL;
  DsStoreHealth health;

  *noticed = TRUE;
  if (!fixture_open (&rot->fixture, &error))
    return g_error_matches (error, DS_ERROR, DS_ERROR_STORAGE);
  stops = try_load (&rot->fixture, &error);
  health = ds_store_get_health (rot->fixture.store);
  if (stops == NULL)
    return g_error_matches (error, DS_ERROR, DS_ERROR_STORAGE) && health != DS_STORE_HEALTHY;

  shown = describe (stops);
  *noticed = health != DS_STORE_HEALTHY;
  if (g_strcmp0 (shown, rot->last_truth) == 0)
    return TRUE;
  /* Lost feed items need no alarm: the cursor is lost with them, so the depot sends them again. */
  return (*noticed || ds_store_get_feed_cursor (rot->fixture.store) < rot->last_cursor)
         && g_hash_table_contains (rot->truths, shown);
}

static void
run_campaign (Rot *rot, const char *name)
{
  guint violations = 0;
  guint n_noticed = 0;

  for (guint i = 0; i < CASES; i++)
    {
      /* Mostly database and log, at times anchor and key. */
      guint which = i % 10 < 4 ? 0 : i % 10 < 8 ? 1 : i % 10 - 6;
      gboolean noticed;

      restore (rot);
      damage (&rot->files[which]);
      if (!shows_truth (rot, &noticed))
        {
          violations++;
          g_test_message ("case %u: %s shows what never was", i, rot->files[which].path);
        }
      n_noticed += noticed;
      fixture_close (&rot->fixture);
    }
  g_test_message ("campaign: %s, %u cases, %u violations (%u noticed)", name, CASES, violations, n_noticed);
  g_assert_cmpuint (violations, ==, 0);
  g_assert_cmpuint (n_noticed, >, CASES / 4);

  /* Nothing of all that lasts once the files are as they were. */
  restore (rot);
  fixture_open (&rot->fixture, NULL);
  g_assert_cmpint (ds_store_get_health (rot->fixture.store), ==, DS_STORE_HEALTHY);
  fixture_close (&rot->fixture);
}

static void
test_flip (void)
{
  Rot rot = { .truths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  fixture_set_up (&rot.fixture, "enrolled");
  live_a_day (&rot);
  rot.last_cursor = ds_store_get_feed_cursor (rot.fixture.store);
  keep_files (&rot);
  run_campaign (&rot, "rot-after-power-cut");
  keep_closed_files (&rot);
  run_campaign (&rot, "rot-after-closing");

  fixture_open (&rot.fixture, NULL);
  fixture_tear_down (&rot.fixture, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rot.files); i++)
    {
      g_free (rot.files[i].path);
      g_free (rot.files[i].bytes);
    }
  g_free (rot.last_truth);
  g_hash_table_unref (rot.truths);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/crash/flip", test_flip);
  return g_test_run ();
}
