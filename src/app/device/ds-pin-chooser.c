/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pin-chooser.h"

#include "ds-pin-pad.h"
#include "ds-sides-box.h"
#include "ds-pin.h"

#include <glib/gi18n.h>

struct _DsPinChooser
{
  GtkBox parent;

  char *first; /* (nullable): what is to be typed again */

  GtkLabel *heading;
  GtkLabel *text;
  GtkLabel *problem;
  DsPinPad *pad;
};

G_DEFINE_FINAL_TYPE (DsPinChooser, ds_pin_chooser, GTK_TYPE_BOX)

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show (DsPinChooser *self, const char *problem)
{
  gtk_label_set_text (self->heading, self->first == NULL ? _ ("Choose a PIN") : _ ("The same PIN again"));
  gtk_label_set_text (self->text, self->first == NULL
                                      ? _ ("Six digits that open this handheld. Tell them to nobody.")
                                      : _ ("So that no slip of a finger locks you out."));
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

void
ds_pin_chooser_begin (DsPinChooser *self, const char *problem)
{
  g_return_if_fail (DS_IS_PIN_CHOOSER (self));

  g_clear_pointer (&self->first, g_free);
  ds_pin_pad_clear (self->pad);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), TRUE);
  show (self, problem);
}

static void
did_enter (DsPinChooser *self, const char *pin)
{
  g_autofree char *first = g_steal_pointer (&self->first);

  if (first == NULL && ds_pin_is_easy (pin))
    show (self, _ ("That one is tried first by everybody. Choose another."));
  else if (first == NULL)
    {
      self->first = g_strdup (pin);
      show (self, NULL);
    }
  else if (!g_str_equal (first, pin))
    show (self, _ ("The two were not the same. Once more from the beginning."));
  else
    {
      gtk_widget_set_sensitive (GTK_WIDGET (self->pad), FALSE);
      g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, pin);
    }
}

static gboolean
ds_pin_chooser_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (DS_PIN_CHOOSER (widget)->pad));
}

static void
ds_pin_chooser_finalize (GObject *object)
{
  g_free (DS_PIN_CHOOSER (object)->first);

  G_OBJECT_CLASS (ds_pin_chooser_parent_class)->finalize (object);
}

static void
ds_pin_chooser_class_init (DsPinChooserClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_pin_chooser_finalize;
  GTK_WIDGET_CLASS (klass)->grab_focus = ds_pin_chooser_grab_focus;

  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", DS_TYPE_PIN_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkLabel *
add_label (GtkBox *words, const char *css_class)
{
  GtkLabel *label = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER, NULL);

  gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  gtk_box_append (words, GTK_WIDGET (label));
  return label;
}

static void
ds_pin_chooser_init (DsPinChooser *self)
{
  GtkWidget *sides = g_object_new (DS_TYPE_SIDES_BOX, "spacing", 8, "hexpand", TRUE, NULL);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_box_append (GTK_BOX (self), sides);
  gtk_box_append (GTK_BOX (sides), words);
  self->heading = add_label (GTK_BOX (words), "page-heading");
  self->text = add_label (GTK_BOX (words), "dim-label");
  self->problem = add_label (GTK_BOX (words), "error");
  self->pad = ds_pin_pad_new ();
  gtk_widget_set_vexpand (GTK_WIDGET (self->pad), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->pad), GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (sides), GTK_WIDGET (self->pad));
  g_signal_connect_object (self->pad, "entered", G_CALLBACK (did_enter), self, G_CONNECT_SWAPPED);
  show (self, NULL);
}
