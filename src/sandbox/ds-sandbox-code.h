/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox operators' collection code (收款码): "SBX1:" and, in Base45 (RFC 9285), what is to be paid to whom,
 * signed by the operator.
 *
 * A real operator's code is opaque to everybody else. This one can be read by the sandbox's own wallets, so that a
 * wallet without a network knows what a voucher has to say; handhelds do not read it. */
#pragma once

#include "ds-key.h"

G_BEGIN_DECLS

/* The longest payee name in a code, in bytes of UTF-8; a longer one is cut at a character. */
#define DS_SANDBOX_PAYEE_NAME_MAX 60

/**
 * DsSandboxCode:
 * @operator_id: three digits: whose order it is
 * @payment_id: UUIDv7
 * @amount_fen: above zero
 * @payee_id: at most 8 ASCII characters
 * @payee_name: shown to the customer
 * @expires_at_ms: the order's end
 */
typedef struct
{
  char *operator_id;
  char *payment_id;
  gint64 amount_fen;
  char *payee_id;
  char *payee_name;
  gint64 expires_at_ms;
  GBytes *bytes; /*< private >*/
} DsSandboxCode;

void ds_sandbox_code_free (DsSandboxCode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSandboxCode, ds_sandbox_code_free)

/* Returns: (transfer full) (nullable): the code's text; %DS_ERROR_INVALID if a field of @draft breaks its rule. */
char *ds_sandbox_code_sign (DsKey *operator_key, const DsSandboxCode *draft, GError **error);

gboolean ds_sandbox_code_text_is_code (const char *text);

/* Returns: (transfer full) (nullable): what the text says, its signature not verified. */
DsSandboxCode *ds_sandbox_code_parse (const char *text, GError **error);

/* Returns: whether a code that was parsed carries @operator_key's signature. */
gboolean ds_sandbox_code_verify (const DsSandboxCode *self, DsKey *operator_key);

G_END_DECLS
