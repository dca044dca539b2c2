/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real ledger on a disk whose power is cut, or that fails, at any operation: what was acknowledged is there
 * afterwards, what was refused is not, and the projections are those of the journal.
 *
 * The key and the anchor are files on the real disk; a power cut here is about the database. */
#include "config.h"

#include "crash-disk.h"

#include "ds-error.h"
#include "ds-ledger.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_STOPS 4
#define WALL_MS G_GINT64_CONSTANT (1795341600000)
#define CASES_A_DEVICE 25
#define MAX_ACTIONS 14
#define MAX_OPERATIONS 70
#define MAX_SYNCS 8

/* How a campaign spoils the ledger's work; each planted one must be noticed. */
typedef enum
{
  PLANTED_NOTHING,
  PLANTED_NORMAL_SYNC, /* synchronous = NORMAL: commits that are not yet on the disk are acknowledged */
  PLANTED_LYING_DISK,  /* the disk says that it has synced and has not */
} Planted;

typedef struct
{
  DsManualClock *clock;
  DsRandom *random; /* for the campaign's own choices */
  DsKey *depot_key;
  char *directory;
  DsLedger *ledger;
  char *shift;
  char *payment;    /* (nullable): one that may still change */
  GPtrArray *lines; /* (element-type utf8): acknowledged entries, in order */
  gint64 cursor;    /* of the last feed item made */
  gint64 applied;   /* of the last one acknowledged */
  guint in_flight;  /* entries of an append that was not answered with success */
  Planted planted;
} Device;

static char *
new_id (Device *device)
{
  ds_manual_clock_advance_ms (device->clock, 1);
  return ds_id_new (DS_CLOCK (device->clock), device->random);
}

static gboolean
append (Device *device, const DsDraft *drafts, guint n_drafts)
{
  g_autoptr (GError) error = NULL;
  gint64 seq = device->ledger->head_seq;

  device->in_flight = n_drafts;
  if (!ds_ledger_append (device->ledger, drafts, n_drafts, &error))
    return FALSE;
  ds_ledger_forget_touched (device->ledger);
  device->in_flight = 0;
  while (++seq <= device->ledger->head_seq)
    g_ptr_array_add (device->lines, ds_ledger_load_line (device->ledger, seq, NULL));
  return TRUE;
}

static json_t *
make_payment (Device *device, const char *payment, const char *stop)
{
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);

  return json_pack ("{s:s, s:s, s:s, s:[s], s:i}", "payment", payment, "shift", device->shift, "stop", stop,
                    "parcels", waybill, "amount_fen", 500);
}

static gboolean
take_cash (Device *device, const char *stop)
{
  g_autofree char *payment = new_id (device);
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);
  g_autoptr (json_t) cash = make_payment (device, payment, stop);
  g_autoptr (json_t) outcome
      = json_pack ("{s:s, s:[s], s:s}", "stop", stop, "parcels", waybill, "outcome", "delivered");
  const DsDraft drafts[] = { { "payment.cash", cash }, { "parcel.outcome", outcome } };

  json_object_set_new (cash, "tendered_fen", json_integer (500));
  json_object_set_new (cash, "change_fen", json_integer (0));
  return append (device, drafts, 1 + ds_random_below (device->random, 2));
}

static gboolean
present (Device *device, const char *stop)
{
  g_autofree char *payment = new_id (device);
  g_autoptr (json_t) data = make_payment (device, payment, stop);
  const DsDraft draft = { "payment.presented", data };

  json_object_set_new (data, "source", json_string ("built"));
  json_object_set_new (data, "code_sm3", json_string (""));
  json_object_set_new (data, "code", json_string ("000201"));
  json_object_set_new (data, "expires_at_ms", json_integer (WALL_MS));
  if (!append (device, &draft, 1))
    return FALSE;
  g_free (device->payment);
  device->payment = g_steal_pointer (&payment);
  return TRUE;
}

static gboolean
query (Device *device)
{
  g_autoptr (json_t) data = json_pack ("{s:s}", "payment", device->payment);
  const DsDraft draft = { "payment.query", data };

  return append (device, &draft, 1);
}

