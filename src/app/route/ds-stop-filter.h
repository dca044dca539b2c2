/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stops of the route are listed: by what is to be done, or by what was searched. */
#pragma once

#include "ds-stop-index.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  DS_STOPS_TO_DO,
  DS_STOPS_TO_COLLECT,
  DS_STOPS_DONE,
  DS_STOPS_PROBLEMS,
} DsStopsKind;

#define DS_TYPE_STOP_FILTER (ds_stop_filter_get_type ())
G_DECLARE_FINAL_TYPE (DsStopFilter, ds_stop_filter, DS, STOP_FILTER, GtkFilter)

/* A filter of DsStop items: those to do, until told otherwise. */
DsStopFilter *ds_stop_filter_new (DsStopIndex *index);

void ds_stop_filter_set_kind (DsStopFilter *self, DsStopsKind kind);

/**
 * ds_stop_filter_set_search:
 * @text: what the courier typed; empty ends the search
 *
 * A search looks through all stops, whatever the kind: every word of it must match, see ds_stop_index_matches(). Case does
 * not matter.
 */
void ds_stop_filter_set_search (DsStopFilter *self, const char *text);

G_END_DECLS
