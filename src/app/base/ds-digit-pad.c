/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-digit-pad.h"

#include "ds-sides-box.h"
#include "ds-spoken-proof.h"
#include "ds-wedge.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsDigitPad
{
  GtkBox parent;

  char typed[DS_SPOKEN_PROOF_SIZE];
  guint n_typed;
  gboolean locked;
  DsBurst *burst;
  guint n_before_burst;

  GtkBox *words;
  GtkLabel *hint;
  GtkWidget *answer;
  GtkLabel *answer_title;
  GtkLabel *answer_text;
  GtkWidget *cells;
  GtkLabel *labels[DS_SPOKEN_PROOF_DIGITS];
  GtkWidget *keys;
};

G_DEFINE_FINAL_TYPE (DsDigitPad, ds_digit_pad, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_HINT,
  PROP_LEAD,
  N_PROPERTIES
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show (DsDigitPad *self)
{
  g_autofree char *spoken = NULL;

  for (guint i = 0; i < DS_SPOKEN_PROOF_DIGITS; i++)
    {
      const char digit[] = { self->typed[i], '\0' };
      GtkWidget *cell = GTK_WIDGET (self->labels[i]);

      /* A figure space is as wide as a digit: the cells keep their width. */
      gtk_label_set_text (self->labels[i], i < self->n_typed ? digit : "\u2007");
      if (i == self->n_typed)
        gtk_widget_add_css_class (cell, "being-typed");
      else
        gtk_widget_remove_css_class (cell, "being-typed");
    }
  spoken = g_strdup_printf (ngettext ("%d of 8 digits typed", "%d of 8 digits typed", self->n_typed),
                            (int)self->n_typed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cells), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
set_n_typed (DsDigitPad *self, guint n_typed)
{
  self->n_typed = n_typed;
  self->typed[n_typed] = '\0';
  show (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
type (DsDigitPad *self, char digit)
{
  if (self->locked || self->n_typed == DS_SPOKEN_PROOF_DIGITS)
    return;
  self->typed[self->n_typed] = digit;
  set_n_typed (self, self->n_typed + 1);
}

static void
did_click_key (GtkButton *key, DsDigitPad *self)
{
  type (self, gtk_button_get_label (key)[0]);
}

static void
erase (DsDigitPad *self)
{
  if (!self->locked && self->n_typed > 0)
    set_n_typed (self, self->n_typed - 1);
}

/* Eight digits that a scan engine types were not read out by anybody. */
static gboolean
take_back_scan (DsDigitPad *self, gunichar character, guint32 time_ms)
{
  if (g_unichar_isprint (character) && ds_burst_add (self->burst, character, time_ms))
    self->n_before_burst = self->n_typed;
  if (!ds_burst_is_scan (self->burst, time_ms))
    return FALSE;
  if (self->n_typed > self->n_before_burst)
    set_n_typed (self, self->n_before_burst);
  return TRUE;
}

gboolean
ds_digit_pad_take_key (DsDigitPad *self, guint keyval, GdkModifierType state, guint32 time_ms)
{
  gunichar character = gdk_keyval_to_unicode (keyval);
  gint digit = g_unichar_digit_value (character);

  g_return_val_if_fail (DS_IS_DIGIT_PAD (self), FALSE);

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0
      || take_back_scan (self, character, time_ms))
    return FALSE;
  if (digit >= 0)
    type (self, (char)('0' + digit));
  else if (keyval == GDK_KEY_BackSpace)
    erase (self);
  else
    return FALSE;
  return TRUE;
}

const char *
ds_digit_pad_get_digits (DsDigitPad *self)
{
  g_return_val_if_fail (DS_IS_DIGIT_PAD (self), NULL);

  return self->typed;
}

gboolean
ds_digit_pad_is_full (DsDigitPad *self)
{
  g_return_val_if_fail (DS_IS_DIGIT_PAD (self), FALSE);

  return self->n_typed == DS_SPOKEN_PROOF_DIGITS;
}

void
ds_digit_pad_clear (DsDigitPad *self)
{
  g_return_if_fail (DS_IS_DIGIT_PAD (self));

  set_n_typed (self, 0);
}

void
ds_digit_pad_set_locked (DsDigitPad *self, gboolean locked)
{
  g_return_if_fail (DS_IS_DIGIT_PAD (self));

  self->locked = locked;
  gtk_widget_set_sensitive (self->keys, !locked);
}

void
ds_digit_pad_show_answer (DsDigitPad *self, const char *title, const char *text)
{
  g_return_if_fail (DS_IS_DIGIT_PAD (self));

  gtk_label_set_text (self->answer_title, title);
  gtk_label_set_text (self->answer_text, text);
  gtk_widget_set_visible (self->answer, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->hint), FALSE);
}

static void
ds_digit_pad_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (id == PROP_HINT)
    gtk_label_set_text (DS_DIGIT_PAD (object)->hint, g_value_get_string (value));
  else if (id == PROP_LEAD)
    gtk_box_prepend (DS_DIGIT_PAD (object)->words, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
ds_digit_pad_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_DIGIT_PAD);

  G_OBJECT_CLASS (ds_digit_pad_parent_class)->dispose (object);
}

static void
ds_digit_pad_finalize (GObject *object)
{
  ds_burst_free (DS_DIGIT_PAD (object)->burst);

  G_OBJECT_CLASS (ds_digit_pad_parent_class)->finalize (object);
}

static void
ds_digit_pad_class_init (DsDigitPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = ds_digit_pad_set_property;
  object_class->dispose = ds_digit_pad_dispose;
  object_class->finalize = ds_digit_pad_finalize;
  g_object_class_install_property (
      object_class, PROP_HINT,
      g_param_spec_string ("hint", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  /* What belongs above the hint; it keeps to its side when the keys stand beside. */
  g_object_class_install_property (
      object_class, PROP_LEAD,
      g_param_spec_object ("lead", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  signals[SIGNAL_CHANGED]
      = g_signal_new ("changed", DS_TYPE_DIGIT_PAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (ADW_TYPE_CLAMP);
  g_type_ensure (DS_TYPE_SIDES_BOX);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-digit-pad.ui");
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, words);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, hint);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, answer);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, answer_title);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, answer_text);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, cells);
  gtk_widget_class_bind_template_child (widget_class, DsDigitPad, keys);
}

