/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-press-guard.h"

/* Nobody sees a page, understands it and presses in less. */
#define SEEN_MS 350
/* A page that is never drawn must not keep presses away for ever. */
#define LONGEST_MS 2000

struct _DsPressGuard
{
  GObject parent;

  GtkWidget *widget; /* weak: it owns the controller, not the other way round */
  GtkEventController *events;
  GdkFrameClock *frames; /* (nullable): until what changed has been drawn */
  guint over_id;         /* while it holds */
};

G_DEFINE_FINAL_TYPE (DsPressGuard, ds_press_guard, G_TYPE_OBJECT)

static void
stop_waiting (DsPressGuard *self)
{
  /* The clock loses its handlers with its surface. */
  if (self->frames != NULL)
    g_signal_handlers_disconnect_by_data (self->frames, self);
  g_clear_object (&self->frames);
}

static gboolean
is_over (gpointer user_data)
{
  DsPressGuard *self = user_data;

  self->over_id = 0;
  stop_waiting (self);
  return G_SOURCE_REMOVE;
}

static void
hold_for (DsPressGuard *self, guint ms)
{
  g_clear_handle_id (&self->over_id, g_source_remove);
  self->over_id = g_timeout_add (ms, is_over, self);
}

/* A slow handheld draws late, and the taps meanwhile are for what was there before. */
static void
did_draw (DsPressGuard *self)
{
  stop_waiting (self);
  hold_for (self, SEEN_MS);
}

static gboolean
is_press (GdkEvent *event)
{
  switch ((int)gdk_event_get_event_type (event))
    {
    case GDK_BUTTON_PRESS:
    case GDK_TOUCH_BEGIN:
      return TRUE;
    case GDK_KEY_PRESS:
      switch (gdk_key_event_get_keyval (event))
        {
        case GDK_KEY_Return:
        case GDK_KEY_KP_Enter:
        case GDK_KEY_ISO_Enter:
        case GDK_KEY_space:
        case GDK_KEY_KP_Space:
          return TRUE;
        default:
          return FALSE;
        }
    default:
      return FALSE;
    }
}

static gboolean
did_happen (DsPressGuard *self, GdkEvent *event)
{
  return ds_press_guard_is_holding (self) && is_press (event);
}

static void
ds_press_guard_dispose (GObject *object)
{
  DsPressGuard *self = DS_PRESS_GUARD (object);

  stop_waiting (self);
  g_clear_handle_id (&self->over_id, g_source_remove);
  if (self->widget != NULL)
    gtk_widget_remove_controller (self->widget, self->events);
  g_clear_weak_pointer (&self->widget);

  G_OBJECT_CLASS (ds_press_guard_parent_class)->dispose (object);
}

static void
ds_press_guard_class_init (DsPressGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_press_guard_dispose;
}

static void
ds_press_guard_init (DsPressGuard *self)
{
}

DsPressGuard *
ds_press_guard_new (GtkWidget *widget)
{
  DsPressGuard *self;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  self = g_object_new (DS_TYPE_PRESS_GUARD, NULL);
  g_set_weak_pointer (&self->widget, widget);
  self->events = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (self->events, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->events, "event", G_CALLBACK (did_happen), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, self->events);
  return self;
}

void
ds_press_guard_hold (DsPressGuard *self)
{
  g_return_if_fail (DS_IS_PRESS_GUARD (self));

  stop_waiting (self);
  if (self->widget == NULL || gtk_widget_get_frame_clock (self->widget) == NULL)
    return;
  hold_for (self, LONGEST_MS);
  self->frames = g_object_ref (gtk_widget_get_frame_clock (self->widget));
  g_signal_connect_object (self->frames, "after-paint", G_CALLBACK (did_draw), self, G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (self->widget);
}

gboolean
ds_press_guard_is_holding (DsPressGuard *self)
{
  g_return_val_if_fail (DS_IS_PRESS_GUARD (self), FALSE);

  return self->over_id != 0;
}
