/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-start-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsStartPage
{
  GtkBox parent;

  DsSession *session;

  GtkLabel *heading;
  GtkLabel *text;
  GtkWidget *retry;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsStartPage,
                               ds_start_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Doorstep");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static void
show (DsStartPage *self)
{
  const char *failure = ds_session_get_failure (self->session);
  gboolean signed_out = ds_session_get_phase (self->session) == DS_PHASE_SIGNED_OUT;
  gboolean failed = ds_session_get_phase (self->session) == DS_PHASE_FAILED;

  gtk_label_set_text (self->heading, failed ? _ ("Doorstep cannot start") : _ ("Opening…"));
  gtk_label_set_text (self->text, failed && failure != NULL ? failure : _ ("The journal is being checked."));
  if (ds_session_is_practice (self->session) && !failed)
    {
      gtk_label_set_text (self->heading, _ ("Practice"));
      gtk_label_set_text (self->text,
                          _ ("A depot and a customer's phone of its own are being set up. No real money "
                             "is anywhere in it."));
    }
  gtk_widget_set_visible (self->retry, failed);
  if (signed_out)
    {
      gtk_label_set_text (self->heading, _ ("Signed out"));
      gtk_label_set_text (self->text,
                          _ ("Nothing of the work is left on this handheld. Close Doorstep; whoever opens "
                             "it next enrols it anew."));
    }
}

static void
retry_clicked (DsStartPage *self)
{
  ds_session_open (self->session);
}

static void
ds_start_page_dispose (GObject *object)
{
  DsStartPage *self = DS_START_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_START_PAGE);

  G_OBJECT_CLASS (ds_start_page_parent_class)->dispose (object);
}

static void
ds_start_page_class_init (DsStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_start_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsStartPage, heading);
  gtk_widget_class_bind_template_child (widget_class, DsStartPage, text);
  gtk_widget_class_bind_template_child (widget_class, DsStartPage, retry);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked);
}

static void
ds_start_page_init (DsStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsStartPage *
ds_start_page_new (DsSession *session)
{
  DsStartPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_START_PAGE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::phase", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return self;
}
