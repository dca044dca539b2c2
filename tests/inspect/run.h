/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs doorstep-inspect as people do. */
#pragma once

#include "ds-json.h"

#include <gio/gio.h>

/**
 * Run:
 * @status: its exit status
 * @output: what it printed
 * @complaint: what it printed to the standard error stream
 */
typedef struct
{
  int status;
  char *output;
  char *complaint;
} Run;

/* Runs it with @arguments (ended by %NULL) and @input, of @n bytes or ended with a NUL if @n is -1. */
void run_inspect (Run *run, const char *input, gssize n, const char *const *arguments);
void run_clear (Run *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* Returns: (transfer full): the JSON object in line @i of the output. */
json_t *run_get_line (const Run *run, guint i);

/* Returns: (transfer full): a new file's path. */
char *run_write_file (const char *contents, gssize n);
void run_remove_file (const char *path);
