/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of doorstep-inspect. Each gets its own name in argv[0] and prints to the standard streams. */
#pragma once

#include "ds-key.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DsInspectExit:
 * @DS_INSPECT_GOOD: all that was inspected is as it should be
 * @DS_INSPECT_BAD: something inspected is invalid, altered or unreadable
 * @DS_INSPECT_USAGE: the command was not understood, or a file is not there
 */
typedef enum
{
  DS_INSPECT_GOOD = 0,
  DS_INSPECT_BAD = 1,
  DS_INSPECT_USAGE = 2,
} DsInspectExit;

DsInspectExit ds_inspect_code (int argc, char **argv);
DsInspectExit ds_inspect_picture (int argc, char **argv);
DsInspectExit ds_inspect_journal (int argc, char **argv);
DsInspectExit ds_inspect_statement (int argc, char **argv);
DsInspectExit ds_inspect_custody (int argc, char **argv);
DsInspectExit ds_inspect_packet (int argc, char **argv);

/* Parses a command's options. @parameters: what follows them, for the help. Returns: %FALSE after saying why not. */
gboolean ds_inspect_parse_options (int *argc,
                                   char ***argv,
                                   const GOptionEntry *entries,
                                   const char *parameters,
                                   const char *summary);

/* Prints "doorstep-inspect: …" to the standard error stream. */
void ds_inspect_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Prints in UTF-8 whatever the locale. */
void ds_inspect_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Returns: (transfer full) (nullable): the key whose 65 or 33 bytes stand in @hex, or %NULL after saying why not. */
DsKey *ds_inspect_read_key (const char *hex);

G_END_DECLS
