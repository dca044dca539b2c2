/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-tls-trust.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <glib/gi18n.h>

/* A chain longer than this is somebody's prank. */
#define MAX_CHAIN 8

struct _DsTlsTrust
{
  GTlsCertificate *ca; /* (nullable): the authority, or */
  char *pin;           /* (nullable): its digest */
};

void
ds_tls_trust_free (DsTlsTrust *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->ca);
  g_free (self->pin);
  g_free (self);
}

DsTlsTrust *
ds_tls_trust_new_for_ca (const char *ca_pem, GError **error)
{
  g_autoptr (DsTlsTrust) self = g_new0 (DsTlsTrust, 1);
  g_autoptr (GError) problem = NULL;

  self->ca = g_tls_certificate_new_from_pem (ca_pem, -1, &problem);
  if (self->ca == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Not a certificate: %s", problem->message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

DsTlsTrust *
ds_tls_trust_new_for_pin (const char *pin)
{
  DsTlsTrust *self = g_new0 (DsTlsTrust, 1);

  self->pin = g_strdup (pin);
  return self;
}

char *
ds_tls_pin_from_certificate (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize n = sizeof digest;

  g_object_get (certificate, "certificate", &der, NULL);
  g_checksum_update (checksum, der->data, der->len);
  g_checksum_get_digest (checksum, digest, &n);
  return ds_base64url_encode (digest, n);
}

/* The pinned certificate, if the server sent it along. */
static GTlsCertificate *
find_pinned (const char *pin, GTlsCertificate *peer)
{
  GTlsCertificate *certificate = peer;

  for (guint i = 0; certificate != NULL && i < MAX_CHAIN; i++)
    {
      g_autofree char *its_pin = ds_tls_pin_from_certificate (certificate);

      if (g_str_equal (its_pin, pin))
        return certificate;
      certificate = g_tls_certificate_get_issuer (certificate);
    }
  return NULL;
}

static const char *
describe_flags (GTlsCertificateFlags flags)
{
  /* A stranger's certificate is a stranger's whatever its dates are: the gravest first. */
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return _ ("What answered is not the depot. This network may want you to sign in first.");
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return _ ("The depot's certificate is for another address.");
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return _ ("The depot's certificate has expired, or this handheld's date is wrong.");
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return _ ("The depot's certificate is not valid yet: check this handheld's date.");
  return _ ("The depot's certificate cannot be trusted.");
}

gboolean
ds_tls_trust_check (DsTlsTrust *self, GTlsCertificate *peer, GSocketConnectable *identity, GError **error)
{
  GTlsCertificate *ca = self->ca;
  GTlsCertificateFlags flags;

  if (ca == NULL)
    ca = find_pinned (self->pin, peer);

  flags = ca != NULL ? g_tls_certificate_verify (peer, identity, ca) : G_TLS_CERTIFICATE_UNKNOWN_CA;
  if (flags == G_TLS_CERTIFICATE_NO_FLAGS)
    return TRUE;

  g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, describe_flags (flags));
  return FALSE;
}