static gboolean
feed (Device *device, const char *type, json_t *data)
{
  g_autoptr (json_t) item = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)++device->cursor, "type",
                                       type, "at_ms", (json_int_t)WALL_MS, "data", data);
  char *line = ds_json_to_line (item);
  g_autoptr (GBytes) bytes = g_bytes_new_take (line, strlen (line));

  if (!ds_ledger_apply_feed (device->ledger, bytes, NULL))
    return FALSE;
  ds_ledger_forget_touched (device->ledger);
  device->applied = device->cursor;
  return TRUE;
}

static gboolean
feed_stop (Device *device, const char *stop)
{
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);

  return feed (
      device, "stop",
      json_pack (
          "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}], s:n, s:n}",
          "stop", stop, "version", (int)device->cursor, "position", 1, "recipient", "R", "phone", "1",
          "address", "A", "place", "P", "note", "lat_e6", 0, "lng_e6", 0, "window_from_ms", 0, "window_to_ms",
          0, "parcels", "waybill", waybill, "due_fen", 500, "prepaid", 0, "prefetched", "spoken_secret"));
}

static gboolean
feed_payment (Device *device, const char *state)
{
  g_autoptr (DsStop) stop = ds_ledger_find_stop (device->ledger, device->payment, NULL);

  return stop != NULL
         && feed (device, "payment",
                  json_pack ("{s:s, s:s, s:s, s:i, s:n, s:n, s:n, s:i, s:i, s:n, s:i}", "payment",
                             device->payment, "stop", stop->id, "state", state, "amount_fen", 500, "operator",
                             "operator_ref", "reason", "red_packet_fen", 0, "refunded_fen", 0, "code",
                             "expires_at_ms", 0));
}

/* Does one thing a courier, the depot or an idle moment might do. Returns: %FALSE when it failed. */
static gboolean
act (Device *device)
{
  g_autofree char *stop = g_strdup_printf ("S%u", ds_random_below (device->random, N_STOPS));

  switch (ds_random_below (device->random, 10))
    {
    case 0:
    case 1:
    case 2:
      return take_cash (device, stop);
    case 3:
    case 4:
      return present (device, stop);
    case 5:
      return device->payment == NULL || query (device);
    case 6:
      return feed_stop (device, stop);
    case 7:
      return device->payment == NULL || feed_payment (device, "paid");
    case 8:
      return ds_ledger_write_anchor (device->ledger, NULL);
    default:
      return ds_db_checkpoint (device->ledger->db, NULL);
    }
}

static char *
open_ledger (Device *device)
{
  g_autoptr (GError) error = NULL;

  device->ledger = ds_ledger_new (device->directory, DS_CLOCK (device->clock), device->random);
  if (!ds_ledger_open (device->ledger, &error))
    return g_strdup_printf ("it does not open: %s", error->message);
  if (device->planted == PLANTED_NORMAL_SYNC)
    ds_db_exec (device->ledger->db, "PRAGMA synchronous = NORMAL", NULL);
  return NULL;
}

static void
device_set_up (Device *device, DsRandom *random, Planted planted)
{
  const DsIdentity identity = {
    .device_id = (char *)"device-7",
    .address = (char *)"https://127.0.0.1",
    .ca_pem = (char *)"",
    .depot_key = device->depot_key,
    .depot_name = (char *)"Depot",
    .courier_id = (char *)"C1",
    .courier_name = (char *)"W",
  };
  g_autoptr (json_t) opened = NULL;
  DsDraft draft = { "shift.opened", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = NULL;

  crash_disk_format ();
  device->random = random;
  device->planted = planted;
  device->clock = ds_manual_clock_new (WALL_MS);
  device->directory = g_dir_make_tmp ("doorstep-crash-XXXXXX", &error);
  device->lines = g_ptr_array_new_with_free_func (g_free);
  g_assert_no_error (error);
  g_assert_null (open_ledger (device));
  key = ds_ledger_prepare_key (device->ledger, &error);
  g_assert_no_error (error);
  ds_ledger_enrol (device->ledger, &identity, "test", &error);
  g_assert_no_error (error);
  g_ptr_array_add (device->lines, ds_ledger_load_line (device->ledger, 1, NULL));

  device->shift = new_id (device);
  opened = json_pack ("{s:s, s:s, s:s, s:i}", "shift", device->shift, "courier", "C1", "accounting_date",
                      "2026-11-22", "float_fen", 0);
  draft.data = opened;
  g_assert_true (append (device, &draft, 1));
  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = g_strdup_printf ("S%u", i);

      g_assert_true (feed_stop (device, stop));
    }
}

