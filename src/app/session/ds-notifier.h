/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells the courier what happens while Doorstep is not in front. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_NOTIFIER (ds_notifier_get_type ())
G_DECLARE_FINAL_TYPE (DsNotifier, ds_notifier, DS, NOTIFIER, GObject)

/**
 * ds_notifier_new:
 * @window: nothing is told while it has the focus; activating what was told shows the right page in it, by the
 *   application's action `app.show` with "problems", "digest", or "stop:" and an id
 *
 * What is told names no customer, address or amount: it may be read over a shoulder, and on a locked screen.
 *
 * Returns: (transfer full): it ends with its last reference
 */
DsNotifier *ds_notifier_new (GtkWindow *window, DsSession *session);

G_END_DECLS
