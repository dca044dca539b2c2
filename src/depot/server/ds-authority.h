/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's own certificate authority and the server certificate it issues (RFC 5280; EC P-256, SHA-256).
 *
 * Handhelds pin the authority at enrolment, so it must outlive them; the server certificate is renewed under it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DsAuthority DsAuthority;

/**
 * ds_authority_open:
 * @directory: where ca.pem, ca-key.pem, server.pem and server-key.pem live; it must exist
 * @host: (nullable): a further name or address of the server; loopback is always certified
 * @now_s: the real time, seconds since 1970-01-01 UTC: clients check certificates against it
 * @error: %DS_ERROR_STORAGE, %DS_ERROR_CRYPTO, or %DS_ERROR_INVALID for a @host that is none
 *
 * Makes what is missing, with file mode 0600, and renews the server certificate when it ends within 30 days or
 * does not name @host.
 *
 * Returns: (transfer full) (nullable): the authority
 */
DsAuthority *ds_authority_open (const char *directory, const char *host, gint64 now_s, GError **error);
void ds_authority_free (DsAuthority *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsAuthority, ds_authority_free)

/* Does so once more, for a process that runs on for months. @renewed: (out): whether the server's certificate is another one
 * now. */
gboolean ds_authority_renew (DsAuthority *self, gint64 now_s, gboolean *renewed, GError **error);

/* Returns: (transfer none): the authority's certificate. */
const char *ds_authority_get_ca_pem (DsAuthority *self);

/* Returns: (transfer none): SHA-256 of the DER of the authority's certificate, base64url: what handhelds pin. */
const char *ds_authority_get_pin (DsAuthority *self);

/* Returns: (transfer none): server certificate with its key and the authority behind it, for a TLS server. */
GTlsCertificate *ds_authority_get_server_certificate (DsAuthority *self);

G_END_DECLS