static void
device_tear_down (Device *device)
{
  const char *const names[] = { "doorstep.db", "device-key.pem", "anchor", "anchor.new" };

  g_clear_pointer (&device->ledger, ds_ledger_free);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (device->directory, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (device->directory), ==, 0);
  g_free (device->directory);
  g_free (device->shift);
  g_clear_pointer (&device->payment, g_free);
  g_ptr_array_unref (device->lines);
  g_object_unref (device->clock);
}

/* Compares the journal with what was acknowledged. @excess: how many entries more there may be. Returns: (transfer
 * full) (nullable): what is wrong. */
static char *
check_journal (Device *device, guint excess)
{
  if (device->ledger->head_seq > device->lines->len + excess)
    return g_strdup_printf ("%" G_GINT64_FORMAT " entries, %u acknowledged, %u more allowed",
                            device->ledger->head_seq, device->lines->len, excess);
  for (guint i = 0; i < device->lines->len; i++)
    {
      g_autofree char *line = ds_ledger_load_line (device->ledger, i + 1, NULL);

      if (g_strcmp0 (line, g_ptr_array_index (device->lines, i)) != 0)
        return g_strdup_printf ("acknowledged entry %u is lost", i + 1);
    }
  return NULL;
}

static char *
check_projections (Device *device)
{
  g_autoptr (GError) error = NULL;
  char *difference = NULL;

  if (device->ledger->health != DS_STORE_HEALTHY)
    return g_strdup_printf ("not healthy: %s", device->ledger->health_text);
  if (device->ledger->cursor < device->applied)
    return g_strdup ("an acknowledged feed item is lost");
  if (!ds_ledger_compare (device->ledger, &difference, &error))
    return g_strdup (error->message);
  return difference;
}

/* What a restart finds may be one append more than was acknowledged; from then on it is what is there. */
static void
adopt (Device *device)
{
  while (device->lines->len < device->ledger->head_seq)
    g_ptr_array_add (device->lines, ds_ledger_load_line (device->ledger, device->lines->len + 1, NULL));
  device->in_flight = 0;
  device->cursor = MAX (device->cursor, device->ledger->cursor);
}

static char *
restart (Device *device, guint excess)
{
  char *violation;

  crash_disk_cut_power ();
  g_clear_pointer (&device->ledger, ds_ledger_free);
  crash_disk_restart (device->random);
  violation = open_ledger (device);
  if (violation == NULL)
    violation = check_journal (device, excess);
  if (violation == NULL)
    violation = check_projections (device);
  if (violation == NULL)
    adopt (device);
  return violation;
}

/* The power goes at some operation of some action, or between two. */
static char *
cut_power (Device *device)
{
  if (device->planted == PLANTED_LYING_DISK)
    crash_disk_plan (CRASH_FAULT_LYING_SYNC, 0, device->random);
  else
    crash_disk_plan (CRASH_FAULT_POWER, 1 + ds_random_below (device->random, MAX_OPERATIONS), device->random);

  for (guint i = 0; i < MAX_ACTIONS; i++)
    {
      if (!act (device))
        break;
    }
  return restart (device, device->in_flight);
}

/* One operation fails. An append that is answered with an error is not in the journal; one that is answered well is,
 * also after the power goes later. */
static char *
fail_once (Device *device, CrashFault fault)
{
  crash_disk_plan (
      fault, 1 + ds_random_below (device->random, fault == CRASH_FAULT_SYNC ? MAX_SYNCS : MAX_OPERATIONS),
      device->random);
  for (guint i = 0; i < MAX_ACTIONS; i++)
    {
      gboolean done = act (device);
      gboolean met = crash_disk_met_fault ();

      /* An answer given in spite of the fault must hold even if the power goes now. */
      if (done && met && ds_random_below (device->random, 2) == 0)
        break;
      if (done)
        continue;
      if (!met)
        return g_strdup ("an action failed without a fault");
      if (device->ledger->health == DS_STORE_HEALTHY)
        {
          char *violation = check_journal (device, 0);

          if (violation != NULL)
            return violation;
          device->in_flight = 0;
        }
      crash_disk_clear ();
    }
  /* Frozen because nothing could be read back: then it said so, and the journal may hold what was under way. */
  return restart (device, device->ledger->health == DS_STORE_HEALTHY ? 0 : device->in_flight);
}

