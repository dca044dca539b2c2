/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-key.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <string.h>

#define PRIVATE_SIZE 32

/* GM/T 0009-2012 section 10. OpenSSL takes an empty id when none is set, and nobody else's signature fits then. */
static const char distinguishing_id[] = "1234567812345678";

/* Nearly all of the time of a signature goes into one multiplication on the curve, so neither contexts nor digests
 * are kept between calls: each call has its own, which is what makes a key usable from any thread. */
struct _DsKey
{
  EVP_PKEY *pkey;
  gboolean has_private;
  guint8 public_point[DS_SM2_PUBLIC_SIZE];
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_clear_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ECDSA_SIG, ECDSA_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EC_GROUP, EC_GROUP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EC_POINT, EC_POINT_clear_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM, OSSL_PARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)

/* Also empties libcrypto's queue of errors, which would else be read by the next user of the thread. */
static void
set_error (GError **error, DsError code, const char *what)
{
  const char *reason = ERR_reason_error_string (ERR_peek_last_error ());

  if (reason != NULL)
    g_set_error (error, DS_ERROR, (gint)code, "%s (%s)", what, reason);
  else
    g_set_error_literal (error, DS_ERROR, (gint)code, what);
  ERR_clear_error ();
}

/* Written out, as G_DEFINE_BOXED_TYPE() relies on an extension that the compiler's pedantic mode refuses. */
GType
ds_key_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("DsKey"),
                                                            (GBoxedCopyFunc)ds_key_ref,
                                                            (GBoxedFreeFunc)ds_key_unref));
  return type;
}

DsKey *
ds_key_ref (DsKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
ds_key_clear (DsKey *self)
{
  EVP_PKEY_free (self->pkey);
}

void
ds_key_unref (DsKey *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, (GDestroyNotify)ds_key_clear);
}

/* Making keys */

static DsKey *
take_pkey (EVP_PKEY *pkey, gboolean has_private, const guint8 point[DS_SM2_PUBLIC_SIZE])
{
  DsKey *self = g_atomic_rc_box_new0 (DsKey);

  self->pkey = pkey;
  self->has_private = has_private;
  memcpy (self->public_point, point, DS_SM2_PUBLIC_SIZE);
  return self;
}

/* Signing needs the public point beside the private key. */
static DsKey *
new_from_parts (const guint8 point[DS_SM2_PUBLIC_SIZE], const BIGNUM *d, GError **error)
{
  g_autoptr (OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new ();
  g_autoptr (OSSL_PARAM) parts = NULL;
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name (NULL, "SM2", NULL);
  g_autoptr (EVP_PKEY) pkey = NULL;

  if (builder == NULL || context == NULL
      || !OSSL_PARAM_BLD_push_utf8_string (builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0)
      || !OSSL_PARAM_BLD_push_octet_string (builder, OSSL_PKEY_PARAM_PUB_KEY, point, DS_SM2_PUBLIC_SIZE)
      || !OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_PRIV_KEY, d)
      || (parts = OSSL_PARAM_BLD_to_param (builder)) == NULL || EVP_PKEY_fromdata_init (context) <= 0
      || EVP_PKEY_fromdata (context, &pkey, EVP_PKEY_KEYPAIR, parts) <= 0)
    {
      set_error (error, DS_ERROR_CRYPTO, "libcrypto cannot make an SM2 key");
      return NULL;
    }
  return take_pkey (g_steal_pointer (&pkey), TRUE, point);
}

static DsKey *
new_from_scalar (const BIGNUM *d, GError **error)
{
  g_autoptr (EC_GROUP) group = EC_GROUP_new_by_curve_name (NID_sm2);
  g_autoptr (EC_POINT) point = NULL;
  g_autoptr (BIGNUM) last = NULL;
  guint8 bytes[DS_SM2_PUBLIC_SIZE];

  if (group == NULL || (last = BN_dup (EC_GROUP_get0_order (group))) == NULL || !BN_sub_word (last, 2)
      || (point = EC_POINT_new (group)) == NULL)
    {
      set_error (error, DS_ERROR_CRYPTO, "libcrypto does not know the SM2 curve");
      return NULL;
    }
  /* GM/T 0003.1-2012 section 6.1: 1 … n − 2; signing divides by 1 + d. */
  if (BN_is_zero (d) || BN_is_negative (d) || BN_cmp (d, last) > 0)
    {
      set_error (error, DS_ERROR_INVALID, "Not a private key of SM2: the number is out of range");
      return NULL;
    }
  if (!EC_POINT_mul (group, point, d, NULL, NULL, NULL)
      || EC_POINT_point2oct (group, point, POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof bytes, NULL)
             != sizeof bytes)
    {
      set_error (error, DS_ERROR_CRYPTO, "libcrypto cannot compute the public point");
      return NULL;
    }
  return new_from_parts (bytes, d, error);
}

