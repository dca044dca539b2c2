/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices that nobody has touched a window for so long that it should lock. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_IDLE_LOCK (ds_idle_lock_get_type ())
G_DECLARE_FINAL_TYPE (DsIdleLock, ds_idle_lock, DS, IDLE_LOCK, GObject)

/**
 * DsIdleLock::due () -> gboolean: nobody was there for as long as the depot's settings say; whoever returns %TRUE has
 *   locked, else it counts as a touch
 */

/**
 * ds_idle_lock_new:
 * @window: whose events count
 *
 * Suspended time counts too. It is looked at every half minute, and before any event reaches the window: the touch that
 * wakes a handheld from a pocket never gets through.
 *
 * Returns: (transfer full): the watcher; it ends with its last reference
 */
DsIdleLock *ds_idle_lock_new (GtkWidget *window, DsSession *session);

G_END_DECLS
