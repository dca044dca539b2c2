/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call that the store makes to the disk fails in its turn, with EIO or ENOSPC, once or for ever: opening, reading,
 * writing, syncing, truncating, renaming and deleting of the database, its log, the anchor and the key. Nothing is
 * acknowledged that is not kept; a refusal says why, and what was refused is not there; and when the disk is well again
 * so is the store, whether it was closed in good order or the power went. */
#include "config.h"

#include "campaign.h"
#include "crash-device.h"
#include "crash-disk.h"

#include "ds-depot-key.h"
#include "ds-error.h"

#include <errno.h>
#include <string.h>

/* What a device does, in this order. */
typedef enum
{
  STEP_OPEN,
  STEP_ENROL,
  STEP_CASH,
  STEP_PRESENT,
  STEP_FEED,
  STEP_ACKNOWLEDGE,
  STEP_ANCHOR,
  STEP_CHECKPOINT,
  STEP_NEW_KEY,
  STEP_CLOSE,
  N_STEPS,
} Step;

static const Step day[] = { STEP_OPEN,   STEP_CASH,       STEP_PRESENT, STEP_FEED, STEP_ACKNOWLEDGE,
                            STEP_ANCHOR, STEP_CHECKPOINT, STEP_CASH,    STEP_FEED, STEP_CLOSE };
static const Step first_day[] = { STEP_OPEN, STEP_ENROL, STEP_CASH, STEP_CLOSE };
static const Step change[]
    = { STEP_OPEN, STEP_CASH, STEP_NEW_KEY, STEP_ACKNOWLEDGE, STEP_CASH, STEP_ACKNOWLEDGE, STEP_CLOSE };

/* What the depot takes in a STEP_NEW_KEY. */
static DsKey *new_key;
static const char *announcement;

static const struct
{
  const char *name;
  int problem;
  gboolean for_ever;
} faults[] = {
  { "EIO once", EIO, FALSE },
  { "EIO for ever", EIO, TRUE },
  { "ENOSPC once", ENOSPC, FALSE },
  { "ENOSPC for ever", ENOSPC, TRUE },
};

/**
 * Trial:
 * @kept: what the database said after the last thing that was acknowledged
 * @certain: that nothing else may be there; otherwise only the journal must be the same, since something that need not
 *   be told twice (an item of the feed, an acknowledgement) was answered with an error
 * @frozen: the store said that it does not know what became of an entry
 */
typedef struct
{
  CrashDevice *device;
  char *kept;
  gboolean certain;
  gboolean frozen;
} Trial;

static gboolean
do_step (CrashDevice *device, Step step, GError **error)
{
  switch (step)
    {
    case STEP_OPEN:
      return crash_device_start (device, error);
    case STEP_ENROL:
      return crash_device_enrol (device, error);
    case STEP_CASH:
      return crash_device_act_so (device, 0, error);
    case STEP_PRESENT:
      return crash_device_act_so (device, 3, error);
    case STEP_FEED:
      return crash_device_act_so (device, 8, error);
    case STEP_ACKNOWLEDGE:
      return crash_device_act_so (device, 10, error);
    case STEP_ANCHOR:
      return crash_device_act_so (device, 11, error);
    case STEP_CHECKPOINT:
      return crash_device_act_so (device, 13, error);
    case STEP_NEW_KEY:
      crash_device_change_depot_key (device, new_key, announcement);
      return TRUE;
    default:
      crash_device_close (device);
      return TRUE;
    }
}

static gboolean
is_entry (Step step)
{
  return step == STEP_CASH || step == STEP_PRESENT;
}

static gboolean
is_kept (Trial *trial, const char *text)
{
  g_autofree char *journal = NULL;
  g_autofree char *kept_journal = NULL;

  if (trial->kept == NULL || g_str_equal (text, trial->kept))
    return TRUE;
  journal = crash_get_journal (text);
  kept_journal = crash_get_journal (trial->kept);
  if (trial->frozen)
    return g_str_has_prefix (journal, kept_journal);
  return !trial->certain && g_str_equal (journal, kept_journal);
}

