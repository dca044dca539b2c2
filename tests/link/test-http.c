/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-authority.h"
#include "ds-error.h"
#include "ds-network.h"
#include "ds-json.h"

#include "raw-server.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define DAY_S (24 * 60 * 60)

typedef struct
{
  DsAuthority *authority;
  RawServer *server;
  DsTransport *http;
} Fixture;

static DsAuthority *
open_authority (const char *name, gint64 age_days)
{
  g_autofree char *directory = g_build_filename (g_get_user_data_dir (), name, NULL);
  g_autoptr (GError) error = NULL;
  DsAuthority *authority;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  authority
      = ds_authority_open (directory, NULL, g_get_real_time () / G_USEC_PER_SEC - age_days * DAY_S, &error);
  g_assert_no_error (error);
  return authority;
}

/* The transport that the machine's network gives. */
static DsTransport *
connect_to (const char *address, DsTlsTrust *trust, GError **error)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsNetwork) network = ds_network_new_system (clock);

  return ds_network_connect (network, address, trust, error);
}

static DsTransport *
make_client (RawServer *server, DsAuthority *authority)
{
  g_autoptr (GError) error = NULL;
  DsTlsTrust *trust = ds_tls_trust_new_for_ca (ds_authority_get_ca_pem (authority), &error);
  DsTransport *http;

  g_assert_no_error (error);
  http = connect_to (raw_server_get_address (server), trust, &error);
  g_assert_no_error (error);
  return http;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->authority = open_authority ("depot", 0);
  fixture->server = raw_server_new (ds_authority_get_server_certificate (fixture->authority), "127.0.0.1");
  fixture->http = make_client (fixture->server, fixture->authority);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->http);
  raw_server_free (fixture->server);
  ds_authority_free (fixture->authority);
}

/* One request, waited for. */

typedef struct
{
  gboolean done;
  gboolean reached;
  DsHttpReply *reply;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->reply, ds_http_reply_unref);
  g_clear_error (&outcome->error);
  *outcome = (Outcome){ 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
did_request (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->reply
      = ds_transport_request_finish (DS_TRANSPORT (source), result, &outcome->reached, &outcome->error);
  outcome->done = TRUE;
}

static const DsHttpRequest plain_request = {
  .method = "GET",
  .path = "/v1/health",
  .accept = DS_MEDIA_JSON,
  .max_bytes = 1000,
  .timeout_ms = WAIT_WATCHDOG_S * 1000,
};

static void
request (DsTransport *http, const DsHttpRequest *what, Outcome *outcome)
{
  outcome_clear (outcome);
  ds_transport_request_async (http, what, NULL, did_request, outcome);
  WAIT_UNTIL (outcome->done);
}

static char *
make_reply (const char *status, const char *media, const char *body)
{
  return g_strdup_printf (
      "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, media,
      strlen (body), body);
}

static void
ask (Fixture *fixture, const char *status, const char *media, const char *body, Outcome *outcome)
{
  g_autofree char *reply = make_reply (status, media, body);

  raw_server_set_reply (fixture->server, reply);
  request (fixture->http, &plain_request, outcome);
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *sent = NULL;
  g_autoptr (json_t) object = NULL;
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"a\":1}", 7);
  DsHttpRequest post = plain_request;

  ask (fixture, "200 OK", "application/json; charset=utf-8", "{\"status\":\"ok\"}", &outcome);
  g_assert_no_error (outcome.error);
  g_assert_true (outcome.reached);
  g_assert_true (ds_http_reply_check (outcome.reply, NULL));
  object = ds_http_reply_parse (outcome.reply, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (object, "status")), ==, "ok");
  g_assert_cmpint (outcome.reply->retry_after_s, ==, -1);

  post.method = "POST";
  post.path = "/v1/journal";
  post.token = "secret";
  post.media = DS_MEDIA_NDJSON;
  post.body = body;
  request (fixture->http, &post, &outcome);
  g_assert_no_error (outcome.error);
  sent = raw_server_dup_request (fixture->server);
  g_assert_true (g_str_has_prefix (sent, "POST /v1/journal HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nAuthorization: Bearer secret\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nContent-Type: application/x-ndjson\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nAccept: application/json\r\n"));
  g_assert_null (strstr (sent, "Cookie"));
  g_assert_true (g_str_has_suffix (sent, "\r\n\r\n{\"a\":1}"));
}

