/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the sync engine share: ds-link.c decides when, ds-link-push.c sends, ds-link-pull.c fetches,
 * ds-link-blobs.c sends what can wait. */
#pragma once

#include "ds-backoff.h"
#include "ds-client.h"
#include "ds-link.h"

G_BEGIN_DECLS

/**
 * DsLink:
 *
 * A round lasts from one attempt to connect to the next. Whatever is under way when a round ends is cancelled, and
 * its late answers are told by their cancellable, which is no longer @round.
 */
struct _DsLink
{
  GObject parent;

  DsStore *store;
  DsNetwork *network;
  DsClock *clock;
  DsRandom *random;
  DsLinkTimings timings;

  DsClient *client;    /* (nullable): while started */
  GCancellable *round; /* (nullable): while exchanging */
  guint retry_source;
  DsBackoff backoff;
  gint64 not_before_mono_ms; /* the depot asked us to wait until then */

  gboolean online;
  char *problem;
  gint64 last_sync_ms;
  gboolean busy;
  gboolean caught_up;

  /* Up. One drainer. */
  gboolean pushing;
  gboolean push_again; /* something was journalled meanwhile */
  gboolean forked;     /* the depot holds another journal: nothing more is pushed in this round */
  gboolean fork_found; /* … and it has all of ours from where the two differ, as far as we sent it */
  gint64 fork_step;    /* how far back the search for that went last */
  guint push_breaks;   /* in a row */
  gint64 push_from;    /* the depot misses entries from here on; 0: from the first unacknowledged */
  char *compared_head; /* (nullable): the depot's last entry that was compared with ours in this round */

  /* Down. At most one page is fetched ahead of the one that is applied. */
  gboolean pulling;
  gboolean fetching;
  gboolean applying;
  gboolean feed_ended; /* the last page was the feed's last for now: then we wait at its end */
  guint pull_breaks;
  gint64 fetch_cursor;
  GBytes *page; /* (nullable): fetched, not yet applied */
  guint poll_source;

  /* Contents of proofs, after both. */
  gboolean sending_blobs;
  guint blob_source; /* when to try again */
  DsBackoff blob_backoff;

  gulong appended_handler;
  gulong network_handler;
  gulong woke_handler;
};

/* For both directions. */

/* An exchange worked. */
void ds_link_exchanged (DsLink *self);

/**
 * ds_link_failed:
 * @breaks: counts the direction's broken connections in a row
 * @reached: whether the connection stood, as ds_transport_request_finish() says
 * @error: (transfer full): why
 *
 * Returns: whether to try again at once: a connection that stood and broke may have been an old one; otherwise
 *   we are offline now, and the round is over.
 */
gboolean ds_link_failed (DsLink *self, guint *breaks, gboolean reached, GError *error);

/* Ends the round with words for the courier, and plans the next one. */
void ds_link_go_offline (DsLink *self, const char *problem, gint64 retry_after_s);

/* Tells about "busy" and "caught-up" after something changed. */
void ds_link_update (DsLink *self);

/* ds-link-push.c */
/* Whatever was found out about two journals is to be found out anew. */
void ds_link_forget_fork (DsLink *self);
void ds_link_push (DsLink *self);
/* The depot was restored from a copy, and lacks acknowledged entries from @first_seq on, or has another handheld's in
 * their place: ours are sent again. Returns: %FALSE while others are being sent, after which it is to be asked again. */
gboolean ds_link_push_from (DsLink *self, gint64 first_seq);
/* Everything is sent, for now: goes on with the other direction when that has not begun. */
void ds_link_pushed (DsLink *self);

/* ds-link-blobs.c */
/* Goes on with the contents of proofs, if everything else is exchanged. */
void ds_link_send_blobs (DsLink *self);

/* ds-link-pull.c */
void ds_link_pull (DsLink *self);

G_END_DECLS
