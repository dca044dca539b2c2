/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's work: every question to an operator is a row of the table "task" until its answer is committed, so a depot
 * that is killed at any moment asks again. That is safe because operators act once a payment id. Answers that arrive
 * together are committed together. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-work-private.h"

#include "ds-id.h"

#define MAX_UNDER_WAY 64
#define MAX_PREFETCH_UNDER_WAY 32 /* a courier at a door does not wait for tomorrow's codes */
#define STORAGE_RETRY_MS 1000
#define LONGEST_SLEEP_MS (5 * 60 * 1000)

struct _DsDepotWork
{
  DsDepot *depot;
  GHashTable *jobs;      /* (element-type gint64 DsJob): by their task, those under way or answered */
  GPtrArray *answers;    /* (element-type DsJob): answered and to be committed */
  gint64 last_inherited; /* tasks up to here were left by an earlier process */
  guint n_prefetching;
  guint commit_source;
  guint start_source;
  guint timer_source;
  GQueue waiters; /* (element-type Waiter) */
};

/* Somebody who waits for the codes that travel with the stops. */
typedef struct
{
  GSourceFunc notify;
  gpointer user_data;
} Waiter;

static const struct
{
  const char *name;
  gint64 priority;
} kinds[DS_N_TASKS] = {
  [DS_TASK_CREATE] = { "create", 0 },     [DS_TASK_CHARGE] = { "charge", 0 },
  [DS_TASK_REDEEM] = { "redeem", 1 },     [DS_TASK_REFUND] = { "refund", 1 },
  [DS_TASK_QUERY] = { "query", 1 },       [DS_TASK_CLOSE] = { "close", 2 },
  [DS_TASK_PREFETCH] = { "prefetch", 3 }, [DS_TASK_TELL] = { "tell", 1 },
};

/* Jobs */

void
ds_job_free (DsJob *self)
{
  g_free (self->subject);
  g_clear_pointer (&self->payment, ds_depot_payment_free);
  g_free (self->place);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->result, ds_order_result_free);
  g_clear_error (&self->error);
  g_free (self);
}

DsDepot *
ds_job_get_depot (DsJob *self)
{
  return self->work->depot;
}

static gboolean commit_answers (gpointer work);

void
ds_job_answer (DsJob *self)
{
  DsDepotWork *work = self->work;

  if (work == NULL)
    {
      ds_job_free (self);
      return;
    }
  g_ptr_array_add (work->answers, self);
  if (work->commit_source == 0)
    work->commit_source = g_idle_add_full (G_PRIORITY_DEFAULT, commit_answers, work, NULL);
}

/* Committing */

