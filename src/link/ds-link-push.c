/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal goes up: one drainer, the oldest entries first, the same bytes again until they are acknowledged. */
#include "config.h"

#include "ds-link-private.h"

#include "ds-error.h"
#include "ds-json.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* The depot takes 1000 lines and 4 MiB; fronts before it often take less. */
#define MAX_LINES 500
#define MAX_BYTES (1024 * 1024)
#define MAX_REPLY_BYTES (1024 * 1024)

/* One batch on its way. */
typedef struct
{
  DsLink *link;
  GCancellable *round;
  DsOutbox *outbox;
  gint64 acknowledged;
  gint64 forks_at; /* another handheld has our identity; 0: none that the depot knows of */
} Push;

static Push *
push_new (DsLink *link)
{
  Push *self = g_new0 (Push, 1);

  self->link = g_object_ref (link);
  self->round = g_object_ref (link->round);
  return self;
}

static void
push_free (Push *self)
{
  g_clear_pointer (&self->outbox, ds_outbox_free);
  g_object_unref (self->round);
  g_object_unref (self->link);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Push, push_free)

static gboolean
is_stale (Push *push)
{
  return push->round != push->link->round;
}

static void load_batch (DsLink *self);

static void
stop_pushing (DsLink *self)
{
  self->pushing = FALSE;
  ds_link_pushed (self);
}

/* The store's own failures: the network is not to blame, but nothing can be exchanged. */
static void
fail_store (DsLink *self, const GError *error)
{
  ds_link_go_offline (self, error->message, -1);
}

/* Two handhelds have one identity. Nobody but a person can say which is right. */
static void
freeze (DsLink *self, gint64 forks_at)
{
  g_autofree char *detail
      = g_strdup_printf (_ ("The depot holds another journal under this handheld's name, from entry "
                            "%" PRId64 " on. Hand it in at the depot."),
                         forks_at);

  ds_store_set_forked (self->store, detail);
}

/* The depot holds more than was ever journalled here. The store has kept its word for it as evidence. */
static gboolean
is_old_copy (Push *push)
{
  return ds_store_get_health (push->link->store) == DS_STORE_BEHIND
         && push->acknowledged > push->outbox->last_seq;
}

static void
did_acknowledge (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  DsLink *self = push->link;
  g_autoptr (GError) error = NULL;
  gboolean kept = ds_store_acknowledge_finish (DS_STORE (source), result, &error);

  if (is_stale (push))
    return;
  if (!kept && is_old_copy (push))
    {
      /* The depot has all that it has, and more: reading goes on. */
      self->forked = TRUE;
      ds_link_exchanged (self);
      stop_pushing (self);
      return;
    }
  if (!kept)
    {
      fail_store (self, error);
      return;
    }

  self->push_breaks = 0;
  if (push->forks_at > 0)
    freeze (self, push->forks_at);
  /* Entries that the depot had lost are sent up to where we were. */
  if (self->push_from != 0)
    self->push_from = push->acknowledged + 1;
  ds_link_exchanged (self);
  load_batch (self);
}

/* The depot may sign with a key that it took while this handheld was away. @announcements: (nullable) */
static void
learn_keys (DsLink *self, json_t *announcements)
{
  const DsIdentity *identity = ds_store_get_identity (self->store);
  json_t *announcement;
  gsize i;

  json_array_foreach (announcements, i, announcement)
  {
    if (identity != NULL && json_is_string (announcement)
        && !ds_identity_knows_announcement (identity, json_string_value (announcement)))
      {
        ds_store_learn_keys (self->store, announcements);
        return;
      }
  }
}

/* A good reply: what the depot now holds, signed. */
static void
take_acknowledgement (Push *push, DsHttpReply *reply)
{
  DsLink *self = push->link;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) object = ds_http_reply_parse (reply, &error);
  const char *acknowledgement;
  json_t *refused = NULL;
  json_t *depot_keys = NULL;
  json_int_t acknowledged;
  json_int_t forks_at = 0;

  if (object == NULL)
    ds_link_go_offline (self, error->message, -1);
  else if (!ds_json_unpack (object, NULL, "{s:I, s:s, s?:o, s?:I, s?:o}", "acknowledged", &acknowledged,
                            "acknowledgement", &acknowledgement, "refused", &refused, "forks_at", &forks_at,
                            "depot_keys", &depot_keys)
           || (refused != NULL && !json_is_array (refused))
           || (depot_keys != NULL && !json_is_array (depot_keys)))
    ds_link_go_offline (self, _ ("The depot's answer is no acknowledgement."), -1);
  else if (acknowledged < push->outbox->last_seq)
    /* Or the same lines would go to and fro for ever. */
    ds_link_go_offline (self, _ ("The depot took less than it was sent."), -1);
  else
    {
      push->acknowledged = acknowledged;
      push->forks_at = forks_at;
      learn_keys (self, depot_keys);
      ds_store_acknowledge_async (self->store, acknowledgement, refused, NULL, did_acknowledge, push);
      return;
    }
  push_free (push);
}

