/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sides-box.h"

struct _DsSidesBox
{
  GtkBox parent;

  gulong watch_id; /* on the root */
};

G_DEFINE_FINAL_TYPE (DsSidesBox, ds_sides_box, GTK_TYPE_BOX)

gboolean
ds_sides_box_is_sideways (GtkWidget *widget)
{
  GtkRoot *root;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), FALSE);

  root = gtk_widget_get_root (widget);
  return root != NULL && gtk_widget_has_css_class (GTK_WIDGET (root), "sideways");
}

void
ds_sides_box_move (GtkWidget *part, GtkBox *box, GtkWidget *after)
{
  g_autoptr (GtkWidget) kept = NULL;
  GtkWidget *place;

  g_return_if_fail (GTK_IS_WIDGET (part));
  g_return_if_fail (GTK_IS_BOX (box));

  place = gtk_widget_get_parent (part);
  if (place == GTK_WIDGET (box))
    return;
  kept = g_object_ref (part);
  gtk_box_remove (GTK_BOX (place), part);
  gtk_box_insert_child_after (box, part, after);
}

/* Each side is about as wide as the whole of a handheld held upright, which every part is made for; it is not divided
 * again. */
static void
shape_changed (DsSidesBox *self)
{
  GtkWidget *place = gtk_widget_get_parent (GTK_WIDGET (self));
  gboolean sideways = ds_sides_box_is_sideways (GTK_WIDGET (self))
                      && gtk_widget_get_ancestor (place, DS_TYPE_SIDES_BOX) == NULL;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  sideways ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_box_set_homogeneous (GTK_BOX (self), sideways);
}

static void
ds_sides_box_root (GtkWidget *widget)
{
  DsSidesBox *self = DS_SIDES_BOX (widget);

  GTK_WIDGET_CLASS (ds_sides_box_parent_class)->root (widget);

  self->watch_id = g_signal_connect_swapped (gtk_widget_get_root (widget), "notify::css-classes",
                                             G_CALLBACK (shape_changed), widget);
  shape_changed (self);
}

static void
ds_sides_box_unroot (GtkWidget *widget)
{
  g_clear_signal_handler (&DS_SIDES_BOX (widget)->watch_id, gtk_widget_get_root (widget));

  GTK_WIDGET_CLASS (ds_sides_box_parent_class)->unroot (widget);
}

static void
ds_sides_box_class_init (DsSidesBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->root = ds_sides_box_root;
  widget_class->unroot = ds_sides_box_unroot;
}

static void
ds_sides_box_init (DsSidesBox *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}
