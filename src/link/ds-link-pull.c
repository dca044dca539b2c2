/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feed comes down: page by page to its end, the next page on its way while the store applies the last one,
 * then a long poll for whatever is new. */
#include "config.h"

#include "ds-link-private.h"

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-json.h"

#include <glib/gi18n.h>

/* A page of 1000 stops takes about 600 kB. */
#define MAX_PAGE_BYTES (8 * 1024 * 1024)
/* A long poll that comes back empty before this was not one. */
#define SHORTEST_POLL_MS 500

/* One page on its way down or into the store. */
typedef struct
{
  DsLink *link;
  GCancellable *round;
  char *path;
  gint64 after;
  gint64 acknowledged_seq; /* when it was sent */
  gint64 began_mono_ms;
  gboolean polling;
  char *head; /* (nullable): the depot's last entry, while it is compared with ours */
} Pull;

static Pull *
pull_new (DsLink *link)
{
  Pull *self = g_new0 (Pull, 1);

  self->link = g_object_ref (link);
  self->round = g_object_ref (link->round);
  return self;
}

static void
pull_free (Pull *self)
{
  g_object_unref (self->round);
  g_object_unref (self->link);
  g_free (self->path);
  g_free (self->head);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pull, pull_free)

static gboolean
is_stale (Pull *pull)
{
  return pull->round != pull->link->round;
}

static void go_on (DsLink *self);
static void fetch (DsLink *self);

/* Into the store */

static void
did_apply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Pull) pull = user_data;
  DsLink *self = pull->link;
  g_autoptr (GError) error = NULL;
  gint64 cursor = ds_store_apply_feed_finish (DS_STORE (source), result, &error);

  if (is_stale (pull))
    return;
  if (cursor < 0)
    {
      ds_link_go_offline (self, error->message, -1);
      return;
    }
  self->applying = FALSE;
  go_on (self);
}

static void
apply (DsLink *self)
{
  g_autoptr (GBytes) page = g_steal_pointer (&self->page);

  self->applying = TRUE;
  ds_store_apply_feed_async (self->store, page, NULL, did_apply, pull_new (self));
}

/* Down */

/* Whether the last line is whole and is the one that @cursor announces: a page that was cut at the end of a line
 * looks whole to everybody below. */
static gboolean
ends_with (const char *text, gsize n, gint64 cursor)
{
  const char *before = g_strrstr_len (text, (gssize)n - 1, "\n");
  const char *line = before ? before + 1 : text;
  g_autoptr (json_t) item = NULL;

  if (text[n - 1] != '\n')
    return FALSE;
  item = ds_json_parse_object (line, (gsize)(text + n - 1 - line), MAX_PAGE_BYTES, NULL);
  return item != NULL && json_integer_value (json_object_get (item, "cursor")) == cursor;
}

/* Checks a good reply against the contract before anything of it is used. */
static gboolean
read_page (Pull *pull, DsHttpReply *reply, gint64 *cursor, gboolean *more, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (reply->body, &n);

  *cursor = ds_http_reply_get_number (reply, "Doorstep-Cursor");
  *more = ds_http_reply_get_number (reply, "Doorstep-More") == 1;
  if (n == 0 ? *more : *cursor <= pull->after)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("The depot's feed does not go on."));
      return FALSE;
    }
  if (n > 0 && !ends_with (text, n, *cursor))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NETWORK, _ ("The connection to the depot broke."));
      return FALSE;
    }
  return TRUE;
}

static gboolean
poll_again (gpointer user_data)
{
  DsLink *self = user_data;

  self->poll_source = 0;
  fetch (self);
  return G_SOURCE_REMOVE;
}

/* Two handhelds with one identity end each other's waiting, for ever: once they are known to be two, nothing that the
 * feed brings is urgent for either. */
static guint
choose_poll_delay_ms (DsLink *self)
{
  DsStoreHealth health = ds_store_get_health (self->store);

  if (health == DS_STORE_FORKED || health == DS_STORE_BEHIND)
    return self->timings.feed_wait_s * 1000;
  return self->timings.shortest_delay_ms;
}

/* What the depot holds */

static void
note_compared (DsLink *self, const char *head)
{
  g_free (self->compared_head);
  self->compared_head = g_strdup (head);
}

static void
send_again (DsLink *self, gint64 first_seq, const char *head)
{
  if (!ds_link_push_from (self, first_seq))
    return;
  note_compared (self, head);
  /* A copy that goes on hearing of the other's new entries has no contents that the depot lacks. */
  if (ds_store_get_health (self->store) == DS_STORE_HEALTHY)
    ds_store_send_blobs_again (self->store);
}

