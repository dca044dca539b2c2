/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The practice wallet's window: the customer's phone beside the handheld. */
#pragma once

#include "ds-wallet.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DS_TYPE_WALLET_WINDOW (ds_wallet_window_get_type ())
G_DECLARE_FINAL_TYPE (DsWalletWindow, ds_wallet_window, DS, WALLET_WINDOW, AdwApplicationWindow)

DsWalletWindow *ds_wallet_window_new (GtkApplication *application, DsWallet *wallet);

/**
 * ds_wallet_window_share:
 * @screen: where the window lets itself be looked at
 * @courier_screen: where the courier's window can be looked at: the button that pastes a code then scans that one
 *
 * For practice, where both windows are on one display (ds-screen.h).
 */
void ds_wallet_window_share (DsWalletWindow *self, const char *screen, const char *courier_screen);

/**
 * ds_wallet_window_run:
 * @wallet: the wallet
 * @screen, @courier_screen: (nullable): see ds_wallet_window_share()
 *
 * Opens the window and returns when it is closed.
 *
 * Returns: whether there is a display
 */
gboolean ds_wallet_window_run (DsWallet *wallet, const char *screen, const char *courier_screen);

G_END_DECLS
