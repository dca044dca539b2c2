/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-authority.h"
#include "ds-error.h"

#include <glib/gstdio.h>

#define DAY_S (24 * 60 * 60)

static const char *
get_directory (void)
{
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  return g_get_user_data_dir ();
}

static DsAuthority *
open_authority (const char *host, gint64 now_s)
{
  g_autoptr (GError) error = NULL;
  DsAuthority *authority = ds_authority_open (get_directory (), host, now_s, &error);

  g_assert_no_error (error);
  return authority;
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static GTlsCertificateFlags
verify (DsAuthority *authority, const char *host)
{
  g_autoptr (GTlsCertificate) ca
      = g_tls_certificate_new_from_pem (ds_authority_get_ca_pem (authority), -1, NULL);
  g_autoptr (GSocketConnectable) identity = g_network_address_new (host, 443);

  return g_tls_certificate_verify (ds_authority_get_server_certificate (authority), identity, ca);
}

static void
test_certify (void)
{
  g_autoptr (DsAuthority) authority = open_authority (NULL, now ());
  g_autoptr (DsAuthority) named = NULL;

  g_assert_cmpuint (verify (authority, "127.0.0.1"), ==, 0);
  g_assert_cmpuint (verify (authority, "localhost"), ==, 0);
  g_assert_cmpuint (verify (authority, "::1"), ==, 0);
  g_assert_cmpuint (verify (authority, "depot.example"), ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
  g_assert_nonnull (
      g_tls_certificate_get_issuer (ds_authority_get_server_certificate (authority))); /* it is sent too */

  named = open_authority ("depot.example", now ());
  g_assert_cmpuint (verify (named, "depot.example"), ==, 0);
  g_assert_cmpuint (verify (named, "127.0.0.1"), ==, 0);
  g_assert_cmpstr (ds_authority_get_pin (named), ==, ds_authority_get_pin (authority));
}

static void
test_renew (void)
{
  g_autoptr (DsAuthority) first = open_authority (NULL, now () - 300 * DAY_S);
  g_autoptr (DsAuthority) kept = open_authority (NULL, now () - 10 * DAY_S);
  g_autoptr (DsAuthority) renewed = open_authority (NULL, now () + 80 * DAY_S);

  g_assert_true (g_tls_certificate_is_same (ds_authority_get_server_certificate (first),
                                            ds_authority_get_server_certificate (kept)));
  g_assert_false (g_tls_certificate_is_same (ds_authority_get_server_certificate (first),
                                             ds_authority_get_server_certificate (renewed)));
  g_assert_cmpstr (ds_authority_get_pin (first), ==, ds_authority_get_pin (renewed));
}

/* The same by a process that runs on, under the name that it was given. */
static void
test_renew_running (void)
{
  g_autoptr (DsAuthority) authority = open_authority ("depot.example", now () - 300 * DAY_S);
  g_autoptr (GError) error = NULL;
  gboolean renewed = TRUE;

  g_assert_true (ds_authority_renew (authority, now (), &renewed, &error));
  g_assert_no_error (error);
  g_assert_false (renewed);
  g_assert_true (ds_authority_renew (authority, now () + 80 * DAY_S, &renewed, &error));
  g_assert_true (renewed);
  g_assert_cmpuint (verify (authority, "depot.example"), ==, G_TLS_CERTIFICATE_NOT_ACTIVATED);
}

static void
test_files (void)
{
  const char *const names[] = { "ca.pem", "ca-key.pem", "server.pem", "server-key.pem" };
  g_autoptr (DsAuthority) authority = open_authority (NULL, now ());
  g_autofree char *key_path = g_build_filename (get_directory (), "ca-key.pem", NULL);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (get_directory (), names[i], NULL);
      GStatBuf status;

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
    }

  /* A lost key is told, never papered over with a new authority. */
  g_assert_cmpint (g_remove (key_path), ==, 0);
  g_assert_null (ds_authority_open (get_directory (), NULL, now (), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
}

static void
test_bad_hosts (void)
{
  const char *const hosts[] = { "", "a,DNS:b", "a b", "x:y" };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_authority_open (get_directory (), hosts[i], now (), &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/authority/certify", test_certify);
  g_test_add_func ("/authority/renew", test_renew);
  g_test_add_func ("/authority/renew-running", test_renew_running);
  g_test_add_func ("/authority/files", test_files);
  g_test_add_func ("/authority/bad-hosts", test_bad_hosts);
  return g_test_run ();
}
