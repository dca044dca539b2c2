/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-row.h"

#include "ds-clock.h"
#include "ds-format.h"
#include "ds-state-label.h"
#include "ds-words.h"

#include <glib/gi18n.h>

struct _DsStopRow
{
  GtkBox parent;

  DsSession *session;
  DsStop *stop;

  GtkLabel *number;
  GtkLabel *address;
  GtkWidget *next;
  GtkLabel *recipient;
  GtkImage *warning;
  GtkLabel *window;
  DsStateLabel *state;
  GtkLabel *amount;
};

G_DEFINE_FINAL_TYPE (DsStopRow, ds_stop_row, GTK_TYPE_BOX)

static void
set_class (GtkWidget *widget, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_next (DsStopRow *self)
{
  const char *next = ds_route_get_next_stop (ds_session_get_route (self->session));
  gboolean is_next = self->stop != NULL && g_strcmp0 (self->stop->id, next) == 0;

  gtk_widget_set_visible (self->next, is_next);
  set_class (GTK_WIDGET (self), "next", is_next);
}

/* "by 12:00 · 38 min left" where it presses, "10:00–12:00" where it does not. */
static void
show_window (DsStopRow *self)
{
  g_autofree char *window = NULL;
  g_autofree char *left = NULL;
  g_autofree char *text = NULL;
  gint64 now_ms;
  DsUrgency urgency = DS_WINDOW_ANY;
  DsWords words;

  if (self->stop == NULL)
    return;

  now_ms = ds_clock_get_wall_ms (ds_session_get_clock (self->session));
  if (!ds_stop_status_is_done (ds_stop_get_status (self->stop)))
    {
      urgency = ds_time_window_get_urgency (self->stop->window_from_ms, self->stop->window_to_ms, now_ms);
      left = ds_format_window_left (self->stop->window_from_ms, self->stop->window_to_ms, now_ms);
    }
  words = ds_words_for_urgency (urgency);
  window = ds_format_window (left != NULL ? 0 : self->stop->window_from_ms, self->stop->window_to_ms);
  text = left != NULL ? g_strdup_printf ("%s · %s", window, left) : g_strdup (window);
  gtk_label_set_text (self->window, text);
  gtk_image_set_from_icon_name (self->warning, words.icon_name);
  gtk_widget_set_visible (GTK_WIDGET (self->warning), left != NULL);
  set_class (GTK_WIDGET (self), "late", urgency == DS_WINDOW_LATE);
  set_class (GTK_WIDGET (self->window), "urgent", left != NULL);
  set_class (GTK_WIDGET (self->window), "dim-label", left == NULL);
}

static void
show_amount (DsStopRow *self)
{
  gint64 amount_fen = ds_words_get_row_amount_fen (self->stop);

  gtk_widget_set_visible (GTK_WIDGET (self->amount), amount_fen >= 0);
  if (amount_fen >= 0)
    ds_money_label_set (self->amount, amount_fen);
}

static void
name_row (DsStopRow *self, const char *number, const char *recipient, const char *state)
{
  g_autofree char *text
      = g_strdup_printf ("%s, %s, %s, %s, %s, %s", number, self->stop->address, recipient,
                         gtk_label_get_text (self->window), state, gtk_label_get_text (self->amount));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
ds_stop_row_dispose (GObject *object)
{
  DsStopRow *self = DS_STOP_ROW (object);

  g_clear_object (&self->stop);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_STOP_ROW);

  G_OBJECT_CLASS (ds_stop_row_parent_class)->dispose (object);
}

static void
ds_stop_row_class_init (DsStopRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_stop_row_dispose;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-stop-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, number);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, address);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, next);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, recipient);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, warning);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, window);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, state);
  gtk_widget_class_bind_template_child (widget_class, DsStopRow, amount);
}

static void
ds_stop_row_init (DsStopRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsStopRow *
ds_stop_row_new (DsSession *session)
{
  DsStopRow *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_STOP_ROW, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (ds_session_get_route (session), "notify::next-stop", G_CALLBACK (show_next), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_window), self, G_CONNECT_SWAPPED);
  return self;
}

void
ds_stop_row_set_stop (DsStopRow *self, DsStop *stop)
{
  g_autofree char *number = NULL;
  g_autofree char *recipient = NULL;
  g_autofree char *state = NULL;
  DsWords words;

  g_return_if_fail (DS_IS_STOP_ROW (self));

  g_set_object (&self->stop, stop);
  if (stop == NULL)
    return;

  number = g_strdup_printf ("%" G_GINT64_FORMAT, stop->position);
  recipient = ds_mask_name (stop->recipient);
  state = ds_words_for_stop_row (stop);
  words = ds_words_for_stop (stop);
  words.text = state;

  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->address, stop->address);
  gtk_label_set_text (self->recipient, recipient);
  ds_state_label_set (self->state, &words);
  show_amount (self);
  show_window (self);
  show_next (self);
  name_row (self, number, recipient, state);
}

DsStop *
ds_stop_row_get_stop (DsStopRow *self)
{
  g_return_val_if_fail (DS_IS_STOP_ROW (self), NULL);

  return self->stop;
}
