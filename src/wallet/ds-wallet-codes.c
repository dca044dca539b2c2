/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codes a wallet reads and shows; none of them needs a network. */
#include "config.h"

#include "ds-wallet-private.h"

#include "ds-collection-code.h"
#include "ds-decoder.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-money.h"
#include "ds-sandbox-code.h"
#include "ds-sandbox-payer-code.h"

#include <glib/gi18n.h>
#include <string.h>

void
ds_wallet_demand_free (DsWalletDemand *self)
{
  g_free (self->code);
  g_free (self->payment_id);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_free (self);
}

/* Collection codes */

/* Returns: (transfer full) (nullable): the key that the bank told for the operator. */
static DsKey *
find_operator_key (DsWallet *self, const char *operator_id)
{
  json_t *known;
  size_t i;

  json_array_foreach (json_object_get (self->particulars, "operators"), i, known)
  {
    const char *id = json_string_value (json_object_get (known, "id"));
    const char *text = json_string_value (json_object_get (known, "public_key"));
    g_autoptr (GBytes) bytes = text ? ds_hex_decode (text, NULL) : NULL;

    if (bytes != NULL && g_strcmp0 (id, operator_id) == 0)
      return ds_key_new_from_public (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  }
  return NULL;
}

static DsWalletDemand *
read_sandbox_code (DsWallet *self, const char *text, GError **error)
{
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (text, error);
  g_autoptr (DsKey) key = NULL;
  DsWalletDemand *demand;

  if (code == NULL)
    return NULL;
  key = find_operator_key (self, code->operator_id);
  if (key == NULL || !ds_sandbox_code_verify (code, key))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO,
                           _ ("This collection code is forged: its operator did not sign it. Do not pay"));
      return NULL;
    }
  demand = g_new0 (DsWalletDemand, 1);
  demand->payment_id = g_strdup (code->payment_id);
  demand->amount_fen = code->amount_fen;
  demand->payee_id = g_strdup (code->payee_id);
  demand->payee_name = g_strdup (code->payee_name);
  demand->expires_at_ms = code->expires_at_ms;
  return demand;
}

static DsWalletDemand *
read_built_code (const char *text, GError **error)
{
  g_autoptr (DsCollectionCode) code = ds_collection_code_parse (text, NULL);
  DsWalletDemand *demand;

  if (code == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("This is no collection code that a practice wallet can pay"));
      return NULL;
    }
  demand = g_new0 (DsWalletDemand, 1);
  demand->payment_id = g_strdup (code->payment_id);
  demand->amount_fen = code->amount_fen;
  demand->payee_id = g_strdup (code->payee_id);
  demand->payee_name = g_strdup (code->payee_name);
  demand->expires_at_ms = code->expires_at_s * 1000;
  return demand;
}

DsWalletDemand *
ds_wallet_read_code (DsWallet *self, const char *text, GError **error)
{
  g_autofree char *code = NULL;
  DsWalletDemand *demand;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  code = g_strstrip (g_strdup (text));
  demand = ds_sandbox_code_text_is_code (code) ? read_sandbox_code (self, code, error)
                                               : read_built_code (code, error);
  if (demand != NULL)
    demand->code = g_steal_pointer (&code);
  return demand;
}

DsWalletDemand *
ds_wallet_read_symbols (DsWallet *self, GPtrArray *symbols, GError **error)
{
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  for (guint i = 0; i < symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (symbols, i);
      DsWalletDemand *demand;

      g_clear_error (&problem);
      demand = ds_wallet_read_code (self, symbol->text, &problem);
      if (demand != NULL)
        return demand;
    }
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                         _ ("There is no code to be read in this picture"));
  return NULL;
}

/* Payer code */

char *
ds_wallet_make_payer_code (DsWallet *self, gint64 *expires_at_ms)
{
  gint64 now_ms;
  guint64 number;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  now_ms = ds_clock_get_wall_ms (self->clock);
  *expires_at_ms = (now_ms / DS_SANDBOX_STEP_MS + 1) * DS_SANDBOX_STEP_MS;
  number = g_ascii_strtoull (ds_wallet_get_number (self), NULL, 10);
  return ds_sandbox_payer_code_make (ds_wallet_get_operator_id (self), (guint)number,
                                     g_bytes_get_data (self->secret, NULL), now_ms);
}

/* Vouchers */

typedef struct
{
  const DsWalletDemand *demand;
  json_t *voucher; /* what the state holds of it */
} Giving;

static json_t *
find_voucher (json_t *state, const char *payment_id)
{
  json_t *voucher;
  size_t i;

  json_array_foreach (json_object_get (state, "vouchers"), i, voucher)
  {
    if (g_strcmp0 (json_string_value (json_object_get (voucher, "payment")), payment_id) == 0)
      return voucher;
  }
  return NULL;
}

