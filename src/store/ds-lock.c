/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-lock.h"

#include "ds-durable-file.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-pin.h"
#include "ds-task.h"

#include <string.h>

#define MAX_FILE_BYTES 4096
#define MAX_TRIES 1000000

/* What is kept. A copy goes to the thread that tries and writes; the lock takes it back when that is done. */
typedef struct
{
  char *record; /* (nullable): no PIN */
  gint64 n_wrong;
  gint64 reset_done; /* the last of the depot's resets that led to a new PIN */
  /* A pause: until so much time of so many milliseconds has passed by this boot's monotonic clock. */
  char *boot; /* (nullable): none */
  gint64 pause_ms;
  gint64 until_mono_ms;
} State;

struct _DsLock
{
  GObject parent;

  DsClock *clock;
  char *path;
  State *state;
  gboolean locked;
  gboolean busy;
  gboolean may_choose; /* the depot's PIN for once was typed */
  gint64 reset_number;
  char *reset_record;
};

G_DEFINE_FINAL_TYPE (DsLock, ds_lock, G_TYPE_OBJECT)

enum
{
  PROP_LOCKED = 1,
  PROP_HAS_PIN,
  N_PROPS
};

enum
{
  SIGNAL_RESET_ARRIVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* State */

static void
state_free (State *state)
{
  g_free (state->record);
  g_free (state->boot);
  g_free (state);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (State, state_free)

static State *
state_copy (const State *state)
{
  State *copy = g_memdup2 (state, sizeof *state);

  copy->record = g_strdup (state->record);
  copy->boot = g_strdup (state->boot);
  return copy;
}

static gint64
get_pause_after_ms (gint64 n_wrong)
{
  static const gint64 pauses_s[] = { 30, 60, 300, 900, 3600 };
  gint64 n = n_wrong - DS_LOCK_FREE_TRIES;

  return n <= 0 ? 0 : 1000 * pauses_s[MIN (n, (gint64)G_N_ELEMENTS (pauses_s)) - 1];
}

static void
begin_pause (State *state, DsClock *clock, gint64 pause_ms)
{
  g_free (state->boot);
  state->boot = pause_ms > 0 ? g_strdup (ds_clock_get_boot_id (clock)) : NULL;
  state->pause_ms = pause_ms;
  state->until_mono_ms = pause_ms > 0 ? ds_clock_get_mono_ms (clock) + pause_ms : 0;
}

/* How long the machine was off is not known: the pause begins again. */
static gboolean
renew_pause (State *state, DsClock *clock)
{
  if (state->boot == NULL || g_str_equal (state->boot, ds_clock_get_boot_id (clock)))
    return FALSE;
  begin_pause (state, clock, state->pause_ms);
  return TRUE;
}

static gboolean
state_write (const State *state, const char *path, GError **error)
{
  g_autoptr (json_t) object = json_pack (
      "{s:s?, s:I, s:I, s:s?, s:I, s:I}", "record", state->record, "n_wrong", (json_int_t)state->n_wrong,
      "reset_done", (json_int_t)state->reset_done, "boot", state->boot, "pause_ms",
      (json_int_t)state->pause_ms, "until_mono_ms", (json_int_t)state->until_mono_ms);
  g_autofree char *line = ds_json_to_line (object);

  return ds_durable_file_write (path, line, strlen (line), error);
}

static State *
state_read (const char *path)
{
  g_autoptr (State) state = g_new0 (State, 1);
  g_autoptr (json_t) object = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  const char *record;
  json_int_t n_wrong, reset_done, pause_ms, until_mono_ms;
  gsize n;

  if (!g_file_get_contents (path, &text, &n, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&state);
    }
  else if ((object = ds_json_parse_object (text, n, MAX_FILE_BYTES, NULL)) != NULL
           && ds_json_unpack (object, NULL, "{s:s, s:I, s:I, s:I, s:I}", "record", &record, "n_wrong",
                              &n_wrong, "reset_done", &reset_done, "pause_ms", &pause_ms, "until_mono_ms",
                              &until_mono_ms))
    {
      state->record = g_strdup (record);
      state->n_wrong = CLAMP (n_wrong, 0, MAX_TRIES);
      state->reset_done = reset_done;
      state->boot = g_strdup (json_string_value (json_object_get (object, "boot")));
      state->pause_ms = MIN (MAX (pause_ms, 0), get_pause_after_ms (MAX_TRIES));
      state->until_mono_ms = until_mono_ms;
      return g_steal_pointer (&state);
    }
  /* No PIN fits this one. */
  state->record = g_strdup ("");
  return g_steal_pointer (&state);
}

/* The lock itself */

static void
set_locked (DsLock *self, gboolean locked)
{
  if (self->locked == locked)
    return;
  self->locked = locked;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
}

static void
take_state (DsLock *self, State *state)
{
  gboolean had_pin = self->state->record != NULL;

  state_free (self->state);
  self->state = state;
  if (had_pin != (state->record != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_PIN]);
}

/* What a thread works on. */
typedef struct
{
  State *state; /* as it is to be */
  char *path;
  DsClock *clock;
  char *pin;
  char *reset_record;
  gboolean ran; /* not refused at once: the lock waits for it */
  DsLockAnswer answer;
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->state, state_free);
  g_free (job->path);
  g_object_unref (job->clock);
  g_free (job->pin);
  g_free (job->reset_record);
  g_free (job);
}

static GTask *
new_task (DsLock *self,
          const char *pin,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, tag);
  /* A try that was counted and a PIN that was written are told, whatever became of the asker. */
  g_task_set_check_cancellable (task, FALSE);
  job->state = state_copy (self->state);
  job->path = g_strdup (self->path);
  job->clock = g_object_ref (self->clock);
  job->pin = g_strdup (pin);
  if (self->reset_number > self->state->reset_done)
    job->reset_record = g_strdup (self->reset_record);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  return task;
}

