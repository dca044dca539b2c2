/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-connection-chip.h"

#include "ds-format.h"
#include "ds-words.h"

#include <glib/gi18n.h>

struct _DsConnectionChip
{
  GtkBox parent;

  DsSession *session;

  GtkMenuButton *button;
  GtkImage *icon;
  GtkLabel *label;
  GtkLabel *heading;
  GtkLabel *last_sync;
  GtkLabel *waiting;
  GtkLabel *problem;
};

G_DEFINE_FINAL_TYPE (DsConnectionChip, ds_connection_chip, GTK_TYPE_BOX)

static void
show_last_sync (DsConnectionChip *self, gint64 last_sync_ms)
{
  g_autofree char *clock = ds_format_clock (last_sync_ms);
  g_autofree char *day = ds_format_day (last_sync_ms);
  g_autofree char *text = NULL;

  if (last_sync_ms == 0)
    text = g_strdup (_ ("Not exchanged with the depot since the start."));
  else
    /* Translators: day and time: "Last exchange with the depot: 12 March, 10:32" */
    text = g_strdup_printf (_ ("Last exchange with the depot: %s, %s"), day, clock);
  gtk_label_set_text (self->last_sync, text);
}

static void
show (DsConnectionChip *self)
{
  DsLink *link = ds_session_get_link (self->session);
  gboolean online = ds_link_get_online (link);
  gint64 last_sync_ms = ds_link_get_last_sync_ms (link);
  gint64 n_unsent = ds_store_get_n_unsent (ds_session_get_store (self->session));
  const char *problem = online ? NULL : ds_link_get_problem (link);
  g_autofree char *text = ds_words_for_connection (online, last_sync_ms, n_unsent);
  g_autofree char *waiting = NULL;

  gtk_label_set_text (self->label, text);
  gtk_image_set_from_icon_name (self->icon, online ? "ds-online-symbolic" : "ds-offline-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (online)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "offline");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "offline");

  gtk_label_set_text (self->heading, online ? _ ("Online") : _ ("Offline"));
  show_last_sync (self, last_sync_ms);
  waiting = n_unsent > 0 ? g_strdup_printf (
                ngettext ("%d record waits to be sent. It is kept safely here.",
                          "%d records wait to be sent. They are kept safely here.", (gulong)n_unsent),
                (int)n_unsent)
                         : g_strdup (_ ("Everything is sent."));
  gtk_label_set_text (self->waiting, waiting);
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

static void
ds_connection_chip_dispose (GObject *object)
{
  DsConnectionChip *self = DS_CONNECTION_CHIP (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_CONNECTION_CHIP);

  G_OBJECT_CLASS (ds_connection_chip_parent_class)->dispose (object);
}

static void
ds_connection_chip_class_init (DsConnectionChipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_connection_chip_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-connection-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, button);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, icon);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, label);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, heading);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, last_sync);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, waiting);
  gtk_widget_class_bind_template_child (widget_class, DsConnectionChip, problem);
}

static void
ds_connection_chip_init (DsConnectionChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ds_connection_chip_set_session (DsConnectionChip *self, DsSession *session)
{
  g_return_if_fail (DS_IS_CONNECTION_CHIP (self));
  g_return_if_fail (DS_IS_SESSION (session));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (ds_session_get_link (session), "notify", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify::n-unsent", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  show (self);
}
