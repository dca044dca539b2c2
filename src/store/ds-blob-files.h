/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of proofs beside the database: one file each, named by the SM3 of what is in it and locked with a key of
 * the device (ds-secret-box.h), so that photographs and signatures are unreadable once that key is gone. */
#pragma once

#include "ds-key.h"
#include "ds-secret-box.h"

G_BEGIN_DECLS

/* Keeps @bytes durably. Returns: (transfer full) (nullable): its name, hexadecimal; keeping the same twice is once. */
char *ds_blob_files_keep (const char *directory,
                          const guint8 key[DS_SECRET_BOX_KEY_SIZE],
                          GBytes *bytes,
                          GError **error);

/* Returns: (transfer full) (nullable): the content; %DS_ERROR_STORAGE when it is missing or was changed. */
GBytes *ds_blob_files_read (const char *directory,
                            const guint8 key[DS_SECRET_BOX_KEY_SIZE],
                            const char *sm3,
                            GError **error);

gboolean ds_blob_files_has (const char *directory, const char *sm3);

/* That it is gone already is no failure. */
gboolean ds_blob_files_remove (const char *directory, const char *sm3, GError **error);

/* Returns: (transfer full): the names of all files, whatever they are. */
GStrv ds_blob_files_list (const char *directory);

/* Removes all of them, with their folder. */
gboolean ds_blob_files_remove_all (const char *directory, GError **error);

G_END_DECLS
