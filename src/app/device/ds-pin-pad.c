/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pin-pad.h"

#include "ds-pin.h"
#include "ds-wedge.h"

#include <glib/gi18n.h>
#include <string.h>

/* Only then is it known that no further key belongs to the same run. */
#define SETTLE_MS (DS_BURST_GAP_MS + 30)

struct _DsPinPad
{
  GtkBox parent;

  char typed[DS_PIN_DIGITS + 1];
  guint n_typed;
  guint settle_id;

  /* The run of fast keys that the last one belongs to. */
  guint32 last_ms;
  guint run_length;
  guint n_of_run; /* of the typed digits */
  gboolean run_is_scan;

  GtkEventController *keys;
  GtkWidget *cells;
  GtkLabel *cell[DS_PIN_DIGITS];
};

G_DEFINE_FINAL_TYPE (DsPinPad, ds_pin_pad, GTK_TYPE_BOX)

enum
{
  SIGNAL_ENTERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show (DsPinPad *self)
{
  g_autofree char *spoken = NULL;

  for (guint i = 0; i < DS_PIN_DIGITS; i++)
    gtk_label_set_text (self->cell[i], i < self->n_typed ? "●" : "○");
  spoken = g_strdup_printf (ngettext ("%d of 6 digits typed", "%d of 6 digits typed", self->n_typed),
                            (int)self->n_typed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cells), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

void
ds_pin_pad_clear (DsPinPad *self)
{
  g_return_if_fail (DS_IS_PIN_PAD (self));

  memset (self->typed, 0, sizeof self->typed);
  self->n_typed = 0;
  self->n_of_run = 0;
  g_clear_handle_id (&self->settle_id, g_source_remove);
  show (self);
}

static void
tell (DsPinPad *self)
{
  g_autofree char *pin = g_strndup (self->typed, self->n_typed);

  ds_pin_pad_clear (self);
  g_signal_emit (self, signals[SIGNAL_ENTERED], 0, pin);
}

static gboolean
did_settle (gpointer user_data)
{
  DsPinPad *self = user_data;

  self->settle_id = 0;
  tell (self);
  return G_SOURCE_REMOVE;
}

static void
add_digit (DsPinPad *self, char digit)
{
  self->typed[self->n_typed++] = digit;
  show (self);
}

static void
erase (DsPinPad *self)
{
  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (self->n_typed > 0)
    self->typed[--self->n_typed] = '\0';
  show (self);
}

/* A finger is never as fast as an engine. */
static void
did_click_key (GtkButton *button, DsPinPad *self)
{
  if (self->n_typed == DS_PIN_DIGITS)
    return;
  self->run_length = 0;
  self->n_of_run = 0;
  add_digit (self, *gtk_button_get_label (button));
  if (self->n_typed == DS_PIN_DIGITS)
    tell (self);
}

static void
take_back_run (DsPinPad *self)
{
  self->run_is_scan = TRUE;
  while (self->n_of_run > 0 && self->n_typed > 0)
    {
      self->n_of_run--;
      erase (self);
    }
  self->n_of_run = 0;
}

gboolean
ds_pin_pad_take_character (DsPinPad *self, gunichar character, guint32 time_ms)
{
  g_return_val_if_fail (DS_IS_PIN_PAD (self), FALSE);

  if (self->run_length == 0 || time_ms - self->last_ms > DS_BURST_GAP_MS)
    {
      self->run_length = 0;
      self->n_of_run = 0;
      self->run_is_scan = FALSE;
    }
  self->last_ms = time_ms;
  self->run_length++;

  if (!self->run_is_scan
      && (self->run_length >= DS_BURST_MIN_CHARACTERS
          || (self->run_length > 1 && !(character >= '0' && character <= '9'))))
    take_back_run (self);
  if (character < '0' || character > '9')
    return FALSE;
  if (!self->run_is_scan && self->n_typed < DS_PIN_DIGITS)
    {
      add_digit (self, (char)character);
      self->n_of_run++;
      if (self->n_typed == DS_PIN_DIGITS)
        self->settle_id = g_timeout_add (SETTLE_MS, did_settle, self);
    }
  return TRUE;
}

static gboolean
did_press_key (DsPinPad *self, guint keyval, guint keycode, GdkModifierType state, GtkEventController *keys)
{
  if (!gtk_widget_is_sensitive (GTK_WIDGET (self))
      || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_BackSpace || keyval == GDK_KEY_Delete)
    {
      erase (self);
      return GDK_EVENT_STOP;
    }
  return gdk_keyval_to_unicode (keyval) != 0
         && ds_pin_pad_take_character (self, gdk_keyval_to_unicode (keyval),
                                       gtk_event_controller_get_current_event_time (keys));
}

/* Wherever the focus is: the handheld's digits always mean the pad that is on the screen. */
static void
ds_pin_pad_map (GtkWidget *widget)
{
  DsPinPad *self = DS_PIN_PAD (widget);

  GTK_WIDGET_CLASS (ds_pin_pad_parent_class)->map (widget);

  self->keys = gtk_event_controller_key_new ();
  g_signal_connect_object (self->keys, "key-pressed", G_CALLBACK (did_press_key), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (gtk_widget_get_root (widget)), self->keys);
}

static void
ds_pin_pad_unmap (GtkWidget *widget)
{
  DsPinPad *self = DS_PIN_PAD (widget);
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (widget));

  if (self->keys != NULL && root != NULL)
    gtk_widget_remove_controller (root, self->keys);
  self->keys = NULL;
  ds_pin_pad_clear (self);

  GTK_WIDGET_CLASS (ds_pin_pad_parent_class)->unmap (widget);
}

/* Enter after the last digit must not press a key once more: the focus stays off them until it is moved. */
static gboolean
ds_pin_pad_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (DS_PIN_PAD (widget)->cells);
}

