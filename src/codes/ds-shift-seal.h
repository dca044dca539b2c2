/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shift seal: what a handheld vouches for when its shift is closed, small enough to be shown to the clerk as a QR
 * code, and checked without a server (design sections 3 and 6).
 *
 * "DSS1:" and the Base45 (RFC 9285) of one signed object of BER-TLV, tag E4, with private tags of a single byte, each
 * exactly once and in this order, the signature of the device (DE) last:
 *
 * | object             | bytes |      | object              | bytes |
 * |--------------------|-------|------|---------------------|-------|
 * | D1 device          | 16    |      | D6 digital, paid    | ≤8    |
 * | D2 shift           | 16    |      | D7 cash             | ≤8    |
 * | D3 head's number   | ≤8    |      | D8 vouchers         | ≤8    |
 * | D4 head's SM3      | 32    |      | D9 uncertain        | ≤8    |
 * | D5 time            | ≤4    |      | DA cash counted     | ≤8    |
 *
 * Numbers are unsigned, big-endian and without leading zeros. */
#pragma once

#include "ds-key.h"

G_BEGIN_DECLS

/* What a shift seal's text begins with. */
#define DS_SEAL_PREFIX "DSS1:"

/**
 * DsShiftSeal:
 * @device_id: UUIDv7, the kid of its journal
 * @shift_id: UUIDv7
 * @head_seq: the number of the entry that closed the shift
 * @head_sm3: that entry's line, in the chain of the journal (`prev` of the next)
 * @at_s: when it was closed, seconds since 1970-01-01 UTC
 * @paid_fen: digital, paid or settled, less what went back
 * @cash_fen: taken in cash, less what went back
 * @accepted_fen: vouchers not yet redeemed
 * @uncertain_fen: what may still turn out paid
 * @counted_fen: the cash in the drawer, with the float
 * @bytes: the signed bytes, verbatim
 *
 * Read-only once made.
 */
typedef struct
{
  char *device_id;
  char *shift_id;
  gint64 head_seq;
  guint8 head_sm3[DS_SM3_SIZE];
  gint64 at_s;
  gint64 paid_fen;
  gint64 cash_fen;
  gint64 accepted_fen;
  gint64 uncertain_fen;
  gint64 counted_fen;
  GBytes *bytes;
} DsShiftSeal;

void ds_shift_seal_free (DsShiftSeal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsShiftSeal, ds_shift_seal_free)

/**
 * ds_shift_seal_sign:
 * @device_key: the device's key pair
 * @draft: every field but @bytes
 * @error: return location for a %DS_ERROR_INVALID or a %DS_ERROR_CRYPTO
 *
 * Returns: (transfer full) (nullable): the seal, signed. Any thread.
 */
DsShiftSeal *ds_shift_seal_sign (DsKey *device_key, const DsShiftSeal *draft, GError **error);

/**
 * ds_shift_seal_parse_text:
 * @text: "DSS1:…"
 * @error: return location for a %DS_ERROR_INVALID that names what is wrong
 *
 * Checks the form, not the signature. Never allocates by a length that the text merely claims.
 *
 * Returns: (transfer full) (nullable): what it says. Any thread.
 */
DsShiftSeal *ds_shift_seal_parse_text (const char *text, GError **error);

/* Whether the device with @device_key signed it. Any thread. */
gboolean ds_shift_seal_verify (const DsShiftSeal *self, DsKey *device_key);

/* Returns: (transfer full): "DSS1:…", for the alphanumeric mode of a QR code. */
char *ds_shift_seal_to_text (const DsShiftSeal *self);

G_END_DECLS
