/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-way-row.h"

struct _DsWayRow
{
  GtkListBoxRow parent;

  gboolean available;

  GtkImage *icon;
  GtkLabel *title;
  GtkWidget *blocked;
  GtkLabel *text;
  GtkWidget *arrow;
};

G_DEFINE_FINAL_TYPE (DsWayRow, ds_way_row, GTK_TYPE_LIST_BOX_ROW)

static void
ds_way_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_WAY_ROW);

  G_OBJECT_CLASS (ds_way_row_parent_class)->dispose (object);
}

static void
ds_way_row_class_init (DsWayRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_way_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-way-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsWayRow, icon);
  gtk_widget_class_bind_template_child (widget_class, DsWayRow, title);
  gtk_widget_class_bind_template_child (widget_class, DsWayRow, blocked);
  gtk_widget_class_bind_template_child (widget_class, DsWayRow, text);
  gtk_widget_class_bind_template_child (widget_class, DsWayRow, arrow);
}

static void
ds_way_row_init (DsWayRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ds_way_row_new (const char *icon_name, const char *title)
{
  DsWayRow *self = g_object_new (DS_TYPE_WAY_ROW, NULL);

  gtk_image_set_from_icon_name (self->icon, icon_name);
  gtk_label_set_text (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return GTK_WIDGET (self);
}

void
ds_way_row_set (DsWayRow *self, const char *text, gboolean available)
{
  g_return_if_fail (DS_IS_WAY_ROW (self));

  self->available = available;
  gtk_label_set_text (self->text, text);
  gtk_widget_set_visible (self->blocked, !available);
  gtk_widget_set_visible (self->arrow, available);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

gboolean
ds_way_row_get_available (DsWayRow *self)
{
  g_return_val_if_fail (DS_IS_WAY_ROW (self), FALSE);

  return self->available;
}

const char *
ds_way_row_get_text (DsWayRow *self)
{
  g_return_val_if_fail (DS_IS_WAY_ROW (self), NULL);

  return gtk_label_get_text (self->text);
}
