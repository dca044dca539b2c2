/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device side of the depot, whatever carries requests and replies: the routes of data/api/openapi.yaml. */
#pragma once

#include "ds-depot-private.h"

G_BEGIN_DECLS

/* No body is longer. */
#define DS_DEPOT_MAX_BODY_BYTES (8 * 1024 * 1024)

/**
 * DsDepotRequest:
 * @path: without its query
 * @query: (nullable) (element-type utf8 utf8)
 * @token: (nullable): the bearer token
 * @takes_gzip: the reply may be compressed
 * @body: (nullable): all of it
 */
typedef struct
{
  const char *method;
  const char *path;
  GHashTable *query;
  const char *token;
  gboolean takes_gzip;
  GBytes *body;
} DsDepotRequest;

/**
 * DsDepotReply:
 * @status: the HTTP status
 * @headers: the content's type and encoding, and what belongs to the route
 * @body: (nullable)
 * @device_id: (nullable): whose request it answers
 * @slept_us: how long it slept for want of news
 */
typedef struct
{
  guint status;
  SoupMessageHeaders *headers;
  GBytes *body;
  char *device_id;
  gint64 slept_us;
} DsDepotReply;

void ds_depot_reply_free (DsDepotReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDepotReply, ds_depot_reply_free)

void ds_depot_reply_set_trouble (DsDepot *self, DsDepotReply *reply, const DsTrouble *trouble);

/**
 * ds_depot_answer_async:
 * @request: copied
 * @cancellable: (nullable): ends a long poll
 *
 * Answers a handheld: at once, or a long poll when there is news. Needs no server.
 */
void ds_depot_answer_async (DsDepot *self,
                            const DsDepotRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Returns: (transfer full) (nullable): the reply; %NULL only when the depot closed or nobody waits any more. */
DsDepotReply *ds_depot_answer_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * DsExchange:
 * @request: what was sent
 * @device: (nullable): whose token it carries, for routes that need one
 * @object: (nullable): the body as JSON, for routes that take an object
 * @tail: (nullable): what stands in the path in place of its last part
 * @reply: what it is answered with
 * @trouble: (nullable): what another thread could not do
 * @comes_later: somebody else returns the reply, and may be filling it on another thread
 * @task: (transfer none): whose data this is
 *
 * One request being answered.
 */
typedef struct
{
  DsDepotRequest request;
  DsDevice *device;
  json_t *object;
  const char *tail;
  DsDepotReply *reply;
  DsTrouble *trouble;
  gboolean comes_later;
  GTask *task;
} DsExchange;

/**
 * DsRoute:
 * @path: as in the contract; a last part in braces stands for anything
 * @needs_token: only for an enrolled handheld
 * @takes_object: the body is one JSON object
 * @max_body_bytes: more is refused unread
 * @answer: fills the reply, now or later, or returns %FALSE with a trouble
 */
typedef struct
{
  const char *method;
  const char *path;
  gboolean needs_token;
  gboolean takes_object;
  gsize max_body_bytes;
  gboolean (*answer) (DsDepotService *self, DsExchange *exchange, DsTrouble **trouble);
} DsRoute;

/* All routes; ends with one that has no method. */
extern const DsRoute ds_depot_routes[];

/* @tail: (out): what stands for the path's last part in braces. Returns: (nullable): %NULL with a trouble. */
const DsRoute *ds_depot_find_route (const char *method,
                                    const char *path,
                                    SoupMessageHeaders *reply_headers,
                                    const char **tail,
                                    DsTrouble **trouble);

void ds_depot_refuse_size (DsTrouble **trouble, gsize max_bytes);

/* ds-depot-blobs.c: keeps what was sent, durably. On any thread, one at a time. */
gboolean ds_depot_keep_blob (const char *directory, DsExchange *exchange, DsTrouble **trouble);

G_END_DECLS
