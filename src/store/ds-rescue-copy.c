/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-rescue-copy.h"

#include "ds-durable-file.h"
#include "ds-error.h"
#include "ds-sealed-file.h"
#include "ds-task.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_NAME "rescue-folder"
#define FILE_SUFFIX ".dsrescue"
#define BATCH_LINES 200
#define BATCH_BYTES (256 * 1024)
#define RETRY_S 15

/* One file on the card, written by one task at a time. */
typedef struct
{
  int descriptor;
  DsSealer *sealer;
} Segment;

static void
segment_free (Segment *self)
{
  if (self->descriptor >= 0)
    (void)g_close (self->descriptor, NULL);
  g_clear_pointer (&self->sealer, ds_sealer_free);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Segment, segment_free)

struct _DsRescueCopy
{
  GObject parent;

  DsStore *store;
  char *directory;
  char *folder;        /* (nullable) */
  GCancellable *round; /* ends with the folder */
  Segment *segment;    /* (nullable); lent to the task under way */
  gint64 next_seq;     /* 0: the first that the depot lacks */
  gboolean busy;
  gboolean again;
  DsRescueState state;
  char *problem;
  guint retry_source;
};

enum
{
  PROP_STATE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (DsRescueCopy, ds_rescue_copy, G_TYPE_OBJECT)

/* One batch on its way to the card. */
typedef struct
{
  Segment *segment; /* (nullable): a new file is begun */
  char *folder;
  char *device_id;
  DsKey *recipient;
  char *device; /* the first record of a new file */
  DsOutbox *outbox;
} Batch;

static void
batch_free (gpointer data)
{
  Batch *self = data;

  g_clear_pointer (&self->segment, segment_free);
  g_free (self->folder);
  g_free (self->device_id);
  g_clear_pointer (&self->recipient, ds_key_unref);
  g_free (self->device);
  g_clear_pointer (&self->outbox, ds_outbox_free);
  g_free (self);
}

static void copy_next (DsRescueCopy *self);

static void
set_state (DsRescueCopy *self, DsRescueState state, const char *problem)
{
  g_free (self->problem);
  self->problem = g_strdup (problem);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static gboolean
retry (gpointer user_data)
{
  DsRescueCopy *self = user_data;

  self->retry_source = 0;
  copy_next (self);
  return G_SOURCE_REMOVE;
}

/* The next file begins with what the depot lacks by then; this one stays on the card as it is. */
static void
lose_card (DsRescueCopy *self, const char *problem)
{
  g_clear_pointer (&self->segment, segment_free);
  self->next_seq = 0;
  set_state (self, DS_RESCUE_MISSING, problem);
  if (self->retry_source == 0)
    self->retry_source = g_timeout_add_seconds (RETRY_S, retry, self);
}

/* On a thread of its own: nothing here may touch the object. */

static gboolean
fail (const char *what, const char *path, GError **error)
{
  int problem = errno;

  g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "%s “%s”: %s", what, path, g_strerror (problem));
  return FALSE;
}

static gboolean
write_bytes (int descriptor, GBytes *bytes, const char *path, GError **error)
{
  gsize n;
  const guint8 *at = g_bytes_get_data (bytes, &n);

  while (n > 0)
    {
      gssize written = write (descriptor, at, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail ("Cannot write to", path, error);
      at += written;
      n -= (gsize)written;
    }
  return TRUE;
}

static gboolean
write_record (Batch *batch, DsSealedKind kind, const void *data, gsize n, GError **error)
{
  g_autoptr (GBytes) record = ds_sealer_seal (batch->segment->sealer, kind, data, n, error);

  return record != NULL && write_bytes (batch->segment->descriptor, record, batch->folder, error);
}

/* Never over a file that is there: a name that is taken gets a number more. */
static gboolean
begin_segment (Batch *batch, GError **error)
{
  g_autoptr (Segment) segment = g_new0 (Segment, 1);
  g_autoptr (GBytes) head = NULL;

  segment->descriptor = -1;
  segment->sealer = ds_sealer_new (batch->recipient, &head, error);
  if (segment->sealer == NULL)
    return FALSE;
  for (guint i = 0; segment->descriptor < 0; i++)
    {
      g_autofree char *name = g_strdup_printf ("doorstep-%s-%010" G_GINT64_FORMAT "-%04u" FILE_SUFFIX,
                                               batch->device_id, batch->outbox->first_seq, i);
      g_autofree char *path = g_build_filename (batch->folder, name, NULL);

      segment->descriptor = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (segment->descriptor < 0 && errno != EEXIST)
        return fail ("Cannot write to", batch->folder, error);
    }
  batch->segment = g_steal_pointer (&segment);
  return write_bytes (batch->segment->descriptor, head, batch->folder, error)
         && write_record (batch, DS_SEALED_DEVICE, batch->device, strlen (batch->device), error)
         && ds_durable_directory_sync (batch->folder, error);
}

static gboolean
write_batch (Batch *batch, GError **error)
{
  gsize n;
  const void *lines = g_bytes_get_data (batch->outbox->lines, &n);

  if (batch->segment == NULL && !begin_segment (batch, error))
    return FALSE;
  if (!write_record (batch, DS_SEALED_LINES, lines, n, error))
    return FALSE;
  return fdatasync (batch->segment->descriptor) == 0 || fail ("Cannot write to", batch->folder, error);
}

static void
run_batch (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_batch (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Back on the main thread */

static void
finish_round (DsRescueCopy *self)
{
  self->busy = FALSE;
  if (self->again && !g_cancellable_is_cancelled (self->round))
    copy_next (self);
}

static void
did_write (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsRescueCopy *self = DS_RESCUE_COPY (source);
  Batch *batch = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean written = g_task_propagate_boolean (G_TASK (result), &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->round)
    {
      /* Another folder was chosen meanwhile. */
      self->again = TRUE;
    }
  else if (written && batch->outbox->first_seq == 0)
    {
      self->segment = g_steal_pointer (&batch->segment);
      set_state (self, DS_RESCUE_CURRENT, NULL);
    }
  else if (written)
    {
      self->segment = g_steal_pointer (&batch->segment);
      self->next_seq = batch->outbox->last_seq + 1;
      self->again = TRUE;
    }
  else
    lose_card (self, error->message);
  finish_round (self);
}

static void
did_describe (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Batch *batch = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  batch->device = ds_store_describe_device_finish (DS_STORE (source), result, &error);
  if (batch->device == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_run_in_thread (task, run_batch);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsRescueCopy *self = g_task_get_source_object (task);
  Batch *batch = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  batch->outbox = ds_store_load_outbox_finish (DS_STORE (source), result, &error);
  batch->segment = g_steal_pointer (&self->segment);
  if (batch->outbox == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (batch->outbox->first_seq == 0)
    g_task_return_boolean (task, TRUE);
  else
    {
      if (self->state != DS_RESCUE_COPYING)
        set_state (self, DS_RESCUE_COPYING, NULL);
      if (batch->segment != NULL)
        g_task_run_in_thread (task, run_batch);
      else
        ds_store_describe_device_async (self->store, NULL, did_describe, g_steal_pointer (&task));
    }
}

static void
copy_next (DsRescueCopy *self)
{
  const DsIdentity *identity = ds_store_get_identity (self->store);
  GTask *task;
  Batch *batch;

  if (self->folder == NULL || identity == NULL)
    return;
  self->again = self->busy;
  if (self->busy)
    return;

  self->busy = TRUE;
  batch = g_new0 (Batch, 1);
  batch->folder = g_strdup (self->folder);
  batch->device_id = g_strdup (identity->device_id);
  batch->recipient = ds_key_ref (ds_identity_get_newest_key (identity));
  task = g_task_new (self, self->round, did_write, NULL);
  g_task_set_source_tag (task, DS_TASK_TAG (copy_next));
  /* What was written was written. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, batch, batch_free);
  ds_store_load_outbox_from_async (self->store, self->next_seq, BATCH_LINES, BATCH_BYTES, NULL, did_load,
                                   task);
}

/* Life */

static void
end_round (DsRescueCopy *self)
{
  if (self->round != NULL)
    g_cancellable_cancel (self->round);
  g_clear_object (&self->round);
  self->round = g_cancellable_new ();
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_pointer (&self->segment, segment_free);
  self->next_seq = 0;
}

static void
ds_rescue_copy_dispose (GObject *object)
{
  ds_rescue_copy_stop (DS_RESCUE_COPY (object));

  G_OBJECT_CLASS (ds_rescue_copy_parent_class)->dispose (object);
}

static void
ds_rescue_copy_finalize (GObject *object)
{
  DsRescueCopy *self = DS_RESCUE_COPY (object);

  g_clear_object (&self->round);
  g_clear_object (&self->store);
  g_free (self->directory);
  g_free (self->folder);
  g_free (self->problem);

  G_OBJECT_CLASS (ds_rescue_copy_parent_class)->finalize (object);
}

static void
ds_rescue_copy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, DS_RESCUE_COPY (object)->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_rescue_copy_class_init (DsRescueCopyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_rescue_copy_dispose;
  object_class->finalize = ds_rescue_copy_finalize;
  object_class->get_property = ds_rescue_copy_get_property;

  properties[PROP_STATE]
      = g_param_spec_uint ("state", NULL, NULL, DS_RESCUE_OFF, DS_RESCUE_MISSING, DS_RESCUE_OFF,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ds_rescue_copy_init (DsRescueCopy *self)
{
}

DsRescueCopy *
ds_rescue_copy_new (DsStore *store, const char *directory)
{
  DsRescueCopy *self;
  g_autofree char *path = NULL;

  g_return_val_if_fail (DS_IS_STORE (store), NULL);
  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (DS_TYPE_RESCUE_COPY, NULL);
  self->store = g_object_ref (store);
  self->directory = g_strdup (directory);
  end_round (self);
  path = g_build_filename (directory, FOLDER_NAME, NULL);
  /* No such file: no folder was chosen. */
  if (g_file_get_contents (path, &self->folder, NULL, NULL) && *self->folder != '\0')
    self->state = DS_RESCUE_COPYING;
  else
    g_clear_pointer (&self->folder, g_free);
  g_signal_connect_object (store, "appended", G_CALLBACK (copy_next), self, G_CONNECT_SWAPPED);
  copy_next (self);
  return self;
}

void
ds_rescue_copy_stop (DsRescueCopy *self)
{
  g_return_if_fail (DS_IS_RESCUE_COPY (self));

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  end_round (self);
  g_cancellable_cancel (self->round);
}

gboolean
ds_rescue_copy_set_folder (DsRescueCopy *self, GFile *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *kept = NULL;

  g_return_val_if_fail (DS_IS_RESCUE_COPY (self), FALSE);
  g_return_val_if_fail (folder == NULL || g_file_is_native (folder), FALSE);

  path = folder ? g_file_get_path (folder) : g_strdup ("");
  kept = g_build_filename (self->directory, FOLDER_NAME, NULL);
  if (!ds_durable_file_write (kept, path, strlen (path), error))
    return FALSE;
  end_round (self);
  g_free (self->folder);
  self->folder = *path ? g_steal_pointer (&path) : NULL;
  set_state (self, self->folder ? DS_RESCUE_COPYING : DS_RESCUE_OFF, NULL);
  copy_next (self);
  return TRUE;
}

const char *
ds_rescue_copy_get_folder (DsRescueCopy *self)
{
  g_return_val_if_fail (DS_IS_RESCUE_COPY (self), NULL);

  return self->folder;
}

DsRescueState
ds_rescue_copy_get_state (DsRescueCopy *self)
{
  g_return_val_if_fail (DS_IS_RESCUE_COPY (self), DS_RESCUE_OFF);

  return self->state;
}

const char *
ds_rescue_copy_get_problem (DsRescueCopy *self)
{
  g_return_val_if_fail (DS_IS_RESCUE_COPY (self), NULL);

  return self->problem;
}

void
ds_rescue_copy_wake (DsRescueCopy *self)
{
  g_return_if_fail (DS_IS_RESCUE_COPY (self));

  g_clear_handle_id (&self->retry_source, g_source_remove);
  copy_next (self);
}
