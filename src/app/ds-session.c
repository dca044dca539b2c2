/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-session.h"

#define TICK_S 30

struct _DsSession
{
  GObject parent;

  DsClock *clock;
  DsRandom *random;
  DsStore *store;
  DsDoor *door;
  DsLink *link;
  DsRoute *route;
  DsWorklist *worklist;
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
  ds_route_follow (self->route, self->store);
  ds_worklist_follow (self->worklist, self->store);
  self->tick_id = g_timeout_add_seconds (TICK_S, tick, self);

  if (ds_store_get_identity (self->store) != NULL)
    go_to_work (self);
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
  g_clear_object (&self->worklist);
  g_clear_object (&self->route);
  g_clear_object (&self->link);
  g_clear_object (&self->door);
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

  G_OBJECT_CLASS (ds_session_parent_class)->finalize (object);
}

static void
ds_session_class_init (DsSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_session_get_property;
  object_class->dispose = ds_session_dispose;
  object_class->finalize = ds_session_finalize;

  properties[PROP_PHASE] = g_param_spec_uint ("phase", NULL, NULL, DS_PHASE_OPENING, DS_PHASE_ENROLLED,
                                              DS_PHASE_OPENING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_PARCEL_CHECKED] = g_signal_new ("parcel-checked", DS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TICK]
      = g_signal_new ("tick", DS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_session_init (DsSession *self)
{
  self->checked_parcels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
  self->route = ds_route_new ();
  self->worklist = ds_worklist_new ();
}

DsSession *
ds_session_new (const char *directory, DsClock *clock, DsRandom *random)
{
  DsSession *self;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);

  self = g_object_new (DS_TYPE_SESSION, NULL);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->store = ds_store_new (directory, clock, random);
  self->door = ds_door_new (self->store, clock, random);
  return self;
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
