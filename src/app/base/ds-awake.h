/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the screen on, and bright where the system lets an application, until it is ended. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_AWAKE (ds_awake_get_type ())
G_DECLARE_FINAL_TYPE (DsAwake, ds_awake, DS, AWAKE, GObject)

/**
 * ds_awake_new:
 * @widget: lies in a window
 * @reason: why, translated
 * @bright: also raise the brightness (org.gnome.SettingsDaemon.Power); what it was comes back in the end
 *
 * What the system does not offer is left out. Main thread.
 *
 * Returns: (transfer full): to be ended, and dropped
 */
DsAwake *ds_awake_new (GtkWidget *widget, const char *reason, gboolean bright);

/* The screen may sleep, and is as bright as before. Once is enough; dropping the last reference does it too. */
void ds_awake_end (DsAwake *self);

G_END_DECLS
