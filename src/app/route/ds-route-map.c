/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route-map.h"

#include "ds-format.h"
#include "ds-words.h"

#include <glib/gi18n.h>
#include <math.h>

#define ZOOM_STEP 1.6
#define PAN_STEP_PX 80
#define BAR_MAX_PX 110
/* The line goes through this many stops to come: more of it would be a ball of wool. */
#define MAX_LINE 60
/* Half the width of a mark. */
#define MARK_R 15
#define CLUSTER_R 19

struct _DsRouteMap
{
  GtkWidget parent;

  GPtrArray *stops; /* (element-type DsStop) */
  GArray *places;   /* (element-type DsMapPlace): of the stops that have one */
  DsMapView view;
  gboolean fitted;  /* it shows all of it, also when its size changes */
  gint looked_at;   /* index into places; -1 for none */
  double dragged_x; /* how far the drag has moved it */
  double dragged_y;
  double pinched; /* by how much the pinch has magnified it */
  double pointer_x;
  double pointer_y;
};

G_DEFINE_FINAL_TYPE (DsRouteMap, ds_route_map, GTK_TYPE_WIDGET)

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Drawing */

static GdkRGBA
get_colour (GtkWidget *widget, const char *name)
{
  GdkRGBA colour = { 0, 0, 0, 1 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &colour);
  return colour;
}

static void
fill (GtkSnapshot *snapshot, const graphene_rect_t *box, float radius, const GdkRGBA *colour)
{
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, box, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, colour, box);
  gtk_snapshot_pop (snapshot);
}

/* A shape with an edge of @edge around @inside. */
static void
draw_shape (GtkSnapshot *snapshot,
            double x,
            double y,
            float r,
            float radius,
            float turn,
            const GdkRGBA *inside,
            const GdkRGBA *edge)
{
  const graphene_point_t middle = GRAPHENE_POINT_INIT ((float)x, (float)y);
  const graphene_rect_t outer = GRAPHENE_RECT_INIT (-r, -r, 2 * r, 2 * r);
  const graphene_rect_t inner = GRAPHENE_RECT_INIT (3 - r, 3 - r, 2 * r - 6, 2 * r - 6);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &middle);
  gtk_snapshot_rotate (snapshot, turn);
  fill (snapshot, &outer, radius, edge);
  fill (snapshot, &inner, MAX (radius - 3, 0), inside);
  gtk_snapshot_restore (snapshot);
}

/* Round: to do; round, filled and larger: the next; square: done; on its corner: a problem. Returns: the colour of what is
 * written on it. */
static GdkRGBA
draw_mark (GtkWidget *widget, GtkSnapshot *snapshot, DsMarkKind kind, double x, double y, float r)
{
  GdkRGBA paper = get_colour (widget, "view_bg_color");
  GdkRGBA accent = get_colour (widget, "accent_bg_color");
  GdkRGBA on_accent = get_colour (widget, "accent_fg_color");
  GdkRGBA done = get_colour (widget, "success_color");
  GdkRGBA problem = get_colour (widget, "ds_unknown");

  switch (kind)
    {
    case DS_MARK_DONE:
      draw_shape (snapshot, x, y, r - 2, 3, 0, &done, &done);
      return paper;
    case DS_MARK_PROBLEM:
      draw_shape (snapshot, x, y, r - 1, 2, 45, &problem, &problem);
      return paper;
    case DS_MARK_NEXT:
      draw_shape (snapshot, x, y, r + 6, r + 6, 0, &paper, &accent);
      draw_shape (snapshot, x, y, r, r, 0, &accent, &accent);
      return on_accent;
    case DS_MARK_TO_DO:
    default:
      draw_shape (snapshot, x, y, r, r, 0, &paper, &accent);
      return get_colour (widget, "view_fg_color");
    }
}

void
ds_route_map_snapshot_mark (GtkWidget *widget, GtkSnapshot *snapshot, DsMarkKind kind, double x, double y)
{
  draw_mark (widget, snapshot, kind, x, y, 8);
}

