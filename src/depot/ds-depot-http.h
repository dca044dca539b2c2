/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device side of the depot over HTTPS: the routes of data/api/openapi.yaml. */
#pragma once

#include "ds-depot-private.h"

G_BEGIN_DECLS

/**
 * DsExchange:
 * @message: the request and its reply
 * @device: (nullable): whose token it carries, for routes that need one
 * @body: what was sent
 * @object: (nullable): the body as JSON, for routes that take an object
 * @query: (nullable): the query's members
 * @tail: (nullable): what stands in the path in place of its last part
 *
 * One request being answered.
 */
typedef struct
{
  SoupServerMessage *message;
  DsDevice *device;
  GBytes *body;
  json_t *object;
  GHashTable *query;
  const char *tail;
} DsExchange;

/**
 * DsRoute:
 * @path: as in the contract; a last part in braces stands for anything
 * @needs_token: only for an enrolled handheld
 * @takes_object: the body is one JSON object
 * @max_body_bytes: more is refused unread
 * @answer: fills the reply, or returns %FALSE with a trouble
 */
typedef struct
{
  const char *method;
  const char *path;
  gboolean needs_token;
  gboolean takes_object;
  gsize max_body_bytes;
  gboolean (*answer) (DsDepotHttp *self, DsExchange *exchange, DsTrouble **trouble);
} DsRoute;

/* All routes; ends with one that has no method. */
extern const DsRoute ds_depot_routes[];

G_END_DECLS
