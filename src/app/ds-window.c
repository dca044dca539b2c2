/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-window-private.h"

#include "ds-coach.h"
#include "ds-code-page.h"
#include "ds-dialog.h"
#include "ds-enrol-page.h"
#include "ds-feedback.h"
#include "ds-home-page.h"
#include "ds-preferences.h"
#include "ds-start-page.h"
#include "ds-unlock-page.h"

#include <glib/gi18n.h>

/* A window lower than this is short. */
#define SHORT_PX 480
#define SIDEWAYS_SHORT_PX 600
/* Wide enough for two parts side by side; a keyboard on the screen makes a window short, but not wide. */
#define SIDEWAYS_PX 640

G_DEFINE_FINAL_TYPE (DsWindow, ds_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_SHORT = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

gboolean
ds_window_is_at_work (DsWindow *self)
{
  return ds_session_get_phase (self->session) == DS_PHASE_ENROLLED;
}

/* What was said belongs to the page it was said on, and must not lie over the buttons of the next one. */
static void
dismiss_toast (DsWindow *self)
{
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
}

/* The lock */

gboolean
ds_window_is_locked (DsWindow *self)
{
  return ds_window_is_at_work (self) && ds_lock_get_locked (ds_session_get_lock (self->session));
}

/* A question that was on the screen is answered as if it had been closed: nothing was agreed to. */
static void
close_dialogs (DsWindow *self)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    if (gtk_window_get_transient_for (at->data) == GTK_WINDOW (self))
      gtk_window_close (at->data);
}

static void
lock_changed (DsWindow *self)
{
  gboolean locked = ds_window_is_locked (self);
  g_autofree char *unsaid = NULL;

  ds_window_update_actions (self);
  if (locked)
    {
      dismiss_toast (self);
      close_dialogs (self);
    }
  gtk_stack_set_visible_child (self->lock_stack, locked ? self->unlock_page : GTK_WIDGET (self->navigator));
  if (!locked)
    ds_navigator_focus (self->navigator);
  unsaid = locked ? NULL : g_steal_pointer (&self->unsaid);
  if (unsaid != NULL)
    ds_window_say (self, unsaid);
}

/* A customer may take their time with the code: it must not go away under their eyes. */
static gboolean
idle_due (DsWindow *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (DS_IS_CODE_PAGE (page) && ds_code_page_is_live (DS_CODE_PAGE (page)))
    return FALSE;
  ds_lock_lock (ds_session_get_lock (self->session));
  return ds_window_is_locked (self);
}

/* Not while pages still come and go by themselves: what it has to say would go with them. */
static void
use_serial_engine (DsWindow *self)
{
  g_autofree char *device = NULL;

  if (self->preferences == NULL || ds_session_get_phase (self->session) == DS_PHASE_OPENING)
    return;
  device = g_settings_get_string (self->preferences, "serial-device");
  ds_serial_engine_use (self->engine, device, g_settings_get_uint (self->preferences, "serial-baud"));
}

/* The page that the session's phase asks for. */
static void
phase_changed (DsWindow *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  switch (ds_session_get_phase (self->session))
    {
    case DS_PHASE_OPENING:
    case DS_PHASE_FAILED:
    case DS_PHASE_SIGNED_OUT:
      if (!DS_IS_START_PAGE (page))
        ds_navigator_set_root (self->navigator, DS_PAGE (ds_start_page_new (self->session)));
      break;
    case DS_PHASE_NEW:
      /* Practice enrols itself, at its own depot and no other. */
      if (!ds_session_is_practice (self->session))
        ds_navigator_set_root (self->navigator, DS_PAGE (ds_enrol_page_new (self->session)));
      break;
    case DS_PHASE_ENROLLED:
    default:
      ds_navigator_set_root (self->navigator, DS_PAGE (ds_home_page_new (self->session)));
      /* Nothing can be collected before the float is counted. */
      if (ds_store_get_shift (ds_session_get_store (self->session)) == NULL)
        gtk_widget_activate_action (GTK_WIDGET (self), "win.open-shift", NULL);
      ds_resume_begin (self->resume);
      break;
    }
  use_serial_engine (self);
  lock_changed (self);
}