/* Goes back to where the two journals are still one, in growing steps. Entries that the depot had acknowledged may be
 * the first that differ: restored from a backup, it has since taken the other handheld's in their place.
 * Returns: whether earlier entries are to be sent first. */
static gboolean
look_further_back (DsLink *self, gint64 forks_at, gint64 first_seq)
{
  if (self->fork_found || forks_at > first_seq || first_seq <= 1)
    {
      self->fork_found = TRUE;
      return FALSE;
    }
  self->fork_step = MAX (2 * self->fork_step, 1);
  self->push_from = MAX (first_seq - self->fork_step, 1);
  return TRUE;
}

/* The depot holds another journal under our name. */
static void
take_fork (Push *push, DsHttpReply *reply)
{
  DsLink *self = push->link;
  json_t *kept = json_object_get (reply->members, "kept");
  gint64 forks_at = json_integer_value (json_object_get (reply->members, "forks_at"));

  self->forked = TRUE;
  freeze (self, forks_at);
  ds_link_exchanged (self);
  if (look_further_back (self, forks_at, push->outbox->first_seq))
    {
      load_batch (self);
      return;
    }
  /* Whose journal it is, nobody knows yet: the depot keeps ours apart, as evidence, to its last line. */
  if (json_is_integer (kept) && json_integer_value (kept) >= push->outbox->first_seq)
    {
      self->push_from = json_integer_value (kept) + 1;
      load_batch (self);
    }
  else
    stop_pushing (self);
}

/* The depot misses entries that it had acknowledged. */
static gboolean
go_back (Push *push, DsHttpReply *reply)
{
  json_t *expected = json_object_get (reply->members, "expected");

  if (!json_is_integer (expected) || json_integer_value (expected) < 1
      || json_integer_value (expected) >= push->outbox->first_seq)
    return FALSE;
  push->link->push_from = json_integer_value (expected);
  return TRUE;
}

static void
did_push (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  DsLink *self = push->link;
  g_autoptr (DsHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  gboolean reached;

  reply = ds_client_request_finish (DS_CLIENT (source), result, &reached, &error);
  if (is_stale (push))
    return;

  if (reply == NULL)
    {
      /* Nothing is known: the same bytes again. */
      if (ds_link_failed (self, &self->push_breaks, reached, g_steal_pointer (&error)))
        load_batch (self);
    }
  else if (g_strcmp0 (reply->problem, "fork") == 0)
    take_fork (push, reply);
  else if (g_strcmp0 (reply->problem, "gap") == 0 && go_back (push, reply))
    load_batch (self);
  else if (!ds_http_reply_check (reply, &error))
    ds_link_go_offline (self, error->message, reply->retry_after_s);
  else
    take_acknowledgement (g_steal_pointer (&push), reply);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  DsLink *self = push->link;
  g_autoptr (GError) error = NULL;
  DsHttpRequest request = { .method = "POST",
                            .path = "/v1/journal",
                            .media = DS_MEDIA_NDJSON,
                            .accept = DS_MEDIA_JSON,
                            .max_bytes = MAX_REPLY_BYTES,
                            .timeout_ms = self->timings.timeout_ms };

  push->outbox = ds_store_load_outbox_finish (DS_STORE (source), result, &error);
  if (is_stale (push))
    return;
  if (push->outbox == NULL)
    {
      fail_store (self, error);
      return;
    }

  if (push->outbox->first_seq == 0)
    {
      if (self->push_again)
        load_batch (self);
      else
        stop_pushing (self);
      return;
    }
  request.body = push->outbox->lines;
  ds_client_request_async (self->client, &request, push->round, did_push, push);
  g_steal_pointer (&push);
}

static void
load_batch (DsLink *self)
{
  self->push_again = FALSE;
  ds_store_load_outbox_from_async (self->store, self->push_from, MAX_LINES, MAX_BYTES, NULL, did_load,
                                   push_new (self));
}

void
ds_link_forget_fork (DsLink *self)
{
  self->forked = FALSE;
  self->fork_found = FALSE;
  self->fork_step = 0;
}

void
ds_link_push (DsLink *self)
{
  if (self->pushing)
    return;
  if (self->forked)
    {
      ds_link_pushed (self);
      return;
    }
  self->pushing = TRUE;
  ds_link_update (self);
  load_batch (self);
}

gboolean
ds_link_push_from (DsLink *self, gint64 first_seq)
{
  /* What is being sent goes on; the depot answers by itself with where its gap begins. */
  if (self->pushing)
    return FALSE;
  /* What it kept of a fork before, it may have forgotten too. */
  ds_link_forget_fork (self);
  self->push_from = first_seq;
  ds_link_push (self);
  return TRUE;
}
