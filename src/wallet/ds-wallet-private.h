/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of DsWallet share. */
#pragma once

#include "ds-wallet.h"

#include "ds-bank-client.h"
#include "ds-evidence.h"
#include "ds-wallet-store.h"

G_BEGIN_DECLS

#define DS_WALLET_KEY_FILE "key.pem"
#define DS_WALLET_CA_FILE "ca.pem"
#define DS_WALLET_FILE "wallet.json"
#define DS_WALLET_STATE_FILE "state.json"

struct _DsWallet
{
  GObject parent;

  DsClock *clock;
  DsRandom *random;
  DsWalletStore *store;
  DsBankClient *client;
  DsKey *key;
  json_t *particulars; /* wallet.json: written once */
  DsWalletCertificate *certificate;
  GBytes *secret;
  json_t *state; /* state.json as last read or written */
};

/* One change of the state: reads nothing but @state, which is what the disk holds. */
typedef gboolean (*DsWalletChange) (DsWallet *self, json_t *state, gpointer data, GError **error);

/* Locks, reads, changes, writes durably, unlocks. When it fails, nothing has changed. */
gboolean ds_wallet_change (DsWallet *self, DsWalletChange change, gpointer data, GError **error);

/* Returns: (transfer none) (nullable) */
json_t *ds_wallet_lookup_payment (json_t *state, const char *payment_id);

/* What vouchers promise whose end is not known. */
gint64 ds_wallet_sum_promised (json_t *state);

/* Puts what the bank said of a payment into the state. */
void ds_wallet_merge_payment (json_t *state, json_t *payment);

G_END_DECLS
