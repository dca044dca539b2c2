/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bad line between handheld and depot: passes TCP on, sees nothing of what TLS hides, and misbehaves on request. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _Proxy Proxy;

/* @upstream: "https://127.0.0.1:PORT". Listens on a free port of loopback. */
Proxy *proxy_new (const char *upstream);
void proxy_free (Proxy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Proxy, proxy_free)

/* Returns: (transfer none): "https://127.0.0.1:PORT". */
const char *proxy_get_address (Proxy *self);

/* From now on what the depot says is lost, while its connections stay. */
void proxy_swallow_replies (Proxy *self, gboolean swallow);

/* Ends every connection after so many bytes of replies, counted anew for each; -1 for never. Drops those there are. */
void proxy_cut_replies_after (Proxy *self, gint64 n_bytes);

/* The same for requests. */
void proxy_cut_requests_after (Proxy *self, gint64 n_bytes);

/* Returns: how many connections were cut so. */
guint proxy_get_n_cuts (Proxy *self);

G_END_DECLS
