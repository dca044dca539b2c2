/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox bank's HTTPS server, which customers' wallets call under /sandbox/v1.
 *
 * For loopback, practice and tests only: anybody who reaches it may open a wallet full of play money and set
 * faults. */
#pragma once

#include "ds-bank.h"

G_BEGIN_DECLS

#define DS_TYPE_BANK_SERVER (ds_bank_server_get_type ())
G_DECLARE_FINAL_TYPE (DsBankServer, ds_bank_server, DS, BANK_SERVER, GObject)

/**
 * ds_bank_server_new:
 * @bank: the bank behind it
 * @certificate: the server's certificate with its private key
 *
 * Returns: (transfer full): a server that does not listen yet
 */
DsBankServer *ds_bank_server_new (DsBank *bank, GTlsCertificate *certificate);

/**
 * ds_bank_server_listen:
 * @port: a port of 127.0.0.1, 0 for any
 *
 * Returns: whether it listens
 */
gboolean ds_bank_server_listen (DsBankServer *self, guint port, GError **error);

/* Returns: (transfer none) (nullable): "https://127.0.0.1:PORT", %NULL before it listens. */
const char *ds_bank_server_get_address (DsBankServer *self);

G_END_DECLS
