/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The camera portal of a desktop, as an application sees it (org.freedesktop.portal.Camera), on the test's own bus and
 * in a thread of its own. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  MOCK_PORTAL_ALLOWS,
  MOCK_PORTAL_DENIES,
  MOCK_PORTAL_HAS_NO_CAMERA,
  MOCK_PORTAL_SAYS_NOTHING, /* the person looks at the question and does not answer */
} MockPortalMood;

typedef struct _MockPortal MockPortal;

/* @pipewire: the path of PipeWire's socket: a connection to it is what an application is given. */
MockPortal *mock_portal_start (const char *bus_address, const char *pipewire);
void mock_portal_set_mood (MockPortal *self, MockPortalMood mood);
/* Returns: how often it was asked for the camera. */
guint mock_portal_count_requests (MockPortal *self);
void mock_portal_stop (MockPortal *self);
