/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transport to one depot over HTTPS: pinned TLS, bounded reply, every failure in words. */
#pragma once

#include "ds-network.h"

G_BEGIN_DECLS

#define DS_TYPE_HTTP (ds_http_get_type ())
G_DECLARE_FINAL_TYPE (DsHttp, ds_http, DS, HTTP, GObject)

/**
 * ds_http_new:
 * @address: the depot's base URL, https only
 * @trust: (transfer full): by whom its certificate must be signed
 * @clock: by which it loses patience
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Without cookies, cache, redirects, proxies, authentication dialogues and web sockets. Main thread only.
 *
 * Returns: (transfer full) (nullable): a DsTransport to that one depot
 */
DsHttp *ds_http_new (const char *address, DsTlsTrust *trust, DsClock *clock, GError **error);

G_END_DECLS