static void
add_cells (DsDigitPad *self)
{
  for (guint i = 0; i < DS_SPOKEN_PROOF_DIGITS; i++)
    {
      GtkWidget *cell = gtk_label_new (NULL);

      gtk_widget_add_css_class (cell, "digit-cell");
      gtk_widget_set_hexpand (cell, TRUE);
      /* As people read them out: four and four. */
      if (i == DS_SPOKEN_PROOF_DIGITS / 2)
        gtk_widget_set_margin_start (cell, 12);
      gtk_box_append (GTK_BOX (self->cells), cell);
      self->labels[i] = GTK_LABEL (cell);
    }
}

static void
add_key (DsDigitPad *self, GtkWidget *button, const char *name, int column, int row)
{
  gtk_widget_add_css_class (button, "key");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_grid_attach (GTK_GRID (self->keys), button, column, row, 1, 1);
}

static void
add_keys (DsDigitPad *self)
{
  GtkWidget *back = gtk_button_new_from_icon_name ("edit-clear-symbolic");

  for (guint place = 1; place <= 10; place++)
    {
      const char name[] = { (char)('0' + place % 10), '\0' };
      GtkWidget *button = gtk_button_new_with_label (name);

      add_key (self, button, name, place == 10 ? 1 : (int)(place - 1) % 3, (int)(place - 1) / 3);
      g_signal_connect_object (button, "clicked", G_CALLBACK (did_click_key), self, 0);
    }
  add_key (self, back, _ ("Erase"), 2, 3);
  g_signal_connect_object (back, "clicked", G_CALLBACK (erase), self, G_CONNECT_SWAPPED);
}

static void
ds_digit_pad_init (DsDigitPad *self)
{
  self->burst = ds_burst_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_cells (self);
  add_keys (self);
  show (self);
}
