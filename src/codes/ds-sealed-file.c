/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sealed-file.h"

#include "ds-error.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include <string.h>

#define MAGIC "DSRESCUE"
#define MAGIC_BYTES 8
#define VERSION 1
#define HEAD_BYTES (MAGIC_BYTES + 4)
/* An SM2 ciphertext of 32 bytes is about 140 bytes long in DER. */
#define MAX_WRAPPED_BYTES 256

#define SECRET_BYTES 32
#define KEY_BYTES 32
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define LENGTH_BYTES 4

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF, EVP_KDF_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF_CTX, EVP_KDF_CTX_free)

/* What sealing and opening share: the file's key, and how many records there were. */
struct _DsSealer
{
  guint8 key[KEY_BYTES];
  guint8 head_sm3[DS_SM3_SIZE];
  guint64 n_records;
};

static gpointer
fail (GError **error, const char *what)
{
  ERR_clear_error ();
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, what);
  return NULL;
}

static DsSealer *
new_from_secret (const guint8 *head, gsize n, guint8 secret[SECRET_BYTES], GError **error)
{
  static const char purpose[] = "Doorstep rescue file 1";
  g_autoptr (EVP_KDF) kdf = EVP_KDF_fetch (NULL, "HKDF", NULL);
  g_autoptr (EVP_KDF_CTX) context = kdf ? EVP_KDF_CTX_new (kdf) : NULL;
  g_autoptr (DsSealer) self = g_new0 (DsSealer, 1);
  OSSL_PARAM parameters[5];

  ds_sm3 (head, n, self->head_sm3);
  parameters[0] = OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, (char *)"SM3", 0);
  parameters[1] = OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_KEY, secret, SECRET_BYTES);
  parameters[2] = OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SALT, self->head_sm3, DS_SM3_SIZE);
  parameters[3] = OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_INFO, (void *)purpose, strlen (purpose));
  parameters[4] = OSSL_PARAM_construct_end ();
  if (context == NULL || EVP_KDF_derive (context, self->key, KEY_BYTES, parameters) <= 0)
    return fail (error, "libcrypto cannot derive the key of a rescue file");
  return g_steal_pointer (&self);
}

void
ds_sealer_free (DsSealer *self)
{
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
}

static void
make_nonce (DsSealer *self, guint8 nonce[NONCE_BYTES])
{
  guint64 number = GUINT64_TO_BE (self->n_records);

  memset (nonce, 0, NONCE_BYTES);
  memcpy (nonce + NONCE_BYTES - sizeof number, &number, sizeof number);
}

/* Begins one record's encryption or decryption, with what is authenticated beside it. */
static EVP_CIPHER_CTX *
begin_record (DsSealer *self, const guint8 length[LENGTH_BYTES], int encrypt)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  guint8 nonce[NONCE_BYTES];
  int n;

  make_nonce (self, nonce);
  if (context == NULL || !EVP_CipherInit_ex2 (context, EVP_aes_256_gcm (), self->key, nonce, encrypt, NULL)
      || !EVP_CipherUpdate (context, NULL, &n, self->head_sm3, DS_SM3_SIZE)
      || !EVP_CipherUpdate (context, NULL, &n, length, LENGTH_BYTES))
    return NULL;
  return g_steal_pointer (&context);
}

DsSealer *
ds_sealer_new (DsKey *recipient, GBytes **head, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) wrapped = NULL;
  g_autoptr (DsSealer) self = NULL;
  guint8 secret[SECRET_BYTES];
  guint8 start[HEAD_BYTES] = MAGIC;
  gsize n;
  const guint8 *data;

  g_return_val_if_fail (recipient != NULL && head != NULL, NULL);

  if (RAND_priv_bytes (secret, sizeof secret) != 1)
    return fail (error, "libcrypto has no random bytes");
  wrapped = ds_key_encrypt (recipient, secret, sizeof secret, error);
  if (wrapped == NULL)
    {
      OPENSSL_cleanse (secret, sizeof secret);
      return NULL;
    }
  data = g_bytes_get_data (wrapped, &n);
  start[MAGIC_BYTES] = VERSION;
  start[MAGIC_BYTES + 2] = (guint8)(n >> 8);
  start[MAGIC_BYTES + 3] = (guint8)n;
  g_byte_array_append (bytes, start, sizeof start);
  g_byte_array_append (bytes, data, (guint)n);
  self = new_from_secret (bytes->data, bytes->len, secret, error);
  OPENSSL_cleanse (secret, sizeof secret);
  if (self != NULL)
    *head = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return g_steal_pointer (&self);
}

