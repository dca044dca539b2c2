/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to this device and not to a courier: its scan engine and its camera (the GSettings schema). */
#pragma once

#include "ds-viewfinder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): %NULL where the schema is not installed; everything then has its default. */
GSettings *ds_preferences_new (void);

/* Has this process keep its own preferences from now on, beginning with those that are kept, and forget them at its end:
 * what is tried in practice changes nothing at work. Before the first ds_preferences_new(). */
void ds_preferences_keep_apart (void);

/**
 * ds_preferences_lead_camera:
 * @preferences: (nullable): to be kept by the caller
 * @viewfinder: uses the camera that was chosen from now on, and another one as soon as that is chosen
 */
void ds_preferences_lead_camera (GSettings *preferences, DsViewfinder *viewfinder);

G_END_DECLS
