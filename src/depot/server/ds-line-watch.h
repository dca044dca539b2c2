/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hangs up on clients who hold a connection and let nothing come over it. */
#pragma once

#include "ds-clock.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * DsLineWatch:
 *
 * A client who connects and says nothing, sends a request's head byte by byte, stops in the middle of a body, or does not
 * take its reply, keeps a descriptor and memory; so does one whose radio died. libsoup 3.2 waits for ever.
 *
 * On the thread of the server.
 */
typedef struct _DsLineWatch DsLineWatch;

/**
 * ds_line_watch_new:
 * @server: outlives the watch
 * @limit_s: longer than @server takes for any reply. A request's head has this time for all of it, from the end of the
 *   request before it on; a body and a reply for each of their parts. Up to a half more until it is noticed
 *
 * Returns: (transfer full)
 */
DsLineWatch *ds_line_watch_new (SoupServer *server, DsClock *clock, guint limit_s);
void ds_line_watch_free (DsLineWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsLineWatch, ds_line_watch_free)

G_END_DECLS
