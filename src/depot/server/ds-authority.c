/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-authority.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <string.h>

#define DAY_S (24 * 60 * 60)
/* Handhelds pin the authority: it is made once and must not end before they do. */
#define CA_DAYS 7300
/* Apple and others refuse server certificates that live longer than 398 days. */
#define SERVER_DAYS 397
#define RENEW_DAYS 30
#define MAX_PEM_BYTES (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)

struct _DsAuthority
{
  char *directory;
  char *host; /* (nullable) */
  X509 *ca;
  EVP_PKEY *ca_key;
  char *ca_pem;
  char *pin;
  GTlsCertificate *server;
};

static gboolean
fail_crypto (const char *what, GError **error)
{
  char text[256];

  ERR_error_string_n (ERR_get_error (), text, sizeof text);
  ERR_clear_error ();
  g_set_error (error, DS_ERROR, DS_ERROR_CRYPTO, "The %s could not be made: %s", what, text);
  return FALSE;
}

/* Files */

static gboolean
save_pem (DsAuthority *self, const char *name, const char *pem, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, name, NULL);
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents_full (path, pem, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &problem))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be written: %s", path, problem->message);
  return FALSE;
}

/* A missing file is no error: @pem is %NULL then. */
static gboolean
load_pem (DsAuthority *self, const char *name, char **pem, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, name, NULL);
  g_autoptr (GError) problem = NULL;
  gsize n;

  *pem = NULL;
  if (g_file_get_contents (path, pem, &n, &problem))
    {
      if (n <= MAX_PEM_BYTES)
        return TRUE;
      g_clear_pointer (pem, g_free);
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” is too large to be a certificate or key", path);
      return FALSE;
    }
  if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be read: %s", path, problem->message);
  return FALSE;
}

static char *
bio_to_text (BIO *bio)
{
  char *data;
  long n = BIO_get_mem_data (bio, &data);

  return g_strndup (data, (gsize)n);
}

static char *
certificate_to_pem (X509 *certificate)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  return PEM_write_bio_X509 (bio, certificate) == 1 ? bio_to_text (bio) : NULL;
}

static char *
key_to_pem (EVP_PKEY *key)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  return PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) == 1 ? bio_to_text (bio) : NULL;
}

static X509 *
certificate_from_pem (const char *pem)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);

  return PEM_read_bio_X509 (bio, NULL, NULL, NULL);
}

/* A key of ours has no password: an empty one is answered instead of asking at the terminal. */
static EVP_PKEY *
key_from_pem (const char *pem)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  char no_password[] = "";

  return PEM_read_bio_PrivateKey (bio, NULL, NULL, no_password);
}

/* Certificates */

static gboolean
add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  g_autoptr (X509_EXTENSION) extension = NULL;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  return extension != NULL && X509_add_ext (certificate, extension, -1) == 1;
}

static gboolean
set_serial (X509 *certificate)
{
  guint8 bytes[8];
  guint64 serial = 0;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  for (gsize i = 0; i < sizeof bytes; i++)
    serial = serial << 8 | bytes[i];
  /* RFC 5280 section 4.1.2.2: positive. */
  return ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), (serial & G_MAXINT64) | 1) == 1;
}

/* Version, serial, names, times and key: what both kinds have in common. */
static X509 *
draft_certificate (const char *common_name, X509 *issuer, EVP_PKEY *key, gint64 now_s, gint64 days)
{
  g_autoptr (X509) certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);

  if (!set_serial (certificate) || X509_set_version (certificate, X509_VERSION_3) != 1
      || X509_NAME_add_entry_by_txt (name, "O", MBSTRING_UTF8, (const guint8 *)"Doorstep", -1, -1, 0) != 1
      || X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guint8 *)common_name, -1, -1, 0) != 1
      || X509_set_issuer_name (certificate, issuer ? X509_get_subject_name (issuer) : name) != 1
      /* A day back: a handheld whose clock is somewhat behind must still be able to enrol. */
      || ASN1_TIME_set (X509_getm_notBefore (certificate), now_s - DAY_S) == NULL
      || ASN1_TIME_set (X509_getm_notAfter (certificate), now_s + days * DAY_S) == NULL
      || X509_set_pubkey (certificate, key) != 1)
    return NULL;
  return g_steal_pointer (&certificate);
}