typedef struct
{
  const char *name;
  CrashFault fault;
  Planted planted;
  guint cases;
} Campaign;

static guint
get_cases (const Campaign *campaign)
{
  const char *text = g_getenv ("DS_CASES");

  return text ? (guint)strtoul (text, NULL, 10) : campaign->cases;
}

static guint
run_campaign (const Campaign *campaign)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded ((guint32)g_test_rand_int ());
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  guint cases = get_cases (campaign);
  guint violations = 0;
  guint n = 0;

  while (n < cases)
    {
      Device device = { .depot_key = depot_key };
      g_autofree char *violation = NULL;

      device_set_up (&device, random, campaign->planted);
      for (guint i = 0; i < CASES_A_DEVICE && n < cases && violation == NULL; i++, n++)
        violation = campaign->fault == CRASH_FAULT_POWER ? cut_power (&device)
                                                         : fail_once (&device, campaign->fault);
      if (violation != NULL)
        {
          violations++;
          if (campaign->planted == PLANTED_NOTHING)
            g_test_message ("%s, case %u: %s", campaign->name, n, violation);
        }
      crash_disk_clear ();
      device_tear_down (&device);
    }
  g_test_message ("campaign: %s, %u cases, %u violations", campaign->name, n, violations);
  return violations;
}

static void
test_campaign (gconstpointer data)
{
  const Campaign *campaign = data;
  guint violations = run_campaign (campaign);

  if (campaign->planted == PLANTED_NOTHING)
    g_assert_cmpuint (violations, ==, 0);
  else
    g_assert_cmpuint (violations, >, 0);
}

/* A disk that lies loses what was acknowledged. That cannot be helped, but it is told when the anchor knew of it. */
static void
test_told (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autoptr (DsKey) depot_key = ds_key_generate (NULL);
  Device device = { .depot_key = depot_key };

  device_set_up (&device, random, PLANTED_LYING_DISK);
  g_assert_true (ds_db_checkpoint (device.ledger->db, NULL));
  crash_disk_plan (CRASH_FAULT_LYING_SYNC, 0, random);
  for (guint i = 0; i < 20; i++)
    g_assert_true (take_cash (&device, "S0"));
  g_assert_true (ds_ledger_write_anchor (device.ledger, NULL));
  crash_disk_cut_power ();
  g_clear_pointer (&device.ledger, ds_ledger_free);
  crash_disk_restart (random);

  g_assert_null (open_ledger (&device));
  g_assert_cmpint (device.ledger->head_seq, <, device.lines->len);
  g_assert_cmpint (device.ledger->health, !=, DS_STORE_HEALTHY);
  device_tear_down (&device);
}

int
main (int argc, char *argv[])
{
  static const Campaign campaigns[] = {
    { "power-cut", CRASH_FAULT_POWER, PLANTED_NOTHING, 80 },
    { "failed-write", CRASH_FAULT_WRITE, PLANTED_NOTHING, 40 },
    { "failed-sync", CRASH_FAULT_SYNC, PLANTED_NOTHING, 40 },
    { "full-disk", CRASH_FAULT_FULL, PLANTED_NOTHING, 40 },
    { "planted-normal-sync", CRASH_FAULT_POWER, PLANTED_NORMAL_SYNC, 20 },
    { "planted-lying-disk", CRASH_FAULT_POWER, PLANTED_LYING_DISK, 10 },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  crash_disk_install ();
  for (gsize i = 0; i < G_N_ELEMENTS (campaigns); i++)
    {
      g_autofree char *path = g_strconcat ("/crash/", campaigns[i].name, NULL);

      g_test_add_data_func (path, &campaigns[i], test_campaign);
    }
  g_test_add_func ("/crash/lying-disk-is-told", test_told);
  return g_test_run ();
}
