/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-link-private.h"

#include "ds-clock.h"
#include "ds-error.h"

#include <glib/gi18n.h>

enum
{
  PROP_ONLINE = 1,
  PROP_LAST_SYNC_MS,
  PROP_BUSY,
  PROP_PROBLEM,
  N_PROPS
};

enum
{
  CAUGHT_UP,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

const DsLinkTimings ds_link_timings = {
  .shortest_delay_ms = 1000,
  .longest_delay_ms = 5 * 60 * 1000,
  .timeout_ms = 15 * 1000,
  .feed_wait_s = 25,
  .page_items = 1000,
};

G_DEFINE_FINAL_TYPE (DsLink, ds_link, G_TYPE_OBJECT)

static void
ds_link_dispose (GObject *object)
{
  DsLink *self = DS_LINK (object);

  ds_link_stop (self);

  G_OBJECT_CLASS (ds_link_parent_class)->dispose (object);
}

static void
ds_link_finalize (GObject *object)
{
  DsLink *self = DS_LINK (object);

  g_clear_object (&self->store);
  g_clear_object (&self->network);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_free (self->problem);

  G_OBJECT_CLASS (ds_link_parent_class)->finalize (object);
}

static void
ds_link_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  DsLink *self = DS_LINK (object);

  switch (id)
    {
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_LAST_SYNC_MS:
      g_value_set_int64 (value, self->last_sync_ms);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_link_class_init (DsLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = ds_link_dispose;
  object_class->finalize = ds_link_finalize;
  object_class->get_property = ds_link_get_property;

  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  properties[PROP_LAST_SYNC_MS] = g_param_spec_int64 ("last-sync-ms", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CAUGHT_UP]
      = g_signal_new ("caught-up", DS_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_link_init (DsLink *self)
{
}

DsLink *
ds_link_new_over (DsStore *store,
                  DsNetwork *network,
                  DsClock *clock,
                  DsRandom *random,
                  const DsLinkTimings *timings)
{
  DsLink *self;

  g_return_val_if_fail (DS_IS_STORE (store), NULL);
  g_return_val_if_fail (DS_IS_NETWORK (network), NULL);
  g_return_val_if_fail (timings->shortest_delay_ms > 0, NULL);
  g_return_val_if_fail (timings->longest_delay_ms >= timings->shortest_delay_ms, NULL);

  self = g_object_new (DS_TYPE_LINK, NULL);
  self->store = g_object_ref (store);
  self->network = g_object_ref (network);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->timings = *timings;
  self->backoff.shortest_ms = timings->shortest_delay_ms;
  self->backoff.longest_ms = timings->longest_delay_ms;
  self->blob_backoff = self->backoff;
  return self;
}

DsLink *
ds_link_new (DsStore *store, DsClock *clock, DsRandom *random)
{
  g_autoptr (DsNetwork) network = ds_network_new_system (clock);

  return ds_link_new_over (store, network, clock, random, &ds_link_timings);
}

gboolean
ds_link_get_online (DsLink *self)
{
  g_return_val_if_fail (DS_IS_LINK (self), FALSE);

  return self->online;
}

gint64
ds_link_get_last_sync_ms (DsLink *self)
{
  g_return_val_if_fail (DS_IS_LINK (self), 0);

  return self->last_sync_ms;
}

const char *
ds_link_get_problem (DsLink *self)
{
  g_return_val_if_fail (DS_IS_LINK (self), NULL);

  return self->problem;
}

/* What the courier sees */

static void
set_online (DsLink *self, gboolean online, const char *problem)
{
  if (g_strcmp0 (self->problem, problem) != 0)
    {
      g_free (self->problem);
      self->problem = g_strdup (problem);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
    }
  if (self->online != online)
    {
      self->online = online;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONLINE]);
    }
}

void
ds_link_update (DsLink *self)
{
  gboolean busy
      = self->pushing || self->applying || self->page != NULL || (self->fetching && !self->feed_ended);
  gboolean caught_up = self->round != NULL && !busy && self->pulling && self->feed_ended
                       && ds_store_get_n_unsent (self->store) == 0;

  if (self->busy != busy)
    {
      self->busy = busy;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
    }
  if (self->caught_up != caught_up)
    {
      self->caught_up = caught_up;
      if (caught_up)
        {
          self->backoff.failures = 0;
          g_signal_emit (self, signals[CAUGHT_UP], 0);
        }
    }
  if (caught_up)
    ds_link_send_blobs (self);
}

void
ds_link_exchanged (DsLink *self)
{
  self->last_sync_ms = ds_clock_get_wall_ms (self->clock);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_SYNC_MS]);
  set_online (self, TRUE, NULL);
}

/* Rounds */