static gboolean
make_ca (DsAuthority *self, gint64 now_s, GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *pem = NULL;

  if (key != NULL)
    certificate = draft_certificate ("Doorstep depot authority", NULL, key, now_s, CA_DAYS);
  if (certificate == NULL
      || !add_extension (certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
      || !add_extension (certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign")
      || !add_extension (certificate, certificate, NID_subject_key_identifier, "hash")
      || X509_sign (certificate, key, EVP_sha256 ()) == 0)
    return fail_crypto ("certificate authority", error);

  /* The key first: a certificate without its key could never be used nor replaced. */
  key_pem = key_to_pem (key);
  pem = certificate_to_pem (certificate);
  if (!save_pem (self, "ca-key.pem", key_pem, error) || !save_pem (self, "ca.pem", pem, error))
    return FALSE;

  self->ca = g_steal_pointer (&certificate);
  self->ca_key = g_steal_pointer (&key);
  self->ca_pem = g_steal_pointer (&pem);
  return TRUE;
}

static gboolean
load_or_make_ca (DsAuthority *self, gint64 now_s, GError **error)
{
  g_autofree char *key_pem = NULL;

  if (!load_pem (self, "ca.pem", &self->ca_pem, error) || !load_pem (self, "ca-key.pem", &key_pem, error))
    return FALSE;
  if (self->ca_pem == NULL)
    return make_ca (self, now_s, error);

  /* Never made anew over an existing one: every enrolled handheld pins it. */
  self->ca = certificate_from_pem (self->ca_pem);
  self->ca_key = key_pem ? key_from_pem (key_pem) : NULL;
  if (self->ca == NULL || self->ca_key == NULL || X509_check_private_key (self->ca, self->ca_key) != 1)
    {
      ERR_clear_error ();
      g_set_error (error, DS_ERROR, DS_ERROR_CRYPTO,
                   "ca.pem and ca-key.pem in “%s” are damaged or do not belong together. Restore them from a "
                   "backup: enrolled handhelds trust no other",
                   self->directory);
      return FALSE;
    }
  return TRUE;
}

static gboolean
compute_pin (DsAuthority *self, GError **error)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint n;

  if (X509_digest (self->ca, EVP_sha256 (), digest, &n) != 1)
    return fail_crypto ("pin", error);
  self->pin = ds_base64url_encode (digest, n);
  return TRUE;
}

static gboolean
make_server (DsAuthority *self, const char *host, gint64 now_s, char **chain, char **key_pem, GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = NULL;
  g_autofree char *names = NULL;
  g_autofree char *pem = NULL;
  const char *loopback = "DNS:localhost,IP:127.0.0.1,IP:::1";

  names = host == NULL
              ? g_strdup (loopback)
              : g_strdup_printf ("%s,%s:%s", loopback, g_hostname_is_ip_address (host) ? "IP" : "DNS", host);
  if (key != NULL)
    certificate = draft_certificate ("Doorstep depot", self->ca, key, now_s, SERVER_DAYS);
  if (certificate == NULL
      || !add_extension (certificate, self->ca, NID_basic_constraints, "critical,CA:FALSE")
      || !add_extension (certificate, self->ca, NID_key_usage, "critical,digitalSignature")
      || !add_extension (certificate, self->ca, NID_ext_key_usage, "serverAuth")
      || !add_extension (certificate, self->ca, NID_subject_alt_name, names)
      || !add_extension (certificate, self->ca, NID_subject_key_identifier, "hash")
      || !add_extension (certificate, self->ca, NID_authority_key_identifier, "keyid")
      || X509_sign (certificate, self->ca_key, EVP_sha256 ()) == 0)
    return fail_crypto ("server certificate", error);

  pem = certificate_to_pem (certificate);
  *chain = g_strconcat (pem, self->ca_pem, NULL);
  *key_pem = key_to_pem (key);
  return save_pem (self, "server-key.pem", *key_pem, error) && save_pem (self, "server.pem", *chain, error);
}

/* Whether a server certificate that was made before will do: ours, not near its end, and for @host. */
static gboolean
server_is_usable (DsAuthority *self, const char *chain, const char *key_pem, const char *host, gint64 now_s)
{
  g_autoptr (X509) certificate = chain ? certificate_from_pem (chain) : NULL;
  g_autoptr (EVP_PKEY) key = key_pem ? key_from_pem (key_pem) : NULL;
  time_t soon = (time_t)(now_s + RENEW_DAYS * DAY_S);
  time_t now = (time_t)now_s;
  gboolean usable;

  usable = certificate != NULL && key != NULL && X509_check_private_key (certificate, key) == 1
           && X509_verify (certificate, self->ca_key) == 1
           && X509_cmp_time (X509_get0_notAfter (certificate), &soon) > 0
           && X509_cmp_time (X509_get0_notBefore (certificate), &now) < 0;
  if (usable && host != NULL)
    usable = g_hostname_is_ip_address (host) ? X509_check_ip_asc (certificate, host, 0) == 1
                                             : X509_check_host (certificate, host, 0, 0, NULL) == 1;
  ERR_clear_error ();
  return usable;
}

/* What was there before stays when it fails. */
static gboolean
load_or_make_server (DsAuthority *self, gint64 now_s, GError **error)
{
  g_autofree char *chain = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *all = NULL;
  g_autoptr (GError) problem = NULL;
  GTlsCertificate *server;

  if (!load_pem (self, "server.pem", &chain, error) || !load_pem (self, "server-key.pem", &key_pem, error))
    return FALSE;
  if (!server_is_usable (self, chain, key_pem, self->host, now_s))
    {
      g_clear_pointer (&chain, g_free);
      g_clear_pointer (&key_pem, g_free);
      if (!make_server (self, self->host, now_s, &chain, &key_pem, error))
        return FALSE;
    }

  all = g_strconcat (key_pem, chain, NULL);
  server = g_tls_certificate_new_from_pem (all, -1, &problem);
  if (server == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CRYPTO, "The server certificate cannot be used: %s",
                   problem->message);
      return FALSE;
    }
  g_clear_object (&self->server);
  self->server = server;
  return TRUE;
}

