/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second opinion on signatures: the openssl command, given files, as anybody would check them. */
#pragma once

#include "ds-key.h"

/* Whether there is such a command; if not, the test is marked as skipped. */
gboolean openssl_command_is_here (void);

/* Whether the command finds @signature to be @key's over @data under the distinguishing @id. */
gboolean openssl_command_verifies (DsKey *key,
                                   const char *id,
                                   const void *data,
                                   gsize n,
                                   const guint8 signature[DS_SM2_SIGNATURE_SIZE]);

/* Signs @data as the command does, with @key's private half. */
void openssl_command_sign (DsKey *key,
                           const char *id,
                           const void *data,
                           gsize n,
                           guint8 signature[DS_SM2_SIGNATURE_SIZE]);

/* Two numbers as ASN.1, SEQUENCE { INTEGER r, INTEGER s }, and back; apart from the code under test. */
GByteArray *sm2_der_from_raw (const guint8 signature[DS_SM2_SIGNATURE_SIZE]);
void sm2_raw_from_der (const guint8 *der, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE]);
