/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in the application the courier is, as data: no more than is needed to open the same pages again. Names and ids
 * alone: no money, no codes, nothing personal. */
#pragma once

#include "ds-json.h"

G_BEGIN_DECLS

/**
 * DsTrailPlace:
 * @page: its type's name without Ds and Page, "Stop"
 * @stop_id, @payment_id: (nullable): what it is about
 * @detail: (nullable): what else the page needs to be the same again: a tab, a step, the state that was shown
 *
 * One page.
 */
typedef struct
{
  char *page;
  char *stop_id;
  char *payment_id;
  char *detail;
} DsTrailPlace;

DsTrailPlace *
ds_trail_place_new (const char *page, const char *stop_id, const char *payment_id, const char *detail);
void ds_trail_place_free (DsTrailPlace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTrailPlace, ds_trail_place_free)

/**
 * DsTrail:
 * @shift_id: (nullable): the shift it belongs to; in another it means nothing
 * @payment_id: (nullable): the newest payment of the shift when it was kept
 * @places: (element-type DsTrailPlace): the pages, the root first
 */
typedef struct
{
  char *shift_id;
  char *payment_id;
  GPtrArray *places;
} DsTrail;

/* Returns: (transfer full): a trail without places. */
DsTrail *ds_trail_new (const char *shift_id, const char *payment_id);
void ds_trail_free (DsTrail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTrail, ds_trail_free)

/* Returns: whether @payment_id was known when the trail was kept. */
gboolean ds_trail_knows (const DsTrail *self, const char *payment_id);

/* Returns: (transfer full): one line. */
char *ds_trail_print (const DsTrail *self);

/* Returns: (transfer full) (nullable): %NULL when @text is anything else than ds_trail_print() made. */
DsTrail *ds_trail_parse (const char *text, gsize n);

G_END_DECLS
