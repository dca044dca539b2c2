/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's half of the store: properties, signals, and the store thread's queue. The requests themselves
 * are in ds-store-requests.c. */
#include "config.h"

#include "ds-store-private.h"

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-random.h"
#include "ds-task.h"

/* The anchor costs two syncs and a rename; it is written once the thread has been idle so long, so that an entry
 * never waits for the anchor of the one before it. */
#define ANCHOR_AFTER_US (20 * 1000)
/* … but in a long burst after so many entries at the latest. */
#define ANCHOR_AFTER_ENTRIES 64

/* The log is copied into the database when the thread is idle, well before SQLite would do so in a commit. */
#define CHECKPOINT_AFTER_PAGES 240

struct _DsStore
{
  GObject parent;

  DsClock *clock;
  DsLedger *ledger; /* the store thread's, from its start to its end */
  GMainContext *context;
  gboolean unthreaded;
  gboolean is_practice;
  gboolean opened;
  GThread *thread;   /* (nullable) */
  GAsyncQueue *jobs; /* (element-type DsJob), ended by @end_of_jobs */
  DsNews *now;
};

enum
{
  PROP_SETTINGS = 1,
  PROP_TRUST_LIST,
  PROP_SHIFT,
  PROP_N_UNSENT,
  PROP_FEED_CURSOR,
  PROP_HEALTH,
  PROP_SHORT_OF_ROOM,
  PROP_N_WAITING_BLOBS,
  N_PROPERTIES
};

enum
{
  STOPS_CHANGED,
  APPENDED,
  CODE_ARRIVED,
  NOTICE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

/* What ends the queue. */
static DsJob end_of_jobs;

G_DEFINE_FINAL_TYPE (DsStore, ds_store, G_TYPE_OBJECT)

static void
job_free (DsJob *job)
{
  g_object_unref (job->task);
  if (job->free_input != NULL && job->input != NULL)
    job->free_input (job->input);
  if (job->free_result != NULL && job->result != NULL)
    job->free_result (job->result);
  g_clear_error (&job->error);
  g_clear_pointer (&job->news, ds_news_free);
  g_free (job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsJob, job_free)

static void
emit_news (DsStore *self, const DsNews *news)
{
  for (guint i = 0; i < news->codes->len; i++)
    {
      const DsArrivedCode *code = g_ptr_array_index (news->codes, i);

      g_signal_emit (self, signals[CODE_ARRIVED], 0, code->payment_id, code->code, code->expires_at_ms);
    }
  for (guint i = 0; i < news->notices->len; i++)
    g_signal_emit (self, signals[NOTICE], 0, g_ptr_array_index (news->notices, i));
  if (news->stops != NULL)
    g_signal_emit (self, signals[STOPS_CHANGED], 0, news->stops);
  if (news->appended)
    g_signal_emit (self, signals[APPENDED], 0);
}

static void
take_news (DsStore *self, DsNews *news)
{
  g_autoptr (DsNews) before = g_steal_pointer (&self->now);

  self->now = news;
  g_object_freeze_notify (G_OBJECT (self));
  if (before->settings != news->settings)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
  if (before->trust_list != news->trust_list)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRUST_LIST]);
  if (before->shift != news->shift)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHIFT]);
  if (before->n_unsent != news->n_unsent)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNSENT]);
  if (before->cursor != news->cursor)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FEED_CURSOR]);
  if (before->health != news->health)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEALTH]);
  if (before->short_of_room != news->short_of_room)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHORT_OF_ROOM]);
  if (before->n_waiting_blobs != news->n_waiting_blobs)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING_BLOBS]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* On the main thread. Properties and signals come first, so that whoever asked finds the store as it is now. */
static gboolean
job_did_run (gpointer data)
{
  g_autoptr (DsJob) job = data;
  DsStore *self = g_task_get_source_object (job->task);

  if (job->news != NULL)
    {
      const DsNews *news = job->news;

      take_news (self, g_steal_pointer (&job->news));
      emit_news (self, news);
    }
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->free_result);
  return G_SOURCE_REMOVE;
}

static void
return_to_main_thread (DsStore *self, DsJob *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[doorstep] store job did run");
  g_source_set_callback (source, job_did_run, job, NULL);
  g_source_attach (source, self->context);
}

static void
run_job (DsStore *self, DsJob *job)
{
  DsLedger *ledger = self->ledger;
  DsStoreHealth health = ledger->health;
  gint64 head_seq = ledger->head_seq;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error))
    return;
  if (!job->run (job, ledger, &job->error))
    {
      if (ledger->db != NULL)
        ds_ledger_note_failure (ledger, job->error);
    }
  if (job->tells || ledger->health != health)
    {
      job->news = ds_ledger_take_news (ledger, ledger->head_seq > head_seq);
      if (job->appends && job->error == NULL)
        {
          job->result = job->news->stops ? g_ptr_array_ref (job->news->stops)
                                         : g_ptr_array_new_with_free_func (g_object_unref);
          job->free_result = (GDestroyNotify)g_ptr_array_unref;
        }
    }
}