GBytes *
ds_sealer_seal (DsSealer *self, DsSealedKind kind, const void *data, gsize n, GError **error)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree guint8 *record = NULL;
  guint8 kind_byte = (guint8)kind;
  guint32 length;
  guint8 *text;
  int written, more;

  g_return_val_if_fail (self != NULL && (data != NULL || n == 0), NULL);

  if (n > DS_SEALED_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW, "Too much for one record of a rescue file");
      return NULL;
    }
  record = g_malloc (LENGTH_BYTES + 1 + n + TAG_BYTES);
  length = GUINT32_TO_BE ((guint32)(1 + n + TAG_BYTES));
  memcpy (record, &length, LENGTH_BYTES);
  text = record + LENGTH_BYTES;
  context = begin_record (self, record, 1);
  if (context == NULL || !EVP_EncryptUpdate (context, text, &written, &kind_byte, 1)
      || (n > 0 && !EVP_EncryptUpdate (context, text + 1, &written, data, (int)n))
      || !EVP_EncryptFinal_ex (context, text + 1 + n, &more)
      || !EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, text + 1 + n))
    return fail (error, "libcrypto cannot encrypt");
  self->n_records++;
  return g_bytes_new_take (g_steal_pointer (&record), LENGTH_BYTES + 1 + n + TAG_BYTES);
}

/* Opening */

static void
record_clear (gpointer data)
{
  g_clear_pointer (&((DsSealedRecord *)data)->content, g_bytes_unref);
}

gboolean
ds_sealed_file_looks_like (GBytes *file)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (file, &n);

  return n > HEAD_BYTES && memcmp (data, MAGIC, MAGIC_BYTES) == 0;
}

/* Reads the head. @head_n: (out): its length. */
static DsSealer *
open_head (DsKey *recipient, const guint8 *data, gsize n, gsize *head_n, GError **error)
{
  g_autoptr (GBytes) secret = NULL;
  guint8 copy[SECRET_BYTES];
  DsSealer *self;
  gsize wrapped_n, secret_n;
  const void *bytes;

  if (data[MAGIC_BYTES] != VERSION || data[MAGIC_BYTES + 1] != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "This rescue file has version %u; this program knows %d. Update the program",
                   data[MAGIC_BYTES], VERSION);
      return NULL;
    }
  wrapped_n = (gsize)data[MAGIC_BYTES + 2] << 8 | data[MAGIC_BYTES + 3];
  if (wrapped_n == 0 || wrapped_n > MAX_WRAPPED_BYTES || wrapped_n > n - HEAD_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The rescue file ends in its head");
      return NULL;
    }
  *head_n = HEAD_BYTES + wrapped_n;
  secret = ds_key_decrypt (recipient, data + HEAD_BYTES, wrapped_n, error);
  if (secret == NULL)
    return NULL;
  bytes = g_bytes_get_data (secret, &secret_n);
  if (secret_n != SECRET_BYTES)
    return fail (error, "The rescue file's secret has another length");
  memcpy (copy, bytes, SECRET_BYTES);
  self = new_from_secret (data, *head_n, copy, error);
  OPENSSL_cleanse (copy, sizeof copy);
  return self;
}

/* Returns: the length of the record at @data, or 0 when it does not hold. */
static gsize
open_record (DsSealer *self, const guint8 *data, gsize n, DsSealedRecord *record)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree guint8 *text = NULL;
  guint32 length;
  gsize text_n;
  int written, more;

  if (n < LENGTH_BYTES + 1 + TAG_BYTES)
    return 0;
  memcpy (&length, data, LENGTH_BYTES);
  length = GUINT32_FROM_BE (length);
  if (length < 1 + TAG_BYTES || length > 1 + DS_SEALED_MAX_BYTES + TAG_BYTES || length > n - LENGTH_BYTES)
    return 0;

  text_n = length - TAG_BYTES;
  text = g_malloc (text_n);
  context = begin_record (self, data, 0);
  if (context == NULL || !EVP_DecryptUpdate (context, text, &written, data + LENGTH_BYTES, (int)text_n)
      || !EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES,
                               (void *)(data + LENGTH_BYTES + text_n))
      || EVP_DecryptFinal_ex (context, text + written, &more) <= 0)
    {
      ERR_clear_error ();
      return 0;
    }
  self->n_records++;
  record->kind = text[0];
  record->content = g_bytes_new (text + 1, text_n - 1);
  return LENGTH_BYTES + length;
}

GArray *
ds_sealed_file_open (DsKey *recipient, GBytes *file, gsize *rest, GError **error)
{
  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (DsSealedRecord));
  g_autoptr (DsSealer) self = NULL;
  gsize n, at;
  const guint8 *data = g_bytes_get_data (file, &n);

  g_return_val_if_fail (recipient != NULL && ds_key_has_private (recipient), NULL);

  g_array_set_clear_func (records, record_clear);
  if (!ds_sealed_file_looks_like (file))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "This is no rescue file of Doorstep");
      return NULL;
    }
  self = open_head (recipient, data, n, &at, error);
  if (self == NULL)
    return NULL;
  while (at < n)
    {
      DsSealedRecord record;
      gsize taken = open_record (self, data + at, n - at, &record);

      if (taken == 0)
        break;
      g_array_append_val (records, record);
      at += taken;
    }
  *rest = n - at;
  return g_steal_pointer (&records);
}
