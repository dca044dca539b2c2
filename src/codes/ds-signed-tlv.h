/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A constructed TLV object whose last inner object is an SM2 signature over every byte before that object.
 *
 * Tag and length of the whole stand under the signature too, so no kind can pass as another, and nothing can stand
 * before, behind or between. */
#pragma once

#include "ds-key.h"
#include "ds-tlv.h"

G_BEGIN_DECLS

/* The tag of the signature object: the last of the single-byte private tags. */
#define DS_SIGNED_TLV_SIGNATURE 0xDE

/**
 * DsSignedTlv:
 * @objects: reads the inner objects but the signature
 * @signed_n: how many of the bytes are signed, from the first
 * @signature: raw r‖s
 *
 * Borrows the bytes that were opened.
 */
typedef struct
{
  DsTlvReader objects;
  gsize signed_n;
  const guint8 *signature;
} DsSignedTlv;

/**
 * ds_signed_tlv_seal:
 * @key: a key pair
 * @tag: the tag of the whole
 * @objects: the inner objects, in TLV
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): the whole, signed
 */
GBytes *ds_signed_tlv_seal (DsKey *key, guint32 tag, const GByteArray *objects, GError **error);

/* Takes the whole apart without verifying; %DS_ERROR_INVALID unless @bytes are one object @tag with a signature. */
gboolean ds_signed_tlv_open (GBytes *bytes, guint32 tag, DsSignedTlv *opened, GError **error);

/* Whether @bytes, an object @tag, are signed with @key. */
gboolean ds_signed_tlv_verify (GBytes *bytes, guint32 tag, DsKey *key);

G_END_DECLS
