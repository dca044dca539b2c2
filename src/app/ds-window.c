/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-window.h"

#include "ds-close-page.h"
#include "ds-coach.h"
#include "ds-code-page.h"
#include "ds-collect-page.h"
#include "ds-digest-page.h"
#include "ds-enrol-page.h"
#include "ds-feedback.h"
#include "ds-help-page.h"
#include "ds-help.h"
#include "ds-home-page.h"
#include "ds-idle-lock.h"
#include "ds-load-page.h"
#include "ds-map-page.h"
#include "ds-navigator.h"
#include "ds-notifier.h"
#include "ds-open-shift-page.h"
#include "ds-order-page.h"
#include "ds-pin-page.h"
#include "ds-preferences.h"
#include "ds-safety-page.h"
#include "ds-scan-page.h"
#include "ds-scan-test-page.h"
#include "ds-self-check-page.h"
#include "ds-serial-engine.h"
#include "ds-settings-page.h"
#include "ds-start-page.h"
#include "ds-statement-page.h"
#include "ds-stop-page.h"
#include "ds-unlock-page.h"
#include "ds-wedge.h"

#include <glib/gi18n.h>

/* A window lower than this is short. */
#define SHORT_PX 480

struct _DsWindow
{
  AdwApplicationWindow parent;

  DsSession *session;
  GSettings *preferences; /* (nullable) */
  DsWedge *wedge;
  DsSerialEngine *engine;
  GCancellable *cancellable;
  GtkFileChooserNative *chooser; /* while the courier chooses where to save */

  AdwToast *toast; /* (nullable): weak, the last one */
  DsIdleLock *idle_lock;
  DsNotifier *notifier;
  char *unsaid; /* (nullable): what was to be said while nobody could read it */

  gboolean is_short;

  GtkBox *content;
  AdwToastOverlay *toasts;
  GtkStack *lock_stack;
  GtkWidget *unlock_page;
  DsNavigator *navigator;
};

G_DEFINE_FINAL_TYPE (DsWindow, ds_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_SHORT = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
is_at_work (DsWindow *self)
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

static DsHomePage *
get_home (DsWindow *self)
{
  DsPage *page;

  ds_navigator_pop_to_root (self->navigator);
  page = ds_navigator_get_page (self->navigator);
  return DS_IS_HOME_PAGE (page) ? DS_HOME_PAGE (page) : NULL;
}

/* The camera has done its work when something opens: it does not stay behind on the way back. */
static DsPage *
leave_scan_page (DsWindow *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (DS_IS_SCAN_PAGE (page))
    ds_navigator_pop (self->navigator, page);
  return ds_navigator_get_page (self->navigator);
}

static void
open_stop (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsPage *page = leave_scan_page (self);
  const char *stop_id = g_variant_get_string (parameter, NULL);

  if (DS_IS_STOP_PAGE (page) && g_strcmp0 (ds_stop_page_get_stop_id (DS_STOP_PAGE (page)), stop_id) == 0)
    return;
  if (ds_route_find (ds_session_get_route (self->session), stop_id) == NULL)
    {
      ds_window_say (widget, _ ("This stop is not on the route any more."));
      return;
    }
  if (DS_IS_STOP_PAGE (page))
    ds_navigator_replace (self->navigator, DS_PAGE (ds_stop_page_new (self->session, stop_id)));
  else
    ds_navigator_push (self->navigator, DS_PAGE (ds_stop_page_new (self->session, stop_id)));
}

static void
show_digest (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!DS_IS_DIGEST_PAGE (leave_scan_page (self)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_digest_page_new (self->session)));
}

/* For the moments in which nothing has the focus: the navigator hears keys only on their way up from one. */
static void
go_back (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (DS_WINDOW (widget)->navigator), "navigator.back", NULL);
}

static void
collect (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  const char *stop_id = g_variant_get_string (parameter, NULL);

  if (ds_route_find (ds_session_get_route (self->session), stop_id) != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_collect_page_new (self->session, stop_id)));
}

static void
scan (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_SCAN_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_scan_page_new (self->session, NULL, NULL)));
}

static void
show_map (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_MAP_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_map_page_new (self->session)));
}

static void
arrange (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_ORDER_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator,
                       DS_PAGE (ds_order_page_new (self->session, g_variant_get_string (parameter, NULL))));
}

