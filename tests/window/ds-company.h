/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company for a handheld to work for: the depot and customers' wallets, as the real programs in processes of
 * their own. The main loop turns while they work, so that a window beside them goes on. A command that fails ends
 * the program with the command's own words. */
#pragma once

#include "ds-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DsCompany DsCompany;

/**
 * ds_company_start:
 * @directory: an empty directory that the company may fill
 * @depot_program: path of doorstep-depot
 * @wallet_program: path of doorstep-wallet
 *
 * Starts the depot with its sandbox on ports of its own choice, and waits until it is ready.
 *
 * Returns: (transfer full): the company at work
 */
DsCompany *ds_company_start (const char *directory, const char *depot_program, const char *wallet_program);

/* Asks the depot to end, and waits for it. */
void ds_company_stop (DsCompany *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCompany, ds_company_stop)

/* Runs `doorstep-depot --dir … ARGUMENTS` to its end. Returns: (transfer full): what it printed. */
char *ds_company_depot (DsCompany *self, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Opens a wallet called @name with a sandbox operator. @red_packet_yuan: (nullable) */
void ds_company_open_wallet (DsCompany *self,
                             const char *name,
                             const char *operator_id,
                             const char *balance_yuan,
                             const char *red_packet_yuan);

/* Runs `doorstep-wallet --dir … --json ARGUMENTS` of the wallet @name. Returns: (transfer full): its JSON. */
json_t *ds_company_wallet (DsCompany *self, const char *name, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Sets faults of the sandbox: the JSON of POST /sandbox/v1/faults. */
void ds_company_set_faults (DsCompany *self, json_t *faults);

/* Cuts or restores the line between the handhelds and the depot. */
void ds_company_set_line (DsCompany *self, gboolean up);

/* Returns: (transfer full): a path in the company's directory. */
char *ds_company_get_path (DsCompany *self, const char *name);

G_END_DECLS
