/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request goes through three hands: a thread reads it and checks its signature; the depot's own thread takes it, with
 * all others that are ready, in one commit; a thread makes and signs the answer. So at the evening peak neither the disk
 * is waited for once a request, nor does the one thread that owns the database do arithmetic on the curve. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-private.h"

#include "ds-task.h"

/* More in one commit gains nothing, and whoever came first waits for it. */
#define MAX_TOGETHER 256
/* What may wait: some seconds of work. Who comes then is told to come back later. */
#define MAX_WAITING 4096
#define MAX_WAITING_BYTES (64 * 1024 * 1024)
/* About how many are taken a second, at the least. */
#define TAKEN_PER_S 256

struct _DsDepotIntake
{
  DsDepot *depot;
  GThreadPool *threads; /* (nullable): then the depot's own thread does it all */
  GAsyncQueue *ready;   /* (element-type GTask): what a thread has done with */
  GSource *source;      /* wakes the depot's own thread */
  guint n_waiting;
  gsize n_waiting_bytes;
};

/* The data of a task. */
typedef struct
{
  DsIntakeJob *job;
  gboolean is_taken;
} Waiting;

static void
job_free (DsIntakeJob *self)
{
  g_clear_pointer (&self->trouble, ds_trouble_free);
  g_clear_pointer (&self->reply, json_decref);
  self->kind->free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsIntakeJob, job_free)

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  job_free (self->job);
  g_free (self);
}

/* The database */

/* As before, when nothing of them was taken. */
static void
forget (DsIntakeJob **jobs, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      jobs[i]->kind->forget (jobs[i]);
      jobs[i]->n_entries = jobs[i]->n_refused = 0;
      g_clear_pointer (&jobs[i]->trouble, ds_trouble_free);
    }
}

