/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payer codes (付款码): whose wallet a code belongs to, by its prefix and length. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DS_PAYER_CODE_NONE, /* no payer code at all */
  DS_PAYER_CODE_ECNY,
  DS_PAYER_CODE_WECHAT,
  DS_PAYER_CODE_ALIPAY,
  DS_PAYER_CODE_UNIONPAY,
  DS_PAYER_CODE_EMV_CPM, /* EMVCo consumer-presented, base64 */
} DsPayerCodeKind;

/**
 * ds_payer_code_classify:
 * @text: what was scanned or typed; blanks inside are ignored, as people read such codes in groups
 * @operator_id: (out) (optional): room for 4 bytes: for e-CNY, digits 3 to 5, the operator; else ""
 *
 * Lenient: by the table in the project's notes on payer-code prefixes, not by check digits.
 *
 * Returns: whose it is. Any thread.
 */
DsPayerCodeKind ds_payer_code_classify (const char *text, char operator_id[4]);

/* Returns: (transfer full): @text without blanks: the digits alone. */
char *ds_payer_code_normalize (const char *text);

G_END_DECLS