static void
check_load (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!is_at_work (self) || DS_IS_LOAD_PAGE (ds_navigator_get_page (self->navigator)))
    return;
  if (ds_session_get_open_shift (self->session) != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_load_page_new (self->session)));
  else
    ds_window_say (widget, _ ("No shift is open. Open your shift, then check the load."));
}

static void
show_tab (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsHomePage *home = is_at_work (self) ? get_home (self) : NULL;

  if (home != NULL)
    ds_home_page_show_tab (home, g_variant_get_string (parameter, NULL));
}

static void
search (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsHomePage *home = is_at_work (self) ? get_home (self) : NULL;

  if (home != NULL)
    ds_home_page_start_search (home);
}

static void
open_shift (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && ds_session_get_open_shift (self->session) == NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_open_shift_page_new (self->session)));
}

static void
close_shift (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && ds_store_get_shift (ds_session_get_store (self->session)) != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_close_page_new (self->session)));
}

static void
show_statement (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));

  if (is_at_work (self) && shift != NULL && shift->statement != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_statement_page_new (self->session)));
}

static void
sync_now (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!is_at_work (self))
    return;
  ds_link_wake (ds_session_get_link (self->session));
  ds_window_say (widget, _ ("Asking the depot…"));
}

static void
did_export (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_store_export_finish (DS_STORE (source), result, &error))
    ds_window_say (GTK_WIDGET (self), _ ("Copy saved."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_window_say (GTK_WIDGET (self), error->message);
}

static void
export_chosen (DsWindow *self, int response)
{
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      ds_store_export_async (ds_session_get_store (self->session), file, self->cancellable, did_export,
                             g_object_ref (self));
    }
}

static void
export_journal (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!is_at_work (self) || self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Save a copy of the journal"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save"), _ ("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), "doorstep-journal.jws");
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (export_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
show_safety (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_SAFETY_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_safety_page_new (self->session)));
}

/* The lock */

static gboolean
is_locked (DsWindow *self)
{
  return is_at_work (self) && ds_lock_get_locked (ds_session_get_lock (self->session));
}

/* What the window does for its pages, keys and notifications; each is in class_init. */
static const char *const work_actions[] = {
  "win.open-stop",      "win.collect",   "win.show-digest",    "win.scan",        "win.back",
  "win.show-tab",       "win.search",    "win.open-shift",     "win.close-shift", "win.sync",
  "win.show-statement", "win.safety",    "win.export-journal", "win.about",       "win.settings",
  "win.self-check",     "win.test-scan", "win.help",
};

/* In practice there is nothing to keep from anybody, and no PIN to be forgotten. */
static void
update_actions (DsWindow *self)
{
  gboolean locked = is_locked (self);
  gboolean has_lock = !ds_session_is_practice (self->session);

  for (gsize i = 0; i < G_N_ELEMENTS (work_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), work_actions[i], !locked);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.lock", !locked && has_lock);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.change-pin", !locked && has_lock);
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
  gboolean locked = is_locked (self);
  g_autofree char *unsaid = NULL;

  update_actions (self);
  if (locked)
    {
      dismiss_toast (self);
      close_dialogs (self);
    }
  gtk_stack_set_visible_child (self->lock_stack, locked ? self->unlock_page : GTK_WIDGET (self->navigator));
  if (!locked && ds_navigator_get_page (self->navigator) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (ds_navigator_get_page (self->navigator)));
  unsaid = locked ? NULL : g_steal_pointer (&self->unsaid);
  if (unsaid != NULL)
    ds_window_say (GTK_WIDGET (self), unsaid);
}

/* A customer may take their time with the code: it must not go away under their eyes. */
static gboolean
idle_due (DsWindow *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (DS_IS_CODE_PAGE (page) && ds_code_page_is_live (DS_CODE_PAGE (page)))
    return FALSE;
  ds_lock_lock (ds_session_get_lock (self->session));
  return is_locked (self);
}

static void
lock_now (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsLock *lock = ds_session_get_lock (self->session);

  if (!is_at_work (self))
    return;
  if (!ds_lock_get_has_pin (lock))
    ds_navigator_push (self->navigator, DS_PAGE (ds_pin_page_new (self->session)));
  else
    ds_lock_lock (lock);
}

