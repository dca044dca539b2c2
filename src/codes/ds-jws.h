/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JWS in compact form (RFC 7515 section 7.1) with alg "SM2SM3": raw r‖s over the ASCII of the first two parts. */
#pragma once

#include "ds-key.h"

G_BEGIN_DECLS

/* The longest JWS that is read: the statement of a counter's seven thousand payments, or the trial balance of thirty thousand
 * couriers. A page of the feed, of 8 MiB, has room for it. */
#define DS_JWS_MAX_BYTES (4 * 1024 * 1024)

/**
 * ds_jws_sign:
 * @key: a key pair
 * @kid: names the key: the device's id, or "depot"
 * @payload: (array length=n): the bytes to carry
 * @n: how many
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): header.payload.signature, one line of ASCII. Any thread.
 */
char *ds_jws_sign (DsKey *key, const char *kid, const void *payload, gsize n, GError **error);

/**
 * ds_jws_read:
 * @text: (array length=n): header.payload.signature
 * @n: its length, or -1 if it ends with a NUL
 * @kid: (out) (optional) (transfer full): the header's kid
 * @payload: (out) (optional) (transfer full): the payload's bytes
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Takes a JWS apart without verifying it. Header members other than alg and kid are refused ("crit" included).
 *
 * Returns: whether @text is a JWS of ours. Any thread.
 */
gboolean ds_jws_read (const char *text, gssize n, char **kid, GBytes **payload, GError **error);

/* As ds_jws_read(), and %DS_ERROR_CRYPTO unless the signature is @key's. */
gboolean ds_jws_verify (DsKey *key, const char *text, gssize n, char **kid, GBytes **payload, GError **error);

G_END_DECLS