static void
set_css_class (DsWindow *self, const char *name, gboolean has)
{
  if (has)
    gtk_widget_add_css_class (GTK_WIDGET (self), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), name);
}

/* Before the widgets get their places: a handheld held sideways has little height, and everything draws in. */
static void
surface_layout (DsWindow *self, int width, int height)
{
  /* Held sideways it counts as short from further on: what is not short asks for so much height that a window which keeps
   * to it would never become so. */
  gboolean is_short = height < SHORT_PX || (height < SIDEWAYS_SHORT_PX && width > height);

  set_css_class (self, "sideways", is_short && width >= SIDEWAYS_PX);
  if (is_short == self->is_short)
    return;
  self->is_short = is_short;
  set_css_class (self, "short", is_short);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHORT]);
}

static void
ds_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ds_window_parent_class)->realize (widget);

  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "layout",
                           G_CALLBACK (surface_layout), widget, G_CONNECT_SWAPPED);
}

static void
ds_window_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SHORT:
      g_value_set_boolean (value, DS_WINDOW (object)->is_short);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_window_dispose (GObject *object)
{
  DsWindow *self = DS_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_weak_pointer (&self->toast);
  g_clear_object (&self->chooser);
  g_clear_object (&self->wedge);
  g_clear_object (&self->engine);
  g_clear_object (&self->idle_lock);
  g_clear_object (&self->notifier);
  if (self->resume != NULL)
    ds_resume_end (self->resume);
  g_clear_object (&self->resume);
  g_clear_object (&self->preferences);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_WINDOW);

  G_OBJECT_CLASS (ds_window_parent_class)->dispose (object);
}

static void
ds_window_finalize (GObject *object)
{
  DsWindow *self = DS_WINDOW (object);

  g_object_unref (self->cancellable);
  g_free (self->unsaid);

  G_OBJECT_CLASS (ds_window_parent_class)->finalize (object);
}