static void
test_no_cookies (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *sent = NULL;

  raw_server_set_reply (fixture->server,
                        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Type: application/json\r\n"
                        "Cache-Control: max-age=999\r\nContent-Length: 2\r\n\r\n{}");
  request (fixture->http, &plain_request, &outcome);
  g_assert_no_error (outcome.error);
  request (fixture->http, &plain_request, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (raw_server_get_n_requests (fixture->server), ==, 2);
  sent = raw_server_dup_request (fixture->server);
  g_assert_null (strstr (sent, "Cookie"));
}

/* Whose certificates are taken */

static void
assert_refused (RawServer *server, DsAuthority *trusted)
{
  g_autoptr (DsTransport) http = make_client (server, trusted);
  g_auto (Outcome) outcome = { 0 };

  raw_server_set_reply (server,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  request (http, &plain_request, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_CRYPTO);
  g_assert_false (outcome.reached);
  g_assert_cmpuint (raw_server_get_n_requests (server), ==, 0); /* not a byte of it was sent */
}

static void
test_wrong_authority (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsAuthority) other = open_authority ("other", 0);

  assert_refused (fixture->server, other);
}

static void
test_expired (void)
{
  g_autoptr (DsAuthority) authority = open_authority ("expired", 500);
  g_autoptr (RawServer) server
      = raw_server_new (ds_authority_get_server_certificate (authority), "127.0.0.1");

  assert_refused (server, authority);
}

static void
test_not_yet_valid (void)
{
  g_autoptr (DsAuthority) authority = open_authority ("early", -10);
  g_autoptr (RawServer) server
      = raw_server_new (ds_authority_get_server_certificate (authority), "127.0.0.1");

  assert_refused (server, authority);
}

static void
test_wrong_host (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RawServer) server
      = raw_server_new (ds_authority_get_server_certificate (fixture->authority), "127.0.0.2");

  assert_refused (server, fixture->authority);
}

/* Names, dates and signature are right; only nobody but itself vouches for it. */
static GTlsCertificate *
make_self_signed (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());
  X509_EXTENSION *names = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
  GTlsCertificate *made;
  char *pem;
  long n;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guint8 *)"Doorstep depot", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -DAY_S);
  X509_gmtime_adj (X509_getm_notAfter (certificate), DAY_S);
  X509_set_pubkey (certificate, key);
  X509_add_ext (certificate, names, -1);
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  PEM_write_bio_X509 (bio, certificate);
  n = BIO_get_mem_data (bio, &pem);
  made = g_tls_certificate_new_from_pem (pem, n, NULL);
  g_assert_nonnull (made);

  X509_EXTENSION_free (names);
  BIO_free_all (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return made;
}

static void
test_self_signed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) self_signed = make_self_signed ();
  g_autoptr (RawServer) server = raw_server_new (self_signed, "127.0.0.1");

  assert_refused (server, fixture->authority);
}

static void
test_pin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsAuthority) other = open_authority ("other", 0);
  const char *pins[] = { ds_authority_get_pin (fixture->authority), ds_authority_get_pin (other) };

  raw_server_set_reply (fixture->server,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  for (gsize i = 0; i < G_N_ELEMENTS (pins); i++)
    {
      g_autoptr (DsTransport) http
          = connect_to (raw_server_get_address (fixture->server), ds_tls_trust_new_for_pin (pins[i]), NULL);
      g_auto (Outcome) outcome = { 0 };

      request (http, &plain_request, &outcome);
      if (i == 0)
        g_assert_no_error (outcome.error);
      else
        g_assert_error (outcome.error, DS_ERROR, DS_ERROR_CRYPTO);
    }
  g_assert_cmpuint (raw_server_get_n_requests (fixture->server), ==, 1);
}

