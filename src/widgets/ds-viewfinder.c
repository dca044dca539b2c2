/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-viewfinder.h"

#include "ds-feedback.h"
#include "ds-scanner.h"
#include "ds-torch.h"

#include <glib/gi18n.h>

/* The corners: how long, how thick, and how round, in pixels. */
#define CORNER_LENGTH 44
#define CORNER_WIDTH 4
#define CORNER_RADIUS 18

#define LEDS "/sys/class/leds"

/* Words stay so long at least: nobody reads what flickers. */
#define WORDS_MS 1200

struct _DsViewfinder
{
  GtkWidget parent;

  DsCamera *camera;
  DsScanner *scanner;
  DsTorch *torch;      /* (nullable) */
  GdkTexture *texture; /* (nullable): the last picture */
  char *words;
  DsView view;       /* what lasts now */
  DsView shown_view; /* what the words and the corners say */
  guint settling;    /* until the words may change */
};

G_DEFINE_FINAL_TYPE (DsViewfinder, ds_viewfinder, GTK_TYPE_WIDGET)

enum
{
  PROP_WORDS = 1,
  PROP_SHOWING,
  PROP_HAS_TORCH,
  PROP_LIT,
  N_PROPS
};

enum
{
  SIGNAL_SCANNED,
  SIGNAL_SEVERAL,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_words (DsViewfinder *self, const char *words)
{
  if (g_strcmp0 (self->words, words) == 0)
    return;
  g_free (self->words);
  self->words = g_strdup (words);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORDS]);
}

static void
set_texture (DsViewfinder *self, GdkTexture *texture)
{
  gboolean was_showing = self->texture != NULL;

  g_set_object (&self->texture, texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (was_showing != (texture != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWING]);
}

static void
did_preview (DsViewfinder *self, DsCameraFrame *frame)
{
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new ((int)frame->width, (int)frame->height,
                                                           GDK_MEMORY_R8G8B8A8, frame->pixels, frame->stride);

  if (self->texture == NULL)
    set_words (self, _ ("Hold the code inside the frame"));
  set_texture (self, texture);
}

static void
show_view (DsViewfinder *self)
{
  self->shown_view = self->view;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  switch (self->view)
    {
    case DS_VIEW_DARK:
      set_words (self, self->torch != NULL ? _ ("It is too dark. Turn on the light.")
                                           : _ ("It is too dark. Go where it is brighter."));
      break;
    case DS_VIEW_FAR:
      set_words (self, _ ("Too far away. Move closer."));
      break;
    case DS_VIEW_UNREADABLE:
      set_words (self, _ ("Hold it steady. Tilt the screen out of the light."));
      break;
    case DS_VIEW_READ:
      set_words (self, _ ("Code read"));
      break;
    case DS_VIEW_EMPTY:
    default:
      set_words (self, _ ("Hold the code inside the frame"));
    }
}

static gboolean
did_settle (gpointer user_data)
{
  DsViewfinder *self = user_data;

  if (self->view == self->shown_view)
    {
      self->settling = 0;
      return G_SOURCE_REMOVE;
    }
  show_view (self);
  return G_SOURCE_CONTINUE;
}

static void
did_view (DsViewfinder *self, guint view)
{
  self->view = (DsView)view;
  if (self->settling != 0 || self->view == self->shown_view)
    return;
  show_view (self);
  self->settling = g_timeout_add (WORDS_MS, did_settle, self);
}

/* Whatever was said of the frames before is over. */
static void
forget_view (DsViewfinder *self)
{
  g_clear_handle_id (&self->settling, g_source_remove);
  self->view = self->shown_view = DS_VIEW_EMPTY;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Read: at once, and until it is asked for more. */
static void
show_read (DsViewfinder *self)
{
  forget_view (self);
  self->view = DS_VIEW_READ;
  show_view (self);
}

static void
did_fail (DsViewfinder *self, const GError *error)
{
  forget_view (self);
  ds_camera_stop (self->camera);
  set_texture (self, NULL);
  set_words (self, error->message);
}

static void
did_read (DsViewfinder *self, const char *text)
{
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_READ);
  show_read (self);
  g_signal_emit (self, signals[SIGNAL_SCANNED], 0, text);
}

static void
did_read_several (DsViewfinder *self, char **texts)
{
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_READ);
  show_read (self);
  g_signal_emit (self, signals[SIGNAL_SEVERAL], 0, texts);
}

