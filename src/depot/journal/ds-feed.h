/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's side of the feed: for each courier the latest state of every subject, in the order of its changes. */
#pragma once

#include "ds-clock.h"
#include "ds-db.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _DsFeed DsFeed;

/**
 * DsFeedWatch: called when a courier has news
 */
typedef void (*DsFeedWatch) (const char *courier_id, gpointer user_data);

/* @clock: cursors grow with it, so that a feed that was restored from a backup gives none that handhelds have passed
 * already. @watch is called by ds_feed_announce(), never from inside a transaction. */
DsFeed *ds_feed_new (DsDb *db, DsClock *clock, DsFeedWatch watch, gpointer user_data, GError **error);
void ds_feed_free (DsFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsFeed, ds_feed_free)

/**
 * ds_feed_put:
 * @courier_id: whose feed
 * @type: "stop", "payment" …
 * @subject: what it is about; an older item about it is replaced
 * @at_ms: wall time
 * @data: (transfer full): the whole new state
 *
 * Inside the caller's transaction. Call ds_feed_announce() after its commit or ds_feed_forget() when it failed.
 */
gboolean ds_feed_put (DsFeed *self,
                      const char *courier_id,
                      const char *type,
                      const char *subject,
                      gint64 at_ms,
                      json_t *data,
                      GError **error);

/* Takes an item back that no handheld should read any more; inside the caller's transaction. */
gboolean
ds_feed_drop (DsFeed *self, const char *courier_id, const char *type, const char *subject, GError **error);

/* Tells the watch of every courier with news since the last call. */
void ds_feed_announce (DsFeed *self);
/* The transaction failed: there are no news. */
void ds_feed_forget (DsFeed *self);

/**
 * DsFeedPage:
 * @lines: the items, each with its end of line, as they are stored
 * @n_items: how many
 * @cursor: of the last item; the one asked from when there is none
 * @more: whether there are further items
 */
typedef struct
{
  GByteArray *lines;
  guint n_items;
  gint64 cursor;
  gboolean more;
} DsFeedPage;

void ds_feed_page_clear (DsFeedPage *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsFeedPage, ds_feed_page_clear)

/* Reads the items after cursor @after: at most @limit, and about 1 MiB. */
gboolean ds_feed_read (DsFeed *self,
                       const char *courier_id,
                       gint64 after,
                       guint limit,
                       DsFeedPage *page,
                       GError **error);

G_END_DECLS
