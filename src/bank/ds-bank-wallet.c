/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wallets: opening them, finding them, and what their tier lets them spend. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

#define CERTIFICATE_LIFE_S (G_GINT64_CONSTANT (90) * 24 * 60 * 60)

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)
/* A wallet's day begins at midnight in China, which has had one zone without summer time since 1992. */
#define CHINA_OFFSET_MS (G_GINT64_CONSTANT (8) * 60 * 60 * 1000)

/**
 * Tier:
 * @balance_fen: the most a wallet may be opened with
 * @single_fen, @daily_fen: the most it may pay at once and on one day
 * @voucher_fen, @vouchers_fen: what the operator answers for in one voucher, and in all not yet redeemed
 */
typedef struct
{
  gint64 balance_fen;
  gint64 single_fen;
  gint64 daily_fen;
  gint64 voucher_fen;
  gint64 vouchers_fen;
} Tier;

/* By tier; the notes on digital RMB give tiers 2 to 4, and that tier 1 is the highest. The limits for vouchers are
 * the sandbox's own. */
static const Tier tiers[] = {
  [1] = { 1000000000, 1000000000, 1000000000, 500000, 2000000 },
  [2] = { 50000000, 5000000, 10000000, 200000, 500000 },
  [3] = { 2000000, 500000, 1000000, 100000, 300000 },
  [4] = { 1000000, 200000, 500000, 50000, 100000 },
};

void
ds_bank_wallet_free (DsBankWallet *self)
{
  g_free (self->serial);
  g_free (self->operator_id);
  g_free (self->name);
  g_free (self->public_key);
  g_clear_pointer (&self->secret, g_bytes_unref);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_free (self);
}

#define WALLET_COLUMNS                                                                                       \
  "serial, operator, number, name, public_key, secret, tier, certificate, balance_fen, red_packet_fen"

static DsBankWallet *
read_wallet (DsQuery *query)
{
  DsBankWallet *wallet = g_new0 (DsBankWallet, 1);

  wallet->serial = g_strdup (ds_db_column_text (query, 0));
  wallet->operator_id = g_strdup (ds_db_column_text (query, 1));
  wallet->number = (guint)ds_db_column_int (query, 2);
  wallet->name = g_strdup (ds_db_column_text (query, 3));
  wallet->public_key = g_strdup (ds_db_column_text (query, 4));
  wallet->secret = ds_bank_column_bytes (query, 5);
  wallet->tier = (guint)ds_db_column_int (query, 6);
  wallet->certificate = ds_bank_column_bytes (query, 7);
  wallet->balance_fen = ds_db_column_int (query, 8);
  wallet->red_packet_fen = ds_db_column_int (query, 9);
  return wallet;
}

static DsBankWallet *
take_wallet (DsBank *self, DsQuery *query, const char *what, GError **error)
{
  DsBankWallet *wallet = NULL;
  gboolean row;

  if (!ds_db_step (self->db, query, &row, error))
    return NULL;
  if (row)
    wallet = read_wallet (query);
  else
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "The bank has no wallet %s", what);
  ds_db_reset (query);
  return wallet;
}

DsBankWallet *
ds_bank_load_wallet (DsBank *self, const char *serial, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT " WALLET_COLUMNS " FROM wallet WHERE serial = ?", error);

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, serial);
  return take_wallet (self, query, serial, error);
}

DsBankWallet *
ds_bank_load_wallet_by_number (DsBank *self, const char *operator_id, guint number, GError **error)
{
  g_autofree char *what = g_strdup_printf ("%06u at operator %s", number, operator_id);
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT " WALLET_COLUMNS " FROM wallet WHERE operator = ? AND number = ?", error);

  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, operator_id);
  ds_db_bind_int (query, 2, number);
  return take_wallet (self, query, what, error);
}

gboolean
ds_bank_take_nonce (DsBank *self, const char *serial, gint64 nonce, GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db, "UPDATE wallet SET nonce = ?1 WHERE serial = ?2 AND nonce < ?1", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, nonce);
  ds_db_bind_text (query, 2, serial);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  if (sqlite3_changes (ds_db_get_handle (self->db)) == 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_UNAUTHORISED,
                           "The wallet has sent this request, or a later one, before");
      return FALSE;
    }
  return TRUE;
}

