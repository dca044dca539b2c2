/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pin-page.h"

#include "ds-navigator.h"
#include "ds-pin-chooser.h"
#include "ds-pin-pad.h"
#include "ds-page.h"

#include <glib/gi18n.h>

struct _DsPinPage
{
  GtkBox parent;

  DsSession *session;

  GtkStack *stack;
  GtkLabel *message;
  DsPinPad *pad;
  DsPinChooser *chooser;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsPinPage,
                               ds_pin_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static DsLock *
get_lock (DsPinPage *self)
{
  return ds_session_get_lock (self->session);
}

static const char *
get_title (DsPage *page)
{
  return _ ("PIN");
}

/* Digits that a scan engine typed are none; nothing else is to come of it here. */
static gboolean
handle_scan (DsPage *page, const char *text)
{
  return TRUE;
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->handle_scan = handle_scan;
}

static void
show_chooser (DsPinPage *self)
{
  ds_pin_chooser_begin (self->chooser, NULL);
  gtk_stack_set_visible_child_name (self->stack, "choose");
  gtk_widget_grab_focus (GTK_WIDGET (self->chooser));
}

static void
did_try (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPinPage) self = user_data;
  g_autoptr (GError) error = NULL;
  DsLockAnswer answer;

  if (self->session == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), TRUE);
  gtk_label_set_text (self->message, "");
  if (!ds_lock_try_finish (DS_LOCK (source), result, &answer, &error))
    gtk_label_set_text (self->message, error->message);
  else if (answer == DS_LOCK_OPENED || answer == DS_LOCK_RESET)
    show_chooser (self);
  else if (ds_lock_get_pause_ms (get_lock (self)) > 0)
    ds_lock_lock (get_lock (self)); /* whoever guesses here is not the courier */
  else
    gtk_label_set_text (self->message, _ ("Wrong PIN"));
}

static void
did_enter (DsPinPage *self, const char *pin)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), FALSE);
  gtk_label_set_text (self->message, _ ("Checking…"));
  ds_lock_try_async (get_lock (self), pin, NULL, did_try, g_object_ref (self));
}

static void
did_keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPinPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean kept = ds_lock_choose_finish (DS_LOCK (source), result, &error);
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (self->session == NULL || navigator == NULL)
    return;
  if (!kept)
    {
      ds_pin_chooser_begin (self->chooser, error->message);
      return;
    }
  ds_navigator_pop (navigator, DS_PAGE (self));
  ds_page_say (GTK_WIDGET (navigator), _ ("The new PIN holds from now on."));
}

static void
did_choose (DsPinPage *self, const char *pin)
{
  ds_lock_choose_async (get_lock (self), pin, NULL, did_keep, g_object_ref (self));
}

static gboolean
ds_pin_page_grab_focus (GtkWidget *widget)
{
  DsPinPage *self = DS_PIN_PAGE (widget);
  gboolean choosing = g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "choose") == 0;

  return gtk_widget_grab_focus (choosing ? GTK_WIDGET (self->chooser) : GTK_WIDGET (self->pad));
}

static void
ds_pin_page_dispose (GObject *object)
{
  DsPinPage *self = DS_PIN_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_PIN_PAGE);

  G_OBJECT_CLASS (ds_pin_page_parent_class)->dispose (object);
}

static void
ds_pin_page_class_init (DsPinPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_pin_page_dispose;
  widget_class->grab_focus = ds_pin_page_grab_focus;

  g_type_ensure (DS_TYPE_PIN_PAD);
  g_type_ensure (DS_TYPE_PIN_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-pin-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsPinPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsPinPage, message);
  gtk_widget_class_bind_template_child (widget_class, DsPinPage, pad);
  gtk_widget_class_bind_template_child (widget_class, DsPinPage, chooser);
  gtk_widget_class_bind_template_callback (widget_class, did_choose);
}

static void
ds_pin_page_init (DsPinPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsPinPage *
ds_pin_page_new (DsSession *session)
{
  DsPinPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_PIN_PAGE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (self->pad, "entered", G_CALLBACK (did_enter), self, G_CONNECT_SWAPPED);
  if (!ds_lock_get_has_pin (ds_session_get_lock (session)))
    show_chooser (self);
  return self;
}
