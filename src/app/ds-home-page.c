/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-home-page.h"

#include "ds-help.h"
#include "ds-problems-page.h"
#include "ds-route-page.h"
#include "ds-shift-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsHomePage
{
  GtkBox parent;

  DsSession *session;
  DsRoutePage *route;
  AdwViewStackPage *problems_tab;

  GtkWidget *health;
  GtkLabel *health_text;
  GtkWidget *digest;
  GtkLabel *digest_text;
  AdwViewStack *stack;
  GtkWidget *scan;
};

enum
{
  PROP_TAB = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsHomePage,
                               ds_home_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return ds_page_get_title (ds_home_page_get_tab (DS_HOME_PAGE (page)));
}

static gboolean
handle_scan (DsPage *page, const char *text)
{
  return ds_page_handle_scan (ds_home_page_get_tab (DS_HOME_PAGE (page)), text);
}

static gboolean
can_leave (DsPage *page)
{
  return ds_page_can_leave (ds_home_page_get_tab (DS_HOME_PAGE (page)));
}

/* "shift", or "route/done": the tab in front and what that says of itself. */
static void
describe (DsPage *page, DsTrailPlace *place)
{
  DsHomePage *self = DS_HOME_PAGE (page);
  g_autoptr (DsTrailPlace) of_tab = ds_page_get_place (ds_home_page_get_tab (self));

  place->detail = of_tab->detail != NULL
                      ? g_strconcat (ds_home_page_get_tab_name (self), "/", of_tab->detail, NULL)
                      : g_strdup (ds_home_page_get_tab_name (self));
}

static void
restore (DsPage *page, const DsTrailPlace *place)
{
  DsHomePage *self = DS_HOME_PAGE (page);
  g_auto (GStrv) parts = g_strsplit (place->detail != NULL ? place->detail : "", "/", 2);
  g_autoptr (DsTrailPlace) of_tab = NULL;

  if (parts[0] == NULL || adw_view_stack_get_child_by_name (self->stack, parts[0]) == NULL)
    return;
  ds_home_page_show_tab (self, parts[0]);
  of_tab = ds_trail_place_new (place->page, NULL, NULL, parts[1]);
  ds_page_restore (ds_home_page_get_tab (self), of_tab);
}

static GtkWidget *
get_first (DsPage *page)
{
  DsPage *tab = ds_home_page_get_tab (DS_HOME_PAGE (page));
  GtkWidget *first = ds_page_get_first (tab);

  return first != NULL ? first : GTK_WIDGET (tab);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
  iface->restore = restore;
  iface->handle_scan = handle_scan;
  iface->can_leave = can_leave;
  iface->get_first = get_first;
}

/* Scanning is the one main action on the route; the other tabs have their own. */
static void
tab_changed (DsHomePage *self)
{
  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "route") == 0)
    gtk_widget_add_css_class (self->scan, "suggested-action");
  else
    gtk_widget_remove_css_class (self->scan, "suggested-action");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAB]);
  ds_page_say_moved (DS_PAGE (self));
}

static void
problems_changed (DsHomePage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_worklist (self->session)));

  adw_view_stack_page_set_badge_number (self->problems_tab, n);
  adw_view_stack_page_set_needs_attention (self->problems_tab, n > 0);
}

