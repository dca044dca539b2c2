/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the courier makes of the route before and between the doors: its order, and the check of the load. */
#include "config.h"

#include "ds-door-private.h"

/* Names of parcels in one entry: what is left out is still counted. */
#define MAX_NAMES 200

static void
did_append (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_append_finish (DS_STORE (source), result, &error);

  if (stops != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* @task, @data: (transfer full) */
static void
append (DsDoor *self, GTask *task, const char *type, json_t *data)
{
  const DsDraft draft = { .type = type, .data = data };

  ds_store_append_async (self->store, &draft, 1, NULL, did_append, task);
  json_decref (data);
}

static GTask *
new_task (DsDoor *self,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  /* What is journalled is journalled, whoever has stopped listening. */
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

static gboolean
finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
ds_door_resequence_async (DsDoor *self,
                          GArray *places,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  json_t *stops;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (places != NULL && places->len > 0 && places->len <= DS_OWN_ORDER_MAX_PLACES);

  stops = json_array ();
  for (guint i = 0; i < places->len; i++)
    {
      const DsOwnPlace *place = &g_array_index (places, DsOwnPlace, i);

      json_array_append_new (
          stops, json_pack ("{s:s, s:I}", "stop", place->stop_id, "rank", (json_int_t)place->rank));
    }
  append (self, new_task (self, DS_TASK_TAG (ds_door_resequence_async), cancellable, callback, user_data),
          "route.resequenced", json_pack ("{s:o}", "stops", stops));
}

gboolean
ds_door_resequence_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

void
ds_door_note_async (DsDoor *self,
                    const char *stop_id,
                    const char *text,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autofree char *note = NULL;
  const char *end;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL && text != NULL);

  note = g_strstrip (g_utf8_make_valid (text, -1));
  /* Cut where a letter ends. */
  if (strlen (note) > DS_STOP_OWN_NOTE_MAX_BYTES)
    {
      end = g_utf8_find_prev_char (note, note + DS_STOP_OWN_NOTE_MAX_BYTES + 1);
      note[end - note] = '\0';
    }
  append (self, new_task (self, DS_TASK_TAG (ds_door_note_async), cancellable, callback, user_data),
          "note.added", json_pack ("{s:s, s:s}", "stop", stop_id, "text", note));
}

gboolean
ds_door_note_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/* Returns: the open shift; without one the task has failed. */
static DsShift *
need_shift (DsDoor *self, GTask *task)
{
  DsShift *shift = ds_door_get_open_shift (self);

  if (shift == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "%s",
                             _ ("No shift is open. Open your shift, then check the load."));
  return shift;
}

void
ds_door_load_parcel_async (DsDoor *self,
                           const char *stop_id,
                           const char *waybill,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  DsShift *shift;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL && waybill != NULL);

  task = new_task (self, DS_TASK_TAG (ds_door_load_parcel_async), cancellable, callback, user_data);
  shift = need_shift (self, task);
  if (shift != NULL)
    append (self, g_steal_pointer (&task), "parcel.loaded",
            json_pack ("{s:s, s:s, s:[s]}", "shift", shift->id, "stop", stop_id, "parcels", waybill));
}

gboolean
ds_door_load_parcel_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

static json_t *
name_some (const char *const *names)
{
  json_t *some = json_array ();

  for (guint i = 0; names[i] != NULL && i < MAX_NAMES; i++)
    json_array_append_new (some, json_string (names[i]));
  return some;
}

void
ds_door_finish_load_async (DsDoor *self,
                           guint n_parcels,
                           const char *const *missing,
                           const char *const *strangers,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  DsShift *shift;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (missing != NULL && strangers != NULL);

  task = new_task (self, DS_TASK_TAG (ds_door_finish_load_async), cancellable, callback, user_data);
  shift = need_shift (self, task);
  if (shift == NULL)
    return;
  append (self, g_steal_pointer (&task), "shift.loaded",
          json_pack ("{s:s, s:I, s:I, s:o, s:o}", "shift", shift->id, "n_parcels", (json_int_t)n_parcels,
                     "n_missing", (json_int_t)g_strv_length ((GStrv)missing), "missing", name_some (missing),
                     "strangers", name_some (strangers)));
}

gboolean
ds_door_finish_load_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}