static void
write_middle (GtkWidget *widget,
              GtkSnapshot *snapshot,
              const char *text,
              double x,
              double y,
              const GdkRGBA *colour)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int width, height;
  graphene_point_t at;

  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (
      attributes, pango_attr_size_new_absolute ((g_utf8_strlen (text, -1) > 3 ? 11 : 13) * PANGO_SCALE));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, &height);
  at = GRAPHENE_POINT_INIT ((float)(x - width / 2.0), (float)(y - height / 2.0));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &at);
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_line (DsRouteMap *self, GtkSnapshot *snapshot)
{
  const graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, self->view.width, self->view.height);
  GdkRGBA colour = get_colour (GTK_WIDGET (self), "accent_bg_color");
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  guint n = 0;

  colour.alpha = 0.55F;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 3);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->places->len && n < MAX_LINE; i++)
    {
      const DsMapPlace *place = &g_array_index (self->places, DsMapPlace, i);
      double x, y;

      if (place->kind == DS_MARK_DONE || place->kind == DS_MARK_PROBLEM)
        continue;
      ds_map_view_project (&self->view, place, &x, &y);
      /* Far outside nothing is seen of it, and cairo's numbers end. */
      cairo_line_to (cr, CLAMP (x, -20000, 20000), CLAMP (y, -20000, 20000));
      n++;
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
snapshot_marks (DsRouteMap *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (GArray) marks = ds_map_view_make_marks (&self->view, self->places);

  for (guint i = 0; i < marks->len; i++)
    {
      const DsMapMark *mark = &g_array_index (marks, DsMapMark, i);
      const DsMapPlace *place = &g_array_index (self->places, DsMapPlace, mark->place);
      g_autofree char *text = mark->n == 1 ? g_strdup_printf ("%" G_GINT64_FORMAT, place->stop->position)
                                           : g_strdup_printf ("×%u", mark->n);
      GdkRGBA ink
          = draw_mark (widget, snapshot, place->kind, mark->x, mark->y, mark->n == 1 ? MARK_R : CLUSTER_R);

      write_middle (widget, snapshot, text, mark->x, mark->y, &ink);
    }
}

static void
snapshot_looked_at (DsRouteMap *self, GtkSnapshot *snapshot)
{
  GdkRGBA colour = get_colour (GTK_WIDGET (self), "view_fg_color");
  const float widths[] = { 3, 3, 3, 3 };
  const GdkRGBA colours[] = { colour, colour, colour, colour };
  GskRoundedRect outline;
  double x, y;

  if (self->looked_at < 0)
    return;
  ds_map_view_project (&self->view, &g_array_index (self->places, DsMapPlace, (guint)self->looked_at), &x,
                       &y);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT ((float)x - 26, (float)y - 26, 52, 52), 26);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

/* A bar of a round length, and where north is. */
static void
snapshot_scale (DsRouteMap *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRGBA ink = get_colour (widget, "view_fg_color");
  double length_px;
  g_autofree char *text = ds_format_distance (ds_map_view_choose_bar (&self->view, BAR_MAX_PX, &length_px));
  double y = self->view.height - 14;

  gtk_snapshot_append_color (snapshot, &ink, &GRAPHENE_RECT_INIT (16, (float)y, (float)length_px, 3));
  gtk_snapshot_append_color (snapshot, &ink, &GRAPHENE_RECT_INIT (16, (float)y - 6, 3, 9));
  gtk_snapshot_append_color (snapshot, &ink,
                             &GRAPHENE_RECT_INIT (16 + (float)length_px - 3, (float)y - 6, 3, 9));
  write_middle (widget, snapshot, text, 16 + length_px / 2, y - 12, &ink);
  /* Translators: the letter for north on a map */
  write_middle (widget, snapshot, C_ ("map", "N"), 28, 40, &ink);
  write_middle (widget, snapshot, "▲", 28, 22, &ink);
}

static void
ds_route_map_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DsRouteMap *self = DS_ROUTE_MAP (widget);
  const graphene_rect_t all
      = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  GdkRGBA paper = get_colour (widget, "view_bg_color");

  gtk_snapshot_push_clip (snapshot, &all);
  gtk_snapshot_append_color (snapshot, &paper, &all);
  if (self->places->len > 0)
    {
      snapshot_line (self, snapshot);
      snapshot_marks (self, snapshot);
      snapshot_looked_at (self, snapshot);
      snapshot_scale (self, snapshot);
    }
  gtk_snapshot_pop (snapshot);
}

