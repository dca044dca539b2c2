/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person at a desktop whom xdg-desktop-portal asks whether an application may use the camera
 * (org.freedesktop.impl.portal.Access), on the test's own bus and in a thread of its own. */
#pragma once

#include <gio/gio.h>

typedef struct _AccessBackend AccessBackend;

/* Writes into @folder what leads xdg-desktop-portal to it (XDG_DESKTOP_PORTAL_DIR). */
AccessBackend *access_backend_start (const char *bus_address, const char *folder);
void access_backend_set_allows (AccessBackend *self, gboolean allows);
/* Returns: how often it was asked. */
guint access_backend_count (AccessBackend *self);
void access_backend_stop (AccessBackend *self);
