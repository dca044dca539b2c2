/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-unlock-page.h"

#include "ds-dialog.h"
#include "ds-pin-chooser.h"
#include "ds-pin-pad.h"
#include "ds-sides-box.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsUnlockPage
{
  GtkBox parent;

  DsSession *session;
  guint countdown_id;

  GtkStack *stack;
  GtkLabel *courier;
  GtkLabel *waiting;
  GtkLabel *message;
  DsPinPad *pad;
  DsPinChooser *chooser;
};

G_DEFINE_FINAL_TYPE (DsUnlockPage, ds_unlock_page, GTK_TYPE_BOX)

static DsLock *
get_lock (DsUnlockPage *self)
{
  return ds_session_get_lock (self->session);
}

/* Whose it is, and that nothing is held back: a clerk who finds it sees both. */
static void
show_waiting (DsUnlockPage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  const DsIdentity *identity = ds_store_get_identity (store);
  gint64 n_unsent = ds_store_get_n_unsent (store);
  g_autofree char *text = g_strdup_printf (
      ngettext ("%d entry waits; it is sent while the handheld is locked",
                "%d entries wait; they are sent while the handheld is locked", (gulong)n_unsent),
      (int)n_unsent);

  gtk_label_set_text (self->courier, identity != NULL ? identity->courier_name : "");
  gtk_label_set_text (self->waiting, n_unsent > 0 ? text : _ ("Everything is sent"));
}

static gboolean
show_pause (gpointer user_data)
{
  DsUnlockPage *self = user_data;
  gint64 left_ms = ds_lock_get_pause_ms (get_lock (self));
  gint64 left_s = (left_ms + 999) / 1000;
  g_autofree char *text = NULL;

  if (left_ms == 0)
    {
      self->countdown_id = 0;
      gtk_widget_set_sensitive (GTK_WIDGET (self->pad), TRUE);
      gtk_label_set_text (self->message, "");
      gtk_widget_grab_focus (GTK_WIDGET (self->pad));
      return G_SOURCE_REMOVE;
    }
  /* Translators: minutes and seconds until the next PIN may be typed */
  text
      = g_strdup_printf (_ ("Too many wrong PINs. Go on in %d:%02d"), (int)(left_s / 60), (int)(left_s % 60));
  gtk_label_set_text (self->message, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), FALSE);
  return G_SOURCE_CONTINUE;
}

static void
begin_pause (DsUnlockPage *self)
{
  if (self->countdown_id == 0 && show_pause (self))
    self->countdown_id = g_timeout_add_seconds (1, show_pause, self);
}

static void
show_wrong (DsUnlockPage *self)
{
  guint n = ds_lock_get_free_tries (get_lock (self));
  g_autofree char *text = g_strdup_printf (
      ngettext ("Wrong PIN. %u more try before a pause", "Wrong PIN. %u more tries before a pause", n), n);

  if (ds_lock_get_pause_ms (get_lock (self)) > 0)
    begin_pause (self);
  else
    gtk_label_set_text (self->message, n > 0 ? text : _ ("Wrong PIN. After the next one there is a pause"));
}

static void
did_try (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsUnlockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  DsLockAnswer answer;

  if (self->session == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), TRUE);
  gtk_label_set_text (self->message, "");
  if (!ds_lock_try_finish (DS_LOCK (source), result, &answer, &error))
    gtk_label_set_text (self->message, error->message);
  else if (answer == DS_LOCK_RESET)
    {
      ds_pin_chooser_begin (self->chooser, NULL);
      gtk_stack_set_visible_child_name (self->stack, "choose");
      gtk_widget_grab_focus (GTK_WIDGET (self->chooser));
    }
  else if (answer != DS_LOCK_OPENED)
    show_wrong (self);
}

static void
did_enter (DsUnlockPage *self, const char *pin)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), FALSE);
  gtk_label_set_text (self->message, _ ("Checking…"));
  ds_lock_try_async (get_lock (self), pin, NULL, did_try, g_object_ref (self));
}

static void
did_keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsUnlockPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_lock_choose_finish (DS_LOCK (source), result, &error))
    ds_pin_chooser_begin (self->chooser, error->message);
}

static void
did_choose_pin (DsUnlockPage *self, const char *pin)
{
  ds_lock_choose_async (get_lock (self), pin, NULL, did_keep, g_object_ref (self));
}

static void
forgotten_clicked (DsUnlockPage *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Forgotten the PIN?"),
      _ ("Call the depot. It gives you a PIN for once, which opens this handheld as soon as it is online; "
         "then you choose another. Nothing is lost: what was journalled stays here and is sent meanwhile."));

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("OK"));
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

static void
reset_arrived (DsUnlockPage *self)
{
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), TRUE);
  gtk_label_set_text (self->message, _ ("The depot has set a PIN for once. Type it."));
}

static void
ds_unlock_page_map (GtkWidget *widget)
{
  DsUnlockPage *self = DS_UNLOCK_PAGE (widget);

  GTK_WIDGET_CLASS (ds_unlock_page_parent_class)->map (widget);

  gtk_stack_set_visible_child_name (self->stack, "open");
  gtk_label_set_text (self->message, "");
  show_waiting (self);
  begin_pause (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->pad));
}

static void
ds_unlock_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&DS_UNLOCK_PAGE (widget)->countdown_id, g_source_remove);

  GTK_WIDGET_CLASS (ds_unlock_page_parent_class)->unmap (widget);
}

static void
ds_unlock_page_dispose (GObject *object)
{
  DsUnlockPage *self = DS_UNLOCK_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_UNLOCK_PAGE);

  G_OBJECT_CLASS (ds_unlock_page_parent_class)->dispose (object);
}

static void
ds_unlock_page_class_init (DsUnlockPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_unlock_page_dispose;
  widget_class->map = ds_unlock_page_map;
  widget_class->unmap = ds_unlock_page_unmap;

  g_type_ensure (DS_TYPE_PIN_PAD);
  g_type_ensure (DS_TYPE_PIN_CHOOSER);
  g_type_ensure (DS_TYPE_SIDES_BOX);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, courier);
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, waiting);
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, message);
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, pad);
  gtk_widget_class_bind_template_child (widget_class, DsUnlockPage, chooser);
  gtk_widget_class_bind_template_callback (widget_class, forgotten_clicked);
  gtk_widget_class_bind_template_callback (widget_class, did_choose_pin);
}

static void
ds_unlock_page_init (DsUnlockPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsUnlockPage *
ds_unlock_page_new (DsSession *session)
{
  DsUnlockPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_UNLOCK_PAGE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (self->pad, "entered", G_CALLBACK (did_enter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_lock (session), "reset-arrived", G_CALLBACK (reset_arrived), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify::n-unsent", G_CALLBACK (show_waiting),
                           self, G_CONNECT_SWAPPED);
  return self;
}
