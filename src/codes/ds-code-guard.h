/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is in front of the scanner gets a kind. What to say about it is the caller's, who knows the screen. */
#pragma once

#include "ds-customer-receipt.h"
#include "ds-payer-code.h"
#include "ds-shift-seal.h"

G_BEGIN_DECLS

typedef enum
{
  DS_CODE_EMPTY,
  DS_CODE_RUBBISH,  /* not text, control characters, or longer than any code of ours */
  DS_CODE_EVIDENCE, /* DS1: or its EMVCo envelope: receipt or voucher, well formed or not */
  DS_CODE_ENROLMENT,
  DS_CODE_SEAL,             /* a shift seal */
  DS_CODE_CUSTOMER_RECEIPT, /* what a handheld gave a customer */
  DS_CODE_PAYER,            /* a payer code of any wallet: see @payer */
  DS_CODE_COLLECTION, /* somebody's collection code: EMVCo merchant-presented, or the sandbox operators' */
  DS_CODE_WALLET_LINK, /* a link of another wallet or shop: WeChat Pay, Alipay, UnionPay, Douyin, Meituan, JD */
  DS_CODE_WEB_LINK,
  DS_CODE_WIFI,
  DS_CODE_CONTACT,        /* vCard, MeCard */
  DS_CODE_PHONE,          /* tel:, sms: and the like */
  DS_CODE_CRYPTO,         /* bitcoin:, ethereum: and the like, or a bare address */
  DS_CODE_WAYBILL_SHAPED, /* letters and digits as waybills are: only the manifest can say whether it is one */
  DS_CODE_TEXT,           /* none of these */
} DsCodeKind;

/**
 * DsCodeSighting:
 * @kind: what it is
 * @payer: for %DS_CODE_PAYER, whose
 * @operator_id: for an e-CNY payer code, the operator's three digits
 * @whose: (nullable): for payer codes, links and foreign codes, a name people know ("WeChat Pay", "Alipay"), a static string,
 *   marked for translation
 */
typedef struct
{
  DsCodeKind kind;
  DsPayerCodeKind payer;
  char operator_id[4];
  const char *whose;
} DsCodeSighting;

/* Looks at any text, up to gigabytes, without trusting it. A waybill's digits can have the form of a payer code,
 * so whoever knows the manifest asks it first. Pure; any thread. */
void ds_code_guard_look (const char *text, DsCodeSighting *sighting);

/* Returns: (transfer full): the beginning of @text in one line, fit to be shown to people within a sentence: shortened, and
 * without what would move, hide or turn round the text about it (control, bidirectional and invisible characters).
 * @text: UTF-8. */
char *ds_code_guard_quote (const char *text);

/* "evidence", "payer", … for JSON and tests; never translated. */
const char *ds_code_kind_to_name (DsCodeKind kind);

G_END_DECLS