/* One at a time: each writes what is kept. */
static void
run (DsLock *self, GTask *task, GTaskThreadFunc function)
{
  Job *job = g_task_get_task_data (task);

  self->busy = TRUE;
  job->ran = TRUE;
  g_task_run_in_thread (task, function);
}

static gboolean
finish (DsLock *self, GAsyncResult *result, Job **job, GError **error)
{
  *job = g_task_get_task_data (G_TASK (result));
  if ((*job)->ran)
    self->busy = FALSE;
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Loading */

static void
load (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;

  g_clear_pointer (&job->state, state_free);
  job->state = state_read (job->path);
  /* That it could not be written keeps the pause to this run: it is as long again after the next boot. */
  if (renew_pause (job->state, job->clock))
    state_write (job->state, job->path, NULL);
  g_task_return_boolean (task, TRUE);
}

void
ds_lock_load_async (DsLock *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (DS_IS_LOCK (self));

  task = new_task (self, NULL, DS_TASK_TAG (ds_lock_load_async), cancellable, callback, user_data);
  g_task_run_in_thread (task, load);
}

gboolean
ds_lock_load_finish (DsLock *self, GAsyncResult *result, GError **error)
{
  Job *job;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  job = g_task_get_task_data (G_TASK (result));
  take_state (self, g_steal_pointer (&job->state));
  set_locked (self, self->state->record != NULL);
  return TRUE;
}

/* Choosing */

static void
choose (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  GError *error = NULL;

  g_free (job->state->record);
  job->state->record = ds_pin_make_record (job->pin, &error);
  job->state->n_wrong = 0;
  begin_pause (job->state, job->clock, 0);
  if (job->state->record != NULL && state_write (job->state, job->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ds_lock_choose_async (DsLock *self,
                      const char *pin,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (DS_IS_LOCK (self));
  g_return_if_fail (ds_pin_is_well_formed (pin));

  task = new_task (self, pin, DS_TASK_TAG (ds_lock_choose_async), cancellable, callback, user_data);
  if (self->busy || (self->locked && !self->may_choose))
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "The handheld is locked");
      return;
    }
  job = g_task_get_task_data (task);
  job->state->reset_done = MAX (self->state->reset_done, self->reset_number);
  run (self, task, choose);
}

gboolean
ds_lock_choose_finish (DsLock *self, GAsyncResult *result, GError **error)
{
  Job *job;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!finish (self, result, &job, error))
    return FALSE;
  take_state (self, g_steal_pointer (&job->state));
  self->may_choose = FALSE;
  set_locked (self, FALSE);
  return TRUE;
}

/* Trying */

static gboolean
try_pin (Job *job, GError **error)
{
  gboolean matches = FALSE;
  gboolean reset = FALSE;

  job->state->n_wrong = MIN (job->state->n_wrong + 1, MAX_TRIES);
  begin_pause (job->state, job->clock, get_pause_after_ms (job->state->n_wrong));
  if (!state_write (job->state, job->path, error))
    return FALSE;

  /* A damaged record fits no PIN; the depot's still may. */
  if (!ds_pin_check (job->state->record, job->pin, &matches, job->reset_record != NULL ? NULL : error)
      && job->reset_record == NULL)
    return FALSE;
  if (!matches && job->reset_record != NULL && !ds_pin_check (job->reset_record, job->pin, &reset, error))
    return FALSE;

  job->answer = matches ? DS_LOCK_OPENED : reset ? DS_LOCK_RESET : DS_LOCK_WRONG;
  if (job->answer == DS_LOCK_WRONG)
    return TRUE;
  job->state->n_wrong = 0;
  begin_pause (job->state, job->clock, 0);
  /* That it stays counted on a full disk is no reason to keep the courier out. */
  state_write (job->state, job->path, NULL);
  return TRUE;
}

static void
run_try (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (try_pin (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ds_lock_try_async (DsLock *self,
                   const char *pin,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (DS_IS_LOCK (self));
  g_return_if_fail (ds_pin_is_well_formed (pin));

  task = new_task (self, pin, DS_TASK_TAG (ds_lock_try_async), cancellable, callback, user_data);
  if (self->busy || self->state->record == NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "Nothing can be tried now");
  else if (ds_lock_get_pause_ms (self) > 0)
    {
      ((Job *)g_task_get_task_data (task))->answer = DS_LOCK_PAUSED;
      g_task_return_boolean (task, TRUE);
    }
  else
    run (self, task, run_try);
}

gboolean
ds_lock_try_finish (DsLock *self, GAsyncResult *result, DsLockAnswer *answer, GError **error)
{
  Job *job;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!finish (self, result, &job, error))
    return FALSE;
  *answer = job->answer;
  if (*answer == DS_LOCK_PAUSED)
    return TRUE;
  take_state (self, g_steal_pointer (&job->state));
  self->may_choose = *answer == DS_LOCK_RESET;
  if (*answer == DS_LOCK_OPENED)
    set_locked (self, FALSE);
  return TRUE;
}

/* The class */

static void
ds_lock_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsLock *self = DS_LOCK (object);

  switch (prop_id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    case PROP_HAS_PIN:
      g_value_set_boolean (value, self->state->record != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_lock_finalize (GObject *object)
{
  DsLock *self = DS_LOCK (object);

  g_clear_object (&self->clock);
  g_free (self->path);
  g_free (self->reset_record);
  state_free (self->state);

  G_OBJECT_CLASS (ds_lock_parent_class)->finalize (object);
}

static void
ds_lock_class_init (DsLockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_lock_get_property;
  object_class->finalize = ds_lock_finalize;

  properties[PROP_LOCKED]
      = g_param_spec_boolean ("locked", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HAS_PIN]
      = g_param_spec_boolean ("has-pin", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_RESET_ARRIVED]
      = g_signal_new ("reset-arrived", DS_TYPE_LOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_lock_init (DsLock *self)
{
  self->state = g_new0 (State, 1);
}

DsLock *
ds_lock_new (const char *directory, DsClock *clock)
{
  DsLock *self;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);

  self = g_object_new (DS_TYPE_LOCK, NULL);
  self->path = g_build_filename (directory, DS_LOCK_FILE, NULL);
  self->clock = g_object_ref (clock);
  return self;
}

gboolean
ds_lock_get_has_pin (DsLock *self)
{
  g_return_val_if_fail (DS_IS_LOCK (self), FALSE);

  return self->state->record != NULL;
}

gboolean
ds_lock_get_locked (DsLock *self)
{
  g_return_val_if_fail (DS_IS_LOCK (self), TRUE);

  return self->locked;
}

void
ds_lock_lock (DsLock *self)
{
  g_return_if_fail (DS_IS_LOCK (self));

  if (self->state->record == NULL)
    return;
  self->may_choose = FALSE;
  set_locked (self, TRUE);
}

gint64
ds_lock_get_pause_ms (DsLock *self)
{
  g_return_val_if_fail (DS_IS_LOCK (self), 0);

  if (self->state->boot == NULL)
    return 0;
  return CLAMP (self->state->until_mono_ms - ds_clock_get_mono_ms (self->clock), 0, self->state->pause_ms);
}

guint
ds_lock_get_free_tries (DsLock *self)
{
  g_return_val_if_fail (DS_IS_LOCK (self), 0);

  return (guint)MAX (DS_LOCK_FREE_TRIES - self->state->n_wrong, 0);
}

void
ds_lock_set_reset (DsLock *self, gint64 number, const char *record)
{
  g_return_if_fail (DS_IS_LOCK (self));

  if (number <= self->reset_number || record == NULL || !ds_pin_is_record (record))
    return;
  self->reset_number = number;
  g_free (self->reset_record);
  self->reset_record = g_strdup (record);
  if (number <= self->state->reset_done || self->state->record == NULL)
    return;
  /* The courier talks to the depot: they need not wait. The tries stay counted. */
  begin_pause (self->state, self->clock, 0);
  g_signal_emit (self, signals[SIGNAL_RESET_ARRIVED], 0);
}
