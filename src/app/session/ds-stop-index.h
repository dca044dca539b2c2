/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By what each stop of the route is found: kept beside the stops, so that a key press has little to do. */
#pragma once

#include "ds-route.h"

G_BEGIN_DECLS

#define DS_TYPE_STOP_INDEX (ds_stop_index_get_type ())
G_DECLARE_FINAL_TYPE (DsStopIndex, ds_stop_index, DS, STOP_INDEX, GObject)

/**
 * DsStopIndex::changed (): more is known: what did not match may match now
 *
 * Knows the words of a stop when it is asked for them; spelling them in Pinyin is done by a thread, from the first
 * ds_stop_index_prepare() on.
 */
DsStopIndex *ds_stop_index_new (DsRoute *route);

/* Spells what is not spelled yet, and what comes from now on. */
void ds_stop_index_prepare (DsStopIndex *self);

/* Returns: (transfer full): text as it is compared: without regard to case or to how its characters are composed. */
char *ds_stop_index_fold (const char *text);

/**
 * ds_stop_index_matches:
 * @stop: a stop
 * @word: one folded word
 *
 * Whether @word is in the name, the address, the place or a waybill, is the end of the phone number (two digits at least),
 * or is the name, the address or the place in Pinyin, or the beginnings of its syllables (two letters at least).
 */
gboolean ds_stop_index_matches (DsStopIndex *self, DsStop *stop, const char *word);

G_END_DECLS
