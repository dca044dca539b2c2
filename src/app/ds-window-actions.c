/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window does for its pages, keys and notifications. */
#include "config.h"

#include "ds-window-private.h"

#include "ds-close-page.h"
#include "ds-collect-page.h"
#include "ds-digest-page.h"
#include "ds-help-page.h"
#include "ds-home-page.h"
#include "ds-load-page.h"
#include "ds-map-page.h"
#include "ds-open-shift-page.h"
#include "ds-order-page.h"
#include "ds-pin-page.h"
#include "ds-safety-page.h"
#include "ds-scan-page.h"
#include "ds-scan-test-page.h"
#include "ds-self-check-page.h"
#include "ds-settings-page.h"
#include "ds-statement-page.h"
#include "ds-stop-page.h"

#include <glib/gi18n.h>

static DsHomePage *
get_home (DsWindow *self)
{
  DsPage *page;

  ds_navigator_pop_to_root (self->navigator);
  page = ds_navigator_get_page (self->navigator);
  return DS_IS_HOME_PAGE (page) ? DS_HOME_PAGE (page) : NULL;
}

DsPage *
ds_window_leave_scan_page (DsWindow *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (DS_IS_SCAN_PAGE (page))
    ds_navigator_pop (self->navigator, page);
  return ds_navigator_get_page (self->navigator);
}

static void
say (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  ds_window_say (DS_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
take_scan (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  ds_window_take_scan (DS_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
take_parcel (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  const char *stop_id, *waybill;
  DsStop *stop;

  g_variant_get (parameter, "(&s&s)", &stop_id, &waybill);
  stop = ds_route_find (ds_session_get_route (self->session), stop_id);
  if (stop != NULL)
    ds_window_take_parcel (self, stop, waybill);
}

static void
open_stop (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsPage *page = ds_window_leave_scan_page (self);
  const char *stop_id = g_variant_get_string (parameter, NULL);

  if (DS_IS_STOP_PAGE (page) && g_strcmp0 (ds_stop_page_get_stop_id (DS_STOP_PAGE (page)), stop_id) == 0)
    return;
  if (ds_route_find (ds_session_get_route (self->session), stop_id) == NULL)
    {
      ds_window_say (DS_WINDOW (widget), _ ("This stop is not on the route any more."));
      return;
    }
  if (DS_IS_STOP_PAGE (page))
    ds_navigator_replace (self->navigator, page, DS_PAGE (ds_stop_page_new (self->session, stop_id)));
  else
    ds_navigator_push (self->navigator, DS_PAGE (ds_stop_page_new (self->session, stop_id)));
}

static void
show_digest (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!DS_IS_DIGEST_PAGE (ds_window_leave_scan_page (self)))
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

  if (ds_window_is_at_work (self) && !DS_IS_SCAN_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_scan_page_new (self->session, NULL, NULL)));
}

static void
show_map (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && !DS_IS_MAP_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_map_page_new (self->session)));
}

static void
arrange (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && !DS_IS_ORDER_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator,
                       DS_PAGE (ds_order_page_new (self->session, g_variant_get_string (parameter, NULL))));
}

static void
check_load (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (!ds_window_is_at_work (self) || DS_IS_LOAD_PAGE (ds_navigator_get_page (self->navigator)))
    return;
  if (ds_session_get_open_shift (self->session) != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_load_page_new (self->session)));
  else
    ds_window_say (DS_WINDOW (widget), _ ("No shift is open. Open your shift, then check the load."));
}

static void
show_tab (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsHomePage *home = ds_window_is_at_work (self) ? get_home (self) : NULL;

  if (home != NULL)
    ds_home_page_show_tab (home, g_variant_get_string (parameter, NULL));
}

static void
search (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsHomePage *home = ds_window_is_at_work (self) ? get_home (self) : NULL;

  if (home != NULL)
    ds_home_page_start_search (home);
}

static void
open_shift (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && ds_session_get_open_shift (self->session) == NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_open_shift_page_new (self->session)));
}

static void
close_shift (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && ds_store_get_shift (ds_session_get_store (self->session)) != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_close_page_new (self->session)));
}

