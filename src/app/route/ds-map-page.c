/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-map-page.h"

#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-route-map.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* One mark of the legend. */

#define DS_TYPE_MAP_KEY (ds_map_key_get_type ())
G_DECLARE_FINAL_TYPE (DsMapKey, ds_map_key, DS, MAP_KEY, GtkWidget)

struct _DsMapKey
{
  GtkWidget parent;

  DsMarkKind kind;
};

G_DEFINE_FINAL_TYPE (DsMapKey, ds_map_key, GTK_TYPE_WIDGET)

static void
ds_map_key_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ds_route_map_snapshot_mark (widget, snapshot, DS_MAP_KEY (widget)->kind,
                              gtk_widget_get_width (widget) / 2.0, gtk_widget_get_height (widget) / 2.0);
}

static void
ds_map_key_class_init (DsMapKeyClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = ds_map_key_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
ds_map_key_init (DsMapKey *self)
{
  gtk_widget_set_size_request (GTK_WIDGET (self), 30, 30);
}

/* The page */

struct _DsMapPage
{
  GtkBox parent;

  DsSession *session;
  GPtrArray *chosen; /* (element-type DsStop): those in the sheet */

  AdwWindowTitle *window_title;
  GtkLabel *unplaced;
  DsRouteMap *map;
  GtkRevealer *sheet;
  GtkListBox *choices;
  GtkFlowBox *legend;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsMapPage,
                               ds_map_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static void
show (DsMapPage *self)
{
  DsRoute *route = ds_session_get_route (self->session);
  DsRouteCounts counts;
  guint n_unplaced
      = ds_route_map_set_stops (self->map, ds_route_get_stops (route), ds_route_get_next_stop (route));
  g_autofree char *text
      = g_strdup_printf (ngettext ("It is not known where %u stop is: the list has it.",
                                   "It is not known where %u stops are: the list has them.", n_unplaced),
                         n_unplaced);
  g_autofree char *subtitle = NULL;

  ds_route_get_counts (route, &counts);
  subtitle = g_strdup_printf (_ ("%u done, %u to go"), counts.n_done, counts.n_to_do);
  adw_window_title_set_subtitle (self->window_title, subtitle);
  gtk_label_set_text (self->unplaced, text);
  gtk_widget_set_visible (GTK_WIDGET (self->unplaced), n_unplaced > 0);
}

static void
open_stop (DsMapPage *self, DsStop *stop)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop->id);
}

/* Several doors at one place: a house. */
static void
chosen (DsMapPage *self, GPtrArray *stops)
{
  GtkListBoxRow *row;

  if (stops->len == 1)
    {
      open_stop (self, g_ptr_array_index (stops, 0));
      return;
    }
  while ((row = gtk_list_box_get_row_at_index (self->choices, 0)) != NULL)
    gtk_list_box_remove (self->choices, GTK_WIDGET (row));
  g_ptr_array_unref (self->chosen);
  self->chosen = g_ptr_array_ref (stops);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      g_autofree char *title = g_strdup_printf ("%d · %s", (int)stop->position, stop->address);
      g_autofree char *state = ds_words_for_stop_row (stop);
      DsInfoRow *added = ds_info_row_new (NULL, title, state);

      g_object_set (added, "leads", TRUE, "activatable", TRUE, NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (added), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
      gtk_list_box_append (self->choices, GTK_WIDGET (added));
    }
  gtk_revealer_set_reveal_child (self->sheet, TRUE);
}

static void
choice_activated (DsMapPage *self, GtkListBoxRow *row)
{
  guint at = (guint)gtk_list_box_row_get_index (row);

  if (at < self->chosen->len)
    open_stop (self, g_ptr_array_index (self->chosen, at));
}

static const char *
get_title (DsPage *page)
{
  return _ ("Map");
}

static gboolean
can_leave (DsPage *page)
{
  DsMapPage *self = DS_MAP_PAGE (page);

  if (!gtk_revealer_get_reveal_child (self->sheet))
    return TRUE;
  gtk_revealer_set_reveal_child (self->sheet, FALSE);
  return FALSE;
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->can_leave = can_leave;
}

static void
ds_map_page_dispose (GObject *object)
{
  DsMapPage *self = DS_MAP_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_MAP_PAGE);

  G_OBJECT_CLASS (ds_map_page_parent_class)->dispose (object);
}

static void
ds_map_page_finalize (GObject *object)
{
  g_ptr_array_unref (DS_MAP_PAGE (object)->chosen);

  G_OBJECT_CLASS (ds_map_page_parent_class)->finalize (object);
}

static void
ds_map_page_class_init (DsMapPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_map_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_map_page_finalize;

  g_type_ensure (DS_TYPE_ROUTE_MAP);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-map-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, unplaced);
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, map);
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, sheet);
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, choices);
  gtk_widget_class_bind_template_child (widget_class, DsMapPage, legend);
  gtk_widget_class_bind_template_callback (widget_class, chosen);
  gtk_widget_class_bind_template_callback (widget_class, choice_activated);
  gtk_widget_class_bind_template_callback (widget_class, ds_route_map_zoom_in);
  gtk_widget_class_bind_template_callback (widget_class, ds_route_map_zoom_out);
  gtk_widget_class_bind_template_callback (widget_class, ds_route_map_fit);
}

static void
add_key (DsMapPage *self, DsMarkKind kind, const char *word)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  DsMapKey *key = g_object_new (DS_TYPE_MAP_KEY, NULL);

  key->kind = kind;
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (key));
  gtk_box_append (GTK_BOX (box), gtk_label_new (word));
  gtk_flow_box_append (self->legend, box);
}

static void
ds_map_page_init (DsMapPage *self)
{
  self->chosen = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_key (self, DS_MARK_TO_DO, _ ("To do"));
  add_key (self, DS_MARK_NEXT, _ ("Next"));
  add_key (self, DS_MARK_DONE, C_ ("stops, filter", "Done"));
  add_key (self, DS_MARK_PROBLEM, _ ("Issues"));
}

DsMapPage *
ds_map_page_new (DsSession *session)
{
  DsMapPage *self;
  DsRoute *route;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_MAP_PAGE, NULL);
  self->session = g_object_ref (session);
  route = ds_session_get_route (session);
  g_signal_connect_object (route, "summary-changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (route, "notify::next-stop", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return self;
}
