/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns: between reading a stop and journalling what follows from it, no other operation may come in between, or
 * a double tap would collect twice. The feed may still get in: the store refuses what can no longer happen to a payment, and
 * the stop is read again. */
#include "config.h"

#include "ds-door-private.h"

/* How often a stop is read again because the feed was faster. */
#define MAX_ATTEMPTS 3

typedef struct
{
  DsDoorTurn turn;
  gpointer data;
} DsWaitingTurn;

void
ds_door_take_turn (DsDoor *self, DsDoorTurn turn, gpointer data)
{
  if (self->turn_taken)
    {
      DsWaitingTurn *waiting = g_new (DsWaitingTurn, 1);

      *waiting = (DsWaitingTurn){ turn, data };
      g_queue_push_tail (&self->turns, waiting);
      return;
    }
  self->turn_taken = TRUE;
  turn (self, data);
}

void
ds_door_end_turn (DsDoor *self)
{
  g_autofree DsWaitingTurn *next = g_queue_pop_head (&self->turns);

  g_assert (self->turn_taken);
  if (next != NULL)
    next->turn (self, next->data);
  else
    self->turn_taken = FALSE;
}

/* Drafts */

static void
clear_draft (gpointer draft)
{
  json_decref (((DsDraft *)draft)->data);
}

static void
ds_drafts_init (DsDrafts *self)
{
  self->items = g_array_new (FALSE, FALSE, sizeof (DsDraft));
  g_array_set_clear_func (self->items, clear_draft);
}

void
ds_drafts_add (DsDrafts *self, const char *type, json_t *data)
{
  DsDraft draft = { .type = type, .data = data };

  g_assert (data != NULL);
  g_array_append_val (self->items, draft);
}

/* Visits */

typedef struct
{
  DsVisit visit;
  char *stop_id;
  char *key;
  char *wallet_serial;
  DsVisitDecide decide;
  guint attempts;
} DsVisitOperation;

static void
ds_visit_operation_free (DsVisitOperation *self)
{
  g_clear_object (&self->visit.stop);
  g_array_unref (self->visit.drafts.items);
  g_free (self->stop_id);
  g_free (self->key);
  g_free (self->wallet_serial);
  g_free (self);
}

static void load_stop (DsDoor *self, gpointer data);

/* The store speaks to clerks and logs; at a door there is somebody with money in his hand. */
GError *
ds_door_word_error (GError *error)
{
  const char *words = NULL;

  if (g_error_matches (error, DS_ERROR, DS_ERROR_STORAGE))
    words
        = _ ("Not recorded: this handheld's storage is full or does not work. Take no money and hand nothing "
             "over. Make room and try again; if it stays so, call the depot.");
  else if (g_error_matches (error, DS_ERROR, DS_ERROR_FROZEN)
           || g_error_matches (error, DS_ERROR, DS_ERROR_READ_ONLY))
    words = _ (
        "Collecting is stopped on this handheld: the notice on the route says why and what to do. Look at "
        "the stop again before you repeat this.");
  if (words != NULL)
    {
      g_free (error->message);
      error->message = g_strdup (words);
    }
  return error;
}

/* The turn ends before the task returns, so that whoever is called back may start the next operation. */
static void
end_visit (GTask *task, GError *error)
{
  ds_door_end_turn (g_task_get_source_object (task));
  if (error != NULL)
    g_task_return_error (task, ds_door_word_error (error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
did_append (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsVisitOperation *operation = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_append_finish (DS_STORE (source), result, &error);

  if (g_error_matches (error, DS_ERROR, DS_ERROR_TRANSITION) && operation->attempts < MAX_ATTEMPTS)
    {
      load_stop (operation->visit.door, g_steal_pointer (&task));
      return;
    }
  for (guint i = 0; stops != NULL && i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (g_strcmp0 (stop->id, operation->visit.stop->id) == 0)
        g_set_object (&operation->visit.stop, stop);
    }
  end_visit (task, g_steal_pointer (&error));
}

static void
decide (GTask *task)
{
  DsVisitOperation *operation = g_task_get_task_data (task);
  DsVisit *visit = &operation->visit;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error)
      || !operation->decide (visit, &error) || visit->drafts.items->len == 0)
    {
      end_visit (task, g_steal_pointer (&error));
      return;
    }

  /* Not cancellable from here on: "cancelled" must mean "not journalled". */
  ds_store_append_async (visit->door->store, (const DsDraft *)(gpointer)visit->drafts.items->data,
                         visit->drafts.items->len, NULL, did_append, g_object_ref (task));
}

static void
did_load_exposure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsVisit *visit = &((DsVisitOperation *)g_task_get_task_data (task))->visit;
  g_autoptr (GError) error = NULL;

  if (ds_store_load_exposure_finish (DS_STORE (source), result, &visit->exposure, &visit->wallet_fen, &error))
    decide (task);
  else
    end_visit (task, g_steal_pointer (&error));
}

static void
did_load_stop (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsVisitOperation *operation = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_clear_object (&operation->visit.stop);
  if (operation->stop_id != NULL)
    operation->visit.stop = ds_store_load_stop_finish (DS_STORE (source), result, &error);
  else
    operation->visit.stop = ds_store_find_stop_finish (DS_STORE (source), result, &error);

  if (error != NULL)
    end_visit (task, g_steal_pointer (&error));
  else if (operation->wallet_serial != NULL)
    ds_store_load_exposure_async (DS_STORE (source), operation->wallet_serial, NULL, did_load_exposure,
                                  g_steal_pointer (&task));
  else
    decide (task);
}

/* @data: (transfer full): the visit's task */
static void
load_stop (DsDoor *self, gpointer data)
{
  GTask *task = data;
  DsVisitOperation *operation = g_task_get_task_data (task);

  operation->attempts++;
  g_array_set_size (operation->visit.drafts.items, 0);
  if (operation->stop_id != NULL)
    ds_store_load_stop_async (self->store, operation->stop_id, NULL, did_load_stop, task);
  else
    ds_store_find_stop_async (self->store, operation->key, NULL, did_load_stop, task);
}

void
ds_door_visit_async (DsDoor *self,
                     const char *stop_id,
                     const char *key,
                     const char *wallet_serial,
                     DsVisitDecide decide_what,
                     gpointer data,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  DsVisitOperation *operation = g_new0 (DsVisitOperation, 1);

  g_assert (stop_id != NULL || key != NULL);

  operation->visit.door = self;
  operation->visit.data = data;
  operation->stop_id = g_strdup (stop_id);
  operation->key = g_strdup (key);
  operation->wallet_serial = g_strdup (wallet_serial);
  operation->decide = decide_what;
  ds_drafts_init (&operation->visit.drafts);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_visit_async));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify)ds_visit_operation_free);

  ds_door_take_turn (self, load_stop, task);
}

gboolean
ds_door_visit_finish (DsDoor *self, GAsyncResult *result, DsStop **stop, GError **error)
{
  DsVisitOperation *operation = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (stop != NULL)
    *stop = operation->visit.stop ? g_object_ref (operation->visit.stop) : NULL;
  return TRUE;
}

void
ds_door_return_visited_stop (GObject *source, GAsyncResult *result, gpointer task)
{
  g_autoptr (GTask) own_task = task;
  g_autoptr (DsStop) stop = NULL;
  GError *error = NULL;

  if (ds_door_visit_finish (DS_DOOR (source), result, &stop, &error))
    g_task_return_pointer (own_task, g_steal_pointer (&stop), g_object_unref);
  else
    g_task_return_error (own_task, error);
}
