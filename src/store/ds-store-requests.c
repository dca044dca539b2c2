/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's requests: each carries its arguments to the store thread and its answer back. */
#include "config.h"

#include "ds-store-private.h"

#include "ds-error.h"
#include "ds-task.h"

#define MAX_DRAFTS 64

/* For requests whose answer is that they worked. */
static gboolean
succeed (DsJob *job, gboolean done)
{
  job->result = GINT_TO_POINTER (done);
  return done;
}

static gboolean
run_prepare_key (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_prepare_key (ledger, error) : NULL;
  job->free_result = (GDestroyNotify)ds_key_unref;
  return job->result != NULL;
}

void
ds_store_prepare_key_async (DsStore *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_prepare_key_async), cancellable, callback, user_data),
      run_prepare_key, NULL, NULL, DS_JOB_WRITES);
}

DsKey *
ds_store_prepare_key_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_prepare_key_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Enrolment */

typedef struct
{
  DsIdentity *identity;
  char *model;
} EnrolInput;

static void
enrol_input_free (gpointer data)
{
  EnrolInput *input = data;

  ds_identity_free (input->identity);
  g_free (input->model);
  g_free (input);
}

static gboolean
run_enrol (DsJob *job, DsLedger *ledger, GError **error)
{
  const EnrolInput *input = job->input;

  return succeed (job, ds_ledger_is_open (ledger, error)
                           && ds_ledger_enrol (ledger, input->identity, input->model, error));
}

void
ds_store_enrol_async (DsStore *self,
                      const DsIdentity *identity,
                      const char *model,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  EnrolInput *input;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (identity != NULL && identity->depot_key != NULL);
  g_return_if_fail (model != NULL);

  input = g_new0 (EnrolInput, 1);
  input->identity = ds_identity_copy (identity);
  input->model = g_strdup (model);
  ds_store_submit (
      self, ds_store_new_task (self, DS_TASK_TAG (ds_store_enrol_async), cancellable, callback, user_data),
      run_enrol, input, enrol_input_free, DS_JOB_WRITES);
}

gboolean
ds_store_enrol_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_enrol_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/* Appending */

static void
draft_clear (gpointer data)
{
  DsDraft *draft = data;

  g_free ((char *)draft->type);
  json_decref (draft->data);
}

static gboolean
run_append (DsJob *job, DsLedger *ledger, GError **error)
{
  GArray *drafts = job->input;

  return ds_ledger_is_open (ledger, error)
         && ds_ledger_append (ledger, (const DsDraft *)drafts->data, drafts->len, error);
}

void
ds_store_append_async (DsStore *self,
                       const DsDraft *drafts,
                       gsize n_drafts,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GArray *copies;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (drafts != NULL && n_drafts >= 1 && n_drafts <= MAX_DRAFTS);

  copies = g_array_sized_new (FALSE, FALSE, sizeof (DsDraft), (guint)n_drafts);
  g_array_set_clear_func (copies, draft_clear);
  for (gsize i = 0; i < n_drafts; i++)
    {
      DsDraft copy = { .type = g_strdup (drafts[i].type), .data = json_deep_copy (drafts[i].data) };

      g_array_append_val (copies, copy);
    }
  ds_store_submit (
      self, ds_store_new_task (self, DS_TASK_TAG (ds_store_append_async), cancellable, callback, user_data),
      run_append, copies, (GDestroyNotify)g_array_unref, DS_JOB_APPENDS);
}

GPtrArray *
ds_store_append_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_append_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Exchange */

typedef struct
{
  gint64 first_seq; /* 0: the first that is not acknowledged */
  guint max_lines;
  gsize max_bytes;
} OutboxInput;

static gboolean
run_load_outbox (DsJob *job, DsLedger *ledger, GError **error)
{
  const OutboxInput *input = job->input;

  job->result
      = ds_ledger_is_open (ledger, error)
            ? ds_ledger_load_outbox (ledger, input->first_seq, input->max_lines, input->max_bytes, error)
            : NULL;
  job->free_result = (GDestroyNotify)ds_outbox_free;
  return job->result != NULL;
}

void
ds_store_load_outbox_async (DsStore *self,
                            guint max_lines,
                            gsize max_bytes,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  ds_store_load_outbox_from_async (self, 0, max_lines, max_bytes, cancellable, callback, user_data);
}

void
ds_store_load_outbox_from_async (DsStore *self,
                                 gint64 first_seq,
                                 guint max_lines,
                                 gsize max_bytes,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  OutboxInput *input;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (first_seq >= 0);
  g_return_if_fail (max_lines >= 1);

  input = g_new0 (OutboxInput, 1);
  input->first_seq = first_seq;
  input->max_lines = max_lines;
  input->max_bytes = max_bytes;
  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_outbox_async), cancellable, callback, user_data),
      run_load_outbox, input, g_free, DS_JOB_READS);
}

DsOutbox *
ds_store_load_outbox_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_outbox_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
free_json (gpointer object)
{
  json_decref (object);
}

