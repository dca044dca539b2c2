/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-state-label.h"

struct _DsStateLabel
{
  GtkBox parent;

  GtkImage *icon;
  GtkLabel *label;
  const char *css_class; /* interned */
};

G_DEFINE_FINAL_TYPE (DsStateLabel, ds_state_label, GTK_TYPE_BOX)

static void
ds_state_label_class_init (DsStateLabelClass *klass)
{
}

static void
ds_state_label_init (DsStateLabel *self)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->icon), GTK_ALIGN_CENTER);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->label, 0);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->label));
  gtk_box_set_spacing (GTK_BOX (self), 8);
  gtk_widget_add_css_class (GTK_WIDGET (self), "state");
}

void
ds_state_label_set_wrap (DsStateLabel *self, gboolean wrap)
{
  g_return_if_fail (DS_IS_STATE_LABEL (self));

  gtk_label_set_wrap (self->label, wrap);
  gtk_label_set_ellipsize (self->label, wrap ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
}

void
ds_state_label_set (DsStateLabel *self, const DsWords *words)
{
  g_return_if_fail (DS_IS_STATE_LABEL (self));
  g_return_if_fail (words != NULL);

  gtk_image_set_from_icon_name (self->icon, words->icon_name);
  gtk_label_set_text (self->label, words->text);
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->css_class);
  self->css_class = g_intern_string (words->css_class);
  if (self->css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), self->css_class);
}