static void
did_compare (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Pull) pull = user_data;
  DsLink *self = pull->link;
  g_autoptr (GError) error = NULL;
  gint64 from = ds_store_compare_head_finish (DS_STORE (source), result, &error);

  if (is_stale (pull))
    return;
  if (from < 0)
    {
      ds_link_go_offline (self, error->message, -1);
      return;
    }
  /* A fork that the round began with is dealt with. */
  if (from == 0 || (self->forked && self->compared_head == NULL))
    note_compared (self, pull->head);
  else
    send_again (self, from, pull->head);
}

/* A depot that was restored from a backup lacks entries that it had acknowledged, or has since taken those of another
 * handheld with our identity in their place. */
static void
look_at_held (Pull *pull, DsHttpReply *reply)
{
  DsLink *self = pull->link;
  gint64 held = ds_http_reply_get_number (reply, "Doorstep-Acknowledged");
  const char *head = soup_message_headers_get_one (reply->headers, "Doorstep-Head");
  Pull *comparison;

  if (held < 0 || head == NULL || g_strcmp0 (head, self->compared_head) == 0)
    return;
  if (held < pull->acknowledged_seq)
    {
      send_again (self, held + 1, head);
      return;
    }
  if (held == 0)
    return;
  comparison = pull_new (self);
  comparison->head = g_strdup (head);
  ds_store_compare_head_async (self->store, held, head, NULL, did_compare, comparison);
}

/* Nothing new. */
static void
took_nothing (Pull *pull)
{
  DsLink *self = pull->link;
  gint64 took_ms = ds_clock_get_mono_ms (self->clock) - pull->began_mono_ms;

  self->feed_ended = TRUE;
  if (pull->polling && took_ms < SHORTEST_POLL_MS && self->timings.feed_wait_s > 0)
    self->poll_source = ds_clock_add_timeout (self->clock, choose_poll_delay_ms (self), poll_again, self);
  go_on (self);
}

/* Tries again at once, without waiting at the feed's end this time: the answer must show that the line works. */
static void
take_failure (Pull *pull, gboolean reached, GError *error)
{
  DsLink *self = pull->link;

  if (!ds_link_failed (self, &self->pull_breaks, reached, error))
    return;
  self->feed_ended = FALSE;
  go_on (self);
}

static void
did_fetch (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Pull) pull = user_data;
  DsLink *self = pull->link;
  g_autoptr (DsHttpReply) reply = NULL;
  GError *error = NULL;
  gboolean reached, more;
  gint64 cursor;

  reply = ds_client_request_finish (DS_CLIENT (source), result, &reached, &error);
  if (is_stale (pull))
    {
      g_clear_error (&error);
      return;
    }

  self->fetching = FALSE;
  if (reply != NULL && !ds_http_reply_check (reply, &error))
    {
      ds_link_go_offline (self, error->message, reply->retry_after_s);
      g_clear_error (&error);
      return;
    }
  if (reply == NULL || !read_page (pull, reply, &cursor, &more, &error))
    {
      take_failure (pull, reached, error);
      return;
    }

  self->pull_breaks = 0;
  ds_link_exchanged (self);
  look_at_held (pull, reply);
  if (g_bytes_get_size (reply->body) == 0)
    {
      took_nothing (pull);
      return;
    }
  self->feed_ended = !more;
  self->fetch_cursor = cursor;
  self->page = g_bytes_ref (reply->body);
  go_on (self);
}

static void
fetch (DsLink *self)
{
  Pull *pull = pull_new (self);
  guint wait_s = self->feed_ended ? self->timings.feed_wait_s : 0;
  DsHttpRequest request = { .method = "GET",
                            .accept = DS_MEDIA_NDJSON,
                            .max_bytes = MAX_PAGE_BYTES,
                            .timeout_ms = self->timings.timeout_ms + wait_s * 1000 };

  pull->after = self->fetch_cursor;
  pull->acknowledged_seq = ds_store_get_acknowledged_seq (self->store);
  pull->began_mono_ms = ds_clock_get_mono_ms (self->clock);
  pull->polling = self->feed_ended;
  pull->path = g_strdup_printf ("/v1/feed?after=%" G_GINT64_FORMAT "&wait=%u&limit=%u", self->fetch_cursor,
                                wait_s, self->timings.page_items);
  request.path = pull->path;
  self->fetching = TRUE;
  ds_client_request_async (self->client, &request, pull->round, did_fetch, pull);
}

/* Keeps both halves going: one page into the store, the next one on its way, never more than that in memory. */
static void
go_on (DsLink *self)
{
  if (self->page != NULL && !self->applying)
    apply (self);
  if (self->page == NULL && !self->fetching && self->poll_source == 0)
    fetch (self);
  ds_link_update (self);
}

void
ds_link_pull (DsLink *self)
{
  self->pulling = TRUE;
  self->fetch_cursor = ds_store_get_feed_cursor (self->store);
  go_on (self);
}
