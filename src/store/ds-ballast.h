/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room on the disk that is held back: a file of a few megabytes, let go when the disk is full, so that what was begun can
 * still be settled. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_BALLAST_BYTES (4 * 1024 * 1024)

/* Takes the room, or sees that it is taken. Returns: whether it is; otherwise nothing is left behind. Any thread. */
gboolean ds_ballast_take (const char *directory);

/* Gives the room back. Returns: whether there was any. Any thread. */
gboolean ds_ballast_let_go (const char *directory);

G_END_DECLS
