/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-navigator.h"

#include "ds-help.h"
#include "ds-press-guard.h"

#include <adwaita.h>

struct _DsNavigator
{
  GtkWidget parent;

  AdwLeaflet *leaflet;
  DsPressGuard *guard;
  GPtrArray *pages; /* (element-type DsPage): the stack, root first */
  GPtrArray
      *leaving; /* (element-type DsPage): popped, still in the leaflet while the transition shows them */
};

G_DEFINE_FINAL_TYPE (DsNavigator, ds_navigator, GTK_TYPE_WIDGET)

enum
{
  PROP_PAGE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
drop_left_pages (DsNavigator *self)
{
  if (adw_leaflet_get_child_transition_running (self->leaflet))
    return;

  for (guint i = 0; i < self->leaving->len; i++)
    adw_leaflet_remove (self->leaflet, g_ptr_array_index (self->leaving, i));
  g_ptr_array_set_size (self->leaving, 0);
}

static void
focus (DsPage *page, gboolean had_focus)
{
  if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (page));
  else
    ds_page_focus (page);
}

/* Shows the top of the stack and gives it the focus, so that the keyboard never stays on a page behind it. */
static void
show_top (DsNavigator *self)
{
  DsPage *page = ds_navigator_get_page (self);
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (page)) != NULL;

  /* The leaflet gives the focus to a page's first control, which is the way back. */
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (page));
  /* Behind the lock it would take the keys from the lock. */
  if (gtk_widget_get_child_visible (GTK_WIDGET (self)))
    focus (page, had_focus);
  drop_left_pages (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAGE]);
}

/* In large text two buttons side by side would widen the window: GTK before 4.12 knows no button that shrinks. */
static void
let_buttons_wrap (GtkWidget *widget)
{
  GtkWidget *child = GTK_IS_BUTTON (widget) ? gtk_button_get_child (GTK_BUTTON (widget)) : NULL;

  /* They lie in a row that can be pushed aside. */
  if (gtk_widget_has_css_class (widget, "chip"))
    return;
  if (GTK_IS_LABEL (child) && gtk_label_get_ellipsize (GTK_LABEL (child)) == PANGO_ELLIPSIZE_NONE)
    {
      gtk_label_set_wrap (GTK_LABEL (child), TRUE);
      gtk_label_set_natural_wrap_mode (GTK_LABEL (child), GTK_NATURAL_WRAP_NONE);
      gtk_label_set_justify (GTK_LABEL (child), GTK_JUSTIFY_CENTER);
    }
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    let_buttons_wrap (child);
}

static void
add (DsNavigator *self, DsPage *page)
{
  g_autofree char *name = ds_page_get_name (page);

  ds_navigator_hold_presses (self);
  let_buttons_wrap (GTK_WIDGET (page));
  if (!g_str_equal (name, "Help"))
    ds_help_add_button (GTK_WIDGET (page));
  adw_leaflet_append (self->leaflet, GTK_WIDGET (page));
  g_ptr_array_add (self->pages, g_object_ref (page));
}

/* A page that slides away is seen a moment longer; what is tapped then is meant for the one that comes. */
static void
leave_above (DsNavigator *self, guint n_kept)
{
  while (self->pages->len > n_kept)
    {
      DsPage *page = g_ptr_array_steal_index (self->pages, self->pages->len - 1);

      gtk_widget_set_can_target (GTK_WIDGET (page), FALSE);
      g_ptr_array_add (self->leaving, page);
    }
}

static void
go_back (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsNavigator *self = DS_NAVIGATOR (widget);
  DsPage *page = ds_navigator_get_page (self);

  if (page != NULL && ds_page_can_leave (page))
    ds_navigator_pop (self, page);
}

static void
ds_navigator_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsNavigator *self = DS_NAVIGATOR (object);

  switch (prop_id)
    {
    case PROP_PAGE:
      g_value_set_object (value, ds_navigator_get_page (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_navigator_dispose (GObject *object)
{
  DsNavigator *self = DS_NAVIGATOR (object);

  g_clear_object (&self->guard);
  g_ptr_array_set_size (self->pages, 0);
  g_ptr_array_set_size (self->leaving, 0);
  if (self->leaflet != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->leaflet, self);
      gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->leaflet)));
    }

  G_OBJECT_CLASS (ds_navigator_parent_class)->dispose (object);
}

static void
ds_navigator_finalize (GObject *object)
{
  DsNavigator *self = DS_NAVIGATOR (object);

  g_ptr_array_unref (self->pages);
  g_ptr_array_unref (self->leaving);

  G_OBJECT_CLASS (ds_navigator_parent_class)->finalize (object);
}