static gboolean
run_learn_keys (DsJob *job, DsLedger *ledger, GError **error)
{
  return succeed (job, ds_ledger_is_open (ledger, error) && ds_ledger_learn_keys (ledger, job->input, error));
}

void
ds_store_learn_keys (DsStore *self, json_t *announcements)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (json_is_array (announcements));

  ds_store_submit (self, ds_store_new_task (self, DS_TASK_TAG (ds_store_learn_keys), NULL, NULL, NULL),
                   run_learn_keys, json_deep_copy (announcements), free_json, DS_JOB_WRITES);
}

typedef struct
{
  char *acknowledgement;
  json_t *refused;
} AcknowledgeInput;

static void
acknowledge_input_free (gpointer data)
{
  AcknowledgeInput *input = data;

  g_free (input->acknowledgement);
  json_decref (input->refused);
  g_free (input);
}

static gboolean
run_acknowledge (DsJob *job, DsLedger *ledger, GError **error)
{
  const AcknowledgeInput *input = job->input;

  return succeed (job, ds_ledger_is_open (ledger, error)
                           && ds_ledger_acknowledge (ledger, input->acknowledgement, input->refused, error));
}

void
ds_store_acknowledge_async (DsStore *self,
                            const char *acknowledgement,
                            json_t *refused,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  AcknowledgeInput *input;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (acknowledgement != NULL);

  input = g_new0 (AcknowledgeInput, 1);
  input->acknowledgement = g_strdup (acknowledgement);
  input->refused = json_deep_copy (refused);
  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_acknowledge_async), cancellable, callback, user_data),
      run_acknowledge, input, acknowledge_input_free, DS_JOB_WRITES);
}

gboolean
ds_store_acknowledge_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_acknowledge_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

typedef struct
{
  gint64 seq;
  char *head;
} HeadInput;

static void
head_input_free (gpointer data)
{
  HeadInput *input = data;

  g_free (input->head);
  g_free (input);
}

static gboolean
run_compare_head (DsJob *job, DsLedger *ledger, GError **error)
{
  const HeadInput *input = job->input;
  gint64 from = ds_ledger_is_open (ledger, error)
                    ? ds_ledger_compare_head (ledger, input->seq, input->head, error)
                    : -1;

  if (from < 0)
    return FALSE;
  job->result = g_memdup2 (&from, sizeof from);
  job->free_result = g_free;
  return TRUE;
}

void
ds_store_compare_head_async (DsStore *self,
                             gint64 seq,
                             const char *head,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  HeadInput *input;

  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (seq >= 1);
  g_return_if_fail (head != NULL);

  input = g_new0 (HeadInput, 1);
  input->seq = seq;
  input->head = g_strdup (head);
  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_compare_head_async), cancellable, callback, user_data),
      run_compare_head, input, head_input_free, DS_JOB_READS);
}

gint64
ds_store_compare_head_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_autofree gint64 *from = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_compare_head_async)), -1);

  from = g_task_propagate_pointer (G_TASK (result), error);
  return from ? *from : -1;
}

static gboolean
run_set_forked (DsJob *job, DsLedger *ledger, GError **error)
{
  return succeed (job, ds_ledger_is_open (ledger, error) && ds_ledger_set_forked (ledger, job->input, error));
}

void
ds_store_set_forked (DsStore *self, const char *detail)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (detail != NULL);

  ds_store_submit (self, ds_store_new_task (self, DS_TASK_TAG (ds_store_set_forked), NULL, NULL, NULL),
                   run_set_forked, g_strdup (detail), g_free, DS_JOB_WRITES);
}

static gboolean
run_apply_feed (DsJob *job, DsLedger *ledger, GError **error)
{
  gint64 *cursor;

  if (!ds_ledger_is_open (ledger, error) || !ds_ledger_apply_feed (ledger, job->input, error))
    return FALSE;
  cursor = g_new (gint64, 1);
  *cursor = ledger->cursor;
  job->result = cursor;
  job->free_result = g_free;
  return TRUE;
}

void
ds_store_apply_feed_async (DsStore *self,
                           GBytes *items,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (items != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_apply_feed_async), cancellable, callback, user_data),
      run_apply_feed, g_bytes_ref (items), (GDestroyNotify)g_bytes_unref, DS_JOB_WRITES);
}

gint64
ds_store_apply_feed_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_autofree gint64 *cursor = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_apply_feed_async)), -1);

  cursor = g_task_propagate_pointer (G_TASK (result), error);
  return cursor ? *cursor : -1;
}

static gboolean
run_export (DsJob *job, DsLedger *ledger, GError **error)
{
  return succeed (job, ds_ledger_is_open (ledger, error) && ds_ledger_export (ledger, job->input, error));
}

void
ds_store_export_async (DsStore *self,
                       GFile *file,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (g_file_is_native (file));

  ds_store_submit (
      self, ds_store_new_task (self, DS_TASK_TAG (ds_store_export_async), cancellable, callback, user_data),
      run_export, g_file_get_path (file), g_free, DS_JOB_READS);
}

