/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TLS server that answers with exactly the bytes it is told, right or wrong. */
#pragma once

#include <gio/gio.h>

typedef struct _RawServer RawServer;

/**
 * raw_server_new:
 * @certificate: with its key and chain
 * @ip: a loopback address
 *
 * Listens on a free port, in threads of its own; each request wakes the default main context.
 */
RawServer *raw_server_new (GTlsCertificate *certificate, const char *ip);
void raw_server_free (RawServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawServer, raw_server_free)

/* Returns: (transfer none): "https://ip:port". */
const char *raw_server_get_address (RawServer *self);

/* What the next requests get, each on a connection of its own that is then closed; %NULL: silence until the
 * client goes away. */
void raw_server_set_reply (RawServer *self, const char *reply);

/* The same with bytes that need not be text. */
void raw_server_set_reply_bytes (RawServer *self, GBytes *reply);

/* The same, followed by an endless stream of spaces. */
void raw_server_set_endless_reply (RawServer *self, const char *head);

guint raw_server_get_n_requests (RawServer *self);

/* Returns: (transfer full) (nullable): the last request as it came: head and body. */
char *raw_server_dup_request (RawServer *self);