/* What a step leaves behind. Returns: (transfer full) (nullable): what is wrong. */
static char *
look (Trial *trial, Step step, gboolean done, const GError *problem)
{
  DsLedger *ledger = trial->device->ledger;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!done && (problem == NULL || problem->domain != DS_ERROR || *problem->message == '\0'))
    return g_strdup_printf ("step %d fails without saying why", step);
  if (ledger == NULL)
    return NULL;
  if (ledger->health != DS_STORE_HEALTHY)
    {
      trial->frozen = TRUE;
      return done && is_entry (step) ? g_strdup ("a frozen store takes an entry") : NULL;
    }
  text = crash_describe (ledger, &error);
  if (text == NULL)
    return g_strdup_printf ("after step %d it cannot be read: %s", step, error->message);
  if (!done && is_entry (step) && !is_kept (trial, text))
    return g_strdup_printf ("step %d was refused, and something is there: %s", step, problem->message);
  if (done && is_entry (step))
    trial->certain = TRUE;
  else if (!done)
    trial->certain = FALSE;
  g_free (trial->kept);
  trial->kept = g_steal_pointer (&text);
  return NULL;
}

static char *
live (Trial *trial, const Step *steps, gsize n_steps)
{
  char *wrong = NULL;

  for (gsize i = 0; i < n_steps && wrong == NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done;

      /* As the store thread has it: what is frozen gets no anchor. And nobody acknowledges a journal that cannot be
       * read. */
      if (trial->frozen && (steps[i] == STEP_ANCHOR || steps[i] == STEP_ACKNOWLEDGE))
        continue;
      done = do_step (trial->device, steps[i], &error);
      if (!done && crash_disk_get_failed_call () == NULL)
        return g_strdup_printf ("step %d fails without a fault: %s", steps[i], error ? error->message : "");
      crash_disk_pause (TRUE);
      wrong = look (trial, steps[i], done, error);
      crash_disk_pause (FALSE);
      if (trial->device->ledger == NULL || trial->device->ledger->db == NULL)
        break;
    }
  return wrong;
}

/* The disk is well again: so is the store, and it has what was acknowledged. */
static char *
recover (Trial *trial)
{
  CrashDevice *device = trial->device;
  g_autoptr (GError) error = NULL;
  g_autofree char *trouble = crash_device_open (device);
  g_autofree char *text = NULL;
  g_autofree char *difference = NULL;

  if (trouble != NULL)
    return g_strdup_printf ("afterwards: %s", trouble);
  text = crash_describe (device->ledger, &error);
  if (text == NULL)
    return g_strdup (error->message);
  if (!is_kept (trial, text))
    return g_strdup ("what was acknowledged is not what is there afterwards");
  if (!ds_ledger_compare (device->ledger, &difference, &error))
    return g_strdup (error->message);
  if (difference != NULL)
    return g_steal_pointer (&difference);
  if (!crash_device_enrol (device, &error) || !crash_device_act_so (device, 0, &error))
    return g_strdup_printf ("afterwards nothing can be recorded: %s", error->message);
  return NULL;
}

/* One call fails. Returns: whether there was such a call. */
static gboolean
try_fault (Campaign *campaign,
           DsKey *depot_key,
           const CrashImage *image,
           guint64 call,
           gsize fault,
           gboolean power_goes,
           const Step *steps,
           gsize n_steps)
{
  guint32 seed = campaign->first_seed + campaign->n_cases;
  g_autoptr (DsRandom) random = ds_random_new_seeded (seed);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  g_autoptr (CrashHistory) history = NULL;
  g_autofree char *wrong = NULL;
  Trial trial = { .device = device };
  const char *failed;

  if (image != NULL)
    crash_disk_load (image);
  crash_disk_record ();
  crash_disk_fail (call, faults[fault].problem, faults[fault].for_ever, random);
  wrong = live (&trial, steps, n_steps);
  failed = crash_disk_get_failed_call ();
  if (wrong == NULL && failed != NULL)
    {
      if (power_goes)
        crash_disk_power_off ();
      crash_device_close (device);
      crash_disk_heal ();
      if (power_goes)
        {
          guint n_operations = crash_disk_get_n_operations ();

          history = crash_disk_take_history ();
          crash_history_cut (history, n_operations, random);
        }
      wrong = recover (&trial);
      campaign->n_cases++;
    }
  if (wrong != NULL)
    {
      g_autofree char *what
          = g_strdup_printf ("%s, call %" G_GUINT64_FORMAT " (%s)%s: %s", faults[fault].name, call,
                             failed ? failed : "none", power_goes ? ", then the power went" : "", wrong);

      campaign_note_violation (campaign, seed, what);
    }
  g_free (trial.kept);
  return failed != NULL;
}

