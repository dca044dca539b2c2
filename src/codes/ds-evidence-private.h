/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The objects of receipts, vouchers and wallet certificates (design section 3): private tags of a single byte
 * (ISO/IEC 8825-1 section 8.1.2), each exactly once and in this order, the signature (DE) last.
 *
 * | object                | bytes | receipt E1 | voucher E2 | certificate E3 |
 * |-----------------------|-------|------------|------------|----------------|
 * | C1 payment id         | 16    | 1          | 1          |                |
 * | C2 amount             | ≤5    | 2          | 2          |                |
 * | C3 payee              | ≤8    | 3          | 3          |                |
 * | C4 operator           | 2     | 4          |            |                |
 * | C5 operator reference | ≤20   | 5          |            |                |
 * | C6 red packet         | ≤5    | 6          |            |                |
 * | C7 time               | ≤4    | 7          | 6          |                |
 * | C8 counter            | ≤4    |            | 5          |                |
 * | C9 wallet             | 8     |            |            | 1              |
 * | CA public key         | 33    |            |            | 2              |
 * | CB terms              | 11    |            |            | 3              |
 * | E3 certificate        | 126   |            | 4          |                |
 *
 * Numbers are unsigned and big-endian. The wallet is the operator's number (2) and the serial (6); the terms are the
 * tier (1), the last valid day counted from 1970-01-01 (2) and the limits for one voucher and for all (4 each). The
 * certificate has fixed parts where others have objects: a voucher must fit in a version 11 symbol at level M, and
 * with one object for each of its numbers it would be 6 bytes too long. */
#pragma once

#include "ds-signed-tlv.h"

#define DS_EVIDENCE_TAG_PAYMENT 0xC1
#define DS_EVIDENCE_TAG_AMOUNT 0xC2
#define DS_EVIDENCE_TAG_PAYEE 0xC3
#define DS_EVIDENCE_TAG_OPERATOR 0xC4
#define DS_EVIDENCE_TAG_OPERATOR_REF 0xC5
#define DS_EVIDENCE_TAG_RED_PACKET 0xC6
#define DS_EVIDENCE_TAG_TIME 0xC7
#define DS_EVIDENCE_TAG_COUNTER 0xC8
#define DS_EVIDENCE_TAG_WALLET 0xC9
#define DS_EVIDENCE_TAG_PUBLIC_KEY 0xCA
#define DS_EVIDENCE_TAG_TERMS 0xCB

#define DS_EVIDENCE_TAG_RECEIPT 0xE1
#define DS_EVIDENCE_TAG_VOUCHER 0xE2
#define DS_EVIDENCE_TAG_CERTIFICATE 0xE3

/* Every certificate has this length: fixed parts, and nothing optional. */
#define DS_WALLET_CERTIFICATE_SIZE 126