static gboolean
is_lit (DsViewfinder *self)
{
  return self->torch != NULL && ds_torch_is_lit (self->torch);
}

static void
set_lit (DsViewfinder *self, gboolean lit)
{
  g_autoptr (GError) error = NULL;

  if (self->torch == NULL || is_lit (self) == lit)
    return;
  if (!ds_torch_set_lit (self->torch, lit, &error))
    set_words (self, error->message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIT]);
}

/* On while it can be seen, and no longer: a camera costs battery, and shows a light to everybody. */

static void
turn_on (DsViewfinder *self)
{
  forget_view (self);
  set_words (self, _ ("Starting the camera…"));
  ds_camera_start (self->camera);
}

static void
turn_off (DsViewfinder *self)
{
  set_lit (self, FALSE);
  forget_view (self);
  ds_camera_stop (self->camera);
  set_texture (self, NULL);
}

static void
ds_viewfinder_map (GtkWidget *widget)
{
  DsViewfinder *self = DS_VIEWFINDER (widget);

  GTK_WIDGET_CLASS (ds_viewfinder_parent_class)->map (widget);
  turn_on (self);
}

static void
ds_viewfinder_unmap (GtkWidget *widget)
{
  turn_off (DS_VIEWFINDER (widget));
  GTK_WIDGET_CLASS (ds_viewfinder_parent_class)->unmap (widget);
}

/* White while nothing is found, yellow over a code that cannot be read yet, green over one that was: the words say the
 * same. */
static const GdkRGBA *
get_colour (DsView view)
{
  static const GdkRGBA white = { 1, 1, 1, 1 };
  static const GdkRGBA yellow = { 0.97f, 0.78f, 0.17f, 1 };
  static const GdkRGBA green = { 0.2f, 0.82f, 0.48f, 1 };

  return view == DS_VIEW_READ ? &green : view == DS_VIEW_FAR || view == DS_VIEW_UNREADABLE ? &yellow : &white;
}

static void
draw_corners (GtkSnapshot *snapshot, float width, float height, const GdkRGBA *colour)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, width, height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  double inset = CORNER_WIDTH / 2.0;
  double length = MIN (CORNER_LENGTH, MIN (width, height) / 3);

  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, CORNER_WIDTH);
  for (int corner = 0; corner < 4; corner++)
    {
      double right = corner % 2 == 0 ? 1 : -1;
      double down = corner < 2 ? 1 : -1;

      cairo_save (cr);
      cairo_translate (cr, corner % 2 == 0 ? inset : width - inset, corner < 2 ? inset : height - inset);
      cairo_scale (cr, right, down);
      cairo_move_to (cr, 0, length);
      cairo_line_to (cr, 0, CORNER_RADIUS);
      cairo_arc (cr, CORNER_RADIUS, CORNER_RADIUS, CORNER_RADIUS, G_PI, 1.5 * G_PI);
      cairo_line_to (cr, length, 0);
      cairo_restore (cr);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

/* The picture fills the frame; what sticks out is cut off. */
static void
draw_picture (GtkSnapshot *snapshot, GdkTexture *texture, float width, float height)
{
  float by = MAX (width / (float)gdk_texture_get_width (texture),
                  height / (float)gdk_texture_get_height (texture));
  float shown_width = (float)gdk_texture_get_width (texture) * by;
  float shown_height = (float)gdk_texture_get_height (texture) * by;
  graphene_rect_t frame = GRAPHENE_RECT_INIT (0, 0, width, height);
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, &frame, CORNER_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_texture (snapshot, texture,
                               &GRAPHENE_RECT_INIT ((width - shown_width) / 2, (height - shown_height) / 2,
                                                    shown_width, shown_height));
  gtk_snapshot_pop (snapshot);
}

static void
ds_viewfinder_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DsViewfinder *self = DS_VIEWFINDER (widget);
  float width = (float)gtk_widget_get_width (widget);
  float height = (float)gtk_widget_get_height (widget);

  if (self->texture != NULL)
    draw_picture (snapshot, self->texture, width, height);
  draw_corners (snapshot, width, height, get_colour (self->shown_view));
}

void
ds_viewfinder_set_camera (DsViewfinder *self, const char *id, const char *source)
{
  g_return_if_fail (DS_IS_VIEWFINDER (self));

  ds_camera_set_device (self->camera, id);
  ds_camera_set_source (self->camera, source);
  if (ds_camera_is_on (self->camera))
    {
      turn_off (self);
      turn_on (self);
    }
}