/* Takes the private number out of @pkey and makes the public point anew, so that the two surely belong together. */
static DsKey *
new_from_pkey (EVP_PKEY *pkey, GError **error)
{
  g_autoptr (BIGNUM) d = NULL;

  if (!EVP_PKEY_is_a (pkey, "SM2") || !EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d))
    {
      set_error (error, DS_ERROR_INVALID, "Not a private key of SM2");
      return NULL;
    }
  return new_from_scalar (d, error);
}

DsKey *
ds_key_generate (GError **error)
{
  g_autoptr (EVP_PKEY) pkey = EVP_PKEY_Q_keygen (NULL, NULL, "SM2");

  if (pkey == NULL)
    {
      set_error (error, DS_ERROR_CRYPTO, "libcrypto cannot make an SM2 key pair");
      return NULL;
    }
  return new_from_pkey (pkey, error);
}

static gpointer
make_curve (gpointer unused)
{
  char group[] = "SM2";
  OSSL_PARAM parts[] = { OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                         OSSL_PARAM_construct_end () };
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name (NULL, "SM2", NULL);
  EVP_PKEY *curve = NULL;

  if (context == NULL || EVP_PKEY_fromdata_init (context) <= 0
      || EVP_PKEY_fromdata (context, &curve, EVP_PKEY_KEY_PARAMETERS, parts) <= 0)
    g_error ("libcrypto was built without SM2");
  return curve;
}

/* A copy of the curve alone, for a public point to be put on it: to compute the curve's constants anew for each key
 * takes longer than all the rest. */
static EVP_PKEY *
copy_curve (void)
{
  static GOnce once = G_ONCE_INIT;
  EVP_PKEY *curve = g_once (&once, make_curve, NULL);
  EVP_PKEY *copy = EVP_PKEY_new ();

  if (copy == NULL || !EVP_PKEY_copy_parameters (copy, curve))
    g_error ("libcrypto has no memory");
  return copy;
}

DsKey *
ds_key_new_from_public (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (EVP_PKEY) pkey = copy_curve ();
  guint8 uncompressed[DS_SM2_PUBLIC_SIZE];
  gsize uncompressed_n = 0;
  /* The hybrid form (06, 07) is left out: one point, one text of each length. */
  gboolean is_form = bytes != NULL
                     && ((n == DS_SM2_PUBLIC_SIZE && bytes[0] == POINT_CONVERSION_UNCOMPRESSED)
                         || (n == DS_SM2_COMPRESSED_SIZE && (bytes[0] & ~1) == POINT_CONVERSION_COMPRESSED));

  /* Setting it refuses a point that is not on the curve. */
  if (!is_form || EVP_PKEY_set1_encoded_public_key (pkey, bytes, n) <= 0
      || !EVP_PKEY_get_octet_string_param (pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, uncompressed,
                                           sizeof uncompressed, &uncompressed_n)
      || uncompressed_n != sizeof uncompressed)
    {
      set_error (error, DS_ERROR_INVALID, "Not a public key of SM2");
      return NULL;
    }
  return take_pkey (g_steal_pointer (&pkey), FALSE, uncompressed);
}

DsKey *
ds_key_new_from_public_hex (const char *hex, GError **error)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, error);

  return bytes ? ds_key_new_from_public (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error)
               : NULL;
}

DsKey *
ds_key_new_from_private (const guint8 d[32], GError **error)
{
  g_autoptr (BIGNUM) number = BN_secure_new ();

  if (number == NULL || BN_bin2bn (d, PRIVATE_SIZE, number) == NULL)
    {
      set_error (error, DS_ERROR_CRYPTO, "libcrypto has no memory");
      return NULL;
    }
  return new_from_scalar (number, error);
}

/* Without this, libcrypto asks for a password on the terminal. */
static int
refuse_password (char *buffer, int size, int is_writing, void *user_data)
{
  return -1;
}

