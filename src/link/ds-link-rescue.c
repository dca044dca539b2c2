/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another handheld's card, brought to the depot. */
#include "config.h"

#include "ds-link-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-sealed-file.h"
#include "ds-task.h"

#include <glib/gi18n.h>

#define MAX_FILE_BYTES (8 * 1024 * 1024)
#define MAX_REPLY_BYTES (1024 * 1024)

/* The depot's own reasons are for its log; these are for the courier. */
static gboolean
check_reply (DsHttpReply *reply, GError **error)
{
  if (g_strcmp0 (reply->problem, "gap") == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                         _ ("The depot needs the earlier files of this card first."));
  else if (g_strcmp0 (reply->problem, "fork") == 0)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_CONFLICT,
        _ ("The depot holds another journal of that handheld. It has kept this one beside it; "
           "tell the clerk."));
  else if (g_strcmp0 (reply->problem, "invalid") == 0 || g_strcmp0 (reply->problem, "not-found") == 0)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_INVALID,
        _ ("This file is not for this depot, or it is damaged. Give the card to the clerk."));
  else
    return ds_http_reply_check (reply, error);
  return FALSE;
}

static DsRescueReport *
read_report (DsHttpReply *reply, GError **error)
{
  g_autoptr (json_t) object = check_reply (reply, error) ? ds_http_reply_parse (reply, error) : NULL;
  DsRescueReport *report;
  json_int_t first_seq, last_seq, n_new;
  int complete;

  if (object == NULL
      || !ds_json_unpack (object, error, "{s:I, s:I, s:I, s:b}", "first_seq", &first_seq, "last_seq",
                          &last_seq, "new", &n_new, "complete", &complete))
    return NULL;
  report = g_new0 (DsRescueReport, 1);
  report->n_entries = first_seq > 0 ? last_seq - first_seq + 1 : 0;
  report->n_new = n_new;
  report->complete = complete != 0;
  return report;
}

static void
did_bring (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (DsHttpReply) reply = ds_client_request_finish (DS_CLIENT (source), result, NULL, &error);
  DsRescueReport *report = reply ? read_report (reply, &error) : NULL;

  if (report != NULL)
    g_task_return_pointer (task, report, g_free);
  else
    g_task_return_error (task, error);
}

void
ds_link_bring_rescue_async (DsLink *self,
                            GBytes *file,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  DsHttpRequest request = { .method = "POST",
                            .path = "/v1/rescues",
                            .media = DS_MEDIA_BYTES,
                            .body = file,
                            .accept = DS_MEDIA_JSON,
                            .max_bytes = MAX_REPLY_BYTES,
                            .timeout_ms = self->timings.timeout_ms };

  g_return_if_fail (DS_IS_LINK (self));
  g_return_if_fail (file != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_link_bring_rescue_async));
  g_task_set_task_data (task, g_bytes_ref (file), (GDestroyNotify)g_bytes_unref);
  if (!ds_sealed_file_looks_like (file))
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, _ ("This is no rescue file of Doorstep."));
  else if (g_bytes_get_size (file) > MAX_FILE_BYTES)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_OVERFLOW,
                             _ ("This file is too large to be sent from here. Give the card to the clerk."));
  else if (self->client == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, _ ("This handheld belongs to no depot yet."));
  else
    ds_client_request_async (self->client, &request, cancellable, did_bring, g_steal_pointer (&task));
}

gboolean
ds_link_bring_rescue_finish (DsLink *self, GAsyncResult *result, DsRescueReport *report, GError **error)
{
  g_autofree DsRescueReport *brought = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  brought = g_task_propagate_pointer (G_TASK (result), error);
  if (brought == NULL)
    return FALSE;
  *report = *brought;
  return TRUE;
}