static void
change_pin (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self))
    ds_navigator_push (self->navigator, DS_PAGE (ds_pin_page_new (self->session)));
}

static void
show_settings (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_SETTINGS_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_settings_page_new (self->session)));
}

static void
show_self_check (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self) && !DS_IS_SELF_CHECK_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_self_check_page_new (self->session)));
}

static void
test_scan (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (is_at_work (self))
    ds_navigator_push (self->navigator, DS_PAGE (ds_scan_test_page_new (self->session)));
}

/* About the page in front. */
static void
show_help (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsPage *page = ds_navigator_get_page (self->navigator);

  g_autofree char *topic = NULL;

  if (page == NULL || DS_IS_HELP_PAGE (page))
    return;
  topic = ds_help_get_name (DS_IS_HOME_PAGE (page) ? ds_home_page_get_tab (DS_HOME_PAGE (page)) : page);
  ds_navigator_push (self->navigator, DS_PAGE (ds_help_page_new (topic)));
}

static void
show_about (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  adw_show_about_window (GTK_WINDOW (widget), "application-name", _ ("Doorstep"), "application-icon",
                         DS_APP_ID, "version", DS_VERSION, "comments",
                         _ ("Cash on delivery at the door, with and without a network."), "license-type",
                         GTK_LICENSE_GPL_3_0, NULL);
}

/* A scan that no page wanted. */
typedef struct
{
  DsWindow *window;
  char *text;
} StrayScan;

static void
stray_scan_free (StrayScan *self)
{
  g_object_unref (self->window);
  g_free (self->text);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StrayScan, stray_scan_free)

static void
show_answer (DsWindow *self, const DsAnswer *answer, const char *text)
{
  GtkWidget *dialog;

  if (answer->kind == DS_ANSWER_PARCEL)
    {
      ds_window_take_parcel (GTK_WIDGET (self), answer->stop, text);
      return;
    }
  if (answer->stop != NULL && answer->kind != DS_ANSWER_REFUSED && answer->kind != DS_ANSWER_FOREIGN)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", answer->stop->id);
      if (answer->kind != DS_ANSWER_PARCEL)
        ds_window_say (GTK_WIDGET (self), answer->title);
      return;
    }

  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), answer->title, answer->text);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("OK"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
did_scan (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (StrayScan) scan = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_scan_finish (DS_DOOR (source), result, &error);

  if (answer != NULL)
    show_answer (scan->window, answer, scan->text);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_window_say (GTK_WIDGET (scan->window), error->message);
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
      break;
    }
  use_serial_engine (self);
  lock_changed (self);
}

/* Before the widgets get their places: a handheld held sideways has little height, and everything draws in. */
static void
surface_layout (DsWindow *self, int width, int height)
{
  gboolean is_short = height < SHORT_PX;

  if (is_short == self->is_short)
    return;
  self->is_short = is_short;
  if (is_short)
    gtk_widget_add_css_class (GTK_WIDGET (self), "short");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "short");
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

  gtk_widget_class_install_action (widget_class, "win.open-stop", "s", open_stop);
  gtk_widget_class_install_action (widget_class, "win.collect", "s", collect);
  gtk_widget_class_install_action (widget_class, "win.show-digest", NULL, show_digest);
  gtk_widget_class_install_action (widget_class, "win.scan", NULL, scan);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Back, 0, "win.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "win.back", NULL);
  gtk_widget_class_install_action (widget_class, "win.show-map", NULL, show_map);
  gtk_widget_class_install_action (widget_class, "win.arrange", "s", arrange);
  gtk_widget_class_install_action (widget_class, "win.check-load", NULL, check_load);
  gtk_widget_class_install_action (widget_class, "win.show-tab", "s", show_tab);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search);
  gtk_widget_class_install_action (widget_class, "win.open-shift", NULL, open_shift);
  gtk_widget_class_install_action (widget_class, "win.close-shift", NULL, close_shift);
  gtk_widget_class_install_action (widget_class, "win.show-statement", NULL, show_statement);
  gtk_widget_class_install_action (widget_class, "win.sync", NULL, sync_now);
  gtk_widget_class_install_action (widget_class, "win.export-journal", NULL, export_journal);
  gtk_widget_class_install_action (widget_class, "win.safety", NULL, show_safety);
  gtk_widget_class_install_action (widget_class, "win.lock", NULL, lock_now);
  gtk_widget_class_install_action (widget_class, "win.change-pin", NULL, change_pin);
  gtk_widget_class_install_action (widget_class, "win.settings", NULL, show_settings);
  gtk_widget_class_install_action (widget_class, "win.self-check", NULL, show_self_check);
  gtk_widget_class_install_action (widget_class, "win.test-scan", NULL, test_scan);
  gtk_widget_class_install_action (widget_class, "win.help", NULL, show_help);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F1, 0, "win.help", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Help, 0, "win.help", NULL);
  gtk_widget_class_install_action (widget_class, "win.about", NULL, show_about);
}

