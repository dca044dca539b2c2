/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-order-page.h"

#include "ds-format.h"
#include "ds-own-order.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* The list runs on while a stop is held this near to its edge. */
#define EDGE_PX 56
#define MAX_SCROLL_PX_A_FRAME 18
#define MOVED_PX 12

struct _DsOrderPage
{
  GtkBox parent;

  DsSession *session;
  GListStore *stops; /* those to do, in the courier's own order; owned by the list's model */
  GtkSingleSelection *selection;
  GCancellable *cancellable;

  /* While a stop is dragged. */
  GtkGesture *drag;
  GtkGesture *hold;
  gboolean dragging;
  guint from; /* its place before */
  guint at;   /* its place now */
  int row_px;
  double start_y; /* on the list */
  double pointer_y;
  guint tick_id;

  GtkScrolledWindow *scroller;
  GtkListView *list;
  GtkWidget *top;
  GtkWidget *up;
  GtkWidget *down;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsOrderPage,
                               ds_order_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static guint
get_n_stops (DsOrderPage *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->stops));
}

static void
selection_changed (DsOrderPage *self)
{
  guint at = gtk_single_selection_get_selected (self->selection);
  gboolean any = at != GTK_INVALID_LIST_POSITION;

  gtk_widget_set_sensitive (self->top, any && at > 0);
  gtk_widget_set_sensitive (self->up, any && at > 0);
  gtk_widget_set_sensitive (self->down, any && at + 1 < get_n_stops (self));
}

/* Moves the row, and nothing else. */
static void
move_row (DsOrderPage *self, guint from, guint to)
{
  g_autoptr (DsStop) stop = g_list_model_get_item (G_LIST_MODEL (self->stops), from);

  g_list_store_remove (self->stops, from);
  g_list_store_insert (self->stops, to, stop);
  gtk_single_selection_set_selected (self->selection, to);
}

/* Takes the stops from the route again: they are what is journalled. */
static void
load (DsOrderPage *self)
{
  g_autoptr (GPtrArray) all = ds_route_dup_own_order (ds_session_get_route (self->session));
  g_autoptr (GPtrArray) to_do = g_ptr_array_new ();
  guint selected = gtk_single_selection_get_selected (self->selection);
  g_autoptr (DsStop) kept = g_list_model_get_item (G_LIST_MODEL (self->stops), selected);
  guint n_same = 0;

  for (guint i = 0; i < all->len; i++)
    {
      DsStop *stop = g_ptr_array_index (all, i);

      if (!ds_stop_status_is_done (ds_stop_get_status (stop)))
        g_ptr_array_add (to_do, stop);
    }
  for (; n_same < MIN (to_do->len, get_n_stops (self)); n_same++)
    {
      g_autoptr (DsStop) shown = g_list_model_get_item (G_LIST_MODEL (self->stops), n_same);
      DsStop *stop = g_ptr_array_index (to_do, n_same);

      /* A row shows nothing of what a move or a payment changes: it may keep its older snapshot's place. */
      if (g_strcmp0 (shown->id, stop->id) != 0 || shown->version != stop->version)
        break;
    }
  if (n_same == to_do->len && n_same == get_n_stops (self))
    return;

  g_list_store_splice (self->stops, 0, get_n_stops (self), to_do->pdata, to_do->len);
  for (guint i = 0; kept != NULL && i < to_do->len; i++)
    {
      if (g_strcmp0 (((DsStop *)g_ptr_array_index (to_do, i))->id, kept->id) == 0)
        gtk_single_selection_set_selected (self->selection, i);
    }
  selection_changed (self);
}

static void
route_changed (DsOrderPage *self)
{
  /* Nothing is taken out of the courier's hand: the end of the drag looks again. */
  if (!self->dragging)
    load (self);
}

/* Saving */

static void
did_resequence (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsOrderPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = ds_door_resequence_finish (DS_DOOR (source), result, &error);

  if (self->session == NULL)
    return;
  if (!done)
    ds_page_say (GTK_WIDGET (self), error->message);
  route_changed (self);
}

static guint
find_stop (GPtrArray *stops, const char *id)
{
  guint i = 0;

  while (i < stops->len && g_strcmp0 (((DsStop *)g_ptr_array_index (stops, i))->id, id) != 0)
    i++;
  return i;
}

