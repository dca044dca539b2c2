/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of doorstep-depot. */
#pragma once

#include "ds-books-options.h"
#include "ds-serve-config.h"

G_BEGIN_DECLS

typedef struct
{
  DsServeConfig config;
  gboolean practice;
  char *courier;
  char *name;
  char *address;
  char *picture;
  char *day;
  char *amount;
  char *reason;
  char *waybill;
  char *refund;
  DsBooksOptions books;
  char *role;
  gboolean all;
  gboolean forked;
  int seed;
  int limit;
  int number;
  int handhelds;
  int payments;
  int connections;
  char **arguments;
} DsDepotOptions;

#define DS_DEPOT_OPTIONS_INIT                                                                                \
  {                                                                                                          \
    .number = 1, .handhelds = 2000, .payments = 5, .connections = 64                                         \
  }

void ds_depot_options_clear (DsDepotOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsDepotOptions, ds_depot_options_clear)

/**
 * ds_depot_options_parse:
 * @self: as %DS_DEPOT_OPTIONS_INIT has it
 *
 * Takes the options out of @argv, and what a configuration file says that they name. There is a directory and at least
 * one argument, the command's name, afterwards. The error says what is wrong, and how it is written.
 */
gboolean ds_depot_options_parse (DsDepotOptions *self, int *argc, char ***argv, GError **error);

G_END_DECLS
