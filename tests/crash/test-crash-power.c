/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The power goes at every moment of a device's life. Of each stretch of it (opening after the last cut, then some
 * actions) every operation on the disk is recorded once; then the disk is made as a cut behind each operation may have
 * left it, several ways each, and the real ledger opens what is left. It must be healthy, and everything its database
 * says must be what was so after some transaction: the last that was acknowledged, or the one that was under way. So
 * nothing acknowledged is lost, nothing is there twice, nothing of half a transaction shows, and no healthy device is
 * frozen. One of the disks so left is what the next stretch begins with. */
#include "config.h"

#include "campaign.h"
#include "crash-device.h"
#include "crash-disk.h"

#include <string.h>

#define STRETCHES 10
#define MAX_ACTIONS 12
#define CUTS_AN_OPERATION 4

/* https://www.sqlite.org/fileformat2.html#walformat */
#define LOG_HEADER 32
#define FRAME_HEADER 24

/* How a campaign spoils the ledger's work; each planted one must be noticed. */
typedef enum
{
  PLANTED_NOTHING,
  PLANTED_NORMAL_SYNC, /* synchronous = NORMAL: commits that are not yet on the disk are acknowledged */
  PLANTED_LYING_DISK,  /* the disk says that it has synced and has not */
} Planted;

/* A device's life: one case of the campaign is one cut. */
typedef struct
{
  CrashDevice *device;
  Planted planted;
  Campaign *campaign;
  guint32 seed;
  gboolean broken;
} Life;

static void
complain (Life *life, const char *what)
{
  life->broken = TRUE;
  if (life->planted == PLANTED_NOTHING)
    campaign_note_violation (life->campaign, life->seed, what);
  else
    life->campaign->n_violations++;
}

/* What a cut behind operation @n may leave: the last moment that was certain then, or the one that was coming. */
static gboolean
is_allowed (CrashDevice *device, guint n, const char *text)
{
  guint last = 0;

  for (guint i = 0; i < device->moments->len && g_array_index (device->moments, Moment, i).done <= n; i++)
    last = i;
  for (guint i = last; i < device->moments->len && i <= last + 1; i++)
    {
      const Moment *moment = &g_array_index (device->moments, Moment, i);

      if (moment->begun <= n && g_str_equal (moment->text, text))
        return TRUE;
    }
  return FALSE;
}

static void
examine (Life *life, guint n)
{
  g_autofree char *text = NULL;
  g_autofree char *trouble = crash_device_examine (life->device, &text);
  g_autofree char *what = NULL;

  life->campaign->n_cases++;
  if (trouble == NULL && is_allowed (life->device, n, text))
    return;
  what = g_strdup_printf ("cut behind operation %u: %s", n,
                          trouble ? trouble : "the database says what was never so, or no longer");
  complain (life, what);
}

/* The projections are those of the journal, and there is nothing that only looks right. */
static void
compare (Life *life)
{
  g_autofree char *difference = NULL;
  g_autoptr (GError) error = NULL;

  if (!ds_ledger_compare (life->device->ledger, &difference, &error))
    difference = g_strdup (error->message);
  if (difference != NULL)
    complain (life, difference);
}

static void
act_for_a_while (Life *life)
{
  CrashDevice *device = life->device;
  guint n_actions = 1 + ds_random_below (device->random, MAX_ACTIONS);

  for (guint i = 0; i < n_actions && !life->broken; i++)
    {
      g_autoptr (GError) error = NULL;
      guint begun = crash_disk_get_n_operations ();

      if (crash_device_act (device, &error))
        crash_device_note (device, begun);
      else
        complain (life, error->message);
    }
}

/* Returns: whether the device could begin. */
static gboolean
begin (Life *life)
{
  CrashDevice *device = life->device;
  g_autofree char *trouble = NULL;
  g_autoptr (GError) error = NULL;

  crash_disk_record ();
  crash_disk_lie (life->planted == PLANTED_LYING_DISK);
  trouble = crash_device_open (device);
  if (trouble == NULL && life->planted == PLANTED_NORMAL_SYNC)
    ds_db_exec (device->ledger->db, "PRAGMA synchronous = NORMAL", NULL);
  if (trouble == NULL)
    {
      crash_device_begin (device);
      if (!crash_device_is_enrolled (device) && !crash_device_enrol (device, &error))
        trouble = g_strdup (error->message);
    }
  if (trouble != NULL)
    complain (life, trouble);
  return trouble == NULL;
}

/* Lives a stretch and cuts the power all over it. Returns: (transfer full): a disk to go on with. */
static CrashImage *
live (Life *life, gboolean first)
{
  CrashDevice *device = life->device;
  g_autoptr (CrashHistory) history = NULL;
  g_autoptr (CrashImage) left = NULL;
  guint n_operations, chosen;

  if (!begin (life))
    return NULL;
  act_for_a_while (life);
  if (!life->broken)
    compare (life);
  n_operations = crash_disk_get_n_operations ();
  history = crash_disk_take_history ();
  crash_disk_power_off ();
  crash_device_close (device);

  chosen = ds_random_below (device->random, n_operations + 1);
  for (guint n = 0; n <= n_operations && !life->broken; n++)
    {
      /* The first stretch makes everything and grows the log: many operations that are much alike. */
      guint n_cuts = first ? ds_random_below (device->random, 4) == 0 : CUTS_AN_OPERATION;

      for (guint i = 0; i < n_cuts && campaign_goes_on (life->campaign) && !life->broken; i++)
        {
          crash_history_cut (history, n, device->random);
          examine (life, n);
        }
      if (n == chosen)
        {
          crash_history_cut (history, n, device->random);
          left = crash_disk_save ();
        }
    }
  return g_steal_pointer (&left);
}