static void
digest_changed (DsHomePage *self)
{
  guint n = ds_digest_get_n_unread (ds_session_get_digest (self->session));
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u change since you last looked", "%u changes since you last looked", n), n);

  /* One notice at a time: in large text two leave no room for the stops. */
  gtk_widget_set_visible (self->digest, n > 0 && !gtk_widget_get_visible (self->health));
  gtk_label_set_text (self->digest_text, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->digest), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
health_changed (DsHomePage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  DsStoreHealth health = ds_store_get_health (store);
  gboolean short_of_room = ds_store_get_short_of_room (store);
  DsWords words = ds_words_for_health (health);
  /* Translators: what was found, and what to do about it. */
  g_autofree char *text = g_strdup_printf (_ ("%s. %s"), words.text, ds_words_for_health_advice (health));

  gtk_widget_set_visible (self->health, health != DS_STORE_HEALTHY || short_of_room);
  gtk_label_set_text (self->health_text,
                      health != DS_STORE_HEALTHY
                          ? text
                          : _ ("The storage is full. A reserve is left to finish and close this shift; then "
                               "free some space."));
  digest_changed (self);
}

static void
ds_home_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_TAB:
      g_value_set_string (value, ds_home_page_get_tab_name (DS_HOME_PAGE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_home_page_dispose (GObject *object)
{
  DsHomePage *self = DS_HOME_PAGE (object);

  if (self->stack != NULL)
    g_signal_handlers_disconnect_by_data (self->stack, self);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_HOME_PAGE);

  G_OBJECT_CLASS (ds_home_page_parent_class)->dispose (object);
}

static void
ds_home_page_class_init (DsHomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_home_page_dispose;
  G_OBJECT_CLASS (klass)->get_property = ds_home_page_get_property;

  properties[PROP_TAB]
      = g_param_spec_string ("tab", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, health);
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, health_text);
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, digest);
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, digest_text);
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsHomePage, scan);
  gtk_widget_class_bind_template_callback (widget_class, tab_changed);
}

static void
ds_home_page_init (DsHomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsHomePage *
ds_home_page_new (DsSession *session)
{
  DsHomePage *self;
  DsStore *store;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_HOME_PAGE, NULL);
  self->session = g_object_ref (session);
  store = ds_session_get_store (session);

  self->route = ds_route_page_new (session);
  adw_view_stack_add_titled_with_icon (self->stack, GTK_WIDGET (self->route), "route", _ ("Route"),
                                       "view-list-bullet-symbolic");
  self->problems_tab
      = adw_view_stack_add_titled_with_icon (self->stack, GTK_WIDGET (ds_problems_page_new (session)),
                                             "problems", _ ("Problems"), "dialog-warning-symbolic");
  adw_view_stack_add_titled_with_icon (self->stack, GTK_WIDGET (ds_shift_page_new (session)), "shift",
                                       _ ("Shift"), "ds-cash-symbolic");

  /* The route has it in its menu. */
  ds_help_add_button (adw_view_stack_get_child_by_name (self->stack, "problems"));
  ds_help_add_button (adw_view_stack_get_child_by_name (self->stack, "shift"));
  g_signal_connect_object (self->route, "moved", G_CALLBACK (ds_page_say_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_digest (session), "notify::n-unread", G_CALLBACK (digest_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_worklist (session), "items-changed", G_CALLBACK (problems_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::health", G_CALLBACK (health_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::short-of-room", G_CALLBACK (health_changed), self,
                           G_CONNECT_SWAPPED);
  problems_changed (self);
  health_changed (self);
  tab_changed (self);
  return self;
}

void
ds_home_page_show_tab (DsHomePage *self, const char *name)
{
  g_return_if_fail (DS_IS_HOME_PAGE (self));
  g_return_if_fail (adw_view_stack_get_child_by_name (self->stack, name) != NULL);

  adw_view_stack_set_visible_child_name (self->stack, name);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    ds_page_focus (DS_PAGE (self));
}

void
ds_home_page_start_search (DsHomePage *self)
{
  g_return_if_fail (DS_IS_HOME_PAGE (self));

  ds_home_page_show_tab (self, "route");
  ds_route_page_start_search (self->route);
}

DsPage *
ds_home_page_get_tab (DsHomePage *self)
{
  g_return_val_if_fail (DS_IS_HOME_PAGE (self), NULL);

  return DS_PAGE (adw_view_stack_get_visible_child (self->stack));
}

const char *
ds_home_page_get_tab_name (DsHomePage *self)
{
  g_return_val_if_fail (DS_IS_HOME_PAGE (self), NULL);

  return adw_view_stack_get_visible_child_name (self->stack);
}
