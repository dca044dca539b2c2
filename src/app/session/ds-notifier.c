/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-notifier.h"

#include <glib/gi18n.h>

struct _DsNotifier
{
  GObject parent;

  GtkWindow *window; /* weak */
  DsSession *session;
  GHashTable *told; /* (element-type utf8 DsPaymentState): the state of each payment that was told last */
  guint n_problems;
  guint n_unread;
};

G_DEFINE_FINAL_TYPE (DsNotifier, ds_notifier, G_TYPE_OBJECT)

static void
tell (DsNotifier *self, const char *id, const char *title, const char *body, const char *target)
{
  GtkApplication *application = self->window != NULL ? gtk_window_get_application (self->window) : NULL;
  g_autoptr (GNotification) notification = NULL;

  if (application == NULL
      || (gtk_widget_get_mapped (GTK_WIDGET (self->window)) && gtk_window_is_active (self->window)))
    return;
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show", "s", target);
  g_application_send_notification (G_APPLICATION (application), id, notification);
}

static void
payment_changed (DsNotifier *self, DsPayment *payment, DsStop *stop)
{
  g_autofree char *target = g_strconcat ("stop:", payment->stop_id, NULL);
  const char *title;

  if (GPOINTER_TO_INT (g_hash_table_lookup (self->told, payment->id)) == (int)payment->state)
    return;
  g_hash_table_insert (self->told, g_strdup (payment->id), GINT_TO_POINTER (payment->state));
  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
      title = _ ("A payment has arrived");
      break;
    case DS_PAYMENT_UNKNOWN:
      title = _ ("The result of a payment is unknown");
      break;
    case DS_PAYMENT_REJECTED:
      title = _ ("An offline payment was rejected");
      break;
    default:
      return;
    }
  tell (self, payment->id, title, _ ("Open Doorstep to see which one."), target);
}

static void
problems_changed (DsNotifier *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_worklist (self->session)));
  g_autofree char *body = g_strdup_printf (ngettext ("%u case is open.", "%u cases are open.", n), n);

  if (n > self->n_problems)
    tell (self, "problems", _ ("A new problem"), body, "problems");
  self->n_problems = n;
}

static void
digest_changed (DsNotifier *self)
{
  guint n = ds_digest_get_n_unread (ds_session_get_digest (self->session));

  if (n > self->n_unread)
    tell (self, "digest", _ ("The depot changed your route"), _ ("Open Doorstep to see what changed."),
          "digest");
  self->n_unread = n;
}

static void
ds_notifier_dispose (GObject *object)
{
  DsNotifier *self = DS_NOTIFIER (object);

  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ds_notifier_parent_class)->dispose (object);
}

static void
ds_notifier_finalize (GObject *object)
{
  g_hash_table_unref (DS_NOTIFIER (object)->told);

  G_OBJECT_CLASS (ds_notifier_parent_class)->finalize (object);
}

static void
ds_notifier_class_init (DsNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_notifier_finalize;
}

static void
ds_notifier_init (DsNotifier *self)
{
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

DsNotifier *
ds_notifier_new (GtkWindow *window, DsSession *session)
{
  DsNotifier *self;

  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);
  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_NOTIFIER, NULL);
  g_set_weak_pointer (&self->window, window);
  self->session = g_object_ref (session);
  g_signal_connect_object (ds_session_get_door (session), "payment-changed", G_CALLBACK (payment_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_worklist (session), "items-changed", G_CALLBACK (problems_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_digest (session), "notify::n-unread", G_CALLBACK (digest_changed),
                           self, G_CONNECT_SWAPPED);
  return self;
}
