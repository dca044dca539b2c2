/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to this device and not to a courier: its scan engine and its camera (the GSettings schema). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): %NULL where the schema is not installed; everything then has its default. */
GSettings *ds_preferences_new (void);

G_END_DECLS
