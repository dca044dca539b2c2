/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a sandbox wallet signs what it asks of the sandbox bank. */
#pragma once

#include "ds-json.h"
#include "ds-key.h"

G_BEGIN_DECLS

/* How far a request's "at_ms" may lie from the bank's clock. */
#define DS_SANDBOX_REQUEST_LIFE_MS (5 * 60 * 1000)

/**
 * ds_sandbox_request_sign:
 * @key: the wallet's key pair
 * @call: "POST /sandbox/v1/pay" and so on, so that no request serves as another
 * @body: the request; gets the member "signature"
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * The signature covers @call and every member of @body: its text without white space, members in the order of
 * their names. The members stay readable beside the signature, which a JWS would hide; both ends run this code,
 * so they agree on that text.
 *
 * Returns: whether @body is signed
 */
gboolean ds_sandbox_request_sign (DsKey *key, const char *call, json_t *body, GError **error);

/* Returns: whether @body's member "signature" is @key's over @call and all its other members. */
gboolean ds_sandbox_request_verify (DsKey *key, const char *call, json_t *body);

G_END_DECLS