static void
end_round (DsLink *self)
{
  /* What is cancelled must find the round gone. */
  g_autoptr (GCancellable) round = g_steal_pointer (&self->round);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_handle_id (&self->poll_source, g_source_remove);
  g_clear_handle_id (&self->blob_source, g_source_remove);
  self->sending_blobs = FALSE;
  g_clear_pointer (&self->page, g_bytes_unref);
  self->pushing = self->push_again = FALSE;
  self->pulling = self->fetching = self->applying = self->feed_ended = FALSE;
  self->push_breaks = self->pull_breaks = 0;
  self->push_from = 0;
  g_clear_pointer (&self->compared_head, g_free);
  if (round != NULL)
    g_cancellable_cancel (round);
}

/* Money first: everything is pushed, then the feed is pulled to its end, then both go on side by side. A forked journal
 * too, once a round: the depot may have been restored meanwhile, and hold none of it any more. */
static void
begin_round (DsLink *self)
{
  end_round (self);
  self->round = g_cancellable_new ();
  ds_link_forget_fork (self);
  ds_link_push (self);
}

static gboolean
retry (gpointer user_data)
{
  DsLink *self = user_data;

  self->retry_source = 0;
  begin_round (self);
  return G_SOURCE_REMOVE;
}

void
ds_link_go_offline (DsLink *self, const char *problem, gint64 retry_after_s)
{
  guint delay_ms = ds_backoff_next_ms (&self->backoff, self->random);

  end_round (self);
  if (retry_after_s > 0)
    {
      gint64 asked_ms = MIN (retry_after_s, G_MAXINT32 / 1000) * 1000;

      /* A depot that asks for more than our longest delay is not believed. */
      asked_ms = MIN (asked_ms, (gint64)self->timings.longest_delay_ms);
      delay_ms = MAX (delay_ms, (guint)asked_ms);
      self->not_before_mono_ms = ds_clock_get_mono_ms (self->clock) + asked_ms;
    }
  self->retry_source = ds_clock_add_timeout (self->clock, delay_ms, retry, self);
  set_online (self, FALSE, problem);
  ds_link_update (self);
}

gboolean
ds_link_failed (DsLink *self, guint *breaks, gboolean reached, GError *error)
{
  g_autoptr (GError) own = error;

  if (reached && g_error_matches (own, DS_ERROR, DS_ERROR_NETWORK) && (*breaks)++ == 0)
    return TRUE;
  ds_link_go_offline (self, own->message, -1);
  return FALSE;
}

void
ds_link_pushed (DsLink *self)
{
  if (!self->pulling)
    ds_link_pull (self);
  ds_link_update (self);
}

static void
appended (DsStore *store, gpointer user_data)
{
  DsLink *self = user_data;

  if (self->round == NULL)
    return;
  self->push_again = TRUE;
  ds_link_push (self);
}

/* The network came back, or the machine woke: whatever was waited for before does not count any more. */
static void
start_afresh (DsLink *self)
{
  /* It is no reason to press a depot that asked for time. */
  if (ds_clock_get_mono_ms (self->clock) < self->not_before_mono_ms)
    return;
  /* Connections over the old network are as good as dead, whatever is on them. */
  self->backoff.failures = 0;
  begin_round (self);
}

void
ds_link_start (DsLink *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (DS_IS_LINK (self));
  g_return_if_fail (ds_store_get_identity (self->store) != NULL);

  if (self->client != NULL)
    return;
  /* Without it nothing can be signed, and time does not bring it back. */
  if (ds_store_get_device_key (self->store) == NULL)
    {
      set_online (self, FALSE,
                  _ ("The key of this handheld is missing: it can send nothing. Save a copy under “Data and "
                     "signing out” and bring it to the depot."));
      return;
    }

  self->client = ds_client_new (self->store, self->network, self->clock, self->random,
                                self->timings.timeout_ms, &error);
  if (self->client == NULL)
    {
      /* Only a damaged identity leads here; time does not heal it. */
      set_online (self, FALSE, error->message);
      return;
    }
  self->appended_handler = g_signal_connect (self->store, "appended", G_CALLBACK (appended), self);
  self->network_handler
      = g_signal_connect_swapped (self->network, "changed", G_CALLBACK (start_afresh), self);
  self->woke_handler = g_signal_connect_swapped (self->clock, "woke", G_CALLBACK (start_afresh), self);
  begin_round (self);
}

void
ds_link_stop (DsLink *self)
{
  g_return_if_fail (DS_IS_LINK (self));

  if (self->client == NULL)
    return;

  end_round (self);
  g_clear_signal_handler (&self->appended_handler, self->store);
  g_clear_signal_handler (&self->network_handler, self->network);
  g_clear_signal_handler (&self->woke_handler, self->clock);
  g_clear_object (&self->client);
  self->backoff.failures = 0;
  self->not_before_mono_ms = 0;
  set_online (self, FALSE, NULL);
  ds_link_update (self);
}

void
ds_link_wake (DsLink *self)
{
  g_return_if_fail (DS_IS_LINK (self));

  if (self->client == NULL)
    return;
  self->not_before_mono_ms = 0;
  self->backoff.failures = 0;
  /* A quiet long poll is tried afresh too: only that shows whether its connection still lives. */
  if (!self->busy)
    begin_round (self);
}
