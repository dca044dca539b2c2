/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-session.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-task.h"

#include <glib/gi18n.h>

#define TICK_S 30

/* How long signing out waits for the depot to hear of it. */
#define FAREWELL_S 20

struct _DsSession
{
  GObject parent;

  DsClock *clock;
  DsRandom *random;
  DsStore *store;
  DsDoor *door;
  DsLink *link;
  DsRescueCopy *rescue_copy;
  char *directory;
  char *phone_screen; /* (nullable): in practice */
  DsRoute *route;
  DsWorklist *worklist;
  DsDigest *digest;
  DsLock *lock;
  GHashTable *checked_parcels; /* waybills */
  GCancellable *cancellable;

  DsPhase phase;
  char *failure;
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (DsSession, ds_session, G_TYPE_OBJECT)

enum
{
  PROP_PHASE = 1,
  N_PROPS
};

enum
{
  SIGNAL_PARCEL_CHECKED,
  SIGNAL_TICK,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_phase (DsSession *self, DsPhase phase)
{
  self->phase = phase;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PHASE]);
}

/* Before anybody else hears of it: which stop comes next depends on the time. */
static void
did_tick (DsSession *self)
{
  ds_route_set_now (self->route, ds_clock_get_wall_ms (self->clock));
}

static gboolean
tick (gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_TICK], 0);
  return G_SOURCE_CONTINUE;
}

/* The identity is known: exchange with the depot from now on, whatever page is shown. */
static void
go_to_work (DsSession *self)
{
  ds_link_start (self->link);
  set_phase (self, DS_PHASE_ENROLLED);
}

static void
settings_changed (DsSession *self)
{
  DsSettings *settings = ds_store_get_settings (self->store);

  if (settings != NULL && settings->pin_reset_number > 0)
    ds_lock_set_reset (self->lock, settings->pin_reset_number, settings->pin_reset_record);
}

static void
did_load_lock (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSession) self = user_data;

  /* The session may have been closed meanwhile. */
  if (!ds_lock_load_finish (DS_LOCK (source), result, NULL) || g_cancellable_is_cancelled (self->cancellable))
    return;
  settings_changed (self);
  go_to_work (self);
}

static void
did_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSession) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_store_open_finish (DS_STORE (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      g_free (self->failure);
      self->failure = g_strdup (error->message);
      set_phase (self, DS_PHASE_FAILED);
      return;
    }

  self->link = ds_link_new (self->store, self->clock, self->random);
  g_object_bind_property (self->link, "online", self->door, "online", G_BINDING_SYNC_CREATE);
  ds_route_set_now (self->route, ds_clock_get_wall_ms (self->clock));
  ds_route_follow (self->route, self->store);
  ds_worklist_follow (self->worklist, self->store);
  ds_digest_follow (self->digest, self->store, self->route);
  self->rescue_copy = ds_rescue_copy_new (self->store, self->directory);
  /* Behind the first loads in the store's queue: the first screenful does not wait for it. */
  ds_store_check_async (self->store, FALSE, self->cancellable, NULL, NULL);
  self->tick_id = ds_clock_add_timeout (self->clock, TICK_S * 1000, tick, self);

  if (ds_store_get_identity (self->store) != NULL)
    ds_lock_load_async (self->lock, self->cancellable, did_load_lock, g_object_ref (self));
  else
    set_phase (self, DS_PHASE_NEW);
}

