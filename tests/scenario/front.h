/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nginx before the company's depot, as data/depot/nginx.conf says. */
#pragma once

#include "company.h"

G_BEGIN_DECLS

typedef struct
{
  char *directory;
  guint16 port;
  GSubprocess *nginx;
} Front;

/* @program: nginx. @upstream: (nullable): the "http://host:port" that it passes requests to; the depot itself by default.
 * @desk: (nullable): the address of the settlement desk */
Front *front_new (Company *company, const char *program, const char *upstream, const char *desk);
void front_free (Front *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Front, front_free)

/* A port that was free a moment ago. */
guint16 front_find_port (void);
/* Runs the main loop until something listens on the port. */
void front_wait_for_port (guint16 port);
/* A launcher of programs that end with the test. Returns: (transfer full) */
GSubprocessLauncher *front_launcher_new (void);

G_END_DECLS
