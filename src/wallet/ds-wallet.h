/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A customer's sandbox wallet: for practice and tests, never linked into the handheld.
 *
 * Its directory holds the key, the certificate, the counter of its vouchers and what it knows of its payments. Window
 * and command may work on the same directory at the same time. Main thread. */
#pragma once

#include "ds-clock.h"
#include "ds-json.h"
#include "ds-random.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_WALLET (ds_wallet_get_type ())
G_DECLARE_FINAL_TYPE (DsWallet, ds_wallet, DS, WALLET, GObject)

/**
 * DsWallet::changed:
 *
 * The balance, the payments or the network switch may have changed.
 */

/**
 * DsWalletDraft:
 * @bank: "https://127.0.0.1:PORT"
 * @ca_path: PEM file with the bank's authority; copied
 * @operator_id: three digits
 * @name: the owner's
 * @tier: 1 … 4
 * @balance_fen, @red_packet_fen: what the wallet begins with
 */
typedef struct
{
  const char *bank;
  const char *ca_path;
  const char *operator_id;
  const char *name;
  gint64 tier;
  gint64 balance_fen;
  gint64 red_packet_fen;
} DsWalletDraft;

/**
 * ds_wallet_create_async:
 * @directory: without a wallet, or with one that was begun and got no answer: then it is the same wallet
 *
 * Makes the key, and has the bank open the wallet.
 */
void ds_wallet_create_async (const char *directory,
                             const DsWalletDraft *draft,
                             DsClock *clock,
                             DsRandom *random,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* Returns: (transfer full) (nullable): the wallet. */
DsWallet *ds_wallet_create_finish (GAsyncResult *result, GError **error);

/* %DS_ERROR_NOT_FOUND when the directory holds no wallet. */
DsWallet *ds_wallet_open (const char *directory, DsClock *clock, DsRandom *random, GError **error);

/* Reads again what another process may have changed. */
gboolean ds_wallet_reload (DsWallet *self, GError **error);

/* Returns: (transfer none): what the phone takes for the time. */
DsClock *ds_wallet_get_clock (DsWallet *self);
const char *ds_wallet_get_serial (DsWallet *self);
const char *ds_wallet_get_number (DsWallet *self);
const char *ds_wallet_get_name (DsWallet *self);
const char *ds_wallet_get_operator_id (DsWallet *self);
const char *ds_wallet_get_operator_name (DsWallet *self);
guint ds_wallet_get_tier (DsWallet *self);

/* As the bank last told, red packets included in neither. */
gint64 ds_wallet_get_balance_fen (DsWallet *self);
gint64 ds_wallet_get_red_packet_fen (DsWallet *self);
/* Vouchers given that the bank has not yet told the end of. */
gint64 ds_wallet_get_promised_fen (DsWallet *self);

/**
 * ds_wallet_get_payments:
 *
 * Returns: (transfer full): an array of the payments it knows, the newest first, in the bank's words: {"payment",
 *   "kind", "state", "amount_fen", "red_packet_fen", "refunded_fen", "payee_name", "operator", "operator_ref",
 *   "reason", "receipt", "at_ms", "spoken", "payer_code"}
 */
json_t *ds_wallet_get_payments (DsWallet *self);
/* Returns: (transfer full) (nullable) */
json_t *ds_wallet_find_payment (DsWallet *self, const char *payment_id);

gboolean ds_wallet_get_offline (DsWallet *self);
/* The phone's network switch: without it, whatever needs the bank fails at once, in words. */
gboolean ds_wallet_set_offline (DsWallet *self, gboolean offline, GError **error);

/* Codes; none of these needs a network */

/**
 * DsWalletDemand: what a collection code asks for
 * @code: its text
 */
typedef struct
{
  char *code;
  char *payment_id;
  gint64 amount_fen;
  char *payee_id;
  char *payee_name;
  gint64 expires_at_ms; /* 0 for none */
} DsWalletDemand;

void ds_wallet_demand_free (DsWalletDemand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsWalletDemand, ds_wallet_demand_free)

/* Reads a collection code: of a sandbox operator (its signature is verified) or built by a handheld. */
DsWalletDemand *ds_wallet_read_code (DsWallet *self, const char *code, GError **error);

/* The same for the first such code in @texts: (element-type DsSymbol), what was read from a picture. */
DsWalletDemand *ds_wallet_read_symbols (DsWallet *self, GPtrArray *symbols, GError **error);

/* Returns: (transfer full): the payer code of this minute, which ends at @expires_at_ms. */
char *ds_wallet_make_payer_code (DsWallet *self, gint64 *expires_at_ms);

/**
 * ds_wallet_make_voucher:
 * @demand: what to promise
 * @counter: (out) (optional): the voucher's counter
 * @error: %DS_ERROR_LIMIT past the certificate's limits or the money known to be there; %DS_ERROR_STATE when the
 *   payment is paid already
 *
 * Voucher and counter are on the disk before this returns. The same payment gets the same voucher again.
 *
 * Returns: (transfer full) (nullable): "DS1:…"
 */
char *ds_wallet_make_voucher (DsWallet *self, const DsWalletDemand *demand, gint64 *counter, GError **error);

/* Returns: (transfer full) (nullable): the receipt of a paid payment the wallet knows: "DS1:…". */
char *ds_wallet_get_receipt (DsWallet *self, const char *payment_id, GError **error);

/* The bank. Each fails with %G_IO_ERROR_NETWORK_UNREACHABLE while the phone has no network: nothing was sent; and with
 * %DS_ERROR_NETWORK when no answer came although it was asked again: then it is not known what happened */

/* Asks for balance and payments. */
void ds_wallet_refresh_async (DsWallet *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean ds_wallet_refresh_finish (DsWallet *self, GAsyncResult *result, GError **error);

void ds_wallet_pay_async (DsWallet *self,
                          const DsWalletDemand *demand,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
void ds_wallet_confirm_async (DsWallet *self,
                              const char *payment_id,
                              gboolean accept,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* Buys something in an ordinary shop. */
void ds_wallet_spend_async (DsWallet *self,
                            gint64 amount_fen,
                            const char *shop,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* For pay, confirm and spend alike. Returns: (transfer full) (nullable): the payment; its "state" is the outcome. */
json_t *ds_wallet_payment_finish (DsWallet *self, GAsyncResult *result, GError **error);

/* Sets or, with %NULL, only asks for the sandbox's faults; works without the phone's network too. */
void ds_wallet_set_faults_async (DsWallet *self,
                                 json_t *faults,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Returns: (transfer full) (nullable): the faults in force. */
json_t *ds_wallet_set_faults_finish (DsWallet *self, GAsyncResult *result, GError **error);

G_END_DECLS