static gint64
count_unanchored (DsLedger *ledger)
{
  return ledger->health == DS_STORE_HEALTHY && ledger->key != NULL ? ledger->head_seq - ledger->anchored_seq
                                                                   : 0;
}

/* What can wait until nobody waits. A failure is met again, and told, when the next entry is written. */
static void
tidy_up (DsLedger *ledger)
{
  if (count_unanchored (ledger) > 0)
    ds_ledger_write_anchor (ledger, NULL);
  if (ledger->db != NULL && ds_db_get_log_pages (ledger->db) >= CHECKPOINT_AFTER_PAGES)
    ds_db_checkpoint (ledger->db, NULL);
}

static gpointer
store_thread (gpointer data)
{
  DsStore *self = data;

  for (;;)
    {
      DsJob *job = g_async_queue_timeout_pop (self->jobs, ANCHOR_AFTER_US);

      if (job == NULL)
        {
          tidy_up (self->ledger);
          job = g_async_queue_pop (self->jobs);
        }
      if (job == &end_of_jobs)
        break;

      run_job (self, job);
      return_to_main_thread (self, job);
      if (count_unanchored (self->ledger) >= ANCHOR_AFTER_ENTRIES)
        ds_ledger_write_anchor (self->ledger, NULL);
    }

  tidy_up (self->ledger);
  g_clear_pointer (&self->ledger, ds_ledger_free);
  return NULL;
}

GTask *
ds_store_new_task (DsStore *self,
                   gpointer tag,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  return task;
}

gboolean
ds_ledger_is_open (DsLedger *ledger, GError **error)
{
  if (ledger->db != NULL)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE,
                       ledger->health_text ? ledger->health_text : "The database is not open");
  return FALSE;
}

void
ds_store_submit (DsStore *self,
                 GTask *task,
                 DsJobRun run,
                 gpointer input,
                 GDestroyNotify free_input,
                 DsJobKind kind)
{
  g_autoptr (DsJob) job = g_new0 (DsJob, 1);

  job->task = task;
  job->run = run;
  job->input = input;
  job->free_input = free_input;
  job->appends = kind == DS_JOB_APPENDS;
  job->tells = kind != DS_JOB_READS;
  /* Once it is written it is written, whatever the caller wants by then. */
  g_task_set_check_cancellable (task, FALSE);
  if (!self->opened)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "The store is not open");
  else if (self->thread != NULL)
    g_async_queue_push (self->jobs, g_steal_pointer (&job));
  else
    {
      run_job (self, job);
      tidy_up (self->ledger);
      return_to_main_thread (self, g_steal_pointer (&job));
    }
}

static void
ds_store_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  DsStore *self = DS_STORE (object);

  switch (property_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->now->settings);
      break;
    case PROP_TRUST_LIST:
      g_value_set_boxed (value, self->now->trust_list);
      break;
    case PROP_SHIFT:
      g_value_set_object (value, self->now->shift);
      break;
    case PROP_N_UNSENT:
      g_value_set_int64 (value, self->now->n_unsent);
      break;
    case PROP_FEED_CURSOR:
      g_value_set_int64 (value, ds_store_get_feed_cursor (self));
      break;
    case PROP_HEALTH:
      g_value_set_int (value, (gint)self->now->health);
      break;
    case PROP_SHORT_OF_ROOM:
      g_value_set_boolean (value, self->now->short_of_room);
      break;
    case PROP_N_WAITING_BLOBS:
      g_value_set_int64 (value, self->now->n_waiting_blobs);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
ds_store_dispose (GObject *object)
{
  ds_store_close (DS_STORE (object));

  G_OBJECT_CLASS (ds_store_parent_class)->dispose (object);
}

static void
ds_store_finalize (GObject *object)
{
  DsStore *self = DS_STORE (object);

  g_clear_pointer (&self->ledger, ds_ledger_free);
  g_async_queue_unref (self->jobs);
  g_main_context_unref (self->context);
  ds_news_free (self->now);
  g_object_unref (self->clock);

  G_OBJECT_CLASS (ds_store_parent_class)->finalize (object);
}

