/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a depot serves: its configuration file (data/depot/doorstep-depot.conf), and the same on the command line. */
#pragma once

#include "ds-log.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsServeConfig:
 * @path: (nullable): of the file
 * @port, @bank_port: 0 for any
 * @monitor_port, @desk_port: 0 for any, -1 for none
 * @ask_days: see ds_depot_ask_again()
 * @payout_days: see ds_depot_set_payout_days()
 * @min_free_mib, @operator_silent_s: see ds_depot_set_health_limits()
 *
 * Numbers begin as %DS_CONFIG_UNSET.
 */
typedef struct
{
  char *path;
  char *directory;
  char *host;
  int port;
  int bank_port;
  gboolean everywhere;
  gboolean sandbox;
  int monitor_port;
  int desk_port;
  int min_free_mib;
  int operator_silent_s;
  int key_overlap_days;
  int payout_days;
  int ask_days;
  char *log_level;
  char *log_format;
} DsServeConfig;

void ds_serve_config_init (DsServeConfig *self);
void ds_serve_config_clear (DsServeConfig *self);

/* Adds all of it to the options of the command line. */
void ds_serve_config_add_options (DsServeConfig *self, GOptionContext *context);

/* After the command line: reads the file for what that left open, then takes the defaults. */
gboolean ds_serve_config_complete (DsServeConfig *self, GError **error);

/* As one line of JSON: what holds now, of the file, the command line and the defaults. */
char *ds_serve_config_to_text (const DsServeConfig *self);

/* Begins the log as it is configured. */
void ds_serve_config_begin_log (const DsServeConfig *self);

G_END_DECLS
