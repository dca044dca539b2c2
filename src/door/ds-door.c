/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-door-private.h"

G_DEFINE_FINAL_TYPE (DsDoor, ds_door, G_TYPE_OBJECT)

enum
{
  PROP_ONLINE = 1,
  N_PROPERTIES
};

enum
{
  SIGNAL_PAYMENT_CHANGED,
  SIGNAL_ALLOWANCE_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

char *
ds_door_format_yuan (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  return g_strconcat ("¥", ds_money_format_grouped (amount_fen, text), NULL);
}

DsShift *
ds_door_get_open_shift (DsDoor *self)
{
  DsShift *shift = ds_store_get_shift (self->store);

  return shift != NULL && shift->closed_at_ms == 0 ? shift : NULL;
}

/* Allowance */

static void load_exposure (DsDoor *self);

static void
did_load_exposure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsDoor) self = user_data;
  DsExposure exposure;

  self->exposure_loading = FALSE;
  /* A store that cannot be read says so to the operation that needs it; the meter keeps its last value. */
  if (ds_store_load_exposure_finish (DS_STORE (source), result, &exposure, NULL, NULL))
    {
      self->exposure = exposure;
      g_signal_emit (self, signals[SIGNAL_ALLOWANCE_CHANGED], 0);
    }
  if (self->exposure_outdated)
    load_exposure (self);
}

static void
load_exposure (DsDoor *self)
{
  self->exposure_outdated = self->exposure_loading;
  if (self->exposure_loading)
    return;

  self->exposure_loading = TRUE;
  ds_store_load_exposure_async (self->store, NULL, NULL, did_load_exposure, g_object_ref (self));
}

void
ds_door_get_allowance (DsDoor *self, DsAllowance *allowance)
{
  DsSettings *settings;
  g_autofree char *bar = NULL;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (allowance != NULL);

  settings = ds_store_get_settings (self->store);
  *allowance = (DsAllowance){
    .limit_fen = settings ? settings->unredeemed_limit_fen : 0,
    .used_fen = self->exposure.unredeemed_fen,
    .cash_fen = self->exposure.cash_fen,
    .cash_limit_fen = settings ? settings->cash_limit_fen : 0,
  };
  bar = ds_door_get_voucher_bar (self, &self->exposure, NULL);
  if (bar == NULL)
    allowance->left_fen = MAX (allowance->limit_fen - allowance->used_fen, 0);
}

/* Time */

void
ds_door_tick (DsDoor *self)
{
  g_return_if_fail (DS_IS_DOOR (self));

  ds_door_present_tick (self);
  ds_door_watches_tick (self);
  ds_door_schedule (self);
}

static gboolean
did_time_out (gpointer user_data)
{
  DsDoor *self = user_data;

  self->timer_id = 0;
  ds_door_tick (self);
  return G_SOURCE_REMOVE;
}

void
ds_door_schedule (DsDoor *self)
{
  gint64 deadline_mono_ms
      = MIN (ds_door_present_get_deadline_mono_ms (self), ds_door_watches_get_deadline_mono_ms (self));
  gint64 now_mono_ms = ds_clock_get_mono_ms (self->clock);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (deadline_mono_ms == G_MAXINT64)
    return;
  self->timer_id = ds_clock_add_timeout (
      self->clock, (guint)CLAMP (deadline_mono_ms - now_mono_ms, 1, G_MAXINT), did_time_out, self);
}

gboolean
ds_door_code_is_over (DsDoor *self, gint64 expires_at_ms)
{
  return expires_at_ms != 0 && expires_at_ms <= ds_store_get_trusted_now_ms (self->store);
}

/* The store's news */

static void
did_load_stops (GObject *source, GAsyncResult *result, gpointer user_data, gboolean announce)
{
  g_autoptr (DsDoor) self = user_data;
  g_autoptr (GPtrArray) stops = ds_store_load_stops_finish (DS_STORE (source), result, NULL);

  /* Without stops nothing can be collected either, and whoever tries is told why. */
  if (stops == NULL)
    return;
  ds_door_observe (self, stops, announce);
  ds_door_give_up_outdated_codes (self, stops);
  ds_door_schedule (self);
}

static void
did_load_first_stops (GObject *source, GAsyncResult *result, gpointer user_data)
{
  did_load_stops (source, result, user_data, FALSE);
}

static void
did_load_all_stops (GObject *source, GAsyncResult *result, gpointer user_data)
{
  did_load_stops (source, result, user_data, TRUE);
}