static void
run_life (Campaign *campaign, Planted planted, guint32 seed, DsKey *depot_key)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (seed);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  Life life = { device, planted, campaign, seed, FALSE };

  for (guint i = 0; i < STRETCHES && !life.broken && campaign_goes_on (campaign); i++)
    {
      g_autoptr (CrashImage) left = live (&life, i == 0);

      if (left == NULL)
        break;
      crash_disk_load (left);
    }
}

static void
run_campaign (Campaign *campaign, Planted planted)
{
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);

  for (guint32 seed = campaign->first_seed; campaign_goes_on (campaign); seed++)
    run_life (campaign, planted, seed, depot_key);
}

static void
test_cuts (void)
{
  Campaign campaign;

  campaign_begin (&campaign, "power-cut", 50000);
  run_campaign (&campaign, PLANTED_NOTHING);
  campaign_end (&campaign);
}

static void
test_planted (gconstpointer data)
{
  Campaign campaign = { .name = "planted", .n_wanted = 2000, .first_seed = 1 };

  run_campaign (&campaign, GPOINTER_TO_INT (data));
  g_assert_cmpuint (campaign.n_violations, >, 0);
}

/* A disk that lies loses what was acknowledged. That cannot be helped, but it is told when the anchor knew of it. */
static void
test_told (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  g_autoptr (CrashHistory) history = NULL;
  g_autoptr (CrashImage) before = NULL;
  g_autofree char *trouble = NULL;

  g_assert_null (crash_device_open (device));
  g_assert_true (crash_device_enrol (device, NULL));
  g_assert_true (ds_db_checkpoint (device->ledger->db, NULL));
  crash_disk_record ();
  crash_disk_lie (TRUE);
  for (guint i = 0; i < 20; i++)
    g_assert_true (crash_device_act_so (device, 0, NULL));
  crash_disk_lie (FALSE);
  g_assert_true (ds_ledger_write_anchor (device->ledger, NULL));
  history = crash_disk_take_history ();
  crash_disk_power_off ();
  crash_device_close (device);
  crash_history_cut (history, 0, random);
  before = crash_disk_save ();

  /* All that lasted is the anchor. */
  crash_disk_load (before);
  crash_disk_cut_off (CRASH_LOG, 0);
  trouble = crash_device_examine (device, NULL);
  g_assert_null (trouble);
}

static DsDb *
open_two_pages (void)
{
  g_autoptr (GError) error = NULL;
  DsDb *db = ds_db_open (CRASH_DATABASE, &error);

  g_assert_no_error (error);
  return db;
}

/* Two pages, of which the first becomes the same each time. */
static void
set_two_pages (DsDb *db, const char *value)
{
  g_autofree char *sql
      = g_strdup_printf ("BEGIN; UPDATE a SET v = 'same'; UPDATE b SET v = '%s'; COMMIT", value);

  g_assert_true (ds_db_exec (db, sql, NULL));
}

static char *
get_second_page (DsDb *db)
{
  DsQuery *query = ds_db_prepare (db, "SELECT v FROM b", NULL);
  gboolean found;
  char *text;

  g_assert_true (ds_db_step (db, query, &found, NULL) && found);
  text = g_strdup (ds_db_column_text (query, 0));
  ds_db_reset (query);
  return text;
}

/* The first frame of a commit was lost, and so all of it; the rest lies on in the log. What is written next begins with the
 * same bytes and is cut off as well: it must not complete what nobody was told of. */
static void
test_revived (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autoptr (CrashHistory) history = NULL;
  g_autoptr (CrashImage) left = NULL;
  guint n_operations;
  DsDb *db;

  crash_disk_format ();
  db = open_two_pages ();
  g_assert_true (ds_db_exec (db,
                             "CREATE TABLE a (v TEXT); CREATE TABLE b (v TEXT);"
                             "INSERT INTO a VALUES (''); INSERT INTO b VALUES ('before')",
                             NULL));
  g_assert_true (ds_db_checkpoint (db, NULL));
  set_two_pages (db, "lost");
  left = crash_disk_save ();
  crash_disk_power_off ();
  ds_db_close (db);
  crash_disk_load (left);
  crash_disk_flip (CRASH_LOG, LOG_HEADER + FRAME_HEADER, 1);

  db = open_two_pages ();
  ds_db_begin_log (db);
  crash_disk_record ();
  set_two_pages (db, "after");
  n_operations = crash_disk_get_n_operations ();
  history = crash_disk_take_history ();
  crash_disk_power_off ();
  ds_db_close (db);
  for (guint n = 0; n <= n_operations; n++)
    for (guint i = 0; i < 50; i++)
      {
        g_autofree char *value = NULL;

        crash_history_cut (history, n, random);
        db = open_two_pages ();
        value = get_second_page (db);
        g_assert_cmpstr (value, !=, "lost");
        if (n == n_operations)
          g_assert_cmpstr (value, ==, "after");
        crash_disk_power_off ();
        ds_db_close (db);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  crash_disk_install ();
  g_test_add_func ("/crash/power-cut", test_cuts);
  g_test_add_data_func ("/crash/planted-normal-sync", GINT_TO_POINTER (PLANTED_NORMAL_SYNC), test_planted);
  g_test_add_data_func ("/crash/planted-lying-disk", GINT_TO_POINTER (PLANTED_LYING_DISK), test_planted);
  g_test_add_func ("/crash/lying-disk-is-told", test_told);
  g_test_add_func ("/crash/revived", test_revived);
  return g_test_run ();
}
