/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers about a running program, in OpenMetrics text (version 1.0). One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DsMetrics DsMetrics;

typedef enum
{
  DS_METRIC_COUNTER,
  DS_METRIC_GAUGE,
  DS_METRIC_HISTOGRAM,
} DsMetricKind;

/**
 * DsMetricFamily:
 * @name: as the text has it; a counter's without "_total"
 * @unit: (nullable): then the name ends in "_" and the unit
 * @help: what it counts
 * @per_one: how many of what is added make one of what is shown: 1000000 where microseconds are added and seconds shown
 * @bounds: a histogram's, growing, in what is added; ends with 0
 *
 * Static data.
 */
typedef struct
{
  const char *name;
  DsMetricKind kind;
  const char *unit;
  const char *help;
  gint64 per_one;
  const gint64 *bounds;
} DsMetricFamily;

/**
 * ds_metrics_new:
 * @families: (array length=n_families): in the order of the text; what uses them names them by their place
 */
DsMetrics *ds_metrics_new (const DsMetricFamily *families, guint n_families);
void ds_metrics_free (DsMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsMetrics, ds_metrics_free)

/* Adds to a counter. @...: names and values of labels by turns, then %NULL. */
void ds_metrics_add (DsMetrics *self, guint family, gint64 n, ...) G_GNUC_NULL_TERMINATED;
/* Sets a gauge, or a counter that somebody else counts. */
void ds_metrics_set (DsMetrics *self, guint family, gint64 value, ...) G_GNUC_NULL_TERMINATED;
/* Puts a value into a histogram. */
void ds_metrics_observe (DsMetrics *self, guint family, gint64 value, ...) G_GNUC_NULL_TERMINATED;
/* Forgets all values of a family: for gauges whose labels come and go. */
void ds_metrics_clear (DsMetrics *self, guint family);

/* Returns: (transfer full): the text with its end. */
char *ds_metrics_to_text (DsMetrics *self);

G_END_DECLS