static void
show_statement (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));

  if (ds_window_is_at_work (self) && shift != NULL && shift->statement != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_statement_page_new (self->session)));
}

static void
end_sync (DsWindow *self, const char *words)
{
  DsLink *link = ds_session_get_link (self->session);

  g_clear_signal_handler (&self->caught_up_id, link);
  g_clear_signal_handler (&self->busy_id, link);
  ds_window_say (self, words);
}

static void
sync_caught_up (DsWindow *self)
{
  end_sync (self, _ ("Up to date. Everything is sent."));
}

/* An exchange that works goes on until it has caught up. */
static void
sync_went_on (DsWindow *self, GParamSpec *pspec, DsLink *link)
{
  const char *problem = ds_link_get_problem (link);
  gboolean busy;

  g_object_get (link, "busy", &busy, NULL);
  if (!busy && !ds_link_get_online (link))
    end_sync (self, problem != NULL ? problem : _ ("No network now. It is asked as soon as there is one."));
}

static void
sync_now (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsLink *link = ds_session_get_link (self->session);

  if (!ds_window_is_at_work (self))
    return;
  ds_window_say (DS_WINDOW (widget), _ ("Asking the depot…"));
  if (self->caught_up_id == 0)
    {
      self->caught_up_id
          = g_signal_connect_object (link, "caught-up", G_CALLBACK (sync_caught_up), self, G_CONNECT_SWAPPED);
      self->busy_id = g_signal_connect_object (link, "notify::busy", G_CALLBACK (sync_went_on), self,
                                               G_CONNECT_SWAPPED);
    }
  ds_link_wake (link);
  /* It may have nothing to ask with. */
  sync_went_on (self, NULL, link);
}

static void
did_export (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_store_export_finish (DS_STORE (source), result, &error))
    ds_window_say (self, _ ("Copy saved."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_window_say (self, error->message);
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

  if (!ds_window_is_at_work (self) || self->chooser != NULL)
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

  if (ds_window_is_at_work (self) && !DS_IS_SAFETY_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_safety_page_new (self->session)));
}

static void
lock_now (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);
  DsLock *lock = ds_session_get_lock (self->session);

  if (!ds_window_is_at_work (self))
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

  if (ds_window_is_at_work (self))
    ds_navigator_push (self->navigator, DS_PAGE (ds_pin_page_new (self->session)));
}

static void
show_settings (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && !DS_IS_SETTINGS_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_settings_page_new (self->session)));
}

static void
show_self_check (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self) && !DS_IS_SELF_CHECK_PAGE (ds_navigator_get_page (self->navigator)))
    ds_navigator_push (self->navigator, DS_PAGE (ds_self_check_page_new (self->session)));
}

static void
test_scan (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsWindow *self = DS_WINDOW (widget);

  if (ds_window_is_at_work (self))
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
  topic = ds_page_get_name (DS_IS_HOME_PAGE (page) ? ds_home_page_get_tab (DS_HOME_PAGE (page)) : page);
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

/* What the window does for its pages, keys and notifications; each is installed below. */
static const char *const work_actions[] = {
  "win.open-stop",      "win.collect",   "win.show-digest",    "win.scan",        "win.back",
  "win.show-tab",       "win.search",    "win.open-shift",     "win.close-shift", "win.sync",
  "win.show-statement", "win.safety",    "win.export-journal", "win.about",       "win.settings",
  "win.self-check",     "win.test-scan", "win.help",
};

/* In practice there is nothing to keep from anybody, and no PIN to be forgotten. */
void
ds_window_update_actions (DsWindow *self)
{
  gboolean locked = ds_window_is_locked (self);
  gboolean has_lock = !ds_session_is_practice (self->session);

  for (gsize i = 0; i < G_N_ELEMENTS (work_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), work_actions[i], !locked);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.lock", !locked && has_lock);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.change-pin", !locked && has_lock);
}

void
ds_window_class_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.say", "s", say);
  gtk_widget_class_install_action (widget_class, "win.take-scan", "s", take_scan);
  gtk_widget_class_install_action (widget_class, "win.take-parcel", "(ss)", take_parcel);
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