/* Opening */

static gboolean
check_draft (DsBank *self, const DsBankWalletDraft *draft, GError **error)
{
  gint64 sum_fen;

  if (ds_bank_find_operator (self, draft->operator_id) == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "The sandbox has no operator “%.*s”",
                   ds_utf8_cut (draft->operator_id, 10), draft->operator_id);
      return FALSE;
    }
  if (draft->tier < 1 || draft->tier >= (gint64)G_N_ELEMENTS (tiers))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A wallet's tier is 1, 2, 3 or 4");
      return FALSE;
    }
  if (*draft->name == '\0' || strlen (draft->name) > 60)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A wallet's owner has a name of 1 to 60 bytes");
      return FALSE;
    }
  if (draft->balance_fen < 0 || draft->red_packet_fen < 0
      || !ds_money_add (draft->balance_fen, draft->red_packet_fen, &sum_fen)
      || sum_fen > tiers[draft->tier].balance_fen)
    {
      char text[DS_MONEY_TEXT_SIZE];

      g_set_error (error, DS_ERROR, DS_ERROR_LIMIT,
                   "A wallet of tier %d holds at most ¥%s: give it less, or a better tier", (int)draft->tier,
                   ds_money_format_grouped (tiers[draft->tier].balance_fen, text));
      return FALSE;
    }
  return TRUE;
}

static DsKey *
read_public_key (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (text, error);

  if (bytes == NULL)
    return NULL;
  return ds_key_new_from_public (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static DsWalletCertificate *
certify (DsBank *self, const DsBankWalletDraft *draft, const guint8 *serial, DsKey *key, GError **error)
{
  const Tier *tier = &tiers[draft->tier];
  g_autofree char *operator_id = g_strdup (draft->operator_id);
  DsWalletCertificate certificate = {
    .operator_id = operator_id,
    .tier = (guint)draft->tier,
    .voucher_limit_fen = tier->voucher_fen,
    .total_limit_fen = tier->vouchers_fen,
    .not_after_s = ds_bank_now_ms (self) / 1000 + CERTIFICATE_LIFE_S,
  };

  memcpy (certificate.serial, serial, DS_WALLET_SERIAL_SIZE);
  ds_key_get_public_compressed (key, certificate.public_key);
  return ds_wallet_certificate_sign (ds_bank_find_operator (self, draft->operator_id)->key, &certificate,
                                     error);
}

static gboolean
insert_wallet (DsBank *self,
               const DsBankWalletDraft *draft,
               const char *serial,
               const guint8 *secret,
               GBytes *certificate,
               GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "INSERT INTO wallet (serial, operator, number, name, public_key, secret, tier,"
                       "  certificate, opening_balance_fen, opening_red_packet_fen, created_at_ms)"
                       " SELECT ?1, ?2, COALESCE (MAX (number), 100000) + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10"
                       " FROM wallet WHERE operator = ?2",
                       error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, serial);
  ds_db_bind_text (query, 2, draft->operator_id);
  ds_db_bind_text (query, 3, draft->name);
  ds_db_bind_text (query, 4, draft->public_key);
  ds_db_bind_blob (query, 5, secret, DS_SANDBOX_SECRET_SIZE);
  ds_db_bind_int (query, 6, draft->tier);
  ds_db_bind_blob (query, 7, g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate));
  ds_db_bind_int (query, 8, draft->balance_fen);
  ds_db_bind_int (query, 9, draft->red_packet_fen);
  ds_db_bind_int (query, 10, ds_bank_now_ms (self));
  return ds_db_run (self->db, query, error);
}

