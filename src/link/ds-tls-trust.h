/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a connection to the depot is trusted by: the depot's own certificate authority and nobody else's. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DsTlsTrust DsTlsTrust;

void ds_tls_trust_free (DsTlsTrust *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTlsTrust, ds_tls_trust_free)

/**
 * ds_tls_trust_new_for_ca:
 * @ca_pem: the authority's certificate
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): trust in that authority
 */
DsTlsTrust *ds_tls_trust_new_for_ca (const char *ca_pem, GError **error);

/**
 * ds_tls_trust_new_for_pin:
 * @pin: SHA-256 of the authority's DER, base64url without padding, as an enrolment code carries it
 *
 * Before enrolment the authority itself is not known yet: it is taken from the chain the server sends.
 *
 * Returns: (transfer full): trust in the authority with that digest
 */
DsTlsTrust *ds_tls_trust_new_for_pin (const char *pin);

/**
 * ds_tls_trust_check:
 * @self: whom to trust
 * @peer: the server's certificate with the chain it sent
 * @identity: the address that was asked for
 * @error: return location for a %DS_ERROR_CRYPTO that says in words what is wrong
 *
 * Returns: whether @peer is valid now, names @identity, and leads to the trusted authority
 */
gboolean
ds_tls_trust_check (DsTlsTrust *self, GTlsCertificate *peer, GSocketConnectable *identity, GError **error);

/* Returns: (transfer full): the pin of a certificate. */
char *ds_tls_pin_from_certificate (GTlsCertificate *certificate);

G_END_DECLS