static void
ds_store_class_init (DsStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ds_store_get_property;
  object_class->dispose = ds_store_dispose;
  object_class->finalize = ds_store_finalize;

  properties[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, DS_TYPE_SETTINGS, flags);
  properties[PROP_TRUST_LIST] = g_param_spec_boxed ("trust-list", NULL, NULL, DS_TYPE_TRUST_LIST, flags);
  properties[PROP_SHIFT] = g_param_spec_object ("shift", NULL, NULL, DS_TYPE_SHIFT, flags);
  properties[PROP_N_UNSENT] = g_param_spec_int64 ("n-unsent", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_FEED_CURSOR] = g_param_spec_int64 ("feed-cursor", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_HEALTH] = g_param_spec_int ("health", NULL, NULL, DS_STORE_HEALTHY, DS_STORE_READ_ONLY,
                                              DS_STORE_HEALTHY, flags);
  properties[PROP_SHORT_OF_ROOM] = g_param_spec_boolean ("short-of-room", NULL, NULL, FALSE, flags);
  properties[PROP_N_WAITING_BLOBS]
      = g_param_spec_int64 ("n-waiting-blobs", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[STOPS_CHANGED] = g_signal_new ("stops-changed", DS_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[APPENDED]
      = g_signal_new ("appended", DS_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CODE_ARRIVED] = g_signal_new ("code-arrived", DS_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT64);
  signals[NOTICE] = g_signal_new ("notice", DS_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_store_init (DsStore *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->jobs = g_async_queue_new ();
  self->now = ds_news_new ();
}

DsStore *
ds_store_new (const char *directory, DsClock *clock, DsRandom *random)
{
  DsStore *self;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (DS_IS_RANDOM (random), NULL);

  self = g_object_new (DS_TYPE_STORE, NULL);
  self->clock = g_object_ref (clock);
  self->ledger = ds_ledger_new (directory, clock, random);
  return self;
}

DsStore *
ds_store_new_for_practice (const char *directory, DsClock *clock, DsRandom *random)
{
  DsStore *self = ds_store_new (directory, clock, random);

  self->ledger->is_practice = TRUE;
  self->is_practice = TRUE;
  return self;
}

gboolean
ds_store_get_practice (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), FALSE);

  return self->is_practice;
}

DsStore *
ds_store_new_unthreaded (const char *directory, DsClock *clock, DsRandom *random)
{
  DsStore *self = ds_store_new (directory, clock, random);

  self->unthreaded = TRUE;
  return self;
}

static gboolean
run_open (DsJob *job, DsLedger *ledger, GError **error)
{
  if (ledger->db != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "The store is open already");
      return FALSE;
    }
  if (!ds_ledger_open (ledger, error))
    return FALSE;
  job->result = ledger;
  return TRUE;
}

void
ds_store_open_async (DsStore *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (self->opened || self->ledger != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_store_open_async));
  if (!self->opened && !self->unthreaded)
    self->thread = g_thread_new ("doorstep-store", store_thread, self);
  self->opened = TRUE;
  ds_store_submit (self, task, run_open, NULL, NULL, DS_JOB_WRITES);
}

gboolean
ds_store_open_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_open_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

void
ds_store_close (DsStore *self)
{
  g_return_if_fail (DS_IS_STORE (self));

  if (!self->opened)
    return;
  self->opened = FALSE;
  if (self->thread == NULL)
    {
      g_clear_pointer (&self->ledger, ds_ledger_free);
      return;
    }
  g_async_queue_push (self->jobs, &end_of_jobs);
  g_thread_join (g_steal_pointer (&self->thread));
}

const DsIdentity *
ds_store_get_identity (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->identity;
}

DsKey *
ds_store_get_device_key (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->key;
}

DsSettings *
ds_store_get_settings (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->settings;
}

DsTrustList *
ds_store_get_trust_list (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->trust_list;
}

DsShift *
ds_store_get_shift (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->shift;
}

gint64
ds_store_get_n_unsent (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), 0);

  return self->now->n_unsent;
}

gint64
ds_store_get_n_waiting_blobs (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), 0);

  return self->now->n_waiting_blobs;
}

gint64
ds_store_get_acknowledged_seq (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), 0);

  return self->now->acknowledged_seq;
}

gint64
ds_store_get_feed_cursor (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), 0);

  return self->now->cursor;
}

DsStoreHealth
ds_store_get_health (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), DS_STORE_DAMAGED);

  return self->now->health;
}

gboolean
ds_store_get_short_of_room (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), FALSE);

  return self->now->short_of_room;
}

const char *
ds_store_get_health_text (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), NULL);

  return self->now->health_text;
}

gboolean
ds_store_has_trusted_time (DsStore *self)
{
  g_return_val_if_fail (DS_IS_STORE (self), FALSE);

  return self->now->trusted.at_ms != 0;
}

gint64
ds_store_get_trusted_now_ms (DsStore *self)
{
  const DsTrustedTime *trusted;
  gint64 wall_ms;

  g_return_val_if_fail (DS_IS_STORE (self), 0);

  trusted = &self->now->trusted;
  wall_ms = ds_clock_get_wall_ms (self->clock);
  if (trusted->at_ms == 0)
    return wall_ms;
  if (g_strcmp0 (trusted->boot, ds_clock_get_boot_id (self->clock)) == 0)
    return trusted->at_ms + ds_clock_get_mono_ms (self->clock) - trusted->mono_ms;
  /* The machine was started again since: the wall clock is all there is, but time does not go back. */
  return MAX (wall_ms, trusted->at_ms);
}