/* Journals that the stop whose row is at @at now stands before the one in the next row, or behind the one before it. */
static void
save (DsOrderPage *self, guint at)
{
  DsRoute *route = ds_session_get_route (self->session);
  g_autoptr (GPtrArray) all = ds_route_dup_own_order (route);
  g_autoptr (DsStop) moved = g_list_model_get_item (G_LIST_MODEL (self->stops), at);
  g_autoptr (DsStop) after = g_list_model_get_item (G_LIST_MODEL (self->stops), at + 1);
  g_autoptr (DsStop) before = at > 0 ? g_list_model_get_item (G_LIST_MODEL (self->stops), at - 1) : NULL;
  g_autoptr (GArray) places = NULL;
  guint from = find_stop (all, moved->id);
  guint to = find_stop (all, after != NULL ? after->id : before != NULL ? before->id : moved->id);

  if (from == all->len || to == all->len)
    return;
  /* Taken out, the moved stop makes those behind it come forward by one. */
  if (after != NULL && from < to)
    to--;
  else if (after == NULL && from > to)
    to++;
  places = ds_own_order_move (all, from, to);
  if (places == NULL)
    {
      ds_page_say (GTK_WIDGET (self), _ ("There is no room left at this place. Move another stop first."));
      load (self);
      return;
    }
  ds_route_set_order (route, DS_ROUTE_OWN);
  ds_door_resequence_async (ds_session_get_door (self->session), places, self->cancellable, did_resequence,
                            g_object_ref (self));
}

static void
move_selected (DsOrderPage *self, guint to)
{
  guint from = gtk_single_selection_get_selected (self->selection);

  if (from == GTK_INVALID_LIST_POSITION || to >= get_n_stops (self) || to == from || self->dragging)
    return;
  move_row (self, from, to);
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", to);
  save (self, to);
}

static void
top_clicked (DsOrderPage *self)
{
  move_selected (self, 0);
}

static void
up_clicked (DsOrderPage *self)
{
  move_selected (self, gtk_single_selection_get_selected (self->selection) - 1);
}

static void
down_clicked (DsOrderPage *self)
{
  move_selected (self, gtk_single_selection_get_selected (self->selection) + 1);
}

static gboolean
move_by_key (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  if (g_variant_get_int32 (args) < 0)
    up_clicked (DS_ORDER_PAGE (widget));
  else
    down_clicked (DS_ORDER_PAGE (widget));
  return TRUE;
}

/* Dragging. The rows are equally high, so that the place follows from where the finger is. */

static GtkWidget *
pick_row (DsOrderPage *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);

  while (widget != NULL && gtk_widget_get_parent (widget) != GTK_WIDGET (self->list))
    widget = gtk_widget_get_parent (widget);
  return widget;
}

/* How far the list is scrolled: its coordinates begin at the top of what is seen. */
static double
get_scrolled (DsOrderPage *self)
{
  return gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
}

static void
follow_pointer (DsOrderPage *self)
{
  double y
      = CLAMP (self->pointer_y, 0, gtk_widget_get_height (GTK_WIDGET (self->list)) - 1) + get_scrolled (self);
  guint at = MIN ((guint)(MAX (y, 0) / self->row_px), get_n_stops (self) - 1);

  if (at == self->at)
    return;
  move_row (self, self->at, at);
  self->at = at;
}

static gboolean
run_on_at_edges (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  DsOrderPage *self = DS_ORDER_PAGE (widget);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double below = self->pointer_y - (gtk_widget_get_height (GTK_WIDGET (self->list)) - EDGE_PX);
  double above = EDGE_PX - self->pointer_y;
  double by = below > 0 ? below : above > 0 ? -above : 0;

  /* Taken up at an edge, it stays there until it is moved. */
  if (by != 0 && ABS (self->pointer_y - self->start_y) > MOVED_PX)
    {
      by = CLAMP (by / EDGE_PX, -1, 1) * MAX_SCROLL_PX_A_FRAME;
      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + by);
      follow_pointer (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
begin_drag (DsOrderPage *self, double x, double y)
{
  GtkWidget *row = pick_row (self, x, y);

  if (self->dragging || row == NULL || get_n_stops (self) < 2)
    return;
  self->row_px = MAX (gtk_widget_get_height (row), 1);
  self->from = MIN ((guint)((y + get_scrolled (self)) / self->row_px), get_n_stops (self) - 1);
  self->at = self->from;
  self->pointer_y = y;
  self->dragging = TRUE;
  gtk_single_selection_set_selected (self->selection, self->at);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "dragging");
  self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), run_on_at_edges, NULL, NULL);
  gtk_gesture_set_state (self->drag, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
end_drag (DsOrderPage *self, gboolean keep)
{
  guint at = self->at;

  if (!self->dragging)
    return;
  self->dragging = FALSE;
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  gtk_widget_remove_css_class (GTK_WIDGET (self->list), "dragging");
  if (keep && at != self->from)
    save (self, at);
  else
    load (self);
}

static void
held (DsOrderPage *self, double x, double y)
{
  begin_drag (self, x, y);
}

/* On the handle it begins at once: whoever takes hold of that means no scrolling. */
static void
drag_began (DsOrderPage *self, double x, double y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);

  self->start_y = y;
  if (picked != NULL && gtk_widget_has_css_class (picked, "handle"))
    begin_drag (self, x, y);
}

