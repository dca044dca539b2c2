/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-password.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include <string.h>

#define SALT_BYTES 16
#define KEY_BYTES 32
/* 2^15 × 8 × 128 bytes: 32 MiB. A record may ask for half as much or twice: they come from a depot, too. */
#define LOG2_N 15
#define MIN_LOG2_N 14
#define MAX_LOG2_N 16
#define R 8
#define P 1

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF, EVP_KDF_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF_CTX, EVP_KDF_CTX_free)

static gboolean
derive (const char *password, GBytes *salt, guint log2_n, guint8 key[KEY_BYTES], GError **error)
{
  g_autoptr (EVP_KDF) kdf = EVP_KDF_fetch (NULL, "SCRYPT", NULL);
  g_autoptr (EVP_KDF_CTX) context = kdf != NULL ? EVP_KDF_CTX_new (kdf) : NULL;
  guint64 n = G_GUINT64_CONSTANT (1) << log2_n;
  guint32 r = R;
  guint32 p = P;
  guint64 max_memory = G_GUINT64_CONSTANT (256) << 20;
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_PASSWORD, (char *)password, strlen (password)),
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SALT, (gpointer)g_bytes_get_data (salt, NULL),
                                       g_bytes_get_size (salt)),
    OSSL_PARAM_construct_uint64 (OSSL_KDF_PARAM_SCRYPT_N, &n),
    OSSL_PARAM_construct_uint32 (OSSL_KDF_PARAM_SCRYPT_R, &r),
    OSSL_PARAM_construct_uint32 (OSSL_KDF_PARAM_SCRYPT_P, &p),
    OSSL_PARAM_construct_uint64 (OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max_memory),
    OSSL_PARAM_construct_end (),
  };

  if (context != NULL && EVP_KDF_derive (context, key, KEY_BYTES, parameters) == 1)
    return TRUE;
  ERR_clear_error ();
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO,
                       "It cannot be checked now: there is not enough memory. Close other programs");
  return FALSE;
}

char *
ds_password_make_record (const char *password, GError **error)
{
  guint8 salt[SALT_BYTES];
  guint8 key[KEY_BYTES];
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *salt_text = NULL;
  g_autofree char *key_text = NULL;

  g_return_val_if_fail (password != NULL, NULL);

  if (RAND_bytes (salt, sizeof salt) != 1)
    {
      ERR_clear_error ();
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, "There are no random bytes now. Try again");
      return NULL;
    }
  bytes = g_bytes_new (salt, sizeof salt);
  if (!derive (password, bytes, LOG2_N, key, error))
    return NULL;
  salt_text = ds_base64url_encode (salt, sizeof salt);
  key_text = ds_base64url_encode (key, sizeof key);
  OPENSSL_cleanse (key, sizeof key);
  return g_strdup_printf ("scrypt %d %d %d %s %s", LOG2_N, R, P, salt_text, key_text);
}

static gboolean
parse (const char *record, guint64 *log2_n, GBytes **salt, GBytes **key, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (record, " ", 7);
  g_autoptr (GBytes) salt_bytes = NULL;
  g_autoptr (GBytes) key_bytes = NULL;

  if (g_strv_length (parts) == 6 && strcmp (parts[0], "scrypt") == 0
      && g_ascii_string_to_unsigned (parts[1], 10, MIN_LOG2_N, MAX_LOG2_N, log2_n, NULL)
      && strcmp (parts[2], G_STRINGIFY (R)) == 0 && strcmp (parts[3], G_STRINGIFY (P)) == 0)
    {
      salt_bytes = ds_base64url_decode (parts[4], -1, NULL);
      key_bytes = ds_base64url_decode (parts[5], -1, NULL);
    }
  if (salt_bytes == NULL || g_bytes_get_size (salt_bytes) != SALT_BYTES || key_bytes == NULL
      || g_bytes_get_size (key_bytes) != KEY_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "What is kept to check it with is damaged");
      return FALSE;
    }
  *salt = g_steal_pointer (&salt_bytes);
  *key = g_steal_pointer (&key_bytes);
  return TRUE;
}

gboolean
ds_password_check (const char *record, const char *password, gboolean *matches, GError **error)
{
  g_autoptr (GBytes) salt = NULL;
  g_autoptr (GBytes) key = NULL;
  guint8 tried[KEY_BYTES];
  guint64 log2_n;

  g_return_val_if_fail (record != NULL, FALSE);
  g_return_val_if_fail (password != NULL, FALSE);

  if (!parse (record, &log2_n, &salt, &key, error) || !derive (password, salt, (guint)log2_n, tried, error))
    return FALSE;
  *matches = CRYPTO_memcmp (tried, g_bytes_get_data (key, NULL), KEY_BYTES) == 0;
  OPENSSL_cleanse (tried, sizeof tried);
  return TRUE;
}

gboolean
ds_password_is_record (const char *text)
{
  g_autoptr (GBytes) salt = NULL;
  g_autoptr (GBytes) key = NULL;
  guint64 log2_n;

  g_return_val_if_fail (text != NULL, FALSE);

  return parse (text, &log2_n, &salt, &key, NULL);
}
