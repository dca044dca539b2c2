/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks a process in: afterwards it can compute, use memory, and talk over the descriptors it has. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_jail_enter:
 * @memory_limit: bytes of address space it may have
 *
 * A system call that is not on the list of what decoding needs kills the process (seccomp(2), by libseccomp). There is
 * no way back. To be called with one thread, after everything that opens files has been done once.
 *
 * Returns: 0, or an errno, when the process must not go on
 */
int ds_jail_enter (gsize memory_limit);

G_END_DECLS
