/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operators that a handheld trusts: a list signed by the depot, with key rotation and revocation. */
#pragma once

#include "ds-key.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _DsTrustList DsTrustList;

#define DS_TYPE_TRUST_LIST (ds_trust_list_get_type ())
GType ds_trust_list_get_type (void);
DsTrustList *ds_trust_list_ref (DsTrustList *self);
void ds_trust_list_unref (DsTrustList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTrustList, ds_trust_list_unref)

/**
 * DsTrustedOperator:
 * @id: 3 ASCII digits: the operator's number in payer codes and evidence
 * @name: (transfer none): as people know it
 *
 * Borrowed from its list.
 */
typedef struct
{
  const char *id;
  const char *name;
} DsTrustedOperator;

/**
 * ds_trust_list_new_from_jws:
 * @jws: the "jws" of an "operators" feed item
 * @depot_key: the depot's public key
 * @error: return location for a %DS_ERROR_INVALID or %DS_ERROR_CRYPTO
 *
 * The payload: `{"version":N, "issued_at_ms":N, "operators":[{"id":"003","name":"…","keys":[{"public_key":"04…",
 * "not_before_ms":N, "not_after_ms":N, "revoked":false}]}]}`, and `"practice":true` in a list of operators that move
 * no real money.
 *
 * Returns: (transfer full) (nullable): the list; immutable, any thread
 */
DsTrustList *ds_trust_list_new_from_jws (const char *jws, DsKey *depot_key, GError **error);

/* The depot's side: the JWS for a payload as above. */
char *ds_trust_list_sign (json_t *payload, DsKey *depot_key, GError **error);

gint64 ds_trust_list_get_version (DsTrustList *self);
gint64 ds_trust_list_get_issued_at_ms (DsTrustList *self);
/* Whether its operators are for practice. */
gboolean ds_trust_list_get_practice (DsTrustList *self);
guint ds_trust_list_get_n_operators (DsTrustList *self);
/* Returns: (transfer none): the operator at @i. */
const DsTrustedOperator *ds_trust_list_get_operator (DsTrustList *self, guint i);
/* Returns: (transfer none) (nullable) */
const DsTrustedOperator *ds_trust_list_find_operator (DsTrustList *self, const char *operator_id);

/**
 * ds_trust_list_verify:
 * @self: the list
 * @operator_id: whose signature it should be
 * @at_s: when it was signed: only keys valid then and not revoked count
 * @data: (array length=n): what was signed
 * @n: how many bytes
 * @signature: raw r‖s
 * @known: (out) (optional): whether the operator has any key valid then
 *
 * Returns: whether one of the operator's keys made the signature
 */
gboolean ds_trust_list_verify (DsTrustList *self,
                               const char *operator_id,
                               gint64 at_s,
                               const void *data,
                               gsize n,
                               const guint8 signature[DS_SM2_SIGNATURE_SIZE],
                               gboolean *known);

G_END_DECLS
