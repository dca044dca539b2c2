/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-info-row.h"

#include "ds-format.h"

struct _DsInfoRow
{
  GtkListBoxRow parent;

  const char *css_class; /* interned */

  GtkBox *box;
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkLabel *value;
  GtkLabel *amount;
  GtkWidget *arrow;
};

G_DEFINE_FINAL_TYPE (DsInfoRow, ds_info_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  PROP_ICON_NAME = 1,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_VALUE,
  PROP_LEADS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static void
name_row (DsInfoRow *self)
{
  g_autofree char *text
      = g_strjoin (", ", gtk_label_get_text (self->title), gtk_label_get_text (self->subtitle),
                   gtk_label_get_text (self->value), gtk_label_get_text (self->amount), NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
ds_info_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DsInfoRow *self = DS_INFO_ROW (object);

  switch (prop_id)
    {
    case PROP_ICON_NAME:
      g_value_set_string (value, gtk_image_get_icon_name (self->icon));
      break;
    case PROP_TITLE:
      g_value_set_string (value, gtk_label_get_text (self->title));
      break;
    case PROP_SUBTITLE:
      g_value_set_string (value, gtk_label_get_text (self->subtitle));
      break;
    case PROP_VALUE:
      g_value_set_string (value, gtk_label_get_text (self->value));
      break;
    case PROP_LEADS:
      g_value_set_boolean (value, gtk_widget_get_visible (self->arrow));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_info_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  DsInfoRow *self = DS_INFO_ROW (object);

  switch (prop_id)
    {
    case PROP_ICON_NAME:
      gtk_image_set_from_icon_name (self->icon, g_value_get_string (value));
      gtk_widget_set_visible (GTK_WIDGET (self->icon), g_value_get_string (value) != NULL);
      break;
    case PROP_TITLE:
      ds_info_row_set_title (self, g_value_get_string (value));
      break;
    case PROP_SUBTITLE:
      ds_info_row_set_subtitle (self, g_value_get_string (value));
      break;
    case PROP_VALUE:
      ds_info_row_set_value (self, g_value_get_string (value));
      break;
    case PROP_LEADS:
      gtk_widget_set_visible (self->arrow, g_value_get_boolean (value));
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), g_value_get_boolean (value));
      gtk_widget_set_focusable (GTK_WIDGET (self), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_info_row_dispose (GObject *object)
{
  /* The parent class keeps a pointer of its own to the child: it must let go first. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_INFO_ROW);

  G_OBJECT_CLASS (ds_info_row_parent_class)->dispose (object);
}

static void
ds_info_row_class_init (DsInfoRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ds_info_row_get_property;
  object_class->set_property = ds_info_row_set_property;
  object_class->dispose = ds_info_row_dispose;

  properties[PROP_ICON_NAME]
      = g_param_spec_string ("icon-name", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE]
      = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SUBTITLE]
      = g_param_spec_string ("subtitle", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_VALUE]
      = g_param_spec_string ("value", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LEADS]
      = g_param_spec_boolean ("leads", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-info-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, box);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, icon);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, title);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, value);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, amount);
  gtk_widget_class_bind_template_child (widget_class, DsInfoRow, arrow);
}

static void
ds_info_row_init (DsInfoRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsInfoRow *
ds_info_row_new (const char *icon_name, const char *title, const char *subtitle)
{
  return g_object_new (DS_TYPE_INFO_ROW, "icon-name", icon_name, "title", title, "subtitle", subtitle, NULL);
}

void
ds_info_row_set_title (DsInfoRow *self, const char *title)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  set_text (self->title, title);
  name_row (self);
}

void
ds_info_row_set_subtitle (DsInfoRow *self, const char *subtitle)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  set_text (self->subtitle, subtitle);
  name_row (self);
}

void
ds_info_row_set_value (DsInfoRow *self, const char *value)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  set_text (self->value, value);
  name_row (self);
}

void
ds_info_row_set_words (DsInfoRow *self, const DsWords *words)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  gtk_image_set_from_icon_name (self->icon, words->icon_name);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), "state");
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "state");
  if (self->css_class != NULL)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->css_class);
      gtk_widget_remove_css_class (GTK_WIDGET (self->title), self->css_class);
    }
  self->css_class = g_intern_string (words->css_class);
  if (self->css_class != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->icon), self->css_class);
      gtk_widget_add_css_class (GTK_WIDGET (self->title), self->css_class);
    }
  ds_info_row_set_title (self, words->text);
}

void
ds_info_row_set_amount (DsInfoRow *self, gint64 amount_fen)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  ds_money_label_set (self->amount, amount_fen);
  gtk_widget_set_visible (GTK_WIDGET (self->amount), TRUE);
  name_row (self);
}

void
ds_info_row_add_suffix (DsInfoRow *self, GtkWidget *widget)
{
  g_return_if_fail (DS_IS_INFO_ROW (self));

  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  gtk_box_append (self->box, widget);
}