/* A pin does not make up for an expired certificate or another host. */
static void
test_pin_is_not_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DsAuthority) authority = open_authority ("expired", 500);
  g_autoptr (DsTlsTrust) trust = ds_tls_trust_new_for_pin (ds_authority_get_pin (authority));
  g_autoptr (DsTlsTrust) good = ds_tls_trust_new_for_pin (ds_authority_get_pin (fixture->authority));
  g_autoptr (GSocketConnectable) here = g_network_address_new ("127.0.0.1", 1);
  g_autoptr (GSocketConnectable) elsewhere = g_network_address_new ("depot.example", 1);
  GTlsCertificate *peer = ds_authority_get_server_certificate (fixture->authority);

  g_assert_false (ds_tls_trust_check (trust, ds_authority_get_server_certificate (authority), here, NULL));
  g_assert_true (ds_tls_trust_check (good, peer, here, NULL));
  g_assert_false (ds_tls_trust_check (good, peer, elsewhere, NULL));
}

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  const char *const bad[]
      = { "http://127.0.0.1:1", "https://", "ftp://x", "", "https://x/?q", "https://x/#f", "x" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (connect_to (bad[i], ds_tls_trust_new_for_pin ("x"), &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

/* What comes back */

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    const char *status;
    DsError code;
  } cases[] = {
    { "400 Bad Request", DS_ERROR_REFUSED }, { "401 Unauthorized", DS_ERROR_UNAUTHORISED },
    { "404 Not Found", DS_ERROR_REFUSED },   { "409 Conflict", DS_ERROR_CONFLICT },
    { "429 Too Many", DS_ERROR_NETWORK },    { "500 Internal Server Error", DS_ERROR_NETWORK },
    { "503 Unavailable", DS_ERROR_NETWORK }, { "302 Found", DS_ERROR_PROTOCOL },
    { "307 Temporary", DS_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Outcome) outcome = { 0 };
      g_autoptr (GError) error = NULL;

      ask (fixture, cases[i].status, "text/html", "<html>", &outcome);
      g_assert_no_error (outcome.error);
      g_assert_false (ds_http_reply_check (outcome.reply, &error));
      g_assert_error (error, DS_ERROR, (gint)cases[i].code);
      g_assert_null (outcome.reply->problem);
    }
}

static void
test_problem (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;

  ask (fixture, "409 Conflict", "application/problem+json",
       "{\"type\":\"urn:doorstep:problem:gap\",\"title\":\"Gap\",\"detail\":\"Line 4 is "
       "missing\",\"expected\":4}",
       &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpstr (outcome.reply->problem, ==, "gap");
  g_assert_cmpint (json_integer_value (json_object_get (outcome.reply->members, "expected")), ==, 4);
  g_assert_false (ds_http_reply_check (outcome.reply, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "Line 4 is missing"));

  /* A problem that is nested to bring the parser down is a refusal without details. */
  {
    g_autoptr (GString) nested = g_string_new (NULL);

    for (guint i = 0; i < 100; i++)
      g_string_append (nested, "{\"a\":");
    ask (fixture, "409 Conflict", "application/problem+json", nested->str, &outcome);
    g_assert_no_error (outcome.error);
    g_assert_null (outcome.reply->problem);
  }
}

static void
test_retry_after (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, 90);
  g_autofree char *date = soup_date_time_to_string (then, SOUP_DATE_HTTP);
  g_autofree char *with_date
      = g_strdup_printf ("HTTP/1.1 503 Busy\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", date);

  raw_server_set_reply (fixture->server, "HTTP/1.1 503 Busy\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n");
  request (fixture->http, &plain_request, &outcome);
  g_assert_cmpint (outcome.reply->retry_after_s, ==, 17);

  raw_server_set_reply (fixture->server, with_date);
  request (fixture->http, &plain_request, &outcome);
  g_assert_cmpint (outcome.reply->retry_after_s, >, 60);
  g_assert_cmpint (outcome.reply->retry_after_s, <=, 90);

  raw_server_set_reply (fixture->server, "HTTP/1.1 503 Busy\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n");
  request (fixture->http, &plain_request, &outcome);
  g_assert_cmpint (outcome.reply->retry_after_s, ==, -1);
}

static void
test_redirect_is_not_followed (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *reply = g_strdup_printf (
      "HTTP/1.1 302 Found\r\nLocation: %s/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      raw_server_get_address (fixture->server));

  raw_server_set_reply (fixture->server, reply);
  request (fixture->http, &plain_request, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.reply->status, ==, 302);
  g_assert_cmpuint (raw_server_get_n_requests (fixture->server), ==, 1);
}

static void
test_captive_portal (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };

  ask (fixture, "200 OK", "text/html", "<html>Welcome to our hotel</html>", &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (outcome.error->message, "sign in"));

  ask (fixture, "200 OK", "text/plain", "hello", &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_PROTOCOL);
  g_assert_null (strstr (outcome.error->message, "sign in"));
}

static void
test_half_replies (Fixture *fixture, gconstpointer data)
{
  const char *const cut[] = {
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\":1}\n",
    "HTTP/1.1 200 OK\r\nContent-Ty",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cut); i++)
    {
      g_auto (Outcome) outcome = { 0 };

      raw_server_set_reply (fixture->server, cut[i]);
      request (fixture->http, &plain_request, &outcome);
      g_assert_error (outcome.error, DS_ERROR, DS_ERROR_NETWORK);
      g_assert_true (outcome.reached);
    }
}

