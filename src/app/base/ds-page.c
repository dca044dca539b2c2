/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-page.h"

#include "ds-sides-box.h"

#include <adwaita.h>
#include <string.h>

G_DEFINE_INTERFACE (DsPage, ds_page, GTK_TYPE_WIDGET)

enum
{
  SIGNAL_MOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
ds_page_default_init (DsPageInterface *iface)
{
  /* The templates of many pages name it. */
  g_type_ensure (DS_TYPE_SIDES_BOX);

  signals[SIGNAL_MOVED]
      = g_signal_new ("moved", DS_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

const char *
ds_page_get_title (DsPage *self)
{
  g_return_val_if_fail (DS_IS_PAGE (self), NULL);

  return DS_PAGE_GET_IFACE (self)->get_title (self);
}

char *
ds_page_get_name (DsPage *self)
{
  const char *name;

  g_return_val_if_fail (DS_IS_PAGE (self), NULL);

  name = G_OBJECT_TYPE_NAME (self) + strlen ("Ds");
  return g_strndup (name, strlen (name) - strlen ("Page"));
}

gboolean
ds_page_handle_scan (DsPage *self, const char *text)
{
  DsPageInterface *iface;

  g_return_val_if_fail (DS_IS_PAGE (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  iface = DS_PAGE_GET_IFACE (self);
  return iface->handle_scan != NULL && iface->handle_scan (self, text);
}

gboolean
ds_page_can_leave (DsPage *self)
{
  DsPageInterface *iface;

  g_return_val_if_fail (DS_IS_PAGE (self), TRUE);

  iface = DS_PAGE_GET_IFACE (self);
  return iface->can_leave == NULL || iface->can_leave (self);
}

DsTrailPlace *
ds_page_get_place (DsPage *self)
{
  DsPageInterface *iface;
  g_autofree char *name = NULL;
  DsTrailPlace *place;

  g_return_val_if_fail (DS_IS_PAGE (self), NULL);

  iface = DS_PAGE_GET_IFACE (self);
  name = ds_page_get_name (self);
  place = ds_trail_place_new (name, NULL, NULL, NULL);
  if (iface->describe != NULL)
    iface->describe (self, place);
  return place;
}

void
ds_page_restore (DsPage *self, const DsTrailPlace *place)
{
  DsPageInterface *iface;

  g_return_if_fail (DS_IS_PAGE (self));
  g_return_if_fail (place != NULL);

  iface = DS_PAGE_GET_IFACE (self);
  if (iface->restore != NULL)
    iface->restore (self, place);
}

void
ds_page_say_moved (DsPage *self)
{
  g_return_if_fail (DS_IS_PAGE (self));

  g_signal_emit (self, signals[SIGNAL_MOVED], 0);
}

/* What is in a container comes before the container, which may take the focus to be scrolled. @css_class: (nullable) */
static GtkWidget *
find_control (GtkWidget *widget, const char *css_class)
{
  GtkWidget *found = NULL;

  if (ADW_IS_HEADER_BAR (widget) || GTK_IS_EDITABLE (widget) || !gtk_widget_get_visible (widget)
      || !gtk_widget_get_child_visible (widget) || !gtk_widget_get_sensitive (widget)
      || !gtk_widget_get_can_focus (widget))
    return NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_control (child, css_class);
  if (found == NULL && gtk_widget_get_focusable (widget)
      && (css_class == NULL || gtk_widget_has_css_class (widget, css_class)))
    found = widget;
  return found;
}

GtkWidget *
ds_page_get_first (DsPage *self)
{
  DsPageInterface *iface;

  g_return_val_if_fail (DS_IS_PAGE (self), NULL);

  iface = DS_PAGE_GET_IFACE (self);
  return iface->get_first != NULL ? iface->get_first (self) : NULL;
}

void
ds_page_focus (DsPage *self)
{
  GtkWidget *first;
  GtkWidget *control = NULL;

  g_return_if_fail (DS_IS_PAGE (self));

  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  first = ds_page_get_first (self);
  if (first == NULL)
    control = find_control (GTK_WIDGET (self), "suggested-action");
  if (control == NULL)
    control = find_control (first != NULL ? first : GTK_WIDGET (self), NULL);
  if (control == NULL)
    control = first != NULL ? first : GTK_WIDGET (self);
  gtk_widget_grab_focus (control);
}

void
ds_page_say (GtkWidget *widget, const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (text != NULL);

  gtk_widget_activate_action (widget, "win.say", "s", text);
}