static gboolean
take_in_one_commit (DsDepot *depot, DsIntakeJob **jobs, guint n, GError **error)
{
  if (!ds_depot_begin (depot, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (!jobs[i]->kind->take (jobs[i], depot, error))
        {
          ds_depot_rollback (depot);
          forget (jobs, n);
          return FALSE;
        }
    }
  if (ds_depot_commit (depot, error))
    return TRUE;
  forget (jobs, n);
  return FALSE;
}

static void
count_taken (DsDepot *depot, DsIntakeJob **jobs, guint n)
{
  guint n_entries = 0, n_refused = 0;

  for (guint i = 0; i < n; i++)
    {
      n_entries += jobs[i]->n_entries;
      n_refused += jobs[i]->n_refused;
    }
  ds_depot_monitor_took (depot->monitor, n, n_entries, n_refused);
}

static void
take_by_itself (DsDepot *depot, DsIntakeJob *job)
{
  g_autoptr (GError) error = NULL;

  if (take_in_one_commit (depot, &job, 1, &error))
    count_taken (depot, &job, 1);
  else
    ds_trouble_set_from_error (&job->trouble, error);
}

/* When the database fails, each is tried by itself, so that none is lost by another's fault. */
static void
take_jobs (DsDepot *depot, DsIntakeJob **jobs, guint n)
{
  g_autoptr (GError) error = NULL;

  if (take_in_one_commit (depot, jobs, n, &error))
    {
      count_taken (depot, jobs, n);
      return;
    }
  /* Said once for all of them: a full disk fails every one. */
  ds_depot_monitor_say (depot->monitor, G_LOG_LEVEL_WARNING, "requests-not-kept",
                        json_pack ("{s:i, s:s}", "requests", (int)n, "text", error->message));
  for (guint i = 0; i < n; i++)
    take_by_itself (depot, jobs[i]);
}

json_t *
ds_depot_take_in (DsDepot *self, DsIntakeJob *job, DsTrouble **trouble)
{
  g_autoptr (DsIntakeJob) owned = job;

  job->kind->read (job);
  if (job->trouble == NULL)
    take_jobs (self, &job, 1);
  if (job->trouble == NULL)
    job->kind->answer (job);
  *trouble = g_steal_pointer (&job->trouble);
  return g_steal_pointer (&job->reply);
}

/* From hand to hand */

static void
run (gpointer data, gpointer user_data)
{
  GTask *task = data;
  Waiting *waiting = g_task_get_task_data (task);
  DsDepotIntake *self = user_data;

  if (waiting->is_taken)
    waiting->job->kind->answer (waiting->job);
  else
    waiting->job->kind->read (waiting->job);
  g_async_queue_push (self->ready, task);
  g_source_set_ready_time (self->source, 0);
}

static void
hand_over (DsDepotIntake *self, GTask *task)
{
  if (self->threads != NULL)
    g_thread_pool_push (self->threads, task, NULL);
  else
    run (task, self);
}

static void
end (DsDepotIntake *self, GTask *task)
{
  Waiting *waiting = g_task_get_task_data (task);

  self->n_waiting--;
  self->n_waiting_bytes -= waiting->job->n_bytes;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
take_together (DsDepotIntake *self, GPtrArray *tasks)
{
  g_autofree DsIntakeJob **jobs = g_new (DsIntakeJob *, tasks->len);

  for (guint i = 0; i < tasks->len; i++)
    jobs[i] = ((Waiting *)g_task_get_task_data (g_ptr_array_index (tasks, i)))->job;
  take_jobs (self->depot, jobs, tasks->len);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      ((Waiting *)g_task_get_task_data (task))->is_taken = TRUE;
      if (jobs[i]->trouble != NULL)
        end (self, task);
      else
        hand_over (self, task);
    }
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  DsDepotIntake *self = user_data;
  g_autoptr (GPtrArray) together = g_ptr_array_new ();
  GTask *task;

  /* Before the queue is looked at: what comes afterwards wakes again. */
  g_source_set_ready_time (source, -1);
  while (together->len < MAX_TOGETHER && (task = g_async_queue_try_pop (self->ready)) != NULL)
    {
      Waiting *waiting = g_task_get_task_data (task);

      if (waiting->job->trouble != NULL || waiting->is_taken)
        end (self, task);
      else
        g_ptr_array_add (together, task);
    }
  if (together->len == MAX_TOGETHER)
    g_source_set_ready_time (source, 0);
  if (together->len > 0)
    take_together (self, together);
  return G_SOURCE_CONTINUE;
}

guint
ds_depot_intake_get_n_waiting (DsDepotIntake *self, gsize *n_bytes)
{
  *n_bytes = self->n_waiting_bytes;
  return self->n_waiting;
}

gboolean
ds_depot_intake_is_full (DsDepotIntake *self)
{
  return self->n_waiting >= MAX_WAITING || self->n_waiting_bytes >= MAX_WAITING_BYTES;
}

gboolean
ds_depot_intake_is_busy (DsDepotIntake *self)
{
  return self->n_waiting > MAX_TOGETHER;
}

/* Handhelds that were sent away together must not come back together: each gets another time, within about the one that
 * it takes to work off what waits. */
guint
ds_depot_intake_draw_retry_after_s (DsDepotIntake *self)
{
  return 2 + ds_random_below (self->depot->random, 2 + self->n_waiting / TAKEN_PER_S);
}

void
ds_depot_intake_send_away (DsDepotIntake *self, DsTrouble **trouble)
{
  ds_trouble_set (trouble, DS_TROUBLE_OVERLOADED,
                  "Too many handhelds are sending at once. Nothing is lost: send it again later");
  (*trouble)->retry_after_s = ds_depot_intake_draw_retry_after_s (self);
}

void
ds_depot_intake_take_async (DsDepotIntake *self,
                            DsIntakeJob *job,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (self->depot, NULL, callback, user_data);
  Waiting *waiting = g_new0 (Waiting, 1);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_depot_intake_take_async));
  g_task_set_name (task, "[doorstep] take a request in");
  waiting->job = job;
  g_task_set_task_data (task, waiting, waiting_free);
  self->n_waiting++;
  self->n_waiting_bytes += job->n_bytes;
  if (self->n_waiting <= MAX_WAITING && self->n_waiting_bytes <= MAX_WAITING_BYTES)
    {
      hand_over (self, task);
      return;
    }
  ds_depot_intake_send_away (self, &job->trouble);
  end (self, task);
}

json_t *
ds_depot_intake_take_finish (GAsyncResult *result, DsTrouble **trouble)
{
  Waiting *waiting = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    return NULL;
  *trouble = g_steal_pointer (&waiting->job->trouble);
  return g_steal_pointer (&waiting->job->reply);
}

/* Life */

static GSourceFuncs source_funcs = { .dispatch = dispatch };

DsDepotIntake *
ds_depot_intake_new (DsDepot *depot)
{
  DsDepotIntake *self = g_new0 (DsDepotIntake, 1);

  self->depot = depot;
  self->ready = g_async_queue_new ();
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "[doorstep] requests are ready");
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
ds_depot_intake_start_threads (DsDepotIntake *self)
{
  if (self->threads == NULL)
    self->threads = g_thread_pool_new (run, self, (int)g_get_num_processors (), FALSE, NULL);
}

void
ds_depot_intake_free (DsDepotIntake *self)
{
  GTask *task;

  /* The threads finish what they were given. */
  if (self->threads != NULL)
    g_thread_pool_free (self->threads, FALSE, TRUE);
  while ((task = g_async_queue_try_pop (self->ready)) != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The depot closed");
      g_object_unref (task);
    }
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_async_queue_unref (self->ready);
  g_free (self);
}
