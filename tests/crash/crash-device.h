/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real ledger on the disk in memory, and a courier, a depot and idle moments that make it work. */
#pragma once

#include "ds-clock.h"
#include "ds-ledger.h"
#include "ds-random.h"

G_BEGIN_DECLS

#define CRASH_DATABASE CRASH_DISK_ROOT "/doorstep.db"
#define CRASH_LOG CRASH_DISK_ROOT "/doorstep.db-wal"
#define CRASH_ANCHOR CRASH_DISK_ROOT "/anchor"
#define CRASH_BALLAST CRASH_DISK_ROOT "/ballast"
#define CRASH_KEY CRASH_DISK_ROOT "/device-key.pem"

/* What the database said after a transaction, and the operations of the disk between which it came to be so. */
typedef struct
{
  char *text;
  guint begun;
  guint done;
} Moment;

/**
 * CrashDevice:
 * @random: for its own choices
 * @ledger: (nullable): once it is opened
 * @shift: (nullable): the one that is open
 * @payment: (nullable): one that may still change
 * @announcements: (nullable): of the depot's later keys, which come with each acknowledgement
 * @cursor: of the last feed item made
 * @moments: (element-type Moment): since crash_device_begin()
 */
typedef struct
{
  DsManualClock *clock;
  DsRandom *random;
  DsKey *depot_key;
  DsLedger *ledger;
  char *shift;
  char *payment;
  json_t *announcements;
  gint64 cursor;
  GArray *moments;
} CrashDevice;

/* A device that has never been used, on an empty disk. */
CrashDevice *crash_device_new (DsRandom *random, DsKey *depot_key);
/* Also of one whose disk has no power any more. */
void crash_device_free (CrashDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashDevice, crash_device_free)

/* Opens the ledger, healthy or not. */
gboolean crash_device_start (CrashDevice *self, GError **error);
/* The same, and it must be healthy. Returns: (transfer full) (nullable): what is wrong, in words. */
char *crash_device_open (CrashDevice *self);
/* What it knows by heart goes with it. */
void crash_device_close (CrashDevice *self);

/* Makes key and identity, takes a route of four stops, opens the shift: what of it is not done yet. Returns: whether
 * all of it worked. */
gboolean crash_device_enrol (CrashDevice *self, GError **error);

gboolean crash_device_is_enrolled (CrashDevice *self);

/* Does one thing that a courier, the depot or an idle moment might do. Returns: whether it worked. */
gboolean crash_device_act (CrashDevice *self, GError **error);
#define CRASH_DEVICE_N_ACTIONS 14
/* The @action-th of them. */
gboolean crash_device_act_so (CrashDevice *self, guint action, GError **error);

/* The depot signs with @key from now on, which @announcement tells of. */
void crash_device_change_depot_key (CrashDevice *self, DsKey *key, const char *announcement);

gboolean crash_device_close_shift (CrashDevice *self, GError **error);

/* Forgets the moments, but for what is so now. */
void crash_device_begin (CrashDevice *self);
/* Notes a moment, if the database has changed since the last, as having come to be since operation @begun. */
void crash_device_note (CrashDevice *self, guint begun);

/* Returns: (transfer full): everything that the database says, or %NULL with an error. */
char *crash_describe (DsLedger *ledger, GError **error);

/* Returns: (transfer full): the lines of the journal in such a description. */
char *crash_get_journal (const char *text);

/* Opens a ledger on the disk as it is and looks at it. Returns: (transfer full) (nullable): why it is not healthy;
 * @text: (out) (optional) (transfer full) (nullable): what the database says. */
char *crash_device_examine (CrashDevice *self, char **text);

G_END_DECLS
