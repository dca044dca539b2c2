/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP request to the depot: pinned TLS, bounded reply, every failure in words. */
#pragma once

#include "ds-tls-trust.h"

#include <gio/gio.h>
#include <jansson.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define DS_MEDIA_JSON "application/json"
#define DS_MEDIA_NDJSON "application/x-ndjson"

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

#define DS_TYPE_HTTP (ds_http_get_type ())
G_DECLARE_FINAL_TYPE (DsHttp, ds_http, DS, HTTP, GObject)

/**
 * ds_http_new:
 * @address: the depot's base URL, https only
 * @trust: (transfer full): by whom its certificate must be signed
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Without cookies, cache, redirects, proxies, authentication dialogues and web sockets. Main thread only.
 *
 * Returns: (transfer full) (nullable): a client for that one depot
 */
DsHttp *ds_http_new (const char *address, DsTlsTrust *trust, GError **error);

/**
 * ds_http_request_async:
 * @request: copied as far as it is needed
 *
 * Sends one request. It may reach the server twice when a kept-open connection turns out to be dead, so every
 * request must bear repeating; all of Doorstep's do.
 */
void ds_http_request_async (DsHttp *self,
                            const DsHttpRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/**
 * ds_http_request_finish:
 * @reached: (out) (optional): whether a trusted connection stood, so that the server may have acted
 * @error: %DS_ERROR_NETWORK when no whole reply came; %DS_ERROR_CRYPTO when the server is not the depot;
 *   %DS_ERROR_PROTOCOL when the reply is no depot's; %DS_ERROR_OVERFLOW when it is too long; %G_IO_ERROR_CANCELLED
 *
 * One cut is beyond it: libsoup 3.2 takes a chunked body, compressed or not, for whole wherever the connection
 * ends. A JSON object shows it by itself; whoever reads lines must know from elsewhere which is the last.
 *
 * Returns: (transfer full) (nullable): a whole reply of the expected media type, or a refusal
 */
DsHttpReply *ds_http_request_finish (DsHttp *self, GAsyncResult *result, gboolean *reached, GError **error);

G_END_DECLS
