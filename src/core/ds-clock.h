/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time as an interface, so that a whole company can run under a virtual clock. */
#pragma once

#include "ds-types.h"

G_BEGIN_DECLS

#define DS_TYPE_CLOCK (ds_clock_get_type ())
G_DECLARE_INTERFACE (DsClock, ds_clock, DS, CLOCK, GObject)

/**
 * DsClockInterface:
 * @get_wall_ms: milliseconds since 1970-01-01 UTC; for people; may jump
 * @get_mono_ms: milliseconds of a clock that never goes back while the machine is up; it counts suspended
 *   time too (CLOCK_BOOTTIME), since a code that expired in a pocket has expired
 * DsClock::woke (): the machine was suspended and goes on; emitted on the default main context. Timeouts that passed
 *   meanwhile are due at once; what was waited for over the network is as good as dead
 * @get_boot_id: an id that changes with every start of the machine
 * @new_timeout: (transfer full): a source that becomes ready once so many milliseconds have passed by this clock; by
 *   default the machine's own
 */
struct _DsClockInterface
{
  GTypeInterface parent;

  gint64 (*get_wall_ms) (DsClock *self);
  gint64 (*get_mono_ms) (DsClock *self);
  const char *(*get_boot_id) (DsClock *self);
  GSource *(*new_timeout) (DsClock *self, guint delay_ms);
};

gint64 ds_clock_get_wall_ms (DsClock *self);
gint64 ds_clock_get_mono_ms (DsClock *self);
const char *ds_clock_get_boot_id (DsClock *self);

/**
 * ds_clock_add_timeout_full:
 * @delay_ms: after how many milliseconds of this clock
 * @priority: the source's
 * @callback: called on the default main context, again and again until it returns %G_SOURCE_REMOVE
 * @user_data: for @callback
 * @notify: (nullable): frees @user_data
 *
 * As g_timeout_add_full(), by whatever this clock takes for the time.
 *
 * Returns: the source's id, for g_source_remove()
 */
guint ds_clock_add_timeout_full (DsClock *self,
                                 guint delay_ms,
                                 int priority,
                                 GSourceFunc callback,
                                 gpointer user_data,
                                 GDestroyNotify notify);

/* The same at the default priority. */
guint ds_clock_add_timeout (DsClock *self, guint delay_ms, GSourceFunc callback, gpointer user_data);

/**
 * ds_clock_new_system:
 *
 * Its timeouts count the time that the machine was suspended, as its monotonic time does: one that passed in a pocket is
 * due on waking. (GLib's own would go on where they stood.)
 *
 * Returns: (transfer full): the machine's own clock. Usable from any thread.
 */
DsClock *ds_clock_new_system (void);

#define DS_TYPE_MANUAL_CLOCK (ds_manual_clock_get_type ())
G_DECLARE_FINAL_TYPE (DsManualClock, ds_manual_clock, DS, MANUAL_CLOCK, GObject)

/**
 * ds_manual_clock_new:
 * @wall_ms: where the wall clock starts
 *
 * A clock that moves only when told; its timeouts still go by the machine's. Usable from any thread.
 *
 * Returns: (transfer full): a new clock
 */
DsManualClock *ds_manual_clock_new (gint64 wall_ms);

/* Moves wall and monotonic time together. */
void ds_manual_clock_advance_ms (DsManualClock *self, gint64 by_ms);

/* The machine sleeps for so long and wakes: as ds_manual_clock_advance_ms(), and DsClock::woke is emitted. */
void ds_manual_clock_sleep_ms (DsManualClock *self, gint64 by_ms);

/* Moves the wall clock alone: somebody changed the date. */
void ds_manual_clock_jump_wall_ms (DsManualClock *self, gint64 by_ms);

/* A new boot: another boot id, monotonic time from zero. */
void ds_manual_clock_reboot (DsManualClock *self);

/* Room for every text ds_clock_format_rfc3339() writes, with its end. */
#define DS_RFC3339_SIZE 32

/**
 * ds_clock_format_rfc3339:
 * @wall_ms: milliseconds since 1970-01-01 UTC, between the years 1 and 9999
 * @text: (out): room for %DS_RFC3339_SIZE bytes
 *
 * Writes a time with milliseconds in UTC, "2026-11-22T10:32:00.000Z" (RFC 3339 section 5.6).
 *
 * Returns: @text
 */
const char *ds_clock_format_rfc3339 (gint64 wall_ms, char text[DS_RFC3339_SIZE]);

/**
 * ds_clock_parse_rfc3339:
 * @text: a time as RFC 3339 section 5.6 writes it, with any offset
 * @wall_ms: (out): milliseconds since 1970-01-01 UTC
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: whether @text is such a time
 */
gboolean ds_clock_parse_rfc3339 (const char *text, gint64 *wall_ms, GError **error);

G_END_DECLS