static void
ds_navigator_class_init (DsNavigatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ds_navigator_get_property;
  object_class->dispose = ds_navigator_dispose;
  object_class->finalize = ds_navigator_finalize;

  properties[PROP_PAGE]
      = g_param_spec_object ("page", NULL, NULL, DS_TYPE_PAGE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "navigator.back", NULL, go_back);
}

static void
ds_navigator_init (DsNavigator *self)
{
  self->pages = g_ptr_array_new_with_free_func (g_object_unref);
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
  self->leaflet = ADW_LEAFLET (adw_leaflet_new ());
  self->guard = ds_press_guard_new (GTK_WIDGET (self));
  adw_leaflet_set_can_unfold (self->leaflet, FALSE);
  gtk_widget_set_parent (GTK_WIDGET (self->leaflet), GTK_WIDGET (self));
  g_signal_connect_object (self->leaflet, "notify::child-transition-running", G_CALLBACK (drop_left_pages),
                           self, G_CONNECT_SWAPPED);
}

DsNavigator *
ds_navigator_of (GtkWidget *widget)
{
  DsNavigator *self;
  GtkWidget *page = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  self = (DsNavigator *)gtk_widget_get_ancestor (widget, DS_TYPE_NAVIGATOR);
  /* A page may lie in another, as a tab. */
  for (GtkWidget *at = widget; self != NULL && at != GTK_WIDGET (self); at = gtk_widget_get_parent (at))
    page = DS_IS_PAGE (at) ? at : page;
  return page == NULL || g_ptr_array_find (self->pages, page, NULL) ? self : NULL;
}

DsPage *
ds_navigator_get_page (DsNavigator *self)
{
  g_return_val_if_fail (DS_IS_NAVIGATOR (self), NULL);

  return self->pages->len > 0 ? g_ptr_array_index (self->pages, self->pages->len - 1) : NULL;
}

GPtrArray *
ds_navigator_get_pages (DsNavigator *self)
{
  g_return_val_if_fail (DS_IS_NAVIGATOR (self), NULL);

  return self->pages;
}

void
ds_navigator_push_all (DsNavigator *self, GPtrArray *pages)
{
  g_return_if_fail (DS_IS_NAVIGATOR (self));
  g_return_if_fail (pages != NULL);

  if (pages->len == 0)
    return;
  for (guint i = 0; i < pages->len; i++)
    add (self, g_ptr_array_index (pages, i));
  show_top (self);
}

void
ds_navigator_push (DsNavigator *self, DsPage *page)
{
  g_return_if_fail (DS_IS_NAVIGATOR (self));
  g_return_if_fail (DS_IS_PAGE (page));

  add (self, page);
  show_top (self);
}

void
ds_navigator_pop (DsNavigator *self, DsPage *page)
{
  guint index;

  g_return_if_fail (DS_IS_NAVIGATOR (self));
  g_return_if_fail (DS_IS_PAGE (page));

  /* A page that is already gone may still have an answer arrive that would have closed it. */
  if (!g_ptr_array_find (self->pages, page, &index) || index == 0)
    return;
  leave_above (self, index);
  show_top (self);
}

void
ds_navigator_pop_to_root (DsNavigator *self)
{
  g_return_if_fail (DS_IS_NAVIGATOR (self));

  if (self->pages->len < 2)
    return;
  leave_above (self, 1);
  show_top (self);
}

void
ds_navigator_replace (DsNavigator *self, DsPage *page, DsPage *by)
{
  guint index;

  g_return_if_fail (DS_IS_NAVIGATOR (self));
  g_return_if_fail (DS_IS_PAGE (by));
  g_return_if_fail (g_ptr_array_find (self->pages, page, &index));

  leave_above (self, index);
  add (self, by);
  show_top (self);
}

void
ds_navigator_focus (DsNavigator *self)
{
  DsPage *page;

  g_return_if_fail (DS_IS_NAVIGATOR (self));

  page = ds_navigator_get_page (self);
  if (page != NULL)
    focus (page, gtk_widget_get_focus_child (GTK_WIDGET (page)) != NULL);
}

void
ds_navigator_hold_presses (DsNavigator *self)
{
  g_return_if_fail (DS_IS_NAVIGATOR (self));

  ds_press_guard_hold (self->guard);
}

gboolean
ds_navigator_is_holding_presses (DsNavigator *self)
{
  g_return_val_if_fail (DS_IS_NAVIGATOR (self), FALSE);

  return ds_press_guard_is_holding (self->guard);
}

void
ds_navigator_set_root (DsNavigator *self, DsPage *page)
{
  g_return_if_fail (DS_IS_NAVIGATOR (self));
  g_return_if_fail (DS_IS_PAGE (page));

  leave_above (self, 0);
  add (self, page);
  show_top (self);
}
