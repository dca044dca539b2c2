/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `doorstep` does without a window: for scripts, and for a handheld whose screen is broken. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_headless_export:
 * @directory: the handheld's data
 * @path: the rescue file to write, over what there is
 *
 * Returns: the program's exit status
 */
int ds_headless_export (const char *directory, const char *path);

/* Says what would be lost with the data. Returns: 0 when nothing would be, so that an uninstaller may go on. */
int ds_headless_may_remove (const char *directory);

/* Prints "NAME: VERDICT: TEXT" for each part. Returns: the exit status: a failure when any is bad. */
int ds_headless_self_check (const char *directory);

G_END_DECLS