static void
ds_window_init (DsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

static void
did_lose_engine (DsWindow *self, const GError *error)
{
  ds_window_say (GTK_WIDGET (self), error->message);
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
  self->wedge = ds_wedge_new (GTK_WIDGET (self));
  g_signal_connect_object (self->wedge, "scanned", G_CALLBACK (ds_window_take_scan), self, G_CONNECT_SWAPPED);
  self->engine = ds_serial_engine_new ();
  g_signal_connect_object (self->engine, "scanned", G_CALLBACK (ds_window_take_scan), self,
                           G_CONNECT_SWAPPED);
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
      gtk_box_prepend (self->content, GTK_WIDGET (ds_coach_new (session, self->navigator)));
    }
  update_actions (self);
  phase_changed (self);
  return self;
}

void
ds_window_take_scan (DsWindow *self, const char *text)
{
  DsPage *page;
  DsScanContext context = { 0 };
  StrayScan *stray;

  g_return_if_fail (DS_IS_WINDOW (self));
  g_return_if_fail (text != NULL);

  if (is_locked (self))
    return;
  page = ds_navigator_get_page (self->navigator);
  if (page != NULL && ds_page_handle_scan (page, text))
    return;
  if (!is_at_work (self))
    return;

  if (DS_IS_STOP_PAGE (page))
    context.stop_id = ds_stop_page_get_stop_id (DS_STOP_PAGE (page));
  stray = g_new0 (StrayScan, 1);
  stray->window = g_object_ref (self);
  stray->text = g_strdup (text);
  ds_door_scan_async (ds_session_get_door (self->session), &context, text, self->cancellable, did_scan,
                      stray);
}

static void
other_door_answered (DsStop *stop, const char *response, GtkWidget *dialog)
{
  if (g_strcmp0 (response, "open") == 0)
    gtk_widget_activate_action (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (dialog))),
                                "win.open-stop", "s", stop->id);
}

static void
forget_stop (gpointer stop, GClosure *closure)
{
  g_object_unref (stop);
}

static void
stop_the_courier (DsWindow *self, DsStop *stop)
{
  g_autofree char *text
      = g_strdup_printf (_ ("It belongs to stop %d, %s."), (int)stop->position, stop->address);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Not for this door"), text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("Stay here"), "open",
                                    _ ("Open that stop"), NULL);
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
  g_signal_connect_data (dialog, "response", G_CALLBACK (other_door_answered), g_object_ref (stop),
                         forget_stop, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
ds_window_take_parcel (GtkWidget *widget, DsStop *stop, const char *waybill)
{
  DsWindow *self;
  DsPage *page;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (DS_IS_STOP (stop));

  self = (DsWindow *)gtk_widget_get_ancestor (widget, DS_TYPE_WINDOW);
  if (self == NULL)
    return;

  page = leave_scan_page (self);
  if (!DS_IS_STOP_PAGE (page))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop->id);
  else if (g_strcmp0 (ds_stop_page_get_stop_id (DS_STOP_PAGE (page)), stop->id) != 0)
    stop_the_courier (self, stop);
  else if (!ds_session_check_parcel (self->session, waybill))
    ds_window_say (GTK_WIDGET (self), _ ("This parcel was checked already."));
}

void
ds_window_say (GtkWidget *widget, const char *text)
{
  DsWindow *self;
  AdwToast *toast;
  GtkWidget *label;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (text != NULL);

  self = (DsWindow *)gtk_widget_get_ancestor (widget, DS_TYPE_WINDOW);
  if (self == NULL)
    return;
  if (is_locked (self))
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
