/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to depots as an interface, so that a whole company can run over a network of its own. */
#pragma once

#include "ds-clock.h"
#include "ds-tls-trust.h"

#include <gio/gio.h>
#include <jansson.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define DS_MEDIA_JSON "application/json"
#define DS_MEDIA_NDJSON "application/x-ndjson"
#define DS_MEDIA_BYTES "application/octet-stream"

/**
 * DsHttpRequest:
 * @method: "GET", "POST", "PUT"
 * @path: beginning with a slash, with its query
 * @token: (nullable): the bearer token
 * @media: (nullable): the media type of @body
 * @body: (nullable): what to send
 * @accept: the media type of a good reply
 * @max_bytes: a longer reply is refused; counted after decompression
 * @timeout_ms: without a byte in either direction
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *token;
  const char *media;
  GBytes *body;
  const char *accept;
  gsize max_bytes;
  guint timeout_ms;
} DsHttpRequest;

/**
 * DsHttpReply:
 * @status: the HTTP status
 * @headers: the reply's
 * @body: the whole body, decompressed
 * @problem: (nullable): for a refusal, the stable name ("fork") from problem+json
 * @members: (nullable): for a refusal, the problem's members
 * @retry_after_s: what the server asks us to wait, or -1
 *
 * A whole reply, which need not be a good one: see ds_http_reply_check(). Read-only; of one thread.
 */
typedef struct
{
  guint status;
  SoupMessageHeaders *headers;
  GBytes *body;
  char *problem;
  json_t *members;
  gint64 retry_after_s;
} DsHttpReply;

/**
 * ds_http_reply_new:
 * @headers: the reply's
 * @body: (transfer full): its whole body, decompressed
 * @accept: the media type of a good reply
 * @error: %DS_ERROR_PROTOCOL when a good status comes with something else, such as a portal's page
 *
 * Returns: (transfer full) (nullable): the reply
 */
DsHttpReply *ds_http_reply_new (guint status,
                                SoupMessageHeaders *headers,
                                GBytes *body,
                                const char *accept,
                                GError **error);
DsHttpReply *ds_http_reply_ref (DsHttpReply *self);
void ds_http_reply_unref (DsHttpReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsHttpReply, ds_http_reply_unref)

/**
 * ds_http_reply_check:
 * @self: a whole reply
 * @error: %DS_ERROR_UNAUTHORISED for 401; %DS_ERROR_CONFLICT for 409; %DS_ERROR_NETWORK for 429 and 5xx, after
 *   which nothing is known; %DS_ERROR_PROTOCOL for a redirect; %DS_ERROR_REFUSED otherwise
 *
 * Returns: whether the depot did what was asked (2xx)
 */
gboolean ds_http_reply_check (DsHttpReply *self, GError **error);

/* Returns: (transfer full) (nullable): the body as a JSON object, or %NULL with a %DS_ERROR_PROTOCOL. */
json_t *ds_http_reply_parse (DsHttpReply *self, GError **error);

/* Returns: the header @name as a number from 0, or -1 when it is missing or none. */
gint64 ds_http_reply_get_number (DsHttpReply *self, const char *name);

#define DS_TYPE_TRANSPORT (ds_transport_get_type ())
G_DECLARE_INTERFACE (DsTransport, ds_transport, DS, TRANSPORT, GObject)

/**
 * DsTransport: the way to one depot, whose certificate is checked. Main thread only.
 */
struct _DsTransportInterface
{
  GTypeInterface parent;

  void (*request_async) (DsTransport *self,
                         const DsHttpRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  DsHttpReply *(*request_finish) (DsTransport *self, GAsyncResult *result, gboolean *reached, GError **error);
};

/**
 * ds_transport_request_async:
 * @request: copied as far as it is needed
 *
 * Sends one request. It may reach the server twice when a kept-open connection turns out to be dead, so every
 * request must bear repeating; all of Doorstep's do.
 */
void ds_transport_request_async (DsTransport *self,
                                 const DsHttpRequest *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * ds_transport_request_finish:
 * @reached: (out) (optional): whether a trusted connection stood, so that the server may have acted
 * @error: %DS_ERROR_NETWORK when no whole reply came; %DS_ERROR_CRYPTO when the server is not the depot;
 *   %DS_ERROR_PROTOCOL when the reply is no depot's; %DS_ERROR_OVERFLOW when it is too long; %G_IO_ERROR_CANCELLED
 *
 * One cut is beyond it: libsoup 3.2 takes a chunked body, compressed or not, for whole wherever the connection
 * ends. A JSON object shows it by itself; whoever reads lines must know from elsewhere which is the last.
 *
 * Returns: (transfer full) (nullable): a whole reply of the expected media type, or a refusal
 */
DsHttpReply *
ds_transport_request_finish (DsTransport *self, GAsyncResult *result, gboolean *reached, GError **error);

#define DS_TYPE_NETWORK (ds_network_get_type ())
G_DECLARE_INTERFACE (DsNetwork, ds_network, DS, NETWORK, GObject)

/**
 * DsNetwork::changed (): connections over the network as it was are as good as dead
 */
struct _DsNetworkInterface
{
  GTypeInterface parent;

  DsTransport *(*connect) (DsNetwork *self, const char *address, DsTlsTrust *trust, GError **error);
};

/**
 * ds_network_connect:
 * @address: the depot's base URL, https only
 * @trust: (transfer full): by whom its certificate must be signed
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Sends nothing yet.
 *
 * Returns: (transfer full) (nullable): the way to that depot
 */
DsTransport *ds_network_connect (DsNetwork *self, const char *address, DsTlsTrust *trust, GError **error);

/* For implementations: emits DsNetwork::changed. */
void ds_network_emit_changed (DsNetwork *self);

/**
 * ds_network_new_system:
 * @clock: by which it loses patience
 *
 * Returns: (transfer full): the machine's own network, with DsHttp for its transport
 */
DsNetwork *ds_network_new_system (DsClock *clock);

G_END_DECLS