static gboolean
commit_together (DsDepotWork *self, DsJob **answers, guint n, GError **error)
{
  if (!ds_depot_begin (self->depot, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (!ds_job_commit (answers[i], error))
        {
          ds_depot_rollback (self->depot);
          return FALSE;
        }
    }
  return ds_depot_commit (self->depot, error);
}

/* It is asked again: operators act once a payment. But not at once, since what is wrong with it may stay wrong. */
static void
put_off (DsDepotWork *self, DsJob *answer, const GError *problem)
{
  ds_depot_monitor_say (self->depot->monitor, G_LOG_LEVEL_WARNING, "answer-not-kept",
                        json_pack ("{s:s, s:s}", "task", kinds[answer->kind].name, "text", problem->message));
  if (ds_depot_begin (self->depot, NULL))
    {
      if (ds_job_put_off (answer, NULL))
        ds_depot_commit (self->depot, NULL);
      else
        ds_depot_rollback (self->depot);
    }
}

/* When the database refuses one answer, each is committed by itself, so that none is kept from it by another's fault.
 * Returns: whether all were. */
static gboolean
commit_all (DsDepotWork *self, DsJob **answers, guint n)
{
  g_autoptr (GError) error = NULL;
  gboolean committed = TRUE;

  if (commit_together (self, answers, n, &error))
    return TRUE;
  if (n == 1)
    {
      put_off (self, answers[0], error);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    committed &= commit_all (self, &answers[i], 1);
  return committed;
}

static void
release_waiters (DsDepotWork *self)
{
  Waiter *waiter;

  while ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      waiter->notify (waiter->user_data);
      g_free (waiter);
    }
}

static void
tell_waiters (DsDepotWork *self)
{
  gint64 waiting = 1;

  if (g_queue_is_empty (&self->waiters)
      || !ds_depot_sql_get_int (self->depot->db, &waiting, 1, NULL,
                                "SELECT EXISTS (SELECT 1 FROM task WHERE kind = 'prefetch' AND attempts = 0)",
                                "")
      || waiting != 0)
    return;
  release_waiters (self);
}

static gboolean
wake_up (gpointer work)
{
  DsDepotWork *self = work;

  self->timer_source = 0;
  ds_depot_work_start (self);
  return G_SOURCE_REMOVE;
}

static void
start_after (DsDepotWork *self, gint64 delay_ms)
{
  g_clear_handle_id (&self->timer_source, g_source_remove);
  self->timer_source = ds_clock_add_timeout (self->depot->clock, (guint)CLAMP (delay_ms, 1, LONGEST_SLEEP_MS),
                                             wake_up, self);
}

static gboolean
commit_answers (gpointer work)
{
  DsDepotWork *self = work;
  g_autoptr (GPtrArray) answers = g_steal_pointer (&self->answers);
  gboolean committed;

  self->commit_source = 0;
  self->answers = g_ptr_array_new ();
  for (guint i = 0; i < answers->len; i++)
    {
      DsJob *job = g_ptr_array_index (answers, i);

      self->n_prefetching -= job->kind == DS_TASK_PREFETCH;
    }
  committed = commit_all (self, (DsJob **)answers->pdata, answers->len);
  for (guint i = 0; i < answers->len; i++)
    {
      DsJob *job = g_ptr_array_index (answers, i);

      g_hash_table_remove (self->jobs, &job->task);
      ds_job_free (job);
    }

  /* Whoever waits for codes need not wait for room on the disk. */
  if (committed)
    tell_waiters (self);
  else
    {
      start_after (self, STORAGE_RETRY_MS);
      release_waiters (self);
    }
  return G_SOURCE_REMOVE;
}

/* The queue */

gboolean
ds_depot_work_add (DsDepot *self, DsTaskKind kind, const char *subject, gint64 delay_ms, GError **error)
{
  return ds_depot_sql_run (
      self->db, error,
      "INSERT INTO task (kind, subject, priority, generation, attempts, due_at_ms) VALUES (?, ?, ?, 1, 0, ?)"
      " ON CONFLICT (kind, subject) DO UPDATE SET generation = generation + 1, attempts = 0,"
      " due_at_ms = min (due_at_ms, excluded.due_at_ms)",
      "ssii", kinds[kind].name, subject, kinds[kind].priority, ds_depot_now_ms (self) + delay_ms);
}

gboolean
ds_depot_work_add_refunds (DsDepot *self, const char *payment_id, GError **error)
{
  return ds_depot_sql_run (
      self->db, error,
      "INSERT INTO task (kind, subject, priority, generation, attempts, due_at_ms)"
      " SELECT 'refund', id, ?, 1, 0, ? FROM refund WHERE payment = ? AND outcome IS NULL"
      " ON CONFLICT (kind, subject) DO NOTHING",
      "iis", kinds[DS_TASK_REFUND].priority, ds_depot_now_ms (self), payment_id);
}

static DsTaskKind
find_kind (const char *name)
{
  DsTaskKind kind = 0;

  while (!g_str_equal (kinds[kind].name, name))
    {
      kind++;
      g_assert (kind < DS_N_TASKS);
    }
  return kind;
}

static gboolean
may_start (DsDepotWork *self, DsTaskKind kind)
{
  return g_hash_table_size (self->jobs) < MAX_UNDER_WAY
         && (kind != DS_TASK_PREFETCH || self->n_prefetching < MAX_PREFETCH_UNDER_WAY);
}

static DsJob *
make_job (DsDepotWork *self, DsQuery *query)
{
  DsJob *job = g_new0 (DsJob, 1);

  job->work = self;
  job->task = ds_db_column_int (query, 0);
  job->kind = find_kind (ds_db_column_text (query, 1));
  job->subject = g_strdup (ds_db_column_text (query, 2));
  job->generation = ds_db_column_int (query, 3);
  job->attempts = ds_db_column_int (query, 4);
  job->inherited = job->task <= self->last_inherited;
  return job;
}

/* Takes due tasks off the table, the most urgent first. A shift is settled when nothing is due any more that was
 * never answered for its payments. */
static gboolean
take_due (DsDepotWork *self, GPtrArray *taken, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->depot->db, error,
      "SELECT id, kind, subject, generation, attempts FROM task AS t WHERE due_at_ms <= ?1 AND NOT"
      " (kind = 'close' AND EXISTS (SELECT 1 FROM payment LEFT JOIN refund ON refund.payment = payment.id"
      " JOIN task AS other ON other.subject IN (payment.id, refund.id)"
      " WHERE payment.shift = t.subject AND other.attempts = 0 AND other.due_at_ms <= ?1))"
      " ORDER BY priority, due_at_ms LIMIT ?2",
      "ii", ds_depot_now_ms (self->depot), (gint64)(2 * MAX_UNDER_WAY));
  gboolean row;

  while (query != NULL)
    {
      gint64 task;

      if (!ds_db_step (self->depot->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      task = ds_db_column_int (query, 0);
      if (!g_hash_table_contains (self->jobs, &task)
          && may_start (self, find_kind (ds_db_column_text (query, 1))))
        {
          DsJob *job = make_job (self, query);

          g_hash_table_insert (self->jobs, &job->task, job);
          self->n_prefetching += job->kind == DS_TASK_PREFETCH;
          g_ptr_array_add (taken, job);
        }
    }
  return FALSE;
}

void
ds_depot_work_start (DsDepotWork *self)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 next_ms = 0;

  /* First all rows, then the questions: these read the database too. */
  if (!take_due (self, taken, &error)
      || !ds_depot_sql_get_int (self->depot->db, &next_ms, 0, &error,
                                "SELECT min (due_at_ms) FROM task WHERE due_at_ms > ?", "i",
                                ds_depot_now_ms (self->depot)))
    start_after (self, STORAGE_RETRY_MS);
  else if (next_ms > 0)
    start_after (self, next_ms - ds_depot_now_ms (self->depot));

  for (guint i = 0; i < taken->len; i++)
    ds_job_ask (g_ptr_array_index (taken, i));
}

static gboolean
start_soon (gpointer work)
{
  DsDepotWork *self = work;

  self->start_source = 0;
  ds_depot_work_start (self);
  return G_SOURCE_REMOVE;
}

void
ds_depot_work_wake (DsDepotWork *self)
{
  if (self->start_source == 0)
    self->start_source = g_idle_add_full (G_PRIORITY_DEFAULT, start_soon, self, NULL);
}

gint64
ds_depot_work_count_due (DsDepotWork *self)
{
  gint64 n_due = 1;

  /* What cannot be counted is not over. */
  ds_depot_sql_get_int (self->depot->db, &n_due, 1, NULL, "SELECT count (*) FROM task WHERE due_at_ms <= ?",
                        "i", ds_depot_now_ms (self->depot));
  return n_due;
}

gboolean
ds_depot_work_is_idle (DsDepotWork *self)
{
  return g_hash_table_size (self->jobs) == 0 && ds_depot_work_count_due (self) == 0;
}

void
ds_depot_work_when_prefetched (DsDepotWork *self, GSourceFunc notify, gpointer user_data)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->notify = notify;
  waiter->user_data = user_data;
  g_queue_push_tail (&self->waiters, waiter);
  tell_waiters (self);
}