static gboolean
check_demand (DsWallet *self, json_t *state, const DsWalletDemand *demand, GError **error)
{
  gint64 now_ms = ds_clock_get_wall_ms (self->clock);
  json_t *payment = ds_wallet_lookup_payment (state, demand->payment_id);
  const char *known = json_string_value (json_object_get (payment, "state"));

  if (g_strcmp0 (known, "paid") == 0 || g_strcmp0 (known, "waiting") == 0
      || g_strcmp0 (known, "processing") == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("This wallet has paid this, or is paying it: show the receipt instead"));
  else if (demand->expires_at_ms != 0 && now_ms > demand->expires_at_ms)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("This code has expired: ask the courier for a new one"));
  else if (now_ms / 1000 > self->certificate->not_after_s)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("The wallet's certificate has expired: it can give no vouchers"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_limits (DsWallet *self, json_t *state, const DsWalletDemand *demand, GError **error)
{
  gint64 promised_fen = ds_wallet_sum_promised (state);
  gint64 known_fen = json_integer_value (json_object_get (state, "balance_fen"))
                     + json_integer_value (json_object_get (state, "red_packet_fen"));
  char text[DS_MONEY_TEXT_SIZE];

  if (demand->amount_fen > self->certificate->voucher_limit_fen)
    g_set_error (error, DS_ERROR, DS_ERROR_LIMIT,
                 _ ("Without a network this wallet may promise at most ¥%s at once"),
                 ds_money_format_grouped (self->certificate->voucher_limit_fen, text));
  else if (demand->amount_fen > self->certificate->total_limit_fen - promised_fen)
    g_set_error (error, DS_ERROR, DS_ERROR_LIMIT,
                 _ ("Of what this wallet may promise without a network, ¥%s is left"),
                 ds_money_format_grouped (self->certificate->total_limit_fen - promised_fen, text));
  else if (demand->amount_fen > known_fen - promised_fen)
    g_set_error (error, DS_ERROR, DS_ERROR_LIMIT, _ ("As far as this wallet knows, ¥%s is left in it"),
                 ds_money_format_grouped (known_fen - promised_fen, text));
  else
    return TRUE;
  return FALSE;
}

static char *
sign_voucher (DsWallet *self, const DsWalletDemand *demand, gint64 counter, GError **error)
{
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_VOUCHER,
    .payment_id = demand->payment_id,
    .amount_fen = demand->amount_fen,
    .payee_id = demand->payee_id,
    .counter = counter,
    .at_s = ds_clock_get_wall_ms (self->clock) / 1000,
  };
  g_autoptr (DsEvidence) voucher = ds_voucher_sign (self->key, self->certificate, &draft, error);

  return voucher ? ds_evidence_to_text (voucher) : NULL;
}

static gboolean
give_voucher (DsWallet *self, json_t *state, gpointer data, GError **error)
{
  Giving *giving = data;
  const DsWalletDemand *demand = giving->demand;
  gint64 counter = json_integer_value (json_object_get (state, "counter"));
  g_autofree char *text = NULL;

  giving->voucher = find_voucher (state, demand->payment_id);
  if (giving->voucher == NULL)
    {
      if (!check_demand (self, state, demand, error) || !check_limits (self, state, demand, error))
        return FALSE;
      text = sign_voucher (self, demand, counter, error);
      if (text == NULL)
        return FALSE;
      giving->voucher = json_pack (
          "{s:s, s:I, s:s, s:I, s:s, s:s, s:I}", "payment", demand->payment_id, "amount_fen",
          (json_int_t)demand->amount_fen, "payee_name", demand->payee_name, "counter", (json_int_t)counter,
          "voucher", text, "state", "promised", "at_ms", (json_int_t)ds_clock_get_wall_ms (self->clock));
      json_array_insert_new (json_object_get (state, "vouchers"), 0, giving->voucher);
      json_object_set_new (state, "counter", json_integer (counter + 1));
    }
  json_incref (giving->voucher);
  return TRUE;
}

char *
ds_wallet_make_voucher (DsWallet *self, const DsWalletDemand *demand, gint64 *counter, GError **error)
{
  Giving giving = { .demand = demand };
  g_autoptr (json_t) voucher = NULL;
  gboolean given;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);
  g_return_val_if_fail (demand != NULL, NULL);

  given = ds_wallet_change (self, give_voucher, &giving, error);
  voucher = giving.voucher;
  if (!given)
    return NULL;

  if (counter != NULL)
    *counter = json_integer_value (json_object_get (voucher, "counter"));
  return g_strdup (json_string_value (json_object_get (voucher, "voucher")));
}

/* Receipts */

char *
ds_wallet_get_receipt (DsWallet *self, const char *payment_id, GError **error)
{
  g_autoptr (json_t) payment = NULL;
  const char *text;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsEvidence) receipt = NULL;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  payment = ds_wallet_find_payment (self, payment_id);
  text = json_string_value (json_object_get (payment, "receipt"));
  if (text == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, _ ("This wallet has no receipt for payment %s"),
                   payment_id);
      return NULL;
    }
  bytes = ds_base64url_decode (text, -1, error);
  receipt = bytes ? ds_evidence_parse (bytes, error) : NULL;
  return receipt ? ds_evidence_to_text (receipt) : NULL;
}
