/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the programs are that ours start. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_program_find:
 * @variable: the environment variable that may name it, for tests and for programs that lie elsewhere
 * @folder: of `src/`, where the build makes it
 * @name: of the program
 *
 * In the build folder it lies beside the folder of the program that runs, else it is installed.
 *
 * Returns: (transfer full): its path, whether it is there or not
 */
char *ds_program_find (const char *variable, const char *folder, const char *name);

G_END_DECLS
