/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All keys of a depot with what binds them to each other, for whoever knows one of them and meets another's signature.
 *
 * A JSON object: "announcements", a JWS of each key but the first, signed by the one before it (ds-depot-key.h), in order;
 * and "list", a JWS by the newest over {"depot_keys":[{"number", "public_key", "from_ms", "until_ms"}]}. An older key
 * leads to newer ones by the announcements. The other way needs the list: an announcement is signed by the older key alone,
 * and anybody could announce somebody else's key as the one after their own. */
#pragma once

#include "ds-jws.h"

#include <jansson.h>

G_BEGIN_DECLS

/**
 * ds_key_chain_sign_list:
 * @keys: [{"number", "public_key", "from_ms", "until_ms"}]
 * @newest: the pair of the last of them
 *
 * Returns: (transfer full) (nullable): the "list"
 */
char *ds_key_chain_sign_list (json_t *keys, DsKey *newest, GError **error);

/**
 * ds_key_chain_find:
 * @chain: (nullable): such an object, from anybody
 * @known: a key of the depot's that is known from elsewhere
 * @jws: what somebody signed
 * @until_ms: (out) (optional): what the key signed later than this is not the depot's
 *
 * Pure; any thread.
 *
 * Returns: (transfer full) (nullable): the key that signed @jws, when it is @known or @known vouches for it
 */
DsKey *ds_key_chain_find (json_t *chain, DsKey *known, const char *jws, gint64 *until_ms);

G_END_DECLS
