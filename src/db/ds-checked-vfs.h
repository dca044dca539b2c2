/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that say when they were changed: a checksum at the end of each page of a database file.
 *
 * SQLite takes the bytes it reads on trust; a flipped bit in an amount is another amount. A layer over the default
 * VFS writes a checksum of each page, bound to its number, into the 8 bytes that SQLite leaves free at the page's
 * end, and refuses a page whose checksum does not fit (SQLITE_IOERR_DATA). Frames of the write-ahead log have
 * checksums of SQLite's own. Other tools can read such a file; what they write into it is taken for damage. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes at the end of each page that SQLite must leave free. */
#define DS_CHECKED_VFS_RESERVE 8

/* Registers the layer on first use, over what is SQLite's default VFS then.
 * Returns: (transfer none): its name, for sqlite3_open_v2(). Any thread. */
const char *ds_checked_vfs_get_name (void);

G_END_DECLS
