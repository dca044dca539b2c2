/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-idle-lock.h"

struct _DsIdleLock
{
  GObject parent;

  GtkWidget *window; /* weak: it owns the controller */
  GtkEventController *events;
  DsSession *session;
  gint64 touched_mono_ms;
};

G_DEFINE_FINAL_TYPE (DsIdleLock, ds_idle_lock, G_TYPE_OBJECT)

enum
{
  SIGNAL_DUE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gint64
get_limit_ms (DsIdleLock *self)
{
  DsSettings *settings = ds_store_get_settings (ds_session_get_store (self->session));

  return 1000 * (settings != NULL ? settings->lock_after_s : DS_SETTINGS_LOCK_AFTER_S);
}

/* Returns: whether it locked. */
static gboolean
look (DsIdleLock *self)
{
  gint64 now_ms = ds_clock_get_mono_ms (ds_session_get_clock (self->session));
  gint64 limit_ms = get_limit_ms (self);
  gboolean locked = FALSE;

  if (limit_ms == 0 || now_ms - self->touched_mono_ms < limit_ms)
    return FALSE;
  g_signal_emit (self, signals[SIGNAL_DUE], 0, &locked);
  self->touched_mono_ms = now_ms;
  return locked;
}

static gboolean
did_see_event (DsIdleLock *self, GdkEvent *event)
{
  switch (gdk_event_get_event_type (event))
    {
    case GDK_MOTION_NOTIFY:
    case GDK_BUTTON_PRESS:
    case GDK_KEY_PRESS:
    case GDK_TOUCH_BEGIN:
    case GDK_SCROLL:
      if (look (self))
        return GDK_EVENT_STOP;
      self->touched_mono_ms = ds_clock_get_mono_ms (ds_session_get_clock (self->session));
      return GDK_EVENT_PROPAGATE;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
ds_idle_lock_dispose (GObject *object)
{
  DsIdleLock *self = DS_IDLE_LOCK (object);

  if (self->window != NULL)
    gtk_widget_remove_controller (self->window, self->events);
  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ds_idle_lock_parent_class)->dispose (object);
}

static void
ds_idle_lock_class_init (DsIdleLockClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_idle_lock_dispose;

  signals[SIGNAL_DUE] = g_signal_new ("due", DS_TYPE_IDLE_LOCK, G_SIGNAL_RUN_LAST, 0,
                                      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);
}

static void
ds_idle_lock_init (DsIdleLock *self)
{
}

DsIdleLock *
ds_idle_lock_new (GtkWidget *window, DsSession *session)
{
  DsIdleLock *self;

  g_return_val_if_fail (GTK_IS_WIDGET (window), NULL);
  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_IDLE_LOCK, NULL);
  self->session = g_object_ref (session);
  self->touched_mono_ms = ds_clock_get_mono_ms (ds_session_get_clock (session));
  g_set_weak_pointer (&self->window, window);
  self->events = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (self->events, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->events, "event", G_CALLBACK (did_see_event), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (window, self->events);
  g_signal_connect_object (session, "tick", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
  return self;
}
