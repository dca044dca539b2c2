/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of the practice wallet: everything but its window. Needs no display. */
#pragma once

#include "ds-wallet.h"

G_BEGIN_DECLS

/**
 * DsWalletExit:
 * @DS_WALLET_EXIT_DONE: what was asked for has happened; a payment is paid
 * @DS_WALLET_EXIT_FAILED: it has not, and will not: declined, refused, wrong code
 * @DS_WALLET_EXIT_USAGE: the command was not understood
 * @DS_WALLET_EXIT_NO_ANSWER: no network, or no answer: whether the bank acted may be unknown
 * @DS_WALLET_EXIT_NOT_YET: a payment waits for confirmation or is under way
 *
 * The program's exit codes.
 */
typedef enum
{
  DS_WALLET_EXIT_DONE = 0,
  DS_WALLET_EXIT_FAILED = 1,
  DS_WALLET_EXIT_USAGE = 2,
  DS_WALLET_EXIT_NO_ANSWER = 3,
  DS_WALLET_EXIT_NOT_YET = 4,
} DsWalletExit;

/**
 * DsWalletWindowFunc:
 * @screen: (nullable): where the window lets itself be looked at (ds-screen.h)
 * @courier_screen: (nullable): where the courier's window can be looked at
 *
 * Opens the window and returns when it is closed. Returns: whether there is a display.
 */
typedef gboolean (*DsWalletWindowFunc) (DsWallet *wallet, const char *screen, const char *courier_screen);

/**
 * ds_wallet_cli_run:
 * @argc, @argv: the program's arguments
 * @open_window: what the command "window" does, given so that the rest needs no toolkit
 *
 * Returns: a #DsWalletExit
 */
int ds_wallet_cli_run (int argc, char **argv, DsWalletWindowFunc open_window);

G_END_DECLS