DsKey *
ds_key_new_from_pem (const char *pem, GError **error)
{
  g_autoptr (BIO) bio = NULL;
  g_autoptr (EVP_PKEY) pkey = NULL;

  g_return_val_if_fail (pem != NULL, NULL);

  bio = BIO_new_mem_buf (pem, -1);
  if (bio != NULL)
    pkey = PEM_read_bio_PrivateKey (bio, NULL, refuse_password, NULL);
  if (pkey == NULL)
    {
      set_error (error, DS_ERROR_INVALID, "Not a private key in PEM");
      return NULL;
    }
  return new_from_pkey (pkey, error);
}

static char *
bio_to_text (BIO *bio)
{
  char *data;
  long n = BIO_get_mem_data (bio, &data);

  return g_strndup (data, (gsize)n);
}

char *
ds_key_to_pem (DsKey *self, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->has_private || bio == NULL
      || !PEM_write_bio_PKCS8PrivateKey (bio, self->pkey, NULL, NULL, 0, NULL, NULL))
    {
      set_error (error, DS_ERROR_CRYPTO, "The private key cannot be written");
      return NULL;
    }
  return bio_to_text (bio);
}

char *
ds_key_public_to_pem (DsKey *self, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  g_return_val_if_fail (self != NULL, NULL);

  if (bio == NULL || !PEM_write_bio_PUBKEY (bio, self->pkey))
    {
      set_error (error, DS_ERROR_CRYPTO, "The public key cannot be written");
      return NULL;
    }
  return bio_to_text (bio);
}

gboolean
ds_key_has_private (DsKey *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->has_private;
}

const guint8 *
ds_key_get_public (DsKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->public_point;
}

void
ds_key_get_public_compressed (DsKey *self, guint8 bytes[DS_SM2_COMPRESSED_SIZE])
{
  g_return_if_fail (self != NULL);

  /* SEC 1 section 2.3.3: x, and the last bit of y in the first byte. */
  memcpy (bytes, self->public_point, DS_SM2_COMPRESSED_SIZE);
  bytes[0] = POINT_CONVERSION_COMPRESSED | (self->public_point[DS_SM2_PUBLIC_SIZE - 1] & 1);
}

char *
ds_key_get_public_hex (DsKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ds_hex_encode (self->public_point, DS_SM2_PUBLIC_SIZE);
}

/* Signatures */

static gboolean
signature_from_der (const guint8 *der, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  g_autoptr (ECDSA_SIG) parts = d2i_ECDSA_SIG (NULL, &der, (long)n);
  const gint half = DS_SM2_SIGNATURE_SIZE / 2;

  return parts != NULL && BN_bn2binpad (ECDSA_SIG_get0_r (parts), signature, half) == half
         && BN_bn2binpad (ECDSA_SIG_get0_s (parts), signature + half, half) == half;
}

/* @der is freed with OPENSSL_free(). Returns: its length, or less than one. */
static int
signature_to_der (const guint8 signature[DS_SM2_SIGNATURE_SIZE], guint8 **der)
{
  g_autoptr (ECDSA_SIG) parts = ECDSA_SIG_new ();
  const gint half = DS_SM2_SIGNATURE_SIZE / 2;
  g_autoptr (BIGNUM) r = BN_bin2bn (signature, half, NULL);
  g_autoptr (BIGNUM) s = BN_bin2bn (signature + half, half, NULL);

  if (parts == NULL || r == NULL || s == NULL)
    return -1;
  ECDSA_SIG_set0 (parts, g_steal_pointer (&r), g_steal_pointer (&s));
  return i2d_ECDSA_SIG (parts, der);
}

/* Returns: (nullable): a context of @self's key with the standard id. It must outlive the digest's, which borrows it. */
static EVP_PKEY_CTX *
new_context_with_id (DsKey *self)
{
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new (self->pkey, NULL);

  if (context == NULL
      || EVP_PKEY_CTX_set1_id (context, distinguishing_id, (int)strlen (distinguishing_id)) <= 0)
    return NULL;
  return g_steal_pointer (&context);
}

gboolean
ds_key_sign (DsKey *self, const void *data, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE], GError **error)
{
  g_autoptr (EVP_PKEY_CTX) context = NULL;
  g_autoptr (EVP_MD_CTX) digest = NULL;
  guint8 der[DS_SM2_SIGNATURE_SIZE + 16];
  gsize der_n = sizeof der;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || n == 0, FALSE);

  if (!self->has_private)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO, "A public key cannot sign");
      return FALSE;
    }

  context = new_context_with_id (self);
  digest = EVP_MD_CTX_new ();
  if (context != NULL && digest != NULL)
    {
      EVP_MD_CTX_set_pkey_ctx (digest, context);
      if (EVP_DigestSignInit (digest, NULL, EVP_sm3 (), NULL, self->pkey) == 1
          && EVP_DigestSign (digest, der, &der_n, n > 0 ? data : "", n) == 1
          && signature_from_der (der, der_n, signature))
        return TRUE;
    }
  set_error (error, DS_ERROR_CRYPTO, "libcrypto cannot sign with SM2");
  return FALSE;
}

