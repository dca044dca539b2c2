/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-signature-pad.h"

#include <math.h>

#define INK_WIDTH 3.0
#define MARGIN 12.0
/* Of the picture that is kept: twice the screen's pixels are enough to see how a line was drawn. */
#define SAVED_SCALE 2.0
#define MAX_POINTS 20000
/* A tap is no signature. */
#define LEAST_LENGTH 24.0
/* Points closer than this say nothing but how a hand trembles. */
#define LEAST_STEP 1.5

struct _DsSignaturePad
{
  GtkWidget parent;

  GArray *points; /* (element-type graphene_point_t) */
  GArray *starts; /* (element-type guint): where each stroke begins */
  double begun_x;
  double begun_y;
  double length;
};

enum
{
  PROP_SIGNED = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (DsSignaturePad, ds_signature_pad, GTK_TYPE_WIDGET)

static graphene_point_t *
get_point (DsSignaturePad *self, guint i)
{
  return &g_array_index (self->points, graphene_point_t, i);
}

static guint
get_end (DsSignaturePad *self, guint stroke)
{
  return stroke + 1 < self->starts->len ? g_array_index (self->starts, guint, stroke + 1) : self->points->len;
}

gboolean
ds_signature_pad_get_signed (DsSignaturePad *self)
{
  g_return_val_if_fail (DS_IS_SIGNATURE_PAD (self), FALSE);

  return self->length >= LEAST_LENGTH;
}

static void
add_point (DsSignaturePad *self, double x, double y, gboolean begins)
{
  graphene_point_t point = GRAPHENE_POINT_INIT ((float)x, (float)y);
  gboolean was_signed = ds_signature_pad_get_signed (self);

  if (self->points->len >= MAX_POINTS)
    return;
  if (begins)
    {
      guint at = self->points->len;

      g_array_append_val (self->starts, at);
    }
  else
    {
      double step = graphene_point_distance (get_point (self, self->points->len - 1), &point, NULL, NULL);

      if (step < LEAST_STEP)
        return;
      self->length += step;
    }
  g_array_append_val (self->points, point);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (was_signed != ds_signature_pad_get_signed (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNED]);
}

/* Through the middles between the points, bent towards the points: a line without corners. */
static void
trace_stroke (DsSignaturePad *self, cairo_t *cairo, guint stroke)
{
  guint from = g_array_index (self->starts, guint, stroke);
  guint to = get_end (self, stroke);
  const graphene_point_t *point = get_point (self, from);

  cairo_move_to (cairo, point->x, point->y);
  if (to - from == 1)
    {
      cairo_line_to (cairo, point->x, point->y);
      return;
    }
  for (guint i = from + 1; i < to; i++)
    {
      const graphene_point_t *before = get_point (self, i - 1);
      const graphene_point_t *here = get_point (self, i);
      double middle_x = (before->x + here->x) / 2;
      double middle_y = (before->y + here->y) / 2;
      double x, y;

      /* A quadratic curve as the cubic one that cairo has. */
      cairo_get_current_point (cairo, &x, &y);
      cairo_curve_to (cairo, x + (before->x - x) * 2 / 3, y + (before->y - y) * 2 / 3,
                      middle_x + (before->x - middle_x) * 2 / 3, middle_y + (before->y - middle_y) * 2 / 3,
                      middle_x, middle_y);
    }
  point = get_point (self, to - 1);
  cairo_line_to (cairo, point->x, point->y);
}

static void
draw_strokes (DsSignaturePad *self, cairo_t *cairo)
{
  cairo_set_source_rgb (cairo, 0.05, 0.08, 0.2);
  cairo_set_line_width (cairo, INK_WIDTH);
  cairo_set_line_cap (cairo, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cairo, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->starts->len; i++)
    trace_stroke (self, cairo, i);
  cairo_stroke (cairo);
}

static void
ds_signature_pad_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DsSignaturePad *self = DS_SIGNATURE_PAD (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float)gtk_widget_get_width (widget),
                                               (float)gtk_widget_get_height (widget));
  cairo_t *cairo = gtk_snapshot_append_cairo (snapshot, &bounds);

  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  cairo_set_source_rgb (cairo, 0.6, 0.62, 0.65);
  cairo_set_line_width (cairo, 1);
  cairo_move_to (cairo, 24, floor (bounds.size.height * 0.75) + 0.5);
  cairo_line_to (cairo, bounds.size.width - 24, floor (bounds.size.height * 0.75) + 0.5);
  cairo_stroke (cairo);
  draw_strokes (self, cairo);
  cairo_destroy (cairo);
}

static void
drag_begin (DsSignaturePad *self, double x, double y)
{
  self->begun_x = x;
  self->begun_y = y;
  add_point (self, x, y, TRUE);
}

static void
drag_update (DsSignaturePad *self, double offset_x, double offset_y)
{
  if (self->starts->len > 0)
    add_point (self, self->begun_x + offset_x, self->begun_y + offset_y, FALSE);
}

void
ds_signature_pad_clear (DsSignaturePad *self)
{
  g_return_if_fail (DS_IS_SIGNATURE_PAD (self));

  g_array_set_size (self->points, 0);
  g_array_set_size (self->starts, 0);
  self->length = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNED]);
}

static cairo_status_t
append (void *closure, const guint8 *data, guint n)
{
  g_byte_array_append (closure, data, n);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *
ds_signature_pad_save (DsSignaturePad *self)
{
  float left = G_MAXFLOAT, top = G_MAXFLOAT, right = -G_MAXFLOAT, bottom = -G_MAXFLOAT;
  GByteArray *file;
  cairo_surface_t *surface;
  cairo_t *cairo;

  g_return_val_if_fail (DS_IS_SIGNATURE_PAD (self), NULL);

  if (!ds_signature_pad_get_signed (self))
    return NULL;
  for (guint i = 0; i < self->points->len; i++)
    {
      left = MIN (left, get_point (self, i)->x);
      right = MAX (right, get_point (self, i)->x);
      top = MIN (top, get_point (self, i)->y);
      bottom = MAX (bottom, get_point (self, i)->y);
    }
  surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)ceil ((right - left + 2 * MARGIN) * SAVED_SCALE),
                                    (int)ceil ((bottom - top + 2 * MARGIN) * SAVED_SCALE));
  cairo = cairo_create (surface);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  cairo_scale (cairo, SAVED_SCALE, SAVED_SCALE);
  cairo_translate (cairo, MARGIN - left, MARGIN - top);
  draw_strokes (self, cairo);
  cairo_destroy (cairo);
  file = g_byte_array_new ();
  cairo_surface_write_to_png_stream (surface, append, file);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (file);
}

static void
ds_signature_pad_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SIGNED)
    g_value_set_boolean (value, ds_signature_pad_get_signed (DS_SIGNATURE_PAD (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
ds_signature_pad_finalize (GObject *object)
{
  DsSignaturePad *self = DS_SIGNATURE_PAD (object);

  g_array_unref (self->points);
  g_array_unref (self->starts);

  G_OBJECT_CLASS (ds_signature_pad_parent_class)->finalize (object);
}

static void
ds_signature_pad_class_init (DsSignaturePadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ds_signature_pad_get_property;
  object_class->finalize = ds_signature_pad_finalize;
  widget_class->snapshot = ds_signature_pad_snapshot;

  properties[PROP_SIGNED] = g_param_spec_boolean (
      "signed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ds_signature_pad_init (DsSignaturePad *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->points = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  /* Claims the touch at once: the page below must not scroll away with the pen. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
