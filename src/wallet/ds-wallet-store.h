/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wallet's directory: small JSON and PEM files that survive a power cut, shared by the window and the command. */
#pragma once

#include "ds-json.h"

G_BEGIN_DECLS

typedef struct _DsWalletStore DsWalletStore;

/**
 * ds_wallet_store_open:
 * @path: the directory, made with mode 0700 when missing
 * @error: %DS_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the directory
 */
DsWalletStore *ds_wallet_store_open (const char *path, GError **error);
void ds_wallet_store_free (DsWalletStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsWalletStore, ds_wallet_store_free)

/* Returns: (transfer full): the path of the file @name. */
char *ds_wallet_store_get_path (DsWalletStore *self, const char *name);

/* @text: (out) (transfer full): %NULL when there is no such file. */
gboolean ds_wallet_store_read (DsWalletStore *self, const char *name, char **text, GError **error);

/* Replaces the file, mode 0600. When this returns %TRUE the new text is on the disk and stays there; until then the
 * old one does. */
gboolean ds_wallet_store_write (DsWalletStore *self, const char *name, const char *text, GError **error);

/* As ds_wallet_store_read(), for one JSON object. */
gboolean ds_wallet_store_read_json (DsWalletStore *self, const char *name, json_t **object, GError **error);
gboolean ds_wallet_store_write_json (DsWalletStore *self, const char *name, json_t *object, GError **error);

/* Waits until no other process is between lock and unlock; that takes milliseconds. */
gboolean ds_wallet_store_lock (DsWalletStore *self, GError **error);
void ds_wallet_store_unlock (DsWalletStore *self);

G_END_DECLS
