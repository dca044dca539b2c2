/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of proofs go up last: money and feed come first, and whatever is journalled meanwhile goes between two
 * pieces. A piece is small, so that a photograph over a bad line holds nothing up and a cut costs little; the depot
 * says how much of it it has. Trouble here never makes the link offline: that is for money to say. */
#include "config.h"

#include "ds-link-private.h"

#include "ds-clock.h"
#include "ds-error.h"

#define PIECE_BYTES (64 * 1024)
#define MAX_REPLY_BYTES (64 * 1024)

/* One content on its way. */
typedef struct
{
  DsLink *link;
  GCancellable *round;
  DsWaitingBlob *blob;
  gsize offset;
  gsize end; /* of the piece that is under way */
  gboolean asked;
  gboolean begun_anew;
  char *path;
} Upload;

static void
upload_free (Upload *self)
{
  g_clear_pointer (&self->blob, ds_waiting_blob_free);
  g_free (self->path);
  g_object_unref (self->round);
  g_object_unref (self->link);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Upload, upload_free)

static gboolean
is_stale (Upload *upload)
{
  return upload->round != upload->link->round;
}

static void send_piece (Upload *upload);

/* Waiting */

static gboolean
try_again (gpointer user_data)
{
  DsLink *self = user_data;

  self->blob_source = 0;
  ds_link_send_blobs (self);
  return G_SOURCE_REMOVE;
}

static void
put_off (Upload *upload, gint64 retry_after_s)
{
  DsLink *self = upload->link;
  guint delay_ms = ds_backoff_next_ms (&self->blob_backoff, self->random);

  if (retry_after_s > 0)
    delay_ms = MAX (delay_ms, (guint)MIN (retry_after_s * 1000, (gint64)self->timings.longest_delay_ms));
  self->sending_blobs = FALSE;
  if (self->blob_source == 0)
    self->blob_source = ds_clock_add_timeout (self->clock, delay_ms, try_again, self);
  upload_free (upload);
}

/* What the depot says */

static void
did_set_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Upload) upload = user_data;
  DsLink *self = upload->link;
  g_autoptr (GError) error = NULL;
  gboolean noted = ds_store_set_blob_state_finish (DS_STORE (source), result, &error);

  if (is_stale (upload))
    return;
  self->sending_blobs = FALSE;
  if (noted)
    {
      self->blob_backoff.failures = 0;
      ds_link_send_blobs (self);
    }
  else
    put_off (g_steal_pointer (&upload), -1);
}

/* @upload: (transfer full) */
static void
end_upload (Upload *upload, DsBlobState state)
{
  ds_store_set_blob_state_async (upload->link->store, upload->blob->sm3, state, NULL, did_set_state, upload);
}

/* The depot has another part of it than we think. Returns: whether that can be. */
static gboolean
take_offset (Upload *upload, gint64 held)
{
  gsize size = g_bytes_get_size (upload->blob->content);

  if (held < 0 || (gsize)held > size || ((gsize)held == size && size > 0))
    return FALSE;
  upload->offset = (gsize)held;
  return TRUE;
}

/* @upload: (transfer full) */
static void
take_refusal (Upload *upload, DsHttpReply *reply)
{
  if (g_strcmp0 (reply->problem, "gap") == 0
      && take_offset (upload, json_integer_value (json_object_get (reply->members, "expected"))))
    send_piece (upload);
  else if (g_strcmp0 (reply->problem, "invalid") == 0 && !upload->begun_anew)
    {
      /* What it had of it was not what was sent: from the beginning, once. */
      upload->begun_anew = TRUE;
      upload->offset = 0;
      send_piece (upload);
    }
  else if (reply->status >= 500 || reply->status == 429 || reply->status == 401)
    put_off (upload, reply->retry_after_s);
  else
    end_upload (upload, DS_BLOB_REFUSED);
}

static void
did_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Upload) upload = user_data;
  DsLink *self = upload->link;
  g_autoptr (DsHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = ds_client_request_finish (DS_CLIENT (source), result, NULL, &error);
  if (is_stale (upload))
    return;
  if (reply == NULL)
    put_off (g_steal_pointer (&upload), -1);
  else if (reply->status == SOUP_STATUS_CREATED || reply->status == SOUP_STATUS_NO_CONTENT)
    end_upload (g_steal_pointer (&upload), DS_BLOB_SENT);
  else if (reply->status == SOUP_STATUS_ACCEPTED)
    {
      gsize before = upload->offset;

      self->blob_backoff.failures = 0;
      /* A depot that never has more would keep us going for ever. */
      if (take_offset (upload, ds_http_reply_get_number (reply, "Doorstep-Held"))
          && (upload->offset > before || upload->end == before))
        send_piece (g_steal_pointer (&upload));
      else
        put_off (g_steal_pointer (&upload), -1);
    }
  else if (ds_http_reply_check (reply, NULL))
    put_off (g_steal_pointer (&upload), -1);
  else
    take_refusal (g_steal_pointer (&upload), reply);
}

/* @upload: (transfer full) */
static void
send_piece (Upload *upload)
{
  DsLink *self = upload->link;
  gsize size = g_bytes_get_size (upload->blob->content);
  g_autoptr (GBytes) piece = NULL;
  DsHttpRequest request = { .method = "PUT",
                            .media = DS_MEDIA_BYTES,
                            .accept = DS_MEDIA_JSON,
                            .max_bytes = MAX_REPLY_BYTES,
                            .timeout_ms = self->timings.timeout_ms };

  /* Money first: what is being pushed now goes before the next piece. */
  if (self->pushing)
    {
      self->sending_blobs = FALSE;
      upload_free (upload);
      return;
    }
  /* An empty piece asks how much of it the depot has from an earlier try. */
  upload->end = size <= PIECE_BYTES || upload->asked ? MIN (upload->offset + PIECE_BYTES, size) : 0;
  upload->asked = TRUE;
  piece = g_bytes_new_from_bytes (upload->blob->content, upload->offset, upload->end - upload->offset);
  g_free (upload->path);
  upload->path = size <= PIECE_BYTES
                     ? g_strdup_printf ("/v1/blobs/%s", upload->blob->sm3)
                     : g_strdup_printf ("/v1/blobs/%s?offset=%" G_GSIZE_FORMAT "&size=%" G_GSIZE_FORMAT,
                                        upload->blob->sm3, upload->offset, size);
  request.path = upload->path;
  request.body = piece;
  ds_client_request_async (self->client, &request, upload->round, did_send, upload);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Upload) upload = user_data;
  DsLink *self = upload->link;
  g_autoptr (GError) error = NULL;

  upload->blob = ds_store_load_waiting_blob_finish (DS_STORE (source), result, &error);
  if (is_stale (upload))
    return;
  if (upload->blob == NULL)
    put_off (g_steal_pointer (&upload), -1);
  else if (upload->blob->sm3 == NULL)
    self->sending_blobs = FALSE;
  else
    send_piece (g_steal_pointer (&upload));
}

void
ds_link_send_blobs (DsLink *self)
{
  Upload *upload;

  /* Not before everything else is exchanged. */
  if (self->sending_blobs || self->blob_source != 0 || self->round == NULL || self->pushing || !self->pulling
      || !self->feed_ended || self->forked || ds_store_get_n_waiting_blobs (self->store) == 0)
    return;
  self->sending_blobs = TRUE;
  upload = g_new0 (Upload, 1);
  upload->link = g_object_ref (self);
  upload->round = g_object_ref (self->round);
  ds_store_load_waiting_blob_async (self->store, NULL, did_load, upload);
}
