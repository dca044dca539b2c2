/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's requests about not losing anything: the self-check, rescue files, and signing out. */
#include "config.h"

#include "ds-store-private.h"

#include "ds-error.h"
#include "ds-task.h"

/* A check of so many entries and items costs less than a tenth of a second. */
#define SMALL_CHECK 2000

static void
submit (DsStore *self,
        gpointer tag,
        GCancellable *cancellable,
        GAsyncReadyCallback callback,
        gpointer user_data,
        DsJobRun run,
        gpointer input,
        DsJobKind kind)
{
  ds_store_submit (self, ds_store_new_task (self, tag, cancellable, callback, user_data), run, input, g_free,
                   kind);
}

static gboolean
count (DsLedger *ledger, const char *sql, gint64 *n, GError **error)
{
  DsQuery *query = ds_db_prepare (ledger->db, sql, error);
  gboolean row;

  if (query == NULL || !ds_db_step (ledger->db, query, &row, error))
    return FALSE;
  *n = row ? ds_db_column_int (query, 0) : 0;
  ds_db_reset (query);
  return TRUE;
}

/* The check */

static gboolean
check_projections (DsLedger *ledger, gboolean wanted, GError **error)
{
  g_autofree char *difference = NULL;
  g_autofree char *text = NULL;
  gint64 n;

  if (ledger->health != DS_STORE_HEALTHY)
    return TRUE;
  if (!wanted && !ledger->unclean)
    {
      if (!count (ledger, "SELECT (SELECT count (*) FROM journal) + (SELECT count (*) FROM feed_items)", &n,
                  error))
        return FALSE;
      if (n > SMALL_CHECK)
        return TRUE;
    }
  if (!ds_ledger_compare (ledger, &difference, error))
    return FALSE;
  ledger->unclean = FALSE;
  if (difference == NULL)
    return TRUE;
  text = g_strdup_printf ("The screens' tables are not those of the two logs: %s", difference);
  ds_ledger_set_health (ledger, DS_STORE_DAMAGED, text);
  return ds_ledger_keep_evidence_open (ledger, error);
}

static gboolean
run_check (DsJob *job, DsLedger *ledger, GError **error)
{
  const gboolean *wanted = job->input;
  gboolean done = ds_ledger_is_open (ledger, error) && check_projections (ledger, *wanted, error);

  job->result = GINT_TO_POINTER (done);
  return done;
}

void
ds_store_check_async (DsStore *self,
                      gboolean wanted,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  gboolean *input;

  g_return_if_fail (DS_IS_STORE (self));

  input = g_new (gboolean, 1);
  *input = wanted;
  submit (self, DS_TASK_TAG (ds_store_check_async), cancellable, callback, user_data, run_check, input,
          DS_JOB_WRITES);
}

gboolean
ds_store_check_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_check_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/* What would be lost */

static gboolean
load_safety (DsLedger *ledger, DsSafety *safety, GError **error)
{
  g_autoptr (GPtrArray) problems = ds_ledger_load_problems (ledger, error);
  gint64 n_open_shifts;

  if (problems == NULL || !count (ledger, "SELECT count (*) FROM quarantine", &safety->n_refused_ever, error)
      || !count (ledger, "SELECT count (*) FROM shifts WHERE closed_at_ms = 0", &n_open_shifts, error))
    return FALSE;
  safety->n_unsent = MAX (ledger->head_seq - ledger->acknowledged_seq, 0) + ledger->n_waiting_blobs;
  safety->n_problems = problems->len;
  safety->shift_open = n_open_shifts > 0;
  return TRUE;
}

static gboolean
run_load_safety (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = g_new0 (DsSafety, 1);
  job->free_result = g_free;
  return ds_ledger_is_open (ledger, error) && load_safety (ledger, job->result, error);
}

void
ds_store_load_safety_async (DsStore *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  submit (self, DS_TASK_TAG (ds_store_load_safety_async), cancellable, callback, user_data, run_load_safety,
          NULL, DS_JOB_READS);
}

gboolean
ds_store_load_safety_finish (DsStore *self, GAsyncResult *result, DsSafety *safety, GError **error)
{
  g_autofree DsSafety *loaded = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_safety_async)), FALSE);

  loaded = g_task_propagate_pointer (G_TASK (result), error);
  if (loaded == NULL)
    return FALSE;
  *safety = *loaded;
  return TRUE;
}

gboolean
ds_safety_is_safe (const DsSafety *safety)
{
  return safety->n_unsent == 0 && safety->n_problems == 0 && !safety->shift_open;
}

/* Rescue files */

static gboolean
run_export_sealed (DsJob *job, DsLedger *ledger, GError **error)
{
  gint64 *seq = g_new (gint64, 1);

  job->result = seq;
  job->free_result = g_free;
  *seq = ledger->head_seq;
  return ds_ledger_is_open (ledger, error) && ds_ledger_export_sealed (ledger, job->input, error);
}

void
ds_store_export_sealed_async (DsStore *self,
                              GFile *file,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (g_file_is_native (file));

  submit (self, DS_TASK_TAG (ds_store_export_sealed_async), cancellable, callback, user_data,
          run_export_sealed, g_file_get_path (file), DS_JOB_READS);
}

gint64
ds_store_export_sealed_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_autofree gint64 *seq = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_export_sealed_async)), -1);

  seq = g_task_propagate_pointer (G_TASK (result), error);
  return seq ? *seq : -1;
}

static gboolean
run_describe_device (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_describe_device (ledger, error) : NULL;
  job->free_result = g_free;
  return job->result != NULL;
}

void
ds_store_describe_device_async (DsStore *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  submit (self, DS_TASK_TAG (ds_store_describe_device_async), cancellable, callback, user_data,
          run_describe_device, NULL, DS_JOB_READS);
}

char *
ds_store_describe_device_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_describe_device_async)),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Signing out */

static gboolean
run_wipe (DsJob *job, DsLedger *ledger, GError **error)
{
  const gint64 *exported_seq = job->input;
  DsSafety safety = { 0 };
  gboolean done;

  if (!ds_ledger_is_open (ledger, error) || !load_safety (ledger, &safety, error))
    return FALSE;
  if (!ds_safety_is_safe (&safety) && *exported_seq < ledger->head_seq)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           "Something of this handheld is not settled yet and would be lost");
      return FALSE;
    }
  done = ds_ledger_wipe (ledger, error);
  job->result = GINT_TO_POINTER (done);
  return done;
}

void
ds_store_wipe_async (DsStore *self,
                     gint64 exported_seq,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  gint64 *input;

  g_return_if_fail (DS_IS_STORE (self));

  input = g_new (gint64, 1);
  *input = exported_seq;
  submit (self, DS_TASK_TAG (ds_store_wipe_async), cancellable, callback, user_data, run_wipe, input,
          DS_JOB_READS);
}

gboolean
ds_store_wipe_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_wipe_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
