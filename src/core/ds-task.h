/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DS_TASK_TAG:
 * @function: the _async function that made the task
 *
 * For g_task_set_source_tag(), which wants a function as a data pointer. ISO C has no such conversion; POSIX has
 * it, and by way of an integer it passes -Wpedantic.
 */
#define DS_TASK_TAG(function) ((gpointer)(guintptr)(function))

G_END_DECLS