static void
ds_window_class_init (DsWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->realize = ds_window_realize;
  object_class->get_property = ds_window_get_property;
  object_class->dispose = ds_window_dispose;
  object_class->finalize = ds_window_finalize;

  properties[PROP_SHORT]
      = g_param_spec_boolean ("short", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (DS_TYPE_NAVIGATOR);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-window.ui");
  gtk_widget_class_bind_template_child (widget_class, DsWindow, content);
  gtk_widget_class_bind_template_child (widget_class, DsWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, DsWindow, lock_stack);
  gtk_widget_class_bind_template_child (widget_class, DsWindow, navigator);

  ds_window_class_install_actions (widget_class);
}

static void
ds_window_init (DsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

/* Its scans come as no keys, so they do not stop at a dialog by themselves. */
static void
did_scan_by_engine (DsWindow *self, const char *text)
{
  if (!ds_dialog_take_scan (GTK_WINDOW (self), text))
    ds_window_take_scan (self, text);
}

static void
did_lose_engine (DsWindow *self, const GError *error)
{
  ds_window_say (self, error->message);
}

/* A control that went dead for a moment, or went away, has lost the focus to nothing. The first key then shows where it is,
 * and presses nothing. */
static gboolean
key_found_no_focus (DsWindow *self, guint keyval)
{
  if (gtk_window_get_focus (GTK_WINDOW (self)) != NULL || ds_window_is_locked (self)
      || ds_navigator_get_page (self->navigator) == NULL)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_Tab:
    case GDK_KEY_ISO_Left_Tab:
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      ds_page_focus (ds_navigator_get_page (self->navigator));
      gtk_window_set_focus_visible (GTK_WINDOW (self), TRUE);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
listen_to_keys (DsWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  /* Before the window moves the focus by itself. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_found_no_focus), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

/* The device's scan engine as its owner set it up; changes count at once. */
static void
use_preferences (DsWindow *self)
{
  g_autofree char *prefix = g_settings_get_string (self->preferences, "wedge-prefix");
  g_autofree char *suffix = g_settings_get_string (self->preferences, "wedge-suffix");

  ds_wedge_set_affixes (self->wedge, prefix, suffix);
  ds_serial_engine_set_affixes (self->engine, prefix, suffix);
  use_serial_engine (self);
  ds_wedge_set_us_layout (self->wedge, g_settings_get_boolean (self->preferences, "wedge-us-layout"));
}

DsWindow *
ds_window_new (GtkApplication *application, DsSession *session)
{
  DsWindow *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_WINDOW, "application", application, NULL);
  self->session = g_object_ref (session);
  listen_to_keys (self);
  self->wedge = ds_wedge_new (GTK_WIDGET (self));
  g_signal_connect_object (self->wedge, "scanned", G_CALLBACK (ds_window_take_scan), self, G_CONNECT_SWAPPED);
  self->engine = ds_serial_engine_new ();
  g_signal_connect_object (self->engine, "scanned", G_CALLBACK (did_scan_by_engine), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "failed", G_CALLBACK (did_lose_engine), self, G_CONNECT_SWAPPED);
  self->preferences = ds_preferences_new ();
  if (self->preferences != NULL)
    {
      use_preferences (self);
      g_settings_bind (self->preferences, "sound", ds_feedback_get_default (), "sound", G_SETTINGS_BIND_GET);
      g_settings_bind (self->preferences, "vibration", ds_feedback_get_default (), "vibration",
                       G_SETTINGS_BIND_GET);
      g_signal_connect_object (self->preferences, "changed", G_CALLBACK (use_preferences), self,
                               G_CONNECT_SWAPPED);
    }
  self->unlock_page = GTK_WIDGET (ds_unlock_page_new (session));
  gtk_stack_add_child (self->lock_stack, self->unlock_page);
  self->idle_lock = ds_idle_lock_new (GTK_WIDGET (self), session);
  self->resume = ds_resume_new (self->navigator, session);
  /* A notification outlives its window, and would look like one of work. */
  if (!ds_session_is_practice (session))
    self->notifier = ds_notifier_new (GTK_WINDOW (self), session);
  g_signal_connect_object (self->idle_lock, "due", G_CALLBACK (idle_due), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_lock (session), "notify::locked", G_CALLBACK (lock_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::phase", G_CALLBACK (phase_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notice", G_CALLBACK (ds_window_say), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_route (session), "failed", G_CALLBACK (ds_window_say), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_worklist (session), "failed", G_CALLBACK (ds_window_say), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->navigator, "notify::page", G_CALLBACK (dismiss_toast), self,
                           G_CONNECT_SWAPPED);
  if (ds_session_is_practice (session))
    {
      gtk_window_set_title (GTK_WINDOW (self), _ ("Doorstep · practice, not real money"));
      gtk_widget_add_css_class (GTK_WIDGET (self), "practice");
      gtk_box_prepend (self->content, GTK_WIDGET (ds_coach_new (session, self->navigator)));
    }
  ds_window_update_actions (self);
  phase_changed (self);
  return self;
}

void
ds_window_say (DsWindow *self, const char *text)
{
  AdwToast *toast;
  GtkWidget *label;

  if (ds_window_is_locked (self))
    {
      /* It may name a customer. */
      g_free (self->unsaid);
      self->unsaid = g_strdup (text);
      return;
    }

  /* The ordinary title is one line, cut off, and markup; what is said here is text, and all of it counts. */
  toast = adw_toast_new ("");
  label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  adw_toast_set_custom_title (toast, label);
  dismiss_toast (self);
  g_set_weak_pointer (&self->toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}