void
ds_viewfinder_set_wanted (DsViewfinder *self, DsScanWanted wanted)
{
  g_return_if_fail (DS_IS_VIEWFINDER (self));
  ds_scanner_set_wanted (self->scanner, wanted);
}

void
ds_viewfinder_set_waybills (DsViewfinder *self, DsWaybillFunc is_waybill, gpointer user_data)
{
  g_return_if_fail (DS_IS_VIEWFINDER (self));
  ds_scanner_set_waybills (self->scanner, is_waybill, user_data);
}

void
ds_viewfinder_resume (DsViewfinder *self)
{
  g_return_if_fail (DS_IS_VIEWFINDER (self));

  ds_scanner_resume (self->scanner);
  forget_view (self);
  if (ds_camera_is_on (self->camera) && self->texture != NULL)
    show_view (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && !ds_camera_is_on (self->camera))
    turn_on (self);
}

void
ds_viewfinder_pause (DsViewfinder *self)
{
  g_return_if_fail (DS_IS_VIEWFINDER (self));
  ds_scanner_pause (self->scanner);
}

const char *
ds_viewfinder_get_words (DsViewfinder *self)
{
  g_return_val_if_fail (DS_IS_VIEWFINDER (self), NULL);
  return self->words;
}

static void
ds_viewfinder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  DsViewfinder *self = DS_VIEWFINDER (object);

  switch (id)
    {
    case PROP_WORDS:
      g_value_set_string (value, self->words);
      break;
    case PROP_SHOWING:
      g_value_set_boolean (value, self->texture != NULL);
      break;
    case PROP_HAS_TORCH:
      g_value_set_boolean (value, self->torch != NULL);
      break;
    case PROP_LIT:
      g_value_set_boolean (value, is_lit (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_viewfinder_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LIT:
      set_lit (DS_VIEWFINDER (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ds_viewfinder_dispose (GObject *object)
{
  DsViewfinder *self = DS_VIEWFINDER (object);

  g_clear_handle_id (&self->settling, g_source_remove);
  if (self->camera != NULL)
    ds_camera_stop (self->camera);
  /* A frame that is being looked at keeps it, and whoever knows waybills goes with this page. */
  if (self->scanner != NULL)
    {
      ds_scanner_pause (self->scanner);
      ds_scanner_set_waybills (self->scanner, NULL, NULL);
    }
  g_clear_object (&self->scanner);
  g_clear_object (&self->camera);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->torch, ds_torch_free);
  G_OBJECT_CLASS (ds_viewfinder_parent_class)->dispose (object);
}

static void
ds_viewfinder_finalize (GObject *object)
{
  DsViewfinder *self = DS_VIEWFINDER (object);

  g_free (self->words);
  G_OBJECT_CLASS (ds_viewfinder_parent_class)->finalize (object);
}

static void
ds_viewfinder_class_init (DsViewfinderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ds_viewfinder_get_property;
  object_class->set_property = ds_viewfinder_set_property;
  object_class->dispose = ds_viewfinder_dispose;
  object_class->finalize = ds_viewfinder_finalize;
  widget_class->map = ds_viewfinder_map;
  widget_class->unmap = ds_viewfinder_unmap;
  widget_class->snapshot = ds_viewfinder_snapshot;

  properties[PROP_WORDS]
      = g_param_spec_string ("words", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOWING]
      = g_param_spec_boolean ("showing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HAS_TORCH]
      = g_param_spec_boolean ("has-torch", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LIT] = g_param_spec_boolean (
      "lit", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_SCANNED] = g_signal_new ("scanned", DS_TYPE_VIEWFINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_SEVERAL] = g_signal_new ("several", DS_TYPE_VIEWFINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "viewfinder");
}

static void
ds_viewfinder_init (DsViewfinder *self)
{
  self->camera = ds_camera_new ();
  self->scanner = ds_scanner_new (self->camera, ds_decoder_process_get_default ());
  self->torch = ds_torch_find (LEDS);
  g_signal_connect_object (self->camera, "preview", G_CALLBACK (did_preview), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->camera, "failed", G_CALLBACK (did_fail), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scanner, "read", G_CALLBACK (did_read), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scanner, "several", G_CALLBACK (did_read_several), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scanner, "view", G_CALLBACK (did_view), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scanner, "failed", G_CALLBACK (did_fail), self, G_CONNECT_SWAPPED);
}
