/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that rot: a bit of database, log, anchor or key flips, or an end is lost. Whatever the store then shows was true
 * at some moment; when it is not all that is true now, the store says so. When it says nothing, either every row of
 * every table is what it was, so that the damage was to nothing that lives; or everything is as it was at some moment
 * since the last entry of the journal, and what is lost is what the depot tells again: items of the feed, for their
 * cursor is lost with them, and an acknowledgement. Nothing crashes. */
#include "config.h"

#include "campaign.h"
#include "crash-device.h"
#include "crash-disk.h"

#include "ds-error.h"

#include <string.h>

#define N_DAYS 4
#define N_ACTIONS 16
#define N_FLIPS 10000

/* What there is to damage: a device's disk, and all that was ever true on it. */
typedef struct
{
  CrashDevice *device;
  CrashImage *image;
  GHashTable *truths; /* (element-type utf8): what a screen showed */
  GHashTable *texts;  /* (element-type utf8): all that the database said, since the last entry */
  char *text;         /* what it says now */
  gint64 log_bytes;   /* of the log that are in use: behind them are zeros */
} Day;

/* Everything about money that a screen shows. Returns: (transfer full), or %NULL when it cannot be read. */
static char *
show (DsLedger *ledger)
{
  g_autoptr (GPtrArray) stops = ds_ledger_load_stops (ledger, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (stops == NULL)
    return NULL;
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
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
note_truth (Day *day)
{
  char *shown = show (day->device->ledger);

  g_autofree char *before = g_steal_pointer (&day->text);
  g_autofree char *journal_before = NULL;
  g_autofree char *journal = NULL;

  g_assert_nonnull (shown);
  g_hash_table_add (day->truths, shown);
  day->text = crash_describe (day->device->ledger, NULL);
  g_assert_nonnull (day->text);
  journal = crash_get_journal (day->text);
  journal_before = crash_get_journal (before ? before : "");
  if (!g_str_equal (journal, journal_before))
    g_hash_table_remove_all (day->texts);
  g_hash_table_add (day->texts, g_strdup (day->text));
}

/* Lives, with @closed until the log has been copied and the ledger closed, else until the power goes. */
static void
day_set_up (Day *day, DsRandom *random, DsKey *depot_key, gboolean closed)
{
  CrashDevice *device = crash_device_new (random, depot_key);
  g_autofree char *trouble = crash_device_open (device);

  g_assert_null (trouble);
  day->device = device;
  day->truths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  day->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (day->truths, show (device->ledger));
  g_assert_true (crash_device_enrol (device, NULL));
  g_assert_true (ds_db_checkpoint (device->ledger->db, NULL));
  note_truth (day);
  for (guint i = 0; i < N_ACTIONS; i++)
    {
      g_assert_true (crash_device_act (device, NULL));
      note_truth (day);
    }
  /* As an idle moment does it. */
  g_assert_true (ds_ledger_write_anchor (device->ledger, NULL));
  day->log_bytes = 32 + (ds_db_get_log_pages (device->ledger->db) + 4) * (4096 + 24);
  if (!closed)
    crash_disk_power_off ();
  crash_device_close (device);
  day->image = crash_disk_save ();
}

static void
day_clear (Day *day)
{
  crash_device_free (day->device);
  crash_image_free (day->image);
  g_hash_table_unref (day->truths);
  g_hash_table_unref (day->texts);
  g_free (day->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Day, day_clear)

/* Opens what is left. Returns: (nullable): what is wrong. */
static const char *
examine (Day *day, gboolean *noticed)
{
  CrashDevice *device = day->device;
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;

  *noticed = TRUE;
  if (!crash_device_start (device, &error))
    return g_error_matches (error, DS_ERROR, DS_ERROR_STORAGE)
               ? NULL
               : "it does not open, and says nothing of the disk";
  shown = show (device->ledger);
  *noticed = device->ledger->health != DS_STORE_HEALTHY;
  if (!*noticed)
    text = crash_describe (device->ledger, NULL);
  crash_disk_power_off ();
  crash_device_close (device);

  if (shown == NULL)
    return *noticed ? NULL : "it cannot be read, and is called healthy";
  if (!g_hash_table_contains (day->truths, shown))
    return "it shows what never was";
  if (*noticed || (text != NULL && g_hash_table_contains (day->texts, text)))
    return NULL;
  return "something is damaged, and is called healthy";
}

static void
note (Campaign *campaign, guint32 seed, const char *wrong, const char *path, gint64 at)
{
  g_autofree char *what = NULL;

  campaign->n_cases++;
  if (wrong == NULL)
    return;
  what = g_strdup_printf ("%s at byte %" G_GINT64_FORMAT ": %s", path, at, wrong);
  campaign_note_violation (campaign, seed, what);
}

static gint64
get_size (Day *day, const char *path)
{
  CrashFile *file;
  gint64 size;

  crash_disk_load (day->image);
  file = crash_disk_open (path, FALSE, FALSE);
  size = crash_file_get_size (file);
  crash_file_unref (file);
  return g_str_equal (path, CRASH_LOG) ? MIN (size, day->log_bytes) : size;
}

/* Mostly database and log, at times anchor and key. */
static const char *
choose_file (DsRandom *random)
{
  const char *const files[] = { CRASH_DATABASE, CRASH_LOG,      CRASH_DATABASE, CRASH_LOG,    CRASH_DATABASE,
                                CRASH_LOG,      CRASH_DATABASE, CRASH_LOG,      CRASH_ANCHOR, CRASH_KEY };

  return files[ds_random_below (random, G_N_ELEMENTS (files))];
}

static void
flip_bits (Campaign *campaign, guint32 seed, gboolean closed, guint n_flips, guint *n_noticed)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (seed);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_auto (Day) day = { 0 };

  day_set_up (&day, random, depot_key, closed);
  for (guint i = 0; i < n_flips && campaign_goes_on (campaign); i++)
    {
      const char *path = choose_file (random);
      gint64 at = ds_random_below (random, (guint32)get_size (&day, path));
      gboolean noticed;

      crash_disk_load (day.image);
      crash_disk_flip (path, at, (guint8)(1 << ds_random_below (random, 8)));
      note (campaign, seed, examine (&day, &noticed), path, at);
      *n_noticed += noticed;
    }
}

static void
test_flips (void)
{
  Campaign campaign;
  guint n_noticed = 0;
  guint32 seed;

  campaign_begin (&campaign, "bit-flips", N_FLIPS);
  for (seed = campaign.first_seed; campaign_goes_on (&campaign); seed++)
    flip_bits (&campaign, seed, seed % 2, campaign.n_wanted / N_DAYS, &n_noticed);
  g_test_message ("%u of them were noticed, the others changed nothing that lives", n_noticed);
  g_assert_cmpuint (n_noticed, >, campaign.n_cases / 10);
  campaign_end (&campaign);
}

/* Every end that a file may lose, at steps of @step bytes. */
static void
cut_off (Campaign *campaign, Day *day, guint32 seed, const char *path, gint64 step)
{
  gint64 size = get_size (day, path);

  for (gint64 at = 0; at < size; at += step)
    {
      gboolean noticed;

      crash_disk_load (day->image);
      crash_disk_cut_off (path, at);
      note (campaign, seed, examine (day, &noticed), path, at);
    }
}

/* Of the large files the normal run takes every 64th byte; DS_CASES=100000 takes every one. */
static void
test_truncations (gconstpointer data)
{
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_autoptr (DsRandom) random = NULL;
  g_auto (Day) day = { 0 };
  Campaign campaign;
  gint64 step;

  campaign_begin (&campaign, data != NULL ? "truncations-after-closing" : "truncations-after-power-cut", 0);
  step = campaign.n_wanted >= 100000 ? 1 : 64;
  random = ds_random_new_seeded (campaign.first_seed);
  day_set_up (&day, random, depot_key, data != NULL);
  cut_off (&campaign, &day, campaign.first_seed, CRASH_DATABASE, step);
  cut_off (&campaign, &day, campaign.first_seed, CRASH_LOG, step);
  cut_off (&campaign, &day, campaign.first_seed, CRASH_ANCHOR, 1);
  cut_off (&campaign, &day, campaign.first_seed, CRASH_KEY, 1);
  campaign_end (&campaign);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  crash_disk_install ();
  g_test_add_func ("/crash/flip/bits", test_flips);
  g_test_add_data_func ("/crash/flip/truncations-after-power-cut", NULL, test_truncations);
  g_test_add_data_func ("/crash/flip/truncations-after-closing", "closed", test_truncations);
  return g_test_run ();
}
