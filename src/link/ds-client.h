/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests in the handheld's own name: each carries a bearer token, got with a signed assertion and kept in memory. */
#pragma once

#include "ds-network.h"
#include "ds-store.h"

G_BEGIN_DECLS

#define DS_TYPE_CLIENT (ds_client_get_type ())
G_DECLARE_FINAL_TYPE (DsClient, ds_client, DS, CLIENT, GObject)

/**
 * ds_client_new:
 * @store: enrolled; gives identity, key and the trusted time
 * @network: the way to the depot
 * @clock: measures the token's life
 * @random: for nonces
 * @timeout_ms: patience with a token request
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a client for the depot that @store is enrolled with
 */
DsClient *ds_client_new (DsStore *store,
                         DsNetwork *network,
                         DsClock *clock,
                         DsRandom *random,
                         guint timeout_ms,
                         GError **error);

/**
 * ds_client_request_async:
 * @request: its strings must live until the end; its token is ignored
 *
 * Sends a request with a token, which is got first when there is none. A 401 gets a new token once.
 */
void ds_client_request_async (DsClient *self,
                              const DsHttpRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/* As ds_transport_request_finish(). When the depot refuses a token, that refusal is the reply. */
DsHttpReply *
ds_client_request_finish (DsClient *self, GAsyncResult *result, gboolean *reached, GError **error);

G_END_DECLS
