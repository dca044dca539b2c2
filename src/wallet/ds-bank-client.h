/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS calls to the sandbox bank. Main thread; nothing here blocks. */
#pragma once

#include "ds-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_BANK_CLIENT (ds_bank_client_get_type ())
G_DECLARE_FINAL_TYPE (DsBankClient, ds_bank_client, DS, BANK_CLIENT, GObject)

/**
 * ds_bank_client_new:
 * @address: "https://127.0.0.1:PORT"
 * @ca_path: a PEM file with the only authority whose certificates are taken
 * @error: return location for a %DS_ERROR_INVALID
 *
 * No proxies, cookies, cache or redirects.
 *
 * Returns: (transfer full) (nullable): a client
 */
DsBankClient *ds_bank_client_new (const char *address, const char *ca_path, GError **error);

/**
 * ds_bank_client_call_async:
 * @method: "GET" or "POST"
 * @path: with its query, "/sandbox/v1/…"
 * @body: (nullable): what to post; not kept
 *
 * Fails with %DS_ERROR_NETWORK when no answer came: whether the bank acted is then unknown. A refusal has the code
 * its problem stands for, and the bank's words.
 */
void ds_bank_client_call_async (DsBankClient *self,
                                const char *method,
                                const char *path,
                                json_t *body,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* Returns: (transfer full) (nullable): the answer. */
json_t *ds_bank_client_call_finish (DsBankClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
