/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the depot is doing: what it counts, what it says in its log, and whether it can work. Nothing here names a person:
 * no name, number, address or code of anybody goes into a number's label or a line of the log. Main thread. */
#pragma once

#include "ds-depot.h"
#include "ds-operator.h"

G_BEGIN_DECLS

typedef struct _DsDepotMonitor DsDepotMonitor;

DsDepotMonitor *ds_depot_monitor_new (DsDepot *depot);
void ds_depot_monitor_free (DsDepotMonitor *self);

/**
 * DsAnswered:
 * @route: (nullable): as in the contract; %NULL for an address that it does not have
 * @elapsed_us: without what a long poll slept
 * @device_id: (nullable): whose token it carried
 *
 * A request that was answered.
 */
typedef struct
{
  const char *request_id;
  const char *method;
  const char *route;
  guint status;
  gint64 elapsed_us;
  gsize n_bytes;
  const char *device_id;
} DsAnswered;

void ds_depot_monitor_answered (DsDepotMonitor *self, const DsAnswered *answered);

/* Requests that were taken in with one commit, the entries that came with them, and those of them that were refused. */
void ds_depot_monitor_took (DsDepotMonitor *self, guint n_requests, guint n_entries, guint n_refused);

/* A handheld has applied the feed up to @cursor. */
void
ds_depot_monitor_pulled (DsDepotMonitor *self, const char *device_id, const char *courier_id, gint64 cursor);

/* An operator is being asked. */
void ds_depot_monitor_asked (DsDepotMonitor *self, DsOperator *op);
/**
 * ds_depot_monitor_was_told:
 * @call: "create", "charge" …
 * @result: (nullable): what it said
 * @error: (nullable): why it said nothing; anything but %DS_ERROR_NETWORK is an answer too
 */
void ds_depot_monitor_was_told (DsDepotMonitor *self,
                                DsOperator *op,
                                const char *call,
                                gint64 elapsed_us,
                                const DsOrderResult *result,
                                const GError *error);

/* For how long the operator has been asked and has said nothing; 0 when it answers. */
gint64 ds_depot_monitor_get_silence_ms (DsDepotMonitor *self, DsOperator *op);

/* Says something in the log. @members: (transfer full): flat */
void ds_depot_monitor_say (DsDepotMonitor *self, GLogLevelFlags level, const char *event, json_t *members);

void ds_depot_monitor_set_log (DsDepotMonitor *self, DsDepotLog log, gpointer user_data);

/* Returns: (transfer full): OpenMetrics text. */
char *ds_depot_monitor_to_text (DsDepotMonitor *self);

G_END_DECLS
