/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other programs of Doorstep: where they are, and that none of them outlives the one that started it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ds_program_find:
 * @variable: the environment variable that may name it, for tests and for programs that lie elsewhere
 * @folder: of `src/`, where the build makes it
 * @name: of the program
 * @installed: the directory it is installed in
 *
 * In the build folder it lies beside the folder of the program that runs, else it is installed.
 *
 * Returns: (transfer full): its path, whether it is there or not
 */
char *ds_program_find (const char *variable, const char *folder, const char *name, const char *installed);

/**
 * ds_program_launcher_new:
 * @flags: as for g_subprocess_launcher_new()
 *
 * Makes a launcher whose children are killed by the kernel when the thread that starts them ends, however it ends.
 * Main thread: it lives as long as the process.
 *
 * Returns: (transfer full): the launcher
 */
GSubprocessLauncher *ds_program_launcher_new (GSubprocessFlags flags);

G_END_DECLS
