/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two logs exchanged: journal up, feed down. Main thread only; nothing here blocks. */
#pragma once

#include "ds-enrol-code.h"
#include "ds-network.h"
#include "ds-store.h"

G_BEGIN_DECLS

#define DS_TYPE_LINK (ds_link_get_type ())
G_DECLARE_FINAL_TYPE (DsLink, ds_link, DS, LINK, GObject)

/**
 * DsLink:online: whether the last exchange with the depot worked
 * DsLink:last-sync-ms: wall time of the last successful exchange, 0 when never
 * DsLink:busy: an exchange other than the long poll is under way
 * DsLink:problem: (nullable) why it is offline, in words
 * DsLink::caught-up (): everything was sent and the feed's end was reached
 */

/**
 * DsLinkTimings:
 * @shortest_delay_ms, @longest_delay_ms: between these the back-off grows
 * @timeout_ms: patience without a byte in either direction; the feed's waiting comes on top
 * @feed_wait_s: how long the depot is asked to hold the feed open when there is no news
 * @page_items: how many items the depot is asked for at a time
 */
typedef struct
{
  guint shortest_delay_ms;
  guint longest_delay_ms;
  guint timeout_ms;
  guint feed_wait_s;
  guint page_items;
} DsLinkTimings;

/* Those of ds_link_new(): 1 s to 5 min, 15 s, 25 s, 1000. */
extern const DsLinkTimings ds_link_timings;

/**
 * ds_link_new:
 * @store: an open store
 *
 * A link over the machine's network. Does nothing until ds_link_start(). Uses no proxy, cookies, cache or redirects.
 */
DsLink *ds_link_new (DsStore *store, DsClock *clock, DsRandom *random);

/* With other timings, so that a test need not wait, or over another network. */
DsLink *ds_link_new_over (DsStore *store,
                          DsNetwork *network,
                          DsClock *clock,
                          DsRandom *random,
                          const DsLinkTimings *timings);

/* Begins exchanging, and goes on, keeping itself alive, until ds_link_stop(): pushes when entries wait, polls the feed, backs off with
 * jitter from 1 s to 5 min, and starts again at once when the network returns. Needs an enrolled store. */
void ds_link_start (DsLink *self);
void ds_link_stop (DsLink *self);

/* Forgets the back-off and tries now: pull to sync, or the courier's "check now". */
void ds_link_wake (DsLink *self);

gboolean ds_link_get_online (DsLink *self);
gint64 ds_link_get_last_sync_ms (DsLink *self);
const char *ds_link_get_problem (DsLink *self);

/**
 * ds_link_ask_to_enrol_async:
 * @code: what the courier scanned
 *
 * Sends the one-time code and the device's public key (made if needed). Nothing is kept: the answer is for the
 * courier to check and then for ds_store_enrol_async(). Repeating it with the same code and key is harmless.
 * The depot's certificate must lead to the pinned authority.
 */
void ds_link_ask_to_enrol_async (DsLink *self,
                                 const DsEnrolCode *code,
                                 const char *model,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Returns: (transfer full) (nullable): who this handheld would be. */
DsIdentity *ds_link_ask_to_enrol_finish (DsLink *self, GAsyncResult *result, GError **error);

/**
 * ds_link_bring_rescue_async:
 * @file: a rescue file (ds-sealed-file.h) that another handheld left on a card
 *
 * Brings it to the depot, in this handheld's name; what is in it only the depot can read. Bringing it twice is
 * harmless. %DS_ERROR_INVALID when it is no rescue file; %DS_ERROR_NETWORK when the depot cannot be reached.
 */
void ds_link_bring_rescue_async (DsLink *self,
                                 GBytes *file,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * DsRescueReport:
 * @n_entries: how many entries the file holds
 * @n_new: how many of them the depot did not have
 * @complete: the other handheld had written all that it meant to
 */
typedef struct
{
  gint64 n_entries;
  gint64 n_new;
  gboolean complete;
} DsRescueReport;

gboolean
ds_link_bring_rescue_finish (DsLink *self, GAsyncResult *result, DsRescueReport *report, GError **error);

G_END_DECLS