static void
on_stops_changed (DsStore *store, GPtrArray *stops, DsDoor *self)
{
  if (stops->len == 0)
    {
      ds_store_load_stops_async (store, NULL, did_load_all_stops, g_object_ref (self));
    }
  else
    {
      ds_door_observe (self, stops, TRUE);
      ds_door_give_up_outdated_codes (self, stops);
      ds_door_schedule (self);
    }
  load_exposure (self);
}

static void
on_code_arrived (DsStore *store, const char *payment_id, const char *code, gint64 expires_at_ms, DsDoor *self)
{
  ds_door_present_code_arrived (self, payment_id, code, expires_at_ms);
}

/* The object */

static void
ds_door_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  DsDoor *self = DS_DOOR (object);

  switch (id)
    {
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
ds_door_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  switch (id)
    {
    case PROP_ONLINE:
      ds_door_set_online (DS_DOOR (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
ds_door_dispose (GObject *object)
{
  DsDoor *self = DS_DOOR (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);

  G_OBJECT_CLASS (ds_door_parent_class)->dispose (object);
}

static void
ds_door_finalize (GObject *object)
{
  DsDoor *self = DS_DOOR (object);

  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_hash_table_unref (self->states);
  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->asked_offline);
  g_hash_table_unref (self->dues);
  g_ptr_array_unref (self->waits);
  g_free (self->last_payer_code_sm3);
  g_free (self->last_payer_payment_id);

  G_OBJECT_CLASS (ds_door_parent_class)->finalize (object);
}

static void
ds_door_class_init (DsDoorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_door_get_property;
  object_class->set_property = ds_door_set_property;
  object_class->dispose = ds_door_dispose;
  object_class->finalize = ds_door_finalize;

  /**
   * DsDoor:online:
   *
   * Whether the depot can be reached.
   */
  properties[PROP_ONLINE] = g_param_spec_boolean (
      "online", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * DsDoor::payment-changed:
   * @payment: a payment with a new state
   * @stop: its stop, as it is now
   */
  signals[SIGNAL_PAYMENT_CHANGED]
      = g_signal_new ("payment-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, DS_TYPE_PAYMENT, DS_TYPE_STOP);

  /**
   * DsDoor::allowance-changed:
   *
   * ds_door_get_allowance() has something new to say.
   */
  signals[SIGNAL_ALLOWANCE_CHANGED] = g_signal_new ("allowance-changed", G_TYPE_FROM_CLASS (klass),
                                                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_door_init (DsDoor *self)
{
  g_queue_init (&self->turns);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waits = g_ptr_array_new_with_free_func (g_object_unref);
  self->dues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  ds_door_watches_init (self);
}

/**
 * ds_door_new:
 * @store: an open store
 * @clock: the time
 * @random: for ids
 *
 * Payments whose result was awaited when the handheld stopped are taken up again.
 *
 * Returns: (transfer full): the door; offline until told otherwise
 */
DsDoor *
ds_door_new (DsStore *store, DsClock *clock, DsRandom *random)
{
  DsDoor *self;

  g_return_val_if_fail (DS_IS_STORE (store), NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (DS_IS_RANDOM (random), NULL);

  self = g_object_new (DS_TYPE_DOOR, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  g_signal_connect (store, "stops-changed", G_CALLBACK (on_stops_changed), self);
  g_signal_connect (store, "code-arrived", G_CALLBACK (on_code_arrived), self);
  g_signal_connect_swapped (store, "notify::settings", G_CALLBACK (load_exposure), self);
  g_signal_connect_swapped (store, "notify::trust-list", G_CALLBACK (load_exposure), self);
  g_signal_connect_swapped (store, "notify::shift", G_CALLBACK (load_exposure), self);
  g_signal_connect_object (clock, "woke", G_CALLBACK (ds_door_tick), self, G_CONNECT_SWAPPED);
  ds_store_load_stops_async (store, NULL, did_load_first_stops, g_object_ref (self));
  load_exposure (self);
  return self;
}

gboolean
ds_door_get_online (DsDoor *self)
{
  g_return_val_if_fail (DS_IS_DOOR (self), FALSE);

  return self->online;
}

void
ds_door_set_online (DsDoor *self, gboolean online)
{
  g_return_if_fail (DS_IS_DOOR (self));

  online = online != FALSE;
  if (self->online == online)
    return;
  self->online = online;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONLINE]);

  if (online)
    ds_door_watches_went_online (self);
  ds_door_tick (self);
}