static void
run_campaign (const char *name,
              DsKey *depot_key,
              const CrashImage *image,
              const Step *steps,
              gsize n_steps,
              guint64 stride)
{
  g_autoptr (DsRandom) random = NULL;
  Campaign campaign;

  campaign_begin (&campaign, name, G_MAXUINT);
  random = ds_random_new_seeded (campaign.first_seed);
  for (gsize fault = 0; fault < G_N_ELEMENTS (faults); fault++)
    {
      guint64 call = 1 + ds_random_below (random, (guint32)stride);

      for (; try_fault (&campaign, depot_key, image, call, fault, FALSE, steps, n_steps); call += stride)
        try_fault (&campaign, depot_key, image, call, fault, TRUE, steps, n_steps);
    }
  campaign_end (&campaign);
}

static void
test_day (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  g_autoptr (CrashImage) image = NULL;
  g_autofree char *trouble = crash_device_open (device);

  g_assert_null (trouble);
  g_assert_true (crash_device_enrol (device, NULL));
  crash_device_close (device);
  image = crash_disk_save ();
  run_campaign ("io-errors", depot_key, image, day, G_N_ELEMENTS (day), 1);
}

/* The depot signs with a key that it announces with the acknowledgement: where the one is kept, so is the other. */
static void
test_new_key (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  const DsDepotKey draft = { .number = 2, .key = key };
  g_autofree char *text = ds_depot_key_announce (&draft, depot_key, NULL);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  g_autoptr (CrashImage) image = NULL;
  g_autofree char *trouble = crash_device_open (device);

  g_assert_null (trouble);
  g_assert_true (crash_device_enrol (device, NULL));
  crash_device_close (device);
  image = crash_disk_save ();
  new_key = key;
  announcement = text;
  run_campaign ("io-errors-new-key", depot_key, image, change, G_N_ELEMENTS (change), 2);
}

static void
test_first_day (void)
{
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);

  /* A new log is grown in many writes that are alike. */
  run_campaign ("io-errors-first-day", depot_key, NULL, first_day, G_N_ELEMENTS (first_day), 4);
}

/* Does one thing until the disk has no room for it. Returns: how often it was done. */
static guint
fill (CrashDevice *device, guint action, GError **error)
{
  guint n = 0;

  while (crash_device_act_so (device, action, error))
    {
      n++;
      /* What an idle moment would do; on a full disk it may fail. */
      if (n % 16 == 0)
        ds_db_checkpoint (device->ledger->db, NULL);
    }
  return n;
}

/* Not a byte is free any more. The reserve is let go: the shift goes on, is settled and closed, and no other can be
 * opened before there is room. Even when that is used up nothing is lost, and with room again everything works. */
static void
test_full (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (3);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  g_autoptr (CrashDevice) device = crash_device_new (random, depot_key);
  g_autofree char *trouble = crash_device_open (device);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  guint n_appended = 0;

  g_assert_null (trouble);
  g_assert_true (crash_device_enrol (device, &error));
  g_assert_true (crash_disk_has (CRASH_BALLAST));
  g_assert_false (device->ledger->short_of_room);

  crash_disk_set_room (0);
  while (!device->ledger->short_of_room)
    {
      crash_device_act_so (device, 0, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n_appended++, <, 10000);
      ds_db_checkpoint (device->ledger->db, NULL);
    }
  g_assert_false (crash_disk_has (CRASH_BALLAST));

  g_assert_true (crash_device_act_so (device, 8, &error));
  g_assert_true (crash_device_act_so (device, 10, &error));
  g_assert_no_error (error);

  /* The shift goes on until there is no room at all. */
  n_appended = fill (device, 0, &error);
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_clear_error (&error);
  g_test_message ("the reserve took %u more payments", n_appended);
  g_assert_cmpuint (n_appended, >, 100);
  before = crash_describe (device->ledger, &error);
  g_assert_no_error (error);
  crash_device_close (device);

  /* Opened again on the full disk it says so, and all is there. */
  trouble = crash_device_open (device);
  g_assert_null (trouble);
  g_assert_true (device->ledger->short_of_room);
  after = crash_describe (device->ledger, &error);
  g_assert_cmpstr (after, ==, before);

  /* A little room is enough to close this shift, not to open the next. */
  crash_disk_set_room (256 * 1024);
  g_assert_true (crash_device_close_shift (device, &error));
  g_assert_no_error (error);
  g_assert_false (crash_device_act_so (device, 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_clear_error (&error);

  crash_disk_set_room (-1);
  g_assert_true (crash_device_act_so (device, 0, &error));
  g_assert_no_error (error);
  g_assert_true (crash_disk_has (CRASH_BALLAST));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  crash_disk_install ();
  g_test_add_func ("/crash/io/day", test_day);
  g_test_add_func ("/crash/io/new-key", test_new_key);
  g_test_add_func ("/crash/io/first-day", test_first_day);
  g_test_add_func ("/crash/io/full", test_full);
  return g_test_run ();
}
