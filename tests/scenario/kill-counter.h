/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kills its own process, as kill -9 does, at the n-th call that leaves something behind: a write, a sync, a truncation, a
 * renaming or a deletion of a file, or bytes sent to the network. The functions of the C library are defined in the
 * program itself, so that SQLite, GLib and the TLS library call these. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on. @half: a write gets half of its bytes written first. */
void kill_counter_arm (guint at, gboolean half);
/* Returns: how many such calls there were since it was armed. */
guint kill_counter_disarm (void);

G_END_DECLS
