/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rescue files: what a handheld may have to leave on a card for the depot, so that only the depot can read it.
 *
 *   "DSRESCUE" ‖ version (1 byte: 1) ‖ 0 ‖ n (2 bytes) ‖ wrapped secret (n bytes)         the head
 *   (length (4 bytes) ‖ ciphertext ‖ tag (16 bytes)) …                                    records, numbered from 0
 *
 * Numbers are big-endian. The secret, 32 new random bytes a file, is encrypted to the depot's SM2 key (GM/T 0003.4,
 * in the DER form of GM/T 0009 section 7.2, which `openssl pkeyutl -decrypt` reads too). HKDF with SM3 (RFC 5869;
 * salt: SM3 of the head, info: "Doorstep rescue file 1") makes the key of AES-256-GCM (NIST SP 800-38D). SM4-GCM
 * would be the national choice and is left out: OpenSSL has it from 3.1 on, Debian 12 carries 3.0. A record's nonce is
 * its number in 12 bytes; the digest of the head and the length are authenticated with it. So records can be appended
 * one by one, and neither changed, exchanged, nor left out from the middle; that the end is missing shows by the
 * missing end record, and what is before it can still be used.
 *
 * A record's first byte says what it is: see DsSealedKind. Readers pass over kinds they do not know. */
#pragma once

#include "ds-key.h"

G_BEGIN_DECLS

/* The longest content of a record. */
#define DS_SEALED_MAX_BYTES (1024 * 1024)

/**
 * DsSealedKind:
 * @DS_SEALED_DEVICE: whose file it is: a JSON object {"device","courier","public_key","app_version","made_at_ms",
 *   "acknowledgement" (the depot's last, if any)}; first in each file
 * @DS_SEALED_LINES: journal lines, each with its end of line
 * @DS_SEALED_END: nothing more was to be written: a JSON object {"first_seq","last_seq"}
 */
typedef enum
{
  DS_SEALED_DEVICE = 'D',
  DS_SEALED_LINES = 'J',
  DS_SEALED_END = 'E',
} DsSealedKind;

typedef struct _DsSealer DsSealer;

/**
 * ds_sealer_new:
 * @recipient: the depot's public key
 * @head: (out) (transfer full): the first bytes of the file
 * @error: return location for a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): what seals the records of one new file, in order. One thread at a time.
 */
DsSealer *ds_sealer_new (DsKey *recipient, GBytes **head, GError **error);
void ds_sealer_free (DsSealer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSealer, ds_sealer_free)

/**
 * ds_sealer_seal:
 * @data: (array length=n): at most %DS_SEALED_MAX_BYTES
 *
 * Returns: (transfer full) (nullable): the next record's bytes, to be written behind the ones before; %NULL with a
 *   %DS_ERROR_CRYPTO or %DS_ERROR_OVERFLOW, after which the file is at its end
 */
GBytes *ds_sealer_seal (DsSealer *self, DsSealedKind kind, const void *data, gsize n, GError **error);

typedef struct
{
  guint8 kind; /* a DsSealedKind, or one of a later version */
  GBytes *content;
} DsSealedRecord;

/**
 * ds_sealed_file_open:
 * @recipient: the depot's key pair
 * @file: the bytes, which may end anywhere
 * @rest: (out): how many bytes at the end could not be read: a record that was cut, or was changed
 * @error: %DS_ERROR_INVALID when it is no rescue file or of a later version; %DS_ERROR_CRYPTO when it was made for
 *   another key, or its head was changed
 *
 * Returns: (transfer full) (nullable) (element-type DsSealedRecord): the records up to the first that does not hold
 */
GArray *ds_sealed_file_open (DsKey *recipient, GBytes *file, gsize *rest, GError **error);

/* Whether the bytes begin as a rescue file does: for a clear word before anything is sent. */
gboolean ds_sealed_file_looks_like (GBytes *file);

G_END_DECLS
