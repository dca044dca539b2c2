/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that apply feed items share. Private to the store, on its thread. */
#pragma once

#include "ds-ledger.h"

G_BEGIN_DECLS

/**
 * DsFeedItem:
 * @line: verbatim, @n bytes
 * @tape: the item as read; texts are borrowed from it
 * @contents: its "data", on the tape
 * @object, @data: (nullable): the same as JSON objects, for the types that are read so
 * @subject: what it is about, within its type; set by the type's reader
 *
 * One feed item.
 */
typedef struct
{
  const char *line;
  gsize n;
  DsTape *tape;
  gint contents;
  json_t *object;
  json_t *data;
  gint64 cursor;
  gint64 at_ms;
  const char *type;
  const char *subject;
  char subject_buffer[24]; /* for a subject that is a number */
} DsFeedItem;

/* Whether it is an amount that the house handles; %DS_ERROR_INVALID otherwise. */
gboolean ds_feed_item_check_amount (gint64 amount_fen, GError **error);

/* Each applies an item of one type. A %DS_ERROR_STORAGE is the database's; every other error is the item's own, and is
 * found before the first row is written, so that half of a bad item leaves nothing behind. @replaying: it was applied
 * before, and is news to nobody. */

/* ds-ledger-feed-stops.c */
gboolean ds_ledger_apply_stop (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error);
gboolean ds_ledger_apply_stop_removed (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error);

/* ds-ledger-feed-payments.c */
gboolean ds_ledger_apply_payment (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error);

G_END_DECLS
