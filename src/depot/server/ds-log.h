/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a program that serves: one event a line, for machines first. Nothing in it names a person; whoever writes
 * an event sees to that. Main thread, but for messages of libraries. */
#pragma once

#include <jansson.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsLogFormat:
 * @DS_LOG_JSON: one JSON object a line on the standard error
 * @DS_LOG_JOURNAL: the journal of systemd, with fields (DOORSTEP_EVENT, DOORSTEP_REQUEST …)
 */
typedef enum
{
  DS_LOG_JSON,
  DS_LOG_JOURNAL,
} DsLogFormat;

/**
 * ds_log_begin:
 * @least: the least level that is written: %G_LOG_LEVEL_WARNING, %G_LOG_LEVEL_MESSAGE, %G_LOG_LEVEL_INFO or
 *   %G_LOG_LEVEL_DEBUG
 *
 * From now on events, and what libraries say, are written so.
 */
void ds_log_begin (GLogLevelFlags least, DsLogFormat format);

/* @members: (transfer none) (nullable): an object; for use as a DsDepotLog as well. */
void ds_log_event (GLogLevelFlags level, const char *event, json_t *members, gpointer unused);

G_END_DECLS
