/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs doorstep-wallet as people do, against a bank in this process. */
#pragma once

#include "bank-fixture.h"

/**
 * WalletRun:
 * @directory: the wallet's
 * @status: exit status of the last command
 * @output: (nullable): its line of JSON
 * @words: (nullable): what it printed, when it was not asked for JSON
 * @complaint: what it wrote to the standard error stream
 */
typedef struct
{
  BankFixture *bank;
  char *directory;
  int status;
  json_t *output;
  char *words;
  char *complaint;
} WalletRun;

/* A bank at the machine's time and an empty directory. */
WalletRun *wallet_run_new (void);
void wallet_run_free (WalletRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WalletRun, wallet_run_free)

/* Runs one command, with arguments up to a %NULL, while the bank goes on answering; --json first for JSON. */
void wallet_run (WalletRun *self, ...) G_GNUC_NULL_TERMINATED;

/* Makes the wallet of operator 003, tier 4. */
void wallet_run_create (WalletRun *self, const char *balance, const char *red_packet);

/* A member of the last answer. */
const char *wallet_run_get_text (WalletRun *self, const char *name);
gint64 wallet_run_get_fen (WalletRun *self, const char *name);

/* Returns: (transfer full): the path of a file in the wallet's directory. */
char *wallet_run_get_path (WalletRun *self, const char *name);

/* Returns: (transfer full): what the decoder reads from a picture; fails the test unless it is one code. */
char *wallet_run_read_picture (const char *path);
