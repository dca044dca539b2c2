/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pull-box.h"

#include <glib/gi18n.h>

/* From here on it is a pull and no tap any more; and from there on letting go means it. */
#define BEGIN_PX 24
#define ENOUGH_PX 120

struct _DsPullBox
{
  GtkBox parent;

  GtkAdjustment *adjustment; /* (nullable) */
  GtkWidget *strip;
  GtkLabel *words;
  gboolean may_pull; /* the list has been at its top since the finger came down */
  gboolean pulling;
  gboolean enough;
};

G_DEFINE_FINAL_TYPE (DsPullBox, ds_pull_box, GTK_TYPE_BOX)

enum
{
  SIGNAL_PULLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_at_top (DsPullBox *self)
{
  return self->adjustment == NULL
         || gtk_adjustment_get_value (self->adjustment) <= gtk_adjustment_get_lower (self->adjustment);
}

static void
show (DsPullBox *self)
{
  const char *words = self->enough ? _ ("Let go to ask the depot") : _ ("Pull on to ask the depot");

  if (self->pulling)
    gtk_label_set_text (self->words, words);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->strip), self->pulling);
}

static void
drag_begin (DsPullBox *self)
{
  self->may_pull = is_at_top (self);
  self->pulling = FALSE;
  self->enough = FALSE;
}

static void
drag_update (DsPullBox *self, double x_px, double y_px, GtkGesture *gesture)
{
  self->may_pull = self->may_pull && is_at_top (self);
  if (!self->pulling && self->may_pull && y_px >= BEGIN_PX && y_px > 2 * ABS (x_px))
    {
      self->pulling = TRUE;
      /* No stop opens below the finger. */
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
    }
  self->enough = self->pulling && y_px >= ENOUGH_PX;
  show (self);
}

static void
drag_end (DsPullBox *self)
{
  gboolean pulled = self->pulling && self->enough;

  self->pulling = FALSE;
  show (self);
  if (pulled)
    g_signal_emit (self, signals[SIGNAL_PULLED], 0);
}

/* Something else took the finger's way: a call comes in, the window goes away. */
static void
drag_cancelled (DsPullBox *self)
{
  self->pulling = FALSE;
  self->may_pull = FALSE;
  show (self);
}

static void
ds_pull_box_dispose (GObject *object)
{
  g_clear_object (&DS_PULL_BOX (object)->adjustment);

  G_OBJECT_CLASS (ds_pull_box_parent_class)->dispose (object);
}

static void
ds_pull_box_class_init (DsPullBoxClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_pull_box_dispose;

  signals[SIGNAL_PULLED]
      = g_signal_new ("pulled", DS_TYPE_PULL_BOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_pull_box_init (DsPullBox *self)
{
  GtkWidget *words = gtk_label_new (NULL);
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->words = GTK_LABEL (words);
  gtk_label_set_wrap (self->words, TRUE);
  gtk_label_set_justify (self->words, GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (words, "pull");
  self->strip = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->strip), words);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_append (GTK_BOX (self), self->strip);

  /* Before the list, which takes the whole way for scrolling. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "cancel", G_CALLBACK (drag_cancelled), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

void
ds_pull_box_set_adjustment (DsPullBox *self, GtkAdjustment *adjustment)
{
  g_return_if_fail (DS_IS_PULL_BOX (self));
  g_return_if_fail (GTK_IS_ADJUSTMENT (adjustment));

  g_set_object (&self->adjustment, adjustment);
}
