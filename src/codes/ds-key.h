/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SM2 keys and SM3 digests (GM/T 0003, GM/T 0004, GM/T 0009) on libcrypto. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define DS_SM3_SIZE 32
#define DS_SM2_SIGNATURE_SIZE 64 /* raw r‖s, big-endian */
#define DS_SM2_PUBLIC_SIZE 65    /* 04 ‖ x ‖ y */
#define DS_SM2_COMPRESSED_SIZE 33

typedef struct _DsKey DsKey;

#define DS_TYPE_KEY (ds_key_get_type ())
GType ds_key_get_type (void);

/* A key is immutable and counted; any thread may use it. */
DsKey *ds_key_ref (DsKey *self);
void ds_key_unref (DsKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsKey, ds_key_unref)

/* Returns: (transfer full) (nullable): a new key pair, or %NULL with a %DS_ERROR_CRYPTO. */
DsKey *ds_key_generate (GError **error);

/**
 * ds_key_new_from_public:
 * @bytes: a point, uncompressed (65 bytes) or compressed (33)
 * @n: its length
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a key that can only verify; %NULL if the point is not on the curve
 */
DsKey *ds_key_new_from_public (const guint8 *bytes, gsize n, GError **error);

/* The same point in hexadecimal, the form of the wire. */
DsKey *ds_key_new_from_public_hex (const char *hex, GError **error);

/* The private key @d (32 bytes, big-endian); the public point is computed. */
DsKey *ds_key_new_from_private (const guint8 d[32], GError **error);

/* PKCS #8 PEM with the private key. */
DsKey *ds_key_new_from_pem (const char *pem, GError **error);
char *ds_key_to_pem (DsKey *self, GError **error);

/* PEM of the public key alone (SubjectPublicKeyInfo), for `openssl pkeyutl` and friends. */
char *ds_key_public_to_pem (DsKey *self, GError **error);

gboolean ds_key_has_private (DsKey *self);

/* Returns: (transfer none): 65 bytes. */
const guint8 *ds_key_get_public (DsKey *self);
/* Writes the compressed point. */
void ds_key_get_public_compressed (DsKey *self, guint8 bytes[DS_SM2_COMPRESSED_SIZE]);
/* Returns: (transfer full): the uncompressed point in lower-case hexadecimal, the form of the wire. */
char *ds_key_get_public_hex (DsKey *self);

/**
 * ds_key_sign:
 * @self: a key pair
 * @data: (array length=n): what to sign
 * @n: how many bytes
 * @signature: (out): raw r‖s
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * SM2 with SM3 and the standard distinguishing id 1234567812345678 (GM/T 0009-2012 section 10).
 *
 * Returns: whether @signature was written. Any thread.
 */
gboolean
ds_key_sign (DsKey *self, const void *data, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE], GError **error);

/* Returns: whether @signature is @self's over @data. Any thread. */
gboolean
ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 signature[DS_SM2_SIGNATURE_SIZE]);

/**
 * ds_key_encrypt:
 * @self: the receiver's key; its public half is enough
 * @data: (array length=n): a short secret
 *
 * Public-key encryption of SM2 (GM/T 0003.4-2012 section 6) in the DER form of GM/T 0009-2012 section 7.2.
 *
 * Returns: (transfer full) (nullable): the ciphertext, or %NULL with a %DS_ERROR_CRYPTO. Any thread.
 */
GBytes *ds_key_encrypt (DsKey *self, const void *data, gsize n, GError **error);

/* The other way, with the key pair; %DS_ERROR_CRYPTO also when it was encrypted to another key. */
GBytes *ds_key_decrypt (DsKey *self, const void *data, gsize n, GError **error);

/* The SM3 digest (GM/T 0004). */
void ds_sm3 (const void *data, gsize n, guint8 digest[DS_SM3_SIZE]);

/* Returns: (transfer full): the SM3 digest in lower-case hexadecimal. */
char *ds_sm3_hex (const void *data, gsize n);

/* HMAC with SM3 (RFC 2104). */
void ds_hmac_sm3 (const guint8 *key, gsize key_n, const void *data, gsize n, guint8 mac[DS_SM3_SIZE]);

G_END_DECLS