static void
ds_pin_pad_dispose (GObject *object)
{
  g_clear_handle_id (&DS_PIN_PAD (object)->settle_id, g_source_remove);

  G_OBJECT_CLASS (ds_pin_pad_parent_class)->dispose (object);
}

static void
ds_pin_pad_class_init (DsPinPadClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_pin_pad_dispose;
  widget_class->map = ds_pin_pad_map;
  widget_class->unmap = ds_pin_pad_unmap;
  widget_class->grab_focus = ds_pin_pad_grab_focus;

  signals[SIGNAL_ENTERED] = g_signal_new ("entered", DS_TYPE_PIN_PAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
add_key (GtkGrid *grid, GtkWidget *button, const char *name, int column, int row)
{
  gtk_widget_add_css_class (button, "key");
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_grid_attach (grid, button, column, row, 1, 1);
}

static void
ds_pin_pad_init (DsPinPad *self)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *back = gtk_button_new_from_icon_name ("edit-clear-symbolic");

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);

  self->cells = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "focusable", TRUE,
                              "homogeneous", TRUE, "halign", GTK_ALIGN_CENTER, "spacing", 8, NULL);
  gtk_widget_add_css_class (self->cells, "pin-cells");
  for (guint i = 0; i < DS_PIN_DIGITS; i++)
    {
      self->cell[i]
          = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
      gtk_box_append (GTK_BOX (self->cells), GTK_WIDGET (self->cell[i]));
    }
  gtk_box_append (GTK_BOX (self), self->cells);

  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  for (int digit = 0; digit <= 9; digit++)
    {
      const char name[] = { (char)('0' + digit), '\0' };
      GtkWidget *button = gtk_button_new_with_label (name);

      add_key (GTK_GRID (grid), button, name, digit == 0 ? 1 : (digit - 1) % 3,
               digit == 0 ? 3 : (digit - 1) / 3);
      g_signal_connect_object (button, "clicked", G_CALLBACK (did_click_key), self, 0);
    }
  add_key (GTK_GRID (grid), back, _ ("Erase"), 2, 3);
  g_signal_connect_object (back, "clicked", G_CALLBACK (erase), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self), grid);
  show (self);
}

DsPinPad *
ds_pin_pad_new (void)
{
  return g_object_new (DS_TYPE_PIN_PAD, NULL);
}