gboolean
ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  g_autoptr (EVP_PKEY_CTX) context = NULL;
  g_autoptr (EVP_MD_CTX) digest = NULL;
  guint8 *der = NULL;
  int der_n;
  gboolean is_good = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || n == 0, FALSE);

  context = new_context_with_id (self);
  digest = EVP_MD_CTX_new ();
  der_n = signature_to_der (signature, &der);
  if (context != NULL && digest != NULL && der_n > 0)
    {
      EVP_MD_CTX_set_pkey_ctx (digest, context);
      is_good = EVP_DigestVerifyInit (digest, NULL, EVP_sm3 (), NULL, self->pkey) == 1
                && EVP_DigestVerify (digest, der, (gsize)der_n, n > 0 ? data : "", n) == 1;
    }
  OPENSSL_free (der);
  ERR_clear_error ();
  return is_good;
}

/* Digests */

typedef int (*CryptFunc) (EVP_PKEY_CTX *context,
                          unsigned char *out,
                          size_t *out_n,
                          const unsigned char *in,
                          size_t in_n);

/* libcrypto says first how long the answer is at most, then gives it. */
static GBytes *
crypt (EVP_PKEY_CTX *context, CryptFunc run, const void *data, gsize n)
{
  g_autofree guint8 *bytes = NULL;
  gsize bytes_n = 0;

  if (run (context, NULL, &bytes_n, data, n) <= 0 || bytes_n == 0)
    return NULL;
  bytes = g_malloc (bytes_n);
  if (run (context, bytes, &bytes_n, data, n) <= 0)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), bytes_n);
}

GBytes *
ds_key_encrypt (DsKey *self, const void *data, gsize n, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) context = NULL;
  GBytes *sealed = NULL;

  g_return_val_if_fail (self != NULL && data != NULL && n > 0, NULL);

  context = EVP_PKEY_CTX_new_from_pkey (NULL, self->pkey, NULL);
  if (context != NULL && EVP_PKEY_encrypt_init (context) > 0)
    sealed = crypt (context, EVP_PKEY_encrypt, data, n);
  if (sealed == NULL)
    set_error (error, DS_ERROR_CRYPTO, "libcrypto cannot encrypt to the key");
  return sealed;
}

GBytes *
ds_key_decrypt (DsKey *self, const void *data, gsize n, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) context = NULL;
  GBytes *opened = NULL;

  g_return_val_if_fail (self != NULL && self->has_private, NULL);
  g_return_val_if_fail (data != NULL && n > 0, NULL);

  context = EVP_PKEY_CTX_new_from_pkey (NULL, self->pkey, NULL);
  if (context != NULL && EVP_PKEY_decrypt_init (context) > 0)
    opened = crypt (context, EVP_PKEY_decrypt, data, n);
  if (opened == NULL)
    set_error (error, DS_ERROR_CRYPTO, "It was encrypted to another key, or changed since");
  return opened;
}

void
ds_sm3 (const void *data, gsize n, guint8 digest[DS_SM3_SIZE])
{
  if (EVP_Digest (n > 0 ? data : "", n, digest, NULL, EVP_sm3 (), NULL) != 1)
    g_error ("libcrypto was built without SM3");
}

char *
ds_sm3_hex (const void *data, gsize n)
{
  guint8 digest[DS_SM3_SIZE];

  ds_sm3 (data, n, digest);
  return ds_hex_encode (digest, sizeof digest);
}

void
ds_hmac_sm3 (const guint8 *key, gsize key_n, const void *data, gsize n, guint8 mac[DS_SM3_SIZE])
{
  const void *key_bytes = key_n > 0 ? (const void *)key : "";

  g_return_if_fail (key_n <= G_MAXINT);

  if (HMAC (EVP_sm3 (), key_bytes, (int)key_n, n > 0 ? data : (const guint8 *)"", n, mac, NULL) == NULL)
    g_error ("libcrypto was built without HMAC or SM3");
}