/* Notifications */

/* A notification is a hint: the payment is asked about, and nothing is believed. One that nobody knows yet gets a row
 * of its own, so that money for it is found and held in suspense. */
static gboolean
note_hint (DsDepot *depot, const char *payment_id, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (!ds_depot_payment_load (depot->db, payment_id, &payment, error))
    return FALSE;
  if (payment == NULL)
    {
      payment = ds_depot_payment_new (payment_id);
      payment->base->created_at_ms = ds_depot_now_ms (depot);
      if (!ds_depot_payment_save (depot->db, payment, error))
        return FALSE;
    }
  return ds_depot_work_add (depot, DS_TASK_QUERY, payment_id, 0, error);
}

gboolean
ds_depot_work_ask_about (DsDepot *self, const char *payment_id, GError **error)
{
  return note_hint (self, payment_id, error);
}

static void
did_notify (DsOperator *op, const char *payment_id, gpointer user_data)
{
  DsDepotWork *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_id_is_valid (payment_id) || !ds_depot_begin (self->depot, &error))
    return;
  if (note_hint (self->depot, payment_id, &error))
    ds_depot_commit (self->depot, &error);
  else
    ds_depot_rollback (self->depot);
}

/* Life */

DsDepotWork *
ds_depot_work_new (DsDepot *depot, GError **error)
{
  gint64 last_inherited;
  DsDepotWork *self;

  if (!ds_depot_sql_get_int (depot->db, &last_inherited, 0, error, "SELECT max (id) FROM task", ""))
    return NULL;

  self = g_new0 (DsDepotWork, 1);
  self->depot = depot;
  self->last_inherited = last_inherited;
  self->jobs = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->answers = g_ptr_array_new ();
  g_queue_init (&self->waiters);
  for (guint i = 0; i < depot->operators->len; i++)
    g_signal_connect (g_ptr_array_index (depot->operators, i), "notified", G_CALLBACK (did_notify), self);
  return self;
}

static void
drop_job (gpointer key, gpointer job, gpointer user_data)
{
  ((DsJob *)job)->work = NULL;
}

void
ds_depot_work_free (DsDepotWork *self)
{
  for (guint i = 0; i < self->depot->operators->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->depot->operators, i), self);
  g_clear_handle_id (&self->commit_source, g_source_remove);
  g_clear_handle_id (&self->start_source, g_source_remove);
  g_clear_handle_id (&self->timer_source, g_source_remove);

  /* Those under way are freed by their answer; those answered are left in the table and asked again. */
  g_hash_table_foreach (self->jobs, drop_job, NULL);
  for (guint i = 0; i < self->answers->len; i++)
    ds_job_free (g_ptr_array_index (self->answers, i));
  g_ptr_array_unref (self->answers);
  g_hash_table_unref (self->jobs);
  release_waiters (self);
  g_free (self);
}