static gboolean
open_wallet (DsBank *self, const DsBankWalletDraft *draft, DsKey *key, char **serial_text, GError **error)
{
  guint8 serial[DS_WALLET_SERIAL_SIZE], secret[DS_SANDBOX_SECRET_SIZE];
  g_autoptr (DsWalletCertificate) certificate = NULL;
  DsBankMovement opening = {
    .kind = "opening",
    .operator_id = draft->operator_id,
    .account = "issue",
    .to_wallet = TRUE,
    .balance_fen = draft->balance_fen,
    .red_packet_fen = draft->red_packet_fen,
  };

  ds_random_fill (self->random, serial, sizeof serial);
  ds_random_fill (self->random, secret, sizeof secret);
  *serial_text = ds_hex_encode (serial, sizeof serial);
  opening.wallet = *serial_text;

  certificate = certify (self, draft, serial, key, error);
  return certificate != NULL && insert_wallet (self, draft, *serial_text, secret, certificate->bytes, error)
         && (draft->balance_fen + draft->red_packet_fen == 0 || ds_bank_move (self, &opening, NULL, error));
}

/* @serial: (out) (transfer full): %NULL when no wallet has this key. */
static gboolean
find_opened (DsBank *self, const DsBankWalletDraft *draft, char **serial, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT serial, operator = ?2 AND name = ?3 AND tier = ?4"
                                  "  AND opening_balance_fen = ?5 AND opening_red_packet_fen = ?6"
                                  " FROM wallet WHERE public_key = ?1",
                                  error);
  gboolean row, same = TRUE;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, draft->public_key);
  ds_db_bind_text (query, 2, draft->operator_id);
  ds_db_bind_text (query, 3, draft->name);
  ds_db_bind_int (query, 4, draft->tier);
  ds_db_bind_int (query, 5, draft->balance_fen);
  ds_db_bind_int (query, 6, draft->red_packet_fen);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      *serial = g_strdup (ds_db_column_text (query, 0));
      same = ds_db_column_int (query, 1) != 0;
    }
  ds_db_reset (query);

  if (!same)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                         "A wallet with this key has been opened before, with other particulars");
  return same;
}

DsBankWallet *
ds_bank_open_wallet (DsBank *self, const DsBankWalletDraft *draft, GError **error)
{
  g_autoptr (DsKey) key = NULL;
  g_autofree char *public_key = NULL;
  g_autofree char *serial = NULL;
  DsBankWalletDraft normal = *draft;

  if (!check_draft (self, draft, error))
    return NULL;
  key = read_public_key (draft->public_key, error);
  if (key == NULL)
    return NULL;
  public_key = ds_key_get_public_hex (key);
  normal.public_key = public_key;

  if (!find_opened (self, &normal, &serial, error))
    return NULL;
  if (serial == NULL)
    {
      if (!ds_db_begin (self->db, error)
          || !ds_bank_end (self, open_wallet (self, &normal, key, &serial, error), error))
        return NULL;
    }
  return ds_bank_load_wallet (self, serial, error);
}

/* Limits */

gboolean
ds_bank_check_spending (DsBank *self, const char *serial, gint64 amount_fen, char **reason, GError **error)
{
  g_autoptr (DsBankWallet) wallet = ds_bank_load_wallet (self, serial, error);
  const Tier *tier;
  gint64 now_ms = ds_bank_now_ms (self) + CHINA_OFFSET_MS;
  gint64 day_ms = now_ms - now_ms % DAY_MS - CHINA_OFFSET_MS;
  char text[DS_MONEY_TEXT_SIZE];
  gint64 spent_fen;

  *reason = NULL;
  if (wallet == NULL || !ds_bank_sum_spent (self, serial, day_ms, &spent_fen, error))
    return FALSE;

  tier = &tiers[wallet->tier];
  if (amount_fen > tier->single_fen)
    *reason = g_strdup_printf ("above the wallet's limit of ¥%s for one payment",
                               ds_money_format_grouped (tier->single_fen, text));
  else if (amount_fen > tier->daily_fen - spent_fen)
    *reason = g_strdup_printf ("above the wallet's limit of ¥%s a day",
                               ds_money_format_grouped (tier->daily_fen, text));
  else if (amount_fen > wallet->balance_fen + wallet->red_packet_fen)
    *reason = g_strdup ("insufficient balance");
  return TRUE;
}