static void
ds_session_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsSession *self = DS_SESSION (object);

  switch (prop_id)
    {
    case PROP_PHASE:
      g_value_set_uint (value, self->phase);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_session_dispose (GObject *object)
{
  DsSession *self = DS_SESSION (object);

  ds_session_close (self);
  g_clear_object (&self->digest);
  g_clear_object (&self->worklist);
  g_clear_object (&self->route);
  g_clear_object (&self->rescue_copy);
  g_clear_object (&self->link);
  g_clear_object (&self->door);
  g_clear_object (&self->lock);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (ds_session_parent_class)->dispose (object);
}

static void
ds_session_finalize (GObject *object)
{
  DsSession *self = DS_SESSION (object);

  g_hash_table_unref (self->checked_parcels);
  g_object_unref (self->cancellable);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_free (self->failure);
  g_free (self->directory);
  g_free (self->phone_screen);

  G_OBJECT_CLASS (ds_session_parent_class)->finalize (object);
}

static void
ds_session_class_init (DsSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_session_get_property;
  object_class->dispose = ds_session_dispose;
  object_class->finalize = ds_session_finalize;

  properties[PROP_PHASE] = g_param_spec_uint ("phase", NULL, NULL, DS_PHASE_OPENING, DS_PHASE_SIGNED_OUT,
                                              DS_PHASE_OPENING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_PARCEL_CHECKED] = g_signal_new ("parcel-checked", DS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TICK] = g_signal_new_class_handler ("tick", DS_TYPE_SESSION, G_SIGNAL_RUN_FIRST,
                                                     G_CALLBACK (did_tick), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_session_init (DsSession *self)
{
  self->checked_parcels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
  self->route = ds_route_new ();
  self->worklist = ds_worklist_new ();
  self->digest = ds_digest_new ();
}

/* @store: (transfer full) */
static DsSession *
make_session (const char *directory, DsStore *store, DsClock *clock, DsRandom *random)
{
  DsSession *self = g_object_new (DS_TYPE_SESSION, NULL);

  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->directory = g_strdup (directory);
  self->store = store;
  self->door = ds_door_new (self->store, clock, random);
  self->lock = ds_lock_new (directory, clock);
  g_signal_connect_object (self->store, "notify::settings", G_CALLBACK (settings_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

DsSession *
ds_session_new (const char *directory, DsClock *clock, DsRandom *random)
{
  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);

  return make_session (directory, ds_store_new (directory, clock, random), clock, random);
}

DsSession *
ds_session_new_for_practice (const char *directory,
                             const char *phone_screen,
                             DsClock *clock,
                             DsRandom *random)
{
  DsSession *self;

  g_return_val_if_fail (directory != NULL && phone_screen != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);

  self = make_session (directory, ds_store_new_for_practice (directory, clock, random), clock, random);
  self->phone_screen = g_strdup (phone_screen);
  return self;
}

gboolean
ds_session_is_practice (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), FALSE);

  return ds_store_get_practice (self->store);
}

const char *
ds_session_get_phone_screen (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->phone_screen;
}

void
ds_session_open (DsSession *self)
{
  g_return_if_fail (DS_IS_SESSION (self));
  g_return_if_fail (self->link == NULL);

  if (self->phase != DS_PHASE_OPENING)
    set_phase (self, DS_PHASE_OPENING);
  ds_store_open_async (self->store, self->cancellable, did_open, g_object_ref (self));
}

void
ds_session_close (DsSession *self)
{
  g_return_if_fail (DS_IS_SESSION (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (self->rescue_copy != NULL)
    ds_rescue_copy_stop (self->rescue_copy);
  if (self->link != NULL)
    ds_link_stop (self->link);
  if (self->store != NULL)
    ds_store_close (self->store);
}

DsPhase
ds_session_get_phase (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), DS_PHASE_FAILED);

  return self->phase;
}

const char *
ds_session_get_failure (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->failure;
}

const char *
ds_session_get_directory (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->directory;
}

DsClock *
ds_session_get_clock (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->clock;
}

DsStore *
ds_session_get_store (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->store;
}

DsDoor *
ds_session_get_door (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->door;
}

DsLink *
ds_session_get_link (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->link;
}

DsRescueCopy *
ds_session_get_rescue_copy (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->rescue_copy;
}

DsRoute *
ds_session_get_route (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->route;
}

DsWorklist *
ds_session_get_worklist (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->worklist;
}

DsDigest *
ds_session_get_digest (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->digest;
}

DsLock *
ds_session_get_lock (DsSession *self)
{
  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  return self->lock;
}

DsShift *
ds_session_get_open_shift (DsSession *self)
{
  DsShift *shift;

  g_return_val_if_fail (DS_IS_SESSION (self), NULL);

  shift = ds_store_get_shift (self->store);
  return shift != NULL && shift->closed_at_ms == 0 ? shift : NULL;
}

gboolean
ds_session_check_parcel (DsSession *self, const char *waybill)
{
  g_return_val_if_fail (DS_IS_SESSION (self), FALSE);
  g_return_val_if_fail (waybill != NULL, FALSE);

  if (!g_hash_table_add (self->checked_parcels, g_strdup (waybill)))
    return FALSE;
  g_signal_emit (self, signals[SIGNAL_PARCEL_CHECKED], 0);
  return TRUE;
}

gboolean
ds_session_is_parcel_checked (DsSession *self, const char *waybill)
{
  g_return_val_if_fail (DS_IS_SESSION (self), FALSE);

  return g_hash_table_contains (self->checked_parcels, waybill);
}

char *
ds_session_dup_model (void)
{
  g_autofree char *name = NULL;
  char *system;

  /* Bounded by the kernel to one page; a machine without DMI (an ARM handheld) has the device tree instead. */
  if ((g_file_get_contents ("/sys/devices/virtual/dmi/id/product_name", &name, NULL, NULL)
       || g_file_get_contents ("/sys/firmware/devicetree/base/model", &name, NULL, NULL))
      && g_utf8_validate (name, -1, NULL) && *g_strstrip (name) != '\0')
    return g_steal_pointer (&name);

  system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  return system != NULL ? system : g_strdup ("Linux");
}

static void
did_enrol (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_store_enrol_finish (DS_STORE (source), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  go_to_work (g_task_get_source_object (task));
  g_task_return_boolean (task, TRUE);
}

void
ds_session_enrol_async (DsSession *self,
                        const DsIdentity *identity,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *model = NULL;

  g_return_if_fail (DS_IS_SESSION (self));
  g_return_if_fail (identity != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "ds_session_enrol");
  model = ds_session_dup_model ();
  ds_store_enrol_async (self->store, identity, model, cancellable, did_enrol, g_steal_pointer (&task));
}

gboolean
ds_session_enrol_finish (DsSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Signing out: the depot hears of it first, then everything is removed. */

typedef struct
{
  gint64 exported_seq;
  gulong handler;
  guint timer_source;
} Farewell;

static void
did_wipe (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsSession *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!ds_store_wipe_finish (DS_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  ds_session_close (self);
  set_phase (self, DS_PHASE_SIGNED_OUT);
  g_task_return_boolean (task, TRUE);
}

static void
wipe (GTask *task)
{
  DsSession *self = g_task_get_source_object (task);
  const Farewell *farewell = g_task_get_task_data (task);

  ds_store_wipe_async (self->store, farewell->exported_seq, NULL, did_wipe, task);
}

static void
end_waiting (GTask *task)
{
  DsSession *self = g_task_get_source_object (task);
  Farewell *farewell = g_task_get_task_data (task);

  g_clear_signal_handler (&farewell->handler, self->store);
  g_clear_handle_id (&farewell->timer_source, g_source_remove);
}

static void
n_unsent_changed (DsStore *store, GParamSpec *pspec, gpointer user_data)
{
  if (ds_store_get_n_unsent (store) > 0)
    return;
  end_waiting (user_data);
  wipe (user_data);
}

static gboolean
did_wait_enough (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Farewell *farewell = g_task_get_task_data (task);

  farewell->timer_source = 0;
  end_waiting (task);
  g_task_return_new_error (task, DS_ERROR, DS_ERROR_NETWORK,
                           _ ("The depot has not answered. Try again once the handheld is online."));
  return G_SOURCE_REMOVE;
}

static void
did_say_farewell (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsSession *self = g_task_get_source_object (task);
  Farewell *farewell = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_append_finish (DS_STORE (source), result, &error);

  if (stops == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  farewell->handler = g_signal_connect (self->store, "notify::n-unsent", G_CALLBACK (n_unsent_changed), task);
  farewell->timer_source = g_timeout_add_seconds (FAREWELL_S, did_wait_enough, task);
  n_unsent_changed (self->store, NULL, task);
  g_steal_pointer (&task);
}

static void
did_load_safety (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsSession *self = g_task_get_source_object (task);
  DsStore *store = DS_STORE (source);
  GError *error = NULL;
  g_autoptr (json_t) data = json_object ();
  const DsDraft draft = { "device.signed-out", data };
  DsSafety safety = { 0 };

  if (!ds_store_load_safety_finish (store, result, &safety, &error))
    g_task_return_error (task, error);
  else if (ds_safety_is_safe (&safety) && ds_link_get_online (self->link)
           && ds_store_get_health (store) == DS_STORE_HEALTHY)
    ds_store_append_async (store, &draft, 1, NULL, did_say_farewell, g_steal_pointer (&task));
  else
    /* It is on a card, or there is nothing to tell and nobody to tell it; else the store refuses. */
    wipe (g_steal_pointer (&task));
}

void
ds_session_sign_out_async (DsSession *self,
                           gint64 exported_seq,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  Farewell *farewell;

  g_return_if_fail (DS_IS_SESSION (self));
  g_return_if_fail (self->link != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_session_sign_out_async));
  farewell = g_new0 (Farewell, 1);
  farewell->exported_seq = exported_seq;
  g_task_set_task_data (task, farewell, g_free);
  ds_store_load_safety_async (self->store, NULL, did_load_safety, task);
}

gboolean
ds_session_sign_out_finish (DsSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
