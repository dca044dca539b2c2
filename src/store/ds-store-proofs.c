/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests about contents of proofs, and about shifts that are over. */
#include "config.h"

#include "ds-store-private.h"

#include "ds-error.h"
#include "ds-task.h"

/* Contents */

static gboolean
run_keep_blob (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_keep_blob (ledger, job->input, error) : NULL;
  job->free_result = g_free;
  return job->result != NULL;
}

void
ds_store_keep_blob_async (DsStore *self,
                          GBytes *content,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (content != NULL && g_bytes_get_size (content) <= DS_PROOF_MAX_BYTES);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_keep_blob_async), cancellable, callback, user_data),
      run_keep_blob, g_bytes_ref (content), (GDestroyNotify)g_bytes_unref, DS_JOB_READS);
}

char *
ds_store_keep_blob_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_keep_blob_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_load_blob (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_blob (ledger, job->input, error) : NULL;
  job->free_result = (GDestroyNotify)g_bytes_unref;
  return job->result != NULL;
}

void
ds_store_load_blob_async (DsStore *self,
                          const char *sm3,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (sm3 != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_blob_async), cancellable, callback, user_data),
      run_load_blob, g_strdup (sm3), g_free, DS_JOB_READS);
}

GBytes *
ds_store_load_blob_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_blob_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ds_waiting_blob_free (DsWaitingBlob *self)
{
  g_free (self->sm3);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self);
}

static gboolean
run_load_waiting_blob (DsJob *job, DsLedger *ledger, GError **error)
{
  DsWaitingBlob *blob = g_new0 (DsWaitingBlob, 1);

  job->result = blob;
  job->free_result = (GDestroyNotify)ds_waiting_blob_free;
  return ds_ledger_is_open (ledger, error)
         && ds_ledger_load_waiting_blob (ledger, &blob->sm3, &blob->content, error);
}

void
ds_store_load_waiting_blob_async (DsStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  /* It may find one lost. */
  ds_store_submit (self,
                   ds_store_new_task (self, DS_TASK_TAG (ds_store_load_waiting_blob_async), cancellable,
                                      callback, user_data),
                   run_load_waiting_blob, NULL, NULL, DS_JOB_WRITES);
}

DsWaitingBlob *
ds_store_load_waiting_blob_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_waiting_blob_async)),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  char *sm3;
  DsBlobState state;
} BlobStateInput;

static void
blob_state_input_free (gpointer data)
{
  g_free (((BlobStateInput *)data)->sm3);
  g_free (data);
}

static gboolean
run_set_blob_state (DsJob *job, DsLedger *ledger, GError **error)
{
  const BlobStateInput *input = job->input;
  gboolean done = ds_ledger_is_open (ledger, error)
                  && ds_ledger_set_blob_state (ledger, input->sm3, input->state, error)
                  && ds_ledger_purge_blobs (ledger, error);

  job->result = GINT_TO_POINTER (done);
  return done;
}

void
ds_store_set_blob_state_async (DsStore *self,
                               const char *sm3,
                               DsBlobState state,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  BlobStateInput *input;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (sm3 != NULL);

  input = g_new0 (BlobStateInput, 1);
  input->sm3 = g_strdup (sm3);
  input->state = state;
  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_set_blob_state_async), cancellable, callback, user_data),
      run_set_blob_state, input, blob_state_input_free, DS_JOB_WRITES);
}

gboolean
ds_store_set_blob_state_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_set_blob_state_async)),
                        FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

static gboolean
run_send_blobs_again (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result
      = GINT_TO_POINTER (ds_ledger_is_open (ledger, error) && ds_ledger_send_blobs_again (ledger, error));
  return job->result != NULL;
}

void
ds_store_send_blobs_again (DsStore *self)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (self, ds_store_new_task (self, DS_TASK_TAG (ds_store_send_blobs_again), NULL, NULL, NULL),
                   run_send_blobs_again, NULL, NULL, DS_JOB_WRITES);
}

/* Shifts */

static gboolean
run_load_shifts (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_shifts (ledger, error) : NULL;
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  return job->result != NULL;
}

void
ds_store_load_shifts_async (DsStore *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_shifts_async), cancellable, callback, user_data),
      run_load_shifts, NULL, NULL, DS_JOB_READS);
}

GPtrArray *
ds_store_load_shifts_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_shifts_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_make_seal (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_make_seal (ledger, job->input, error) : NULL;
  job->free_result = g_free;
  return job->result != NULL;
}

void
ds_store_make_seal_async (DsStore *self,
                          const char *shift_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (shift_id != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_make_seal_async), cancellable, callback, user_data),
      run_make_seal, g_strdup (shift_id), g_free, DS_JOB_READS);
}

char *
ds_store_make_seal_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_make_seal_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