static void
ds_route_map_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  DsRouteMap *self = DS_ROUTE_MAP (widget);

  self->view.width = width;
  self->view.height = height;
  if (self->fitted)
    ds_map_view_fit (&self->view, self->places);
}

/* What a screen reader says: the stop that is looked at, or what this is. */
static void
name (DsRouteMap *self)
{
  g_autofree char *text = NULL;

  if (self->looked_at >= 0)
    {
      DsStop *stop = g_array_index (self->places, DsMapPlace, (guint)self->looked_at).stop;

      text = g_strdup_printf (_ ("Stop %d, %s, %s"), (int)stop->position, stop->address,
                              ds_words_for_stop (stop).text);
    }
  else
    text = g_strdup_printf (ngettext ("Map of %u stop; the list has it too",
                                      "Map of %u stops; the list has them too", self->places->len),
                            self->places->len);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* Moving it */

static void
zoom (DsRouteMap *self, double factor, double x, double y)
{
  self->fitted = FALSE;
  ds_map_view_zoom (&self->view, factor, x, y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pan (DsRouteMap *self, double x, double y)
{
  self->fitted = FALSE;
  ds_map_view_pan (&self->view, x, y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_began (DsRouteMap *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->dragged_x = 0;
  self->dragged_y = 0;
}

static void
drag_went_on (DsRouteMap *self, double x, double y)
{
  pan (self, x - self->dragged_x, y - self->dragged_y);
  self->dragged_x = x;
  self->dragged_y = y;
}

static void
pinch_began (DsRouteMap *self)
{
  self->pinched = 1;
}

static void
pinched (DsRouteMap *self, double scale, GtkGesture *gesture)
{
  double x = self->view.width / 2.0;
  double y = self->view.height / 2.0;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  zoom (self, scale / self->pinched, x, y);
  self->pinched = scale;
}

static void
pointer_moved (DsRouteMap *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
scrolled (DsRouteMap *self, double dx, double dy)
{
  zoom (self, pow (ZOOM_STEP, -dy / 2), self->pointer_x, self->pointer_y);
  return GDK_EVENT_STOP;
}

/* Choosing */

static void
choose (DsRouteMap *self, const DsMapMark *mark)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);

  if (mark->n == 1)
    g_ptr_array_add (stops, g_object_ref (g_array_index (self->places, DsMapPlace, mark->place).stop));
  for (guint i = 0; mark->n > 1 && i < self->places->len; i++)
    {
      const DsMapPlace *place = &g_array_index (self->places, DsMapPlace, i);
      double x, y;

      ds_map_view_project (&self->view, place, &x, &y);
      if (hypot (x - mark->x, y - mark->y) <= DS_MAP_MARK_PX)
        g_ptr_array_add (stops, g_object_ref (place->stop));
    }
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, stops);
}

/* A mark of several is magnified until they are apart; where that is in vain they are all chosen. */
static void
tapped (DsRouteMap *self, int n_press, double x, double y)
{
  g_autoptr (GArray) marks = ds_map_view_make_marks (&self->view, self->places);
  const DsMapMark *nearest = NULL;
  double nearest_px = DS_MAP_MARK_PX / 2.0 + 4;

  for (guint i = 0; i < marks->len; i++)
    {
      const DsMapMark *mark = &g_array_index (marks, DsMapMark, i);
      double px = hypot (mark->x - x, mark->y - y);

      if (px <= nearest_px)
        {
          nearest = mark;
          nearest_px = px;
        }
    }
  if (nearest == NULL)
    return;
  if (nearest->n > 1 && self->view.px_a_metre < DS_MAP_MAX_PX_A_METRE)
    zoom (self, 2 * ZOOM_STEP, nearest->x, nearest->y);
  else
    choose (self, nearest);
}

static void
look_at (DsRouteMap *self, gint place)
{
  const DsMapPlace *at;

  if (self->places->len == 0)
    return;
  self->looked_at = CLAMP (place, 0, (gint)self->places->len - 1);
  at = &g_array_index (self->places, DsMapPlace, (guint)self->looked_at);
  self->fitted = FALSE;
  self->view.east_m = at->east_m;
  self->view.north_m = at->north_m;
  name (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
choose_looked_at (DsRouteMap *self)
{
  const DsMapMark mark = { .n = 1, .place = (guint)MAX (self->looked_at, 0) };

  if (self->looked_at >= 0)
    choose (self, &mark);
}

static gboolean
key_pressed (DsRouteMap *self, guint key, guint code, GdkModifierType state)
{
  if ((state & (GDK_ALT_MASK | GDK_CONTROL_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      pan (self, key == GDK_KEY_Left ? PAN_STEP_PX : -PAN_STEP_PX, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      pan (self, 0, key == GDK_KEY_Up ? PAN_STEP_PX : -PAN_STEP_PX);
      return GDK_EVENT_STOP;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      ds_route_map_zoom_in (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      ds_route_map_zoom_out (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
    case GDK_KEY_Home:
      ds_route_map_fit (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_Page_Up:
      look_at (self, self->looked_at + (key == GDK_KEY_Page_Down ? 1 : -1));
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      choose_looked_at (self);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
add_controllers (DsRouteMap *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_began), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_went_on), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_began), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinched), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (tapped), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wheel, "scroll", G_CALLBACK (scrolled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "motion", G_CALLBACK (pointer_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, wheel);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
}

static void
ds_route_map_finalize (GObject *object)
{
  DsRouteMap *self = DS_ROUTE_MAP (object);

  g_ptr_array_unref (self->stops);
  g_array_unref (self->places);

  G_OBJECT_CLASS (ds_route_map_parent_class)->finalize (object);
}

static void
ds_route_map_class_init (DsRouteMapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = ds_route_map_snapshot;
  widget_class->size_allocate = ds_route_map_size_allocate;
  G_OBJECT_CLASS (klass)->finalize = ds_route_map_finalize;
  gtk_widget_class_set_css_name (widget_class, "route-map");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", DS_TYPE_ROUTE_MAP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
ds_route_map_init (DsRouteMap *self)
{
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  self->places = g_array_new (FALSE, FALSE, sizeof (DsMapPlace));
  self->view.px_a_metre = 1;
  self->fitted = TRUE;
  self->looked_at = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  add_controllers (self);
}

/* The place of a stop among the new places; -1 when it has none any more. */
static gint
find_place (DsRouteMap *self, const char *stop_id)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      if (g_strcmp0 (g_array_index (self->places, DsMapPlace, i).stop->id, stop_id) == 0)
        return (gint)i;
    }
  return -1;
}

guint
ds_route_map_set_stops (DsRouteMap *self, GPtrArray *stops, const char *next_stop)
{
  g_autofree char *looked_at = NULL;
  guint n_unplaced;

  g_return_val_if_fail (DS_IS_ROUTE_MAP (self), 0);
  g_return_val_if_fail (stops != NULL, 0);

  if (self->looked_at >= 0)
    looked_at = g_strdup (g_array_index (self->places, DsMapPlace, (guint)self->looked_at).stop->id);
  g_array_unref (self->places);
  self->places = ds_map_places_from_stops (stops, next_stop, &n_unplaced);
  /* The places borrow them, and the caller's array may change. */
  g_ptr_array_set_size (self->stops, 0);
  for (guint i = 0; i < stops->len; i++)
    g_ptr_array_add (self->stops, g_object_ref (g_ptr_array_index (stops, i)));
  self->looked_at = looked_at != NULL ? find_place (self, looked_at) : -1;
  if (self->fitted)
    ds_map_view_fit (&self->view, self->places);
  name (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return n_unplaced;
}

void
ds_route_map_zoom_in (DsRouteMap *self)
{
  g_return_if_fail (DS_IS_ROUTE_MAP (self));

  zoom (self, ZOOM_STEP, self->view.width / 2.0, self->view.height / 2.0);
}

void
ds_route_map_zoom_out (DsRouteMap *self)
{
  g_return_if_fail (DS_IS_ROUTE_MAP (self));

  zoom (self, 1 / ZOOM_STEP, self->view.width / 2.0, self->view.height / 2.0);
}

void
ds_route_map_fit (DsRouteMap *self)
{
  g_return_if_fail (DS_IS_ROUTE_MAP (self));

  self->fitted = TRUE;
  ds_map_view_fit (&self->view, self->places);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