gboolean
ds_store_export_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_export_async)), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/* Reading */

static gboolean
run_load_stops (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_stops (ledger, error) : NULL;
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  return job->result != NULL;
}

void
ds_store_load_stops_async (DsStore *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_stops_async), cancellable, callback, user_data),
      run_load_stops, NULL, NULL, DS_JOB_READS);
}

GPtrArray *
ds_store_load_stops_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_stops_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_load_stop (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_stop (ledger, job->input, error) : NULL;
  job->free_result = g_object_unref;
  return job->result != NULL;
}

void
ds_store_load_stop_async (DsStore *self,
                          const char *stop_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (stop_id != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_stop_async), cancellable, callback, user_data),
      run_load_stop, g_strdup (stop_id), g_free, DS_JOB_READS);
}

DsStop *
ds_store_load_stop_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_stop_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* That there is none is an answer, not a failure. */
static gboolean
run_find_stop (DsJob *job, DsLedger *ledger, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (!ds_ledger_is_open (ledger, error))
    return FALSE;
  job->result = ds_ledger_find_stop (ledger, job->input, &problem);
  job->free_result = g_object_unref;
  if (problem == NULL || g_error_matches (problem, DS_ERROR, DS_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

void
ds_store_find_stop_async (DsStore *self,
                          const char *payment_id_or_waybill,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (payment_id_or_waybill != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_find_stop_async), cancellable, callback, user_data),
      run_find_stop, g_strdup (payment_id_or_waybill), g_free, DS_JOB_READS);
}

DsStop *
ds_store_find_stop_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_find_stop_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_load_payments (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result
      = ds_ledger_is_open (ledger, error) ? ds_ledger_load_payments (ledger, job->input, error) : NULL;
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  return job->result != NULL;
}

void
ds_store_load_payments_async (DsStore *self,
                              const char *shift_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));
  g_return_if_fail (shift_id != NULL);

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_payments_async), cancellable, callback, user_data),
      run_load_payments, g_strdup (shift_id), g_free, DS_JOB_READS);
}

GPtrArray *
ds_store_load_payments_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_payments_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  DsExposure exposure;
  gint64 wallet_fen;
} ExposureResult;

static gboolean
run_load_exposure (DsJob *job, DsLedger *ledger, GError **error)
{
  ExposureResult *result = g_new0 (ExposureResult, 1);

  job->result = result;
  job->free_result = g_free;
  return ds_ledger_is_open (ledger, error)
         && ds_ledger_load_exposure (ledger, job->input, &result->exposure, &result->wallet_fen, error);
}

void
ds_store_load_exposure_async (DsStore *self,
                              const char *wallet_serial,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_exposure_async), cancellable, callback, user_data),
      run_load_exposure, g_strdup (wallet_serial), g_free, DS_JOB_READS);
}

gboolean
ds_store_load_exposure_finish (DsStore *self,
                               GAsyncResult *result,
                               DsExposure *exposure,
                               gint64 *wallet_fen,
                               GError **error)
{
  g_autofree ExposureResult *loaded = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_exposure_async)), FALSE);

  loaded = g_task_propagate_pointer (G_TASK (result), error);
  if (loaded == NULL)
    return FALSE;
  *exposure = loaded->exposure;
  if (wallet_fen != NULL)
    *wallet_fen = loaded->wallet_fen;
  return TRUE;
}

static gboolean
run_load_problems (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_problems (ledger, error) : NULL;
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  return job->result != NULL;
}

void
ds_store_load_problems_async (DsStore *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_problems_async), cancellable, callback, user_data),
      run_load_problems, NULL, NULL, DS_JOB_READS);
}

GPtrArray *
ds_store_load_problems_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_problems_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_load_changes (DsJob *job, DsLedger *ledger, GError **error)
{
  job->result = ds_ledger_is_open (ledger, error) ? ds_ledger_load_changes (ledger, error) : NULL;
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  return job->result != NULL;
}

void
ds_store_load_changes_async (DsStore *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (
      self,
      ds_store_new_task (self, DS_TASK_TAG (ds_store_load_changes_async), cancellable, callback, user_data),
      run_load_changes, NULL, NULL, DS_JOB_READS);
}

GPtrArray *
ds_store_load_changes_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_load_changes_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
run_mark_changes_read (DsJob *job, DsLedger *ledger, GError **error)
{
  return succeed (job, ds_ledger_is_open (ledger, error)
                           && ds_ledger_mark_changes_read (ledger, *(gint64 *)job->input, error));
}

void
ds_store_mark_changes_read_async (DsStore *self,
                                  gint64 up_to,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (DS_IS_STORE (self));

  ds_store_submit (self,
                   ds_store_new_task (self, DS_TASK_TAG (ds_store_mark_changes_read_async), cancellable,
                                      callback, user_data),
                   run_mark_changes_read, g_memdup2 (&up_to, sizeof up_to), g_free, DS_JOB_WRITES);
}

gboolean
ds_store_mark_changes_read_finish (DsStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_store_mark_changes_read_async)),
                        FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