/* Without a length nobody can tell a whole body from a cut one. */
static void
test_endless_by_form (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };

  raw_server_set_reply (fixture->server,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}");
  request (fixture->http, &plain_request, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_PROTOCOL);
}

static void
test_huge (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };

  raw_server_set_endless_reply (fixture->server, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                                 "Content-Length: 99999999999\r\n\r\n{");
  request (fixture->http, &plain_request, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_OVERFLOW);
}

/* @n zeros as a gzip file. */
static GBytes *
pack_zeros (gsize n)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autofree char *zeros = g_strnfill (n, '0');
  g_autofree char *packed = g_malloc (n);
  gsize n_read, n_written;

  g_assert_cmpint (g_converter_convert (G_CONVERTER (compressor), zeros, n, packed, n,
                                        G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL),
                   ==, G_CONVERTER_FINISHED);
  return g_bytes_new_take (g_steal_pointer (&packed), n_written);
}

/* The limit counts what comes out of the decompressor. */
static void
test_bomb (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) packed = pack_zeros (1000 * 1000);
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *head
      = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                         "Content-Length: %zu\r\n\r\n",
                         g_bytes_get_size (packed));

  g_byte_array_append (reply, (const guint8 *)head, (guint)strlen (head));
  g_byte_array_append (reply, g_bytes_get_data (packed, NULL), (guint)g_bytes_get_size (packed));
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&reply));
  raw_server_set_reply_bytes (fixture->server, bytes);

  request (fixture->http, &plain_request, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_OVERFLOW);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  DsHttpRequest impatient = plain_request;

  impatient.timeout_ms = 50;
  raw_server_set_reply (fixture->server, NULL);
  request (fixture->http, &impatient, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_NETWORK);
}

static void
test_nobody_there (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (RawServer) gone
      = raw_server_new (ds_authority_get_server_certificate (fixture->authority), "127.0.0.1");
  g_autoptr (DsTransport) http = make_client (gone, fixture->authority);

  g_clear_pointer (&gone, raw_server_free);
  request (http, &plain_request, &outcome);
  g_assert_error (outcome.error, DS_ERROR, DS_ERROR_NETWORK);
  g_assert_false (outcome.reached);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  raw_server_set_reply (fixture->server, NULL);
  ds_transport_request_async (fixture->http, &plain_request, cancellable, did_request, &outcome);
  while (raw_server_get_n_requests (fixture->server) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  outcome_clear (&outcome);
  ds_transport_request_async (fixture->http, &plain_request, cancellable, did_request, &outcome);
  WAIT_UNTIL (outcome.done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (raw_server_get_n_requests (fixture->server), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/http/good", test_good);
  ADD ("/http/no-cookies", test_no_cookies);
  ADD ("/http/tls/wrong-authority", test_wrong_authority);
  ADD ("/http/tls/wrong-host", test_wrong_host);
  ADD ("/http/tls/self-signed", test_self_signed);
  ADD ("/http/tls/pin", test_pin);
  ADD ("/http/tls/pin-is-not-all", test_pin_is_not_all);
  g_test_add_func ("/http/tls/expired", test_expired);
  g_test_add_func ("/http/tls/not-yet-valid", test_not_yet_valid);
  ADD ("/http/addresses", test_addresses);
  ADD ("/http/refusals", test_refusals);
  ADD ("/http/problem", test_problem);
  ADD ("/http/retry-after", test_retry_after);
  ADD ("/http/redirect", test_redirect_is_not_followed);
  ADD ("/http/captive-portal", test_captive_portal);
  ADD ("/http/half-replies", test_half_replies);
  ADD ("/http/endless-by-form", test_endless_by_form);
  ADD ("/http/huge", test_huge);
  ADD ("/http/bomb", test_bomb);
  ADD ("/http/silence", test_silence);
  ADD ("/http/nobody-there", test_nobody_there);
  ADD ("/http/cancel", test_cancel);
#undef ADD
  return g_test_run ();
}
