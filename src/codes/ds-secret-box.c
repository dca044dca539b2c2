/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-secret-box.h"

#include "ds-error.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define MAGIC "DSBOX1"
#define MAGIC_BYTES 6
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (MAGIC_BYTES + NONCE_BYTES)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

static GBytes *
fail (GError **error, const char *words)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, words);
  return NULL;
}

/* The magic is authenticated, so that a box of another version cannot pass as one of this. */
static EVP_CIPHER_CTX *
begin (const guint8 *key, const guint8 *nonce, int encrypt)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  int n;

  if (context == NULL || !EVP_CipherInit_ex2 (context, EVP_aes_256_gcm (), key, nonce, encrypt, NULL)
      || !EVP_CipherUpdate (context, NULL, &n, (const guint8 *)MAGIC, MAGIC_BYTES))
    return NULL;
  return g_steal_pointer (&context);
}

GBytes *
ds_secret_box_seal (const guint8 key[DS_SECRET_BOX_KEY_SIZE], GBytes *bytes, GError **error)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree guint8 *box = NULL;
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  int written = 0;
  int more;

  if (n > G_MAXINT32)
    return fail (error, "Too much for one box");
  box = g_malloc (HEAD_BYTES + n + TAG_BYTES);
  memcpy (box, MAGIC, MAGIC_BYTES);
  if (RAND_bytes (box + MAGIC_BYTES, NONCE_BYTES) != 1)
    return fail (error, "libcrypto has no random numbers");
  context = begin (key, box + MAGIC_BYTES, 1);
  if (context == NULL || (n > 0 && !EVP_EncryptUpdate (context, box + HEAD_BYTES, &written, data, (int)n))
      || !EVP_EncryptFinal_ex (context, box + HEAD_BYTES + n, &more)
      || !EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, box + HEAD_BYTES + n))
    return fail (error, "libcrypto cannot encrypt");
  return g_bytes_new_take (g_steal_pointer (&box), HEAD_BYTES + n + TAG_BYTES);
}

GBytes *
ds_secret_box_open (const guint8 key[DS_SECRET_BOX_KEY_SIZE], GBytes *box, GError **error)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize n;
  const guint8 *data = g_bytes_get_data (box, &n);
  guint8 tag[TAG_BYTES];
  int written = 0;
  int more;

  if (n < HEAD_BYTES + TAG_BYTES || n > G_MAXINT32 || memcmp (data, MAGIC, MAGIC_BYTES) != 0)
    return fail (error, "This is no box of Doorstep's");
  n -= HEAD_BYTES + TAG_BYTES;
  memcpy (tag, data + HEAD_BYTES + n, TAG_BYTES);
  bytes = g_malloc (n + 1);
  context = begin (key, data + MAGIC_BYTES, 0);
  if (context == NULL || (n > 0 && !EVP_DecryptUpdate (context, bytes, &written, data + HEAD_BYTES, (int)n))
      || !EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag)
      || EVP_DecryptFinal_ex (context, bytes + written, &more) <= 0)
    return fail (error, "The box was changed, or closed with another key");
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}
