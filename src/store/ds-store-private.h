/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way from the main thread to the store thread and back. Private to the store. */
#pragma once

#include "ds-ledger.h"

G_BEGIN_DECLS

typedef struct _DsJob DsJob;

/* Runs on the store thread. Sets job->result on success. */
typedef gboolean (*DsJobRun) (DsJob *job, DsLedger *ledger, GError **error);

/**
 * DsJob:
 * @task: whose source object is the store
 * @run: what to do
 * @input: what it needs; belongs to the job
 * @appends: it is answered with the stops it changed
 * @tells: the store's properties and signals follow from it
 * @result: (nullable): for the task; freed with @free_result
 * @error: (nullable): for the task, when @run failed
 * @news: (nullable): for the store's properties and signals
 *
 * One request's way through the store thread. Whichever thread has it, has it alone.
 */
struct _DsJob
{
  GTask *task;
  DsJobRun run;
  gpointer input;
  GDestroyNotify free_input;
  gboolean appends;
  gboolean tells;
  gpointer result;
  GDestroyNotify free_result;
  GError *error;
  DsNews *news;
};

/**
 * DsJobKind:
 * @DS_JOB_READS: changes nothing
 * @DS_JOB_WRITES: changes the database or what is known of it
 * @DS_JOB_APPENDS: adds to the journal, and is answered with the stops it changed
 */
typedef enum
{
  DS_JOB_READS,
  DS_JOB_WRITES,
  DS_JOB_APPENDS,
} DsJobKind;

/* Returns: (transfer full): a request's task. @tag: of its _async function */
GTask *ds_store_new_task (DsStore *self,
                          gpointer tag,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/* On the store thread: whether there is a database to work with. */
gboolean ds_ledger_is_open (DsLedger *ledger, GError **error);

/**
 * ds_store_submit:
 * @task: (transfer full): answered with a pointer, job->result
 * @input: (transfer full) (nullable)
 * @free_input: (nullable)
 *
 * Queues work for the store thread.
 */
void ds_store_submit (DsStore *self,
                      GTask *task,
                      DsJobRun run,
                      gpointer input,
                      GDestroyNotify free_input,
                      DsJobKind kind);

G_END_DECLS
