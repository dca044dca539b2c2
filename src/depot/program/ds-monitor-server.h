/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What watches the depot asks here, on loopback and in plain HTTP: /health/live, /health/ready and /metrics. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

typedef struct _DsMonitorServer DsMonitorServer;

/* @port: 0 for any. */
DsMonitorServer *ds_monitor_server_new (DsDepot *depot, guint16 port, GError **error);
void ds_monitor_server_free (DsMonitorServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsMonitorServer, ds_monitor_server_free)

/* Returns: (transfer none): "http://127.0.0.1:PORT" */
const char *ds_monitor_server_get_address (DsMonitorServer *self);

G_END_DECLS