/* The name goes into an extension's text, where commas and colons have a meaning. */
static gboolean
host_is_plain (const char *host)
{
  if (g_hostname_is_ip_address (host))
    return TRUE;
  for (const char *c = host; *c; c++)
    {
      if (!g_ascii_isalnum (*c) && *c != '-' && *c != '.')
        return FALSE;
    }
  return *host != '\0' && strlen (host) <= 253;
}

DsAuthority *
ds_authority_open (const char *directory, const char *host, gint64 now_s, GError **error)
{
  g_autoptr (DsAuthority) self = NULL;

  g_return_val_if_fail (directory != NULL, NULL);

  if (host != NULL && !host_is_plain (host))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” is neither a host name nor an address", host);
      return NULL;
    }

  self = g_new0 (DsAuthority, 1);
  self->directory = g_strdup (directory);
  self->host = g_strdup (host);
  if (!load_or_make_ca (self, now_s, error) || !compute_pin (self, error)
      || !load_or_make_server (self, now_s, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
ds_authority_renew (DsAuthority *self, gint64 now_s, gboolean *renewed, GError **error)
{
  g_autoptr (GTlsCertificate) before = g_object_ref (self->server);

  if (!load_or_make_server (self, now_s, error))
    return FALSE;
  *renewed = !g_tls_certificate_is_same (before, self->server);
  return TRUE;
}

void
ds_authority_free (DsAuthority *self)
{
  g_free (self->directory);
  g_free (self->host);
  X509_free (self->ca);
  EVP_PKEY_free (self->ca_key);
  g_free (self->ca_pem);
  g_free (self->pin);
  g_clear_object (&self->server);
  g_free (self);
}

const char *
ds_authority_get_ca_pem (DsAuthority *self)
{
  return self->ca_pem;
}

const char *
ds_authority_get_pin (DsAuthority *self)
{
  return self->pin;
}

GTlsCertificate *
ds_authority_get_server_certificate (DsAuthority *self)
{
  return self->server;
}
