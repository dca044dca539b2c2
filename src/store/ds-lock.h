/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock of one handheld: its PIN, wrong tries, and the pauses that follow on them.
 *
 * The lock keeps a finder out of the window. It holds back nothing that is journalled: while it is locked the exchange
 * with the depot goes on. A DsLock belongs to the thread (and its main context) that made it. */
#pragma once

#include "ds-clock.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* So many tries are free before each further one costs a pause. */
#define DS_LOCK_FREE_TRIES 4

/* The file in the store's directory; signing out removes it. */
#define DS_LOCK_FILE "pin"

/**
 * DsLockAnswer:
 * @DS_LOCK_OPENED: that was the PIN
 * @DS_LOCK_WRONG: it was not
 * @DS_LOCK_PAUSED: it was not looked at: a pause is on
 * @DS_LOCK_RESET: that was the depot's PIN for once: choose another; stays locked until then
 */
typedef enum
{
  DS_LOCK_OPENED,
  DS_LOCK_WRONG,
  DS_LOCK_PAUSED,
  DS_LOCK_RESET,
} DsLockAnswer;

#define DS_TYPE_LOCK (ds_lock_get_type ())
G_DECLARE_FINAL_TYPE (DsLock, ds_lock, DS, LOCK, GObject)

/**
 * DsLock:locked: nobody may see or do anything
 * DsLock:has-pin: a PIN was chosen
 *
 * DsLock::reset-arrived (): the depot set a PIN for once; a pause that was on has ended
 */

/**
 * ds_lock_new:
 * @directory: the store's
 *
 * Returns: (transfer full): a lock that has not been loaded
 */
DsLock *ds_lock_new (const char *directory, DsClock *clock);

/* Reads what is kept; locks when there is a PIN. What cannot be read counts as a PIN that only the depot can replace. */
void ds_lock_load_async (DsLock *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean ds_lock_load_finish (DsLock *self, GAsyncResult *result, GError **error);

gboolean ds_lock_get_has_pin (DsLock *self);
gboolean ds_lock_get_locked (DsLock *self);

/* Locks, if there is a PIN. */
void ds_lock_lock (DsLock *self);

/* Returns: how long nothing is tried, in milliseconds; 0 when a PIN may be typed. A restart of program or machine
 * shortens it by nothing, and neither does the wall clock: after another boot it begins anew. */
gint64 ds_lock_get_pause_ms (DsLock *self);

/* Returns: how many wrong tries are left before a pause. */
guint ds_lock_get_free_tries (DsLock *self);

/**
 * ds_lock_set_reset:
 * @number: grows with every reset; 0 for none
 * @record: (nullable): what ds_pin_make_record() made of the PIN for once
 *
 * What the depot's settings say. Each number counts once: it is over when a PIN was chosen with it.
 */
void ds_lock_set_reset (DsLock *self, gint64 number, const char *record);

/**
 * ds_lock_choose_async:
 * @pin: six digits
 *
 * Keeps another PIN, durably, and opens the lock. Whoever calls knows that the courier may.
 */
void ds_lock_choose_async (DsLock *self,
                           const char *pin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean ds_lock_choose_finish (DsLock *self, GAsyncResult *result, GError **error);

/**
 * ds_lock_try_async:
 * @pin: six digits
 *
 * The try is counted on the disk before it is made, so that ending the program gives none back. One at a time.
 */
void ds_lock_try_async (DsLock *self,
                        const char *pin,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* Returns: whether it was tried; with an error (%DS_ERROR_STORAGE, …) it was not, and the lock is as before. */
gboolean ds_lock_try_finish (DsLock *self, GAsyncResult *result, DsLockAnswer *answer, GError **error);

G_END_DECLS