static void
drag_went_on (DsOrderPage *self, double offset_x, double offset_y)
{
  if (!self->dragging)
    return;
  self->pointer_y = self->start_y + offset_y;
  follow_pointer (self);
}

static void
drag_ended (DsOrderPage *self)
{
  end_drag (self, TRUE);
}

static void
drag_cancelled (DsOrderPage *self)
{
  end_drag (self, FALSE);
}

static void
prepare_drag (DsOrderPage *self)
{
  self->drag = gtk_gesture_drag_new ();
  self->hold = gtk_gesture_long_press_new ();
  /* Before the scrolled window takes the finger for scrolling. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (self->drag), GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (self->hold), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (self->drag));
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (self->hold));
  gtk_gesture_group (self->drag, self->hold);
  g_signal_connect_object (self->hold, "pressed", G_CALLBACK (held), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->drag, "drag-begin", G_CALLBACK (drag_began), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->drag, "drag-update", G_CALLBACK (drag_went_on), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->drag, "drag-end", G_CALLBACK (drag_ended), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->drag, "cancel", G_CALLBACK (drag_cancelled), self, G_CONNECT_SWAPPED);
}

/* Rows */

static void
row_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *handle = gtk_image_new_from_icon_name ("ds-drag-symbolic");

  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), i == 0 ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (label, i == 0 ? "address" : "dim-label");
      gtk_box_append (GTK_BOX (texts), label);
    }
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_add_css_class (handle, "handle");
  gtk_accessible_update_state (GTK_ACCESSIBLE (handle), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_box_append (GTK_BOX (row), texts);
  gtk_box_append (GTK_BOX (row), handle);
  gtk_widget_add_css_class (row, "load-row");
  gtk_list_item_set_child (item, row);
}

static void
row_bind (GtkSignalListItemFactory *factory, GtkListItem *item, DsOrderPage *self)
{
  DsStop *stop = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_first_child (row));
  g_autofree char *text = g_strdup_printf ("%d · %s", (int)stop->position, stop->address);
  g_autofree char *name = ds_mask_name (stop->recipient);
  g_autofree char *window = ds_format_window (stop->window_from_ms, stop->window_to_ms);
  g_autofree char *detail = g_strdup_printf ("%s · %s", name, window);
  g_autofree char *all = g_strdup_printf ("%s, %s", text, detail);

  gtk_label_set_text (GTK_LABEL (title), text);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (title)), detail);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, all, -1);
}

static const char *
get_title (DsPage *page)
{
  return _ ("My order");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static void
ds_order_page_dispose (GObject *object)
{
  DsOrderPage *self = DS_ORDER_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_ORDER_PAGE);

  G_OBJECT_CLASS (ds_order_page_parent_class)->dispose (object);
}

static void
ds_order_page_finalize (GObject *object)
{
  g_object_unref (DS_ORDER_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_order_page_parent_class)->finalize (object);
}

static void
ds_order_page_class_init (DsOrderPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_order_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_order_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-order-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsOrderPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, DsOrderPage, list);
  gtk_widget_class_bind_template_child (widget_class, DsOrderPage, top);
  gtk_widget_class_bind_template_child (widget_class, DsOrderPage, up);
  gtk_widget_class_bind_template_child (widget_class, DsOrderPage, down);
  gtk_widget_class_bind_template_callback (widget_class, top_clicked);
  gtk_widget_class_bind_template_callback (widget_class, up_clicked);
  gtk_widget_class_bind_template_callback (widget_class, down_clicked);
  gtk_widget_class_bind_template_callback (widget_class, row_setup);
  gtk_widget_class_bind_template_callback (widget_class, row_bind);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, move_by_key, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, move_by_key, "i", 1);
}

static void
ds_order_page_init (DsOrderPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  prepare_drag (self);
}

static void
select_stop (DsOrderPage *self, const char *stop_id)
{
  for (guint i = 0; i < get_n_stops (self); i++)
    {
      g_autoptr (DsStop) stop = g_list_model_get_item (G_LIST_MODEL (self->stops), i);

      if (g_strcmp0 (stop->id, stop_id) != 0)
        continue;
      gtk_single_selection_set_selected (self->selection, i);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", i);
      return;
    }
}

DsOrderPage *
ds_order_page_new (DsSession *session, const char *stop_id)
{
  DsOrderPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_ORDER_PAGE, NULL);
  self->session = g_object_ref (session);
  self->stops = g_list_store_new (DS_TYPE_STOP);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (self->stops));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_object_unref (self->selection);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selection_changed), self,
                           G_CONNECT_SWAPPED);
  load (self);
  select_stop (self, stop_id);
  selection_changed (self);
  g_signal_connect_object (ds_session_get_route (session), "summary-changed", G_CALLBACK (route_changed),
                           self, G_CONNECT_SWAPPED);
  return self;
}
