/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes at rest that only who has the key can read, and nobody can change unseen.
 *
 *   "DSBOX1" ‖ nonce (12 random bytes) ‖ ciphertext ‖ tag (16 bytes)
 *
 * AES-256-GCM (NIST SP 800-38D) for the reason that ds-sealed-file.h gives. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_SECRET_BOX_KEY_SIZE 32

/* Returns: (transfer full) (nullable): @bytes in a box, or %NULL with a %DS_ERROR_CRYPTO. */
GBytes *ds_secret_box_seal (const guint8 key[DS_SECRET_BOX_KEY_SIZE], GBytes *bytes, GError **error);

/* Returns: (transfer full) (nullable): what is in @box; %NULL with a %DS_ERROR_CRYPTO for another key or a changed box. */
GBytes *ds_secret_box_open (const guint8 key[DS_SECRET_BOX_KEY_SIZE], GBytes *box, GError **error);

G_END_DECLS
