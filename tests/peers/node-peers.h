/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The npm packages of package.json, asked through npm-peers.js in a process of their own. */
#pragma once

#include <jansson.h>

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NodePeers NodePeers;

/**
 * node_peers_start:
 * @why_not: (out) (transfer full): a sentence, where there is no npm or no network
 *
 * Fetches the packages into the build folder if they are not there yet.
 *
 * Returns: (transfer full) (nullable): the process that answers
 */
NodePeers *node_peers_start (char **why_not);
void node_peers_free (NodePeers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodePeers, node_peers_free)

/**
 * node_peers_ask:
 * @question: (transfer full): see npm-peers.js
 *
 * Returns: (transfer full): its answer, an object; {"error": …} where the package threw
 */
json_t *node_peers_ask (NodePeers *self, json_t *question);

/* Prints what makes meson count the program as skipped. Returns: the exit status for it. */
int node_peers_skip (const char *why_not);

G_END_DECLS
